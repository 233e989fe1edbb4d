//! Deliveries against submissions, for each direction, physical channel and service.

use std::collections::HashMap;

use magpie_wire::id::Pcid;
use magpie_wire::v3::Qos;

use super::super::ledger::{Delivered, Ending, Excuse, Ledger, Submission};
use super::super::setup::{MemorySetup, NoMoreData, Setup};
use super::super::trace::Side;
use super::super::unit::UnitId;
use magpie_link::event::EndOfSession;

/// One stream of units that share an order.
struct Flow<'a> {
    from: Side,
    qos: Qos,
    pcid: Pcid,
    submitted: Vec<&'a Submission>,
    delivered: Vec<&'a Delivered>,
    ledger: &'a Ledger,
}

/// Checks every flow.
pub fn check(setup: &Setup, ledger: &Ledger, wrong: &mut Vec<String>) {
    invented(ledger, wrong);
    for from in Side::BOTH {
        for pcid in [Pcid::Pcid0, Pcid::Pcid1] {
            for qos in [Qos::SequenceControlled, Qos::Expedited] {
                let flow = Flow::new(ledger, from, pcid, qos);
                match qos {
                    Qos::SequenceControlled => flow.sequence_controlled(wrong),
                    Qos::Expedited => flow.expedited(setup, wrong),
                }
                flow.complete(setup, wrong);
            }
        }
    }
}

/// Every delivery is a unit that was submitted before, whole, and labelled as it was.
fn invented(ledger: &Ledger, wrong: &mut Vec<String>) {
    let known: HashMap<(Side, UnitId), &Submission> = ledger
        .submissions
        .iter()
        .map(|unit| ((unit.end, unit.id), unit))
        .collect();
    for got in &ledger.deliveries {
        let at = got.at_us;
        let unit = got.id.and_then(|id| known.get(&(got.end.other(), id)));
        match unit {
            None => wrong.push(format!(
                "{at} us: {} got a unit that nobody submitted",
                got.end
            )),
            Some(unit) if !got.intact => {
                wrong.push(format!("{at} us: unit {:?} is not as submitted", unit.id));
            }
            Some(unit) if unit.label != got.label => wrong.push(format!(
                "{at} us: unit {:?} went as {:?} and came as {:?}",
                unit.id, unit.label, got.label
            )),
            Some(unit) if unit.at_us > at => {
                wrong.push(format!("{at} us: unit {:?} came before it went", unit.id));
            }
            Some(_) => {}
        }
    }
}

impl<'a> Flow<'a> {
    fn new(ledger: &'a Ledger, from: Side, pcid: Pcid, qos: Qos) -> Self {
        Self {
            from,
            qos,
            pcid,
            submitted: ledger
                .submissions
                .iter()
                .filter(|u| u.end == from && u.label.pcid == pcid && u.label.qos == qos)
                .collect(),
            delivered: ledger
                .deliveries
                .iter()
                .filter(|u| u.end != from && u.label.pcid == pcid && u.label.qos == qos)
                .collect(),
            ledger,
        }
    }

    fn name(&self) -> String {
        format!(
            "from {}, PCID {}, {:?}",
            self.from,
            self.pcid.get(),
            self.qos
        )
    }

    /// Places of the deliveries among the submissions, in the order of delivery; those that nobody submitted are left to `invented`.
    fn places(&self) -> Vec<(usize, &'a Delivered)> {
        let place: HashMap<UnitId, usize> = self
            .submitted
            .iter()
            .enumerate()
            .map(|(place, unit)| (unit.id, place))
            .collect();
        self.delivered
            .iter()
            .filter_map(|got| Some((*place.get(&got.id?)?, *got)))
            .collect()
    }

