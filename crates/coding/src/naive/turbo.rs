//! The turbo encoder as the book's figure reads: sequences and sums of their delayed elements.

use crate::turbo::TurboRate;
use std::vec::Vec;

/// π of the book, from 1 to k, by its formulas.
#[allow(clippy::many_single_char_names, reason = "the book's names")]
pub(crate) fn permutation(k: usize) -> Vec<usize> {
    // p_q with q from 1 on.
    let primes = [31, 37, 43, 47, 53, 59, 61, 67];
    let (k1, k2) = (8, k / 8);
    (1..=k)
        .map(|s| {
            let (m, i) = ((s - 1) % 2, (s - 1) / (2 * k2));
            let j = (s - 1) / 2 - i * k2;
            let t = (19 * i + 1) % (k1 / 2);
            let c = (primes[t % 8] * j + 21 * m) % k2;
            2 * (t + c * k1 / 2 + 1) - m
        })
        .collect()
}

/// What is sent as information, and what enters the register, tail included.
fn register(bits: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut sent, mut entered) = (Vec::new(), Vec::<u8>::new());
    for time in 0..bits.len() + 4 {
        let past = |delay: usize| time.checked_sub(delay).map_or(0, |at| entered[at]);
        // G0 = 10011
        let back = past(3) ^ past(4);
        let bit = bits.get(time).copied().unwrap_or(back);
        sent.push(bit);
        entered.push(bit ^ back);
    }
    (sent, entered)
}

/// The sum that a connection vector takes at each time.
fn output(entered: &[u8], vector: &str) -> Vec<u8> {
    let tap = |time: usize, delay: usize| time.checked_sub(delay).map_or(0, |at| entered[at]);
    (0..entered.len())
        .map(|time| {
            let taps = vector.bytes().enumerate().filter(|&(_, one)| one == b'1');
            taps.fold(0, |sum, (delay, _)| sum ^ tap(time, delay))
        })
        .collect()
}

/// Bits in, symbols out.
pub(crate) fn encode(bits: &[u8], rate: TurboRate) -> Vec<u8> {
    let permuted: Vec<u8> = permutation(bits.len())
        .iter()
        .map(|&at| bits[at - 1])
        .collect();
    let (sent, a) = register(bits);
    let (_, b) = register(&permuted);
    let (g1, g2, g3) = ("11011", "10101", "11111");
    let streams = match rate {
        TurboRate::Half | TurboRate::Third => [sent, output(&a, g1), output(&b, g1)].to_vec(),
        TurboRate::Quarter => [sent, output(&a, g2), output(&a, g3), output(&b, g1)].to_vec(),
        TurboRate::Sixth => [
            sent,
            output(&a, g1),
            output(&a, g2),
            output(&a, g3),
            output(&b, g1),
            output(&b, g3),
        ]
        .to_vec(),
    };
    let mut symbols = Vec::new();
    for time in 0..bits.len() + 4 {
        for (index, stream) in streams.iter().enumerate() {
            // Punctured: 0a 1a 0a 1b.
            if rate != TurboRate::Half || index == 0 || index == 1 + time % 2 {
                symbols.push(stream[time]);
            }
        }
    }
    symbols
}

/// The decoder by the definition in `turbo::siso`, with numbers that cannot overflow and no order but the natural one.
pub(crate) struct Decoder {
    k: usize,
    rows: usize,
    /// Natural place of each place of encoder b, the known zeros in front included.
    order: Vec<usize>,
    information: Vec<i64>,
    parities: [Vec<[i64; 3]>; 2],
    tails: [[i64; 16]; 2],
    from_a: Vec<i64>,
    from_b: Vec<i64>,
    /// Per component: forward metrics sixteen steps before the end of each window, backward metrics sixteen steps into each block of each
    /// window.
    ends: [Vec<[i64; 16]>; 2],
    starts: [Vec<[i64; 16]>; 2],
}

const BLOCK: usize = 112;
const WARM: usize = 16;

/// Next state (newest cell lowest) and the outputs of G1, G2 and G3.
fn step(state: usize, bit: usize) -> (usize, [usize; 3]) {
    let cell = |place: usize| state >> (place - 1) & 1;
    let enters = bit ^ cell(3) ^ cell(4);
    let outputs = [
        enters ^ cell(1) ^ cell(3) ^ cell(4),
        enters ^ cell(2) ^ cell(4),
        enters ^ cell(1) ^ cell(2) ^ cell(3) ^ cell(4),
    ];
    ((state << 1 | enters) & 15, outputs)
}

