//! Reed–Solomon by every engine of this machine against the scalar code, which is the definition, and errors with erasures.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;
mod endurance;
mod naive;

use common::Noise;
use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::{
    Basis, CodewordOutcome, FillPolicy, ReedSolomon, RsCode, RsError, RsReport,
};
use naive::reed_solomon as twin;
use proptest::prelude::*;

/// Any code, basis, depth, fill and policy; half of the time without fill.
fn any_option() -> impl Strategy<Value = ReedSolomon> {
    let code = prop_oneof![Just(RsCode::E16), Just(RsCode::E8)];
    let fill = prop_oneof![Just(0_usize), 0..=222_usize];
    (code, any::<bool>(), 1..=8_usize, fill, any::<bool>()).prop_map(
        |(code, dual, depth, fill, strict)| {
            let basis = if dual {
                Basis::Dual
            } else {
                Basis::Conventional
            };
            let policy = if strict {
                FillPolicy::Strict
            } else {
                FillPolicy::AllowCorrection
            };
            let rs = ReedSolomon::new(code, depth, fill).expect("valid");
            rs.with_basis(basis).with_fill_policy(policy)
        },
    )
}

/// Decodes by every engine; all must agree with the scalar one, whose answer is given back.
fn by_all(rs: &ReedSolomon, received: &[u8], erasures: Option<&[usize]>) -> (RsReport, Vec<u8>) {
    let mut answers = Engine::available().map(|engine| {
        let rs = rs.with_engine(engine);
        let mut block = received.to_vec();
        let report = match erasures {
            None => rs.decode(&mut block),
            Some(erasures) => rs.decode_with_erasures(&mut block, erasures.iter().copied()),
        };
        (report.expect("the right length"), block)
    });
    let scalar = answers.next().expect("there is always the scalar engine");
    for (engine, answer) in Engine::available().skip(1).zip(answers) {
        assert!(answer == scalar, "{engine} differs for {rs:?}");
    }
    scalar
}

fn encoded(rs: &ReedSolomon, noise: &mut Noise) -> Vec<u8> {
    let mut block = noise.octets(rs.block_len());
    rs.encode(&mut block).expect("the right length");
    block
}

