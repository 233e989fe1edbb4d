//! One way after the other: what each is to be told, and what it told.

use super::merge::{Placed, merge_pairs};
use super::{Direction, Heard, Lock, Narrow, Pass, track};
use crate::SampleRate;
use crate::receive::{Aid, Estimate, Event, Settings};

/// Ways there and back, and both again.
const WAYS: usize = 4;
/// The frequency that a track's range is made for; any would do.
const CARRIER_HZ: f64 = 401_585_625.0;

/// A window that is being heard, for whoever plays it on his own; [`hear`](super::hear) does it all.
#[derive(Clone, Debug)]
pub struct Hearing {
    settings: Settings,
    narrow: Narrow,
    passes: Vec<Pass>,
    placed: Vec<Placed>,
    symbol_rate: Option<f64>,
}

/// A way through the recording that is to be gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The end it begins at.
    pub direction: Direction,
    /// What its receiver is told.
    pub settings: Settings,
}

impl Way {
    /// For what its receiver tells.
    pub fn notes(&self) -> Notes {
        Notes {
            direction: self.direction,
            rate: self.settings.sample_rate,
            loop_bandwidth_hz: self.settings.loop_bandwidth_hz,
            placed: Placed::default(),
            carrier_locks: Vec::new(),
            carrier: None,
            locks: Vec::new(),
            locked: None,
            symbol_rate: None,
            track: Vec::new(),
        }
    }
}

impl Hearing {
    /// Nothing heard yet.
    pub fn new(settings: &Settings, narrow: Narrow) -> Self {
        Self {
            settings: settings.clone(),
            narrow,
            passes: Vec::new(),
            placed: Vec::new(),
            symbol_rate: None,
        }
    }

    /// The next way through a recording of so many samples; nothing if there is none, or if the first two have found too little to go again. (The
    /// first one is the same whatever the number of samples.)
    pub fn way(&mut self, samples: u64) -> Option<Way> {
        let number = self.passes.len();
        if number == WAYS / 2 {
            self.narrow(samples)?;
        }
        let direction = match number % 2 {
            0 => Direction::Forward,
            _ => Direction::Backward,
        };
        (number < WAYS).then(|| Way {
            direction,
            settings: facing(&self.settings, direction, samples),
        })
    }

    /// Takes what the last way has told, whose receiver got `reached` of the recording's samples.
    pub fn take(&mut self, notes: Notes, reached: u64, samples: u64) {
        let (pass, placed) = notes.close(reached, samples);
        self.passes.push(pass);
        self.placed.push(placed);
        if self.passes.len() <= WAYS / 2 {
            self.symbol_rate = longest_rate(&self.passes);
        }
    }

    /// The ways so far.
    pub fn passes(&self) -> &[Pass] {
        &self.passes
    }

    /// No further way: merges what was heard.
    pub fn finish(mut self) -> Heard {
        if let Some(rate) = self.symbol_rate {
            let period = self.settings.sample_rate.hz() / rate;
            for placed in &mut self.placed {
                placed.keep_pace(period);
            }
        }
        self.placed.resize(WAYS, Placed::default());
        let stretches = match self.placed.as_slice() {
            // A receiver that comes again with a narrow loop may take longer to lock, so the first two are not thrown away.
            [a, b, c, d] => merge_pairs([c, d], [a, b]),
            _ => Vec::new(),
        };
        Heard {
            passes: self.passes,
            symbol_rate: self.symbol_rate,
            stretches,
        }
    }

    /// Sets what the first two passes have found.
    fn narrow(&mut self, samples: u64) -> Option<()> {
        let estimates: Vec<Estimate> = self
            .passes
            .iter()
            .flat_map(|pass| pass.track.iter().copied())
            .collect();
        let settings = &mut self.settings;
        let frequencies = track::frequencies(&estimates, settings.sample_rate);
        let end_s = settings.sample_rate.seconds(samples);
        let whole = track::to_the_ends(frequencies, end_s);
        let profile = track::as_profile(&whole, CARRIER_HZ).ok()?;
        settings.aid = Some(Aid {
            profile,
            carrier_hz: CARRIER_HZ,
        });
        settings.symbol_rate = self.symbol_rate.or(settings.symbol_rate);
        settings.loop_bandwidth_hz = Some(self.narrow.loop_bandwidth_hz);
        settings.search.centre_hz = 0.0;
        settings.search.half_width_hz = self.narrow.search_half_width_hz;
        settings.search.max_rate_hz_s = self.narrow.max_rate_hz_s;
        Some(())
    }
}

