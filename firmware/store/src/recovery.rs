//! Boot: the table of segments is made again from what stands on the flash. Nothing is written here.
//!
//! Every entry of every segment is looked at, also in segments whose header is lost. The segment with the newest entry goes
//! on being filled, behind everything that a torn write can have touched: behind the announced length if the last header is
//! right, behind one chunk if it is not; and not at all if even more than that is not blank. The chunk is left out also where
//! nothing is to be seen: a write that was cut before a bit was seen to change is a write, and a unit is written once. (A
//! cut of that kind in the first write of a run into a segment of a former one cannot be told: nothing on the flash is new.)

use crate::device::{Device, Found};
use crate::format::{CHUNK, Entry, FORMAT_VERSION};
use crate::report::{DamageKind, FormatError, OpenError, RecordId, Recovery};
use crate::store::{Active, Segment, State, Store};
use embedded_storage::nor_flash::NorFlash;

/// Which entry is the newest: by number, a record before a mark with the same number, of two marks the later release.
type Age = (u32, bool, u32);

/// What one segment has to say.
#[derive(Clone, Copy, Default)]
struct Survey {
    newest: Option<Age>,
    /// Where appending can go on.
    resume: Option<u32>,
    /// Damage behind the last right entry.
    torn: Option<u32>,
}

impl<F: NorFlash, const SEGMENTS: usize> Store<F, SEGMENTS> {
    /// Reads the whole device and goes on where it was left. On an error the store is closed, and the flash as it was.
    pub fn open(&mut self) -> Result<Recovery, OpenError> {
        self.close()?;
        let result = self.recover();
        if result.is_err() {
            self.size = 0;
            self.segments = [Segment::UNKNOWN; SEGMENTS];
        }
        result
    }

    /// Erases everything; only the wear of segments with a right header is carried over. Numbers begin at 1 again.
    pub fn format(&mut self) -> Result<(), FormatError> {
        self.close().map_err(|_| FormatError::TooSmall)?;
        self.read_headers();
        let mut ready = 0;
        for index in 0..SEGMENTS {
            ready += u32::from(self.prepare(index));
        }
        if ready < 2 {
            self.size = 0;
            return Err(FormatError::Flash);
        }
        Ok(())
    }

    /// Takes wear, release and next number from the headers; how many are of this store, and the first that is of another.
    fn read_headers(&mut self) -> (u32, Option<OpenError>) {
        let (mut right, mut other) = (0, None);
        for index in 0..SEGMENTS {
            let start = self.start_of(index);
            let Some(header) = self.device.segment_header(start) else {
                continue;
            };
            if header.version != FORMAT_VERSION {
                other = other.or(Some(OpenError::Version {
                    found: header.version,
                }));
            } else if usize::from(header.segments) != SEGMENTS || header.segment_size != self.size {
                let (segments, segment_size) = (header.segments, header.segment_size);
                other = other.or(Some(OpenError::Geometry {
                    segments,
                    segment_size,
                }));
            } else if let Some(row) = self.segments.get_mut(index) {
                (row.state, row.wear) = (State::Ready, header.wear);
                right += 1;
            }
        }
        let worn = self.segments.iter().map(|row| row.wear).max().unwrap_or(0);
        for row in self
            .segments
            .iter_mut()
            .filter(|row| row.state != State::Ready)
        {
            row.wear = worn;
        }
        (right, other)
    }

    fn recover(&mut self) -> Result<Recovery, OpenError> {
        let mut recovery = Recovery::default();
        let (right, other) = self.read_headers();
        if let (0, Some(error)) = (right, other) {
            return Err(error);
        }
        let mut newest: Option<(Age, usize, Survey)> = None;
        for index in 0..SEGMENTS {
            let survey = self.survey(index, &mut recovery);
            if let Some(age) = survey.newest
                && newest.is_none_or(|(oldest, ..)| age > oldest)
            {
                newest = Some((age, index, survey));
            }
        }
        if right == 0 && newest.is_none() {
            let end = self.end_of(SEGMENTS - 1);
            return Err(OpenError::Unformatted {
                blank: self.device.is_blank(0, end),
            });
        }
        self.next = self.next.max(self.released.saturating_add(1));
        self.marked = self.released;
        if let Some((_, index, survey)) = newest {
            self.active = survey.resume.map(|at| Active { index, at });
            self.latest = Some(index);
            recovery.torn = survey.torn;
        }
        self.resumed = true;
        self.sweep();
        self.sum_up(&mut recovery);
        Ok(recovery)
    }

