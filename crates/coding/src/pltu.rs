//! Proximity Link Transmission Units: marker, transfer frame, CRC-32; the encoder, and the hunter that finds them in a stream of bits.
//!
//! Book: 211.2-B-3. A PLTU is the marker `FAF320`, a transfer frame of 5 to 2048 octets and a CRC-32 over the frame only, without a
//! length of its own: the receiver takes it from the frame's header. This file has the encoder and the parameters, [`PltuHunter`] its
//! own. Left out: the LDPC option's code blocks (a bit stream like any other once they are decoded), time tags.
//!
//! ```
//! use magpie_coding::pltu::{PltuConfig, PltuEncoder, PltuEvent, PltuHunter};
//! let mut pltu = [0; 12];
//! let len = PltuEncoder::new().encode(&[0x80, 0x00, 0x00, 0x04, 0x00], &mut pltu).unwrap();
//! let mut frames = 0;
//! let mut hunter = PltuHunter::new(PltuConfig::new());
//! hunter.handle_octets(&pltu[..len], &mut |event| {
//!     if let PltuEvent::Frame { at_bit, octets, .. } = event {
//!         assert_eq!((at_bit, octets.len()), (0, 5));
//!         frames += 1;
//!     }
//! });
//! assert_eq!(frames, 1);
//! ```

mod hunter;
mod search;

pub use hunter::PltuHunter;

use crate::asm::{Asm, Polarity};
use crate::crc::crc32_proximity;

/// Octets of the shortest transfer frame, an empty Version-3 frame.
pub const MIN_FRAME_LEN: usize = 5;
/// Octets of the longest transfer frame.
pub const MAX_FRAME_LEN: usize = 2048;
/// Octets of the CRC-32.
pub const CRC_LEN: usize = 4;
/// Octets that a PLTU adds to its frame: marker and CRC-32.
pub const PLTU_OVERHEAD: usize = 3 + CRC_LEN;

/// The marker in octets.
const MARKER: [u8; 3] = {
    let [_, first, middle, last] = (Asm::PLTU.value() as u32).to_be_bytes();
    [first, middle, last]
};

/// Most marker bits that may be wrong in the hunter's search.
pub const MAX_TOLERANCE: u8 = 3;

/// Why a frame cannot be put into a PLTU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PltuEncodeError {
    /// The frame does not have 5 to 2048 octets.
    FrameLength {
        /// Octets of the frame.
        len: usize,
    },
    /// The buffer is too short.
    Buffer {
        /// Octets of the PLTU.
        need: usize,
        /// Octets of the buffer.
        have: usize,
    },
}

impl core::fmt::Display for PltuEncodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::FrameLength { len } => {
                write!(f, "a transfer frame has 5 to 2048 octets, not {len}")
            }
            Self::Buffer { need, have } => {
                write!(f, "the PLTU needs {need} octets, the buffer has {have}")
            }
        }
    }
}

impl core::error::Error for PltuEncodeError {}

/// Makes PLTUs of transfer frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PltuEncoder;

impl PltuEncoder {
    /// An encoder; it has no state.
    pub const fn new() -> Self {
        Self
    }

    /// Octets of the PLTU of a frame of `frame_len` octets.
    pub const fn pltu_len(self, frame_len: usize) -> usize {
        frame_len + PLTU_OVERHEAD
    }

    /// Writes marker, `frame` and CRC-32 to the front of `out` and tells how many octets that were.
    ///
    /// # Errors
    /// [`PltuEncodeError`].
    pub fn encode(self, frame: &[u8], out: &mut [u8]) -> Result<usize, PltuEncodeError> {
        if !(MIN_FRAME_LEN..=MAX_FRAME_LEN).contains(&frame.len()) {
            return Err(PltuEncodeError::FrameLength { len: frame.len() });
        }
        let (need, have) = (self.pltu_len(frame.len()), out.len());
        let too_short = PltuEncodeError::Buffer { need, have };
        let pltu = out.get_mut(..need).ok_or(too_short)?;
        //= 211.2-B-3 pltu-structure
        let (marker, behind) = pltu.split_first_chunk_mut().ok_or(too_short)?;
        let (body, crc) = behind.split_last_chunk_mut().ok_or(too_short)?;
        *marker = MARKER;
        for (place, &octet) in body.iter_mut().zip(frame) {
            *place = octet;
        }
        *crc = crc32_proximity(frame).to_be_bytes();
        Ok(need)
    }
}

/// A version of the transfer frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PltuVersion {
    /// Version 3, first two bits `10`.
    V3,
    /// Version 4 (USLP), first four bits `1100`.
    V4,
}

impl PltuVersion {
    /// The version that a header with these first four bits has.
    pub const fn of_bits(bits: u8) -> Option<Self> {
        match bits {
            0b1000..=0b1011 => Some(Self::V3),
            0b1100 => Some(Self::V4),
            _ => None,
        }
    }
}

/// What a [`PltuHunter`] is to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PltuConfig {
    pub(crate) tolerance: u8,
    pub(crate) polarity: Polarity,
    pub(crate) max_frame_len: u16,
    pub(crate) truncated_frame_len: Option<u16>,
    pub(crate) only: Option<PltuVersion>,
}

