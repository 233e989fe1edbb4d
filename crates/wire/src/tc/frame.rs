//! The whole TC transfer frame: view and emit, segment header, control commands.

use super::{FECF_LEN, HEADER_LEN, SEGMENT_HEADER_LEN, TcError, TcHeader, TcType};
use crate::emit::concat;
use crate::error::EmitError;
use crate::id::TcMapId;
use crate::seq::SeqNum;

/// What is agreed for a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TcParameters {
    /// Whether data frames of the virtual channel carry a segment header.
    pub segment_header: bool,
    /// Whether frames end with a frame error control field.
    pub fecf: bool,
}

/// Which part of a user's data unit a segment holds. The book gives 01 to the first and 10 to the last part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentFlags {
    /// 00: neither the first nor the last part.
    Continuing,
    /// 01: the first part.
    First,
    /// 10: the last part.
    Last,
    /// 11: the whole.
    Unsegmented,
}

/// Segment header: one octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TcSegment {
    /// Which part of the user's data follows.
    pub flags: SegmentFlags,
    /// Multiplexer access point.
    pub map_id: TcMapId,
}

impl TcSegment {
    /// Reads the octet; every value is a segment header.
    ///
    /// # Panics
    /// Never: six bits are a MAP id.
    pub fn from_octet(octet: u8) -> Self {
        //= 232.0-B-4 segment-header
        let flags = match octet >> 6 {
            0b00 => SegmentFlags::Continuing,
            0b01 => SegmentFlags::First,
            0b10 => SegmentFlags::Last,
            _ => SegmentFlags::Unsegmented,
        };
        Self {
            flags,
            map_id: TcMapId::new(octet & 0x3F).expect("6 bits"),
        }
    }

    /// The header as its octet.
    pub const fn to_octet(self) -> u8 {
        let flags = match self.flags {
            SegmentFlags::Continuing => 0b00,
            SegmentFlags::First => 0b01,
            SegmentFlags::Last => 0b10,
            SegmentFlags::Unsegmented => 0b11,
        };
        flags << 6 | self.map_id.get()
    }
}

/// A control command to FARM-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ControlCommand {
    /// Leave lockout.
    Unlock,
    /// Expect this frame sequence number next.
    SetVR(SeqNum),
}

impl ControlCommand {
    /// Reads the data field of a BC frame.
    pub fn parse(octets: &[u8]) -> Result<Self, TcError> {
        //= 232.0-B-4 4.1.3.3
        match *octets {
            [0x00] => Ok(Self::Unlock),
            [0x82, 0x00, v_r] => Ok(Self::SetVR(SeqNum::new(v_r))),
            _ => Err(TcError::UnknownControlCommand {
                first: octets.first().copied(),
                len: octets.len(),
            }),
        }
    }
}

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TcBody<'a> {
    /// User data (AD, BD).
    Data {
        /// The segment header, if the channel has them.
        segment: Option<TcSegment>,
        /// The data behind it.
        data: &'a [u8],
    },
    /// A control command (BC).
    Control(ControlCommand),
}

/// Length in octets of the frame that begins at `octets`, 5 to 1,024, from its header alone.
pub fn tc_frame_len(octets: &[u8]) -> Result<usize, TcError> {
    match TcHeader::parse(octets)? {
        (_, have) if have < HEADER_LEN => Err(TcError::NoRoom {
            need: HEADER_LEN,
            have,
        }),
        (_, len) => Ok(len),
    }
}

/// A TC transfer frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcFrame<'a> {
    header: TcHeader,
    octets: &'a [u8],
    body: TcBody<'a>,
    fecf: Option<(&'a [u8], u16)>,
}

impl<'a> TcFrame<'a> {
    /// Reads a frame that fills `octets` exactly. The FECF is not checked, only taken off.
    pub fn parse(octets: &'a [u8], parameters: &TcParameters) -> Result<Self, TcError> {
        match Self::parse_prefix(octets, parameters)? {
            (frame, []) => Ok(frame),
            (frame, _) => Err(TcError::Length {
                need: frame.octets.len(),
                have: octets.len(),
            }),
        }
    }

