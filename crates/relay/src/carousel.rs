//! Blind file carousel: files as CFDP class 1 in space packets, repeated until nobody listens any more.
//!
//! Book: 727.0-B-5 (PDU formats, by the codecs of `spacepackets`), unacknowledged mode: Metadata, File Data segments, EOF with a checksum;
//! nothing comes back. Every round repeats the *same* transactions with the same numbers and the same segments, so a receiver may take any
//! piece from any round or any pass. One PDU is the data field of one space packet (133.0-B-2) of the carousel's APID. The checksum is the
//! Proximity-1 CRC-32 (type 1).
//!
//! Left out: acknowledged mode, files of 4 GiB and more, segment metadata, options in the Metadata PDU.
//!
//! Files at hand ([`Content`]) give their segments themselves:
//!
//! ```
//! use magpie_relay::carousel::{Carousel, CarouselConfig, LentFile};
//! use magpie_wire::id::Apid;
//! let config = CarouselConfig { source: 82, destination: 1, apid: Apid::new(1024).unwrap(), segment_octets: 4, first_transaction: 1 };
//! let mut carousel = Carousel::new(config, [LentFile { name: "a", octets: b"123456789" }]).unwrap();
//! let mut packet = [0; 64];
//! let round: Vec<usize> = (0..5).map(|_| carousel.next_packet(&mut packet).unwrap()).collect();
//! assert_eq!(carousel.rounds(), 1); // Metadata, segments of 4 + 4 + 1 octets, EOF
//! assert_eq!(round[1] - round[3], 3);
//! ```
//!
//! Where the payload lies in a memory that answers later, the caller asks what is needed, fetches it in its own time and hands it in. The checksum
//! is taken from the segments as they go by, so nothing is ever fetched twice in a round:
//!
//! ```
//! # use magpie_relay::carousel::{Carousel, CarouselConfig, Need, RemoteFile};
//! # use magpie_wire::id::Apid;
//! # let config = CarouselConfig { source: 82, destination: 1, apid: Apid::new(1024).unwrap(), segment_octets: 4, first_transaction: 1 };
//! # let mut packet = [0; 64];
//! let mut carousel = Carousel::new(config, [RemoteFile { name: "a", len: 9 }]).unwrap();
//! assert_eq!(carousel.next_need(), Need::Nothing);
//! carousel.next_packet_with(&[], &mut packet).unwrap(); // Metadata
//! assert_eq!(carousel.next_need(), Need::Segment { file: 0, from: 0, len: 4 });
//! carousel.next_packet_with(b"1234", &mut packet).unwrap(); // File Data
//! ```

mod files;
mod pdu;

use core::fmt;

use magpie_coding::crc::Crc32;
use magpie_wire::EmitError;
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{HEADER_LEN, PacketType, SpacePacketHeader};

#[cfg(feature = "std")]
pub use files::CarouselFile;
pub use files::{Content, Files, LentFile, RemoteFile};

use pdu::{FILE_DATA_OVERHEAD, METADATA_OVERHEAD, Transaction};

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

/// Why files were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        len: u64,
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

/// What the next packet needs from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// Nothing: it carries Metadata or EOF.
    Nothing,
    /// A piece of a file.
    Segment {
        /// Which file, from 0.
        file: usize,
        /// Where the piece begins in the file, octets.
        from: u64,
        /// Its octets, at least 1.
        len: usize,
    },
}

/// Where the carousel stands within a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Metadata,
    Segment { from: u64 },
    Eof,
}

/// Gives packets for ever.
#[derive(Debug, Clone)]
pub struct Carousel<F> {
    config: CarouselConfig,
    files: F,
    file: usize,
    step: Step,
    /// Over the segments of the file that have gone out in this round.
    checksum: Crc32,
    count: SeqCount,
    rounds: u64,
}

impl<F: Files> Carousel<F> {
    /// A carousel at the start of its first file.
    pub fn new(config: CarouselConfig, files: F) -> Result<Self, CarouselError> {
        if config.segment_octets == 0 {
            return Err(CarouselError::NoSegmentLength);
        }
        if files.count() == 0 {
            return Err(CarouselError::NoFiles);
        }
        if files.count() > usize::from(u16::MAX - config.first_transaction) + 1 {
            return Err(CarouselError::TooManyFiles);
        }
        for file in 0..files.count() {
            let (name, size) = (files.name(file).len(), files.len(file));
            if name == 0 || name > NAME_MAX {
                return Err(CarouselError::NameLength { len: name });
            }
            if u32::try_from(size).is_err() {
                return Err(CarouselError::TooLarge { len: size });
            }
        }
        Ok(Self {
            config,
            files,
            file: 0,
            step: Step::Metadata,
            checksum: Crc32::new(),
            count: SeqCount::default(),
            rounds: 0,
        })
    }

    /// The files.
    pub const fn files(&self) -> &F {
        &self.files
    }

