//! The account for people: a sentence, the lines under the chart, the figures of the page.

use std::fmt::Write as _;

use super::{Account, Direction, Hail};
use crate::chart::page::{self, Figure, Page};
use crate::chart::text::wrapped;
use crate::report::human;

/// A figure of a direction.
type Count = fn(&Direction) -> u64;

impl Account {
    /// What came of it.
    pub(super) fn sentence(&self, all_there: bool) -> String {
        let span = duration(self.duration_s);
        if let Some(Hail {
            sent,
            answered_s: None,
            ..
        }) = self.hail
        {
            let hails = human::counted(usize_of(sent), "hail", "hails");
            return format!("Nobody answered: {hails} in {span}.");
        }
        let [a, b] = &self.directions;
        let moved: Vec<String> = [a, b]
            .iter()
            .filter(|d| d.packets_offered > 0)
            .map(|d| {
                let (there, of) = (human::count(d.packets_delivered), d.packets_offered);
                if d.packets_delivered >= of {
                    let packets = human::counted(usize_of(of), "packet", "packets");
                    format!("{packets} from {} to {}", d.from, d.to)
                } else {
                    format!(
                        "{there} of {} packets from {} to {}",
                        human::count(of),
                        d.from,
                        d.to
                    )
                }
            })
            .collect();
        let moved = moved.join(", ");
        match (all_there, self.complete, moved.is_empty()) {
            (_, true, true) => format!("A session without data, over in {span}."),
            (_, true, false) => format!("Everything arrived: {moved}, in {span}."),
            (true, false, true) => format!("{} after {span}.", self.trouble()),
            (true, false, false) => {
                format!(
                    "Everything arrived ({moved}), but: {} after {span}.",
                    self.trouble()
                )
            }
            (false, _, _) => format!(
                "Data are missing: {moved} arrived; {} after {span}.",
                self.trouble()
            ),
        }
    }

    /// Why the session did not end as it should.
    fn trouble(&self) -> String {
        if self.outcome == "time_over" {
            return "the time was over".into();
        }
        let reasons = self.ends.iter().map(|end| match end.ended.last() {
            Some(last) => format!("{} ended with {}", end.role, last.why),
            None => format!("{} is in {}", end.role, end.last_state),
        });
        reasons.collect::<Vec<_>>().join(", ")
    }

    /// The lines under the chart.
    pub(in super::super) fn text(&self, width: usize) -> String {
        let mut text = String::new();
        for line in wrapped(&self.verdict, width) {
            let _ = writeln!(text, "{line}");
        }
        if let Some(hail) = &self.hail {
            let answer = hail.answered_s.map_or("no answer".into(), |at| {
                format!("answered at {}", duration(at))
            });
            let first = hail
                .first_s
                .map_or("none".into(), |at| format!("first at {}", duration(at)));
            let _ = writeln!(text, "  hails       {}, {first}, {answer}", hail.sent);
        }
        for direction in &self.directions {
            let mut title = direction.arrow();
            let told = [direction.flow(), direction.speed(), direction.frames()];
            for words in told.iter().filter(|words| !words.is_empty()) {
                for line in wrapped(words, width.saturating_sub(14)) {
                    let _ = writeln!(text, "  {title:<11} {line}");
                    title.clear();
                }
            }
        }
        for end in &self.ends {
            for ended in &end.ended {
                let _ = writeln!(
                    text,
                    "  {:<11} session ended at {}: {}",
                    end.role,
                    duration(ended.at_s),
                    ended.why
                );
            }
            if end.ended.is_empty() {
                let _ = writeln!(text, "  {:<11} is in {}", end.role, end.last_state);
            }
        }
        text
    }

