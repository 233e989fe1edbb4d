//! Framing on the line: COBS, a CRC-16 behind the message, a zero octet at the end.
//!
//! The CRC is the one of the frame error control field (`magpie-coding`), over the message as `postcard` writes it. What arrives is
//! collected up to the next zero octet; a message that is too long, or whose check fails, is counted and dropped.

use cobs::decode_in_place;
use magpie_coding::crc::{Crc16, crc16_fecf};
use postcard::ser_flavors::{Cobs, Flavor, Slice};
use postcard::serialize_with_flavor;
use serde::{Deserialize, Serialize};

/// Octets of the longest message, CRC included.
pub const MAX_MESSAGE: usize = 600;
/// Octets that a message takes on the line at most, the zero octet included.
pub const MAX_LINE: usize = MAX_MESSAGE + MAX_MESSAGE / 254 + 2;
const CHECK_LEN: usize = 2;

/// Writes a message as it goes on the line into `line` and gives the octets to send; `None` if it is longer than [`MAX_MESSAGE`].
pub fn encode<'b, T: Serialize>(message: &T, line: &'b mut [u8; MAX_LINE]) -> Option<&'b [u8]> {
    let framed = Cobs::try_new(Slice::new(line)).ok()?;
    let checked = Checked {
        line: framed,
        crc: Crc16::new(),
        len: 0,
    };
    let octets = serialize_with_flavor(message, checked).ok()?;
    Some(octets)
}

/// Octets on their way into the COBS encoder, with the check behind them.
struct Checked<F> {
    line: F,
    crc: Crc16,
    len: usize,
}

impl<F: Flavor> Flavor for Checked<F> {
    type Output = F::Output;

    fn try_push(&mut self, octet: u8) -> postcard::Result<()> {
        self.try_extend(&[octet])
    }

    fn try_extend(&mut self, octets: &[u8]) -> postcard::Result<()> {
        self.len += octets.len();
        if self.len > MAX_MESSAGE - CHECK_LEN {
            return Err(postcard::Error::SerializeBufferFull);
        }
        self.crc.update(octets);
        self.line.try_extend(octets)
    }

    fn finalize(mut self) -> postcard::Result<F::Output> {
        self.line.try_extend(&self.crc.finish().to_be_bytes())?;
        self.line.finalize()
    }
}

/// What a receiver of messages has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineStats {
    /// Whole messages with a good check.
    pub messages: u32,
    /// Stretches between two zero octets that were no message: COBS broken, check failed, content unknown.
    pub spoiled: u32,
    /// Stretches that were longer than any message.
    pub too_long: u32,
}

/// Collects octets to messages.
#[derive(Debug)]
pub struct Inbox {
    octets: [u8; MAX_LINE],
    len: usize,
    /// Octets of the message that is ready in `octets`, without its check.
    ready: Option<usize>,
    too_long: bool,
    stats: LineStats,
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Inbox {
    /// An empty one.
    pub const fn new() -> Self {
        Self {
            octets: [0; MAX_LINE],
            len: 0,
            ready: None,
            too_long: false,
            stats: LineStats {
                messages: 0,
                spoiled: 0,
                too_long: 0,
            },
        }
    }

    /// Counters.
    pub const fn stats(&self) -> &LineStats {
        &self.stats
    }

    /// Takes an octet; true if it ends a message whose check is good. Read it with [`Inbox::message`] before the next octet.
    pub fn push(&mut self, octet: u8) -> bool {
        if self.ready.take().is_some() {
            self.len = 0;
        }
        if octet != 0 {
            if let Some(place) = self.octets.get_mut(self.len) {
                *place = octet;
                self.len += 1;
            } else {
                self.too_long = true;
            }
            return false;
        }
        let len = core::mem::take(&mut self.len);
        if core::mem::take(&mut self.too_long) {
            self.stats.too_long = self.stats.too_long.saturating_add(1);
            return false;
        }
        if len == 0 {
            return false; // two zeros in a row: a sender that makes sure of a clean start
        }
        self.ready = self.check(len);
        let counter = if self.ready.is_some() {
            &mut self.stats.messages
        } else {
            &mut self.stats.spoiled
        };
        *counter = counter.saturating_add(1);
        self.ready.is_some()
    }

    /// The message that has just come; `None` if there is none or this version does not know it.
    pub fn message<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        let octets = self.octets.get(..self.ready?)?;
        postcard::from_bytes(octets).ok()
    }

    /// Octets of the message in front of its check, if that is good.
    fn check(&mut self, len: usize) -> Option<usize> {
        let plain = decode_in_place(self.octets.get_mut(..len)?).ok()?;
        let (body, check) = self.octets.get(..plain)?.split_last_chunk::<CHECK_LEN>()?;
        (crc16_fecf(body).to_be_bytes() == *check).then_some(body.len())
    }
}
