//! Where symbols begin, and at which of the rates they come, out of a record of the derotated signal.
//!
//! A record holds integrals over short cells, on I (noise alone) and on Q (noise and data). For a rate, a clock offset and a phase the symbols are cut out of both.
//! The halves of a Bi-Phase-L symbol are opposite: the energy of their difference less the energy of their sum is that of the symbols at the
//! right rate and phase, and zero in the mean for noise. It is weighed against the noise on I: with n symbols its standard deviation is √(4/n) of a
//! symbol's noise. At half the right rate the mid-symbol transitions cancel, at twice the rate and half a symbol off the sums take
//! away what the differences have; all are less significant by a factor of two or more, in random data as in idle.

/// Symbols that are looked at, at most and at least.
const MOST: usize = 256;
const FEWEST: usize = 64;

/// Symbols that are left out at once at the begin.
const TRIM: usize = 16;

/// Phases that are tried in a symbol.
const PHASES: usize = 16;

/// Clock offsets that are tried, in parts of the rate: 211.1-B-4 allows 0.1 %.
//= 211.1-B-4 symbol-rate-offset
const OFFSETS: [f64; 9] = [
    0.0, 0.000_25, -0.000_25, 0.000_5, -0.000_5, 0.000_75, -0.000_75, 0.001, -0.001,
];

/// Standard deviations above noise from which there are symbols.
const SURE: f64 = 7.0;

/// A clock that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Timing {
    /// Symbols a second, nominal.
    pub rate: f64,
    /// First symbol's begin within the stretch that was looked at, in cells from the record's begin.
    pub begin: f64,
    /// Cells a symbol as measured.
    pub period: f64,
    /// Level of a symbol in units of the cells' sums.
    pub level: f64,
    /// Variance of a symbol.
    pub variance: f64,
    /// Mean square of a symbol, and that less what its halves have in common.
    energy: f64,
    score: f64,
    /// Standard deviations above noise.
    pub significance: f64,
}

impl Timing {
    /// Es/N0 as a ratio; noise makes it about 0.
    pub(crate) fn es_n0(&self) -> f64 {
        0.5 * (self.energy / self.variance - 1.0)
    }
}

/// Running sums of a record's cells, from 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    i: Vec<f64>,
    q: Vec<f64>,
}

