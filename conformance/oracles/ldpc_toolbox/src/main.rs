//! Are our LDPC codewords codewords to others?
//!
//! usage: `cargo run --release -p magpie-coding --example ldpc_codewords | magpie-ldpc-oracle`
//!
//! Every line of standard input is the name of a code, as `(2048,1024)`, and a codeword in hexadecimal. H · c = 0 is asked of the matrix that `ldpc-toolbox`
//! generates (AR4JA and C2); the parity must be that of `labrador-ldpc` (telecommand codes and AR4JA up to k = 4096). Bits that are not sent are found from
//! checks in which nothing else is unknown. Prints a line a code; exit code 0 if all is well, 1 if not.

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
        let h = matrix(name);
        let peer = encoder(name);
        let (mut by_matrix, mut by_encoder) = (0, 0);
        for codeword in &codewords {
            if let Some(h) = &h {
                by_matrix +=
                    usize::from(failures(h, bits(name, codeword, h.num_cols())) == Some(0));
            }
            if let Some(peer) = peer {
                let mut own = vec![0_u8; peer.n() / 8];
                peer.copy_encode(&codeword[..peer.k() / 8], &mut own);
                by_encoder += usize::from(own == *codeword);
            }
        }
        let all = codewords.len();
        good &= (h.is_none() || by_matrix == all)
            && (peer.is_none() || by_encoder == all)
            && (h.is_some() || peer.is_some());
        let told = |there: bool, count| {
            if there {
                format!("{count}")
            } else {
                "-".into()
            }
        };
        println!(
            "{name}: {all} codewords, H c = 0 by ldpc-toolbox: {}, same as labrador-ldpc: {}",
            told(h.is_some(), by_matrix),
            told(peer.is_some(), by_encoder)
        );
    }
    ExitCode::from(u8::from(!good))
}
