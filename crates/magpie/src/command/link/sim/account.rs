//! What came of a simulated session: the JSON document, the lines under the chart, the figures of the page.

use std::fmt::Write as _;

use magpie_link::mac::State;
use magpie_sim::session::setup::{Duplexing, Setup};
use magpie_sim::session::{Outcome, SessionRun, Side as SimSide};
use magpie_wire::v3::Qos;
use serde::Serialize;

use super::story::role;
use crate::chart::fold::Tally;
use crate::chart::frame::Kind;
use crate::chart::page::{self, Figure, Page};
use crate::chart::{Chart, Fate, Side, What};
use crate::report::human;

/// The whole account.
#[derive(Debug, Serialize)]
pub(super) struct Account {
    /// Everything offered arrived, and the session ended as it should.
    pub(super) complete: bool,
    /// What came of it, in a sentence.
    verdict: String,
    /// Seconds until both ends were at rest.
    duration_s: f64,
    /// How the run ended: `ended`, `quiet` (an end still listens), `time_over`, `wedged`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hail: Option<Hail>,
    ends: [EndAccount; 2],
    /// From the caller, and from the responder.
    directions: [Direction; 2],
    /// The rows of the state tables that were taken, in order.
    rows: Vec<RowTaken>,
}

#[derive(Debug, Serialize)]
struct Hail {
    /// Hails sent.
    sent: u64,
    /// When the first one left.
    first_s: Option<f64>,
    /// When the caller had its answer.
    answered_s: Option<f64>,
}

#[derive(Debug, Serialize)]
struct EndAccount {
    role: &'static str,
    scid: u16,
    last_state: String,
    /// Why its session ended, by the name of the reason; every session of it.
    ended: Vec<Ended>,
    /// Frames, SPDUs and parts of packets that it rejected, by reason.
    rejected: std::collections::BTreeMap<&'static str, u64>,
}

#[derive(Debug, Serialize)]
struct Ended {
    at_s: f64,
    why: String,
}

#[derive(Debug, Serialize)]
struct Direction {
    from: &'static str,
    to: &'static str,
    rate_bit_s: Option<u32>,
    packets_offered: u64,
    packets_delivered: u64,
    /// Octets of those, headers included.
    octets_offered: u64,
    octets_delivered: u64,
    /// User octets, as bits a second, from the first frame with user data to the last delivery.
    goodput_bit_s: Option<f64>,
    sequence_frames: u64,
    retransmitted: u64,
    expedited_frames: u64,
    plcws: u64,
    directives: u64,
    lost: u64,
    corrupted: u64,
    not_heard: u64,
    refused: u64,
}

#[derive(Debug, Serialize)]
struct RowTaken {
    at_s: f64,
    end: &'static str,
    row: String,
    from: String,
    to: String,
}

impl Account {
    pub(super) fn of(setup: &Setup, run: &SessionRun, chart: &Chart) -> Self {
        let directions = SimSide::BOTH.map(|from| Direction::of(setup, run, chart, from));
        let ends = SimSide::BOTH.map(|side| EndAccount::of(setup, run, side));
        let hail = (setup.duplexing != Duplexing::Simplex).then(|| Hail::of(chart));
        let all_there = directions
            .iter()
            .all(|d| d.packets_delivered >= d.packets_offered);
        let orderly = setup.duplexing == Duplexing::Simplex
            || ends
                .iter()
                .all(|end| end.ended.last().is_some_and(|last| last.why == "NoMoreData"));
        let mut account = Self {
            complete: all_there && orderly,
            verdict: String::new(),
            duration_s: in_seconds(chart.end().as_micros()),
            outcome: outcome_name(run.outcome),
            hail,
            ends,
            directions,
            rows: rows_taken(setup, chart),
        };
        account.verdict = account.sentence(all_there);
        account
    }

