//! Transfer frame data field of USLP (CCSDS 732.1-B-3): what it holds, and where in it something starts or ends.
//!
//! The header is one octet (construction rule, 3 bits; protocol identifier, 5 bits), and with rules `000`, `001` and `010` a
//! pointer of 16 bits follows. The rest is the data zone.
//!
//! ```
//! use magpie_wire::uslp::tfdf::{Pointer, Tfdf, Upid};
//! let tfdf = Tfdf::parse(&[0x00, 0x00, 0x02, 0xAA, 0xBB, 0x08, 0x01])?;
//! assert_eq!(tfdf.upid(), Upid::PACKETS);
//! assert_eq!(tfdf.pointer(), Pointer::FirstHeader(2)); // the first packet starts at octet 2 of the zone
//! assert_eq!(tfdf.zone().len(), 4);
//! # Ok::<(), magpie_wire::uslp::tfdf::TfdfError>(())
//! ```

use crate::emit::concat;
use crate::error::EmitError;
use core::fmt;

/// Pointer value for "nothing starts (or ends) in this zone".
const NOWHERE: u16 = 0xFFFF;
const POINTER_LEN: usize = 2;

/// Construction rule: what the data zone is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConstructionRule {
    /// `000`: packets, which may span frames.
    PacketsSpanning,
    /// `001`: start of a `MAPA_SDU` or `VCA_SDU`.
    SduStarting,
    /// `010`: continuing portion of a `MAPA_SDU` or `VCA_SDU`.
    SduContinuing,
    /// `011`: octet stream.
    OctetStream,
    /// `100`: starting segment.
    StartingSegment,
    /// `101`: continuing segment.
    ContinuingSegment,
    /// `110`: last segment.
    LastSegment,
    /// `111`: no segmentation.
    NoSegmentation,
}

impl ConstructionRule {
    const fn from_bits(bits: u8) -> Self {
        match bits {
            0 => Self::PacketsSpanning,
            1 => Self::SduStarting,
            2 => Self::SduContinuing,
            3 => Self::OctetStream,
            4 => Self::StartingSegment,
            5 => Self::ContinuingSegment,
            6 => Self::LastSegment,
            _ => Self::NoSegmentation,
        }
    }

    /// Whether the header has a pointer under this rule.
    pub const fn has_pointer(self) -> bool {
        matches!(
            self,
            Self::PacketsSpanning | Self::SduStarting | Self::SduContinuing
        )
    }
}

/// USLP protocol identifier: 5 bits. Values without a constant are carried as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upid(u8);

impl Upid {
    /// Space packets or encapsulation packets.
    pub const PACKETS: Self = Self(0);
    /// COP-1 control commands.
    pub const COP_1: Self = Self(1);
    /// COP-P control commands.
    pub const COP_P: Self = Self(2);
    /// SDLS control commands.
    pub const SDLS: Self = Self(3);
    /// Octet stream.
    pub const OCTET_STREAM: Self = Self(4);
    /// Mission-specific data.
    pub const MISSION_SPECIFIC: Self = Self(5);
    /// Idle data.
    pub const IDLE: Self = Self(31);

    /// `None` if `value` needs more than 5 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value < 1 << 5 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// What the pointer of the header says; the numbers count octets of the data zone from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pointer {
    /// The construction rule has no pointer.
    Absent,
    /// The first packet that starts in this zone starts here.
    FirstHeader(u16),
    /// No packet starts in this zone.
    NoPacketStart,
    /// The SDU ends here; what follows is fill.
    LastValid(u16),
    /// The SDU does not end in this zone.
    SduContinues,
}

/// Why octets are not a transfer frame data field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TfdfError {
    /// No header, or half a pointer.
    Truncated {
        /// Octets of the header.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// The pointer points behind the data zone.
    PointerOutside {
        /// The pointer.
        pointer: u16,
        /// Octets of the data zone.
        zone: usize,
    },
}

/// A transfer frame data field: header whole, pointer inside the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tfdf<'a> {
    rule: ConstructionRule,
    upid: Upid,
    pointer: Pointer,
    zone: &'a [u8],
}

