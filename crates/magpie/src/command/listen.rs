//! `magpie listen`: samples of a radio, heard in the blind.

#![allow(clippy::doc_markdown)] // help texts are for people and not for the documentation

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use magpie_radio::SampleRate;
use magpie_radio::profile::Profile;
use magpie_radio::receive::{Aid, Hear, Receiver, Search, Settings};
use magpie_radio::resample::Resampler;
use magpie_radio::stream::Format;
use magpie_radio::waveform::Modulation;

use crate::command::waveform_options::{CHANNEL_0_RETURN_HZ, CodingOption};
use crate::command::{Ending, Failure};
use crate::files::{self, Collector};
use crate::listen::account::{Account, Input};
use crate::listen::canister::Canister;
use crate::listen::canister::looks::Frame;
use crate::listen::coding::Coding;
use crate::listen::ear::Ear;
use crate::listen::report::{Band, Prediction, Sight, page};
use crate::listen::session::{Ended, Limits, Session};
use crate::listen::source::Source;
use crate::listen::text::{self, Line};
use crate::output;
use crate::report::human;

mod opening;

use opening::Opening;

/// Zhurong's receiver looks so far to either side, in Hz.
const SEARCH: f64 = 26_000.0;
/// The widest search, as a part of the sample rate.
const WIDEST: f64 = 0.45;
/// Longest profile that is read, in octets.
const LONGEST_PROFILE: u64 = 64 << 20;

/// Hear a signal in the blind: I/Q samples to transfer frames, with nothing agreed but the band.
///
/// Samples come from a SigMF recording, a raw file, `-` (standard input), tcp://HOST:PORT (connects), tcp-listen://HOST:PORT (waits for one connection) or
/// udp://HOST:PORT (datagrams of whole samples, no header). Without a host it listens on this machine alone. Symbol rate and coding are found unless they
/// are told. The frames of --out lie one after the other; they say their own length.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // switches
#[command(after_help = "Examples:
  printf '\\200\\0\\0\\4\\0' >one.v3 &&
    magpie transmit one.v3 --out - |
    magpie listen - --out heard.v3
  printf '\\200\\0\\0\\4\\0' >one.v3 &&
    magpie transmit one.v3 --out one.sigmf-meta &&
    magpie listen one.sigmf-meta --json &&
    magpie listen one.sigmf-meta --canister --out -

