//! The engines against the plain form, and that against a twin that follows the description in wide numbers.

extern crate std;

use super::tuning::Tuning;
use super::{LdpcDecoder, LdpcOutcome};
use crate::engine::Engine;
use crate::ldpc::{LdpcCode, LdpcError, encode};
use crate::naive::ldpc::{parity_check_matrix, unsatisfied};
use proptest::prelude::*;
use std::string::String;
use std::vec;
use std::vec::Vec;

/// splitmix64.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Nearly normal, of variance 1.
    fn noise(&mut self) -> f64 {
        let (a, b) = (self.word(), self.word());
        let octets = a.to_le_bytes().into_iter().chain(b.to_le_bytes());
        let sum: f64 = octets.take(12).map(|octet| f64::from(octet) / 256.0).sum();
        sum - 6.0 + 6.0 / 256.0
    }

    fn message(&mut self, code: LdpcCode) -> Vec<u8> {
        (0..code.message_len()).map(|_| self.word() as u8).collect()
    }
}

fn symbols(octets: &[u8]) -> impl Iterator<Item = f64> {
    crate::soft::bits(octets).map(|bit| f64::from(bit) * 2.0 - 1.0)
}

/// A codeword of a random message with noise of this strength; 40 stands for the amplitude of the signal.
fn received(code: LdpcCode, sigma: f64, random: &mut Random) -> (Vec<u8>, Vec<i8>) {
    let message = random.message(code);
    let mut codeword = vec![0; code.codeword_len()];
    encode(code, &message, &mut codeword).expect("right lengths");
    let soft = symbols(&codeword)
        .map(|symbol| ((symbol + sigma * random.noise()) * 40.0).clamp(-127.0, 127.0) as i8)
        .collect();
    (message, soft)
}

fn run(
    code: LdpcCode,
    engine: Engine,
    soft: &[i8],
    iterations: u16,
    memory: &mut [i8],
) -> (Vec<u8>, LdpcOutcome) {
    let mut message = vec![0xEE; code.message_len()];
    let mut decoder = LdpcDecoder::new(code, memory)
        .expect("enough memory")
        .with_engine(engine)
        .with_max_iterations(iterations);
    let outcome = decoder.decode(soft, &mut message).expect("right lengths");
    (message, outcome)
}

/// Magnitudes of the messages of a row out of what it is given, by sorting.
fn twin_magnitudes(given: &[i64], tuning: Tuning) -> Vec<i64> {
    let mut sorted: Vec<i64> = given.iter().map(|q| q.abs()).collect();
    sorted.sort_unstable();
    let limit = i64::from(tuning.limit);
    let lessened = |x: i64| x.min(limit) - (x.min(limit) + 3) / 4;
    // Of two bits, as if in floating point but for the table.
    let joined = |a: i64, b: i64| {
        let at = |place: i64| i64::from(*tuning.table.get(place as usize).unwrap_or(&0));
        a.min(b) - at((a - b).abs()) + at(a + b)
    };
    let least = sorted[0];
    let [to_others, to_least] = if given.len() > 18 {
        [lessened(least), lessened(sorted[1])]
    } else {
        let [a, b, c] = [0, 1, 2].map(|i: usize| sorted[i].min(63));
        [joined(a, joined(b, c)), joined(b, c)].map(|x| x.min(limit))
    };
    let of = |q: &i64| {
        if q.abs() == least && (least <= 63 || given.len() > 18) {
            to_least
        } else {
            to_others
        }
    };
    given.iter().map(of).collect()
}

/// The description in wide numbers: every message of its own, the matrix of the other twin, saturation by `clamp`.
fn twin(code: LdpcCode, soft: &[i8], iterations: u16) -> (Vec<u8>, LdpcOutcome) {
    let (qc, matrix, tuning) = (code.qc(), parity_check_matrix(code), Tuning::of(code));
    let soft: Vec<i64> = soft[..qc.n - qc.appended]
        .iter()
        .map(|&x| i64::from(x).max(-127))
        .collect();
    let sum: i64 = soft.iter().map(|x| x.abs()).sum();
    let count = soft.iter().filter(|x| **x != 0).count() as i64;
    let scale = if sum == 0 {
        0
    } else {
        i64::from(tuning.mean) * 128 * count / sum
    };
    let mut posteriors = vec![127_i64; qc.shortened];
    let limit = i64::from(tuning.largest);
    posteriors.extend(
        soft.iter()
            .map(|x| (-x * scale + 64).div_euclid(128).clamp(-limit, limit)),
    );
    posteriors.resize(qc.columns(), 0);
    let mut messages: Vec<Vec<i64>> = matrix.iter().map(|row| vec![0; row.len()]).collect();
    let decide =
        |posteriors: &[i64]| -> Vec<u8> { posteriors.iter().map(|p| u8::from(*p < 0)).collect() };
    let mut done = 0;
    while done < iterations && unsatisfied(&matrix, &decide(&posteriors)) > 0 {
        let order = (0..qc.block_rows)
            .rev()
            .flat_map(|block| block * qc.z..(block + 1) * qc.z);
        for row in order {
            let given: Vec<i64> = (0..matrix[row].len())
                .map(|i| (posteriors[matrix[row][i]] - messages[row][i]).clamp(-128, 127))
                .collect();
            let magnitudes = twin_magnitudes(&given, tuning);
            for (i, q) in given.iter().enumerate() {
                let others = || given.iter().enumerate().filter(move |(j, _)| *j != i);
                let magnitude = magnitudes[i];
                let odd = others().filter(|(_, q)| **q < 0).count() % 2 == 1;
                messages[row][i] = if odd { -magnitude } else { magnitude };
                posteriors[matrix[row][i]] = (q + messages[row][i]).clamp(-128, 127);
            }
        }
        done += 1;
    }
    let bits = decide(&posteriors);
    let failed = unsatisfied(&matrix, &bits) as u32;
    let outcome = LdpcOutcome {
        converged: failed == 0,
        iterations: done,
        unsatisfied: failed,
        corrected: soft
            .iter()
            .zip(&bits[qc.shortened..])
            .filter(|(x, bit)| (**x > 0 && **bit == 0) || (**x < 0 && **bit == 1))
            .count() as u32,
    };
    let octets = bits[qc.shortened..][..qc.k].chunks(8);
    (
        octets
            .map(|eight| eight.iter().fold(0, |sum, bit| sum << 1 | bit))
            .collect(),
        outcome,
    )
}

