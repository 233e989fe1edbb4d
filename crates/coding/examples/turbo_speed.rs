//! Information bits a second of the turbo decoder, every engine and code, six full iterations without early stop; one thread.
//!
//! `turbo_speed [RUNS] [K] [RATE] [ENGINE]`: the median and the best of so many runs (11 unless told).

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "counts and samples of a measurement"
)]

use magpie_coding::engine::Engine;
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, encode};
use std::time::Instant;

const ITERATIONS: u16 = 6;

/// Median and best Mbit/s.
fn measure(
    code: TurboCode,
    engine: Engine,
    runs: usize,
) -> Result<(f64, f64), Box<dyn std::error::Error>> {
    let message: Vec<u8> = (0..code.message_len())
        .map(|i| (i * 31 + i / 7) as u8)
        .collect();
    let mut symbols = vec![0; code.n()];
    encode(code, &message, &mut symbols)?;
    // Some noise, of a linear congruential generator, so that nothing is trivial.
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as i16 - 128
    };
    let soft: Vec<i8> = symbols
        .iter()
        .map(|&bit| (noise() / 2 + i16::from(bit) * 120 - 60).clamp(-127, 127) as i8)
        .collect();
    let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
    let mut decoder = TurboDecoder::new(code, &mut memory)?
        .with_engine(engine)
        .with_max_iterations(ITERATIONS)
        .with_early_stop(false);
    let mut output = vec![0; code.message_len()];
    let blocks = 40_000 / code.k() + 1;
    let mut rates = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        for _ in 0..blocks {
            decoder.decode(&soft, &mut output)?;
        }
        rates.push((blocks * code.k()) as f64 / start.elapsed().as_secs_f64() / 1e6);
    }
    assert!(output == message, "the noise is too much");
    rates.sort_by(f64::total_cmp);
    Ok((rates[rates.len() / 2], rates[rates.len() - 1]))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |place: usize, value: &str| arguments.get(place).is_none_or(|word| word == value);
    let runs = arguments.first().map_or(Ok(11), |runs| runs.parse())?;
    println!(
        "{:>8} {:>5} {:>5} {:>9} {:>9}",
        "engine", "k", "rate", "median", "best"
    );
    for engine in Engine::available() {
        for code in TurboCode::all() {
            let rate = code.rate().symbols_per_bit().to_string();
            if wanted(1, &code.k().to_string()) && wanted(2, &rate) && wanted(3, engine.name()) {
                let (median, best) = measure(code, engine, runs)?;
                println!(
                    "{:>8} {:>5} {:>5} {median:>9.2} {best:>9.2}",
                    engine.name(),
                    code.k(),
                    code.rate()
                );
            }
        }
    }
    Ok(())
}
