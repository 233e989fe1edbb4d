//! Symbols to I/Q samples.
//!
//! Book: 211.1-B-4 clause 3.3.5 for Bi-Phase-L on a residual carrier; see [`waveform`](crate::waveform) for the rest. The symbol clock
//! is kept in 2⁻⁶⁴ of a sample, so it does not drift, whatever the ratio of the rates.
//!
//! A sample is the mean of the signal over its own interval: one in which the phase turns has the values of before and after in the
//! parts that they really have. This is the band limit of the modulator (a sinc with its first null at the sample rate). Where the sample
//! rate is a multiple of twice the symbol rate it costs nothing; else see the crate's example `wave_speed` for what it takes from the power.
//! Root-raised-cosine pulses and the subcarrier are taken in the middle of the interval instead.
//!
//! Left out: the tolerances of the book (mark-space symmetry 0.98 to 1.02, residual amplitude modulation below 2 %): the modulator has neither.
//!
//! ```
//! use magpie_radio::SampleRate;
//! use magpie_radio::modulate::Modulator;
//! use magpie_radio::waveform::{Modulation, Waveform};
//!
//! let waveform = Waveform::new(Modulation::PROXIMITY, 8_000.0).unwrap();
//! let mut modulator = Modulator::new(waveform, SampleRate::new(32_000.0).unwrap()).unwrap();
//! let mut samples = Vec::new();
//! modulator.push_carrier(0.001, &mut samples);
//! modulator.push_symbols(&[1, 0], &mut samples);
//! modulator.finish(&mut samples);
//! assert_eq!(samples.len(), 32 + 8);
//! // A 1 advances the carrier first, a 0 delays it first.
//! assert!(samples[32].im > 0.86 && samples[35].im < -0.86);
//! assert!(samples[36].im < -0.86 && samples[39].im > 0.86);
//! ```

mod hold;
mod pulse;
mod subcarrier;
mod transmission;

use thiserror::Error;

use crate::waveform::{MIN_SAMPLES_PER_SYMBOL, Modulation, Waveform};
use crate::{Iq, SampleRate};
use hold::{Hold, fixed, ratio};
use pulse::Pulses;
use subcarrier::Subcarrier;

pub use transmission::{Coding, Transmission};

/// Makes samples of mean power 1 out of symbols.
#[derive(Clone, Debug)]
pub struct Modulator {
    waveform: Waveform,
    sample_rate: SampleRate,
    shape: Shape,
}

#[derive(Clone, Debug)]
enum Shape {
    /// The phase jumps between two values, twice a symbol.
    BiPhase {
        hold: Hold,
        /// Half a symbol in samples, fixed point.
        half: u128,
        /// The carrier advanced; delayed it is the conjugate.
        advanced: Iq,
    },
    Subcarrier(Box<Subcarrier>),
    Pulses(Box<Pulses>),
}

/// Why there is no modulator.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum ModulatorError {
    /// Too few samples a symbol.
    #[error(
        "{sample_rate} samples a second are too few for {symbol_rate} symbols a second: {MIN_SAMPLES_PER_SYMBOL} a symbol are the least"
    )]
    SampleRate {
        /// In samples a second.
        sample_rate: f64,
        /// In symbols (QPSK: pairs of them) a second.
        symbol_rate: f64,
    },
    /// Too few samples in a period of the subcarrier.
    #[error(
        "{sample_rate} samples a second are too few for a subcarrier of {hz} Hz: {MIN_SAMPLES_PER_SYMBOL} a period are the least"
    )]
    Subcarrier {
        /// In samples a second.
        sample_rate: f64,
        /// Of the subcarrier.
        hz: f64,
    },
}

