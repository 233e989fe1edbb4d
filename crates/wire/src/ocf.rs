//! Operational Control Field: the four octets that TM, AOS and USLP frames can carry behind their data field.
//!
//! Bit 0 tells the kind: 0 is a CLCW (232.0-B-4), 1 a report that the project defines. The facts at hand describe no
//! 32-bit form of the Proximity-1 PLCW (only a draft of 235.1 does), so there is no variant for it: such a word comes out
//! as [`Ocf::Other`], octets untouched.
//!
//! ```
//! use magpie_wire::ocf::Ocf;
//! assert!(matches!(Ocf::parse([0x01, 0, 0, 7]), Ocf::Clcw(_)));
//! assert_eq!(Ocf::parse([0x80, 1, 2, 3]), Ocf::Other([0x80, 1, 2, 3]));
//! ```

use crate::clcw::Clcw;
use crate::error::EmitError;

/// Length of the field in octets.
pub const OCF_LEN: usize = 4;

/// An operational control field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ocf {
    /// A communications link control word.
    Clcw(Clcw),
    /// Anything that is not a valid CLCW: a project's own report, or a CLCW of an unknown version.
    Other([u8; OCF_LEN]),
}

impl Ocf {
    /// Reads the field; every four octets are one kind or the other.
    pub fn parse(octets: [u8; OCF_LEN]) -> Self {
        //= 132.0-B-3 ocf
        Clcw::parse(&octets).map_or(Self::Other(octets), Self::Clcw)
    }

    /// The four octets.
    pub fn to_octets(&self) -> Result<[u8; OCF_LEN], EmitError> {
        match self {
            Self::Clcw(clcw) => clcw.to_octets(),
            Self::Other(octets) => Ok(*octets),
        }
    }

    /// The CLCW, if it is one.
    pub const fn clcw(&self) -> Option<&Clcw> {
        match self {
            Self::Clcw(clcw) => Some(clcw),
            Self::Other(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_decided_by_type_and_version() {
        //= 132.0-B-3 ocf
        for first in 0..=255_u8 {
            let octets = [first, 0xA8, 0xAC, 0x7B];
            let ocf = Ocf::parse(octets);
            assert_eq!(
                ocf.clcw().is_some(),
                first >> 5 == 0,
                "first octet {first:02X}"
            );
            assert_eq!(ocf.to_octets(), Ok(octets));
        }
    }
}
