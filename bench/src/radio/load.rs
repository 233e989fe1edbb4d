//! What the receiver costs: samples a second of processor time, and memory over a long listening.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use magpie_radio::channel::{Awgn, Chain, Oscillator, Seed};
use magpie_radio::modulate::{Coding, Transmission};
use magpie_radio::receive::{Event, Hear as _, Receiver, Settings};
use magpie_radio::stream::Format;
use magpie_radio::{Iq, SampleRate};

use super::signal::modulator;
use super::{Effort, Finding, Result};
use crate::codes::job::of_thread;
use crate::codes::machine::Machine;

/// Issue 6 asks for so many million samples a second of one thread, tracking, with soft output.
const ASKED: f64 = 40.0;
/// A whole number, so that a second can be repeated without a seam.
const OFFSET_HZ: f64 = 1234.0;
const CN0_DBHZ: f64 = 60.0;
/// Samples a second of the long listening, and symbols.
const LONG_RATE: f64 = 256_000.0;
const LONG_SYMBOLS: f64 = 16_000.0;
/// Memory may differ by so much from run to run, in kB.
const NOISE_KB: u64 = 2048;

/// A second of a signal that goes on into itself: 64-octet frames of the rate 1/2 code with idle between them; without symbols, noise alone.
fn second(sample_rate: f64, symbol_rate: Option<f64>) -> Vec<Iq> {
    let rate = SampleRate::new(sample_rate).expect("a rate");
    let mut out = Vec::new();
    match symbol_rate {
        Some(symbols) => {
            let mut send = Transmission::new(modulator(symbols, rate), Coding::Convolutional);
            let mut left = symbols as usize / 16;
            let frame: Vec<u8> = [0x80, 0, 0, 63].into_iter().chain(4..64).collect();
            while left >= 100 {
                send.frame(&frame, &mut out).expect("a frame");
                send.idle(16, &mut out);
                left -= frame.len() + 7 + 16;
            }
            send.idle(left, &mut out);
            send.finish(&mut out);
        }
        None => out.resize(sample_rate as usize, Iq::default()),
    }
    let noise = Awgn::cn0(CN0_DBHZ, rate, Seed::new(1, 9));
    let mut channel = Chain::new()
        .with(Oscillator::hz(OFFSET_HZ, 0.0, rate))
        .with(noise);
    channel.process(&mut out);
    out
}

fn table(head: &[&str]) -> Vec<Vec<String>> {
    vec![head.iter().map(|&cell| cell.to_owned()).collect()]
}

/// Samples a second of processor time.
pub fn speed(effort: Effort) -> Result {
    let cases = [
        ("tracking", 2_048_000.0, Some(16_000.0)),
        ("tracking", 1_024_000.0, Some(64_000.0)),
        ("before lock", 2_048_000.0, None),
        ("before lock", 256_000.0, None),
    ];
    let mut table = table(&[
        "state",
        "samples/s",
        "symbols/s",
        "samples a symbol",
        "Msample/s, median",
        "slowest",
        "fastest",
        "times real time",
    ]);
    let mut findings = Vec::new();
    for (state, sample_rate, symbol_rate) in cases {
        let [slowest, median, fastest] = receiver_speed(sample_rate, symbol_rate, effort);
        let or_none =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value}"));
        table.push(vec![
            state.to_owned(),
            format!("{sample_rate}"),
            or_none(symbol_rate),
            or_none(symbol_rate.map(|rate| sample_rate / rate)),
            format!("{median:.1}"),
            format!("{slowest:.1}"),
            format!("{fastest:.1}"),
            format!("{:.0}", median * 1e6 / sample_rate),
        ]);
        // A slice on a busy machine says nothing of speed.
        if let (Some(symbols), Effort::Full) = (symbol_rate, effort) {
            findings.push(Finding {
                what: format!("speed, tracking, {symbols} sym/s at {sample_rate} samples/s"),
                ask: format!("≥ {ASKED} Msample/s"),
                have: format!("{median:.1} Msample/s"),
                met: median >= ASKED,
            });
        }
    }
    Result {
        name: "speed",
        title: "Speed".to_owned(),
        how: format!(
            "Of one thread, by its processor time, second by second of the signal; soft symbols are told. Nothing but the sample rate is known. This table is of \
             one machine: {}.",
            Machine::here().line()
        ),
        findings,
        table,
        svg: String::new(),
    }
}

/// Slowest, median, fastest second in million samples a second of processor time.
fn receiver_speed(sample_rate: f64, symbol_rate: Option<f64>, effort: Effort) -> [f64; 3] {
    let second = second(sample_rate, symbol_rate);
    let rate = SampleRate::new(sample_rate).expect("a rate");
    let mut receiver = Receiver::new(&Settings::new(rate)).expect("settings that go");
    let mut symbols = 0;
    let mut sink = |event: Event<'_>| {
        if let Event::Symbols { soft, .. } = event {
            symbols += soft.len();
        }
    };
    // Acquisition, symbols, caches.
    for _ in 0..2 {
        receiver.push(&second, &mut sink);
    }
    let mut speeds: Vec<f64> = (0..effort.pick(15, 3))
        .map(|_| {
            let from = of_thread();
            receiver.push(&second, &mut sink);
            second.len() as f64 / (of_thread() - from) * 1e3
        })
        .collect();
    assert_eq!(symbols > 0, symbol_rate.is_some(), "the wrong state");
    speeds.sort_by(f64::total_cmp);
    [
        speeds[0],
        speeds[speeds.len() / 2],
        speeds[speeds.len() - 1],
    ]
}

