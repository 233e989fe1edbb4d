//! `pltu-hunt`: nothing but noise, searched bit by bit for the marker with two wrong bits allowed, in both polarities.

use std::hint::black_box;

use magpie_coding::engine::Engine;
use magpie_coding::pltu::{PltuConfig, PltuEvent, PltuHunter, PltuStats};

use super::super::input::{random, write};
use super::super::job::{Effort, Job};
use super::super::peer::{Folders, Peer};
use super::super::report::{Row, Wrong};
use super::ours;

const OCTETS: usize = 1 << 17;
const TOLERANCE: u8 = 2;

fn hunt(noise: &[u8], engine: Engine) -> (PltuStats, usize) {
    let config = PltuConfig::new().with_tolerance(TOLERANCE);
    let mut hunter = PltuHunter::new(config).with_engine(engine);
    let mut frames = 0;
    let mut sink =
        |event: PltuEvent<'_>| frames += usize::from(matches!(event, PltuEvent::Frame { .. }));
    hunter.handle_octets(black_box(noise), &mut sink);
    hunter.finish(&mut sink);
    (*hunter.stats(), frames)
}

/// Places where 24 bits are within two of the marker or its complement, by the definition.
fn markers(noise: &[u8]) -> usize {
    let bits = noise
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |i| u32::from(octet >> i & 1)));
    let mut window = 0;
    let ends = bits.enumerate().filter(|&(i, bit)| {
        window = (window << 1 | bit) & 0x00FF_FFFF;
        let wrong = (window ^ 0x00FA_F320).count_ones();
        i >= 23 && (wrong <= u32::from(TOLERANCE) || wrong >= 24 - u32::from(TOLERANCE))
    });
    ends.count()
}

pub(super) fn hunted(folders: &Folders, effort: Effort) -> Result<Row, String> {
    let noise = random("pltu", OCTETS);
    let expected = markers(&noise);
    write(
        &folders.files,
        "pltu-hunt",
        &noise,
        &expected.to_string().into_bytes(),
        &[],
    )?;
    let contender = |engine: Engine| {
        let noise = &noise;
        let (stats, frames) = hunt(noise, engine);
        let pass = move |_: &mut Vec<u8>| {
            black_box(hunt(noise, engine));
        };
        // Every marker is looked at; no frame is in noise (a CRC-32 would let one in four thousand million through).
        let wrong = stats.markers.abs_diff(expected as u64) as usize + frames;
        ours(engine.name(), pass, |_| Wrong {
            wrong,
            total: expected,
        })
    };
    Ok(Job {
        name: "pltu-hunt",
        unit: "Gbit/s",
        per_pass: (OCTETS * 8) as f64 / 1e9,
        ask: 1.0,
        stretch: 4.0,
        input: format!("{OCTETS} octets of noise, up to {TOLERANCE} wrong bits in a marker, both polarities: {expected} markers to be looked at; bits searched (no peer does this)"),
        ours: Engine::available().map(contender).collect(),
        threads: None,
        peers: Peer::start(folders, "pltu-hunt", &[]),
    }
    .measure(effort))
}
