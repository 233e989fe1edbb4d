//! The whole TM transfer frame: view and emit.

use super::{FECF_LEN, HEADER_LEN, SECONDARY_DATA_MAX, TmError, TmHeader};
use crate::emit::concat;
use crate::error::EmitError;
use crate::first_header::FirstHeader;
use crate::ocf::{OCF_LEN, Ocf};

/// What the facts of the physical channel say, for all its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TmParameters {
    /// Length of every frame in octets, FECF included.
    pub frame_len: usize,
    /// Whether frames end with a frame error control field.
    pub fecf: bool,
}

impl TmParameters {
    /// Octets of the data field of a frame whose secondary header has `secondary` data octets (`None`: no secondary header);
    /// `None` if the frame is too short.
    pub fn data_len(&self, secondary: Option<usize>, ocf: bool) -> Option<usize> {
        let secondary = secondary.map_or(0, |len| len.saturating_add(1));
        let fecf = if self.fecf { FECF_LEN } else { 0 };
        let ocf = if ocf { OCF_LEN } else { 0 };
        self.frame_len
            .checked_sub(HEADER_LEN + fecf + ocf)?
            .checked_sub(secondary)
    }
}

/// A TM transfer frame of the managed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TmFrame<'a> {
    header: TmHeader,
    octets: &'a [u8],
    secondary_header: Option<TmSecondaryHeader<'a>>,
    data: &'a [u8],
    ocf: Option<[u8; OCF_LEN]>,
    fecf: Option<(&'a [u8], u16)>,
}

impl<'a> TmFrame<'a> {
    /// Reads a frame that fills `octets` exactly. The FECF is not checked, only taken off.
    pub fn parse(octets: &'a [u8], parameters: &TmParameters) -> Result<Self, TmError> {
        let have = octets.len();
        if have != parameters.frame_len {
            return Err(TmError::Length {
                need: parameters.frame_len,
                have,
            });
        }
        let header = TmHeader::parse(octets)?;
        //= 132.0-B-3 frame-layout
        let ocf_len = if header.ocf { OCF_LEN } else { 0 };
        let fecf_len = if parameters.fecf { FECF_LEN } else { 0 };
        let no_room = TmError::NoRoom {
            need: HEADER_LEN + ocf_len + fecf_len,
            have,
        };
        let body = octets.get(HEADER_LEN..).ok_or(no_room)?;
        let (body, fecf) = if parameters.fecf {
            let (body, &fecf) = body.split_last_chunk().ok_or(no_room)?;
            let (under_fecf, _) = octets.split_at(have - FECF_LEN);
            (body, Some((under_fecf, u16::from_be_bytes(fecf))))
        } else {
            (body, None)
        };
        let (body, ocf) = if header.ocf {
            let (body, &ocf) = body.split_last_chunk().ok_or(no_room)?;
            (body, Some(ocf))
        } else {
            (body, None)
        };
        let (secondary_header, data) = if header.secondary_header {
            let (secondary_header, data) = TmSecondaryHeader::parse_prefix(body)?;
            (Some(secondary_header), data)
        } else {
            (None, body)
        };
        let frame = Self {
            header,
            octets,
            secondary_header,
            data,
            ocf,
            fecf,
        };
        frame.check_first_header()?;
        Ok(frame)
    }

    fn check_first_header(&self) -> Result<(), TmError> {
        match self.first_header() {
            Some(FirstHeader::At(pointer)) if !FirstHeader::At(pointer).fits(self.data.len()) => {
                Err(TmError::FirstHeaderPointer {
                    pointer,
                    data_len: self.data.len(),
                })
            }
            _ => Ok(()),
        }
    }

    /// The primary header.
    pub const fn header(&self) -> TmHeader {
        self.header
    }

    /// The secondary header, if the frame has one.
    pub const fn secondary_header(&self) -> Option<TmSecondaryHeader<'a>> {
        self.secondary_header
    }

    /// Where the first packet begins; `None` if the data field holds a virtual channel access SDU and no packets.
    pub const fn first_header(&self) -> Option<FirstHeader> {
        if self.header.synchronization_flag {
            None
        } else {
            Some(self.header.first_header)
        }
    }

    /// The transfer frame data field.
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The operational control field, if the frame has one.
    pub fn ocf(&self) -> Option<Ocf> {
        self.ocf.map(Ocf::parse)
    }

    /// The octets of the operational control field, if the frame has one.
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

