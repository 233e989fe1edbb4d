//! Primary header of a USLP frame (CCSDS 732.1-B-3): 4 octets if truncated, else 7 to 14.

use super::{USLP_TRUNCATED_HEADER_LEN, UslpError};
use crate::bits::{Field, Spare};
use crate::id::{MapId, UslpScid, Vcid};
use crate::v3::{Qos, ScidRole};

const FIXED_LEN: usize = 7;
const VCF_COUNT_MAX_LEN: usize = 7;
const HEADER_MAX_LEN: usize = FIXED_LEN + VCF_COUNT_MAX_LEN;

//= 732.1-B-3 primary-header
const TFVN: Field<0, 4> = Field;
const SCID: Field<4, 16> = Field;
const SCID_ROLE: Field<20, 1> = Field;
const VCID: Field<21, 6> = Field;
const MAP_ID: Field<27, 4> = Field;
const END_OF_HEADER: Field<31, 1> = Field;
const FRAME_LENGTH: Field<32, 16> = Field;
const BYPASS: Field<48, 1> = Field;
const PROTOCOL_CONTROL_COMMAND: Field<49, 1> = Field;
const SPARE: Field<50, 2> = Field;
const OCF_FLAG: Field<52, 1> = Field;
const VCF_COUNT_LEN: Field<53, 3> = Field;

/// Virtual channel frame count of 0 to 7 octets; how many is part of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct VcfCount {
    octets: u8,
    value: u64,
}

impl VcfCount {
    /// No count.
    pub const NONE: Self = Self {
        octets: 0,
        value: 0,
    };

    /// `None` if there are more than 7 octets or `value` does not fit them.
    pub const fn new(octets: u8, value: u64) -> Option<Self> {
        if octets as usize <= VCF_COUNT_MAX_LEN && value <= Self::mask(octets) {
            Some(Self { octets, value })
        } else {
            None
        }
    }

    const fn mask(octets: u8) -> u64 {
        (1 << (8 * octets as u32)) - 1
    }

    /// Octets of the count, 0 to 7.
    pub const fn octet_count(self) -> u8 {
        self.octets & 0b111 // changes nothing; tells the compiler the width
    }

    /// The count as an integer, 0 if it has no octets.
    pub const fn get(self) -> u64 {
        self.value
    }

    /// The count after this one, in as many octets.
    #[must_use]
    pub const fn next(self) -> Self {
        Self {
            octets: self.octets,
            value: (self.value + 1) & Self::mask(self.octets),
        }
    }

    /// How many frames are missing between `previous` and this one, modulo the size of the count; `None` if there is no count
    /// or the two have different sizes.
    pub const fn gap_since(self, previous: Self) -> Option<u64> {
        if self.octets == 0 || self.octets != previous.octets {
            return None;
        }
        Some(self.value.wrapping_sub(previous.next().value) & Self::mask(self.octets))
    }
}

/// Whether the header ends after the addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UslpForm {
    /// It does; the frame has an agreed length and no other fields than data.
    Truncated,
    /// It goes on.
    NonTruncated {
        /// The bypass / sequence control flag.
        qos: Qos,
        /// The protocol control command flag: the data are commands of the protocol, not the user's.
        protocol_control_command: bool,
        /// Bits 50-51.
        spare: Spare<2>,
        /// The virtual channel frame count.
        vcf_count: VcfCount,
    },
}

/// The header fields of a USLP frame. Version, length and OCF flag are written by [`emit`](UslpHeader::emit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UslpHeader {
    /// The spacecraft named.
    pub scid: UslpScid,
    /// Whether `scid` is the sender or the addressee.
    pub scid_role: ScidRole,
    /// Virtual channel; 63 for frames of only idle data.
    pub vcid: Vcid,
    /// Multiplexer access point.
    pub map_id: MapId,
    /// The rest, if there is more.
    pub form: UslpForm,
}

impl UslpHeader {
    /// Octets of this header.
    pub const fn header_len(&self) -> usize {
        match self.form {
            UslpForm::Truncated => USLP_TRUNCATED_HEADER_LEN,
            UslpForm::NonTruncated { vcf_count, .. } => {
                FIXED_LEN + vcf_count.octet_count() as usize
            }
        }
    }

    /// Which rule of the book the header breaks, if any.
    pub const fn check(&self) -> Result<(), UslpError> {
        match self.form {
            UslpForm::NonTruncated { spare, .. } if !spare.is_zero() => {
                Err(UslpError::SpareSet { bits: spare.get() })
            }
            _ => Ok(()),
        }
    }

