//! One symbol with all that a receiver must know to use it; see the table of the module above.
//!
//! ```
//! use magpie_relay::blindcast::{Announcement, Layout, ObjectId, PACKET_OVERHEAD, SymbolPacket};
//! let object = Announcement { id: ObjectId([1; 8]), layout: Layout::new(100, 50, 1).unwrap() };
//! let packet = SymbolPacket { object, block: 0, esi: 7, symbol: &[0xAA; 50] };
//! let mut octets = [0; 50 + PACKET_OVERHEAD];
//! packet.emit(&mut octets).unwrap();
//! assert_eq!(SymbolPacket::parse(&octets), Ok(packet));
//! octets[40] ^= 1;
//! assert!(SymbolPacket::parse(&octets).is_err());
//! ```

use core::fmt;

use magpie_coding::crc::Crc32;
use magpie_wire::EmitError;

use super::layout::{Layout, LayoutError};
use crate::parts::concat;

/// First octet of a packet: as a CFDP version it would be 5, which there is not.
const MARK: u8 = 0xBC;
/// Version of this format.
const VERSION: u8 = 1;
/// Octets in front of the symbol.
const HEADER_LEN: usize = 2 + 8 + 12 + 4;
/// Octets behind it.
const CHECK_LEN: usize = 4;
/// Octets that a packet adds to its symbol.
pub const PACKET_OVERHEAD: usize = HEADER_LEN + CHECK_LEN;
/// Encoding symbol identifiers have 24 bits.
pub(super) const ESI_COUNT: u32 = 1 << 24;

/// The first octets of the SHA-256 of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub [u8; 8]);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// What every packet of an object says about it. Two that differ anywhere are two objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Announcement {
    /// Which object.
    pub id: ObjectId,
    /// How it is cut.
    pub layout: Layout,
}

/// Why octets are not a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketError {
    /// Not even room for header and check.
    Truncated {
        /// Octets given.
        have: usize,
    },
    /// Begins with another octet.
    Mark,
    /// Another version of this format.
    Version {
        /// As received.
        version: u8,
    },
    /// The CRC-32 does not match.
    Check,
    /// Reserved bits set, sub-blocks, or an alignment other than 1.
    Scheme,
    /// No such cut of an object.
    Layout(LayoutError),
    /// A block behind the last one.
    Block {
        /// As received.
        block: u8,
    },
    /// Not one symbol.
    SymbolLength {
        /// Octets of a symbol.
        need: u16,
        /// Octets there are.
        have: usize,
    },
}

impl PacketError {
    /// The reason as a key for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated { .. } => "blindcast_truncated",
            Self::Mark => "blindcast_mark",
            Self::Version { .. } => "blindcast_version",
            Self::Check => "blindcast_check",
            Self::Scheme => "blindcast_scheme",
            Self::Layout(_) => "blindcast_layout",
            Self::Block { .. } => "blindcast_block",
            Self::SymbolLength { .. } => "blindcast_symbol_length",
        }
    }
}

impl fmt::Display for PacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { have } => {
                write!(
                    f,
                    "packet of {have} octets, more than {PACKET_OVERHEAD} needed"
                )
            }
            Self::Mark => f.write_str("no packet of a blindcast"),
            Self::Version { version } => write!(f, "version {version} of the blindcast"),
            Self::Check => f.write_str("CRC-32 does not match"),
            Self::Scheme => f.write_str("sub-blocks, an alignment or reserved bits"),
            Self::Layout(error) => error.fmt(f),
            Self::Block { block } => write!(f, "source block {block} behind the last one"),
            Self::SymbolLength { need, have } => {
                write!(f, "{have} octets of symbol, not {need}")
            }
        }
    }
}

impl core::error::Error for PacketError {}

/// One symbol of one object; valid if it was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SymbolPacket<'a> {
    /// Of which object.
    pub object: Announcement,
    /// Of which source block.
    pub block: u8,
    /// Encoding symbol identifier, 24 bits: below the number of source symbols it is one of them, from there on a repair symbol.
    pub esi: u32,
    /// The octets.
    pub symbol: &'a [u8],
}

impl<'a> SymbolPacket<'a> {
    /// Could these be the octets of a packet? Only the mark is looked at.
    pub fn is_meant_by(octets: &[u8]) -> bool {
        octets.first() == Some(&MARK)
    }

    /// Reads a packet that fills `octets`; check, numbers and length must be right.
    pub fn parse(octets: &'a [u8]) -> Result<Self, PacketError> {
        let truncated = PacketError::Truncated { have: octets.len() };
        let (body, &check) = octets.split_last_chunk::<CHECK_LEN>().ok_or(truncated)?;
        let (header, symbol) = body.split_first_chunk::<HEADER_LEN>().ok_or(truncated)?;
        let &[
            mark,
            version,
            i0,
            i1,
            i2,
            i3,
            i4,
            i5,
            i6,
            i7,
            f0,
            f1,
            f2,
            f3,
            f4,
            reserved,
            t0,
            t1,
            blocks,
            n0,
            n1,
            alignment,
            block,
            e0,
            e1,
            e2,
        ] = header;
        if mark != MARK {
            return Err(PacketError::Mark);
        }
        if version != VERSION {
            return Err(PacketError::Version { version });
        }
        if u32::from_be_bytes(check) != check_of(&[body]) {
            return Err(PacketError::Check);
        }
        //= RFC 6330 3.3.2
        let transfer_length = u64::from_be_bytes([0, 0, 0, f0, f1, f2, f3, f4]);
        let symbol_octets = u16::from_be_bytes([t0, t1]);
        //= RFC 6330 3.3.3
        if (reserved, u16::from_be_bytes([n0, n1]), alignment) != (0, 1, 1) {
            return Err(PacketError::Scheme);
        }
        let layout =
            Layout::new(transfer_length, symbol_octets, blocks).map_err(PacketError::Layout)?;
        if block >= blocks {
            return Err(PacketError::Block { block });
        }
        if symbol.len() != usize::from(symbol_octets) {
            let (need, have) = (symbol_octets, symbol.len());
            return Err(PacketError::SymbolLength { need, have });
        }
        Ok(Self {
            object: Announcement {
                id: ObjectId([i0, i1, i2, i3, i4, i5, i6, i7]),
                layout,
            },
            block,
            esi: u32::from_be_bytes([0, e0, e1, e2]), //= RFC 6330 3.2
            symbol,
        })
    }

