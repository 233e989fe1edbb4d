//! What the canister recovers where the real-time receiver does not.

use std::collections::HashSet;

use magpie_coding::viterbi::G2Choice;
use magpie_ground::decode::{DecodeConfig, Decoder, Outer};
use magpie_ground::second_look::{self, SecondLook};
use magpie_ground::symbols::SymbolFormat;
use magpie_radio::canister::{self, Narrow};
use magpie_radio::channel::{Awgn, Chain, Doppler, Seed};
use magpie_radio::modulate::{Coding, Transmission};
use magpie_radio::profile::{Profile, Row, SPEED_OF_LIGHT};
use magpie_radio::receive::{Event, Hear as _, Receiver, Settings};
use magpie_radio::{Iq, SampleRate};

use super::plot::{Drawing, Line, Style, draw};
use super::signal::{modulator, symbol};
use super::{Effort, Finding, Result};

const SAMPLE_RATE: f64 = 64_000.0;
/// 1 kbit/s of the rate 1/2 code: the weak end of a relay.
const SYMBOL_RATE: f64 = 2_000.0;
const CARRIER_HZ: f64 = 401_585_625.0;
/// Of the Doppler, around the closest approach.
const DRIFT_HZ_S: f64 = -60.0;
const WINDOW_S: f64 = 60.0;
const FRAME_OCTETS: usize = 64;
/// Before the first frame and behind the last one.
const IDLE_OCTETS: usize = 16;

/// Runs the experiment.
pub fn run(effort: Effort) -> Result {
    let levels: &[f64] = effort.pick(
        &[33.0, 33.5, 34.0, 34.5, 35.0, 35.5, 36.0, 37.0, 38.0],
        &[36.0],
    );
    let passes = effort.pick(6, 1);
    let mut table = vec![vec![
        "C/N0, dBHz".to_owned(),
        "frames sent".to_owned(),
        "real time".to_owned(),
        "canister".to_owned(),
        "without the second look".to_owned(),
    ]];
    let mut dots = [Vec::new(), Vec::new()];
    for &level in levels {
        let (mut sent, mut real, mut all, mut first) = (0, 0, 0, 0);
        for pass in 0..passes {
            let window = Window::new(level, pass);
            sent += window.frames.len();
            real += window.count(&window.real_time());
            let (once, again) = window.canister();
            first += window.count(&once);
            all += window.count(&again);
        }
        let part = |count: usize| 100.0 * count as f64 / sent as f64;
        dots[0].push((level, part(real)));
        dots[1].push((level, part(all)));
        table.push(vec![
            format!("{level}"),
            format!("{sent}"),
            format!("{:.1} %", part(real)),
            format!("{:.1} %", part(all)),
            format!("{:.1} %", part(first)),
        ]);
    }
    let at_80 = crossing(&dots[0], 80.0);
    let have = at_80.map_or(f64::NAN, |level| value(&dots[1], level));
    let title = "Frames recovered from a window";
    let line = |label: &str, dots: &[(f64, f64)]| Line {
        label: label.to_owned(),
        dots: dots.to_vec(),
        style: Style::Measured,
    };
    Result {
        name: "canister",
        title: title.to_owned(),
        how: format!(
            "{passes} windows of {WINDOW_S} s, {SYMBOL_RATE} sym/s of the rate 1/2 code, frames of {FRAME_OCTETS} octets from begin to end but for {IDLE_OCTETS} octets of idle, \
             Doppler {DRIFT_HZ_S} Hz/s; nothing is told to the receivers but the sample rate. Second look: list Viterbi of a thousand paths where a frame's CRC failed."
        ),
        findings: if effort == Effort::Full {
            vec![Finding {
                what: format!(
                    "canister where the real-time receiver gets 80 % ({:.1} dBHz)",
                    at_80.unwrap_or(f64::NAN)
                ),
                ask: "≥ 95 % of the frames".to_owned(),
                have: format!("{have:.1} %"),
                met: have >= 95.0,
            }]
        } else {
            Vec::new()
        },
        table,
        svg: draw(&Drawing {
            title,
            x: "C/N0, dBHz",
            y: "frames recovered, %",
            logarithmic: false,
            lines: vec![line("canister", &dots[1]), line("real time", &dots[0])],
        }),
    }
}

/// Where a line of dots goes through a height, from the left.
fn crossing(dots: &[(f64, f64)], height: f64) -> Option<f64> {
    dots.windows(2).find_map(|two| {
        let ((x, from), (next, to)) = (two[0], two[1]);
        (from <= height && to > height).then(|| x + (height - from) / (to - from) * (next - x))
    })
}

/// Height of a line of dots at a place.
fn value(dots: &[(f64, f64)], at: f64) -> f64 {
    dots.windows(2)
        .find(|two| two[0].0 <= at && at <= two[1].0)
        .map_or(f64::NAN, |two| {
            let ((x, from), (next, to)) = (two[0], two[1]);
            from + (at - x) / (next - x) * (to - from)
        })
}

