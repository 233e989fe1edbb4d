//! The records of the orbiter, kept through [`StateChange`]s: bounded, numbered for ever, given up by rule only.
//!
//! No book. Each record is a piece of kept state of its own, so it is durable when the node's driver has committed it, which is before anything
//! that could acknowledge it is sent. When there is no room, the oldest records that have been sent as often as they should be make room and are
//! counted; if there are none, the new one is refused.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

use super::record::{RecordTag, TAG_LEN};
use crate::earth::downlink::playback::{DumpRecord, DumpSource, SourceFault};
use crate::node::{State, StateChange};

/// First part of the keys of records.
const KEY: &str = "record/";
/// The key of the number that the next record gets, when all records are gone.
const NEXT: &str = "records/next";
/// What a record takes besides its octets.
pub(super) const RECORD_COST: u64 = 64;

/// The one stream that the orbiter dumps.
pub const STREAM: u32 = 1;

/// The memory.
#[derive(Debug)]
pub(super) struct Memory {
    /// Tag and content.
    records: BTreeMap<u64, Vec<u8>>,
    octets: u64,
    limit: u64,
    next: u64,
    /// Records below this have been sent as often as they should be.
    released: u64,
    changed: BTreeSet<u64>,
    next_changed: bool,
    pub(super) overwritten: u64,
    pub(super) overwritten_octets: u64,
    pub(super) unreadable: u64,
}

impl Memory {
    /// The memory as it was kept.
    pub(super) fn restore(limit: u64, state: &State) -> Self {
        let mut memory = Self {
            records: BTreeMap::new(),
            octets: 0,
            limit,
            next: 0,
            released: 0,
            changed: BTreeSet::new(),
            next_changed: false,
            overwritten: 0,
            overwritten_octets: 0,
            unreadable: 0,
        };
        if let Some(octets) = state.get(NEXT) {
            let kept = octets.as_slice().try_into().map(u64::from_be_bytes);
            memory.next = kept.unwrap_or(0);
        }
        for (key, octets) in
            state.range::<str, _>((core::ops::Bound::Included(KEY), core::ops::Bound::Unbounded))
        {
            let Some(number) = key.strip_prefix(KEY) else {
                break;
            };
            let number = u64::from_str_radix(number, 16);
            let tag = octets.get(..TAG_LEN).and_then(RecordTag::parse);
            let (Ok(number), Some(_)) = (number, tag) else {
                memory.unreadable += 1;
                continue;
            };
            memory.next = memory.next.max(number + 1);
            memory.octets += octets.len() as u64 + RECORD_COST;
            memory.records.insert(number, octets.clone());
        }
        memory
    }

    /// The number that the next record gets.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// Records and octets kept.
    pub(super) fn kept(&self) -> (u64, u64) {
        (self.records.len() as u64, self.octets)
    }

    /// Keeps a record; `false` if there is no room.
    pub(super) fn append(&mut self, tag: &RecordTag, content: &[u8]) -> bool {
        let octets = [&tag.to_octets(), content].concat();
        let cost = octets.len() as u64 + RECORD_COST;
        while self.octets + cost > self.limit {
            let oldest = self.records.first_key_value();
            match oldest.map(|(&number, octets)| (number, octets.len() as u64)) {
                Some((number, len)) if number < self.released => {
                    self.overwritten += 1;
                    self.overwritten_octets += len - TAG_LEN as u64;
                    self.remove(number);
                }
                _ => return false,
            }
        }
        self.octets += cost;
        self.records.insert(self.next, octets);
        self.changed.insert(self.next);
        self.next += 1;
        true
    }

    /// Gives a record up.
    fn remove(&mut self, number: u64) {
        if let Some(octets) = self.records.remove(&number) {
            self.octets -= octets.len() as u64 + RECORD_COST;
            self.changed.insert(number);
            self.next_changed = true;
        }
    }

    /// Records below `number` may give way to new ones.
    pub(super) fn release(&mut self, number: u64) {
        self.released = self.released.max(number);
    }

    /// What must be durable.
    pub(super) fn poll_state(&mut self) -> Option<StateChange> {
        if core::mem::take(&mut self.next_changed) {
            return Some(StateChange {
                key: NEXT.into(),
                octets: Some(self.next.to_be_bytes().to_vec()),
            });
        }
        let number = self.changed.pop_first()?;
        Some(StateChange {
            key: format!("{KEY}{number:016x}"),
            octets: self.records.get(&number).cloned(),
        })
    }

    /// Whether something is not durable yet.
    pub(super) fn has_changes(&self) -> bool {
        self.next_changed || !self.changed.is_empty()
    }
}

impl DumpSource for Memory {
    fn end(&self, stream: u32) -> u64 {
        if stream == STREAM { self.next } else { 0 }
    }

    fn next(
        &mut self,
        stream: u32,
        from: u64,
        record: &mut DumpRecord,
    ) -> Result<bool, SourceFault> {
        let found = self.records.range(from..).next();
        let Some((&number, octets)) = found.filter(|_| stream == STREAM) else {
            return Ok(false);
        };
        let (tag, content) = octets
            .split_at_checked(TAG_LEN)
            .ok_or(SourceFault { number })?;
        record.number = number;
        record.header.extend_from_slice(tag);
        record.payload.extend_from_slice(content);
        Ok(true)
    }
}
