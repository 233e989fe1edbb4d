//! How fast the synchronisers and checks are, for every engine of this machine: medians of `RUNS` runs, and the best one.
//!
//! `cargo run --release -p magpie-coding --features std --example sync_speed [WORD]`; with a word only the jobs whose name has it.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "figures to look at"
)]

use magpie_coding::asm::{Asm, Polarity, SoftMarkerSearch};
use magpie_coding::cadu::{CaduConfig, CaduEncoder, CaduHunt, CaduHunter, Verdict, decode_unit};
use magpie_coding::crc::{Crc16, Crc32};
use magpie_coding::engine::Engine;
use magpie_coding::pltu::{PltuConfig, PltuEncoder, PltuHunter};
use magpie_coding::randomizer::Randomizer;
use magpie_coding::reed_solomon::RsCode;
use std::hint::black_box;
use std::time::Instant;

const RUNS: usize = 25;

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

/// Nanoseconds of one call.
#[derive(Clone, Copy)]
struct Time {
    median: f64,
    /// Of the quickest run: what a machine does that nobody else works on.
    best: f64,
}

/// Times some runs, each of as many calls as fill 300 microseconds, but one at least.
fn time(mut job: impl FnMut()) -> Time {
    let mut calls = 0_u32;
    let start = Instant::now();
    while start.elapsed().as_micros() < 300 {
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
    let (median, best) = (times[RUNS / 2], times[0]);
    Time { median, best }
}

/// `count` things in one call, in thousand millions a second.
fn rate(job: &str, engine: Engine, count: usize, unit: &str, time: Time) {
    let (median, best) = (count as f64 / time.median, count as f64 / time.best);
    let name = engine.name();
    println!("{job:<40} {name:<8} {median:>8.2} {unit} (best {best:.2})");
}

fn duration(job: &str, engine: Engine, time: Time) {
    let Time { median, best } = time;
    let name = engine.name();
    println!("{job:<40} {name:<8} {median:>8.2} ns (best {best:.2})");
}

fn checks(engine: Engine) {
    let octets = noise(1 << 16);
    for len in [2048, 1 << 16] {
        let message = &octets[..len];
        let spent = time(|| {
            let mut crc = Crc32::new();
            crc.update_with(engine, black_box(message));
            black_box(crc.finish());
        });
        rate(&format!("crc32 {len} octets"), engine, len, "GB/s", spent);
    }
    for len in [5, 16, 64, 255] {
        let message = &octets[..len];
        let spent = time(|| {
            let mut crc = Crc32::new();
            crc.update_with(engine, black_box(message));
            black_box(crc.finish());
        });
        duration(&format!("crc32 {len} octets"), engine, spent);
    }
    let spent = time(|| {
        let mut crc = Crc16::new();
        crc.update_with(engine, black_box(&octets[..2048]));
        black_box(crc.finish());
    });
    rate("crc16 2048 octets", engine, 2048, "GB/s", spent);
    if engine == Engine::best() {
        for len in [5, 8, 12, 15, 16, 64] {
            let spent = time(|| {
                let mut crc = Crc32::new();
                crc.update(black_box(&octets[..len]));
                black_box(crc.finish());
            });
            duration(&format!("crc32 {len} octets, update()"), engine, spent);
        }
    }
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
            let spent = time(|| {
                for piece in black_box(&octets).chunks(call) {
                    hunter.handle_octets(piece, &mut |event| {
                        black_box(event);
                    });
                }
            });
            let job = format!("pltu hunt, {tolerance} wrong, calls of {call}");
            rate(&job, engine, octets.len() * 8, "Gbit/s", spent);
        }
        let spent = time(|| {
            for piece in black_box(&bits).chunks(65_536) {
                hunter.handle_bits(piece, &mut |event| {
                    black_box(event);
                });
            }
        });
        let job = format!("pltu hunt, {tolerance} wrong, single bits");
        rate(&job, engine, octets.len() * 8, "Gbit/s", spent);
    }
}

/// Version-3 frames one after the other, clean.
fn pltu_frames(engine: Engine) {
    for (len, turn) in [(64, 0), (1024, 0), (1024, 0xFF)] {
        let mut frame = noise(len);
        frame[0] = 0x80;
        frame[2] = ((len - 1) >> 8) as u8;
        frame[3] = (len - 1) as u8;
        let mut pltu = vec![0; len + 7];
        PltuEncoder::new()
            .encode(&frame, &mut pltu)
            .expect("it fits");
        // five octets of idle: units at even and odd places, none of them where registers would like it
        pltu.extend([0x35, 0x2E, 0xF8, 0x53, 0x35]);
        let mut octets = pltu.repeat(400_000 / pltu.len());
        for octet in &mut octets {
            *octet ^= turn;
        }
        let config = PltuConfig::new().with_tolerance(2);
        let mut hunter = PltuHunter::new(config).with_engine(engine);
        let spent = time(|| {
            for piece in black_box(&octets).chunks(16_384) {
                hunter.handle_octets(piece, &mut |event| {
                    black_box(event);
                });
            }
        });
        let job = format!("pltu frames of {len}, turned {turn:02X}");
        rate(&job, engine, octets.len() * 8, "Gbit/s", spent);
    }
}