/// A secondary header: one octet of version and length, then 1 to 63 octets of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TmSecondaryHeader<'a> {
    data: &'a [u8],
}

impl<'a> TmSecondaryHeader<'a> {
    fn parse_prefix(body: &'a [u8]) -> Result<(Self, &'a [u8]), TmError> {
        let room = body.len();
        let (&first, body) = body
            .split_first()
            .ok_or(TmError::SecondaryHeaderTooLong { len: 2, room })?;
        //= 132.0-B-3 secondary-header
        if first >> 6 != 0 {
            return Err(TmError::SecondaryHeaderVersion {
                version: first >> 6,
            });
        }
        let data_len = usize::from(first & 0b11_1111); // all octets less one, and that one is this octet
        if data_len == 0 {
            return Err(TmError::SecondaryHeaderEmpty);
        }
        let too_long = TmError::SecondaryHeaderTooLong {
            len: data_len + 1,
            room,
        };
        let (data, rest) = body.split_at_checked(data_len).ok_or(too_long)?;
        Ok((Self { data }, rest))
    }

    /// The data of the secondary header, 1 to 63 octets.
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The data read as an extended virtual channel frame count: the 24 bits above the 8 of the primary header. `None` unless
    /// there are three octets. Whether a channel uses its secondary header so is managed.
    pub fn extended_vc_frame_count(&self) -> Option<u32> {
        //= 132.0-B-3 extended-vc-frame-count
        match *self.data {
            [a, b, c] => Some(u32::from_be_bytes([0, a, b, c])),
            _ => None,
        }
    }
}

/// What a frame carries behind its primary header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TmContent<'a> {
    /// Data of the secondary header, 1 to 63 octets, if the header's flag announces one.
    pub secondary: Option<&'a [u8]>,
    /// The data field; must fill the frame.
    pub data: &'a [u8],
    /// The operational control field, if the header's flag announces one.
    pub ocf: Option<Ocf>,
}

impl<'a> TmContent<'a> {
    /// Only a data field.
    pub const fn data(data: &'a [u8]) -> Self {
        Self {
            secondary: None,
            data,
            ocf: None,
        }
    }
}

impl TmHeader {
    /// Writes a whole frame to the front of `out` and returns how many octets the FECF protects. Where the channel has an FECF,
    /// its two octets follow at that place and are left 0 for the CRC.
    pub fn emit(
        &self,
        parameters: &TmParameters,
        content: &TmContent<'_>,
        out: &mut [u8],
    ) -> Result<usize, EmitError> {
        let header = self.to_octets()?;
        if self.secondary_header != content.secondary.is_some() || self.ocf != content.ocf.is_some()
        {
            return Err(EmitError::Inconsistent);
        }
        let secondary_len = content.secondary.map(<[u8]>::len);
        let secondary_first = secondary_len.map(secondary_first).transpose()?;
        let have = content.data.len();
        let max = parameters.data_len(secondary_len, self.ocf);
        match max {
            Some(max) if have < max => return Err(EmitError::TooShort { min: max, have }),
            Some(max) if have == max => {}
            _ => {
                return Err(EmitError::TooLong {
                    max: max.unwrap_or(0),
                    have,
                });
            }
        }
        if !self.synchronization_flag && !self.first_header.fits(have) {
            let pointer = self.first_header.to_bits()?;
            let max = have.saturating_sub(1) as u64;
            return Err(EmitError::OutOfRange {
                max,
                have: pointer.into(),
            });
        }
        let ocf = content.ocf.map(|ocf| ocf.to_octets()).transpose()?;
        let parts = [
            &header[..],
            secondary_first.as_ref().map_or(&[], |first| &first[..]),
            content.secondary.unwrap_or(&[]),
            content.data,
            ocf.as_ref().map_or(&[], |ocf| &ocf[..]),
        ];
        concat(&parts, parameters.frame_len, out)
    }
}

/// The first octet of a secondary header with `len` data octets: version 00 and all octets less one.
fn secondary_first(len: usize) -> Result<[u8; 1], EmitError> {
    let too_long = EmitError::TooLong {
        max: SECONDARY_DATA_MAX,
        have: len,
    };
    match u8::try_from(len) {
        Ok(0) => Err(EmitError::TooShort { min: 1, have: 0 }),
        Ok(first) if len <= SECONDARY_DATA_MAX => Ok([first]),
        _ => Err(too_long),
    }
}
