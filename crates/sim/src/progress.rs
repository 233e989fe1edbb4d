//! How a run tells where it is.

use crate::report::PassReport;

/// What a pass is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The listening window.
    Listening,
    /// The way to Earth.
    Downlink,
    /// The rover's team.
    Team,
}

/// Hears how far a run is. Called from several threads; `()` does not listen.
pub trait Progress: Sync {
    /// A pass begins.
    fn pass_started(&self, index: usize, id: &str) {
        let _ = (index, id);
    }

    /// A pass is so far in a stage: about 0 to 1.
    fn pass_at(&self, index: usize, stage: Stage, part: f64) {
        let _ = (index, stage, part);
    }

    /// A pass is over.
    fn pass_finished(&self, index: usize, report: &PassReport) {
        let _ = (index, report);
    }
}

impl Progress for () {}
