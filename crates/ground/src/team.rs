//! The rover's team: recordings in, files out.
//!
//! A recording is first turned back into Proximity-1 transfer frames: from the frame recording (blocks with a good check, and damaged blocks whose
//! frame still proves itself by its CRC-32) and from the canister, whose raw bits are searched for PLTUs again. Then frames → space packets → CFDP
//! PDUs → files. The rover repeats its files blindly, so pieces come many times: from several rounds, from two recordings of a pass, from several
//! passes. They are merged; octets that contradict what is there already are counted and never overwrite it.
//!
//! ```
//! use magpie_ground::team::{Team, TeamConfig};
//! use magpie_wire::id::{Apid, Scid};
//! let config = TeamConfig {
//!     rover: Scid::new(82).unwrap(), relay: Scid::new(65).unwrap(), apid: Apid::new(1024).unwrap(), entity: 1, limit_octets: 1 << 20,
//! };
//! let mut team = Team::new(config);
//! // A V-3 frame from the rover, data field construction 00, one packet of APID 1024: a CFDP PDU with the octets "hello" at offset 0.
//! let pdu = [0x34, 0, 9, 0x11, 0, 82, 0, 7, 0, 1, 0, 0, 0, 0, b'h', b'e', b'l', b'l', b'o'];
//! let mut frame = vec![0xA0, 82, 0x00, 29, 0, 0x04, 0x00, 0xC0, 0, 0, 18];
//! frame.extend_from_slice(&pdu);
//! assert_eq!(team.handle_frame(0, &frame).unwrap().octets, 5);
//! let file = team.files().next().unwrap();
//! assert_eq!(file.octets_there(), 5);
//! ```

mod file;
mod frames;
mod intervals;
pub mod pdu;

use std::collections::BTreeMap;

use magpie_wire::id::{Apid, Scid};
use magpie_wire::v3::{DfcId, ScidRole, V3Frame};

use crate::extract::PacketExtractor;
use crate::packet::Packet;
use crate::recording::Recording;

pub use file::{Announced, Completion, FileAssembly, Gain};
pub use frames::{Salvage, SalvagedFrames};
pub use intervals::Intervals;
pub use pdu::{ChecksumKind, Pdu, PduRefusal, TransactionId};

/// Transactions that are followed at most.
const MOST_FILES: usize = 4096;

/// What the team knows about its rover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamConfig {
    /// The rover, where a frame names its source.
    pub rover: Scid,
    /// The relay, where a frame names its destination.
    pub relay: Scid,
    /// Application process of the packets with CFDP PDUs.
    pub apid: Apid,
    /// The team's own CFDP entity.
    pub entity: u64,
    /// Longest file; pieces beyond are refused.
    pub limit_octets: u64,
}

/// Why a frame gave nothing, or not all it should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// Not a Version-3 frame.
    Frame,
    /// Names another spacecraft.
    Spacecraft,
    /// Not user data in whole packets.
    Construction,
    /// The data field is not whole packets.
    Packet,
    /// A packet of another application process.
    Apid,
    /// The packet is not a CFDP PDU that this side understands.
    Pdu(PduRefusal),
    /// A PDU for another entity.
    Entity,
    /// Beyond the longest file, or one transaction too many.
    Limit,
}

impl Refusal {
    /// The reason as a key for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frame => "frame_structure",
            Self::Spacecraft => "other_spacecraft",
            Self::Construction => "frame_construction",
            Self::Packet => "packet_structure",
            Self::Apid => "other_apid",
            Self::Pdu(refusal) => refusal.name(),
            Self::Entity => "other_entity",
            Self::Limit => "limit",
        }
    }
}

/// What one pass gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassAccount {
    /// Frames of blocks with a good check, their CRC-32 good too.
    pub frames_recorded: u64,
    /// Octets of those.
    pub frame_octets_recorded: u64,
    /// Of those, frames that brought something new in this pass.
    pub frames_used: u64,
    /// Octets of those.
    pub frame_octets_used: u64,
    /// Frames that only repeated what this pass had brought before.
    pub frames_repeated: u64,
    /// Octets of those.
    pub frame_octets_repeated: u64,
    /// Octets of file data in all of them.
    pub file_octets: u64,
    /// Frames of the frame recording that gave nothing, by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Octets of those.
    pub octets_refused: u64,
    /// Blocks with a good check that hold no frame with a good CRC-32: the check was fooled, as happens to one spoiled block in 65,536.
    pub blocks_without_frame: u64,
    /// What damaged blocks and the canister gave.
    pub salvage: Salvage,
}

