//! Reed-Solomon with erasures: every engine says the same, what is within capacity is restored, what is changed is a codeword in reach.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::{
    Basis, CodewordOutcome, FillPolicy, ReedSolomon, RsCode, RsReport,
};

fuzz_target!(|input: &[u8]| {
    let Some((&[options, interleave, fill, erasures], octets)) = input.split_first_chunk() else {
        return;
    };
    let code = [RsCode::E16, RsCode::E8][usize::from(options & 1)];
    let Ok(rs) = ReedSolomon::new(code, usize::from(interleave % 8) + 1, usize::from(fill)) else {
        return;
    };
    let basis = [Basis::Dual, Basis::Conventional][usize::from(options >> 1 & 1)];
    let policy = [FillPolicy::Strict, FillPolicy::AllowCorrection][usize::from(options >> 2 & 1)];
    let rs = rs.with_basis(basis).with_fill_policy(policy);
    let (erased, octets) = octets.split_at(octets.len().min(2 * usize::from(erasures)));
    let erased: Vec<usize> = erased
        .chunks_exact(2)
        .map(|two| usize::from(u16::from_be_bytes([two[0], two[1]])) % rs.block_len())
        .collect();
    if octets.is_empty() {
        return;
    }
    let received: Vec<u8> = octets
        .iter()
        .copied()
        .cycle()
        .take(rs.block_len())
        .collect();
    let (report, block) = by_all(&rs, &received, &erased);
    judge(&rs, [&received, &block], &report, &erased);
    // The same disturbance of a codeblock: zeros, which every code has.
    let sparse: Vec<u8> = (0..rs.block_len())
        .map(|at| {
            if erased.contains(&at) {
                received[at]
            } else {
                0
            }
        })
        .collect();
    let (report, block) = by_all(&rs, &sparse, &erased);
    for which in 0..rs.interleave() {
        if !report.is_over_erased(which) {
            assert!(own(&rs, &block, which).all(|octet| octet == 0));
        }
    }
});

fn own(rs: &ReedSolomon, block: &[u8], which: usize) -> impl Iterator<Item = u8> {
    block.iter().skip(which).step_by(rs.interleave()).copied()
}

fn by_all(rs: &ReedSolomon, received: &[u8], erased: &[usize]) -> (RsReport, Vec<u8>) {
    let decode = |engine| {
        let mut block = received.to_vec();
        let report = rs
            .with_engine(engine)
            .decode_with_erasures(&mut block, erased.iter().copied())
            .unwrap();
        (report, block)
    };
    let scalar = decode(Engine::SCALAR);
    for engine in Engine::available() {
        assert!(decode(engine) == scalar, "{engine}");
    }
    scalar
}

fn judge(rs: &ReedSolomon, [received, block]: [&[u8]; 2], report: &RsReport, erased: &[usize]) {
    let mut encoded = block.to_vec();
    rs.encode(&mut encoded).unwrap();
    for (which, outcome) in report.codewords().iter().enumerate() {
        let mut told: Vec<&usize> = erased
            .iter()
            .filter(|&&at| at % rs.interleave() == which)
            .collect();
        told.sort_unstable();
        told.dedup();
        let places = (which..block.len()).step_by(rs.interleave());
        let changed: Vec<usize> = places.filter(|&at| block[at] != received[at]).collect();
        assert_eq!(
            report.is_over_erased(which),
            told.len() > rs.code().parity_len()
        );
        match *outcome {
            CodewordOutcome::Corrected { symbols } => {
                let untold = changed.iter().filter(|at| !told.contains(at)).count();
                assert!(2 * untold + told.len() <= rs.code().parity_len());
                if rs.fill_policy() == FillPolicy::Strict {
                    assert_eq!(changed.len(), usize::from(symbols));
                    assert!(own(rs, &encoded, which).eq(own(rs, block, which)));
                }
            }
            CodewordOutcome::Uncorrectable => assert!(changed.is_empty()),
        }
    }
}
