//! The whole AOS transfer frame: view and emit.

use super::{AosError, AosHeader, FECF_LEN, FHEC_LEN, HEADER_LEN};
use crate::emit::concat;
use crate::error::EmitError;
use crate::ocf::{OCF_LEN, Ocf};

/// What is agreed for all frames of a physical channel (the OCF: of a virtual channel).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AosParameters {
    /// Length of every frame in octets, FECF included.
    pub frame_len: usize,
    /// Whether the header ends with a frame header error control field.
    pub fhec: bool,
    /// Length of the insert zone in octets, 0 for none.
    pub insert_zone_len: usize,
    /// Whether frames carry an operational control field.
    pub ocf: bool,
    /// Whether frames end with a frame error control field.
    pub fecf: bool,
}

impl AosParameters {
    /// Octets of everything in a frame but its data field.
    fn overhead(&self) -> usize {
        let fhec = if self.fhec { FHEC_LEN } else { 0 };
        let ocf = if self.ocf { OCF_LEN } else { 0 };
        let fecf = if self.fecf { FECF_LEN } else { 0 };
        self.insert_zone_len
            .saturating_add(HEADER_LEN + fhec + ocf + fecf)
    }

    /// Octets of the data field of a frame; `None` if the frame is too short for its other fields.
    pub fn data_len(&self) -> Option<usize> {
        self.frame_len.checked_sub(self.overhead())
    }
}

/// An AOS transfer frame of the managed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AosFrame<'a> {
    header: AosHeader,
    octets: &'a [u8],
    fhec: Option<u16>,
    insert_zone: &'a [u8],
    data: &'a [u8],
    ocf: Option<[u8; OCF_LEN]>,
    fecf: Option<(&'a [u8], u16)>,
}

impl<'a> AosFrame<'a> {
    /// Reads a frame that fills `octets` exactly. Neither error control field is checked.
    pub fn parse(octets: &'a [u8], parameters: &AosParameters) -> Result<Self, AosError> {
        let have = octets.len();
        if have != parameters.frame_len {
            return Err(AosError::Length {
                need: parameters.frame_len,
                have,
            });
        }
        let header = AosHeader::parse(octets)?;
        let no_room = AosError::NoRoom {
            need: parameters.overhead(),
            have,
        };
        Self::split(header, octets, parameters).ok_or(no_room)
    }

    /// Cuts the frame into its fields; `None` if it is too short for them.
    fn split(header: AosHeader, octets: &'a [u8], parameters: &AosParameters) -> Option<Self> {
        //= 732.0-B-4 frame-layout
        let mut body = octets.get(HEADER_LEN..)?;
        let mut frame = Self {
            header,
            octets,
            fhec: None,
            insert_zone: &[],
            data: &[],
            ocf: None,
            fecf: None,
        };
        if parameters.fhec {
            let (&fhec, rest) = body.split_first_chunk()?;
            (frame.fhec, body) = (Some(u16::from_be_bytes(fhec)), rest);
        }
        (frame.insert_zone, body) = body.split_at_checked(parameters.insert_zone_len)?;
        if parameters.fecf {
            let (rest, &fecf) = body.split_last_chunk()?;
            let (under_fecf, _) = octets.split_last_chunk::<FECF_LEN>()?;
            (frame.fecf, body) = (Some((under_fecf, u16::from_be_bytes(fecf))), rest);
        }
        if parameters.ocf {
            let (rest, &ocf) = body.split_last_chunk()?;
            (frame.ocf, body) = (Some(ocf), rest);
        }
        frame.data = body;
        Some(frame)
    }

    /// The primary header.
    pub const fn header(&self) -> AosHeader {
        self.header
    }

    /// The frame header error control field as received, if the channel has one.
    pub const fn fhec(&self) -> Option<u16> {
        self.fhec
    }

    /// The insert zone; empty if the channel has none.
    pub const fn insert_zone(&self) -> &'a [u8] {
        self.insert_zone
    }

    /// The transfer frame data field.
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The operational control field, if the channel has one.
    pub fn ocf(&self) -> Option<Ocf> {
        self.ocf.map(Ocf::parse)
    }

    /// The octets of the operational control field, if the channel has one.
    pub const fn ocf_octets(&self) -> Option<[u8; OCF_LEN]> {
        self.ocf
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

/// What a frame carries behind its primary header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AosContent<'a> {
    /// The frame header error control field, if the channel has one.
    pub fhec: Option<u16>,
    /// The insert zone, of the managed length.
    pub insert_zone: &'a [u8],
    /// The data field; must fill the frame.
    pub data: &'a [u8],
    /// The operational control field, if the channel has one.
    pub ocf: Option<Ocf>,
}

impl<'a> AosContent<'a> {
    /// Only a data field.
    pub const fn data(data: &'a [u8]) -> Self {
        Self {
            fhec: None,
            insert_zone: &[],
            data,
            ocf: None,
        }
    }
}

impl AosHeader {
    /// Writes a whole frame to the front of `out` and returns how many octets the FECF protects. Where the channel has an FECF,
    /// its two octets follow at that place and are left 0 for the CRC.
    pub fn emit(
        &self,
        parameters: &AosParameters,
        content: &AosContent<'_>,
        out: &mut [u8],
    ) -> Result<usize, EmitError> {
        let header = self.to_octets()?;
        if parameters.fhec != content.fhec.is_some()
            || parameters.ocf != content.ocf.is_some()
            || parameters.insert_zone_len != content.insert_zone.len()
        {
            return Err(EmitError::Inconsistent);
        }
        let have = content.data.len();
        match parameters.data_len() {
            Some(min) if have < min => return Err(EmitError::TooShort { min, have }),
            Some(max) if have == max => {}
            max => {
                return Err(EmitError::TooLong {
                    max: max.unwrap_or(0),
                    have,
                });
            }
        }
        let fhec = content.fhec.map(u16::to_be_bytes);
        let ocf = content.ocf.map(|ocf| ocf.to_octets()).transpose()?;
        let parts = [
            &header[..],
            fhec.as_ref().map_or(&[], |fhec| &fhec[..]),
            content.insert_zone,
            content.data,
            ocf.as_ref().map_or(&[], |ocf| &ocf[..]),
        ];
        concat(&parts, parameters.frame_len, out)
    }
}
