//! What stands on the flash: the header of a segment, the header of a record, the release mark.
//!
//! The tables are in the crate's documentation. All numbers are big-endian, so an image means the same on every processor.
//! Every header has a check of its own, the CRC-32 of CCSDS 211.2-B-3 annex C over the header's own place on the device
//! (`u32`) and its octets: a copy of a header inside a record's content stands at another place and does not pass.

use magpie_coding::crc::Crc32;

/// Version of this format, in every segment header.
pub const FORMAT_VERSION: u16 = 1;

/// Octets of a segment header before it is filled up to the write unit.
pub(crate) const SEGMENT_HEADER: usize = 32;
/// Octets of a record header; a release mark is only this.
pub(crate) const RECORD_HEADER: usize = 16;
/// Octets handed to the flash in one write at most: as far as a torn write without a whole header can reach.
pub(crate) const CHUNK: usize = 64;
/// An erased octet.
pub(crate) const ERASED: u8 = 0xFF;

const SEGMENT_MAGIC: [u8; 4] = *b"MgpS";
const RECORD_MAGIC: u8 = 0xA6;
const MARK_MAGIC: u8 = 0x59;

/// The CRC-32 of a header at `place`.
fn check(place: u32, octets: &[u8]) -> u32 {
    let mut crc = Crc32::new(); //= 211.2-B-3 annex C
    crc.update(&place.to_be_bytes());
    crc.update(octets);
    crc.finish()
}

/// The head of a segment, written as soon as it is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) version: u16,
    pub(crate) segments: u16,
    pub(crate) segment_size: u32,
    /// Erases of this segment, this one included.
    pub(crate) wear: u32,
    /// All records up to this number were released when the segment was erased.
    pub(crate) released: u32,
    /// The number of the next record when the segment was erased.
    pub(crate) next: u32,
}

impl SegmentHeader {
    pub(crate) fn parse(place: u32, octets: &[u8; SEGMENT_HEADER]) -> Option<Self> {
        let (head, crc) = octets.split_last_chunk::<4>()?;
        let (magic, fields) = head.split_first_chunk::<4>()?;
        if *magic != SEGMENT_MAGIC || u32::from_be_bytes(*crc) != check(place, head) {
            return None;
        }
        let (pair, fields) = fields.split_first_chunk::<4>()?;
        let [version_high, version_low, segments_high, segments_low] = *pair;
        let (size, fields) = fields.split_first_chunk::<4>()?;
        let (wear, fields) = fields.split_first_chunk::<4>()?;
        let (released, fields) = fields.split_first_chunk::<4>()?;
        let (next, _) = fields.split_first_chunk::<4>()?;
        Some(Self {
            version: u16::from_be_bytes([version_high, version_low]),
            segments: u16::from_be_bytes([segments_high, segments_low]),
            segment_size: u32::from_be_bytes(*size),
            wear: u32::from_be_bytes(*wear),
            released: u32::from_be_bytes(*released),
            next: u32::from_be_bytes(*next),
        })
    }

    pub(crate) fn emit(&self, place: u32) -> [u8; SEGMENT_HEADER] {
        let pair = (u32::from(self.version) << 16) | u32::from(self.segments);
        let words = [
            u32::from_be_bytes(SEGMENT_MAGIC),
            pair,
            self.segment_size,
            self.wear,
            self.released,
            self.next,
            0, // spare
        ];
        let mut octets = [0; SEGMENT_HEADER];
        for (slot, word) in octets.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *slot = word.to_be_bytes();
        }
        if let Some((head, crc)) = octets.split_last_chunk_mut::<4>() {
            *crc = check(place, head).to_be_bytes();
        }
        octets
    }
}

/// What a valid header inside a segment announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A record with this much content behind the header.
    Record {
        kind: u8,
        length: u16,
        number: u32,
        content_check: u32,
    },
    /// All records up to `released` may go; the next record is `next`.
    Mark { released: u32, next: u32 },
}