struct Window {
    samples: Vec<Iq>,
    frames: HashSet<Vec<u8>>,
}

impl Window {
    fn new(level: f64, pass: u64) -> Self {
        let sample_rate = SampleRate::new(SAMPLE_RATE).expect("a rate");
        let mut send =
            Transmission::new(modulator(SYMBOL_RATE, sample_rate), Coding::Convolutional);
        let (mut samples, mut frames) = (Vec::new(), HashSet::new());
        let content = pass << 8;
        send.idle(IDLE_OCTETS, &mut samples);
        while (samples.len() as f64) < WINDOW_S * SAMPLE_RATE {
            let frame = frame(content, frames.len());
            send.frame(&frame, &mut samples).expect("a frame");
            send.idle(8, &mut samples);
            frames.insert(frame);
        }
        send.idle(IDLE_OCTETS, &mut samples);
        send.finish(&mut samples);
        let metres = -SPEED_OF_LIGHT / CARRIER_HZ * DRIFT_HZ_S;
        let rows = (0..=70).map(|second| {
            let t = f64::from(second) - 30.0;
            Row {
                t_s: f64::from(second),
                range_m: 0.5 * metres * t * t,
                range_rate_m_s: metres * t,
            }
        });
        let path = Profile::new(rows.collect()).expect("rows in order");
        let mut channel = Chain::new()
            .with(Doppler::new(path, CARRIER_HZ, sample_rate).expect("slow"))
            .with(Awgn::cn0(level, sample_rate, Seed::new(pass, 6)));
        channel.process(&mut samples);
        let mut rest = Vec::new();
        channel.finish(&mut rest);
        samples.append(&mut rest);
        Self { samples, frames }
    }

    /// How many of these are frames that were sent.
    fn count(&self, heard: &HashSet<Vec<u8>>) -> usize {
        heard.intersection(&self.frames).count()
    }

    fn real_time(&self) -> HashSet<Vec<u8>> {
        let mut receiver = Receiver::new(&settings()).expect("settings that go");
        let (mut stretches, mut next) = (Vec::<Vec<i8>>::new(), None);
        let mut take = |event: Event<'_>| {
            if let Event::Symbols { first, soft, .. } = event {
                if next != Some(first) {
                    stretches.push(Vec::new());
                }
                if let Some(stretch) = stretches.last_mut() {
                    stretch.extend_from_slice(soft);
                }
                next = Some(first + soft.len() as u64);
            }
        };
        for block in self.samples.chunks(4096) {
            receiver.push(block, &mut take);
        }
        receiver.finish(&mut take);
        decode(&stretches)
    }

    /// Of the first two passes, and of all.
    fn canister(&self) -> (HashSet<Vec<u8>>, HashSet<Vec<u8>>) {
        let mut samples = self.samples.clone();
        let heard = canister::hear(
            &mut samples[..],
            &settings(),
            Narrow::default(),
            Receiver::new,
        )
        .expect("memory can be read");
        let soft: Vec<Vec<i8>> = heard
            .stretches
            .into_iter()
            .map(|stretch| stretch.soft)
            .collect();
        (decode(&soft), decode_again(&soft))
    }
}

fn settings() -> Settings {
    Settings::new(SampleRate::new(SAMPLE_RATE).expect("a rate"))
}

/// A Version-3 frame (211.0-B-6: version 10, ten bits before the length, length − 1 in eleven bits) with octets that anybody can compute.
fn frame(seed: u64, number: usize) -> Vec<u8> {
    let mut frame = vec![0x80, 0, 0, FRAME_OCTETS as u8 - 1, number as u8];
    let bits = |octet: u64| {
        (0..8).fold(0, |bits, bit| {
            bits << 1 | symbol(seed + number as u64, octet * 8 + bit)
        })
    };
    frame.extend((0..FRAME_OCTETS as u64 - 5).map(bits));
    frame
}

fn decode(stretches: &[Vec<i8>]) -> HashSet<Vec<u8>> {
    let mut frames = HashSet::new();
    for stretch in stretches {
        let mut config = DecodeConfig::new(SymbolFormat::I8, Outer::pltu());
        config.convolutional = Some(G2Choice::Inverted);
        let mut decoder = Decoder::new(&config).expect("a decoder");
        let octets: Vec<u8> = stretch.iter().map(|soft| soft.cast_unsigned()).collect();
        let mut keep = |frame: &[u8]| {
            frames.insert(frame.to_vec());
        };
        decoder.push(&octets, &mut keep);
        decoder.finish(&mut keep);
    }
    frames
}

/// With the second look.
fn decode_again(stretches: &[Vec<i8>]) -> HashSet<Vec<u8>> {
    let mut frames = HashSet::new();
    for stretch in stretches {
        second_look::frames(stretch, &SecondLook::new(), &mut |frame| {
            frames.insert(frame.to_vec());
        });
    }
    frames
}
