//! Files of one-way passes at the station: symbols kept through restarts, whole files delivered once.
//!
//! RFC 6330 inside [`Receiver`]. A symbol that helps is kept as a piece of state of its own until its file is delivered; then a note remains that it
//! was. Of the notes the oldest give way to new ones when there are more than [`NOTES`]; a stream that goes on for longer would be delivered again,
//! which the spool takes for what it is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use magpie_relay::blindcast::{
    Announcement, Limits, Object, ObjectId, Receiver, Refusal, Step, SymbolPacket, Taken,
};
use magpie_relay::files::check_name;
use magpie_relay::node::{State, StateChange};

use super::spool::{Spool, Spooled};

/// First part of the keys of symbols.
const SYMBOL: &str = "symbol/";
/// First part of the keys of notes of delivered files.
const DELIVERED: &str = "delivered/";
/// Notes of delivered files that are kept.
const NOTES: usize = 4_096;

/// A file that was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Its name in the spool.
    pub(super) name: String,
    /// Its octets.
    pub(super) octets: u64,
    /// It was in the spool before.
    pub(super) known: bool,
}

/// The files.
#[derive(Debug)]
pub(super) struct Files {
    receiver: Receiver,
    /// Symbols in kept state, by object.
    kept: BTreeMap<ObjectId, BTreeSet<(u8, u32)>>,
    delivered: BTreeSet<ObjectId>,
    /// The same with a number for their order.
    notes: VecDeque<(u64, ObjectId)>,
    next_note: u64,
    /// Whole files that the spool has not taken yet.
    whole: VecDeque<Announcement>,
    changes: VecDeque<StateChange>,
    /// Packets of files that were delivered already.
    pub(super) after_delivery: u64,
    pub(super) names_refused: u64,
    pub(super) unreadable: u64,
}

impl Files {
    pub(super) fn restore(limits: Limits, state: &State) -> Self {
        let mut files = Self {
            receiver: Receiver::new(limits),
            kept: BTreeMap::new(),
            delivered: BTreeSet::new(),
            notes: VecDeque::new(),
            next_note: 0,
            whole: VecDeque::new(),
            changes: VecDeque::new(),
            after_delivery: 0,
            names_refused: 0,
            unreadable: 0,
        };
        for (key, octets) in state {
            if key.starts_with(DELIVERED) {
                files.restore_note(octets);
            } else if key.starts_with(SYMBOL) {
                let pass = octets.split_first_chunk();
                let taken = pass.is_some_and(|(pass, packet)| {
                    files.take(u16::from_be_bytes(*pass), packet).is_ok()
                });
                files.unreadable += u64::from(!taken);
            }
        }
        files.notes.make_contiguous().sort_unstable();
        // All of this is kept already.
        files.changes.clear();
        files.decode();
        files
    }

    fn restore_note(&mut self, octets: &[u8]) {
        let note = octets.split_first_chunk().and_then(|(number, id)| {
            Some((u64::from_be_bytes(*number), ObjectId(id.try_into().ok()?)))
        });
        let Some((number, id)) = note else {
            self.unreadable += 1;
            return;
        };
        self.next_note = self.next_note.max(number + 1);
        self.delivered.insert(id);
        self.notes.push_back((number, id));
    }

    /// Takes a packet of a stream.
    pub(super) fn handle_packet(&mut self, pass: u16, data: &[u8]) -> Result<Taken, Refusal> {
        let taken = self.take(pass, data);
        if taken == Ok(Taken::New) {
            self.decode();
        }
        taken
    }

    fn take(&mut self, pass: u16, data: &[u8]) -> Result<Taken, Refusal> {
        let packet = SymbolPacket::parse(data).ok();
        let of = packet.map(|packet| (packet.object.id, (packet.block, packet.esi)));
        if of.is_some_and(|(id, _)| self.delivered.contains(&id)) {
            self.after_delivery += 1;
            return Ok(Taken::Surplus);
        }
        let taken = self.receiver.handle_packet(pass, data)?;
        if let (Taken::New, Some((id, symbol))) = (taken, of) {
            self.kept.entry(id).or_default().insert(symbol);
            self.changes.push_back(StateChange {
                key: symbol_key(id, symbol),
                octets: Some([&pass.to_be_bytes(), data].concat()),
            });
        }
        Ok(taken)
    }

    fn decode(&mut self) {
        loop {
            match self.receiver.poll_decode() {
                Step::Nothing => return,
                Step::Complete(object) => self.whole.push_back(object),
                // Their symbols are gone from memory, so they go from kept state.
                Step::Undecodable(object) | Step::Mismatch(object) => self.forget(object),
                Step::NotYet(_) | Step::Block(_) => {}
            }
        }
    }

    fn forget(&mut self, object: Announcement) {
        self.receiver.forget(object);
        for symbol in self.kept.remove(&object.id).unwrap_or_default() {
            self.changes.push_back(StateChange {
                key: symbol_key(object.id, symbol),
                octets: None,
            });
        }
    }

    /// Gives the next whole file to the spool. An error leaves it where it is, for another time.
    pub(super) fn deliver_one<S: Spool>(
        &mut self,
        spool: &mut S,
    ) -> Result<Option<Delivery>, S::Error> {
        let Some(&object) = self.whole.front() else {
            return Ok(None);
        };
        let file = self.receiver.object(object).and_then(Object::file);
        let Some(file) = file else {
            self.whole.pop_front();
            return Ok(None);
        };
        let octets = file.octets.len() as u64;
        let good = check_name(file.name)
            .ok()
            .filter(|name| !name.contains('/'));
        self.names_refused += u64::from(good.is_none());
        let mut name = good.map_or_else(|| format!("unnamed-{}", object.id), str::to_owned);
        let mut spooled = spool.deliver(&name, file.octets)?;
        if spooled == Spooled::NameTaken {
            // Another file of that name came before: this one gets a name of its own.
            name = format!("{}-{name}", object.id);
            spooled = spool.deliver(&name, file.octets)?;
        }
        self.whole.pop_front();
        self.forget(object);
        self.note(object.id);
        Ok(Some(Delivery {
            name,
            octets,
            known: spooled == Spooled::Known,
        }))
    }

    fn note(&mut self, id: ObjectId) {
        if !self.delivered.insert(id) {
            return;
        }
        let number = self.next_note;
        self.next_note += 1;
        self.notes.push_back((number, id));
        self.changes.push_back(StateChange {
            key: format!("{DELIVERED}{id}"),
            octets: Some([number.to_be_bytes(), id.0].concat()),
        });
        if self.notes.len() > NOTES
            && let Some((_, oldest)) = self.notes.pop_front()
        {
            self.delivered.remove(&oldest);
            self.changes.push_back(StateChange {
                key: format!("{DELIVERED}{oldest}"),
                octets: None,
            });
        }
    }

    pub(super) fn poll_state(&mut self) -> Option<StateChange> {
        self.changes.pop_front()
    }

    /// Whole files that wait for the spool.
    pub(super) fn waiting(&self) -> usize {
        self.whole.len()
    }

    pub(super) const fn receiver(&self) -> &Receiver {
        &self.receiver
    }
}

fn symbol_key(id: ObjectId, (block, esi): (u8, u32)) -> String {
    format!("{SYMBOL}{id}/{block:02x}/{esi:06x}")
}