    /// The page around the chart.
    pub(in super::super) fn page(&self, title: &str, facts: Vec<(String, String)>) -> Page {
        let heard = self
            .hail
            .as_ref()
            .is_none_or(|hail| hail.answered_s.is_some());
        Page {
            title: title.to_owned(),
            headline: self.verdict.clone(),
            outcome: match (self.complete, heard) {
                (true, _) => page::Outcome::Complete,
                (false, true) => page::Outcome::Missing,
                (false, false) => page::Outcome::Failed,
            },
            figures: self.figures(),
            table: self.table(),
            facts,
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        for direction in self.directions.iter().filter(|d| d.packets_offered > 0) {
            let label = format!("goodput, {}", direction.arrow());
            let value = direction.goodput_bit_s.map_or("–".into(), rate);
            let of = match (direction.goodput_bit_s, direction.rate_bit_s) {
                (Some(goodput), Some(rate)) => {
                    format!(
                        "{} of the data rate",
                        human::percent(goodput / f64::from(rate))
                    )
                }
                _ => "nothing arrived".into(),
            };
            figures.push(Figure::new(label, value, of));
        }
        figures.push(Figure::new(
            "session",
            duration(self.duration_s),
            "from the first directive to rest",
        ));
        if let Some(hail) = &self.hail {
            let value = hail.answered_s.map_or("no answer".into(), duration);
            let hails = human::counted(usize_of(hail.sent), "hail", "hails");
            figures.push(Figure::new("hail answered", value, hails));
        }
        let sum = |count: Count| self.directions.iter().map(count).sum::<u64>();
        let data = sum(|d| d.sequence_frames + d.expedited_frames);
        let again = match sum(|d| d.retransmitted) {
            0 => "none of them again".into(),
            n => format!("{} of them again", human::count(n)),
        };
        figures.push(Figure::new("data frames", human::count(data), again));
        let unheard = match sum(|d| d.not_heard + d.refused) {
            0 => "frames of all kinds".into(),
            n => format!("frames; {} more not heard or refused", human::count(n)),
        };
        let spoiled = human::count(sum(|d| d.lost + d.corrupted));
        figures.push(Figure::new("lost or corrupted", spoiled, unheard));
        figures
    }

    fn table(&self) -> Vec<Vec<String>> {
        let [a, b] = &self.directions;
        let row =
            |name: &str, cell: fn(&Direction) -> String| vec![name.to_owned(), cell(a), cell(b)];
        let mut table = vec![vec![String::new(), a.arrow(), b.arrow()]];
        table.push(row("data rate", |d| {
            d.rate_bit_s.map_or("–".into(), |r| rate(f64::from(r)))
        }));
        table.push(row("goodput", |d| d.goodput_bit_s.map_or("–".into(), rate)));
        table.push(row("packets delivered", |d| {
            format!(
                "{} of {}",
                human::count(d.packets_delivered),
                human::count(d.packets_offered)
            )
        }));
        table.push(row("octets delivered", |d| {
            human::count(d.octets_delivered)
        }));
        let counts: [(&str, Count); 9] = [
            ("sequence-controlled frames", |d| d.sequence_frames),
            ("of them sent again", |d| d.retransmitted),
            ("expedited frames", |d| d.expedited_frames),
            ("PLCWs", |d| d.plcws),
            ("directives", |d| d.directives),
            ("lost", |d| d.lost),
            ("corrupted", |d| d.corrupted),
            ("not heard", |d| d.not_heard),
            ("refused", |d| d.refused),
        ];
        for (name, count) in counts {
            if count(a) + count(b) == 0 {
                continue;
            }
            table.push(vec![
                name.to_owned(),
                human::count(count(a)),
                human::count(count(b)),
            ]);
        }
        table
    }
}

impl Direction {
    fn arrow(&self) -> String {
        format!("{} → {}", short(self.from), short(self.to))
    }

    fn flow(&self) -> String {
        if self.packets_offered == 0 {
            return "no data offered".into();
        }
        format!(
            "{} of {} packets, {}",
            human::count(self.packets_delivered),
            human::count(self.packets_offered),
            human::octets(self.octets_delivered),
        )
    }

    fn speed(&self) -> String {
        match (self.goodput_bit_s, self.rate_bit_s) {
            (Some(goodput), Some(of)) => format!(
                "goodput {}, {} of the data rate of {}",
                rate(goodput),
                human::percent(goodput / f64::from(of)),
                rate(f64::from(of)),
            ),
            _ => String::new(),
        }
    }

    fn frames(&self) -> String {
        let counts = [
            (self.sequence_frames, "data"),
            (self.retransmitted, "of them again"),
            (self.expedited_frames, "expedited"),
            (self.plcws, "PLCW"),
            (self.directives, "directives"),
            (self.lost, "lost"),
            (self.corrupted, "corrupted"),
            (self.not_heard, "not heard"),
            (self.refused, "refused"),
        ];
        let counts = counts.into_iter().filter(|(n, _)| *n > 0);
        let words: Vec<String> = counts
            .map(|(n, what)| format!("{} {what}", human::count(n)))
            .collect();
        if words.is_empty() {
            "no frames".into()
        } else {
            format!("frames: {}", words.join(", "))
        }
    }
}

/// A letter as on the command line: A is the caller or transmitter.
fn short(role: &str) -> &'static str {
    match role {
        "caller" | "transmitter" => "A",
        _ => "B",
    }
}

/// Seconds with what matters: milliseconds below ten.
fn duration(s: f64) -> String {
    if s < 9.9995 {
        format!("{s:.3} s")
    } else {
        human::seconds(s)
    }
}

fn rate(bit_s: f64) -> String {
    if bit_s < 999_500.0 {
        format!("{:.1} kbit/s", bit_s / 1e3)
    } else {
        format!("{:.2} Mbit/s", bit_s / 1e6)
    }
}

fn usize_of(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
