//! Folding: what is always the same is told once and then counted, so that a session fits a screen or two.
//!
//! Shown is what a reader looks for: every row of a state table when an end first takes it, every kind of frame the first times that it gets through
//! and the first times that it does not, notes likewise, and the end of a session. What is left, mostly data and their PLCWs and later turns of
//! half duplex, is joined to [`Fold`]s; the more there is, the sooner a thing counts as known. Nothing is dropped: the tallies of all rows add up
//! to the tally of the session.

use std::collections::{BTreeMap, HashMap};

use magpie_link::clock::Instant;

use super::frame::Kind;
use super::{Arrow, Chart, Fate, Item, Side, What};

/// A chart with more rows than this is folded more tightly, as far as it goes.
const MANY_ROWS: usize = 80;
/// Fewer neighbours than this are shown after all: a fold of two lines would save nothing.
const WORTH_FOLDING: usize = 4;

/// How often a thing is shown before it counts as known.
#[derive(Clone, Copy)]
struct Patience {
    /// Notes, and frames that got through.
    shown: u32,
    /// Data and PLCWs that did not.
    spoiled: u32,
    /// Repetitions and requests for them are kinds of their own.
    split: bool,
}

/// From the most patient to the least.
const PATIENCE: [Patience; 3] = [
    Patience {
        shown: 2,
        spoiled: 2,
        split: true,
    },
    Patience {
        shown: 1,
        spoiled: 1,
        split: true,
    },
    Patience {
        shown: 1,
        spoiled: 0,
        split: false,
    },
];

/// A line of the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row<'a> {
    /// One item.
    One(&'a Item),
    /// Many.
    Many(Box<Fold>),
}

/// Neighbours that are counted instead of shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// When the first happened.
    pub from: Instant,
    /// When the last happened, arrivals included.
    pub to: Instant,
    /// What each end did.
    pub tallies: [Tally; 2],
    /// Where the items are in [`Chart::items`].
    pub items: std::ops::Range<usize>,
}

/// What one end did, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Rows of state tables taken.
    pub steps: u64,
    /// Things told.
    pub notes: u64,
    /// Sequence-controlled frames, those sent again included.
    pub sequence: u64,
    /// Those of them that were sent again.
    pub again: u64,
    /// Expedited frames.
    pub expedited: u64,
    /// Frames with nothing but PLCWs.
    pub plcws: u64,
    /// All other frames.
    pub others: u64,
    /// Frames that never came.
    pub lost: u64,
    /// Frames that came with wrong bits.
    pub corrupted: u64,
    /// Frames that came to a receiver that was off or not locked.
    pub unheard: u64,
    /// Frames that came whole and were refused.
    pub refused: u64,
    /// The other frames by what they are.
    pub kinds: BTreeMap<&'static str, u64>,
    /// First departure of a frame.
    pub first: Option<Instant>,
    /// Last arrival of a frame.
    pub last: Option<Instant>,
    /// N(S) of the first and the last frame of user data.
    pub n_s: Option<(u8, u8)>,
    /// Whether these frames were not numbered one after the other.
    pub jumps: bool,
    /// V(R) of the first and the last PLCW.
    pub v_r: Option<(u8, u8)>,
}

impl Tally {
    /// Of all items of one end.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>, side: Side) -> Self {
        let mut tally = Self::default();
        let own = items.into_iter().filter(|item| item.side == side);
        own.for_each(|item| tally.add(item));
        tally
    }

    /// Frames of every kind.
    pub const fn frames(&self) -> u64 {
        self.sequence + self.expedited + self.plcws + self.others
    }

    /// Frames that did not get through.
    pub const fn failed(&self) -> u64 {
        self.lost + self.corrupted + self.unheard + self.refused
    }

    fn add(&mut self, item: &Item) {
        match &item.what {
            What::Step { .. } => self.steps += 1,
            What::Note(_) => self.notes += 1,
            What::Frame(arrow) => self.add_frame(item.at, arrow),
        }
    }

    fn add_frame(&mut self, at: Instant, arrow: &Arrow) {
        let widen = |span: Option<(u8, u8)>, n| Some((span.map_or(n, |(first, _)| first), n));
        match arrow.kind {
            Kind::Sequence { n_s, again } => {
                self.sequence += 1;
                self.again += u64::from(again);
                self.add_number(n_s);
            }
            Kind::Expedited { n_s } => {
                self.expedited += 1;
                self.add_number(n_s);
            }
            Kind::Plcw { v_r, .. } => {
                self.plcws += 1;
                self.v_r = widen(self.v_r, v_r);
            }
            other => {
                self.others += 1;
                *self.kinds.entry(other.words()).or_insert(0) += 1;
            }
        }
        match arrow.fate {
            Fate::Arrived => {}
            Fate::Lost => self.lost += 1,
            Fate::Corrupted => self.corrupted += 1,
            Fate::Unheard(_) => self.unheard += 1,
            Fate::Refused(_) => self.refused += 1,
        }
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = self.last.max(Some(arrow.arrives));
    }

    fn add_number(&mut self, n_s: u8) {
        let (first, last) = self.n_s.unwrap_or((n_s, n_s.wrapping_sub(1)));
        self.jumps |= n_s != last.wrapping_add(1);
        self.n_s = Some((first, n_s));
    }

    /// Numbers of user data in words.
    fn numbers(&self) -> String {
        match self.n_s {
            Some((first, last)) if first == last && !self.jumps => format!(" #{first}"),
            Some((first, last)) if !self.jumps => format!(" #{first}–{last}"),
            Some((first, last)) => format!(" from #{first} to #{last}"),
            None => String::new(),
        }
    }

    /// The frames in words, most important first; empty if there were none.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let all_again = self.again > 0 && self.again == self.sequence;
        if self.sequence > 0 {
            let again = if all_again { " again," } else { "" };
            words.push(format!("{} data{again}{}", self.sequence, self.numbers()));
        }
        if self.expedited > 0 {
            words.push(format!("{} expedited{}", self.expedited, self.numbers()));
        }
        if !all_again {
            push(&mut words, self.again, "of them again", "of them again");
        }
        if self.plcws > 0 {
            let v_r = match self.v_r {
                Some((first, last)) if first != last => format!(", V(R) {first}–{last}"),
                Some((first, _)) => format!(", V(R)={first}"),
                None => String::new(),
            };
            let plural = if self.plcws == 1 { "" } else { "s" };
            words.push(format!("{} PLCW{plural}{v_r}", self.plcws));
        }
        for (kind, n) in &self.kinds {
            // Only everyday words have a plural; RNMD and COMM_CHANGE are names.
            let plural = kind.bytes().all(|letter| letter.is_ascii_lowercase());
            let s = if plural && *n > 1 { "s" } else { "" };
            words.push(format!("{n} {kind}{s}"));
        }
        push(&mut words, self.lost, "lost", "lost");
        push(&mut words, self.corrupted, "corrupted", "corrupted");
        push(&mut words, self.unheard, "not heard", "not heard");
        push(&mut words, self.refused, "refused", "refused");
        words
    }
}

