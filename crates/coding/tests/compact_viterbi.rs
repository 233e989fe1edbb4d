//! The compact Viterbi decoder over a channel: error rates against the large one, phase found, slips survived, noise known as noise.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "rates and small numbers"
)]

mod channel;

use channel::{Random, noise, quantize, random_bits, transmit, union_bound};
use magpie_coding::convolutional::G2;
use magpie_coding::viterbi::{CompactReceiver, CompactViterbi, TAIL_BITS, Viterbi};
use proptest::prelude::*;

#[derive(Debug, Default, PartialEq)]
struct Received {
    bits: Vec<u8>,
    places: Vec<u64>,
    locked: Vec<bool>,
    slips: u32,
}

impl Received {
    fn of(pieces: &[&[i8]], g2: G2) -> Self {
        let mut receiver = CompactReceiver::new(g2);
        let mut all = Self::default();
        for piece in pieces {
            receiver.push(piece, &mut |block| all.take(block));
        }
        receiver.finish(&mut |block| all.take(block));
        all.slips = receiver.slips();
        all
    }

    fn take(&mut self, block: &magpie_coding::viterbi::compact::Block) {
        for at in 0..block.len_bits() {
            self.bits.push(block.octets()[at / 8] >> (7 - at % 8) & 1);
            self.places.push(block.first_symbol() + 2 * at as u64);
            self.locked.push(block.is_locked());
        }
    }

    /// Errors of the bits that begin at symbols of a range; `first` is the symbol at which `sent` began.
    fn errors(&self, sent: &[u8], first: u64, symbols: std::ops::Range<u64>) -> usize {
        let mut seen = 0;
        let mut errors = 0;
        for (&bit, &place) in self.bits.iter().zip(&self.places) {
            if symbols.contains(&place) {
                assert_eq!((place - first) % 2, 0, "right phase");
                seen += 1;
                errors += usize::from(bit != sent[((place - first) / 2) as usize]);
            }
        }
        let expected = (symbols.end - symbols.start) / 2;
        assert!(seen >= expected - 1, "{seen} of {expected} bits");
        errors
    }
}

fn compact(symbols: &[i8]) -> Vec<u8> {
    let mut decoder = CompactViterbi::new(G2::Inverted);
    let mut out = vec![0; symbols.len() / 16 + 8];
    let progress = decoder.push(symbols.as_chunks::<2>().0, &mut out);
    let octets = out[..progress.octets].iter();
    octets
        .flat_map(|octet| (0..8).rev().map(move |place| octet >> place & 1))
        .collect()
}

fn error_rate(sent: &[u8], decided: &[u8]) -> f64 {
    let errors = sent.iter().zip(decided).filter(|(a, b)| a != b).count();
    errors as f64 / decided.len() as f64
}

/// On emulated machines less of the same: the code is the same whatever the processor.
fn quick() -> bool {
    std::env::var_os("MAGPIE_QUICK").is_some()
}

#[test]
fn error_rates_are_those_of_the_large_decoder_within_a_tenth_of_a_db() {
    //= 131.0-B convolutional
    let points = [(1.0, 200_000), (2.0, 300_000), (3.0, 1_000_000)];
    for (db, count) in points.into_iter().take(if quick() { 2 } else { 3 }) {
        let sent = random_bits(count, 1);
        let large = |db: f64| {
            let symbols = quantize(&transmit(&sent, G2::Inverted, db, 2));
            let mut out = vec![0; count + TAIL_BITS];
            let pairs = symbols.as_chunks::<2>().0;
            let written = Viterbi::new(G2::Inverted).push(pairs, &mut out).bits;
            error_rate(&sent, &out[..written])
        };
        let ours = error_rate(
            &sent,
            &compact(&quantize(&transmit(&sent, G2::Inverted, db, 2))),
        );
        let (same, less) = (large(db), large(db - 0.1));
        assert!(ours < less, "{db} dB: {same:e} and ours {ours:e}");
        assert!(db < 2.0 || ours < 1.5 * union_bound(db));
    }
}

