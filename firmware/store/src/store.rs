//! The store: where records go, how much room there is, what is released.
//!
//! One segment is open at a time and filled from its front. What decides at boot is only what stands on the flash; the table
//! of segments in RAM is made again from it (`recovery`).

use crate::device::Device;
use crate::format::{CHUNK, Entry, FORMAT_VERSION, SEGMENT_HEADER, SegmentHeader};
use crate::report::{AppendError, OpenError, RecordId, Released, Stats};
use core::iter::{once, repeat_n};
use embedded_storage::nor_flash::NorFlash;
use magpie_coding::crc::Crc32;

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
    const SKIPPED: u32 = Self::HEADER + CHUNK as u32;
    /// Octets that a release mark takes.
    const MARK: u32 = Device::<F>::extent(0);

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
        length <= self.longest() && self.fits(Self::MARK, wanted.chain(self.reserve()))
    }

    fn reserve(&self) -> impl Iterator<Item = u32> + use<F, SEGMENTS> {
        repeat_n(
            Device::<F>::extent(self.reserve_length.min(self.longest())),
            self.reserve_records.into(),
        )
    }

    /// Whether entries of these extents fit one after another, `kept` octets at each segment's end left out.
    fn fits(&self, kept: u32, wanted: impl Iterator<Item = u32>) -> bool {
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

    fn left(&self, open: Active, kept: u32) -> u32 {
        self.end_of(open.index)
            .saturating_sub(kept)
            .saturating_sub(open.at)
    }

    /// Takes a record, its content given in parts. It is on the flash, and was read back, when this returns.
    pub fn append(&mut self, kind: u8, parts: &[&[u8]]) -> Result<RecordId, AppendError> {
        self.take(kind, parts, Self::MARK)
    }

    /// As [`append`](Self::append), for the records that close a session: the reserve is theirs.
    pub fn append_closing(&mut self, kind: u8, parts: &[&[u8]]) -> Result<RecordId, AppendError> {
        self.take(kind, parts, 0)
    }

    /// `kept`: octets at a segment's end that this record leaves to release marks; 0 for a closing record.
    fn take(&mut self, kind: u8, parts: &[&[u8]], kept: u32) -> Result<RecordId, AppendError> {
        if self.size == 0 {
            return Err(AppendError::Closed);
        }
        let octets = parts
            .iter()
            .fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        let longest = self.longest();
        let Some(length) = u16::try_from(octets)
            .ok()
            .filter(|&length| length <= longest)
        else {
            self.stats.too_long = self.stats.too_long.saturating_add(1);
            return Err(AppendError::TooLong { longest });
        };
        if self.next == u32::MAX {
            return Err(AppendError::Exhausted);
        }
        let extent = once(Device::<F>::extent(length));
        let fits = if kept == 0 {
            self.fits(0, extent)
        } else {
            self.fits(kept, extent.chain(self.reserve()))
        };
        if !fits {
            self.stats.full = self.stats.full.saturating_add(1);
            return Err(AppendError::Full);
        }
        let mut crc = Crc32::new();
        for part in parts {
            crc.update(part);
        }
        let number = self.next;
        let entry = Entry::Record {
            kind,
            length,
            number,
            content_check: crc.finish(),
        };
        let written = self.write(&entry, parts, kept);
        // A write that failed may still have left a whole record: its number is used up either way.
        self.next += 1;
        if !written {
            return Err(AppendError::Flash);
        }
        self.stats.records = self.stats.records.saturating_add(1);
        self.stats.octets = self.stats.octets.saturating_add(length.into());
        Ok(RecordId(number))
    }

    /// Writes an entry into the open segment or the next; each refusal of the flash costs a segment, so it ends.
    fn write(&mut self, entry: &Entry, parts: &[&[u8]], kept: u32) -> bool {
        let extent = Device::<F>::extent(entry.length());
        while let Some(Active { index, at }) = self.place(extent, kept) {
            let first_in_segment = self.latest != Some(index);
            if self.device.write(at, &entry.emit(at), parts).is_err() {
                self.stats.write_faults = self.stats.write_faults.saturating_add(1);
                self.retire(index);
                continue;
            }
            self.active = Some(Active {
                index,
                at: at.saturating_add(extent),
            });
            self.latest = Some(index);
            if let (Entry::Record { number, .. }, Some(row)) = (entry, self.segments.get_mut(index))
            {
                row.last = *number;
                if row.first == 0 {
                    row.first = *number;
                }
            }
            if first_in_segment {
                self.sweep();
            }
            return true;
        }
        false
    }

    /// Where an entry goes: the open segment, or a fresh one if that has no room.
    fn place(&mut self, extent: u32, kept: u32) -> Option<Active> {
        if let Some(open) = self.active
            && extent <= self.left(open, kept)
        {
            return Some(open);
        }
        let index = self.ready_segment()?;
        let row = self.segments.get_mut(index)?;
        (row.state, row.first, row.last) = (State::Used, 0, 0);
        let skipped = if row.aged { Self::SKIPPED } else { Self::HEADER };
        let at = self.start_of(index).saturating_add(skipped);
        self.active = Some(Active { index, at });
        self.active
    }

    /// The ready segment with the lowest wear; if none is ready, one is erased.
    fn ready_segment(&mut self) -> Option<usize> {
        loop {
            if let Some(index) = self.lowest(State::Ready, |row| row.wear) {
                return Some(index);
            }
            let dirty = self.lowest(State::Dirty, |row| row.wear)?;
            self.prepare(dirty);
        }
    }

    fn lowest(&self, state: State, key: impl Fn(&Segment) -> u32) -> Option<usize> {
        let rows = self
            .segments
            .iter()
            .enumerate()
            .filter(|(_, row)| row.state == state);
        rows.min_by_key(|(_, row)| key(row)).map(|(index, _)| index)
    }

    fn retire(&mut self, index: usize) {
        self.stats.retired = self.stats.retired.saturating_add(1);
        self.active = self.active.filter(|open| open.index != index);
        if let Some(row) = self.segments.get_mut(index) {
            row.state = if row.has_records() {
                State::Faulty
            } else {
                State::Bad
            };
        }
    }

    /// Erases a segment and writes its header; afterwards it is ready or bad.
    pub(crate) fn prepare(&mut self, index: usize) -> bool {
        let (start, end) = (self.start_of(index), self.end_of(index));
        let Some(row) = self.segments.get_mut(index) else {
            return false;
        };
        row.wear = row.wear.saturating_add(1);
        (row.state, row.first, row.last, row.aged) = (State::Bad, 0, 0, false);
        let header = SegmentHeader {
            version: FORMAT_VERSION,
            segments: u16::try_from(SEGMENTS).unwrap_or(u16::MAX),
            segment_size: self.size,
            wear: row.wear,
            released: self.released,
            next: self.next,
        };
        self.stats.erases = self.stats.erases.saturating_add(1);
        if self.device.erase(start, end).is_err() {
            self.stats.erase_faults = self.stats.erase_faults.saturating_add(1);
        } else if self.device.write(start, &header.emit(start), &[]).is_err() {
            self.stats.write_faults = self.stats.write_faults.saturating_add(1);
        } else {
            row.state = State::Ready;
            self.marked = self.released;
            return true;
        }
        self.stats.retired = self.stats.retired.saturating_add(1);
        false
    }

    /// Lets go of the segments in which all records are released, the open and the latest one excepted.
    pub(crate) fn sweep(&mut self) {
        let kept = [self.active.map(|open| open.index), self.latest];
        for (index, row) in self.segments.iter_mut().enumerate() {
            if !kept.contains(&Some(index)) && row.last <= self.released {
                match row.state {
                    State::Used => row.state = State::Dirty,
                    State::Faulty => row.state = State::Bad,
                    State::Ready | State::Dirty | State::Bad => {}
                }
            }
        }
    }

    /// Lets go of all records up to and with this one: they are not read again, and segments that hold nothing else are
    /// erased at once, so that appending finds them ready.
    pub fn release_up_to(&mut self, id: RecordId) -> Released {
        self.released = self.released.max(id.0.min(self.next.saturating_sub(1)));
        self.sweep();
        if self.marked < self.released && self.fits(0, once(Self::MARK).chain(self.reserve())) {
            let mark = Entry::Mark {
                released: self.released,
                next: self.next,
            };
            if self.write(&mark, &[], 0) {
                self.marked = self.released;
                self.stats.marks = self.stats.marks.saturating_add(1);
            }
        }
        let segments = self.tidy();
        Released {
            segments,
            durable: self.marked == self.released,
        }
    }

    /// Erases every segment that waits for it (after a boot, say, in a quiet moment) and says how many are ready through it.
    /// The oldest goes first: a power cut then cannot bring back what an older mark had released.
    pub fn tidy(&mut self) -> u16 {
        let mut erased = 0;
        while let Some(index) = self.lowest(State::Dirty, |row| row.last) {
            erased += u16::from(self.prepare(index));
        }
        erased
    }
}
