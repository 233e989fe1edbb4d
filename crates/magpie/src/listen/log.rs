//! What the receiver tells, kept within bounds: the carrier's track, the stretches in lock, where frames were.

use std::collections::VecDeque;

use magpie_radio::SampleRate;
use magpie_radio::receive::{Estimate, Event, Status};
use serde::Serialize;

use super::coding::{Frames, Good};
use super::report::Timeline;

/// Points of the carrier's track; with more of them every second one is let go, so an hours-long recording has one a second or so.
const POINTS: usize = 20_000;
/// Stretches, and marks of frames, that are kept one by one.
pub(super) const STRETCHES: usize = 10_000;
pub(super) const MARKS: usize = 20_000;
/// Symbols between two anchors, and how far back they go: farther than any decoder holds back.
const ANCHOR_STEP: u64 = 512;
const ANCHORS: usize = 512;

/// A point of the carrier's track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CarrierPoint {
    /// Seconds since the first sample.
    pub t_s: f64,
    /// Hz above the centre of the recording.
    pub offset_hz: f64,
    /// Its change, in Hz a second.
    pub rate_hz_s: f64,
    /// Total power over noise density, in dBHz.
    pub cn0_dbhz: f64,
    /// Symbol energy over noise density in dB, where symbols were in lock.
    pub es_n0_db: Option<f64>,
}

/// A stretch in lock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stretch {
    /// Seconds since the first sample.
    pub from_s: f64,
    /// Likewise.
    pub to_s: f64,
}

/// A stretch in which the symbol loop was in lock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lock {
    /// Seconds since the first sample.
    pub from_s: f64,
    /// Likewise.
    pub to_s: f64,
    /// Symbols a second, nominal.
    pub symbol_rate: f64,
    /// The count of symbols goes on from the lock before.
    pub continued: bool,
}

/// Where a frame was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mark {
    /// The first symbol of its marker, in seconds since the first sample.
    pub t_s: f64,
    /// Its length.
    pub octets: usize,
    /// It came turned over.
    pub inverted: bool,
}

/// A place in the count of symbols whose sample is known.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    symbol: u64,
    sample: f64,
    samples_a_symbol: f64,
}

/// What was heard so far.
#[derive(Debug)]
pub struct Log {
    rate: SampleRate,
    /// The state now.
    pub status: Status,
    /// The last estimate.
    pub last: Option<Estimate>,
    /// The carrier's track.
    pub carrier: Vec<CarrierPoint>,
    every: u64,
    estimates: u64,
    /// Stretches with the carrier in lock.
    pub carrier_locks: Vec<Stretch>,
    carrier_since: Option<u64>,
    /// Stretches with the symbols in lock.
    pub locks: Vec<Lock>,
    lock: Option<Lock>,
    /// Stretches beyond those that are kept.
    pub more_stretches: u64,
    /// Samples that were not numbers.
    pub not_numbers: u64,
    /// The first of them, in seconds.
    pub first_not_number_s: Option<f64>,
    anchors: VecDeque<Anchor>,
    /// Where good frames were, the first of them.
    pub marks: Vec<Mark>,
    /// All frames, in slots of time.
    pub timeline: Timeline,
    bad: u64,
}

