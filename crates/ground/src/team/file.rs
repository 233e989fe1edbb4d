//! One file as it comes together from pieces of any round, recording and pass.
//!
//! The first octet that arrives for a place stays there. A later one that differs is counted as a contradiction: something on the way broke without
//! any check noticing, and the file's own checksum has the last word. Memory grows with the octets that arrive, not with what is announced.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use magpie_coding::crc::Crc32;

use super::intervals::Intervals;
use super::pdu::{ChecksumKind, Pdu, TransactionId};

/// Octets of a page; a forged piece of one octet costs no more than this.
const PAGE: usize = 256;

/// What the Metadata PDU announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Name of the file as sent; see [`FileAssembly::safe_name`].
    pub name: Vec<u8>,
    /// Octets.
    pub size: u64,
    /// Type of the checksum.
    pub checksum: ChecksumKind,
}

/// What a PDU brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gain {
    /// Octets of file data in it.
    pub octets: u64,
    /// Did the pass bring something with it that it had not brought before?
    pub is_new: bool,
}

impl Gain {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.octets += other.octets;
        self.is_new |= other.is_new;
    }
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// All octets are there and the checksum is good.
    Complete,
    /// Octets are missing.
    Missing {
        /// How many.
        octets: u64,
    },
    /// No size is known: neither Metadata nor EOF came.
    SizeUnknown,
    /// All octets are there, but no EOF, so nothing to check them against.
    NoEof,
    /// All octets are there, but no Metadata: name and type of the checksum are not known.
    NoMetadata,
    /// Metadata and EOF give different sizes.
    SizesDisagree,
    /// The sender gave the file up.
    Cancelled {
        /// Condition code of the EOF.
        condition: u8,
    },
    /// The checksum does not match.
    ChecksumFailed,
    /// A type of checksum that is not supported.
    ChecksumUnsupported,
}

/// A file that comes together.
#[derive(Debug, Clone)]
pub struct FileAssembly {
    id: TransactionId,
    limit: u64,
    announced: Option<Announced>,
    eof: Option<(u8, u32, u64)>,
    pages: BTreeMap<u64, Box<[u8; PAGE]>>,
    there: Intervals,
    by_pass: BTreeMap<u16, Intervals>,
    /// Passes that brought the Metadata, and the EOF.
    directives_by_pass: [BTreeSet<u16>; 2],
    duplicate: u64,
    contradictory: u64,
    directives_contradict: u64,
}

impl FileAssembly {
    /// An empty file of at most `limit` octets.
    pub fn new(id: TransactionId, limit: u64) -> Self {
        Self {
            id,
            limit,
            announced: None,
            eof: None,
            pages: BTreeMap::new(),
            there: Intervals::default(),
            by_pass: BTreeMap::new(),
            directives_by_pass: [BTreeSet::new(), BTreeSet::new()],
            duplicate: 0,
            contradictory: 0,
            directives_contradict: 0,
        }
    }

    /// The transaction.
    pub fn id(&self) -> TransactionId {
        self.id
    }

    /// What the Metadata announced, if it came.
    pub fn announced(&self) -> Option<&Announced> {
        self.announced.as_ref()
    }

    /// Octets of the whole file, if Metadata or EOF came.
    pub fn size(&self) -> Option<u64> {
        self.announced
            .as_ref()
            .map(|announced| announced.size)
            .or(self.eof.map(|(_, _, size)| size))
    }

    /// Octets that are there.
    pub fn octets_there(&self) -> u64 {
        self.size()
            .map_or_else(|| self.there.total(), |size| self.there.total_below(size))
    }

    /// Which octets are there.
    pub fn coverage(&self) -> &Intervals {
        &self.there
    }

    /// Which octets each pass brought, whether or not another one had them before.
    pub fn coverage_by_pass(&self) -> &BTreeMap<u16, Intervals> {
        &self.by_pass
    }

    /// Octets that came again and were equal.
    pub fn duplicate_octets(&self) -> u64 {
        self.duplicate
    }

    /// Octets that came again and differed; the first ones were kept.
    pub fn contradictory_octets(&self) -> u64 {
        self.contradictory
    }

    /// Metadata and EOF PDUs that said something else than the first ones, which were kept.
    pub fn contradictory_directives(&self) -> u64 {
        self.directives_contradict
    }

    /// Takes a PDU of this transaction; `None` if it lies beyond the limit.
    pub fn handle_pdu(&mut self, pass: u16, pdu: &Pdu<'_>) -> Option<Gain> {
        let [metadata_in, eof_in] = &mut self.directives_by_pass;
        match *pdu {
            Pdu::Metadata {
                name,
                size,
                checksum,
            } => {
                let announced = Announced {
                    name: name.to_vec(),
                    size,
                    checksum,
                };
                let kept = self.announced.get_or_insert_with(|| announced.clone());
                self.directives_contradict += u64::from(*kept != announced);
                Some(Gain {
                    octets: 0,
                    is_new: metadata_in.insert(pass),
                })
            }
            Pdu::Eof {
                condition,
                checksum,
                size,
            } => {
                let eof = (condition, checksum, size);
                self.directives_contradict += u64::from(*self.eof.get_or_insert(eof) != eof);
                Some(Gain {
                    octets: 0,
                    is_new: eof_in.insert(pass),
                })
            }
            Pdu::FileData { offset, octets } => {
                let end = offset
                    .checked_add(octets.len() as u64)
                    .filter(|&end| end <= self.limit)?;
                self.merge(offset, octets);
                self.there.insert(offset..end);
                let brought = self.by_pass.entry(pass).or_default();
                let is_new = !brought.contains(&(offset..end));
                brought.insert(offset..end);
                Some(Gain {
                    octets: end - offset,
                    is_new,
                })
            }
        }
    }

