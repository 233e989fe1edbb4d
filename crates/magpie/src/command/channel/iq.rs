//! `magpie channel IN OUT`: a radio channel for I/Q samples.

#![allow(clippy::cast_possible_truncation)] // levels are in single precision, as the samples are

use std::fs;
use std::path::{Path, PathBuf};

use magpie_radio::channel::{
    Awgn, Bursts, Chain, Clip, Doppler, Fade, Fades, Gain, LowPass, Offset, Oscillator, Quantise,
    Rice, SampleClock, Seed, Swap, Tone, Tones, TwoRay, comb,
};
use magpie_radio::modulate;
use magpie_radio::profile::Profile;
use magpie_radio::stream::Format;
use magpie_radio::{Iq, SampleRate};

use super::parts::{self, BurstValues, CombValues, Ray, RiceValues};
use crate::command::samples::{Sink, Source};
use crate::command::waveform_options::{
    CHANNEL_0_RETURN_HZ, CodingOption, WaveformOptions, number,
};
use crate::command::{Ending, Failure};
use crate::files;
use crate::output;
use crate::report::human::count;

/// Longest table of ranges that is read, in octets.
const LONGEST_PROFILE: u64 = 64 << 20;

/// Options of the channel for samples.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "I/Q samples (without --a and --b)")]
pub(super) struct IqOptions {
    /// Samples: a raw file, one half of a pair .sigmf-meta and .sigmf-data, or `-` for standard input. A name that ends in .toml: settings of a channel between processes.
    #[arg(value_name = "IN", default_value = "-", conflicts_with = "a")]
    input: PathBuf,
    /// Where they go, likewise; `-` for standard output.
    #[arg(value_name = "OUT", default_value = "-", conflicts_with = "a")]
    output: PathBuf,
    /// Samples a second of IN [default: what its metadata say, else 256000].
    #[arg(long, value_name = "HZ", conflicts_with = "a")]
    sample_rate: Option<f64>,
    /// How samples lie in IN: cf32, ci16, ci8, cu8 [default: what its metadata say, else cf32].
    #[arg(long, conflicts_with = "a")]
    format: Option<Format>,
    /// The same for OUT [default: as IN].
    #[arg(long, value_name = "FORMAT", conflicts_with = "a")]
    out_format: Option<Format>,
    /// Noise: all of the power over its density, in dBHz.
    #[arg(long, value_name = "DBHZ", conflicts_with_all = ["a", "es_n0", "eb_n0"], allow_negative_numbers = true, value_parser = number)]
    cn0: Option<f64>,
    /// Noise: energy of the data part in a symbol over the density, in dB (see --rate, --modulation).
    #[arg(long, value_name = "DB", conflicts_with_all = ["a", "eb_n0"], allow_negative_numbers = true, value_parser = number)]
    es_n0: Option<f64>,
    #[command(flatten)]
    waveform: WaveformOptions,
    /// Motion: a table with the head `t_s,range_m,range_rate_m_s`; the delay at its time 0 is left out.
    #[arg(long, value_name = "CSV", conflicts_with = "a")]
    profile: Option<PathBuf>,
    /// Frequency of the carrier [default: what the metadata say, else 401585625].
    #[arg(long, value_name = "HZ", conflicts_with = "a", value_parser = number)]
    frequency: Option<f64>,
    /// The transmitter's oscillator is off by so many millionths.
    #[arg(long, value_name = "PPM", default_value_t = 0.0, conflicts_with = "a", allow_negative_numbers = true, value_parser = number)]
    ppm: f64,
    /// And by so many more each second.
    #[arg(long, value_name = "PPM/S", default_value_t = 0.0, conflicts_with = "a", allow_negative_numbers = true, value_parser = number)]
    ppm_s: f64,
    /// Offset of the carrier.
    #[arg(long, value_name = "HZ", default_value_t = 0.0, conflicts_with = "a", allow_negative_numbers = true, value_parser = number)]
    offset_hz: f64,
    /// Its change.
    #[arg(long, value_name = "HZ/S", default_value_t = 0.0, conflicts_with = "a", allow_negative_numbers = true, value_parser = number)]
    drift_hz_s: f64,
    /// Phase noise: variance of a random walk, in radians² a second.
    #[arg(long, value_name = "RAD2/S", default_value_t = 0.0, conflicts_with = "a", value_parser = number)]
    phase_noise: f64,
    /// The transmitter's filter lets through ± so much.
    #[arg(long, value_name = "HZ", conflicts_with = "a", value_parser = number)]
    low_pass: Option<f64>,
    /// A second ray: microseconds later, decibels, degrees; may be given several times.
    #[arg(long, value_name = "US,DB,DEG", conflicts_with = "a", value_parser = parts::ray)]
    two_ray: Vec<Ray>,
    /// Weaker from here to there, in seconds, by decibels; may be given several times.
    #[arg(long, value_name = "FROM..TO:DB", conflicts_with = "a", value_parser = parts::fade)]
    fade: Vec<Fade>,
    /// Fading after Rice: steady over scattered power in dB, spread in Hz.
    #[arg(long, value_name = "K,HZ", conflicts_with = "a", allow_hyphen_values = true, value_parser = parts::rice)]
    rice: Option<RiceValues>,
    /// Another carrier: offset, level over the signal, drift; may be given several times.
    #[arg(long, value_name = "HZ,DB,HZ/S", conflicts_with = "a", allow_hyphen_values = true, value_parser = parts::tone)]
    tone: Vec<Tone>,
    /// A line that is on and off: offset, level, period and time on in seconds; may be given several times.
    #[arg(long, value_name = "HZ,DB,PERIOD,ON", conflicts_with = "a", allow_hyphen_values = true, value_parser = parts::pulsed)]
    pulsed: Vec<Tone>,
    /// Lines at equal distances: the first, spacing, how many, level of each.
    #[arg(long, value_name = "HZ,SPACING,COUNT,DB", conflicts_with = "a", allow_hyphen_values = true, value_parser = parts::comb)]
    comb: Vec<CombValues>,
    /// Bursts of noise at random: mean period and duration in seconds, power over the signal.
    #[arg(long, value_name = "PERIOD,DURATION,DB", conflicts_with = "a", value_parser = parts::bursts)]
    bursts: Option<BurstValues>,
    /// The receiver's sample clock is too fast by so many millionths.
    #[arg(long, value_name = "PPM", default_value_t = 0.0, conflicts_with = "a", allow_negative_numbers = true, value_parser = number)]
    clock_ppm: f64,
    /// Level in dB, before the converter.
    #[arg(long, value_name = "DB", default_value_t = 0.0, conflicts_with = "a", allow_negative_numbers = true, value_parser = number)]
    gain: f64,
    /// Direct current on I and Q.
    #[arg(long, value_name = "I,Q", conflicts_with = "a", allow_hyphen_values = true, value_parser = parts::pair)]
    dc: Option<[f64; 2]>,
    /// I and Q stop at ± this level.
    #[arg(long, value_name = "LEVEL", conflicts_with = "a", value_parser = number)]
    clip: Option<f64>,
    /// A converter of 1 to 12 bits.
    #[arg(long, conflicts_with = "a")]
    bits: Option<u32>,
    /// Its full scale.
    #[arg(long, value_name = "LEVEL", default_value_t = 4.0, requires = "bits", value_parser = number)]
    full_scale: f64,
    /// Exchange I and Q: the spectrum is turned over.
    #[arg(long, conflicts_with = "a")]
    swap: bool,
}