#[test]
fn a_level_off_by_a_quarter_costs_little() {
    let sent = random_bits(300_000, 3);
    for scale in [0.75, 1.0, 1.33] {
        let scaled = |s: i8| (f64::from(s) * scale).clamp(-127.0, 127.0) as i8;
        let soft = quantize(&transmit(&sent, G2::Inverted, 3.0, 4));
        let soft: Vec<i8> = soft.into_iter().map(scaled).collect();
        let rate = error_rate(&sent, &compact(&soft));
        // 0.12 dB more than the bound, by its slope there.
        assert!(rate < 1.35 * union_bound(3.0), "{scale}: {rate:e}");
    }
}

#[test]
fn the_phase_is_found_from_any_start() {
    //= 211.2-B-3 3.4.2.2
    for g2 in [G2::Inverted, G2::Plain] {
        for skipped in 0..5 {
            let sent = random_bits(4000, 3);
            let symbols = quantize(&transmit(&sent, g2, 4.0, 4));
            let received = Received::of(&[&symbols[skipped..]], g2);
            let odd = skipped % 2 == 1;
            assert_eq!(received.slips, u32::from(odd));
            // From the wrong phase, two blocks and what they look back on are lost.
            let start = if odd { 129 + 2 * 128 } else { 8 * 2 };
            let sent = &sent[skipped.div_ceil(2)..];
            assert_eq!(
                received.errors(sent, u64::from(odd), start..7900),
                0,
                "{skipped}"
            );
            let locked = received.places.iter().zip(&received.locked);
            assert!(locked.clone().all(|(&place, &l)| l || place < start));
        }
    }
}

#[test]
fn inverted_polarity_gives_inverted_bits() {
    let sent = random_bits(3000, 5);
    let symbols = quantize(&transmit(&sent, G2::Inverted, 5.0, 6));
    let symbols: Vec<i8> = symbols.iter().map(|s| -s).collect();
    let received = Received::of(&[&symbols], G2::Inverted);
    assert_eq!(received.errors(&sent, 0, 20..5900), 2940);
    assert!(received.locked.iter().all(|locked| *locked));
}

#[test]
fn the_other_g2_is_never_locked() {
    let sent = random_bits(20_000, 7);
    let symbols = quantize(&transmit(&sent, G2::Plain, 6.0, 8));
    let received = Received::of(&[&symbols], G2::Inverted);
    assert!(received.locked.iter().all(|locked| !locked));
}

#[test]
fn a_slip_in_mid_stream_costs_some_blocks() {
    let mut random = Random(9);
    for round in 0..40 {
        let sent = random_bits(4000, 100 + round);
        let mut symbols = quantize(&transmit(&sent, G2::Inverted, 4.0, 200 + round));
        let slip = 2000 + random.word() % 3000;
        let first = if round % 2 == 0 {
            symbols.remove(slip as usize);
            -1
        } else {
            symbols.insert(slip as usize, 40);
            1
        };
        let received = Received::of(&[&symbols], G2::Inverted);
        assert_eq!(received.slips, 1);
        assert!(received.errors(&sent, 0, 16..slip / 2 * 2 - 200) < 4);
        // Up to three whole blocks and the one that was begun until it is noticed, one to see it is good.
        let again = (slip + 5 * 128) & !1 | 1;
        let sent = if first < 0 { &sent[1..] } else { &sent[..] };
        assert!(received.errors(sent, 1, again..7800) < 4, "round {round}");
        assert!(received.places.windows(2).all(|two| two[0] < two[1]));
        let late = received.places.iter().zip(&received.locked);
        assert!(
            late.clone()
                .all(|(&p, &locked)| locked || (slip - 300..again).contains(&p))
        );
    }
}

#[test]
fn noise_and_silence_are_not_locked() {
    let symbols = quantize(&noise(1_000_000, 10));
    let hard: Vec<i8> = symbols
        .iter()
        .map(|&s| if s > 0 { 127 } else { -127 })
        .collect();
    let weak = |part: i8| symbols.iter().map(|s| s / part).collect::<Vec<i8>>();
    let scattered = |keep: usize| {
        let kept = |(at, &s): (usize, &i8)| if at % keep == 0 { s } else { 0 };
        symbols.iter().enumerate().map(kept).collect::<Vec<i8>>()
    };
    let loud = symbols.iter().map(|s| s.saturating_mul(3)).collect();
    let streams = [symbols.clone(), hard, loud, vec![0; 10_000]];
    let parts = [weak(2), weak(4), weak(8), weak(20)];
    let scatters = [2, 3, 5, 20, 200].map(scattered);
    for (number, symbols) in streams.into_iter().chain(parts).chain(scatters).enumerate() {
        let received = Received::of(&[&symbols], G2::Inverted);
        let locked = received.locked.iter().filter(|locked| **locked).count();
        assert_eq!(locked, 0, "stream {number}");
    }
}

