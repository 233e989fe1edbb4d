//! What an inspection gives: a tree of structures with their fields, and the faults of each.

use serde::Serialize;

use super::walk::{self, Part, Spec};

/// One structure that was read, with everything inside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Short name: as after `--as`, or the name of a part (`segment-header`, `directive`, `m-pdu`, …).
    pub structure: &'static str,
    /// The name in words.
    pub title: String,
    /// Where the structure begins in the octets given, from 0.
    pub first_octet: usize,
    /// Octets of the structure, as far as they exist.
    pub octets: usize,
    /// Its fields in their order.
    pub fields: Vec<Field>,
    /// What is inside it.
    pub children: Vec<Self>,
    /// What is wrong with it (not with what is inside it).
    pub faults: Vec<Fault>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The book's name.
    pub name: &'static str,
    /// First and last bit, counted from the start of the structure; bit 0 is the first transmitted.
    pub bits: [usize; 2],
    /// The bits as `0b…` or `0x…`; of a run of octets all of them in hexadecimal digits.
    pub raw: String,
    /// The number that the bits are; none for a run of octets.
    pub value: Option<u64>,
    /// What it says.
    pub meaning: String,
}

/// One rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The name of the rule.
    pub rule: String,
    /// What was found.
    pub detail: String,
}

impl Fault {
    /// A fault with its rule and what was found.
    pub(super) fn new(rule: &str, detail: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            detail: detail.into(),
        }
    }
}

impl Node {
    pub(super) fn new(structure: &'static str, title: impl Into<String>, part: Part<'_>) -> Self {
        Self {
            structure,
            title: title.into(),
            first_octet: part.at,
            octets: part.octets.len(),
            fields: Vec::new(),
            children: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Reads the fields of a table, as far as their bits exist in `octets`, the octets of this structure.
    pub(super) fn walk(&mut self, octets: &[u8], table: &[Spec]) {
        self.fields
            .extend(table.iter().filter_map(|spec| walk::read(octets, spec)));
    }

    /// Adds a run of octets inside this structure; an empty one is left out.
    pub(super) fn run(&mut self, name: &'static str, part: Part<'_>, meaning: impl Into<String>) {
        if part.octets.is_empty() {
            return;
        }
        let first = 8 * part.at.saturating_sub(self.first_octet);
        self.fields.push(Field {
            name,
            bits: [first, first + 8 * part.octets.len() - 1],
            raw: ::hex::encode_upper(part.octets),
            value: None,
            meaning: meaning.into(),
        });
    }

    /// Adds a field of whole octets, at most eight, that stands at the place of `part`; none if there are no octets.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        part: Part<'_>,
        meaning: impl Into<String>,
    ) {
        let width = 8 * part.octets.len();
        if let Some(value) = walk::bits(part.octets, 0, width) {
            let first = 8 * part.at.saturating_sub(self.first_octet);
            self.fields.push(Field {
                name,
                bits: [first, first + width - 1],
                raw: walk::raw(value, width),
                value: Some(value),
                meaning: meaning.into(),
            });
        }
    }

    /// Adds a fault, once.
    pub(super) fn fault(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Adds a fault if the named field was read and holds anything but `wanted`.
    pub(super) fn want(&mut self, name: &str, wanted: u64, rule: &str, detail: &str) {
        let other = self.value(name).is_some_and(|(value, ..)| value != wanted);
        if other {
            self.fault(Fault::new(rule, detail));
        }
    }

    /// Value and meaning of the first field of this name, if it was read and is a number.
    pub fn value(&self, name: &str) -> Option<(u64, &str)> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some((field.value?, &field.meaning))
    }

    /// Replaces the words behind a field, where they depend on what another structure said.
    pub(super) fn reword(&mut self, name: &str, meaning: String) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.meaning = meaning;
        }
    }

    /// Faults of this structure and of everything inside it.
    pub fn fault_count(&self) -> usize {
        let inside: usize = self.children.iter().map(Self::fault_count).sum();
        self.faults.len() + inside
    }

    /// Whether nothing is wrong here or inside.
    pub fn is_sound(&self) -> bool {
        self.fault_count() == 0
    }
}
