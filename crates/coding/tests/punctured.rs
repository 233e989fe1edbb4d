//! The punctured rates: decoders against the sent bits over a channel, any cut of the stream, the phase of the pattern found.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "rates and small numbers"
)]

mod channel;

use channel::{Random, noise, quantize, random_bits};
use magpie_coding::convolutional::{PuncturedEncoder, Rate};
use magpie_coding::engine::Engine;
use magpie_coding::viterbi::{AutoPunctured, PUNCTURED_TAIL_BITS, PuncturedViterbi};
use proptest::prelude::*;

const PUNCTURED: [Rate; 4] = [
    Rate::TwoThirds,
    Rate::ThreeQuarters,
    Rate::FiveSixths,
    Rate::SevenEighths,
];

fn transmit(bits: &[u8], rate: Rate, eb_n0_db: f64, seed: u64) -> Vec<i8> {
    let code_rate = rate.bits() as f64 / rate.symbols() as f64;
    let code_rate = if rate == Rate::Half { 0.5 } else { code_rate };
    let sigma = (0.5 / code_rate).sqrt() * 10_f64.powf(-eb_n0_db / 20.0);
    let mut encoder = PuncturedEncoder::new(rate);
    let mut random = Random(seed);
    let symbols: Vec<f32> = bits
        .iter()
        .flat_map(|&bit| encoder.encode_bit(bit))
        .flatten()
        .map(|symbol| (2.0 * f64::from(symbol) - 1.0 + sigma * random.normals()[0]) as f32)
        .collect();
    quantize(&symbols)
}

fn decode(symbols: &[i8], rate: Rate, engine: Engine) -> Vec<u8> {
    let mut decoder = PuncturedViterbi::with_engine(rate, engine);
    let mut bits = vec![0; symbols.len() + PUNCTURED_TAIL_BITS];
    let progress = decoder.push(symbols, &mut bits);
    assert_eq!(progress.symbols, symbols.len());
    let count = decoder.finish(&mut bits[progress.bits..]);
    bits.truncate(progress.bits + count);
    bits
}

fn errors(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}

#[test]
fn error_rates_are_those_of_the_code() {
    //= 131.0-B punctured
    // Origin: textbook curves of the punctured (171, 133) code: 1e-5 at about 4.7, 5.2, 5.9 and 6.5 dB; half a dB more leaves next to nothing.
    for (rate, db) in PUNCTURED.into_iter().zip([5.2, 5.7, 6.4, 7.0]) {
        let sent = random_bits(400_000, 1);
        let symbols = transmit(&sent, rate, db, 2);
        let decided = decode(&symbols, rate, Engine::best());
        assert_eq!(decided.len(), sent.len());
        let wrong = errors(&sent, &decided);
        assert!(wrong < 20, "{rate:?} at {db} dB: {wrong} errors");
    }
}

/// On emulated machines less of the same: the code is the same whatever the processor.
fn quick() -> bool {
    std::env::var_os("MAGPIE_QUICK").is_some()
}

#[test]
fn the_phase_is_found_and_found_again() {
    for rate in PUNCTURED {
        for skipped in 0..if quick() { 2 } else { rate.symbols() } {
            let sent = random_bits(30_000, 3);
            let mut symbols = transmit(&sent, rate, 6.8, 4);
            symbols.drain(..skipped);
            let slip = symbols.len() / 2;
            symbols.remove(slip);
            let mut decoder = AutoPunctured::new(rate);
            let mut bits = Vec::new();
            let mut phase = None;
            for piece in symbols.chunks(1000) {
                decoder.push(piece, |run| bits.extend_from_slice(run.bits()));
                phase = phase.or(decoder.phase());
            }
            assert_eq!(
                phase,
                Some((rate.symbols() - skipped) % rate.symbols()),
                "{rate:?}"
            );
            assert_eq!(decoder.slips(), 1, "{rate:?}");
            decoder.finish(|run| bits.extend_from_slice(run.bits()));
            let first = if skipped == 0 { 0 } else { rate.bits() };
            let wrong = errors(&sent[first + 50..14_000], &bits[50..]);
            assert!(wrong < 5, "{rate:?}, {skipped} skipped: {wrong} errors");
            let end = &sent[26_000..29_900];
            let found = bits
                .windows(end.len())
                .any(|window| errors(window, end) < 8);
            assert!(
                found,
                "{rate:?}: {} bits, none of them those behind the slip",
                bits.len()
            );
            let last = bits.len().saturating_sub(500);
            let wrong = errors(&sent[sent.len() - 500..], &bits[last..]);
            assert!(wrong < 12, "{rate:?}: {wrong} errors in the last bits");
        }
    }
}

#[test]
fn noise_silence_and_hard_noise_give_no_phase() {
    let soft = quantize(&noise(if quick() { 60_000 } else { 300_000 }, 5));
    let hard: Vec<i8> = soft
        .iter()
        .map(|&s| if s > 0 { 127 } else { -127 })
        .collect();
    for rate in Rate::ALL {
        for symbols in [&soft, &hard, &vec![0; 20_000]] {
            let mut decoder = AutoPunctured::new(rate);
            let mut bits = 0;
            decoder.push(symbols, |run| bits += run.bits().len());
            assert_eq!((bits, decoder.phase()), (0, None), "{rate:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_input_in_any_pieces_and_rooms(soft in proptest::collection::vec(any::<i8>(), 0..3000), cuts in proptest::collection::vec((0_usize..700, 0_usize..900), 0..8), rate in 0_usize..5) {
        let rate = Rate::ALL[rate];
        let whole = decode(&soft, rate, Engine::SCALAR);
        for engine in Engine::available() {
            prop_assert_eq!(&decode(&soft, rate, engine), &whole);
        }
        let periods = soft.len() / rate.symbols();
        prop_assert!(whole.len() >= periods * rate.bits() && whole.len() <= (periods + 1) * rate.bits());
        let mut decoder = PuncturedViterbi::new(rate);
        let (mut bits, mut rest) = (Vec::new(), &soft[..]);
        for (cut, room) in cuts.into_iter().chain([(usize::MAX, 4000)]) {
            let (head, _) = rest.split_at(cut.min(rest.len()));
            let mut out = vec![0; room];
            let progress = decoder.push(head, &mut out);
            prop_assert!(progress.symbols <= head.len());
            bits.extend_from_slice(&out[..progress.bits]);
            rest = &rest[progress.symbols..];
        }
        prop_assert!(rest.is_empty());
        prop_assert_eq!(decoder.finish(&mut vec![0; decoder.held_bits().saturating_sub(1)]), 0);
        let mut out = [0; PUNCTURED_TAIL_BITS];
        let held = decoder.held_bits();
        let count = decoder.finish(&mut out);
        prop_assert_eq!(count, held);
        bits.extend_from_slice(&out[..count]);
        prop_assert_eq!(bits, whole);
    }
}
