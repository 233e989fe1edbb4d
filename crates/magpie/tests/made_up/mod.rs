//! Made-up reports: plausible figures in the shape of the November 2021 relay test. Nothing here was computed by the world of the simulator.

// Each user of this module (test, example) takes a part of it.
#![allow(dead_code, reason = "shared by a test and an example")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures are made up"
)]

use std::collections::BTreeMap;
use std::ops::Range;

use magpie::report::{Coverage, FileContent};
use magpie_sim::report::{DeliveredFile, Hop, Outcome, PassReport, Report, Salvage, Series};

pub(crate) const NAME: &str = "utopia-planitia.pgm";
pub(crate) const SHA: &str = "9f2c1d6a77e0b4c35a18d2ef9b60c47183e5d0aa42b97c3fe8d116504b7a2c9e";
const FRAME: u64 = 1019;
const PARTS: usize = 120;
/// Bins of five seconds in a window of ten minutes.
const BINS: usize = 120;

/// One pass to be made up.
struct Story {
    day: &'static str,
    /// First and last second of the rover's transmission with data.
    on: Range<f64>,
    lock_s: Option<f64>,
    /// Eb/N0 in the middle of the pass.
    peak_db: f64,
    /// Does the interface spoil the frames of this second?
    spoiled: fn(f64) -> bool,
    outcome: Outcome,
    canister_frames: u64,
    brought: Vec<(usize, usize)>,
    verdict: &'static str,
}

fn stories(size: usize) -> Vec<Story> {
    let on = |from: f64, to: f64| from..to;
    vec![
        Story {
            day: "2021-11-07",
            on: on(70.0, 540.0),
            lock_s: Some(88.4),
            peak_db: 4.9,
            spoiled: |_| true,
            outcome: Outcome::Corrupted,
            canister_frames: 0,
            brought: vec![],
            verdict: "Locked after 88.4 s; the on-board interface spoiled all 436 frames and the canister; nothing could be saved.",
        },
        Story {
            day: "2021-11-16",
            on: on(95.0, 560.0),
            lock_s: Some(113.1),
            peak_db: 5.4,
            spoiled: |t| (t % 45.0) < 38.0,
            outcome: Outcome::Corrupted,
            canister_frames: 71,
            brought: vec![(16_000, 31_000), (88_000, 121_000)],
            verdict: "Locked after 113.1 s; bursts on the on-board interface spoiled most frames; 71 more were saved from the canister.",
        },
        Story {
            day: "2021-11-18",
            on: on(60.0, 520.0),
            lock_s: Some(79.7),
            peak_db: 3.6,
            spoiled: |t| t > 110.0,
            outcome: Outcome::Corrupted,
            canister_frames: 12,
            brought: vec![(0, 27_500)],
            verdict: "Locked after 79.7 s; the on-board interface failed at 110 s and never came back; 12 frames were saved from the canister.",
        },
        Story {
            day: "2021-11-20",
            on: on(80.0, 585.0),
            lock_s: Some(97.2),
            peak_db: 6.3,
            spoiled: |_| false,
            outcome: Outcome::Clean,
            canister_frames: 468,
            brought: vec![(0, size)],
            verdict: "Locked after 97.2 s; every frame heard reached the rover's team, the file twice over.",
        },
        Story {
            day: "2021-11-22",
            on: on(75.0, 550.0),
            lock_s: Some(96.0),
            peak_db: 5.0,
            spoiled: |t| (t % 12.0) < 8.0,
            outcome: Outcome::Corrupted,
            canister_frames: 9,
            brought: vec![(40_000, 52_000), (150_000, 158_000), (201_000, 222_000)],
            verdict: "Locked after 96.0 s; interference with a period of 12 s on the on-board interface spoiled two of three frames.",
        },
    ]
}

/// A world that repeats itself exactly.
fn noise(seed: usize) -> f64 {
    let mixed = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f64 / f64::from(1 << 24)
}

