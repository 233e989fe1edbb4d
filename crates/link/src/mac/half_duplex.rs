//! Half duplex: tables 6-10 (session establishment), 6-11 (data services, token) and 6-12 (termination, `COMM_CHANGE`).
//!
//! Book: 211.0-B-6; the facts name the three tables together, the split is ours. Decisions beyond the printed rows, all in
//! `docs/deviations.md`: the carrier counts as lost when the own receiver was off; `Receive_Duration` of a responder is half as long again; E44 and
//! E45 end after `Maximum_Failed_Token_Passes`; RNMD goes with the token in every turn of X = 2, and three times in S54.

use super::full_duplex::notify;
use super::{
    COPIES, Input, Mac, Mode, Outcome, Role, Row, State, SubState, Surroundings, X, Y, end,
};
use crate::clock::{DataRate, Duration};
use crate::communication::CommunicationValues;
use crate::event::{EndOfSession, Event};
use crate::mib::Mib;
use crate::timer::Timer;

/// A PLTU with a token, of either frame version.
const TOKEN_BITS: u64 = 20 * 8;

impl Mac {
    /// Which row of the three tables an input takes.
    pub(super) fn half_duplex_row(&self, input: Input, mib: &Mib) -> Option<Row> {
        let vars = &self.vars;
        let receiving = matches!(
            vars.state,
            State::S60DataServicesReceiving | State::S61AwaitingFirstFrame
        );
        let carrier = vars.carrier_acquired && self.empty_waits < mib.maximum_failed_token_passes;
        Some(match (vars.state, input) {
            (State::S1Inactive, Input::Mode(Mode::ConnectingL)) => Row::E29,
            (State::S2WaitingForHail, Input::Hail) => Row::E30,
            (State::S1Inactive, Input::Mode(Mode::ConnectingT)) => Row::E31,
            (State::S11HailCarrier, Input::WaitExpired) => Row::E32,
            (State::S12HailAcquisition, Input::WaitExpired) => Row::E33,
            (State::S13HailDirectives, Input::OutputIdle { .. }) => Row::E34,
            (State::S14HailTail, Input::WaitExpired) => Row::E35,
            (State::S36HailResponse, Input::WaitExpired) => Row::E36,
            (State::S36HailResponse, Input::ValidFrame) => Row::E37,
            (State::S50DataServicesSending, Input::WaitExpired) => Row::E38,
            (State::S50DataServicesSending, Input::OutputIdle { quiescent }) => {
                return Some(self.sending_row(quiescent, mib));
            }
            (State::S51CarrierOnly, Input::WaitExpired) => Row::E40,
            (State::S52AcquisitionIdle, Input::WaitExpired) => Row::E41,
            (State::S56SendToken, Input::OutputIdle { .. }) if vars.y == Y::Y2Sending => Row::E66,
            (State::S56SendToken, Input::OutputIdle { .. }) => Row::E42,
            (State::S58TailBeforeTurnaround, Input::WaitExpired) if vars.y == Y::Y2Sending => {
                Row::E67
            }
            (State::S58TailBeforeTurnaround, Input::WaitExpired) => Row::E43,
            (State::S60DataServicesReceiving, Input::WaitExpired) if carrier => Row::E44,
            (State::S61AwaitingFirstFrame, Input::WaitExpired) if carrier => Row::E45,
            (State::S61AwaitingFirstFrame, Input::ValidFrame) if vars.y == Y::Y3Waiting => Row::E68,
            (State::S61AwaitingFirstFrame, Input::ValidFrame) => Row::E46,
            (State::S62AwaitingCarrier, Input::CarrierAcquired) => Row::E47,
            (State::S60DataServicesReceiving, Input::WaitExpired) => Row::E48,
            (_, Input::Token) if receiving => Row::E49,
            (State::S61AwaitingFirstFrame | State::S62AwaitingCarrier, Input::WaitExpired) => {
                Row::E50
            }
            (state, Input::LocalNoMoreData) if state != State::S1Inactive => match vars.x {
                X::X0PassingData => Row::E51,
                X::X3RnmdReceived => Row::E52,
                _ => return None,
            },
            (_, Input::Rnmd) if receiving && vars.x == X::X2SendingRnmd => Row::E58,
            (_, Input::Rnmd) if receiving => Row::E54,
            (State::S54SendRnmd, Input::OutputIdle { .. }) => Row::E56,
            (State::S55TerminatingTail, Input::WaitExpired) => Row::E57,
            (state, Input::Mode(Mode::Inactive)) if state != State::S1Inactive => Row::E61,
            (State::S50DataServicesSending, Input::LocalCommChange) if self.may_change() => {
                Row::E63
            }
            (state, Input::LocalCommChange)
                if vars.mode == Mode::Active
                    && self.may_change()
                    && state != State::S80Reconnect =>
            {
                Row::E62
            }
            (_, Input::RemoteCommChange) if receiving => Row::E69,
            (State::S80Reconnect, Input::WaitExpired) => Row::E84,
            (State::S60DataServicesReceiving, Input::CarrierLoss)
                if vars.role == Role::Responder =>
            {
                Row::E85
            }
            _ => return None,
        })
    }