/// A stream of CADUs, 5 codewords each, from bit `phase` on.
fn cadus(config: &CaduConfig, count: usize, phase: usize) -> Vec<u8> {
    let encoder = CaduEncoder::new(*config);
    let frame = noise(config.frame_len());
    let mut cadu = vec![0; config.cadu_len()];
    encoder.encode(&frame, &mut cadu).expect("it fits");
    let mut stream = vec![0_u8];
    for octet in cadu.repeat(count) {
        let both = u16::from(octet) << (8 - phase);
        *stream.last_mut().expect("never empty") |= (both >> 8) as u8;
        stream.push(both as u8);
    }
    stream
}

fn cadu_stream(engine: Engine) {
    let config = CaduConfig::reed_solomon(RsCode::E16, 5, 1115).expect("it fits");
    let config = config.with_engine(engine);
    for (what, phase, inverted) in [
        ("on octets", 0, false),
        ("between octets", 3, false),
        ("turned over", 0, true),
    ] {
        let mut octets = cadus(&config, 200, phase);
        if inverted {
            for octet in &mut octets {
                *octet = !*octet;
            }
        }
        for (does, decode) in [("cadu hunt", false), ("cadus to frames", true)] {
            let mut unit = [0; 1275];
            let spent = time(|| {
                let hunt = CaduHunt::for_config(&config);
                let hunter = CaduHunter::<1280>::new(hunt).expect("it fits");
                let mut hunter = hunter.with_engine(engine);
                for piece in black_box(&octets).chunks(65_536) {
                    hunter.handle_octets(piece, &mut |found| {
                        if decode {
                            unit.copy_from_slice(found.octets);
                            let report = decode_unit(&config, &mut unit).expect("the length fits");
                            assert!(report.is_good());
                        }
                        black_box(&unit);
                        Verdict::Good
                    });
                }
                assert_eq!(hunter.stats().good, 200);
            });
            rate(
                &format!("{does}, {what}"),
                engine,
                octets.len() * 8,
                "Gbit/s",
                spent,
            );
        }
    }
}

fn cadu_search(engine: Engine) {
    let octets = noise(1 << 18);
    for (name, marker) in [("TM", Asm::TM), ("CSM", Asm::CSM)] {
        let hunt = CaduHunt::new(marker, 1275);
        let mut hunter = CaduHunter::<1280>::new(hunt)
            .expect("it fits")
            .with_engine(engine);
        let spent = time(|| {
            hunter.handle_octets(black_box(&octets), &mut |_| Verdict::Bad);
        });
        let job = format!("cadu hunt, noise, {name}");
        rate(&job, engine, octets.len() * 8, "Gbit/s", spent);
    }
}

fn soft_search(engine: Engine) {
    let symbols: Vec<i8> = noise(1 << 16)
        .iter()
        .map(|&octet| octet.cast_signed())
        .collect();
    for (name, marker) in [
        ("TM, 32", Asm::TM),
        ("CSM, 64", Asm::CSM),
        ("turbo 1/6, 192", Asm::TURBO_SIXTH),
    ] {
        let mut search = SoftMarkerSearch::new(marker, 70, Polarity::Both).with_engine(engine);
        let spent = time(|| {
            search.handle_symbols(black_box(&symbols), &mut |hit| {
                black_box(hit);
            });
        });
        let job = format!("soft search, {name} bits");
        rate(&job, engine, symbols.len(), "Gsymbol/s", spent);
    }
}

/// The same for every engine.
fn randomizers() {
    let mut block = noise(1275);
    let mut soft: Vec<i8> = noise(8160)
        .iter()
        .map(|&octet| octet.cast_signed())
        .collect();
    for (name, new) in [
        ("TM short", Randomizer::tm_short as fn() -> Randomizer),
        ("TM long", Randomizer::tm_long),
        ("TC", Randomizer::tc),
        ("idle fill", Randomizer::idle_fill),
    ] {
        let (engine, job) = (Engine::best(), format!("randomizer {name}"));
        let spent = time(|| new().apply(black_box(&mut block)));
        rate(
            &format!("{job}, octets"),
            engine,
            block.len(),
            "GB/s",
            spent,
        );
        let spent = time(|| new().apply_soft(black_box(&mut soft)));
        rate(
            &format!("{job}, soft"),
            engine,
            soft.len(),
            "Gsymbol/s",
            spent,
        );
    }
}

fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    if "crc".contains(&word) {
        Engine::available().for_each(checks);
    }
    if "pltu".contains(&word) {
        Engine::available().for_each(pltu_hunt);
        Engine::available().for_each(pltu_frames);
    }
    if "cadu".contains(&word) {
        Engine::available().for_each(cadu_stream);
        Engine::available().for_each(cadu_search);
    }
    if "soft".contains(&word) {
        Engine::available().for_each(soft_search);
    }
    if "randomizer".contains(&word) {
        randomizers();
    }
}
