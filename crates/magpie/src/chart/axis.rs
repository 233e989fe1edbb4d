//! Where things stand on the ladder: time runs down, gaps are shortened, labels do not overlap.
//!
//! A session has milliseconds that matter and minutes that do not, so the axis is not to scale: the flight time of a usual frame is made visible,
//! longer gaps are cut, and what would lie upon a label is moved down. Order is never changed: of two points of time the later one is never
//! higher, so no arrow points back in time.

use magpie_link::clock::Instant;

use super::fold::Row;
use super::{Chart, Fate, Side, What};

/// Height of a line of text, in pixels of the drawing.
pub const LINE: f64 = 16.0;
/// What the flight of a usual frame is drawn as.
const FLIGHT: f64 = 30.0;
/// The largest step between two neighbours.
const GAP_MAX: f64 = 38.0;
/// The smallest step between two neighbours at different times.
const GAP_MIN: f64 = 2.0;
/// Room above the first and below the last point.
const MARGIN: f64 = 14.0;
/// Columns that labels stand in: outside and inside of the two lifelines.
const TRACKS: usize = 4;

/// Where the row of a chart stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// A label beside a lifeline.
    Beside {
        /// Its middle.
        y: f64,
    },
    /// An arrow.
    Across {
        /// Where it leaves; the label stands above.
        from: f64,
        /// Where it arrives.
        to: f64,
    },
    /// A fold.
    Block {
        /// Its upper edge.
        top: f64,
        /// Its lower edge.
        bottom: f64,
    },
}

/// Where every row stands, in the order of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// One place for each row.
    pub places: Vec<Place>,
    /// Height of the whole.
    pub height: f64,
    /// Time and place of every point, both in order.
    points: Vec<(Instant, f64)>,
}

impl Layout {
    /// Where a time lies: between its neighbours, in proportion.
    pub fn y(&self, at: Instant) -> f64 {
        let after = self.points.partition_point(|(time, _)| *time < at);
        let next = self.points.get(after);
        let before = after.checked_sub(1).and_then(|at| self.points.get(at));
        match (before, next) {
            (Some(&(t0, y0)), Some(&(t1, y1))) => y0 + (y1 - y0) * share(t0, t1, at),
            (None, Some(&(_, y))) | (Some(&(_, y)), None) => y,
            (None, None) => MARGIN,
        }
    }
}

/// How far `at` lies between two times, 0 to 1.
fn share(from: Instant, to: Instant, at: Instant) -> f64 {
    let whole = micros(to) - micros(from);
    if whole <= 0.0 {
        return 0.0;
    }
    ((micros(at) - micros(from)) / whole).clamp(0.0, 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "places on a drawing")]
fn micros(at: Instant) -> f64 {
    at.as_micros() as f64
}

/// What stands at a point.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// A frame arrives: before what it causes at the same time.
    Arrives,
    /// A label outside, of one line.
    Beside(Side),
    /// A frame leaves, below a label of so many lines.
    Leaves(Side, usize),
    /// A fold begins; lines of text in it, time of its last item.
    Opens(usize, Instant),
    /// It ends.
    Closes,
}

impl Mark {
    const fn order(self) -> u8 {
        matches!(self, Self::Arrives) as u8 ^ 1
    }
}

/// Places rows. `lines` gives the lines of text that a row takes inside: labels of frames, content of folds.
pub fn layout(chart: &Chart, rows: &[Row<'_>], lines: impl Fn(&Row<'_>) -> usize) -> Layout {
    let mut marks = marks(chart, rows, lines);
    marks.sort_by_key(|&(at, _, mark)| (at, mark.order()));
    let scale = FLIGHT / usual_flight(rows);
    let mut pen = Pen::new(rows.len(), scale);
    for (at, row, mark) in marks {
        pen.put(at, row, mark);
    }
    pen.finish()
}

type Marked = (Instant, usize, Mark);

fn marks(chart: &Chart, rows: &[Row<'_>], lines: impl Fn(&Row<'_>) -> usize) -> Vec<Marked> {
    let mut marks = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        match row {
            Row::One(item) => match &item.what {
                What::Step { .. } | What::Note(_) => {
                    marks.push((item.at, at, Mark::Beside(item.side)));
                }
                What::Frame(arrow) => {
                    marks.push((item.at, at, Mark::Leaves(item.side, lines(row))));
                    marks.push((arrow.arrives.max(item.at), at, Mark::Arrives));
                }
            },
            Row::Many(fold) => {
                let items = chart.items().get(fold.items.clone()).unwrap_or_default();
                let until = items.last().map_or(fold.from, |item| item.at);
                marks.push((fold.from, at, Mark::Opens(lines(row), until)));
                marks.push((until, at, Mark::Closes));
            }
        }
    }
    marks
}

