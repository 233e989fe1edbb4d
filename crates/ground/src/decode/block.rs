//! Blocks of soft symbols behind a marker: found, and kept in rhythm.
//!
//! Book: 131.0-B (how a receiver synchronises is its own affair). A candidate is a place where the symbols correlate with the marker, or where the rhythm of
//! the last good block expects one and they do so half as well. The decoder is the judge: behind a good block the search goes on one marker length before its
//! end (a slip may have shortened it), behind a bad one a symbol farther than its marker's first. So a slip costs the blocks it hits, and the
//! result does not depend on how the stream was cut.

use magpie_coding::asm::{Asm, Polarity, SoftMarkerSearch};
use magpie_coding::cadu::Verdict;
use magpie_coding::ldpc::LdpcCode;
use magpie_coding::turbo::{TurboCode, TurboRate};

/// Blocks without a good one for which the rhythm is kept.
const FLYWHEEL_BLOCKS: u8 = 4;
/// Symbols that may lie in front of the next candidate before they are dropped.
const KEPT: usize = 1 << 16;

/// A block code of telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockCode {
    /// AR4JA or C2.
    Ldpc(LdpcCode),
    /// Turbo.
    Turbo(TurboCode),
}

impl BlockCode {
    /// The code of Proximity-1's LDPC option.
    pub const PROX1: Self = Self::Ldpc(LdpcCode::Prox1);

    /// The marker in front of each block.
    pub const fn marker(self) -> Asm {
        match self {
            Self::Ldpc(LdpcCode::C2) => Asm::TM,
            Self::Ldpc(_) => Asm::CSM,
            Self::Turbo(code) => match code.rate() {
                TurboRate::Half => Asm::CSM,
                TurboRate::Third => Asm::TURBO_THIRD,
                TurboRate::Quarter => Asm::TURBO_QUARTER,
                TurboRate::Sixth => Asm::TURBO_SIXTH,
            },
        }
    }

    /// Symbols of a block, the marker's not among them.
    pub const fn symbols(self) -> usize {
        match self {
            Self::Ldpc(code) => code.qc().n,
            Self::Turbo(code) => code.n(),
        }
    }

    /// Octets of a frame.
    pub const fn frame_len(self) -> usize {
        match self {
            Self::Ldpc(code) => code.message_len(),
            Self::Turbo(code) => code.message_len(),
        }
    }
}

/// A candidate.
pub(super) struct Block<'a> {
    /// Position of the marker's first symbol in the stream.
    pub(super) at: u64,
    /// Every symbol is turned over.
    pub(super) inverted: bool,
    /// The rhythm expected it here.
    pub(super) expected: bool,
    /// What stands behind the marker, as it came.
    pub(super) symbols: &'a [i8],
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// The places in front of `from` have been searched.
    Search { from: usize },
    /// A marker begins here.
    Candidate { at: usize, inverted: bool },
}

/// The rhythm of the last good block.
#[derive(Debug, Clone, Copy)]
struct Flywheel {
    /// Where it expects the next marker.
    at: usize,
    idle_blocks: u8,
}

/// What a search gave.
enum Found {
    Marker {
        at: usize,
        inverted: bool,
    },
    /// No marker begins in front of this place.
    Nothing {
        from: usize,
    },
    /// More symbols are needed; the search goes on from here.
    Short {
        from: usize,
    },
}

/// Finds blocks. Places are counted in the buffer.
pub(super) struct BlockHunter {
    search: SoftMarkerSearch,
    marker_len: usize,
    block_len: usize,
    /// Percent that the marker must agree where the rhythm expects it.
    loose: i32,
    state: State,
    flywheel: Option<Flywheel>,
    buffer: Vec<i8>,
    /// Symbols dropped in front of the buffer.
    dropped: u64,
    pub(super) markers: u64,
    pub(super) inverted: u64,
}

impl BlockHunter {
    pub(super) fn new(code: BlockCode) -> Self {
        let marker = code.marker();
        let strict = threshold(marker);
        Self {
            search: SoftMarkerSearch::new(marker, strict, Polarity::Both),
            marker_len: marker.len_bits() as usize,
            block_len: code.symbols(),
            loose: i32::from(strict / 2),
            state: State::Search { from: 0 },
            flywheel: None,
            buffer: Vec::new(),
            dropped: 0,
            markers: 0,
            inverted: 0,
        }
    }

