//! A seeded world that runs the shipping code, hop by hop.
#![forbid(unsafe_code)]
// Signal levels, times and counts change between floating point and integers all the time here; ranges are kept by the scenario's checks.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

pub mod channel;
pub mod fault;
pub mod payload;
pub mod random;
pub mod report;
pub mod scenario;
