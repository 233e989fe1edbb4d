//! CCSDS 301.0-B-4 day segmented time code (CDS): day, millisecond of day, and what is below the millisecond.
//!
//! The millisecond of day may run to 86,400,999, so that a leap second at the end of a day has a place; whether that day has
//! one is not checked, no table of leap seconds lives here.
//!
//! ```
//! use magpie_wire::time_code::{Cds, CdsEpoch, CdsFormat, DayLength, SubMillisecond};
//! let format = CdsFormat { epoch: CdsEpoch::Ccsds, day_length: DayLength::Bits16, sub_millisecond: SubMillisecond::None };
//! let last = Cds::new(format, 0x1234, 86_399_999, 0).unwrap();
//! let mut octets = [0; 6];
//! last.emit(&mut octets).unwrap();
//! assert_eq!(octets, [0x12, 0x34, 0x05, 0x26, 0x5B, 0xFF]);
//! ```

use super::{TimeCodeError, TimeCodeId, read_be, split};
use crate::emit::concat;
use crate::error::{EmitError, room};

/// Last millisecond of a day that ends with a leap second.
const MILLISECOND_OF_DAY_MAX: u32 = 86_400_999;

/// Day zero of a CDS count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CdsEpoch {
    /// 1958-01-01.
    Ccsds,
    /// A day that the agency defines.
    Agency,
}

/// Width of the day segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayLength {
    /// 16 bits: 179 years.
    Bits16,
    /// 24 bits.
    Bits24,
}

/// Width and unit of the segment below the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubMillisecond {
    /// Absent.
    None,
    /// 16 bits, microseconds of the millisecond.
    Microseconds,
    /// 32 bits, picoseconds of the millisecond.
    Picoseconds,
}

impl SubMillisecond {
    /// Length of the segment in octets.
    pub const fn len(self) -> usize {
        match self {
            Self::None => 0,
            Self::Microseconds => 2,
            Self::Picoseconds => 4,
        }
    }

    /// Whether the segment is absent.
    pub const fn is_empty(self) -> bool {
        matches!(self, Self::None)
    }

    /// Units of this segment in one millisecond; values run from 0 to one less.
    const fn units_per_millisecond(self) -> u32 {
        match self {
            Self::None => 1,
            Self::Microseconds => 1_000,
            Self::Picoseconds => 1_000_000_000,
        }
    }
}

/// What a CDS P-field says, or management where no P-field travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CdsFormat {
    /// Day zero.
    pub epoch: CdsEpoch,
    /// Width of the day segment.
    pub day_length: DayLength,
    /// The segment below the millisecond.
    pub sub_millisecond: SubMillisecond,
}

impl CdsFormat {
    /// Length of the T-field in octets, 6 to 11.
    pub const fn t_field_len(self) -> usize {
        self.day_octets() + 4 + self.sub_millisecond.len()
    }

    const fn day_octets(self) -> usize {
        match self.day_length {
            DayLength::Bits16 => 2,
            DayLength::Bits24 => 3,
        }
    }
}

/// The one-octet CDS P-field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CdsPField(CdsFormat);

impl CdsPField {
    /// The P-field that announces `format`.
    pub const fn new(format: CdsFormat) -> Self {
        Self(format)
    }

    /// Reads one octet; returns the P-field and what follows it.
    pub fn parse(octets: &[u8]) -> Result<(Self, &[u8]), TimeCodeError> {
        let (&first, rest) = octets
            .split_first()
            .ok_or(TimeCodeError::Truncated { need: 1, have: 0 })?;
        match TimeCodeId::from_p_field(first) {
            Some(TimeCodeId::Cds) => {}
            Some(id) => return Err(TimeCodeError::OtherCode { id }),
            None => {
                return Err(TimeCodeError::UnknownCode {
                    id: (first >> 4) & 0b111,
                });
            }
        }
        if first & 0x80 != 0 {
            return Err(TimeCodeError::Extension);
        }
        //= 301.0-B-4 cds-p-field
        let epoch = if first & 0b1000 == 0 {
            CdsEpoch::Ccsds
        } else {
            CdsEpoch::Agency
        };
        let day_length = if first & 0b0100 == 0 {
            DayLength::Bits16
        } else {
            DayLength::Bits24
        };
        let sub_millisecond = match first & 0b11 {
            0b00 => SubMillisecond::None,
            0b01 => SubMillisecond::Microseconds,
            0b10 => SubMillisecond::Picoseconds,
            _ => return Err(TimeCodeError::ReservedSubMillisecond),
        };
        Ok((
            Self(CdsFormat {
                epoch,
                day_length,
                sub_millisecond,
            }),
            rest,
        ))
    }

    /// What the P-field says.
    pub const fn format(&self) -> CdsFormat {
        self.0
    }