impl IqOptions {
    /// The settings of a channel between processes, if IN is such a file.
    pub(super) fn settings_file(&self) -> Option<&Path> {
        let is_toml = self.input.extension().is_some_and(|e| e == "toml");
        is_toml.then_some(self.input.as_path())
    }

    /// A channel between processes has no OUT.
    pub(super) fn refuse_output(&self) -> Result<(), Failure> {
        if files::is_standard(&self.output) {
            return Ok(());
        }
        let (settings, out) = (files::shown(&self.input), files::shown(&self.output));
        Err(Failure::new(format!(
            "{out}: with the settings file {settings} there is no OUT"
        )))
    }
}

/// What both modes are told.
pub(super) struct Shared {
    pub(super) eb_n0: Option<f64>,
    pub(super) coding: CodingOption,
    pub(super) seed: u64,
}

/// Runs the command.
pub(super) fn run(options: &IqOptions, shared: &Shared) -> Result<Ending, Failure> {
    let mut source = Source::open(&options.input, options.format, options.sample_rate)?;
    let carrier_hz = options
        .frequency
        .or(source.centre_hz())
        .unwrap_or(CHANNEL_0_RETURN_HZ);
    let mut chain = chain(options, shared, source.sample_rate(), carrier_hz)?;
    let mut sink = Sink::create(
        &options.output,
        options.out_format.unwrap_or(source.format()),
        source.sample_rate(),
        Some(carrier_hz),
        "made by magpie channel",
    )?;
    let mut block = Vec::new();
    while source.read(&mut block)? {
        chain.process(&mut block);
        sink.put(&block)?;
    }
    if source.samples() == 0 {
        return Err(files::empty(&options.input));
    }
    block.clear();
    chain.finish(&mut block);
    sink.put(&block)?;
    let written = sink.finish()?;
    output::note(&format!(
        "{} samples, {:.3} s",
        count(written.samples),
        source.sample_rate().seconds(written.samples)
    ));
    if written.clipped > 0 {
        let clipped = count(written.clipped);
        output::note(&format!("{clipped} samples are beyond full scale: --gain"));
    }
    if source.trailing() > 0 {
        let octets = source.trailing();
        output::note(&format!("{octets} octets at the end are no whole sample"));
    }
    Ok(Ending::Complete)
}