    /// Exactly once, in order, no gap, except for what an excuse covers.
    fn sequence_controlled(&self, wrong: &mut Vec<String>) {
        let mut next = 0;
        let mut first_seen: Vec<Option<u64>> = vec![None; self.submitted.len()];
        for (place, got) in self.places() {
            let at = got.at_us;
            if place > next {
                let missing =
                    (next..place).find(|&p| first_seen[p].is_none() && !self.may_be_missing(p, at));
                if let Some(p) = missing {
                    wrong.push(format!(
                        "{at} us: gap {}: unit {:?} came, {:?} did not",
                        self.name(),
                        got.id,
                        self.submitted[p].id
                    ));
                }
            }
            if let Some(seen) = first_seen[place] {
                if !self.may_be_doubled(place, at) {
                    wrong.push(format!(
                        "{at} us: {}: unit {:?} a second time, first at {seen} us",
                        self.name(),
                        got.id
                    ));
                }
            } else if place < next && !self.may_be_missing(place, at) {
                wrong.push(format!(
                    "{at} us: {}: unit {:?} out of order",
                    self.name(),
                    got.id
                ));
            }
            first_seen[place].get_or_insert(at);
            next = place + 1;
        }
    }

    /// At most once and in order, unless the channel doubles or reorders.
    fn expedited(&self, setup: &Setup, wrong: &mut Vec<String>) {
        let channel = &setup.channels[self.from.index()];
        let strays = channel.duplication > 0.0 || channel.reorder > 0.0;
        if strays {
            return;
        }
        let mut next = 0;
        for (place, got) in self.places() {
            if place < next {
                wrong.push(format!(
                    "{} us: {}: unit {:?} a second time or out of order",
                    got.at_us,
                    self.name(),
                    got.id
                ));
            }
            next = place + 1;
        }
    }

    /// When the session ended because there was no more data, everything sequence controlled has arrived; and over a sound channel
    /// everything expedited has too.
    fn complete(&self, setup: &Setup, wrong: &mut Vec<String>) {
        let ended = self
            .ledger
            .endings
            .iter()
            .rfind(|ending| ending.end == self.from);
        let record = self
            .ledger
            .incarnations
            .iter()
            .rfind(|i| i.end == self.from);
        let kept = self.qos == Qos::SequenceControlled
            && record.is_some_and(|r| r.all_acknowledged && !r.has_data_to_send);
        let promised = match self.qos {
            Qos::SequenceControlled => ended.is_some_and(Ending::promises_all) || kept,
            Qos::Expedited => {
                sound(setup) && ended.is_some_and(|e| e.why == EndOfSession::NoMoreData)
            }
        };
        if !promised {
            return;
        }
        // What is submitted behind the end of the session waits for another one.
        let by = match (kept, ended) {
            (true, _) | (_, None) => u64::MAX,
            (false, Some(ended)) => ended.at_us,
        };
        let mut seen = vec![false; self.submitted.len()];
        for (place, _) in self.places() {
            seen[place] = true;
        }
        let due = |p: usize| self.submitted[p].at_us <= by;
        let missing =
            (0..seen.len()).find(|&p| due(p) && !seen[p] && !self.may_be_missing(p, u64::MAX));
        if let Some(p) = missing {
            wrong.push(format!(
                "{}: all was said to be sent and acknowledged, but unit {:?} never came",
                self.name(),
                self.submitted[p].id
            ));
        }
    }

    fn excuses(&self) -> impl Iterator<Item = &Excuse> {
        let ours = |excuse: &&Excuse| excuse.from == self.from && excuse.pcid == self.pcid;
        self.ledger.excuses.iter().filter(ours)
    }

    fn may_be_missing(&self, place: usize, by: u64) -> bool {
        let submitted = self.submitted[place].at_us;
        self.excuses()
            .any(|e| (e.since_us..=e.until_us).contains(&submitted) && e.at_us <= by)
    }

    fn may_be_doubled(&self, place: usize, by: u64) -> bool {
        let submitted = self.submitted[place].at_us;
        self.excuses()
            .any(|e| e.at_us <= by && e.until_us >= submitted)
    }
}

/// Nothing goes wrong in this setup, so that not even expedited units may be missing.
fn sound(setup: &Setup) -> bool {
    setup.channels.iter().all(|channel| {
        channel.loss == 0.0
            && channel.corruption == 0.0
            && channel.duplication == 0.0
            && channel.reorder == 0.0
            && channel.cuts.is_empty()
    }) && setup.ends.iter().all(|end| {
        end.actions.is_empty()
            && end.reader_period_us == 0
            && end.memory.delivery >= MemorySetup::AMPLE.delivery
            && end.no_more_data == NoMoreData::WhenSubmitted
    })
}
