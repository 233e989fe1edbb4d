//! Version-3 transfer frame of Proximity-1 (CCSDS 211.0-B-6, 3.2.2).
//!
//! | Bits | Field | Bits | Field |
//! |---|---|---|---|
//! | 0-1 | version `10` | 16 | physical channel |
//! | 2 | quality of service | 17-19 | port |
//! | 3 | PDU type | 20 | SCID is source or destination |
//! | 4-5 | data field construction | 21-31 | frame length - 1 |
//! | 6-15 | spacecraft | 32-39 | frame sequence number |
//!
//! [`V3Frame::parse`] looks at the structure only: version and length. What a frame may not say (a reserved construction, a
//! P-frame on a port) is [`V3Frame::check`], so that an inspector can show such a frame and a receiver can refuse it by name.
//! Not here: the marker and the CRC-32 (they belong to the [PLTU](crate::pltu)), and whose SCID is welcome (`magpie-link`).
//!
//! ```
//! use magpie_wire::v3::{DfcId, PduType, Qos, V3Frame};
//! let octets = [0xB1, 0x23, 0x08, 0x06, 0x00, 0x80, 0x00];
//! let frame = V3Frame::parse(&octets)?;
//! assert_eq!((frame.qos(), frame.pdu_type()), (Qos::Expedited, PduType::Supervisory));
//! assert_eq!(frame.scid().get(), 0x123);
//! assert_eq!(frame.data_field(), [0x80, 0x00]); // one PLCW
//! assert_eq!(frame.check(), Ok(()));
//! # Ok::<(), magpie_wire::v3::FrameError>(())
//! ```

mod error;

pub use error::FrameError;

use crate::bits::Field;
use crate::emit::concat;
use crate::error::EmitError;
use crate::id::{Pcid, PortId, Scid};
use crate::seq::SeqNum;

/// Octets of the header.
pub const V3_HEADER_LEN: usize = 5;
/// Octets of the largest frame, header included.
pub const V3_FRAME_MAX: usize = 2048;
/// Octets of the largest data field.
pub const V3_DATA_MAX: usize = V3_FRAME_MAX - V3_HEADER_LEN;

//= 211.0-B-6 3.2.2
const TFVN: Field<0, 2> = Field;
const QOS: Field<2, 1> = Field;
const PDU_TYPE: Field<3, 1> = Field;
const DFC_ID: Field<4, 2> = Field;
const SCID: Field<6, 10> = Field;
const PCID: Field<16, 1> = Field;
const PORT_ID: Field<17, 3> = Field;
const SCID_ROLE: Field<20, 1> = Field;
const FRAME_LENGTH: Field<21, 11> = Field;
const N_S: Field<32, 8> = Field;

/// Quality of service of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Qos {
    /// In order, without gap or duplicate, by COP-P.
    #[default]
    SequenceControlled,
    /// Sent once, may be lost.
    Expedited,
}

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PduType {
    /// U-frame: user data.
    #[default]
    User,
    /// P-frame: supervisory PDUs of the protocol itself.
    Supervisory,
}

/// Data field construction identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DfcId {
    /// `00`: a whole number of complete packets (or, in a P-frame, of SPDUs).
    #[default]
    Packets,
    /// `01`: one segment of a packet, behind a [segment header](crate::segment).
    Segment,
    /// `10`: reserved by CCSDS; [`V3Frame::check`] refuses it.
    Reserved,
    /// `11`: octets that only the user understands.
    UserDefined,
}

impl DfcId {
    const fn from_bits(bits: u8) -> Self {
        match bits {
            0 => Self::Packets, //= 211.0-B-6 table 3-1
            1 => Self::Segment,
            2 => Self::Reserved,
            _ => Self::UserDefined,
        }
    }
}

/// Whose identifier the SCID field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ScidRole {
    /// The sender's own.
    #[default]
    Source,
    /// The addressee's.
    Destination,
}

impl ScidRole {
    pub(crate) const fn from_bit(bit: bool) -> Self {
        if bit { Self::Destination } else { Self::Source }
    }
}

