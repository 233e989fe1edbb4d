//! What the applications of rover and orbiter have in common.
//!
//! | Module | What |
//! |---|---|
//! | [`profile`] | spacecraft identifiers, managed parameters, communication values of a pass |
//! | [`transmit`] | a transceiver's octets → the symbols of an [`Emission`](magpie_bus::Emission) |
//! | [`counters`] | the link's counters as messages |
#![no_std]
#![forbid(unsafe_code)]

pub mod counters;
pub mod profile;
pub mod transmit;
mod units;
