//! How fast the synchronisers and checks are, for every engine of this machine: medians of `RUNS` runs.
//!
//! `cargo run --release -p magpie-coding --features std --example sync_speed [WORD]`; with a word only the jobs whose name has it.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "figures to look at"
)]

use magpie_coding::crc::{Crc16, Crc32};
use magpie_coding::engine::Engine;
use magpie_coding::pltu::{PltuConfig, PltuHunter};
use std::hint::black_box;
use std::time::Instant;

const RUNS: usize = 15;

/// Octets that look like noise (a 64-bit linear congruential generator, Knuth's constants).
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

/// Nanoseconds of one call: the median of some runs, each of as many calls as fill two milliseconds.
fn nanoseconds(mut job: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    while start.elapsed().as_micros() < 2_000 {
        job();
        calls += 1;
    }
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                job();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn line(job: &str, engine: Engine, figure: f64, unit: &str) {
    println!("{job:<40} {:<8} {figure:>9.2} {unit}", engine.name());
}

fn checks(engine: Engine) {
    let octets = noise(1 << 16);
    for len in [2048, 1 << 16] {
        let message = &octets[..len];
        let time = nanoseconds(|| {
            let mut crc = Crc32::new();
            crc.update_with(engine, black_box(message));
            black_box(crc.finish());
        });
        line(
            &format!("crc32 {len} octets"),
            engine,
            len as f64 / time,
            "GB/s",
        );
    }
    for len in [5, 16, 64, 255] {
        let message = &octets[..len];
        let time = nanoseconds(|| {
            let mut crc = Crc32::new();
            crc.update_with(engine, black_box(message));
            black_box(crc.finish());
        });
        line(&format!("crc32 {len} octets"), engine, time, "ns");
    }
    let time = nanoseconds(|| {
        let mut crc = Crc16::new();
        crc.update_with(engine, black_box(&octets[..2048]));
        black_box(crc.finish());
    });
    line("crc16 2048 octets", engine, 2048.0 / time, "GB/s");
    if engine == Engine::best() {
        for len in [5, 8, 12, 15, 16, 64] {
            let time = nanoseconds(|| {
                let mut crc = Crc32::new();
                crc.update(black_box(&octets[..len]));
                black_box(crc.finish());
            });
            line(&format!("crc32 {len} octets, update()"), engine, time, "ns");
        }
    }
}

/// Gbit/s from the nanoseconds for so many octets.
fn gigabits(octets: usize, time: f64) -> f64 {
    octets as f64 * 8.0 / time
}

fn pltu_hunt(engine: Engine) {
    let octets = noise(1 << 20);
    let bits: Vec<u8> = octets
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |i| octet >> i & 1))
        .collect();
    for tolerance in 0..=3 {
        let config = PltuConfig::new().with_tolerance(tolerance);
        let mut hunter = PltuHunter::new(config).with_engine(engine);
        for call in [1 << 20, 4096, 256] {
            let time = nanoseconds(|| {
                for piece in black_box(&octets).chunks(call) {
                    hunter.handle_octets(piece, &mut |event| {
                        black_box(event);
                    });
                }
            });
            let job = format!("pltu hunt, {tolerance} wrong, calls of {call}");
            line(&job, engine, gigabits(octets.len(), time), "Gbit/s");
        }
        let time = nanoseconds(|| {
            for piece in black_box(&bits).chunks(65_536) {
                hunter.handle_bits(piece, &mut |event| {
                    black_box(event);
                });
            }
        });
        let job = format!("pltu hunt, {tolerance} wrong, single bits");
        line(&job, engine, gigabits(octets.len(), time), "Gbit/s");
    }
}

fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    if "crc".contains(&word) {
        Engine::available().for_each(checks);
    }
    if "pltu".contains(&word) {
        Engine::available().for_each(pltu_hunt);
    }
}
