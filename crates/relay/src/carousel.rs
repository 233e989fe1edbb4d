//! Blind file carousel: files as CFDP class 1 in space packets, repeated until nobody listens any more.
//!
//! Book: 727.0-B-5 (PDU formats, by the codecs of `spacepackets`), unacknowledged mode: Metadata, File Data segments, EOF with a checksum;
//! nothing comes back. Every round repeats the *same* transactions with the same numbers and the same segments, so a receiver may take any
//! piece from any round or any pass. One PDU is the data field of one space packet (133.0-B-2) of the carousel's APID. The checksum is the
//! Proximity-1 CRC-32 (type 1).
//!
//! Left out: acknowledged mode, files of 4 GiB and more, segment metadata, options in the Metadata PDU.
//!
//! ```
//! use magpie_relay::carousel::{Carousel, CarouselConfig, CarouselFile};
//! use magpie_wire::id::Apid;
//! let config = CarouselConfig { source: 82, destination: 1, apid: Apid::new(1024).unwrap(), segment_octets: 4, first_transaction: 1 };
//! let file = CarouselFile { name: "a".into(), octets: b"123456789".to_vec() };
//! let mut carousel = Carousel::new(config, vec![file]).unwrap();
//! let mut packet = [0; 64];
//! let round: Vec<usize> = (0..5).map(|_| carousel.next_packet(&mut packet).unwrap()).collect();
//! assert_eq!(carousel.rounds(), 1); // Metadata, segments of 4 + 4 + 1 octets, EOF
//! assert_eq!(round[1] - round[3], 3);
//! ```

use core::fmt;

use alloc::string::String;
use alloc::vec::Vec;

use magpie_coding::crc::crc32_proximity;
use magpie_wire::EmitError;
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{HEADER_LEN, PacketType, SpacePacketHeader};
use spacepackets::cfdp::lv::Lv;
use spacepackets::cfdp::pdu::eof::EofPdu;
use spacepackets::cfdp::pdu::file_data::FileDataPdu;
use spacepackets::cfdp::pdu::metadata::{MetadataGenericParams, MetadataPduCreator};
use spacepackets::cfdp::pdu::{CommonPduConfig, PduHeader};
use spacepackets::cfdp::{ChecksumType, CrcFlag, Direction, LargeFileFlag, TransmissionMode};
use spacepackets::util::UnsignedByteFieldU16;

/// Longest name that a length-value field can carry, in octets.
const NAME_MAX: usize = 255;

/// What a carousel needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarouselConfig {
    /// CFDP entity that sends.
    pub source: u16,
    /// CFDP entity that is to receive.
    pub destination: u16,
    /// Application process of the packets.
    pub apid: Apid,
    /// Octets of a file in one packet, at least 1.
    pub segment_octets: u16,
    /// Transaction number of the first file; the others count on from it.
    pub first_transaction: u16,
}

/// A file on the carousel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarouselFile {
    /// Name as the receiver is to know it, 1 to 255 octets.
    pub name: String,
    /// Content, less than 4 GiB.
    pub octets: Vec<u8>,
}

/// Why files were not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarouselError {
    /// Nothing to send.
    NoFiles,
    /// More files than transaction numbers.
    TooManyFiles,
    /// A segment must have at least one octet.
    NoSegmentLength,
    /// A name of no octets or more than 255.
    NameLength {
        /// Its octets.
        len: usize,
    },
    /// A file of 4 GiB or more.
    TooLarge {
        /// Its octets.
        len: usize,
    },
}

impl fmt::Display for CarouselError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFiles => f.write_str("no files to send"),
            Self::TooManyFiles => f.write_str("more files than transaction numbers"),
            Self::NoSegmentLength => f.write_str("a segment needs at least one octet"),
            Self::NameLength { len } => {
                write!(f, "file name of {len} octets, must be 1 to {NAME_MAX}")
            }
            Self::TooLarge { len } => write!(f, "file of {len} octets, must be less than 4 GiB"),
        }
    }
}

impl core::error::Error for CarouselError {}

/// Where the carousel stands within a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Metadata,
    Segment { from: usize },
    Eof,
}

/// Gives packets for ever.
#[derive(Debug, Clone)]
pub struct Carousel {
    config: CarouselConfig,
    files: Vec<(CarouselFile, u32)>,
    file: usize,
    step: Step,
    count: SeqCount,
    rounds: u64,
}