impl Modulator {
    /// A modulator that makes samples at this rate; any ratio of the rates will do from four samples a symbol on.
    ///
    /// # Errors
    /// If there are fewer than [`MIN_SAMPLES_PER_SYMBOL`] samples a symbol (QPSK: a pair of symbols) or a period of the subcarrier.
    pub fn new(waveform: Waveform, sample_rate: SampleRate) -> Result<Self, ModulatorError> {
        let rate = match waveform.modulation() {
            Modulation::Qpsk { .. } => waveform.symbol_rate() / 2.0,
            _ => waveform.symbol_rate(),
        };
        if sample_rate.hz() < MIN_SAMPLES_PER_SYMBOL * rate {
            return Err(ModulatorError::SampleRate {
                sample_rate: sample_rate.hz(),
                symbol_rate: rate,
            });
        }
        let shape = match waveform.modulation() {
            Modulation::ResidualCarrier { index_rad } => {
                bi_phase(index_rad.cos(), index_rad.sin(), rate, sample_rate)
            }
            Modulation::SuppressedCarrier => bi_phase(0.0, 1.0, rate, sample_rate),
            Modulation::Subcarrier { hz, index_rad } => {
                if sample_rate.hz() < MIN_SAMPLES_PER_SYMBOL * hz {
                    return Err(ModulatorError::Subcarrier {
                        sample_rate: sample_rate.hz(),
                        hz,
                    });
                }
                let subcarrier = Subcarrier::new(hz, index_rad, rate, sample_rate);
                Shape::Subcarrier(Box::new(subcarrier))
            }
            Modulation::Bpsk { roll_off } => {
                Shape::Pulses(Box::new(Pulses::new(roll_off, false, rate, sample_rate)))
            }
            Modulation::Qpsk { roll_off } => {
                Shape::Pulses(Box::new(Pulses::new(roll_off, true, rate, sample_rate)))
            }
        };
        Ok(Self {
            waveform,
            sample_rate,
            shape,
        })
    }

    /// What it makes.
    pub const fn waveform(&self) -> Waveform {
        self.waveform
    }

    /// Of what it makes.
    pub const fn sample_rate(&self) -> SampleRate {
        self.sample_rate
    }

    /// Where symbol 0 begins if nothing was sent before it, in samples: 0 but for root-raised-cosine pulses, which have a front.
    pub fn delay(&self) -> f64 {
        match &self.shape {
            Shape::BiPhase { .. } | Shape::Subcarrier(_) => 0.0,
            Shape::Pulses(pulses) => pulses.delay(),
        }
    }

    /// Sends symbols, 0 or 1 each (anything else counts as 1). The samples that are complete go behind what is in `out`.
    pub fn push_symbols(&mut self, symbols: &[u8], out: &mut Vec<Iq>) {
        match &mut self.shape {
            //= 211.1-B-4 3.3.5
            Shape::BiPhase {
                hold,
                half,
                advanced,
            } => {
                out.reserve(((*half * 2 * symbols.len() as u128) >> 64) as usize + 2);
                let delayed = advanced.conj();
                for &symbol in symbols {
                    let (first, second) = if symbol == 0 {
                        (delayed, *advanced)
                    } else {
                        (*advanced, delayed)
                    };
                    hold.push(first, *half, out);
                    hold.push(second, *half, out);
                }
            }
            Shape::Subcarrier(subcarrier) => subcarrier.push_symbols(symbols, out),
            Shape::Pulses(pulses) => pulses.push_symbols(symbols, out),
        }
    }

    /// Sends the carrier without modulation, for a number of seconds (a negative one or none at all is 0). Pulses are sent in whole
    /// ones, so that there the time is rounded. All of the samples go to `out`: ask for long times in pieces.
    pub fn push_carrier(&mut self, seconds: f64, out: &mut Vec<Iq>) {
        self.push_level(seconds, Iq::new(1.0, 0.0), out);
    }

    /// Sends nothing, for a number of seconds; as [`Self::push_carrier`].
    pub fn push_silence(&mut self, seconds: f64, out: &mut Vec<Iq>) {
        self.push_level(seconds, Iq::new(0.0, 0.0), out);
    }

    fn push_level(&mut self, seconds: f64, level: Iq, out: &mut Vec<Iq>) {
        let samples = fixed(seconds * self.sample_rate.hz());
        match &mut self.shape {
            Shape::BiPhase { hold, .. } => hold.push(level, samples, out),
            Shape::Subcarrier(subcarrier) => subcarrier.push_level(level, samples, out),
            Shape::Pulses(pulses) => pulses.push_level(level, seconds, out),
        }
    }

    /// Switches off: the sample that is not complete, and the tails of the pulses. What is pushed later begins a new stream at the next sample.
    pub fn finish(&mut self, out: &mut Vec<Iq>) {
        match &mut self.shape {
            Shape::BiPhase { hold, .. } => hold.finish(out),
            Shape::Subcarrier(subcarrier) => subcarrier.finish(out),
            Shape::Pulses(pulses) => pulses.finish(out),
        }
    }
}

fn bi_phase(re: f64, im: f64, rate: f64, sample_rate: SampleRate) -> Shape {
    Shape::BiPhase {
        hold: Hold::default(),
        half: ratio(sample_rate.hz(), 2.0 * rate),
        advanced: Iq::new(re as f32, im as f32),
    }
}

#[cfg(test)]
mod tests;
