//! Two receptions of the same symbols made one: each symbol has its place in the recording.

/// Soft symbols in the order of their places, in pieces of even pace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    pieces: Vec<Piece>,
    soft: Vec<i8>,
}

/// Symbols `from` and on, up to the next piece.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    /// Number of its first symbol in [`Placed::soft`].
    from: usize,
    /// Where that begins, in samples.
    at: f64,
    /// Samples a symbol.
    period: f64,
    /// The receiver's own count at the first symbol.
    count: u64,
}

/// A stretch of merged symbols without a gap in the count.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Where the first symbol begins, in samples.
    pub at: f64,
    /// The symbols; zero = heard by no reception.
    pub soft: Vec<i8>,
    /// Where some of the symbols begin, in samples, by number.
    anchors: Vec<(usize, f64)>,
    /// Samples a symbol, about.
    period: f64,
}

/// From one anchor of a stretch to the next, in symbols.
const ANCHOR_STEP: usize = 1024;

impl Stretch {
    /// Where a symbol begins, in samples.
    pub fn place(&self, symbol: usize) -> f64 {
        let behind = self
            .anchors
            .partition_point(|&(number, _)| number <= symbol);
        let (number, at) = match behind
            .checked_sub(1)
            .and_then(|index| self.anchors.get(index))
        {
            Some(&anchor) => anchor,
            None => (0, self.at),
        };
        at + symbol.saturating_sub(number) as f64 * self.period
    }
}

/// Gaps of up to so many symbols are filled with zeros, so that a decoder keeps its count; a wider one begins a new stretch.
const WIDEST_GAP: f64 = 1_000_000.0;

/// Samples a symbol, at most; no receiver is so slow.
const LONGEST_PERIOD: f64 = 1e12;

impl Placed {
    /// Takes the symbols of one event, `period` samples each as far as it is known.
    pub fn push(&mut self, first: u64, at: f64, soft: &[i8], period: f64) {
        let possible = period > 0.0 && period <= LONGEST_PERIOD;
        if soft.is_empty() || !at.is_finite() || !possible {
            return;
        }
        if let Some(last) = self.pieces.last_mut() {
            let len = self.soft.len() - last.from;
            let paced = (at - last.at) / len as f64;
            // The next piece of the same count tells the pace of the one before.
            let follows = last.count.checked_add(len as u64) == Some(first);
            if follows && (paced / last.period - 1.0).abs() < 0.01 {
                last.period = paced;
            }
        }
        self.pieces.push(Piece {
            from: self.soft.len(),
            at,
            period,
            count: first,
        });
        self.soft.extend_from_slice(soft);
    }

    /// Drops what has another pace than this one, in samples a symbol, by more than a hundredth.
    pub fn keep_pace(&mut self, period: f64) {
        let fits = |piece: &Piece| (piece.period / period - 1.0).abs() < 0.01;
        if self.pieces.iter().all(fits) {
            return;
        }
        let mut kept = Self::default();
        for (index, piece) in self.pieces.iter().enumerate().filter(|(_, p)| fits(p)) {
            let end = self.pieces.get(index + 1);
            let end = end.map_or(self.soft.len(), |next| next.from);
            let from = kept.soft.len();
            kept.soft
                .extend_from_slice(self.soft.get(piece.from..end).unwrap_or_default());
            kept.pieces.push(Piece { from, ..*piece });
        }
        *self = kept;
    }

    /// Number of symbols.
    pub fn len(&self) -> usize {
        self.soft.len()
    }

    /// Nothing in it?
    pub fn is_empty(&self) -> bool {
        self.soft.is_empty()
    }

    /// The same symbols in time that runs forward, if these were received from the end of a recording of `samples` samples.
    #[must_use]
    pub fn turned(mut self, samples: u64) -> Self {
        let all = self.soft.len();
        let mut end = all;
        let mut pieces = Vec::with_capacity(self.pieces.len());
        for piece in self.pieces.iter().rev() {
            let len = end - piece.from;
            pieces.push(Piece {
                from: all - end,
                at: samples as f64 - piece.at - len as f64 * piece.period,
                period: piece.period,
                count: 0,
            });
            end = piece.from;
        }
        self.soft.reverse();
        Self {
            pieces,
            soft: self.soft,
        }
    }