impl PltuConfig {
    /// Exact markers in both polarities, frames of either version and of up to 2048 octets, no truncated Version-4 frames.
    pub const fn new() -> Self {
        Self {
            tolerance: 0,
            polarity: Polarity::Both,
            max_frame_len: MAX_FRAME_LEN as u16,
            truncated_frame_len: None,
            only: None,
        }
    }

    /// Lets up to `bits` bits of a marker be wrong; more than [`MAX_TOLERANCE`] counts as that.
    #[must_use]
    pub const fn with_tolerance(self, bits: u8) -> Self {
        Self {
            tolerance: if bits > MAX_TOLERANCE {
                MAX_TOLERANCE
            } else {
                bits
            },
            ..self
        }
    }

    /// Which polarities to search.
    #[must_use]
    pub const fn with_polarity(self, polarity: Polarity) -> Self {
        Self { polarity, ..self }
    }

    /// `Maximum_Frame_Length`: a longer frame is refused by its header. Limited to 5 … 2048 octets.
    #[must_use]
    pub const fn with_max_frame_len(self, octets: u16) -> Self {
        let max_frame_len = if octets < MIN_FRAME_LEN as u16 {
            MIN_FRAME_LEN as u16
        } else if octets > MAX_FRAME_LEN as u16 {
            MAX_FRAME_LEN as u16
        } else {
            octets
        };
        Self {
            max_frame_len,
            ..self
        }
    }

    /// `Frame version in use`: the one version that the stream carries, `None` for either. A frame of the other one is
    /// [`PltuReject::Version`], by its first four bits.
    #[must_use]
    pub const fn with_version(self, only: Option<PltuVersion>) -> Self {
        Self { only, ..self }
    }

    /// The managed length of truncated Version-4 frames, which carry none; `None` refuses them.
    #[must_use]
    pub const fn with_truncated_frame_len(self, octets: Option<u16>) -> Self {
        Self {
            truncated_frame_len: octets,
            ..self
        }
    }
}

impl Default for PltuConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// Why the bits behind a marker are not a PLTU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PltuReject {
    /// The header begins with neither `10` (Version 3) nor `1100` (Version 4), or not with the one that is admitted.
    Version {
        /// The first four bits.
        bits: u8,
    },
    /// A truncated Version-4 header, but no managed length for it.
    TruncatedNotManaged,
    /// The header gives a length that no frame of its version has, or one above the configured maximum.
    Length {
        /// Octets by the header.
        len: u32,
        /// The least possible.
        min: u16,
        /// The configured maximum.
        max: u16,
    },
    /// The CRC-32 does not fit the frame.
    Crc {
        /// Octets of the frame by its header.
        len: u16,
        /// The CRC as received.
        received: u32,
        /// The CRC over the frame as received.
        computed: u32,
    },
    /// The stream ended within the unit.
    Truncated {
        /// Bits that came behind the marker.
        have_bits: u16,
        /// Bits wanted, as far as the header was known.
        need_bits: u16,
    },
}

/// What a [`PltuHunter`] found. Positions count bits from the last [`PltuHunter::reset`] on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PltuEvent<'a> {
    /// A transfer frame with a good CRC.
    Frame {
        /// Position of the first bit of the marker.
        at_bit: u64,
        /// The bits came turned over; `octets` are as sent.
        inverted: bool,
        /// Wrong bits in the marker.
        marker_errors: u8,
        /// The transfer frame, without marker and CRC.
        octets: &'a [u8],
    },
    /// A marker with no good frame behind it. The search went on one bit behind the start of that marker.
    Rejected {
        /// Position of the first bit of the marker.
        at_bit: u64,
        /// The marker was turned over.
        inverted: bool,
        /// Wrong bits in the marker.
        marker_errors: u8,
        /// What was wrong.
        reason: PltuReject,
    },
}

/// Counters of a [`PltuHunter`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PltuStats {
    /// Bits taken in.
    pub bits: u64,
    /// Markers found, true and false ones.
    pub markers: u64,
    /// Those of them that were turned over.
    pub inverted: u64,
    /// Frames with a good CRC.
    pub frames: u64,
    /// Octets in them.
    pub frame_octets: u64,
    /// [`PltuReject::Version`].
    pub rejected_version: u64,
    /// [`PltuReject::TruncatedNotManaged`].
    pub rejected_truncated_not_managed: u64,
    /// [`PltuReject::Length`].
    pub rejected_length: u64,
    /// [`PltuReject::Crc`].
    pub rejected_crc: u64,
    /// [`PltuReject::Truncated`].
    pub rejected_truncated: u64,
}

impl PltuStats {
    pub(crate) fn count(&mut self, reason: PltuReject) {
        *match reason {
            PltuReject::Version { .. } => &mut self.rejected_version,
            PltuReject::TruncatedNotManaged => &mut self.rejected_truncated_not_managed,
            PltuReject::Length { .. } => &mut self.rejected_length,
            PltuReject::Crc { .. } => &mut self.rejected_crc,
            PltuReject::Truncated { .. } => &mut self.rejected_truncated,
        } += 1;
    }

    /// Markers with no good frame behind them.
    pub const fn rejected(&self) -> u64 {
        self.rejected_version
            + self.rejected_truncated_not_managed
            + self.rejected_length
            + self.rejected_crc
            + self.rejected_truncated
    }
}
