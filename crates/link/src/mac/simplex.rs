//! Simplex: table 6-13 and the course of a one-way transmission.
//!
//! Book: 211.0-B-6 table 6-13 (E71, E72, E73; there is no hailing in simplex) and 211.1-B-4 (the order carrier only, acquisition
//! idle, data, tail idle, off). Table 6-13 prints only that E71 turns TRANSMIT and MODULATION on. A receiver that has never heard
//! of the sender needs a carrier to sweep for and bits to lock to, so inside S71 we pass through the sub-states that full duplex
//! passes through in S41, S42 and S45, with the same MIB durations; a duration of zero leaves its part out, and with
//! `Carrier_Only_Duration` and `Acquisition_Idle_Duration` both zero E71 is the printed row to the letter (docs/deviations.md).

use super::{Mac, Mode, OnOff, Outcome, Row, State, SubState, Surroundings, Vars};
use crate::clock::Duration;
use crate::event::{EndOfSession, Event};
use crate::mac::Duplex;
use crate::timer::Timer;

/// Table 6-13: which row SET MODE takes.
pub(super) const fn row(state: State, duplex: Duplex, mode: Mode) -> Option<Row> {
    match (state, duplex, mode) {
        (State::S1Inactive, Duplex::SimplexTransmit, Mode::Active) => Some(Row::E71), //= 211.0-B-6 table-6-13 E71
        (State::S1Inactive, Duplex::SimplexReceive, Mode::Active) => Some(Row::E72), //= 211.0-B-6 table-6-13 E72
        (State::S71SimplexTransmit | State::S72SimplexReceive, _, Mode::Inactive) => Some(Row::E73), //= 211.0-B-6 table-6-13 E73
        _ => None,
    }
}

impl Mac {
    /// Takes a row: the new state, its variables, the notification.
    pub(super) fn take(
        &mut self,
        row: Row,
        why: EndOfSession,
        on: &mut Surroundings<'_>,
    ) -> Outcome {
        let from = self.vars.state;
        let to = match row {
            Row::E71 => State::S71SimplexTransmit,
            Row::E72 => State::S72SimplexReceive,
            Row::E73 => State::S1Inactive,
        };
        on.events.push(Event::Transition { row, from, to });
        match row {
            Row::E71 => {
                self.enter_active(to, OnOff::On);
                self.begin_carrier_only(on);
                Outcome::Continue
            }
            Row::E72 => {
                self.enter_active(to, OnOff::Off);
                Outcome::Continue
            }
            Row::E73 => {
                let outcome = self.initialise(on);
                on.events.push(Event::EndOfSession(why));
                outcome
            }
        }
    }

    fn enter_active(&mut self, state: State, transmit: OnOff) {
        self.vars = Vars {
            state,
            mode: Mode::Active,
            transmit,
            modulation: OnOff::Off,
            ..self.vars
        };
    }

    /// WT reached zero: the next part of the transmission.
    pub(super) fn handle_wait_expired(&mut self, on: &mut Surroundings<'_>) -> Outcome {
        match self.vars.sub_state {
            SubState::CarrierOnly => self.begin_acquisition_idle(on),
            SubState::AcquisitionIdle => self.begin_data_services(on),
            SubState::Tail => return self.take(Row::E73, EndOfSession::NoMoreData, on),
            SubState::DataServices => {} // WT does not run here
        }
        Outcome::Continue
    }

    /// The output FIFO is empty and the data services have nothing more to send: after LNMD the tail begins.
    pub(crate) fn handle_output_empty(&mut self, on: &mut Surroundings<'_>) -> Outcome {
        let finished = self.vars.state == State::S71SimplexTransmit
            && self.vars.sub_state == SubState::DataServices
            && self.vars.local_no_more_data;
        if !finished {
            return Outcome::Continue;
        }
        if self.enter(SubState::Tail, on.mib.tail_idle_duration, on) {
            Outcome::Continue
        } else {
            self.take(Row::E73, EndOfSession::NoMoreData, on)
        }
    }

    fn begin_carrier_only(&mut self, on: &mut Surroundings<'_>) {
        //= 211.1-B-4 transmission-sequence
        if !self.enter(SubState::CarrierOnly, on.mib.carrier_only_duration, on) {
            self.begin_acquisition_idle(on);
        }
    }

    fn begin_acquisition_idle(&mut self, on: &mut Surroundings<'_>) {
        self.vars.modulation = OnOff::On;
        self.acquisition_begun = true;
        let span = on.mib.acquisition_idle_duration;
        if !self.enter(SubState::AcquisitionIdle, span, on) {
            self.begin_data_services(on);
        }
    }

    fn begin_data_services(&mut self, on: &mut Surroundings<'_>) {
        self.vars.sub_state = SubState::DataServices;
        on.events.push(Event::SubState(SubState::DataServices));
    }

    /// Enters a sub-state that lasts `span` and answers true, or answers false if it lasts no time at all.
    fn enter(&mut self, sub_state: SubState, span: Duration, on: &mut Surroundings<'_>) -> bool {
        if span.is_zero() {
            return false;
        }
        self.vars.sub_state = sub_state;
        on.timers.start(Timer::Wait, on.now, span);
        on.events.push(Event::SubState(sub_state));
        true
    }
}
