//! Primary header of the TC transfer frame.

use super::{FRAME_MAX, HEADER_LEN, TcError};
use crate::bits::Field;
use crate::error::EmitError;
use crate::id::{Gvcid, Mcid, Scid, Vcid};
use crate::seq::SeqNum;

//= 232.0-B-4 primary-header
const TFVN: Field<0, 2> = Field;
const BYPASS_FLAG: Field<2, 1> = Field;
const CONTROL_COMMAND_FLAG: Field<3, 1> = Field;
const RESERVED: Field<4, 2> = Field;
const SCID: Field<6, 10> = Field;
const VCID: Field<16, 6> = Field;
const FRAME_LENGTH: Field<22, 10> = Field;
const FRAME_SEQUENCE_NUMBER: Field<32, 8> = Field;

/// The three types of frame that bypass and control command flag make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TcType {
    /// Type-A data: FARM-1 checks the sequence number.
    Ad,
    /// Type-B data: accepted whatever the sequence.
    Bd,
    /// Type-B control command to FARM-1.
    Bc,
}

/// Primary header of a TC transfer frame without the length, which follows from the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TcHeader {
    /// Type of frame.
    pub frame_type: TcType,
    /// Spacecraft.
    pub scid: Scid,
    /// Virtual channel.
    pub vcid: Vcid,
    /// N(S); 0 in type-B frames (a receiver does not look at it there).
    pub n_s: SeqNum,
}

impl TcHeader {
    /// Reads the five octets at the front: the header and the length of the whole frame in octets.
    pub fn parse(octets: &[u8]) -> Result<(Self, usize), TcError> {
        let have = octets.len();
        let header: &[u8; HEADER_LEN] = octets.first_chunk().ok_or(TcError::Truncated {
            need: HEADER_LEN,
            have,
        })?;
        let tfvn = TFVN.as_u8(header);
        if tfvn != 0 {
            return Err(TcError::Version { tfvn });
        }
        //= 232.0-B-4 frame-types
        let frame_type = match (BYPASS_FLAG.flag(header), CONTROL_COMMAND_FLAG.flag(header)) {
            (false, false) => TcType::Ad,
            (true, false) => TcType::Bd,
            (true, true) => TcType::Bc,
            (false, true) => return Err(TcError::ReservedType),
        };
        let bits = RESERVED.as_u8(header);
        if bits != 0 {
            return Err(TcError::ReservedBits { bits });
        }
        let frame_len = usize::from(FRAME_LENGTH.as_u16(header)) + 1; //= 232.0-B-4 frame-length
        Ok((Self::decode(frame_type, *header), frame_len))
    }

    fn decode(frame_type: TcType, header: [u8; HEADER_LEN]) -> Self {
        Self {
            frame_type,
            scid: Scid::new(SCID.as_u16(&header)).expect("10 bits"),
            vcid: Vcid::new(VCID.as_u8(&header)).expect("6 bits"),
            n_s: SeqNum::new(FRAME_SEQUENCE_NUMBER.as_u8(&header)),
        }
    }

    /// The five octets for a frame of `frame_len` octets, FECF included.
    pub fn to_octets(&self, frame_len: usize) -> Result<[u8; HEADER_LEN], EmitError> {
        if frame_len < HEADER_LEN {
            return Err(EmitError::TooShort {
                min: HEADER_LEN,
                have: frame_len,
            });
        }
        let too_long = EmitError::TooLong {
            max: FRAME_MAX,
            have: frame_len,
        };
        if frame_len > FRAME_MAX {
            return Err(too_long);
        }
        let length = u32::try_from(frame_len - 1).map_err(|_| too_long)?;
        let (bypass, control) = match self.frame_type {
            TcType::Ad => (0, 0),
            TcType::Bd => (1, 0),
            TcType::Bc => (1, 1),
        };
        let mut header = [0; HEADER_LEN];
        BYPASS_FLAG.put(&mut header, bypass);
        CONTROL_COMMAND_FLAG.put(&mut header, control);
        SCID.put(&mut header, self.scid.get().into());
        VCID.put(&mut header, self.vcid.get().into());
        FRAME_LENGTH.put(&mut header, length);
        FRAME_SEQUENCE_NUMBER.put(&mut header, self.n_s.get().into());
        Ok(header)
    }

    /// The virtual channel under its global name.
    pub const fn gvcid(&self) -> Gvcid {
        Gvcid::new(Mcid::version1(self.scid), self.vcid)
    }
}
