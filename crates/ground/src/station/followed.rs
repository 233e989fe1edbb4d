//! One orbiter as the station follows it: its frames, its dumps, the accounts of its passes, what it said of itself.
//!
//! Books: 131.0-B, 132.0-B, 732.0-B, 732.1-B. All of it is kept under the spacecraft's own keys, so orbiters whose passes have the same numbers do not
//! get in each other's way. A dump packet that is a piece of a record is kept as it came until the whole of what is known is written down the next time
//! (a record is complete, or [`MOST_PIECES`] have come): no restart costs more than the packet that was on its way.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use magpie_coding::cadu::{CaduConfig, decode_unit};
use magpie_relay::contact::Books;
use magpie_relay::earth::downlink::dump::{DumpLimits, DumpReceiver, Taken};
use magpie_relay::node::orbiter::{OrbiterStatus, RecordTag, STREAM};
use magpie_relay::node::settings::{EarthLink, Frames, SettingError};
use magpie_relay::node::{State, StateChange};
use magpie_wire::space_packet::SpacePacket;

use crate::demux::{Demux, Spacecraft};
use crate::frames::{FrameKind, FrameSpec, read_frame};

/// First part of the keys of what is known of an orbiter.
const ORBITER: &str = "orbiter/";
/// The key of what is known of records.
const DUMP: &str = "dump";
/// First part of the keys of pieces that came since that was kept.
const PIECE: &str = "piece/";
/// Pieces that are kept by themselves at most.
pub(super) const MOST_PIECES: usize = 64;
/// Passes whose books are kept.
const BOOKS: usize = 256;
/// Octets of a marker of a channel access data unit.
const MARKER_LEN: usize = 4;

/// An orbiter that the station follows.
#[derive(Debug)]
pub struct Followed {
    pub(super) link: EarthLink,
    spec: FrameSpec,
    cadu: Option<CaduConfig>,
    pub(super) demux: Demux,
    pub(super) dump: DumpReceiver,
    dump_changed: bool,
    /// Keys of pieces in kept state.
    pieces: usize,
    changes: VecDeque<StateChange>,
    pub(super) books: Books,
    status: Option<OrbiterStatus>,
    pub(super) corrected: u64,
}

/// What a frame brought.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub(super) dumps: Vec<Vec<u8>>,
    /// Packets of no known kind.
    pub(super) others: u64,
}

/// A record that is complete: its tag, unless that is none, and its octets.
pub(super) type Record = (Option<RecordTag>, Vec<u8>);

/// What the ground must know of the orbiter's frames.
fn spec(link: &EarthLink) -> FrameSpec {
    let kind = match link.frames {
        Frames::Tm => FrameKind::Tm,
        Frames::Aos => FrameKind::Aos,
        Frames::Uslp => FrameKind::Uslp,
    };
    FrameSpec {
        fecf: true,
        ocf: true,
        ..FrameSpec::new(kind, Some(usize::from(link.frame_octets)))
    }
}

const LIMITS: DumpLimits = DumpLimits {
    streams: 4,
    runs: 4096,
    open_records: 64,
    open_octets: 1 << 20,
    pieces: 256,
};

impl Followed {
    /// As it was kept; and the pieces that came since, to be taken again with [`Followed::handle_dump`].
    pub(super) fn restore(
        link: &EarthLink,
        state: &State,
    ) -> Result<(Self, Vec<Vec<u8>>), SettingError> {
        let prefix = prefix(link);
        let own = state.range(prefix.clone()..).map_while(|(key, octets)| {
            Some((key.strip_prefix(&prefix)?.to_owned(), octets.clone()))
        });
        let own: State = own.collect();
        let kept = own.get(DUMP);
        let dump = kept.and_then(|octets| DumpReceiver::restore(LIMITS, octets));
        let pieces = own.range(PIECE.to_owned()..);
        let pieces: Vec<_> = pieces
            .take_while(|(key, _)| key.starts_with(PIECE))
            .map(|(_, packet)| packet.clone())
            .collect();
        let followed = Self {
            spec: spec(link),
            cadu: link.cadu()?,
            demux: Demux::new(spec(link), Spacecraft::Only(link.scid)),
            dump: dump.unwrap_or_else(|| DumpReceiver::new(LIMITS)),
            // What is kept by itself goes into one again.
            dump_changed: !pieces.is_empty(),
            pieces: pieces.len(),
            changes: VecDeque::new(),
            books: Books::restore(BOOKS, &own).0,
            status: None,
            corrected: 0,
            link: link.clone(),
        };
        Ok((followed, pieces))
    }