    /// The header, in the first `header_len` octets; `frame_len` is 1 to 65,536.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the caller has checked frame_len"
    )]
    pub(super) fn octets(&self, frame_len: usize, ocf_flag: bool) -> [u8; HEADER_MAX_LEN] {
        let mut h = [0; HEADER_MAX_LEN];
        TFVN.put(&mut h, 0b1100);
        SCID.put(&mut h, u32::from(self.scid.get()));
        SCID_ROLE.put(&mut h, self.scid_role as u32);
        VCID.put(&mut h, u32::from(self.vcid.get()));
        MAP_ID.put(&mut h, u32::from(self.map_id.get()));
        match self.form {
            UslpForm::Truncated => END_OF_HEADER.put(&mut h, 1),
            UslpForm::NonTruncated {
                qos,
                protocol_control_command,
                spare,
                vcf_count,
            } => {
                FRAME_LENGTH.put(&mut h, frame_len as u32 - 1);
                BYPASS.put(&mut h, qos as u32);
                PROTOCOL_CONTROL_COMMAND.put(&mut h, u32::from(protocol_control_command));
                SPARE.put(&mut h, u32::from(spare.get()));
                OCF_FLAG.put(&mut h, u32::from(ocf_flag));
                VCF_COUNT_LEN.put(&mut h, u32::from(vcf_count.octet_count()));
                let octets = vcf_count.value.to_be_bytes();
                let count = octets
                    .iter()
                    .skip(octets.len() - usize::from(vcf_count.octet_count()));
                h.iter_mut()
                    .skip(FIXED_LEN)
                    .zip(count)
                    .for_each(|(place, &octet)| *place = octet);
            }
        }
        h
    }
}

/// A header at the start of some octets, and what it says about the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UslpPrefix {
    /// The header fields.
    pub header: UslpHeader,
    /// Octets of the header.
    pub header_len: usize,
    /// Octets of the whole frame; `None` if truncated, whose length is agreed.
    pub frame_len: Option<usize>,
    /// Whether an operational control field is present.
    pub ocf_flag: bool,
}

impl UslpPrefix {
    /// Reads the header; what follows it may be missing.
    pub fn parse(octets: &[u8]) -> Result<Self, UslpError> {
        let have = octets.len();
        let truncated = UslpError::Truncated {
            need: USLP_TRUNCATED_HEADER_LEN,
            have,
        };
        let common = octets
            .first_chunk::<USLP_TRUNCATED_HEADER_LEN>()
            .ok_or(truncated)?;
        if TFVN.get(common) != 0b1100 {
            return Err(UslpError::Version {
                tfvn: TFVN.as_u8(common),
            });
        }
        let header = |form| UslpHeader {
            scid: UslpScid::new(SCID.as_u16(common)),
            scid_role: ScidRole::from_bit(SCID_ROLE.flag(common)),
            vcid: Vcid::new(VCID.as_u8(common)).unwrap_or_default(), // six bits always fit
            map_id: MapId::new(MAP_ID.as_u8(common)).unwrap_or_default(), // and four
            form,
        };
        if END_OF_HEADER.flag(common) {
            return Ok(Self {
                header: header(UslpForm::Truncated),
                header_len: USLP_TRUNCATED_HEADER_LEN,
                frame_len: None,
                ocf_flag: false,
            });
        }
        let truncated = UslpError::Truncated {
            need: FIXED_LEN,
            have,
        };
        let (fixed, rest) = octets.split_first_chunk::<FIXED_LEN>().ok_or(truncated)?;
        let count_len = VCF_COUNT_LEN.as_u8(fixed);
        let header_len = FIXED_LEN + usize::from(count_len);
        let truncated = UslpError::Truncated {
            need: header_len,
            have,
        };
        let count = rest.get(..usize::from(count_len)).ok_or(truncated)?;
        let value = count
            .iter()
            .fold(0, |value, &octet| value << 8 | u64::from(octet));
        Ok(Self {
            header: header(UslpForm::NonTruncated {
                qos: if BYPASS.flag(fixed) {
                    Qos::Expedited
                } else {
                    Qos::SequenceControlled
                },
                protocol_control_command: PROTOCOL_CONTROL_COMMAND.flag(fixed),
                spare: Spare::masked(SPARE.get(fixed)),
                vcf_count: VcfCount {
                    octets: count_len,
                    value,
                },
            }),
            header_len,
            frame_len: Some(usize::from(FRAME_LENGTH.as_u16(fixed)) + 1),
            ocf_flag: OCF_FLAG.flag(fixed),
        })
    }
}
