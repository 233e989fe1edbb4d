//! Speed and goodput of the Proximity-1 link, measured on the shipping code.
//!
//! | Module | What |
//! |---|---|
//! | [`speed`] | octets of memory and nanoseconds a frame (`cargo xtask bench`, docs/performance.md) |
//! | [`goodput`] | sequence-controlled goodput on simulated time, against the go-back-N bound (`cargo xtask deep`, docs/goodput.md) |
//! | [`ends`] | two endpoints in data services, for both |
//! | [`harness`] | the stopwatch |

pub mod ends;
pub mod goodput;
pub mod harness;
pub mod speed;
