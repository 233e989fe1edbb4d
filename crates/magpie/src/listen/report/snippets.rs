//! A few short stretches of samples, and where in them the receiver saw symbols begin.
//!
//! Symbols are told later than their samples come, in the blind by a second and more. So a stretch is taken now and then and waits, with a few others, until
//! symbols are told that lie behind it; if there are some within it and none of them was erased, it is kept. Few are kept: when there are too many,
//! every second one goes, and from then on they are taken half as often.

use std::collections::VecDeque;

use magpie_radio::receive::{Estimate, Event};
use magpie_radio::{Iq, SampleRate};

/// Samples in a stretch at the most, and seconds.
const LONGEST: usize = 131_072;
const LONGEST_S: f64 = 0.25;
/// Symbols that are kept of a stretch.
const SYMBOLS: f64 = 400.0;
/// Stretches that wait, and stretches that are kept.
const WAITING: usize = 6;
const KEPT: usize = 8;
/// From one stretch to the next at first, in seconds.
const EVERY_S: f64 = 0.3;
/// Places of symbols in a stretch.
const PLACES: usize = 4096;

/// A stretch of samples with symbols in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Snippet {
    /// Number of its first sample.
    pub(super) start: u64,
    pub(super) samples: Vec<Iq>,
    /// Symbols by number, and the sample where each of them begins; not every symbol.
    pub(super) places: Vec<(u64, f64)>,
    /// The last symbol is this one.
    pub(super) last: u64,
    /// Symbols a second, nominal.
    pub(super) symbol_rate: f64,
    /// The carrier, measured near it.
    pub(super) estimate: Option<Estimate>,
    spoiled: bool,
}

impl Snippet {
    fn end(&self) -> f64 {
        self.start as f64 + self.samples.len() as f64
    }

    /// No more than so many samples from the first symbol on.
    fn shorten(&mut self, most: usize) {
        let Some(&(_, at)) = self.places.first() else {
            return;
        };
        let from = (at - self.start as f64 - 1.0).max(0.0) as usize;
        if from < self.samples.len() {
            self.samples.drain(..from);
            self.start += from as u64;
        }
        self.samples.truncate(most);
        self.samples.shrink_to_fit();
        let end = self.end();
        self.places.retain(|&(_, at)| at < end);
    }
}

/// Stretches that wait and that are kept.
pub(super) struct Snippets {
    rate: SampleRate,
    position: u64,
    length: usize,
    every: u64,
    next: u64,
    taking: Option<Snippet>,
    waiting: VecDeque<Snippet>,
    kept: Vec<Snippet>,
    symbol_rate: f64,
    estimate: Option<Estimate>,
}

impl Snippets {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            position: 0,
            length: ((LONGEST_S * rate.hz()) as usize).clamp(64, LONGEST),
            every: ((EVERY_S * rate.hz()) as u64).max(64),
            next: 0,
            taking: None,
            waiting: VecDeque::new(),
            kept: Vec::new(),
            symbol_rate: 0.0,
            estimate: None,
        }
    }

    pub(super) fn push(&mut self, mut samples: &[Iq]) {
        while !samples.is_empty() {
            if self.taking.is_none() && self.position >= self.next {
                self.taking = Some(self.empty());
                self.next = (self.position + 1).next_multiple_of(self.every);
            }
            let now = match &mut self.taking {
                Some(snippet) => {
                    let wanted = self.length - snippet.samples.len();
                    let now = samples.len().min(wanted);
                    snippet.samples.extend_from_slice(&samples[..now]);
                    now
                }
                None => (samples.len() as u64).min(self.next - self.position) as usize,
            };
            self.position += now as u64;
            samples = &samples[now..];
            self.wait();
        }
    }

    fn empty(&self) -> Snippet {
        Snippet {
            start: self.position,
            samples: Vec::with_capacity(self.length),
            places: Vec::new(),
            last: 0,
            symbol_rate: 0.0,
            estimate: None,
            spoiled: false,
        }
    }

    /// A stretch that is whole waits for its symbols.
    fn wait(&mut self) {
        let whole = |taking: &mut Snippet| taking.samples.len() >= self.length;
        if let Some(snippet) = self.taking.take_if(whole) {
            if self.waiting.len() == WAITING {
                self.waiting.pop_front();
            }
            self.waiting.push_back(snippet);
        }
    }

    /// Samples that are not there.
    pub(super) fn skip(&mut self, count: u64) {
        self.position += count;
        self.taking = None;
        self.next = self.position.next_multiple_of(self.every);
    }

    pub(super) fn hear(&mut self, event: &Event<'_>) {
        match *event {
            Event::CarrierAcquired(estimate) | Event::Carrier(estimate) => {
                self.estimate = Some(estimate);
            }
            Event::SymbolLock { symbol_rate, .. } => self.symbol_rate = symbol_rate,
            Event::Symbols { first, at, soft } => self.symbols(first, at, soft),
            _ => {}
        }
    }

    fn symbols(&mut self, first: u64, at: f64, soft: &[i8]) {
        let period = self.rate.hz() / self.symbol_rate.max(1e-3);
        let end = at + soft.len() as f64 * period;
        let erased = soft.iter().filter(|soft| **soft == 0).count() * 4 > soft.len();
        for snippet in self.waiting.iter_mut().chain(&mut self.taking) {
            if end < snippet.start as f64 || soft.is_empty() {
                continue;
            }
            let within = at < snippet.end() || snippet.samples.len() < self.length;
            let follows = snippet.places.is_empty() || first == snippet.last + 1;
            if within && snippet.places.len() < PLACES {
                snippet.spoiled |= erased || !follows;
                snippet.places.push((first, at));
                snippet.last = first + soft.len() as u64 - 1;
                snippet.symbol_rate = self.symbol_rate;
                snippet.estimate = self.estimate;
            }
        }
        let waits = |front: &Snippet| end < front.end();
        while !self.waiting.front().is_none_or(waits) {
            let Some(snippet) = self.waiting.pop_front() else {
                return;
            };
            self.keep(snippet);
        }
    }

    /// No more symbols come: what has some is kept.
    pub(super) fn finish(&mut self) {
        let waiting: Vec<Snippet> = self.waiting.drain(..).chain(self.taking.take()).collect();
        for snippet in waiting {
            self.keep(snippet);
        }
    }

    fn keep(&mut self, mut snippet: Snippet) {
        if snippet.spoiled || snippet.places.is_empty() {
            return;
        }
        let symbols = SYMBOLS * self.rate.hz() / snippet.symbol_rate.max(1e-3);
        snippet.shorten(symbols as usize);
        if self.kept.len() == KEPT {
            self.every *= 2;
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        self.kept.push(snippet);
    }

    /// What was kept.
    pub(super) fn kept(&self) -> &[Snippet] {
        &self.kept
    }

    /// Samples that are held now.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let all = self.kept.iter().chain(&self.waiting).chain(&self.taking);
        all.map(|snippet| snippet.samples.len()).sum()
    }
}
