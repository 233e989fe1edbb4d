//! How fast the LDPC encoders are: information bits a second on one thread, the median of five runs of 40 Mbit, for every code.
//!
//! `cargo run --release -p magpie-coding --example ldpc_encode_speed`
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]

mod cpu_time;

use cpu_time::CpuTime;
use magpie_coding::ldpc::{LdpcCode, encode};
use std::hint::black_box;

fn main() {
    let clock = CpuTime::new();
    for code in LdpcCode::ALL {
        let message: Vec<u8> = (0..code.message_len()).map(|i| (i * 37) as u8).collect();
        let mut codeword = vec![0; code.codeword_len()];
        let rounds = 40_000_000 / code.qc().k;
        let mut rates = [0; 5].map(|_| {
            let start = clock.seconds();
            for _ in 0..rounds {
                encode(code, black_box(&message), black_box(&mut codeword)).expect("lengths");
            }
            (rounds * code.qc().k) as f64 / (clock.seconds() - start) / 1e6
        });
        rates.sort_by(f64::total_cmp);
        println!("{:>14} {:6.0} Mbit/s", code.qc().name, rates[2]);
    }
}
