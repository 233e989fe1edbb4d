//! The figures of an orbiter.
//!
//! No book.

use super::Orbiter;
use crate::node::{Metric, MetricKind};

/// Name, help, value.
type Figure = (&'static str, &'static str, u64);

/// Shows every figure.
pub(super) fn show(orbiter: &Orbiter, show: &mut dyn FnMut(Metric<'_>)) {
    let mut one = |(name, help, value): Figure, kind, labels: &[(&'static str, &str)]| {
        show(Metric {
            name,
            help,
            kind,
            labels,
            value,
        });
    };
    for figure in radio(orbiter).into_iter().chain(memory(orbiter)) {
        one(figure, MetricKind::Counter, &[]);
    }
    let (records, octets) = orbiter.memory.kept();
    let gauges: [Figure; 3] = [
        ("memory_records", "Records kept.", records),
        ("memory_octets", "Octets of the memory in use.", octets),
        ("dumps_due", "Sends that are due.", orbiter.earth.due()),
    ];
    for figure in gauges {
        one(figure, MetricKind::Gauge, &[]);
    }
    for (reason, &(units, octets)) in &orbiter.rejected {
        let labels = [("reason", *reason)];
        let help = "Datagrams that made no record, by reason.";
        let figure = ("rejected_datagrams", help, units);
        one(figure, MetricKind::Counter, &labels);
        let help = "Octets of datagrams that made no record, by reason.";
        let figure = ("rejected_octets", help, octets);
        one(figure, MetricKind::Counter, &labels);
    }
}

/// What came and went.
fn radio(orbiter: &Orbiter) -> [Figure; 6] {
    let earth = &orbiter.earth;
    let refused = earth.housekeeping_refused;
    [
        ("heard_datagrams", "Datagrams heard.", orbiter.heard),
        ("heard_octets", "Octets of them.", orbiter.heard_octets),
        ("earth_frames", "Frames sent to Earth.", earth.frames),
        ("dumps", "Sends of a range that are done.", earth.dumps_done),
        ("housekeeping_refused", "Found no room.", refused),
        ("events_dropped", "Not fetched.", orbiter.events_dropped),
    ]
}

/// What was kept.
fn memory(orbiter: &Orbiter) -> [Figure; 6] {
    let memory = &orbiter.memory;
    let octets = memory.overwritten_octets;
    [
        ("recorded_records", "Records made.", orbiter.recorded),
        ("recorded_octets", "As heard.", orbiter.recorded_octets),
        ("damaged_records", "Spoiled on board.", orbiter.damaged),
        ("overwritten_records", "Made room.", memory.overwritten),
        ("overwritten_octets", "Octets of them.", octets),
        ("unreadable_records", "At the start.", memory.unreadable),
    ]
}