/// The symbol rate that was longest in lock.
fn longest_rate(passes: &[Pass]) -> Option<f64> {
    let mut sums: Vec<(f64, u64)> = Vec::new();
    for lock in passes.iter().flat_map(|pass| &pass.locks) {
        let length = lock.to.saturating_sub(lock.from);
        match sums
            .iter_mut()
            .find(|(rate, _)| rate.total_cmp(&lock.symbol_rate).is_eq())
        {
            Some((_, sum)) => *sum += length,
            None => sums.push((lock.symbol_rate, length)),
        }
    }
    let longest = sums.iter().max_by_key(|(_, sum)| *sum);
    longest.map(|&(rate, _)| rate)
}

/// The settings for a way: a prediction is turned round with the recording.
fn facing(settings: &Settings, direction: Direction, samples: u64) -> Settings {
    let mut facing = settings.clone();
    if let (Direction::Backward, Some(aid)) = (direction, &settings.aid) {
        let end_s = settings.sample_rate.seconds(samples);
        let turned: Vec<(f64, f64)> = aid
            .profile
            .rows()
            .iter()
            .rev()
            .map(|row| {
                (
                    end_s - row.t_s,
                    aid.profile.doppler_hz(row.t_s, aid.carrier_hz),
                )
            })
            .collect();
        // Rows in the order of time give rows in the order of time.
        facing.aid = track::as_profile(&turned, aid.carrier_hz)
            .ok()
            .map(|profile| Aid {
                profile,
                carrier_hz: aid.carrier_hz,
            });
    }
    facing
}

/// What a receiver told on its way.
#[derive(Clone, Debug)]
pub struct Notes {
    direction: Direction,
    rate: SampleRate,
    loop_bandwidth_hz: Option<f64>,
    placed: Placed,
    carrier_locks: Vec<(u64, u64)>,
    carrier: Option<u64>,
    locks: Vec<Lock>,
    locked: Option<u64>,
    symbol_rate: Option<f64>,
    track: Vec<Estimate>,
}

impl Notes {
    /// Takes what it tells.
    pub fn take(&mut self, event: &Event<'_>) {
        match *event {
            Event::CarrierAcquired(estimate) => {
                self.carrier = self.carrier.or(Some(estimate.at));
            }
            Event::Carrier(estimate) => self.track.push(estimate),
            Event::CarrierLost { at } => {
                let lock = self.carrier.take().map(|from| (from, at.max(from)));
                self.carrier_locks.extend(lock);
            }
            Event::SymbolLock {
                at, symbol_rate, ..
            } => {
                self.unlock(at);
                self.symbol_rate = Some(symbol_rate);
                self.locked = Some(at);
            }
            Event::SymbolLost { at } => self.unlock(at),
            Event::Symbols { first, at, soft } => {
                if let Some(rate) = self.symbol_rate {
                    self.placed.push(first, at, soft, self.rate.hz() / rate);
                }
            }
            Event::NotNumbers { .. } => {}
        }
    }

    /// What was told so far; after it nothing is noted any more.
    #[must_use]
    pub fn give(&mut self) -> Self {
        let empty = Self {
            direction: self.direction,
            rate: self.rate,
            loop_bandwidth_hz: self.loop_bandwidth_hz,
            placed: Placed::default(),
            carrier_locks: Vec::new(),
            carrier: None,
            locks: Vec::new(),
            locked: None,
            symbol_rate: None,
            track: Vec::new(),
        };
        core::mem::replace(self, empty)
    }

    fn unlock(&mut self, at: u64) {
        if let (Some(from), Some(symbol_rate)) = (self.locked.take(), self.symbol_rate) {
            let to = at.max(from);
            self.locks.push(Lock {
                from,
                to,
                symbol_rate,
            });
        }
    }

    fn close(mut self, reached: u64, samples: u64) -> (Pass, Placed) {
        self.unlock(reached);
        let carrier = self.carrier.take().map(|from| (from, reached.max(from)));
        self.carrier_locks.extend(carrier);
        let mut placed = self.placed;
        if self.direction == Direction::Backward {
            let turned = |at: u64| samples.saturating_sub(at);
            self.locks.reverse();
            for lock in &mut self.locks {
                (lock.from, lock.to) = (turned(lock.to), turned(lock.from));
            }
            self.carrier_locks.reverse();
            for (from, to) in &mut self.carrier_locks {
                (*from, *to) = (turned(*to), turned(*from));
            }
            self.track.reverse();
            for estimate in &mut self.track {
                *estimate = track::turned(*estimate, samples);
            }
            placed = placed.turned(samples);
        }
        let pass = Pass {
            direction: self.direction,
            loop_bandwidth_hz: self.loop_bandwidth_hz,
            samples: reached,
            carrier_locks: self.carrier_locks,
            locks: self.locks,
            symbols: placed.len(),
            track: self.track,
        };
        (pass, placed)
    }
}
