//! The canister: a whole window, recorded as samples with nothing decided, and heard afterwards from both ends and again.
//!
//! Book: none; Mars Express' relay radio has such an open-loop mode for weak signals. What a real-time receiver cannot do and this can:
//!
//! 1. **Backward.** The recording is played from its end, each sample conjugated: a carrier keeps its frequency, its drift changes sign, and a Bi-Phase-L
//!    symbol turned round in time and in phase is the same symbol. So the same receiver hears it, in lock where it was not on the way forward: before the first
//!    lock, behind a fade.
//! 2. **Again.** The carrier frequencies of both ways make one track. With it as prediction the receiver runs again both ways, with a narrow
//!    loop and a narrow search, at a symbol rate that is known by now: a weaker signal is held.
//! 3. The symbols of both ways are merged by their places.
//!
//! The symbols of the window are kept, an octet each; samples are read block by block.

mod hearing;
pub mod merge;
mod track;

use crate::Iq;
use crate::receive::{Estimate, Event, Hear, Settings};
pub use hearing::{Hearing, Notes, Way};
use merge::Stretch;

/// A recording that can be read from any place.
pub trait Recording {
    /// Why reading fails.
    type Error;

    /// Number of samples.
    fn samples(&self) -> u64;

    /// Reads the samples from number `from` on; there are enough of them.
    ///
    /// # Errors
    /// If the medium fails.
    fn read(&mut self, from: u64, out: &mut [Iq]) -> Result<(), Self::Error>;
}

impl Recording for [Iq] {
    type Error = core::convert::Infallible;

    fn samples(&self) -> u64 {
        self.len() as u64
    }

    fn read(&mut self, from: u64, out: &mut [Iq]) -> Result<(), Self::Error> {
        let there = usize::try_from(from)
            .ok()
            .and_then(|from| self.get(from..))
            .unwrap_or_default();
        for (slot, sample) in out.iter_mut().zip(there) {
            *slot = *sample;
        }
        Ok(())
    }
}

/// Which end of the recording comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The begin.
    Forward,
    /// The end, conjugated.
    Backward,
}

/// Samples read at a time.
const BLOCK: u64 = 1 << 16;

/// Plays a recording to a receiver. What that tells of places counts from the end it began at.
///
/// # Errors
/// If the recording cannot be read; the receiver has told what it heard up to there.
pub fn play<R: Recording + ?Sized>(
    recording: &mut R,
    direction: Direction,
    receiver: &mut dyn Hear,
    sink: &mut dyn FnMut(Event<'_>),
) -> Result<(), R::Error> {
    let all = recording.samples();
    let mut block = Vec::new();
    let mut done = 0;
    let mut read = Ok(());
    while done < all {
        let len = BLOCK.min(all - done);
        block.resize(len as usize, Iq::default());
        let from = match direction {
            Direction::Forward => done,
            Direction::Backward => all - done - len,
        };
        read = recording.read(from, &mut block);
        if read.is_err() {
            break;
        }
        if direction == Direction::Backward {
            block.reverse();
            for sample in &mut block {
                sample.im = -sample.im;
            }
        }
        receiver.push(&block, sink);
        done += len;
    }
    receiver.finish(sink);
    read
}

/// A stretch in lock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lock {
    /// The first sample.
    pub from: u64,
    /// The sample behind the last one.
    pub to: u64,
    /// Symbols a second, nominal.
    pub symbol_rate: f64,
}

/// One way through the recording, as it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// The end it began at.
    pub direction: Direction,
    /// The bandwidth that the carrier loop was held to, in Hz; `None`: as it chose.
    pub loop_bandwidth_hz: Option<f64>,
    /// Samples that the receiver got: all, unless it was stopped.
    pub samples: u64,
    /// Stretches of carrier lock, from sample to sample, in the order of the recording.
    pub carrier_locks: Vec<(u64, u64)>,
    /// Stretches of symbol lock, likewise.
    pub locks: Vec<Lock>,
    /// Symbols heard, erased ones with them.
    pub symbols: usize,
    /// Carrier estimates in the order of the recording.
    pub track: Vec<Estimate>,
}

/// What the canister gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// All ways in their order: forward, backward, and both again with the track if anything was heard.
    pub passes: Vec<Pass>,
    /// Symbols a second; `None`: no symbol lock in any pass.
    pub symbol_rate: Option<f64>,
    /// The symbols of all passes, merged.
    pub stretches: Vec<Stretch>,
}

/// How the later passes differ from the first two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Narrow {
    /// One-sided bandwidth of the carrier loop in Hz.
    pub loop_bandwidth_hz: f64,
    /// The carrier is looked for so far from the track, in Hz.
    pub search_half_width_hz: f64,
    /// It leaves the track by at most so much, in Hz a second.
    pub max_rate_hz_s: f64,
}

impl Default for Narrow {
    fn default() -> Self {
        Self {
            loop_bandwidth_hz: 10.0,
            search_half_width_hz: 500.0,
            max_rate_hz_s: 20.0,
        }
    }
}

/// Why a window was not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HearError<R, M> {
    /// The recording cannot be read.
    Recording(R),
    /// A receiver cannot be made.
    Receiver(M),
}

/// Hears a whole window. `make` makes a receiver, once for each pass.
///
/// # Errors
/// If the recording cannot be read, or a receiver cannot be made.
pub fn hear<R, H, M>(
    recording: &mut R,
    settings: &Settings,
    narrow: Narrow,
    make: impl Fn(&Settings) -> Result<H, M>,
) -> Result<Heard, HearError<R::Error, M>>
where
    R: Recording + ?Sized,
    H: Hear,
{
    let samples = recording.samples();
    let mut hearing = Hearing::new(settings, narrow);
    while let Some(way) = hearing.way(samples) {
        let mut receiver = make(&way.settings).map_err(HearError::Receiver)?;
        let mut notes = way.notes();
        play(recording, way.direction, &mut receiver, &mut |event| {
            notes.take(&event);
        })
        .map_err(HearError::Recording)?;
        hearing.take(notes, samples, samples);
    }
    Ok(hearing.finish())
}
