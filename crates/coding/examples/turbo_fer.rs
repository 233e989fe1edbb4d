//! Frame-error rate of a turbo code over white noise: our decoder, and the floating-point references on the same frames.
//!
//! `turbo_fer K RATE EBN0 FRAMES ITERATIONS [ENGINE|reference|ours] [SEED]`, for example `turbo_fer 1784 2 1.2 200 6`. RATE is 2, 3, 4 or 6. With
//! `ours` the references are left out; FRAMES is at the same time the bound of the run.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "counts and samples of a measurement"
)]

use magpie_coding::engine::Engine;
use magpie_coding::reference::turbo::{Algorithm, decode};
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, TurboRate, encode};

/// Normal deviates from a 64-bit counter (`SplitMix64` and Box–Muller): enough for 10^9 symbols.
struct Noise(u64);

impl Noise {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn pair(&mut self) -> [f64; 2] {
        let unit = |bits: u64| ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        let radius = (-2.0 * unit(self.bits()).ln()).sqrt();
        let (sin, cos) = (unit(self.bits()) * core::f64::consts::TAU).sin_cos();
        [radius * cos, radius * sin]
    }
}

#[derive(Default)]
struct Count {
    frames: u32,
    bits: u32,
}

impl Count {
    fn add(&mut self, output: &[u8], message: &[u8]) {
        let wrong: u32 = output
            .iter()
            .zip(message)
            .map(|(a, b)| (a ^ b).count_ones())
            .sum();
        self.frames += u32::from(wrong > 0);
        self.bits += wrong;
    }

    fn print(&self, name: &str, code: TurboCode, frames: u32) {
        let fer = f64::from(self.frames) / f64::from(frames);
        let ber = f64::from(self.bits) / f64::from(frames) / code.k() as f64;
        println!(
            "{name:>14}: FER {fer:.2e} ({} of {frames}), BER {ber:.2e}",
            self.frames
        );
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [k, rate, ebn0, frames, iterations, rest @ ..] = &arguments[..] else {
        return Err("turbo_fer K RATE EBN0 FRAMES ITERATIONS [ours|reference] [SEED]".into());
    };
    let wanted: usize = rate.parse()?;
    let rate = TurboRate::ALL
        .into_iter()
        .find(|rate| rate.symbols_per_bit() == wanted);
    let code = TurboCode::new(k.parse()?, rate.ok_or("a rate of 2, 3, 4 or 6")?)?;
    let (frames, iterations): (u32, u16) = (frames.parse()?, iterations.parse()?);
    let references = rest.first().is_none_or(|word| word != "ours");
    let mut noise = Noise(rest.get(1).map_or(Ok(1), |seed| seed.parse())?);

    let es_n0 = 10_f64.powf(ebn0.parse::<f64>()? / 10.0) * code.k() as f64 / code.n() as f64;
    let sigma = (0.5 / es_n0).sqrt();
    // Amplitude plus three sigma at full scale.
    let gain = 127.0 / (1.0 + 3.0 * sigma);
    let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
    let mut decoder = TurboDecoder::new(code, &mut memory)?
        .with_max_iterations(iterations)
        .with_engine(Engine::best());
    let (mut ours, mut log_map, mut max_log) =
        (Count::default(), Count::default(), Count::default());
    let (mut used, mut deceived) = (0_u32, 0);
    let (mut message, mut output) = (vec![0; code.message_len()], vec![0; code.message_len()]);
    let mut symbols = vec![0; code.n()];
    for _ in 0..frames {
        message.fill_with(|| noise.bits() as u8);
        encode(code, &message, &mut symbols)?;
        let deviates = std::iter::repeat_with(|| noise.pair()).flatten();
        let received: Vec<f64> = symbols
            .iter()
            .zip(deviates)
            .map(|(&bit, deviate)| f64::from(bit) * 2.0 - 1.0 + sigma * deviate)
            .collect();
        let soft: Vec<i8> = received
            .iter()
            .map(|y| (y * gain).round().clamp(-127.0, 127.0) as i8)
            .collect();
        let outcome = decoder.decode(&soft, &mut output)?;
        ours.add(&output, &message);
        used += u32::from(outcome.iterations);
        deceived += u32::from(outcome.converged && output != message);
        if references {
            let l: Vec<f64> = received.iter().map(|y| 4.0 * es_n0 * y).collect();
            let iterations = u32::from(iterations);
            log_map.add(&decode(code, &l, Algorithm::LogMap, iterations), &message);
            max_log.add(
                &decode(code, &l, Algorithm::MaxLogMap { scale: 0.75 }, iterations),
                &message,
            );
        }
    }
    ours.print("ours", code, frames);
    println!(
        "{:>14}  mean iterations {:.2}, converged but wrong {deceived}",
        "",
        f64::from(used) / f64::from(frames)
    );
    if references {
        max_log.print("max-log-MAP", code, frames);
        log_map.print("log-MAP", code, frames);
    }
    Ok(())
}