    /// Every symbol with its place (the middle, in samples) and its length.
    fn symbols(&self) -> impl Iterator<Item = Symbol> {
        let ends = self
            .pieces
            .iter()
            .skip(1)
            .map(|piece| piece.from)
            .chain([self.soft.len()]);
        self.pieces.iter().zip(ends).flat_map(|(piece, end)| {
            self.soft[piece.from..end]
                .iter()
                .enumerate()
                .map(|(index, &soft)| Symbol {
                    middle: piece.at + (index as f64 + 0.5) * piece.period,
                    period: piece.period,
                    soft,
                })
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Symbol {
    middle: f64,
    period: f64,
    soft: i8,
}

/// Merges the symbols of two receptions: where both heard, the mean; where one did, that one.
#[cfg(test)]
fn merge(forward: &Placed, backward: &Placed) -> Vec<Stretch> {
    stretches(join(forward.symbols(), backward.symbols(), mean))
}

/// Merges two pairs of receptions: a symbol is the mean of all that heard it.
pub fn merge_pairs(one: [&Placed; 2], other: [&Placed; 2]) -> Vec<Stretch> {
    let [one, other] =
        [one, other].map(|[forward, backward]| join(forward.symbols(), backward.symbols(), mean));
    stretches(join(one, other, mean))
}

/// The symbols of both in the order of their places; where they meet, what `both` makes of them.
fn join(
    one: impl Iterator<Item = Symbol>,
    other: impl Iterator<Item = Symbol>,
    both: impl Fn(i8, i8) -> i8,
) -> impl Iterator<Item = Symbol> {
    let (mut a, mut b) = (one.peekable(), other.peekable());
    core::iter::from_fn(move || match (a.peek().copied(), b.peek().copied()) {
        (None, _) => b.next(),
        (_, None) => a.next(),
        (Some(one), Some(other)) => {
            let near = 0.5 * one.period.min(other.period);
            if (one.middle - other.middle).abs() < near {
                a.next();
                b.next();
                Some(Symbol {
                    middle: f64::midpoint(one.middle, other.middle),
                    period: f64::midpoint(one.period, other.period),
                    soft: both(one.soft, other.soft),
                })
            } else if one.middle < other.middle {
                a.next()
            } else {
                b.next()
            }
        }
    })
}

/// The mean of two soft symbols; an erased one says nothing.
fn mean(one: i8, other: i8) -> i8 {
    match (one, other) {
        (0, soft) | (soft, 0) => soft,
        (one, other) => i16::midpoint(i16::from(one), i16::from(other)) as i8,
    }
}

fn stretches(symbols: impl Iterator<Item = Symbol>) -> Vec<Stretch> {
    let mut joined = Joined::default();
    for symbol in symbols {
        joined.push(symbol);
    }
    joined.stretches
}
/// Puts symbols one behind the other and keeps their count by their places.
#[derive(Default)]
struct Joined {
    stretches: Vec<Stretch>,
    last: Option<f64>,
}

impl Joined {
    fn push(&mut self, symbol: Symbol) {
        let steps = self
            .last
            .map(|last| ((symbol.middle - last) / symbol.period).round());
        match (steps, self.stretches.last_mut()) {
            // Two receptions that disagree about the place by more than half a symbol: the second one adds nothing.
            (Some(steps), Some(_)) if steps < 1.0 => return,
            (Some(steps), Some(stretch)) if steps <= WIDEST_GAP => {
                stretch
                    .soft
                    .resize(stretch.soft.len() + steps as usize - 1, 0);
                stretch.soft.push(symbol.soft);
            }
            _ => self.stretches.push(Stretch {
                at: symbol.middle - 0.5 * symbol.period,
                soft: vec![symbol.soft],
                anchors: Vec::new(),
                period: symbol.period,
            }),
        }
        if let Some(stretch) = self.stretches.last_mut() {
            let number = stretch.soft.len() - 1;
            let last = stretch.anchors.last();
            if last.is_none_or(|&(last, _)| number - last >= ANCHOR_STEP) {
                let at = symbol.middle - 0.5 * symbol.period;
                stretch.anchors.push((number, at));
            }
        }
        self.last = Some(symbol.middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Symbols k = `range` of a stream whose symbol k begins at 10.25 k + 3 and has the value k % 100 + 1.
    fn heard(range: std::ops::Range<u64>, block: usize) -> Placed {
        let all: Vec<(u64, i8)> = range.map(|k| (k, (k % 100 + 1) as i8)).collect();
        let mut placed = Placed::default();
        for piece in all.chunks(block) {
            let soft: Vec<i8> = piece.iter().map(|&(_, soft)| soft).collect();
            let first = piece[0].0;
            placed.push(first, 10.25 * first as f64 + 3.0, &soft, 10.2);
        }
        placed
    }

    #[test]
    fn what_one_end_missed_comes_from_the_other() {
        // Of 1000 symbols the forward reception has 200 to 599 and 700 on, the backward one all up to 650.
        let mut forward = heard(200..600, 7);
        let rest = heard(700..1000, 9);
        for piece in rest.symbols().collect::<Vec<_>>() {
            forward.push(5000, piece.middle - 5.125, &[piece.soft], 10.25);
        }
        let merged = merge(&forward, &heard(0..651, 13));
        assert_eq!(merged.len(), 1);
        assert!((merged[0].at - 3.0).abs() < 0.5);
        for symbol in [0_usize, 650, 999] {
            let place = 10.25 * symbol as f64 + 3.0;
            assert!((merged[0].place(symbol) - place).abs() < 60.0);
        }
        let expected: Vec<i8> = (0..1000)
            .map(|k| {
                if (651..700).contains(&k) {
                    0
                } else {
                    (k % 100 + 1) as i8
                }
            })
            .collect();
        assert_eq!(merged[0].soft, expected);
    }

    #[test]
    fn a_reception_from_the_end_is_turned_round() {
        // Four symbols of 10 samples at 5, 15, 25, 35 in a recording of 50: from the end they begin at 5, 15, 25, 35 too, the last one first.
        let mut from_the_end = Placed::default();
        from_the_end.push(0, 5.0, &[4, 3], 10.0);
        from_the_end.push(2, 25.0, &[2, 1], 10.0);
        let turned = from_the_end.turned(50);
        let places: Vec<(f64, i8)> = turned
            .symbols()
            .map(|symbol| (symbol.middle, symbol.soft))
            .collect();
        assert_eq!(places, [(10.0, 1), (20.0, 2), (30.0, 3), (40.0, 4)]);
    }

    #[test]
    fn a_count_at_its_end_and_a_period_that_is_none_do_no_harm() {
        let mut placed = Placed::default();
        placed.push(u64::MAX, 0.0, &[1], 4.0);
        placed.push(0, 4.0, &[2], 4.0);
        for period in [f64::NAN, 1e308, 0.0, -1.0] {
            placed.push(1, 8.0, &[3], period);
        }
        let merged = merge(&placed, &Placed::default());
        let [only] = merged.as_slice() else {
            panic!("one stretch: {merged:?}");
        };
        assert_eq!((only.at, only.soft.as_slice()), (0.0, [1, 2].as_slice()));
    }

    #[test]
    fn another_pace_is_dropped() {
        let mut placed = Placed::default();
        placed.push(0, 0.0, &[1, 2], 4.0);
        placed.push(2, 8.0, &[3, 4, 5], 8.1);
        placed.push(5, 32.0, &[6], 4.0);
        placed.keep_pace(4.0);
        let kept: Vec<(f64, i8)> = placed.symbols().map(|s| (s.middle, s.soft)).collect();
        assert_eq!(kept, [(2.0, 1), (6.0, 2), (34.0, 6)]);
    }

    #[test]
    fn a_long_silence_begins_a_new_stretch() {
        let mut placed = Placed::default();
        placed.push(0, 0.0, &[1, 2], 4.0);
        placed.push(0, 1e8, &[3], 4.0);
        placed.push(9, f64::NAN, &[3], 4.0);
        let merged = merge(&placed, &Placed::default());
        assert_eq!(merged.len(), 2);
        assert_eq!(
            (merged[1].at, merged[1].soft.as_slice()),
            (1e8, [3].as_slice())
        );
    }
}
