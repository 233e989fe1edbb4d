//! The account of a listening: what `magpie listen --json` prints.

use std::collections::BTreeMap;

use magpie_radio::SampleRate;
use serde::Serialize;

use super::canister::Told;
use super::coding::Coding;
use super::ear::Heard;
use super::log::{CarrierPoint, Lock, Mark, Stretch};
use super::report::Timeline;
use super::tally::Tally;
use crate::report::human;

/// A constant part of the power from which on it is worth a word.
const CONSTANT: f64 = 0.01;
/// A carrier so near to the middle, in Hz, is no fault of the receiver's hardware.
const MIDDLE: f64 = 20.0;
/// The same of samples at the end of their range.
const FULL: f64 = 0.01;

/// What is known of the samples, and of how their stream ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// Where they came from.
    pub source: String,
    /// How they lay in octets.
    pub format: &'static str,
    /// Centre frequency of the recording in Hz, if it is known.
    pub centre_hz: Option<f64>,
    /// Samples a second after resampling, which time and samples below count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resampled_to: Option<f64>,
    /// How it ended: `end`, `seconds`, `silent`, `interrupted`, `broken`.
    pub ended_by: &'static str,
    /// Octets that are no whole sample: the stream was cut off, or a datagram was.
    pub odd_octets: u64,
    /// Samples of which the metadata speak and which are not there.
    pub missing_samples: u64,
    /// The samples have another checksum than the metadata say.
    pub checksum_differs: bool,
    /// What else is to be said.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// The account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Samples a second.
    pub sample_rate: f64,
    /// Symbols a second, nominal, of the lock that lasted longest.
    pub symbol_rate: Option<f64>,
    /// The coding that was found, or told; the one found last if there were several.
    pub coding: Option<Coding>,
    /// The carrier's track.
    pub carrier: Vec<CarrierPoint>,
    /// Stretches with the symbols in lock.
    pub locks: Vec<Lock>,
    /// Markers of transfer units.
    pub markers: u64,
    /// Frames with a good CRC.
    pub frames_good: u64,
    /// Frames and codewords whose check failed.
    pub frames_bad: u64,
    /// `upright`, `inverted` or `mixed`, by the good frames.
    pub polarity: Option<&'static str>,
    /// Refused units by reason.
    pub rejected: BTreeMap<&'static str, u64>,

    /// Every coding that was found, in order of time.
    pub codings: Vec<Coding>,
    /// Stretches with the carrier in lock.
    pub carrier_locks: Vec<Stretch>,
    /// Stretches of both kinds beyond those listed.
    pub more_stretches: u64,
    /// Octets in good frames.
    pub frame_octets: u64,
    /// Good frames that came turned over.
    pub frames_inverted: u64,
    /// Markers where nothing coded was received.
    pub noise_markers: u64,
    /// Soft symbols, and those of them that were erased in a fade.
    pub symbols: u64,
    /// Erased ones of them.
    pub symbols_erased: u64,
    /// What the Viterbi decoder saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convolutional: Option<Convolutional>,
    /// What the LDPC decoder saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ldpc: Option<Ldpc>,
    /// Samples, lost ones among them.
    pub samples: u64,
    /// Their duration.
    pub seconds: f64,
    /// Samples that came and were dropped, because the source was faster than the receiver.
    pub lost_samples: u64,
    /// Samples that were not numbers.
    pub not_numbers: u64,
    /// Mean power in dB of full scale.
    pub level_db: Option<f64>,
    /// The part of the power that is constant.
    pub constant_part: f64,
    /// What is told of a canister.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canister: Option<Told>,
    /// What is known of the samples.
    pub input: Input,
    /// What a person should know.
    pub notes: Vec<String>,
    /// Where good frames were: for pictures.
    #[serde(skip)]
    pub marks: Vec<Mark>,
    /// All frames, in slots of time: for pictures.
    #[serde(skip)]
    pub timeline: Timeline,
}

/// What the Viterbi decoder saw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Convolutional {
    /// Bits decided.
    pub bits: u64,
    /// Of a coded stream.
    pub bits_in_lock: u64,
    /// Share of the symbols that were received wrong there, weighted with their confidence.
    pub symbol_mismatch: Option<f64>,
    /// Changes of the pair phase or of G2.
    pub slips: u64,
    /// G2 was inverted, as the book says.
    pub g2_inverted: Option<bool>,
}

/// What the LDPC decoder saw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ldpc {
    /// Good codewords.
    pub codewords: u64,
    /// Beyond repair.
    pub codewords_failed: u64,
    /// Symbols mended in the good ones.
    pub corrected_symbols: u64,
}

impl Account {
    /// Of what was heard.
    pub fn new(rate: SampleRate, input: Input, heard: Heard) -> Self {
        let mut notes = input.notes.clone();
        notes.extend(input_notes(&input));
        notes.extend(notes_on(&heard));
        let Heard {
            log,
            verdict,
            level,
            samples,
            lost,
            sight: _,
        } = heard;
        let tally = verdict.tally;
        let coding = verdict.codings.last().copied();
        let has = |coding| verdict.codings.contains(&coding);
        Self {
            sample_rate: rate.hz(),
            symbol_rate: longest_rate(&log.locks),
            coding,
            carrier: log.carrier,
            locks: log.locks,
            markers: tally.markers,
            frames_good: tally.good,
            frames_bad: tally.bad,
            polarity: polarity(&tally),
            convolutional: has(Coding::Convolutional).then(|| convolutional(&tally)),
            ldpc: has(Coding::Ldpc).then(|| ldpc(&tally)),
            rejected: tally.rejected,
            codings: verdict.codings,
            carrier_locks: log.carrier_locks,
            more_stretches: log.more_stretches,
            frame_octets: tally.octets,
            frames_inverted: tally.good_inverted,
            noise_markers: tally.noise_markers,
            symbols: tally.symbols,
            symbols_erased: tally.erased,
            samples,
            seconds: rate.seconds(samples),
            lost_samples: lost,
            not_numbers: log.not_numbers,
            level_db: (level.power() > 0.0).then(|| 10.0 * level.power().log10()),
            constant_part: level.constant_part(),
            canister: None,
            input,
            notes,
            marks: log.marks,
            timeline: log.timeline,
        }
    }

