//! USLP (Version-4) transfer frame (CCSDS 732.1-B-3), also as Proximity-1 carries it.
//!
//! | Bits | Field | Bits | Field |
//! |---|---|---|---|
//! | 0-3 | version `1100` | 32-47 | frame length - 1 |
//! | 4-19 | spacecraft | 48 | bypass: 1 = expedited |
//! | 20 | SCID is source or destination | 49 | protocol control command |
//! | 21-26 | virtual channel | 50-51 | spare |
//! | 27-30 | MAP | 52 | OCF present |
//! | 31 | 1 = truncated, the header ends here | 53-55 | octets of the VC frame count, then the count |
//!
//! Behind the header: insert zone, data field ([`tfdf`]), operational control field, error control. Whether there is an insert
//! zone or an error control field, and how long truncated frames are, is not in the frame: the two ends have agreed on
//! [`UslpManaged`]. The CRC-16 itself is computed by `magpie-coding`. Not here: data link security (355.0).
//!
//! ```
//! use magpie_wire::uslp::{UslpFrame, UslpManaged};
//! let octets = [0xC0, 0x02, 0xA0, 0x62, 0x00, 0x09, 0x01, 0xC8, 0xE0, 0xAA];
//! let frame = UslpFrame::parse(&octets, &UslpManaged::default())?;
//! assert_eq!((frame.header().scid.get(), frame.header().vcid.get()), (42, 3));
//! assert_eq!(frame.tfdf(), [0xE0, 0xAA]);
//! # Ok::<(), magpie_wire::uslp::UslpError>(())
//! ```

mod error;
mod header;
pub mod tfdf;

pub use error::UslpError;
pub use header::{UslpForm, UslpHeader, UslpPrefix, VcfCount};

use crate::emit::concat;
use crate::error::{EmitError, room};
use crate::v3::Qos;

/// Octets of the longest frame.
pub const USLP_FRAME_MAX: usize = 65_536;
/// Octets of the header of a truncated frame, and of the part that all frames share.
pub const USLP_TRUNCATED_HEADER_LEN: usize = 4;
/// Octets of the shortest truncated frame.
pub const USLP_TRUNCATED_MIN: usize = 6;
/// Octets of the longest truncated frame.
pub const USLP_TRUNCATED_MAX: usize = 32;

const OCF_LEN: usize = 4;
const FECF_LEN: usize = 2;

/// What the two ends have agreed on, because frames do not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct UslpManaged {
    /// Octets of the insert zone; 0 = none.
    pub insert_zone_len: usize,
    /// Whether frames end in a 16-bit error control field.
    pub fecf: bool,
    /// Octets of a truncated frame; `None` = they are not used.
    pub truncated_len: Option<usize>,
}

/// A USLP frame, cut into its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UslpFrame<'a> {
    octets: &'a [u8],
    header: UslpHeader,
    insert_zone: &'a [u8],
    tfdf: &'a [u8],
    ocf: Option<[u8; OCF_LEN]>,
    fecf: Option<u16>,
}

impl<'a> UslpFrame<'a> {
    /// The frame that these octets are, no more and no less.
    pub fn parse(octets: &'a [u8], managed: &UslpManaged) -> Result<Self, UslpError> {
        let prefix = UslpPrefix::parse(octets)?;
        let have = octets.len();
        match prefix.frame_len {
            Some(need) if need != have => return Err(UslpError::Length { need, have }),
            Some(_) => {}
            None => check_truncated_len(have, managed.truncated_len)?,
        }
        //= 732.1-B-3 truncated
        let truncated = prefix.frame_len.is_none();
        let insert_zone_len = if truncated {
            0
        } else {
            managed.insert_zone_len
        };
        let fecf = managed.fecf && !truncated;
        let ocf_len = if prefix.ocf_flag { OCF_LEN } else { 0 };
        let fecf_len = if fecf { FECF_LEN } else { 0 };

        let overhead = insert_zone_len.saturating_add(prefix.header_len + ocf_len + fecf_len);
        let no_room = UslpError::FieldsDoNotFit {
            need: overhead,
            have,
        };
        let (_, rest) = octets.split_at_checked(prefix.header_len).ok_or(no_room)?;
        let (insert_zone, rest) = rest.split_at_checked(insert_zone_len).ok_or(no_room)?;
        let (rest, fecf_octets) = rest
            .split_at_checked(rest.len().saturating_sub(fecf_len))
            .ok_or(no_room)?;
        let (tfdf, ocf_octets) = rest
            .split_at_checked(rest.len().saturating_sub(ocf_len))
            .ok_or(no_room)?;
        if overhead > have {
            return Err(no_room);
        }
        Ok(Self {
            octets,
            header: prefix.header,
            insert_zone,
            tfdf,
            ocf: ocf_octets.first_chunk().copied(),
            fecf: fecf_octets.first_chunk().map(|&f| u16::from_be_bytes(f)),
        })
    }

    /// Which rule of the book the frame breaks, if any.
    pub fn check(&self) -> Result<(), UslpError> {
        if self.tfdf.is_empty() {
            return Err(UslpError::NoDataField);
        }
        self.header.check()
    }