    /// Writes the packet to the front of `out`; returns its length. [`EmitError::Inconsistent`] if the symbol has not the length of the layout, or
    /// block, identifier or transfer length do not fit.
    pub fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        let layout = self.object.layout;
        let fits = self.symbol.len() == usize::from(layout.symbol_octets())
            && self.block < layout.blocks()
            && self.esi < ESI_COUNT
            && layout.octets() < 1 << 40;
        if !fits {
            return Err(EmitError::Inconsistent);
        }
        let [_, _, _, f @ ..] = layout.octets().to_be_bytes();
        let [t0, t1] = layout.symbol_octets().to_be_bytes();
        let [_, e0, e1, e2] = self.esi.to_be_bytes();
        let parts: [&[u8]; 5] = [
            &[MARK, VERSION],
            &self.object.id.0,
            &f,                                                             //= RFC 6330 3.3.2
            &[0, t0, t1, layout.blocks(), 0, 1, 1, self.block, e0, e1, e2], //= RFC 6330 3.3.3
            self.symbol,
        ];
        let check = check_of(&parts).to_be_bytes();
        let [mark, id, f, rest, symbol] = parts;
        concat(&[mark, id, f, rest, symbol, &check], out)
    }
}

fn check_of(parts: &[&[u8]]) -> u32 {
    let mut crc = Crc32::new();
    for part in parts {
        crc.update(part);
    }
    crc.finish()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn example() -> Vec<u8> {
        let object = Announcement {
            id: ObjectId(*b"magpie-8"),
            layout: Layout::new(0x0001_0203, 20, 7).unwrap(),
        };
        let packet = SymbolPacket {
            object,
            block: 6,
            esi: 0x00A1_B2C3,
            symbol: &[0x55; 20],
        };
        let mut octets = alloc::vec![0; 20 + PACKET_OVERHEAD];
        assert_eq!(packet.emit(&mut octets), Ok(octets.len()));
        assert_eq!(SymbolPacket::parse(&octets), Ok(packet));
        octets
    }

    /// With a check that is right again.
    fn resealed(mut octets: Vec<u8>, at: usize, octet: u8) -> Vec<u8> {
        octets[at] = octet;
        let body = octets.len() - CHECK_LEN;
        let check = check_of(&[&octets[..body]]);
        octets[body..].copy_from_slice(&check.to_be_bytes());
        octets
    }

    #[test]
    fn octets_are_where_the_table_says() {
        //= RFC 6330 3.2
        //= RFC 6330 3.3.2
        //= RFC 6330 3.3.3
        let octets = example();
        assert_eq!(octets[..2], [0xBC, 1]);
        assert_eq!(octets[2..10], *b"magpie-8");
        assert_eq!(octets[10..18], [0, 0, 1, 2, 3, 0, 0, 20]);
        assert_eq!(octets[18..22], [7, 0, 1, 1]);
        assert_eq!(octets[22..26], [6, 0xA1, 0xB2, 0xC3]);
        assert_eq!(octets[26..46], [0x55; 20]);
    }

    #[test]
    fn each_rule_has_its_name() {
        let octets = example();
        let parse = |octets: &[u8]| SymbolPacket::parse(octets).err();
        assert_eq!(
            parse(&octets[..29]),
            Some(PacketError::Truncated { have: 29 })
        );
        assert_eq!(
            parse(&resealed(octets.clone(), 0, 0x24)),
            Some(PacketError::Mark)
        );
        let version = PacketError::Version { version: 2 };
        assert_eq!(parse(&resealed(octets.clone(), 1, 2)), Some(version));
        for (at, octet) in [(15, 1), (19, 1), (20, 0), (20, 2), (21, 0), (21, 4)] {
            let wrong = resealed(octets.clone(), at, octet);
            assert_eq!(parse(&wrong), Some(PacketError::Scheme), "{at}");
        }
        let blocks = PacketError::Layout(LayoutError::Blocks { blocks: 0 });
        assert_eq!(parse(&resealed(octets.clone(), 18, 0)), Some(blocks));
        let block = PacketError::Block { block: 7 };
        assert_eq!(parse(&resealed(octets.clone(), 22, 7)), Some(block));
        let (need, have) = (21, 20);
        let length = PacketError::SymbolLength { need, have };
        assert_eq!(parse(&resealed(octets.clone(), 17, 21)), Some(length));
    }

    #[test]
    fn any_single_flip_is_seen() {
        let octets = example();
        for bit in 0..octets.len() * 8 {
            let mut damaged = octets.clone();
            damaged[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(SymbolPacket::parse(&damaged).is_err(), "{bit}");
        }
    }
}
