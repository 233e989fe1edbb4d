//! The synchroniser itself: what is kept, what is tried next, and what follows from a verdict.

use super::search::{Score, Signs};
use super::{
    Codeblock, CodeblockConfig, CodeblockError, CodeblockStats, MAX_BLOCK_LEN, MAX_MARKER_LEN,
    SLIP, Verdict,
};
use crate::asm::Polarity;
use crate::randomizer::{Randomizer, Sequence};

/// A place to try; positions count from the last reset.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    at: u64,
    inverted: bool,
    likeness: u8,
    /// What the flywheel expected, if it stands there.
    expected: Option<Expected>,
}

impl Candidate {
    /// How many symbols late it is; at most [`SLIP`] either way.
    fn slip(&self) -> Option<i8> {
        let expected = self.expected?;
        Some((self.at as i64 - expected.at as i64) as i8)
    }
}

/// Where the flywheel expects a block.
#[derive(Clone, Copy, Debug)]
struct Expected {
    at: u64,
    /// Blocks for which it turns on, this one too.
    left: u8,
    inverted: bool,
}

/// Finds codeblocks in a stream of soft symbols. `B` is the memory: an array, a vector, or a slice that is lent.
#[derive(Clone, Debug)]
pub struct CodeblockSync<'m, B> {
    config: CodeblockConfig<'m>,
    memory: B,
    /// Symbols kept, from the front of the memory.
    len: usize,
    /// Position of the first of them.
    start: u64,
    /// Position of the next marker to try.
    cursor: u64,
    /// The signs of the marker's length of symbols in front of this position have been pushed.
    signs: Signs,
    signs_end: Option<u64>,
    candidate: Option<Candidate>,
    expected: Option<Expected>,
    stats: CodeblockStats,
}

impl<'m, B: AsRef<[i8]> + AsMut<[i8]>> CodeblockSync<'m, B> {
    /// A synchroniser at the start of a stream.
    ///
    /// # Errors
    ///
    /// A marker or block of a length that makes no sense, or a memory of less than [`CodeblockConfig::memory_len`].
    pub fn new(config: CodeblockConfig<'m>, memory: B) -> Result<Self, CodeblockError> {
        let (marker_len, block_len) = (config.marker().len(), config.block_len());
        if !(16..=MAX_MARKER_LEN).contains(&marker_len) {
            return Err(CodeblockError::MarkerLen { have: marker_len });
        }
        if !(marker_len..=MAX_BLOCK_LEN).contains(&block_len) {
            return Err(CodeblockError::BlockLen { have: block_len });
        }
        let (need, have) = (config.memory_len(), memory.as_ref().len());
        if have < need {
            return Err(CodeblockError::Memory { need, have });
        }
        Ok(Self {
            config,
            memory,
            len: 0,
            start: 0,
            cursor: 0,
            signs: Signs::new(config.marker()),
            signs_end: None,
            candidate: None,
            expected: None,
            stats: CodeblockStats::default(),
        })
    }

