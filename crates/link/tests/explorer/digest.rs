//! What tells two states apart, as 64 bits: the `Debug` text of the whole endpoint, with time as the distance from now, and without
//! what changes for ever and decides nothing (counters, the numbers of expedited frames).

use std::fmt::{Debug, Write};
use std::hash::Hasher;

use magpie_link::clock::Instant;

/// Values that are left out, by the name of their type or field. Each is followed by something in brackets.
const LEFT_OUT: [&str; 7] = [
    "Mib",
    "Stats",
    "Events",
    "TimeSampling",
    "TransceiverClock",
    "ExpectedFsn",
    "ve_s",
];

/// FNV-1a.
pub(crate) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.0 = (self.0 ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Digest {
    pub(crate) fn add(&mut self, value: &impl Debug, now: Instant) {
        let mut text = Text {
            digest: self,
            now,
            skipping: None,
            instant: None,
        };
        write!(text, "{value:?}").expect("a digest takes everything");
    }
}

struct Text<'a> {
    digest: &'a mut Digest,
    now: Instant,
    /// Depth of brackets inside a value that is left out.
    skipping: Option<usize>,
    /// The number of an `Instant(…)` so far.
    instant: Option<u64>,
}

impl Text<'_> {
    fn skip(&mut self, depth: usize, piece: &str) {
        let mut depth = depth;
        let mut opened = depth > 0;
        for octet in piece.bytes() {
            match octet {
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    opened = true;
                }
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        self.skipping = (depth > 0 || !opened).then_some(depth);
    }

    fn read_instant(&mut self, micros: u64, piece: &str) {
        let mut micros = micros;
        for octet in piece.bytes() {
            match octet {
                b'0'..=b'9' => micros = micros * 10 + u64::from(octet - b'0'),
                b')' => {
                    let left = Instant::from_micros(micros).duration_since(self.now);
                    self.instant = None;
                    self.digest.write_u64(left.as_micros());
                    return;
                }
                _ => {}
            }
        }
        self.instant = Some(micros);
    }
}

impl Write for Text<'_> {
    fn write_str(&mut self, piece: &str) -> std::fmt::Result {
        if let Some(depth) = self.skipping {
            self.skip(depth, piece);
        } else if let Some(micros) = self.instant {
            self.read_instant(micros, piece);
        } else if LEFT_OUT.contains(&piece) {
            self.skipping = Some(0);
        } else if piece == "Instant" {
            self.instant = Some(0);
        } else {
            self.digest.write(piece.as_bytes());
        }
        Ok(())
    }
}

/// The digest of one value.
pub(crate) fn of(value: &impl Debug, now: Instant) -> u64 {
    let mut digest = Digest::default();
    digest.add(value, now);
    digest.finish()
}