    /// Reads the frame at the front of `octets`; returns it and what follows (in a CLTU, fill).
    pub fn parse_prefix(
        octets: &'a [u8],
        parameters: &TcParameters,
    ) -> Result<(Self, &'a [u8]), TcError> {
        let (header, need) = TcHeader::parse(octets)?;
        let truncated = TcError::Truncated {
            need,
            have: octets.len(),
        };
        let (octets, rest) = octets.split_at_checked(need).ok_or(truncated)?;
        //= 232.0-B-4 frame-layout
        let segmented = parameters.segment_header && header.frame_type != TcType::Bc;
        let fields = HEADER_LEN
            + if segmented { SEGMENT_HEADER_LEN } else { 0 }
            + if parameters.fecf { FECF_LEN } else { 0 };
        let no_room = TcError::NoRoom {
            need: fields,
            have: need,
        };
        let (under_fecf, fecf) = if parameters.fecf {
            let (under_fecf, &fecf) = octets.split_last_chunk().ok_or(no_room)?;
            (under_fecf, Some((under_fecf, u16::from_be_bytes(fecf))))
        } else {
            (octets, None)
        };
        let data = under_fecf.get(HEADER_LEN..).ok_or(no_room)?;
        let body = if header.frame_type == TcType::Bc {
            TcBody::Control(ControlCommand::parse(data)?)
        } else if segmented {
            let (&first, data) = data.split_first().ok_or(no_room)?;
            TcBody::Data {
                segment: Some(TcSegment::from_octet(first)),
                data,
            }
        } else {
            TcBody::Data {
                segment: None,
                data,
            }
        };
        Ok((
            Self {
                header,
                octets,
                body,
                fecf,
            },
            rest,
        ))
    }

    /// The primary header.
    pub const fn header(&self) -> TcHeader {
        self.header
    }

    /// What the frame carries.
    pub const fn body(&self) -> TcBody<'a> {
        self.body
    }

    /// The frame error control field as received, if the channel has one.
    pub fn fecf(&self) -> Option<u16> {
        self.fecf.map(|(_, fecf)| fecf)
    }

    /// All octets that the FECF protects: the frame without it. The whole frame if the channel has none.
    pub fn octets_under_fecf(&self) -> &'a [u8] {
        self.fecf.map_or(self.octets, |(octets, _)| octets)
    }

    /// The whole frame.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }
}

impl TcHeader {
    /// Writes a whole frame to the front of `out` and returns how many octets the FECF protects. Where the channel has an FECF,
    /// its two octets follow at that place and are left 0 for the CRC.
    pub fn emit(
        &self,
        parameters: &TcParameters,
        body: &TcBody<'_>,
        out: &mut [u8],
    ) -> Result<usize, EmitError> {
        self.check(*parameters, body)?;
        let command;
        let segment_octet;
        let (segment, data): (&[u8], &[u8]) = match *body {
            TcBody::Control(ControlCommand::Unlock) => (&[], &[0x00]),
            TcBody::Control(ControlCommand::SetVR(v_r)) => {
                command = [0x82, 0x00, v_r.get()];
                (&[], &command)
            }
            TcBody::Data {
                segment: Some(segment),
                data,
            } => {
                segment_octet = [segment.to_octet()];
                (&segment_octet, data)
            }
            TcBody::Data {
                segment: None,
                data,
            } => (&[], data),
        };
        let under_fecf = data.len().saturating_add(HEADER_LEN + segment.len());
        let frame_len = under_fecf.saturating_add(if parameters.fecf { FECF_LEN } else { 0 });
        let header = self.to_octets(frame_len)?;
        concat(&[&header[..], segment, data], frame_len, out)
    }

    /// Type, segment header and sequence number must agree with each other and with the channel.
    fn check(self, parameters: TcParameters, body: &TcBody<'_>) -> Result<(), EmitError> {
        let body_ok = match body {
            TcBody::Control(_) => self.frame_type == TcType::Bc,
            TcBody::Data { segment, .. } => {
                self.frame_type != TcType::Bc && segment.is_some() == parameters.segment_header
            }
        };
        let n_s_ok = self.frame_type == TcType::Ad || self.n_s.get() == 0;
        if body_ok && n_s_ok {
            Ok(())
        } else {
            Err(EmitError::Inconsistent)
        }
    }
}