    /// Reads one segment through and fills in its row.
    fn survey(&mut self, index: usize, recovery: &mut Recovery) -> Survey {
        let (start, end) = (self.start_of(index), self.end_of(index));
        let has_header = self
            .segments
            .get(index)
            .is_some_and(|row| row.state == State::Ready);
        if let (true, Some(header)) = (has_header, self.device.segment_header(start)) {
            self.released = self.released.max(header.released);
            self.next = self.next.max(header.next);
        } else if !self
            .device
            .is_blank(start, start.saturating_add(Self::HEADER))
        {
            recovery.corrupt_segment_headers += 1;
            recovery.note(start, DamageKind::SegmentHeader);
        }
        let mut survey = Survey::default();
        let mut at = start.saturating_add(Self::HEADER);
        loop {
            let Found { entry, gap } = self.device.find(at, end);
            if let Some(gap) = gap {
                let kind = if gap.unreadable {
                    DamageKind::Unreadable
                } else {
                    DamageKind::NoHeader
                };
                recovery.note(gap.from, kind);
                recovery.corrupt_octets = recovery.corrupt_octets.saturating_add(gap.to - gap.from);
                survey.torn = Some(gap.from);
            }
            let Some((place, entry)) = entry else {
                let torn_end = at.saturating_add(CHUNK as u32).min(end);
                survey.resume = gap.is_none_or(|gap| gap.to <= torn_end).then_some(torn_end);
                break;
            };
            at = place.saturating_add(Device::<F>::extent(entry.length()));
            survey.torn = None;
            self.account(index, place, &entry, recovery, &mut survey);
        }
        let Some(row) = self.segments.get_mut(index) else {
            return survey;
        };
        let untouched = survey.newest.is_none() && survey.torn.is_none();
        row.aged = has_header && untouched;
        row.state = if row.aged { State::Ready } else { State::Used };
        survey
    }

    /// Takes one entry with a right header into the books.
    fn account(
        &mut self,
        index: usize,
        place: u32,
        entry: &Entry,
        recovery: &mut Recovery,
        survey: &mut Survey,
    ) {
        let age = match *entry {
            Entry::Mark { released, next } => {
                self.released = self.released.max(released);
                self.next = self.next.max(next);
                (next, false, released)
            }
            Entry::Record {
                length,
                number,
                content_check,
                ..
            } => {
                self.next = self.next.max(number.saturating_add(1));
                if self.device.content_is_right(place, length, content_check) {
                    recovery.records += 1;
                    if let Some(row) = self.segments.get_mut(index) {
                        row.first = if row.first == 0 {
                            number
                        } else {
                            row.first.min(number)
                        };
                        row.last = row.last.max(number);
                    }
                } else {
                    recovery.corrupt_records += 1;
                    recovery.note(place, DamageKind::Content(RecordId(number)));
                    survey.torn = Some(place);
                }
                (number, true, 0)
            }
        };
        survey.newest = survey.newest.max(Some(age));
    }

    /// Completes the report, now that it is known what was released.
    fn sum_up(&mut self, recovery: &mut Recovery) {
        for index in 0..SEGMENTS {
            let Some(row) = self.segments.get(index).copied() else {
                continue;
            };
            if row.first != 0 && row.first <= self.released {
                recovery.records = recovery
                    .records
                    .saturating_sub(self.released_records(index));
            }
            match row.state {
                State::Ready => recovery.segments_ready += 1,
                State::Dirty => recovery.segments_dirty += 1,
                State::Used | State::Faulty | State::Bad => recovery.segments_used += 1,
            }
        }
        recovery.newest = self.newest();
        recovery.oldest = self.oldest();
        if let (Some(oldest), Some(newest)) = (recovery.oldest, recovery.newest) {
            recovery.missing = newest
                .0
                .saturating_sub(oldest.0)
                .saturating_add(1)
                .saturating_sub(recovery.records);
        }
    }

    /// Whole records of a segment that were released.
    fn released_records(&mut self, index: usize) -> u32 {
        let end = self.end_of(index);
        let mut at = self.start_of(index).saturating_add(Self::HEADER);
        let mut records = 0;
        while let Some((place, entry)) = self.device.find(at, end).entry {
            at = place.saturating_add(Device::<F>::extent(entry.length()));
            if let Entry::Record {
                length,
                number,
                content_check,
                ..
            } = entry
            {
                let counts = number <= self.released
                    && self.device.content_is_right(place, length, content_check);
                records += u32::from(counts);
            }
        }
        records
    }
}