/// `errors` wrong symbols and `erased` doubtful ones in codeword `which`, at different places; the doubtful ones are told.
fn damage(
    rs: &ReedSolomon,
    block: &mut [u8],
    which: usize,
    [errors, erased]: [usize; 2],
    noise: &mut Noise,
) -> Vec<usize> {
    let mut places: Vec<usize> = (which..block.len()).step_by(rs.interleave()).collect();
    let mut told = Vec::new();
    for i in 0..errors + erased {
        let at = places.swap_remove(noise.below(places.len()));
        if i < errors {
            block[at] ^= 1 + noise.below(255) as u8;
        } else {
            block[at] = noise.next() as u8;
            told.push(at);
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_engine_encodes_the_same(rs in any_option(), seed: u64) {
        let mut noise = Noise(seed);
        let frame = noise.octets(rs.block_len());
        let mut expected = frame.clone();
        rs.with_engine(Engine::SCALAR).encode(&mut expected).expect("the right length");
        for engine in Engine::available() {
            let mut block = frame.clone();
            rs.with_engine(engine).encode(&mut block).expect("the right length");
            prop_assert_eq!(&block, &expected, "{}", engine);
        }
    }

    /// From clean to far beyond E, uncorrectable words and corrections in the fill included.
    #[test]
    fn every_engine_decodes_the_same(rs in any_option(), seed: u64, most in 0..40_usize) {
        let mut noise = Noise(seed);
        let sent = encoded(&rs, &mut noise);
        let mut received = sent.clone();
        for which in 0..rs.interleave() {
            let rows = sent.len() / rs.interleave();
            let errors = noise.below(most + 1).min(rows);
            damage(&rs, &mut received, which, [errors, 0], &mut noise);
        }
        by_all(&rs, &received, None);
    }

    /// 2v + e ≤ 2E is corrected to what was sent, whatever stands in the erased places.
    #[test]
    fn errors_and_erasures_within_capacity_are_mended(rs in any_option(), seed: u64) {
        //= 131.0-B rs-erasures
        let mut noise = Noise(seed);
        let sent = encoded(&rs, &mut noise);
        let (mut received, mut erasures) = (sent.clone(), Vec::new());
        let (rows, parity) = (sent.len() / rs.interleave(), rs.code().parity_len());
        for which in 0..rs.interleave() {
            let erased = noise.below(parity + 1).min(rows);
            let errors = ((parity - erased) / 2).min(rows - erased);
            // to the brim, or somewhere below
            let errors = if noise.below(2) == 0 { errors } else { noise.below(errors + 1) };
            erasures.extend(damage(&rs, &mut received, which, [errors, erased], &mut noise));
        }
        let (report, block) = by_all(&rs, &received, Some(&erasures));
        prop_assert_eq!(&block, &sent);
        for (which, outcome) in report.codewords().iter().enumerate() {
            let changed = (which..sent.len()).step_by(rs.interleave());
            let changed = changed.filter(|&at| received[at] != sent[at]).count();
            prop_assert_eq!(*outcome, CodewordOutcome::Corrected { symbols: changed as u8 });
        }
    }

    /// Beyond: as received and owned up to, or a codeword that capacity would allow.
    #[test]
    fn errors_and_erasures_beyond_capacity_are_owned_up_to(rs in any_option(), seed: u64) {
        //= 131.0-B rs-erasures
        let rs = rs.with_fill_policy(FillPolicy::Strict);
        let mut noise = Noise(seed);
        let (mut received, mut erasures) = (encoded(&rs, &mut noise), Vec::new());
        let (rows, e) = (received.len() / rs.interleave(), rs.code().error_capability());
        for which in 0..rs.interleave() {
            let erased = noise.below(2 * e + 4).min(rows);
            let errors = (e + 1 - erased.min(2 * e) / 2 + noise.below(3)).min(rows - erased);
            erasures.extend(damage(&rs, &mut received, which, [errors, erased], &mut noise));
        }
        let (report, block) = by_all(&rs, &received, Some(&erasures));
        for (which, outcome) in report.codewords().iter().enumerate() {
            let told = erasures.iter().filter(|&&at| at % rs.interleave() == which).count();
            prop_assert_eq!(report.is_over_erased(which), told > 2 * e);
            let of_it: Vec<usize> = (which..block.len()).step_by(rs.interleave()).collect();
            let changed: Vec<&usize> = of_it.iter().filter(|&&at| block[at] != received[at]).collect();
            match *outcome {
                CodewordOutcome::Uncorrectable => prop_assert!(changed.is_empty()),
                CodewordOutcome::Corrected { symbols } => {
                    prop_assert_eq!(changed.len(), usize::from(symbols));
                    let untold = changed.iter().filter(|at| !erasures.contains(at)).count();
                    prop_assert!(2 * untold + told <= 2 * e);
                    let word = twin::codeword(&block, rs.basis() == Basis::Dual, rs.interleave(), which);
                    prop_assert!(twin::syndromes(e, &word).iter().all(|&s| s == 0));
                }
            }
        }
    }

    #[test]
    fn every_engine_makes_the_same_of_noise(rs in any_option(), seed: u64, count in 0..80_usize) {
        let mut noise = Noise(seed);
        let received = noise.octets(rs.block_len());
        let erasures: Vec<usize> = (0..count).map(|_| noise.below(received.len())).collect();
        by_all(&rs, &received, None);
        by_all(&rs, &received, Some(&erasures));
    }

    /// Words made so that their syndromes are mostly zeros: long runs without discrepancy, locators of odd lengths.
    #[test]
    fn every_engine_agrees_on_sparse_syndromes(e16: bool, seed: u64, few in 1..6_usize) {
        let code = if e16 { RsCode::E16 } else { RsCode::E8 };
        let e = code.error_capability();
        let mut noise = Noise(seed);
        let mut syndromes = vec![0; 2 * e];
        for _ in 0..few {
            syndromes[noise.below(2 * e)] = noise.next() as u8;
        }
        let mut received = vec![0; code.message_len()];
        received.extend(twin::word_with_syndromes(e, &syndromes));
        prop_assert_eq!(&twin::syndromes(e, &received), &syndromes);
        let rs = ReedSolomon::new(code, 1, 0).expect("valid").with_basis(Basis::Conventional);
        by_all(&rs, &received, None);
        let erasures: Vec<usize> = (0..noise.below(2 * e + 1)).map(|_| noise.below(255)).collect();
        by_all(&rs, &received, Some(&erasures));
    }
}

/// All check symbols lost, and as many symbols at either end of the codeword: the most that erasures alone can be.
#[test]
fn as_many_erasures_as_check_symbols() {
    for code in [RsCode::E16, RsCode::E8] {
        let rs = ReedSolomon::new(code, 1, 0).expect("valid");
        let (sent, parity) = (encoded(&rs, &mut Noise(5)), code.parity_len());
        for erasures in [0..parity, 255 - parity..255, 100..100 + parity] {
            let mut received = sent.clone();
            received[erasures.clone()].fill(0x5A);
            let erasures: Vec<usize> = erasures.collect();
            let (report, block) = by_all(&rs, &received, Some(&erasures));
            assert!(report.is_good() && block == sent);
            // one error more, and nothing can be known
            received[60] ^= 1;
            let (report, block) = by_all(&rs, &received, Some(&erasures));
            assert!(!report.is_good() || block != sent);
        }
    }
}

#[test]
fn erasures_that_cannot_be_are_refused_and_too_many_are_named() {
    let rs = ReedSolomon::new(RsCode::E8, 3, 2).expect("valid");
    let sent = encoded(&rs, &mut Noise(6));
    let len = sent.len();
    for engine in Engine::available() {
        let rs = rs.with_engine(engine);
        let mut block = sent.clone();
        let error = RsError::Erasure { at: len, len };
        assert_eq!(rs.decode_with_erasures(&mut block, [0, len]), Err(error));
        let error = RsError::Erasure {
            at: usize::MAX,
            len,
        };
        assert_eq!(
            rs.decode_with_erasures(&mut block, [usize::MAX]),
            Err(error)
        );
        assert_eq!(block, sent);
        let error = RsError::BlockLength {
            need: len,
            have: len - 1,
        };
        assert_eq!(rs.decode_with_erasures(&mut block[1..], []), Err(error));
        // 17 places of codeword 1, some named twice; the others as they are
        block[1] ^= 0xFF;
        let received = block.clone();
        let erasures = (0..17).chain(0..9).map(|row| 3 * row + 1);
        let report = rs
            .decode_with_erasures(&mut block, erasures)
            .expect("inside");
        let clean = CodewordOutcome::Corrected { symbols: 0 };
        assert_eq!(
            report.codewords(),
            [clean, CodewordOutcome::Uncorrectable, clean]
        );
        assert_eq!(
            [0, 1, 2, 3, 99].map(|i| report.is_over_erased(i)),
            [false, true, false, false, false]
        );
        assert_eq!(block, received);
        // one less, and it is mended
        let report = rs.decode_with_erasures(&mut block, (0..16).map(|row| 3 * row + 1));
        assert!(report.is_ok_and(|report| report.is_good() && report.corrected_symbols() == 1));
        assert_eq!(block, sent);
    }
}

/// A slice of what `examples/rs_endurance.rs` does.
#[test]
fn nothing_within_capacity_is_miscorrected() {
    //= 131.0-B rs-correction
    for engine in Engine::available() {
        for code in [RsCode::E16, RsCode::E8] {
            let tally = endurance::run(code, engine, 3_000, 11);
            assert!(
                tally.is_good() && tally.within > 500 && tally.beyond[0] > 300,
                "{tally:?}"
            );
            // 1/8! of all words lie in reach of a codeword with E = 8, 1/16! with E = 16.
            assert!(tally.miscorrected[0] <= 3, "{tally:?}");
        }
    }
}
