//! Reed-Solomon: what is reported good is a codeword near the input, what is not is left alone, and up to E errors are undone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::reed_solomon::{Basis, CodewordOutcome, ReedSolomon, RsCode};

fuzz_target!(|input: &[u8]| {
    let Some((&[options, interleave, fill], octets)) = input.split_first_chunk() else {
        return;
    };
    let code = if options & 1 == 0 {
        RsCode::E16
    } else {
        RsCode::E8
    };
    let basis = if options & 2 == 0 {
        Basis::Dual
    } else {
        Basis::Conventional
    };
    let Ok(rs) = ReedSolomon::new(code, usize::from(interleave % 8) + 1, usize::from(fill)) else {
        return;
    };
    let rs = rs.with_basis(basis);
    let received: Vec<u8> = octets
        .iter()
        .copied()
        .cycle()
        .take(rs.block_len())
        .collect();
    if received.is_empty() {
        return;
    }
    any_block(&rs, &received);
    few_errors(&rs, &received, octets);
});

fn any_block(rs: &ReedSolomon, received: &[u8]) {
    let mut decoded = received.to_vec();
    let report = rs.decode(&mut decoded).unwrap();
    let mut encoded = decoded.clone();
    rs.encode(&mut encoded).unwrap();
    for (which, outcome) in report.codewords().iter().enumerate() {
        let own = |block: &[u8]| -> Vec<u8> {
            block
                .iter()
                .skip(which)
                .step_by(rs.interleave())
                .copied()
                .collect()
        };
        let changed = own(&decoded)
            .iter()
            .zip(own(received))
            .filter(|&(a, b)| *a != b)
            .count();
        match *outcome {
            CodewordOutcome::Corrected { symbols } => {
                assert_eq!(own(&encoded), own(&decoded));
                assert!(changed == usize::from(symbols) && changed <= rs.code().error_capability());
            }
            CodewordOutcome::Uncorrectable => assert_eq!(changed, 0),
        }
    }
}

/// `E` errors a codeword, at places and of kinds that the input names.
fn few_errors(rs: &ReedSolomon, frame: &[u8], octets: &[u8]) {
    let mut sent = frame.to_vec();
    rs.encode(&mut sent).unwrap();
    let mut block = sent.clone();
    let per_codeword = block.len() / rs.interleave();
    for (error, &octet) in octets.iter().take(rs.code().error_capability()).enumerate() {
        for which in 0..rs.interleave() {
            let place = (usize::from(octet) + error * 7) % per_codeword;
            block[place * rs.interleave() + which] ^= octet | 1;
        }
    }
    assert!(rs.decode(&mut block).unwrap().is_good());
    assert_eq!(block, sent);
}