    /// Takes the next symbols; `judge` says whether a candidate was a block.
    pub(super) fn push(&mut self, symbols: &[i8], judge: &mut dyn FnMut(Block<'_>) -> Verdict) {
        self.buffer.extend_from_slice(symbols);
        loop {
            match self.state {
                State::Search { from } => match self.find(from) {
                    Found::Marker { at, inverted } => {
                        self.markers += 1;
                        self.inverted += u64::from(inverted);
                        self.state = State::Candidate { at, inverted };
                    }
                    Found::Nothing { from } => {
                        self.turn_flywheel();
                        self.state = State::Search { from };
                    }
                    Found::Short { from } => {
                        self.state = State::Search { from };
                        break;
                    }
                },
                State::Candidate { at, inverted } => {
                    let block = at + self.marker_len;
                    let Some(symbols) = self.buffer.get(block..block + self.block_len) else {
                        break;
                    };
                    let verdict = judge(Block {
                        at: self.dropped + at as u64,
                        inverted,
                        expected: self.flywheel.is_some_and(|wheel| wheel.at == at),
                        symbols,
                    });
                    self.go_on(at, verdict);
                }
            }
        }
        self.drop_front();
    }

    /// The stream is over: is a block cut off?
    pub(super) fn is_cut_off(&self) -> bool {
        matches!(self.state, State::Candidate { .. })
    }

    /// The next marker from `from` on, up to where the flywheel expects one.
    fn find(&self, from: usize) -> Found {
        let expected = self.flywheel.map(|wheel| wheel.at);
        let end = expected.map_or(usize::MAX, |at| at + self.marker_len);
        let known = self.buffer.get(..end).unwrap_or(&self.buffer);
        if let Some(hit) = self.search.find(known, from) {
            let at = usize::try_from(hit.at).unwrap_or(from);
            let inverted = hit.inverted;
            return Found::Marker { at, inverted };
        }
        let Some(expected) = expected.filter(|_| self.buffer.len() >= end) else {
            let searched = (known.len() + 1).saturating_sub(self.marker_len);
            let from = from.max(searched);
            return Found::Short { from };
        };
        let here = self.buffer.get(expected..).unwrap_or_default();
        let percent = self.search.asm().correlate(here).map_or(0, |c| c.percent());
        if i32::from(percent).abs() >= self.loose {
            Found::Marker {
                at: expected,
                inverted: percent < 0,
            }
        } else {
            Found::Nothing { from: expected + 1 }
        }
    }

    /// Behind a candidate.
    fn go_on(&mut self, at: usize, verdict: Verdict) {
        let from = match verdict {
            Verdict::Good => {
                let end = at + self.marker_len + self.block_len;
                self.flywheel = Some(Flywheel {
                    at: end,
                    idle_blocks: 0,
                });
                end - (self.marker_len - 1)
            }
            Verdict::Bad => {
                if self.flywheel.is_some_and(|wheel| wheel.at == at) {
                    self.turn_flywheel();
                }
                at + 1
            }
        };
        self.state = State::Search { from };
    }

    /// No good block where one was expected: expect the next one, or give up.
    fn turn_flywheel(&mut self) {
        let step = self.marker_len + self.block_len;
        self.flywheel = self.flywheel.and_then(|wheel| {
            let idle_blocks = wheel.idle_blocks + 1;
            let at = wheel.at + step;
            (idle_blocks < FLYWHEEL_BLOCKS).then_some(Flywheel { at, idle_blocks })
        });
    }

    fn drop_front(&mut self) {
        let (State::Search { from: done } | State::Candidate { at: done, .. }) = self.state;
        let done = done.min(self.buffer.len());
        if done < KEPT {
            return;
        }
        self.buffer.drain(..done);
        self.dropped += done as u64;
        match &mut self.state {
            State::Search { from: place } | State::Candidate { at: place, .. } => *place -= done,
        }
        if let Some(wheel) = &mut self.flywheel {
            wheel.at -= done;
        }
    }
}

/// Percent of the magnitude that must agree with a marker anywhere: some four standard deviations of noise, and well below what is left of a marker at
/// the lowest signal at which its codes work.
const fn threshold(marker: Asm) -> u8 {
    match marker.len_bits() {
        ..64 => 75,
        64..96 => 60,
        96..128 => 50,
        128..192 => 44,
        192.. => 36,
    }
}
