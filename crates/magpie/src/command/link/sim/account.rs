//! What came of a simulated session: the JSON document, the lines under the chart, the figures of the page.

use magpie_link::clock::DataRate;
use magpie_link::mac::State;
use magpie_sim::session::setup::{Duplexing, Setup};
use magpie_sim::session::{Outcome, SessionRun, Side as SimSide};
use serde::Serialize;

mod telling;

use super::story::role;
use crate::chart::fold::Tally;
use crate::chart::frame::Kind;
use crate::chart::{Chart, Fate, Side, What};

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
                .all(|end| end.ended.last().is_some_and(Ended::is_orderly));
        let mut last = ends
            .iter()
            .map(|end| end.ended.last().map(|last| last.at_s));
        let over = last.try_fold(0.0f64, |over, at| Some(over.max(at?)));
        let mut account = Self {
            complete: all_there && orderly,
            verdict: String::new(),
            duration_s: over.unwrap_or_else(|| in_seconds(chart.end().as_micros())),
            outcome: outcome_name(run.outcome),
            hail,
            ends,
            directions,
            rows: rows_taken(setup, chart),
        };
        account.verdict = account.sentence(all_there);
        account
    }
}

impl Ended {
    /// Everything was sent, and acknowledged where it had to be. The last word of a session may get lost, and then one end waits for it
    /// in vain; nothing is missing.
    fn is_orderly(&self) -> bool {
        matches!(self.why.as_str(), "NoMoreData" | "NoAnswer")
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
        let rate = setup
            .end(from)
            .mib
            .communication_values
            .transmitter
            .data_rate();
        Self {
            from: role(setup, from),
            to: role(setup, from.other()),
            rate_bit_s: rate.map(DataRate::bits_per_s),
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
