//! CCSDS 301.0-B-4 unsegmented time code (CUC): seconds and a binary fraction since an epoch.
//!
//! All arithmetic is on integers. The common currency is `(seconds, fraction)` with the fraction in units of 2^-64 s, exact for up
//! to eight fine octets. The two widths beyond (9 and 10 octets) are cut off there; [`Cuc::fine`] stays exact for all.
//!
//! ```
//! use magpie_wire::time_code::{Cuc, CucFormat};
//! // The Proximity-1 clock: 5 + 3 octets, least significant bit 2^-24 s.
//! let time = Cuc::from_seconds(CucFormat::PROX1_CLOCK, 7, 1 << 63).unwrap();
//! let mut octets = [0; 8];
//! time.emit(&mut octets).unwrap();
//! assert_eq!(octets, [0, 0, 0, 0, 7, 0x80, 0, 0]);
//! ```

#![expect(
    clippy::cast_possible_truncation,
    reason = "every cast follows a mask, a shift or a check"
)]

use super::{TimeCodeError, TimeCodeId, read_be, split, write_be};
use crate::error::{EmitError, room};

/// Coarse octets that the first P-field octet can express.
const BASIC_COARSE_MAX: u8 = 4;
/// Fine octets that the first P-field octet can express.
const BASIC_FINE_MAX: u8 = 3;
/// Coarse octets that the extension can add.
const EXTRA_COARSE_MAX: u8 = 3;
/// Fine octets that the extension can add.
const EXTRA_FINE_MAX: u8 = 7;

/// How many octets of a T-field count seconds and how many the binary fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CucFormat {
    coarse_octets: u8,
    fine_octets: u8,
}

impl CucFormat {
    /// The Proximity-1 transceiver clock: 5 coarse and 3 fine octets, resolution 2^-24 s (59.6 ns).
    pub const PROX1_CLOCK: Self = Self {
        coarse_octets: 5,
        fine_octets: 3,
    }; //= 301.0-B-4 prox1-widths
    /// A Proximity-1 delay: 1 coarse and 2 fine octets, resolution 2^-16 s (15.26 µs).
    pub const PROX1_DELAY: Self = Self {
        coarse_octets: 1,
        fine_octets: 2,
    };

    /// A format of 1 to 7 coarse and 0 to 10 fine octets; `None` outside those.
    pub const fn new(coarse_octets: u8, fine_octets: u8) -> Option<Self> {
        let coarse_ok = coarse_octets >= 1 && coarse_octets <= BASIC_COARSE_MAX + EXTRA_COARSE_MAX;
        if coarse_ok && fine_octets <= BASIC_FINE_MAX + EXTRA_FINE_MAX {
            Some(Self {
                coarse_octets,
                fine_octets,
            })
        } else {
            None
        }
    }

    /// Octets of whole seconds, 1 to 7.
    pub const fn coarse_octets(self) -> u8 {
        self.coarse_octets
    }

    /// Octets of binary fraction, 0 to 10.
    pub const fn fine_octets(self) -> u8 {
        self.fine_octets
    }

    /// Length of the T-field in octets, 1 to 17.
    pub const fn t_field_len(self) -> usize {
        self.coarse_octets as usize + self.fine_octets as usize
    }

    const fn coarse_bits(self) -> u32 {
        8 * self.coarse_octets as u32
    }

    const fn fine_bits(self) -> u32 {
        8 * self.fine_octets as u32
    }
}

/// The two levels of CUC, which differ in the epoch only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CucEpoch {
    /// Level 1: 1958-01-01 TAI.
    Ccsds,
    /// Level 2: an epoch that the agency defines.
    Agency,
}

/// The second octet of a CUC P-field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CucPFieldExtension {
    /// Coarse octets beyond those of the first octet, 0 to 3.
    pub extra_coarse: u8,
    /// Fine octets beyond those of the first octet, 0 to 7.
    pub extra_fine: u8,
    /// The two bits that are left to the mission.
    pub mission: u8,
}

/// A CUC P-field of one or two octets, kept as it was sent so that it is emitted unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CucPField {
    epoch: CucEpoch,
    basic: CucFormat,
    extension: Option<CucPFieldExtension>,
}

