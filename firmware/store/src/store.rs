//! The store: its table of segments and how much room there is.
//!
//! One segment is open at a time and filled from its front. What decides at boot is only what stands on the flash; the table
//! of segments in RAM is made again from it (`recovery`).

use crate::device::Device;
use crate::format::{CHUNK, SEGMENT_HEADER};
use crate::report::{OpenError, RecordId, Stats};
use core::iter::repeat_n;
use embedded_storage::nor_flash::NorFlash;

/// What a segment is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Erased, with a header, nothing behind it.
    Ready,
    /// Nothing in it is needed any more; to be erased before use.
    Dirty,
    /// Holds records, or is open.
    Used,
    /// Holds records, but refused a write: not used again in this run.
    Faulty,
    /// Refused a write or an erase and holds nothing.
    Bad,
}

/// A row of the table of segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) state: State,
    /// Erases so far; what the header says, or the highest of the others if it is lost.
    pub(crate) wear: u32,
    /// Number of the first record in it, 0 if there is none.
    pub(crate) first: u32,
    /// Number of the last record in it, 0 if there is none.
    pub(crate) last: u32,
    /// Ready since a former run: a write that was torn before a bit was seen to change may have begun in its first chunk.
    pub(crate) aged: bool,
}

impl Segment {
    pub(crate) const UNKNOWN: Self = Self {
        state: State::Bad,
        wear: 0,
        first: 0,
        last: 0,
        aged: false,
    };

    pub(crate) fn has_records(&self) -> bool {
        matches!(self.state, State::Used | State::Faulty) && self.first != 0
    }
}

/// The open segment and where the next entry goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Active {
    pub(crate) index: usize,
    pub(crate) at: u32,
}

/// A recorder's store on a flash, cut into `SEGMENTS` segments of equal size; see the crate's documentation.
#[derive(Debug)]
pub struct Store<F, const SEGMENTS: usize> {
    pub(crate) device: Device<F>,
    pub(crate) segments: [Segment; SEGMENTS],
    pub(crate) active: Option<Active>,
    /// The segment with the newest entry: never erased before a newer one stands elsewhere, it may be the only one that
    /// knows the numbers.
    pub(crate) latest: Option<usize>,
    /// Octets of a segment; 0 while closed.
    pub(crate) size: u32,
    pub(crate) next: u32,
    pub(crate) released: u32,
    /// The release that the flash knows of.
    pub(crate) marked: u32,
    pub(crate) stats: Stats,
    /// Since the boot nothing but marks and closing records was written behind what a former run left.
    pub(crate) resumed: bool,
    reserve_records: u16,
    reserve_length: u16,
}

impl<F, const SEGMENTS: usize> Store<F, SEGMENTS> {
    /// A closed store on this flash: [`open`](Self::open) or [`format`](Self::format) it. No access to the flash yet.
    pub const fn new(flash: F) -> Self {
        Self {
            device: Device { flash },
            segments: [Segment::UNKNOWN; SEGMENTS],
            active: None,
            latest: None,
            size: 0,
            next: 1,
            released: 0,
            marked: 0,
            stats: Stats::new(),
            resumed: false,
            reserve_records: 0,
            reserve_length: 0,
        }
    }

    /// The flash again.
    pub fn into_flash(self) -> F {
        self.device.flash
    }

    /// Keeps room for so many closing records of up to `length` octets each: [`append`](Self::append) leaves it free,
    /// [`append_closing`](Self::append_closing) may use it.
    pub const fn set_reserve(&mut self, records: u16, length: u16) {
        self.reserve_records = records;
        self.reserve_length = length;
    }

    /// The counters.
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The newest record that may be read, if there is one.
    pub fn newest(&self) -> Option<RecordId> {
        let last = self
            .segments
            .iter()
            .filter(|row| row.has_records())
            .map(|row| row.last)
            .max();
        last.filter(|&last| last > self.released).map(RecordId)
    }

    /// All records up to this one are released; 0 if none is.
    pub const fn released(&self) -> RecordId {
        RecordId(self.released)
    }

    /// Smallest and largest number of erases of a segment that is in use.
    pub fn wear(&self) -> (u32, u32) {
        let rows = self.segments.iter().filter(|row| row.state != State::Bad);
        rows.fold((u32::MAX, 0), |(low, high), row| {
            (low.min(row.wear), high.max(row.wear))
        })
    }

    /// Segments that records can still go to after the open one.
    pub fn free_segments(&self) -> u16 {
        let free = |row: &&Segment| matches!(row.state, State::Ready | State::Dirty);
        u16::try_from(self.segments.iter().filter(free).count()).unwrap_or(u16::MAX)
    }
}

