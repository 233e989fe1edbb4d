//! One recording that is being written. Its store is lent call by call, so that several recordings can share one device.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::block::BlockHeader;
//! use magpie_relay::recorder::{ResumeError, Track};
//! use magpie_relay::store::{LentStore, Store};
//! use magpie_wire::id::Apid;
//! let mut store = LentStore::new([0; 256]);
//! let mut track = Track::open(Apid::new(1601).unwrap(), 4, Instant::ZERO, &mut store).unwrap();
//! let header = BlockHeader { count: 0, time: Instant::ZERO };
//! track.keep_frame(Instant::ZERO, &mut store, &header, &[0x80, 0, 0, 4, 0]).unwrap();
//! // The processor is reset; what is in the store says where to go on.
//! let track = Track::resume(&mut store).unwrap();
//! let closing = track.close(Instant::ZERO, &mut store).unwrap();
//! assert_eq!((closing.blocks, Track::resume(&mut store)), (1, Err(ResumeError::Closed)));
//! ```

use core::fmt;

use magpie_coding::crc::crc32_proximity;
use magpie_link::clock::Instant;
use magpie_wire::id::Apid;
use magpie_wire::pltu::{PLTU_ASM, PLTU_OVERHEAD};
use magpie_wire::seq::SeqCount;

use super::Stored;
use crate::block::{BLOCK_OVERHEAD, BlockHeader, TransferBlock};
use crate::parts::{check_of, len_of};
use crate::record::{Closing, RECORD_HEADER_LEN, RECORD_OVERHEAD, RecordHeader, RecordKind};
use crate::store::{Store, StoreFull};

/// Octets of the closing record.
const CLOSING_RECORD_LEN: u64 = (RECORD_OVERHEAD + Closing::LEN) as u64;
/// Most parts of a record's body: header of the block, marker, frame, CRC-32, check of the block.
const BODY_PARTS_MAX: usize = 5;

/// Why a store holds no recording to go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResumeError {
    /// Nothing was written.
    Empty,
    /// The recording was closed.
    Closed,
    /// No record begins here, or it does not end within the store.
    NoRecord {
        /// Octets in front of it.
        at: u64,
    },
}

impl fmt::Display for ResumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => f.write_str("the store is empty"),
            Self::Closed => f.write_str("the recording was closed"),
            Self::NoRecord { at } => write!(f, "no whole record at octet {at} of the store"),
        }
    }
}

impl core::error::Error for ResumeError {}

/// One recording that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    apid: Apid,
    pass: u16,
    count: SeqCount,
    closing: Closing,
}

impl Track {
    /// Opens a recording in an empty store; fails if it has no room for an opening and a closing record.
    pub fn open(
        apid: Apid,
        pass: u16,
        now: Instant,
        store: &mut impl Store,
    ) -> Result<Self, StoreFull> {
        let mut track = Self {
            apid,
            pass,
            count: SeqCount::default(),
            closing: Closing::default(),
        };
        track.write(now, store, RecordKind::Opening, false, &[])?;
        Ok(track)
    }

    /// Goes on with a recording that was not closed. The store vouches for its octets, they are not checked again; how many blocks were refused before
    /// is not in it, that count begins anew.
    pub fn resume(store: &mut impl Store) -> Result<Self, ResumeError> {
        let mut track: Option<Self> = None;
        let mut at = 0;
        while at < store.len() {
            let no_record = ResumeError::NoRecord { at };
            let mut head = [0; RECORD_HEADER_LEN];
            if store.read(at, &mut head) < head.len() {
                return Err(no_record);
            }
            let (header, body_len) = RecordHeader::parse(&head).map_err(|_| no_record)?;
            at = at.saturating_add((RECORD_OVERHEAD + body_len) as u64);
            if at > store.len() {
                return Err(no_record);
            }
            if header.kind == RecordKind::Closing {
                return Err(ResumeError::Closed);
            }
            let track = track.get_or_insert(Self {
                apid: header.apid,
                pass: header.pass,
                count: header.count,
                closing: Closing::default(),
            });
            track.count = header.count.next();
            track.closing.octets = at;
            if header.kind == RecordKind::Block {
                track.count_block(header.damaged);
            }
        }
        track.ok_or(ResumeError::Empty)
    }

    /// Application process of the records.
    pub const fn apid(&self) -> Apid {
        self.apid
    }

    /// Number of the pass.
    pub const fn pass(&self) -> u16 {
        self.pass
    }

    /// What the closing record would say now.
    pub const fn closing(&self) -> Closing {
        self.closing
    }