    /// Which rule for USLP on a Proximity-1 link the frame breaks, if any: VC frame count of one octet, data field
    /// header of one octet, no insert zone. Truncated frames have none of these fields but the data field header.
    pub fn check_proximity_1(&self) -> Result<(), UslpError> {
        //= 732.1-B-3 over-proximity-1
        self.check()?;
        if !self.insert_zone.is_empty() {
            return Err(UslpError::ProximityInsertZone {
                len: self.insert_zone.len(),
            });
        }
        if let UslpForm::NonTruncated { vcf_count, .. } = self.header.form
            && vcf_count.octet_count() != 1
        {
            return Err(UslpError::ProximityVcfCount {
                octets: vcf_count.octet_count(),
            });
        }
        match self.tfdf.first() {
            Some(&first) if first >> 5 <= 0b010 => {
                Err(UslpError::ProximityPointer { rule: first >> 5 })
            }
            _ => Ok(()),
        }
    }

    /// The header fields.
    pub const fn header(&self) -> &UslpHeader {
        &self.header
    }

    /// Whether this is a truncated frame.
    pub const fn is_truncated(&self) -> bool {
        matches!(self.header.form, UslpForm::Truncated)
    }

    /// Whether this frame carries only idle data: virtual channel 63.
    pub const fn is_oid(&self) -> bool {
        self.header.vcid.get() == crate::id::Vcid::MAX.get()
    }

    /// Quality of service of a non-truncated frame.
    pub const fn qos(&self) -> Option<Qos> {
        match self.header.form {
            UslpForm::Truncated => None,
            UslpForm::NonTruncated { qos, .. } => Some(qos),
        }
    }

    /// The insert zone, empty if none is agreed.
    pub const fn insert_zone(&self) -> &'a [u8] {
        self.insert_zone
    }

    /// The transfer frame data field with its header, for [`tfdf::Tfdf::parse`].
    pub const fn tfdf(&self) -> &'a [u8] {
        self.tfdf
    }

    /// The operational control field: a CLCW, or on Proximity-1 a PLCW.
    pub const fn ocf(&self) -> Option<[u8; 4]> {
        self.ocf
    }

    /// The error control field as received.
    pub const fn fecf(&self) -> Option<u16> {
        self.fecf
    }

    /// Whether the frame is as it was sent: `crc16` computes the check sum of `magpie-coding` over all octets but the error
    /// control field. `None` if the frame has no such field.
    pub fn is_intact(&self, crc16: impl FnOnce(&[u8]) -> u16) -> Option<bool> {
        let covered = self.octets.len().checked_sub(FECF_LEN)?;
        let fecf = self.fecf?;
        self.octets
            .get(..covered)
            .map(|covered| crc16(covered) == fecf)
    }

    /// The whole frame.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }
}

fn check_truncated_len(have: usize, managed: Option<usize>) -> Result<(), UslpError> {
    let need = managed.ok_or(UslpError::TruncatedUnmanaged)?;
    if !(USLP_TRUNCATED_MIN..=USLP_TRUNCATED_MAX).contains(&need) {
        return Err(UslpError::TruncatedLength { len: need });
    }
    if need == have {
        Ok(())
    } else {
        Err(UslpError::Length { need, have })
    }
}

/// What goes behind the header of a frame to be emitted.
#[derive(Debug, Clone, Copy, Default)]
pub struct UslpContent<'a> {
    /// The insert zone, empty = none.
    pub insert_zone: &'a [u8],
    /// The data field with its header.
    pub tfdf: &'a [u8],
    /// The operational control field.
    pub ocf: Option<[u8; 4]>,
    /// Computes the error control field from all octets before it; `None` = no such field.
    pub crc16: Option<fn(&[u8]) -> u16>,
}

impl UslpHeader {
    /// Writes the whole frame to the start of `out` and says how many octets it has.
    ///
    /// A truncated header with an insert zone, OCF or error control is [`EmitError::Inconsistent`].
    pub fn emit(&self, content: &UslpContent<'_>, out: &mut [u8]) -> Result<usize, EmitError> {
        let truncated = matches!(self.form, UslpForm::Truncated);
        let bare =
            content.insert_zone.is_empty() && content.ocf.is_none() && content.crc16.is_none();
        if truncated && !bare {
            return Err(EmitError::Inconsistent);
        }
        let ocf = content.ocf.as_ref().map_or(&[][..], |ocf| ocf);
        let before_fecf =
            self.header_len() + content.insert_zone.len() + content.tfdf.len() + ocf.len();
        let len = before_fecf + if content.crc16.is_some() { FECF_LEN } else { 0 };
        let (min, max) = if truncated {
            (USLP_TRUNCATED_MIN, USLP_TRUNCATED_MAX)
        } else {
            (self.header_len(), USLP_FRAME_MAX)
        };
        if len > max {
            return Err(EmitError::TooLong { max, have: len });
        }
        if len < min {
            return Err(EmitError::TooShort { min, have: len });
        }
        let octets = self.octets(len, content.ocf.is_some());
        let header = octets.get(..self.header_len()).unwrap_or(&octets);
        concat(&[header, content.insert_zone, content.tfdf, ocf], len, out)?;
        if let Some(crc16) = content.crc16
            && let Some((covered, fecf)) = room(out, len)?.split_last_chunk_mut()
        {
            *fecf = crc16(covered).to_be_bytes();
        }
        Ok(len)
    }
}

#[cfg(test)]
mod tests;