    /// How far the file has come.
    pub fn completion(&self) -> Completion {
        let Some(size) = self.size() else {
            return Completion::SizeUnknown;
        };
        if let Some((condition, ..)) = self.eof.filter(|&(condition, ..)| condition != 0) {
            return Completion::Cancelled { condition };
        }
        let missing = size - self.there.total_below(size);
        if missing > 0 {
            return Completion::Missing { octets: missing };
        }
        let Some((_, checksum, eof_size)) = self.eof else {
            return Completion::NoEof;
        };
        let Some(announced) = &self.announced else {
            return Completion::NoMetadata;
        };
        if eof_size != announced.size {
            return Completion::SizesDisagree;
        }
        //= 727.0-B-5 checksum-type-1
        let computed = match announced.checksum {
            ChecksumKind::Null => return Completion::Complete,
            ChecksumKind::Other(_) => return Completion::ChecksumUnsupported,
            ChecksumKind::Modular => modular(&self.content()),
            ChecksumKind::Proximity1 => {
                let mut crc = Crc32::new();
                crc.update(&self.content());
                crc.finish()
            }
        };
        if computed == checksum {
            Completion::Complete
        } else {
            Completion::ChecksumFailed
        }
    }

    /// The content as far as it came, up to the last octet that is there; what is missing in between is zero.
    pub fn content(&self) -> Vec<u8> {
        let end = self
            .size()
            .map_or(self.there.end(), |size| size.min(self.there.end()));
        let mut content = vec![0; usize::try_from(end).unwrap_or(usize::MAX)];
        for (&page, octets) in &self.pages {
            let from = usize::try_from(page)
                .unwrap_or(usize::MAX)
                .saturating_mul(PAGE);
            if let Some(place) = content.get_mut(from..) {
                let len = place.len().min(PAGE);
                for (slot, octet) in place.iter_mut().zip(&octets[..len]) {
                    *slot = *octet;
                }
            }
        }
        content
    }

    /// A name that is safe in any folder: the last part of the announced one, without characters that lead elsewhere.
    pub fn safe_name(&self) -> String {
        let name = self
            .announced
            .as_ref()
            .map_or(&[][..], |announced| &announced.name);
        let name = String::from_utf8_lossy(name);
        let last = name.rsplit(['/', '\\']).next().unwrap_or("");
        let clean: String = last
            .chars()
            .map(|c| {
                if c.is_control() || ":*?\"<>|".contains(c) {
                    '_'
                } else {
                    c
                }
            })
            .collect();
        let clean = clean.trim_matches(|c: char| {
            c == '.' && last.chars().all(|c| c == '.') || c.is_whitespace()
        });
        if clean.is_empty() {
            format!("transaction-{}-{}", self.id.source, self.id.number)
        } else {
            clean.to_owned()
        }
    }

    /// Puts a piece in place, octet by octet where something is there already.
    fn merge(&mut self, offset: u64, octets: &[u8]) {
        let range = offset..offset + octets.len() as u64;
        let fresh: Vec<Range<u64>> = gaps_within(&self.there, &range);
        let fresh_total: u64 = fresh.iter().map(|gap| gap.end - gap.start).sum();
        if fresh_total < octets.len() as u64 {
            self.compare(offset, octets);
        }
        for gap in fresh {
            for place in gap {
                // The place lies within the piece.
                let octet = octets[usize::try_from(place - offset).unwrap_or(0)];
                let page = self
                    .pages
                    .entry(place / PAGE as u64)
                    .or_insert_with(|| Box::new([0; PAGE]));
                page[usize::try_from(place % PAGE as u64).unwrap_or(0)] = octet;
            }
        }
    }

    /// Counts equal and different octets where the piece meets what is there.
    fn compare(&mut self, offset: u64, octets: &[u8]) {
        let range = offset..offset + octets.len() as u64;
        for present in self.there.iter() {
            let (start, end) = (present.start.max(range.start), present.end.min(range.end));
            for place in start..end {
                let new = octets
                    .get(usize::try_from(place - offset).unwrap_or(usize::MAX))
                    .copied();
                let page = self.pages.get(&(place / PAGE as u64));
                let old = page.and_then(|page| {
                    page.get(usize::try_from(place % PAGE as u64).unwrap_or(PAGE))
                        .copied()
                });
                if old == new {
                    self.duplicate += 1;
                } else {
                    self.contradictory += 1;
                }
            }
        }
    }
}

/// Parts of `range` that are not in the set.
fn gaps_within(set: &Intervals, range: &Range<u64>) -> Vec<Range<u64>> {
    if set.contains(range) {
        return Vec::new();
    }
    set.gaps_below(range.end)
        .map(|gap| gap.start.max(range.start)..gap.end)
        .filter(|gap| !gap.is_empty())
        .collect()
}

/// Sum of four-octet words, first octet highest, the last word filled up with zeros.
//= 727.0-B-5 checksum-type-0
fn modular(content: &[u8]) -> u32 {
    let (words, rest) = content.as_chunks::<4>();
    let mut last = [0; 4];
    for (slot, octet) in last.iter_mut().zip(rest) {
        *slot = *octet;
    }
    words
        .iter()
        .chain(std::iter::once(&last))
        .fold(0u32, |sum, word| {
            sum.wrapping_add(u32::from_be_bytes(*word))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modular_checksum_of_the_book() {
        //= 727.0-B-5 checksum-type-0
        // Annex F of 727.0-B-5: octets 00 to 0E give 181C2015.
        let octets: Vec<u8> = (0..=0x0E).collect();
        assert_eq!(modular(&octets), 0x181C_2015);
    }
}
