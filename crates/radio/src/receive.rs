//! The real-time receiver: what it is told before the pass, what it tells, and how it hears.
//!
//! Book: 211.1-B-4 names two outputs of the physical layer, `CARRIER_ACQUIRED` and `SYMBOL_INLOCK_STATUS`: [`Status`]. How they come about
//! is not ruled by it. Left out: modulations without a residual carrier.
//!
//! ```text
//! samples ─ input ─┬─ grid (mix, integrate) ─ search ─ second look ──┐ carrier found
//!                  └─ grid ─ carrier loop ─┬─ estimate               ▼
//!                                          ├─ record ─ timing (rate, phase) ─┐ clock found: back to the first symbol
//!                                          └─ symbol loop ─ soft symbols  ◀──┘
//! ```
//!
//! * The only work done for every sample is the grid's: mix down and integrate, over some microseconds for the search, over a sixteenth of a symbol until the
//!   symbol clock is known, over a quarter afterwards. All else runs on its integrals.
//! * Everything happens in steps that begin where the last one ended and have a length that only the state knows. The division of the input
//!   into blocks decides when a step is done, never what it does.
//! * The carrier is a quarter of the power: it is found by averaged spectra along all drifts, looked at a second time, pulled in wide and then narrowed to what
//!   C/N0 allows. With symbol lock the data part, decisions taken out, helps the loop by up to 6 dB. The estimate of a
//!   [`Carrier`](Event::Carrier) event is for the middle of the last second, where it is best.
//! * Without symbols, derotated samples are recorded (two looks' worth: 260 symbols of the slowest rate that may be) until a clock stands out of
//!   the noise; then the loops go back to the begin of the record, so that nothing after carrier lock is lost. `SymbolLock` and the first `Symbols`
//!   may therefore lie a little before a `Carrier` that was told earlier.
//! * After a fade the carrier is looked for around its predicted place first, then everywhere; symbols are counted on if the clock before it still says which
//!   is which.
//! * A carrier without symbols for three seconds may be a wrong line: others are tried, if there are any.

mod beside;
mod carrier;
mod count;
mod estimate;
mod grid;
mod input;
mod plan;
mod position;
mod receiver;
mod search;
mod stage;
mod symbol;
mod threshold;
mod timing;
mod track;
mod verify;

pub use plan::SettingsError;
pub use receiver::Receiver;

use crate::profile::Profile;
use crate::waveform::Modulation;
use crate::{Iq, SampleRate};

/// What is known, and what is wanted. [`Settings::new`] is a receiver that is told nothing but the sample rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Of the samples.
    pub sample_rate: SampleRate,
    /// One with a residual carrier.
    pub modulation: Modulation,
    /// Symbols a second; `None`: one of [`SYMBOL_RATES`](crate::waveform::SYMBOL_RATES), to be recognised.
    pub symbol_rate: Option<f64>,
    /// Where to look for the carrier.
    pub search: Search,
    /// One-sided noise bandwidth of the carrier loop in Hz when it tracks; `None`: chosen from C/N0 and symbol rate.
    pub loop_bandwidth_hz: Option<f64>,
    /// A predicted range, and so Doppler.
    pub aid: Option<Aid>,
}

/// Where a carrier may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Middle of the search in Hz above the recording's centre frequency.
    pub centre_hz: f64,
    /// It reaches so far to either side, in Hz (Zhurong's receiver: 26 kHz).
    pub half_width_hz: f64,
    /// The frequency changes by at most so much, in Hz a second (211.1-B-4: 200 coherent).
    pub max_rate_hz_s: f64,
    /// Noise alone may be taken for a carrier so often.
    pub false_alarms_per_hour: f64,
}

/// A predicted Doppler.
#[derive(Clone, Debug, PartialEq)]
pub struct Aid {
    /// Over the time since sample 0.
    pub profile: Profile,
    /// What the transmitter sends on, in Hz.
    pub carrier_hz: f64,
}

impl Settings {
    //= 211.1-B-4 doppler
    /// Told nothing: Proximity-1's modulation, every symbol rate, ±26 kHz, ±200 Hz/s, one false alarm an hour.
    pub const fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            modulation: Modulation::PROXIMITY,
            symbol_rate: None,
            search: Search {
                centre_hz: 0.0,
                half_width_hz: 26_000.0,
                max_rate_hz_s: 200.0,
                false_alarms_per_hour: 1.0,
            },
            loop_bandwidth_hz: None,
            aid: None,
        }
    }
}

/// The state of the physical layer as the link asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// `CARRIER_ACQUIRED`: the carrier loop is in lock.
    pub carrier_acquired: bool,
    /// `SYMBOL_INLOCK_STATUS`: so is the symbol loop.
    pub symbol_in_lock: bool,
}

/// What is measured of a carrier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The sample for which it holds, from the first of the stream: the middle of the last second or, before there was one, of what there was.
    pub at: u64,
    /// Carrier above the recording's centre frequency, in Hz.
    pub offset_hz: f64,
    /// Its change, in Hz a second.
    pub rate_hz_s: f64,
    /// Total power over noise density, in dBHz.
    pub cn0_dbhz: f64,
    /// Energy a symbol (of the data part) over noise density in dB; `None` without symbol lock.
    pub es_n0_db: Option<f64>,
}

/// What a receiver tells, in the order of the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// `CARRIER_ACQUIRED` has become true: found, and the loop is in lock.
    CarrierAcquired(Estimate),
    /// Measured, ten times a second while the carrier is tracked.
    Carrier(Estimate),
    /// `CARRIER_ACQUIRED` has become false, at this sample.
    CarrierLost {
        /// The sample.
        at: u64,
    },
    /// `SYMBOL_INLOCK_STATUS` has become true.
    SymbolLock {
        /// The sample where the first symbol begins, a little before the latest one heard: symbols are looked for in what was recorded.
        at: u64,
        /// Symbols a second, nominal: what was set or recognised.
        symbol_rate: f64,
        /// The number of symbols was kept over the gap before (see [`Event::Symbols`]); false if this is a new count.
        continued: bool,
    },
    /// `SYMBOL_INLOCK_STATUS` has become false.
    SymbolLost {
        /// The sample.
        at: u64,
    },
    /// Soft symbols (positive = 1), without a gap: what was lost in a fade is there as zeros, as long as the clock could be carried on.
    Symbols {
        /// Number of the first one.
        first: u64,
        /// Where it begins, in samples.
        at: f64,
        /// The symbols, of mean magnitude [`MEAN_MAGNITUDE`](magpie_coding::soft::MEAN_MAGNITUDE) on a good signal.
        soft: &'a [i8],
    },
    /// Samples that were not numbers, taken for zero.
    NotNumbers {
        /// The first one.
        at: u64,
        /// How many of them in a row.
        count: u64,
    },
}

/// Something that hears: the real-time receiver, and whatever comes behind it.
pub trait Hear {
    /// Takes the next samples. Their division into blocks never changes what is told.
    fn push(&mut self, samples: &[Iq], sink: &mut dyn FnMut(Event<'_>));

    /// No more samples come: tells the rest.
    fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>));

    /// The state after the last sample.
    fn status(&self) -> Status;
}
