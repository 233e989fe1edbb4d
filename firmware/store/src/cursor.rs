//! Reading: records in order, from any number on, also while more are appended and older ones released.

use crate::device::Device;
use crate::format::{Entry, RECORD_HEADER};
use crate::report::{ReadError, RecordId};
use crate::store::Store;
use embedded_storage::nor_flash::NorFlash;
use magpie_coding::crc::crc32_proximity;

/// A place in the order of records; [`Store::read`] moves it on. Any number of them may be in use.
///
/// It stays good whatever happens to the store: what is released meanwhile is passed over, what is appended is read.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    next: u32,
    hint: Option<Hint>,
}

/// Where the next record probably begins; void once the segment was erased.
#[derive(Clone, Copy, Debug)]
struct Hint {
    index: usize,
    wear: u32,
    at: u32,
}

impl Cursor {
    /// Begins with this record, or with the first one behind it that there is.
    pub const fn from(id: RecordId) -> Self {
        Self {
            next: id.0,
            hint: None,
        }
    }

    /// Begins with the oldest record that is not released.
    pub const fn oldest() -> Self {
        Self::from(RecordId(0))
    }

    /// The next record read will have this number or a higher one.
    pub const fn next(&self) -> RecordId {
        RecordId(self.next)
    }

    /// Passes over the next record, for one that does not fit the buffer.
    pub const fn skip(&mut self) {
        self.next = self.next.saturating_add(1);
    }
}

/// A record that was read; its check was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'b> {
    /// Its number.
    pub id: RecordId,
    /// What the writer gave as kind.
    pub kind: u8,
    /// Its octets, in the caller's buffer.
    pub content: &'b [u8],
}

impl<F: NorFlash, const SEGMENTS: usize> Store<F, SEGMENTS> {
    /// Reads the next record into `into`; `None` at the end, where a later call finds what was appended since. A record that
    /// went bad on the flash is passed over and counted.
    pub fn read<'b>(
        &mut self,
        cursor: &mut Cursor,
        into: &'b mut [u8],
    ) -> Result<Option<Record<'b>>, ReadError> {
        while let Some((place, entry)) = self.seek(cursor) {
            let Entry::Record {
                kind,
                length,
                number,
                content_check,
            } = entry
            else {
                continue;
            };
            let Some(content) = into.get_mut(..length.into()) else {
                return Err(ReadError::BufferTooSmall { need: length });
            };
            cursor.next = number.saturating_add(1);
            let readable = self
                .device
                .read(place.saturating_add(RECORD_HEADER as u32), content)
                .is_ok();
            if readable && crc32_proximity(content) == content_check {
                if let Some(hint) = &mut cursor.hint {
                    hint.at = place.saturating_add(Device::<F>::extent(length));
                }
                self.stats.read = self.stats.read.saturating_add(1);
                let content = into.get(..length.into()).unwrap_or_default();
                return Ok(Some(Record {
                    id: RecordId(number),
                    kind,
                    content,
                }));
            }
            self.stats.read_corrupt = self.stats.read_corrupt.saturating_add(1);
        }
        Ok(None)
    }

    /// The oldest record that is not released, as far as headers tell.
    pub fn oldest(&mut self) -> Option<RecordId> {
        let mut cursor = Cursor::oldest();
        self.seek(&mut cursor).map(|_| RecordId(cursor.next))
    }

    /// Moves the cursor to the next record with a right header: its place, and the cursor's number is the record's.
    fn seek(&mut self, cursor: &mut Cursor) -> Option<(u32, Entry)> {
        cursor.next = cursor.next.max(self.released.saturating_add(1));
        while cursor.next < self.next {
            let hint = cursor.hint.filter(|hint| self.is_good(hint, cursor.next));
            let hint = match hint {
                Some(hint) => hint,
                None => self.first_hint(cursor.next)?,
            };
            let end = match self.active {
                Some(open) if open.index == hint.index => open.at,
                _ => self.end_of(hint.index),
            };
            let mut at = hint.at;
            while let Some((place, entry)) = self.device.find(at, end).entry {
                at = place.saturating_add(Device::<F>::extent(entry.length()));
                if let Entry::Record { number, .. } = entry
                    && number >= cursor.next
                    && number < self.next
                {
                    cursor.next = number;
                    cursor.hint = Some(Hint { at: place, ..hint });
                    return Some((place, entry));
                }
            }
            // Nothing more in this segment: on behind its last number.
            let last = self
                .segments
                .get(hint.index)
                .map_or(u32::MAX, |row| row.last);
            cursor.next = cursor.next.max(last.saturating_add(1));
            cursor.hint = None;
        }
        None
    }

    fn is_good(&self, hint: &Hint, next: u32) -> bool {
        let row = self.segments.get(hint.index);
        row.is_some_and(|row| row.has_records() && row.wear == hint.wear && next <= row.last)
    }

    /// The segment to look in first for this number or the next higher one.
    fn first_hint(&self, next: u32) -> Option<Hint> {
        let rows = self
            .segments
            .iter()
            .enumerate()
            .filter(|(_, row)| row.has_records() && row.last >= next);
        let (index, row) = rows.min_by_key(|(_, row)| row.first)?;
        Some(Hint {
            index,
            wear: row.wear,
            at: self.start_of(index).saturating_add(Self::HEADER),
        })
    }
}
