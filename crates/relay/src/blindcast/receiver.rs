//! Packets of any pass in any order in, files out, in bounded memory.
//!
//! Calls and their order: [`Receiver::handle_packet`] for each packet, [`Receiver::poll_decode`] until it says [`Step::Nothing`] (one block a call, so
//! the caller knows how long one takes), [`Receiver::take_file`] for each [`Step::Complete`]. What is held survives a restart by
//! [`Receiver::export`]: feed the packets again. To feed anything twice changes nothing; that goes for whole recordings too.
//!
//! ```
//! use magpie_relay::blindcast::{Limits, Receiver, Sender, SenderConfig, Step, Taken};
//! let config = SenderConfig { symbol_octets: 32, ..SenderConfig::default() };
//! let mut sender = Sender::new(config, b"a", b"0123456789").unwrap();
//! let mut packet = vec![0; sender.packet_len()];
//! let mut receiver = Receiver::new(Limits::default());
//! sender.next_packet(&mut packet).unwrap();
//! assert_eq!(receiver.handle_packet(0, &packet), Ok(Taken::New));
//! assert_eq!(receiver.handle_packet(0, &packet), Ok(Taken::Duplicate));
//! assert_eq!(receiver.poll_decode(), Step::Nothing);
//! sender.next_packet(&mut packet).unwrap();
//! receiver.handle_packet(0, &packet).unwrap();
//! assert_eq!(receiver.poll_decode(), Step::Complete(sender.object()));
//! assert_eq!(receiver.take_file(sender.object()).unwrap().1, b"0123456789");
//! ```

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::fmt;

use super::layout::MOST_BLOCK_SYMBOLS;
use super::object::{Attempt, Fate, Object, SYMBOL_COST};
use super::packet::{Announcement, PACKET_OVERHEAD, PacketError, SymbolPacket};

/// What a receiver spends at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Objects that are followed at once. Of those whose file was taken the oldest makes room.
    pub objects: usize,
    /// Longest object in octets.
    pub object_octets: u64,
    /// Most source symbols in a block. Decoding takes up to four times the octets of the block for as long as it lasts.
    pub block_symbols: u32,
    /// Octets of all that is held: symbols, with 64 octets for the place of each, decoded blocks, files that were not taken.
    pub octets: u64,
}

impl Default for Limits {
    /// 64 objects of up to 256 MiB, 512 MiB in all, blocks as large as the code has them.
    fn default() -> Self {
        Self {
            objects: 64,
            object_octets: 256 << 20,
            block_symbols: MOST_BLOCK_SYMBOLS,
            octets: 512 << 20,
        }
    }
}

/// Why a packet was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is none.
    Packet(PacketError),
    /// Its object is longer than [`Limits::object_octets`].
    ObjectOctets,
    /// Its blocks are larger than [`Limits::block_symbols`].
    BlockSymbols,
    /// One object too many.
    Objects,
    /// No room in [`Limits::octets`].
    Memory,
    /// Its block has more than enough symbols and waits to be decoded.
    BlockFull,
    /// It says something else than the symbol that came first.
    Contradictory,
}

impl Refusal {
    /// The reason as a key for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packet(error) => error.name(),
            Self::ObjectOctets => "blindcast_object_too_long",
            Self::BlockSymbols => "blindcast_block_too_large",
            Self::Objects => "blindcast_too_many_objects",
            Self::Memory => "blindcast_memory_full",
            Self::BlockFull => "blindcast_block_full",
            Self::Contradictory => "blindcast_contradictory",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packet(error) => error.fmt(f),
            Self::ObjectOctets => f.write_str("object longer than allowed"),
            Self::BlockSymbols => f.write_str("block larger than allowed"),
            Self::Objects => f.write_str("more objects than allowed"),
            Self::Memory => f.write_str("no memory left for symbols"),
            Self::BlockFull => f.write_str("the block waits to be decoded"),
            Self::Contradictory => f.write_str("contradicts the same symbol that came before"),
        }
    }
}

impl core::error::Error for Refusal {}

/// What a packet was good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Taken {
    /// Kept.
    New,
    /// There already.
    Duplicate,
    /// Its block is decoded, or the file is whole.
    Surplus,
}

/// What one step of decoding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing to decode.
    Nothing,
    /// A block needs one more symbol, as happens once in some hundred times.
    NotYet(Announcement),
    /// A block is decoded; others are not.
    Block(Announcement),
    /// A block had far more symbols than it should need; they were dropped.
    Undecodable(Announcement),
    /// All blocks are decoded, but the hash is wrong; all symbols were dropped.
    Mismatch(Announcement),
    /// The file is whole and its hash is right.
    Complete(Announcement),
}

/// What a receiver has counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Symbols kept.
    pub new: u64,
    /// Symbols that were there already.
    pub duplicate: u64,
    /// Symbols that nobody needed any more.
    pub surplus: u64,
    /// Packets refused, by [`Refusal::name`].
    pub refused: BTreeMap<&'static str, u64>,
    /// Files whose hash was right.
    pub files: u64,
    /// Blocks dropped as undecodable.
    pub undecodable: u64,
    /// Objects whose hash was wrong.
    pub mismatches: u64,
}

/// Rebuilds files from any mix of packets.
#[derive(Debug, Clone)]
pub struct Receiver {
    limits: Limits,
    objects: BTreeMap<Announcement, Object>,
    /// Objects whose file was taken, the oldest first.
    taken: VecDeque<Announcement>,
    /// Blocks with enough symbols for an attempt.
    ready: BTreeSet<(Announcement, u8)>,
    held: u64,
    counts: Counts,
}

