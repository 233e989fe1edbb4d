//! Appending: one entry behind the other into the open segment, into a fresh one when that is full or fails.

use crate::device::Device;
use crate::format::Entry;
use crate::report::{AppendError, RecordId};
use crate::store::{Active, State, Store};
use core::iter::once;
use embedded_storage::nor_flash::NorFlash;
use magpie_coding::crc::Crc32;

impl<F: NorFlash, const SEGMENTS: usize> Store<F, SEGMENTS> {
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
            self.fits(kept, extent.chain(self.reserve(true)))
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
        self.resumed &= kept == 0;
        self.stats.records = self.stats.records.saturating_add(1);
        self.stats.octets = self.stats.octets.saturating_add(length.into());
        Ok(RecordId(number))
    }

    /// Writes an entry into the open segment or the next; each refusal of the flash costs a segment, so it ends.
    pub(crate) fn write(&mut self, entry: &Entry, parts: &[&[u8]], kept: u32) -> bool {
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
        let skipped = if row.aged {
            Self::SKIPPED
        } else {
            Self::HEADER
        };
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
}
