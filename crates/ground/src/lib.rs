//! The ground side: symbols to frames, frames to packets, packets to files, and an account of every octet that was lost on the way.
//!
//! ```
//! use magpie_ground::demux::{Demux, Spacecraft};
//! use magpie_ground::frames::{FrameKind, FrameSpec};
//!
//! // Two AOS frames of 16 octets: spacecraft 0xAB, virtual channel 42, counts 7 and 9; M_PDU with the pointer "no packet starts here".
//! let frame = |count: u8| [0x6A, 0xEA, 0, 0, count, 0, 0x07, 0xFF, 1, 2, 3, 4, 5, 6, 7, 8];
//! let mut demux = Demux::new(FrameSpec::new(FrameKind::Aos, Some(16)), Spacecraft::Only(0xAB));
//! demux.handle_frame(0, &frame(7), &mut |_| {});
//! demux.handle_frame(16, &frame(9), &mut |_| {});
//! let report = demux.finish(0);
//! assert_eq!(report.virtual_channels["42"].missing_frames_by_count, 1);
//! ```
//!
//! | Module | What |
//! |---|---|
//! | [`symbols`], [`decode`] | a recording of symbols → frames, by a chain of decoding stages |
//! | [`second_look`] | frames whose check failed, out of the next likely paths |
//! | [`blocks`] | many codeblocks on all processors |
//! | [`cut`], [`frames`], [`demux`] | a file of frames → channels, with continuity and refusals |
//! | [`extract`], [`packet`], [`packets`] | packets that span frames, packet files |
//! | [`tally`], [`continuity`] | counts and hashes, loss by counts |
//! | [`recording`] | the relay orbiter's recordings, rebuilt from the packets of its downlink |
//! | [`team`] | the rover's team: recordings → transfer frames → packets → CFDP files, merged over passes |
//! | [`station`] | the ground station of a relay as a node: frames in, files out, each once |
//! | [`guess`] | what a file of unknown make holds, with the evidence |

#![forbid(unsafe_code)]

pub mod blocks;
pub mod continuity;
pub mod cut;
pub mod decode;
pub mod demux;
pub mod extract;
pub mod frames;
pub mod guess;
pub mod packet;
pub mod packets;
pub mod recording;
pub mod second_look;
pub mod station;
pub mod symbols;
pub mod tally;
pub mod team;
