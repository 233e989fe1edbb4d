//! The options that name a waveform and a coding, shared by `transmit` and `channel`.

use clap::ValueEnum;
use magpie_radio::modulate;
use magpie_radio::waveform::{Modulation, Waveform};

use crate::command::Failure;

/// Channel 0, return, as Mars Express heard it (211.1-B-4).
pub(super) const CHANNEL_0_RETURN_HZ: f64 = 401_585_625.0;

/// Coding options of 211.2-B-3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum CodingOption {
    /// None.
    Uncoded,
    /// Rate 1/2, K = 7.
    #[default]
    #[value(alias = "conv")]
    Convolutional,
    /// (2048,1024), the LDPC option of Proximity-1.
    Ldpc,
}

impl From<CodingOption> for modulate::Coding {
    fn from(coding: CodingOption) -> Self {
        match coding {
            CodingOption::Uncoded => Self::Uncoded,
            CodingOption::Convolutional => Self::Convolutional,
            CodingOption::Ldpc => Self::Ldpc,
        }
    }
}

/// What is modulated how.
#[derive(Debug, clap::Args)]
pub(super) struct WaveformOptions {
    /// Symbols a second, as they are on the channel: behind the code.
    #[arg(long, value_name = "SYMBOLS/S", default_value_t = 8000.0)]
    rate: f64,
    /// How symbols lie on the carrier.
    #[arg(long, value_enum, default_value_t)]
    modulation: ModulationOption,
    /// Phase index in degrees (residual, subcarrier) [default: 60].
    #[arg(long, value_name = "DEG")]
    index: Option<f64>,
    /// Frequency of the subcarrier [default: four times the symbol rate].
    #[arg(long, value_name = "HZ")]
    subcarrier: Option<f64>,
    /// Roll-off of the pulses (bpsk, qpsk), 0.05 to 1 [default: 0.5].
    #[arg(long, value_name = "PART")]
    roll_off: Option<f64>,
}

/// How symbols lie on the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ModulationOption {
    /// Bi-Phase-L on the phase of a carrier that stays: Proximity-1.
    #[default]
    Residual,
    /// Bi-Phase-L that turns the carrier by 180°.
    Suppressed,
    /// Symbols on a sine subcarrier, and that on the phase.
    Subcarrier,
    /// Root-raised-cosine pulses on I.
    Bpsk,
    /// Root-raised-cosine pulses, two symbols in turn on I and Q.
    Qpsk,
}

impl WaveformOptions {
    /// The waveform, if it can be.
    pub(super) fn waveform(&self) -> Result<Waveform, Failure> {
        use ModulationOption as Option;
        let kind = self.modulation;
        let only = |given: bool, name: &str, kinds: &[ModulationOption]| {
            if given && !kinds.contains(&kind) {
                return Err(Failure::new(format!("{name}: this modulation has none")));
            }
            Ok(())
        };
        let pulses = [Option::Bpsk, Option::Qpsk];
        only(
            self.index.is_some(),
            "--index",
            &[Option::Residual, Option::Subcarrier],
        )?;
        only(
            self.subcarrier.is_some(),
            "--subcarrier",
            &[Option::Subcarrier],
        )?;
        only(self.roll_off.is_some(), "--roll-off", &pulses)?;
        let index_rad = self.index.unwrap_or(60.0).to_radians();
        let roll_off = self.roll_off.unwrap_or(0.5);
        let modulation = match kind {
            Option::Residual => Modulation::ResidualCarrier { index_rad },
            Option::Suppressed => Modulation::SuppressedCarrier,
            Option::Subcarrier => Modulation::Subcarrier {
                hz: self.subcarrier.unwrap_or(4.0 * self.rate),
                index_rad,
            },
            Option::Bpsk => Modulation::Bpsk { roll_off },
            Option::Qpsk => Modulation::Qpsk { roll_off },
        };
        Waveform::new(modulation, self.rate).map_err(|error| Failure::new(error.to_string()))
    }
}

/// Seconds, 0 to a day.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=86_400.0).contains(&value) => Ok(value),
        _ => Err(String::from("give seconds, 0 to 86400")),
    }
}

/// A number that is one.
pub(super) fn number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(String::from("give a number")),
    }
}