impl CucPField {
    /// The shortest P-field for a format: the second octet is there only if the first cannot express the widths.
    pub const fn new(epoch: CucEpoch, format: CucFormat) -> Self {
        let extra_coarse = format.coarse_octets.saturating_sub(BASIC_COARSE_MAX);
        let extra_fine = format.fine_octets.saturating_sub(BASIC_FINE_MAX);
        let extension = if extra_coarse == 0 && extra_fine == 0 {
            None
        } else {
            Some(CucPFieldExtension {
                extra_coarse,
                extra_fine,
                mission: 0,
            })
        };
        let basic = CucFormat {
            coarse_octets: format.coarse_octets - extra_coarse,
            fine_octets: format.fine_octets - extra_fine,
        };
        Self {
            epoch,
            basic,
            extension,
        }
    }

    /// Reads one or two octets; returns the P-field and what follows it.
    pub fn parse(octets: &[u8]) -> Result<(Self, &[u8]), TimeCodeError> {
        let (&first, rest) = octets
            .split_first()
            .ok_or(TimeCodeError::Truncated { need: 1, have: 0 })?;
        let unknown = TimeCodeError::UnknownCode {
            id: (first >> 4) & 0b111,
        };
        let epoch = match TimeCodeId::from_p_field(first).ok_or(unknown)? {
            TimeCodeId::CucLevel1 => CucEpoch::Ccsds,
            TimeCodeId::CucLevel2 => CucEpoch::Agency,
            id => return Err(TimeCodeError::OtherCode { id }),
        };
        //= 301.0-B-4 cuc-p-field
        let basic = CucFormat {
            coarse_octets: ((first >> 2) & 0b11) + 1,
            fine_octets: first & 0b11,
        };
        if first & 0x80 == 0 {
            return Ok((
                Self {
                    epoch,
                    basic,
                    extension: None,
                },
                rest,
            ));
        }
        let (&second, rest) = rest
            .split_first()
            .ok_or(TimeCodeError::Truncated { need: 2, have: 1 })?;
        //= 301.0-B-4 cuc-p-field-2
        if second & 0x80 != 0 {
            return Err(TimeCodeError::Extension);
        }
        let extension = CucPFieldExtension {
            extra_coarse: (second >> 5) & 0b11,
            extra_fine: (second >> 2) & 0b111,
            mission: second & 0b11,
        };
        Ok((
            Self {
                epoch,
                basic,
                extension: Some(extension),
            },
            rest,
        ))
    }

    /// The same P-field with the two mission bits (low bits of `mission`) in its second octet, which then is there.
    #[must_use]
    pub const fn with_mission_bits(self, mission: u8) -> Self {
        let (extra_coarse, extra_fine) = match self.extension {
            Some(extension) => (extension.extra_coarse, extension.extra_fine),
            None => (0, 0),
        };
        Self {
            extension: Some(CucPFieldExtension {
                extra_coarse,
                extra_fine,
                mission: mission & 0b11,
            }),
            ..self
        }
    }

    /// Level 1 or level 2.
    pub const fn id(&self) -> TimeCodeId {
        match self.epoch {
            CucEpoch::Ccsds => TimeCodeId::CucLevel1,
            CucEpoch::Agency => TimeCodeId::CucLevel2,
        }
    }

    /// The epoch of the count.
    pub const fn epoch(&self) -> CucEpoch {
        self.epoch
    }

    /// Widths of the T-field, both octets of the P-field added up.
    pub const fn format(&self) -> CucFormat {
        match self.extension {
            None => self.basic,
            Some(extension) => CucFormat {
                coarse_octets: self.basic.coarse_octets + extension.extra_coarse,
                fine_octets: self.basic.fine_octets + extension.extra_fine,
            },
        }
    }

    /// The second octet, if there is one.
    pub const fn extension(&self) -> Option<CucPFieldExtension> {
        self.extension
    }

    /// One or two octets.
    pub const fn len(&self) -> usize {
        if self.extension.is_some() { 2 } else { 1 }
    }

    /// Never: a P-field has at least one octet.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes the P-field to the front of `out`; returns its length.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        let id = match self.epoch {
            CucEpoch::Ccsds => 0x10,
            CucEpoch::Agency => 0x20,
        };
        let first = id | ((self.basic.coarse_octets - 1) << 2) | self.basic.fine_octets;
        match self.extension {
            None => room(out, 1)?.copy_from_slice(&[first]),
            Some(CucPFieldExtension {
                extra_coarse,
                extra_fine,
                mission,
            }) => {
                let second = (extra_coarse << 5) | (extra_fine << 2) | mission;
                room(out, 2)?.copy_from_slice(&[first | 0x80, second]);
            }
        }
        Ok(self.len())
    }
}