    /// Frames were heard, and nothing is known to be missing.
    pub fn is_complete(&self) -> bool {
        self.frames_good > 0
            && self.frames_bad == 0
            && self.lost_samples == 0
            && self.input.odd_octets == 0
            && self.input.missing_samples == 0
            && !self.input.checksum_differs
            && !matches!(self.input.ended_by, "silent" | "broken")
    }
}

/// The rate that was longest in lock.
fn longest_rate(locks: &[Lock]) -> Option<f64> {
    let mut sums: Vec<(f64, f64)> = Vec::new();
    for lock in locks {
        let length = lock.to_s - lock.from_s;
        match sums
            .iter_mut()
            .find(|(rate, _)| rate.total_cmp(&lock.symbol_rate).is_eq())
        {
            Some((_, sum)) => *sum += length,
            None => sums.push((lock.symbol_rate, length)),
        }
    }
    let longest = sums.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    longest.map(|&(rate, _)| rate)
}

const fn polarity(tally: &Tally) -> Option<&'static str> {
    match (tally.good, tally.good_inverted) {
        (0, _) => None,
        (_, 0) => Some("upright"),
        (good, inverted) if good == inverted => Some("inverted"),
        _ => Some("mixed"),
    }
}

fn convolutional(tally: &Tally) -> Convolutional {
    let seen = &tally.viterbi;
    Convolutional {
        bits: seen.bits,
        bits_in_lock: seen.bits_in_lock,
        symbol_mismatch: seen.symbol_mismatch(),
        slips: seen.slips,
        g2_inverted: seen.g2_inverted,
    }
}

const fn ldpc(tally: &Tally) -> Ldpc {
    Ldpc {
        codewords: tally.codewords.good,
        codewords_failed: tally.codewords.failed,
        corrected_symbols: tally.codewords.corrected_symbols,
    }
}

fn input_notes(input: &Input) -> impl Iterator<Item = String> {
    let cut = (input.odd_octets > 0).then(|| {
        format!(
            "cut off: {} octets are no whole {} sample",
            human::count(input.odd_octets),
            input.format
        )
    });
    let missing = (input.missing_samples > 0).then(|| {
        format!(
            "the metadata lie about the length: they speak of {} samples that are not there",
            human::count(input.missing_samples)
        )
    });
    let sum = input
        .checksum_differs
        .then(|| "the samples are not those of the metadata: core:sha512 differs".to_owned());
    let silent = (input.ended_by == "silent")
        .then(|| format!("dead stream: {} fell silent and was given up", input.source));
    [cut, missing, sum, silent].into_iter().flatten()
}

/// What the samples, the carrier and the frames say to a person.
fn notes_on(heard: &Heard) -> Vec<String> {
    let mut notes = Vec::new();
    let tally = &heard.verdict.tally;
    if heard.lost > 0 {
        notes.push(format!(
            "{} samples were lost: they came faster than they could be heard; zeros take their place",
            human::count(heard.lost)
        ));
    }
    if heard.log.not_numbers > 0 {
        notes.push(format!(
            "{} samples are no numbers and count as zero; the first at {:.3} s",
            human::count(heard.log.not_numbers),
            heard.log.first_not_number_s.unwrap_or(0.0)
        ));
    }
    // A carrier in the very middle is a constant too.
    let middle = heard
        .log
        .carrier
        .iter()
        .any(|point| point.offset_hz.abs() < MIDDLE);
    if heard.level.constant_part() > CONSTANT && !middle {
        notes.push(format!(
            "DC offset: {:.1} % of the power is constant (--remove-dc takes it off)",
            heard.level.constant_part() * 100.0
        ));
    }
    if heard.level.full_part() > FULL {
        notes.push(format!(
            "{:.1} % of the samples are at the end of their range: clipped",
            heard.level.full_part() * 100.0
        ));
    }
    if tally.good > 0 && tally.good == tally.good_inverted {
        notes.push(
            "spectrum inverted? every frame came turned over, which a residual carrier does not do: I and Q may be swapped"
                .into(),
        );
    }
    if tally.good > 0 && tally.good_inverted > 0 && tally.good_inverted < tally.good {
        notes.push("some frames came turned over and some did not".into());
    }
    notes.extend(why_nothing(heard));
    notes
}

/// Where the chain broke if no frame came.
fn why_nothing(heard: &Heard) -> Option<String> {
    let line = if heard.verdict.tally.good > 0 {
        return None;
    } else if heard.samples == 0 {
        "not one sample came"
    } else if heard.level.power() == 0.0 {
        "every sample is zero"
    } else if heard.log.carrier.is_empty() {
        "nothing heard: no carrier in the band that was searched (--search, --centre)"
    } else if heard.log.locks.is_empty() {
        "a carrier without symbols: nothing modulated, or the sample rate or --rate is wrong"
    } else if heard.verdict.codings.is_empty() {
        "symbols of no coding that is known: too weak, or the sample rate or --rate is wrong"
    } else if heard.verdict.tally.markers == 0 {
        "idle, and no frame"
    } else {
        "markers, and no good frame behind them"
    };
    Some(line.into())
}
