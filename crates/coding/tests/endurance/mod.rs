//! Codewords with 0 to 20 errors, and with erasures, in any number: what became of them. Shared by the tests (a slice) and
//! `examples/rs_endurance.rs` (the whole).

#![allow(unreachable_pub, reason = "a module of a test program")]

use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::{Basis, CodewordOutcome, ReedSolomon, RsCode};

/// A linear congruential generator (Knuth's MMIX constants).
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn octet(&mut self) -> u8 {
        self.below(256).to_le_bytes()[0]
    }
}

/// Codewords counted by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// No more errors and erasures than the code corrects.
    pub within: u64,
    /// Of those: not corrected to what was sent, or reported with another number of symbols than was changed. Must be zero.
    pub failed_within: u64,
    /// More errors than the code corrects, without and with erasures.
    pub beyond: [u64; 2],
    /// Of those: another codeword took the place of the received word. Inherent in the code: erasures leave fewer check symbols to tell.
    pub miscorrected: [u64; 2],
    /// Of all beyond: octets changed though reported uncorrectable, or changed into no codeword. Must be zero.
    pub failed_beyond: u64,
}

impl Tally {
    /// True if no rule was broken.
    pub fn is_good(&self) -> bool {
        self.failed_within == 0 && self.failed_beyond == 0
    }

    fn add(&mut self, other: &Self) {
        self.within += other.within;
        self.failed_within += other.failed_within;
        for i in 0..2 {
            self.beyond[i] += other.beyond[i];
            self.miscorrected[i] += other.miscorrected[i];
        }
        self.failed_beyond += other.failed_beyond;
    }
}

/// At least `codewords` codewords of `code` with 0 to 20 errors each; every third block has erasures too.
pub fn run(code: RsCode, engine: Engine, codewords: u64, seed: u64) -> Tally {
    let mut noise = Noise(seed);
    let mut tally = Tally::default();
    while tally.within + tally.beyond.iter().sum::<u64>() < codewords {
        let basis = [Basis::Dual, Basis::Conventional][noise.below(2)];
        // A shortened code miscorrects less often; most blocks are whole so that the rate is that of the code.
        let fill = if noise.below(4) == 0 {
            noise.below(code.message_len())
        } else {
            0
        };
        let rs = ReedSolomon::new(code, 1 + noise.below(8), fill).expect("valid");
        let rs = rs.with_basis(basis).with_engine(engine);
        tally.add(&one_block(&rs, &mut noise));
    }
    tally
}

fn one_block(rs: &ReedSolomon, noise: &mut Noise) -> Tally {
    let mut sent: Vec<u8> = (0..rs.block_len()).map(|_| noise.octet()).collect();
    rs.encode(&mut sent).expect("the right length");
    let mut received = sent.clone();
    let with_erasures = noise.below(3) == 0;
    let mut erasures = Vec::new();
    let mut plan = Vec::new();
    for which in 0..rs.interleave() {
        let mut rows: Vec<usize> = (0..sent.len() / rs.interleave()).collect();
        let errors = noise.below(21).min(rows.len());
        let erased = if with_erasures {
            noise
                .below(rs.code().parity_len() + 1)
                .min(rows.len() - errors)
        } else {
            0
        };
        for i in 0..errors + erased {
            let at = rows.swap_remove(noise.below(rows.len())) * rs.interleave() + which;
            if i < errors {
                received[at] ^= 1 + noise.octet() % 255;
            } else {
                // whatever stands in an erased place, the right octet included
                received[at] ^= noise.octet() & (noise.octet() % 2).wrapping_neg();
                erasures.push(at);
            }
        }
        plan.push((errors, erased));
    }
    let mut block = received.clone();
    let report = if with_erasures {
        rs.decode_with_erasures(&mut block, erasures.iter().copied())
    } else {
        rs.decode(&mut block)
    };
    let report = report.expect("the right length");
    let mut tally = Tally::default();
    for (which, (&outcome, &(errors, erased))) in report.codewords().iter().zip(&plan).enumerate() {
        let case = Case {
            within: 2 * errors + erased <= rs.code().parity_len(),
            erasures: usize::from(with_erasures),
        };
        judge(
            rs,
            which,
            case,
            outcome,
            [&sent, &received, &block],
            &mut tally,
        );
    }
    tally
}

#[derive(Clone, Copy)]
struct Case {
    within: bool,
    /// 1 if there are erasures in the block.
    erasures: usize,
}

fn judge(
    rs: &ReedSolomon,
    which: usize,
    case: Case,
    outcome: CodewordOutcome,
    [sent, received, block]: [&[u8]; 3],
    tally: &mut Tally,
) {
    let own = |of: &[u8]| -> Vec<u8> {
        of.iter()
            .skip(which)
            .step_by(rs.interleave())
            .copied()
            .collect()
    };
    let [sent, received, block] = [sent, received, block].map(own);
    let changed = received.iter().zip(&block).filter(|(a, b)| a != b).count();
    let reported = match outcome {
        CodewordOutcome::Corrected { symbols } => Some(usize::from(symbols)),
        CodewordOutcome::Uncorrectable => None,
    };
    if case.within {
        tally.within += 1;
        tally.failed_within += u64::from(block != sent || reported != Some(changed));
        return;
    }
    tally.beyond[case.erasures] += 1;
    if reported.is_some() {
        let alone = ReedSolomon::new(rs.code(), 1, rs.virtual_fill()).expect("valid");
        let alone = alone.with_basis(rs.basis()).with_engine(Engine::SCALAR);
        let mut encoded = block.clone();
        alone.encode(&mut encoded).expect("the right length");
        let broken = encoded != block || reported != Some(changed);
        tally.failed_beyond += u64::from(broken);
        tally.miscorrected[case.erasures] += u64::from(block != sent);
    } else {
        tally.failed_beyond += u64::from(changed != 0);
    }
}