    /// Its identifier.
    pub const fn scid(&self) -> u16 {
        self.link.scid
    }

    /// The accounts of its passes: what of each recording arrived, what was good, what was spoiled on board.
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// What it said of itself last.
    pub const fn status(&self) -> Option<&OrbiterStatus> {
        self.status.as_ref()
    }

    /// Records that are not here, as far as its housekeeping and the dumps tell: at most `most` ranges.
    pub fn missing(&self, most: usize) -> Vec<RangeInclusive<u64>> {
        match self.status.map_or(0, |status| status.next_record) {
            0 => Vec::new(),
            next => self.dump.missing(STREAM, 0, next - 1, most),
        }
    }

    /// The frame in a datagram and the symbols that were corrected in it, or why there is none.
    pub(super) fn frame(&self, octets: &[u8]) -> Result<(Vec<u8>, u64), &'static str> {
        let Some(config) = &self.cadu else {
            return Ok((octets.to_vec(), 0));
        };
        // The datagram says where the unit begins; a marker with wrong bits loses nothing.
        let mut unit = match octets.split_first_chunk::<MARKER_LEN>() {
            Some((_, unit)) if octets.len() == config.cadu_len() => unit.to_vec(),
            _ => return Err("cadu_length"),
        };
        match decode_unit(config, &mut unit) {
            Ok(report) if report.is_good() => {
                unit.truncate(config.frame_len());
                Ok((unit, report.corrected_symbols() as u64))
            }
            _ => Err("reed_solomon"),
        }
    }

    /// Whether this is a good frame of this orbiter.
    pub(super) fn is_of(&self, frame: &[u8]) -> bool {
        read_frame(&self.spec, frame).is_ok_and(|frame| frame.scid == self.link.scid)
    }

    /// Takes a frame.
    pub(super) fn handle_frame(&mut self, frame: &[u8]) -> Brought {
        let (housekeeping, playback) = (self.link.housekeeping_apid, self.link.playback_apid);
        let mut brought = Brought::default();
        let status = &mut self.status;
        self.demux.handle_frame(0, frame, &mut |found| {
            let octets = found.packet.octets();
            match found.packet.apid() {
                Some(apid) if apid == playback => brought.dumps.push(octets.to_vec()),
                Some(apid) if apid == housekeeping => {
                    let packet = SpacePacket::parse(octets).ok();
                    let heard = packet.and_then(|packet| OrbiterStatus::parse(packet.data()));
                    brought.others += u64::from(heard.is_none());
                    *status = heard.or(*status);
                }
                Some(0x7FF) | None => {}
                Some(_) => brought.others += 1,
            }
        });
        brought
    }

    /// Takes a packet of the playback channel; says which records it completed.
    pub(super) fn handle_dump(&mut self, packet: &[u8]) -> Vec<Record> {
        let mut records = Vec::new();
        let taken = self.dump.handle_packet(packet, &mut |record| {
            let tag = RecordTag::parse(record.header).filter(|_| record.stream == STREAM);
            records.push((tag, record.payload.to_vec()));
        });
        match taken {
            Taken::New if self.pieces < MOST_PIECES && !self.dump_changed => {
                self.changes.push_back(StateChange {
                    key: piece_key(&self.link, self.pieces),
                    octets: Some(packet.to_vec()),
                });
                self.pieces += 1;
            }
            Taken::New | Taken::Complete | Taken::Absent | Taken::BadRecord => {
                self.dump_changed = true;
            }
            Taken::Repeated | Taken::NotADump | Taken::Conflict | Taken::NoRoom => {}
        }
        records
    }

    /// What must be durable.
    pub(super) fn poll_state(&mut self) -> Option<StateChange> {
        if core::mem::take(&mut self.dump_changed) {
            // All pieces are in it.
            for number in 0..core::mem::take(&mut self.pieces) {
                self.changes.push_back(StateChange {
                    key: piece_key(&self.link, number),
                    octets: None,
                });
            }
            return Some(StateChange {
                key: format!("{}{DUMP}", prefix(&self.link)),
                octets: Some(self.dump.export()),
            });
        }
        self.changes.pop_front().or_else(|| {
            let change = self.books.poll_state()?;
            Some(StateChange {
                key: format!("{}{}", prefix(&self.link), change.key),
                ..change
            })
        })
    }
}

/// First part of the keys of this orbiter.
fn prefix(link: &EarthLink) -> String {
    format!("{ORBITER}{:04x}/", link.scid)
}

fn piece_key(link: &EarthLink, number: usize) -> String {
    format!("{}{PIECE}{number:02x}", prefix(link))
}
