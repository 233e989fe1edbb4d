//! The stack that is seen in use: both programs fly a short blind pass with each code in their emulators and report.
//!
//! The rover sends for some seconds, the orbiter hears that, records it and dumps it. Longer flights leave their peaks in
//! `<target>/firmware/peaks.json` (`{target: {image: octets}}`); the larger figure counts.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use magpie_bus::exchange::{MAX_SYMBOLS, nibble_of};
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_bus::{Exchange, FromComputer, Inbox, MAX_LINE, Modulation, ToComputer, encode};

use super::emulator;
use crate::firmware::targets::{self, Target};
use crate::shell;

/// An answer that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// 528 symbols with the LDPC code, the most that a message of the bus takes is 1,024.
const STRETCH_US: u32 = 32_000;
/// Stretches of the pass: about four seconds.
const STRETCHES: u64 = 128;

const fn pass(return_code: ReturnCode) -> Order {
    Order::Begin(Pass {
        number: 1,
        mode: PassMode::Blind,
        return_rate: 8_000,
        forward_rate: 8_000,
        send_ms: 0,
        return_code,
    })
}

/// Stack peaks of rover and orbiter.
pub(crate) fn painted(target: &Target) -> Result<[u64; 2], String> {
    let say = |why: String| format!("{}: {why}", target.name);
    let mut peaks = [0; 2];
    for code in [ReturnCode::Convolutional, ReturnCode::Ldpc] {
        let sent = rover(target, code);
        let (air, rover) = sent.map_err(|why| say(format!("rover: {code:?}: {why}")))?;
        let orbiter = orbiter(target, code, &air);
        let orbiter = orbiter.map_err(|why| say(format!("orbiter: {code:?}: {why}")))?;
        peaks = [peaks[0].max(rover), peaks[1].max(orbiter)];
    }
    let [rover, orbiter] = peaks;
    let flown = flown(target)?;
    let seen = |image: &str| flown.get(image).copied().unwrap_or(0);
    Ok([rover.max(seen("rover")), orbiter.max(seen("orbiter"))])
}

/// What longer flights have seen.
fn flown(target: &Target) -> Result<BTreeMap<String, u64>, String> {
    let path = shell::target()?.join("firmware/peaks.json");
    let Ok(text) = fs::read_to_string(&path) else {
        return Ok(BTreeMap::new());
    };
    let mut all: BTreeMap<String, BTreeMap<String, u64>> =
        serde_json::from_str(&text).map_err(|why| format!("{}: {why}", path.display()))?;
    Ok(all.remove(&target.name).unwrap_or_default())
}

/// A stretch with these soft symbols; a carrier only if there are any.
fn stretch(number: u64, soft: &[u8]) -> Exchange<'_> {
    let on = !soft.is_empty();
    Exchange {
        start_us: number * u64::from(STRETCH_US),
        duration_us: STRETCH_US,
        carrier: on,
        symbol_lock: on,
        symbols: u16::try_from(soft.len() * 2).unwrap_or(0),
        soft,
    }
}

/// The soft symbols of each stretch, and the peak.
fn rover(target: &Target, code: ReturnCode) -> Result<(Vec<Vec<u8>>, u64), String> {
    let mut line = Line::open(target, "rover")?;
    line.say(&ToComputer::Order(pass(code)))?;
    let mut air = Vec::new();
    for number in 0..STRETCHES {
        line.say(&ToComputer::Exchange(stretch(number, &[])))?;
        let (mut ask, mut read, mut soft) = (None, None, Vec::new());
        line.hear(|message| match *message {
            FromComputer::PayloadAsk { file } => {
                ask = Some(file);
                false
            }
            FromComputer::PayloadRead { file, at, len } => {
                read = Some((file, at, len));
                false
            }
            FromComputer::Emission(emission) => {
                if emission.modulation == Modulation::Symbols {
                    soft = to_soft(emission.coded);
                }
                true
            }
            _ => false,
        })?;
        air.push(soft);
        if let Some(file) = ask {
            line.say(&ToComputer::PayloadFile {
                file,
                files: 1,
                size: 20_000,
                name: "payload",
            })?;
        }
        if let Some((file, at, len)) = read {
            let octets = vec![0x5A; usize::from(len)];
            line.say(&ToComputer::PayloadOctets {
                file,
                at,
                octets: &octets,
            })?;
        }
    }
    Ok((air, line.peak()?))
}

