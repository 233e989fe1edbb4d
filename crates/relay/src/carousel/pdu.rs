//! The protocol data units of one transaction of class 1 (727.0-B-5), by the codecs of `spacepackets`, straight into the caller's buffer.
//!
//! `None` always means that the buffer is too short or a value does not fit its field.

use spacepackets::cfdp::lv::Lv;
use spacepackets::cfdp::pdu::eof::EofPdu;
use spacepackets::cfdp::pdu::file_data::FileDataPduCreatorWithReservedDatafield;
use spacepackets::cfdp::pdu::metadata::{MetadataGenericParams, MetadataPduCreator};
use spacepackets::cfdp::pdu::{CommonPduConfig, PduHeader};
use spacepackets::cfdp::{ChecksumType, CrcFlag, Direction, LargeFileFlag, TransmissionMode};
use spacepackets::util::UnsignedByteFieldU16;

/// Octets of the header that all these PDUs share: four, and three fields of two octets.
const PDU_HEADER_LEN: usize = 10;
/// Octets of a File Data PDU in front of the segment.
pub(super) const FILE_DATA_OVERHEAD: usize = PDU_HEADER_LEN + 4;
/// Octets of a Metadata PDU without its two names: directive, flags, size, two lengths.
pub(super) const METADATA_OVERHEAD: usize = PDU_HEADER_LEN + 6 + 2;

/// Who sends which transaction to whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transaction {
    pub(super) source: u16,
    pub(super) destination: u16,
    pub(super) number: u16,
}

impl Transaction {
    //= 727.0-B-5 class-1
    fn header(self) -> Option<PduHeader> {
        let common = CommonPduConfig::new(
            UnsignedByteFieldU16::new(self.source),
            UnsignedByteFieldU16::new(self.destination),
            UnsignedByteFieldU16::new(self.number),
            TransmissionMode::Unacknowledged,
            LargeFileFlag::Normal,
            CrcFlag::NoCrc,
            Direction::TowardsReceiver,
        )
        .ok()?;
        Some(PduHeader::from_pdu_conf_for_file_directive(common))
    }

    /// Metadata: name and size of the file; returns the length of the PDU.
    pub(super) fn emit_metadata(self, name: &str, size: u64, out: &mut [u8]) -> Option<usize> {
        let name = Lv::new_from_str(name).ok()?;
        let params = MetadataGenericParams::new(false, ChecksumType::Crc32Proximity1, size);
        MetadataPduCreator::new_no_opts(self.header()?, params, name, name)
            .write_to_slice(out)
            .ok()
    }

    /// File Data up to the segment of `len` octets; returns the place of the segment, behind which the PDU ends.
    pub(super) fn begin_file_data(
        self,
        offset: u64,
        len: usize,
        out: &mut [u8],
    ) -> Option<&mut [u8]> {
        let pdu = FileDataPduCreatorWithReservedDatafield::new_no_seg_metadata(
            self.header()?,
            offset,
            len as u64,
        );
        pdu.write_to_slice_partially(out).ok()?;
        out.get_mut(FILE_DATA_OVERHEAD..FILE_DATA_OVERHEAD + len)
    }

    /// End of file: checksum and size; returns the length of the PDU.
    pub(super) fn emit_eof(self, checksum: u32, size: u64, out: &mut [u8]) -> Option<usize> {
        EofPdu::new_no_error(self.header()?, checksum, size)
            .write_to_slice(out)
            .ok()
    }
}
