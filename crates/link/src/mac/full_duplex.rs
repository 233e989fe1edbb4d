//! Full duplex: tables 6-7 (session establishment), 6-8 (`COMM_CHANGE`) and 6-9 (termination).
//!
//! Book: 211.0-B-6. Decisions beyond the printed rows, all in `docs/deviations.md`: RNMD is repeated in X = 2 and said three times in X = 5;
//! if both ends ask for a `COMM_CHANGE`, the caller's wins; carrier loss counts in S41, S42 and S48 as in S40.

use super::{
    COPIES, Input, Mac, Mode, OnOff, Outcome, Role, Row, State, SubState, Surroundings, X, Y, end,
};
use crate::communication::CommunicationValues;
use crate::event::{EndOfSession, Event};
use crate::mib::{CommChangeResponse, HailResponse, Mib};
use crate::timer::Timer;

impl Mac {
    /// Which row of the three tables an input takes.
    pub(super) fn full_duplex_row(&self, input: Input, mib: &Mib) -> Option<Row> {
        let vars = &self.vars;
        let done = vars.local_no_more_data;
        let frame_answers = mib.comm_change_response == CommChangeResponse::ValidFrame;
        let lock_answers = mib.hail_response == HailResponse::SymbolInlock;
        let caller = vars.role == Role::Caller;
        Some(match (vars.state, input) {
            (State::S1Inactive, Input::Mode(Mode::ConnectingL)) => Row::E1,
            (State::S1Inactive, Input::Mode(Mode::ConnectingT)) => Row::E2,
            (State::S2WaitingForHail, Input::Hail) => Row::E3,
            (State::S31HailCarrier, Input::WaitExpired) => Row::E4,
            (State::S32HailAcquisition, Input::WaitExpired) => Row::E5,
            (State::S33HailDirectives, Input::OutputIdle { .. }) => Row::E6,
            (State::S34HailTail, Input::WaitExpired) => Row::E7,
            (State::S35HailResponse, Input::WaitExpired) => Row::E8,
            // Heard in the tail already: the other end needs less time to answer than this one to fall silent.
            (State::S34HailTail | State::S35HailResponse, Input::ValidFrame) => Row::E9,
            (State::S35HailResponse, Input::SymbolInlock) if lock_answers => Row::E9,
            (State::S41CarrierOnly, Input::WaitExpired) => Row::E10,
            (State::S42AcquisitionIdle, Input::WaitExpired) => Row::E11,
            (State::S40DataServices, Input::LocalCommChange) if self.may_change() => Row::E12,
            (State::S40DataServices, Input::RemoteCommChange) if vars.y == Y::Y0None => Row::E13,
            (State::S48CommChange, Input::RemoteCommChange)
                if vars.y < Y::Y4Received && !caller =>
            {
                Row::E13
            }
            (State::S48CommChange, Input::OutputIdle { .. }) if vars.y == Y::Y1Accepted => Row::E14,
            (State::S48CommChange, Input::OutputIdle { .. }) if vars.y == Y::Y2Sending => Row::E15,
            (State::S48CommChange, Input::SymbolLockDropped)
                if (Y::Y1Accepted..=Y::Y3Waiting).contains(&vars.y) =>
            {
                Row::E16
            }
            (State::S48CommChange, Input::ValidFrame)
                if vars.y < Y::Y4Received
                    && self.old_receiver.is_some()
                    && (vars.z || frame_answers) =>
            {
                Row::E17
            }
            (State::S48CommChange, Input::WaitExpired) if vars.y == Y::Y3Waiting => Row::E18,
            (State::S48CommChange, Input::OutputIdle { .. }) if vars.y == Y::Y4Received => Row::E19,
            (State::S48CommChange, Input::WaitExpired) if vars.y == Y::Y5Acting => Row::E20,
            (State::S40DataServices, Input::OutputIdle { quiescent: true })
                if done && vars.x == X::X0PassingData =>
            {
                Row::E21
            }
            (
                State::S40DataServices
                | State::S41CarrierOnly
                | State::S42AcquisitionIdle
                | State::S48CommChange,
                Input::Rnmd,
            ) => match vars.x {
                X::X0PassingData => Row::E22,
                X::X2SendingRnmd => Row::E23,
                _ => return None,
            },
            (State::S40DataServices, Input::OutputIdle { quiescent: true })
                if done && vars.x == X::X4Finishing =>
            {
                Row::E24
            }
            (State::S40DataServices, Input::OutputIdle { .. })
                if vars.x == X::X5Finished && self.rnmd_left == 0 =>
            {
                Row::E25
            }
            (State::S45TerminatingTail, Input::WaitExpired) => Row::E26,
            (state, Input::Mode(Mode::Inactive)) if state != State::S1Inactive => Row::E28,
            (
                State::S40DataServices
                | State::S41CarrierOnly
                | State::S42AcquisitionIdle
                | State::S48CommChange,
                Input::CarrierLoss,
            ) => match vars.role {
                _ if vars.x == X::X5Finished && vars.state == State::S40DataServices => Row::E25,
                Role::Caller => Row::E80,
                Role::Responder => Row::E82,
            },
            (State::S80Reconnect, Input::WaitExpired) => Row::E81,
            _ => return None,
        })
    }