impl<F: NorFlash, const SEGMENTS: usize> Store<F, SEGMENTS> {
    /// Octets that a segment's header takes.
    pub(crate) const HEADER: u32 = Device::<F>::padded(SEGMENT_HEADER);
    /// Where entries begin at the latest: behind the header, and one chunk further in a segment that was ready at boot.
    pub(crate) const SKIPPED: u32 = Self::HEADER + CHUNK as u32;
    /// Octets that a release mark takes.
    pub(crate) const MARK: u32 = Device::<F>::extent(0);

    /// Takes everything out of use and finds out how large a segment is.
    pub(crate) fn close(&mut self) -> Result<(), OpenError> {
        self.segments = [Segment::UNKNOWN; SEGMENTS];
        (self.active, self.latest) = (None, None);
        (self.size, self.next, self.released, self.marked) = (0, 1, 0, 0);
        let capacity =
            u32::try_from(self.device.flash.capacity()).map_err(|_| OpenError::TooSmall)?;
        let segments = u32::from(u16::try_from(SEGMENTS).map_err(|_| OpenError::TooSmall)?);
        let erase = u32::try_from(F::ERASE_SIZE).map_err(|_| OpenError::TooSmall)?;
        let units = capacity
            .checked_div(segments)
            .and_then(|share| share.checked_div(erase))
            .unwrap_or(0);
        let size = units.saturating_mul(erase);
        let align = u32::try_from(Device::<F>::ALIGN).unwrap_or(u32::MAX);
        if segments < 2 || size <= Self::SKIPPED + 2 * Self::MARK || !size.is_multiple_of(align) {
            return Err(OpenError::TooSmall);
        }
        self.size = size;
        Ok(())
    }

    pub(crate) fn start_of(&self, index: usize) -> u32 {
        u32::try_from(index)
            .unwrap_or(u32::MAX)
            .saturating_mul(self.size)
    }

    pub(crate) fn end_of(&self, index: usize) -> u32 {
        self.start_of(index).saturating_add(self.size)
    }

    /// Octets of the longest content that [`append`](Self::append) takes.
    pub fn longest(&self) -> u16 {
        let empty = self.size.saturating_sub(Self::SKIPPED + 2 * Self::MARK);
        // A mark is a header without content, filled up to the unit; what fills it up is content of a record.
        let fill = Self::MARK - u32::try_from(crate::format::RECORD_HEADER).unwrap_or(0);
        if self.size == 0 {
            0
        } else {
            u16::try_from(empty + fill).unwrap_or(u16::MAX)
        }
    }

    /// Whether the next [`append`](Self::append) of this many octets of content finds room. A promise, unless the flash fails.
    pub fn room_for(&self, length: u16) -> bool {
        self.room_for_many(1, length)
    }

    /// Whether the next so many appends of up to so many octets each find room: for a receiver that is given a stretch of
    /// bits in which several frames may end.
    pub fn room_for_many(&self, records: u16, length: u16) -> bool {
        let wanted = repeat_n(Device::<F>::extent(length), records.into());
        length <= self.longest() && self.fits(Self::MARK, wanted.chain(self.reserve(true)))
    }

    /// What the reserve takes, and the chunk that a boot in between passes over.
    pub(crate) fn reserve(&self, boot: bool) -> impl Iterator<Item = u32> + use<F, SEGMENTS> {
        let extent = Device::<F>::extent(self.reserve_length.min(self.longest()));
        let skipped = (boot && self.reserve_records > 0).then_some(CHUNK as u32);
        skipped
            .into_iter()
            .chain(repeat_n(extent, self.reserve_records.into()))
    }

    /// Whether entries of these extents fit one after another, `kept` octets at each segment's end left out.
    pub(crate) fn fits(&self, kept: u32, wanted: impl Iterator<Item = u32>) -> bool {
        let empty = self.size.saturating_sub(Self::SKIPPED + kept);
        let mut left = self.active.map_or(0, |open| self.left(open, kept));
        let mut free = self.free_segments();
        for extent in wanted {
            if extent > left {
                if free == 0 || extent > empty {
                    return false;
                }
                free -= 1;
                left = empty;
            }
            left -= extent;
        }
        true
    }

    pub(crate) fn left(&self, open: Active, kept: u32) -> u32 {
        self.end_of(open.index)
            .saturating_sub(kept)
            .saturating_sub(open.at)
    }

    /// The segment in this state with the lowest key.
    pub(crate) fn lowest(&self, state: State, key: impl Fn(&Segment) -> u32) -> Option<usize> {
        let rows = self
            .segments
            .iter()
            .enumerate()
            .filter(|(_, row)| row.state == state);
        rows.min_by_key(|(_, row)| key(row)).map(|(index, _)| index)
    }
}