/// A Version-3 frame: header whole, length exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct V3Frame<'a> {
    octets: &'a [u8],
    header: &'a [u8; V3_HEADER_LEN],
    data_field: &'a [u8],
}

impl<'a> V3Frame<'a> {
    /// The frame that these octets are, no more and no less.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let (frame, rest) = Self::parse_prefix(octets)?;
        if rest.is_empty() {
            Ok(frame)
        } else {
            Err(FrameError::Length {
                need: frame.octets.len(),
                have: octets.len(),
            })
        }
    }

    /// The frame at the start of these octets, and the octets behind it.
    pub fn parse_prefix(octets: &'a [u8]) -> Result<(Self, &'a [u8]), FrameError> {
        let have = octets.len();
        let Some(header) = octets.first_chunk::<V3_HEADER_LEN>() else {
            return Err(FrameError::Truncated { have });
        };
        if TFVN.get(header) != 0b10 {
            return Err(FrameError::Version {
                tfvn: TFVN.as_u8(header),
            });
        }
        let need = usize::from(FRAME_LENGTH.as_u16(header)) + 1; //= 211.0-B-6 3.2.2 length
        if need < V3_HEADER_LEN {
            return Err(FrameError::LengthField { need });
        }
        let Some((octets, rest)) = octets.split_at_checked(need) else {
            return Err(FrameError::Length { need, have });
        };
        let data_field = octets.get(V3_HEADER_LEN..).unwrap_or_default();
        Ok((
            Self {
                octets,
                header,
                data_field,
            },
            rest,
        ))
    }

    /// Which rule of the book the frame breaks, if any; the first in the order of the header.
    pub const fn check(&self) -> Result<(), FrameError> {
        self.header().check(self.data_field.len())
    }

    /// Quality of service.
    pub const fn qos(&self) -> Qos {
        if QOS.flag(self.header) {
            Qos::Expedited
        } else {
            Qos::SequenceControlled
        }
    }

    /// User data or SPDUs.
    pub const fn pdu_type(&self) -> PduType {
        if PDU_TYPE.flag(self.header) {
            PduType::Supervisory
        } else {
            PduType::User
        }
    }

    /// Whether this frame carries user data.
    pub const fn is_u_frame(&self) -> bool {
        !PDU_TYPE.flag(self.header)
    }

    /// Whether this frame carries SPDUs; [`crate::spdu::Spdus`] walks through them.
    pub const fn is_p_frame(&self) -> bool {
        PDU_TYPE.flag(self.header)
    }

    /// What the data field is made of.
    pub const fn dfc_id(&self) -> DfcId {
        DfcId::from_bits(DFC_ID.as_u8(self.header))
    }

    /// The spacecraft named.
    pub const fn scid(&self) -> Scid {
        // Ten bits always fit; the other arm cannot be reached and only keeps the function total.
        match Scid::new(SCID.as_u16(self.header)) {
            Some(scid) => scid,
            None => Scid::MAX,
        }
    }

    /// Physical channel.
    pub const fn pcid(&self) -> Pcid {
        Pcid::from_bit(PCID.flag(self.header))
    }

    /// Port at the addressee.
    pub const fn port_id(&self) -> PortId {
        match PortId::new(PORT_ID.as_u8(self.header)) {
            Some(port_id) => port_id,
            None => PortId::MAX, // three bits always fit
        }
    }

    /// Whether [`scid`](Self::scid) is the sender or the addressee.
    pub const fn scid_role(&self) -> ScidRole {
        ScidRole::from_bit(SCID_ROLE.flag(self.header))
    }

    /// Frame sequence number N(S), counted separately for each physical channel and quality of service.
    pub const fn n_s(&self) -> SeqNum {
        SeqNum::new(N_S.as_u8(self.header))
    }

    /// The octets behind the header, 0 to 2043.
    pub const fn data_field(&self) -> &'a [u8] {
        self.data_field
    }

    /// The whole frame.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// All fields at once, to change and emit again.
    pub const fn header(&self) -> V3Header {
        V3Header {
            qos: self.qos(),
            pdu_type: self.pdu_type(),
            dfc_id: self.dfc_id(),
            scid: self.scid(),
            pcid: self.pcid(),
            port_id: self.port_id(),
            scid_role: self.scid_role(),
            n_s: self.n_s(),
        }
    }
}