    /// What it looks for.
    pub const fn config(&self) -> &CodeblockConfig<'m> {
        &self.config
    }

    /// Counters since it was made.
    pub const fn stats(&self) -> &CodeblockStats {
        &self.stats
    }

    /// A good block was found and the flywheel still turns.
    pub const fn is_locked(&self) -> bool {
        match (self.expected, self.candidate) {
            (Some(_), _) => true,
            (None, Some(candidate)) => candidate.expected.is_some(),
            (None, None) => false,
        }
    }

    /// Forgets all symbols and the rhythm; positions count from here.
    pub fn reset(&mut self) {
        self.len = 0;
        self.start = 0;
        self.cursor = 0;
        self.signs_end = None;
        self.candidate = None;
        self.expected = None;
    }

    /// Takes soft symbols (−128 counts as −127) and hands every candidate whose last symbol is there to `sink`.
    pub fn push(&mut self, symbols: &[i8], sink: &mut impl FnMut(Codeblock<'_>) -> Verdict) {
        self.stats.symbols += symbols.len() as u64;
        let mut rest = symbols;
        while !rest.is_empty() {
            let room = self.memory.as_mut().get_mut(self.len..).unwrap_or_default();
            let taken = room.len().min(rest.len());
            for (place, symbol) in room.iter_mut().zip(rest) {
                *place = (*symbol).max(-127);
            }
            self.len += taken;
            rest = rest.get(taken..).unwrap_or_default();
            self.run(sink);
            if self.len >= self.memory.as_ref().len() {
                self.make_room();
            }
        }
    }

    fn run(&mut self, sink: &mut impl FnMut(Codeblock<'_>) -> Verdict) {
        loop {
            if let Some(candidate) = self.candidate {
                if self.end() < candidate.at + self.config.unit_len() as u64 {
                    return;
                }
                self.candidate = None;
                self.judge(candidate, sink);
            } else {
                self.candidate = self.find();
                if self.candidate.is_none() {
                    return;
                }
            }
        }
    }

    /// Position behind the last symbol kept.
    const fn end(&self) -> u64 {
        self.start + self.len as u64
    }

    /// Drops what no candidate can begin in any more.
    fn make_room(&mut self) {
        let keep_from = self.candidate.map_or(self.cursor, |candidate| candidate.at);
        // What is looked for always fits behind `keep_from`, so something can be dropped; if not, the search would have to go on anyway.
        let drop = (keep_from.saturating_sub(self.start) as usize).clamp(1, self.len.max(1));
        if let Some(kept) = self.memory.as_mut().get_mut(..self.len)
            && drop <= kept.len()
        {
            kept.copy_within(drop.., 0);
        }
        self.len = self.len.saturating_sub(drop);
        self.start += drop as u64;
        self.cursor = self.cursor.max(self.start);
    }

    fn score(&self, at: u64) -> Score {
        let from = at.saturating_sub(self.start) as usize;
        let kept = self.memory.as_ref().get(from..self.len);
        Score::of(kept.unwrap_or_default(), self.config.marker())
    }

    const fn percent(&self, score: Score) -> u8 {
        score.percent(matches!(self.config.polarity, Polarity::Both))
    }

    /// The next place to try, or `None` if that depends on symbols yet to come.
    fn find(&mut self) -> Option<Candidate> {
        let slip = SLIP as u64;
        let marker_len = self.config.marker().len() as u64;
        let window = self
            .expected
            .map(|expected| expected.at.saturating_sub(slip));
        // Markers before this position can be looked at.
        let seen = (self.end() + 1).saturating_sub(marker_len);
        let limit = window.map_or(seen, |window| seen.min(window));
        if let Some(first) = self.scan(limit) {
            self.cursor = first;
            let last = window.map_or(first + slip, |window| {
                window.saturating_sub(1).min(first + slip)
            });
            return (last < seen).then(|| self.best(first, last));
        }
        self.cursor = self.cursor.max(limit);
        let expected = self.expected.filter(|expected| expected.at + slip < seen)?;
        self.expected = None;
        Some(self.choose(expected))
    }

    /// The first place from the cursor on and before `limit` where the marker passes the threshold. All its symbols are there.
    fn scan(&mut self, limit: u64) -> Option<u64> {
        if self.cursor >= limit {
            return None;
        }
        match self.signs.words() {
            1 => self.scan_words::<1>(limit),
            2 => self.scan_words::<2>(limit),
            3 => self.scan_words::<3>(limit),
            _ => self.scan_words::<4>(limit),
        }
    }

    fn scan_words<const W: usize>(&mut self, limit: u64) -> Option<u64> {
        let before_last = self.config.marker().len() as u64 - 1;
        let mut signs = self.signs;
        let first_end = self.cursor + before_last;
        if self.signs_end != Some(first_end) {
            for &symbol in self.kept(self.cursor, first_end) {
                signs.push_symbol::<W>(symbol);
            }
        }
        let mut found = None;
        for (&symbol, at) in self
            .kept(first_end, limit + before_last)
            .iter()
            .zip(self.cursor..)
        {
            signs.push_symbol::<W>(symbol);
            if signs.is_worth_it::<W>() && self.percent(self.score(at)) >= self.config.threshold {
                found = Some(at);
                break;
            }
        }
        self.signs = signs;
        self.signs_end = found.is_none().then_some(limit + before_last);
        found
    }

    /// The symbols from one position to another, if they are kept.
    fn kept(&self, from: u64, to: u64) -> &[i8] {
        let index = |at: u64| at.saturating_sub(self.start) as usize;
        let kept = self.memory.as_ref().get(..self.len).unwrap_or_default();
        kept.get(index(from)..index(to)).unwrap_or_default()
    }

    /// The place from `first` to `last` where the marker is most alike.
    fn best(&self, first: u64, last: u64) -> Candidate {
        let mut best = self.candidate_at(first);
        for at in first + 1..=last {
            let other = self.candidate_at(at);
            if other.likeness > best.likeness {
                best = other;
            }
        }
        best
    }

    fn candidate_at(&self, at: u64) -> Candidate {
        let score = self.score(at);
        Candidate {
            at,
            inverted: score.is_inverted() && self.config.polarity == Polarity::Both,
            likeness: self.percent(score),
            expected: None,
        }
    }

    /// Where the expected block stands: the nominal place unless another within reach has a marker that passes the threshold and is more alike.
    fn choose(&self, expected: Expected) -> Candidate {
        let slip = SLIP as u64;
        let nominal = self.candidate_at(expected.at);
        let mut best = nominal;
        for at in expected.at.saturating_sub(slip)..=expected.at + slip {
            let other = self.candidate_at(at);
            if other.likeness >= self.config.threshold && other.likeness > best.likeness {
                best = other;
            }
        }
        if best.likeness < self.config.threshold {
            best.inverted = expected.inverted;
        }
        best.expected = Some(expected);
        best
    }

    fn judge(&mut self, candidate: Candidate, sink: &mut impl FnMut(Codeblock<'_>) -> Verdict) {
        let from = candidate.at.saturating_sub(self.start) as usize + self.config.marker().len();
        let unit_end = candidate.at + self.config.unit_len() as u64;
        let memory = self.memory.as_mut();
        let block = memory
            .get_mut(from..from + self.config.block_len())
            .unwrap_or_default();
        let mut tail = [0; SLIP];
        for (kept, symbol) in tail.iter_mut().rev().zip(block.iter().rev()) {
            *kept = *symbol;
        }
        flip(block, candidate.inverted, self.config.randomizer);
        let verdict = sink(Codeblock {
            at_symbol: candidate.at,
            inverted: candidate.inverted,
            likeness: candidate.likeness,
            slip: candidate.slip(),
            symbols: block,
        });
        match verdict {
            Verdict::Good => {
                for (kept, symbol) in tail.iter().rev().zip(block.iter_mut().rev()) {
                    *symbol = *kept;
                }
            }
            Verdict::Bad => flip(block, candidate.inverted, self.config.randomizer),
        }
        self.signs_end = None;
        self.settle(candidate, verdict, unit_end);
    }

    fn settle(&mut self, candidate: Candidate, verdict: Verdict, unit_end: u64) {
        if verdict == Verdict::Good {
            self.stats.good += 1;
            self.stats.inverted += u64::from(candidate.inverted);
            self.stats.slips += u64::from(candidate.slip().is_some_and(|slip| slip != 0));
            self.cursor = unit_end.saturating_sub(SLIP as u64);
            self.expected = (self.config.flywheel_blocks > 0).then_some(Expected {
                at: unit_end,
                left: self.config.flywheel_blocks,
                inverted: candidate.inverted,
            });
            return;
        }
        self.cursor = candidate.at + 1;
        let Some(expected) = candidate.expected else {
            self.stats.false_markers += 1;
            return;
        };
        self.stats.bad += 1;
        self.expected = (expected.left > 1).then_some(Expected {
            at: unit_end,
            left: expected.left - 1,
            inverted: expected.inverted,
        });
    }
}

/// Turns symbols over where the block is inverted or the sequence has a one; doing it twice undoes it. No symbol is −128.
fn flip(symbols: &mut [i8], inverted: bool, sequence: Option<Sequence>) {
    if !inverted && sequence.is_none() {
        return;
    }
    let mut randomizer = sequence.map(Randomizer::new);
    for eight in symbols.chunks_mut(8) {
        let octet = randomizer.as_mut().map_or(0, Randomizer::next_octet);
        let octet = if inverted { !octet } else { octet };
        for (symbol, place) in eight.iter_mut().zip([128, 64, 32, 16, 8, 4, 2, 1]) {
            let mask = -i8::from(octet & place != 0);
            *symbol = (*symbol ^ mask).wrapping_sub(mask);
        }
    }
}
