//! TM transfer frame (132.0-B-3): what an orbiter sends to Earth, fixed length, Version-1.
//!
//! Header of 6 octets, an optional secondary header (its own first octet gives its length), the data field, an optional
//! operational control field and an optional frame error control field. Frame length and presence of the FECF are managed
//! ([`TmParameters`]); the other options are flagged frame by frame. The CRC itself belongs to `magpie-coding`: here
//! [`TmFrame::octets_under_fecf`] and [`TmFrame::fecf`] lend it both sides of the comparison.
//!
//! Left out: security headers of 355.0, which are managed parts of the data field.
//!
//! ```
//! use magpie_wire::id::{Scid, Vcid};
//! use magpie_wire::tm::{TmContent, TmFrame, TmHeader, TmParameters};
//! let parameters = TmParameters { frame_len: 16, fecf: true };
//! let header = TmHeader::new(Scid::new(42).unwrap(), Vcid::new(0).unwrap());
//! let mut octets = [0; 16];
//! let fecf_at = header.emit(&parameters, &TmContent::data(b"8 octets"), &mut octets).unwrap();
//! assert_eq!(fecf_at, 14); // the CRC goes there
//! let frame = TmFrame::parse(&octets, &parameters).unwrap();
//! assert_eq!((frame.header(), frame.data()), (header, &b"8 octets"[..]));
//! ```

mod error;
mod frame;
mod header;

pub use error::TmError;
pub use frame::{TmContent, TmFrame, TmParameters, TmSecondaryHeader};
pub use header::TmHeader;

/// Length of the primary header in octets.
pub const HEADER_LEN: usize = 6;
/// Length of the frame error control field in octets.
pub const FECF_LEN: usize = 2;
/// The most data octets that a secondary header can have (one more octet says how many).
pub const SECONDARY_DATA_MAX: usize = 63;

#[cfg(test)]
mod tests;
