//! Draws for a setup.

use super::super::setup::Duplexing;
use super::Kinds;
use crate::random::{Purpose, Stream};

/// A stream of draws.
pub(super) struct Draw(Stream);

impl Draw {
    pub(super) fn new(seed: u64, name: &str) -> Self {
        Self(Stream::new(seed, name, Purpose::Circumstances))
    }

    /// A whole number, both ends included.
    pub(super) fn between(&mut self, from: u64, to: u64) -> u64 {
        let to = to.max(from);
        let drawn = self.0.between(from as f64, (to + 1) as f64) as u64;
        drawn.clamp(from, to)
    }

    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.0.uniform() < p
    }

    pub(super) fn one_of<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let last = from.len().checked_sub(1)?;
        from.get(self.between(0, last as u64) as usize).copied()
    }

    /// Full twice as often as half, simplex seldom.
    pub(super) fn duplexing(&mut self) -> Duplexing {
        match self.between(0, 9) {
            0..=4 => Duplexing::Full,
            5..=8 => Duplexing::Half,
            _ => Duplexing::Simplex,
        }
    }

    /// Each kind is on in a part of the runs; the mask takes away, and does not change the other draws.
    pub(super) fn kinds(&mut self, mask: &Kinds) -> Kinds {
        let mut on = |p: f64, allowed: bool| self.chance(p) && allowed;
        Kinds {
            duplexing: mask.duplexing,
            loss: on(0.5, mask.loss),
            corruption: on(0.3, mask.corruption),
            duplication: on(0.15, mask.duplication),
            reorder: on(0.15, mask.reorder),
            cuts: on(0.35, mask.cuts),
            comm_change: on(0.35, mask.comm_change),
            directives: on(0.15, mask.directives),
            restart: on(0.15, mask.restart),
            cop_p: on(0.2, mask.cop_p),
            reports: on(0.25, mask.reports),
            tight: on(0.3, mask.tight),
            drift: on(0.5, mask.drift),
        }
    }
}
