//! TC transfer frame (232.0-B-4): what Earth sends to the orbiter, Version-1, up to 1,024 octets.
//!
//! Two flags make four types: AD (data, checked by FARM-1), BD (data, bypassing it), BC (a control command to FARM-1 itself)
//! and one that is reserved and refused by name. The header counts its own frame, so [`TcFrame::parse_prefix`] cuts it out of a
//! block that ends with fill. Whether data frames carry a segment header and frames an FECF is managed ([`TcParameters`]).
//!
//! ```
//! use magpie_wire::tc::{ControlCommand, TcBody, TcFrame, TcParameters};
//! let octets = [0x30, 0x2A, 0x00, 0x07, 0x00, 0x82, 0x00, 0x05];
//! let frame = TcFrame::parse(&octets, &TcParameters::default()).unwrap();
//! let TcBody::Control(ControlCommand::SetVR(v_r)) = frame.body() else { panic!() };
//! assert_eq!(v_r.get(), 5);
//! ```

mod error;
mod frame;
mod header;

pub use error::TcError;
pub use frame::{
    ControlCommand, SegmentFlags, TcBody, TcFrame, TcParameters, TcSegment, tc_frame_len,
};
pub use header::{TcHeader, TcType};

/// Length of the primary header in octets.
pub const HEADER_LEN: usize = 5;
/// Length of the segment header in octets.
pub const SEGMENT_HEADER_LEN: usize = 1;
/// Length of the frame error control field in octets.
pub const FECF_LEN: usize = 2;
/// The most octets that a frame can have.
pub const FRAME_MAX: usize = 1024;

#[cfg(test)]
mod tests;
