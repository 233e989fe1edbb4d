//! Following a carrier that was found, with or without symbols on it.

use super::beside::Beside;
use super::carrier::{Carrier, Lock, Measured};
use super::count::{Count, Ended, Teller};
use super::estimate::{Fit, Point, Window};
use super::grid::{Grid, Integrator};
use super::input::Input;
use super::plan::Plan;
use super::position::Position;
use super::stage::{Mark, Stage, new_record};
use super::symbol::{Sums, Symbols, Verdict};
use super::verify::Found;
use super::{Estimate, Event};
use crate::Iq;

/// Symbols are taken for those of the carrier from this part of the expected Es/N0 on (a carrier that was alone just before had four times the power); more than [`PLAIN`] is not expected.
const FAINTEST: f64 = 0.12;
const PLAIN: f64 = 1.5;

/// Symbols and cells of a step, at most.
const MOST_SYMBOLS: f64 = 64.0;
const MOST_CELLS: f64 = 1024.0;

/// A carrier that is followed.
#[derive(Debug)]
pub(crate) struct Track {
    at: Position,
    carrier: Carrier,
    stage: Stage,
    window: Window,
    integrator: Integrator,
    cells: Vec<Iq>,
    soft: Vec<i8>,
    /// Samples before this one have been through the loop already: nothing is measured twice.
    seen: u64,
    next_estimate: u64,
    told: bool,
    beside: Beside,
    ended: Option<Ended>,
}

impl Track {
    /// Begins at `at`.
    pub(crate) fn new(plan: &Plan, found: &Found, at: Position) -> Self {
        let hz = found.hz + plan.settings.search.centre_hz;
        let carrier = Carrier::new(&plan.settings, hz, found.rate, found.cn0);
        Self {
            at,
            stage: new_record(at, &carrier),
            carrier,
            window: Window::new(plan.sample_rate, 1.0),
            integrator: Integrator::default(),
            cells: Vec::new(),
            soft: Vec::new(),
            seen: 0,
            next_estimate: u64::MAX,
            told: false,
            beside: Beside::default(),
            ended: None,
        }
    }

    /// Why it is over, if it is.
    pub(crate) const fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// The first sample that may still be needed, and the one up to which everything is told.
    pub(crate) fn done(&self) -> (u64, u64) {
        let needed = match &self.stage {
            Stage::Record { start, .. } => start.at.whole.min(self.at.whole),
            _ => self.at.whole,
        };
        (needed.min(self.beside.needed()), self.at.whole)
    }

    /// One step; false if samples are missing. With `last` no more will come, and steps may be shorter.
    pub(crate) fn step(
        &mut self,
        plan: &Plan,
        input: &Input,
        last: bool,
        teller: &mut Teller<'_, '_>,
    ) -> bool {
        let left = Position::at(input.end()).since(self.at);
        let Some((period, count)) = self.grid(plan, if last { left } else { f64::INFINITY }) else {
            return self.find_symbols(plan, teller);
        };
        let (grid, seconds) = self.mix(plan, period, count);
        let held = input.end().saturating_sub(self.at.whole) as usize;
        // At the very end the last line may lie on the end itself.
        let wanted = if last {
            grid.samples().min(held)
        } else {
            grid.samples()
        };
        let Some((re, im)) = input.slices(self.at.whole, wanted) else {
            return false;
        };
        self.integrator.integrate(re, im, &grid, &mut self.cells);
        let begin = self.at;
        let samples = period * count as f64;
        self.at = begin.plus(samples);
        let sums = self.sums();
        let measured = Measured {
            samples,
            seconds,
            carrier: sums.carrier,
            data: sums.data,
            noise: self.noise(&sums, period, count),
        };
        let before = self.carrier.lock();
        let error = self.carrier.update(&measured);
        if self.at.whole > self.seen {
            self.seen = self.at.whole;
            if !self.carrier.fading() {
                self.window.push(&Point {
                    at: begin.plus(0.5 * samples),
                    samples,
                    turns: grid.turns + 0.5 * samples * grid.step + error,
                    in_phase: f64::from(sums.carrier.re),
                    noise: measured.noise,
                });
            }
            self.tell_carrier(plan, begin, before, teller);
            self.look_elsewhere(plan, input, seconds, teller);
        }
        if self.ended.is_none() {
            self.after_step(plan, begin, &sums, count, teller);
        }
        true
    }

