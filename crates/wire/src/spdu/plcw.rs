//! Proximity link control word (CCSDS 211.0-B-6, 3.2.4.3.2): what FARM-P has received so far, in 16 bits.
//!
//! | Bit | Field |
//! |---|---|
//! | 0 | `1`: fixed SPDU |
//! | 1 | `0`: PLCW |
//! | 2 | retransmit flag, R(S) |
//! | 3 | physical channel that the report is about |
//! | 4 | reserved spare |
//! | 5-7 | expedited frame counter |
//! | 8-15 | report value, V(R) |
//!
//! ```
//! use magpie_wire::spdu::plcw::Plcw;
//! let plcw = Plcw::from_word(0xB32A).unwrap();
//! assert!(plcw.retransmit);
//! assert_eq!(plcw.report_value.get(), 42);
//! assert_eq!(plcw.word(), 0xB32A);
//! assert_eq!(Plcw::default().word(), 0x8000);
//! ```

use crate::bits::Field;
use crate::id::Pcid;
use crate::seq::{ExpeditedFrameCounter, SeqNum};
use core::fmt;

//= 211.0-B-6 3.2.4.3.2
const FORMAT_ID: Field<0, 1> = Field;
const TYPE_ID: Field<1, 1> = Field;
const RETRANSMIT: Field<2, 1> = Field;
const PCID: Field<3, 1> = Field;
const SPARE: Field<4, 1> = Field;
const EXPEDITED_FRAME_COUNTER: Field<5, 3> = Field;
const REPORT_VALUE: Field<8, 8> = Field;

/// A Proximity link control word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Plcw {
    /// R(S): a gap was seen, send again from `report_value`.
    pub retransmit: bool,
    /// The physical channel that the report is about.
    pub pcid: Pcid,
    /// Zero when sent; carried as received.
    pub reserved_spare: bool,
    /// Expedited frames accepted so far, modulo 8.
    pub expedited_frame_counter: ExpeditedFrameCounter,
    /// V(R): the sequence-controlled frame expected next.
    pub report_value: SeqNum,
}

/// Why a PLCW may not be acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlcwError {
    /// The reserved spare bit is set.
    SpareSet,
}

impl Plcw {
    /// `None` unless the word starts with `10`: variable SPDUs and the reserved fixed type are no PLCW.
    pub fn from_word(word: u16) -> Option<Self> {
        let w = &word.to_be_bytes();
        let is_plcw = FORMAT_ID.flag(w) && !TYPE_ID.flag(w);
        is_plcw.then(|| Self {
            retransmit: RETRANSMIT.flag(w),
            pcid: Pcid::from_bit(PCID.flag(w)),
            reserved_spare: SPARE.flag(w),
            expedited_frame_counter: ExpeditedFrameCounter::new(EXPEDITED_FRAME_COUNTER.as_u8(w))
                .unwrap_or_default(),
            report_value: SeqNum::new(REPORT_VALUE.as_u8(w)),
        })
    }

    /// The word as it is sent.
    pub fn word(self) -> u16 {
        let mut w = [0; 2];
        FORMAT_ID.put(&mut w, 1);
        TYPE_ID.put(&mut w, 0);
        RETRANSMIT.put(&mut w, u32::from(self.retransmit));
        PCID.put(&mut w, u32::from(self.pcid.get()));
        SPARE.put(&mut w, u32::from(self.reserved_spare));
        EXPEDITED_FRAME_COUNTER.put(&mut w, u32::from(self.expedited_frame_counter.get()));
        REPORT_VALUE.put(&mut w, u32::from(self.report_value.get()));
        u16::from_be_bytes(w)
    }

    /// Whether the word is as the book wants it: the spare bit zero. A receiver may overlook a spare bit that is set.
    pub const fn check(self) -> Result<(), PlcwError> {
        if self.reserved_spare {
            Err(PlcwError::SpareSet)
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for PlcwError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SpareSet => f.write_str("reserved spare bit of a PLCW is set"),
        }
    }
}

impl core::error::Error for PlcwError {}

#[cfg(test)]
mod tests;