/// All stages that are asked for, in the order of nature.
fn chain(
    options: &IqOptions,
    shared: &Shared,
    rate: SampleRate,
    carrier_hz: f64,
) -> Result<Chain, Failure> {
    let mut chain = Chain::new();
    if let Some(hz) = options.low_pass {
        let filter = LowPass::new(hz, rate);
        chain.push(filter.map_err(|error| Failure::new(error.to_string()))?);
    }
    oscillator(options, shared, rate, carrier_hz, &mut chain);
    if let Some(path) = &options.profile {
        let doppler = Doppler::new(profile(path)?, carrier_hz, rate);
        chain.push(doppler.map_err(|error| Failure::at(path, error))?);
    }
    for ray in &options.two_ray {
        chain.push(TwoRay::new(ray.delay_s, ray.gain_db, ray.phase_rad, rate));
    }
    if !options.fade.is_empty() {
        chain.push(Fades::new(&options.fade, rate));
    }
    if let Some(rice) = options.rice {
        let seed = Seed::new(shared.seed, 2);
        chain.push(Rice::new(rice.k_db, rice.spread_hz, rate, seed));
    }
    interference(options, shared, rate, &mut chain);
    if let Some(noise) = noise(options, shared, rate)? {
        chain.push(noise);
    }
    if options.clock_ppm != 0.0 {
        chain.push(SampleClock::new(options.clock_ppm));
    }
    converter(options, &mut chain)?;
    Ok(chain)
}

fn oscillator(
    options: &IqOptions,
    shared: &Shared,
    rate: SampleRate,
    carrier_hz: f64,
    chain: &mut Chain,
) {
    let hz = options.offset_hz + carrier_hz * options.ppm * 1e-6;
    let hz_s = options.drift_hz_s + carrier_hz * options.ppm_s * 1e-6;
    let oscillator = Oscillator::hz(hz, hz_s, rate);
    if options.phase_noise > 0.0 {
        let seed = Seed::new(shared.seed, 1);
        chain.push(oscillator.walking(options.phase_noise, rate, seed));
    } else if hz != 0.0 || hz_s != 0.0 {
        chain.push(oscillator);
    }
}

fn interference(options: &IqOptions, shared: &Shared, rate: SampleRate, chain: &mut Chain) {
    let combs = options.comb.iter();
    let lines = combs.flat_map(|c| comb(c.offset_hz, c.spacing_hz, c.count, c.level_db));
    let tones = options.tone.iter().chain(&options.pulsed).copied();
    let tones: Vec<Tone> = tones.chain(lines).collect();
    if !tones.is_empty() {
        chain.push(Tones::new(&tones, rate));
    }
    if let Some(b) = options.bursts {
        let seed = Seed::new(shared.seed, 3);
        chain.push(Bursts::new(
            b.period_s,
            b.duration_s,
            b.level_db,
            rate,
            seed,
        ));
    }
}

fn noise(options: &IqOptions, shared: &Shared, rate: SampleRate) -> Result<Option<Awgn>, Failure> {
    let seed = Seed::new(shared.seed, 4);
    if let Some(dbhz) = options.cn0 {
        return Ok(Some(Awgn::cn0(dbhz, rate, seed)));
    }
    let waveform = options.waveform.waveform()?;
    if let Some(db) = options.es_n0 {
        return Ok(Some(Awgn::es_n0(db, waveform, rate, seed)));
    }
    let code_rate = modulate::Coding::from(shared.coding).rate();
    Ok(shared
        .eb_n0
        .map(|db| Awgn::eb_n0(db, code_rate, waveform, rate, seed)))
}

fn converter(options: &IqOptions, chain: &mut Chain) -> Result<(), Failure> {
    if options.gain != 0.0 {
        chain.push(Gain::new(options.gain));
    }
    if let Some([re, im]) = options.dc {
        chain.push(Offset::new(Iq::new(re as f32, im as f32)));
    }
    if let Some(level) = options.clip {
        chain.push(Clip::new(level as f32));
    }
    if let Some(bits) = options.bits {
        let converter = Quantise::new(bits, options.full_scale as f32);
        chain.push(converter.map_err(|error| Failure::new(error.to_string()))?);
    }
    if options.swap {
        chain.push(Swap);
    }
    Ok(())
}

fn profile(path: &Path) -> Result<Profile, Failure> {
    let fail =
        |error: std::io::Error| Failure::at(path, format!("cannot read: {}", files::cause(&error)));
    if fs::metadata(path).map_err(fail)?.len() > LONGEST_PROFILE {
        return Err(Failure::at(path, "is no profile: longer than 64 MiB"));
    }
    let text = fs::read_to_string(path).map_err(fail)?;
    text.parse().map_err(|error| Failure::at(path, error))
}