fn push(words: &mut Vec<String>, n: u64, one: &str, many: &str) {
    if n > 0 {
        words.push(format!("{n} {}", if n == 1 { one } else { many }));
    }
}

impl Fold {
    fn of(chart: &Chart, range: std::ops::Range<usize>) -> Self {
        let items = chart.items().get(range.clone()).unwrap_or_default();
        let from = items.first().map_or(Instant::ZERO, |item| item.at);
        let to = items.iter().map(|item| item.at).max().unwrap_or(from);
        let tallies = Side::BOTH.map(|side| Tally::of(items, side));
        let to = tallies
            .iter()
            .fold(to, |to, tally| tally.last.map_or(to, |last| to.max(last)));
        Self {
            from,
            to,
            tallies,
            items: range,
        }
    }

    /// What happened beside the frames, in words; empty if nothing did.
    pub fn steps_words(&self) -> String {
        let steps: u64 = self.tallies.iter().map(|tally| tally.steps).sum();
        let notes: u64 = self.tallies.iter().map(|tally| tally.notes).sum();
        let mut words = Vec::new();
        push(&mut words, steps, "transition", "transitions");
        push(&mut words, notes, "notice", "notices");
        words.join(", ")
    }
}

/// The lines of a chart: everything, or folded.
pub fn rows(chart: &Chart, unfolded: bool) -> Vec<Row<'_>> {
    if unfolded {
        return chart.items().iter().map(Row::One).collect();
    }
    let mut rows = Vec::new();
    for patience in PATIENCE {
        rows = folded(chart, patience);
        if rows.len() <= MANY_ROWS {
            break;
        }
    }
    rows
}

fn folded(chart: &Chart, patience: Patience) -> Vec<Row<'_>> {
    let items = chart.items();
    let mut known = Known {
        patience,
        steps: HashMap::new(),
        notes: HashMap::new(),
        frames: HashMap::new(),
    };
    let shown: Vec<bool> = items
        .iter()
        .map(|item| known.is_worth_showing(item))
        .collect();
    let mut rows = Vec::new();
    let mut at = 0;
    while at < items.len() {
        let run = shown[at..].iter().take_while(|&&shown| !shown).count();
        if run >= WORTH_FOLDING {
            rows.push(Row::Many(Box::new(Fold::of(chart, at..at + run))));
        } else {
            rows.extend(items[at..at + run].iter().map(Row::One));
        }
        at += run;
        if let Some(item) = items.get(at) {
            rows.push(Row::One(item));
            at += 1;
        }
    }
    rows
}

/// What the reader has seen already.
struct Known {
    patience: Patience,
    steps: HashMap<(Side, String), u32>,
    notes: HashMap<(Side, String), u32>,
    frames: HashMap<(Side, &'static str, &'static str), u32>,
}

impl Known {
    fn is_worth_showing(&mut self, item: &Item) -> bool {
        let Patience { shown, spoiled, .. } = self.patience;
        match &item.what {
            What::Note(words) => is_new(self.notes.entry((item.side, words.clone())), shown),
            What::Step { row, to, from } => {
                let first_time = is_new(self.steps.entry((item.side, row.clone())), 1);
                let ends = to.number() == 1 && from.number() != 1;
                first_time || ends
            }
            What::Frame(arrow) => {
                let everyday = arrow.kind.is_data() || matches!(arrow.kind, Kind::Plcw { .. });
                let often = if everyday && !arrow.fate.is_good() {
                    spoiled
                } else {
                    shown
                };
                let key = (item.side, self.sort(arrow.kind), outcome(&arrow.fate));
                is_new(self.frames.entry(key), often)
            }
        }
    }

    /// Frames that look alike to the reader.
    const fn sort(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Sequence { again: true, .. } if self.patience.split => "again",
            Kind::Plcw {
                retransmit: true, ..
            } if self.patience.split => "retransmit",
            other => other.words(),
        }
    }
}

fn is_new<K>(entry: std::collections::hash_map::Entry<'_, K, u32>, shown: u32) -> bool {
    let count = entry.or_insert(0);
    *count += 1;
    *count <= shown
}

const fn outcome(fate: &Fate) -> &'static str {
    match fate {
        Fate::Arrived => "arrived",
        Fate::Lost => "lost",
        Fate::Corrupted => "corrupted",
        Fate::Unheard(_) => "unheard",
        Fate::Refused(_) => "refused",
    }
}