/// Resident memory over a long listening: two hours of samples, or as many as a slice has.
///
/// # Panics
/// If there is no `magpie` beside this program, or no /proc.
pub fn memory(effort: Effort) -> Result {
    let mut table = table(&[
        "seconds of signal",
        "receiver, peak, kB",
        "`magpie listen -`, peak, kB",
    ]);
    let second = second(LONG_RATE, Some(LONG_SYMBOLS));
    let lengths = effort.pick([60, 600, 3600, 7200], [1, 2, 3, 4]);
    let receiver = receiver_memory(&second, lengths);
    let command = lengths.map(|seconds| command_memory(&second, seconds));
    let [Some(a), Some(b), Some(c), Some(d)] = command else {
        panic!(
            "the peak of magpie beside this program cannot be measured (it needs /proc): {command:?}"
        );
    };
    let command = [a, b, c, d];
    for ((seconds, receiver), command) in lengths.iter().zip(receiver).zip(command) {
        table.push(vec![
            format!("{seconds}"),
            format!("{receiver}"),
            format!("{command}"),
        ]);
    }
    let findings = match effort {
        Effort::Full => vec![
            grown("the receiver", [0, 3], lengths, receiver),
            grown("`magpie listen -`", [0, 1], lengths, command),
            grown("`magpie listen -`", [2, 3], lengths, command),
        ],
        // It has not reached what it needs.
        Effort::Slice => Vec::new(),
    };
    Result {
        name: "memory",
        title: "Memory over a long listening".to_owned(),
        how: format!(
            "{LONG_SYMBOLS} sym/s of the rate 1/2 code at {LONG_RATE} samples/s, frames of 64 octets one after the other, C/N0 {CN0_DBHZ} dBHz; a second, repeated. \
             Resident memory as the kernel tells it: of the receiver within this program, which holds that second too; of the command, fed through a \
             pipe as ci8, its high-water mark. The command is fed faster than it hears, so up to 8 MiB of samples wait in it; of carrier and frames it keeps \
             20,000 points each, which are full behind half an hour and thinned out then."
        ),
        findings,
        table,
        svg: String::new(),
    }
}

/// Peaks of two of the lengths against each other.
fn grown(what: &str, [one, other]: [usize; 2], lengths: [u32; 4], peaks: [u64; 4]) -> Finding {
    let growth = peaks[other].saturating_sub(peaks[one]);
    Finding {
        what: format!(
            "memory of {what}, {} s against {} s",
            lengths[other], lengths[one]
        ),
        ask: format!("the same within {NOISE_KB} kB"),
        have: format!("{growth} kB more"),
        met: growth <= NOISE_KB,
    }
}

/// Peaks of this process, in kB, up to so many seconds of the signal; 0 where there is no /proc.
fn receiver_memory(second: &[Iq], seconds: [u32; 4]) -> [u64; 4] {
    let rate = SampleRate::new(LONG_RATE).expect("a rate");
    let mut receiver = Receiver::new(&Settings::new(rate)).expect("settings that go");
    let (mut peak, mut done) = (0, 0);
    seconds.map(|end| {
        while done < end {
            receiver.push(second, &mut |_| ());
            peak = status("self", "VmRSS:").unwrap_or(0).max(peak);
            done += 1;
        }
        peak
    })
}

/// Peak of `magpie listen -` in kB behind so many seconds of the signal.
fn command_memory(second: &[Iq], seconds: u32) -> Option<u64> {
    let program = std::env::current_exe().ok()?.with_file_name("magpie");
    // Well below full scale: noise has peaks.
    let quiet: Vec<Iq> = second.iter().map(|sample| sample * 0.25).collect();
    let mut octets = Vec::new();
    Format::Ci8.encode(&quiet, &mut octets);
    let mut command = Command::new(program);
    command.args(["listen", "-", "--format", "ci8", "--sample-rate"]);
    command.arg(format!("{LONG_RATE}")).arg("--json");
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::null()).spawn().ok()?;
    let peak = fed(&mut child, &octets, seconds);
    // It ends with its input; what it missed at the seams is not asked here.
    drop(child.stdin.take());
    child.wait().ok()?;
    peak
}

fn fed(child: &mut Child, octets: &[u8], seconds: u32) -> Option<u64> {
    let process = child.id().to_string();
    let input = child.stdin.as_mut()?;
    for _ in 0..seconds {
        input.write_all(octets).ok()?;
    }
    // A pipe holds a little: a quarter of a second of the signal at most.
    sleep(Duration::from_millis(500));
    status(&process, "VmHWM:")
}

/// A figure of a process in kB.
fn status(process: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}
