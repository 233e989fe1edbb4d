//! What C hands over, checked: the only place where a pointer becomes a slice or a reference.

use core::mem::MaybeUninit;

use crate::error::MagpieError;

/// A stretch of memory, to compare with others. Addresses only: nothing is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Region {
    start: usize,
    len: usize,
}

impl Region {
    pub(crate) fn new<T>(start: *const T, len: usize) -> Self {
        Self {
            start: start.addr(),
            len,
        }
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.len > 0
            && other.len > 0
            && self.start < other.start.saturating_add(other.len)
            && other.start < self.start.saturating_add(self.len)
    }
}

/// Memory that is not to be handed over again.
pub(crate) trait Lends {
    /// Refuses memory that is lent already.
    fn apart(&self, region: Region) -> Result<(), MagpieError>;
}

/// For functions that own no memory.
pub(crate) struct NothingLent;

impl Lends for NothingLent {
    fn apart(&self, _: Region) -> Result<(), MagpieError> {
        Ok(())
    }
}

/// Null, alignment, length, and that nobody else has it.
pub(crate) fn checked<T>(
    start: *const T,
    len: usize,
    lent: &impl Lends,
) -> Result<(), MagpieError> {
    if start.is_null() {
        return Err(MagpieError::Null);
    }
    if !start.is_aligned() {
        return Err(MagpieError::Alignment);
    }
    let octets = len.checked_mul(size_of::<T>()).ok_or(MagpieError::Length)?;
    if octets > isize::MAX as usize || start.addr().checked_add(octets).is_none() {
        return Err(MagpieError::Length);
    }
    lent.apart(Region::new(start, octets))
}

/// Elements to read. Null is allowed if there are none.
///
/// # Safety
/// `start` points to `len` elements that nobody writes to during the call.
pub(crate) unsafe fn input<'a, T>(
    start: *const T,
    len: usize,
    lent: &impl Lends,
) -> Result<&'a [T], MagpieError> {
    if len == 0 {
        return Ok(&[]);
    }
    checked(start, len, lent)?;
    // SAFETY: not null, aligned and not too long, as just checked; the rest is the caller's word.
    Ok(unsafe { core::slice::from_raw_parts(start, len) })
}

/// Elements to write, which are made zero first, as C may hand over memory that was never written. Null is allowed if there are none.
///
/// # Safety
/// `start` points to `len` elements that nobody else uses during the call, and zero is a value of `T`.
pub(crate) unsafe fn output<'a, T: Copy>(
    start: *mut T,
    len: usize,
    lent: &impl Lends,
) -> Result<&'a mut [T], MagpieError> {
    if len == 0 {
        return Ok(&mut []);
    }
    checked(start, len, lent)?;
    // SAFETY: not null, aligned and not too long, as just checked; the rest is the caller's word. Zeros are written before the slice is made.
    Ok(unsafe {
        start.write_bytes(0, len);
        core::slice::from_raw_parts_mut(start, len)
    })
}

/// A place for an answer, whatever it holds now.
///
/// # Safety
/// `place` points to memory for one `T` that nobody else uses during the call.
pub(crate) unsafe fn answer_place<'a, T>(
    place: *mut T,
    lent: &impl Lends,
) -> Result<&'a mut MaybeUninit<T>, MagpieError> {
    checked(place, 1, lent)?;
    // SAFETY: not null and aligned; memory that holds anything is a `MaybeUninit`.
    Ok(unsafe { &mut *place.cast::<MaybeUninit<T>>() })
}

/// The same for a structure whose first field is its size: it must have been filled in, and be ours.
///
/// # Safety
/// As [`answer_place`]; `T` is `repr(C)` and begins with a `u32`, which the caller has written.
pub(crate) unsafe fn sized_place<'a, T>(
    place: *mut T,
    lent: &impl Lends,
) -> Result<&'a mut MaybeUninit<T>, MagpieError> {
    // SAFETY: the caller's word.
    unsafe {
        struct_size(place, lent)?;
        answer_place(place, lent)
    }
}

/// Checks the first field of a structure.
///
/// # Safety
/// If `of` is not null it points to a `u32` that was written.
pub(crate) unsafe fn struct_size<T>(of: *const T, lent: &impl Lends) -> Result<(), MagpieError> {
    checked(of, 1, lent)?;
    // SAFETY: not null, and aligned for `T`, hence for its first field.
    let size = unsafe { of.cast::<u32>().read() };
    if usize::try_from(size) == Ok(size_of::<T>()) {
        Ok(())
    } else {
        Err(MagpieError::StructSize)
    }
}

/// A whole structure that begins with its size.
///
/// # Safety
/// As [`struct_size`]; if that is right, the whole structure was written, and every content is a value of `T`.
pub(crate) unsafe fn sized_input<T: Copy>(
    from: *const T,
    lent: &impl Lends,
) -> Result<T, MagpieError> {
    // SAFETY: checked by the first line before the second reads it.
    unsafe {
        struct_size(from, lent)?;
        Ok(from.read())
    }
}

/// A buffer that C has lent for good.
#[derive(Debug, Default)]
pub(crate) struct LentOctets(&'static mut [u8]);

impl LentOctets {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// # Safety
    /// `start` points to `len` octets that nobody else uses as long as the endpoint is used.
    pub(crate) unsafe fn new(start: *mut u8, len: usize) -> Result<Self, MagpieError> {
        // SAFETY: the caller's word; the lifetime ends when the endpoint is used for the last time.
        unsafe { output(start, len, &NothingLent).map(Self) }
    }
}

impl AsRef<[u8]> for LentOctets {
    fn as_ref(&self) -> &[u8] {
        self.0
    }
}

impl AsMut<[u8]> for LentOctets {
    fn as_mut(&mut self) -> &mut [u8] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_overlap_where_they_share_an_octet() {
        let region = |start, len| Region { start, len };
        assert!(region(10, 5).overlaps(region(14, 1)));
        assert!(region(14, 1).overlaps(region(10, 5)));
        assert!(!region(10, 5).overlaps(region(15, 1)));
        assert!(
            !region(10, 0).overlaps(region(5, 20)),
            "nothing shares nothing"
        );
        assert!(region(usize::MAX - 1, 1).overlaps(region(0, usize::MAX)));
    }
}