impl Log {
    /// Nothing heard yet.
    pub fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            status: Status {
                carrier_acquired: false,
                symbol_in_lock: false,
            },
            last: None,
            carrier: Vec::new(),
            every: 1,
            estimates: 0,
            carrier_locks: Vec::new(),
            carrier_since: None,
            locks: Vec::new(),
            lock: None,
            more_stretches: 0,
            not_numbers: 0,
            first_not_number_s: None,
            anchors: VecDeque::new(),
            marks: Vec::new(),
            timeline: Timeline::default(),
            bad: 0,
        }
    }

    /// Takes what the receiver tells; symbols go through `frames`, whose good ones go to `sink` too.
    pub fn handle(
        &mut self,
        event: &Event<'_>,
        frames: &mut Frames,
        sink: &mut dyn FnMut(Good<'_>),
    ) {
        match *event {
            Event::CarrierAcquired(estimate) => {
                self.status.carrier_acquired = true;
                self.carrier_since = Some(estimate.at);
                self.estimate(estimate);
            }
            Event::Carrier(estimate) => self.estimate(estimate),
            Event::CarrierLost { at } => {
                self.status.carrier_acquired = false;
                self.end_carrier(at);
            }
            Event::SymbolLock {
                at,
                symbol_rate,
                continued,
            } => {
                self.end_lock(at);
                if !continued {
                    frames.new_count(&mut |good| self.frame(good, sink));
                    self.anchors.clear();
                }
                self.status.symbol_in_lock = true;
                let t_s = self.rate.seconds(at);
                self.lock = Some(Lock {
                    from_s: t_s,
                    to_s: t_s,
                    symbol_rate,
                    continued,
                });
            }
            Event::SymbolLost { at } => {
                self.status.symbol_in_lock = false;
                self.end_lock(at);
            }
            Event::Symbols { first, at, soft } => {
                self.anchor(first, at);
                frames.push(first, soft, &mut |good| self.frame(good, sink));
                // Their own places are not told: they stand where they were found out.
                let (_, bad) = frames.so_far();
                self.timeline
                    .bad(at / self.rate.hz(), bad.saturating_sub(self.bad));
                self.bad = bad.max(self.bad);
            }
            Event::NotNumbers { at, count } => {
                self.not_numbers += count;
                let at_s = self.rate.seconds(at);
                self.first_not_number_s.get_or_insert(at_s);
            }
        }
    }

    /// The stream ended before this sample: what is in lock ends here.
    pub fn finish(&mut self, samples: u64) {
        self.end_carrier(samples);
        self.end_lock(samples);
    }

    fn estimate(&mut self, estimate: Estimate) {
        self.last = Some(estimate);
        if self.estimates.is_multiple_of(self.every) {
            if self.carrier.len() >= POINTS {
                self.every *= 2;
                let mut index = 0;
                self.carrier.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
            }
            self.carrier.push(CarrierPoint {
                t_s: self.rate.seconds(estimate.at),
                offset_hz: estimate.offset_hz,
                rate_hz_s: estimate.rate_hz_s,
                cn0_dbhz: estimate.cn0_dbhz,
                es_n0_db: estimate.es_n0_db,
            });
        }
        self.estimates += 1;
    }

    fn end_carrier(&mut self, at: u64) {
        let Some(since) = self.carrier_since.take() else {
            return;
        };
        if self.carrier_locks.len() < STRETCHES {
            self.carrier_locks.push(Stretch {
                from_s: self.rate.seconds(since),
                to_s: self.rate.seconds(at.max(since)),
            });
        } else {
            self.more_stretches += 1;
        }
    }

    fn end_lock(&mut self, at: u64) {
        let Some(mut lock) = self.lock.take() else {
            return;
        };
        lock.to_s = self.rate.seconds(at).max(lock.from_s);
        if self.locks.len() < STRETCHES {
            self.locks.push(lock);
        } else {
            self.more_stretches += 1;
        }
    }

    /// Symbols a second of the lock that is on, or of the last one.
    pub fn symbol_rate(&self) -> Option<f64> {
        let lock = self.lock.as_ref().or_else(|| self.locks.last());
        lock.map(|lock| lock.symbol_rate)
    }

    fn anchor(&mut self, symbol: u64, sample: f64) {
        let nominal = self.symbol_rate().unwrap_or(1.0).max(1e-3);
        let last = self.anchors.back();
        if last.is_some_and(|last| symbol < last.symbol + ANCHOR_STEP && symbol >= last.symbol) {
            return;
        }
        if last.is_some_and(|last| symbol < last.symbol) {
            self.anchors.clear();
        }
        if self.anchors.len() == ANCHORS {
            self.anchors.pop_front();
        }
        self.anchors.push_back(Anchor {
            symbol,
            sample,
            samples_a_symbol: self.rate.hz() / nominal,
        });
    }

    /// A good frame: its place is kept.
    pub(super) fn frame(&mut self, good: Good<'_>, sink: &mut dyn FnMut(Good<'_>)) {
        let t_s = self.sample_of(good.at_symbol) / self.rate.hz();
        self.timeline.good(t_s);
        if self.marks.len() < MARKS {
            self.marks.push(Mark {
                t_s,
                octets: good.octets.len(),
                inverted: good.inverted,
            });
        }
        sink(Good {
            at_s: Some(t_s),
            ..good
        });
    }

    #[allow(clippy::cast_precision_loss)] // some thousand symbols at the most
    fn sample_of(&self, symbol: u64) -> f64 {
        let behind = self
            .anchors
            .partition_point(|anchor| anchor.symbol <= symbol);
        let anchor = self
            .anchors
            .get(behind.saturating_sub(1))
            .copied()
            .unwrap_or(Anchor {
                symbol,
                sample: 0.0,
                samples_a_symbol: 0.0,
            });
        let since = symbol as f64 - anchor.symbol as f64;
        anchor.sample + since * anchor.samples_a_symbol
    }
}
