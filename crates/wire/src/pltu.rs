//! Proximity link transmission unit: marker, transfer frame, CRC-32 (CCSDS 211.2-B-3).
//!
//! Nothing between marker and frame says how long the frame is; a receiver learns it from the frame's own first octets,
//! which is [`frame_len`]. The CRC covers the frame only and is computed by `magpie-coding`: this crate carries the number.
//! Finding the marker in a stream of bits is there too; a [`Pltu`] wants the exact marker.
//!
//! ```
//! use magpie_wire::pltu::Pltu;
//! let mut out = [0; 12];
//! let len = Pltu::emit(&[0x80, 0x00, 0x00, 0x04, 0x00], 0xBCC0_04E7, &mut out)?;
//! assert_eq!(out[..len], [0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7]);
//! assert_eq!(Pltu::parse(&out, None).unwrap().crc(), 0xBCC0_04E7);
//! # Ok::<(), magpie_wire::EmitError>(())
//! ```

use crate::emit::concat;
use crate::error::EmitError;
use crate::id::Tfvn;
use crate::v3::{V3_FRAME_MAX, V3_HEADER_LEN};
use core::fmt;

/// The attached synchronization marker of a PLTU.
pub const PLTU_ASM: [u8; 3] = [0xFA, 0xF3, 0x20]; //= 211.2-B-3 pltu
/// Octets of the CRC-32.
pub const PLTU_CRC_LEN: usize = 4;
/// Octets of marker and CRC together: what a PLTU adds to a frame.
pub const PLTU_OVERHEAD: usize = PLTU_ASM.len() + PLTU_CRC_LEN;
/// Octets of the shortest frame that a PLTU carries.
pub const PLTU_FRAME_MIN: usize = V3_HEADER_LEN;
/// Octets of the longest frame that a PLTU carries, Version-3 or USLP.
pub const PLTU_FRAME_MAX: usize = V3_FRAME_MAX;

/// What the first octets of a frame say about its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameLen {
    /// The whole frame has this many octets, header included.
    Octets(usize),
    /// Too early to say: ask again when this many octets of the frame are there.
    Need(usize),
}

/// Why octets are not a PLTU, or cannot be the start of a frame in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PltuError {
    /// The marker is not `FAF320`.
    Marker,
    /// The frame is neither Version-3 nor USLP.
    Version {
        /// Its first octet.
        first_octet: u8,
    },
    /// The frame announces a length outside 5 to 2048 octets.
    FrameLength {
        /// Octets announced.
        need: usize,
    },
    /// A truncated USLP frame, and no length is agreed for those.
    TruncatedUnmanaged,
    /// The unit has more or fewer octets than its frame announces.
    Length {
        /// Octets of the whole unit, as far as its frame announces them.
        need: usize,
        /// Octets given.
        have: usize,
    },
}

/// The length of a transfer frame, from its first octets; six are always enough.
///
/// `truncated_len` is the managed length of truncated USLP frames, if the two ends use them.
pub fn frame_len(start: &[u8], truncated_len: Option<usize>) -> Result<FrameLen, PltuError> {
    //= 211.2-B-3 frame-length
    let Some(&first_octet) = start.first() else {
        return Ok(FrameLen::Need(4));
    };
    let len = match (Tfvn::of(first_octet), start) {
        (Some(Tfvn::Version3 | Tfvn::Version4), [] | [_] | [_, _] | [_, _, _]) => {
            return Ok(FrameLen::Need(4));
        }
        (Some(Tfvn::Version3), [_, _, h2, h3, ..]) => {
            usize::from(u16::from_be_bytes([h2 & 0b111, *h3])) + 1
        }
        (Some(Tfvn::Version4), [_, _, _, h3, ..]) if h3 & 1 == 1 => {
            truncated_len.ok_or(PltuError::TruncatedUnmanaged)?
        }
        (Some(Tfvn::Version4), [_, _, _, _, h4, h5, ..]) => {
            usize::from(u16::from_be_bytes([*h4, *h5])) + 1
        }
        (Some(Tfvn::Version4), _) => return Ok(FrameLen::Need(6)),
        _ => return Err(PltuError::Version { first_octet }),
    };
    if (PLTU_FRAME_MIN..=PLTU_FRAME_MAX).contains(&len) {
        Ok(FrameLen::Octets(len))
    } else {
        Err(PltuError::FrameLength { need: len })
    }
}