Exit codes: 0 frames heard and nothing missing; 2 nothing heard, or something is missing (the output says what); 1 could not run.")]
pub struct Arguments {
    /// FILE.sigmf-meta, FILE, tcp://…, tcp-listen://…, udp://… or `-`.
    #[arg(value_name = "SOURCE")]
    source: Source,
    /// Symbols a second [default: found among 1, 2, 4 … 4096 thousand].
    #[arg(long, value_name = "HZ", value_parser = positive)]
    rate: Option<f64>,
    /// The coding [default: found].
    #[arg(long, value_enum)]
    coding: Option<CodingOption>,
    /// Find rate and coding: the default, said aloud.
    #[arg(long, conflicts_with_all = ["rate", "coding"])]
    blind: bool,
    /// Predicted range and so Doppler: rows of t_s,range_m,range_rate_m_s, time from the first sample.
    #[arg(long, value_name = "CSV")]
    doppler: Option<PathBuf>,
    /// Samples a second [default: what SigMF says, else 256000].
    #[arg(long, value_name = "HZ", value_parser = positive)]
    sample_rate: Option<f64>,
    /// Bring the samples to so many a second first.
    #[arg(long, value_name = "HZ", value_parser = positive)]
    resample: Option<f64>,
    /// Take a constant off the samples, the line in the middle that some receivers make (a carrier there would go with it).
    #[arg(long)]
    remove_dc: bool,
    /// How a sample lies in a raw stream, little-endian [default: cf32].
    #[arg(long, value_parser = ["cf32", "ci16", "ci8", "cu8"])]
    format: Option<String>,
    /// Centre frequency of the recording in Hz [default: what SigMF says].
    #[arg(long, value_name = "HZ", alias = "frequency", value_parser = positive)]
    centre: Option<f64>,
    /// What the transmitter sends on, in Hz [default: the centre; for --doppler, if that is unknown, channel 0 return, 401585625].
    #[arg(long, value_name = "HZ", value_parser = positive)]
    carrier: Option<f64>,
    /// Look so far to either side of the carrier, in Hz [default: 26000, less where the samples are fewer].
    #[arg(long, value_name = "HZ", value_parser = positive)]
    search: Option<f64>,
    /// One-sided noise bandwidth of the carrier loop in Hz [default: from C/N0 and symbol rate].
    #[arg(long, value_name = "HZ", value_parser = positive)]
    loop_bandwidth: Option<f64>,
    /// Phase index of the modulation in degrees.
    #[arg(long, value_name = "DEG", default_value_t = 60.0, value_parser = positive)]
    index: f64,
    /// Hear the whole window when it has ended: forward, backward, and both again with a narrow loop; merge what was heard, and look a second time where a
    /// check failed.
    ///
    /// For weak signals, and for what came before the first lock. It takes four times as long and, beside the recording, memory for some octets a symbol. What
    /// is no file, or is changed on the way in (--resample, --remove-dc), is kept in a temporary file until the end (TMPDIR says where). Ctrl-C ends a live
    /// window and hears it; a second one ends with what was heard so far.
    #[arg(long)]
    canister: bool,
    /// Stop after so many seconds of samples.
    #[arg(long, value_name = "S", value_parser = positive)]
    seconds: Option<f64>,
    /// A live source that is silent for so many seconds has ended; 0 waits for ever.
    #[arg(long, value_name = "S", default_value_t = 30.0, value_parser = not_negative)]
    timeout: f64,
    /// Write the good frames here, one after the other; `-` for standard output.
    #[arg(long, value_name = "FRAMES")]
    out: Option<PathBuf>,
    /// Write a page with pictures here, of spectrum, carrier, lock, frames and symbols; it opens in any browser, without a network.
    #[arg(long, value_name = "HTML")]
    report: Option<PathBuf>,
    /// Print one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

impl From<CodingOption> for Coding {
    fn from(option: CodingOption) -> Self {
        match option {
            CodingOption::Uncoded => Self::Uncoded,
            CodingOption::Convolutional => Self::Convolutional,
            CodingOption::Ldpc => Self::Ldpc,
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 1e12 => Ok(value),
        _ => Err("give a number above zero".into()),
    }
}

fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1e6).contains(&value) => Ok(value),
        _ => Err("give a number, not negative".into()),
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    output::only_one_on_standard_output(arguments.json, arguments.out.as_deref())?;
    if arguments.report.as_deref().is_some_and(files::is_standard) {
        return Err(Failure::new("--report: give it a file of its own"));
    }
    let opening = arguments.opening()?;
    let rate = match arguments.resample {
        Some(hz) => sample_rate(hz)?,
        None => opening.rate,
    };
    let settings = arguments.settings(&opening, rate)?;
    let mut receiver = receiver(&settings)?;
    let mut out = Collector::create(arguments.out.as_deref())?;
    let feed = opening.source.open(opening.wanted)?;
    let canister = arguments.window(&opening, &settings)?;
    if let Some(canister) = &canister {
        receiver = canister.first(receiver);
    }
    let ear = ear(arguments, receiver, &settings, opening.format);
    let limits = arguments.limits(rate);
    let stop = Arc::clone(&limits.interrupted);
    let session = arguments.session(&opening, ear, rate, limits)?;
    let mut line = Line::new(opening.samples.filter(|_| arguments.resample.is_none()));
    if canister.is_some() {
        line = line.with_head("pass 1, forward: ");
    }
    let out_cell = std::cell::RefCell::new(&mut out);
    let mut frames = Vec::new();
    let mut ended = session.run(
        &feed,
        &mut line,
        &mut |good| match &canister {
            Some(_) => frames.push(Frame::of(good)),
            None => out_cell.borrow_mut().put(good.octets),
        },
        &mut || {
            out_cell.borrow_mut().check()?;
            canister.as_ref().map_or(Ok(()), Canister::check)
        },
    )?;
    let empty = ended.empty && ended.by == "end";
    let mut told = None;
    if let Some(canister) = canister {
        if feed.is_live() {
            stop.store(false, Ordering::Relaxed);
        }
        canister.check()?;
        told = Some(canister.hear(&mut ended, &frames, &stop, &mut out)?);
    }
    let sight = ended.heard.sight.take();
    let mut account = account(opening, rate, ended);
    if told.as_ref().is_some_and(|told| told.stopped) {
        let note = "interrupted: this is what was heard so far, not of every pass";
        account.notes.push(note.into());
    }
    account.canister = told;
    if let (Some(path), Some(sight)) = (&arguments.report, &sight) {
        let page = page::render(&account, sight, prediction(&settings).as_ref());
        files::write_whole(path, page.as_bytes())?;
    }
    if empty {
        let source = &account.input.source;
        return Err(Failure::new(format!("{source}: is empty; nothing to read")));
    }
    out.finish()?;
    tell(arguments, &account)
}

