//! What becomes of datagrams, in numbers that balance.

use std::fmt;

use magpie_relay::node::{Metric, MetricKind};

/// What becomes of a datagram on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It arrives, sound or spoiled.
    Delivered,
    /// It is not recognised at all: the loss that the route was given.
    Lost,
    /// Another signal on the same channel reaches the receiver at the same time.
    Interfered,
    /// The receiver is tuned to another channel.
    OtherChannel,
    /// It leaves when no pass is open.
    OutOfWindow,
    /// More is on its way than there is room for.
    Overflow,
    /// The channel was stopped while it was on its way.
    Abandoned,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Delivered,
        Self::Lost,
        Self::Interfered,
        Self::OtherChannel,
        Self::OutOfWindow,
        Self::Overflow,
        Self::Abandoned,
    ];

    /// The name in figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Lost => "lost",
            Self::Interfered => "interfered",
            Self::OtherChannel => "other_channel",
            Self::OutOfWindow => "out_of_window",
            Self::Overflow => "overflow",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Datagrams and their octets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Datagrams.
    pub datagrams: u64,
    /// Their octets, as they were offered.
    pub octets: u64,
}

impl Count {
    pub(super) const fn add(&mut self, octets: u64) {
        self.datagrams += 1;
        self.octets += octets;
    }
}

/// What became of the datagrams of a route in one pass, or outside of all passes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// What was sent.
    pub offered: Count,
    /// Those of the delivered ones that have wrong bits.
    pub spoiled: Count,
    fates: [Count; Fate::ALL.len()],
}

impl Tally {
    /// How many had this fate.
    pub const fn of(&self, fate: Fate) -> Count {
        self.fates[fate as usize]
    }

    pub(super) const fn add(&mut self, fate: Fate, octets: u64) {
        self.fates[fate as usize].add(octets);
    }

    /// Those that have a fate; the others are on their way.
    pub fn settled(&self) -> u64 {
        self.fates.iter().map(|count| count.datagrams).sum()
    }

    /// Shows the figures.
    pub(super) fn show(&self, route: &str, pass: &str, show: &mut dyn FnMut(Metric<'_>)) {
        let fates = Fate::ALL.map(|fate| (fate.name(), self.of(fate)));
        let all = [("offered", self.offered), ("spoiled", self.spoiled)];
        for (what, count) in all.into_iter().chain(fates) {
            let labels = [("route", route), ("pass", pass), ("what", what)];
            show(Metric {
                name: "air_datagrams",
                help: "Datagrams by route and pass: offered, and what became of them (spoiled: those delivered with wrong bits).",
                kind: MetricKind::Counter,
                labels: &labels,
                value: count.datagrams,
            });
            show(Metric {
                name: "air_octets",
                help: "Octets of these datagrams.",
                kind: MetricKind::Counter,
                labels: &labels,
                value: count.octets,
            });
        }
    }
}

impl fmt::Display for Tally {
    /// `120 offered, 100 delivered (7 spoiled), 20 lost`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} offered", self.offered.datagrams)?;
        for fate in Fate::ALL {
            let datagrams = self.of(fate).datagrams;
            if datagrams == 0 {
                continue;
            }
            write!(f, ", {datagrams} {}", fate.name().replace('_', " "))?;
            if fate == Fate::Delivered && self.spoiled.datagrams > 0 {
                write!(f, " ({} spoiled)", self.spoiled.datagrams)?;
            }
        }
        Ok(())
    }
}
