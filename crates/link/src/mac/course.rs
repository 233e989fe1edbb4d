//! The course of a transmission and of a session: what entering a state does whichever table the row is of.
//!
//! Book: 211.0-B-6 tables 6-2 to 6-6.

use super::{Mac, Mode, OnOff, Outcome, Role, Row, State, SubState, Surroundings, Vars};
use crate::event::Event;
use crate::timer::Timer;

impl Mac {
    /// Notes the row and the new state.
    pub(super) fn transition(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        let from = core::mem::replace(&mut self.vars.state, to);
        on.events.push(Event::Transition { row, from, to });
    }

    /// Carrier without modulation, for `Carrier_Only_Duration`.
    pub(super) fn begin_carrier(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        self.transition(row, to, on);
        self.vars.transmit = OnOff::On;
        self.vars.modulation = OnOff::Off;
        self.vars.sub_state = SubState::CarrierOnly;
        on.start(Timer::Wait, on.mib.carrier_only_duration);
    }

    /// Modulation with the idle pattern, for `Acquisition_Idle_Duration`.
    pub(super) fn begin_acquisition(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        self.transition(row, to, on);
        self.vars.modulation = OnOff::On;
        self.vars.sub_state = SubState::AcquisitionIdle;
        self.acquisition_begun = true;
        on.start(Timer::Wait, on.mib.acquisition_idle_duration);
    }

    /// Idle pattern behind the last frame, for `Tail_Idle_Duration`.
    pub(super) fn begin_tail(
        &mut self,
        row: Row,
        to: State,
        sub_state: SubState,
        on: &mut Surroundings<'_>,
    ) {
        self.transition(row, to, on);
        self.vars.sub_state = sub_state;
        on.start(Timer::Wait, on.mib.tail_idle_duration);
    }

    pub(super) fn stop_transmitting(&mut self) {
        self.vars.transmit = OnOff::Off;
        self.vars.modulation = OnOff::Off;
    }

    /// S2: silent, listening for a hail.
    pub(super) fn enter_s2(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.transition(row, State::S2WaitingForHail, on);
        self.begin_session(on);
        self.stop_transmitting();
        self.vars.role = Role::Responder;
        self.vars.mode = Mode::ConnectingL;
        self.vars.sub_state = SubState::DataServices;
        self.vars.persistence = false;
        on.timers.stop(Timer::Wait);
    }

    /// S80: silent for a while, then the hail.
    pub(super) fn enter_s80(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.transition(row, State::S80Reconnect, on);
        self.begin_session(on);
        self.stop_transmitting();
        self.vars.sub_state = SubState::DataServices;
        self.vars.persistence = false;
        on.start(Timer::Wait, on.mib.drop_carrier_duration);
    }

    /// S1, with every variable as table 6-6 says. DUPLEX, the inputs of the physical layer and the communication values stay.
    pub(super) fn enter_s1(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        //= 211.0-B-6 table-6-6 initialise
        if self.vars.state != State::S1Inactive {
            self.transition(row, State::S1Inactive, on);
        }
        self.vars = Vars {
            duplex: self.vars.duplex,
            carrier_acquired: self.vars.carrier_acquired,
            symbol_inlock_status: self.vars.symbol_inlock_status,
            ..Vars::default()
        };
        self.queue.clear();
        self.fresh = true;
        self.productive = true;
        self.rnmd_left = 0;
        self.rnmd_in_turn = false;
        self.empty_waits = 0;
        self.lock_lost = false;
        self.old_receiver = None;
        on.timers.stop_all();
        Outcome::Initialised
    }
}
