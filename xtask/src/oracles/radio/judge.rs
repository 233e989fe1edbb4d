//! What `magpie listen` said of a recording, against what is in it.

use serde::Deserialize;

use super::{from_hex, to_hex};

/// The offset is not judged so long before a fade's begin and after its end, in seconds.
const AROUND_A_FADE_S: (f64, f64) = (0.1, 0.7);
/// So many of the carrier's points must be near enough: the first ones of a lock have little behind them.
const POINTS_NEAR_PERCENT: usize = 90;

/// The JSON beside a recording (`conformance/oracles/radio/recordings.py`).
#[derive(Deserialize)]
pub(super) struct Expected {
    pub(super) name: String,
    pub(super) told: Vec<String>,
    sample_rate: f64,
    symbol_rate: f64,
    coding: String,
    inverted: bool,
    silent: bool,
    cn0_dbhz: f64,
    cn0_within_db: f64,
    offset_within_hz: f64,
    damaged: u64,
    least_percent: usize,
    fades: Vec<[f64; 2]>,
    carrier: Vec<Point>,
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
struct Frame {
    hex: String,
    required: bool,
}

#[derive(Deserialize)]
struct Point {
    t_s: f64,
    offset_hz: f64,
}

/// The part of `magpie listen --json` that is looked at.
#[derive(Deserialize)]
pub(super) struct Heard {
    sample_rate: f64,
    symbol_rate: Option<f64>,
    coding: Option<String>,
    polarity: Option<String>,
    carrier: Vec<Measured>,
    frames_good: u64,
    frames_bad: u64,
}

#[derive(Deserialize)]
struct Measured {
    t_s: f64,
    offset_hz: f64,
    cn0_dbhz: f64,
}

/// One row of the table.
pub(super) struct Report {
    pub(super) complaints: Vec<String>,
    figures: String,
}

impl Report {
    pub(super) const HEADING: &'static str =
        "recording  mode   frames    sym/s coding          offset Hz   C/N0 dB  verdict";

    /// For a run that told nothing.
    pub(super) fn nothing(why: String) -> Self {
        Self {
            complaints: vec![why],
            figures: format!("{:52}", ""),
        }
    }

    pub(super) fn row(&self, name: &str, mode: &str) -> String {
        let verdict = match self.complaints.as_slice() {
            [] => "ok".to_owned(),
            some => format!("WRONG: {}", some.join("; ")),
        };
        format!("{name:10} {mode:5} {} {verdict}", self.figures)
    }
}

impl Expected {
    /// The frames that were sent, one after the other.
    pub(super) fn octets(&self) -> Result<Vec<u8>, String> {
        let frames: Result<Vec<_>, _> = self.frames.iter().map(|f| from_hex(&f.hex)).collect();
        Ok(frames?.concat())
    }

