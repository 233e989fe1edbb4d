//! The figures of a station.
//!
//! No book.

use magpie_relay::earth::downlink::dump::DumpStats;
use magpie_relay::node::{Metric, MetricKind};

use super::Station;

/// Name, help, value.
type Figure = (&'static str, &'static str, u64);

/// Shows every figure.
pub(super) fn show<S>(station: &Station<S>, show: &mut dyn FnMut(Metric<'_>)) {
    let mut one = |(name, help, value): Figure, kind, labels: &[(&'static str, &str)]| {
        show(Metric {
            name,
            help,
            kind,
            labels,
            value,
        });
    };
    for figure in link(station).into_iter().chain(files(station)) {
        one(figure, MetricKind::Counter, &[]);
    }
    let receiver = station.files.receiver();
    let objects = receiver.objects().count() as u64;
    let waiting = station.files.waiting() as u64;
    let gauges: [Figure; 3] = [
        (
            "held_octets",
            "Octets of open files.",
            receiver.held_octets(),
        ),
        ("files_open", "Files of which something is here.", objects),
        ("files_waiting", "Whole files not in the spool.", waiting),
    ];
    for figure in gauges {
        one(figure, MetricKind::Gauge, &[]);
    }
    let dump = |of: fn(&DumpStats) -> u64| dumps(station, of);
    let dumped = [
        ("dump_malformed", dump(|stats| stats.not_a_dump)),
        ("dump_conflict", dump(|stats| stats.conflicts)),
        ("dump_bad_record", dump(|stats| stats.bad_records)),
        ("dump_no_room", dump(|stats| stats.no_room)),
    ];
    let mut reasons = station.dropped.clone();
    for orbiter in &station.orbiters {
        for (&reason, units) in orbiter.demux.refused() {
            *reasons.entry(reason).or_default() += units;
        }
    }
    for (reason, units) in reasons.into_iter().chain(dumped) {
        let figure = ("dropped", "What was dropped, by reason.", units);
        one(figure, MetricKind::Counter, &[("reason", reason)]);
    }
}

/// A figure of the dumps of all orbiters.
fn dumps<S>(station: &Station<S>, of: fn(&DumpStats) -> u64) -> u64 {
    let orbiters = station.orbiters.iter();
    orbiters.map(|orbiter| of(orbiter.dump.stats())).sum()
}

/// What came on the Earth link.
fn link<S>(station: &Station<S>) -> [Figure; 7] {
    let corrected = station.orbiters.iter().map(|o| o.corrected).sum();
    let repeated = dumps(station, |stats| stats.repeated);
    let evicted = dumps(station, |stats| stats.evicted);
    [
        ("earth_datagrams", "Datagrams.", station.datagrams),
        ("earth_octets", "Octets of them.", station.octets),
        ("corrected_symbols", "Symbols corrected.", corrected),
        ("records", "Complete records.", station.records),
        ("record_octets", "Octets of them.", station.record_octets),
        ("dump_packets_repeated", "Nothing new.", repeated),
        ("records_evicted", "Incomplete, made room.", evicted),
    ]
}

/// What became of the files.
fn files<S>(station: &Station<S>) -> [Figure; 7] {
    let (files, counts) = (&station.files, station.files.receiver().counts());
    let surplus = counts.surplus + files.after_delivery;
    [
        ("symbols_new", "Symbols that helped.", counts.new),
        ("symbols_duplicate", "There already.", counts.duplicate),
        ("symbols_surplus", "Not needed any more.", surplus),
        ("files_delivered", "Given to the spool.", station.delivered),
        (
            "delivered_octets",
            "Octets of them.",
            station.delivered_octets,
        ),
        (
            "names_refused",
            "Names that cannot be.",
            files.names_refused,
        ),
        (
            "state_unreadable",
            "Kept state of no use.",
            files.unreadable,
        ),
    ]
}
