//! What the store tells: identifiers, errors, the findings at boot, the counters.

/// The number of a record: 1 for the first one after a format, one more for each that follows, never given twice.
///
/// A number can be missing (a record lost to damage, or one that the flash refused in the end), the order never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u32);

/// Why the device holds no store that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The device cannot be cut into so many segments of whole erase units, each large enough for a record, or is over 4 GiB.
    TooSmall,
    /// Neither a segment header nor a record is on it; `blank` if all of it reads as erased.
    Unformatted {
        /// Whether all octets read as erased.
        blank: bool,
    },
    /// A store of another format version.
    Version {
        /// The version that its headers give.
        found: u16,
    },
    /// A store that was cut into other segments.
    Geometry {
        /// Number of segments that its headers give.
        segments: u16,
        /// Octets of a segment that its headers give.
        segment_size: u32,
    },
}

/// Why the device could not be formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// As [`OpenError::TooSmall`].
    TooSmall,
    /// Fewer than two segments could be erased and written.
    Flash,
}

/// Why a record was not taken. Whatever the reason, all records before it are untouched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The store was not opened or formatted.
    Closed,
    /// No room, the reserve left out; nothing was written.
    Full,
    /// Longer than a segment can take; nothing was written.
    TooLong {
        /// Octets of the longest content that this store takes.
        longest: u16,
    },
    /// All 2³² − 2 numbers are used up; nothing was written.
    Exhausted,
    /// The flash refused in every segment that was left. The record may be found at the next boot, or not; its number is not given again.
    Flash,
}

/// Why [`Store::read`](crate::Store::read) gave no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The next record needs a buffer of this many octets; the cursor stays before it.
    BufferTooSmall {
        /// Octets of the record's content.
        need: u16,
    },
}

/// What is wrong at one place of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// The segment's header is not blank and not right; its wear is not known any more, its records are still read.
    SegmentHeader,
    /// Octets that belong to no record with a right header.
    NoHeader,
    /// The flash gave an error for them.
    Unreadable,
    /// A record whose header is right and whose content is not.
    Content(RecordId),
}

/// A damage and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Offset on the device, octets.
    pub at: u32,
    /// What is wrong there.
    pub kind: DamageKind,
}

/// Damages that [`Recovery`] names one by one; all are counted.
pub const NAMED_DAMAGES: usize = 8;

/// What [`Store::open`](crate::Store::open) found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Whole records that were not released. (One that a flash fault made the store write twice counts twice, but is read once.)
    pub records: u32,
    /// Oldest of them.
    pub oldest: Option<RecordId>,
    /// Newest of them.
    pub newest: Option<RecordId>,
    /// Numbers between the two for which there is no whole record.
    pub missing: u32,
    /// Records with a right header and wrong content.
    pub corrupt_records: u32,
    /// Octets that belong to no record with a right header.
    pub corrupt_octets: u32,
    /// Segments with a header that is neither right nor blank.
    pub corrupt_segment_headers: u32,
    /// Where the last thing in the newest segment is a damage: a power cut in the middle of a write looks like this.
    pub torn: Option<u32>,
    /// Damages of all kinds.
    pub damages: u32,
    /// The first of them.
    pub damage: [Option<Damage>; NAMED_DAMAGES],
    /// Segments with records.
    pub segments_used: u16,
    /// Segments erased and ready.
    pub segments_ready: u16,
    /// Segments that will be erased before they are used.
    pub segments_dirty: u16,
}

impl Recovery {
    pub(crate) fn note(&mut self, at: u32, kind: DamageKind) {
        self.damages = self.damages.saturating_add(1);
        if let Some(free) = self.damage.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(Damage { at, kind });
        }
    }
}

/// What a release did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// Segments that were erased and are ready.
    pub segments: u16,
    /// Whether the release is on the flash. It is not if the store is so full that the mark has no room and no segment became
    /// free; the records are gone for this run and would be read again after a reset.
    pub durable: bool,
}

/// Counters since the store was made; they stop at the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Records taken.
    pub records: u32,
    /// Octets of content taken.
    pub octets: u32,
    /// Records refused for want of room.
    pub full: u32,
    /// Records refused as too long.
    pub too_long: u32,
    /// Writes that the flash refused or did wrong.
    pub write_faults: u32,
    /// Erases that the flash refused or did wrong.
    pub erase_faults: u32,
    /// Segments taken out of use until the next boot.
    pub retired: u32,
    /// Segments erased.
    pub erases: u32,
    /// Release marks written.
    pub marks: u32,
    /// Records given to readers.
    pub read: u32,
    /// Records found damaged when they were read.
    pub read_corrupt: u32,
}

impl Stats {
    pub(crate) const fn new() -> Self {
        Self {
            records: 0,
            octets: 0,
            full: 0,
            too_long: 0,
            write_faults: 0,
            erase_faults: 0,
            retired: 0,
            erases: 0,
            marks: 0,
            read: 0,
            read_corrupt: 0,
        }
    }
}
