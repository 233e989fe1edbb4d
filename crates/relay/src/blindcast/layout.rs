//! How an object is cut into source blocks and symbols: RFC 6330 4.4.1.2, one sub-block a block.
//!
//! A [`Layout`] exists only if the code can carry it, so nothing behind it meets an impossible number.
//!
//! ```
//! use magpie_relay::blindcast::Layout;
//! // 1,000 octets in symbols of 64 are 16 symbols: 6, 5 and 5 in three blocks.
//! let layout = Layout::new(1_000, 64, 3).unwrap();
//! assert_eq!([0, 1, 2].map(|block| layout.block_symbols(block)), [6, 5, 5]);
//! assert_eq!(layout.block_start(2), 11 * 64);
//! ```

use core::fmt;

/// Most source symbols that a block of RFC 6330 can have: K'max of 5.1.2.
pub const MOST_BLOCK_SYMBOLS: u32 = 56_403;
/// Shortest symbol that is taken; with less the header would be most of the packet.
pub const SHORTEST_SYMBOL: u16 = 16;

/// How an object is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layout {
    octets: u64,
    symbol_octets: u16,
    blocks: u8,
}

/// Why numbers are no layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayoutError {
    /// An object of no octets.
    Empty,
    /// A symbol shorter than [`SHORTEST_SYMBOL`].
    SymbolOctets {
        /// Its octets.
        len: u16,
    },
    /// No source block, or more blocks than symbols.
    Blocks {
        /// How many.
        blocks: u8,
    },
    /// More than [`MOST_BLOCK_SYMBOLS`] in a block.
    BlockSymbols {
        /// How many.
        symbols: u64,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an object of no octets"),
            Self::SymbolOctets { len } => {
                write!(
                    f,
                    "symbols of {len} octets, at least {SHORTEST_SYMBOL} needed"
                )
            }
            Self::Blocks { blocks } => write!(f, "{blocks} source blocks"),
            Self::BlockSymbols { symbols } => {
                write!(
                    f,
                    "{symbols} symbols in a block, at most {MOST_BLOCK_SYMBOLS}"
                )
            }
        }
    }
}

impl core::error::Error for LayoutError {}

impl Layout {
    /// An object of so many octets in symbols of so many, in so many source blocks.
    //= RFC 6330 4.4.1.2
    pub const fn new(octets: u64, symbol_octets: u16, blocks: u8) -> Result<Self, LayoutError> {
        if octets == 0 {
            return Err(LayoutError::Empty);
        }
        if symbol_octets < SHORTEST_SYMBOL {
            return Err(LayoutError::SymbolOctets { len: symbol_octets });
        }
        let layout = Self {
            octets,
            symbol_octets,
            blocks,
        };
        let symbols = layout.symbols();
        if blocks == 0 || blocks as u64 > symbols {
            return Err(LayoutError::Blocks { blocks });
        }
        let longest = symbols.div_ceil(blocks as u64);
        if longest > MOST_BLOCK_SYMBOLS as u64 {
            return Err(LayoutError::BlockSymbols { symbols: longest });
        }
        Ok(layout)
    }

    /// Octets of the object.
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// Octets of a symbol.
    pub const fn symbol_octets(&self) -> u16 {
        self.symbol_octets
    }

    /// Source blocks.
    pub const fn blocks(&self) -> u8 {
        self.blocks
    }

    /// Source symbols of the whole object, the last one filled up with zeros.
    pub const fn symbols(&self) -> u64 {
        self.octets.div_ceil(self.symbol_octets as u64)
    }

    /// Source symbols of a block; the first blocks have one more than the last ones where it does not come out even. None behind the last block.
    //= RFC 6330 4.4.1.2
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a block has at most 56,403 symbols"
    )]
    pub const fn block_symbols(&self, block: u8) -> u32 {
        if block >= self.blocks {
            return 0;
        }
        let (each, more) = self.shares();
        each as u32 + ((block as u64) < more) as u32
    }

    /// Where a block begins in the object, in octets.
    pub const fn block_start(&self, block: u8) -> u64 {
        let (each, more) = self.shares();
        let block = block as u64;
        let longer = if block < more { block } else { more };
        (block * each + longer) * self.symbol_octets as u64
    }

    /// Source symbols of the longest block.
    pub const fn longest_block(&self) -> u32 {
        self.block_symbols(0)
    }

    /// Symbols that every block has, and the number of blocks with one more.
    const fn shares(&self) -> (u64, u64) {
        let (symbols, blocks) = (self.symbols(), self.blocks as u64);
        (symbols / blocks, symbols % blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_object_without_gap() {
        //= RFC 6330 4.4.1.2
        for (octets, symbol, blocks) in
            [(1, 16, 1), (1_000, 64, 3), (12_345, 17, 255), (900, 30, 30)]
        {
            let layout = Layout::new(octets, symbol, blocks).unwrap();
            let mut at = 0;
            for block in 0..blocks {
                assert_eq!(layout.block_start(block), at);
                at += u64::from(layout.block_symbols(block)) * u64::from(symbol);
            }
            assert!(at >= octets && at < octets + u64::from(symbol));
            assert_eq!(layout.block_symbols(blocks), 0);
        }
    }

    #[test]
    fn the_example_of_the_partition_function() {
        //= RFC 6330 4.4.1.2
        // Partition[10, 4] = (3, 2, 2, 2) by its definition: two blocks of three, two of two.
        let layout = Layout::new(10 * 16, 16, 4).unwrap();
        assert_eq!(
            [0, 1, 2, 3].map(|block| layout.block_symbols(block)),
            [3, 3, 2, 2]
        );
    }

    #[test]
    fn impossible_numbers_are_refused_by_name() {
        assert_eq!(Layout::new(0, 64, 1), Err(LayoutError::Empty));
        let short = Err(LayoutError::SymbolOctets { len: 15 });
        assert_eq!(Layout::new(99, 15, 1), short);
        assert_eq!(
            Layout::new(99, 16, 0),
            Err(LayoutError::Blocks { blocks: 0 })
        );
        assert_eq!(
            Layout::new(99, 16, 8),
            Err(LayoutError::Blocks { blocks: 8 })
        );
        assert!(Layout::new(56_403 * 16, 16, 1).is_ok());
        let symbols = 56_404;
        assert_eq!(
            Layout::new(56_403 * 16 + 1, 16, 1),
            Err(LayoutError::BlockSymbols { symbols })
        );
        assert!(Layout::new(u64::MAX, u16::MAX, 255).is_err());
    }
}
