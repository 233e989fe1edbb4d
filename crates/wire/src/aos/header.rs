//! Primary header of the AOS transfer frame.

use super::{AosError, HEADER_LEN};
use crate::bits::Field;
use crate::emit::within;
use crate::error::EmitError;
use crate::id::{AosScid, Gvcid, Mcid, Vcid};
use crate::seq::VcFrameCount24;

//= 732.0-B-4 primary-header
const TFVN: Field<0, 2> = Field;
const SCID: Field<2, 8> = Field;
const VCID: Field<10, 6> = Field;
const VC_FRAME_COUNT: Field<16, 24> = Field;
const REPLAY_FLAG: Field<40, 1> = Field;
const VC_FRAME_COUNT_USAGE_FLAG: Field<41, 1> = Field;
const SPARE: Field<42, 2> = Field;
const VC_FRAME_COUNT_CYCLE: Field<44, 4> = Field;

/// Version number of an AOS frame.
const VERSION: u8 = 0b01;

/// Primary header of an AOS transfer frame, all fields but the FHEC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AosHeader {
    /// Spacecraft.
    pub scid: AosScid,
    /// Virtual channel; 63 carries only idle data.
    pub vcid: Vcid,
    /// Count of the frames of this virtual channel.
    pub vc_frame_count: VcFrameCount24,
    /// Whether the frame comes from a recorder.
    pub replay_flag: bool,
    /// Whether `vc_frame_count_cycle` is in use.
    pub vc_frame_count_usage_flag: bool,
    /// Two reserved bits, 00; kept as received because issues of the book differ about them.
    pub spare: u8,
    /// How often the frame count has run over, 4 bits; 0 unless in use.
    pub vc_frame_count_cycle: u8,
}

impl AosHeader {
    /// A header with count 0 and no flag set.
    pub fn new(scid: AosScid, vcid: Vcid) -> Self {
        Self {
            scid,
            vcid,
            vc_frame_count: VcFrameCount24::default(),
            replay_flag: false,
            vc_frame_count_usage_flag: false,
            spare: 0,
            vc_frame_count_cycle: 0,
        }
    }

    /// Reads the six octets at the front; only the version is checked.
    pub fn parse(octets: &[u8]) -> Result<Self, AosError> {
        let have = octets.len();
        let header: &[u8; HEADER_LEN] = octets.first_chunk().ok_or(AosError::Truncated {
            need: HEADER_LEN,
            have,
        })?;
        let tfvn = TFVN.as_u8(header);
        if tfvn != VERSION {
            return Err(AosError::Version { tfvn });
        }
        Ok(Self::decode(*header))
    }

    fn decode(header: [u8; HEADER_LEN]) -> Self {
        Self {
            scid: AosScid::new(SCID.as_u8(&header)),
            vcid: Vcid::new(VCID.as_u8(&header)).expect("6 bits"),
            vc_frame_count: VcFrameCount24::new(VC_FRAME_COUNT.get(&header)).expect("24 bits"),
            replay_flag: REPLAY_FLAG.flag(&header),
            vc_frame_count_usage_flag: VC_FRAME_COUNT_USAGE_FLAG.flag(&header),
            spare: SPARE.as_u8(&header),
            vc_frame_count_cycle: VC_FRAME_COUNT_CYCLE.as_u8(&header),
        }
    }

    /// The six octets; refuses fields wider than their bits.
    pub fn to_octets(&self) -> Result<[u8; HEADER_LEN], EmitError> {
        let spare = within(self.spare, 0b11)?;
        let cycle = within(self.vc_frame_count_cycle, 0b1111)?;
        let mut header = [0; HEADER_LEN];
        TFVN.put(&mut header, VERSION.into());
        SCID.put(&mut header, self.scid.get().into());
        VCID.put(&mut header, self.vcid.get().into());
        VC_FRAME_COUNT.put(&mut header, self.vc_frame_count.get());
        REPLAY_FLAG.put(&mut header, self.replay_flag.into());
        VC_FRAME_COUNT_USAGE_FLAG.put(&mut header, self.vc_frame_count_usage_flag.into());
        SPARE.put(&mut header, spare);
        VC_FRAME_COUNT_CYCLE.put(&mut header, cycle);
        Ok(header)
    }

    /// The virtual channel under its global name.
    pub const fn gvcid(&self) -> Gvcid {
        Gvcid::new(Mcid::aos(self.scid), self.vcid)
    }

    /// Whether the frame carries only idle data: virtual channel 63 is kept for that.
    pub fn is_oid(&self) -> bool {
        self.vcid == Vcid::MAX
    }

    /// The frame count with its cycle above it, 28 bits; without the cycle where it is not in use.
    pub fn extended_vc_frame_count(&self) -> u32 {
        let cycle = if self.vc_frame_count_usage_flag {
            self.vc_frame_count_cycle
        } else {
            0
        };
        u32::from(cycle) << 24 | self.vc_frame_count.get()
    }
}
