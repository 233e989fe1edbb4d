extern crate std;

use super::*;
use crate::convolutional::ConvolutionalEncoder;
use crate::naive;
use crate::viterbi::Viterbi;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

/// A linear congruence; numbers from the upper bits.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i32) -> i32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) as i64 * i64::from(limit)) >> 31) as i32
    }

    /// Random bits and their pairs of levels, `signal` plus a triangle of noise.
    fn noisy(&mut self, count: usize, signal: i32, noise: i32, g2: G2) -> (Vec<u8>, Vec<[i8; 2]>) {
        let mut encoder = ConvolutionalEncoder::new(g2);
        let sent: Vec<u8> = (0..count).map(|_| self.below(2) as u8).collect();
        let mut level = |symbol: u8| {
            let clean = if symbol == 1 { signal } else { -signal };
            let noise = self.below(noise + 1) - self.below(noise + 1);
            (clean + noise).clamp(-8, 7) as i8
        };
        let pairs = sent
            .iter()
            .map(|&bit| encoder.encode_bit(bit).map(&mut level))
            .collect();
        (sent, pairs)
    }
}

fn bits_of(octets: &[u8], count: usize) -> Vec<u8> {
    let bits = octets
        .iter()
        .flat_map(|o| (0..8).rev().map(move |p| o >> p & 1));
    bits.take(count).collect()
}

fn pack(pairs: &[[i8; 2]]) -> Vec<u8> {
    let octet = |[c1, c2]: &[i8; 2]| (*c1 as u8) << 4 | *c2 as u8 & 15;
    pairs.iter().map(octet).collect()
}

fn decode(pairs: &[[i8; 2]], g2: G2) -> Vec<u8> {
    let mut decoder = CompactViterbi::new(g2);
    let mut octets = vec![0; pairs.len() / 8 + 8];
    let progress = decoder.push_packed(&pack(pairs), &mut octets);
    assert_eq!(progress.pairs, pairs.len());
    let mut bits = bits_of(&octets, progress.octets * 8);
    let mut tail = [0; TAIL_OCTETS];
    let count = decoder.finish(&mut tail);
    bits.extend(bits_of(&tail, count));
    bits
}

/// The obvious decoder with the same blocks: wide sums of what disagrees, every decision kept, each block read from the best state
/// one block later. Ties as everywhere: the state with the zero wins, of the last states the lowest.
struct Twin {
    costs: [i64; 64],
    history: Vec<[u8; 64]>,
    /// What is sent on the way from a state (its last six bits, the newest lowest) with a bit.
    sent: Vec<[u8; 2]>,
}

impl Twin {
    fn new(g2: G2) -> Self {
        let sent = |window: u8| {
            let bits: Vec<u8> = (0..7).rev().map(|k| window >> k & 1).collect();
            let symbols = naive::convolutional_encode(&bits, g2);
            [symbols[12], symbols[13]]
        };
        Self {
            costs: [0; 64],
            history: Vec::new(),
            sent: (0..128).map(sent).collect(),
        }
    }

    fn step(&mut self, pair: [i8; 2]) {
        let (mut costs, mut oldest) = ([0; 64], [0; 64]);
        for state in 0..64 {
            let via = |old: usize| {
                let window = old << 6 | state;
                let wrong = |(&bit, &level): (&u8, &i8)| {
                    i64::from(level).abs() * i64::from((level > 0) != (bit == 1))
                };
                self.costs[window >> 1]
                    + self.sent[window].iter().zip(&pair).map(wrong).sum::<i64>()
            };
            (costs[state], oldest[state]) = if via(1) < via(0) {
                (via(1), 1)
            } else {
                (via(0), 0)
            };
        }
        self.costs = costs;
        self.history.push(oldest);
    }

    /// The bits from number `first` on, of the best path.
    fn bits(&self, first: usize) -> Vec<u8> {
        let mut state = (0..64)
            .rev()
            .min_by_key(|&s| (self.costs[s], s))
            .unwrap_or(0);
        let mut bits = Vec::new();
        for oldest in self.history[first..].iter().rev() {
            bits.push((state & 1) as u8);
            state = state >> 1 | usize::from(oldest[state]) << 5;
        }
        bits.reverse();
        bits
    }

