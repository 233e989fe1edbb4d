//! The persistent activities of the MAC sublayer, and what their directives say: hail, `COMM_CHANGE`, the end of a session.
//!
//! Book: 211.0-B-6 4.10 of the facts (action, waiting period, response, notification, lifetime). When an action is taken and what
//! answers it is in the tables; here is the action itself, and what happens when its lifetime is over.

use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::{
    ControlParameters, Directive, DirectiveBuffer, ReportSourceScid, SetVR,
};

use super::full_duplex::notify;
use super::{
    Duplex, Mac, Mode, Outcome, Role, Row, State, SubState, Surroundings, VAIN_TURNS, X, Y,
};
use crate::communication::CommunicationValues;
use crate::event::Event;
use crate::mib::Mib;
use crate::timer::Timer;

impl Mac {
    /// What the SPDU of a hail says (B1, order of the hail).
    pub(super) fn load_hail(&mut self, mib: &Mib) {
        //= 211.0-B-6 6 hail-spdu
        let mut hail = DirectiveBuffer::new();
        self.hailed = self.buffer;
        self.hailed.push_to(&mut hail);
        if mib.hail_names_caller {
            let name = ReportSourceScid::new(mib.local_spacecraft_id);
            let _ = hail.push(Directive::ReportSourceScid(name)); // five of seven places at most
        }
        if self.fresh && mib.hail_sets_v_r {
            let _ = hail.push(Directive::SetVR(SetVR::new(SeqNum::default())));
        }
        self.queue.load(hail);
    }

    pub(super) fn load_comm_change(&mut self) {
        let mut directives = DirectiveBuffer::new();
        self.buffer.push_to(&mut directives);
        self.queue.load(directives);
    }

    pub(super) fn queue_rnmd(&mut self) {
        self.queue
            .push(Directive::SetControlParameters(ControlParameters {
                remote_no_more_data: true,
                ..ControlParameters::default()
            }));
    }

    pub(super) fn queue_token(&mut self) {
        self.queue
            .push(Directive::SetControlParameters(ControlParameters {
                remote_no_more_data: self.vars.x == X::X2SendingRnmd,
                token: true,
                ..ControlParameters::default()
            }));
    }

    /// RNMD is due again.
    pub(super) fn repeat_rnmd(&mut self, on: &mut Surroundings<'_>) {
        //= 211.0-B-6 table-6-9 rnmd-repeated
        match self.vars.x {
            X::X2SendingRnmd => {
                self.queue_rnmd();
                on.start(Timer::RnmdRepeat, on.mib.persistence_wait_time);
            }
            X::X5Finished if self.rnmd_left > 0 => {
                self.rnmd_left -= 1;
                self.queue_rnmd();
                if self.rnmd_left > 0 {
                    on.start(Timer::RnmdRepeat, on.mib.persistence_wait_time);
                }
            }
            _ => {}
        }
    }

    /// X = 2 begins: RNMD is said until it is answered, but not for ever to nobody.
    pub(super) fn begin_x2(&mut self, on: &mut Surroundings<'_>) {
        self.vars.x = X::X2SendingRnmd;
        if self.vars.duplex == Duplex::Full {
            self.queue_rnmd();
            on.start(Timer::RnmdRepeat, on.mib.persistence_wait_time);
        }
        Self::watch_silence(on);
    }

    /// One end has no more data: whoever falls silent now may not come back.
    pub(super) fn watch_silence(on: &mut Surroundings<'_>) {
        on.start_if_used(Timer::TerminationLifetime, on.mib.termination_lifetime);
    }

    /// A valid frame came: the other end is alive.
    ///
    /// Turns are in order if a PLCW comes, which is first in every turn; any frame will do if there is nothing to acknowledge.
    pub(crate) fn heard(&mut self, all_acknowledged: bool, on: &mut Surroundings<'_>) {
        self.empty_waits = 0;
        if all_acknowledged {
            self.vars.failed_token_passes = 0;
        }
        if on.timers.deadline(Timer::TerminationLifetime).is_some() {
            on.start(Timer::TerminationLifetime, on.mib.termination_lifetime);
        }
    }

    pub(super) fn set_values(&mut self, values: CommunicationValues, on: &mut Surroundings<'_>) {
        if values != self.in_force {
            self.in_force = values;
            on.events.push(Event::CommunicationValues);
        }
    }

    /// A PLCW came: turns are in order.
    pub(crate) fn note_report(&mut self) {
        self.vars.failed_token_passes = 0;
        self.token_passes = false;
    }

    /// User data came or was acknowledged: the session is one in which things happen.
    pub(crate) fn note_progress(&mut self) {
        self.productive = true;
        self.vain_turns = 0;
    }

    /// The other end began anew in the middle of a session: what the old one said about its end no longer holds.
    pub(crate) fn begin_anew(&mut self, on: &mut Surroundings<'_>) {
        self.vars.x = self.first_x();
        self.rnmd_left = 0;
        on.timers.stop(Timer::RnmdRepeat);
        on.timers.stop(Timer::TerminationLifetime);
    }

    fn first_x(&self) -> X {
        match self.vars.duplex {
            Duplex::Half if self.vars.local_no_more_data => X::X1LocalNoMoreData,
            _ => X::X0PassingData,
        }
    }

