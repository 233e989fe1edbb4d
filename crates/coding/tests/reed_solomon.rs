//! Reed–Solomon against published check symbols, against the naive twin, and by its properties.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;
mod naive;

use common::{Noise, unhex};
use magpie_coding::reed_solomon::{
    Basis, CodewordOutcome, FillPolicy, ReedSolomon, RsCode, RsError,
};
use naive::reed_solomon as twin;
use proptest::prelude::*;

fn encoded(rs: &ReedSolomon, frame: &[u8]) -> Vec<u8> {
    let mut block = frame.to_vec();
    block.resize(rs.block_len(), 0xEE);
    rs.encode(&mut block).expect("the length fits");
    block
}

/// Facts file for 131.0-B: check symbols of 00 01 … k-1 and of 0 … 0 01, no virtual fill, from libfec's parameters.
#[test]
fn check_symbols_match_the_published_vectors() {
    //= 131.0-B rs-generator
    //= 131.0-B rs-dual-basis
    let cases = [
        (
            RsCode::E16,
            Basis::Dual,
            "4FFB92DD557EC67F27FB8982CF58F8FD028AD117FCEF6B2793D0418826578651",
        ),
        (
            RsCode::E16,
            Basis::Conventional,
            "2FBD4FB4748494B9ACD554627212EEB3EBED41191DE1D36320EA49290B25ABCF",
        ),
        (RsCode::E8, Basis::Dual, "9755133F2714A3FBE0101E8F0E0AC1D2"),
        (
            RsCode::E8,
            Basis::Conventional,
            "2AA9A33235AEFE260E3C55BE8F495000",
        ),
    ];
    for (code, basis, parity) in cases {
        let rs = ReedSolomon::new(code, 1, 0)
            .expect("valid")
            .with_basis(basis);
        let counting: Vec<u8> = (0..code.message_len()).map(|i| i as u8).collect();
        assert_eq!(encoded(&rs, &counting)[code.message_len()..], unhex(parity));
    }
    let cases = [
        (
            RsCode::E16,
            "660827F283411B8B28E61FAD2759C879C85927AD1FE6288B1B4183F227086601",
        ),
        (RsCode::E8, "286D24C56C532D952D536CC5246D2801"),
    ];
    for (code, parity) in cases {
        let rs = ReedSolomon::new(code, 1, 0).expect("valid");
        let mut one = vec![0; code.message_len()];
        one[code.message_len() - 1] = 1;
        assert_eq!(encoded(&rs, &one)[code.message_len()..], unhex(parity));
    }
}

#[test]
fn parameters_that_fit_no_code_are_refused_by_name() {
    //= 131.0-B rs-virtual-fill
    let new = ReedSolomon::new;
    assert_eq!(
        new(RsCode::E16, 0, 0),
        Err(RsError::Interleave { depth: 0 })
    );
    assert_eq!(
        new(RsCode::E16, 9, 0),
        Err(RsError::Interleave { depth: 9 })
    );
    assert_eq!(
        new(RsCode::E16, 1, 223),
        Err(RsError::VirtualFill {
            fill: 223,
            max: 222
        })
    );
    let for_frame = ReedSolomon::for_frame;
    for len in [0, 1116, 1114, 1120] {
        assert_eq!(
            for_frame(RsCode::E16, 5, len),
            Err(RsError::FrameLength { len })
        );
    }
    let rs = for_frame(RsCode::E16, 5, 1110).expect("five codewords with one octet of fill each");
    assert_eq!(
        (rs.virtual_fill(), rs.frame_len(), rs.block_len()),
        (1, 1110, 1270)
    );
    let mut short = [0; 1269];
    let error = RsError::BlockLength {
        need: 1270,
        have: 1269,
    };
    assert_eq!(rs.encode(&mut short), Err(error));
    assert_eq!(rs.decode(&mut short), Err(error));
    assert_eq!(short, [0; 1269]);
}

/// Every single place of a codeword, with every bit of it wrong in turn, for both codes.
#[test]
fn one_wrong_symbol_is_mended_at_every_place() {
    for code in [RsCode::E16, RsCode::E8] {
        let rs = ReedSolomon::new(code, 1, 0).expect("valid");
        let good = encoded(&rs, &Noise(1).octets(rs.frame_len()));
        for at in 0..255 {
            for bit in 0..8 {
                let mut block = good.clone();
                block[at] ^= 1 << bit;
                let report = rs.decode(&mut block).expect("the length fits");
                assert_eq!(
                    report.codewords(),
                    [CodewordOutcome::Corrected { symbols: 1 }]
                );
                assert_eq!(block, good);
            }
        }
    }
}

/// A decoder that tries every place agrees on words with no, one and two wrong symbols.
#[test]
fn brute_force_agrees_up_to_two_wrong_symbols() {
    let mut noise = Noise(2);
    for (code, e) in [(RsCode::E16, 16), (RsCode::E8, 8)] {
        let fill = code.message_len() - 9;
        let rs = ReedSolomon::new(code, 1, fill)
            .expect("valid")
            .with_basis(Basis::Conventional);
        for errors in [0, 1, 2, 2] {
            let mut word = twin::encode_block(e, false, 1, &noise.octets(9));
            for _ in 0..errors {
                let at = noise.below(word.len());
                word[at] ^= 1 + noise.below(255) as u8;
            }
            let expected = twin::brute_force(e, &word).expect("within two symbols");
            let report = rs.decode(&mut word).expect("the length fits");
            assert!(report.is_good());
            assert_eq!(word, expected);
        }
    }
}