fn signed(bit: usize, value: i64) -> i64 {
    if bit == 1 { value } else { -value }
}

/// Metric of a branch; parities that are not sent are zero.
fn branch(information: i64, parities: [i64; 3], bit: usize, outputs: [usize; 3]) -> i64 {
    let pairs = outputs.into_iter().zip(parities);
    signed(bit, information)
        + pairs
            .map(|(output, value)| signed(output, value))
            .sum::<i64>()
}

/// The corrected maximum.
fn join(a: i64, b: i64) -> i64 {
    a.max(b).max(((a + b + 1) >> 1) + 11)
}

/// The symbols in eighths of a natural unit, by the definition in `turbo::level`.
fn leveled(rate: TurboRate, soft: &[i8]) -> Vec<i64> {
    let target = match rate {
        TurboRate::Half => 180,
        TurboRate::Third => 117,
        TurboRate::Quarter => 92,
        TurboRate::Sixth => 68,
    };
    let received: Vec<i64> = soft
        .iter()
        .map(|&symbol| i64::from(symbol).max(-127))
        .collect();
    let count = received.iter().filter(|&&symbol| symbol != 0).count() as i64;
    if count == 0 {
        return received;
    }
    let mean = 16 * received.iter().map(|symbol| symbol.abs()).sum::<i64>() / count;
    let factor = 8192 * target / mean;
    let level = |symbol: i64| {
        ((symbol * factor + 2048) as f64 / 4096.0)
            .floor()
            .clamp(-127.0, 127.0) as i64
    };
    received.into_iter().map(level).collect()
}

/// Every fourth step.
fn normalised_at(metrics: [i64; 16], at: usize, step: usize) -> [i64; 16] {
    let zero = if at % 4 == step { metrics[0] } else { 0 };
    metrics.map(|metric| metric - zero)
}

impl Decoder {
    pub(crate) fn new(k: usize, rate: TurboRate, soft: &[i8]) -> Self {
        let rows = k.div_ceil(16 * BLOCK) * BLOCK;
        let known = 16 * rows - k;
        let q = rate.symbols_per_bit();
        // Per component the place of G1, G2, G3 among the symbols of a bit time.
        let places: [[Option<usize>; 3]; 2] = match rate {
            TurboRate::Half => [[Some(1), None, None], [Some(1), None, None]],
            TurboRate::Third => [[Some(1), None, None], [Some(2), None, None]],
            TurboRate::Quarter => [[None, Some(1), Some(2)], [Some(3), None, None]],
            TurboRate::Sixth => [[Some(1), Some(2), Some(3)], [Some(4), None, Some(5)]],
        };
        let received = leveled(rate, soft);
        let value = |time: usize, place: usize| received[time * q + place];
        let parity = |component: usize, time: usize| {
            let sent = rate != TurboRate::Half || time % 2 == component;
            places[component]
                .map(|place| place.filter(|_| sent).map_or(0, |place| value(time, place)))
        };
        let stream = |component: usize| -> Vec<[i64; 3]> {
            let zero = places[component].map(|place| if place.is_some() { -127 } else { 0 });
            let received = (0..k).map(|time| parity(component, time));
            [zero].repeat(known).into_iter().chain(received).collect()
        };
        let tail = |component: usize| {
            core::array::from_fn(|start| {
                let mut state = start;
                let mut metric = 0;
                for time in k..k + 4 {
                    let bit = (state >> 2 ^ state >> 3) & 1;
                    let (next, outputs) = step(state, bit);
                    let information = if component == 0 { value(time, 0) } else { 0 };
                    metric += branch(information, parity(component, time), bit, outputs);
                    state = next;
                }
                metric
            })
        };
        let natural = permutation(k).into_iter().map(|at| known + at - 1);
        Self {
            k,
            rows,
            order: (0..known).chain(natural).collect(),
            information: (0..known)
                .map(|_| -127)
                .chain((0..k).map(|time| value(time, 0)))
                .collect(),
            parities: [stream(0), stream(1)],
            tails: [tail(0), tail(1)],
            from_a: Vec::new(),
            from_b: [0].repeat(16 * rows),
            ends: [[[0; 16]].repeat(16), [[0; 16]].repeat(16)],
            starts: [
                [[0; 16]].repeat(16 * rows / BLOCK),
                [[0; 16]].repeat(16 * rows / BLOCK),
            ],
        }
    }

