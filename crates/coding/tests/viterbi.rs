//! The Viterbi decoders over a channel: error rates against theory, phase and G2 found, slips survived, noise known as noise.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "rates and small numbers"
)]

mod channel;
mod viterbi_endurance;

use channel::{Random, noise, quantize, random_bits, transmit, union_bound, weight_spectrum};
use magpie_coding::convolutional::G2;
use magpie_coding::viterbi::{AutoViterbi, G2Choice, Hypothesis, Precision, Run};
use proptest::prelude::*;

#[derive(Debug, Default, PartialEq)]
struct Decoded {
    bits: Vec<u8>,
    places: Vec<u64>,
    hypotheses: Vec<Hypothesis>,
    locked: Vec<bool>,
}

fn decode(pieces: &[&[i8]], g2: G2Choice) -> Decoded {
    let mut decoder = AutoViterbi::new(g2);
    let mut result = Decoded::default();
    let mut sink = |run: &Run<'_>| {
        let count = run.bits().len();
        result.bits.extend_from_slice(run.bits());
        result
            .places
            .extend((0..count).map(|index| run.symbol_of(index)));
        result.hypotheses.extend(vec![run.hypothesis(); count]);
        result.locked.extend(vec![run.is_locked(); count]);
    };
    for piece in pieces {
        decoder.push(piece, &mut sink);
    }
    decoder.finish(&mut sink);
    result
}

fn errors(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}

#[test]
fn the_counted_spectrum_is_the_published_one() {
    // Origin: the information-weight spectrum of the (171, 133) code in the textbooks: 36, 211, 1404, 11633 at 10, 12, 14, 16.
    let spectrum = weight_spectrum();
    assert_eq!(spectrum[..18], {
        let mut expected = [0.0; 18];
        (expected[10], expected[12], expected[14], expected[16]) = (36.0, 211.0, 1404.0, 11_633.0);
        expected
    });
}

/// On emulated machines less of the same: the code is the same whatever the processor.
fn quick() -> bool {
    std::env::var_os("MAGPIE_QUICK").is_some()
}

#[test]
fn error_rates_stay_within_the_union_bound() {
    //= 131.0-B convolutional
    // The bound is an upper one and tight from 4 dB on; eight-bit symbols and the finite traceback may cost some hundredths of a dB.
    let points = [(2.0, 200_000), (3.0, 400_000), (4.0, 1_000_000)];
    for (db, count) in points.into_iter().take(if quick() { 2 } else { 3 }) {
        let sent = random_bits(count, 1);
        let symbols = quantize(&transmit(&sent, G2::Inverted, db, 2));
        let rate =
            errors(&sent, &decode(&[&symbols], G2Choice::Inverted).bits) as f64 / count as f64;
        let bound = union_bound(db);
        assert!(
            rate < 1.3 * bound && rate > 0.2 * bound,
            "{db} dB: {rate:e}, bound {bound:e}"
        );
    }
}

#[test]
fn a_slice_of_the_long_run_does_not_degrade() {
    for engine in magpie_coding::engine::Engine::available() {
        let bits = if engine.name() == "scalar" {
            1_000_000
        } else {
            5_000_000
        };
        for precision in [Precision::Full, Precision::Fast] {
            let decoder = (engine, precision);
            let verdict = viterbi_endurance::run(bits, bits / 4, decoder, |_, _| ());
            assert!(verdict.is_ok(), "{engine}, {precision:?}: {verdict:?}");
        }
    }
}

