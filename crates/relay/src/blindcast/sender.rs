//! A file as symbols without end.
//!
//! Symbols go out block by block in turn, source symbols first. The place in the stream is one number ([`Sender::position`]): a rover that can keep it goes
//! on where it stopped ([`Sender::resume`]); one that knows only the number of the pass begins it at a place of its own ([`Sender::begin_pass`]): pass p
//! begins with the encoding symbol of every block whose 24 bits are those of p the other way round and eight zeros behind them, so that the beginnings
//! of any number of passes lie as far apart as can be: those of the first 256 passes 65,536 symbols, those of the first 4,096 passes 4,096.

use alloc::vec::Vec;
use core::fmt;

use magpie_wire::EmitError;
use raptorq::{ObjectTransmissionInformation, SourceBlockEncoder, SourceBlockEncodingPlan};

use super::layout::{Layout, LayoutError, MOST_BLOCK_SYMBOLS};
use super::packet::{Announcement, ESI_COUNT, ObjectId, PACKET_OVERHEAD, SymbolPacket};
use super::{LABEL_LEN, label};

/// Symbols of a block between the beginnings of two of 65,536 passes.
const PASS_SYMBOLS: u64 = 1 << 8;
/// Longest name, in octets.
const LONGEST_NAME: usize = 255;

/// How files are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderConfig {
    /// Octets of a symbol, at least [`super::SHORTEST_SYMBOL`]. A packet is [`PACKET_OVERHEAD`] longer.
    pub symbol_octets: u16,
    /// Most source symbols in a block, at most [`MOST_BLOCK_SYMBOLS`]. A file in one block needs the fewest symbols: of several blocks the one with the
    /// worst luck is waited for, which at 90 % loss costs more than 2 % where blocks have less than some 20,000 symbols. The work for a symbol grows
    /// with the symbols of the block.
    pub block_symbols: u32,
}

impl Default for SenderConfig {
    /// Symbols of 1,024 octets, as many of them in a block as the code has: a file of 57 MB is one block.
    fn default() -> Self {
        Self {
            symbol_octets: 1024,
            block_symbols: MOST_BLOCK_SYMBOLS,
        }
    }
}

/// Why a file was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderError {
    /// A name of no octets or more than 255.
    NameLength {
        /// Its octets.
        len: usize,
    },
    /// More than 255 blocks would be needed, or 2^40 octets.
    TooLarge {
        /// Octets of the object.
        octets: u64,
    },
    /// Symbols or blocks of a size that the code does not have.
    Layout(LayoutError),
    /// Nothing to send.
    NoFiles,
}

impl fmt::Display for SenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameLength { len } => {
                write!(f, "file name of {len} octets, must be 1 to {LONGEST_NAME}")
            }
            Self::TooLarge { octets } => write!(
                f,
                "object of {octets} octets is too large for 255 blocks of such symbols"
            ),
            Self::Layout(error) => error.fmt(f),
            Self::NoFiles => f.write_str("no files to send"),
        }
    }
}

impl core::error::Error for SenderError {}

/// Gives the packets of one file for ever.
#[derive(Debug, Clone)]
pub struct Sender {
    object: Announcement,
    octets: Vec<u8>,
    /// One a block, made when its first repair symbol is due.
    encoders: Vec<Option<SourceBlockEncoder>>,
    /// How to encode a block of so many symbols; all blocks have one of two lengths.
    plan: Option<(u32, SourceBlockEncodingPlan)>,
    position: u64,
}

impl Sender {
    /// A sender at the first source symbol.
    pub fn new(config: SenderConfig, name: &[u8], file: &[u8]) -> Result<Self, SenderError> {
        let name_len = u8::try_from(name.len())
            .ok()
            .filter(|&len| len > 0)
            .ok_or(SenderError::NameLength { len: name.len() })?;
        let label = label(name_len, &[name, file]);
        let octets = [&label[..], name, file].concat();
        let len = octets.len() as u64;
        let most = u64::from(config.block_symbols.clamp(1, MOST_BLOCK_SYMBOLS));
        let symbols = len.div_ceil(u64::from(config.symbol_octets.max(1)));
        let too_large = SenderError::TooLarge { octets: len };
        let blocks = u8::try_from(symbols.div_ceil(most)).map_err(|_| too_large)?;
        let layout = Layout::new(len, config.symbol_octets, blocks).map_err(SenderError::Layout)?;
        if len >= 1 << 40 {
            return Err(too_large);
        }
        let mut id = [0; 8];
        for (slot, octet) in id.iter_mut().zip(label) {
            *slot = octet;
        }
        Ok(Self {
            object: Announcement {
                id: ObjectId(id),
                layout,
            },
            octets,
            encoders: (0..blocks).map(|_| None).collect(),
            plan: None,
            position: 0,
        })
    }

