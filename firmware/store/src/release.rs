//! Releasing: segments that hold nothing of use are erased and made ready, bad ones are left alone.
//!
//! A release stands on the flash in a mark, an entry without content behind the records, and in the header of every segment
//! that is erased from then on; the headers also carry the next number. So the numbers survive when all records are gone.

use crate::format::{Entry, FORMAT_VERSION, SegmentHeader};
use crate::report::{RecordId, Released};
use crate::store::{State, Store};
use core::iter::once;
use embedded_storage::nor_flash::NorFlash;

impl<F: NorFlash, const SEGMENTS: usize> Store<F, SEGMENTS> {
    /// A segment refused a write: nothing more goes into it in this run.
    pub(crate) fn retire(&mut self, index: usize) {
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
        if self.marked < self.released && self.mark_has_room() {
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

    /// Whether a release mark can be written without taking room that was promised. It takes no segment that is about to be
    /// erased: the header that this one gets says the same.
    fn mark_has_room(&self) -> bool {
        let here = self
            .active
            .is_some_and(|open| Self::MARK <= self.left(open, 0));
        let erasing = self.lowest(State::Dirty, |row| row.last).is_some();
        (here || !erasing) && self.fits(0, once(Self::MARK).chain(self.reserve(!self.resumed)))
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