impl<'a> Tfdf<'a> {
    /// The data field that these octets are.
    pub fn parse(octets: &'a [u8]) -> Result<Self, TfdfError> {
        //= 732.1-B-3 tfdf-header
        let have = octets.len();
        let (&first, rest) = octets
            .split_first()
            .ok_or(TfdfError::Truncated { need: 1, have })?;
        let rule = ConstructionRule::from_bits(first >> 5);
        let upid = Upid(first & 0b1_1111);
        if !rule.has_pointer() {
            return Ok(Self {
                rule,
                upid,
                pointer: Pointer::Absent,
                zone: rest,
            });
        }
        let truncated = TfdfError::Truncated {
            need: 1 + POINTER_LEN,
            have,
        };
        let (&pointer, zone) = rest.split_first_chunk::<POINTER_LEN>().ok_or(truncated)?;
        let pointer = u16::from_be_bytes(pointer);
        if pointer != NOWHERE && usize::from(pointer) >= zone.len() {
            return Err(TfdfError::PointerOutside {
                pointer,
                zone: zone.len(),
            });
        }
        let pointer = match (rule, pointer) {
            (ConstructionRule::PacketsSpanning, NOWHERE) => Pointer::NoPacketStart,
            (ConstructionRule::PacketsSpanning, at) => Pointer::FirstHeader(at),
            (_, NOWHERE) => Pointer::SduContinues,
            (_, at) => Pointer::LastValid(at),
        };
        Ok(Self {
            rule,
            upid,
            pointer,
            zone,
        })
    }

    /// Construction rule.
    pub const fn rule(&self) -> ConstructionRule {
        self.rule
    }

    /// Protocol identifier.
    pub const fn upid(&self) -> Upid {
        self.upid
    }

    /// What the pointer says.
    pub const fn pointer(&self) -> Pointer {
        self.pointer
    }

    /// The data zone.
    pub const fn zone(&self) -> &'a [u8] {
        self.zone
    }

    /// The data zone without the fill behind a last valid octet.
    pub fn valid_zone(&self) -> &'a [u8] {
        match self.pointer {
            Pointer::LastValid(at) => self.zone.get(..=usize::from(at)).unwrap_or(self.zone),
            _ => self.zone,
        }
    }

    /// The header, to emit again.
    pub const fn header(&self) -> TfdfHeader {
        TfdfHeader {
            rule: self.rule,
            upid: self.upid,
            pointer: self.pointer,
        }
    }
}

/// The header of a transfer frame data field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TfdfHeader {
    /// Construction rule.
    pub rule: ConstructionRule,
    /// Protocol identifier.
    pub upid: Upid,
    /// The pointer, of the kind that the rule asks for.
    pub pointer: Pointer,
}

impl TfdfHeader {
    /// A header without a pointer, as on Proximity-1; `None` if the rule asks for one.
    pub fn without_pointer(rule: ConstructionRule, upid: Upid) -> Option<Self> {
        (!rule.has_pointer()).then_some(Self {
            rule,
            upid,
            pointer: Pointer::Absent,
        })
    }

    /// Octets of this header, 1 or 3.
    pub const fn header_len(&self) -> usize {
        if self.rule.has_pointer() {
            1 + POINTER_LEN
        } else {
            1
        }
    }

    /// Writes header and data zone to the start of `out` and says how many octets that are.
    ///
    /// A pointer of the wrong kind is [`EmitError::Inconsistent`], one behind the zone [`EmitError::OutOfRange`].
    pub fn emit(&self, zone: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        let pointer = self.pointer_bits()?;
        if let Some(pointer) = pointer.filter(|&p| p != NOWHERE && usize::from(p) >= zone.len()) {
            let max = (zone.len() as u64).saturating_sub(1);
            return Err(EmitError::OutOfRange {
                max,
                have: u64::from(pointer),
            });
        }
        let [p0, p1] = pointer.unwrap_or_default().to_be_bytes();
        let octets = [(self.rule as u8) << 5 | self.upid.0, p0, p1];
        let header = octets.get(..self.header_len()).unwrap_or(&octets);
        concat(&[header, zone], self.header_len() + zone.len(), out)
    }

    fn pointer_bits(self) -> Result<Option<u16>, EmitError> {
        use ConstructionRule::{PacketsSpanning, SduContinuing, SduStarting};
        match (self.rule, self.pointer) {
            (PacketsSpanning, Pointer::NoPacketStart)
            | (SduStarting | SduContinuing, Pointer::SduContinues) => Ok(Some(NOWHERE)),
            (PacketsSpanning, Pointer::FirstHeader(at))
            | (SduStarting | SduContinuing, Pointer::LastValid(at))
                if at != NOWHERE =>
            {
                Ok(Some(at))
            }
            (rule, Pointer::Absent) if !rule.has_pointer() => Ok(None),
            _ => Err(EmitError::Inconsistent),
        }
    }
}

impl fmt::Display for TfdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { need, have } => {
                write!(f, "{have} octets, the data field header has {need}")
            }
            Self::PointerOutside { pointer, zone } => {
                write!(
                    f,
                    "pointer {pointer} lies outside the data zone of {zone} octets"
                )
            }
        }
    }
}

impl core::error::Error for TfdfError {}

#[cfg(test)]
mod tests;