    /// Complete rounds through all files so far.
    pub const fn rounds(&self) -> u64 {
        self.rounds
    }

    /// Octets of the longest packet that can come: room that is always enough for the next one.
    pub fn longest_packet(&self) -> usize {
        let names = (0..self.files.count()).map(|file| self.files.name(file).len());
        let name = names.max().unwrap_or(0);
        let segment = usize::from(self.config.segment_octets);
        HEADER_LEN + (FILE_DATA_OVERHEAD + segment).max(METADATA_OVERHEAD + 2 * name)
    }

    /// What the next packet needs from outside.
    pub fn next_need(&self) -> Need {
        let Step::Segment { from } = self.step else {
            return Need::Nothing;
        };
        let left = self.files.len(self.file).saturating_sub(from);
        Need::Segment {
            file: self.file,
            from,
            len: usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(self.config.segment_octets.into()),
        }
    }

    /// Writes the next packet to the front of `out` and returns its length. `segment` is what [`Carousel::next_need`] says, nothing else:
    /// another length is [`EmitError::Inconsistent`]. If there is no room the packet comes next time.
    pub fn next_packet_with(&mut self, segment: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        let needed = match self.next_need() {
            Need::Nothing => 0,
            Need::Segment { len, .. } => len,
        };
        if segment.len() != needed {
            return Err(EmitError::Inconsistent);
        }
        self.next_packet_by(out, |_, place| {
            place.copy_from_slice(segment);
            segment.len()
        })
    }

    /// Writes the next packet; `fill` puts a segment into its place and says how many octets it had.
    fn next_packet_by(
        &mut self,
        out: &mut [u8],
        fill: impl FnOnce(&mut F, &mut [u8]) -> usize,
    ) -> Result<usize, EmitError> {
        let no_space = EmitError::NoSpace {
            need: self.longest_packet(),
            have: out.len(),
        };
        let (head, body) = out.split_at_mut_checked(HEADER_LEN).ok_or(no_space)?;
        let transaction = self.transaction();
        let mut checksum = self.checksum;
        // The codecs refuse a short buffer and nothing else here: names and sizes were checked.
        let len = match self.next_need() {
            Need::Segment { from, len, .. } => {
                let place = transaction.begin_file_data(from, len, body);
                let place = place.ok_or(no_space)?;
                if fill(&mut self.files, place) != len {
                    return Err(EmitError::Inconsistent);
                }
                checksum.update(place); //= 727.0-B-5 checksum-type-1
                FILE_DATA_OVERHEAD + len
            }
            Need::Nothing => self.emit_directive(transaction, body).ok_or(no_space)?,
        };
        //= 727.0-B-5 pdu-in-space-packet
        let header = SpacePacketHeader {
            sequence_count: self.count,
            ..SpacePacketHeader::new(PacketType::Telemetry, self.config.apid)
        };
        head.copy_from_slice(&header.to_octets(len)?);
        self.count = self.count.next();
        self.checksum = checksum;
        self.advance();
        Ok(HEADER_LEN + len)
    }

    /// The PDU in front of the segments of a file or the one behind them.
    fn emit_directive(&self, transaction: Transaction, out: &mut [u8]) -> Option<usize> {
        let size = self.files.len(self.file);
        if self.step == Step::Metadata {
            transaction.emit_metadata(self.files.name(self.file), size, out)
        } else {
            transaction.emit_eof(self.checksum.finish(), size, out)
        }
    }

    fn transaction(&self) -> Transaction {
        // In range: there are no more files than transaction numbers.
        let number = u16::try_from(self.file).unwrap_or(u16::MAX);
        Transaction {
            source: self.config.source,
            destination: self.config.destination,
            number: number.saturating_add(self.config.first_transaction),
        }
    }

    fn advance(&mut self) {
        let next = match self.step {
            Step::Metadata => {
                self.checksum = Crc32::new();
                0
            }
            Step::Segment { from } => from + u64::from(self.config.segment_octets),
            Step::Eof => {
                self.step = Step::Metadata;
                self.file += 1;
                if self.file >= self.files.count() {
                    self.file = 0;
                    self.rounds += 1;
                }
                return;
            }
        };
        self.step = if next < self.files.len(self.file) {
            Step::Segment { from: next }
        } else {
            Step::Eof
        };
    }
}

impl<F: Content> Carousel<F> {
    /// Writes the next packet to the front of `out` and returns its length. If there is no room the packet comes next time; if a file gives less
    /// than it said, [`EmitError::Inconsistent`].
    pub fn next_packet(&mut self, out: &mut [u8]) -> Result<usize, EmitError> {
        let Need::Segment { file, from, .. } = self.next_need() else {
            return self.next_packet_by(out, |_, _| 0);
        };
        self.next_packet_by(out, |files, place| files.read(file, from, place))
    }
}