    /// `Hail_Lifetime` begins, or goes on if the session since the last hail brought no data and did not last: two ends that hail and answer
    /// and never understand each other shall not go on for ever.
    pub(super) fn begin_hail_lifetime(&mut self, on: &mut Surroundings<'_>) {
        let lifetime = on.mib.hail_lifetime;
        let lasted = on.now.duration_since(self.established_at) >= lifetime;
        if core::mem::take(&mut self.productive) || lasted {
            self.hail_began = on.now;
        }
        if lifetime.is_zero() {
            on.timers.stop(Timer::HailLifetime);
        } else {
            let end = self.hail_began + lifetime;
            on.start(Timer::HailLifetime, end.duration_since(on.now));
        }
    }

    /// Whether a `COMM_CHANGE` may begin: none is under way, and the end of the session is not settled.
    pub(super) fn may_change(&self) -> bool {
        let settled = match self.vars.duplex {
            Duplex::Half => matches!(self.vars.x, X::X2SendingRnmd | X::X5Finished),
            _ => self.vars.x == X::X5Finished,
        };
        self.vars.y == Y::Y0None && !settled
    }

    /// Half duplex: a turn ends, with frames unacknowledged. Two ends that both took a turn for lost hear the end of each other's turns, tokens and
    /// all, and never the beginning; if the responder lets one token pass, it hears a whole turn and all is in order again.
    pub(super) fn count_vain_turn(&mut self) {
        if self.vars.role == Role::Responder {
            self.vain_turns = self.vain_turns.saturating_add(1);
        }
    }

    /// Whether the token is let pass, copies and all; the one behind the next PLCW is not.
    pub(crate) fn lets_token_pass(&mut self) -> bool {
        if self.vars.duplex == Duplex::Half && self.vain_turns >= VAIN_TURNS {
            self.vain_turns = 0;
            self.token_passes = true;
        }
        self.token_passes
    }

    /// The own receiver changes before the answer to `COMM_CHANGE`, which comes on the new values.
    pub(super) fn switch_receiver(&mut self, on: &mut Surroundings<'_>) {
        self.old_receiver.get_or_insert(self.in_force.receiver);
        let receiver = self.buffer.receiver;
        self.set_values(
            CommunicationValues {
                receiver,
                ..self.in_force
            },
            on,
        );
    }

    /// Hail directives were heard: their values are in force, and the answer begins with a carrier.
    pub(super) fn answer_hail(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        self.begin_session(on);
        self.set_values(self.other_values, on);
        self.vars.mode = Mode::Active;
        self.begin_carrier(row, to, on);
        notify(Event::HailReceived, on.mib.hail_notification, on);
        self.established(on);
    }

    /// The session is established: numbers count from now on.
    pub(super) fn established(&mut self, on: &mut Surroundings<'_>) {
        self.fresh = false;
        self.productive = false;
        self.established_at = on.now;
        on.timers.stop(Timer::HailLifetime);
    }

    /// A session without a carrier from its first moment on is one that may never come.
    pub(super) fn watch_carrier(&self, on: &mut Surroundings<'_>) {
        if !self.vars.carrier_acquired {
            on.start_if_used(Timer::CarrierLoss, on.mib.carrier_loss_timer_duration);
        }
    }

    /// The session is established anew or for the first time: what was said about its end no longer holds.
    pub(super) fn begin_session(&mut self, on: &mut Surroundings<'_>) {
        self.vars.x = self.first_x();
        self.vars.y = Y::Y0None;
        self.vars.z = false;
        self.vars.failed_token_passes = 0;
        self.empty_waits = 0;
        self.lock_lost = false;
        self.old_receiver = None;
        self.vain_turns = 0;
        self.token_passes = false;
        for timer in [
            Timer::CommChangeLifetime,
            Timer::RnmdRepeat,
            Timer::TerminationLifetime,
            Timer::CarrierLoss,
            Timer::Plcw,
            Timer::FirstPlcw,
        ] {
            on.timers.stop(timer);
        }
        self.queue.clear();
    }

    pub(super) fn comm_change_failed(&mut self, on: &mut Surroundings<'_>) -> Outcome {
        let row = Row::CommChangeLifetimeOver;
        if !matches!(self.vars.y, Y::Y1Accepted | Y::Y2Sending | Y::Y3Waiting) {
            return Outcome::NoRow;
        }
        let to = match self.vars.state {
            State::S48CommChange => State::S40DataServices,
            state => state,
        };
        self.give_up_comm_change(on);
        self.transition(row, to, on);
        if to == State::S40DataServices {
            self.vars.sub_state = SubState::DataServices;
            on.timers.stop(Timer::Wait);
        }
        Outcome::Continue
    }

    /// Back to the values that were in force; the other end, if it has changed already, will be heard on them no more and hailed.
    pub(super) fn give_up_comm_change(&mut self, on: &mut Surroundings<'_>) {
        if let Some(receiver) = self.old_receiver.take() {
            let values = CommunicationValues {
                receiver,
                ..self.in_force
            };
            self.set_values(values, on);
        }
        match self.vars.state {
            State::S48CommChange => {
                if self.vars.y == Y::Y2Sending {
                    self.queue.clear();
                }
                self.vars.persistence = false;
            }
            // The directives would have handed the turn over.
            State::S56SendToken if self.vars.y == Y::Y2Sending => {
                self.queue.clear();
                self.queue_token();
            }
            // PERSISTENCE is this activity's, unless Send_Duration is over as well.
            State::S50DataServicesSending
                if self.vars.y == Y::Y2Sending && on.timers.deadline(Timer::Wait).is_some() =>
            {
                self.vars.persistence = false;
            }
            _ => {}
        }
        self.vars.y = Y::Y0None;
        self.vars.z = false;
        on.timers.stop(Timer::CommChangeLifetime);
        if on.mib.comm_change_notification {
            on.events.push(Event::CommChangeFailed);
        }
    }
}
