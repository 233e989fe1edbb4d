//! Transfer block: what crosses the interface between the transceiver and the mass memory.
//!
//! The interface is ours (that of Mars Express is not published): a gate line marks begin and end of a block, two ports tell frames from
//! canister data, and every block carries a check of its own, so that the memory can say whether the interface spoiled it:
//!
//! | Octets | Field |
//! |---|---|
//! | 4 | sequence count of the port |
//! | 8 | time tag, transceiver clock, CUC 5 + 3 octets |
//! | 1… | content: a PLTU (frame port) or packed bits of the decoded stream (canister port) |
//! | 2 | CRC-16 over all before it |
//!
//! A frame crosses as its whole PLTU, marker and CRC-32 included: if only the header of the block was hit, the frame still proves itself.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::block::{BlockHeader, TransferBlock};
//! let header = BlockHeader { count: 7, time: Instant::from_micros(3_000_000) };
//! let mut block = header.to_block(b"bits");
//! assert_eq!(TransferBlock::parse(&block).unwrap().content(), b"bits");
//! block[12] ^= 1;
//! assert!(TransferBlock::parse(&block).is_err());
//! assert_eq!(TransferBlock::content_of_damaged(&block), b"cits");
//! ```

use core::fmt;

#[cfg(feature = "std")]
use std::vec::Vec;

use magpie_coding::crc::{Crc16, crc16_fecf};
use magpie_link::clock::Instant;
use magpie_wire::EmitError;

use crate::parts::concat;
use crate::time::{CLOCK_LEN, clock_octets, instant_of_clock};

/// Octets in front of the content.
pub const BLOCK_HEADER_LEN: usize = 4 + CLOCK_LEN;
/// Octets behind the content.
pub const BLOCK_CHECK_LEN: usize = 2;
/// Octets that a block adds to its content.
pub const BLOCK_OVERHEAD: usize = BLOCK_HEADER_LEN + BLOCK_CHECK_LEN;

/// Which data port of the transceiver a block came through; the ports are separate lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Port {
    /// Accepted transfer frames.
    Frames,
    /// The decoded bit stream, whatever it is.
    Canister,
}

/// Header of a transfer block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlockHeader {
    /// Count of the blocks of the port.
    pub count: u32,
    /// When the first bit of the content was received, transceiver clock.
    pub time: Instant,
}

/// Why octets are not a good block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockError {
    /// Not even room for header and check.
    Truncated {
        /// Octets given.
        have: usize,
    },
    /// The CRC-16 does not match.
    Check {
        /// As received.
        found: u16,
        /// As computed.
        expected: u16,
    },
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { have } => write!(
                f,
                "block of {have} octets, at least {BLOCK_OVERHEAD} needed"
            ),
            Self::Check { found, expected } => {
                write!(f, "block check {found:04X}, computed {expected:04X}")
            }
        }
    }
}

impl core::error::Error for BlockError {}

impl BlockHeader {
    /// The octets in front of the content.
    pub fn to_octets(&self) -> [u8; BLOCK_HEADER_LEN] {
        let mut octets = [0; BLOCK_HEADER_LEN];
        let (count, clock) = octets.split_at_mut(4);
        count.copy_from_slice(&self.count.to_be_bytes());
        clock.copy_from_slice(&clock_octets(self.time));
        octets
    }

    /// The octets behind a content that lies in these parts, for who writes a block without putting it together first.
    ///
    /// ```
    /// # use magpie_link::clock::Instant;
    /// # use magpie_relay::block::BlockHeader;
    /// let header = BlockHeader { count: 7, time: Instant::ZERO };
    /// let mut block = [0; 18];
    /// assert_eq!(header.emit(b"bits", &mut block), Ok(18));
    /// assert_eq!(block[..12], header.to_octets());
    /// assert_eq!(block[16..], header.check_of(&[b"bi", b"ts"]));
    /// ```
    pub fn check_of(&self, content: &[&[u8]]) -> [u8; BLOCK_CHECK_LEN] {
        let mut crc = Crc16::new();
        crc.update(&self.to_octets());
        for part in content {
            crc.update(part);
        }
        crc.finish().to_be_bytes()
    }

