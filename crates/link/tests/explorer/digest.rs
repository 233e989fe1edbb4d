//! What tells two states apart, as 64 bits: the `Debug` text of the whole endpoint, with time as the distance from now, and without
//! what changes for ever and decides nothing (counters, the numbers of expedited frames).

use std::fmt::{Debug, Write};
use std::hash::Hasher;

use magpie_link::clock::{Duration, Instant};

/// Values that are left out, by the name of their type or field. Each is followed by something in brackets.
const LEFT_OUT: [&str; 8] = [
    "Mib",
    "Stats",
    "Events",
    "TimeSampling",
    "TransceiverClock",
    "ExpectedFsn",
    "ve_s",
    "last_p_frame",
];

/// When the row of hails without result began: counts as long as none of them has had one, and then it is in the past.
const ROW_OF_HAILS: (&str, &str) = ("productive", "hail_began");

/// So long ago that it does not matter how long: longer than every lifetime of the explored ends.
const LONG_AGO: Duration = Duration::from_secs(100);

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
            at_productive: false,
            productive: false,
            in_the_past: false,
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
    /// What the field before the next value is called, if it is the first of [`ROW_OF_HAILS`].
    at_productive: bool,
    /// Its value.
    productive: bool,
    /// The instant to come is the second one.
    in_the_past: bool,
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
                    let at = Instant::from_micros(micros);
                    let left = if self.in_the_past {
                        self.now.duration_since(at).min(LONG_AGO)
                    } else {
                        at.duration_since(self.now)
                    };
                    (self.instant, self.in_the_past) = (None, false);
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
        } else if LEFT_OUT.contains(&piece) || piece == ROW_OF_HAILS.1 && self.productive {
            self.skipping = Some(0);
        } else if piece == "Instant" {
            self.instant = Some(0);
        } else {
            match piece {
                "true" | "false" if self.at_productive => {
                    self.productive = piece == "true";
                    self.at_productive = false;
                }
                _ if piece == ROW_OF_HAILS.0 => self.at_productive = true,
                _ if piece == ROW_OF_HAILS.1 => self.in_the_past = true,
                _ => {}
            }
            self.digest.write(piece.as_bytes());
        }
        Ok(())
    }
}