/// Says what was heard.
fn tell(arguments: &Arguments, account: &Account) -> Result<Ending, Failure> {
    output::account(account, arguments.json, arguments.out.as_deref(), || {
        text::summary(account)
    })?;
    if arguments.json {
        for note in &account.notes {
            output::note(&format!("note: {note}"));
        }
    }
    Ok(Ending::complete_if(account.is_complete()))
}

/// What hears and keeps the account, with eyes if there is to be a report.
fn ear(arguments: &Arguments, receiver: Box<dyn Hear>, settings: &Settings, format: Format) -> Ear {
    let full = match format {
        Format::Cf32 => f32::INFINITY,
        // Both ends of the integers' range.
        Format::Ci16 => 32_767.0 / 32_768.0,
        Format::Ci8 => 127.0 / 128.0,
        Format::Cu8 => 127.5 / 128.0,
    };
    let rate = settings.sample_rate;
    let ear = Ear::new(receiver, rate, arguments.coding.map(Into::into), full);
    if arguments.report.is_none() {
        return ear;
    }
    ear.seeing(Sight::new(
        rate,
        Band {
            centre_hz: settings.search.centre_hz,
            half_width_hz: settings.search.half_width_hz,
        },
    ))
}

/// The receiver with these settings.
fn receiver(settings: &Settings) -> Result<Box<dyn Hear>, Failure> {
    match Receiver::new(settings) {
        Ok(receiver) => Ok(Box::new(receiver)),
        Err(error) => Err(Failure::new(error.to_string())),
    }
}

/// Where the carrier should be, by --doppler.
fn prediction(settings: &Settings) -> Option<Prediction> {
    settings.aid.as_ref().map(|aid| Prediction {
        profile: aid.profile.clone(),
        carrier_hz: aid.carrier_hz,
        offset_hz: settings.search.centre_hz,
    })
}

fn account(opening: Opening, rate: SampleRate, ended: Ended) -> Account {
    let quiet_end = ended.by == "silent" && opening.source.ends_in_silence();
    let heard_something = ended.heard.verdict.tally.good > 0;
    let differs = match (&opening.sha512, &ended.sha512) {
        (Some(told), Some(read)) => !told.eq_ignore_ascii_case(read),
        _ => false,
    };
    let mut notes = opening.notes;
    if let Some(why) = &ended.broken {
        notes.push(format!("{} broke off: {why}", opening.shown));
    }
    let input = Input {
        source: opening.shown,
        format: opening.format.name(),
        centre_hz: opening.centre_hz,
        resampled_to: (rate != opening.rate).then(|| rate.hz()),
        // Datagrams have no other end.
        ended_by: if quiet_end && heard_something {
            "end"
        } else {
            ended.by
        },
        odd_octets: ended.odd_octets + opening.trailing,
        missing_samples: opening.missing,
        checksum_differs: differs,
        notes,
    };
    let mut account = Account::new(rate, input, ended.heard);
    account.sample_rate = opening.rate.hz();
    account
}