    /// Carries a row out.
    #[expect(clippy::match_same_arms, reason = "one arm for each printed row")]
    pub(super) fn take_full_duplex(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        match row {
            Row::E1 => self.enter_s2(row, on), //= 211.0-B-6 table-6-7 E1
            Row::E2 => {
                //= 211.0-B-6 table-6-7 E2
                self.vars.role = Role::Caller;
                self.hail_again(row, State::S31HailCarrier, on);
            }
            Row::E3 => return self.take_e3(row, on),
            Row::E4 => self.begin_acquisition(row, State::S32HailAcquisition, on), //= 211.0-B-6 table-6-7 E4
            Row::E5 => {
                //= 211.0-B-6 table-6-7 E5
                self.transition(row, State::S33HailDirectives, on);
                self.vars.sub_state = SubState::Directives;
                self.load_hail(on.mib);
            }
            Row::E6 => self.begin_tail(row, State::S34HailTail, SubState::Tail, on), //= 211.0-B-6 table-6-7 E6
            Row::E7 => {
                //= 211.0-B-6 table-6-7 E7
                self.transition(row, State::S35HailResponse, on);
                self.vars.transmit = OnOff::Off;
                self.vars.sub_state = SubState::HailResponse;
                self.set_values(
                    CommunicationValues {
                        receiver: self.hailed.receiver,
                        ..self.in_force
                    },
                    on,
                );
                on.start(Timer::Wait, on.mib.hail_wait_duration);
            }
            Row::E8 => {
                //= 211.0-B-6 table-6-7 E8
                self.begin_carrier(row, State::S31HailCarrier, on);
                notify(Event::HailRepeated, on.mib.hail_notification, on);
            }
            Row::E9 => {
                //= 211.0-B-6 table-6-7 E9
                self.established(on);
                self.begin_session(on);
                self.vars.mode = Mode::Active;
                self.vars.persistence = false;
                self.set_values(self.hailed, on);
                self.begin_carrier(row, State::S41CarrierOnly, on);
                self.watch_carrier(on);
                notify(Event::HailAnswered, on.mib.hail_notification, on);
                return Outcome::SessionBegins;
            }
            Row::E10 => self.begin_acquisition(row, State::S42AcquisitionIdle, on), //= 211.0-B-6 table-6-7 E10
            Row::E11 => {
                //= 211.0-B-6 table-6-7 E11
                self.transition(row, State::S40DataServices, on);
                self.vars.sub_state = SubState::DataServices;
                return Outcome::DataServices;
            }
            Row::E80 => self.enter_s80(row, on), //= 211.0-B-6 table-6-7 E80
            Row::E81 => self.hail_again(row, State::S31HailCarrier, on), //= 211.0-B-6 table-6-7 E81
            Row::E82 => self.enter_s2(row, on),  //= 211.0-B-6 table-6-7 E82
            _ => return self.take_full_duplex_session(row, on),
        }
        Outcome::Continue
    }

    /// The first carrier of a hail, with its lifetime before it.
    pub(super) fn hail_again(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        self.vars.mode = Mode::ConnectingT;
        self.vars.persistence = true;
        self.begin_hail_lifetime(on);
        self.begin_carrier(row, to, on);
    }

    fn take_e3(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        //= 211.0-B-6 table-6-7 E3
        self.answer_hail(row, State::S41CarrierOnly, on);
        self.watch_carrier(on);
        Outcome::SessionBegins
    }

