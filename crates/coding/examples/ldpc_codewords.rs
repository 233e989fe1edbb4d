//! Prints codewords of every LDPC code, one a line: the name and the octets in hexadecimal.
//!
//! For `conformance/oracles/ldpc_toolbox`. `cargo run --release -p magpie-coding --example ldpc_codewords [COUNT]`: a counting message, one of ones, and
//! COUNT (20) random ones a code.

use magpie_coding::ldpc::{LdpcCode, encode};

fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .map_or(20, |word| word.parse().expect("a number"));
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0]
    };
    for code in LdpcCode::ALL {
        let len = code.message_len();
        let mut messages = vec![(0..=255).cycle().take(len).collect(), vec![0xFF; len]];
        messages.extend((0..count).map(|_| (0..len).map(|_| random()).collect::<Vec<u8>>()));
        for message in messages {
            let mut codeword = vec![0; code.codeword_len()];
            encode(code, &message, &mut codeword).expect("right lengths");
            let digits = codeword.iter().flat_map(|octet| [octet >> 4, octet & 15]);
            let digit = |nibble| char::from_digit(u32::from(nibble), 16);
            let hex: String = digits.filter_map(digit).collect();
            println!("{} {hex}", code.qc().name);
        }
    }
}
