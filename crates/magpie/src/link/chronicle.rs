//! What happened in a run: events with their times, counters, outcome. Its serialised form is what `--json` prints.

use std::collections::BTreeMap;

use magpie_link::clock::Instant;
use magpie_link::event::Event;
use magpie_link::stats::Stats;
use serde::Serialize;

use super::clock::seconds;
use super::line::Traffic;

/// Events kept in full; a session of hours with a bad channel has more than anybody reads.
const MOST_EVENTS: usize = 10_000;

/// The account of one run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Chronicle {
    /// `caller`, `responder`, `simplex-transmit` or `simplex-receive`.
    pub(crate) role: &'static str,
    /// `full`, `half` or `simplex`.
    pub(crate) duplex: &'static str,
    /// `udp`, `tcp` or `serial`.
    pub(crate) transport: &'static str,
    pub(crate) local: Option<String>,
    pub(crate) remote: Option<String>,
    /// `complete`, or `missing`: then the exit code is 2.
    pub(crate) outcome: &'static str,
    /// What is missing, in words.
    pub(crate) missing: Vec<String>,
    /// What ended the run: `session_over`, `max_seconds`, `interrupted`, `signal_gone`, `connection_closed`.
    pub(crate) ended_by: &'static str,
    /// What the endpoint said of its end, by the name of the event: `NoMoreData` is the proper end.
    pub(crate) end_of_session: Option<String>,
    /// The whole run, waiting included.
    pub(crate) seconds: f64,
    /// When data services began: the run's second.
    pub(crate) established: Option<f64>,
    pub(crate) sent: Offer,
    pub(crate) received: Received,
    /// What was not taken, by reason.
    pub(crate) rejected: BTreeMap<&'static str, u64>,
    pub(crate) frames: Frames,
    pub(crate) plcws: Pair,
    /// Directives and reports, SPDUs of Type 1 to 3.
    pub(crate) directives: Pair,
    pub(crate) transport_units: TransportUnits,
    pub(crate) events: Vec<Record>,
    /// Events that are not in the list.
    pub(crate) events_omitted: u64,
}

/// What was offered to the link.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Offer {
    /// `sequence` or `expedited`; nothing without `--send`.
    pub(crate) service: Option<&'static str>,
    /// Packets handed to the link.
    pub(crate) packets: u64,
    /// Octets of the file in them.
    pub(crate) octets: u64,
    /// The whole file was handed to the link.
    pub(crate) whole_file: bool,
    /// Everything handed over has gone out in frames.
    pub(crate) all_sent: bool,
    /// Everything sent by the sequence-controlled service has been acknowledged.
    pub(crate) all_acknowledged: bool,
    /// Octets of the file a second from the beginning of data services until all was sent or acknowledged, times eight.
    pub(crate) goodput_bit_per_s: Option<f64>,
}

/// What the link delivered.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Received {
    /// Packets and units of user octets.
    pub(crate) packets: u64,
    /// Octets of those without headers.
    pub(crate) octets: u64,
    /// Idle packets, which are not written.
    pub(crate) idle_packets: u64,
    /// Between others of the expedited service, by their sequence counts.
    pub(crate) packets_missing: u64,
    /// From the first frame to the last delivery.
    pub(crate) goodput_bit_per_s: Option<f64>,
    /// Where the octets are, if what came is not whole.
    pub(crate) kept_in: Option<String>,
}

/// Transfer frames by service.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Frames {
    pub(crate) sent: FramesSent,
    pub(crate) received: FramesReceived,
}

/// Transfer frames sent.
#[derive(Debug, Default, Serialize)]
pub(crate) struct FramesSent {
    pub(crate) total: u64,
    pub(crate) octets: u64,
    pub(crate) expedited: u64,
    /// When they first went out.
    pub(crate) sequence_controlled: u64,
    /// Sequence-controlled frames that went out again.
    pub(crate) retransmitted: u64,
    /// P-frames.
    pub(crate) supervisory: u64,
}

/// Transfer frames received.
#[derive(Debug, Default, Serialize)]
pub(crate) struct FramesReceived {
    pub(crate) accepted: u64,
    pub(crate) octets: u64,
    pub(crate) expedited: u64,
    /// In order.
    pub(crate) sequence_controlled: u64,
    /// By gaps in the sequence numbers, a lower bound.
    pub(crate) missing: u64,
}