    /// Where the carrier is at a time; `None` outside of what is known, and around fades.
    fn offset_hz(&self, t_s: f64) -> Option<f64> {
        let (before, after) = AROUND_A_FADE_S;
        let faded = |fade: &[f64; 2]| t_s > fade[0] - before && t_s < fade[1] + after;
        if self.fades.iter().any(faded) {
            return None;
        }
        let pair = self
            .carrier
            .windows(2)
            .find(|pair| t_s >= pair[0].t_s && t_s <= pair[1].t_s)?;
        let part = (t_s - pair[0].t_s) / (pair[1].t_s - pair[0].t_s);
        Some(pair[0].offset_hz + part * (pair[1].offset_hz - pair[0].offset_hz))
    }
}

/// Compares; `octets` is what `--out` holds, `code` the exit code.
pub(super) fn judge(expected: &Expected, heard: &Heard, code: i32, octets: &[u8]) -> Report {
    let mut complaints = Vec::new();
    // Nothing heard, or a frame known to be missing: 2.
    if code != 2 * i32::from(expected.silent || heard.frames_bad > 0) {
        complaints.push(format!("exit code {code}"));
    }
    if (heard.sample_rate - expected.sample_rate).abs() > 1e-6 {
        complaints.push(format!("sample rate {}", heard.sample_rate));
    }
    let got = split(octets);
    let found = frames(expected, heard, &got, &mut complaints);
    let (offset, cn0) = carrier(expected, heard, &mut complaints);
    if !expected.silent {
        signal(expected, heard, &mut complaints);
    }
    let figures = format!(
        "{found:>9} {:>8} {:14} {offset:>10} {cn0:>9} ",
        heard.symbol_rate.map_or("-".to_owned(), |r| r.to_string()),
        heard.coding.as_deref().unwrap_or("-"),
    );
    Report {
        complaints,
        figures,
    }
}

/// Rate, coding, polarity.
fn signal(expected: &Expected, heard: &Heard, complaints: &mut Vec<String>) {
    let rate = heard.symbol_rate.unwrap_or_default();
    if (rate - expected.symbol_rate).abs() > 1e-6 {
        complaints.push(format!("{rate} sym/s instead of {}", expected.symbol_rate));
    }
    let coding = heard.coding.as_deref().unwrap_or("none");
    if !coding.starts_with(&expected.coding) {
        complaints.push(format!("coding {coding} instead of {}", expected.coding));
    }
    let polarity = heard.polarity.as_deref().unwrap_or("none");
    if polarity.contains("invert") != expected.inverted {
        complaints.push(format!("polarity {polarity}"));
    }
}

/// Frames octet by octet: only sent ones, in order, none twice, and enough of them. Says how many of those that are required.
fn frames(
    expected: &Expected,
    heard: &Heard,
    got: &[&[u8]],
    complaints: &mut Vec<String>,
) -> String {
    let mut seen = vec![false; expected.frames.len()];
    let mut next = 0;
    let mut strange = 0;
    for frame in got.iter().map(|frame| to_hex(frame)) {
        let place = expected.frames[next..].iter().position(|f| f.hex == frame);
        match place {
            Some(skipped) => {
                seen[next + skipped] = true;
                next += skipped + 1;
            }
            None => strange += 1,
        }
    }
    let required = expected.frames.iter().filter(|f| f.required).count();
    let pairs = expected.frames.iter().zip(&seen);
    let found = pairs.filter(|(f, seen)| f.required && **seen).count();
    if strange > 0 {
        complaints.push(format!("{strange} frames never sent, or out of order"));
    }
    if 100 * found < expected.least_percent * required {
        complaints.push(format!("{} frames missing", required - found));
    }
    if heard.frames_good != got.len() as u64 {
        let told = heard.frames_good;
        complaints.push(format!("frames_good is {told}, {} are there", got.len()));
    }
    if heard.frames_bad < expected.damaged {
        complaints.push(format!("frames_bad is {}", heard.frames_bad));
    }
    format!("{found}/{required}")
}

/// Offset and C/N0: the error that 90 % of the points keep, and the median error.
fn carrier(expected: &Expected, heard: &Heard, complaints: &mut Vec<String>) -> (String, String) {
    if expected.silent {
        if !heard.carrier.is_empty() {
            complaints.push(format!("{} points of a carrier", heard.carrier.len()));
        }
        return ("-".to_owned(), "-".to_owned());
    }
    let judged = heard
        .carrier
        .iter()
        .filter_map(|point| Some((point, expected.offset_hz(point.t_s)?)));
    let (mut offsets, mut levels): (Vec<f64>, Vec<f64>) = judged
        .map(|(point, hz)| {
            (
                (point.offset_hz - hz).abs(),
                point.cn0_dbhz - expected.cn0_dbhz,
            )
        })
        .unzip();
    let (Some(offset), Some(level)) = (at(&mut offsets, POINTS_NEAR_PERCENT), at(&mut levels, 50))
    else {
        complaints.push("no point of the carrier".to_owned());
        return ("-".to_owned(), "-".to_owned());
    };
    // NaN is not near.
    if !matches!(
        offset.partial_cmp(&expected.offset_within_hz),
        Some(std::cmp::Ordering::Less)
    ) {
        complaints.push(format!("offset wrong by {offset:.2} Hz"));
    }
    if !matches!(
        level.abs().partial_cmp(&expected.cn0_within_db),
        Some(std::cmp::Ordering::Less)
    ) {
        complaints.push(format!("C/N0 wrong by {level:+.1} dB"));
    }
    (format!("{offset:.3}"), format!("{level:+.2}"))
}

/// The value that so many percent of them do not exceed.
fn at(values: &mut [f64], percent: usize) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    values.get(last * percent / 100).copied()
}