    /// Is there room for one more frame of up to `frame_len` octets? Who asks before a frame is acknowledged never has to take one back.
    pub fn has_room_for_frame<S: Store>(store: &S, frame_len: usize) -> bool {
        let need = RECORD_OVERHEAD + BLOCK_OVERHEAD + PLTU_OVERHEAD;
        need.saturating_add(frame_len) as u64 <= free(store)
    }

    /// Keeps a block as it came through the interface, and says whether its own check was good. Refused if there is no room.
    pub fn handle_block(
        &mut self,
        now: Instant,
        store: &mut impl Store,
        block: &[u8],
    ) -> Result<Stored, StoreFull> {
        let stored = if TransferBlock::parse(block).is_ok() {
            Stored::Good
        } else {
            Stored::Damaged
        };
        self.keep(now, store, stored == Stored::Damaged, &[block])?;
        Ok(stored)
    }

    /// Keeps an accepted transfer frame where there is no interface between receiver and memory: the same record as if its PLTU had come as a block.
    pub fn keep_frame(
        &mut self,
        now: Instant,
        store: &mut impl Store,
        header: &BlockHeader,
        frame: &[u8],
    ) -> Result<(), StoreFull> {
        let crc = crc32_proximity(frame).to_be_bytes();
        let check = header.check_of(&[&PLTU_ASM, frame, &crc]);
        let block: &[&[u8]] = &[&header.to_octets(), &PLTU_ASM, frame, &crc, &check];
        self.keep(now, store, false, block)
    }

    /// Keeps content of any kind, such as a block of the canister: the same record as if it had come as a block.
    pub fn keep_content(
        &mut self,
        now: Instant,
        store: &mut impl Store,
        header: &BlockHeader,
        content: &[u8],
    ) -> Result<(), StoreFull> {
        let check = header.check_of(&[content]);
        let block: &[&[u8]] = &[&header.to_octets(), content, &check];
        self.keep(now, store, false, block)
    }

    /// Writes the closing record; its room was kept free, so only a store that breaks its word refuses it.
    pub fn close(mut self, now: Instant, store: &mut impl Store) -> Result<Closing, StoreFull> {
        let closing = self.closing;
        self.write(
            now,
            store,
            RecordKind::Closing,
            false,
            &[&closing.to_octets()],
        )?;
        Ok(closing)
    }

    fn keep(
        &mut self,
        now: Instant,
        store: &mut impl Store,
        damaged: bool,
        body: &[&[u8]],
    ) -> Result<(), StoreFull> {
        let written = self.write(now, store, RecordKind::Block, damaged, body);
        match written {
            Ok(()) => self.count_block(damaged),
            Err(_) => self.closing.refused = self.closing.refused.saturating_add(1),
        }
        written
    }

    fn count_block(&mut self, damaged: bool) {
        let closing = &mut self.closing;
        closing.blocks = closing.blocks.saturating_add(1);
        closing.damaged = closing.damaged.saturating_add(damaged.into());
    }

    fn write<S: Store>(
        &mut self,
        now: Instant,
        store: &mut S,
        kind: RecordKind,
        damaged: bool,
        body: &[&[u8]],
    ) -> Result<(), StoreFull> {
        let body_len = len_of(body);
        let need = RECORD_OVERHEAD.saturating_add(body_len) as u64;
        let room = match kind {
            RecordKind::Closing => store.room(),
            RecordKind::Opening | RecordKind::Block => free(store),
        };
        let full = StoreFull { need, room };
        if need > room {
            return Err(full);
        }
        let header = RecordHeader {
            apid: self.apid,
            count: self.count,
            time: now,
            pass: self.pass,
            kind,
            damaged,
        };
        // A body that no packet can hold finds no room either.
        let head = header.to_octets(body_len).map_err(|_| full)?;
        let mut parts: [&[u8]; BODY_PARTS_MAX + 2] = [&[]; BODY_PARTS_MAX + 2];
        let (first, behind) = parts.split_first_mut().ok_or(full)?;
        *first = &head;
        behind
            .iter_mut()
            .zip(body)
            .for_each(|(slot, part)| *slot = part);
        let check = check_of(&parts);
        if let Some(last) = parts.last_mut() {
            *last = &check;
        }
        store.append_parts(&parts)?;
        self.count = self.count.next();
        self.closing.octets = self.closing.octets.saturating_add(need);
        Ok(())
    }
}

/// Room that is not kept for the closing record.
fn free<S: Store>(store: &S) -> u64 {
    store
        .room()
        .saturating_sub(CLOSING_RECORD_LEN + S::OVERHEAD)
}