    /// One iteration with half the scale in 1/32768; the message as decided then.
    pub(crate) fn iterate(&mut self, scale: i64) -> Vec<u8> {
        let information = self.information.clone();
        let sum =
            |a: &[i64], b: &[i64]| -> Vec<i64> { a.iter().zip(b).map(|(a, b)| a + b).collect() };
        let input = sum(&information, &self.from_b);
        let new = self.half(0, &input, scale);
        self.from_a = sum(&information, &new);
        let input: Vec<i64> = self.order.iter().map(|&at| self.from_a[at]).collect();
        let new = self.half(1, &input, scale);
        for (&at, value) in self.order.iter().zip(new) {
            self.from_b[at] = value;
        }
        let decided = sum(&self.from_a, &self.from_b);
        let bits = &decided[decided.len() - self.k..];
        let octet = |bits: &[i64]| {
            bits.iter()
                .fold(0, |octet, &l| octet << 1 | u8::from(l > 0))
        };
        bits.chunks(8).map(octet).collect()
    }

    fn half(&mut self, component: usize, input: &[i64], scale: i64) -> Vec<i64> {
        let blocks = self.rows / BLOCK;
        let parities = self.parities[component].clone();
        let ends = self.ends[component].clone();
        let mut extrinsic = [0].repeat(16 * self.rows);
        let mut fronts = Vec::new();
        for window in 0..16 {
            let first = window * self.rows;
            let mut forward = [-8192; 16];
            forward[0] = 0;
            if window > 0 {
                forward = ends[window - 1];
                for at in first - WARM..first {
                    forward = advance(normalised_at(forward, at, 0), input[at], parities[at]);
                }
            }
            for at in first..first + self.rows {
                forward = normalised_at(forward, at, 0);
                fronts.push(forward);
                forward = advance(forward, input[at], parities[at]);
            }
            self.ends[component][window] = fronts[first + self.rows - WARM];
        }
        for block in 0..blocks {
            let starts = self.starts[component].clone();
            for window in 0..16 {
                let index = window * blocks + block;
                let end = (index + 1) * BLOCK;
                let mut backward = self.tails[component];
                if let Some(start) = starts.get(index + 1) {
                    backward = *start;
                    for at in (end..end + WARM).rev() {
                        let metrics = normalised_at(backward, at, 3);
                        backward = back([0; 16], metrics, input[at], parities[at]).0;
                    }
                }
                for at in (end - BLOCK..end).rev() {
                    if at == end - BLOCK + WARM - 1 {
                        self.starts[component][index] = backward;
                    }
                    let metrics = normalised_at(backward, at, 3);
                    let (earlier, difference) = back(fronts[at], metrics, input[at], parities[at]);
                    backward = earlier;
                    let new = ((difference - 2 * input[at]) * scale + (1 << 14)) >> 15;
                    extrinsic[at] = new.clamp(-511, 511);
                }
            }
        }
        extrinsic
    }
}

fn advance(forward: [i64; 16], information: i64, parities: [i64; 3]) -> [i64; 16] {
    let mut arriving = [const { Vec::new() }; 16];
    for (state, metric) in forward.into_iter().enumerate() {
        for bit in 0..2 {
            let (to, outputs) = step(state, bit);
            arriving[to].push(metric + branch(information, parities, bit, outputs));
        }
    }
    let next = arriving.map(|paths| join(paths[0], paths[1]));
    assert!(
        next.iter().all(|metric| metric.abs() < 1 << 14),
        "bound of the definition"
    );
    next
}

/// Backward metrics one step earlier, best path with a 1 less best with a 0 (here the maximum is not corrected).
fn back(
    forward: [i64; 16],
    backward: [i64; 16],
    information: i64,
    parities: [i64; 3],
) -> ([i64; 16], i64) {
    let mut earlier = [0; 16];
    let mut best = [i64::MIN; 2];
    for (state, earlier) in earlier.iter_mut().enumerate() {
        let paths = [0, 1].map(|bit| {
            let (to, outputs) = step(state, bit);
            backward[to] + branch(information, parities, bit, outputs)
        });
        for (best, path) in best.iter_mut().zip(paths) {
            *best = (forward[state] + path).max(*best);
        }
        *earlier = join(paths[0], paths[1]);
    }
    (earlier, best[1] - best[0])
}
