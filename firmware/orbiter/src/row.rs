//! Records in the flash store, seen as one row of octets: what a recording is for `magpie-relay`.
//!
//! Each record packet is one record of the store. A reader walks from record to record; two places are kept, since a framer reads ahead
//! of the packet headers that it looks at.

use embedded_storage::nor_flash::NorFlash;
use magpie_relay::store::{Store as Octets, StoreFull};
use magpie_store::{Cursor, RecordId, Store};

use crate::recorder::KIND_RECORD;

/// Octets of the longest record: a frame of 512 octets as PLTU (7), in a block (14), in a record packet (20).
pub(crate) const LONGEST: usize = 512 + 7 + 14 + 20;
/// Reads of so few octets look at headers.
const PEEK: usize = 32;

/// A place in the row: the record that begins at `position` is the next one of `cursor`.
#[derive(Debug, Clone, Copy)]
struct Place {
    position: u64,
    cursor: Cursor,
}

/// What is known of a row between two looks at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowState {
    first: Cursor,
    last: RecordId,
    len: u64,
    reading: Place,
    peeking: Place,
}

/// A row with its store.
pub(crate) struct Row<'s, F, const N: usize> {
    pub(crate) store: &'s mut Store<F, N>,
    pub(crate) state: &'s mut RowState,
    pub(crate) scratch: &'s mut [u8; LONGEST],
    /// Appends may use the room that is kept for the end of a pass.
    pub(crate) closing: bool,
}

impl RowState {
    /// The row of all records from this one on.
    pub(crate) fn from<F: NorFlash, const N: usize>(
        first: RecordId,
        store: &mut Store<F, N>,
        scratch: &mut [u8; LONGEST],
    ) -> Self {
        let mut cursor = Cursor::from(first);
        let start = Place {
            position: 0,
            cursor,
        };
        let (mut len, mut last) = (0, first);
        while let Ok(Some(record)) = store.read(&mut cursor, scratch) {
            last = record.id;
            if record.kind == KIND_RECORD {
                len += record.content.len() as u64;
            }
        }
        Self {
            first: start.cursor,
            last,
            len,
            reading: start,
            peeking: start,
        }
    }

    /// The newest record in it.
    pub(crate) const fn last(&self) -> RecordId {
        self.last
    }
}

impl<F: NorFlash, const N: usize> Row<'_, F, N> {
    /// The place to walk from, for a look at `from`.
    fn start(&self, from: u64, peek: bool) -> Place {
        let place = if peek {
            self.state.peeking
        } else {
            self.state.reading
        };
        if place.position <= from {
            return place;
        }
        Place {
            position: 0,
            cursor: self.state.first,
        }
    }

    /// Copies what one record has of the row from `from` on; how many octets that is, 0 at the end.
    fn read_piece(&mut self, from: u64, out: &mut [u8], peek: bool) -> usize {
        let mut place = self.start(from, peek);
        loop {
            let mut cursor = place.cursor;
            let Ok(Some(record)) = self.store.read(&mut cursor, self.scratch) else {
                return 0;
            };
            let (id, is_record) = (record.id, record.kind == KIND_RECORD);
            let len = if is_record {
                record.content.len() as u64
            } else {
                0
            };
            if id > self.state.last {
                return 0;
            }
            if from < place.position + len {
                if peek {
                    self.state.peeking = place;
                } else {
                    self.state.reading = place;
                }
                let skip = usize::try_from(from - place.position).unwrap_or(usize::MAX);
                let there = record.content.get(skip..).unwrap_or(&[]);
                let count = there.len().min(out.len());
                for (slot, octet) in out.iter_mut().zip(there) {
                    *slot = *octet;
                }
                return count;
            }
            place = Place {
                position: place.position + len,
                cursor,
            };
        }
    }
}

impl<F: NorFlash, const N: usize> Octets for Row<'_, F, N> {
    fn len(&self) -> u64 {
        self.state.len
    }

    fn room(&self) -> u64 {
        let longest = LONGEST as u16;
        if self.store.room_for(longest) {
            longest.into()
        } else {
            0
        }
    }

    fn append_parts(&mut self, parts: &[&[u8]]) -> Result<(), StoreFull> {
        let need: usize = parts.iter().map(|part| part.len()).sum();
        let appended = if self.closing {
            self.store.append_closing(KIND_RECORD, parts)
        } else {
            self.store.append(KIND_RECORD, parts)
        };
        match appended {
            Ok(id) => {
                self.state.len += need as u64;
                self.state.last = id;
                Ok(())
            }
            Err(_) => Err(StoreFull {
                need: need as u64,
                room: 0,
            }),
        }
    }

    fn read(&mut self, from: u64, out: &mut [u8]) -> usize {
        let peek = out.len() <= PEEK;
        let mut done = 0;
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let piece = self.read_piece(from + done as u64, rest, peek);
            if piece == 0 {
                break;
            }
            done += piece;
        }
        done
    }
}