    /// Tables 6-8 and 6-9.
    fn take_full_duplex_session(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        match row {
            Row::E12 => {
                //= 211.0-B-6 table-6-8 E12
                self.begin_comm_change(row, Y::Y1Accepted, on);
                on.start_if_used(Timer::CommChangeLifetime, on.mib.comm_change_lifetime);
            }
            Row::E13 => {
                //= 211.0-B-6 table-6-8 E13
                if self.vars.y != Y::Y0None {
                    self.give_up_comm_change(on);
                }
                self.begin_comm_change(row, Y::Y4Received, on);
            }
            Row::E14 => {
                //= 211.0-B-6 table-6-8 E14
                self.step_comm_change(row, Y::Y2Sending, on);
                self.load_comm_change();
            }
            Row::E15 => {
                //= 211.0-B-6 table-6-8 E15
                self.step_comm_change(row, Y::Y3Waiting, on);
                self.switch_receiver(on);
                on.start(Timer::Wait, on.mib.comm_change_wait());
            }
            Row::E16 => {
                //= 211.0-B-6 table-6-8 E16
                self.transition(row, State::S48CommChange, on);
                self.vars.z = true;
            }
            Row::E17 => {
                //= 211.0-B-6 table-6-8 E17
                on.timers.stop(Timer::CommChangeLifetime);
                self.set_values(self.buffer, on);
                self.end_comm_change(row, on);
                notify(Event::CommChanged, on.mib.comm_change_notification, on);
            }
            Row::E18 => self.step_comm_change(row, Y::Y1Accepted, on), //= 211.0-B-6 table-6-8 E18
            Row::E19 => {
                //= 211.0-B-6 table-6-8 E19
                self.step_comm_change(row, Y::Y5Acting, on);
                on.start(Timer::Wait, on.mib.tail_idle_duration);
            }
            Row::E20 => {
                //= 211.0-B-6 table-6-8 E20
                self.set_values(self.other_values, on);
                self.end_comm_change(row, on);
                on.events.push(Event::CommChangeReceived);
                return Outcome::NeedPlcw;
            }
            _ => return self.take_termination(row, on),
        }
        Outcome::Continue
    }

    /// Table 6-9.
    fn take_termination(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        let state = self.vars.state;
        match row {
            Row::E21 => {
                //= 211.0-B-6 table-6-9 E21
                self.transition(row, state, on);
                self.begin_x2(on);
            }
            Row::E22 => {
                //= 211.0-B-6 table-6-9 E22
                self.transition(row, state, on);
                self.vars.x = X::X4Finishing;
                Self::watch_silence(on);
                on.events.push(Event::RemoteNoMoreData);
            }
            Row::E23 => {
                //= 211.0-B-6 table-6-9 E23
                self.transition(row, state, on);
                on.events.push(Event::RemoteNoMoreData);
                self.begin_x5(on);
            }
            Row::E24 => {
                //= 211.0-B-6 table-6-9 E24
                self.transition(row, state, on);
                self.begin_x5(on);
            }
            Row::E25 => {
                //= 211.0-B-6 table-6-9 E25
                self.rnmd_left = 0; // if the carrier is gone, the other end needs no telling
                self.begin_tail(row, State::S45TerminatingTail, SubState::Tail, on);
            }
            Row::E26 => {
                //= 211.0-B-6 table-6-9 E26
                let outcome = self.enter_s1(row, on);
                end(EndOfSession::NoMoreData, on);
                return outcome;
            }
            Row::E28 => {
                //= 211.0-B-6 table-6-9 E28
                let outcome = self.enter_s1(row, on);
                end(EndOfSession::SetModeInactive, on);
                return outcome;
            }
            _ => return Outcome::NoRow,
        }
        Outcome::Continue
    }

    /// Both ends are finished. The other one may not know it yet, so it is told more than once.
    fn begin_x5(&mut self, on: &mut Surroundings<'_>) {
        self.vars.x = X::X5Finished;
        self.rnmd_left = COPIES - 1;
        self.queue_rnmd();
        on.timers.stop(Timer::TerminationLifetime);
        on.start(Timer::RnmdRepeat, on.mib.persistence_wait_time);
    }

    fn begin_comm_change(&mut self, row: Row, y: Y, on: &mut Surroundings<'_>) {
        self.vars.y = y;
        self.vars.z = false;
        self.vars.persistence = true;
        self.transition(row, State::S48CommChange, on);
        self.vars.sub_state = SubState::CommChange;
        on.timers.stop(Timer::Wait);
    }

    fn step_comm_change(&mut self, row: Row, y: Y, on: &mut Surroundings<'_>) {
        self.vars.y = y;
        self.transition(row, State::S48CommChange, on);
    }

    fn end_comm_change(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.old_receiver = None;
        self.vars.y = Y::Y0None;
        self.vars.z = false;
        self.vars.persistence = false;
        self.begin_carrier(row, State::S41CarrierOnly, on);
    }
}

pub(super) fn notify(event: Event, wanted: bool, on: &mut Surroundings<'_>) {
    if wanted {
        on.events.push(event);
    }
}
