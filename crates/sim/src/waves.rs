//! The UHF link as samples: modulator, motion of the orbiter, oscillator, noise, and the receiver that hears in the blind.
//!
//! The orbiter passes at [`CLOSEST_M`] with [`SPEED_M_S`], the transmitter's oscillator is off by up to ten parts in a million (211.1-B-4 3.4), and a
//! receiver with I and Q exchanged stands for the polarity that nobody tells. The symbol rate is set beforehand, as it was in 2021.

use magpie_link::clock::Instant;
use magpie_link::mac::PhyStatus;
use magpie_radio::channel::{Awgn, Chain, Doppler, Oscillator, Seed, Swap};
use magpie_radio::modulate::Modulator;
use magpie_radio::profile::{Profile, Row};
use magpie_radio::receive::{Event, Hear as _, Receiver, Settings};
use magpie_radio::waveform::{Modulation, Waveform};
use magpie_radio::{Iq, SampleRate};

use crate::RunError;
use crate::orbiter::Orbiter;
use crate::random::Stream;

/// Return frequency of channel 0 (211.1-B-4), which Mars Express receives.
const CARRIER_HZ: f64 = 401_585_625.0;
/// Nearest distance of the test's passes (relay-test facts: about 4000 km).
const CLOSEST_M: f64 = 4_000e3;
/// Speed of Mars Express at that altitude (relay-test facts).
const SPEED_M_S: f64 = 2_580.0;
/// Of an oscillator over its life (211.1-B-4 3.4).
const OSCILLATOR_PPM: f64 = 10.0;
const SAMPLES_PER_SYMBOL: f64 = 8.0;
/// The search of ±26 kHz needs so many.
const LOWEST_SAMPLE_RATE: f64 = 64_000.0;

/// The way of the samples.
pub(crate) struct Waves {
    modulator: Modulator,
    channel: Chain,
    receiver: Receiver,
    heard: Ear,
    block: Vec<Iq>,
}

/// Hands to the orbiter what the receiver tells.
struct Ear {
    start: Instant,
    sample_rate: SampleRate,
    samples_per_symbol: f64,
    next: Option<u64>,
    status: PhyStatus,
}

impl Waves {
    /// For a window that begins at `start`. Circumstances and the seed of the noise are drawn from the stream.
    pub(crate) fn new(
        (start, window_s): (Instant, f64),
        symbol_rate: f64,
        swapped: bool,
        stream: &mut Stream,
    ) -> Result<Self, RunError> {
        let setting = |error: &dyn std::fmt::Display| RunError::Setting(error.to_string());
        let multiple = (LOWEST_SAMPLE_RATE / symbol_rate)
            .ceil()
            .max(SAMPLES_PER_SYMBOL);
        let sample_rate =
            SampleRate::new(symbol_rate * multiple).map_err(|error| setting(&error))?;
        let waveform =
            Waveform::new(Modulation::PROXIMITY, symbol_rate).map_err(|error| setting(&error))?;
        let modulator = Modulator::new(waveform, sample_rate).map_err(|error| setting(&error))?;
        let noise = Seed::new(stream.uniform().to_bits(), 1);
        let ppm = stream.between(-OSCILLATOR_PPM, OSCILLATOR_PPM);
        let path = pass(window_s, stream).map_err(|error| setting(&error))?;
        let doppler =
            Doppler::new(path, CARRIER_HZ, sample_rate).map_err(|error| setting(&error))?;
        // With this density Es/N0 is the square of the amplitude.
        let density = Modulation::PROXIMITY.data_part() / symbol_rate;
        let mut channel = Chain::new()
            .with(Oscillator::new(CARRIER_HZ, ppm, 0.0, sample_rate))
            .with(doppler)
            .with(Awgn::density(density, sample_rate, noise));
        if swapped {
            channel.push(Swap);
        }
        let mut settings = Settings::new(sample_rate);
        settings.symbol_rate = Some(symbol_rate);
        let receiver = Receiver::new(&settings).map_err(|error| setting(&error))?;
        Ok(Self {
            modulator,
            channel,
            receiver,
            heard: Ear {
                start,
                sample_rate,
                samples_per_symbol: multiple,
                next: None,
                status: PhyStatus::default(),
            },
            block: Vec::new(),
        })
    }

