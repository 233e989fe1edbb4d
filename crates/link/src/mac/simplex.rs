//! Simplex: table 6-13 and the course of a one-way transmission.
//!
//! Book: 211.0-B-6 table 6-13 (E71, E72, E73; there is no hailing in simplex) and 211.1-B-4 (the order carrier only, acquisition
//! idle, data, tail idle, off). Table 6-13 prints only that E71 turns TRANSMIT and MODULATION on. A receiver that has never heard
//! of the sender needs a carrier to sweep for and bits to lock to, so inside S71 we pass through the sub-states that full duplex
//! passes through in S41, S42 and S45, with the same MIB durations; a duration of zero leaves its part out, and with
//! `Carrier_Only_Duration` and `Acquisition_Idle_Duration` both zero E71 is the printed row to the letter (docs/deviations.md).

use super::{
    Input, Mac, Mode, OnOff, Outcome, Role, Row, State, SubState, Surroundings, Vars, end,
};
use crate::clock::Duration;
use crate::event::{EndOfSession, Event};
use crate::mac::Duplex;
use crate::timer::Timer;

/// Table 6-13: which row SET MODE takes.
const fn row(state: State, duplex: Duplex, mode: Mode) -> Option<Row> {
    match (state, duplex, mode) {
        (State::S1Inactive, Duplex::SimplexTransmit, Mode::Active) => Some(Row::E71), //= 211.0-B-6 table-6-13 E71
        (State::S1Inactive, Duplex::SimplexReceive, Mode::Active) => Some(Row::E72), //= 211.0-B-6 table-6-13 E72
        (State::S71SimplexTransmit | State::S72SimplexReceive, _, Mode::Inactive) => Some(Row::E73), //= 211.0-B-6 table-6-13 E73
        _ => None,
    }
}

impl Mac {
    pub(super) fn handle_simplex(&mut self, input: Input, on: &mut Surroundings<'_>) -> Outcome {
        match input {
            Input::Mode(mode) => match row(self.vars.state, self.vars.duplex, mode) {
                Some(row) => self.take_simplex(row, EndOfSession::SetModeInactive, on),
                None => Outcome::NoRow,
            },
            Input::WaitExpired => self.wait_expired(on),
            Input::OutputIdle { .. } => self.output_idle(on),
            _ => Outcome::NoRow,
        }
    }

    /// Takes a row: the new state, its variables, the notification.
    fn take_simplex(&mut self, row: Row, why: EndOfSession, on: &mut Surroundings<'_>) -> Outcome {
        match row {
            Row::E71 => {
                self.enter_active(row, State::S71SimplexTransmit, on);
                self.begin_carrier_only(on);
            }
            Row::E72 => self.enter_active(row, State::S72SimplexReceive, on),
            _ => {
                let outcome = self.enter_s1(row, on);
                end(why, on);
                return outcome;
            }
        }
        Outcome::Continue
    }

    fn enter_active(&mut self, row: Row, state: State, on: &mut Surroundings<'_>) {
        self.transition(row, state, on);
        let (transmit, role) = match state {
            State::S71SimplexTransmit => (OnOff::On, Role::Caller),
            _ => (OnOff::Off, Role::Responder),
        };
        self.vars = Vars {
            mode: Mode::Active,
            role,
            transmit,
            modulation: OnOff::Off,
            ..self.vars
        };
    }

    /// WT reached zero: the next part of the transmission.
    fn wait_expired(&mut self, on: &mut Surroundings<'_>) -> Outcome {
        match self.vars.sub_state {
            SubState::CarrierOnly => self.begin_acquisition_idle(on),
            SubState::AcquisitionIdle => self.begin_data_services(on),
            SubState::Tail => return self.take_simplex(Row::E73, EndOfSession::NoMoreData, on),
            _ => {} // WT does not run here
        }
        Outcome::Continue
    }

    /// The output FIFO is empty and the data services have nothing more to send: after LNMD the tail begins.
    fn output_idle(&mut self, on: &mut Surroundings<'_>) -> Outcome {
        let finished = self.vars.state == State::S71SimplexTransmit
            && self.vars.sub_state == SubState::DataServices
            && self.vars.local_no_more_data;
        if !finished {
            return Outcome::NoRow;
        }
        if self.enter(SubState::Tail, on.mib.tail_idle_duration, on) {
            Outcome::Continue
        } else {
            self.take_simplex(Row::E73, EndOfSession::NoMoreData, on)
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
        on.start(Timer::Wait, span);
        on.events.push(Event::SubState(sub_state));
        true
    }
}