fn series(story: &Story, seed: usize) -> Series {
    let mut series = Series::default();
    for bin in 0..BINS {
        let t = bin as f64 * 5.0 + 2.5;
        let there = story.on.contains(&t);
        let fade = ((t - 310.0) / 330.0).powi(2) * 3.2;
        series.t_s.push(t);
        series
            .eb_n0_db
            .push(there.then(|| story.peak_db - fade + noise(bin * 31 + seed) * 0.5));
        let sent = if there {
            4 + u32::from(bin % 2 == 0)
        } else {
            0
        };
        let eb_n0 = story.peak_db - fade;
        let locked = story.lock_s.is_some_and(|lock| t > lock);
        let lost = if eb_n0 < 2.6 && noise(bin * 17 + seed) < (2.6 - eb_n0) / 1.6 {
            2
        } else {
            0
        };
        let good = if locked { sent.saturating_sub(lost) } else { 0 };
        series.frames_sent.push(sent);
        series.frames_good.push(good);
        series
            .frames_recorded
            .push(if (story.spoiled)(t) { 0 } else { good });
    }
    series
}

fn hop(
    name: &str,
    unit: &str,
    units: (u64, u64),
    octets: (u64, u64),
    rejected: &[(&str, u64)],
) -> Hop {
    let rejected = rejected
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(reason, n)| ((*reason).to_owned(), *n))
        .collect();
    Hop {
        name: name.into(),
        unit: unit.into(),
        units_in: units.0,
        units_out: units.1,
        octets_in: octets.0,
        octets_out: octets.1,
        rejected,
    }
}

fn hops(sent: u64, good: u64, bad: u64, recorded: u64) -> Vec<Hop> {
    let useful = recorded.min(235);
    vec![
        hop(
            "rover",
            "frames",
            (sent, sent),
            (sent * 1010, sent * FRAME),
            &[],
        ),
        hop(
            "uhf",
            "frames",
            (sent, good + bad),
            (sent * FRAME, (good + bad) * FRAME),
            &[("before lock", sent - good - bad)],
        ),
        hop(
            "transceiver",
            "frames",
            (good + bad, good),
            ((good + bad) * FRAME, good * FRAME),
            &[("CRC-32 wrong", bad)],
        ),
        hop(
            "interface",
            "frames",
            (good, recorded),
            (good * FRAME, recorded * FRAME),
            &[
                ("interface check wrong", (good - recorded) * 4 / 5),
                (
                    "octets missing",
                    (good - recorded) - (good - recorded) * 4 / 5,
                ),
            ],
        ),
        hop(
            "recorder",
            "frames",
            (recorded, recorded),
            (recorded * FRAME, recorded * (FRAME + 8)),
            &[],
        ),
        hop(
            "downlink",
            "frames",
            (recorded, recorded),
            (recorded * (FRAME + 8), recorded * 1115),
            &[],
        ),
        hop(
            "station",
            "frames",
            (recorded, recorded),
            (recorded * 1115, recorded * FRAME),
            &[],
        ),
        hop(
            "team",
            "frames",
            (recorded, useful),
            (recorded * FRAME, useful * 992),
            &[("duplicate", recorded - useful)],
        ),
    ]
}

fn pass(story: &Story, seed: usize) -> PassReport {
    let series = series(story, seed);
    let sum = |values: &[u32]| values.iter().map(|n| u64::from(*n)).sum::<u64>();
    let (sent, good, recorded) = (
        sum(&series.frames_sent),
        sum(&series.frames_good),
        sum(&series.frames_recorded),
    );
    let bad = (sent - good) / 3;
    let hops = hops(sent, good, bad, recorded);
    PassReport {
        id: story.day.into(),
        start_utc: format!("{}T12:07:00Z", story.day),
        window_s: 600.0,
        on_earth_utc: format!("{}T13:48:41Z", story.day),
        signal_detected: story.lock_s.is_some(),
        lock_s: story.lock_s,
        frames_sent: sent,
        frames_good: good,
        frames_bad: bad,
        hops,
        verdict: story.verdict.into(),
        outcome: story.outcome,
        salvage: Salvage {
            frames: story.canister_frames,
            frames_only_here: if story.outcome == Outcome::Clean {
                0
            } else {
                story.canister_frames
            },
            canister_octets: if story.lock_s.is_some() { 1_200_000 } else { 0 },
        },
        series,
    }
}

/// A picture in the manner of a plain with rocks and a sky; 480 by 485 pixels.
fn picture() -> Vec<u8> {
    let (width, height) = (480_usize, 485_usize);
    let mut octets = format!("P5 {width} {height} 255\n").into_bytes();
    for y in 0..height {
        for x in 0..width {
            let horizon = 150.0 + 14.0 * (x as f64 / 70.0).sin() + 6.0 * (x as f64 / 23.0).cos();
            let depth = (y as f64 - horizon) / (height as f64 - horizon);
            let value = if depth < 0.0 {
                200.0 + depth * 60.0
            } else {
                let ripple = ((x as f64 + 90.0 * depth) / (6.0 + 60.0 * depth)).sin()
                    * ((y as f64) / (3.0 + 22.0 * depth)).cos();
                130.0 - 40.0 * depth + 34.0 * ripple + 18.0 * noise(x * 977 + y * 13)
            };
            octets.push(value.clamp(0.0, 255.0) as u8);
        }
    }
    octets
}

