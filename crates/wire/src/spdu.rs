//! Supervisory protocol data units (CCSDS 211.0-B-6, 3.2.4): what the two ends of a Proximity-1 link tell each other.
//!
//! They travel in P-frames only, one behind the other, each saying its own length:
//!
//! | Kind | Bit 0 | Then |
//! |---|---|---|
//! | fixed, 16 bits | `1` | type (bit 1): 0 = [PLCW](plcw), 1 = reserved |
//! | variable | `0` | type (bits 1-3), number of data octets (bits 4-7), data |
//!
//! [`Spdus`] walks through the data field of a P-frame; it is total: damage gives one error, then the end. Reserved types are
//! carried and refused by [`Spdu::check`]. Not here: the 32-bit PLCW and the Types 4 and 5 of the 235.1 drafts.
//!
//! ```
//! use magpie_wire::spdu::{Spdu, Spdus, directive::Directive};
//! let mut spdus = Spdus::new(&[0x02, 0x2A, 0x03, 0xB3, 0x2A]);
//! let Some(Ok(Spdu::Directives(directives))) = spdus.next() else { panic!() };
//! let Some(Directive::SetVR(set)) = directives.iter().next() else { panic!() };
//! assert_eq!(set.seq_ctrl_fsn.get(), 42);
//! let Some(Ok(Spdu::Plcw(plcw))) = spdus.next() else { panic!() };
//! assert_eq!(plcw.report_value.get(), 42);
//! assert_eq!(spdus.next(), None);
//! ```

pub mod directive;
pub mod plcw;
pub mod status;
pub mod time;

use crate::emit::concat;
use crate::error::{EmitError, room};
use core::fmt;
use directive::{DirectiveError, Directives, RateTable};
use plcw::{Plcw, PlcwError};
use status::StatusReport;
use time::{TimeError, TimeSpdu};

/// Data octets of the longest variable SPDU.
pub const SPDU_DATA_MAX: usize = 15;

/// Why octets are not an SPDU, or not one that may be acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpduError {
    /// Nothing there.
    Empty,
    /// The unit is longer than the octets that are left.
    Truncated {
        /// Octets of the unit.
        need: usize,
        /// Octets left.
        have: usize,
    },
    /// Something follows where exactly one SPDU should be.
    TrailingOctets {
        /// Octets too many.
        extra: usize,
    },
    /// The data of a Type 1 SPDU is not a whole number of 16-bit directives.
    OddDirectives {
        /// Octets of data.
        have: usize,
    },
    /// A Type 2 SPDU without data.
    EmptyTime,
    /// The fixed SPDU type `1`, reserved by CCSDS.
    ReservedFixedType {
        /// The whole unit.
        word: u16,
    },
    /// A variable SPDU of type 3 to 7, reserved by CCSDS.
    ReservedVariableType {
        /// The type.
        type_id: u8,
    },
    /// A PLCW that may not be acted upon.
    Plcw(PlcwError),
    /// A directive that may not be acted upon.
    Directive(DirectiveError),
    /// A Type 2 SPDU that may not be acted upon.
    Time(TimeError),
}

