//! Which coding, told nothing: soft symbols through every coding of Proximity-1 at once, until one of them gives a frame.
//!
//! Book: 211.2-B-3 has three: uncoded, convolutional of rate 1/2 (K = 7), LDPC (2048,1024). A good CRC-32 behind a marker is beyond chance, and so is an LDPC
//! codeword behind its marker, so the first of them decides, and the other codings are dropped. Nothing is lost while it is open: every coding has seen every symbol
//! from the first. Idle alone is recognised too, but does not decide. A new count of symbols (another rate, a lock that could not be carried on) opens the question again,
//! and so does a long silence. Left out: Reed–Solomon with the convolutional code, which Proximity-1 has only as an option of old issues.

use core::fmt;

use magpie_coding::viterbi::G2Choice;
use serde::Serialize;

use super::tally::Tally;
use super::track::Track;

/// A coding of Proximity-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// None.
    Uncoded,
    /// Rate 1/2, K = 7.
    Convolutional,
    /// (2048,1024) behind its marker.
    Ldpc,
}

impl Coding {
    /// Every coding.
    pub const ALL: [Self; 3] = [Self::Uncoded, Self::Convolutional, Self::Ldpc];

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uncoded => "uncoded",
            Self::Convolutional => "convolutional",
            Self::Ldpc => "ldpc",
        }
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A transfer frame with a good CRC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Good<'a> {
    /// The coding that it came by.
    pub coding: Coding,
    /// Number of the first symbol of its marker (with LDPC: of the block that the marker begins in, to some symbols).
    pub at_symbol: u64,
    /// The symbols came turned over; `octets` are as sent.
    pub inverted: bool,
    /// The frame, without marker and CRC.
    pub octets: &'a [u8],
    /// Where the marker begins, in seconds since the first sample, once a log has told.
    pub at_s: Option<f64>,
}

/// The longest stretch of symbol numbers left out that is filled with erasures; beyond it the count begins anew.
const LONGEST_GAP: u64 = 1 << 20;
/// After so many symbols without a frame or a codeword the other codings are tried again.
const SILENCE: u64 = 1 << 16;
/// Symbols after which it is looked whether the coding is clear.
const PIECE: usize = 1024;
/// LDPC codewords that decide without a frame.
const CODEWORDS: u64 = 2;
/// Symbols of idle, and bits of the Viterbi decoder in lock, that name a coding where there is no frame.
const IDLE_WORDS: u64 = 8;
const LOCKED_BITS: u64 = 2048;

/// Soft symbols to frames, under a coding that is known or has to be found.
pub struct Frames {
    wanted: Option<Coding>,
    noting: bool,
    g2: G2Choice,
    tracks: Vec<Track>,
    decided: Option<Coding>,
    /// Symbols at the last sign of the coding that was decided on, and how many signs there were.
    last_sign: (u64, u64),
    /// The number of the next symbol, once there was one.
    next: Option<u64>,
    /// What is settled, of locks whose coding is known.
    total: Tally,
    /// Of locks whose coding is not, by coding.
    open: [Tally; 3],
    found: Vec<Coding>,
}

impl Frames {
    /// A receiver told the coding, or nothing; G2 of the convolutional code likewise.
    pub fn new(wanted: Option<Coding>, g2: G2Choice) -> Self {
        Self {
            wanted,
            noting: false,
            g2,
            tracks: Vec::new(),
            decided: wanted,
            last_sign: (0, 0),
            next: None,
            total: Tally::default(),
            open: Default::default(),
            found: Vec::new(),
        }
    }

    /// Keeps refused units one by one, without bound: for symbols that are kept anyway.
    #[must_use]
    pub const fn noting_refused(mut self) -> Self {
        self.noting = true;
        self
    }

