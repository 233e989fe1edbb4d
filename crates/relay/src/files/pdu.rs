//! The PDUs of the file delivery protocol (727.0-B-5): views that are valid once parsed, and their emission.
//!
//! Both widths of identifiers from 1 to 8 octets, the large-file flag and the CRC flag. Filestore requests and flow labels are carried as TLVs
//! and not acted upon; segment metadata is skipped. A PDU must be exactly as long as its header says.
//!
//! ```
//! use magpie_relay::files::pdu::{Body, Pdu};
//! let eof = [0x20, 0, 0x0A, 0, 1, 7, 2, 4, 0, 0xDE, 0xAD, 0xBE, 0xEF, 0, 0, 0, 0x14];
//! let pdu = Pdu::parse(&eof).unwrap();
//! assert!(matches!(pdu.body, Body::Eof(eof) if eof.checksum == 0xDEAD_BEEF && eof.size == 20));
//! let mut out = [0; 32];
//! assert_eq!(pdu.emit(&mut out), Ok(eof.len()));
//! ```

mod directive;
mod header;
mod metadata;

pub use directive::{
    Ack, AckStatus, Acked, DeliveryCode, Eof, FileStatus, Finished, Nak, Prompt, Requests,
};
pub use header::{Direction, EntityId, Header, Mode, TransactionId};
pub use metadata::{FileData, Metadata, Tlv, Tlvs, put_tlv};

use alloc::vec::Vec;

use magpie_coding::crc::crc16_fecf;

use super::octets::{Reader, Short};

/// Why octets are no PDU, or a PDU has no octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PduError {
    /// A field goes beyond the end.
    Truncated,
    /// The version is not 001.
    Version,
    /// Not as long as the header says.
    Length,
    /// The CRC does not fit.
    Crc,
    /// A directive code that the book does not have.
    Directive {
        /// The code.
        code: u8,
    },
    /// A condition code that the book does not have.
    Condition {
        /// The code.
        code: u8,
    },
    /// A field has a value that the book does not give it.
    Value,
    /// Octets behind the last field.
    Trailing,
    /// A request or segment whose end lies before its start or beyond 64 bits.
    OffsetOverflow,
    /// The buffer, or the 65,535 octets of the length field, are too small for it.
    NoRoom,
}

impl From<Short> for PduError {
    fn from(_: Short) -> Self {
        Self::Truncated
    }
}

/// Why a transaction went wrong, or that it did not (condition codes).
//= 727.0-B-5 condition-codes
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Condition {
    /// No error.
    NoError = 0,
    /// An EOF or Finished was not acknowledged often enough.
    PositiveAckLimit = 1,
    /// The receiver lags too far behind.
    KeepAliveLimit = 2,
    /// The mode of transmission is not taken.
    InvalidMode = 3,
    /// The filestore refused.
    FilestoreRejection = 4,
    /// The checksum does not fit.
    ChecksumFailure = 5,
    /// Data beyond the announced size.
    SizeError = 6,
    /// Requests went unanswered.
    NakLimit = 7,
    /// Nothing was heard.
    Inactivity = 8,
    /// The structure of the file is not sound.
    InvalidStructure = 9,
    /// A class 1 file stayed incomplete.
    CheckLimit = 10,
    /// A checksum type that is not known.
    UnsupportedChecksum = 11,
    /// Suspended on request.
    Suspend = 14,
    /// Cancelled on request.
    Cancel = 15,
}

impl Condition {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 14] = [
        Self::NoError,
        Self::PositiveAckLimit,
        Self::KeepAliveLimit,
        Self::InvalidMode,
        Self::FilestoreRejection,
        Self::ChecksumFailure,
        Self::SizeError,
        Self::NakLimit,
        Self::Inactivity,
        Self::InvalidStructure,
        Self::CheckLimit,
        Self::UnsupportedChecksum,
        Self::Suspend,
        Self::Cancel,
    ];

    /// The condition of a code.
    pub fn from_code(code: u8) -> Result<Self, PduError> {
        Self::ALL
            .into_iter()
            .find(|condition| condition.code() == code)
            .ok_or(PduError::Condition { code })
    }

    /// Four bits.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// A PDU: header and what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pdu<'a> {
    /// The fixed and the variable part of the header.
    pub header: Header,
    /// Directive or file data.
    pub body: Body<'a>,
}

/// What follows the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// A segment of the file.
    FileData(FileData<'a>),
    /// End of file, or of a transaction that its sender gave up.
    Eof(Eof),
    /// What became of the file.
    Finished(Finished),
    /// An EOF or Finished was received.
    Ack(Ack),
    /// Names, size and options.
    Metadata(Metadata<'a>),
    /// What is missing.
    Nak(Nak<'a>),
    /// The receiver is asked to report.
    Prompt(Prompt),
    /// How far the receiver is.
    KeepAlive {
        /// Octets from the start of the file.
        progress: u64,
    },
}

impl<'a> Pdu<'a> {
    /// Reads a PDU that fills `octets`.
    pub fn parse(octets: &'a [u8]) -> Result<Self, PduError> {
        let (header, is_data, body) = Header::parse(octets)?;
        let mut reader = Reader(body);
        let body = if is_data {
            Body::FileData(FileData::parse(&header, reader)?)
        } else {
            let code = reader.u8()?;
            let fss = header.size_len();
            let body = match code {
                4 => Body::Eof(Eof::parse(&mut reader, fss)?),
                5 => Body::Finished(Finished::parse(&mut reader)?),
                6 => Body::Ack(Ack::parse(&mut reader)?),
                7 => Body::Metadata(Metadata::parse(&mut reader, fss)?),
                8 => Body::Nak(Nak::parse(&mut reader, fss)?),
                9 => Body::Prompt(Prompt::parse(&mut reader)?),
                12 => Body::KeepAlive {
                    progress: reader.uint(fss)?,
                },
                code => return Err(PduError::Directive { code }),
            };
            if !reader.is_empty() {
                return Err(PduError::Trailing);
            }
            body
        };
        Ok(Self { header, body })
    }

    /// Writes it to the front of `out`: how many octets.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, PduError> {
        let fss = self.header.size_len();
        let mut body = Vec::with_capacity(64);
        match &self.body {
            Body::FileData(data) => data.write(&self.header, &mut body),
            Body::Eof(eof) => eof.write(&mut body, fss),
            Body::Finished(finished) => finished.write(&mut body),
            Body::Ack(ack) => ack.write(&mut body),
            Body::Metadata(metadata) => metadata.write(&mut body, fss),
            Body::Nak(nak) => nak.write(&mut body),
            Body::Prompt(prompt) => prompt.write(&mut body),
            Body::KeepAlive { progress } => {
                body.push(12);
                super::octets::put_uint(&mut body, *progress, fss);
            }
        }
        let at = self.header.len();
        out.get_mut(at..at + body.len())
            .ok_or(PduError::NoRoom)?
            .copy_from_slice(&body);
        let is_data = matches!(self.body, Body::FileData(_));
        self.header.seal(is_data, body.len(), out)
    }
}

/// The error control field of a PDU: the CRC-16 that transfer frames have.
//= 727.0-B-5 pdu-crc
fn crc(octets: &[u8]) -> [u8; 2] {
    crc16_fecf(octets).to_be_bytes()
}

#[cfg(test)]
mod tests;
