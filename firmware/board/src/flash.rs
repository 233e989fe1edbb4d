//! Memory with the manners of a NOR flash: the recorder's device of boards that have none (and of emulated ones).
//!
//! Erasing a unit of 4,096 octets makes it FF; a word of 8 octets takes one write after that, a second one is refused, as a flash with
//! error correction would spoil the word. Octets of a new device are whatever the memory holds.
//!
//! ```
//! use embedded_storage::nor_flash::NorFlash;
//! use magpie_board::flash::MemoryFlash;
//! let mut memory = [0; 4096];
//! let mut flash = MemoryFlash::new(&mut memory);
//! assert!(flash.write(8, &[1; 8]).is_err()); // not erased
//! flash.erase(0, 4096).unwrap();
//! flash.write(8, &[1; 8]).unwrap();
//! ```

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};
use magpie_bus::ResetCause;

/// What an erased octet reads as.
const ERASED: u8 = 0xFF;

/// Octets of the device of every board.
pub const FLASH_LEN: usize = 256 * 1024;

/// Why a flash does not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashError {
    /// Not at a multiple of the unit.
    NotAligned,
    /// Not in the device.
    OutOfBounds,
    /// The word holds something.
    NotErased,
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::NotAligned => NorFlashErrorKind::NotAligned,
            Self::OutOfBounds => NorFlashErrorKind::OutOfBounds,
            Self::NotErased => NorFlashErrorKind::Other,
        }
    }
}

impl From<NorFlashErrorKind> for FlashError {
    fn from(kind: NorFlashErrorKind) -> Self {
        match kind {
            NorFlashErrorKind::NotAligned => Self::NotAligned,
            _ => Self::OutOfBounds,
        }
    }
}

/// A flash in memory.
#[derive(Debug)]
pub struct MemoryFlash<'a> {
    octets: &'a mut [u8],
}

impl<'a> MemoryFlash<'a> {
    /// The device in this memory, with what is in it.
    pub const fn new(octets: &'a mut [u8]) -> Self {
        Self { octets }
    }

    /// The device as a board begins with it: what memory holds when power comes is no content, so it is blank then, as a new flash is.
    pub fn at_start(octets: &'a mut [u8], cause: ResetCause) -> Self {
        if cause == ResetCause::PowerOn {
            octets.fill(ERASED);
        }
        Self { octets }
    }

    /// `None` never comes after a check of bounds.
    fn part(&mut self, from: u32, len: usize) -> Result<&mut [u8], FlashError> {
        let from = usize::try_from(from).map_err(|_| FlashError::OutOfBounds)?;
        let to = from.checked_add(len).ok_or(FlashError::OutOfBounds)?;
        self.octets.get_mut(from..to).ok_or(FlashError::OutOfBounds)
    }
}

impl ErrorType for MemoryFlash<'_> {
    type Error = FlashError;
}

impl ReadNorFlash for MemoryFlash<'_> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, octets: &mut [u8]) -> Result<(), FlashError> {
        check_read(self, offset, octets.len())?;
        octets.copy_from_slice(self.part(offset, octets.len())?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.octets.len()
    }
}

impl NorFlash for MemoryFlash<'_> {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 4_096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        check_erase(self, from, to)?;
        let len = usize::try_from(to - from).map_err(|_| FlashError::OutOfBounds)?;
        self.part(from, len)?.fill(ERASED);
        Ok(())
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), FlashError> {
        check_write(self, offset, octets.len())?;
        let part = self.part(offset, octets.len())?;
        if part.iter().any(|&octet| octet != ERASED) {
            return Err(FlashError::NotErased);
        }
        part.copy_from_slice(octets);
        Ok(())
    }
}
