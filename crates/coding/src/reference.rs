//! Floating-point decoders, slow and obvious: what the fast ones are measured against. Host only.

pub mod viterbi;