/// A CUC time: a count of seconds and of binary fractions since an epoch that the P-field or management names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cuc {
    format: CucFormat,
    coarse: u64,
    fine: u128,
}

impl Cuc {
    /// Reads a T-field that fills `octets` exactly.
    pub fn parse(format: CucFormat, octets: &[u8]) -> Result<Self, TimeCodeError> {
        match Self::parse_prefix(format, octets)? {
            (time, []) => Ok(time),
            _ => Err(TimeCodeError::Length {
                need: format.t_field_len(),
                have: octets.len(),
            }),
        }
    }

    /// Reads a T-field from the front of `octets`; returns it and what follows.
    pub fn parse_prefix(format: CucFormat, octets: &[u8]) -> Result<(Self, &[u8]), TimeCodeError> {
        let (t_field, rest) = split(octets, format.t_field_len())?;
        //= 301.0-B-4 cuc-t-field
        let (coarse, fine) = t_field.split_at(usize::from(format.coarse_octets));
        let coarse = read_be(coarse) as u64; // at most 7 octets
        Ok((
            Self {
                format,
                coarse,
                fine: read_be(fine),
            },
            rest,
        ))
    }

    /// The time `seconds` + `fraction` × 2^-64 s after the epoch, cut down to the format's resolution.
    /// `None` if the seconds do not fit the coarse octets.
    pub const fn from_seconds(format: CucFormat, seconds: u64, fraction: u64) -> Option<Self> {
        if seconds >> format.coarse_bits() != 0 {
            return None;
        }
        let fine_bits = format.fine_bits();
        let fraction = fraction as u128;
        let fine = if fine_bits <= 64 {
            fraction >> (64 - fine_bits)
        } else {
            fraction << (fine_bits - 64)
        };
        Some(Self {
            format,
            coarse: seconds,
            fine,
        })
    }

    /// The time of a plain count in units of the format's least significant bit (see [`Cuc::ticks`]); `None` if it does not
    /// fit. Formats of 17 octets hold more than a `u128` count; their upper part cannot be reached this way.
    pub const fn from_ticks(format: CucFormat, ticks: u128) -> Option<Self> {
        let fine_bits = format.fine_bits();
        let coarse = ticks >> fine_bits; // fine_bits is at most 80
        if coarse >> format.coarse_bits() != 0 {
            return None;
        }
        Some(Self {
            format,
            coarse: coarse as u64,
            fine: ticks & ((1 << fine_bits) - 1),
        })
    }

    /// Widths of this time.
    pub const fn format(&self) -> CucFormat {
        self.format
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(&self) -> u64 {
        self.coarse
    }

    /// The fine octets as they are, in units of 2^(-8 × fine octets) s.
    pub const fn fine(&self) -> u128 {
        self.fine
    }

    /// The fraction of a second in units of 2^-64 s; exact up to eight fine octets, cut off beyond.
    pub const fn fraction(&self) -> u64 {
        let fine_bits = self.format.fine_bits();
        let fraction = if fine_bits <= 64 {
            self.fine << (64 - fine_bits)
        } else {
            self.fine >> (fine_bits - 64)
        };
        fraction as u64
    }

    /// The fraction of a second in whole nanoseconds, rounded down.
    pub const fn nanoseconds(&self) -> u32 {
        ((self.fraction() as u128 * 1_000_000_000) >> 64) as u32
    }

    /// Coarse and fine octets read as one number; `None` if that needs more than 128 bits (only 7 + 10 octets can).
    pub const fn ticks(&self) -> Option<u128> {
        let fine_bits = self.format.fine_bits();
        let coarse = (self.coarse as u128) << fine_bits;
        if coarse >> fine_bits == self.coarse as u128 {
            Some(coarse | self.fine)
        } else {
            None
        }
    }

    /// Writes the T-field to the front of `out`; returns its length.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        let len = self.format.t_field_len();
        let (coarse, fine) = room(out, len)?.split_at_mut(usize::from(self.format.coarse_octets));
        write_be(coarse, u128::from(self.coarse));
        write_be(fine, self.fine);
        Ok(len)
    }
}
