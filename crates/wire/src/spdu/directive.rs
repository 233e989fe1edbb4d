//! Type 1 SPDU: directives and reports, up to seven 16-bit words (CCSDS 211.0-B-6, annex B1).
//!
//! Bits 13-15 of each word say which directive it is. Every word of 16 bits is some [`Directive`]; what a word may not say
//! (reserved types, reserved codes) is carried, and refused by [`Directive::check`].
//!
//! Sources disagree on which end of the word bit 0 is; the decision is taken in one place, `directive/word.rs`.
//!
//! ```
//! use magpie_wire::spdu::directive::{ControlParameters, Directive, DirectiveBuffer, DuplexChange};
//! let mut hail = DirectiveBuffer::new();
//! hail.push(Directive::from_word(0x2188)).unwrap();
//! hail.push(Directive::from_word(0x218A)).unwrap();
//! let mut out = [0; 5];
//! hail.emit(&mut out)?;
//! assert_eq!(out, [0x04, 0x21, 0x88, 0x21, 0x8A]);
//! let token = ControlParameters { duplex: DuplexChange::Half, token: true, ..Default::default() };
//! assert_eq!(Directive::SetControlParameters(token).word(), 0x0109);
//! # Ok::<(), magpie_wire::EmitError>(())
//! ```

mod control;
mod link_parameters;
mod pl_extensions;
mod word;

pub use control::{
    ControlParameters, DuplexChange, ReportRequest, ReportSourceScid, SetVR, StatusReportRequest,
    TimeSample, TimeTagRequest,
};
pub use link_parameters::{
    DataEncoding, DataRateCode, FrequencyChannel, LinkMode, LinkParameters, Modulation, RateTable,
};
pub use pl_extensions::{
    CarrierModulation, DataModulation, FrequencyTable, LinkSide, ModeSelect, PlExtensions,
    Scrambler,
};

use super::emit_variable;
use crate::error::EmitError;
use core::fmt;
use word::Bits;

/// Directives of the longest Type 1 SPDU.
pub const DIRECTIVES_MAX: usize = 7;

const DIRECTIVE_TYPE: Bits = Bits::new(13, 3);

/// One directive or report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Directive {
    /// `000`: the receiver of the directive sets its own transmitter.
    SetTransmitterParameters(LinkParameters),
    /// `001`: duplex, token, end of data, time samples.
    SetControlParameters(ControlParameters),
    /// `010`: the receiver of the directive sets its own receiver.
    SetReceiverParameters(LinkParameters),
    /// `011`: FARM-P sets its V(R).
    SetVR(SetVR),
    /// `100`: what the other end wants to be told.
    ReportRequest(ReportRequest),
    /// `101`: reserved.
    Reserved(ReservedDirective),
    /// `110`: physical-layer values beyond the standard ones.
    SetPlExtensions(PlExtensions),
    /// `111`: who is speaking.
    ReportSourceScid(ReportSourceScid),
}

/// A directive of the reserved type, as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReservedDirective(u16);

impl ReservedDirective {
    /// The whole word.
    pub const fn word(self) -> u16 {
        self.0
    }
}

/// Why a directive may not be acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DirectiveError {
    /// The directive type is `101`, reserved by CCSDS.
    ReservedType {
        /// The whole word.
        word: u16,
    },
    /// Transmitter or receiver mode `110` or `111`.
    ReservedMode {
        /// The code.
        code: u8,
    },
    /// A data-rate code without a rate in the table in use.
    ReservedDataRate {
        /// The code.
        code: u8,
    },
    /// A duplex code `101` to `111`.
    ReservedDuplex {
        /// The code.
        code: u8,
    },
    /// A time-tag request other than `000` and `001`.
    ReservedTimeTag {
        /// The code.
        code: u8,
    },
    /// Data modulation `10` or `11`.
    ReservedDataModulation {
        /// The code.
        code: u8,
    },
    /// Mode select `10` or `11`.
    ReservedModeSelect {
        /// The code.
        code: u8,
    },
    /// Reserved bits that are not zero.
    SpareSet {
        /// The bits.
        bits: u8,
    },
}

impl Directive {
    /// Every word is some directive.
    pub fn from_word(word: u16) -> Self {
        //= 211.0-B-6 B1 directive-type
        match DIRECTIVE_TYPE.of(word) {
            0b000 => Self::SetTransmitterParameters(LinkParameters::from_word(word)),
            0b001 => Self::SetControlParameters(ControlParameters::from_word(word)),
            0b010 => Self::SetReceiverParameters(LinkParameters::from_word(word)), //= 211.0-B-6 B1.4
            0b011 => Self::SetVR(SetVR::from_word(word)),
            0b100 => Self::ReportRequest(ReportRequest::from_word(word)),
            0b101 => Self::Reserved(ReservedDirective(word)),
            0b110 => Self::SetPlExtensions(PlExtensions::from_word(word)),
            _ => Self::ReportSourceScid(ReportSourceScid::from_word(word)),
        }
    }

