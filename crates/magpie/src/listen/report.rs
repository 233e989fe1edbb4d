//! What `magpie listen --report` shows: spectrum, waterfall, the carrier's track, lock, frames and symbols on one page that opens without a network.
//!
//! No book is involved here. [`Sight`] looks at the samples while they are heard and keeps what pictures need, so much and no more however long it goes
//! on: two waterfalls of 512 by 600 cells, sums of spectra, and a few stretches of samples with the places of their symbols. [`page`] makes the page of
//! it and of the [`Account`](super::account::Account). Times are in seconds since the first sample, frequencies in Hz above the centre of the recording.
//! Left out: sound.
//!
//! ```
//! use magpie::listen::report::{Band, Sight};
//! use magpie_radio::{Iq, SampleRate};
//!
//! let rate = SampleRate::new(256e3).unwrap();
//! let mut sight = Sight::new(rate, Band { centre_hz: 0.0, half_width_hz: 26e3 });
//! // A quarter of a turn each sample is a quarter of the sample rate.
//! let turning = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)];
//! let samples: Vec<Iq> = turning.iter().cycle().take(10_000).map(|&(i, q)| Iq::new(i, q)).collect();
//! sight.push(&samples);
//! assert_eq!(sight.peak_hz(), Some(64e3));
//! ```

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)] // pictures: bins, cells and pixels

mod figures;
pub mod page;
mod snippets;
mod spectra;
mod symbols;
mod timeline;
mod waterfall;

use magpie_radio::profile::Profile;
use magpie_radio::receive::Event;
use magpie_radio::{Iq, SampleRate};

use snippets::Snippets;
use spectra::Spectra;
pub use timeline::Timeline;

/// A part of the spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Its middle in Hz.
    pub centre_hz: f64,
    /// It reaches so far to either side.
    pub half_width_hz: f64,
}

/// Where the carrier should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Range over the time since sample 0.
    pub profile: Profile,
    /// What the transmitter sends on, in Hz.
    pub carrier_hz: f64,
    /// Where that is in the recording, in Hz above its centre.
    pub offset_hz: f64,
}

impl Prediction {
    /// Where the carrier should be after so many seconds.
    pub fn at(&self, t_s: f64) -> f64 {
        self.offset_hz + self.profile.doppler_hz(t_s, self.carrier_hz)
    }
}

/// What is kept of the samples for pictures.
pub struct Sight {
    rate: SampleRate,
    search: Band,
    spectra: Spectra,
    snippets: Snippets,
}

impl Sight {
    /// Nothing seen yet; the carrier is looked for in `search`.
    pub fn new(rate: SampleRate, search: Band) -> Self {
        Self {
            rate,
            search,
            spectra: Spectra::new(rate, search),
            snippets: Snippets::new(rate),
        }
    }

    /// Takes the next samples, before the receiver does.
    pub fn push(&mut self, samples: &[Iq]) {
        self.spectra.push(samples);
        self.snippets.push(samples);
    }

    /// So many samples were lost.
    pub fn lost(&mut self, count: u64) {
        self.spectra.skip(count);
        self.snippets.skip(count);
    }

    /// Takes what the receiver tells.
    pub fn hear(&mut self, event: &Event<'_>) {
        self.spectra.hear(event);
        self.snippets.hear(event);
    }

    /// No more samples come.
    pub fn finish(&mut self) {
        self.snippets.finish();
    }

    /// The samples were heard a second time, and better: symbols and what is about the carrier are of that.
    pub fn heard_again(&mut self, other: Self) {
        self.spectra.heard_again(&other.spectra);
        if !other.snippets.kept().is_empty() {
            self.snippets = other.snippets;
        }
    }

    /// The strongest bin of the mean spectrum, in Hz.
    pub fn peak_hz(&self) -> Option<f64> {
        self.spectra.peak_hz()
    }
}

#[cfg(test)]
mod tests;