    fn decode(pairs: &[[i8; 2]], g2: G2) -> Vec<u8> {
        let mut twin = Self::new(g2);
        let mut bits = Vec::new();
        for &pair in pairs {
            twin.step(pair);
            if twin.history.len() == bits.len() + TRACEBACK_BITS + BLOCK_BITS {
                bits.extend_from_slice(&twin.bits(bits.len())[..BLOCK_BITS]);
            }
        }
        // The decoder fills the last group with erased pairs.
        for _ in 0..(GROUP - pairs.len() % GROUP) % GROUP {
            twin.step([0, 0]);
            if twin.history.len() == bits.len() + TRACEBACK_BITS + BLOCK_BITS {
                bits.extend_from_slice(&twin.bits(bits.len())[..BLOCK_BITS]);
            }
        }
        bits.extend(twin.bits(bits.len()));
        bits.truncate(pairs.len());
        bits
    }
}

#[test]
fn agrees_with_whole_sequence_decoding() {
    // Origin: the naive decoder that keeps all survivors. Up to 128 bits nothing is cut off; beyond, the noise is mild.
    //= 131.0-B convolutional
    let mut random = Random(1);
    for g2 in [G2::Inverted, G2::Plain] {
        for (noise, count) in [(0, 700), (6, 700), (9, 400), (16, 124), (12, 64), (9, 4)] {
            let (sent, pairs) = random.noisy(count, 4, noise, g2);
            let decided = decode(&pairs, g2);
            assert_eq!(decided, naive::viterbi(&pairs, g2), "noise {noise}");
            assert_eq!(Twin::decode(&pairs, g2), decided, "the twin is right");
            if noise == 0 {
                assert_eq!(decided, sent);
            }
        }
    }
}

#[test]
fn agrees_with_its_twin_in_every_bit() {
    let mut random = Random(2);
    for g2 in [G2::Inverted, G2::Plain] {
        for (signal, noise) in [(7, 0), (8, 0), (4, 9), (4, 14), (0, 8), (0, 30), (1, 2)] {
            for count in [3000, 127, 130, 61, 5, 1] {
                let (_, pairs) = random.noisy(count, signal, noise, g2);
                assert_eq!(decode(&pairs, g2), Twin::decode(&pairs, g2));
            }
        }
    }
}

#[test]
fn agrees_with_its_twin_on_what_drives_the_metrics_apart() {
    // Extremes only: constant, alternating, long runs, a code stream turned over again and again, and at the wrong phase.
    let mut random = Random(3);
    let (_, clean) = random.noisy(3000, 8, 0, G2::Inverted);
    let flat: Vec<i8> = clean.iter().flatten().copied().collect();
    let shifted = flat[1..].as_chunks::<2>().0.to_vec();
    let turned = |period: usize| {
        let turn = |(at, pair): (usize, &[i8; 2])| {
            pair.map(|level| {
                if (at / period).is_multiple_of(2) {
                    level
                } else {
                    level.saturating_neg().min(7)
                }
            })
        };
        clean.iter().enumerate().map(turn).collect()
    };
    let mut streams: Vec<Vec<[i8; 2]>> = vec![shifted, turned(6), turned(11), turned(40)];
    for pair in [[7, 7], [-8, -8], [-8, 7], [7, -8], [0, 0], [0, -8]] {
        streams.push(vec![pair; 1000]);
        let mut runs = Vec::new();
        while runs.len() < 3000 {
            let other = if random.below(2) == 0 { 7 } else { -8 };
            runs.extend(vec![pair; random.below(30) as usize]);
            runs.extend(vec![[other, pair[0]]; random.below(30) as usize]);
        }
        streams.push(runs);
    }
    for pairs in streams {
        for g2 in [G2::Inverted, G2::Plain] {
            assert_eq!(decode(&pairs, g2), Twin::decode(&pairs, g2));
        }
    }
}

#[test]
fn a_long_loud_stream_does_not_drift() {
    let (sent, pairs) = Random(4).noisy(100_000, 8, 9, G2::Inverted);
    let decided = decode(&pairs, G2::Inverted);
    let errors = decided.iter().zip(&sent).filter(|(a, b)| a != b).count();
    assert!(errors < 10, "{errors}");
}

#[test]
fn the_bounds_of_the_metrics_hold() {
    // The lightest code path from state zero to every state, and back to zero: 8 at most, and the free distance 10, a figure of the textbooks.
    let twin = Twin::new(G2::Plain);
    let weight = |window: usize| twin.sent[window].iter().sum::<u8>();
    let mut lightest = [99; 64];
    lightest[0] = 0;
    let mut free = 99;
    for _ in 0..64 {
        for window in 1..128 {
            let (from, to) = (window >> 1, window & 63);
            let reached = lightest[from] + weight(window);
            if to == 0 {
                free = free.min(reached);
            } else {
                lightest[to] = lightest[to].min(reached);
            }
        }
    }
    assert_eq!((lightest.into_iter().max(), free), (Some(8), 10));
}

