//! The matrices against the formulas written out, and the encoders against vectors of other programs and against H · c = 0.

extern crate std;

use super::{LdpcCode, LdpcError, encode};
use crate::naive::ldpc::{mother_codeword, parity_check_matrix, unsatisfied};
use proptest::prelude::*;
use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

fn hex(octets: &[u8]) -> String {
    let digits = octets.iter().flat_map(|octet| [octet >> 4, octet & 15]);
    let digit = |nibble| char::from_digit(u32::from(nibble), 16);
    digits
        .filter_map(digit)
        .map(|digit| digit.to_ascii_uppercase())
        .collect()
}

/// Message octet i is i modulo 256.
fn parity_of_counting(code: LdpcCode) -> String {
    let message: Vec<u8> = (0..code.message_len()).map(|i| i as u8).collect();
    let mut codeword = vec![0xEE; code.codeword_len()];
    encode(code, &message, &mut codeword).expect("right lengths");
    assert_eq!(codeword[..message.len()], message);
    hex(&codeword[message.len()..])
}

#[test]
fn lengths_are_those_of_the_books() {
    //= 131.0-B ldpc-ar4ja
    //= 131.0-B ldpc-c2
    //= 231.0-B ldpc
    for code in LdpcCode::ALL {
        let qc = code.qc();
        let whole = qc.columns() - qc.shortened - qc.punctured + qc.appended;
        assert_eq!(qc.name, format!("({},{})", qc.n, qc.k));
        assert_eq!(qc.n, whole, "{}", qc.name);
        assert!(qc.circulants.is_sorted(), "{}", qc.name);
        assert!(qc.circulants.iter().all(|c| usize::from(c.shift) < qc.z));
    }
}

#[test]
fn circulants_are_the_matrices_of_the_books() {
    //= 131.0-B ldpc-ar4ja
    //= 131.0-B ldpc-c2
    //= 231.0-B ldpc
    for code in LdpcCode::ALL {
        let qc = code.qc();
        let mut expected = parity_check_matrix(code);
        let mut got = vec![Vec::new(); qc.rows()];
        for circulant in qc.circulants {
            for i in 0..qc.z {
                let at = (i + usize::from(circulant.shift)) % qc.z;
                got[usize::from(circulant.row) * qc.z + i]
                    .push(usize::from(circulant.column) * qc.z + at);
            }
        }
        for row in expected.iter_mut().chain(&mut got) {
            row.sort_unstable();
        }
        assert!(got == expected, "{}", qc.name);
    }
}

/// Origin: labrador-ldpc's test of its encoder, by way of the facts' table of vectors.
#[test]
fn parities_are_those_of_another_program() {
    //= 231.0-B ldpc
    assert_eq!(parity_of_counting(LdpcCode::Tc128), "3499988794E16256");
    assert_eq!(
        parity_of_counting(LdpcCode::Tc512),
        "BC921C98CCE26CE8123A97FF735BF69E08CB48C4C300830F30E09859D6067EBF"
    );
    //= 211.2-B-3 ldpc
    assert_eq!(
        parity_of_counting(LdpcCode::Prox1),
        "EEA9AAAF98D916CE6C2B282D1A5B944CA4F1B3D31AEC585AB3E6A4C40DFB4F4DD807A1AD0AE962C4D40BADA106E56EC8A6686AD5E6AC09BE\
         3FF1F34C7F359027F26469038337429121B7BAD050E49142E40D64197084A5B7866F067B12E6C7D5AB10DB034FF68AFE17AC67BFF34A3642\
         04AE85B3B647CEC40FA58EB8BD4CC5CF"
    );
}

/// Origin: compared over all octets with what labrador-ldpc 1.2.1 gives for the same message (`conformance/oracles/ldpc_toolbox` does so again);
/// the same program finds H · c = 0 with the matrices of ldpc-toolbox 0.12.0.
#[test]
fn parities_of_ar4ja_are_those_of_another_program() {
    //= 131.0-B ldpc-ar4ja
    for (code, first, last) in [
        (
            LdpcCode::Ar4ja1024FourFifths,
            "F168E07945E308AEEFD16856600A90FA",
            "F655A2016077F7E0FAB54906DD6DCD7D",
        ),
        (
            LdpcCode::Ar4ja1024TwoThirds,
            "994D02175387C8DD422E4629066A026D",
            "932669AAE0551AD99B9435273F309183",
        ),
        (
            LdpcCode::Ar4ja4096FourFifths,
            "4AA9B68947B9AA410EEDF2CD03FDEE05",
            "31B1143FB1147F5D9515B09B15B0DBF9",
        ),
        (
            LdpcCode::Ar4ja4096TwoThirds,
            "A742B86D957B9C90A81830C295087FD7",
            "DCB2B13004684325D1612383C188935F",
        ),
        (
            LdpcCode::Ar4ja4096Half,
            "F60056CD23631AED7D7CF0177CF19673",
            "58778C46312B7EC1CB4A59FC44FAF870",
        ),
    ] {
        let parity = parity_of_counting(code);
        assert!(parity.starts_with(first), "{}", code.qc().name);
        assert!(parity.ends_with(last), "{}", code.qc().name);
    }
}

#[test]
fn wrong_lengths_are_told() {
    for code in LdpcCode::ALL {
        let (k, n) = (code.message_len(), code.codeword_len());
        let mut codeword = vec![7; n + 1];
        let message = vec![0xFF; k + 1];
        for (message, have) in [(&message[..k - 1], k - 1), (&message[..], k + 1), (&[], 0)] {
            let error = LdpcError::MessageLen { need: k, have };
            assert_eq!(encode(code, message, &mut codeword[..n]), Err(error));
        }
        for have in [0, n - 1, n + 1] {
            let error = LdpcError::CodewordLen { need: n, have };
            assert_eq!(
                encode(code, &message[..k], &mut codeword[..have]),
                Err(error)
            );
        }
        assert!(codeword.iter().all(|&octet| octet == 7));
    }
}

fn check(code: LdpcCode, message: &[u8]) {
    let matrix = parity_check_matrix(code);
    let mut codeword = vec![0; code.codeword_len()];
    encode(code, message, &mut codeword).expect("right lengths");
    assert_eq!(codeword[..message.len()], *message);
    let whole = mother_codeword(code, &matrix, &codeword);
    assert_eq!(whole.len(), code.qc().columns());
    assert_eq!(unsatisfied(&matrix, &whole), 0, "{}", code.qc().name);
}

/// Every column of the small codes' generators, and ends of the large ones'.
#[test]
fn unit_messages_satisfy_every_check() {
    //= 131.0-B ldpc-ar4ja
    //= 131.0-B ldpc-c2
    for code in LdpcCode::ALL {
        let k = code.qc().k;
        for bit in [0, 1, 7, 8, k / 3, k / 2 - 1, k / 2, k - 2, k - 1] {
            let mut message = vec![0; k / 8];
            message[bit / 8] = 0x80 >> (bit % 8);
            check(code, &message);
        }
        check(code, &vec![0xFF; k / 8]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn random_messages_satisfy_every_check(seed in proptest::collection::vec(any::<u8>(), 2048)) {
        for code in LdpcCode::ALL {
            check(code, &seed[..code.message_len()]);
        }
    }
}