    /// The grid of the next step, mixed with what loop and aid predict, and its length in seconds.
    fn mix(&self, plan: &Plan, period: f64, count: usize) -> (Grid, f64) {
        let samples = period * count as f64;
        let seconds = samples / plan.sample_rate;
        let aid = plan.aid_turns(self.at);
        let ahead = plan.aid_turns(self.at.plus(samples)) - aid;
        let hz = self.carrier.hz + 0.5 * seconds * self.carrier.rate;
        let grid = Grid {
            from: self.at.part,
            period,
            count,
            turns: self.carrier.turns + aid,
            step: (hz * seconds + ahead) / samples,
        };
        (grid, seconds)
    }

    /// Noise density from what differs on I within symbols, or between neighbouring cells.
    fn noise(&self, sums: &Sums, period: f64, count: usize) -> f64 {
        let intervals = if matches!(self.stage, Stage::Symbols { .. }) {
            4
        } else {
            2
        };
        match count / intervals {
            0 => self.carrier.noise(),
            groups => 2.0 * sums.noise / (groups as f64 * intervals as f64 * period),
        }
    }

    /// Period and number of the next intervals; `None` if nothing fits into `left` samples.
    fn grid(&self, plan: &Plan, left: f64) -> Option<(f64, usize)> {
        let wanted = self.carrier.step_s() * plan.sample_rate;
        match &self.stage {
            Stage::Symbols { symbols, .. } => {
                let period = symbols.period();
                let fits = (left / period).floor();
                let count = (wanted / period).round().clamp(1.0, MOST_SYMBOLS).min(fits);
                (count >= 1.0).then_some((0.25 * period, 4 * count as usize))
            }
            Stage::Record { .. } => {
                let period = plan.record_cell;
                let fits = (left / period).floor();
                let count = (wanted / period).round().clamp(2.0, MOST_CELLS).min(fits);
                (count >= 2.0).then_some((period, 2 * (count as usize / 2)))
            }
            Stage::Approach { begin, .. } => {
                let ahead = begin.since(self.at);
                let period = plan.record_cell;
                let count = (wanted / period).round().clamp(2.0, MOST_CELLS);
                if count * period < ahead {
                    Some((period, count as usize))
                } else {
                    Some((ahead.max(0.5), 1))
                }
            }
        }
    }

    /// Demodulates, or only sums.
    fn sums(&mut self) -> Sums {
        if let Stage::Symbols { symbols, .. } = &mut self.stage {
            return symbols.demodulate(&self.cells, &mut self.soft);
        }
        let mut sums = Sums::default();
        for cell in &self.cells {
            sums.carrier += cell;
        }
        for two in self.cells.chunks_exact(2) {
            sums.noise += f64::from(two[0].re - two[1].re).powi(2);
        }
        sums
    }

    fn after_step(
        &mut self,
        plan: &Plan,
        begin: Position,
        sums: &Sums,
        count: usize,
        teller: &mut Teller<'_, '_>,
    ) {
        match &mut self.stage {
            Stage::Record {
                record,
                start,
                middle,
            } => {
                if self.carrier.lock() != Lock::Held {
                    // The record begins with the lock.
                    *start = Mark {
                        at: self.at,
                        carrier: self.carrier.clone(),
                    };
                    return;
                }
                record.extend(&self.cells);
                let half = plan.record_cells;
                if middle.is_none() && record.len() >= half {
                    let mark = Mark {
                        at: self.at,
                        carrier: self.carrier.clone(),
                    };
                    *middle = Some((record.len(), mark));
                    self.find_symbols(plan, teller);
                } else if record.len() >= 2 * half {
                    self.find_symbols(plan, teller);
                    self.roll();
                }
            }
            Stage::Approach { begin, .. } => {
                if begin.since(self.at) < 0.5 {
                    self.begin_symbols(teller);
                }
            }
            Stage::Symbols { .. } => self.after_symbols(begin, sums, count / 4, teller),
        }
    }

