//! Octets read and written in order: what the PDUs of 727.0-B-5 and our checkpoints are made of. A reader never looks past its end.
//!
//! Left out: anything but unsigned numbers, most significant octet first, of 0 to 8 octets, and plain octets.

use alloc::vec::Vec;

/// There are not enough octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Short;

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Short> {
        let (head, rest) = self.0.split_at_checked(len).ok_or(Short)?;
        self.0 = rest;
        Ok(head)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Short> {
        let (head, rest) = self.0.split_first().ok_or(Short)?;
        self.0 = rest;
        Ok(*head)
    }

    /// A number of `len` octets, 8 at most.
    pub(super) fn uint(&mut self, len: usize) -> Result<u64, Short> {
        let octets = self.take(len)?;
        Ok(octets
            .iter()
            .fold(0, |value, octet| value << 8 | u64::from(*octet)))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Short> {
        let octets = self.take(4)?;
        Ok(octets
            .iter()
            .fold(0, |value, octet| value << 8 | u32::from(*octet)))
    }

    /// One octet of length and as many octets.
    pub(super) fn length_value(&mut self) -> Result<&'a [u8], Short> {
        let len = usize::from(self.u8()?);
        self.take(len)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The last `len` octets of `value`, 8 at most.
pub(super) fn put_uint(out: &mut Vec<u8>, value: u64, len: usize) {
    let octets = value.to_be_bytes();
    out.extend_from_slice(&octets[octets.len().saturating_sub(len)..]);
}

/// One octet of length and the octets, cut off behind 255.
pub(super) fn put_length_value(out: &mut Vec<u8>, value: &[u8]) {
    let len = u8::try_from(value.len()).unwrap_or(u8::MAX);
    out.push(len);
    out.extend_from_slice(&value[..usize::from(len)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_past_the_end() {
        let mut reader = Reader(&[1, 2, 3]);
        assert_eq!(reader.uint(2), Ok(0x0102));
        assert_eq!(reader.uint(2), Err(Short));
        assert_eq!(reader.u8(), Ok(3));
        assert_eq!(reader.u8(), Err(Short));
        assert!(Reader(&[5, 1, 2]).length_value().is_err());
    }
}
