//! The engines against the plain form, and that against a twin in wide numbers.

extern crate std;

use super::{LdpcDecoder, LdpcOutcome};
use crate::engine::Engine;
use crate::ldpc::LdpcCode;
use std::vec;
use std::vec::Vec;

fn run(
    code: LdpcCode,
    engine: Engine,
    soft: &[i8],
    iterations: u16,
) -> (Vec<u8>, LdpcOutcome, Vec<i8>) {
    let mut memory = vec![0; LdpcDecoder::memory_len(code)];
    let mut message = vec![0; code.message_len()];
    let mut decoder = LdpcDecoder::new(code, &mut memory[..])
        .expect("enough memory")
        .with_engine(engine)
        .with_max_iterations(iterations);
    let outcome = decoder.decode(soft, &mut message).expect("lengths");
    (message, outcome, memory)
}

#[test]
fn dbg() {
    let code = LdpcCode::Prox1;
    let qc = code.qc();
    for seed in 0..20 {
        let mut x = seed * 12345_u32;
        let soft: Vec<i8> = (0..qc.n)
            .map(|_| {
                x = x.wrapping_mul(1664525).wrapping_add(1013904223);
                {
                    let a = (x >> 24) as i32 & 255;
                    let b = (x >> 16) as i32 & 255;
                    let c = (x >> 8) as i32 & 255;
                    ((a + b + c - 384) / 5 - 32) as i8
                }
            })
            .collect();
        for it in 0..12 {
            let (_, a, ma) = run(code, Engine::SCALAR, &soft, it);
            let (_, b, mb) = run(code, Engine::named("avx2").unwrap(), &soft, it);
            std::println!("{it} {a:?} {b:?}");
            let skip = mb.as_ptr().align_offset(64);
            let _ = skip;
            let mut bad = 0;
            for c in 0..qc.columns() {
                // find alignment by trying
                let (blk, w) = (c / 128, c % 128);
                let v = mb[skip + 64 + blk * 320 + w];
                if v != ma[c] {
                    bad += 1;
                    if bad < 10 {
                        std::println!("col {c} blk {blk} {w}: {} vs {}", ma[c], v);
                    }
                }
            }
            std::println!("bad {bad}");
        }
    }
}

#[test]
fn reuse() {
    let code = LdpcCode::Prox1;
    let mut x = 1_u32;
    let mut ms = vec![0; LdpcDecoder::memory_len(code)];
    let mut mv = vec![0; LdpcDecoder::memory_len(code)];
    let mut m = vec![0; code.message_len()];
    for frame in 0..200 {
        let soft: Vec<i8> = (0..2048)
            .map(|_| {
                x = x.wrapping_mul(1664525).wrapping_add(1013904223);
                let a = (x >> 24) as i32 & 255;
                let b = (x >> 16) as i32 & 255;
                let c = (x >> 8) as i32 & 255;
                ((a + b + c - 384) / 5 - 32) as i8
            })
            .collect();
        let a = LdpcDecoder::new(code, &mut ms[..])
            .unwrap()
            .with_engine(Engine::SCALAR)
            .with_max_iterations(3)
            .decode(&soft, &mut m)
            .unwrap();
        let b = LdpcDecoder::new(code, &mut mv[..])
            .unwrap()
            .with_max_iterations(3)
            .decode(&soft, &mut m)
            .unwrap();
        if a != b {
            std::println!("{frame} {a:?} {b:?}");
        }
    }
}
