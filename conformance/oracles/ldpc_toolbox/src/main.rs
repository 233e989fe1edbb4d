//! Are our LDPC codewords codewords to others?
//!
//! usage: `cargo run --release -p magpie-coding --example ldpc_codewords | magpie-ldpc-oracle`
//!
//! Every line of standard input is the name of a code, as `(2048,1024)`, and a codeword in hexadecimal. H · c = 0 is asked of the matrix that `ldpc-toolbox`
//! generates (AR4JA and C2, ten codes; it has none of telecommand) and of the one that `labrador-ldpc` iterates over (telecommand codes and AR4JA up to
//! k = 4096), whose encoder must give the same parity. Bits that are not sent are found from checks in which nothing else is unknown. Prints a line a
//! code; exit code 0 if all is well, 1 if not.

use labrador_ldpc::LDPCCode;
use ldpc_toolbox::codes::ccsds::{AR4JACode, AR4JAInfoSize, AR4JARate, C2Code};
use ldpc_toolbox::sparse::SparseMatrix;
use std::collections::BTreeMap;
use std::io::Read;
use std::process::ExitCode;

fn matrix(name: &str) -> Option<SparseMatrix> {
    use AR4JAInfoSize::{K1024, K4096, K16384};
    use AR4JARate::{R1_2, R2_3, R4_5};
    let (rate, size) = match name {
        "(8160,7136)" => return Some(C2Code::new().h()),
        "(2048,1024)" => (R1_2, K1024),
        "(1536,1024)" => (R2_3, K1024),
        "(1280,1024)" => (R4_5, K1024),
        "(8192,4096)" => (R1_2, K4096),
        "(6144,4096)" => (R2_3, K4096),
        "(5120,4096)" => (R4_5, K4096),
        "(32768,16384)" => (R1_2, K16384),
        "(24576,16384)" => (R2_3, K16384),
        "(20480,16384)" => (R4_5, K16384),
        _ => return None,
    };
    Some(AR4JACode::new(rate, size).h())
}

fn encoder(name: &str) -> Option<LDPCCode> {
    Some(match name {
        "(128,64)" => LDPCCode::TC128,
        "(512,256)" => LDPCCode::TC512,
        "(1280,1024)" => LDPCCode::TM1280,
        "(1536,1024)" => LDPCCode::TM1536,
        "(2048,1024)" => LDPCCode::TM2048,
        "(5120,4096)" => LDPCCode::TM5120,
        "(6144,4096)" => LDPCCode::TM6144,
        "(8192,4096)" => LDPCCode::TM8192,
        _ => return None,
    })
}

/// The matrix that the other peer iterates over.
fn second_matrix(peer: LDPCCode) -> SparseMatrix {
    let ones: Vec<(usize, usize)> = peer.iter_paritychecks().collect();
    let size = |of: fn(&(usize, usize)) -> usize| 1 + ones.iter().map(of).max().unwrap_or(0);
    let mut h = SparseMatrix::new(size(|one| one.0), size(|one| one.1));
    for (row, column) in ones {
        h.insert(row, column);
    }
    h
}

/// The bits that are sent, with 18 zeros in front and without the two behind for C2, and the punctured ones as unknown.
fn bits(name: &str, codeword: &[u8], columns: usize) -> Vec<Option<bool>> {
    let sent = codeword
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |i| Some(octet >> i & 1 == 1)));
    let mut bits: Vec<_> = sent.collect();
    if name == "(8160,7136)" {
        assert_eq!(
            bits.split_off(8158),
            [Some(false); 2],
            "C2 ends in two zeros"
        );
        bits.splice(0..0, [Some(false); 18]);
    }
    bits.resize(columns, None);
    bits
}

/// Finds what is unknown, then counts the checks that fail; `None` if something stays unknown.
fn failures(h: &SparseMatrix, mut bits: Vec<Option<bool>>) -> Option<usize> {
    let sum = |bits: &[Option<bool>], row| {
        h.iter_row(row)
            .fold(false, |sum, &at| sum ^ bits[at].unwrap_or(false))
    };
    loop {
        let before = bits.iter().flatten().count();
        for row in 0..h.num_rows() {
            let mut unknown = h.iter_row(row).filter(|&&at| bits[at].is_none());
            if let (Some(&at), None) = (unknown.next(), unknown.next()) {
                bits[at] = Some(sum(&bits, row));
            }
        }
        match bits.iter().flatten().count() {
            all if all == bits.len() => break,
            none if none == before => return None,
            _ => {}
        }
    }
    Some((0..h.num_rows()).filter(|&row| sum(&bits, row)).count())
}

fn main() -> ExitCode {
    let mut input = String::new();
    std::io::stdin()
        .read_to_string(&mut input)
        .expect("standard input is text");
    let mut codes = BTreeMap::<&str, Vec<Vec<u8>>>::new();
    for line in input.lines() {
        let (name, hex) = line.split_once(' ').expect("a name and a codeword");
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
        codes
            .entry(name)
            .or_default()
            .push((0..hex.len()).step_by(2).map(digit).collect());
    }
    let mut good = codes.len() == 12;
    for (name, codewords) in codes {
        let peer = encoder(name);
        let matrices = [matrix(name), peer.map(second_matrix)];
        let passed = |h: &SparseMatrix| {
            let passes =
                |codeword: &&Vec<u8>| failures(h, bits(name, codeword, h.num_cols())) == Some(0);
            codewords.iter().filter(passes).count()
        };
        let [toolbox, labrador] = matrices.map(|h| h.as_ref().map(passed));
        let same = peer.map(|peer| {
            let same = |codeword: &&Vec<u8>| {
                let mut own = vec![0_u8; peer.n() / 8];
                peer.copy_encode(&codeword[..peer.k() / 8], &mut own);
                own == **codeword
            };
            codewords.iter().filter(same).count()
        });
        let all = codewords.len();
        good &= [toolbox, labrador, same]
            .iter()
            .flatten()
            .all(|&count| count == all)
            && toolbox.or(labrador).is_some();
        let told = |count: Option<usize>| count.map_or("-".into(), |count| format!("{count}"));
        println!(
            "{name}: {all} codewords; H c = 0 by ldpc-toolbox: {}, by labrador-ldpc: {}; same codeword as labrador-ldpc: {}",
            told(toolbox),
            told(labrador),
            told(same)
        );
    }
    ExitCode::from(u8::from(!good))
}