    /// Drops the front half of a record that is full.
    fn roll(&mut self) {
        if let Stage::Record {
            record,
            start,
            middle,
        } = &mut self.stage
            && let Some((cells, mark)) = middle.take()
        {
            record.drop_front(cells);
            *start = mark;
        }
    }

    /// Looks for symbols in the record; if there are, goes back to where they begin. False if not.
    fn find_symbols(&mut self, plan: &Plan, teller: &Teller<'_, '_>) -> bool {
        let Stage::Record { record, start, .. } = &self.stage else {
            return false;
        };
        // A clock that is known from before the gap is tried first.
        let known = teller
            .count
            .as_ref()
            .and_then(|count| record.find_known(count.rate, count.period / plan.record_cell));
        let Some(timing) = known.or_else(|| record.find(&plan.rates, record.len())) else {
            return false;
        };
        // Whatever has a beat may look like symbols; those of this carrier have the energy that its level lets expect.
        let expected = self.carrier.cn0() * plan.data_to_carrier / timing.rate;
        if timing.es_n0() < FAINTEST * expected.min(PLAIN) {
            return false;
        }
        let timing = record.earliest(&timing);
        let begin = record.first_symbol(&timing);
        let period = timing.period;
        let nominal = plan.sample_rate / timing.rate;
        let symbols = Symbols::new(
            timing.rate,
            nominal,
            period * plan.record_cell,
            timing.level,
            timing.variance,
        );
        let begin = start.at.plus(begin * plan.record_cell);
        self.at = start.at;
        self.carrier = start.carrier.clone();
        self.stage = Stage::Approach { begin, symbols };
        self.beside = Beside::default();
        true
    }

    //= 211.1-B-4 SYMBOL_INLOCK_STATUS
    fn begin_symbols(&mut self, teller: &mut Teller<'_, '_>) {
        let fresh = new_record(self.at, &self.carrier);
        let Stage::Approach { begin, symbols } = core::mem::replace(&mut self.stage, fresh) else {
            return;
        };
        self.at = begin;
        let rate = symbols.rate();
        let kept = teller.count.take();
        let number = kept.and_then(|count| count.number_at(begin, rate));
        teller.status.symbol_in_lock = true;
        (teller.sink)(Event::SymbolLock {
            at: begin.whole,
            symbol_rate: rate,
            continued: number.is_some(),
        });
        if let (Some(kept), Some(number)) = (kept, number) {
            kept.fill(number, teller);
        }
        self.stage = Stage::Symbols {
            symbols,
            number: number.unwrap_or(0),
        };
    }

    fn after_symbols(
        &mut self,
        begin: Position,
        sums: &Sums,
        count: usize,
        teller: &mut Teller<'_, '_>,
    ) {
        let hold = self.carrier.fading();
        let Stage::Symbols { symbols, number } = &mut self.stage else {
            return;
        };
        (teller.sink)(Event::Symbols {
            first: *number,
            at: begin.samples(),
            soft: &self.soft,
        });
        *number += count as u64;
        let count = count as f64;
        self.at = symbols.correct(self.at, sums, count, hold);
        if hold {
            return;
        }
        match symbols.judge(sums, count) {
            Verdict::Fine => {}
            Verdict::HalfOff => {
                self.at = self.at.plus(0.5 * symbols.period());
                *number = 0;
                let symbol_rate = symbols.rate();
                let at = self.at.whole;
                (teller.sink)(Event::SymbolLost { at });
                (teller.sink)(Event::SymbolLock {
                    at,
                    symbol_rate,
                    continued: false,
                });
            }
            Verdict::Gone => self.lose_symbols(self.at, teller),
        }
    }

