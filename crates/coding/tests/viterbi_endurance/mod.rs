//! A long stream through one decoder, for a test with few bits and an example with many.

use crate::channel::{Random, union_bound};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::engine::Engine;
use magpie_coding::viterbi::{Precision, TAIL_BITS, TRACEBACK_BITS, Viterbi};

/// Octets encoded and decoded at once.
const PIECE: usize = 2000;

/// Soft symbols at 4.2 dB out of a table, as normal numbers for 10^9 bits would take an hour.
struct Noise {
    random: Random,
    table: Vec<f32>,
}

impl Noise {
    fn new(seed: u64) -> Self {
        // Quantiles of the normal distribution, 2^16 of them, from sorted samples of a good generator.
        let mut random = Random(seed);
        let mut table: Vec<f32> = (0..1 << 21)
            .flat_map(|_| random.normals())
            .map(|x| x as f32)
            .collect();
        table.sort_by(f32::total_cmp);
        let table = table
            .chunks(64)
            .map(|chunk| chunk.iter().sum::<f32>() / 64.0)
            .collect();
        Self { random, table }
    }

    /// Four normal numbers.
    fn four(&mut self) -> [f32; 4] {
        let word = self.random.word();
        [0, 16, 32, 48].map(|shift| self.table[(word >> shift & 0xFFFF) as usize])
    }
}

/// Sends `bits` random bits at 4.2 dB through one decoder and tells the error rate of each part; the rate of the whole, or why it is bad.
pub(crate) fn run(
    bits: u64,
    part: u64,
    (engine, precision): (Engine, Precision),
    mut tell: impl FnMut(u64, f64),
) -> Result<f64, String> {
    let (mut random, mut noise) = (Random(1), Noise::new(2));
    let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
    let mut decoder = Viterbi::with_engine(G2::Inverted, engine).with_precision(precision);
    let mut sent: std::collections::VecDeque<u8> = std::collections::VecDeque::new();
    let (mut done, mut errors, mut part_errors, mut parts) = (0_u64, 0_u64, 0_u64, Vec::new());
    let sigma = 10_f32.powf(-4.2 / 20.0);
    while done < bits {
        let octets: Vec<u8> = (0..PIECE / 8)
            .flat_map(|_| random.word().to_be_bytes())
            .collect();
        let mut symbols = vec![0; 2 * PIECE];
        encoder.encode_packed(&octets, &mut symbols);
        let mut soft = Vec::with_capacity(16 * PIECE);
        for octet in symbols {
            for (half, noise) in [(octet >> 4, noise.four()), (octet & 15, noise.four())] {
                for (place, noise) in (0..4).rev().zip(noise) {
                    let level = f32::from(half >> place & 1) * 2.0 - 1.0 + sigma * noise;
                    soft.push((level * 39.0).clamp(-127.0, 127.0) as i8);
                }
            }
        }
        sent.extend(&octets);
        let mut out = vec![0; PIECE + TAIL_BITS];
        let written = decoder.push_packed(soft.as_chunks().0, &mut out).bits / 8;
        for (decided, sent) in out[..written].iter().zip(sent.drain(..written)) {
            let wrong = u64::from((decided ^ sent).count_ones());
            errors += wrong;
            part_errors += wrong;
        }
        done += 8 * written as u64;
        if done >= part * (parts.len() as u64 + 1) {
            let rate = part_errors as f64 / part as f64;
            parts.push(rate);
            tell(parts.len() as u64, rate);
            part_errors = 0;
        }
        assert!(
            sent.len() * 8 <= TAIL_BITS + TRACEBACK_BITS,
            "nothing is held back"
        );
    }
    // Coarse symbols cost some 0.1 dB.
    let bound = union_bound(match precision {
        Precision::Full => 4.2,
        Precision::Fast => 4.05,
    });
    judge(errors as f64 / done as f64, bound, &parts, part)
}

fn judge(rate: f64, bound: f64, parts: &[f64], part: u64) -> Result<f64, String> {
    // Errors come in bursts of five or so; four standard deviations of that.
    let spread = 4.0 * (5.0 * bound / part as f64).sqrt() + 5.0 / part as f64;
    if rate > 1.3 * bound + spread {
        return Err(format!("{rate:e} is above the union bound {bound:e}"));
    }
    match parts.iter().position(|part| (part - rate).abs() > spread) {
        Some(number) => Err(format!(
            "part {}: {:e}, the whole {rate:e}",
            number + 1,
            parts[number]
        )),
        None => Ok(rate),
    }
}