impl Carousel {
    /// A carousel at the start of its first file.
    pub fn new(config: CarouselConfig, files: Vec<CarouselFile>) -> Result<Self, CarouselError> {
        if config.segment_octets == 0 {
            return Err(CarouselError::NoSegmentLength);
        }
        if files.is_empty() {
            return Err(CarouselError::NoFiles);
        }
        if files.len() > usize::from(u16::MAX - config.first_transaction) + 1 {
            return Err(CarouselError::TooManyFiles);
        }
        for file in &files {
            if file.name.is_empty() || file.name.len() > NAME_MAX {
                return Err(CarouselError::NameLength {
                    len: file.name.len(),
                });
            }
            if u32::try_from(file.octets.len()).is_err() {
                return Err(CarouselError::TooLarge {
                    len: file.octets.len(),
                });
            }
        }
        let checked = |file: CarouselFile| {
            let checksum = crc32_proximity(&file.octets); //= 727.0-B-5 checksum-type-1
            (file, checksum)
        };
        let files = files.into_iter().map(checked).collect();
        Ok(Self {
            config,
            files,
            file: 0,
            step: Step::Metadata,
            count: SeqCount::default(),
            rounds: 0,
        })
    }

    /// Complete rounds through all files so far.
    pub const fn rounds(&self) -> u64 {
        self.rounds
    }

    /// Octets of the longest packet that can come: room that is always enough for [`Carousel::next_packet`].
    pub fn longest_packet(&self) -> usize {
        // PDU header 10; File Data: offset 4; Metadata: 2 + 4 + two names with their lengths.
        let name = self
            .files
            .iter()
            .map(|(file, _)| file.name.len())
            .max()
            .unwrap_or(0);
        HEADER_LEN + 10 + (4 + usize::from(self.config.segment_octets)).max(6 + 2 * (1 + name))
    }

    /// Writes the next packet to the front of `out` and returns its length. If there is no room the packet comes next time.
    pub fn next_packet(&mut self, out: &mut [u8]) -> Result<usize, EmitError> {
        let have = out.len();
        let no_space = EmitError::NoSpace {
            need: self.longest_packet(),
            have,
        };
        let (head, body) = out.split_at_mut_checked(HEADER_LEN).ok_or(no_space)?;
        // The codecs refuse a short buffer and nothing else here: names and sizes were checked.
        let len = self.emit_pdu(body).ok_or(no_space)?;
        //= 727.0-B-5 pdu-in-space-packet
        let header = SpacePacketHeader {
            sequence_count: self.count,
            ..SpacePacketHeader::new(PacketType::Telemetry, self.config.apid)
        };
        head.copy_from_slice(&header.to_octets(len)?);
        self.count = self.count.next();
        self.advance();
        Ok(HEADER_LEN + len)
    }

    //= 727.0-B-5 class-1
    fn emit_pdu(&self, out: &mut [u8]) -> Option<usize> {
        let Some((file, checksum)) = self.files.get(self.file) else {
            unreachable!("the cursor stays within the files");
        };
        let header = self.pdu_header()?;
        let size = file.octets.len() as u64;
        match self.step {
            Step::Metadata => {
                let name = Lv::new_from_str(&file.name).ok()?;
                let params = MetadataGenericParams::new(false, ChecksumType::Crc32Proximity1, size);
                MetadataPduCreator::new_no_opts(header, params, name, name)
                    .write_to_slice(out)
                    .ok()
            }
            Step::Segment { from } => {
                let to = file
                    .octets
                    .len()
                    .min(from + usize::from(self.config.segment_octets));
                let segment = file.octets.get(from..to).unwrap_or(&[]);
                FileDataPdu::new_no_seg_metadata(header, from as u64, segment)
                    .write_to_slice(out)
                    .ok()
            }
            Step::Eof => EofPdu::new_no_error(header, *checksum, size)
                .write_to_slice(out)
                .ok(),
        }
    }

    fn pdu_header(&self) -> Option<PduHeader> {
        // In range: there are no more files than transaction numbers.
        let number = u16::try_from(self.file)
            .unwrap_or(u16::MAX)
            .saturating_add(self.config.first_transaction);
        let common = CommonPduConfig::new(
            UnsignedByteFieldU16::new(self.config.source),
            UnsignedByteFieldU16::new(self.config.destination),
            UnsignedByteFieldU16::new(number),
            TransmissionMode::Unacknowledged,
            LargeFileFlag::Normal,
            CrcFlag::NoCrc,
            Direction::TowardsReceiver,
        )
        .ok()?;
        Some(PduHeader::from_pdu_conf_for_file_directive(common))
    }

    fn advance(&mut self) {
        let len = self
            .files
            .get(self.file)
            .map_or(0, |(file, _)| file.octets.len());
        let next = match self.step {
            Step::Metadata => 0,
            Step::Segment { from } => from + usize::from(self.config.segment_octets),
            Step::Eof => {
                self.step = Step::Metadata;
                self.file += 1;
                if self.file == self.files.len() {
                    self.file = 0;
                    self.rounds += 1;
                }
                return;
            }
        };
        self.step = if next < len {
            Step::Segment { from: next }
        } else {
            Step::Eof
        };
    }
}
