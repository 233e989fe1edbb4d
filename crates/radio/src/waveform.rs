//! What a transmitter emits: how symbols lie on the carrier.
//!
//! Book: 211.1-B-4 for [`Modulation::ResidualCarrier`] (Bi-Phase-L, phase index 60°, a 1 advances the carrier in the first half of its
//! symbol); 401.0-B kinds for the Earth leg. The books of the latter are not at hand; the definitions here are the usual ones.

use core::f64::consts::FRAC_PI_3;
use thiserror::Error;

/// The symbol rates of 211.1-B-4, in symbols a second.
pub const SYMBOL_RATES: [u32; 13] = [
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 1_024_000,
    2_048_000, 4_096_000,
];

/// Smallest number of samples a symbol that the modulator makes and the receiver takes.
pub const MIN_SAMPLES_PER_SYMBOL: f64 = 4.0;

/// How symbols lie on the carrier. Amplitude 1 stands for all of the power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Modulation {
    /// PCM/Bi-Phase-L/PM with residual carrier, Proximity-1's own: the phase is +index in the first half of a 1 and in the second half of a 0, else −index.
    ResidualCarrier {
        /// Phase index in radians, above 0 and below π/2; 211.1-B-4 asks for π/3.
        index_rad: f64,
    },
    /// Bi-Phase-L on a suppressed carrier: the same with an index of π/2, so the carrier turns by 180°.
    SuppressedCarrier,
    /// PCM/PSK/PM: the symbols turn a sine subcarrier by 180°, which turns the carrier's phase.
    Subcarrier {
        /// Frequency of the subcarrier in Hz.
        hz: f64,
        /// Peak phase in radians, above 0 and up to 2.
        index_rad: f64,
    },
    /// BPSK with root-raised-cosine pulses: a 1 is +1 on I, a 0 is −1.
    Bpsk {
        /// Roll-off, 0.05 to 1.
        roll_off: f64,
    },
    /// QPSK with root-raised-cosine pulses: two symbols in turn on I and Q, a 1 is positive on either.
    Qpsk {
        /// Roll-off, 0.05 to 1.
        roll_off: f64,
    },
}

impl Modulation {
    /// What 211.1-B-4 asks for: Bi-Phase-L, index 60°.
    pub const PROXIMITY: Self = Self::ResidualCarrier {
        index_rad: FRAC_PI_3,
    };

    /// Part of the power that is in the data; with [`Self::PROXIMITY`] sin² 60° = 0.75.
    pub fn data_part(self) -> f64 {
        match self {
            Self::ResidualCarrier { index_rad } => index_rad.sin().powi(2),
            // The first-order line of the sine subcarrier, both sides: 2 J1².
            Self::Subcarrier { index_rad, .. } => 2.0 * bessel_j(1, index_rad).powi(2),
            Self::SuppressedCarrier | Self::Bpsk { .. } | Self::Qpsk { .. } => 1.0,
        }
    }

    /// Part of the power that is in the residual carrier; with [`Self::PROXIMITY`] cos² 60° = 0.25.
    pub fn carrier_part(self) -> f64 {
        match self {
            Self::ResidualCarrier { index_rad } => index_rad.cos().powi(2),
            Self::Subcarrier { index_rad, .. } => bessel_j(0, index_rad).powi(2),
            Self::SuppressedCarrier | Self::Bpsk { .. } | Self::Qpsk { .. } => 0.0,
        }
    }
}

/// Bessel function of the first kind, of small order, by its integral (Bessel 1824), good to 1e-12 for the arguments of a phase index.
fn bessel_j(order: i32, x: f64) -> f64 {
    const STEPS: u32 = 64;
    let step = core::f64::consts::PI / f64::from(STEPS);
    // The trapezoid rule over a period of a smooth periodic function.
    let ends = 0.5 * (1.0 + (f64::from(order) * core::f64::consts::PI).cos());
    let middle: f64 = (1..STEPS)
        .map(|k| {
            let angle = f64::from(k) * step;
            (f64::from(order) * angle - x * angle.sin()).cos()
        })
        .sum();
    (ends + middle) / f64::from(STEPS)
}

