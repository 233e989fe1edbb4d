//! Why octets are not a Version-3 frame, or not one that may be accepted.

use super::DfcId;
use crate::id::PortId;
use core::fmt;

/// Why octets are not a Version-3 frame, or not one that may be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameError {
    /// Fewer octets than the header needs.
    Truncated {
        /// Octets given.
        have: usize,
    },
    /// The first two bits are not `10`.
    Version {
        /// The two bits.
        tfvn: u8,
    },
    /// The length field announces a frame shorter than its own header.
    LengthField {
        /// Octets announced.
        need: usize,
    },
    /// The octets given are more or fewer than the length field announces.
    Length {
        /// Octets announced.
        need: usize,
        /// Octets given.
        have: usize,
    },
    /// The data field construction is `10`, reserved by CCSDS.
    ReservedDfc,
    /// A P-frame that is not expedited.
    PFrameNotExpedited,
    /// A P-frame whose data field construction is not `00`.
    PFrameDfc {
        /// The construction it names.
        dfc_id: DfcId,
    },
    /// A P-frame on a port other than 0.
    PFramePort {
        /// The port it names.
        port_id: PortId,
    },
    /// A P-frame without an SPDU.
    PFrameEmpty,
    /// A frame of construction `01` without a segment header.
    NoSegmentHeader,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { have } => write!(f, "{have} octets, a Version-3 header has 5"),
            Self::Version { tfvn } => write!(f, "version bits {tfvn:02b}, Version-3 is 10"),
            Self::LengthField { need } => write!(
                f,
                "length field announces {need} octets, fewer than the header"
            ),
            Self::Length { need, have } => {
                write!(f, "length field announces {need} octets, {have} given")
            }
            Self::ReservedDfc => f.write_str("data field construction 10 is reserved"),
            Self::PFrameNotExpedited => f.write_str("P-frame with sequence-controlled QoS"),
            Self::PFrameDfc { dfc_id } => {
                write!(
                    f,
                    "P-frame with data field construction {:02b}",
                    dfc_id as u8
                )
            }
            Self::PFramePort { port_id } => write!(f, "P-frame on port {port_id}"),
            Self::PFrameEmpty => f.write_str("P-frame without an SPDU"),
            Self::NoSegmentHeader => f.write_str("segment frame without a segment header"),
        }
    }
}

impl core::error::Error for FrameError {}
