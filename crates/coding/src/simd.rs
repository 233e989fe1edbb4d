//! Vector code: the only place with `unsafe`, and only behind an [`Engine`](crate::engine::Engine) that proves the instructions are there.
//!
//! Each file holds one codec's kernels; the scalar form beside the codec is the definition and gives the same bits.
#![allow(
    unsafe_code,
    reason = "vector instructions; each block says why it is sound"
)]

pub(crate) mod crc;
pub(crate) mod ldpc;
pub(crate) mod reed_solomon;
pub(crate) mod search;
pub(crate) mod soft_search;
pub(crate) mod turbo;
pub(crate) mod viterbi;

use crate::engine::Engine;
use std::sync::OnceLock;

/// [`Engine::best`], asked once: short blocks must not wait for the question.
pub(crate) fn best() -> Engine {
    static BEST: OnceLock<Engine> = OnceLock::new();
    *BEST.get_or_init(Engine::best)
}