#[test]
fn the_lock_frames_the_signal() {
    let sent = random_bits(20_000, 11);
    let mut symbols = noise(20_001, 12);
    symbols.extend(transmit(&sent, G2::Inverted, 3.0, 13));
    symbols.extend(noise(20_000, 14));
    let received = Received::of(&[&quantize(&symbols)], G2::Inverted);
    let mut locked = received.places.iter().zip(&received.locked);
    let inside = |place: u64| (20_001 + 1000..60_001 - 300).contains(&place);
    let outside = |place: u64| !(20_001 - 300..60_001 + 1000).contains(&place);
    assert!(locked.all(|(&place, &locked)| if locked {
        !outside(place)
    } else {
        !inside(place)
    }));
    assert!(received.errors(&sent, 20_001, 21_001..59_901) < 40);
}

#[test]
fn hard_symbols_are_enough_at_a_good_signal() {
    let sent = random_bits(100_000, 15);
    let symbols = quantize(&transmit(&sent, G2::Inverted, 6.0, 16));
    let hard: Vec<i8> = symbols
        .iter()
        .map(|&s| if s > 0 { 127 } else { -127 })
        .collect();
    let received = Received::of(&[&hard], G2::Inverted);
    assert!(received.errors(&sent, 0, 16..199_900) < 20);
    assert!(received.locked.iter().all(|locked| *locked));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_input_in_any_pieces(soft in proptest::collection::vec(any::<i8>(), 0..4000), cuts in proptest::collection::vec(0_usize..900, 0..6)) {
        let whole = Received::of(&[&soft], G2::Inverted);
        let (mut pieces, mut rest) = (Vec::new(), &soft[..]);
        for cut in cuts {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            pieces.push(head);
            rest = tail;
        }
        pieces.push(rest);
        prop_assert_eq!(&Received::of(&pieces, G2::Inverted), &whole);
        prop_assert!(whole.places.windows(2).all(|two| two[0] < two[1]));
        prop_assert!((soft.len() / 2).abs_diff(whole.bits.len() + whole.slips as usize / 2) <= 1);
        prop_assert!(whole.places.last().is_none_or(|&last| last + 1 < soft.len() as u64));
    }

    #[test]
    fn nibbles_are_levels(octets in proptest::collection::vec(any::<u8>(), 0..2000), cut in 0_usize..2000) {
        // Eight units a level: the symbols that stand for the nibbles, without -8, which the quantisation never gives.
        let octets: Vec<u8> = octets.iter().map(|o| [o >> 4, o & 15].into_iter().fold(0, |sum, n| sum << 4 | if n == 8 { 9 } else { n })).collect();
        let soft: Vec<i8> = octets.iter().flat_map(|o| [*o, o << 4]).map(|o| (o.cast_signed() >> 4) * 8).collect();
        let mut packed = Received::default();
        let mut receiver = CompactReceiver::new(G2::Inverted);
        let (head, tail) = octets.split_at(cut.min(octets.len()));
        receiver.push_packed(head, &mut |block| packed.take(block));
        // The rest symbol by symbol in odd portions: three, and one that was cut off.
        for two in tail.chunks(2) {
            receiver.push_levels(2 * two.len() - 1, two, &mut |block| packed.take(block));
            let last = two.last().map_or(0, |octet| octet << 4);
            receiver.push_levels(1, &[last], &mut |block| packed.take(block));
        }
        receiver.push_levels(7, &[], &mut |block| packed.take(block));
        receiver.finish(&mut |block| packed.take(block));
        let mut other = Received::default();
        receiver.set_mean_magnitude(36);
        receiver.push(&soft, &mut |block| other.take(block));
        receiver.finish(&mut |block| other.take(block));
        prop_assert_eq!(packed, other);
    }
}
