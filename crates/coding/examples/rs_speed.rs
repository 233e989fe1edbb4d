//! How fast Reed–Solomon is on this machine, one thread: information bits a second, every engine.
//!
//! `cargo run --release -p magpie-coding --features std --example rs_speed [ENGINE]`
//!
//! A line is the median of 21 runs over at least 1,000 different codewords with errors at different places; the blocks are laid anew
//! outside the clock before every run. `16 erased` marks 16 wrong symbols a codeword as erasures; `17 errors` is beyond E = 16 and
//! nearly always refused. `cadu` is a unit of `1ACFFC1D` telemetry, derandomized and checked, in bits of the stream.

use std::time::{Duration, Instant};

use magpie_coding::cadu::{CaduConfig, decode_unit};
use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::{Basis, ReedSolomon, RsCode};

const RUNS: usize = 21;
const CODEWORDS: usize = 1_200;

/// Knuth's MMIX generator.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits")
    }

    fn octet(&mut self) -> u8 {
        self.next().to_le_bytes()[1]
    }
}

/// What is done to every codeword before it is decoded.
#[derive(Clone, Copy)]
enum Damage {
    Errors(usize),
    Erasures(usize),
}

/// Damaged blocks and, for each, what is told of them.
fn blocks(rs: &ReedSolomon, damage: Damage) -> (Vec<u8>, Vec<Vec<usize>>) {
    let mut noise = Noise(7);
    let (mut all, mut erased) = (Vec::new(), Vec::new());
    for _ in 0..CODEWORDS.div_ceil(rs.interleave()) {
        let mut block: Vec<u8> = (0..rs.block_len()).map(|_| noise.octet()).collect();
        rs.encode(&mut block).expect("the right length");
        let mut places = Vec::new();
        let (Damage::Errors(count) | Damage::Erasures(count)) = damage;
        for which in 0..rs.interleave() {
            let mut rows: Vec<usize> = (0..block.len() / rs.interleave()).collect();
            for _ in 0..count {
                let at = rows.swap_remove(noise.next() % rows.len()) * rs.interleave() + which;
                block[at] ^= noise.octet() | 1;
                places.push(at);
            }
        }
        if matches!(damage, Damage::Errors(_)) {
            places.clear();
        }
        all.extend(block);
        erased.push(places);
    }
    (all, erased)
}

/// Megabits a second of the median run; `run` is timed, `prepare` is not.
fn rate(bits: usize, state: &mut Vec<u8>, original: &[u8], run: impl Fn(&mut [u8])) -> f64 {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            state.clear();
            state.extend_from_slice(original);
            let start = Instant::now();
            run(state);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let bits = u32::try_from(bits).expect("a few megabits");
    f64::from(bits) / times[RUNS / 2].as_secs_f64() / 1e6
}

fn decode(rs: &ReedSolomon, damage: Damage) -> f64 {
    let (original, erased) = blocks(rs, damage);
    let bits = erased.len() * rs.frame_len() * 8;
    rate(bits, &mut Vec::new(), &original, |state| {
        for (block, erased) in state.chunks_exact_mut(rs.block_len()).zip(&erased) {
            let report = if erased.is_empty() {
                rs.decode(block)
            } else {
                rs.decode_with_erasures(block, erased.iter().copied())
            };
            std::hint::black_box(report.expect("the right length"));
        }
    })
}

fn encode(rs: &ReedSolomon) -> f64 {
    let (original, erased) = blocks(rs, Damage::Errors(0));
    let bits = erased.len() * rs.frame_len() * 8;
    rate(bits, &mut Vec::new(), &original, |state| {
        for block in state.chunks_exact_mut(rs.block_len()) {
            rs.encode(block).expect("the right length");
        }
    })
}

fn cadu(engine: Engine, interleave: usize) -> f64 {
    let rs = ReedSolomon::new(RsCode::E16, interleave, 0).expect("valid");
    let config = CaduConfig::reed_solomon(RsCode::E16, interleave, rs.frame_len())
        .expect("valid")
        .with_engine(engine);
    let (mut original, erased) = blocks(&rs, Damage::Errors(0));
    for unit in original.chunks_exact_mut(rs.block_len()) {
        config.randomizer().apply(unit);
    }
    let bits = erased.len() * config.cadu_len() * 8;
    rate(bits, &mut Vec::new(), &original, |state| {
        for unit in state.chunks_exact_mut(rs.block_len()) {
            let report = decode_unit(&config, unit).expect("the right length");
            assert!(report.is_good());
        }
    })
}

fn table(engine: Engine) {
    println!("{engine}: Mbit/s of information");
    println!(
        "  {:14} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7}",
        "code", "clean", "1 err", "8", "16", "17", "16 erased", "encode", "cadu"
    );
    for (code, name) in [(RsCode::E16, "255,223"), (RsCode::E8, "255,239")] {
        for interleave in [1, 5, 8] {
            for basis in [Basis::Dual, Basis::Conventional] {
                if basis == Basis::Conventional && interleave != 5 {
                    continue;
                }
                let rs = ReedSolomon::new(code, interleave, 0).expect("valid");
                let rs = rs.with_basis(basis).with_engine(engine);
                print!(
                    "  {name} I={interleave} {}",
                    if basis == Basis::Dual { "d " } else { "c " }
                );
                for errors in [0, 1, 8, 16, 17] {
                    print!(" {:7.0}", decode(&rs, Damage::Errors(errors)));
                }
                print!(" {:9.0}", decode(&rs, Damage::Erasures(16)));
                print!(" {:7.0}", encode(&rs));
                if code == RsCode::E16 && basis == Basis::Dual {
                    print!(" {:7.0}", cadu(engine, interleave));
                }
                println!();
            }
        }
    }
}

fn main() {
    let wanted = std::env::args().nth(1);
    for engine in Engine::available() {
        if wanted.as_ref().is_none_or(|name| name == engine.name()) {
            table(engine);
        }
    }
}
