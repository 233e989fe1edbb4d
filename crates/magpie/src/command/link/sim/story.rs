//! From the trace of a simulated session to its chart.
//!
//! The trace tells of a frame twice, where it leaves and where it comes or would have come; the chart has one arrow. What the trace tells
//! besides (physical layer, user data, directives that were taken) shows in the rows and frames that follow from it, and is left out.

use std::collections::{HashMap, HashSet};

use magpie_link::clock::Instant;
use magpie_sim::session::setup::{Duplexing, Setup};
use magpie_sim::session::summary::FrameSummary;
use magpie_sim::session::trace::{Entry, Loss, What};
use magpie_sim::session::{SessionRun, Side as SimSide};

use crate::chart::frame::{self, Kind, Words};
use crate::chart::state::StateMark;
use crate::chart::{Arrow, Chart, End, Fate, Side};

/// The chart of a run. `files` names the MIB of each end.
pub(super) fn chart(setup: &Setup, run: &SessionRun, files: [String; 2]) -> Chart {
    let [a, b] = files;
    let end = |side: SimSide, file| {
        let scid = setup.end(side).mib.local_spacecraft_id.get();
        End::new(role(setup, side), format!("SCID {scid}, {file}"))
    };
    let ends = [end(SimSide::Caller, a), end(SimSide::Responder, b)];
    let mut teller = Teller {
        chart: Chart::new(ends),
        fates: HashMap::new(),
        states: [(); 2].map(|()| StateMark::of("S1")),
        highest: [[None; 2]; 2],
        told: HashSet::new(),
        delays_us: setup.channels.each_ref().map(|channel| channel.delay_us),
    };
    let entries = run.trace.as_ref().map_or(&[][..], |trace| &trace.entries);
    for entry in entries {
        teller.note_fate(entry);
    }
    for entry in entries {
        teller.tell(entry);
    }
    teller.chart
}

/// What an end is called.
pub(super) fn role(setup: &Setup, side: SimSide) -> &'static str {
    match (setup.duplexing, side) {
        (Duplexing::Simplex, SimSide::Caller) => "transmitter",
        (Duplexing::Simplex, SimSide::Responder) => "receiver",
        (_, side) => side.name(),
    }
}

const fn drawn(side: SimSide) -> Side {
    match side {
        SimSide::Caller => Side::Left,
        SimSide::Responder => Side::Right,
    }
}

const fn at(us: u64) -> Instant {
    Instant::from_micros(us)
}

struct Teller {
    chart: Chart,
    /// When a frame came or would have come, and what became of it.
    fates: HashMap<u64, (u64, Fate)>,
    states: [StateMark; 2],
    /// The newest sequence number of each end and physical channel.
    highest: [[Option<u8>; 2]; 2],
    /// What frames have said in detail before, by end.
    told: HashSet<(Side, Vec<String>)>,
    delays_us: [u64; 2],
}

impl Teller {
    fn note_fate(&mut self, entry: &Entry) {
        let (frame, fate) = match &entry.what {
            What::Received { frame, refused, .. } => {
                let why = refused.as_ref();
                let fate = why.map_or(Fate::Arrived, |why| Fate::Refused(why.clone()));
                (*frame, fate)
            }
            What::Lost { frame, why, .. } => (*frame, fate_of(*why)),
            _ => return,
        };
        // Of copies the first one counts.
        self.fates.entry(frame).or_insert((entry.at_us, fate));
    }

    fn tell(&mut self, entry: &Entry) {
        let side = drawn(entry.end);
        let now = at(entry.at_us);
        match &entry.what {
            What::Transition { row, from, to } => self.tell_step(now, side, row, from, to),
            What::Sent {
                frame,
                until_us,
                content,
            } => self.tell_frame(now, side, *frame, *until_us, content),
            What::Event { text } if is_worth_a_note(text) => {
                self.chart.note(now, side, text.as_str());
            }
            What::Directive {
                name,
                refused: Some(why),
            } => self.chart.note(now, side, format!("{name} refused: {why}")),
            What::EndOfSession { why } if why != "NoMoreData" => {
                self.chart.note(now, side, format!("end of session: {why}"));
            }
            What::Cut { begins: true } => self.chart.note(now, side, "no signal reaches this end"),
            What::Cut { begins: false } => {
                self.chart.note(now, side, "signals reach this end again");
            }
            What::Restarted => self.chart.note(now, side, "restarted"),
            _ => {}
        }
    }

    fn tell_step(&mut self, now: Instant, side: Side, row: &str, from: &str, to: &str) {
        self.chart.step(now, side, row, from, to);
        let to = StateMark::of(to);
        if to.number() == 1 {
            self.highest[side.index()] = [None; 2];
        }
        self.states[side.index()] = to;
    }

    fn tell_frame(
        &mut self,
        now: Instant,
        side: Side,
        frame: u64,
        until_us: u64,
        content: &FrameSummary,
    ) {
        let mut words = words(content, &self.states[side.index()], false);
        if let Kind::Sequence { n_s, .. } = words.kind
            && self.was_sent_before(side, channel(content), n_s)
        {
            words = self::words(content, &self.states[side.index()], true);
        }
        // A hail that says the same once more need not be spelt out.
        if !self.told.insert((side, words.details.clone())) {
            words.details.clear();
        }
        let due = until_us.saturating_add(self.delays_us[side.index()]);
        let under_way = (due, Fate::Unheard("under way at the end"));
        let (arrives, fate) = self.fates.remove(&frame).unwrap_or(under_way);
        let arrow = Arrow {
            kind: words.kind,
            label: words.label,
            details: words.details,
            octets: content.octets,
            left: at(until_us),
            arrives: at(arrives).max(now),
            fate,
        };
        self.chart.frame(now, side, arrow);
    }

    /// A sequence number that is not the next one has been sent before: FOP-P never leaves one out.
    fn was_sent_before(&mut self, side: Side, pcid: usize, n_s: u8) -> bool {
        let highest = &mut self.highest[side.index()][pcid & 1];
        let is_new = highest.is_none_or(|highest| n_s == highest.wrapping_add(1));
        if is_new {
            *highest = Some(n_s);
        }
        !is_new
    }
}

/// The physical channel of a frame: of version 3 it has a field, of version 4 it is the first bit of the virtual channel identifier.
fn channel(content: &FrameSummary) -> usize {
    if content.version == 4 {
        return usize::from(content.raw.get(2).is_some_and(|octet| octet & 0b100 != 0));
    }
    usize::from(content.pcid)
}

const fn fate_of(why: Loss) -> Fate {
    match why {
        Loss::Channel => Fate::Lost,
        Loss::Corrupted => Fate::Corrupted,
        Loss::CutShort | Loss::ReceiverOff | Loss::NoLock => Fate::Unheard(why.name()),
    }
}

/// Events that no row and no frame of the chart shows.
fn is_worth_a_note(text: &str) -> bool {
    const STARTS: [&str; 7] = [
        "COP-P",
        "the other end began",
        "the other end sends beyond",
        "COMM_CHANGE failed",
        "delivery memory full",
        "wrong SCID",
        "wrong PCID",
    ];
    STARTS.iter().any(|start| text.starts_with(start))
}

/// What a frame says. The trace keeps the octets of all but user data.
fn words(content: &FrameSummary, sender: &StateMark, again: bool) -> Words {
    if content.version == 3 && !content.supervisory {
        return frame::user_frame(
            content.sequence_controlled,
            content.n_s,
            content.octets,
            again,
        );
    }
    frame::describe(&content.raw, sender, again)
}
