//! Low-density parity-check codes of telemetry, telecommand and Proximity-1.
//!
//! Books: 131.0-B (AR4JA, C2), 231.0-B ((128,64), (512,256)), 211.2-B-3 ((2048,1024) with its marker and randomizer). All of them are made of
//! circulants; [`QcCode`] describes one.

mod code;

pub use code::{Circulant, QcCode};
