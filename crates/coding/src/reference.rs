//! Floating-point decoders, slow and obvious: what the fast ones are measured against. Host only.

pub mod ldpc;
pub mod turbo;
pub mod viterbi;