impl Receiver {
    /// A receiver that has nothing.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            objects: BTreeMap::new(),
            taken: VecDeque::new(),
            ready: BTreeSet::new(),
            held: 0,
            counts: Counts {
                new: 0,
                duplicate: 0,
                surplus: 0,
                refused: BTreeMap::new(),
                files: 0,
                undecodable: 0,
                mismatches: 0,
            },
        }
    }

    /// Takes one packet; `pass` is the key under which is kept who brought what.
    pub fn handle_packet(&mut self, pass: u16, octets: &[u8]) -> Result<Taken, Refusal> {
        let result = SymbolPacket::parse(octets)
            .map_err(Refusal::Packet)
            .and_then(|packet| self.handle_symbol(pass, &packet));
        match result {
            Ok(Taken::New) => self.counts.new += 1,
            Ok(Taken::Duplicate) => self.counts.duplicate += 1,
            Ok(Taken::Surplus) => self.counts.surplus += 1,
            Err(refusal) => *self.counts.refused.entry(refusal.name()).or_default() += 1,
        }
        result
    }

    fn handle_symbol(&mut self, pass: u16, packet: &SymbolPacket<'_>) -> Result<Taken, Refusal> {
        let layout = packet.object.layout;
        if layout.octets() > self.limits.object_octets {
            return Err(Refusal::ObjectOctets);
        }
        if layout.longest_block() > self.limits.block_symbols {
            return Err(Refusal::BlockSymbols);
        }
        let cost = u64::from(layout.symbol_octets()) + SYMBOL_COST;
        let room = self.held.saturating_add(cost) <= self.limits.octets;
        if !self.objects.contains_key(&packet.object) {
            if !room {
                return Err(Refusal::Memory);
            }
            self.make_place()?;
        }
        let object = self
            .objects
            .entry(packet.object)
            .or_insert_with(|| Object::new(packet.object));
        match object.handle_symbol(pass, packet, room) {
            Fate::New => {
                self.held += cost;
                if object.is_ready(packet.block) {
                    self.ready.insert((packet.object, packet.block));
                }
                Ok(Taken::New)
            }
            Fate::Duplicate => Ok(Taken::Duplicate),
            Fate::Surplus => Ok(Taken::Surplus),
            Fate::Contradictory => Err(Refusal::Contradictory),
            Fate::BlockFull if room => Err(Refusal::BlockFull),
            Fate::BlockFull => Err(Refusal::Memory),
        }
    }

    /// Room for one more object; one whose file was taken may have to go.
    fn make_place(&mut self) -> Result<(), Refusal> {
        if self.objects.len() >= self.limits.objects {
            let oldest = self.taken.pop_front().ok_or(Refusal::Objects)?;
            self.objects.remove(&oldest);
        }
        Ok(())
    }

    /// Decodes one block, if any has symbols enough; the time it takes grows with the octets of the block.
    pub fn poll_decode(&mut self) -> Step {
        while let Some((key, block)) = self.ready.pop_first() {
            let Some(object) = self.objects.get_mut(&key) else {
                continue;
            };
            let before = object.cost();
            let attempt = object.decode(block);
            let after = object.cost();
            self.held = self.held.saturating_sub(before).saturating_add(after);
            match attempt {
                Attempt::TooEarly => {}
                Attempt::NotYet => return Step::NotYet(key),
                Attempt::Decoded => return Step::Block(key),
                Attempt::Undecodable => {
                    self.counts.undecodable += 1;
                    return Step::Undecodable(key);
                }
                Attempt::Mismatch => {
                    self.counts.mismatches += 1;
                    return Step::Mismatch(key);
                }
                Attempt::Whole => {
                    self.counts.files += 1;
                    return Step::Complete(key);
                }
            }
        }
        Step::Nothing
    }

    /// The objects, in order of their identifiers.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// One object.
    pub fn object(&self, object: Announcement) -> Option<&Object> {
        self.objects.get(&object)
    }

    /// Gives a whole file away, name and content. That it was taken is remembered as long as there is room for it, so its stream brings it no second time.
    pub fn take_file(&mut self, object: Announcement) -> Option<(Vec<u8>, Vec<u8>)> {
        let found = self.objects.get_mut(&object)?;
        let cost = found.cost();
        let file = found.take()?;
        self.held = self.held.saturating_sub(cost);
        self.taken.push_back(object);
        Some(file)
    }

    /// After a restart: this file was taken before. `false` if there is no room to remember it.
    pub fn remember_taken(&mut self, object: Announcement) -> bool {
        if self.objects.get(&object).is_some_and(Object::is_taken) {
            return true;
        }
        self.forget(object);
        let has_place = self.make_place().is_ok();
        if has_place {
            self.objects.insert(object, Object::taken(object));
            self.taken.push_back(object);
        }
        has_place
    }

    /// Drops all that is known of an object; says whether there was any.
    pub fn forget(&mut self, object: Announcement) -> bool {
        let Some(gone) = self.objects.remove(&object) else {
            return false;
        };
        self.held = self.held.saturating_sub(gone.cost());
        self.taken.retain(|taken| *taken != object);
        self.ready.retain(|(of, _)| *of != object);
        true
    }

    /// Octets that count towards [`Limits::octets`].
    pub const fn held_octets(&self) -> u64 {
        self.held
    }

    /// What has been counted since the receiver was made.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Everything that is held, as packets with the pass that brought them: fed to another receiver they make it hold the same. A decoded block comes as
    /// its source symbols. Taken files do not come ([`Receiver::remember_taken`]).
    pub fn export(&self, each: &mut dyn FnMut(u16, &[u8])) {
        let mut octets = Vec::new();
        for object in self.objects.values() {
            object.export(&mut |pass, packet| {
                octets.resize(packet.symbol.len() + PACKET_OVERHEAD, 0);
                if packet.emit(&mut octets).is_ok() {
                    each(pass, &octets);
                }
            });
        }
    }
}