impl Record {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self {
            i: vec![0.0],
            q: vec![0.0],
        }
    }

    /// Adds cells.
    pub(crate) fn extend(&mut self, cells: &[crate::Iq]) {
        let mut i = self.i.last().copied().unwrap_or(0.0);
        let mut q = self.q.last().copied().unwrap_or(0.0);
        for cell in cells {
            i += f64::from(cell.re);
            q += f64::from(cell.im);
            self.i.push(i);
            self.q.push(q);
        }
    }

    /// Cells held.
    pub(crate) fn len(&self) -> usize {
        self.q.len().saturating_sub(1)
    }

    /// Lets go of the first cells.
    pub(crate) fn drop_front(&mut self, cells: usize) {
        let cells = cells.min(self.len());
        self.i.drain(..cells);
        self.q.drain(..cells);
    }

    /// The clock of one of `rates` (each with its cells a symbol) shortly before cell `until`; `None` if nothing stands out of the noise.
    pub(crate) fn find(&self, rates: &[(f64, f64)], until: usize) -> Option<Timing> {
        let best = rates
            .iter()
            .filter_map(|&(rate, per_symbol)| self.best_phase(rate, per_symbol, until, &OFFSETS))
            .max_by(|a, b| a.significance.total_cmp(&b.significance))?;
        (best.significance > SURE).then_some(best)
    }

    /// The phase of a clock whose period is known, at the record's end.
    pub(crate) fn find_known(&self, rate: f64, per_symbol: f64) -> Option<Timing> {
        self.best_phase(rate, per_symbol, self.len(), &[0.0])
            .filter(|timing| timing.significance > SURE)
    }

    /// The same clock in the earliest stretch of the record where it is found.
    pub(crate) fn earliest(&self, timing: &Timing) -> Timing {
        let stretch = (timing.period * (MOST + 2) as f64) as usize;
        let per_symbol = timing.period;
        (1..)
            .map(|k| k * stretch)
            .take_while(|&until| (until as f64) < timing.begin)
            .find_map(|until| {
                self.best_phase(timing.rate, per_symbol, until, &[0.0])
                    .filter(|earlier| earlier.significance > SURE)
            })
            .unwrap_or(*timing)
    }

    /// Where the symbols of a clock begin: from the record's begin on, if that is not too far back for the clock, what is plainly noise left out.
    pub(crate) fn first_symbol(&self, timing: &Timing) -> f64 {
        let Timing { begin, period, .. } = *timing;
        let back = (begin / period).floor();
        let mut first = if back < MOST as f64 {
            begin - back * period
        } else {
            begin
        };
        let energy = |from: f64| self.look(timing.rate, from, period, 2 * TRIM).energy;
        let apart = TRIM as f64 * period;
        // What symbols look like: the stretch where the clock was found may hold them at its end only.
        let end = begin + period * (MOST - 2 * TRIM) as f64;
        let strongest = (0..2 * MOST / TRIM)
            .map(|k| first + apart * k as f64)
            .take_while(|&from| from <= end.min(self.len() as f64 - 2.0 * apart))
            .map(energy)
            .fold(timing.energy, f64::max);
        let plain = 0.75 * timing.variance + 0.25 * strongest;
        for _ in 0..2 * MOST / TRIM {
            if energy(first) > plain || first + 2.0 * apart > end {
                break;
            }
            first += apart;
        }
        first
    }

    fn best_phase(
        &self,
        rate: f64,
        per_symbol: f64,
        until: usize,
        offsets: &[f64],
    ) -> Option<Timing> {
        let held = until.min(self.len()) as f64;
        let count = ((held / (per_symbol * 1.001)) as usize)
            .saturating_sub(1)
            .min(MOST);
        if count < FEWEST {
            return None;
        }
        let try_all = |hypotheses: &mut dyn Iterator<Item = (f64, f64)>| {
            hypotheses
                .map(|(phase, offset)| {
                    let period = per_symbol * (1.0 + offset);
                    let first = held - period * (count + 1) as f64;
                    self.look(rate, first + phase * period, period, count)
                })
                .max_by(|a, b| a.score.total_cmp(&b.score))
        };
        let mut coarse = offsets.iter().flat_map(|&offset| {
            (0..PHASES).map(move |phase| (phase as f64 / PHASES as f64, offset))
        });
        let best = try_all(&mut coarse)?;
        // Once more around the best, four times as fine.
        let around = if offsets.len() > 1 { 3 } else { 0 };
        let mut fine = (-3..=3).flat_map(|k| (-around..=around).map(move |l| (k, l)));
        let centre = best.begin + best.period * 0.5 * count as f64;
        let refined = (&mut fine)
            .map(|(k, l)| {
                let period = best.period + per_symbol * 0.000_062_5 * f64::from(l);
                let middle = centre + per_symbol * f64::from(k) / (4.0 * PHASES as f64);
                self.look(rate, middle - period * 0.5 * count as f64, period, count)
            })
            .max_by(|a, b| a.score.total_cmp(&b.score))?;
        Some(if refined.score > best.score {
            refined
        } else {
            best
        })
    }

    fn look(&self, rate: f64, begin: f64, period: f64, count: usize) -> Timing {
        let energy = |sums: &[f64]| {
            let at = |place: f64| {
                let cell = place.max(0.0) as usize;
                let part = place.max(0.0) - cell as f64;
                let before = sums.get(cell).copied().unwrap_or(0.0);
                let after = sums.get(cell + 1).copied().unwrap_or(before);
                before + part * (after - before)
            };
            let mut left = at(begin);
            let (mut squares, mut lengths, mut unlike) = (0.0, 0.0, 0.0);
            for symbol in 0..count {
                let from = begin + period * symbol as f64;
                let right = at(from + period);
                let value = 2.0 * at(from + 0.5 * period) - left - right;
                squares += value * value;
                lengths += value.abs();
                unlike += (right - left) * (right - left);
                left = right;
            }
            let count = count as f64;
            (squares / count, lengths / count, unlike / count)
        };
        let (signal, level, unlike) = energy(&self.q);
        let (noise, ..) = energy(&self.i);
        let noise = noise.max(signal * 1e-9).max(f64::MIN_POSITIVE);
        Timing {
            rate,
            begin,
            period,
            level,
            variance: noise,
            energy: signal,
            score: signal - unlike,
            significance: (signal - unlike) / noise * (count as f64 / 4.0).sqrt(),
        }
    }
}
