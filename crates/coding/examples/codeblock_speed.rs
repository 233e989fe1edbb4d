//! How fast the codeblock synchroniser is, without any decoder: symbols a second in noise and in lock, the median of five runs.
//!
//! `cargo run --release -p magpie-coding --example codeblock_speed`
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]

mod cpu_time;

use cpu_time::CpuTime;
use magpie_coding::codeblock::{ASM, CSM, CodeblockConfig, CodeblockSync, Verdict};
use magpie_coding::randomizer::Sequence;

fn main() {
    let clock = CpuTime::new();
    let mut state = 1_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as i8 / 2
    };
    for (name, marker, block_len) in [("64 + 2048", &CSM[..], 2048), ("32 + 8160", &ASM[..], 8160)]
    {
        let empty: Vec<i8> = (0..20_000_000).map(|_| noise()).collect();
        let mut blocks = empty.clone();
        for unit in blocks.chunks_mut(marker.len() + block_len) {
            for (symbol, bit) in unit.iter_mut().zip(marker) {
                *symbol = if *bit == 1 { 40 } else { -40 };
            }
        }
        for (kind, stream, sequence) in [
            ("noise", &empty, None),
            ("lock", &blocks, None),
            ("lock, randomized", &blocks, Some(Sequence::Tc)),
        ] {
            let config = CodeblockConfig::new(marker, block_len).with_randomizer(sequence);
            let mut sync =
                CodeblockSync::new(config, vec![0; config.memory_len()]).expect("it fits");
            let verdict = if kind == "noise" {
                Verdict::Bad
            } else {
                Verdict::Good
            };
            let mut rates: Vec<f64> = (0..5)
                .map(|_| {
                    sync.reset();
                    let start = clock.seconds();
                    for piece in stream.chunks(4096) {
                        sync.push(piece, &mut |_| verdict);
                    }
                    stream.len() as f64 / (clock.seconds() - start) / 1e6
                })
                .collect();
            rates.sort_by(f64::total_cmp);
            let candidates =
                (sync.stats().good + sync.stats().bad + sync.stats().false_markers) / 5;
            println!(
                "{name}, {kind}: {:.0} Msymbol/s, {candidates} candidates",
                rates[2]
            );
        }
    }
}
