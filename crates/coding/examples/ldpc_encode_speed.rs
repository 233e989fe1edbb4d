//! How fast the LDPC encoders are: information bits a second on one thread, the median of eleven runs, for every code.
//!
//! `cargo run --release -p magpie-coding --example ldpc_encode_speed`

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
use magpie_coding::ldpc::{LdpcCode, encode};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    for code in LdpcCode::ALL {
        let message: Vec<u8> = (0..code.message_len()).map(|i| (i * 37) as u8).collect();
        let mut codeword = vec![0; code.codeword_len()];
        let rounds = 4_000_000 / code.qc().k;
        let mut rates: Vec<f64> = (0..11)
            .map(|_| {
                let start = Instant::now();
                for _ in 0..rounds {
                    encode(code, black_box(&message), black_box(&mut codeword)).expect("lengths");
                }
                (rounds * code.qc().k) as f64 / start.elapsed().as_secs_f64() / 1e6
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        println!("{:>14} {:6.0} Mbit/s", code.qc().name, rates[5]);
    }
}