/// Version-3 frames that stand one after the other; a rest that is none comes last.
fn split(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while !octets.is_empty() {
        let length = match octets {
            [_, _, high, low, ..] => (usize::from(high & 7) << 8 | usize::from(*low)) + 1,
            _ => octets.len(),
        };
        let (frame, rest) = octets.split_at(length.min(octets.len()));
        frames.push(frame);
        octets = rest;
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        let text = r#"{"name": "x", "told": [], "sample_rate": 1000, "symbol_rate": 100, "coding": "conv", "inverted": false, "silent": false,
            "cn0_dbhz": 50, "cn0_within_db": 1, "offset_within_hz": 2, "damaged": 0, "least_percent": 100, "fades": [[4, 5]],
            "carrier": [{"t_s": 1, "offset_hz": 10}, {"t_s": 9, "offset_hz": 90}],
            "frames": [{"hex": "8000000400", "required": true}, {"hex": "8000000500aa", "required": false}]}"#;
        serde_json::from_str(text).expect("as recordings.py writes it")
    }

    fn heard() -> Heard {
        let text = r#"{"sample_rate": 1000, "symbol_rate": 100, "coding": "convolutional", "polarity": "upright", "frames_good": 1, "frames_bad": 0,
            "carrier": [{"t_s": 2, "offset_hz": 20.5, "cn0_dbhz": 50.4}, {"t_s": 4.5, "offset_hz": -900, "cn0_dbhz": 10}]}"#;
        serde_json::from_str(text).expect("as `magpie listen` writes it")
    }

    const EMPTY: [u8; 5] = [0x80, 0, 0, 4, 0];

    #[test]
    fn what_is_right_passes_and_the_fade_is_not_judged() {
        let report = judge(&expected(), &heard(), 0, &EMPTY);
        assert!(report.complaints.is_empty(), "{:?}", report.complaints);
        assert!(report.row("x", "blind").contains("0.500"));
    }

    #[test]
    fn each_fault_is_a_complaint() {
        let complaints = |change: fn(&mut Heard), code, octets: &[u8]| {
            let mut heard = heard();
            change(&mut heard);
            judge(&expected(), &heard, code, octets).complaints.len()
        };
        assert_eq!(complaints(|_| {}, 2, &EMPTY), 1);
        assert_eq!(complaints(|heard| heard.frames_good = 0, 0, &[]), 1);
        assert_eq!(complaints(|_| {}, 0, &[0x80, 0, 0, 4, 1]), 2); // never sent, and the right one is missing
        assert_eq!(
            complaints(|heard| heard.frames_good = 2, 0, &EMPTY.repeat(2)),
            1
        );
        assert_eq!(complaints(|heard| heard.symbol_rate = None, 0, &EMPTY), 1);
        let polarity = |heard: &mut Heard| heard.polarity = Some("inverted".to_owned());
        assert_eq!(complaints(polarity, 0, &EMPTY), 1);
        let off = |heard: &mut Heard| heard.carrier[0].offset_hz = f64::NAN;
        assert_eq!(complaints(off, 0, &EMPTY), 1);
        assert_eq!(complaints(|heard| heard.carrier.clear(), 0, &EMPTY), 1);
    }

    #[test]
    fn a_cut_off_frame_stays_visible() {
        assert_eq!(split(&[0x80, 0, 0, 4, 0, 0x80, 0]).len(), 2);
        assert_eq!(split(&[0x80, 0, 0, 9, 0]), [[0x80, 0, 0, 9, 0]]);
    }
}