/// One SPDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spdu<'a> {
    /// Fixed, type 0: Proximity link control word.
    Plcw(Plcw),
    /// Fixed, type 1: reserved.
    ReservedFixed(ReservedFixed),
    /// Variable, Type 1: directives and reports.
    Directives(Directives<'a>),
    /// Variable, Type 2: time distribution.
    Time(TimeSpdu<'a>),
    /// Variable, Type 3: status reports.
    Status(StatusReport<'a>),
    /// Variable, types 3 to 7: reserved.
    ReservedVariable(ReservedVariable<'a>),
}

/// A fixed SPDU of the reserved type, as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReservedFixed(u16);

impl ReservedFixed {
    /// The whole unit.
    pub const fn word(self) -> u16 {
        self.0
    }
}

/// A variable SPDU of a reserved type, as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReservedVariable<'a> {
    type_id: u8,
    data: &'a [u8],
}

impl<'a> ReservedVariable<'a> {
    /// The type, 3 to 7.
    pub const fn type_id(&self) -> u8 {
        self.type_id
    }

    /// The data, at most 15 octets.
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }
}

impl<'a> Spdu<'a> {
    /// The SPDU that these octets are, no more and no less.
    pub fn parse(octets: &'a [u8]) -> Result<Self, SpduError> {
        let (spdu, rest) = Self::parse_prefix(octets)?;
        if rest.is_empty() {
            Ok(spdu)
        } else {
            Err(SpduError::TrailingOctets { extra: rest.len() })
        }
    }

    /// The SPDU at the start of these octets, and the octets behind it.
    pub fn parse_prefix(octets: &'a [u8]) -> Result<(Self, &'a [u8]), SpduError> {
        let have = octets.len();
        let &first = octets.first().ok_or(SpduError::Empty)?;
        //= 211.0-B-6 spdu-envelope
        if first & 0x80 != 0 {
            let truncated = SpduError::Truncated { need: 2, have };
            let (word, rest) = octets.split_first_chunk().ok_or(truncated)?;
            return Ok((Self::fixed(u16::from_be_bytes(*word)), rest));
        }
        let need = 1 + usize::from(first & 0x0F); //= 211.0-B-6 3.2.4.2.2
        let truncated = SpduError::Truncated { need, have };
        let (unit, rest) = octets.split_at_checked(need).ok_or(truncated)?;
        let data = unit.get(1..).unwrap_or_default();
        Ok((Self::variable(first >> 4, data)?, rest))
    }

    fn fixed(word: u16) -> Self {
        Plcw::from_word(word).map_or(Self::ReservedFixed(ReservedFixed(word)), Self::Plcw)
    }

    fn variable(type_id: u8, data: &'a [u8]) -> Result<Self, SpduError> {
        Ok(match type_id {
            0 => Self::Directives(
                Directives::new(data).ok_or(SpduError::OddDirectives { have: data.len() })?,
            ),
            1 => Self::Time(TimeSpdu::new(data).ok_or(SpduError::EmptyTime)?),
            2 => Self::Status(StatusReport::truncating(data)),
            _ => Self::ReservedVariable(ReservedVariable { type_id, data }),
        })
    }

    /// Which rule forbids acting on this SPDU, if any. `rate_table` is the one in use before it, see [`Directives::check`].
    pub fn check(&self, rate_table: RateTable) -> Result<(), SpduError> {
        match *self {
            Self::Plcw(plcw) => plcw.check().map_err(SpduError::Plcw),
            //= 211.0-B-6 spdu-reserved
            Self::ReservedFixed(fixed) => Err(SpduError::ReservedFixedType { word: fixed.word() }),
            Self::Directives(directives) => {
                directives.check(rate_table).map_err(SpduError::Directive)
            }
            Self::Time(time) => time.directive().map(drop).map_err(SpduError::Time),
            Self::Status(_) => Ok(()), // enterprise specific: nothing to check
            Self::ReservedVariable(ReservedVariable { type_id, .. }) => {
                Err(SpduError::ReservedVariableType { type_id })
            }
        }
    }

    /// Octets of the whole unit.
    pub const fn emitted_len(&self) -> usize {
        match self {
            Self::Plcw(_) | Self::ReservedFixed(_) => 2,
            Self::Directives(directives) => 1 + directives.octets().len(),
            Self::Time(time) => 1 + time.data().len(),
            Self::Status(status) => 1 + status.data().len(),
            Self::ReservedVariable(reserved) => 1 + reserved.data.len(),
        }
    }

    /// Writes the unit to the start of `out` and says how many octets it has.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        match *self {
            Self::Plcw(plcw) => emit_fixed(plcw.word(), out),
            Self::ReservedFixed(fixed) => emit_fixed(fixed.word(), out),
            Self::Directives(directives) => emit_variable(0, directives.octets(), out),
            Self::Time(time) => emit_variable(1, time.data(), out),
            Self::Status(status) => emit_variable(2, status.data(), out),
            Self::ReservedVariable(reserved) => emit_variable(reserved.type_id, reserved.data, out),
        }
    }
}

fn emit_fixed(word: u16, out: &mut [u8]) -> Result<usize, EmitError> {
    room(out, 2)?.copy_from_slice(&word.to_be_bytes());
    Ok(2)
}

/// Writes a variable SPDU; `type_id` is 0 to 7.
pub(crate) fn emit_variable(type_id: u8, data: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
    let too_long = EmitError::TooLong {
        max: SPDU_DATA_MAX,
        have: data.len(),
    };
    let len = u8::try_from(data.len())
        .ok()
        .filter(|&len| len <= 15)
        .ok_or(too_long)?;
    let head = (type_id & 0b111) << 4 | len;
    concat(&[&[head], data], 1 + data.len(), out)
}

/// The SPDUs of a P-frame's data field, one after the other. After an error the iterator is at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spdus<'a> {
    rest: &'a [u8],
}

impl<'a> Spdus<'a> {
    /// Walks through this data field.
    pub const fn new(data_field: &'a [u8]) -> Self {
        Self { rest: data_field }
    }
}

impl<'a> Iterator for Spdus<'a> {
    type Item = Result<Spdu<'a>, SpduError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let parsed = Spdu::parse_prefix(self.rest);
        self.rest = parsed.map_or(&[], |(_, rest)| rest);
        Some(parsed.map(|(spdu, _)| spdu))
    }
}

impl core::iter::FusedIterator for Spdus<'_> {}

impl fmt::Display for SpduError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => f.write_str("no SPDU"),
            Self::Truncated { need, have } => write!(f, "SPDU of {need} octets, {have} left"),
            Self::TrailingOctets { extra } => write!(f, "{extra} octets behind the SPDU"),
            Self::OddDirectives { have } => {
                write!(f, "{have} octets are no whole number of directives")
            }
            Self::EmptyTime => f.write_str("Type 2 SPDU without data"),
            Self::ReservedFixedType { word } => {
                write!(f, "fixed SPDU {word:04X} has the reserved type")
            }
            Self::ReservedVariableType { type_id } => {
                write!(f, "variable SPDU type {type_id:03b} is reserved")
            }
            Self::Plcw(e) => e.fmt(f),
            Self::Directive(e) => e.fmt(f),
            Self::Time(e) => e.fmt(f),
        }
    }
}

impl core::error::Error for SpduError {}

#[cfg(test)]
mod tests;
