//! Counters: each end's own against the world's, and the channel's against both.

use super::super::ledger::{Incarnation, Ledger};
use super::super::setup::Setup;
use super::super::trace::Side;

/// Checks every process and both directions.
pub fn check(_setup: &Setup, ledger: &Ledger, wrong: &mut Vec<String>) {
    for process in &ledger.incarnations {
        own_counters(process, wrong);
    }
    for from in Side::BOTH {
        channel(ledger, from, wrong);
    }
}

fn own_counters(process: &Incarnation, wrong: &mut Vec<String>) {
    let (stats, tally) = (&process.stats, &process.tally);
    let pairs = [
        ("units submitted", stats.units_submitted, tally.submitted),
        (
            "octets submitted",
            stats.octets_submitted,
            tally.submitted_octets,
        ),
        ("units held back", stats.units_held_back, tally.held_back),
        ("units refused", stats.units_refused, tally.refused),
        ("units delivered", stats.units_delivered, tally.delivered),
        (
            "octets delivered",
            stats.octets_delivered,
            tally.delivered_octets,
        ),
        ("frames sent", stats.frames_sent, tally.frames_sent),
        (
            "frame octets sent",
            stats.frame_octets_sent,
            tally.frame_octets_sent,
        ),
        ("frames accepted", stats.frames_accepted, tally.frames_taken),
        (
            "frame octets accepted",
            stats.frame_octets_accepted,
            tally.frame_octets_taken,
        ),
    ];
    let sequence_controlled = stats.sequence_controlled_frames_sent + stats.frames_retransmitted;
    let kinds = [
        ("P-frames sent", stats.p_frames_sent, tally.p_frames_sent),
        (
            "expedited frames sent",
            stats.expedited_frames_sent,
            tally.expedited_sent,
        ),
        (
            "sequence-controlled frames sent",
            sequence_controlled,
            tally.sequence_controlled_sent,
        ),
        ("PLCWs sent", stats.plcws_sent, tally.plcws_sent),
    ];
    for (name, own, counted) in pairs.into_iter().chain(kinds) {
        if own != counted {
            wrong.push(format!(
                "{} says {own} {name}, it was {counted}",
                process.end
            ));
        }
    }
    if process.events_dropped > 0 {
        wrong.push(format!(
            "{} dropped {} events",
            process.end, process.events_dropped
        ));
    }
}

/// What was sent came, or was lost for a reason, or is still under way; and the ends say the same.
fn channel(ledger: &Ledger, from: Side, wrong: &mut Vec<String>) {
    let count = ledger.channels[from.index()];
    let lost: u64 = count.lost.iter().sum();
    let out = count.received + lost + count.in_flight;
    if count.sent + count.added != out {
        wrong.push(format!(
            "channel from {from}: {} sent, {} added, {out} came, lost or under way",
            count.sent, count.added
        ));
    }
    let sum = |end: Side, what: fn(&Incarnation) -> u64| -> u64 {
        let of_end = ledger.incarnations.iter().filter(|i| i.end == end);
        of_end.map(what).sum()
    };
    let sent = sum(from, |i| i.stats.frames_sent);
    let handed = sum(from.other(), |i| i.tally.frames_handed);
    if sent != count.sent || handed != count.received {
        wrong.push(format!(
            "channel from {from}: {sent} sent by the end, {} on the channel; {} came, {handed} handed in",
            count.sent, count.received
        ));
    }
    if count.fooled > 0 && count.fooled * 1_000 > count.sent {
        wrong.push(format!(
            "{} frames with flipped bits passed the CRC-32",
            count.fooled
        ));
    }
}
