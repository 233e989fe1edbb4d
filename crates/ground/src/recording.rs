//! The orbiter's recordings, put together again on the ground from the packets of the downlink.
//!
//! A recording is a row of record packets ([`magpie_relay::record`]). The ground keeps those whose packet error control is good, exactly as they
//! came, end to end: if nothing was lost the result is the orbiter's recording octet by octet. Lost records show as jumps of the packet sequence
//! count and against the counts of the closing record. Nothing is interpreted here; that is the business of [`crate::team`].
//!
//! ```
//! use magpie_ground::recording::RecordingAssembler;
//! use magpie_relay::recorder::{Recorder, RecorderConfig};
//! use magpie_relay::store::RamStore;
//! use magpie_relay::time::Instant;
//! use magpie_wire::id::Apid;
//! let (frames, canister) = (Apid::new(1601).unwrap(), Apid::new(1602).unwrap());
//! let config = RecorderConfig { pass: 3, apid_frames: frames, apid_canister: canister };
//! let on_board = Recorder::open(config, Instant::ZERO, RamStore::new(1000), RamStore::new(1000)).unwrap().close(Instant::ZERO);
//! let mut ground = RecordingAssembler::new(1 << 20);
//! ground.handle_packet(&on_board.frames.store.octets()[..20]); // the opening record
//! ground.handle_packet(&on_board.frames.store.octets()[20..]); // the closing record
//! let recording = ground.recording(3, frames).unwrap();
//! assert_eq!(recording.octets(), on_board.frames.store.octets());
//! assert!(recording.is_whole());
//! ```

use std::collections::BTreeMap;

use magpie_relay::record::{Closing, Record, RecordError, RecordKind};
use magpie_wire::id::Apid;
use magpie_wire::space_packet::packet_len;
use sha2::{Digest, Sha256};

use crate::tally::to_hex;

/// Recordings that are followed at most; a downlink has two a pass.
const MOST_RECORDINGS: usize = 1024;

/// Why a packet did not become part of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The packet error control does not fit.
    ErrorControl,
    /// Not a record packet.
    NotARecord,
    /// The recording has reached the limit of the ground's memory.
    NoRoom,
}

/// One recording as far as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    octets: Vec<u8>,
    records: u64,
    blocks: u64,
    missing: u64,
    last_count: Option<magpie_wire::seq::SeqCount>,
    closing: Option<Closing>,
}

impl Recording {
    /// The record packets as they came, end to end.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Records that arrived.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Records with a transfer block that arrived.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Records missing by the sequence counts; whole turns of 16,384 are invisible.
    pub fn missing_records(&self) -> u64 {
        self.missing
    }

    /// What the closing record says, if it came.
    pub fn closing(&self) -> Option<Closing> {
        self.closing
    }

    /// Did all that the orbiter recorded arrive?
    pub fn is_whole(&self) -> bool {
        self.missing == 0
            && self
                .closing
                .is_some_and(|closing| u64::from(closing.blocks) == self.blocks)
    }

    /// SHA-256 of the recording, to compare with the orbiter's and the rover team's.
    pub fn sha256(&self) -> String {
        to_hex(&Sha256::digest(&self.octets))
    }

    /// Walks the records in order.
    pub fn walk(&self) -> impl Iterator<Item = Record<'_>> {
        let mut rest = self.octets.as_slice();
        std::iter::from_fn(move || {
            // Everything in here has been parsed before, so this only ends at the end.
            let (packet, behind) = rest.split_at_checked(packet_len(rest).ok()?)?;
            rest = behind;
            Record::parse(packet).ok()
        })
    }

    fn take(&mut self, record: &Record<'_>, packet: &[u8]) {
        let count = record.header().count;
        self.missing += self.last_count.map_or_else(
            || u64::from(count.get()),
            |last| u64::from(count.gap_since(last)),
        );
        self.last_count = Some(count);
        self.records += 1;
        self.octets.extend_from_slice(packet);
        match record.header().kind {
            RecordKind::Opening => {}
            RecordKind::Block => self.blocks += 1,
            RecordKind::Closing => self.closing = Closing::parse(record.body()),
        }
    }
}

/// Takes packets in the order of the downlink and sorts them into recordings by pass and APID.
#[derive(Debug, Clone)]
pub struct RecordingAssembler {
    limit_octets: usize,
    recordings: BTreeMap<(u16, u16), Recording>,
    refused: BTreeMap<Refusal, u64>,
}

impl RecordingAssembler {
    /// An assembler that keeps at most `limit_octets` of each recording.
    pub fn new(limit_octets: usize) -> Self {
        Self {
            limit_octets,
            recordings: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Takes one space packet. Whether it became part of a recording is counted by reason.
    pub fn handle_packet(&mut self, packet: &[u8]) {
        if let Err(refusal) = self.keep(packet) {
            *self.refused.entry(refusal).or_default() += 1;
        }
    }

    /// The recording of a pass under an APID, if any of it came.
    pub fn recording(&self, pass: u16, apid: Apid) -> Option<&Recording> {
        self.recordings.get(&(pass, apid.get()))
    }

    /// All recordings by (pass, APID).
    pub fn recordings(&self) -> &BTreeMap<(u16, u16), Recording> {
        &self.recordings
    }

    /// Packets that did not become part of a recording, by reason.
    pub fn refused(&self) -> &BTreeMap<Refusal, u64> {
        &self.refused
    }

    fn keep(&mut self, packet: &[u8]) -> Result<(), Refusal> {
        let record = Record::parse(packet).map_err(|error| match error {
            RecordError::ErrorControl { .. } => Refusal::ErrorControl,
            RecordError::Packet | RecordError::SecondaryHeader | RecordError::Kind { .. } => {
                Refusal::NotARecord
            }
        })?;
        let key = (record.header().pass, record.header().apid.get());
        if !self.recordings.contains_key(&key) && self.recordings.len() >= MOST_RECORDINGS {
            return Err(Refusal::NoRoom);
        }
        let recording = self.recordings.entry(key).or_default();
        if recording.octets.len() + packet.len() > self.limit_octets {
            return Err(Refusal::NoRoom);
        }
        recording.take(&record, packet);
        Ok(())
    }
}
