//! Speed and goodput of the Proximity-1 link, measured on the shipping code.
//!
//! | Module | What |
//! |---|---|
//! | [`speed`] | octets of memory and nanoseconds a frame (`cargo xtask bench`, docs/performance.md) |
//! | [`goodput`] | sequence-controlled goodput on simulated time, against the go-back-N bound (`cargo xtask deep`, docs/goodput.md) |
//! | [`ends`] | two endpoints in data services, for both |
//! | [`harness`] | the stopwatch |
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "averages of measurements, nowhere near 2^52"
)]

pub mod ends;
pub mod goodput;
pub mod harness;
pub mod speed;
