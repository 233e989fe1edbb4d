//! The recorder's store (docs follow).
#![no_std]
// Addresses on the device are u32 by the flash trait, lengths of chunks are constants below 65.
#![allow(clippy::cast_possible_truncation)]

mod cursor;
mod device;
mod format;
mod ram;
mod recovery;
mod report;
mod store;

pub use cursor::{Cursor, Record};
pub use format::FORMAT_VERSION;
pub use ram::{RamFlash, RamFlashError};
pub use report::{
    AppendError, Damage, DamageKind, FormatError, NAMED_DAMAGES, OpenError, ReadError, RecordId,
    Recovery, Released, Stats,
};
pub use store::Store;