    /// Writes the block with this content to the front of `out`; returns its length.
    pub fn emit(&self, content: &[u8], out: &mut [u8]) -> Result<usize, EmitError> {
        let check = self.check_of(&[content]);
        concat(&[&self.to_octets(), content, &check], out)
    }

    /// The whole block with this content.
    #[cfg(feature = "std")]
    pub fn to_block(&self, content: &[u8]) -> Vec<u8> {
        [
            &self.to_octets()[..],
            content,
            &self.check_of(&[content])[..],
        ]
        .concat()
    }
}

/// A block whose check is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferBlock<'a> {
    header: BlockHeader,
    content: &'a [u8],
}

impl<'a> TransferBlock<'a> {
    /// Reads a block that fills `octets`; its check must be good.
    pub fn parse(octets: &'a [u8]) -> Result<Self, BlockError> {
        let truncated = BlockError::Truncated { have: octets.len() };
        let (body, &check) = octets
            .split_last_chunk::<BLOCK_CHECK_LEN>()
            .ok_or(truncated)?;
        let (&count, rest) = body.split_first_chunk::<4>().ok_or(truncated)?;
        let (clock, content) = rest.split_at_checked(CLOCK_LEN).ok_or(truncated)?;
        let (found, expected) = (u16::from_be_bytes(check), crc16_fecf(body));
        if found != expected {
            return Err(BlockError::Check { found, expected });
        }
        let time = instant_of_clock(clock).ok_or(truncated)?;
        Ok(Self {
            header: BlockHeader {
                count: u32::from_be_bytes(count),
                time,
            },
            content,
        })
    }

    /// Count and time tag.
    pub const fn header(&self) -> BlockHeader {
        self.header
    }

    /// What the block carries.
    pub const fn content(&self) -> &'a [u8] {
        self.content
    }

    /// Where the content of a damaged block should be; empty if the block is too short. Nothing about it is sure.
    pub fn content_of_damaged(octets: &'a [u8]) -> &'a [u8] {
        let end = octets.len().saturating_sub(BLOCK_CHECK_LEN);
        octets.get(BLOCK_HEADER_LEN..end).unwrap_or(&[])
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    fn octets_are_where_the_table_says() {
        let header = BlockHeader {
            count: 0x0102_0304,
            time: Instant::from_micros(500_000),
        };
        let block = header.to_block(&[0xAA, 0xBB]);
        assert_eq!(
            block[..14],
            [1, 2, 3, 4, 0, 0, 0, 0, 0, 0x80, 0, 0, 0xAA, 0xBB]
        );
        assert_eq!(block.len(), 16);
        assert_eq!(TransferBlock::parse(&block).unwrap().header(), header);
    }

    #[test]
    fn any_single_flip_and_any_swallowed_octet_is_seen() {
        // CRC-16 finds every error burst of up to 16 bits; a swallowed octet of this block is no code word either.
        let block = BlockHeader {
            count: 9,
            time: Instant::from_micros(77),
        }
        .to_block(&[1, 2, 3, 4, 5, 6, 7]);
        for bit in 0..block.len() * 8 {
            let mut damaged = block.clone();
            damaged[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(matches!(
                TransferBlock::parse(&damaged),
                Err(BlockError::Check { .. })
            ));
        }
        for cut in 0..block.len() {
            assert!(TransferBlock::parse(&block[..cut]).is_err());
        }
    }

    #[test]
    fn damaged_content_never_reaches_outside() {
        for len in 0..40 {
            let octets = std::vec![0xEE; len];
            assert_eq!(
                TransferBlock::content_of_damaged(&octets).len(),
                len.saturating_sub(BLOCK_OVERHEAD)
            );
        }
    }
}