    /// The rows of S50 for "no frames pending", the most pressing first.
    fn sending_row(&self, quiescent: bool, mib: &Mib) -> Row {
        let vars = &self.vars;
        match (vars.x, vars.y) {
            _ if vars.failed_token_passes > mib.maximum_failed_token_passes => Row::E83,
            // The other end would not hear RNMD beside communication values, so one of the two waits.
            (x, Y::Y1Accepted) if x != X::X2SendingRnmd => Row::E64,
            (_, Y::Y2Sending) => Row::E65,
            (X::X1LocalNoMoreData, _) if quiescent => Row::E53,
            (X::X4Finishing, _) if quiescent => Row::E55,
            _ => Row::E39,
        }
    }

    /// Carries a row out.
    #[expect(clippy::match_same_arms, reason = "one arm for each printed row")]
    pub(super) fn take_half_duplex(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        match row {
            Row::E29 => self.enter_s2(row, on), //= 211.0-B-6 table-6-10 E29
            Row::E30 => return self.take_e30(row, on),
            Row::E31 => {
                //= 211.0-B-6 table-6-10 E31
                self.vars.role = Role::Caller;
                self.hail_again(row, State::S11HailCarrier, on);
            }
            Row::E32 => self.begin_acquisition(row, State::S12HailAcquisition, on), //= 211.0-B-6 table-6-10 E32
            Row::E33 => {
                //= 211.0-B-6 table-6-10 E33
                self.transition(row, State::S13HailDirectives, on);
                self.vars.sub_state = SubState::Directives;
                self.load_hail(on.mib);
            }
            Row::E34 => self.begin_tail(row, State::S14HailTail, SubState::Tail, on), //= 211.0-B-6 table-6-10 E34
            Row::E35 => self.take_e35(row, on),
            Row::E36 => {
                //= 211.0-B-6 table-6-10 E36
                self.begin_carrier(row, State::S11HailCarrier, on);
                notify(Event::HailRepeated, on.mib.hail_notification, on);
            }
            Row::E37 => return self.take_e37(row, on),
            Row::E83 => {
                //= 211.0-B-6 table-6-11 E83
                match self.vars.role {
                    Role::Caller => self.enter_s80(row, on),
                    Role::Responder => self.enter_s2(row, on),
                }
            }
            Row::E84 => self.hail_again(row, State::S11HailCarrier, on), //= 211.0-B-6 table-6-10 E84
            Row::E85 => self.enter_s2(row, on), //= 211.0-B-6 table-6-10 E85
            Row::E53
            | Row::E54
            | Row::E55
            | Row::E56
            | Row::E57
            | Row::E58
            | Row::E51
            | Row::E52
            | Row::E61 => {
                return self.take_half_duplex_end(row, on);
            }
            Row::E62
            | Row::E63
            | Row::E64
            | Row::E65
            | Row::E66
            | Row::E67
            | Row::E68
            | Row::E69 => {
                return self.take_half_duplex_change(row, on);
            }
            _ => return self.take_half_duplex_data(row, on),
        }
        Outcome::Continue
    }