/// A modulation at a symbol rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waveform {
    modulation: Modulation,
    symbol_rate: f64,
}

/// Why a waveform cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum WaveformError {
    /// The symbol rate.
    #[error("{0} is no symbol rate: it must be from 0.1 to 1e9 symbols a second")]
    SymbolRate(f64),
    /// The phase index.
    #[error("{0} rad is no phase index for this modulation")]
    Index(f64),
    /// The roll-off.
    #[error("{0} is no roll-off: it must be from 0.05 to 1")]
    RollOff(f64),
    /// The subcarrier.
    #[error("a subcarrier of {0} Hz is below the symbol rate or not finite")]
    Subcarrier(f64),
}

impl Waveform {
    /// A waveform of `symbol_rate` symbols a second, in numbers that make sense.
    ///
    /// # Errors
    /// If a number is out of its range.
    pub fn new(modulation: Modulation, symbol_rate: f64) -> Result<Self, WaveformError> {
        if !(0.1..=1e9).contains(&symbol_rate) {
            return Err(WaveformError::SymbolRate(symbol_rate));
        }
        match modulation {
            Modulation::ResidualCarrier { index_rad }
                if !(index_rad > 0.0 && index_rad < core::f64::consts::FRAC_PI_2) =>
            {
                Err(WaveformError::Index(index_rad))
            }
            Modulation::Subcarrier { index_rad, .. } if !(index_rad > 0.0 && index_rad <= 2.0) => {
                Err(WaveformError::Index(index_rad))
            }
            Modulation::Subcarrier { hz, .. } if !(hz.is_finite() && hz >= symbol_rate) => {
                Err(WaveformError::Subcarrier(hz))
            }
            Modulation::Bpsk { roll_off } | Modulation::Qpsk { roll_off }
                if !(0.05..=1.0).contains(&roll_off) =>
            {
                Err(WaveformError::RollOff(roll_off))
            }
            _ => Ok(Self {
                modulation,
                symbol_rate,
            }),
        }
    }

    /// How symbols lie on the carrier.
    pub const fn modulation(self) -> Modulation {
        self.modulation
    }

    /// Symbols a second.
    pub const fn symbol_rate(self) -> f64 {
        self.symbol_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= 211.1-B-4 3.3.5
    #[test]
    fn sixty_degrees_leave_a_quarter_to_the_carrier() {
        // Computed in the facts: -6.0 dB and -1.25 dB.
        assert!((Modulation::PROXIMITY.carrier_part() - 0.25).abs() < 1e-12);
        assert!((10.0 * Modulation::PROXIMITY.data_part().log10() + 1.249).abs() < 1e-3);
    }

    #[test]
    fn bessel_functions_are_those_of_the_tables() {
        // Abramowitz and Stegun, table 9.1.
        for (order, x, value) in [
            (0, 1.0, 0.765_197_686_557_966_6),
            (1, 1.0, 0.440_050_585_744_933_5),
            (0, 2.0, 0.223_890_779_141_235_7),
            (1, 2.0, 0.576_724_807_756_873_4),
        ] {
            assert!((bessel_j(order, x) - value).abs() < 1e-12, "J{order}({x})");
        }
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        let index = |index_rad| Modulation::ResidualCarrier { index_rad };
        assert!(Waveform::new(Modulation::PROXIMITY, 8000.0).is_ok());
        assert!(Waveform::new(Modulation::PROXIMITY, f64::NAN).is_err());
        assert!(Waveform::new(index(2.0), 8000.0).is_err());
        assert!(Waveform::new(index(f64::NAN), 8000.0).is_err());
        assert!(Waveform::new(Modulation::Bpsk { roll_off: 0.0 }, 8000.0).is_err());
        let low = Modulation::Subcarrier {
            hz: 100.0,
            index_rad: 1.0,
        };
        assert!(Waveform::new(low, 8000.0).is_err());
    }
}
