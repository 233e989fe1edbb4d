//! Frame-error rate of a turbo code over white noise: our decoder, and the floating-point references on the same frames.
//!
//! `turbo_fer K RATE EBN0 FRAMES ITERATIONS [all|reference|ours] [SEED]`, for example `turbo_fer 1784 2 1.2 2000 6`. RATE is 2, 3, 4 or 6. The
//! references decode at EBN0: log-MAP, and with `all` also max-log-MAP in floating point; our decoder there and at up to 0.2 dB more, on the same
//! messages and noise. The loss is what it needs more to lose as many frames as log-MAP after as many iterations. With `ours` there are no references.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "counts and samples of a measurement"
)]

use magpie_coding::reference::turbo::{Algorithm, decode_each};
use magpie_coding::turbo::{Row, TurboCode, TurboDecoder, TurboError, TurboRate, encode};

/// Decibels between two of our points, and how many points.
const STEP: f64 = 0.02;
const POINTS: usize = 11;

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

#[derive(Clone, Copy, Default)]
struct Count {
    frames: u32,
    bits: u32,
    iterations: u32,
    /// Frames that converged to another codeword.
    deceived: u32,
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
        let share = |count: u32| f64::from(count) / f64::from(frames);
        println!(
            "{name:>14}: FER {:.2e} ({} of {frames}), BER {:.2e}, mean iterations {:.2}, converged but wrong {}",
            share(self.frames),
            self.frames,
            share(self.bits) / code.k() as f64,
            share(self.iterations),
            self.deceived
        );
    }
}

/// A codeblock and what the channel adds to it.
struct Frame {
    message: Vec<u8>,
    symbols: Vec<u8>,
    deviates: Vec<f64>,
}

impl Frame {
    fn new(code: TurboCode, noise: &mut Noise) -> Result<Self, TurboError> {
        let message: Vec<u8> = (0..code.message_len())
            .map(|_| noise.bits() as u8)
            .collect();
        let mut symbols = vec![0; code.n()];
        encode(code, &message, &mut symbols)?;
        let deviates = (0..code.n().div_ceil(2)).flat_map(|_| noise.pair());
        Ok(Self {
            message,
            symbols,
            deviates: deviates.collect(),
        })
    }

    /// Received amplitudes.
    fn received(&self, sigma: f64) -> impl Iterator<Item = f64> {
        let symbols = self.symbols.iter().zip(&self.deviates);
        symbols.map(move |(&bit, deviate)| f64::from(bit) * 2.0 - 1.0 + sigma * deviate)
    }

    /// As the decoder takes them: the amplitude plus three sigma at full scale.
    fn soft(&self, sigma: f64) -> Vec<i8> {
        let gain = 127.0 / (1.0 + 3.0 * sigma);
        let octet = |y: f64| (y * gain).round().clamp(-127.0, 127.0) as i8;
        self.received(sigma).map(octet).collect()
    }
}

/// A reference on a frame; it stops when the message is right, as it would stay.
fn refer(
    frame: &Frame,
    code: TurboCode,
    es_n0: f64,
    algorithm: Algorithm,
    most: u32,
    count: &mut Count,
) {
    let sigma = (0.5 / es_n0).sqrt();
    let l: Vec<f64> = frame.received(sigma).map(|y| 4.0 * es_n0 * y).collect();
    decode_each(code, &l, algorithm, &mut |iteration, decided| {
        let over = iteration == most || decided == frame.message;
        if over {
            count.add(decided, &frame.message);
            count.iterations += iteration;
        }
        !over
    });
}

/// Where so many frames are lost, between two points; in decibels from the first.
fn crossing(ours: &[Count], frames: u32) -> Option<f64> {
    let lost = |count: Count| f64::from(count.frames.max(1)).ln();
    let wanted = f64::from(frames.max(1)).ln();
    let place = ours.iter().position(|count| count.frames <= frames)?;
    let Some(before) = place.checked_sub(1) else {
        return Some(0.0);
    };
    let (high, low) = (lost(ours[before]), lost(ours[place]));
    Some(STEP * (before as f64 + (high - wanted) / (high - low)))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [k, rate, ebn0, frames, iterations, rest @ ..] = &arguments[..] else {
        return Err("turbo_fer K RATE EBN0 FRAMES ITERATIONS [all|reference|ours] [SEED]".into());
    };
    let wanted: usize = rate.parse()?;
    let rate = TurboRate::ALL
        .into_iter()
        .find(|rate| rate.symbols_per_bit() == wanted);
    let code = TurboCode::new(k.parse()?, rate.ok_or("a rate of 2, 3, 4 or 6")?)?;
    let (ebn0, frames, iterations): (f64, u32, u16) =
        (ebn0.parse()?, frames.parse()?, iterations.parse()?);
    let mode = rest.first().map_or("reference", String::as_str);
    let mut noise = Noise(rest.get(1).map_or(Ok(1), |seed| seed.parse())?);

    let es_n0 = |ebn0: f64| 10_f64.powf(ebn0 / 10.0) * code.k() as f64 / code.n() as f64;
    let points = if mode == "ours" { 1 } else { POINTS };
    let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
    let mut decoder = TurboDecoder::new(code, &mut memory)?.with_max_iterations(iterations);
    let mut ours = vec![Count::default(); points];
    let (mut log_map, mut max_log) = (Count::default(), Count::default());
    let mut output = vec![0; code.message_len()];
    for _ in 0..frames {
        let frame = Frame::new(code, &mut noise)?;
        for (point, count) in ours.iter_mut().enumerate() {
            let sigma = (0.5 / es_n0(ebn0 + STEP * point as f64)).sqrt();
            let outcome = decoder.decode(&frame.soft(sigma), &mut output)?;
            count.add(&output, &frame.message);
            count.iterations += u32::from(outcome.iterations);
            count.deceived += u32::from(outcome.converged && output != frame.message);
        }
        let most = u32::from(iterations.max(1));
        if mode != "ours" {
            refer(
                &frame,
                code,
                es_n0(ebn0),
                Algorithm::LogMap,
                most,
                &mut log_map,
            );
        }
        if mode == "all" {
            let algorithm = Algorithm::MaxLogMap { scale: 0.75 };
            refer(&frame, code, es_n0(ebn0), algorithm, most, &mut max_log);
        }
    }
    for (point, count) in ours.iter().enumerate() {
        let name = format!("ours {:.2} dB", ebn0 + STEP * point as f64);
        count.print(&name, code, frames);
    }
    if mode == "all" {
        max_log.print("max-log-MAP", code, frames);
    }
    if mode != "ours" {
        log_map.print("log-MAP", code, frames);
        match crossing(&ours, log_map.frames) {
            Some(loss) => println!(
                "loss at FER {:.1e}: {loss:.3} dB",
                f64::from(log_map.frames) / f64::from(frames)
            ),
            None => println!("loss: more than {:.1} dB", STEP * (POINTS - 1) as f64),
        }
    }
    Ok(())
}