    /// Sends symbols at this Eb/N0 of the information bits (rate 1/2).
    pub(crate) fn carry(&mut self, symbols: &[u8], eb_n0_db: f64, orbiter: &mut Orbiter) {
        self.block.clear();
        self.modulator.push_symbols(symbols, &mut self.block);
        self.send(amplitude(eb_n0_db), orbiter);
    }

    /// Sends the carrier alone at the level of that Eb/N0, or nothing, for the time of so many symbols.
    pub(crate) fn carry_none(
        &mut self,
        symbols: usize,
        eb_n0_db: Option<f64>,
        orbiter: &mut Orbiter,
    ) {
        let seconds = symbols as f64 / self.modulator.waveform().symbol_rate();
        self.block.clear();
        match eb_n0_db {
            Some(_) => self.modulator.push_carrier(seconds, &mut self.block),
            None => self.modulator.push_silence(seconds, &mut self.block),
        }
        self.send(eb_n0_db.map_or(0.0, amplitude), orbiter);
    }

    /// What is still on its way arrives.
    pub(crate) fn close(&mut self, orbiter: &mut Orbiter) {
        self.block.clear();
        self.channel.finish(&mut self.block);
        let ear = &mut self.heard;
        self.receiver
            .push(&self.block, &mut |event| ear.take(event, orbiter));
        self.receiver.finish(&mut |event| ear.take(event, orbiter));
    }

    fn send(&mut self, amplitude: f32, orbiter: &mut Orbiter) {
        for sample in &mut self.block {
            *sample *= amplitude;
        }
        self.channel.process(&mut self.block);
        let ear = &mut self.heard;
        self.receiver
            .push(&self.block, &mut |event| ear.take(event, orbiter));
    }
}

impl Ear {
    fn take(&mut self, event: Event<'_>, orbiter: &mut Orbiter) {
        match event {
            Event::CarrierAcquired(estimate) => self.status(estimate.at, orbiter, |status| {
                status.carrier_acquired = true;
            }),
            Event::CarrierLost { at } => self.status(at, orbiter, |status| {
                *status = PhyStatus::default();
            }),
            Event::SymbolLock { at, .. } => self.status(at, orbiter, |status| {
                status.symbol_inlock_status = true;
            }),
            Event::SymbolLost { at } => self.status(at, orbiter, |status| {
                status.symbol_inlock_status = false;
            }),
            Event::Symbols { first, at, soft } => {
                if self.next != Some(first) {
                    let symbol = (at / self.samples_per_symbol).round().max(0.0) as u64;
                    orbiter.begin_at(symbol);
                }
                self.next = Some(first + soft.len() as u64);
                orbiter.listen(soft);
            }
            Event::Carrier(_) | Event::NotNumbers { .. } => {}
        }
    }

    fn status(&mut self, at: u64, orbiter: &mut Orbiter, change: impl Fn(&mut PhyStatus)) {
        change(&mut self.status);
        let micros = (self.sample_rate.seconds(at) * 1e6) as u64;
        let now = Instant::from_micros(self.start.as_micros() + micros);
        orbiter.handle_phy_status(now, self.status);
    }
}

/// Es/N0 = Eb/N0 / 2, and the amplitude is its root.
fn amplitude(eb_n0_db: f64) -> f32 {
    (10f64.powf(eb_n0_db / 10.0) / 2.0).sqrt() as f32
}

/// A straight fly-by whose closest point lies in the middle third of the window.
fn pass(
    window_s: f64,
    stream: &mut Stream,
) -> Result<Profile, magpie_radio::profile::ProfileError> {
    let nearest_s = stream.between(window_s / 3.0, 2.0 * window_s / 3.0);
    // A row each second, and one behind the end for what is still on its way.
    let rows = (0..=window_s as u32 + 1).map(|second| {
        let along = SPEED_M_S * (f64::from(second) - nearest_s);
        let range_m = CLOSEST_M.hypot(along);
        Row {
            t_s: f64::from(second),
            range_m,
            range_rate_m_s: SPEED_M_S * along / range_m,
        }
    });
    Profile::new(rows.collect())
}