/// The header fields of a Version-3 frame. Version and length are written by [`emit`](V3Header::emit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct V3Header {
    /// Quality of service.
    pub qos: Qos,
    /// User data or SPDUs.
    pub pdu_type: PduType,
    /// What the data field is made of.
    pub dfc_id: DfcId,
    /// The spacecraft named.
    pub scid: Scid,
    /// Physical channel.
    pub pcid: Pcid,
    /// Port at the addressee; 0 in P-frames.
    pub port_id: PortId,
    /// Whether `scid` is the sender or the addressee.
    pub scid_role: ScidRole,
    /// Frame sequence number N(S).
    pub n_s: SeqNum,
}

impl V3Header {
    /// A U-frame of whole packets on physical channel 0 and port 0, sequence number 0.
    pub const fn u_frame(qos: Qos, scid: Scid, scid_role: ScidRole) -> Self {
        Self {
            qos,
            pdu_type: PduType::User,
            dfc_id: DfcId::Packets,
            scid,
            pcid: Pcid::Pcid0,
            port_id: PortId::ZERO,
            scid_role,
            n_s: SeqNum::new(0),
        }
    }

    /// A P-frame on physical channel 0, sequence number 0: expedited, construction `00`, port 0, as all P-frames.
    pub const fn p_frame(scid: Scid, scid_role: ScidRole) -> Self {
        Self {
            pdu_type: PduType::Supervisory,
            ..Self::u_frame(Qos::Expedited, scid, scid_role)
        }
    }

    /// Which rule of the book a frame with this header and `data_len` octets of data would break, if any.
    pub const fn check(&self, data_len: usize) -> Result<(), FrameError> {
        //= 211.0-B-6 p-frame
        if matches!(self.pdu_type, PduType::Supervisory) {
            if matches!(self.qos, Qos::SequenceControlled) {
                return Err(FrameError::PFrameNotExpedited);
            }
            if !matches!(self.dfc_id, DfcId::Packets) {
                return Err(FrameError::PFrameDfc {
                    dfc_id: self.dfc_id,
                });
            }
            if self.port_id.get() != 0 {
                return Err(FrameError::PFramePort {
                    port_id: self.port_id,
                });
            }
            if data_len == 0 {
                return Err(FrameError::PFrameEmpty);
            }
        }
        match self.dfc_id {
            DfcId::Reserved => Err(FrameError::ReservedDfc),
            DfcId::Segment if data_len == 0 => Err(FrameError::NoSegmentHeader),
            _ => Ok(()),
        }
    }

    /// Writes header and data to the start of `out` and says how many octets the frame has.
    ///
    /// Writes what it is told, also a frame that [`check`](Self::check) would refuse: test peers need those.
    pub fn emit(&self, data: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        if data.len() > V3_DATA_MAX {
            return Err(EmitError::TooLong {
                max: V3_DATA_MAX,
                have: data.len(),
            });
        }
        let len = V3_HEADER_LEN + data.len();
        concat(&[&self.octets(len), data], len, out)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the caller has checked frame_len <= 2048"
    )]
    fn octets(&self, frame_len: usize) -> [u8; V3_HEADER_LEN] {
        let mut h = [0; V3_HEADER_LEN];
        TFVN.put(&mut h, 0b10);
        QOS.put(&mut h, self.qos as u32);
        PDU_TYPE.put(&mut h, self.pdu_type as u32);
        DFC_ID.put(&mut h, self.dfc_id as u32);
        SCID.put(&mut h, u32::from(self.scid.get()));
        PCID.put(&mut h, u32::from(self.pcid.get()));
        PORT_ID.put(&mut h, u32::from(self.port_id.get()));
        SCID_ROLE.put(&mut h, self.scid_role as u32);
        FRAME_LENGTH.put(&mut h, frame_len as u32 - 1);
        N_S.put(&mut h, u32::from(self.n_s.get()));
        h
    }
}

#[cfg(test)]
mod tests;