    /// Takes soft symbols, the first of which has this number.
    pub fn push(&mut self, first: u64, soft: &[i8], sink: &mut dyn FnMut(Good<'_>)) {
        let mut soft = soft;
        match self.next {
            Some(next) if first == next => {}
            Some(next) if first > next && first - next <= LONGEST_GAP => {
                self.erase(first - next, sink);
            }
            // Numbers seen already are passed over.
            Some(next) if first < next && next - first <= soft.len() as u64 => {
                let seen = usize::try_from(next - first).unwrap_or(usize::MAX);
                soft = soft.get(seen..).unwrap_or_default();
            }
            _ => {
                self.new_count(sink);
                self.tracks = Coding::ALL
                    .into_iter()
                    .filter(|&coding| self.wanted.is_none_or(|wanted| wanted == coding))
                    .map(|coding| Track::new(coding, self.g2, first).noting(self.noting))
                    .collect();
                self.next = Some(first);
            }
        }
        self.take(soft, sink);
    }

    /// Erased symbols where numbers were left out.
    fn erase(&mut self, mut count: u64, sink: &mut dyn FnMut(Good<'_>)) {
        const ERASED: [i8; 4096] = [0; 4096];
        while count > 0 {
            let now = count.min(ERASED.len() as u64);
            self.take(&ERASED[..usize::try_from(now).unwrap_or(0)], sink);
            count -= now;
        }
    }

    /// In pieces that end at round numbers: when the coding is decided does not depend on the caller's blocks.
    fn take(&mut self, soft: &[i8], sink: &mut dyn FnMut(Good<'_>)) {
        let mut rest = soft;
        while let (Some(next), false) = (self.next, rest.is_empty()) {
            let whole = PIECE - usize::try_from(next % PIECE as u64).unwrap_or(0);
            let (piece, later) = rest.split_at(whole.min(rest.len()));
            self.next = Some(next.saturating_add(piece.len() as u64));
            self.take_piece(piece, sink);
            if piece.len() == whole {
                self.decide();
            }
            rest = later;
        }
    }

    fn take_piece(&mut self, soft: &[i8], sink: &mut dyn FnMut(Good<'_>)) {
        let erased = soft.iter().filter(|&&symbol| symbol == 0).count() as u64;
        for track in &mut self.tracks {
            track.tally.erased += erased;
            track.push(soft, sink);
        }
    }

    /// A track with a frame, or with two codewords, has the coding; a coding that is silent for long may have changed.
    fn decide(&mut self) {
        let sign = |tally: &Tally| tally.good + tally.codewords.good / CODEWORDS;
        if self.wanted.is_some() {
            return;
        }
        let Some(decided) = self.decided else {
            let first = self.tracks.iter().find(|track| sign(&track.tally) > 0);
            if let Some(coding) = first.map(|track| track.coding) {
                self.decided = Some(coding);
                self.tracks.retain(|track| track.coding == coding);
                self.last_sign = (0, 0);
            }
            return;
        };
        let Some(track) = self.tracks.iter().find(|track| track.coding == decided) else {
            return;
        };
        let (symbols, seen) = (track.tally.symbols, sign(&track.tally));
        if seen > self.last_sign.1 {
            self.last_sign = (symbols, seen);
        } else if symbols - self.last_sign.0 > SILENCE {
            // The track goes on beside fresh ones: what it holds back is not lost.
            self.settle(Some(decided));
            self.decided = None;
            let others = Coding::ALL.into_iter().filter(|&coding| coding != decided);
            let origin = self.next.unwrap_or(0);
            self.tracks.extend(
                others.map(|coding| Track::new(coding, self.g2, origin).noting(self.noting)),
            );
        }
    }

    /// The count of symbols begins anew: what the decoders hold back is given out, and the question of the coding is open again.
    pub fn new_count(&mut self, sink: &mut dyn FnMut(Good<'_>)) {
        for track in &mut self.tracks {
            track.finish(sink);
        }
        self.decide();
        self.settle(self.decided);
        self.tracks.clear();
        self.decided = self.wanted;
        self.next = None;
    }

    /// Puts the counts of the tracks where they belong, and zeroes them.
    fn settle(&mut self, decided: Option<Coding>) {
        for track in &mut self.tracks {
            let tally = core::mem::take(&mut track.tally);
            if decided == Some(track.coding) {
                self.total.add(&tally);
                if tally.symbols > 0 && !self.found.contains(&track.coding) {
                    self.found.push(track.coding);
                }
            } else if decided.is_none() {
                self.open[track.coding as usize].add(&tally);
            }
        }
        self.last_sign = (0, 0);
    }

    /// The coding that is decided on now.
    pub const fn decided(&self) -> Option<Coding> {
        self.decided
    }

    /// Good and bad frames so far.
    pub fn so_far(&self) -> (u64, u64) {
        let now = self
            .tracks
            .iter()
            .find(|track| self.decided == Some(track.coding));
        let (good, bad) = now.map_or((0, 0), |track| (track.tally.good, track.tally.bad));
        (self.total.good + good, self.total.bad + bad)
    }

    /// No more symbols come: the rest of the frames, and the account.
    pub fn finish(mut self, sink: &mut dyn FnMut(Good<'_>)) -> Verdict {
        self.new_count(sink);
        if self.found.is_empty() {
            let coding = self.wanted.or_else(|| self.by_idle());
            if let Some(coding) = coding {
                self.total.add(&self.open[coding as usize]);
            }
            return Verdict {
                codings: coding.into_iter().collect(),
                tally: self.total,
            };
        }
        // Locks without a sign of any coding count as the one that was found last.
        if let Some(&last) = self.found.last() {
            self.total.add(&self.open[last as usize]);
        }
        Verdict {
            codings: self.found,
            tally: self.total,
        }
    }

    /// The coding that idle speaks for, where there was no frame.
    fn by_idle(&self) -> Option<Coding> {
        let [uncoded, convolutional, ldpc] = &self.open;
        if ldpc.codewords.good > 0 {
            Some(Coding::Ldpc)
        } else if uncoded.idle_words >= IDLE_WORDS {
            Some(Coding::Uncoded)
        } else if convolutional.viterbi.bits_in_lock >= LOCKED_BITS {
            Some(Coding::Convolutional)
        } else {
            None
        }
    }
}

/// What soft symbols came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// The codings found, in order of time; none if nothing tells.
    pub codings: Vec<Coding>,
    /// Counts under them.
    pub tally: Tally,
}

#[cfg(test)]
mod tests;
