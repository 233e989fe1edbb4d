//! A stretch of time on the radio: soft symbols in, coded symbols out.
//!
//! Soft symbols travel as nibbles: two's complement of four bits, the first symbol in the upper half. Positive is a one, the magnitude is
//! the confidence, −8 is not used. With the step of [`STEP`] behind a gain control that gives symbols a root mean square of 40, four bits lose
//! some 0.06 dB against eight (`magpie-coding`, compact decoder).
//!
//! ```
//! use magpie_bus::exchange::{Nibbles, nibble_of};
//! let packed = [nibble_of(40) << 4 | nibble_of(-127), nibble_of(3) << 4];
//! let soft: Vec<i8> = Nibbles::new(3, &packed).unwrap().collect();
//! assert_eq!(soft, [4, -7, 0]);
//! ```

use serde::{Deserialize, Serialize};

/// The most soft symbols of one [`Exchange`].
pub const MAX_SYMBOLS: usize = 1_024;
/// The most coded symbols of one [`Emission`], packed eight to an octet.
pub const MAX_CODED: usize = 4_096;
/// One step of a nibble in the units of the soft symbols of `magpie-coding` (−127..127).
pub const STEP: i8 = 9;

/// What the modem heard in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange<'a> {
    /// When the stretch began: microseconds of the modem's clock, which never jumps while the modem is on.
    pub start_us: u64,
    /// How long it is, in microseconds.
    pub duration_us: u32,
    /// `CARRIER_ACQUIRED`.
    pub carrier: bool,
    /// `SYMBOL_INLOCK_STATUS`.
    pub symbol_lock: bool,
    /// Soft symbols in `soft`.
    pub symbols: u16,
    /// The symbols, two an octet.
    pub soft: &'a [u8],
}

impl<'a> Exchange<'a> {
    /// The soft symbols; none if the count and the octets do not agree.
    pub fn nibbles(&self) -> Nibbles<'a> {
        Nibbles::new(usize::from(self.symbols), self.soft).unwrap_or(Nibbles::EMPTY)
    }
}

/// What the transmitter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Modulation {
    /// Nothing.
    Off,
    /// Bare carrier.
    Carrier,
    /// Symbols on the carrier.
    Symbols,
}

/// What the transmitter does in the stretch that follows the one of the [`Exchange`], and what the radio is to be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emission<'a> {
    /// `start_us` of the exchange that this answers.
    pub answers_us: u64,
    /// What the transmitter does.
    pub modulation: Modulation,
    /// Coded symbols a second that the transmitter is set to.
    pub transmit_rate: u32,
    /// Coded symbols a second that the receiver is set to, from the next exchange on.
    pub receive_rate: u32,
    /// Number of the state of the Proximity-1 link (211.0-B-6, tables 6-2 to 6-6).
    pub state: u8,
    /// Coded symbols in `coded`.
    pub symbols: u16,
    /// The symbols, eight an octet, the first in the most significant place.
    pub coded: &'a [u8],
}

/// Reads soft symbols out of their octets, as levels from −8 to 7.
#[derive(Debug, Clone)]
pub struct Nibbles<'a> {
    octets: &'a [u8],
    at: usize,
    symbols: usize,
}

impl<'a> Nibbles<'a> {
    /// None at all.
    pub const EMPTY: Nibbles<'static> = Nibbles {
        octets: &[],
        at: 0,
        symbols: 0,
    };

    /// So many symbols in these octets; `None` if the numbers do not agree.
    pub fn new(symbols: usize, octets: &'a [u8]) -> Option<Self> {
        (octets.len() == symbols.div_ceil(2)).then_some(Self {
            octets,
            at: 0,
            symbols,
        })
    }
}

impl Iterator for Nibbles<'_> {
    type Item = i8;

    fn next(&mut self) -> Option<i8> {
        let octet = *self.octets.get(self.at / 2)?;
        if self.at >= self.symbols {
            return None;
        }
        let upper = if self.at & 1 == 0 { octet } else { octet << 4 };
        self.at += 1;
        Some(upper.cast_signed() >> 4)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.symbols.saturating_sub(self.at);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Nibbles<'_> {}

/// The nearest nibble of a soft symbol (−127..127), in the lower half of the octet.
pub const fn nibble_of(soft: i8) -> u8 {
    let rounded = (soft as i16 + if soft < 0 { -4 } else { 4 }) / STEP as i16;
    let level = if rounded > 7 {
        7
    } else if rounded < -7 {
        -7
    } else {
        rounded
    };
    level.to_be_bytes()[1] & 0x0F
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_soft_symbol_becomes_the_nearest_of_fifteen_levels() {
        for soft in -127_i8..=127 {
            let octets = [nibble_of(soft) << 4];
            let back = Nibbles::new(1, &octets).unwrap().next().unwrap();
            let error = (i16::from(back) * 9 - i16::from(soft)).abs();
            assert!(
                error <= 4 || soft.unsigned_abs() > 63 && back.unsigned_abs() == 7,
                "{soft} {back}"
            );
        }
    }

    #[test]
    fn counts_that_do_not_fit_the_octets_give_nothing() {
        assert!(Nibbles::new(3, &[0; 1]).is_none());
        assert!(Nibbles::new(3, &[0; 3]).is_none());
        assert_eq!(
            Nibbles::new(3, &[0x7F, 0x90])
                .unwrap()
                .collect::<std::vec::Vec<_>>(),
            [7, -1, -7]
        );
    }
}