    /// What came of it.
    fn sentence(&self, all_there: bool) -> String {
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
                    format!("{there} of {} packets from {} to {}", human::count(of), d.from, d.to)
                }
            })
            .collect();
        let moved = moved.join(", ");
        match (all_there, self.complete, moved.is_empty()) {
            (_, true, true) => format!("A session without data, over in {span}."),
            (_, true, false) => format!("Everything arrived: {moved}, in {span}."),
            (true, false, true) => format!("{} after {span}.", self.trouble()),
            (true, false, false) => {
                format!("Everything arrived ({moved}), but: {} after {span}.", self.trouble())
            }
            (false, _, _) => format!("Data are missing: {moved} arrived; {} after {span}.", self.trouble()),
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
    pub(super) fn text(&self, width: usize) -> String {
        let mut text = String::new();
        for line in wrapped(&self.verdict, width) {
            let _ = writeln!(text, "{line}");
        }
        if let Some(hail) = &self.hail {
            let answer = hail.answered_s.map_or("no answer".into(), |at| {
                format!("answered at {}", duration(at))
            });
            let first = hail.first_s.map_or("none".into(), |at| format!("first at {}", duration(at)));
            let _ = writeln!(text, "  hails      {}, {first}, {answer}", hail.sent);
        }
        for direction in &self.directions {
            let _ = writeln!(text, "  {:<10} {}", direction.arrow(), direction.flow());
            for line in wrapped(&direction.frames(), width.saturating_sub(13)) {
                let _ = writeln!(text, "             {line}");
            }
        }
        for end in &self.ends {
            for ended in &end.ended {
                let _ = writeln!(
                    text,
                    "  {:<10} session ended at {}: {}",
                    end.role,
                    duration(ended.at_s),
                    ended.why
                );
            }
            if end.ended.is_empty() {
                let _ = writeln!(text, "  {:<10} is in {}", end.role, end.last_state);
            }
        }
        text
    }

    /// The page around the chart.
    pub(super) fn page(&self, title: &str, facts: Vec<(String, String)>) -> Page {
        let heard = self.hail.as_ref().is_none_or(|hail| hail.answered_s.is_some());
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
                    format!("{} of the data rate", human::percent(goodput / f64::from(rate)))
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
        let sum = |count: fn(&Direction) -> u64| self.directions.iter().map(count).sum::<u64>();
        let data = sum(|d| d.sequence_frames + d.expedited_frames);
        let again = format!("{} of them again", human::count(sum(|d| d.retransmitted)));
        figures.push(Figure::new("data frames", human::count(data), again));
        figures.push(Figure::new(
            "did not get through",
            human::count(sum(Direction::failed)),
            "frames of all kinds",
        ));
        figures
    }

    fn table(&self) -> Vec<Vec<String>> {
        let [a, b] = &self.directions;
        let row = |name: &str, cell: fn(&Direction) -> String| {
            vec![name.to_owned(), cell(a), cell(b)]
        };
        let mut table = vec![vec![String::new(), a.arrow(), b.arrow()]];
        table.push(row("data rate", |d| {
            d.rate_bit_s.map_or("–".into(), |r| rate(f64::from(r)))
        }));
        table.push(row("goodput", |d| d.goodput_bit_s.map_or("–".into(), rate)));
        table.push(row("packets delivered", |d| {
            format!("{} of {}", human::count(d.packets_delivered), human::count(d.packets_offered))
        }));
        table.push(row("octets delivered", |d| human::count(d.octets_delivered)));
        let counts: [(&str, fn(&Direction) -> u64); 9] = [
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
            table.push(vec![
                name.to_owned(),
                human::count(count(a)),
                human::count(count(b)),
            ]);
        }
        table
    }
}

impl Hail {
    fn of(chart: &Chart) -> Self {
        let mut hail = Self {
            sent: 0,
            first_s: None,
            answered_s: None,
        };
        for item in chart.items() {
            let now = in_seconds(item.at.as_micros());
            match &item.what {
                What::Frame(arrow) if arrow.kind == Kind::Hail => {
                    hail.sent += 1;
                    hail.first_s = hail.first_s.or(Some(now));
                }
                What::Step { row, .. } if row == "E9" || row == "E37" => {
                    hail.answered_s = hail.answered_s.or(Some(now));
                }
                _ => {}
            }
        }
        hail
    }
}

impl EndAccount {
    fn of(setup: &Setup, run: &SessionRun, side: SimSide) -> Self {
        let own = |end: SimSide| end == side;
        let incarnations = run.ledger.incarnations.iter().filter(|i| own(i.end));
        let mut rejected = std::collections::BTreeMap::new();
        let mut last_state = State::S1Inactive;
        for incarnation in incarnations {
            last_state = incarnation.state;
            for (reason, count) in incarnation.stats.rejections() {
                *rejected.entry(reason.name()).or_insert(0) += count;
            }
        }
        let endings = run.ledger.endings.iter().filter(|ending| own(ending.end));
        Self {
            role: role(setup, side),
            scid: setup.end(side).mib.local_spacecraft_id.get(),
            last_state: last_state.name().to_owned(),
            ended: endings
                .map(|ending| Ended {
                    at_s: in_seconds(ending.at_us),
                    why: format!("{:?}", ending.why),
                })
                .collect(),
            rejected,
        }
    }
}