    /// Keeps the count and looks for symbols anew.
    fn lose_symbols(&mut self, at: Position, teller: &mut Teller<'_, '_>) {
        let fresh = new_record(self.at, &self.carrier);
        if let Stage::Symbols { symbols, number } = core::mem::replace(&mut self.stage, fresh) {
            *teller.count = Some(Count {
                at,
                number,
                rate: symbols.rate(),
                period: symbols.period(),
                drift: symbols.drift(),
            });
            teller.status.symbol_in_lock = false;
            (teller.sink)(Event::SymbolLost { at: at.whole });
        }
    }

    //= 211.1-B-4 CARRIER_ACQUIRED
    fn tell_carrier(
        &mut self,
        plan: &Plan,
        begin: Position,
        before: Lock,
        teller: &mut Teller<'_, '_>,
    ) {
        let at = self.at.whole;
        match (before, self.carrier.lock()) {
            (Lock::PullIn, Lock::Held) => {
                self.told = true;
                teller.status.carrier_acquired = true;
                self.next_estimate = at + (0.1 * plan.sample_rate) as u64;
                (teller.sink)(Event::CarrierAcquired(self.estimate(plan)));
            }
            (_, Lock::Held) if at >= self.next_estimate => {
                self.next_estimate += ((0.1 * plan.sample_rate) as u64).max(1);
                (teller.sink)(Event::Carrier(self.estimate(plan)));
            }
            (_, Lock::Lost) => self.lose(plan, begin, teller),
            _ => {}
        }
    }

    fn lose(&mut self, plan: &Plan, begin: Position, teller: &mut Teller<'_, '_>) {
        let at = self.at.whole;
        if !self.told {
            self.ended = Some(Ended::None { at });
            return;
        }
        // The symbols of this step have not been told.
        self.lose_symbols(begin, teller);
        teller.status.carrier_acquired = false;
        (teller.sink)(Event::CarrierLost { at });
        // What was measured while it went is noise.
        let look = self.carrier.look_s() * plan.sample_rate;
        self.window.forget_after(self.at.plus(-2.5 * look));
        let (hz, rate) = match self.window.fit() {
            Some(fit) => {
                let (aid_hz, aid_rate) = plan.aid_hz(fit.at);
                let age = self.at.since(fit.at) / plan.sample_rate;
                let rate = fit.rate - aid_rate;
                (fit.hz - aid_hz + rate * age, rate)
            }
            None => (self.carrier.hz, self.carrier.rate),
        };
        self.ended = Some(Ended::Gone { at, hz, rate });
    }

    fn estimate(&self, plan: &Plan) -> Estimate {
        let fit = self.window.fit().unwrap_or_else(|| {
            let (hz, rate) = plan.aid_hz(self.at);
            Fit {
                at: self.at,
                hz: self.carrier.hz + hz,
                rate: self.carrier.rate + rate,
                cn0: self.carrier.cn0(),
            }
        });
        let es_n0_db = match &self.stage {
            Stage::Symbols { symbols, .. } => Some(10.0 * symbols.es_n0().log10()),
            _ => None,
        };
        // Without symbols there is the carrier alone, as far as anybody knows.
        let total = match &self.stage {
            Stage::Record { .. } => 1.0,
            Stage::Approach { .. } | Stage::Symbols { .. } => 1.0 / plan.carrier_part,
        };
        Estimate {
            at: fit.at.whole,
            offset_hz: fit.hz,
            rate_hz_s: fit.rate,
            cn0_dbhz: 10.0 * (fit.cn0 * total).log10(),
            es_n0_db,
        }
    }

    /// A carrier without symbols may be a wrong line: looks for others beside it.
    fn look_elsewhere(
        &mut self,
        plan: &Plan,
        input: &Input,
        seconds: f64,
        teller: &mut Teller<'_, '_>,
    ) {
        if !self.told || self.ended.is_some() || !matches!(self.stage, Stage::Record { .. }) {
            return;
        }
        let own = self.carrier.hz - plan.settings.search.centre_hz;
        let at = self.at.whole;
        if let Some((end, found)) = self.beside.look(plan, input, (at, seconds), own) {
            teller.status.carrier_acquired = false;
            (teller.sink)(Event::CarrierLost { at });
            self.ended = Some(Ended::Other {
                at: end,
                found,
                refused: own,
            });
        }
    }
}
