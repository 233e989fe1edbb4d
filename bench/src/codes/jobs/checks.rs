//! `crc32`: the check of the PLTU over frames of the greatest length.

use std::hint::black_box;

use magpie_coding::crc::Crc32;
use magpie_coding::engine::Engine;

use super::super::input::{random, write};
use super::super::job::{Effort, Job};
use super::super::peer::{Folders, Peer};
use super::super::report::{Row, Wrong};
use super::ours;

const FRAME: usize = 2048;
const FRAMES: usize = 64;

/// Bit by bit, so that what is right does not come from the code that is measured.
fn long_division(frame: &[u8]) -> u32 {
    frame.iter().fold(0, |remainder, &octet| {
        let start = remainder ^ u32::from(octet) << 24;
        (0..8).fold(start, |r: u32, _| (r << 1) ^ ((r >> 31) * 0x00A0_0805))
    })
}

pub(super) fn crc32(folders: &Folders, effort: Effort) -> Result<Row, String> {
    let frames = random("crc32", FRAME * FRAMES);
    let sums = frames
        .chunks(FRAME)
        .flat_map(|frame| long_division(frame).to_be_bytes());
    let sums: Vec<u8> = sums.collect();
    write(&folders.files, "crc32", &frames, &sums, &[])?;
    let contender = |engine: Engine| {
        let frames = &frames;
        let pass = move |out: &mut Vec<u8>| {
            out.clear();
            for frame in black_box(frames).chunks_exact(FRAME) {
                let mut crc = Crc32::new();
                crc.update_with(engine, frame);
                out.extend_from_slice(&crc.finish().to_be_bytes());
            }
        };
        ours(engine.name(), pass, |out| Wrong::between(out, &sums, 4))
    };
    Ok(Job {
        name: "crc32",
        unit: "GB/s",
        per_pass: (FRAME * FRAMES) as f64 / 1e9,
        ask: 2.0,
        stretch: 10.0,
        input: format!("CRC-32 of Proximity-1 over {FRAMES} frames of {FRAME} octets"),
        ours: Engine::available().map(contender).collect(),
        threads: None,
        peers: Peer::start(folders, "crc32", &["crc", "crc-fast"]),
    }
    .measure(effort))
}
