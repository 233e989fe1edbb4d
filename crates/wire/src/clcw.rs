//! Communications Link Control Word (232.0-B-4): what a receiver of telecommands reports back in the operational control
//! field of its telemetry frames. 32 bits.
//!
//! The spare bits (14-15 and 23) are carried along, so that a word is written as it was read.
//!
//! ```
//! use magpie_wire::clcw::Clcw;
//! let clcw = Clcw::parse(&[0x01, 0x00, 0x08, 0x2A]).unwrap();
//! assert!(clcw.retransmit);
//! assert_eq!(clcw.report_value.get(), 42);
//! ```

use core::fmt;

use crate::bits::Field;
use crate::emit::within;
use crate::error::{EmitError, room};
use crate::id::Vcid;
use crate::seq::SeqNum;

//= 232.0-B-4 clcw
const CONTROL_WORD_TYPE: Field<0, 1> = Field;
const VERSION: Field<1, 2> = Field;
const STATUS: Field<3, 3> = Field;
const COP_IN_EFFECT: Field<6, 2> = Field;
const VCID: Field<8, 6> = Field;
const SPARE_HIGH: Field<14, 2> = Field;
const NO_RF_AVAILABLE: Field<16, 1> = Field;
const NO_BIT_LOCK: Field<17, 1> = Field;
const LOCKOUT: Field<18, 1> = Field;
const WAIT: Field<19, 1> = Field;
const RETRANSMIT: Field<20, 1> = Field;
const FARM_B_COUNTER: Field<21, 2> = Field;
const SPARE_LOW: Field<23, 1> = Field;
const REPORT_VALUE: Field<24, 8> = Field;

/// Length of a CLCW in octets.
pub const CLCW_LEN: usize = 4;

/// Why four octets are not a CLCW.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClcwError {
    /// A CLCW is exactly four octets.
    Length {
        /// Octets given.
        have: usize,
    },
    /// Control word type 1: the word is a report of another kind.
    ControlWordType,
    /// A version other than 00.
    Version {
        /// The 2-bit version.
        version: u8,
    },
}

impl fmt::Display for ClcwError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Length { have } => write!(f, "CLCW is {CLCW_LEN} octets long, {have} given"),
            Self::ControlWordType => f.write_str("control word type 1 is not a CLCW"),
            Self::Version { version } => write!(f, "CLCW version {version}, expected 0"),
        }
    }
}

impl core::error::Error for ClcwError {}

/// A communications link control word.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the book's five flags, under their names"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clcw {
    /// Status field, 3 bits, meaning left to the mission.
    pub status: u8,
    /// COP in effect, 2 bits: 1 is COP-1.
    pub cop_in_effect: u8,
    /// The telecommand virtual channel reported on.
    pub vcid: Vcid,
    /// The physical channel is *not* ready: no radio-frequency signal available.
    pub no_rf_available: bool,
    /// The receiver has no bit lock.
    pub no_bit_lock: bool,
    /// FARM-1 is in lockout.
    pub lockout: bool,
    /// FARM-1 cannot take further frames for now.
    pub wait: bool,
    /// FARM-1 has lost a frame and wants frames from N(R) on again.
    pub retransmit: bool,
    /// The two low bits of the FARM-B counter.
    pub farm_b_counter: u8,
    /// N(R): the frame sequence number that FARM-1 expects next.
    pub report_value: SeqNum,
    /// The three spare bits (14, 15 and 23), 0.
    pub spare: u8,
}

impl Clcw {
    /// A quiet report of COP-1 on `vcid`: no flag set, counters 0.
    pub const fn nominal(vcid: Vcid, report_value: SeqNum) -> Self {
        Self {
            status: 0,
            cop_in_effect: 1,
            vcid,
            no_rf_available: false,
            no_bit_lock: false,
            lockout: false,
            wait: false,
            retransmit: false,
            farm_b_counter: 0,
            report_value,
            spare: 0,
        }
    }

    /// Reads exactly four octets.
    pub fn parse(octets: &[u8]) -> Result<Self, ClcwError> {
        let word: &[u8; CLCW_LEN] = octets
            .try_into()
            .map_err(|_| ClcwError::Length { have: octets.len() })?;
        if CONTROL_WORD_TYPE.flag(word) {
            return Err(ClcwError::ControlWordType);
        }
        let version = VERSION.as_u8(word);
        if version != 0 {
            return Err(ClcwError::Version { version });
        }
        Ok(Self::decode(*word))
    }

    fn decode(word: [u8; CLCW_LEN]) -> Self {
        Self {
            status: STATUS.as_u8(&word),
            cop_in_effect: COP_IN_EFFECT.as_u8(&word),
            vcid: Vcid::new(VCID.as_u8(&word)).expect("6 bits"),
            no_rf_available: NO_RF_AVAILABLE.flag(&word),
            no_bit_lock: NO_BIT_LOCK.flag(&word),
            lockout: LOCKOUT.flag(&word),
            wait: WAIT.flag(&word),
            retransmit: RETRANSMIT.flag(&word),
            farm_b_counter: FARM_B_COUNTER.as_u8(&word),
            report_value: SeqNum::new(REPORT_VALUE.as_u8(&word)),
            spare: SPARE_HIGH.as_u8(&word) << 1 | SPARE_LOW.as_u8(&word),
        }
    }

    /// The four octets; refuses a status, COP or counter wider than its field.
    pub fn to_octets(&self) -> Result<[u8; CLCW_LEN], EmitError> {
        let spare = within(self.spare, 0b111)?;
        let mut word = [0; CLCW_LEN];
        SPARE_HIGH.put(&mut word, spare >> 1);
        SPARE_LOW.put(&mut word, spare & 1);
        STATUS.put(&mut word, within(self.status, 0b111)?);
        COP_IN_EFFECT.put(&mut word, within(self.cop_in_effect, 0b11)?);
        VCID.put(&mut word, u32::from(self.vcid.get()));
        NO_RF_AVAILABLE.put(&mut word, self.no_rf_available.into());
        NO_BIT_LOCK.put(&mut word, self.no_bit_lock.into());
        LOCKOUT.put(&mut word, self.lockout.into());
        WAIT.put(&mut word, self.wait.into());
        RETRANSMIT.put(&mut word, self.retransmit.into());
        FARM_B_COUNTER.put(&mut word, within(self.farm_b_counter, 0b11)?);
        REPORT_VALUE.put(&mut word, self.report_value.get().into());
        Ok(word)
    }

    /// Writes the word to the front of `out`; returns its length, 4.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        let word = self.to_octets()?;
        room(out, CLCW_LEN)?.copy_from_slice(&word);
        Ok(CLCW_LEN)
    }
}

#[cfg(test)]
mod tests;
