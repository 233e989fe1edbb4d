//! The chart for a terminal: two lifelines, the time at each of them, and between them what each end does and says.
//!
//! A frame is one line: the time of departure stands beside the sender, the time of arrival beside the receiver. Rows of the state tables stand
//! at the lifeline of the end that took them. A lifeline is thick while its transmitter is on, thin while it listens, dotted when inactive.

use anstyle::{AnsiColor, Style};
use magpie_link::clock::Instant;

use super::fold::{self, Fold, Row, Tally};
use super::state::{Band, StateMark};
use super::tables::trigger;
use super::{Arrow, Chart, Fate, Item, Side, What};

/// Columns of a time, and of the blank beside it.
const TIME: usize = 10;
/// The narrowest chart that can be read, and the widest that an eye can follow.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=140;
/// Octets of the longest name of a row in the book.
pub(super) const LONGEST_ROW: usize = 4;
/// Dashes in front of a label.
const STUB: usize = 2;

/// The folded chart, lines ending in a newline. `width` is the room in columns.
pub fn draw(chart: &Chart, width: usize, colour: bool) -> String {
    draw_rows(chart, &fold::rows(chart, false), width, colour)
}

/// These rows of the chart.
pub fn draw_rows(chart: &Chart, rows: &[Row<'_>], width: usize, colour: bool) -> String {
    let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let mut painter = Painter {
        middle: width - 2 * (TIME + 1),
        colour,
        bands: Side::BOTH.map(|side| state_band(&chart.ends[side.index()].first)),
        text: String::new(),
    };
    painter.head(chart);
    for row in rows {
        match row {
            Row::One(item) => painter.item(item),
            Row::Many(fold) => painter.fold(chart, fold),
        }
    }
    painter.text
}

/// What the lifelines and arrows mean, in a line or two.
pub fn legend() -> &'static str {
    "┃ transmitter on   │ listening   ┊ inactive   ──▶ frame   ══▶ many frames\n✕ did not get through   ▸ new state   seconds since the start"
}

/// How a piece of a line looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    Plain,
    Faint,
    Strong,
    Bad,
    Talk,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Faint => Style::new().dimmed(),
            Self::Strong => Style::new().bold(),
            Self::Bad => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Self::Talk => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
        }
    }
}

type Piece = (Tone, String);

fn state_band(state: &StateMark) -> (bool, Band) {
    (state.transmits(), state.band())
}

struct Painter {
    middle: usize,
    colour: bool,
    /// Of each end: whether it transmits, and its band.
    bands: [(bool, Band); 2],
    text: String,
}

impl Painter {
    fn head(&mut self, chart: &Chart) {
        let whole = self.middle + TIME + 2 + TIME;
        let half = whole / 2 - 1;
        let [left, right] = chart.ends.each_ref().map(|end| {
            let name = cut(&end.name, half);
            let room = half.saturating_sub(width(&name) + 2);
            (name, format!(", {}", cut(&end.remark, room)))
        });
        let texts = [&left.0, &left.1, &right.0, &right.1];
        let used: usize = texts.into_iter().map(|text| width(text)).sum();
        // The names stand over their lifelines if they are short enough.
        let spare = whole.saturating_sub(used + 2);
        let indent = TIME.min(spare / 2);
        let pieces = vec![
            (Tone::Plain, " ".repeat(indent)),
            (Tone::Strong, left.0),
            (Tone::Faint, left.1),
            (Tone::Plain, " ".repeat(2 + spare - 2 * indent)),
            (Tone::Strong, right.0),
            (Tone::Faint, right.1),
        ];
        self.line(pieces);
    }

    fn item(&mut self, item: &Item) {
        match &item.what {
            What::Step { row, from, to } => {
                self.bands[item.side.index()] = state_band(to);
                self.step(item, row, from, to);
            }
            What::Frame(arrow) => self.frame(item, arrow),
            What::Note(words) => {
                for line in wrapped(words, self.middle.saturating_sub(6)) {
                    self.beside(item.side, None, vec![(Tone::Faint, format!("· {line}"))]);
                }
            }
        }
    }

    fn step(&mut self, item: &Item, row: &str, from: &StateMark, to: &StateMark) {
        let state = (from != to).then(|| cut(&to.to_string(), self.middle * 2 / 3));
        let state = state.unwrap_or_default();
        // Rows that the book does not have are said by their words alone.
        let name = if row.starts_with('E') && row.len() <= LONGEST_ROW {
            row
        } else {
            ""
        };
        let words = Some(trigger(row)).filter(|words| !words.is_empty());
        let words = words.unwrap_or(if name.is_empty() { row } else { "" });
        let room = self.middle.saturating_sub(name.len() + width(&state) + 6);
        let words = cut(words, room);
        let arrow = match (item.side, state.is_empty()) {
            (_, true) => "",
            (Side::Left, _) => "▸ ",
            (Side::Right, _) => " ◂",
        };
        let pad = |text: &str| {
            if text.is_empty() {
                String::new()
            } else if item.side == Side::Left {
                format!("{text} ")
            } else {
                format!(" {text}")
            }
        };
        let mut pieces = vec![
            (Tone::Strong, pad(name)),
            (Tone::Faint, pad(&words)),
            (Tone::Plain, arrow.to_owned()),
            (Tone::Strong, state),
        ];
        if item.side == Side::Right {
            pieces.reverse();
        }
        self.beside(item.side, Some(item.at), pieces);
    }