impl Arguments {
    /// The canister, if it is wanted.
    fn window(&self, opening: &Opening, settings: &Settings) -> Result<Option<Canister>, Failure> {
        if !self.canister {
            return Ok(None);
        }
        let coding = self.coding.map(Into::into);
        let changed = self.resample.is_some() || self.remove_dc;
        let file = match &opening.source {
            Source::File(path) if files::is_rereadable(path) && !changed => Some(path.as_path()),
            _ => None,
        };
        let format = if changed {
            Format::Cf32
        } else {
            opening.format
        };
        Canister::new(settings, coding, file, format).map(Some)
    }

    fn settings(&self, opening: &Opening, rate: SampleRate) -> Result<Settings, Failure> {
        let widest = WIDEST * rate.hz();
        let (centre, carrier) = (opening.centre_hz, self.carrier);
        let centre_hz = match (centre, carrier) {
            (Some(centre), Some(carrier)) => carrier - centre,
            _ => 0.0,
        };
        if centre_hz.abs() >= widest {
            return Err(Failure::new(format!(
                "--carrier: {centre_hz:+.0} Hz from the centre is outside the recording"
            )));
        }
        let aid = match &self.doppler {
            Some(path) => {
                let told = carrier.or(centre);
                Some(Aid {
                    profile: profile(path)?,
                    carrier_hz: told.unwrap_or(CHANNEL_0_RETURN_HZ),
                })
            }
            None => None,
        };
        let base = Settings::new(rate);
        Ok(Settings {
            modulation: Modulation::ResidualCarrier {
                index_rad: self.index.to_radians(),
            },
            symbol_rate: self.rate,
            search: Search {
                centre_hz,
                half_width_hz: self.search.unwrap_or(SEARCH.min(widest - centre_hz.abs())),
                ..base.search
            },
            loop_bandwidth_hz: self.loop_bandwidth,
            aid,
            ..base
        })
    }

    /// What takes the octets in, with what is to be done to the samples first.
    fn session(
        &self,
        opening: &Opening,
        ear: Ear,
        rate: SampleRate,
        limits: Limits,
    ) -> Result<Session, Failure> {
        let mut session = Session::new(ear, opening.format, rate, limits);
        if self.resample.is_some() {
            let resampler = Resampler::new(opening.rate, rate);
            let resampler =
                resampler.map_err(|error| Failure::new(format!("--resample: {error}")))?;
            session = session.resampled(resampler, opening.rate);
        }
        if self.remove_dc {
            session = session.without_constant(opening.rate);
        }
        Ok(session)
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    fn limits(&self, rate: SampleRate) -> Limits {
        let interrupted = Arc::new(AtomicBool::new(false));
        let handler = Arc::clone(&interrupted);
        // Fails only if there is a handler already (several runs in one process).
        let _ = ctrlc::set_handler(move || handler.store(true, Ordering::Relaxed));
        Limits {
            samples: self
                .seconds
                .map(|seconds| (seconds * rate.hz()).round() as u64),
            silence: (self.timeout > 0.0).then(|| Duration::from_secs_f64(self.timeout)),
            interrupted,
        }
    }
}

fn sample_rate(hz: f64) -> Result<SampleRate, Failure> {
    SampleRate::new(hz).map_err(|error| Failure::new(format!("--sample-rate: {error}")))
}

fn profile(path: &Path) -> Result<Profile, Failure> {
    let mut octets = Vec::new();
    let mut input = std::io::Read::take(files::open(path)?, LONGEST_PROFILE);
    std::io::Read::read_to_end(&mut input, &mut octets)
        .map_err(|error| Failure::at(path, format!("cannot read: {}", files::cause(&error))))?;
    if octets.len() as u64 == LONGEST_PROFILE {
        return Err(Failure::at(
            path,
            format!("longer than {}", human::octets(LONGEST_PROFILE)),
        ));
    }
    let text = String::from_utf8(octets)
        .map_err(|_| Failure::at(path, "is no text; a profile is comma-separated values"))?;
    text.parse().map_err(|error| Failure::at(path, error))
}
