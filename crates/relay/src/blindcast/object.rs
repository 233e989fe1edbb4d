//! One object at the receiver: symbols that wait, blocks that are decoded, the file once its hash is right.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::vec::Vec;

use raptorq::{EncodingPacket, PayloadId, SourceBlockDecoder};

use super::packet::{Announcement, SymbolPacket};
use super::sender::block_information;
use super::{LABEL_LEN, label};

/// Symbols that are kept of a block beyond its source symbols. By chance a block wants one more once in some hundred times, two more once in ten
/// thousand; a block that wants more than these was made to.
pub(super) const SPARE: usize = 32;
/// What keeping a symbol costs beyond its octets, about.
pub(super) const SYMBOL_COST: u64 = 64;

/// What one pass gave of an object, in symbols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Symbols that the file was, or will be, made of.
    pub kept: u64,
    /// Symbols that were there already.
    pub duplicate: u64,
    /// Symbols that came when their block needed no more.
    pub surplus: u64,
}

/// A file whose hash is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// Its name as sent, which may lead anywhere: do not use it as a path.
    pub name: &'a [u8],
    /// Its content.
    pub octets: &'a [u8],
}

/// A symbol that waits, and the pass that brought it.
#[derive(Debug, Clone)]
struct Kept {
    pass: u16,
    octets: Box<[u8]>,
}

#[derive(Debug, Clone)]
enum Block {
    Collecting(BTreeMap<u32, Kept>),
    Decoded {
        octets: Vec<u8>,
        /// Symbols by the pass that brought them.
        from: Vec<(u16, u64)>,
    },
}

/// How far an object has come.
#[derive(Debug, Clone)]
enum State {
    Collecting(Vec<Block>),
    /// Label, name and content.
    Whole(Vec<u8>),
    /// The caller has it, or said so.
    Taken,
}

/// What became of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    New,
    Duplicate,
    Contradictory,
    Surplus,
    BlockFull,
}

/// What became of an attempt to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// Not as many symbols as a block has.
    TooEarly,
    NotYet,
    Undecodable,
    Decoded,
    Whole,
    Mismatch,
}

/// An object that comes together.
#[derive(Debug, Clone)]
pub struct Object {
    announced: Announcement,
    state: State,
    by_pass: BTreeMap<u16, Share>,
    contradictory: u64,
    undecodable: u64,
    mismatches: u64,
}

impl Object {
    pub(super) fn new(announced: Announcement) -> Self {
        let empty = || Block::Collecting(BTreeMap::new());
        let blocks = (0..announced.layout.blocks()).map(|_| empty()).collect();
        Self {
            announced,
            state: State::Collecting(blocks),
            by_pass: BTreeMap::new(),
            contradictory: 0,
            undecodable: 0,
            mismatches: 0,
        }
    }

    pub(super) fn taken(announced: Announcement) -> Self {
        Self {
            state: State::Taken,
            ..Self::new(announced)
        }
    }

    /// What its packets say of it.
    pub const fn announced(&self) -> Announcement {
        self.announced
    }

    /// Symbols that it takes, if all of them help.
    pub const fn needed(&self) -> u64 {
        self.announced.layout.symbols()
    }

    /// Symbols that count towards it so far; what a block has beyond its need does not.
    pub fn held(&self) -> u64 {
        let State::Collecting(blocks) = &self.state else {
            return self.needed();
        };
        let held = |(number, block): (u8, &Block)| {
            let need = u64::from(self.announced.layout.block_symbols(number));
            match block {
                Block::Collecting(symbols) => need.min(symbols.len() as u64),
                Block::Decoded { .. } => need,
            }
        };
        (0..).zip(blocks).map(held).sum()
    }

