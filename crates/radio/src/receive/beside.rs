//! The search's own cells, and a search that goes on beside a carrier without symbols, which may be a wrong line.

use super::grid::{Grid, Integrator};
use super::input::Input;
use super::plan::Plan;
use super::position::Position;
use super::search::Search;
use super::verify::Found;
use crate::Iq;

/// Without symbols for so long, in seconds, other lines are looked for.
const PATIENCE_S: f64 = 3.0;

/// The same for a line within [`NEAR_ZERO_HZ`] of the recording's centre, which is mostly direct current of the recorder.
const PATIENCE_AT_ZERO_S: f64 = 0.25;
const NEAR_ZERO_HZ: f64 = 1.0;

/// The search beside a carrier.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    waited_s: f64,
    search: Option<(Box<Search>, u64)>,
    integrator: Integrator,
    cells: Vec<Iq>,
}

impl Beside {
    /// The first sample that it still needs.
    pub(crate) fn needed(&self) -> u64 {
        self.search.as_ref().map_or(u64::MAX, |(_, at)| *at)
    }

    /// Goes on to sample `at`, `seconds` later than before, past the line at `own` Hz above the search's middle; tells another one, and the sample behind which it was found.
    pub(crate) fn look(
        &mut self,
        plan: &Plan,
        input: &Input,
        (at, seconds): (u64, f64),
        own: f64,
    ) -> Option<(u64, Found)> {
        self.waited_s += seconds;
        let centre = plan.settings.search.centre_hz;
        let patience = if (own + centre).abs() < NEAR_ZERO_HZ {
            PATIENCE_AT_ZERO_S
        } else {
            PATIENCE_S
        };
        if self.waited_s < patience {
            return None;
        }
        let (search, reached) = self
            .search
            .get_or_insert_with(|| (Box::new(Search::new(&plan.settings, None)), at));
        search.exclude(own);
        while *reached + plan.search_samples() <= at {
            let (integrator, cells) = (&mut self.integrator, &mut self.cells);
            *reached = search_cells(plan, input, *reached, integrator, cells)?;
            if let Some(found) = search.push(cells) {
                return Some((*reached, found));
            }
        }
        None
    }
}

/// The next cells for a search from sample `at` on; returns the sample behind them, or `None` if samples are missing.
pub(crate) fn search_cells(
    plan: &Plan,
    input: &Input,
    at: u64,
    integrator: &mut Integrator,
    cells: &mut Vec<Iq>,
) -> Option<u64> {
    let length = (plan.search_cell as usize) * plan.search_count;
    let (re, im) = input.slices(at, length)?;
    let (start, end) = (Position::at(at), Position::at(at + length as u64));
    let aid = plan.aid_turns(start);
    let centre = plan.settings.search.centre_hz / plan.sample_rate;
    let grid = Grid {
        from: 0.0,
        period: plan.search_cell,
        count: plan.search_count,
        turns: centre * at as f64 + aid,
        step: centre + (plan.aid_turns(end) - aid) / length as f64,
    };
    integrator.integrate(re, im, &grid, cells);
    Some(end.whole)
}
