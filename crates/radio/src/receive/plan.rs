//! What follows from the settings alone, and what settings cannot be.

use super::Settings;
use super::position::Position;
use super::search::cell_samples;
use crate::profile::SPEED_OF_LIGHT;
use crate::waveform::{MIN_SAMPLES_PER_SYMBOL, Modulation, SYMBOL_RATES};
use thiserror::Error;

/// Cells a symbol that the symbol search asks for at most.
const FINEST: f64 = 16.0;

/// Length of a record in seconds before symbols are looked for, at least: the look costs more than the loop.
const RECORD_S: f64 = 0.02;

/// Slowest symbols that a carrier loop of some hertz can serve.
const SLOWEST: f64 = 100.0;

/// Highest frequency of a transmitter whose Doppler is predicted.
const HIGHEST_HZ: f64 = 1e12;

/// Why there is no receiver for some settings.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum SettingsError {
    /// The receiver lives on the residual carrier.
    #[error("only a residual carrier (phase index above 0 and below 90 degrees) can be received")]
    Modulation,
    /// The symbol rate against the sample rate.
    #[error(
        "{symbol_rate} symbols a second cannot be received at {sample_rate} samples a second: from 100 on, four samples a symbol"
    )]
    SymbolRate {
        /// Symbols a second; with none set the lowest of the book.
        symbol_rate: f64,
        /// Samples a second.
        sample_rate: f64,
    },
    /// The search.
    #[error("the search must lie within the sample rate, with numbers above zero")]
    Search,
    /// The bandwidth of the carrier loop.
    #[error("{0} Hz is no loop bandwidth: it must be from 0.5 to 1000")]
    LoopBandwidth(f64),
    /// The frequency that a profile is for.
    #[error("{0} Hz is no carrier frequency")]
    Carrier(f64),
}

/// Numbers that do not change.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What the receiver was told.
    pub settings: Settings,
    /// Samples a second.
    pub sample_rate: f64,
    /// Samples a cell of the search.
    pub search_cell: f64,
    /// Cells that the search takes at once: a millisecond of them.
    pub search_count: usize,
    /// Samples a cell of the record in which symbols are looked for.
    pub record_cell: f64,
    /// Rates that may be, each with its cells a symbol.
    pub rates: Vec<(f64, f64)>,
    /// Cells in a record before it is looked at.
    pub record_cells: usize,
    /// cos² of the phase index.
    pub carrier_part: f64,
    /// Its tan²: power of the data over that of the carrier.
    pub data_to_carrier: f64,
}

impl Plan {
    /// Checks the settings.
    pub(crate) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let sample_rate = settings.sample_rate.hz();
        check(settings, sample_rate)?;
        let fastest = sample_rate / MIN_SAMPLES_PER_SYMBOL;
        let wanted = match settings.symbol_rate {
            Some(rate) => vec![rate],
            None => SYMBOL_RATES.iter().copied().map(f64::from).collect(),
        };
        let rates: Vec<f64> = wanted
            .into_iter()
            .filter(|&rate| rate >= SLOWEST && rate <= fastest)
            .collect();
        let (Some(&slow), Some(&top)) = (rates.first(), rates.last()) else {
            return Err(SettingsError::SymbolRate {
                symbol_rate: settings.symbol_rate.unwrap_or(1000.0),
                sample_rate,
            });
        };
        let samples = sample_rate / top;
        let finest = if rates.len() > 1 { 8.0 } else { FINEST };
        let cells = [finest, 8.0, 4.0]
            .into_iter()
            .find(|&cells| samples >= cells)
            .unwrap_or(4.0);
        let search_cell = cell_samples(sample_rate, settings.search.half_width_hz);
        Ok(Self {
            sample_rate,
            search_cell,
            search_count: ((sample_rate / search_cell / 1000.0) as usize).max(1),
            record_cell: samples / cells,
            record_cells: (130.0 * cells * top / slow).max(RECORD_S * cells * top) as usize,
            rates: rates
                .iter()
                .map(|&rate| (rate, cells * top / rate))
                .collect(),
            carrier_part: settings.modulation.carrier_part(),
            data_to_carrier: settings.modulation.data_part() / settings.modulation.carrier_part(),
            settings: settings.clone(),
        })
    }

    /// Samples that the search takes at once.
    pub(crate) fn search_samples(&self) -> u64 {
        self.search_cell as u64 * self.search_count as u64
    }

    /// Phase that the predicted range gives, in turns, since sample 0.
    pub(crate) fn aid_turns(&self, at: Position) -> f64 {
        self.settings.aid.as_ref().map_or(0.0, |aid| {
            let (range, _) = aid.profile.at(at.samples() / self.sample_rate);
            let (start, _) = aid.profile.at(0.0);
            -(range - start) * (aid.carrier_hz / SPEED_OF_LIGHT)
        })
    }

    /// Predicted Doppler in Hz, and its change in Hz a second.
    pub(crate) fn aid_hz(&self, at: Position) -> (f64, f64) {
        self.settings.aid.as_ref().map_or((0.0, 0.0), |aid| {
            let t = at.samples() / self.sample_rate;
            let hz = |t| aid.profile.doppler_hz(t, aid.carrier_hz);
            (hz(t), (hz(t + 0.05) - hz(t - 0.05)) / 0.1)
        })
    }
}

fn check(settings: &Settings, sample_rate: f64) -> Result<(), SettingsError> {
    match settings.modulation {
        Modulation::ResidualCarrier { index_rad } if index_rad > 0.0 && index_rad < 1.57 => {}
        _ => return Err(SettingsError::Modulation),
    }
    let search = &settings.search;
    let positive = |x: f64| x.is_finite() && x > 0.0;
    let inside = search.centre_hz.is_finite()
        && search.centre_hz.abs() + search.half_width_hz <= 4.0 * sample_rate;
    if !inside
        || !positive(search.half_width_hz)
        || !positive(search.false_alarms_per_hour)
        || !(0.0..=1e5).contains(&search.max_rate_hz_s)
    {
        return Err(SettingsError::Search);
    }
    if let Some(hz) = settings
        .loop_bandwidth_hz
        .filter(|hz| !(0.5..=1000.0).contains(hz))
    {
        return Err(SettingsError::LoopBandwidth(hz));
    }
    if let Some(aid) = settings
        .aid
        .as_ref()
        .filter(|aid| !positive(aid.carrier_hz) || aid.carrier_hz > HIGHEST_HZ)
    {
        return Err(SettingsError::Carrier(aid.carrier_hz));
    }
    Ok(())
}
