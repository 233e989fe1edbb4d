//! Recordings back to transfer frames: good blocks, damaged blocks, and a new search in the canister.
//!
//! A good block holds a PLTU that the transceiver had accepted. A damaged block is searched for a PLTU like a stretch of bits: if its CRC-32 is good, the
//! damage was elsewhere in the block. The canister is one long stream of bits; damaged blocks stay in it where they are, so that PLTUs that lie
//! between two disturbances, or across two blocks, are found.

use std::collections::HashSet;

use magpie_coding::pltu::{PltuConfig, PltuEvent, PltuHunter};
use magpie_relay::block::TransferBlock;
use magpie_relay::record::RecordKind;

use crate::recording::Recording;

/// What damaged blocks and the canister gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Salvage {
    /// Blocks of the frame recording with a bad check.
    pub damaged_blocks: u64,
    /// Of these, blocks whose frame was good nevertheless.
    pub frames_in_damaged_blocks: u64,
    /// Octets of the decoded bit stream that arrived.
    pub canister_octets: u64,
    /// Blocks of the canister with a bad check.
    pub damaged_canister_blocks: u64,
    /// Good frames in the canister.
    pub canister_frames: u64,
    /// Good frames from damaged blocks and canister that the good blocks of the frame recording do not have.
    pub frames_only_here: u64,
    /// Octets of those.
    pub octets_only_here: u64,
}

/// All good frames of a pass.
#[derive(Debug, Clone, Default)]
pub struct SalvagedFrames {
    /// From blocks with a good check, in order.
    pub recorded: Vec<Vec<u8>>,
    /// Only from damaged blocks or the canister, in order.
    pub salvaged: Vec<Vec<u8>>,
    /// Blocks with a good check that hold no frame with a good CRC-32: the check was fooled.
    pub blocks_without_frame: u64,
    /// Counts.
    pub salvage: Salvage,
}

impl SalvagedFrames {
    /// Searches both recordings of a pass.
    pub fn search(frames: Option<&Recording>, canister: Option<&Recording>) -> Self {
        let mut found = Self::default();
        let mut known = HashSet::new();
        let mut damaged = Vec::new();
        for record in frames
            .into_iter()
            .flat_map(Recording::walk)
            .filter(|r| r.header().kind == RecordKind::Block)
        {
            match TransferBlock::parse(record.body()) {
                Ok(block) => {
                    let before = found.recorded.len();
                    hunt(block.content(), &mut |frame| {
                        known.insert(frame.to_vec());
                        found.recorded.push(frame.to_vec());
                    });
                    if found.recorded.len() == before {
                        found.blocks_without_frame += 1;
                    }
                }
                // All of it: where a swallowed octet has moved the content is not known.
                Err(_) => damaged.push(record.body()),
            }
        }
        found.salvage.damaged_blocks = damaged.len() as u64;
        for content in damaged {
            hunt(content, &mut |frame| {
                found.salvage.frames_in_damaged_blocks += 1;
                found.keep(frame, &mut known);
            });
        }
        found.search_canister(canister, &mut known);
        found
    }

    fn search_canister(&mut self, canister: Option<&Recording>, known: &mut HashSet<Vec<u8>>) {
        let mut hunter = PltuHunter::new(PltuConfig::new());
        for record in canister
            .into_iter()
            .flat_map(Recording::walk)
            .filter(|r| r.header().kind == RecordKind::Block)
        {
            let content = if let Ok(block) = TransferBlock::parse(record.body()) {
                block.content()
            } else {
                self.salvage.damaged_canister_blocks += 1;
                TransferBlock::content_of_damaged(record.body())
            };
            self.salvage.canister_octets += content.len() as u64;
            hunter.handle_octets(content, &mut |event| {
                if let PltuEvent::Frame { octets, .. } = event {
                    self.salvage.canister_frames += 1;
                    self.keep(octets, known);
                }
            });
        }
        hunter.finish(&mut |event| {
            if let PltuEvent::Frame { octets, .. } = event {
                self.salvage.canister_frames += 1;
                self.keep(octets, known);
            }
        });
    }

    /// Keeps a frame that is not known yet.
    fn keep(&mut self, frame: &[u8], known: &mut HashSet<Vec<u8>>) {
        if known.insert(frame.to_vec()) {
            self.salvage.frames_only_here += 1;
            self.salvage.octets_only_here += frame.len() as u64;
            self.salvaged.push(frame.to_vec());
        }
    }
}

/// Hands every good frame in `octets` to `sink`.
fn hunt(octets: &[u8], sink: &mut dyn FnMut(&[u8])) {
    let mut hunter = PltuHunter::new(PltuConfig::new());
    let mut observe = |event: PltuEvent<'_>| {
        if let PltuEvent::Frame { octets, .. } = event {
            sink(octets);
        }
    };
    hunter.handle_octets(octets, &mut observe);
    hunter.finish(&mut observe);
}