/// Merges what recordings bring.
#[derive(Debug, Clone)]
pub struct Team {
    config: TeamConfig,
    files: BTreeMap<TransactionId, FileAssembly>,
}

impl Team {
    /// A team with no files yet.
    pub fn new(config: TeamConfig) -> Self {
        Self {
            config,
            files: BTreeMap::new(),
        }
    }

    /// Interprets the recordings of one pass; `pass` is the key under which coverage is kept.
    pub fn handle_pass(
        &mut self,
        pass: u16,
        frames: Option<&Recording>,
        canister: Option<&Recording>,
    ) -> PassAccount {
        let mut account = PassAccount::default();
        let found = SalvagedFrames::search(frames, canister);
        for frame in &found.recorded {
            account.frames_recorded += 1;
            account.frame_octets_recorded += frame.len() as u64;
            match self.handle_frame(pass, frame) {
                Ok(gain) => {
                    let (frames, octets) = if gain.is_new {
                        (&mut account.frames_used, &mut account.frame_octets_used)
                    } else {
                        (
                            &mut account.frames_repeated,
                            &mut account.frame_octets_repeated,
                        )
                    };
                    *frames += 1;
                    *octets += frame.len() as u64;
                    account.file_octets += gain.octets;
                }
                Err(refusal) => {
                    *account.refused.entry(refusal).or_default() += 1;
                    account.octets_refused += frame.len() as u64;
                }
            }
        }
        account.blocks_without_frame = found.blocks_without_frame;
        for frame in &found.salvaged {
            // What these give shows in the files; what they do not give was never promised.
            let _ = self.handle_frame(pass, frame);
        }
        account.salvage = found.salvage;
        account
    }

    /// Takes one transfer frame whose integrity has been checked.
    pub fn handle_frame(&mut self, pass: u16, octets: &[u8]) -> Result<Gain, Refusal> {
        let frame = V3Frame::parse(octets).map_err(|_| Refusal::Frame)?;
        let ours = match frame.scid_role() {
            ScidRole::Source => frame.scid() == self.config.rover,
            ScidRole::Destination => frame.scid() == self.config.relay,
        };
        if !ours {
            return Err(Refusal::Spacecraft);
        }
        if !frame.is_u_frame() || frame.dfc_id() != DfcId::Packets {
            return Err(Refusal::Construction);
        }
        let mut extractor = PacketExtractor::default();
        let (mut gained, mut refusal) = (Gain::default(), None);
        extractor.handle_whole(frame.data_field(), &mut |packet| match self
            .handle_packet(pass, packet)
        {
            Ok(gain) => gained.add(gain),
            Err(error) => refusal = Some(error),
        });
        if !extractor.dropped().is_empty() {
            refusal.get_or_insert(Refusal::Packet);
        }
        refusal.map_or(Ok(gained), Err)
    }

    /// The files, in order of their transactions.
    pub fn files(&self) -> impl Iterator<Item = &FileAssembly> {
        self.files.values()
    }

    fn handle_packet(&mut self, pass: u16, packet: Packet<'_>) -> Result<Gain, Refusal> {
        let Packet::Space(packet) = packet else {
            return Err(Refusal::Apid);
        };
        if packet.apid() != self.config.apid {
            return Err(Refusal::Apid);
        }
        let (id, pdu) = pdu::parse(packet.data()).map_err(Refusal::Pdu)?;
        if id.destination != self.config.entity {
            return Err(Refusal::Entity);
        }
        if !self.files.contains_key(&id) && self.files.len() >= MOST_FILES {
            return Err(Refusal::Limit);
        }
        let limit = self.config.limit_octets;
        let file = self
            .files
            .entry(id)
            .or_insert_with(|| FileAssembly::new(id, limit));
        file.handle_pdu(pass, &pdu).ok_or(Refusal::Limit)
    }
}