#[test]
fn phase_and_inversion_are_found_from_any_start() {
    //= 211.2-B-3 3.4.2.2
    for g2 in [G2::Inverted, G2::Plain] {
        for skipped in 0..5 {
            let sent = random_bits(4000, 3);
            let symbols = quantize(&transmit(&sent, g2, 4.0, 4));
            for choice in [G2Choice::Auto, g2.into()] {
                let decoded = decode(&[&symbols[skipped..]], choice);
                let phase = skipped % 2;
                assert!(decoded.hypotheses.iter().all(|h| *h
                    == Hypothesis {
                        phase: u8::from(skipped % 2 == 1),
                        g2
                    }));
                assert!(
                    decoded
                        .places
                        .iter()
                        .enumerate()
                        .all(|(bit, &place)| place == (2 * bit + phase) as u64)
                );
                let sent = &sent[skipped.div_ceil(2)..];
                assert_eq!(decoded.bits.len(), sent.len());
                assert!(errors(sent, &decoded.bits) < 8);
                assert_eq!(errors(&sent[8..3900], &decoded.bits[8..3900]), 0);
                assert!(decoded.locked.iter().all(|locked| *locked));
            }
        }
    }
}

#[test]
fn inverted_polarity_gives_inverted_bits() {
    let sent = random_bits(3000, 5);
    let symbols: Vec<i8> = quantize(&transmit(&sent, G2::Inverted, 5.0, 6))
        .iter()
        .map(|s| -s)
        .collect();
    let decoded = decode(&[&symbols], G2Choice::Auto);
    assert_eq!(decoded.hypotheses[0].g2, G2::Inverted);
    assert_eq!(errors(&sent[8..2980], &decoded.bits[8..2980]), 2972);
}

