//! CFDP PDUs of class 1 as the team reads them: Metadata, File Data, EOF.
//!
//! Book: 727.0-B-5, by the codecs of `spacepackets`. Those read optional and variable parts without looking where the PDU ends, so the lengths are
//! checked here first. Left out: all other directives, PDUs towards the sender (refused by name).

use spacepackets::cfdp::pdu::eof::EofPdu;
use spacepackets::cfdp::pdu::file_data::FileDataPdu;
use spacepackets::cfdp::pdu::metadata::MetadataPduReader;
use spacepackets::cfdp::pdu::{CommonPduConfig, PduHeader};
use spacepackets::cfdp::{ChecksumType, Direction, LargeFileFlag, PduType, SegmentMetadataFlag};

/// Directive codes.
const EOF: u8 = 0x04;
const METADATA: u8 = 0x07;

/// Why octets are not a PDU for this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PduRefusal {
    /// The header breaks a rule.
    Header,
    /// The PDU does not fill the packet, or its parts do not fit into it.
    Length,
    /// The CRC of the PDU does not match.
    Crc,
    /// Goes to the sender of a file.
    Direction,
    /// A directive that class 1 receivers do not get.
    Directive,
    /// A field has a value that the book does not define.
    Field,
}

impl PduRefusal {
    /// The reason as a key for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "pdu_header",
            Self::Length => "pdu_length",
            Self::Crc => "pdu_crc",
            Self::Direction => "pdu_direction",
            Self::Directive => "pdu_directive",
            Self::Field => "pdu_field",
        }
    }
}

/// Names a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId {
    /// Entity that sends.
    pub source: u64,
    /// Sequence number of the transaction there.
    pub number: u64,
    /// Entity that receives.
    pub destination: u64,
}

/// How the checksum of a file is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumKind {
    /// 0: sum of four-octet words.
    Modular,
    /// 1: CRC-32 of Proximity-1.
    Proximity1,
    /// 15: none.
    Null,
    /// Any other; the file cannot be verified.
    Other(u8),
}

/// What a PDU says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pdu<'a> {
    /// Announces a file.
    Metadata {
        /// Destination file name, not to be trusted.
        name: &'a [u8],
        /// Octets of the file.
        size: u64,
        /// Type of the checksum in the EOF.
        checksum: ChecksumKind,
    },
    /// A piece of the file.
    FileData {
        /// Where it belongs.
        offset: u64,
        /// The octets.
        octets: &'a [u8],
    },
    /// The sender is through.
    Eof {
        /// Condition code; 0 is no error.
        condition: u8,
        /// Checksum over the file.
        checksum: u32,
        /// Octets of the file.
        size: u64,
    },
}

/// Reads a PDU that fills `octets`.
pub fn parse(octets: &[u8]) -> Result<(TransactionId, Pdu<'_>), PduRefusal> {
    let (header, header_len) = PduHeader::from_bytes(octets).map_err(|_| PduRefusal::Header)?;
    if header.pdu_len() != octets.len() {
        return Err(PduRefusal::Length);
    }
    let end = header
        .verify_length_and_checksum(octets)
        .map_err(|_| PduRefusal::Crc)?;
    let body = octets.get(header_len..end).ok_or(PduRefusal::Length)?;
    let common = header.common_pdu_conf();
    if common.direction != Direction::TowardsReceiver {
        return Err(PduRefusal::Direction);
    }
    let large = common.file_flag == LargeFileFlag::Large;
    let pdu = match header.pdu_type() {
        PduType::FileData => {
            check_file_data(
                body,
                large,
                header.seg_metadata_flag() == SegmentMetadataFlag::Present,
            )?;
            let pdu = FileDataPdu::from_bytes(octets).map_err(|_| PduRefusal::Field)?;
            Pdu::FileData {
                offset: pdu.offset(),
                octets: pdu.file_data(),
            }
        }
        PduType::FileDirective => match body.first() {
            Some(&METADATA) => {
                check_metadata(body, large)?;
                parse_metadata(octets)?
            }
            Some(&EOF) => {
                check_eof(body, large)?;
                parse_eof(octets, body)?
            }
            _ => return Err(PduRefusal::Directive),
        },
    };
    Ok((transaction(common), pdu))
}

fn transaction(common: &CommonPduConfig) -> TransactionId {
    TransactionId {
        source: common.source_id().value(),
        number: common.transaction_seq_num.value(),
        destination: common.dest_id().value(),
    }
}

/// Octets of a file-size field.
const fn size_len(large: bool) -> usize {
    if large { 8 } else { 4 }
}

/// Segment metadata, if announced, and the offset must lie within the body.
//= 727.0-B-5 file-data
fn check_file_data(body: &[u8], large: bool, segment_metadata: bool) -> Result<(), PduRefusal> {
    let metadata = if segment_metadata {
        body.first()
            .map_or(1, |octet| 1 + usize::from(octet & 0x3F))
    } else {
        0
    };
    if body.len() < metadata + size_len(large) {
        Err(PduRefusal::Length)
    } else {
        Ok(())
    }
}

/// Both names must lie within the body.
//= 727.0-B-5 metadata
fn check_metadata(body: &[u8], large: bool) -> Result<(), PduRefusal> {
    let mut at = 2 + size_len(large);
    for _ in 0..2 {
        at += 1 + usize::from(*body.get(at).ok_or(PduRefusal::Length)?);
    }
    if at > body.len() {
        Err(PduRefusal::Length)
    } else {
        Ok(())
    }
}

fn parse_metadata(octets: &[u8]) -> Result<Pdu<'_>, PduRefusal> {
    let pdu = MetadataPduReader::from_bytes(octets).map_err(|_| PduRefusal::Field)?;
    let params = pdu.metadata_params();
    let checksum = match params.checksum_type {
        ChecksumType::Modular => ChecksumKind::Modular,
        ChecksumType::Crc32Proximity1 => ChecksumKind::Proximity1,
        ChecksumType::NullChecksum => ChecksumKind::Null,
        other => ChecksumKind::Other(other as u8),
    };
    Ok(Pdu::Metadata {
        name: pdu.dest_file_name().value(),
        size: params.file_size,
        checksum,
    })
}

/// Condition code, checksum and file size must lie within the body, and so must the fault location behind them, if there is one.
//= 727.0-B-5 eof
fn check_eof(body: &[u8], large: bool) -> Result<(), PduRefusal> {
    let fixed = 2 + 4 + size_len(large);
    match body.get(fixed..).ok_or(PduRefusal::Length)? {
        [] => Ok(()),
        // An entity id TLV: type, length, 1, 2, 4 or 8 octets.
        [_, len, id @ ..] if matches!(len, 1 | 2 | 4 | 8) && id.len() >= usize::from(*len) => {
            Ok(())
        }
        _ => Err(PduRefusal::Length),
    }
}

//= 727.0-B-5 eof
fn parse_eof<'a>(octets: &'a [u8], body: &'a [u8]) -> Result<Pdu<'a>, PduRefusal> {
    let condition = body.get(1).ok_or(PduRefusal::Length)? >> 4;
    let pdu = EofPdu::from_bytes(octets).map_err(|_| PduRefusal::Field)?;
    Ok(Pdu::Eof {
        condition,
        checksum: pdu.file_checksum(),
        size: pdu.file_size(),
    })
}