fn orbiter(target: &Target, code: ReturnCode, air: &[Vec<u8>]) -> Result<u64, String> {
    let mut line = Line::open(target, "orbiter")?;
    line.say(&ToComputer::Order(pass(code)))?;
    let mut recorded = 0;
    for (number, soft) in (0..).zip(air.iter().chain([&Vec::new()])) {
        line.say(&ToComputer::Exchange(stretch(number, soft)))?;
        line.hear(|message| {
            recorded += u32::from(matches!(message, FromComputer::Heard { .. }));
            matches!(message, FromComputer::Emission(_))
        })?;
    }
    if recorded == 0 {
        return Err("heard nothing of the pass".to_owned());
    }
    line.say(&ToComputer::Order(Order::End))?;
    line.say(&ToComputer::Exchange(stretch(STRETCHES + 2, &[])))?;
    line.hear(|message| matches!(message, FromComputer::Emission(_)))?;
    line.say(&ToComputer::Order(Order::Dump))?;
    line.hear(|message| matches!(message, FromComputer::DownlinkEnd))?;
    line.peak()
}

/// Hard symbols, eight an octet, as soft ones, two an octet.
fn to_soft(coded: &[u8]) -> Vec<u8> {
    let level = |octet: u8, place: u8| nibble_of(if octet >> place & 1 == 1 { 40 } else { -40 });
    let four =
        |octet: u8| [7, 5, 3, 1].map(|place| level(octet, place) << 4 | level(octet, place - 1));
    let all = coded.iter().flat_map(|&octet| four(octet));
    all.take(MAX_SYMBOLS / 2).collect()
}

/// An emulated computer and its serial line.
struct Line {
    child: Child,
    to: ChildStdin,
    from: Receiver<Vec<u8>>,
    heard: std::vec::IntoIter<u8>,
    inbox: Inbox,
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Line {
    fn open(target: &Target, image: &str) -> Result<Self, String> {
        let elf = targets::images(target)?.join(format!("{image}.elf"));
        let mut qemu = emulator::machine(target, &elf)?;
        qemu.args(["-serial", "stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = qemu.spawn().map_err(|why| format!("emulator: {why}"))?;
        let to = child.stdin.take().ok_or("no line to the emulator")?;
        let mut out = child.stdout.take().ok_or("no line from the emulator")?;
        let (sender, from) = mpsc::channel();
        // Ends with the emulator.
        std::thread::spawn(move || {
            let mut octets = [0; 1_024];
            while let Ok(len @ 1..) = out.read(&mut octets) {
                if sender.send(octets[..len].to_vec()).is_err() {
                    return;
                }
            }
        });
        let mut line = Self {
            child,
            to,
            from,
            heard: Vec::new().into_iter(),
            inbox: Inbox::new(),
        };
        line.hear(|message| matches!(message, FromComputer::Boot { .. }))?;
        Ok(line)
    }

    fn say(&mut self, message: &ToComputer<'_>) -> Result<(), String> {
        let mut line = [0; MAX_LINE];
        let octets = encode(message, &mut line).ok_or("a message that is too long")?;
        let sent = self.to.write_all(octets).and_then(|()| self.to.flush());
        sent.map_err(|why| format!("line to the emulator: {why}"))
    }

    /// Until `is_last` says yes.
    fn hear(&mut self, mut is_last: impl FnMut(&FromComputer<'_>) -> bool) -> Result<(), String> {
        loop {
            let Some(octet) = self.heard.next() else {
                let more = self.from.recv_timeout(PATIENCE);
                self.heard = more.map_err(|_| "no answer")?.into_iter();
                continue;
            };
            if !self.inbox.push(octet) {
                continue;
            }
            match self.inbox.message::<FromComputer<'_>>() {
                Some(message) if is_last(&message) => return Ok(()),
                _ => {}
            }
        }
    }

    fn peak(&mut self) -> Result<u64, String> {
        self.say(&ToComputer::Order(Order::Report))?;
        let mut peak = None;
        self.hear(|message| {
            if let FromComputer::Counter {
                name: "stack_peak",
                value,
            } = message
            {
                peak = Some(u64::from(*value));
            }
            matches!(message, FromComputer::ReportEnd)
        })?;
        peak.ok_or_else(|| "no `stack_peak` in the report".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_symbols_become_four_octets() {
        // Level 4 is 36, the nearest to 40; 1011 0001
        assert_eq!(to_soft(&[0b1011_0001]), [0x4C, 0x44, 0xCC, 0xC4]);
    }
}