    /// What every packet says of the object.
    pub const fn object(&self) -> Announcement {
        self.object
    }

    /// Octets of every packet.
    pub const fn packet_len(&self) -> usize {
        PACKET_OVERHEAD + self.object.layout.symbol_octets() as usize
    }

    /// Octets of the object in front of the content of the file.
    pub fn label_len(&self) -> usize {
        LABEL_LEN + usize::from(self.octets.get(LABEL_LEN - 1).copied().unwrap_or(0))
    }

    /// Packets since the first source symbol; passes that were jumped to included.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Goes on at a position.
    pub const fn resume(&mut self, position: u64) {
        self.position = position;
    }

    /// Goes on where pass `pass` begins.
    pub fn begin_pass(&mut self, pass: u16) {
        let esi = u64::from(pass.reverse_bits()) * PASS_SYMBOLS;
        self.position = esi * u64::from(self.object.layout.blocks());
    }

    /// Writes the next packet to the front of `out` and returns its length. If there is no room the packet comes next time.
    pub fn next_packet(&mut self, out: &mut [u8]) -> Result<usize, EmitError> {
        let (need, have) = (self.packet_len(), out.len());
        if need > have {
            return Err(EmitError::NoSpace { need, have });
        }
        let blocks = u64::from(self.object.layout.blocks());
        let (turn, block) = (self.position / blocks, self.position % blocks);
        let block = u8::try_from(block).expect("below the number of blocks");
        let esi = u32::try_from(turn % u64::from(ESI_COUNT)).expect("below 2^24");
        let symbols = self.object.layout.block_symbols(block);
        let repair;
        let mut filled = Vec::new();
        let symbol: &[u8] = if let Some(number) = esi.checked_sub(symbols) {
            let made = self.encoder(block).repair_packets(number, 1);
            repair = made;
            repair.first().map_or(&[], |packet| packet.data())
        } else {
            self.source_symbol(block, esi, &mut filled)
        };
        let packet = SymbolPacket {
            object: self.object,
            block,
            esi,
            symbol,
        };
        let len = packet.emit(out)?;
        self.position = self.position.wrapping_add(1);
        Ok(len)
    }

    /// A source symbol as it lies in the object; the last one is filled up in `filled`.
    fn source_symbol<'a>(&'a self, block: u8, esi: u32, filled: &'a mut Vec<u8>) -> &'a [u8] {
        let layout = self.object.layout;
        let len = usize::from(layout.symbol_octets());
        let from = place(layout.block_start(block)) + esi as usize * len;
        if let Some(symbol) = self.octets.get(from..from + len) {
            return symbol;
        }
        filled.extend_from_slice(self.octets.get(from..).unwrap_or(&[]));
        filled.resize(len, 0);
        filled
    }

    fn encoder(&mut self, block: u8) -> &SourceBlockEncoder {
        let layout = self.object.layout;
        let (octets, plan) = (&self.octets, &mut self.plan);
        let slot = self.encoders.get_mut(usize::from(block));
        slot.expect("a block of the layout").get_or_insert_with(|| {
            let symbols = layout.block_symbols(block);
            if plan.as_ref().is_none_or(|&(of, _)| of != symbols) {
                let count = u16::try_from(symbols).expect("at most 56,403");
                *plan = Some((symbols, SourceBlockEncodingPlan::generate(count)));
            }
            let (_, plan) = plan.as_ref().expect("made above");
            let len = symbols as usize * usize::from(layout.symbol_octets());
            let from = place(layout.block_start(block)).min(octets.len());
            let there = octets.get(from..octets.len().min(from + len));
            let mut source = there.unwrap_or(&[]).to_vec();
            source.resize(len, 0);
            SourceBlockEncoder::with_encoding_plan(
                0,
                &block_information(layout, block),
                &source,
                plan,
            )
        })
    }
}

/// One block as an object of its own, which is how the code sees it: block number 0.
pub(super) fn block_information(layout: Layout, block: u8) -> ObjectTransmissionInformation {
    let octets = u64::from(layout.block_symbols(block)) * u64::from(layout.symbol_octets());
    ObjectTransmissionInformation::new(octets, layout.symbol_octets(), 1, 1, 1)
}

/// Where something lies in an object that is in memory, so that the number is one of this machine.
fn place(octet: u64) -> usize {
    usize::try_from(octet).unwrap_or(usize::MAX)
}