    /// The P-field as its octet.
    pub const fn to_octet(self) -> u8 {
        let epoch = match self.0.epoch {
            CdsEpoch::Ccsds => 0,
            CdsEpoch::Agency => 0b1000,
        };
        let day_length = match self.0.day_length {
            DayLength::Bits16 => 0,
            DayLength::Bits24 => 0b0100,
        };
        let sub_millisecond = match self.0.sub_millisecond {
            SubMillisecond::None => 0b00,
            SubMillisecond::Microseconds => 0b01,
            SubMillisecond::Picoseconds => 0b10,
        };
        0x40 | epoch | day_length | sub_millisecond
    }

    /// Writes the P-field to the front of `out`; returns its length, 1.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        room(out, 1)?.copy_from_slice(&[self.to_octet()]);
        Ok(1)
    }
}

/// A CDS time; valid by construction (millisecond of day within a day, the rest within a millisecond).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cds {
    format: CdsFormat,
    day: u32,
    millisecond_of_day: u32,
    sub_millisecond: u32,
}

impl Cds {
    /// A time from its segments; `None` if one does not fit its width or range. `sub_millisecond` is in the format's unit and 0
    /// where the format has no such segment.
    pub const fn new(
        format: CdsFormat,
        day: u32,
        millisecond_of_day: u32,
        sub_millisecond: u32,
    ) -> Option<Self> {
        let day_ok = day >> (8 * format.day_octets()) == 0;
        let sub_ok = sub_millisecond < format.sub_millisecond.units_per_millisecond();
        if day_ok && sub_ok && millisecond_of_day <= MILLISECOND_OF_DAY_MAX {
            Some(Self {
                format,
                day,
                millisecond_of_day,
                sub_millisecond,
            })
        } else {
            None
        }
    }

    /// Reads a T-field that fills `octets` exactly.
    pub fn parse(format: CdsFormat, octets: &[u8]) -> Result<Self, TimeCodeError> {
        match Self::parse_prefix(format, octets)? {
            (time, []) => Ok(time),
            _ => Err(TimeCodeError::Length {
                need: format.t_field_len(),
                have: octets.len(),
            }),
        }
    }

    /// Reads a T-field from the front of `octets`; returns it and what follows.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no segment is wider than 32 bits"
    )]
    pub fn parse_prefix(format: CdsFormat, octets: &[u8]) -> Result<(Self, &[u8]), TimeCodeError> {
        let (t_field, rest) = split(octets, format.t_field_len())?;
        //= 301.0-B-4 cds-t-field
        let (day, t_field) = split(t_field, format.day_octets())?;
        let (milliseconds, sub_millisecond) = split(t_field, 4)?;
        let [day, milliseconds, value] =
            [day, milliseconds, sub_millisecond].map(|segment| read_be(segment) as u32);
        if milliseconds > MILLISECOND_OF_DAY_MAX {
            return Err(TimeCodeError::MillisecondOfDay { milliseconds });
        }
        let time = Self::new(format, day, milliseconds, value)
            .ok_or(TimeCodeError::SubMillisecond { value })?;
        Ok((time, rest))
    }

    /// Widths and epoch of this time.
    pub const fn format(&self) -> CdsFormat {
        self.format
    }

    /// Days since the epoch.
    pub const fn day(&self) -> u32 {
        self.day
    }

    /// Milliseconds since the start of the day.
    pub const fn millisecond_of_day(&self) -> u32 {
        self.millisecond_of_day
    }

    /// The segment below the millisecond, in the unit that the format names; 0 where there is none.
    pub const fn sub_millisecond(&self) -> u32 {
        self.sub_millisecond
    }

    /// Picoseconds since the start of the day, whatever the format's unit is.
    pub const fn picosecond_of_day(&self) -> u64 {
        let below = match self.format.sub_millisecond {
            SubMillisecond::None => 0,
            SubMillisecond::Microseconds => self.sub_millisecond as u64 * 1_000_000,
            SubMillisecond::Picoseconds => self.sub_millisecond as u64,
        };
        self.millisecond_of_day as u64 * 1_000_000_000 + below
    }

    /// Writes the T-field to the front of `out`; returns its length.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        let [day, milliseconds, below] =
            [self.day, self.millisecond_of_day, self.sub_millisecond].map(u32::to_be_bytes);
        let day = match self.format.day_length {
            DayLength::Bits16 => &day[2..],
            DayLength::Bits24 => &day[1..],
        };
        let below = match self.format.sub_millisecond {
            SubMillisecond::None => &[][..],
            SubMillisecond::Microseconds => &below[2..],
            SubMillisecond::Picoseconds => &below,
        };
        concat(&[day, &milliseconds, below], self.format.t_field_len(), out)
    }
}