impl Direction {
    fn of(setup: &Setup, run: &SessionRun, chart: &Chart, from: SimSide) -> Self {
        let side = [Side::Left, Side::Right][from.index()];
        let tally = Tally::of(chart.items(), side);
        let loads = &setup.end(from).loads;
        let got: Vec<_> = run
            .ledger
            .deliveries
            .iter()
            .filter(|delivered| delivered.end == from.other() && delivered.intact)
            .collect();
        let octets_delivered = got.iter().map(|d| d.label.octets as u64).sum();
        let last = got.iter().map(|d| d.at_us).max();
        let rate = setup.end(from).mib.communication_values.transmitter.data_rate();
        Self {
            from: role(setup, from),
            to: role(setup, from.other()),
            rate_bit_s: rate.map(|rate| rate.bits_per_s()),
            packets_offered: loads.iter().map(|load| u64::from(load.count)).sum(),
            packets_delivered: got.len() as u64,
            octets_offered: loads
                .iter()
                .map(|load| u64::from(load.count) * load.octets[0] as u64)
                .sum(),
            octets_delivered,
            goodput_bit_s: goodput(first_data(chart, side), last, octets_delivered),
            sequence_frames: tally.sequence,
            retransmitted: tally.again,
            expedited_frames: tally.expedited,
            plcws: tally.plcws,
            directives: tally.others,
            lost: tally.lost,
            corrupted: tally.corrupted,
            not_heard: tally.unheard,
            refused: tally.refused,
        }
    }

    const fn failed(&self) -> u64 {
        self.lost + self.corrupted + self.not_heard + self.refused
    }

    fn arrow(&self) -> String {
        format!("{} → {}", short(self.from), short(self.to))
    }

    fn flow(&self) -> String {
        if self.packets_offered == 0 {
            return "no data offered".into();
        }
        let goodput = match (self.goodput_bit_s, self.rate_bit_s) {
            (Some(goodput), Some(of)) => format!(
                ", goodput {} of {} ({})",
                rate(goodput),
                rate(f64::from(of)),
                human::percent(goodput / f64::from(of))
            ),
            _ => String::new(),
        };
        format!(
            "{} of {} packets, {}{goodput}",
            human::count(self.packets_delivered),
            human::count(self.packets_offered),
            human::octets(self.octets_delivered),
        )
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

fn first_data(chart: &Chart, side: Side) -> Option<u64> {
    let mut frames = chart.items().iter().filter(|item| item.side == side);
    frames
        .find(|item| matches!(&item.what, What::Frame(arrow) if arrow.kind.is_data() && arrow.fate != Fate::Unheard("cut short")))
        .map(|item| item.at.as_micros())
}

fn goodput(first: Option<u64>, last: Option<u64>, octets: u64) -> Option<f64> {
    let span = last?.checked_sub(first?).filter(|&span| span > 0)?;
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let bits = octets as f64 * 8.0;
    Some(bits / in_seconds(span))
}

fn rows_taken(setup: &Setup, chart: &Chart) -> Vec<RowTaken> {
    let steps = chart.items().iter().filter_map(|item| match &item.what {
        What::Step { row, from, to } => Some(RowTaken {
            at_s: in_seconds(item.at.as_micros()),
            end: role(setup, SimSide::BOTH[item.side.index()]),
            row: row.clone(),
            from: format!("S{}", from.number()),
            to: format!("S{}", to.number()),
        }),
        _ => None,
    });
    steps.collect()
}

const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ended => "ended",
        Outcome::Quiet => "quiet",
        Outcome::TimeOver => "time_over",
        Outcome::Wedged => "wedged",
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a session")]
fn in_seconds(us: u64) -> f64 {
    us as f64 / 1e6
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

fn wrapped(text: &str, width: usize) -> Vec<String> {
    crate::chart::text::wrapped(text, width.clamp(40, 140))
}