#[test]
fn equals_the_large_decoder_on_clean_symbols() {
    for g2 in [G2::Inverted, G2::Plain] {
        let (sent, pairs) = Random(5).noisy(1024, 4, 0, g2);
        let soft: Vec<[i8; 2]> = pairs.iter().map(|pair| pair.map(|s| s * 10)).collect();
        let mut decoder = CompactViterbi::new(g2);
        let mut octets = [0; 128];
        let progress = decoder.push(&soft, &mut octets);
        assert_eq!((progress.pairs, progress.octets), (1024, 120));
        let mut large = [0; 1024];
        let written = Viterbi::new(g2).push(&soft, &mut large).bits;
        assert_eq!(bits_of(&octets, written), large[..written]);
        assert_eq!(bits_of(&octets, 960), sent[..960]);
    }
}

#[test]
fn levels_of_symbols() {
    // Hand-worked: with a mean magnitude of 36, eight units are a level; halves go outward, the ends are 7.
    let levels = Levels::for_mean(36);
    let level = |symbol: i8| (levels.nibble(symbol) << 28) as i32 >> 28;
    let expected = [
        (0, 0),
        (3, 0),
        (4, 1),
        (11, 1),
        (12, 2),
        (51, 6),
        (52, 7),
        (127, 7),
    ];
    for (symbol, expected) in expected {
        assert_eq!(
            (level(symbol), level(-symbol)),
            (expected, -expected),
            "{symbol}"
        );
    }
    assert_eq!(level(-128), -7);
    for mean in [0, 1, 255] {
        let levels = Levels::for_mean(mean);
        assert!((-128..=127).all(|s| levels.nibble(s) < 16));
    }
}

#[test]
fn a_call_without_room_stops_before_the_block_and_goes_on_later() {
    let (_, pairs) = Random(6).noisy(1000, 4, 8, G2::Inverted);
    let packed = pack(&pairs);
    let mut decoder = CompactViterbi::new(G2::Inverted);
    let first = decoder.push_packed(&packed, &mut [0; BLOCK_OCTETS - 1]);
    assert_eq!((first.pairs, first.octets), (127, 0));
    assert_eq!(
        decoder.push_packed(&packed[127..], &mut []),
        CompactProgress::default()
    );
    let mut octets = [0; 200];
    let second = decoder.push_packed(&packed[127..], &mut octets);
    assert_eq!((second.pairs, second.octets), (1000 - 127, 112));
    let mut tail = [0; TAIL_OCTETS];
    assert_eq!(decoder.held_bits(), 1000 - 112 * 8);
    assert_eq!(decoder.finish(&mut tail), 1000 - 112 * 8);
    octets[112..128].copy_from_slice(&tail);
    assert_eq!(bits_of(&octets, 1000), decode(&pairs, G2::Inverted));
    assert_eq!(decoder.finish(&mut tail), 0, "ready for another stream");
}

#[test]
fn takes_little_memory() {
    assert!(size_of::<CompactViterbi>() <= 1200);
    assert!(size_of::<CompactReceiver>() <= 1500);
}

proptest! {
    #[test]
    fn any_levels_in_any_pieces(packed in proptest::collection::vec(any::<u8>(), 0..700), cuts in proptest::collection::vec(0_usize..200, 0..6)) {
        let level = |nibble: u8| (nibble << 4) as i8 >> 4;
        let pairs: Vec<[i8; 2]> = packed.iter().map(|&o| [level(o >> 4), level(o)]).collect();
        let whole = Twin::decode(&pairs, G2::Inverted);
        let mut decoder = CompactViterbi::new(G2::Inverted);
        let (mut bits, mut rest) = (Vec::new(), &packed[..]);
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            let mut room = vec![0; head.len() / 8 + BLOCK_OCTETS];
            let progress = decoder.push_packed(head, &mut room);
            prop_assert_eq!(progress.pairs, head.len());
            bits.extend(bits_of(&room, progress.octets * 8));
            rest = tail;
        }
        let mut room = [0; TAIL_OCTETS];
        let count = decoder.finish(&mut room);
        bits.extend(bits_of(&room, count));
        prop_assert_eq!(bits, whole);
    }
}
