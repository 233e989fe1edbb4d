//! What a run is worth: complete, or what is missing.
//!
//! | End | Complete when |
//! |---|---|
//! | caller, responder with a file | all of it was acknowledged (sequence) or sent (expedited); with `--out` also as without a file |
//! | caller, responder without a file | the session came to its proper end, and no expedited packet is missing by its sequence count |
//! | simplex transmit | the whole file and the tail went out |
//! | simplex receive | something was heard, and no frame is missing between the first and the last |

use magpie_link::clock::Instant;
use magpie_link::mac::Duplex;
use magpie_link::stats::Stats;
use magpie_wire::v3::Qos;

use super::chronicle::{Offer, Received};
use super::driver::{Driver, EndedBy};
use super::setup::Role;
use super::source::Source;
use crate::report::human;

impl Driver {
    /// Closes the account: counters, goodput, and what is missing.
    pub(crate) fn conclude(&mut self, ended: EndedBy) {
        let stats = *self.line.endpoint().stats();
        let traffic = self.line.traffic().clone();
        self.chronicle.count(&stats, &traffic);
        self.chronicle.role = self.plan.role.name();
        self.chronicle.duplex = match self.plan.duplex {
            Duplex::Full => "full",
            Duplex::Half => "half",
            Duplex::SimplexTransmit | Duplex::SimplexReceive => "simplex",
        };
        self.chronicle.ended_by = ended.name();
        self.chronicle.established = self.seen.established.map(super::clock::seconds);
        self.chronicle.sent = self.sent();
        self.chronicle.received = Received {
            packets: self.sink.units,
            octets: self.sink.octets,
            idle_packets: self.sink.idle,
            packets_missing: self.sink.packets_missing,
            goodput_bit_per_s: goodput(
                self.sink.octets,
                self.seen.first_frame,
                self.seen.last_delivery,
            ),
            kept_in: None,
        };
        self.chronicle.missing = self.missing(&stats);
        self.chronicle.outcome = if self.chronicle.missing.is_empty() {
            "complete"
        } else {
            "missing"
        };
    }

    fn sent(&self) -> Offer {
        let octets = self.source.as_ref().map_or(0, Source::octets);
        let (service, done) = match self.plan.qos {
            Qos::SequenceControlled => ("sequence", self.seen.all_acknowledged),
            Qos::Expedited => ("expedited", self.seen.all_sent),
        };
        Offer {
            service: self.plan.sends.then_some(service),
            packets: self.source.as_ref().map_or(0, Source::packets),
            octets,
            whole_file: self.source.as_ref().is_none_or(Source::is_finished),
            all_sent: self.seen.all_sent.is_some(),
            all_acknowledged: self.seen.all_acknowledged.is_some(),
            goodput_bit_per_s: goodput(octets, self.seen.established, done),
        }
    }

    /// Whether the session came to an end at which everything that came is all there will be.
    pub(crate) fn heard_all(&self, ended: EndedBy) -> bool {
        match self.plan.role {
            // The other end cannot say that it is done; whatever stops this end, the file is what was heard.
            Role::SimplexReceive => ended != EndedBy::SessionOver,
            _ => self.seen.ended_properly || self.seen.remote_no_more_data,
        }
    }

    fn missing(&self, stats: &Stats) -> Vec<String> {
        let mut missing = Vec::new();
        if self.plan.role.is_duplex() && self.seen.established.is_none() {
            missing.push(match self.plan.role {
                Role::Caller => "nobody answered the hail".to_owned(),
                _ => "no hail was heard".to_owned(),
            });
        }
        let sent = &self.chronicle.sent;
        if self.plan.sends && !(sent.whole_file && sent.all_sent) {
            missing.push("not all of the file was sent".to_owned());
        } else if self.plan.sends
            && self.plan.qos == Qos::SequenceControlled
            && !sent.all_acknowledged
        {
            missing.push("not all of the file was acknowledged".to_owned());
        }
        if self.plan.role.is_duplex()
            && (self.plan.keeps || !self.plan.sends)
            && !(self.seen.ended_properly || self.seen.remote_no_more_data)
        {
            missing.push("the other end did not say that it has no more data".to_owned());
        }
        if self.plan.role == Role::SimplexReceive && stats.frames_accepted == 0 {
            missing.push("nothing was heard".to_owned());
        }
        if self.plan.role == Role::SimplexReceive && stats.frames_missing > 0 {
            let frames = human::count(stats.frames_missing);
            missing.push(format!(
                "at least {frames} frames are missing by their numbers"
            ));
        } else if self.sink.packets_missing > 0 {
            let packets = human::count(self.sink.packets_missing);
            missing.push(format!(
                "at least {packets} expedited packets are missing by their counts"
            ));
        }
        missing
    }
}

/// Bits a second, if octets passed in some time.
#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn goodput(octets: u64, begin: Option<Instant>, end: Option<Instant>) -> Option<f64> {
    let span = end?.duration_since(begin?);
    (octets > 0 && !span.is_zero()).then(|| octets as f64 * 8e6 / span.as_micros() as f64)
}
