//! A pass, as a command unit flies it: begin, watch, end, ask for the counters, fetch what was recorded.

use magpie_bus::order::{Order, Pass, PassMode};

use super::run::{Run, RunError, Side};

/// Number of the state S1 (inactive).
const INACTIVE: u8 = 1;
/// What is on its way when the sender falls silent still arrives in this time, and decoders empty themselves.
const LAST_SYMBOLS_US: u64 = 1_000_000;
/// Bits that an encoder may hold then: two LDPC messages.
const LAST_BITS: u64 = 2 * 1_024;
/// How long an orbiter may take to close its recording.
const CLOSING_US: u64 = 30_000_000;

/// What is to be flown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What both computers are told.
    pub pass: Pass,
    /// When the rover is told, in microseconds since the orbiter was.
    pub rover_after_us: u64,
    /// When it is over at the latest.
    pub window_us: u64,
}

/// How a pass has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The computers were done.
    Done,
    /// The window was over first.
    Window,
    /// The watcher wanted no more.
    Stopped,
}

/// Flies a pass. `watch` is called before each stretch and says whether to go on; it may make trouble.
pub fn fly(
    run: &mut Run,
    plan: &Plan,
    watch: &mut dyn FnMut(&mut Run) -> Result<bool, RunError>,
) -> Result<End, RunError> {
    let start = run.elapsed_us();
    let mut progress = Progress::default();
    run.order(Side::Orbiter, Order::Begin(plan.pass))?;
    let mut begun = false;
    let mut end = End::Window;
    while run.elapsed_us() - start < plan.window_us {
        if !begun && run.elapsed_us() - start >= plan.rover_after_us {
            run.order(Side::Rover, Order::Begin(plan.pass))?;
            begun = true;
        }
        if !watch(run)? {
            end = End::Stopped;
            break;
        }
        run.step()?;
        if begun && progress.is_over(run, &plan.pass) {
            end = End::Done;
            break;
        }
    }
    close(run)?;
    Ok(end)
}

/// Ends the pass at both ends and gives the orbiter time to close its recording.
fn close(run: &mut Run) -> Result<(), RunError> {
    let deadline = run.elapsed_us() + CLOSING_US;
    for side in [Side::Rover, Side::Orbiter] {
        run.order(side, Order::End)?;
        run.step()?;
    }
    run.run_until(deadline, |run| {
        run.modem(Side::Orbiter).book().state == INACTIVE
    })?;
    Ok(())
}

/// Where a pass stands, seen from the modems.
#[derive(Debug, Default)]
struct Progress {
    has_been_active: bool,
    inactive_since: Option<u64>,
}

impl Progress {
    /// Blind: the rover has sent, and is silent again. Hailed: the orbiter has closed the session by itself.
    fn is_over(&mut self, run: &Run, pass: &Pass) -> bool {
        let side = match pass.mode {
            PassMode::Blind => Side::Rover,
            PassMode::Hailed => Side::Orbiter,
        };
        let book = run.modem(side).book();
        // A computer that begins anew has told no state yet.
        let inactive = book.state == INACTIVE && book.has_answered();
        self.has_been_active |= !inactive && book.has_answered();
        if !(inactive && self.has_been_active) {
            self.inactive_since = None;
            return false;
        }
        let since = *self.inactive_since.get_or_insert(run.now_us());
        let last_bits = (LAST_BITS * 1_000_000).checked_div(pass.return_rate.into());
        run.now_us() - since >= LAST_SYMBOLS_US.max(last_bits.unwrap_or(0))
    }
}