impl Entry {
    pub(crate) fn parse(place: u32, octets: &[u8; RECORD_HEADER]) -> Option<Self> {
        let [
            magic,
            kind,
            length_high,
            length_low,
            n0,
            n1,
            n2,
            n3,
            c0,
            c1,
            c2,
            c3,
            crc @ ..,
        ] = *octets;
        if magic != RECORD_MAGIC && magic != MARK_MAGIC {
            return None;
        }
        let (head, _) = octets.split_last_chunk::<4>()?;
        if u32::from_be_bytes(crc) != check(place, head) {
            return None;
        }
        let number = u32::from_be_bytes([n0, n1, n2, n3]);
        let word = u32::from_be_bytes([c0, c1, c2, c3]);
        if magic == MARK_MAGIC {
            return Some(Self::Mark {
                released: word,
                next: number,
            });
        }
        let length = u16::from_be_bytes([length_high, length_low]);
        Some(Self::Record {
            kind,
            length,
            number,
            content_check: word,
        })
    }

    pub(crate) fn emit(&self, place: u32) -> [u8; RECORD_HEADER] {
        let (first, number, word) = match *self {
            Self::Record {
                kind,
                length,
                number,
                content_check,
            } => {
                let [high, low] = length.to_be_bytes();
                ([RECORD_MAGIC, kind, high, low], number, content_check)
            }
            Self::Mark { released, next } => ([MARK_MAGIC, 0, 0, 0], next, released),
        };
        let [f0, f1, f2, f3] = first;
        let [n0, n1, n2, n3] = number.to_be_bytes();
        let [w0, w1, w2, w3] = word.to_be_bytes();
        let head = [f0, f1, f2, f3, n0, n1, n2, n3, w0, w1, w2, w3];
        let [c0, c1, c2, c3] = check(place, &head).to_be_bytes();
        [
            f0, f1, f2, f3, n0, n1, n2, n3, w0, w1, w2, w3, c0, c1, c2, c3,
        ]
    }

    /// Octets of content behind the header.
    pub(crate) const fn length(&self) -> u16 {
        match *self {
            Self::Record { length, .. } => length,
            Self::Mark { .. } => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, SegmentHeader};

    #[test]
    fn headers_come_back_and_only_at_their_own_place() {
        let record = Entry::Record {
            kind: 7,
            length: 2200,
            number: 0x0102_0304,
            content_check: 0xCAFE_F00D,
        };
        let mark = Entry::Mark {
            released: 41,
            next: 43,
        };
        for entry in [record, mark] {
            let octets = entry.emit(0x1_0040);
            assert_eq!(Entry::parse(0x1_0040, &octets), Some(entry));
            assert_eq!(Entry::parse(0x1_0044, &octets), None);
            for bit in 0..128 {
                let mut bent = octets;
                bent[bit / 8] ^= 0x80 >> (bit % 8);
                assert_eq!(Entry::parse(0x1_0040, &bent), None, "bit {bit}");
            }
        }
        let segment = SegmentHeader {
            version: 1,
            segments: 16,
            segment_size: 4096,
            wear: 9,
            released: 41,
            next: 43,
        };
        let octets = segment.emit(4096);
        assert_eq!(SegmentHeader::parse(4096, &octets), Some(segment));
        assert_eq!(SegmentHeader::parse(8192, &octets), None);
        for bit in 0..256 {
            let mut bent = octets;
            bent[bit / 8] ^= 0x80 >> (bit % 8);
            assert_eq!(SegmentHeader::parse(4096, &bent), None, "bit {bit}");
        }
    }

    #[test]
    fn octets_stand_as_the_table_says() {
        // Origin: the format table of the crate's documentation, by hand; the check is left out here.
        let entry = Entry::Record {
            kind: 7,
            length: 0x0898,
            number: 3,
            content_check: 0xCAFE_F00D,
        };
        assert_eq!(
            entry.emit(0)[..12],
            [0xA6, 7, 8, 0x98, 0, 0, 0, 3, 0xCA, 0xFE, 0xF0, 0x0D]
        );
        let header = SegmentHeader {
            version: 1,
            segments: 16,
            segment_size: 4096,
            wear: 9,
            released: 5,
            next: 6,
        };
        let expected = b"MgpS\0\x01\0\x10\0\0\x10\0\0\0\0\x09\0\0\0\x05\0\0\0\x06\0\0\0\0";
        assert_eq!(&header.emit(0)[..28], expected);
    }
}
