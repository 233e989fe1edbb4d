//! AOS transfer frame (732.0-B-4): Version-2, fixed length, 24-bit frame counts.
//!
//! Header of 6 octets, an optional frame header error control field (FHEC), an optional insert zone, the data field, an
//! optional operational control field and an optional FECF. All options are managed ([`AosParameters`]). The codes behind FHEC
//! (Reed-Solomon (10,6) over GF(16)) and FECF belong to `magpie-coding`; here are only the fields.
//!
//! The data field holds an [`mpdu::MPdu`] (packets), a [`bpdu::BPdu`] (a bit stream) or a virtual channel access SDU; which one
//! is managed for each virtual channel.
//!
//! ```
//! use magpie_wire::aos::{AosFrame, AosParameters};
//! let parameters = AosParameters { frame_len: 12, fecf: true, ..AosParameters::default() };
//! let octets = [0x6A, 0xEA, 0x00, 0x01, 0x02, 0x43, 0xDE, 0xAD, 0xBE, 0xEF, 0x9E, 0x2C];
//! let frame = AosFrame::parse(&octets, &parameters).unwrap();
//! assert_eq!((frame.header().scid.get(), frame.header().vcid.get()), (0xAB, 42));
//! assert_eq!((frame.data(), frame.fecf()), (&[0xDE, 0xAD, 0xBE, 0xEF][..], Some(0x9E2C)));
//! ```

pub mod bpdu;
mod error;
mod frame;
mod header;
pub mod mpdu;

pub use error::AosError;
pub use frame::{AosContent, AosFrame, AosParameters};
pub use header::AosHeader;

/// Length of the primary header in octets, FHEC not counted.
pub const HEADER_LEN: usize = 6;
/// Length of the frame header error control field in octets.
pub const FHEC_LEN: usize = 2;
/// Length of the frame error control field in octets.
pub const FECF_LEN: usize = 2;

#[cfg(test)]
mod tests;