/// An encoder that leaves something else than zeros in the fill, as Queqiao-1's: strict refuses, the option counts.
#[test]
fn corrections_in_the_fill_are_errors_unless_allowed() {
    //= 131.0-B rs-virtual-fill
    let mut whole = Noise(3).octets(223);
    whole[..3].copy_from_slice(&[1, 2, 3]);
    let block = twin::encode_block(16, true, 1, &whole);
    let mut received = block[3..].to_vec();
    received[251] ^= 0x77;
    let rs = ReedSolomon::new(RsCode::E16, 1, 3).expect("valid");
    let mut strict = received.clone();
    let report = rs.decode(&mut strict).expect("the length fits");
    assert_eq!(report.codewords(), [CodewordOutcome::Uncorrectable]);
    assert_eq!(strict, received, "as received");
    let rs = rs.with_fill_policy(FillPolicy::AllowCorrection);
    let report = rs.decode(&mut received).expect("the length fits");
    assert_eq!(
        report.codewords(),
        [CodewordOutcome::Corrected { symbols: 4 }]
    );
    assert_eq!((report.corrected_symbols(), report.uncorrectable()), (4, 0));
    assert_eq!(received, block[3..]);
}

/// Any code, basis, depth and fill.
fn any_option() -> impl Strategy<Value = ReedSolomon> {
    let code = prop_oneof![Just(RsCode::E16), Just(RsCode::E8)];
    (code, any::<bool>(), 1..=8usize, 0..=222usize).prop_map(|(code, dual, depth, fill)| {
        let basis = if dual {
            Basis::Dual
        } else {
            Basis::Conventional
        };
        ReedSolomon::new(code, depth, fill)
            .expect("valid")
            .with_basis(basis)
    })
}

/// Puts `errors` wrong symbols into codeword `which`, at different places.
fn damage(block: &mut [u8], depth: usize, which: usize, errors: usize, noise: &mut Noise) {
    let mut places: Vec<usize> = (which..block.len()).step_by(depth).collect();
    for _ in 0..errors.min(places.len()) {
        let at = places.swap_remove(noise.below(places.len()));
        block[at] ^= 1 + noise.below(255) as u8;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn encoding_agrees_with_long_division(rs in any_option(), seed: u64) {
        //= 131.0-B rs-interleave
        let frame = Noise(seed).octets(rs.frame_len());
        let e = rs.code().error_capability();
        let dual = rs.basis() == Basis::Dual;
        let expected = twin::encode_block(e, dual, rs.interleave(), &frame);
        prop_assert_eq!(encoded(&rs, &frame), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn up_to_e_wrong_symbols_a_codeword_are_mended(rs in any_option(), seed: u64) {
        //= 131.0-B rs-correction
        let mut noise = Noise(seed);
        let good = encoded(&rs, &noise.octets(rs.frame_len()));
        let mut block = good.clone();
        let mut expected = Vec::new();
        for which in 0..rs.interleave() {
            let symbols = noise.below(rs.code().error_capability() + 1);
            damage(&mut block, rs.interleave(), which, symbols, &mut noise);
            expected.push(CodewordOutcome::Corrected { symbols: symbols as u8 });
        }
        let report = rs.decode(&mut block).expect("the length fits");
        prop_assert_eq!(report.codewords(), &expected[..]);
        prop_assert_eq!(block, good);
    }

    /// Beyond E: either the octets stay, or a word of the code no farther than E away takes their place, and the twin says so too.
    #[test]
    fn more_wrong_symbols_are_owned_up_to(rs in any_option(), seed: u64, allow: bool) {
        //= 131.0-B rs-correction
        let policy = if allow { FillPolicy::AllowCorrection } else { FillPolicy::Strict };
        let rs = rs.with_fill_policy(policy);
        let (mut noise, e) = (Noise(seed), rs.code().error_capability());
        let mut block = encoded(&rs, &noise.octets(rs.frame_len()));
        for which in 0..rs.interleave() {
            let errors = e + 1 + noise.below(40);
            damage(&mut block, rs.interleave(), which, errors, &mut noise);
        }
        let received = block.clone();
        let report = rs.decode(&mut block).expect("the length fits");
        for (which, outcome) in report.codewords().iter().enumerate() {
            let word = |of: &[u8]| twin::codeword(of, rs.basis() == Basis::Dual, rs.interleave(), which);
            let (before, after) = (word(&received), word(&block));
            let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
            match *outcome {
                CodewordOutcome::Uncorrectable => prop_assert_eq!(changed, 0),
                CodewordOutcome::Corrected { symbols } => {
                    prop_assert!(changed <= usize::from(symbols) && usize::from(symbols) <= e);
                    if !allow {
                        prop_assert_eq!(changed, usize::from(symbols));
                        prop_assert!(twin::syndromes(e, &after).iter().all(|&s| s == 0));
                    }
                }
            }
        }
    }

    #[test]
    fn noise_never_panics(rs in any_option(), seed: u64) {
        let mut block = Noise(seed).octets(rs.block_len());
        let report = rs.decode(&mut block).expect("the length fits");
        prop_assert_eq!(report.codewords().len(), rs.interleave());
    }
}
