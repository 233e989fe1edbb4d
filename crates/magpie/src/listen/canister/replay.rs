//! What all ways have heard, merged and told once more as if a receiver told it: log, frames and account are those of any listening.

use magpie_coding::viterbi::G2Choice;
use magpie_radio::SampleRate;
use magpie_radio::canister::Heard;
use magpie_radio::receive::{Estimate, Event};

use super::looks::Frame;
use crate::listen::coding::{Coding, Frames, Good, Verdict};
use crate::listen::log::{Lock, Log, STRETCHES, Stretch};

/// Symbols told at a time.
const PIECE: usize = 1024;
/// The estimates of all ways within so many seconds are one.
const STEP_S: f64 = 0.1;
/// Numbers between two stretches of symbols: so many that each is a count of its own.
const BETWEEN: u64 = 1 << 24;

/// The outcome.
pub(super) struct Replayed {
    pub(super) log: Log,
    pub(super) verdict: Verdict,
    pub(super) frames: Vec<Frame>,
    /// The number of the first symbol of each stretch.
    pub(super) bases: Vec<u64>,
}

/// Tells what was heard once more.
pub(super) fn replay(heard: &Heard, rate: SampleRate, coding: Option<Coding>) -> Replayed {
    let mut log = Log::new(rate);
    let mut decoded = Frames::new(coding, G2Choice::Auto).noting_refused();
    let (mut frames, mut bases, mut next) = (Vec::new(), Vec::new(), 0);
    for estimate in estimates(heard, rate) {
        log.handle(&Event::Carrier(estimate), &mut decoded, &mut |_| {});
    }
    let symbol_rate = heard.symbol_rate.unwrap_or(1.0);
    for stretch in &heard.stretches {
        let mut sink = |good: Good<'_>| frames.push(Frame::of(good));
        let lock = Event::SymbolLock {
            at: sample(stretch.at),
            symbol_rate,
            continued: false,
        };
        log.handle(&lock, &mut decoded, &mut sink);
        bases.push(next);
        for (index, soft) in stretch.soft.chunks(PIECE).enumerate() {
            let symbols = Event::Symbols {
                first: next + (index * PIECE) as u64,
                at: stretch.place(index * PIECE),
                soft,
            };
            log.handle(&symbols, &mut decoded, &mut sink);
        }
        next += stretch.soft.len() as u64 + BETWEEN;
    }
    let verdict =
        decoded.finish(&mut |good| log.frame(good, &mut |good| frames.push(Frame::of(good))));
    set_locks(&mut log, heard, rate);
    Replayed {
        log,
        verdict,
        frames,
        bases,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
const fn sample(place: f64) -> u64 {
    place as u64
}

/// Carrier and symbols were in lock where they were on any way.
fn set_locks(log: &mut Log, heard: &Heard, rate: SampleRate) {
    let passes = &heard.passes;
    let carrier = passes.iter().flat_map(|pass| pass.carrier_locks.clone());
    let symbols = passes.iter().flat_map(|pass| {
        pass.locks
            .iter()
            .filter(|lock| Some(lock.symbol_rate) == heard.symbol_rate)
            .map(|lock| (lock.from, lock.to))
    });
    let (carrier, symbols) = (union(carrier.collect()), union(symbols.collect()));
    log.more_stretches = carrier.len().saturating_sub(STRETCHES) as u64
        + symbols.len().saturating_sub(STRETCHES) as u64;
    log.carrier_locks = carrier
        .iter()
        .take(STRETCHES)
        .map(|&(from, to)| Stretch {
            from_s: rate.seconds(from),
            to_s: rate.seconds(to),
        })
        .collect();
    let mut before: Option<u64> = None;
    let mut locks = Vec::new();
    for &(from, to) in symbols.iter().take(STRETCHES) {
        let continued = before.is_some_and(|before| {
            heard.stretches.iter().any(|stretch| {
                sample(stretch.at) <= before && sample(stretch.place(stretch.soft.len())) >= from
            })
        });
        locks.push(Lock {
            from_s: rate.seconds(from),
            to_s: rate.seconds(to),
            symbol_rate: heard.symbol_rate.unwrap_or(0.0),
            continued,
        });
        before = Some(to);
    }
    log.locks = locks;
}

/// Stretches that meet made one, in order.
fn union(mut stretches: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    stretches.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::new();
    for (from, to) in stretches {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// The carrier's track: in every tenth of a second the mean of the narrow ways' estimates or, where there is none, of the first two's.
fn estimates(heard: &Heard, rate: SampleRate) -> Vec<Estimate> {
    let mut all: Vec<(u64, bool, Estimate)> = Vec::new();
    for (index, pass) in heard.passes.iter().enumerate() {
        let good = pass
            .track
            .iter()
            .filter(|estimate| estimate.offset_hz.is_finite() && estimate.cn0_dbhz.is_finite());
        let step = |estimate: &Estimate| sample(rate.seconds(estimate.at) / STEP_S);
        all.extend(good.map(|estimate| (step(estimate), index < 2, *estimate)));
    }
    all.sort_by_key(|&(step, early, estimate)| (step, early, estimate.at));
    let mut track = Vec::new();
    for step in all.chunk_by(|one, next| one.0 == next.0) {
        let kind = step.first().map(|first| first.1);
        let best: Vec<Estimate> = step
            .iter()
            .filter(|&&(_, early, _)| Some(early) == kind)
            .map(|&(_, _, estimate)| estimate)
            .collect();
        track.extend(mean(&best));
    }
    track
}

#[allow(clippy::cast_precision_loss)] // some samples, some ways
fn mean(estimates: &[Estimate]) -> Option<Estimate> {
    let first = estimates.first()?;
    let of = |value: &dyn Fn(&Estimate) -> Option<f64>| {
        let (sum, count) = estimates
            .iter()
            .filter_map(value)
            .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        (count > 0.0).then(|| sum / count)
    };
    Some(Estimate {
        at: first.at + sample(of(&|e| Some((e.at - first.at) as f64))?),
        offset_hz: of(&|e| Some(e.offset_hz))?,
        rate_hz_s: of(&|e| Some(e.rate_hz_s))?,
        cn0_dbhz: of(&|e| Some(e.cn0_dbhz))?,
        es_n0_db: of(&|e| e.es_n0_db),
    })
}
