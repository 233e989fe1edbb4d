//! A flash in RAM: for a memory region that survives a reset, for hosts and tests.
//!
//! It keeps the rules of a NOR flash, so that what works here works there: erasing sets whole units to FF, a write takes whole
//! write units, and only ones that are still erased.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};

/// Why [`RamFlash`] refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RamFlashError {
    /// Outside the memory or not a multiple of the unit.
    Bounds(NorFlashErrorKind),
    /// A written unit would have been written again before an erase.
    NotErased,
}

impl NorFlashError for RamFlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match *self {
            Self::Bounds(kind) => kind,
            Self::NotErased => NorFlashErrorKind::Other,
        }
    }
}

/// Memory with the manners of a NOR flash: write unit `WRITE` octets, erase unit `ERASE` octets.
///
/// `M` is an array or a lent `&mut [u8]`. What the memory holds is left as it is, as a flash would.
///
/// ```
/// use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
/// use magpie_store::RamFlash;
///
/// let mut flash = RamFlash::<_, 4, 1024>::new([0xFF; 4096]);
/// flash.write(8, &[1, 2, 3, 4]).unwrap();
/// assert!(flash.write(8, &[0; 4]).is_err()); // not without an erase
/// flash.erase(0, 1024).unwrap();
/// flash.write(8, &[0; 4]).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct RamFlash<M, const WRITE: usize = 4, const ERASE: usize = 4096> {
    memory: M,
}

impl<M, const WRITE: usize, const ERASE: usize> RamFlash<M, WRITE, ERASE> {
    /// A flash of this memory, holding what it holds.
    pub const fn new(memory: M) -> Self {
        Self { memory }
    }

    /// The memory again.
    pub fn into_inner(self) -> M {
        self.memory
    }
}

impl<M, const WRITE: usize, const ERASE: usize> ErrorType for RamFlash<M, WRITE, ERASE> {
    type Error = RamFlashError;
}

impl<M: AsRef<[u8]>, const WRITE: usize, const ERASE: usize> ReadNorFlash
    for RamFlash<M, WRITE, ERASE>
{
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        check_read(self, offset, bytes.len()).map_err(RamFlashError::Bounds)?;
        let from = self
            .memory
            .as_ref()
            .get(offset as usize..)
            .unwrap_or_default();
        for (slot, octet) in bytes.iter_mut().zip(from) {
            *slot = *octet;
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.memory.as_ref().len()
    }
}

impl<M: AsRef<[u8]> + AsMut<[u8]>, const WRITE: usize, const ERASE: usize> NorFlash
    for RamFlash<M, WRITE, ERASE>
{
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to).map_err(RamFlashError::Bounds)?;
        let unit = self.memory.as_mut().get_mut(from as usize..to as usize);
        unit.unwrap_or_default().fill(crate::format::ERASED);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        check_write(self, offset, bytes.len()).map_err(RamFlashError::Bounds)?;
        let place = self
            .memory
            .as_mut()
            .get_mut(offset as usize..)
            .unwrap_or_default();
        if place
            .iter()
            .take(bytes.len())
            .any(|&octet| octet != crate::format::ERASED)
        {
            return Err(RamFlashError::NotErased);
        }
        for (slot, octet) in place.iter_mut().zip(bytes) {
            *slot = *octet;
        }
        Ok(())
    }
}
