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

pub mod merge;
mod track;

use crate::Iq;
use crate::receive::{Aid, Estimate, Event, Hear, Settings};
use merge::{Placed, Stretch, merge, merge_pairs};

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
/// If the recording cannot be read.
pub fn play<R: Recording + ?Sized>(
    recording: &mut R,
    direction: Direction,
    receiver: &mut dyn Hear,
    sink: &mut dyn FnMut(Event<'_>),
) -> Result<(), R::Error> {
    let all = recording.samples();
    let mut block = Vec::new();
    let mut done = 0;
    while done < all {
        let len = BLOCK.min(all - done);
        block.resize(len as usize, Iq::default());
        match direction {
            Direction::Forward => recording.read(done, &mut block)?,
            Direction::Backward => {
                recording.read(all - done - len, &mut block)?;
                block.reverse();
                for sample in &mut block {
                    sample.im = -sample.im;
                }
            }
        }
        receiver.push(&block, sink);
        done += len;
    }
    receiver.finish(sink);
    Ok(())
}

/// One way through the recording, as it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// The end it began at.
    pub direction: Direction,
    /// The bandwidth that the carrier loop was held to, in Hz; `None`: as it chose.
    pub loop_bandwidth_hz: Option<f64>,
    /// Stretches of symbol lock, from sample to sample, in the order of the recording.
    pub locks: Vec<(u64, u64)>,
    /// Symbols heard, erased ones with them.
    pub symbols: usize,
    /// The rate at the last lock, symbols a second.
    pub symbol_rate: Option<f64>,
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
    /// The symbols of the first two passes, merged.
    pub first: Vec<Stretch>,
    /// Those of the last two.
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
            search_half_width_hz: 100.0,
            max_rate_hz_s: 20.0,
        }
    }
}

/// The frequency that a track's range is made for; any would do.
const CARRIER_HZ: f64 = 401_585_625.0;

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
    let mut heard = Heard::default();
    let mut rounds: [[Placed; 2]; 2] = Default::default();
    let mut settings = settings.clone();
    for (round, kept) in rounds.iter_mut().enumerate() {
        if round > 0 && !narrowed(&mut settings, narrow, &heard) {
            break;
        }
        for (direction, kept) in [Direction::Forward, Direction::Backward]
            .into_iter()
            .zip(kept)
        {
            let facing = facing(&settings, direction, recording.samples());
            let mut receiver = make(&facing).map_err(HearError::Receiver)?;
            let mut notes = Notes::new(&facing);
            play(recording, direction, &mut receiver, &mut |event| {
                notes.take(event);
            })
            .map_err(HearError::Recording)?;
            let (pass, symbols) = notes.close(direction, recording.samples());
            *kept = symbols;
            heard.symbol_rate = pass.symbol_rate.or(heard.symbol_rate);
            heard.passes.push(pass);
        }
    }
    let [first, second] = &rounds;
    heard.first = merge(&first[0], &first[1]);
    // A receiver that comes again with a narrow loop may take longer to lock, so the first two are not thrown away.
    heard.stretches = merge_pairs([&second[0], &second[1]], [&first[0], &first[1]]);
    Ok(heard)
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

/// Sets what the first two passes have found; false if they found too little to go again.
fn narrowed(settings: &mut Settings, narrow: Narrow, heard: &Heard) -> bool {
    let estimates: Vec<Estimate> = heard
        .passes
        .iter()
        .flat_map(|pass| pass.track.iter().copied())
        .collect();
    let frequencies = track::frequencies(&estimates, settings.sample_rate);
    let Ok(profile) = track::as_profile(&frequencies, CARRIER_HZ) else {
        return false;
    };
    settings.aid = Some(Aid {
        profile,
        carrier_hz: CARRIER_HZ,
    });
    settings.symbol_rate = heard.symbol_rate.or(settings.symbol_rate);
    settings.loop_bandwidth_hz = Some(narrow.loop_bandwidth_hz);
    settings.search.centre_hz = 0.0;
    settings.search.half_width_hz = narrow.search_half_width_hz;
    settings.search.max_rate_hz_s = narrow.max_rate_hz_s;
    true
}

/// What a receiver told on its way.
struct Notes {
    sample_rate: f64,
    symbol_rate: Option<f64>,
    loop_bandwidth_hz: Option<f64>,
    placed: Placed,
    locks: Vec<(u64, u64)>,
    locked: Option<u64>,
    track: Vec<Estimate>,
}

impl Notes {
    fn new(settings: &Settings) -> Self {
        Self {
            sample_rate: settings.sample_rate.hz(),
            symbol_rate: None,
            loop_bandwidth_hz: settings.loop_bandwidth_hz,
            placed: Placed::default(),
            locks: Vec::new(),
            locked: None,
            track: Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Carrier(estimate) => self.track.push(estimate),
            Event::SymbolLock {
                at, symbol_rate, ..
            } => {
                self.symbol_rate = Some(symbol_rate);
                self.locked = self.locked.or(Some(at));
            }
            Event::SymbolLost { at } => {
                self.locks.extend(self.locked.take().map(|from| (from, at)));
            }
            Event::Symbols { first, at, soft } => {
                if let Some(rate) = self.symbol_rate {
                    self.placed.push(first, at, soft, self.sample_rate / rate);
                }
            }
            Event::CarrierAcquired(_) | Event::CarrierLost { .. } | Event::NotNumbers { .. } => {}
        }
    }

    fn close(mut self, direction: Direction, samples: u64) -> (Pass, Placed) {
        self.locks
            .extend(self.locked.take().map(|from| (from, samples)));
        let mut placed = self.placed;
        if direction == Direction::Backward {
            let turned = |at: u64| samples.saturating_sub(at);
            self.locks.reverse();
            for (from, to) in &mut self.locks {
                (*from, *to) = (turned(*to), turned(*from));
            }
            self.track.reverse();
            for estimate in &mut self.track {
                *estimate = track::turned(*estimate, samples);
            }
            placed = placed.turned(samples);
        }
        let pass = Pass {
            direction,
            loop_bandwidth_hz: self.loop_bandwidth_hz,
            locks: self.locks,
            symbols: placed.len(),
            symbol_rate: self.symbol_rate,
            track: self.track,
        };
        (pass, placed)
    }
}