fn file(name: &str, size: usize, passes: &[(String, Coverage)]) -> (DeliveredFile, Coverage) {
    let all: Coverage = passes
        .iter()
        .flat_map(|(_, coverage)| coverage.ranges().iter().cloned())
        .collect();
    let completion = (0..PARTS)
        .map(|part| {
            let range = part * size / PARTS..(part + 1) * size / PARTS;
            (0_u16..)
                .zip(passes)
                .filter(|(_, (_, coverage))| coverage.has(&range))
                .map(|(at, _)| at)
                .collect()
        })
        .collect();
    let octets = all.octets();
    let file = DeliveredFile {
        name: name.into(),
        octets: octets as u64,
        size: size as u64,
        sha256: (octets == size).then(|| SHA.into()),
        payload_sha256: SHA.into(),
        complete: octets == size,
        missing_octets: (size - octets) as u64,
        per_pass_octets: passes
            .iter()
            .map(|(id, coverage)| (id.clone(), coverage.octets() as u64))
            .collect(),
        completion,
    };
    (file, all)
}

fn told(scenario: &str, stories: &[Story], octets: Vec<u8>) -> (Report, Vec<FileContent>) {
    let passes: Vec<PassReport> = stories
        .iter()
        .enumerate()
        .map(|(at, story)| pass(story, at * 1000))
        .collect();
    let brought: Vec<(String, Coverage)> = stories
        .iter()
        .map(|story| {
            (
                story.day.to_owned(),
                story.brought.iter().map(|(from, to)| *from..*to).collect(),
            )
        })
        .collect();
    let (file, covered) = file(NAME, octets.len(), &brought);
    let content = FileContent {
        name: NAME.into(),
        octets,
        covered,
        per_pass: brought.into_iter().collect::<BTreeMap<_, _>>(),
    };
    let report = Report {
        scenario: scenario.into(),
        seed: 20_211_120,
        passes,
        delivered: vec![file],
        machines: Vec::new(),
        wall_s: 23.41,
    };
    (report, vec![content])
}

/// Five passes, the fourth clean: the file is complete.
pub(crate) fn relay() -> (Report, Vec<FileContent>) {
    let octets = picture();
    told("zhurong-mex-2021 (example)", &stories(octets.len()), octets)
}

/// The same without the good pass: some of the file is missing.
pub(crate) fn partial() -> (Report, Vec<FileContent>) {
    let octets = picture();
    let mut stories = stories(octets.len());
    stories.retain(|story| story.outcome == Outcome::Corrupted);
    told("partial (example)", &stories, octets)
}

/// Five passes in which no signal was declared.
pub(crate) fn never_heard() -> (Report, Vec<FileContent>) {
    let octets = picture();
    let mut stories = stories(octets.len());
    for story in &mut stories {
        story.lock_s = None;
        story.peak_db = -14.0;
        story.outcome = Outcome::NotHeard;
        story.canister_frames = 0;
        story.brought.clear();
        story.verdict = "No signal was declared in the whole window.";
    }
    let (mut report, contents) = told("never-heard (example)", &stories, octets);
    for pass in &mut report.passes {
        pass.frames_bad = 0;
        let sent = pass.frames_sent;
        for (at, hop) in pass.hops.iter_mut().enumerate().skip(1) {
            (hop.units_in, hop.units_out, hop.octets_out) = (if at == 1 { sent } else { 0 }, 0, 0);
            hop.octets_in = hop.units_in * FRAME;
            hop.rejected = if at == 1 {
                std::iter::once(("no signal declared".to_owned(), sent)).collect()
            } else {
                BTreeMap::new()
            };
        }
    }
    (report, contents)
}

/// A report with nothing in it.
pub(crate) fn empty() -> (Report, Vec<FileContent>) {
    (
        Report {
            scenario: "empty".into(),
            seed: 0,
            passes: vec![],
            delivered: vec![],
            machines: Vec::new(),
            wall_s: 0.0,
        },
        vec![],
    )
}
