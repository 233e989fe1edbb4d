//! Primary header of the TM transfer frame.

use super::{HEADER_LEN, TmError};
use crate::bits::Field;
use crate::emit::within;
use crate::error::EmitError;
use crate::first_header::FirstHeader;
use crate::id::{Gvcid, Mcid, Scid, Vcid};
use crate::seq::VcFrameCount8;

//= 132.0-B-3 primary-header
const TFVN: Field<0, 2> = Field;
const SCID: Field<2, 10> = Field;
const VCID: Field<12, 3> = Field;
const OCF_FLAG: Field<15, 1> = Field;
const MC_FRAME_COUNT: Field<16, 8> = Field;
const VC_FRAME_COUNT: Field<24, 8> = Field;
const SECONDARY_HEADER_FLAG: Field<32, 1> = Field;
const SYNCHRONIZATION_FLAG: Field<33, 1> = Field;
const PACKET_ORDER_FLAG: Field<34, 1> = Field;
const SEGMENT_LENGTH_ID: Field<35, 2> = Field;
const FIRST_HEADER_POINTER: Field<37, 11> = Field;

/// Primary header of a TM transfer frame, all fields.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the book's four flags, under their names"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TmHeader {
    /// Spacecraft.
    pub scid: Scid,
    /// Virtual channel, 0 to 7.
    pub vcid: Vcid,
    /// Whether the frame ends with an operational control field.
    pub ocf: bool,
    /// Count of all frames of the master channel.
    pub mc_frame_count: VcFrameCount8,
    /// Count of the frames of this virtual channel.
    pub vc_frame_count: VcFrameCount8,
    /// Whether a secondary header follows.
    pub secondary_header: bool,
    /// False: the data field holds packets (or idle data); true: a virtual channel access SDU.
    pub synchronization_flag: bool,
    /// Reserved, false unless `synchronization_flag` is set.
    pub packet_order_flag: bool,
    /// 2 bits, 11 unless `synchronization_flag` is set.
    pub segment_length_id: u8,
    /// First header pointer; without meaning where `synchronization_flag` is set.
    pub first_header: FirstHeader,
}

impl TmHeader {
    /// A header for packets: no options, counts 0, a packet begins at octet 0 of the data field.
    pub fn new(scid: Scid, vcid: Vcid) -> Self {
        Self {
            scid,
            vcid,
            ocf: false,
            mc_frame_count: VcFrameCount8::default(),
            vc_frame_count: VcFrameCount8::default(),
            secondary_header: false,
            synchronization_flag: false,
            packet_order_flag: false,
            segment_length_id: 0b11,
            first_header: FirstHeader::At(0),
        }
    }

    /// Reads the six octets at the front; only the version is checked.
    pub fn parse(octets: &[u8]) -> Result<Self, TmError> {
        let header: &[u8; HEADER_LEN] = octets
            .first_chunk()
            .ok_or(TmError::Truncated { have: octets.len() })?;
        let tfvn = TFVN.as_u8(header);
        if tfvn != 0 {
            return Err(TmError::Version { tfvn });
        }
        Ok(Self::decode(*header))
    }

    fn decode(header: [u8; HEADER_LEN]) -> Self {
        Self {
            scid: Scid::new(SCID.as_u16(&header)).expect("10 bits"),
            vcid: Vcid::new(VCID.as_u8(&header)).expect("3 bits"),
            ocf: OCF_FLAG.flag(&header),
            mc_frame_count: VcFrameCount8::new(MC_FRAME_COUNT.as_u8(&header)),
            vc_frame_count: VcFrameCount8::new(VC_FRAME_COUNT.as_u8(&header)),
            secondary_header: SECONDARY_HEADER_FLAG.flag(&header),
            synchronization_flag: SYNCHRONIZATION_FLAG.flag(&header),
            packet_order_flag: PACKET_ORDER_FLAG.flag(&header),
            segment_length_id: SEGMENT_LENGTH_ID.as_u8(&header),
            first_header: FirstHeader::from_bits(FIRST_HEADER_POINTER.as_u16(&header)),
        }
    }

    /// The six octets; refuses a virtual channel above 7 and fields wider than their bits.
    pub fn to_octets(&self) -> Result<[u8; HEADER_LEN], EmitError> {
        let pointer = self.first_header.to_bits()?;
        let vcid = within(self.vcid.get(), 0b111)?;
        let segment_length_id = within(self.segment_length_id, 0b11)?;
        let mut header = [0; HEADER_LEN];
        SCID.put(&mut header, self.scid.get().into());
        VCID.put(&mut header, vcid);
        OCF_FLAG.put(&mut header, self.ocf.into());
        MC_FRAME_COUNT.put(&mut header, self.mc_frame_count.get().into());
        VC_FRAME_COUNT.put(&mut header, self.vc_frame_count.get().into());
        SECONDARY_HEADER_FLAG.put(&mut header, self.secondary_header.into());
        SYNCHRONIZATION_FLAG.put(&mut header, self.synchronization_flag.into());
        PACKET_ORDER_FLAG.put(&mut header, self.packet_order_flag.into());
        SEGMENT_LENGTH_ID.put(&mut header, segment_length_id);
        FIRST_HEADER_POINTER.put(&mut header, pointer.into());
        Ok(header)
    }

    /// The virtual channel under its global name.
    pub const fn gvcid(&self) -> Gvcid {
        Gvcid::new(Mcid::version1(self.scid), self.vcid)
    }

    /// Whether the frame carries only idle data.
    pub fn is_oid(&self) -> bool {
        !self.synchronization_flag && self.first_header == FirstHeader::IdleOnly
    }
}
