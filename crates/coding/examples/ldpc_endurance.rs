//! The LDPC option over a long noisy stream with slips and turned phases: no good block is wrong, and no block is lost but those that were hit.
//!
//! `cargo run --release -p magpie-coding --features std --example ldpc_endurance [BLOCKS [DECIBELS [SEED]]]` (2000 blocks, Eb/N0 of 3 dB, seed 1). One block in ten
//! loses or wins one to eight symbols, one in twenty turns the phase over. Exit code 1 if a message comes out wrong or out of order, or if more
//! blocks are lost than were hit and one in a thousand besides (below 2.5 dB the code itself loses more).
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use magpie_coding::ldpc::{LdpcBlock, LdpcChannel, LdpcDecoder, LdpcReceiver, ProxLdpcSender};
use magpie_coding::soft;
use std::process::ExitCode;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn noise(&mut self) -> f64 {
        let sum: f64 = (0..12)
            .map(|_| self.next() as f64 / (1_u64 << 53) as f64)
            .sum();
        sum - 6.0
    }
}

/// Every message begins with its number.
fn message(number: u32) -> [u8; 128] {
    let mut octets = [0; 128];
    let mut random = Random(u64::from(number) + 1);
    for octet in &mut octets[4..] {
        *octet = random.next() as u8;
    }
    octets[..4].copy_from_slice(&number.to_be_bytes());
    octets
}

fn main() -> ExitCode {
    let argument = |at: usize, default: f64| {
        let word = std::env::args().nth(at);
        word.map_or(default, |word| word.parse().expect("a number"))
    };
    let blocks = argument(1, 2000.0) as u32;
    let deviation = 24.0 / 10_f64.powf(argument(2, 3.0) / 20.0); // rate 1/2: Es = Eb / 2, and N0 / 2 on each symbol
    let mut random = Random(argument(3, 1.0) as u64);
    let channel = LdpcChannel::PROX1;
    let memory = vec![0; LdpcReceiver::symbols_len(channel)];
    let decoder = vec![0; LdpcDecoder::memory_len(channel.code())];
    let mut receiver =
        LdpcReceiver::<_, _, 128>::new(channel, memory, decoder).expect("enough memory");
    let mut sender = ProxLdpcSender::new();
    let (mut hit, mut good, mut wrong, mut last, mut sign) = (0_u32, 0_u32, 0_u32, None, 1.0);
    for number in 0..blocks {
        let mut symbols = Vec::new();
        sender.send(&message(number), &mut |unit| {
            symbols
                .extend(soft::symbols(unit).map(|symbol| f64::from(symbol.signum()) * 24.0 * sign));
        });
        if random.next().is_multiple_of(10) {
            let (at, by) = (
                random.next() as usize % 2100,
                1 + random.next() as usize % 8,
            );
            if random.next().is_multiple_of(2) {
                symbols.drain(at..at + by);
            } else {
                symbols.splice(at..at, vec![24.0; by]);
            }
            hit += 1;
        }
        if random.next().is_multiple_of(20) {
            sign = -sign;
        }
        let symbols: Vec<i8> = symbols
            .iter()
            .map(|symbol| (symbol + random.noise() * deviation) as i8)
            .collect();
        receiver.push(&symbols, &mut |block: LdpcBlock<'_>| {
            if !block.good {
                return;
            }
            let [a, b, c, d, ..] = *block.message else {
                return;
            };
            let number = u32::from_be_bytes([a, b, c, d]);
            let fits = *block.message == message(number) && last.is_none_or(|last| last < number);
            good += u32::from(fits);
            wrong += u32::from(!fits);
            last = Some(number);
        });
    }
    let missing = blocks - good;
    println!(
        "{blocks} blocks, {hit} hit by slips: {good} good, {missing} lost, {wrong} wrong; {:?}",
        receiver.stats()
    );
    ExitCode::from(u8::from(wrong > 0 || missing > hit + blocks / 1000 + 1))
}
