//! The shipping code measured: the codes beside other people's, speed and goodput of the Proximity-1 link.
//!
//! | Module | What |
//! |---|---|
//! | [`codes`] | the codes side by side with peers (`cargo xtask bench`) |
//! | [`curves`] | error-rate curves, figures and page of docs/curves (`cargo xtask curves`) |
//! | [`speed`] | octets of memory and nanoseconds a frame (`cargo xtask bench link`, docs/performance.md) |
//! | [`goodput`] | sequence-controlled goodput on simulated time, against the go-back-N bound (`cargo xtask deep`, docs/goodput.md) |
//! | [`passes`] | passes that a file takes by fountain and by carousel (`cargo xtask passes`, docs/blindcast.md) |
//! | [`radio`] | what the receiver reaches, against theory (`cargo xtask radio`, docs/radio) |
//! | [`ends`] | two endpoints in data services, for both |
//! | [`harness`] | the stopwatch |
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "averages of measurements, nowhere near 2^52"
)]

pub mod codes;
pub mod curves;
pub mod ends;
pub mod goodput;
pub mod harness;
pub mod passes;
pub mod radio;
pub mod speed;
