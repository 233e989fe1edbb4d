//! CCSDS 301.0-B-4 time codes: the P-field that names a code, and the two binary codes.
//!
//! A time code is an optional *P-field* (which code, how wide) and a *T-field* (the time itself). Where the width is
//! managed, as on a Proximity-1 link, only the T-field travels. [`CucFormat`] and [`CdsFormat`] carry that knowledge.
//!
//! Left out: CCS and the ASCII codes; agency-defined codes are recognised and refused by name. No leap-second table
//! lives here: a code is counted time, what it means in UTC is the business of the user.
//!
//! ```
//! use magpie_wire::time_code::{TimeCode, TimeCodeId};
//! // CUC level 1, four coarse octets and one fine: one and a half seconds after 1958-01-01 TAI.
//! let (code, rest) = TimeCode::parse(&[0x1D, 0, 0, 0, 1, 0x80]).unwrap();
//! let TimeCode::Cuc(p_field, time) = code else { panic!() };
//! assert_eq!(p_field.id(), TimeCodeId::CucLevel1);
//! assert_eq!((time.seconds(), time.fraction()), (1, 1 << 63));
//! assert!(rest.is_empty());
//! ```

mod cds;
mod cuc;

use core::fmt;

pub use cds::{Cds, CdsEpoch, CdsFormat, CdsPField, DayLength, SubMillisecond};
pub use cuc::{Cuc, CucEpoch, CucFormat, CucPField, CucPFieldExtension};

/// Which time code a P-field announces (bits 1-3 of its first octet).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeCodeId {
    /// 001: CCSDS unsegmented code, CCSDS epoch.
    CucLevel1,
    /// 010: CCSDS unsegmented code, agency-defined epoch.
    CucLevel2,
    /// 100: CCSDS day segmented code.
    Cds,
    /// 101: CCSDS calendar segmented code (recognised, not decoded).
    Ccs,
    /// 110: agency-defined code (recognised, not decoded).
    Agency,
}

impl TimeCodeId {
    /// Reads the code identification of a P-field's first octet; `None` for an id that the book does not assign.
    pub const fn from_p_field(octet: u8) -> Option<Self> {
        //= 301.0-B-4 p-field
        match (octet >> 4) & 0b111 {
            0b001 => Some(Self::CucLevel1),
            0b010 => Some(Self::CucLevel2),
            0b100 => Some(Self::Cds),
            0b101 => Some(Self::Ccs),
            0b110 => Some(Self::Agency),
            _ => None,
        }
    }
}

/// Why octets are not a time code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeCodeError {
    /// Fewer octets than the P-field or the managed format asks for.
    Truncated {
        /// Octets needed.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// More octets than the managed format asks for, where an exact length was expected.
    Length {
        /// Octets needed.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// The P-field announces a code that the book does not assign.
    UnknownCode {
        /// The 3-bit identification.
        id: u8,
    },
    /// The P-field announces another code than the one asked for, or one that is not decoded here.
    OtherCode {
        /// The code announced.
        id: TimeCodeId,
    },
    /// A P-field extension where none is defined (CUC: a third octet; CDS: a second one).
    Extension,
    /// CDS sub-millisecond length 11, which is reserved.
    ReservedSubMillisecond,
    /// CDS milliseconds of day beyond a day with one leap second.
    MillisecondOfDay {
        /// The value.
        milliseconds: u32,
    },
    /// CDS sub-millisecond segment of a whole millisecond or more.
    SubMillisecond {
        /// The value, in the unit of the format.
        value: u32,
    },
}

impl fmt::Display for TimeCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { need, have } => {
                write!(f, "time code needs {need} octets, {have} given")
            }
            Self::Length { need, have } => {
                write!(f, "time code is {need} octets long, {have} given")
            }
            Self::UnknownCode { id } => write!(f, "time code identification {id} is not assigned"),
            Self::OtherCode { id } => write!(f, "time code {id:?} is not the one expected"),
            Self::Extension => write!(f, "P-field extension octet that the book does not define"),
            Self::ReservedSubMillisecond => write!(f, "CDS sub-millisecond length 3 is reserved"),
            Self::MillisecondOfDay { milliseconds } => {
                write!(f, "CDS millisecond of day {milliseconds} is beyond a day")
            }
            Self::SubMillisecond { value } => write!(
                f,
                "CDS sub-millisecond segment {value} is a millisecond or more"
            ),
        }
    }
}

impl core::error::Error for TimeCodeError {}

/// A self-identified time code: P-field and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeCode {
    /// Unsegmented code of either level.
    Cuc(CucPField, Cuc),
    /// Day segmented code.
    Cds(CdsPField, Cds),
}

impl TimeCode {
    /// Reads a P-field and the T-field behind it; returns the code and the octets after it.
    pub fn parse(octets: &[u8]) -> Result<(Self, &[u8]), TimeCodeError> {
        let first = *octets
            .first()
            .ok_or(TimeCodeError::Truncated { need: 1, have: 0 })?;
        let unknown = TimeCodeError::UnknownCode {
            id: (first >> 4) & 0b111,
        };
        match TimeCodeId::from_p_field(first).ok_or(unknown)? {
            TimeCodeId::CucLevel1 | TimeCodeId::CucLevel2 => {
                let (p_field, t_field) = CucPField::parse(octets)?;
                let (time, rest) = Cuc::parse_prefix(p_field.format(), t_field)?;
                Ok((Self::Cuc(p_field, time), rest))
            }
            TimeCodeId::Cds => {
                let (p_field, t_field) = CdsPField::parse(octets)?;
                let (time, rest) = Cds::parse_prefix(p_field.format(), t_field)?;
                Ok((Self::Cds(p_field, time), rest))
            }
            id @ (TimeCodeId::Ccs | TimeCodeId::Agency) => Err(TimeCodeError::OtherCode { id }),
        }
    }
}

/// Splits `need` octets off the front, or says how many are there.
fn split(octets: &[u8], need: usize) -> Result<(&[u8], &[u8]), TimeCodeError> {
    octets
        .split_at_checked(need)
        .ok_or(TimeCodeError::Truncated {
            need,
            have: octets.len(),
        })
}

/// Reads a big-endian unsigned integer of up to 16 octets.
fn read_be(octets: &[u8]) -> u128 {
    octets
        .iter()
        .fold(0, |value, &octet| (value << 8) | u128::from(octet))
}

/// Writes the low octets of `value`, most significant first, into the whole of `out`.
fn write_be(out: &mut [u8], mut value: u128) {
    for octet in out.iter_mut().rev() {
        *octet = (value & 0xFF) as u8;
        value >>= 8;
    }
}

#[cfg(test)]
mod tests;