/// Bits from the first wrong one, seen from the start, to the last wrong one, seen from the end.
fn damage(sent: &[u8], decided: &[u8]) -> usize {
    let good_head = sent.iter().zip(decided).take_while(|(a, b)| a == b).count();
    let good_tail = sent
        .iter()
        .rev()
        .zip(decided.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    sent.len().saturating_sub(good_head + good_tail)
}

#[test]
fn a_slip_costs_some_tens_of_bits() {
    let mut worst = 0;
    let mut random = Random(7);
    for round in 0..60 {
        let sent = random_bits(4000, 100 + round);
        let mut symbols = quantize(&transmit(&sent, G2::Inverted, 6.0, 200 + round));
        let slip = 1000 + (random.word() % 6000) as usize;
        if round % 2 == 0 {
            symbols.remove(slip);
        } else {
            symbols.insert(slip, 40);
        }
        let decoded = decode(&[&symbols], G2Choice::Auto);
        // The start and the end of a stream are weak by themselves; here they are clean.
        let damaged = damage(&sent, &decoded.bits);
        assert!(decoded.bits.len().abs_diff(sent.len()) <= 1);
        assert!(
            damaged <= 100,
            "round {round}, slip at {slip}: {damaged} bits"
        );
        assert!(
            decoded.places.windows(2).all(|two| two[0] < two[1]),
            "time goes forward"
        );
        worst = worst.max(damaged);
    }
    println!("worst damage by one slip: {worst} bits");
}

#[test]
fn many_slips_one_after_the_other() {
    let sent = random_bits(40_000, 8);
    let mut symbols = quantize(&transmit(&sent, G2::Inverted, 5.0, 9));
    for slip in (1..20).rev() {
        symbols.remove(slip * 4000 + slip);
    }
    let decoded = decode(&[&symbols], G2Choice::Inverted);
    // Between two slips the bits are found again somewhere near, whatever the count of bits did at the slips.
    for part in 0..20 {
        let wanted = &sent[part * 2000 + 200..part * 2000 + 1800];
        let found = (0..400).any(|shift| {
            let start = part * 2000 + shift;
            decoded
                .bits
                .get(start..start + 1600)
                .is_some_and(|bits| errors(bits, wanted) < 4)
        });
        assert!(found, "part {part}");
    }
    assert!(decoded.locked.iter().all(|locked| *locked));
}

#[test]
fn noise_and_silence_are_not_locked() {
    let symbols = quantize(&noise(400_000, 10));
    let hard: Vec<i8> = symbols
        .iter()
        .map(|&s| if s > 0 { 127 } else { -127 })
        .collect();
    for symbols in [symbols, hard, vec![0; 10_000]] {
        let decoded = decode(&[&symbols], G2Choice::Auto);
        assert!(decoded.locked.iter().all(|locked| !locked));
        assert!(decoded.bits.len().abs_diff(symbols.len() / 2) <= 1);
    }
}

/// Where most symbols are erased, any few that are left fit some code word; that is no lock.
#[test]
fn scattered_symbols_among_erasures_are_not_locked() {
    for keep in [2, 3, 5, 20, 200] {
        let mut symbols = quantize(&noise(200_000, 20 + keep as u64));
        for (index, symbol) in symbols.iter_mut().enumerate() {
            if index % keep != 0 {
                *symbol = 0;
            }
        }
        let decoded = decode(&[&symbols], G2Choice::Inverted);
        let locked = decoded.locked.iter().filter(|locked| **locked).count();
        assert_eq!(locked, 0, "one symbol in {keep}");
    }
}

/// A signal with every eighth symbol erased (rate 4/7) still locks.
#[test]
fn a_few_erasures_do_not_break_the_lock() {
    let sent = random_bits(20_000, 31);
    let mut symbols = quantize(&transmit(&sent, G2::Inverted, 5.0, 32));
    symbols.iter_mut().step_by(8).for_each(|symbol| *symbol = 0);
    let decoded = decode(&[&symbols], G2Choice::Inverted);
    assert!(decoded.locked.iter().all(|locked| *locked));
}

#[test]
fn the_lock_frames_the_signal() {
    let sent = random_bits(20_000, 11);
    let mut symbols = noise(20_001, 12);
    symbols.extend(transmit(&sent, G2::Plain, 3.0, 13));
    symbols.extend(noise(20_000, 14));
    let decoded = decode(&[&quantize(&symbols)], G2Choice::Auto);
    let first = decoded
        .locked
        .iter()
        .position(|locked| *locked)
        .expect("a lock");
    let last = decoded
        .locked
        .iter()
        .rposition(|locked| *locked)
        .expect("a lock");
    assert!(
        decoded.places[first].abs_diff(20_001) < 1000,
        "{}",
        decoded.places[first]
    );
    assert!(
        decoded.places[last].abs_diff(60_001) < 1000,
        "{}",
        decoded.places[last]
    );
    assert!(decoded.locked[first..=last].iter().all(|locked| *locked));
    let start = decoded
        .places
        .iter()
        .position(|&place| place == 20_001)
        .expect("the first bit of the signal");
    assert!(errors(&decoded.bits[start + 40..start + 19_900], &sent[40..19_900]) < 60);
}

#[test]
fn hard_symbols_are_enough_at_a_good_signal() {
    let sent = random_bits(100_000, 15);
    let symbols = quantize(&transmit(&sent, G2::Inverted, 6.0, 16));
    let hard: Vec<i8> = symbols
        .iter()
        .map(|&s| if s > 0 { 127 } else { -127 })
        .collect();
    let decoded = decode(&[&hard], G2Choice::Auto);
    assert!(errors(&sent, &decoded.bits) < 20);
    assert!(decoded.locked.iter().all(|locked| *locked));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_input_in_any_pieces(soft in proptest::collection::vec(any::<i8>(), 0..4000), cuts in proptest::collection::vec(0_usize..900, 0..6)) {
        let whole = decode(&[&soft], G2Choice::Auto);
        let (mut pieces, mut rest) = (Vec::new(), &soft[..]);
        for cut in cuts {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            pieces.push(head);
            rest = tail;
        }
        pieces.push(rest);
        prop_assert_eq!(&decode(&pieces, G2Choice::Auto), &whole);
        prop_assert!(whole.places.windows(2).all(|two| two[0] < two[1]));
        prop_assert!(whole.bits.len().abs_diff(soft.len() / 2) <= 1);
    }
}