/// One count each way.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Pair {
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

/// Datagrams, or pieces of the stream.
#[derive(Debug, Default, Serialize)]
pub(crate) struct TransportUnits {
    pub(crate) sent: u64,
    pub(crate) octets_sent: u64,
    pub(crate) send_errors: u64,
    pub(crate) received: u64,
    pub(crate) octets_received: u64,
    /// Datagrams that did not come from `--remote`.
    pub(crate) from_elsewhere: u64,
}

/// One event.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    /// Seconds since the run began.
    t: f64,
    /// The event's name.
    event: String,
    /// The row of the state table, for a transition.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// For people.
    text: String,
}

impl Chronicle {
    /// Writes an event down, and into the log.
    pub(crate) fn note(&mut self, at: Instant, event: &Event) {
        tracing::info!("{at}: {event}");
        if let Event::EndOfSession(why) = event {
            self.end_of_session = Some(format!("{why:?}"));
        } else if self.events.len() >= MOST_EVENTS {
            self.events_omitted += 1;
            return;
        }
        self.events.push(Record::new(at, event));
    }

    /// Takes the counters over.
    pub(crate) fn count(&mut self, stats: &Stats, traffic: &Traffic) {
        self.frames = Frames {
            sent: FramesSent {
                total: stats.frames_sent,
                octets: stats.frame_octets_sent,
                expedited: stats.expedited_frames_sent,
                sequence_controlled: stats.sequence_controlled_frames_sent,
                retransmitted: stats.frames_retransmitted,
                supervisory: stats.p_frames_sent,
            },
            received: FramesReceived {
                accepted: stats.frames_accepted,
                octets: stats.frame_octets_accepted,
                expedited: stats.expedited_frames_accepted,
                sequence_controlled: stats.sequence_controlled_frames_accepted,
                missing: stats.frames_missing,
            },
        };
        self.plcws = Pair {
            sent: stats.plcws_sent,
            received: stats.plcws_accepted,
        };
        self.directives = Pair {
            sent: stats.directives_sent,
            received: stats.directives_received,
        };
        let of_endpoint = stats.rejections().map(|(reason, n)| (reason.name(), n));
        let of_line = traffic.refused.iter().map(|(&reason, &n)| (reason, n));
        for (reason, n) in of_endpoint.chain(of_line) {
            *self.rejected.entry(reason).or_default() += n;
        }
        self.transport_units = TransportUnits {
            sent: traffic.sent,
            octets_sent: traffic.octets_sent,
            send_errors: traffic.send_errors,
            received: traffic.received,
            octets_received: traffic.octets_received,
            ..self.transport_units
        };
    }
}

impl Record {
    fn new(at: Instant, event: &Event) -> Self {
        let (mut row, mut from, mut to) = (None, None, None);
        if let Event::Transition {
            row: taken,
            from: before,
            to: after,
        } = event
        {
            row = Some(format!("{taken:?}"));
            from = Some(number(&format!("{before:?}")));
            to = Some(number(&format!("{after:?}")));
        }
        Self {
            t: seconds(at),
            event: name(&format!("{event:?}")),
            row,
            from,
            to,
            text: event.to_string(),
        }
    }
}

/// The name of a variant, without what is inside.
fn name(debug: &str) -> String {
    let end = debug.find(|c: char| !c.is_ascii_alphanumeric());
    debug[..end.unwrap_or(debug.len())].to_owned()
}

/// The number of a state: `S31` of `S31HailCarrier`.
fn number(state: &str) -> String {
    let digits = state.chars().skip(1).take_while(char::is_ascii_digit);
    "S".chars().chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use magpie_link::mac::{Row, State};

    use super::*;

    #[test]
    fn an_event_is_told_by_the_names_of_the_book() {
        let event = Event::Transition {
            row: Row::E71,
            from: State::S1Inactive,
            to: State::S71SimplexTransmit,
        };
        let json = serde_json::to_value(Record::new(Instant::from_micros(1_500_000), &event));
        let expected = serde_json::json!({
            "t": 1.5, "event": "Transition", "row": "E71", "from": "S1", "to": "S71", "text": event.to_string(),
        });
        assert_eq!(json.unwrap(), expected);
    }
}