/// The median flight time of the frames shown, in microseconds.
fn usual_flight(rows: &[Row<'_>]) -> f64 {
    let mut flights: Vec<u64> = rows
        .iter()
        .filter_map(|row| match row {
            Row::One(item) => match &item.what {
                What::Frame(arrow) if arrow.fate != Fate::Lost => {
                    Some(arrow.arrives.duration_since(item.at).as_micros())
                }
                _ => None,
            },
            Row::Many(_) => None,
        })
        .collect();
    flights.sort_unstable();
    let median = flights.get(flights.len() / 2).copied().unwrap_or(100_000);
    micros(Instant::from_micros(median)).max(100.0)
}

struct Pen {
    places: Vec<Place>,
    points: Vec<(Instant, f64)>,
    /// Pixels a microsecond.
    scale: f64,
    last: Option<Instant>,
    y: f64,
    /// Below this a track is free.
    free: [f64; TRACKS],
    /// The open fold: upper edge, height, begin, end.
    block: Option<(f64, f64, Instant, Instant)>,
}

impl Pen {
    fn new(rows: usize, scale: f64) -> Self {
        Self {
            places: vec![Place::Beside { y: 0.0 }; rows],
            points: Vec::new(),
            scale,
            last: None,
            y: MARGIN,
            free: [0.0; TRACKS],
            block: None,
        }
    }

    fn put(&mut self, at: Instant, row: usize, mark: Mark) {
        self.advance(at);
        match mark {
            Mark::Arrives => {
                let y = self.y;
                if let Some(Place::Across { to, from }) = self.places.get_mut(row) {
                    *to = y.max(*from);
                }
            }
            Mark::Beside(side) => {
                let track = outside(side);
                self.below(track, LINE / 2.0);
                self.free[track] = self.y + LINE / 2.0;
                self.place(row, Place::Beside { y: self.y });
            }
            Mark::Leaves(side, lines) => {
                let track = inside(side);
                self.below(track, height(lines) + 4.0);
                self.free[track] = self.y + 4.0;
                let (from, to) = (self.y, self.y);
                self.place(row, Place::Across { from, to });
            }
            Mark::Opens(lines, until) => {
                self.below(inside(Side::Left), 8.0);
                self.below(inside(Side::Right), 8.0);
                let tall = height(lines) + 14.0;
                self.block = Some((self.y, tall, at, until));
                let (top, bottom) = (self.y, self.y + tall);
                self.place(row, Place::Block { top, bottom });
            }
            Mark::Closes => {
                if let Some(&Place::Block { bottom, .. }) = self.places.get(row) {
                    self.y = self.y.max(bottom);
                }
                self.block = None;
                for side in Side::BOTH {
                    self.free[inside(side)] = self.y + 6.0;
                }
            }
        }
        self.points.push((at, self.y));
    }

    fn place(&mut self, row: usize, place: Place) {
        if let Some(slot) = self.places.get_mut(row) {
            *slot = place;
        }
    }

    /// Moves down by the time that has passed.
    fn advance(&mut self, at: Instant) {
        let passed = self.last.map_or(0.0, |last| micros(at) - micros(last));
        self.last = Some(at);
        if let Some((top, tall, from, until)) = self.block {
            self.y = self.y.max(top + tall * share(from, until, at));
        } else if passed > 0.0 {
            self.y += (passed * self.scale).clamp(GAP_MIN, GAP_MAX);
        }
    }

    /// Moves down until there is so much room above on a track.
    fn below(&mut self, track: usize, room: f64) {
        self.y = self.y.max(self.free[track] + room);
    }

    fn finish(self) -> Layout {
        Layout {
            places: self.places,
            height: self.y + MARGIN,
            points: self.points,
        }
    }
}

const fn outside(side: Side) -> usize {
    match side {
        Side::Left => 0,
        Side::Right => 3,
    }
}

const fn inside(side: Side) -> usize {
    match side {
        Side::Left => 1,
        Side::Right => 2,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few lines")]
fn height(lines: usize) -> f64 {
    lines as f64 * LINE
}