    fn frame(&mut self, item: &Item, arrow: &Arrow) {
        let fate = &cut(arrow.fate.words(), self.middle / 2);
        let tail = if fate.is_empty() { 1 } else { width(fate) + 3 };
        let room = self.middle.saturating_sub(STUB + 2 + tail + 2);
        let lines = wrapped(&arrow.label, room);
        let Some((last, before)) = lines.split_last() else {
            return;
        };
        for line in before {
            self.detail(item.side, line);
        }
        let arrives = (arrow.fate != Fate::Lost).then_some(arrow.arrives);
        self.arrow(item.side, [Some(item.at), arrives], (last, '─'), fate);
        for line in &arrow.details {
            for line in wrapped(line, self.middle.saturating_sub(6)) {
                self.detail(item.side, &line);
            }
        }
    }

    fn fold(&mut self, chart: &Chart, fold: &Fold) {
        let mut sides = Side::BOTH;
        sides.sort_by_key(|side| fold.tallies[side.index()].first);
        for side in sides {
            let tally = &fold.tallies[side.index()];
            if tally.frames() > 0 {
                self.many(side, tally);
            }
        }
        let items = chart.items().get(fold.items.clone()).unwrap_or_default();
        for item in items {
            if let Some(state) = item.state_after() {
                self.bands[item.side.index()] = state_band(state);
            }
        }
        let words = fold.steps_words();
        if !words.is_empty() {
            let text = format!("⋮ {words} ⋮");
            let gap = self.middle.saturating_sub(width(&text));
            let pieces = vec![
                (Tone::Plain, " ".repeat(gap / 2)),
                (Tone::Faint, text),
                (Tone::Plain, " ".repeat(gap - gap / 2)),
            ];
            self.row([None, None], pieces);
        }
    }

    fn many(&mut self, side: Side, tally: &Tally) {
        let words = tally.words().join(", ");
        let lines = wrapped(&words, self.middle.saturating_sub(STUB + 6));
        let Some((first, more)) = lines.split_first() else {
            return;
        };
        self.arrow(side, [tally.first, tally.last], (first, '═'), "");
        for line in more {
            self.detail(side, line);
        }
    }

    /// An arrow across, from the sender's lifeline. `times`: departure and arrival.
    fn arrow(
        &mut self,
        side: Side,
        times: [Option<Instant>; 2],
        (label, dash): (&str, char),
        fate: &str,
    ) {
        let dashes = |n: usize| dash.to_string().repeat(n);
        let (head, end) = match (side, fate.is_empty()) {
            (Side::Left, true) => ("▶".to_owned(), Tone::Talk),
            (Side::Right, true) => ("◀".to_owned(), Tone::Talk),
            (Side::Left, false) => (format!("✕ {fate} "), Tone::Bad),
            (Side::Right, false) => (format!(" {fate} ✕"), Tone::Bad),
        };
        let used = STUB + 2 + width(label) + width(&head);
        let line = dashes(self.middle.saturating_sub(used).max(1));
        let mut pieces = vec![
            (Tone::Talk, dashes(STUB)),
            (Tone::Plain, format!(" {label} ")),
            (Tone::Talk, line),
            (end, head),
        ];
        let mut times = times;
        if side == Side::Right {
            pieces.reverse();
            times.reverse();
        }
        self.row(times, pieces);
    }

    fn detail(&mut self, side: Side, words: &str) {
        self.beside(side, None, vec![(Tone::Faint, format!("  {words} "))]);
    }

    /// Words at one lifeline.
    fn beside(&mut self, side: Side, at: Option<Instant>, mut pieces: Vec<Piece>) {
        let used: usize = pieces.iter().map(|(_, text)| width(text)).sum();
        let gap = (
            Tone::Plain,
            " ".repeat(self.middle.saturating_sub(used + 1)),
        );
        let blank = (Tone::Plain, " ".to_owned());
        match side {
            Side::Left => {
                pieces.insert(0, blank);
                pieces.push(gap);
                self.row([at, None], pieces);
            }
            Side::Right => {
                pieces.insert(0, gap);
                pieces.push(blank);
                self.row([None, at], pieces);
            }
        }
    }

    fn row(&mut self, times: [Option<Instant>; 2], middle: Vec<Piece>) {
        let [left, right] = times.map(|at| at.map(seconds).unwrap_or_default());
        let mut pieces = vec![
            (Tone::Faint, format!("{left:>9} ")),
            (Tone::Plain, lifeline(self.bands[0])),
        ];
        pieces.extend(middle);
        pieces.push((Tone::Plain, lifeline(self.bands[1])));
        pieces.push((Tone::Faint, format!(" {right:>9}")));
        self.line(pieces);
    }

    fn line(&mut self, pieces: Vec<Piece>) {
        use std::fmt::Write as _;
        let mut line = String::new();
        for (tone, text) in pieces {
            let text = crate::files::printable(&text);
            if self.colour && tone != Tone::Plain && !text.trim().is_empty() {
                let style = tone.style();
                let _ = write!(line, "{style}{text}{style:#}");
            } else {
                line.push_str(&text);
            }
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

fn lifeline((transmits, band): (bool, Band)) -> String {
    match (transmits, band) {
        (true, _) => "┃",
        (false, Band::Off) => "┊",
        (false, _) => "│",
    }
    .to_owned()
}

/// Seconds with three decimals.
pub(super) fn seconds(at: Instant) -> String {
    let ms = at.as_micros().saturating_add(500) / 1_000;
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// Columns of a text. Everything a chart says is one column a character.
fn width(text: &str) -> usize {
    text.chars().count()
}

/// At most so many columns; what is cut off leaves an ellipsis.
fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(room.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Words in lines of at most so many columns; a longer word is cut. At least one line.
pub(crate) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let word = cut(word, room);
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                *line = word;
            } else if width(line) + 1 + width(&word) <= room {
                line.push(' ');
                line.push_str(&word);
            } else {
                lines.push(word);
            }
        }
    }
    lines
}