    fn take_e35(&mut self, row: Row, on: &mut Surroundings<'_>) {
        //= 211.0-B-6 table-6-10 E35
        self.transition(row, State::S36HailResponse, on);
        self.stop_transmitting();
        self.forget_carrier();
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

    fn take_e37(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        //= 211.0-B-6 table-6-10 E37
        self.established(on);
        self.begin_session(on);
        self.transition(row, State::S60DataServicesReceiving, on);
        self.vars.mode = Mode::Active;
        self.vars.sub_state = SubState::DataServices;
        self.vars.persistence = false;
        self.vars.carrier_acquired = true; // a frame has come by it
        self.set_values(self.hailed, on);
        self.wait_to_receive(on);
        notify(Event::HailAnswered, on.mib.hail_notification, on);
        Outcome::SessionBegins
    }

    fn take_e30(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        //= 211.0-B-6 table-6-10 E30
        self.answer_hail(row, State::S51CarrierOnly, on);
        Outcome::SessionBegins
    }

    /// Table 6-11: turns.
    fn take_half_duplex_data(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        match row {
            Row::E38 => {
                //= 211.0-B-6 table-6-11 E38
                self.transition(row, State::S50DataServicesSending, on);
                self.vars.persistence = true;
            }
            Row::E39 => self.pass_token(row, on),
            Row::E40 => self.begin_acquisition(row, State::S52AcquisitionIdle, on), //= 211.0-B-6 table-6-11 E40
            Row::E41 => {
                //= 211.0-B-6 table-6-11 E41
                self.transition(row, State::S50DataServicesSending, on);
                self.vars.sub_state = SubState::DataServices;
                self.vars.persistence = false;
                on.start(Timer::Wait, on.mib.send_duration);
                return Outcome::DataServices;
            }
            Row::E42 => {
                //= 211.0-B-6 table-6-11 E42
                self.begin_tail(row, State::S58TailBeforeTurnaround, SubState::Tail, on);
                self.vars.failed_token_passes = self.vars.failed_token_passes.saturating_add(1);
                if self.unacknowledged {
                    self.count_vain_turn();
                }
            }
            Row::E43 => self.turn_round(row, on), //= 211.0-B-6 table-6-11 E43
            Row::E44 => {
                //= 211.0-B-6 table-6-11 E44
                self.transition(row, State::S60DataServicesReceiving, on);
                self.empty_waits = self.empty_waits.saturating_add(1);
                on.start(Timer::Wait, on.mib.receive_duration);
                on.events.push(Event::SenderOverran);
            }
            Row::E45 => {
                //= 211.0-B-6 table-6-11 E45
                self.transition(row, State::S61AwaitingFirstFrame, on);
                self.empty_waits = self.empty_waits.saturating_add(1);
                on.start(Timer::Wait, on.mib.receive_duration);
                on.events.push(Event::NoDataThisContact);
            }
            Row::E46 => self.begin_to_receive(row, on), //= 211.0-B-6 table-6-11 E46
            Row::E47 => {
                //= 211.0-B-6 table-6-11 E47
                self.transition(row, State::S61AwaitingFirstFrame, on);
                self.vars.sub_state = SubState::CarrierOnly;
            }
            Row::E48 => {
                //= 211.0-B-6 table-6-11 E48
                on.events.push(Event::NoCarrier);
                self.take_turn(row, on);
            }
            Row::E49 => self.take_turn(row, on), //= 211.0-B-6 table-6-11 E49
            Row::E50 => {
                //= 211.0-B-6 table-6-11 E50
                on.events.push(Event::NoCarrier);
                if self.vars.y == Y::Y3Waiting {
                    self.vars.y = Y::Y1Accepted; // nobody answered: the directives go out again
                }
                self.take_turn(row, on);
            }
            _ => return Outcome::NoRow,
        }
        Outcome::Continue
    }

    /// E39. RNMD goes with the token, in every turn of X = 2: whoever hears the one has heard the other.
    fn pass_token(&mut self, row: Row, on: &mut Surroundings<'_>) {
        //= 211.0-B-6 table-6-11 E39
        self.transition(row, State::S56SendToken, on);
        self.vars.sub_state = SubState::CommChange;
        self.vars.persistence = true;
        on.timers.stop(Timer::Wait);
        self.queue_token();
        self.queue.repeat(self.token_copies(on.mib));
    }

    /// As many copies as the other end's carrier and acquisition leave time for, if its durations are those of this end: it is turned
    /// round by the first one, and this end is deaf until its tail is out.
    fn token_copies(&self, mib: &Mib) -> u8 {
        let preliminaries = mib.carrier_only_duration + mib.acquisition_idle_duration;
        let spare = preliminaries
            .as_micros()
            .saturating_sub(mib.tail_idle_duration.as_micros());
        let rate = self
            .in_force
            .transmitter
            .data_rate()
            .unwrap_or(DataRate::KBPS_8);
        let frame = rate.duration_of_bits(TOKEN_BITS).as_micros().max(1);
        let more = spare / (2 * frame);
        u8::try_from(more).map_or(COPIES, |more| COPIES.min(1_u8.saturating_add(more)))
    }

    /// Table 6-12: the end of the session.
    #[expect(clippy::match_same_arms, reason = "one arm for each printed row")]
    fn take_half_duplex_end(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        let state = self.vars.state;
        match row {
            Row::E51 => {
                //= 211.0-B-6 table-6-12 E51
                self.transition(row, state, on);
                self.vars.x = X::X1LocalNoMoreData;
            }
            Row::E52 => {
                //= 211.0-B-6 table-6-12 E52
                self.transition(row, state, on);
                self.vars.x = X::X4Finishing;
            }
            Row::E53 => {
                //= 211.0-B-6 table-6-12 E53
                self.transition(row, state, on);
                self.begin_x2(on);
            }
            Row::E54 => {
                //= 211.0-B-6 table-6-12 E54
                self.vars.x = match self.vars.x {
                    X::X0PassingData => X::X3RnmdReceived,
                    X::X1LocalNoMoreData => X::X4Finishing,
                    x => x,
                };
                on.events.push(Event::RemoteNoMoreData);
                Self::watch_silence(on);
                self.take_turn(row, on);
            }
            Row::E55 => {
                //= 211.0-B-6 table-6-12 E55
                self.transition(row, State::S54SendRnmd, on);
                self.vars.x = X::X5Finished;
                self.vars.sub_state = SubState::Directives;
                self.vars.persistence = true;
                on.timers.stop(Timer::Wait);
                self.queue_rnmd();
                self.queue.repeat(COPIES);
            }
            Row::E56 => {
                //= 211.0-B-6 table-6-12 E56
                self.begin_tail(
                    row,
                    State::S55TerminatingTail,
                    SubState::TerminatingTail,
                    on,
                );
                self.vars.x = X::X0PassingData;
            }
            Row::E57 => return self.end_session(row, EndOfSession::NoMoreData, on), //= 211.0-B-6 table-6-12 E57
            Row::E58 => return self.end_session(row, EndOfSession::NoMoreData, on), //= 211.0-B-6 table-6-12 E58
            Row::E61 => return self.end_session(row, EndOfSession::SetModeInactive, on), //= 211.0-B-6 table-6-12 E61
            _ => return Outcome::NoRow,
        }
        Outcome::Continue
    }

    fn end_session(&mut self, row: Row, why: EndOfSession, on: &mut Surroundings<'_>) -> Outcome {
        let outcome = self.enter_s1(row, on);
        end(why, on);
        outcome
    }

    /// Table 6-12: `COMM_CHANGE`.
    fn take_half_duplex_change(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
        let state = self.vars.state;
        match row {
            Row::E62 => {
                //= 211.0-B-6 table-6-12 E62
                self.transition(row, state, on);
                self.vars.y = Y::Y1Accepted;
                on.start_if_used(Timer::CommChangeLifetime, on.mib.comm_change_lifetime);
            }
            Row::E63 => {
                //= 211.0-B-6 table-6-12 E63
                on.start_if_used(Timer::CommChangeLifetime, on.mib.comm_change_lifetime);
                self.send_comm_change(row, on);
            }
            Row::E64 => self.send_comm_change(row, on), //= 211.0-B-6 table-6-12 E64
            Row::E65 => {
                //= 211.0-B-6 table-6-12 E65
                self.transition(row, State::S56SendToken, on);
                self.vars.sub_state = SubState::CommChange;
                on.timers.stop(Timer::Wait);
                self.load_comm_change();
            }
            Row::E66 => {
                //= 211.0-B-6 table-6-12 E66
                self.begin_tail(row, State::S58TailBeforeTurnaround, SubState::Tail, on);
                self.vars.failed_token_passes = self.vars.failed_token_passes.saturating_add(1);
            }
            Row::E67 => {
                //= 211.0-B-6 table-6-12 E67
                self.turn_round(row, on);
                self.vars.y = Y::Y3Waiting;
            }
            Row::E68 => {
                //= 211.0-B-6 table-6-12 E68
                on.timers.stop(Timer::CommChangeLifetime);
                self.vars.y = Y::Y0None;
                self.old_receiver = None;
                self.set_values(self.buffer, on);
                self.begin_to_receive(row, on);
                notify(Event::CommChanged, on.mib.comm_change_notification, on);
            }
            Row::E69 => {
                //= 211.0-B-6 table-6-12 E69
                self.set_values(self.other_values, on);
                on.events.push(Event::CommChangeReceived);
                self.take_turn(row, on);
                return Outcome::NeedPlcw;
            }
            _ => return Outcome::NoRow,
        }
        Outcome::Continue
    }

    /// Y = 2: what is being sent is finished, then the directives go out; their answer comes on the new values.
    fn send_comm_change(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.transition(row, State::S50DataServicesSending, on);
        self.vars.y = Y::Y2Sending;
        self.vars.persistence = true;
        self.switch_receiver(on);
    }

    /// To S51: this end sends now.
    fn take_turn(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.token_passes = false;
        on.timers.stop(Timer::CarrierLoss);
        self.begin_carrier(row, State::S51CarrierOnly, on);
    }

    /// To S62: the other end sends now. What the own receiver said before it was off counts no more.
    fn turn_round(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.transition(row, State::S62AwaitingCarrier, on);
        self.stop_transmitting();
        self.forget_carrier();
        self.vars.persistence = false;
        self.vars.sub_state = SubState::AcquisitionIdle;
        self.empty_waits = 0;
        self.wait_to_receive(on);
    }

    fn forget_carrier(&mut self) {
        //= 211.0-B-6 table-6-11 carrier-forgotten
        self.vars.carrier_acquired = false;
        self.vars.symbol_inlock_status = false;
    }

    fn begin_to_receive(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.transition(row, State::S60DataServicesReceiving, on);
        self.vars.sub_state = SubState::DataServices;
        self.wait_to_receive(on);
    }

    /// WT = `Receive_Duration`; a responder waits half as long again, so that two ends that both missed the token do not act at once.
    fn wait_to_receive(&mut self, on: &mut Surroundings<'_>) {
        //= 211.0-B-6 table-6-11 receive-duration
        let span = on.mib.receive_duration;
        on.start(
            Timer::Wait,
            match self.vars.role {
                Role::Caller => span,
                Role::Responder => span + Duration::from_micros(span.as_micros() / 2),
            },
        );
    }
}