    /// The file, once all of it is there and its hash is right. Not any more after [`super::Receiver::take_file`].
    pub fn file(&self) -> Option<File<'_>> {
        let State::Whole(octets) = &self.state else {
            return None;
        };
        let (label, rest) = octets.split_first_chunk::<LABEL_LEN>()?;
        let (name, octets) = rest.split_at_checked(usize::from(label[LABEL_LEN - 1]))?;
        Some(File { name, octets })
    }

    /// Has the caller taken the file?
    pub const fn is_taken(&self) -> bool {
        matches!(self.state, State::Taken)
    }

    /// What each pass gave.
    pub const fn by_pass(&self) -> &BTreeMap<u16, Share> {
        &self.by_pass
    }

    /// Symbols that came again with other octets, although their CRC was right; the first ones were kept.
    pub const fn contradictory(&self) -> u64 {
        self.contradictory
    }

    /// Blocks whose symbols were dropped because even many more than enough did not decode.
    pub const fn undecodable(&self) -> u64 {
        self.undecodable
    }

    /// Times that everything was dropped because the hash was wrong.
    pub const fn mismatches(&self) -> u64 {
        self.mismatches
    }

    /// What its memory counts for.
    pub(super) fn cost(&self) -> u64 {
        let symbol = u64::from(self.announced.layout.symbol_octets()) + SYMBOL_COST;
        match &self.state {
            State::Collecting(blocks) => blocks
                .iter()
                .map(|block| match block {
                    Block::Collecting(symbols) => symbols.len() as u64 * symbol,
                    Block::Decoded { octets, .. } => octets.len() as u64,
                })
                .sum(),
            State::Whole(octets) => octets.len() as u64,
            State::Taken => 0,
        }
    }

    fn collecting(&mut self, block: u8) -> Option<&mut BTreeMap<u32, Kept>> {
        let State::Collecting(blocks) = &mut self.state else {
            return None;
        };
        match blocks.get_mut(usize::from(block))? {
            Block::Collecting(symbols) => Some(symbols),
            Block::Decoded { .. } => None,
        }
    }

    /// Takes a symbol of this object; with `room` false nothing new is kept.
    pub(super) fn handle_symbol(
        &mut self,
        pass: u16,
        packet: &SymbolPacket<'_>,
        room: bool,
    ) -> Fate {
        let most = self.announced.layout.block_symbols(packet.block) as usize + SPARE;
        let fate = match self.collecting(packet.block) {
            None => Fate::Surplus,
            Some(symbols) => {
                let is_full = symbols.len() >= most;
                match symbols.entry(packet.esi) {
                    Entry::Occupied(there) if *there.get().octets == *packet.symbol => {
                        Fate::Duplicate
                    }
                    Entry::Occupied(_) => Fate::Contradictory,
                    Entry::Vacant(_) if is_full || !room => Fate::BlockFull,
                    Entry::Vacant(place) => {
                        let octets = packet.symbol.into();
                        place.insert(Kept { pass, octets });
                        Fate::New
                    }
                }
            }
        };
        let share = match fate {
            Fate::BlockFull => return fate,
            _ => self.by_pass.entry(pass).or_default(),
        };
        match fate {
            Fate::New => share.kept += 1,
            Fate::Duplicate => share.duplicate += 1,
            Fate::Surplus => share.surplus += 1,
            Fate::Contradictory => self.contradictory += 1,
            Fate::BlockFull => {}
        }
        fate
    }

    /// Is it worth trying to decode this block?
    pub(super) fn is_ready(&mut self, block: u8) -> bool {
        let need = self.announced.layout.block_symbols(block) as usize;
        self.collecting(block)
            .is_some_and(|symbols| symbols.len() >= need)
    }

    /// Decodes one block; with the last one, the file.
    pub(super) fn decode(&mut self, block: u8) -> Attempt {
        if !self.is_ready(block) {
            return Attempt::TooEarly;
        }
        let layout = self.announced.layout;
        let Some(symbols) = self.collecting(block) else {
            return Attempt::TooEarly;
        };
        let count = symbols.len();
        let packets = symbols.iter().map(|(&esi, kept)| {
            // 24 bits, by the format of the packet; the length is that of the layout.
            EncodingPacket::new(PayloadId::new(0, esi), kept.octets.to_vec())
        });
        let information = block_information(layout, block);
        let mut decoder = SourceBlockDecoder::new(0, &information, information.transfer_length());
        let Some(octets) = decoder.decode(packets) else {
            if count < layout.block_symbols(block) as usize + SPARE {
                return Attempt::NotYet;
            }
            self.drop_symbols(block);
            self.undecodable += 1;
            return Attempt::Undecodable;
        };
        let from = by_pass(symbols);
        let State::Collecting(blocks) = &mut self.state else {
            return Attempt::TooEarly;
        };
        if let Some(slot) = blocks.get_mut(usize::from(block)) {
            *slot = Block::Decoded { octets, from };
        }
        self.assemble()
    }

    /// Puts the blocks together if all are there, and looks at the hash.
    fn assemble(&mut self) -> Attempt {
        let State::Collecting(blocks) = &mut self.state else {
            return Attempt::TooEarly;
        };
        if !blocks
            .iter()
            .all(|block| matches!(block, Block::Decoded { .. }))
        {
            return Attempt::Decoded;
        }
        let mut whole = Vec::new();
        for block in blocks {
            if let Block::Decoded { octets, .. } = block {
                // The first block is most of it, often all of it.
                if whole.is_empty() {
                    whole = core::mem::take(octets);
                } else {
                    whole.append(octets);
                }
            }
        }
        whole.truncate(usize::try_from(self.announced.layout.octets()).unwrap_or(usize::MAX));
        if is_genuine(&whole, self.announced) {
            whole.shrink_to_fit();
            self.state = State::Whole(whole);
            Attempt::Whole
        } else {
            let mismatches = self.mismatches + 1;
            *self = Self {
                mismatches,
                contradictory: self.contradictory,
                undecodable: self.undecodable,
                ..Self::new(self.announced)
            };
            Attempt::Mismatch
        }
    }

    fn drop_symbols(&mut self, block: u8) {
        let Some(symbols) = self.collecting(block) else {
            return;
        };
        for (pass, count) in by_pass(&core::mem::take(symbols)) {
            let share = self.by_pass.entry(pass).or_default();
            share.kept = share.kept.saturating_sub(count);
        }
    }

    /// Gives the file away; symbols that still come are surplus.
    pub(super) fn take(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let File { name, octets } = self.file()?;
        let file = (name.to_vec(), octets.to_vec());
        self.state = State::Taken;
        Some(file)
    }

    /// All that is held as symbols again: those that wait as they came, what is decoded as source symbols.
    pub(super) fn export(&self, each: &mut dyn FnMut(u16, &SymbolPacket<'_>)) {
        match &self.state {
            State::Collecting(blocks) => {
                for (number, block) in (0..).zip(blocks) {
                    self.export_block(number, block, each);
                }
            }
            State::Whole(octets) => {
                let mut passes =
                    repeated(self.by_pass.iter().map(|(&pass, share)| (pass, share.kept)));
                for block in 0..self.announced.layout.blocks() {
                    let from = self.announced.layout.block_start(block);
                    let from = usize::try_from(from).unwrap_or(usize::MAX);
                    let octets = octets.get(from..).unwrap_or(&[]);
                    self.export_source(block, octets, &mut passes, each);
                }
            }
            State::Taken => {}
        }
    }

    fn export_block(
        &self,
        number: u8,
        block: &Block,
        each: &mut dyn FnMut(u16, &SymbolPacket<'_>),
    ) {
        match block {
            Block::Collecting(symbols) => {
                for (&esi, kept) in symbols {
                    each(kept.pass, &self.packet(number, esi, &kept.octets));
                }
            }
            Block::Decoded { octets, from } => {
                let mut passes = repeated(from.iter().copied());
                self.export_source(number, octets, &mut passes, each);
            }
        }
    }

    /// The source symbols of a block from `octets`, the last one filled up; each in the name of the next pass.
    fn export_source(
        &self,
        block: u8,
        octets: &[u8],
        passes: &mut dyn Iterator<Item = u16>,
        each: &mut dyn FnMut(u16, &SymbolPacket<'_>),
    ) {
        let layout = self.announced.layout;
        let len = usize::from(layout.symbol_octets());
        for (esi, chunk) in (0..layout.block_symbols(block)).zip(octets.chunks(len)) {
            let mut symbol = chunk.to_vec();
            symbol.resize(len, 0);
            each(
                passes.next().unwrap_or(0),
                &self.packet(block, esi, &symbol),
            );
        }
    }

    const fn packet<'a>(&self, block: u8, esi: u32, symbol: &'a [u8]) -> SymbolPacket<'a> {
        SymbolPacket {
            object: self.announced,
            block,
            esi,
            symbol,
        }
    }
}

/// Each pass as often as it says.
fn repeated(counts: impl Iterator<Item = (u16, u64)>) -> impl Iterator<Item = u16> {
    counts.flat_map(|(pass, count)| (0..count).map(move |_| pass))
}

/// How many of the symbols each pass brought.
fn by_pass(symbols: &BTreeMap<u32, Kept>) -> Vec<(u16, u64)> {
    let mut counts = BTreeMap::new();
    for kept in symbols.values() {
        *counts.entry(kept.pass).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// Is the label that of the rest, and the identifier that of the label?
fn is_genuine(whole: &[u8], announced: Announcement) -> bool {
    let Some((found, rest)) = whole.split_first_chunk::<LABEL_LEN>() else {
        return false;
    };
    let name_len = found[LABEL_LEN - 1];
    name_len > 0
        && usize::from(name_len) <= rest.len()
        && found.starts_with(&announced.id.0)
        && label(name_len, &[rest]) == *found
}
