//! One listening: pieces of a source through the ear until the source ends, falls silent, or enough was heard.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use magpie_radio::resample::Resampler;
use magpie_radio::stream::{Decoder, Format};
use magpie_radio::{Iq, SampleRate};

use super::coding::Good;
use super::constant::Constant;
use super::ear::{Ear, Heard};
use super::source::{Feed, Piece};
use super::text::Line;
use crate::command::Failure;

/// How often it is looked whether somebody wants to stop.
const LOOK: Duration = Duration::from_millis(100);

/// When to stop.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Samples, if not all of them are wanted.
    pub samples: Option<u64>,
    /// A live source that is silent for so long is dead; `None`: wait for ever.
    pub silence: Option<Duration>,
    /// Set from outside.
    pub interrupted: Arc<AtomicBool>,
}

/// How it went.
pub struct Ended {
    /// What was heard.
    pub heard: Heard,
    /// Why it ended: `end`, `seconds`, `silent`, `interrupted`, `broken`.
    pub by: &'static str,
    /// Why the source could not be read on.
    pub broken: Option<String>,
    /// Octets that are no whole sample.
    pub odd_octets: u64,
    /// SHA-512 of the source.
    pub sha512: Option<String>,
    /// Not one octet came.
    pub empty: bool,
}

/// One listening.
pub struct Session {
    ear: Ear,
    decoder: Decoder,
    format: Format,
    rate: SampleRate,
    limits: Limits,
    samples: Vec<Iq>,
    /// What takes their constant part off.
    constant: Option<Constant>,
    /// What brings them to the rate of the ear, and how many times more or fewer they are then.
    resampler: Option<(Resampler, f64)>,
    resampled: Vec<Iq>,
    odd_octets: u64,
    sha512: Option<String>,
    broken: Option<String>,
    empty: bool,
}

impl Session {
    /// Samples of this format, for this ear, which hears `rate` of them a second.
    pub const fn new(ear: Ear, format: Format, rate: SampleRate, limits: Limits) -> Self {
        Self {
            ear,
            decoder: Decoder::new(format),
            format,
            rate,
            limits,
            samples: Vec::new(),
            constant: None,
            resampler: None,
            resampled: Vec::new(),
            odd_octets: 0,
            sha512: None,
            broken: None,
            empty: true,
        }
    }

    /// Samples come at another rate than that of the ear.
    #[must_use]
    pub fn resampled(mut self, resampler: Resampler, from: SampleRate) -> Self {
        self.resampler = Some((resampler, self.rate.hz() / from.hz()));
        self
    }

    /// The constant part of the samples, which come at this rate, is taken off.
    #[must_use]
    pub fn without_constant(mut self, from: SampleRate) -> Self {
        self.constant = Some(Constant::new(from));
        self
    }

    /// Listens to the end; good frames go to `sink`, which may fail and so end it.
    ///
    /// # Errors
    /// What the sink's check says.
    pub fn run(
        mut self,
        feed: &Feed,
        line: &mut Line,
        sink: &mut dyn FnMut(Good<'_>),
        check: &mut dyn FnMut() -> Result<(), Failure>,
    ) -> Result<Ended, Failure> {
        let mut heard_at = Instant::now();
        let by = loop {
            if self.limits.interrupted.load(Ordering::Relaxed) {
                break "interrupted";
            }
            let piece = feed.next(LOOK);
            if piece.is_some() {
                heard_at = Instant::now();
            } else if feed.is_live() && self.limits.silence.is_some_and(|s| heard_at.elapsed() >= s)
            {
                break "silent";
            }
            if let Some(by) = piece.and_then(|piece| self.take(piece, sink)) {
                break by;
            }
            check()?;
            line.show(&self.ear, self.rate.seconds(self.ear.samples()));
        };
        line.clear();
        if let (Some((resampler, _)), true) = (&mut self.resampler, by == "end") {
            self.samples.clear();
            resampler.finish(&mut self.samples);
            self.ear.push(&self.samples, sink);
        }
        let odd_octets = self.odd_octets
            + if by == "end" {
                self.decoder.trailing() as u64
            } else {
                0
            };
        Ok(Ended {
            heard: self.ear.finish(sink),
            by,
            broken: self.broken,
            odd_octets,
            sha512: self.sha512,
            empty: self.empty,
        })
    }

    /// Takes a piece; says why it was the last one, if it was.
    fn take(&mut self, piece: Piece, sink: &mut dyn FnMut(Good<'_>)) -> Option<&'static str> {
        match piece {
            Piece::Octets(octets) => {
                self.empty &= octets.is_empty();
                self.samples.clear();
                self.decoder.push(&octets, &mut self.samples);
                self.hear(sink)
            }
            Piece::Odd(octets) => {
                self.odd_octets += octets as u64;
                None
            }
            Piece::Lost(octets) => {
                let mut count = octets / self.format.octets() as u64;
                if let Some((_, ratio)) = &self.resampler {
                    count = scaled(count, *ratio);
                }
                self.ear.lost(count.min(self.left()), sink);
                (self.left() == 0).then_some("seconds")
            }
            Piece::End(sha512) => {
                self.sha512 = sha512;
                Some("end")
            }
            Piece::Broken(why) => {
                self.broken = Some(why);
                Some("broken")
            }
        }
    }

    /// Samples that are still wanted.
    fn left(&self) -> u64 {
        let most = self.limits.samples.unwrap_or(u64::MAX);
        most.saturating_sub(self.ear.samples())
    }

    fn hear(&mut self, sink: &mut dyn FnMut(Good<'_>)) -> Option<&'static str> {
        let wanted = usize::try_from(self.left()).unwrap_or(usize::MAX);
        if let Some(constant) = &mut self.constant {
            constant.remove(&mut self.samples);
        }
        let samples = match &mut self.resampler {
            Some((resampler, _)) => {
                self.resampled.clear();
                resampler.push(&self.samples, &mut self.resampled);
                &self.resampled
            }
            None => &self.samples,
        };
        let samples = &samples[..samples.len().min(wanted)];
        self.ear.push(samples, sink);
        (self.left() == 0).then_some("seconds")
    }
}

/// A count at another rate.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)] // counts of lost samples
fn scaled(count: u64, ratio: f64) -> u64 {
    (count as f64 * ratio).round() as u64
}