/// The rule of belief propagation for two bits, 2 atanh(tanh a/2 · tanh b/2), in units of 1/u: within what three roundings make.
#[test]
fn joined_magnitudes_are_those_of_the_formula() {
    use super::tuning::CEILING;
    for (code, u) in [
        (LdpcCode::Prox1, 5.9),
        (LdpcCode::Ar4ja1024TwoThirds, 4.3),
        (LdpcCode::Ar4ja1024FourFifths, 3.0),
    ] {
        let tuning = Tuning::of(code);
        for small in 0..=CEILING {
            for large in small..=CEILING {
                // The least of three such that the two others alone count for it.
                let [_, joined] = tuning.of_three(0, small, large);
                let tanh = |x: u8| (f64::from(x) / u / 2.0).tanh();
                let wanted = 2.0 * (tanh(small) * tanh(large)).atanh() * u;
                let wanted = wanted.min(f64::from(tuning.limit));
                assert!(joined <= small && (f64::from(joined) - wanted).abs() < 1.5);
                let [all, _] = tuning.of_three(small, large, CEILING);
                assert!(all <= small);
            }
        }
    }
}

/// All engines and the twin agree on everything that is given out.
fn all_agree(
    code: LdpcCode,
    soft: &[i8],
    iterations: u16,
    with_twin: bool,
) -> Result<(), TestCaseError> {
    // Memory that was used before, at any alignment.
    let mut memory = vec![0x55; LdpcDecoder::memory_len(code) + 3];
    let wanted = run(code, Engine::SCALAR, soft, iterations, &mut memory[1..]);
    if with_twin {
        prop_assert_eq!(&twin(code, soft, iterations), &wanted, "{:?}", code);
    }
    for (place, engine) in Engine::available().enumerate() {
        let got = run(code, engine, soft, iterations, &mut memory[place % 4..]);
        prop_assert_eq!(&got, &wanted, "{:?} {}", code, engine);
    }
    Ok(())
}

#[test]
fn engines_and_twin_agree_on_noisy_codewords_of_every_code() {
    let mut random = Random(1);
    for code in LdpcCode::ALL {
        for sigma in [0.4, 0.8] {
            let (_, soft) = received(code, sigma, &mut random);
            all_agree(code, &soft, if code.qc().n < 9000 { 4 } else { 1 }, true)
                .expect("agreement");
            all_agree(code, &soft, 12, false).expect("agreement");
        }
    }
}