    /// The word as it is sent, first bit in the most significant place.
    pub fn word(self) -> u16 {
        match self {
            Self::SetTransmitterParameters(p) => p.bits() | DIRECTIVE_TYPE.at(0b000),
            Self::SetControlParameters(p) => p.bits() | DIRECTIVE_TYPE.at(0b001),
            Self::SetReceiverParameters(p) => p.bits() | DIRECTIVE_TYPE.at(0b010),
            Self::SetVR(p) => p.bits() | DIRECTIVE_TYPE.at(0b011),
            Self::ReportRequest(p) => p.bits() | DIRECTIVE_TYPE.at(0b100),
            Self::Reserved(reserved) => reserved.word(),
            Self::SetPlExtensions(p) => p.bits() | DIRECTIVE_TYPE.at(0b110),
            Self::ReportSourceScid(p) => p.bits() | DIRECTIVE_TYPE.at(0b111),
        }
    }

    /// Which rule forbids acting on this directive, if any. `rate_table` is the one in use for the side it sets.
    pub fn check(self, rate_table: RateTable) -> Result<(), DirectiveError> {
        //= 211.0-B-6 B1 reserved
        match self {
            Self::SetTransmitterParameters(p) | Self::SetReceiverParameters(p) => {
                p.check(rate_table)
            }
            Self::SetControlParameters(p) => p.check(),
            Self::SetVR(p) => spare(p.spare.get()),
            Self::ReportRequest(p) => p.check(),
            Self::Reserved(r) => Err(DirectiveError::ReservedType { word: r.word() }),
            Self::SetPlExtensions(p) => p.check(),
            Self::ReportSourceScid(p) => spare(p.reserved.get()),
        }
    }
}

const fn spare(bits: u8) -> Result<(), DirectiveError> {
    if bits == 0 {
        Ok(())
    } else {
        Err(DirectiveError::SpareSet { bits })
    }
}

/// The data of a Type 1 SPDU: a whole number of words, at most seven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Directives<'a>(&'a [u8]);

impl<'a> Directives<'a> {
    /// `None` if the octets are an odd number or more than 14.
    pub const fn new(data: &'a [u8]) -> Option<Self> {
        //= 211.0-B-6 B1 seven-directives
        if data.len().is_multiple_of(2) && data.len() <= 2 * DIRECTIVES_MAX {
            Some(Self(data))
        } else {
            None
        }
    }

    /// The octets behind the SPDU header.
    pub const fn octets(&self) -> &'a [u8] {
        self.0
    }

    /// How many directives.
    pub const fn len(&self) -> usize {
        self.0.len() / 2
    }

    /// Whether there is none, which the book allows.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Which rule forbids acting on these directives, if any. `rate_table` is the one in use on both sides before them; a
    /// SET PL EXTENSIONS among them changes it for its side, as in a hail.
    pub fn check(&self, rate_table: RateTable) -> Result<(), DirectiveError> {
        let (mut transmit, mut receive) = (rate_table, rate_table);
        for directive in self.iter() {
            match directive {
                Directive::SetPlExtensions(p) if p.direction == LinkSide::Transmit => {
                    transmit = p.rate_table;
                }
                Directive::SetPlExtensions(p) => receive = p.rate_table,
                _ => {}
            }
            let receiver = matches!(directive, Directive::SetReceiverParameters(_));
            directive.check(if receiver { receive } else { transmit })?;
        }
        Ok(())
    }

    /// The directives in the order sent.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Directive> + 'a {
        let (words, _) = self.0.as_chunks::<2>();
        words
            .iter()
            .map(|&word| Directive::from_word(u16::from_be_bytes(word)))
    }
}

/// Room for the directives of one Type 1 SPDU.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DirectiveBuffer {
    octets: [u8; 2 * DIRECTIVES_MAX],
    len: usize, // invariant: even, at most 2 * DIRECTIVES_MAX
}

impl DirectiveBuffer {
    /// No directives.
    pub const fn new() -> Self {
        Self {
            octets: [0; 2 * DIRECTIVES_MAX],
            len: 0,
        }
    }

    /// Adds one behind the others; refused when there are seven.
    pub fn push(&mut self, directive: Directive) -> Result<(), EmitError> {
        let full = EmitError::TooLong {
            max: 2 * DIRECTIVES_MAX,
            have: self.len + 2,
        };
        let place = self.octets.get_mut(self.len..self.len + 2).ok_or(full)?;
        place.copy_from_slice(&directive.word().to_be_bytes());
        self.len += 2;
        Ok(())
    }

    /// The directives so far, as the data of an SPDU.
    pub fn directives(&self) -> Directives<'_> {
        Directives(self.octets.get(..self.len).unwrap_or_default())
    }

    /// Writes the whole SPDU to the start of `out` and says how many octets it has.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        emit_variable(0, self.directives().octets(), out)
    }
}

impl fmt::Display for DirectiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ReservedType { word } => {
                write!(f, "directive {word:04X} has the reserved type 101")
            }
            Self::ReservedMode { code } => write!(f, "mode {code:03b} is reserved"),
            Self::ReservedDataRate { code } => write!(f, "data-rate code {code:04b} is reserved"),
            Self::ReservedDuplex { code } => write!(f, "duplex code {code:03b} is reserved"),
            Self::ReservedTimeTag { code } => write!(f, "time-tag request {code:03b} is reserved"),
            Self::ReservedDataModulation { code } => {
                write!(f, "data modulation {code:02b} is reserved")
            }
            Self::ReservedModeSelect { code } => write!(f, "mode select {code:02b} is reserved"),
            Self::SpareSet { bits } => write!(f, "reserved bits of a directive are set ({bits:b})"),
        }
    }
}

impl core::error::Error for DirectiveError {}

#[cfg(test)]
mod tests;
