//! The chain from samples to frames: receiver, log, codings.

use magpie_coding::viterbi::G2Choice;
use magpie_radio::receive::Hear;
use magpie_radio::{Iq, SampleRate};

use super::coding::{Coding, Frames, Good, Verdict};
use super::level::Level;
use super::log::Log;
use super::report::Sight;

/// Zeros that stand for samples that were lost.
static SILENCE: [Iq; 4096] = [Iq::new(0.0, 0.0); 4096];

/// A receiver and what comes behind it.
pub struct Ear {
    hear: Box<dyn Hear>,
    frames: Frames,
    /// What was heard so far.
    pub log: Log,
    /// The samples themselves.
    pub level: Level,
    sight: Option<Sight>,
    full: f32,
    samples: u64,
    lost: u64,
}

/// Everything that was heard.
pub struct Heard {
    /// Carrier and symbols.
    pub log: Log,
    /// Frames.
    pub verdict: Verdict,
    /// The samples themselves.
    pub level: Level,
    /// How many, those that were lost among them.
    pub samples: u64,
    /// How many were lost.
    pub lost: u64,
    /// What is kept for pictures.
    pub sight: Option<Sight>,
}

impl Heard {
    /// Of no sample at all.
    pub fn nothing(rate: SampleRate) -> Self {
        Self {
            log: Log::new(rate),
            verdict: Verdict::default(),
            level: Level::default(),
            samples: 0,
            lost: 0,
            sight: None,
        }
    }
}

impl Ear {
    /// A receiver of samples at this rate; `full` is the amplitude at which the samples' format ends (infinite: nowhere).
    pub fn new(hear: Box<dyn Hear>, rate: SampleRate, coding: Option<Coding>, full: f32) -> Self {
        Self {
            hear,
            frames: Frames::new(coding, G2Choice::Auto),
            log: Log::new(rate),
            level: Level::default(),
            sight: None,
            full,
            samples: 0,
            lost: 0,
        }
    }

    /// Keeps what pictures need.
    #[must_use]
    pub fn seeing(mut self, sight: Sight) -> Self {
        self.sight = Some(sight);
        self
    }

    /// Takes the next samples; good frames go to `sink`.
    pub fn push(&mut self, samples: &[Iq], sink: &mut dyn FnMut(Good<'_>)) {
        self.samples += samples.len() as u64;
        self.level.push(samples, self.full);
        if let Some(sight) = &mut self.sight {
            sight.push(samples);
        }
        self.hear(samples, sink);
    }

    fn hear(&mut self, samples: &[Iq], sink: &mut dyn FnMut(Good<'_>)) {
        let (log, frames, sight) = (&mut self.log, &mut self.frames, &mut self.sight);
        self.hear.push(samples, &mut |event| {
            if let Some(sight) = sight {
                sight.hear(&event);
            }
            log.handle(&event, frames, sink);
        });
    }

    /// So many samples were lost: zeros take their place, so that time stays right.
    pub fn lost(&mut self, count: u64, sink: &mut dyn FnMut(Good<'_>)) {
        self.lost += count;
        if let Some(sight) = &mut self.sight {
            sight.lost(count);
        }
        let mut left = count;
        while left > 0 {
            let now = left.min(SILENCE.len() as u64);
            let zeros = &SILENCE[..usize::try_from(now).unwrap_or(0)];
            self.hear(zeros, sink);
            self.samples += now;
            left -= now;
        }
    }

    /// Samples so far.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// Good and bad frames so far, and the coding they come by.
    pub fn so_far(&self) -> (u64, u64, Option<Coding>) {
        let (good, bad) = self.frames.so_far();
        (good, bad, self.frames.decided())
    }

    /// No more samples come.
    pub fn finish(mut self, sink: &mut dyn FnMut(Good<'_>)) -> Heard {
        let (log, frames, sight) = (&mut self.log, &mut self.frames, &mut self.sight);
        self.hear.finish(&mut |event| {
            if let Some(sight) = sight {
                sight.hear(&event);
            }
            log.handle(&event, frames, sink);
        });
        if let Some(sight) = sight {
            sight.finish();
        }
        self.log.finish(self.samples);
        let mut log = self.log;
        let verdict = self.frames.finish(&mut |good| log.frame(good, sink));
        Heard {
            log,
            verdict,
            level: self.level,
            samples: self.samples,
            lost: self.lost,
            sight: self.sight,
        }
    }
}

#[cfg(test)]
mod tests;