#[test]
fn engines_and_twin_agree_on_nothing_and_everything() {
    for code in LdpcCode::ALL {
        let n = code.qc().n;
        for value in [0, 1, -1, 127, -127, -128] {
            all_agree(code, &vec![value; n], 2, n < 9000).expect("agreement");
        }
        let extremes: Vec<i8> = (0..n).map(|i| [127, -128, 0, -127, 1][i * i % 5]).collect();
        all_agree(code, &extremes, 2, n < 9000).expect("agreement");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn engines_and_twin_agree_on_any_symbols(
        which in 0..LdpcCode::ALL.len(),
        seed: u64,
        shift in 0..8_u32,
        iterations in 0..6_u16,
    ) {
        let (code, mut random) = (LdpcCode::ALL[which], Random(seed));
        let soft: Vec<i8> = (0..code.qc().n).map(|_| random.word() as i8 >> shift).collect();
        all_agree(code, &soft, iterations, code.qc().n < 9000)?;
    }

    #[test]
    fn what_converges_is_the_codeword_of_its_message(seed: u64, sigma in 0.2..1.3, which in 0..4_usize) {
        let code = [LdpcCode::Tc128, LdpcCode::Tc512, LdpcCode::Prox1, LdpcCode::Ar4ja1024FourFifths][which];
        let (sent, soft) = received(code, sigma, &mut Random(seed));
        let mut memory = vec![0; LdpcDecoder::memory_len(code)];
        let (message, outcome) = run(code, Engine::best(), &soft, 50, &mut memory);
        prop_assert_eq!(outcome.converged, outcome.unsatisfied == 0);
        if outcome.converged {
            let mut codeword = vec![0; code.codeword_len()];
            encode(code, &message, &mut codeword).expect("right lengths");
            let differ = crate::soft::bits(&codeword).zip(&soft)
                .filter(|&(bit, &x)| (bit == 1 && x < 0) || (bit == 0 && x > 0));
            prop_assert_eq!(differ.count() as u32, outcome.corrected);
        }
        // The noise at which each of the four codes never fails in practice.
        if sigma < [0.5, 0.6, 0.7, 0.4][which] {
            prop_assert_eq!(message, sent);
        }
    }
}

#[test]
fn clean_codewords_of_every_code_take_one_iteration_at_the_most() {
    let mut random = Random(3);
    for code in LdpcCode::ALL {
        for _ in 0..5 {
            let (sent, soft) = received(code, 0.0, &mut random);
            let mut memory = vec![0; LdpcDecoder::memory_len(code)];
            let (message, outcome) = run(code, Engine::best(), &soft, 50, &mut memory);
            assert_eq!(message, sent, "{code:?}");
            assert!(outcome.converged && outcome.corrected == 0);
            assert_eq!(
                outcome.iterations,
                u16::from(code.qc().punctured > 0),
                "{code:?}"
            );
        }
    }
}

#[test]
fn erased_and_wrong_symbols_of_a_strong_signal_come_back() {
    let mut random = Random(4);
    for code in LdpcCode::ALL {
        let (sent, mut soft) = received(code, 0.0, &mut random);
        let n = code.qc().n;
        for _ in 0..n / 64 {
            soft[random.word() as usize % n] = 0;
        }
        for _ in 0..n / 256 {
            let place = random.word() as usize % n;
            soft[place] = -soft[place];
        }
        let mut memory = vec![0; LdpcDecoder::memory_len(code)];
        let (message, outcome) = run(code, Engine::best(), &soft, 50, &mut memory);
        assert!(outcome.converged && message == sent, "{code:?} {outcome:?}");
    }
}

#[test]
fn wrong_lengths_are_refused() {
    let code = LdpcCode::C2;
    let need = LdpcDecoder::compact_len(code);
    let short = LdpcDecoder::new(code, vec![0; need - 1]);
    assert_eq!(
        short.err(),
        Some(LdpcError::Memory {
            need,
            have: need - 1
        })
    );
    let mut compact = LdpcDecoder::new(code, vec![0; need]).expect("enough");
    assert_eq!(compact.engine(), Engine::SCALAR);
    let mut message = [0; 892];
    let error = compact.decode(&[0; 8159], &mut message);
    assert_eq!(
        error,
        Err(LdpcError::CodewordLen {
            need: 8160,
            have: 8159
        })
    );
    let error = compact.decode(&[0; 8160], &mut message[1..]);
    assert_eq!(
        error,
        Err(LdpcError::MessageLen {
            need: 892,
            have: 891
        })
    );
}

#[test]
fn octets_of_memory_are_those_of_the_table() {
    let table = include_str!("../decode.rs");
    for code in LdpcCode::ALL {
        let (name, compact) = (code.qc().name, LdpcDecoder::compact_len(code));
        // The last column is that of machines whose vector instructions are known.
        let vectors = if Engine::best() == Engine::SCALAR {
            String::new()
        } else {
            std::format!(" {} |", LdpcDecoder::memory_len(code))
        };
        let row = std::format!("//! | {name} | {compact} |{vectors}");
        assert!(table.contains(&row), "{row}");
    }
}

/// A slice of the waterfall; `examples/ldpc_fer.rs` measures it at length. Signal and noise of the (2048,1024) code at 1.5 dB.
#[test]
fn no_worse_than_floating_point_min_sum() {
    use crate::reference::ldpc::{Graph, Rule};
    let (code, mut random) = (LdpcCode::Prox1, Random(6));
    let graph = Graph::new(code.qc());
    let order: Vec<usize> = (0..12)
        .rev()
        .flat_map(|block| block * 128..(block + 1) * 128)
        .collect();
    let mut memory = vec![0; LdpcDecoder::memory_len(code)];
    let (mut ours, mut theirs) = (0, 0);
    for _ in 0..30 {
        let (sent, soft) = received(code, 10_f64.powf(-1.5 / 20.0), &mut random);
        let (message, outcome) = run(code, Engine::best(), &soft, 20, &mut memory);
        ours += u32::from(!outcome.converged || message != sent);
        let ratios: Vec<f64> = soft.iter().map(|&x| f64::from(x)).collect();
        let word = graph.mother_word(code.qc(), &ratios);
        theirs += u32::from(
            !graph
                .layered(&word, Rule::MinSum(0.75), 20, &order)
                .converged,
        );
    }
    assert!(theirs < 15 && ours <= theirs + 3, "{ours} {theirs}");
}
