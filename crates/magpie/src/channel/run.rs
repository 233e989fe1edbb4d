//! Both modems in lock step.

use std::ops::Range;

use magpie_bus::exchange::{MAX_CODED, MAX_SYMBOLS};
use magpie_bus::order::Order;

use super::air::{Air, HIGHEST_RATE, LEAD_US, Settings};
use super::computer::LineError;
use super::modem::Modem;
use super::tap::Code;

/// The shortest stretch, for the highest rate.
const SHORTEST_US: u64 = 125;

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The user terminal; what it sends is coded.
    Rover,
    /// The relay; what it sends is not coded.
    Orbiter,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Rover, Self::Orbiter];

    /// The one at the other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Rover => Self::Orbiter,
            Self::Orbiter => Self::Rover,
        }
    }

    /// For messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rover => "rover",
            Self::Orbiter => "orbiter",
        }
    }
}

/// Two computers on a channel.
pub struct Run {
    /// Of the rover and of the orbiter.
    modems: [Modem; 2],
    /// From the rover and from the orbiter.
    airs: [Air; 2],
    /// What the rover is about; it is told again after a reset.
    begun: Option<Order>,
    start_us: u64,
    now_us: u64,
    stretches: u64,
}

/// Something went wrong at one end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {error}", side.name())]
pub struct RunError {
    /// Where.
    pub side: Side,
    /// What.
    pub error: LineError,
}

impl Run {
    /// A channel between these two, on a clock that begins at `start_us`.
    pub fn new(settings: &Settings, rover: Modem, orbiter: Modem, start_us: u64) -> Self {
        Self {
            modems: [rover, orbiter],
            airs: [
                Air::new(settings, settings.return_code.into(), "return", start_us),
                Air::new(settings, Code::None, "forward", start_us),
            ],
            begun: None,
            start_us,
            now_us: start_us,
            stretches: 0,
        }
    }

    /// The modems again, rover first.
    pub fn into_modems(self) -> [Modem; 2] {
        self.modems
    }

    /// The modem's clock, microseconds.
    pub fn now_us(&self) -> u64 {
        self.now_us
    }

    /// Time since the start, in microseconds.
    pub fn elapsed_us(&self) -> u64 {
        self.now_us - self.start_us
    }

    /// Exchanges so far.
    pub fn stretches(&self) -> u64 {
        self.stretches
    }

    /// The modem at this end.
    pub fn modem(&self, side: Side) -> &Modem {
        &self.modems[side as usize]
    }

    /// The same, to talk to the computer.
    pub fn modem_mut(&mut self, side: Side) -> &mut Modem {
        &mut self.modems[side as usize]
    }

    /// The way from this end to the other.
    pub fn air(&self, from: Side) -> &Air {
        &self.airs[from as usize]
    }

    /// The same, to change the signal.
    pub fn air_mut(&mut self, from: Side) -> &mut Air {
        &mut self.airs[from as usize]
    }

    /// Waits for both computers to begin; the end that did not, if any.
    pub fn await_boots(&mut self) -> Result<Option<Side>, RunError> {
        for side in Side::BOTH {
            let begun = self.modem_mut(side).await_boot();
            if !begun.map_err(|error| RunError { side, error })? {
                return Ok(Some(side));
            }
        }
        Ok(None)
    }

    /// Gives an order. The rover forgets its pass in a reset: until it is ended, the command unit then begins it again. The orbiter has its
    /// pass on the flash.
    pub fn order(&mut self, side: Side, order: Order) -> Result<(), RunError> {
        match (side, order) {
            (Side::Rover, Order::Begin(_)) => self.begun = Some(order),
            (Side::Rover, Order::End) => self.begun = None,
            _ => {}
        }
        let given = self.modem_mut(side).order(order);
        given.map_err(|error| RunError { side, error })
    }

    /// Pulls the reset line of a computer and begins its pass again; false if it did not begin in time.
    pub fn reset(&mut self, side: Side) -> Result<bool, RunError> {
        let begun = self.modem_mut(side).reset();
        let begun = begun.map_err(|error| RunError { side, error })?;
        self.begin_again(side)?;
        Ok(begun)
    }

    /// Gives an order that makes a computer begin anew (a test of its watchdog or of its panic handler), and waits for that; time stands still
    /// meanwhile. False if it did not begin in time.
    pub fn stop(&mut self, side: Side, order: Order) -> Result<bool, RunError> {
        let begun = self.modem_mut(side).order_and_await_restart(order);
        let begun = begun.map_err(|error| RunError { side, error })?;
        self.begin_again(side)?;
        Ok(begun)
    }

    /// Plays one stretch.
    pub fn step(&mut self) -> Result<(), RunError> {
        let length = self.stretch_us();
        let stretch = self.now_us..self.now_us + length;
        for side in Side::BOTH {
            self.ask(side, &stretch)
                .map_err(|error| RunError { side, error })?;
        }
        for side in Side::BOTH {
            let sent = self.modem_mut(side).answer(stretch.start);
            let sent = sent.map_err(|error| RunError { side, error })?;
            self.air_mut(side).handle_sent(length, sent);
            self.begin_again(side)?;
        }
        self.now_us = stretch.end;
        self.stretches += 1;
        Ok(())
    }

    /// Plays until so many microseconds have passed since the start, or until `is_over`; true if it was that.
    pub fn run_until(
        &mut self,
        elapsed_us: u64,
        mut is_over: impl FnMut(&Self) -> bool,
    ) -> Result<bool, RunError> {
        while self.elapsed_us() < elapsed_us {
            if is_over(self) {
                return Ok(true);
            }
            self.step()?;
        }
        Ok(is_over(self))
    }

    fn ask(&mut self, side: Side, stretch: &Range<u64>) -> Result<(), LineError> {
        let [modem, air] = [side, side.other()].map(|side| side as usize);
        let receive_rate = self.modems[modem].receive_rate();
        let heard = self.airs[air].hear(stretch, receive_rate);
        let duration_us = u32::try_from(stretch.end - stretch.start).unwrap_or(u32::MAX);
        self.modems[modem].ask(stretch.start, duration_us, &heard)
    }

    /// A computer that has begun anew is told its pass again: that is the command unit's job.
    fn begin_again(&mut self, side: Side) -> Result<(), RunError> {
        let begun = self.begun.filter(|_| side == Side::Rover);
        let modem = self.modem_mut(side);
        if !modem.take_restart() {
            return Ok(());
        }
        tracing::info!("{}: has begun anew", side.name());
        let fresh = modem.computer().send_octets(&[0]);
        let told = fresh.and_then(|()| begun.map_or(Ok(()), |order| modem.order(order)));
        told.map_err(|error| RunError { side, error })
    }

    /// The longest stretch in which no message is too long, at the rates that are set and on the air.
    fn stretch_us(&self) -> u64 {
        const { assert!(MAX_SYMBOLS <= MAX_CODED) };
        let set = self.modems.iter();
        let set = set.flat_map(|modem| [modem.transmit_rate(), modem.receive_rate()]);
        let fastest = set.chain(self.airs.iter().map(Air::fastest)).max();
        let fastest = u64::from(fastest.unwrap_or(1).min(HIGHEST_RATE));
        let mut length = LEAD_US;
        while length > SHORTEST_US && fastest * length > MAX_SYMBOLS as u64 * 1_000_000 {
            length /= 2;
        }
        length
    }
}
