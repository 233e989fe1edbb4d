//! The way of a frame from one end to the other: what the channel does to it, and when the receiver has lock.
//!
//! [`Path`] draws the fate of each frame; [`Receiver`] turns the signal at its antenna into what a physical layer reports. A frame comes
//! through if the receiver had symbol lock from its first bit to its last.

use magpie_link::mac::PhyStatus;

use super::setup::ChannelSetup;
use super::trace::Side;
use crate::random::{Purpose, Stream};

/// What is on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signal {
    pub(super) carrier: bool,
    pub(super) modulated: bool,
    /// Bits a second.
    pub(super) rate: u32,
}

/// One copy of a frame that will arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copy {
    /// Later than light time and length say.
    pub(super) late_us: u64,
    /// Bits to flip.
    pub(super) flips: u8,
}

/// What happens to a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Lost,
    Once(Copy),
    Twice(Copy, Copy),
}

/// One direction of the channel.
#[derive(Debug)]
pub(super) struct Path {
    setup: ChannelSetup,
    stream: Stream,
}

impl Path {
    pub(super) fn new(setup: &ChannelSetup, seed: u64, from: Side) -> Self {
        let name = match from {
            Side::Caller => "session, caller to responder",
            Side::Responder => "session, responder to caller",
        };
        Self {
            setup: setup.clone(),
            stream: Stream::new(seed, name, Purpose::UhfChannel),
        }
    }

    pub(super) fn delay_us(&self) -> u64 {
        self.setup.delay_us
    }

    /// Draws what becomes of a frame sent now. Every frame draws the same number of times, so one fault does not move the others.
    pub(super) fn fate(&mut self, now: u64) -> Fate {
        let mut draw = [0.0; 6];
        for slot in &mut draw {
            *slot = self.stream.uniform();
        }
        let setup = &self.setup;
        let [loss, corruption, duplication, reorder, late, flips] = draw;
        if now > setup.faults_until_us {
            return Fate::Once(Copy {
                late_us: 0,
                flips: 0,
            });
        }
        if loss < setup.loss {
            return Fate::Lost;
        }
        let reordered = reorder < setup.reorder;
        let late_us = (late * setup.reorder_us as f64) as u64;
        let first = Copy {
            late_us: if reordered { late_us } else { 0 },
            flips: if corruption < setup.corruption {
                1 + (flips * 8.0) as u8
            } else {
                0
            },
        };
        if duplication < setup.duplication {
            let second = Copy {
                late_us: first.late_us + 1 + late_us,
                flips: 0,
            };
            return Fate::Twice(first, second);
        }
        Fate::Once(first)
    }

    /// Flips bits anywhere in a PLTU.
    pub(super) fn corrupt(&mut self, octets: &mut [u8], flips: u8) {
        for _ in 0..flips {
            let bit = (self.stream.uniform() * (octets.len() * 8) as f64) as usize;
            if let Some(octet) = octets.get_mut(bit / 8) {
                *octet ^= 1 << (bit % 8);
            }
        }
    }
}

/// A receiver and the signal at its antenna.
#[derive(Debug, Clone, Default)]
pub(super) struct Receiver {
    pub(super) signal: Signal,
    pub(super) cuts: u32,
    pub(super) on: bool,
    /// The rate it is set to; `None`: any.
    pub(super) rate: Option<u32>,
    pub(super) acquisition_us: [u64; 2],
    pub(super) carrier_from: Option<u64>,
    pub(super) symbols_from: Option<u64>,
}

impl Receiver {
    /// Looks at signal and settings anew. To be called after every change of them.
    pub(super) fn look(&mut self, now: u64) {
        let carrier = self.on && self.cuts == 0 && self.signal.carrier;
        let [carrier_us, symbols_us] = self.acquisition_us;
        self.carrier_from = match (carrier, self.carrier_from) {
            (false, _) => None,
            (true, None) => Some(now + carrier_us),
            (true, since) => since,
        };
        let fits = self.rate.is_none_or(|rate| rate == self.signal.rate);
        let symbols = self.signal.modulated && fits;
        self.symbols_from = match (self.carrier_from, symbols, self.symbols_from) {
            (None, _, _) | (_, false, _) => None,
            (Some(since), true, None) => Some(since.max(now) + symbols_us),
            (Some(_), true, since) => since,
        };
    }

    /// The signal changed its rate in the middle: lock is lost even if the new rate fits.
    pub(super) fn break_symbols(&mut self) {
        self.symbols_from = None;
    }

    /// What it reports.
    pub(super) fn status(&self, now: u64) -> PhyStatus {
        PhyStatus {
            carrier_acquired: self.carrier_from.is_some_and(|from| from <= now),
            symbol_inlock_status: self.symbols_from.is_some_and(|from| from <= now),
        }
    }

    /// When its report changes by itself.
    pub(super) fn next_change(&self, now: u64) -> Option<u64> {
        [self.carrier_from, self.symbols_from]
            .into_iter()
            .flatten()
            .filter(|&from| from > now)
            .min()
    }

    /// Whether it has had symbol lock since then.
    pub(super) fn locked_since(&self, then: u64) -> bool {
        self.symbols_from.is_some_and(|from| from <= then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULATED: Signal = Signal {
        carrier: true,
        modulated: true,
        rate: 8_000,
    };

    #[test]
    fn lock_comes_after_both_acquisitions_and_goes_at_once() {
        let mut receiver = Receiver {
            acquisition_us: [10, 5],
            on: true,
            rate: Some(8_000),
            ..Receiver::default()
        };
        receiver.signal = MODULATED;
        receiver.look(100);
        assert_eq!(receiver.next_change(100), Some(110));
        assert!(
            receiver.status(110).carrier_acquired && !receiver.status(114).symbol_inlock_status
        );
        assert!(receiver.locked_since(115) && !receiver.locked_since(114));
        receiver.signal.rate = 16_000;
        receiver.look(200);
        assert!(
            receiver.status(200).carrier_acquired && !receiver.status(200).symbol_inlock_status
        );
        receiver.on = false;
        receiver.look(300);
        assert_eq!(receiver.status(300), PhyStatus::default());
    }

    #[test]
    fn fates_come_as_often_as_they_were_asked_for() {
        let setup = ChannelSetup {
            loss: 0.25,
            duplication: 0.5,
            ..ChannelSetup::sound(0)
        };
        let mut path = Path::new(&setup, 3, Side::Caller);
        let (mut lost, mut twice) = (0, 0);
        for _ in 0..10_000 {
            match path.fate(0) {
                Fate::Lost => lost += 1,
                Fate::Twice(..) => twice += 1,
                Fate::Once(_) => {}
            }
        }
        // 2,500 and half of the rest, 3,750; five standard deviations are 217 and 242.
        assert!((2_283..=2_717).contains(&lost), "{lost}");
        assert!((3_508..=3_992).contains(&twice), "{twice}");
    }
}
