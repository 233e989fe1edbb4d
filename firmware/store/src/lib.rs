//! The recorder's store of an orbiter's flight computer: records on a NOR flash, safe against power cuts, found again at boot.
//!
//! Custody is the point: a frame that a PLCW acknowledges must not be lost any more, so [`Store::append`] returns when the
//! record is on the flash and was read back, and [`Store::room_for`] says beforehand whether there is room, so that a receiver
//! without room gets no bits and acknowledges nothing. No heap, no `unsafe`; all memory is in [`Store`]: 20 octets for each
//! segment and some 120 more.
//!
//! ```
//! use magpie_store::{Cursor, RamFlash, RecordId, Store};
//!
//! // A region of RAM that survives a reset, with the manners of a flash: write unit 4 octets, erase unit 1024.
//! let mut region = [0xFF; 16 * 1024];
//! // The device is cut into 8 segments, here of 2 KiB.
//! let mut store = Store::<_, 8>::new(RamFlash::<_, 4, 1024>::new(&mut region[..]));
//! if store.open().is_err() {
//!     store.format().unwrap(); // only ever on request
//! }
//! assert!(store.room_for(700));
//! let id = store.append(1, &[b"header", b"frame"]).unwrap();
//!
//! // The computer resets. What was appended is there.
//! let mut store = Store::<_, 8>::new(RamFlash::<_, 4, 1024>::new(&mut region[..]));
//! let recovery = store.open().unwrap();
//! assert_eq!((recovery.records, recovery.newest), (1, Some(id)));
//!
//! let (mut cursor, mut buffer) = (Cursor::oldest(), [0; 1024]);
//! let record = store.read(&mut cursor, &mut buffer).unwrap().unwrap();
//! assert_eq!((record.id, record.kind, record.content), (id, 1, &b"headerframe"[..]));
//!
//! // The ground has it: its room is given back.
//! assert!(store.release_up_to(id).durable);
//! assert_eq!(store.read(&mut Cursor::oldest(), &mut buffer), Ok(None));
//! ```
//!
//! # What it rests on
//!
//! Any flash behind [`embedded_storage::nor_flash::NorFlash`] with a write unit of up to 64 octets and a read unit of up to 16.
//! A unit is written once between two erases, also if it still reads as erased; rewriting (`MultiwriteNorFlash`) is not asked for.
//!
//! * **A power cut at any step** of a write or an erase costs at most the record that was being appended, which may be there or not.
//! * **A damage** costs the records that it touches, no other: the next header is searched for. A lost segment header costs the
//!   count of that segment's erases (it is taken for the most worn one then).
//! * **A unit that refuses** a write or an erase, or does it wrong, is left until the next boot; the record goes elsewhere.
//! * **Wear** is even: the ready segment with the fewest erases is next.
//! * **Opening writes nothing**, so a cut during it changes nothing, and ends on every image.
//!
//! # On the flash
//!
//! The device is cut into `SEGMENTS` segments of equal size, whole erase units; what is left over at its end is not used.
//! Numbers are big-endian. `A` is the larger of write unit, read unit and 4 octets; every entry begins at a multiple of `A`.
//!
//! | Segment header, 32 octets filled up to `A` with zeros | Octets |
//! |---|---|
//! | `MgpS` | 4 |
//! | format version, 1 | 2 |
//! | number of segments | 2 |
//! | octets of a segment | 4 |
//! | erases of this segment so far | 4 |
//! | number of the last released record when it was erased | 4 |
//! | number of the next record when it was erased | 4 |
//! | spare, 0 | 4 |
//! | check: CRC-32 over the header's offset on the device (4 octets) and the 28 octets before | 4 |
//!
//! It is written as soon as the segment is erased. Entries follow, each written once, from front to back:
//!
//! | Record, filled up to `A` with zeros | Octets |
//! |---|---|
//! | `A6` | 1 |
//! | kind, the caller's | 1 |
//! | length of the content, octets | 2 |
//! | number: 1, 2, 3 … over the whole life of the store | 4 |
//! | CRC-32 over the content | 4 |
//! | check: CRC-32 over this header's offset on the device (4 octets) and the 12 octets before | 4 |
//! | content | 0 to 65,535, and no more than the segment has |
//!
//! | Release mark, filled up to `A` with zeros | Octets |
//! |---|---|
//! | `59`, then zeros | 4 |
//! | number of the next record | 4 |
//! | number of the last released record | 4 |
//! | check as above | 4 |
//!
//! The CRC-32 is the one of CCSDS 211.2-B-3 annex C: x³² + x²³ + x²¹ + x¹¹ + x² + 1, preset 0. The offset in the check makes
//! a copy of a header worthless at any other place, such as inside the content of a record that holds an image of the store.
//! A record does not cross a segment's end. Segments have no order of their own: the numbers of their records give it.
//!
//! # What it does not do
//!
//! It does not scrub: rot is noticed when a record is read or at boot. It knows bad units only for one run. A cut that leaves
//! no trace at all, no bit changed, in the first write of a run into a segment of a former run goes unnoticed, and that unit
//! is then written a second time. Content can be forged by someone who knows the format; this is a check, not a signature.
#![no_std]
// Addresses on the device are u32 by the flash trait, lengths of chunks are constants below 65.
#![allow(clippy::cast_possible_truncation)]

mod append;
mod cursor;
mod device;
mod format;
mod ram;
mod recovery;
mod release;
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