/// A PLTU: exact marker, a frame of the length that it announces itself, and the CRC as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pltu<'a> {
    frame: &'a [u8],
    crc: u32,
}

impl<'a> Pltu<'a> {
    /// The unit that these octets are. `truncated_len` as in [`frame_len`]. The CRC is not looked at.
    pub fn parse(octets: &'a [u8], truncated_len: Option<usize>) -> Result<Self, PltuError> {
        let have = octets.len();
        let rest = octets.strip_prefix(&PLTU_ASM).ok_or(PltuError::Marker)?;
        let len = match frame_len(rest, truncated_len)? {
            FrameLen::Octets(len) => len,
            FrameLen::Need(len) => {
                return Err(PltuError::Length {
                    need: PLTU_OVERHEAD + len,
                    have,
                });
            }
        };
        let wrong = PltuError::Length {
            need: PLTU_OVERHEAD + len,
            have,
        };
        let (frame, crc) = rest.split_at_checked(len).ok_or(wrong)?;
        let crc = u32::from_be_bytes(crc.try_into().map_err(|_| wrong)?);
        Ok(Self { frame, crc })
    }

    /// The transfer frame, for [`V3Frame::parse`](crate::v3::V3Frame::parse) or the USLP one.
    pub const fn frame(&self) -> &'a [u8] {
        self.frame
    }

    /// The CRC-32 as received.
    pub const fn crc(&self) -> u32 {
        self.crc
    }

    /// Whether the frame is as it was sent: `crc32` computes the check sum of `magpie-coding`.
    pub fn is_intact(&self, crc32: impl FnOnce(&[u8]) -> u32) -> bool {
        crc32(self.frame) == self.crc
    }

    /// Writes marker, frame and the CRC given to the start of `out`; says how many octets the unit has.
    pub fn emit(frame: &[u8], crc: u32, out: &mut [u8]) -> Result<usize, EmitError> {
        if frame.len() > PLTU_FRAME_MAX {
            return Err(EmitError::TooLong {
                max: PLTU_FRAME_MAX,
                have: frame.len(),
            });
        }
        if frame.len() < PLTU_FRAME_MIN {
            return Err(EmitError::TooShort {
                min: PLTU_FRAME_MIN,
                have: frame.len(),
            });
        }
        let len = PLTU_OVERHEAD + frame.len();
        concat(&[&PLTU_ASM, frame, &crc.to_be_bytes()], len, out)
    }

    /// As [`emit`](Self::emit), with the CRC computed by `crc32`.
    pub fn emit_with(
        frame: &[u8],
        crc32: impl FnOnce(&[u8]) -> u32,
        out: &mut [u8],
    ) -> Result<usize, EmitError> {
        Self::emit(frame, crc32(frame), out)
    }
}

impl fmt::Display for PltuError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Marker => f.write_str("marker is not FAF320"),
            Self::Version { first_octet } => {
                write!(
                    f,
                    "first octet {first_octet:02X} starts neither a Version-3 nor a USLP frame"
                )
            }
            Self::FrameLength { need } => {
                write!(
                    f,
                    "frame announces {need} octets, a PLTU carries {PLTU_FRAME_MIN} to {PLTU_FRAME_MAX}"
                )
            }
            Self::TruncatedUnmanaged => {
                f.write_str("truncated USLP frame, but no length is agreed")
            }
            Self::Length { need, have } => {
                write!(f, "unit of {need} octets announced, {have} given")
            }
        }
    }
}

impl core::error::Error for PltuError {}

#[cfg(test)]
mod tests;
