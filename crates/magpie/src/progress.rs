//! Progress of a run, on a terminal only: a bar a pass, on standard error.

use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use magpie_sim::report::{Outcome, PassReport};
use magpie_sim::scenario::Scenario;
use magpie_sim::{Progress, Stage};

/// Steps of a bar.
const STEPS: u64 = 1000;
/// Share of a pass's work that is listening; the rest is the way to Earth.
const LISTENING: f64 = 0.5;

/// One bar a pass. Hidden where standard error is no terminal.
pub(crate) struct Bars {
    all: MultiProgress,
    bars: Vec<(ProgressBar, AtomicBool)>,
}

impl Bars {
    /// Bars for the passes of a scenario.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{prefix:<12} {bar:32.cyan/dim} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━╸─");
        let bar = |id: &str| {
            let bar = all.add(
                ProgressBar::new(STEPS)
                    .with_style(style.clone())
                    .with_prefix(id.to_owned()),
            );
            bar.set_message("waiting");
            (bar, AtomicBool::new(false))
        };
        let bars = scenario.passes.iter().map(|pass| bar(&pass.id)).collect();
        Self { all, bars }
    }

    /// Takes the bars away, so that the summary stands alone.
    pub(crate) fn clear(&self) {
        // Fails only if the terminal is gone.
        let _ = self.all.clear();
    }
}

impl Progress for Bars {
    fn pass_started(&self, index: usize, id: &str) {
        tracing::info!(pass = id, "listening");
        if let Some((bar, _)) = self.bars.get(index) {
            bar.set_message("listening");
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )] // a bar of a thousand steps
    fn pass_at(&self, index: usize, stage: Stage, part: f64) {
        let Some((bar, on_the_way)) = self.bars.get(index) else {
            return;
        };
        let part = match stage {
            Stage::Listening => LISTENING * part,
            Stage::Downlink => LISTENING + (1.0 - LISTENING) * part,
            Stage::Team => 1.0,
        };
        if stage != Stage::Listening && !on_the_way.swap(true, Ordering::Relaxed) {
            bar.set_message("on the way to Earth");
        }
        bar.set_position((part.clamp(0.0, 1.0) * STEPS as f64) as u64);
    }

    fn pass_finished(&self, index: usize, report: &PassReport) {
        tracing::info!(pass = report.id, verdict = report.verdict, "finished");
        if let Some((bar, _)) = self.bars.get(index) {
            bar.set_position(STEPS);
            bar.finish_with_message(match report.outcome {
                Outcome::Clean => "heard, all of it on Earth",
                Outcome::Corrupted => "heard, corrupted on board",
                Outcome::NotHeard => "nothing heard",
            });
        }
    }
}
