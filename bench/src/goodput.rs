//! Sequence-controlled goodput of two shipping endpoints in full duplex, on simulated time, held against the go-back-N bound.
//!
//! Book: 211.0-B-6 section 7 (COP-P); the bound is derived in docs/goodput.md.

pub mod bound;
pub mod grid;
pub mod page;
pub mod pair;
pub mod plot;

pub use bound::Point;
pub use pair::{Goodput, measure};
