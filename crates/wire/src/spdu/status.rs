//! Type 3 SPDU: status reports (CCSDS 211.0-B-6). What is in them is agreed between the two enterprises, so they stay octets.
//!
//! ```
//! use magpie_wire::spdu::{Spdu, status::StatusReport};
//! let report = StatusReport::new(&[0x01, 0x02]).unwrap();
//! let mut out = [0; 3];
//! Spdu::Status(report).emit(&mut out).unwrap();
//! assert_eq!(out, [0x22, 0x01, 0x02]);
//! ```

use super::SPDU_DATA_MAX;

/// The data of a Type 3 SPDU, 0 to 15 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusReport<'a>(&'a [u8]);

impl<'a> StatusReport<'a> {
    /// `None` if there are more than 15 octets.
    pub const fn new(data: &'a [u8]) -> Option<Self> {
        //= 211.0-B-6 status-report
        if data.len() <= SPDU_DATA_MAX {
            Some(Self(data))
        } else {
            None
        }
    }

    /// For data that a four-bit length field has already bounded.
    pub(super) fn truncating(data: &'a [u8]) -> Self {
        Self(data.get(..SPDU_DATA_MAX).unwrap_or(data))
    }

    /// The octets.
    pub const fn data(&self) -> &'a [u8] {
        self.0
    }
}
