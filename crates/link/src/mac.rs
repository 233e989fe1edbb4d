//! Medium access control sublayer: the state of a session and what it lets the transmitter do.
//!
//! Book: 211.0-B-6 section 6: MAC variables and states ([`vars`]), local directives ([`directive`]), tables 6-7 to 6-9 (`full_duplex`),
//! 6-10 to 6-12 (`half_duplex`), 6-13 ([`simplex`]), table 6-6 (initialise), and the three persistent activities (hail, `COMM_CHANGE`; the
//! resynchronisation is COP-P's). Every table is a `match` from state and input to a [`Row`]; a second `match` carries the row out.
//! What the tables leave out or lock up in is decided in `docs/deviations.md`.
//!
//! The procedure owns no clock and no queue but that of its own directives: it is told what happened and changes its variables, the timer
//! table and the events.

use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::{
    ControlParameters, Directive, DirectiveBuffer, ReportSourceScid, SetVR,
};

use crate::clock::{Duration, Instant};
use crate::communication::{CommunicationValues, LinkSettings};
use crate::event::{EndOfSession, Event, Events};
use crate::mib::Mib;
use crate::timer::{Timer, Timers};

pub mod directive;
mod full_duplex;
mod half_duplex;
mod queue;
mod row;
pub mod simplex;
pub mod vars;

pub use directive::{DirectiveError, LocalDirective};
pub use row::Row;
pub use vars::{Duplex, Mode, OnOff, PhyStatus, Role, State, SubState, Vars, X, Y};

pub(crate) use queue::MacQueue;

/// RNMD goes out so often once both ends are finished: nobody will answer it any more.
const RNMD_COPIES: u8 = 3;

/// What a MAC procedure may touch besides its own variables.
pub(crate) struct Surroundings<'a> {
    pub(crate) now: Instant,
    pub(crate) mib: &'a Mib,
    pub(crate) timers: &'a mut Timers,
    pub(crate) events: &'a mut Events,
}

impl Surroundings<'_> {
    fn start(&mut self, timer: Timer, span: Duration) {
        self.timers.start(timer, self.now, span);
    }

    /// Starts a timer that is not used when its parameter is zero.
    fn start_if_used(&mut self, timer: Timer, span: Duration) {
        if span.is_zero() {
            self.timers.stop(timer);
        } else {
            self.start(timer, span);
        }
    }
}

/// Tells the endpoint what its other sublayers must do after a MAC procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Outcome {
    /// No row for this input in this state.
    NoRow,
    /// A row was taken; nothing else to do.
    Continue,
    /// Entering S1 set everything to its initial values: the data services must follow (table 6-6).
    Initialised,
    /// Data services begin, or their turn in half duplex: a PLCW is due.
    DataServices,
    /// A P-frame that MAC wrote into the queue may be followed by others: PLCWs are due (`NEED_PLCW` is true).
    NeedPlcw,
}

/// What happens to the MAC sublayer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// SET MODE.
    Mode(Mode),
    /// WT reached zero.
    WaitExpired,
    /// `CARRIER_LOSS_TIMER` reached zero.
    CarrierLoss,
    /// The output FIFO is empty and no frame is pending that may go out.
    OutputIdle {
        /// Every queue of the data services is empty and everything sent is acknowledged.
        quiescent: bool,
    },
    /// Hail directives while S2 waits for them.
    Hail,
    /// Hail directives in a session: the other end wants other values, or did not hear the answer to its hail.
    RemoteCommChange,
    /// A valid frame for this end.
    ValidFrame,
    /// SET CONTROL PARAMETERS with the remote-no-more-data bit.
    Rnmd,
    /// SET CONTROL PARAMETERS with the token.
    Token,
    /// LOCAL `COMM_CHANGE`.
    LocalCommChange,
    /// LOCAL NO MORE DATA.
    LocalNoMoreData,
    /// `CARRIER_ACQUIRED` went true.
    CarrierAcquired,
    /// `SYMBOL_INLOCK_STATUS` went true.
    SymbolInlock,
    /// `SYMBOL_INLOCK_STATUS` went false.
    SymbolLockDropped,
}

/// The MAC sublayer of one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Mac {
    vars: Vars,
    /// Frames of the MAC queue.
    pub(crate) queue: MacQueue,
    /// `COMMUNICATION_VALUE_BUFFER`.
    buffer: CommunicationValues,
    /// What the radio is set to.
    in_force: CommunicationValues,
    /// What a hail or a `COMM_CHANGE` of the other end wants.
    other_values: CommunicationValues,
    /// What the receiver was set to before our own `COMM_CHANGE`.
    old_receiver: LinkSettings,
    /// Acquisition idle has begun and the coding and synchronisation sublayer has not been told.
    acquisition_begun: bool,
    /// This end began at S1 and no session has been established since: its sequence numbers are all zero.
    fresh: bool,
    /// Copies of RNMD still to be sent.
    rnmd_left: u8,
    /// Half duplex: RNMD has gone out in this turn.
    rnmd_in_turn: bool,
    /// Half duplex: Receive_Duration expired so often in a row without a valid frame.
    empty_waits: u8,
}

impl Mac {
    pub(crate) fn new(mib: &Mib) -> Self {
        Self {
            vars: Vars::default(),
            queue: MacQueue::new(),
            buffer: mib.communication_values,
            in_force: mib.communication_values,
            other_values: mib.communication_values,
            old_receiver: mib.communication_values.receiver,
            acquisition_begun: false,
            fresh: true,
            rnmd_left: 0,
            rnmd_in_turn: false,
            empty_waits: 0,
        }
    }

    pub(crate) fn vars(&self) -> &Vars {
        &self.vars
    }

    pub(crate) fn communication_values(&self) -> &CommunicationValues {
        &self.in_force
    }

    /// Whether this end has only just begun: no session since S1.
    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh
    }

    pub(crate) fn take_acquisition_begun(&mut self) -> bool {
        core::mem::take(&mut self.acquisition_begun)
    }

    /// A local directive, SET RECEIVING SCID BUFFER apart, which is frame acceptance's.
    pub(crate) fn handle_directive(
        &mut self,
        directive: LocalDirective,
        on: &mut Surroundings<'_>,
    ) -> Result<Outcome, DirectiveError> {
        //= 211.0-B-6 6 local-directives
        match directive {
            LocalDirective::SetMode(mode) => self.set_mode(mode, on),
            LocalDirective::SetInitializeMode => {
                let running = self.vars.state != State::S1Inactive;
                let outcome = self.enter_s1(Row::Initialize, on);
                if running {
                    end(EndOfSession::SetInitializeMode, on);
                }
                Ok(outcome)
            }
            LocalDirective::SetDuplex(duplex) if self.vars.state == State::S1Inactive => {
                self.vars.duplex = duplex;
                Ok(Outcome::Continue)
            }
            LocalDirective::SetDuplex(_) => Err(DirectiveError::SessionRuns),
            LocalDirective::SetTransmitterParameters(settings) => {
                checked(&settings)?;
                self.set_values(
                    CommunicationValues {
                        transmitter: settings,
                        ..self.in_force
                    },
                    on,
                );
                Ok(Outcome::Continue)
            }
            LocalDirective::SetReceiverParameters(settings) => {
                checked(&settings)?;
                self.set_values(
                    CommunicationValues {
                        receiver: settings,
                        ..self.in_force
                    },
                    on,
                );
                Ok(Outcome::Continue)
            }
            LocalDirective::LoadCommunicationValueBuffer(values) => {
                checked(&values.transmitter)?;
                checked(&values.receiver)?;
                if self.vars.y != Y::Y0None {
                    return Err(DirectiveError::CommChangeRuns);
                }
                self.buffer = values;
                Ok(Outcome::Continue)
            }
            LocalDirective::LocalCommChange if self.vars.y != Y::Y0None => {
                Err(DirectiveError::CommChangeRuns)
            }
            LocalDirective::LocalCommChange => match self.handle(Input::LocalCommChange, on) {
                Outcome::NoRow => Err(self.no_row()),
                outcome => Ok(outcome),
            },
            LocalDirective::LocalNoMoreData => self.local_no_more_data(on),
            LocalDirective::SetReceivingScidBuffer(_) => Ok(Outcome::Continue),
        }
    }

    fn set_mode(
        &mut self,
        mode: Mode,
        on: &mut Surroundings<'_>,
    ) -> Result<Outcome, DirectiveError> {
        if mode == Mode::Inactive && self.vars.state == State::S1Inactive {
            return Ok(Outcome::Continue); // already there
        }
        match self.handle(Input::Mode(mode), on) {
            Outcome::NoRow => Err(self.no_row()),
            outcome => Ok(outcome),
        }
    }

    fn local_no_more_data(&mut self, on: &mut Surroundings<'_>) -> Result<Outcome, DirectiveError> {
        match self.vars.state {
            State::S1Inactive | State::S72SimplexReceive => Err(self.no_row()),
            _ => {
                self.vars.local_no_more_data = true;
                let _ = self.handle(Input::LocalNoMoreData, on);
                Ok(Outcome::Continue)
            }
        }
    }

    /// A timer of the MAC sublayer reached zero. `PLCW_TIMER` is the data services'.
    pub(crate) fn handle_expired(&mut self, timer: Timer, on: &mut Surroundings<'_>) -> Outcome {
        match timer {
            Timer::Wait => self.handle(Input::WaitExpired, on),
            Timer::CarrierLoss => {
                on.events.push(Event::CarrierLost);
                self.handle(Input::CarrierLoss, on)
            }
            Timer::HailLifetime => {
                let outcome = self.enter_s1(Row::HailLifetimeOver, on);
                end(EndOfSession::HailFailed, on);
                outcome
            }
            Timer::CommChangeLifetime => self.comm_change_failed(on),
            Timer::TerminationLifetime => {
                let outcome = self.enter_s1(Row::TerminationLifetimeOver, on);
                end(EndOfSession::NoAnswer, on);
                outcome
            }
            Timer::RnmdRepeat => {
                self.repeat_rnmd(on);
                Outcome::Continue
            }
            Timer::Plcw => Outcome::Continue,
        }
    }

    /// The physical layer's inputs changed, or were told again.
    pub(crate) fn handle_phy_status(
        &mut self,
        status: PhyStatus,
        on: &mut Surroundings<'_>,
    ) -> Outcome {
        let mut outcome = Outcome::NoRow;
        if status.carrier_acquired != self.vars.carrier_acquired {
            self.vars.carrier_acquired = status.carrier_acquired;
            if status.carrier_acquired {
                on.timers.stop(Timer::CarrierLoss);
                on.events.push(Event::CarrierAcquired);
                outcome = self.handle(Input::CarrierAcquired, on);
            } else {
                if self.watches_carrier() {
                    on.start_if_used(Timer::CarrierLoss, on.mib.carrier_loss_timer_duration);
                }
                on.events.push(Event::CarrierDropped);
            }
        }
        if status.symbol_inlock_status != self.vars.symbol_inlock_status {
            self.vars.symbol_inlock_status = status.symbol_inlock_status;
            let (event, input) = if status.symbol_inlock_status {
                (Event::SymbolInlock, Input::SymbolInlock)
            } else {
                (Event::SymbolLockDropped, Input::SymbolLockDropped)
            };
            on.events.push(event);
            let next = self.handle(input, on);
            if next != Outcome::NoRow {
                outcome = next;
            }
        }
        outcome
    }

    /// `CARRIER_LOSS_TIMER` runs in MODE active, in half duplex only while receiving.
    fn watches_carrier(&self) -> bool {
        self.vars.mode == Mode::Active
            && self.vars.state.receiver_is_on()
            && self.vars.state != State::S80Reconnect
    }

    /// Looks the row up in the table of this duplex and takes it.
    pub(crate) fn handle(&mut self, input: Input, on: &mut Surroundings<'_>) -> Outcome {
        let row = match self.vars.duplex {
            Duplex::Full => self.full_duplex_row(input, on.mib),
            Duplex::Half => self.half_duplex_row(input, on.mib),
            Duplex::SimplexTransmit | Duplex::SimplexReceive => {
                return self.handle_simplex(input, on);
            }
        };
        let Some(row) = row else {
            return Outcome::NoRow;
        };
        match self.vars.duplex {
            Duplex::Half => self.take_half_duplex(row, on),
            _ => self.take_full_duplex(row, on),
        }
    }

    /// Hail directives bring values, and maybe another DUPLEX, before their row is looked up.
    pub(crate) fn handle_hail(
        &mut self,
        values: CommunicationValues,
        duplex: Option<Duplex>,
        on: &mut Surroundings<'_>,
    ) -> Outcome {
        if self.vars.state == State::S2WaitingForHail {
            if let Some(duplex) = duplex {
                self.vars.duplex = duplex;
            }
            self.other_values = values;
            return self.handle(Input::Hail, on);
        }
        let before = core::mem::replace(&mut self.other_values, values);
        let outcome = self.handle(Input::RemoteCommChange, on);
        if outcome == Outcome::NoRow {
            self.other_values = before;
        }
        outcome
    }

    /// What the SPDU of a hail says (B1, order of the hail).
    fn load_hail(&mut self, mib: &Mib) {
        //= 211.0-B-6 6 hail-spdu
        let mut hail = DirectiveBuffer::new();
        self.buffer.push_to(&mut hail);
        if mib.hail_names_caller {
            let name = ReportSourceScid::new(mib.local_spacecraft_id);
            let _ = hail.push(Directive::ReportSourceScid(name)); // five of seven places at most
        }
        if self.fresh && mib.hail_sets_v_r {
            let _ = hail.push(Directive::SetVR(SetVR::new(SeqNum::default())));
        }
        self.queue.load(hail);
    }

    fn load_comm_change(&mut self) {
        let mut directives = DirectiveBuffer::new();
        self.buffer.push_to(&mut directives);
        self.queue.load(directives);
    }

    fn queue_rnmd(&mut self) {
        self.queue
            .push(Directive::SetControlParameters(ControlParameters {
                remote_no_more_data: true,
                ..ControlParameters::default()
            }));
    }

    fn queue_token(&mut self) {
        self.queue
            .push(Directive::SetControlParameters(ControlParameters {
                token: true,
                ..ControlParameters::default()
            }));
    }

    /// RNMD is due again.
    fn repeat_rnmd(&mut self, on: &mut Surroundings<'_>) {
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
    fn begin_x2(&mut self, on: &mut Surroundings<'_>) {
        self.vars.x = X::X2SendingRnmd;
        self.queue_rnmd();
        self.rnmd_in_turn = true;
        if self.vars.duplex == Duplex::Full {
            on.start(Timer::RnmdRepeat, on.mib.persistence_wait_time);
        }
        on.start_if_used(Timer::TerminationLifetime, on.mib.termination_lifetime);
    }

    /// A valid frame came: the other end is alive.
    pub(crate) fn heard(&mut self, on: &mut Surroundings<'_>) {
        self.empty_waits = 0;
        self.vars.failed_token_passes = 0;
        if on.timers.deadline(Timer::TerminationLifetime).is_some() {
            on.start(Timer::TerminationLifetime, on.mib.termination_lifetime);
        }
    }

    fn set_values(&mut self, values: CommunicationValues, on: &mut Surroundings<'_>) {
        if values != self.in_force {
            self.in_force = values;
            on.events.push(Event::CommunicationValues);
        }
    }

    /// The session is established: numbers count from now on.
    fn established(&mut self, on: &mut Surroundings<'_>) {
        self.fresh = false;
        on.timers.stop(Timer::HailLifetime);
    }

    /// A session without a carrier from its first moment on is one that may never come.
    fn watch_carrier(&self, on: &mut Surroundings<'_>) {
        if !self.vars.carrier_acquired {
            on.start_if_used(Timer::CarrierLoss, on.mib.carrier_loss_timer_duration);
        }
    }

    /// The session is established anew or for the first time: what was said about its end no longer holds.
    fn begin_session(&mut self, on: &mut Surroundings<'_>) {
        self.vars.x = match self.vars.duplex {
            Duplex::Half if self.vars.local_no_more_data => X::X1LocalNoMoreData,
            _ => X::X0PassingData,
        };
        self.vars.y = Y::Y0None;
        self.vars.z = false;
        self.vars.failed_token_passes = 0;
        self.empty_waits = 0;
        for timer in [
            Timer::CommChangeLifetime,
            Timer::RnmdRepeat,
            Timer::TerminationLifetime,
            Timer::CarrierLoss,
        ] {
            on.timers.stop(timer);
        }
        self.queue.clear();
    }

    fn comm_change_failed(&mut self, on: &mut Surroundings<'_>) -> Outcome {
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
    fn give_up_comm_change(&mut self, on: &mut Surroundings<'_>) {
        let old = CommunicationValues {
            receiver: self.old_receiver,
            ..self.in_force
        };
        if self.vars.y >= Y::Y2Sending {
            self.set_values(old, on);
        }
        self.vars.y = Y::Y0None;
        self.vars.z = false;
        self.vars.persistence = false;
        self.queue.clear();
        on.timers.stop(Timer::CommChangeLifetime);
        if on.mib.comm_change_notification {
            on.events.push(Event::CommChangeFailed);
        }
    }

    /// Notes the row and the new state.
    fn transition(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        let from = core::mem::replace(&mut self.vars.state, to);
        on.events.push(Event::Transition { row, from, to });
    }

    /// Carrier without modulation, for `Carrier_Only_Duration`.
    fn begin_carrier(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        self.transition(row, to, on);
        self.vars.transmit = OnOff::On;
        self.vars.modulation = OnOff::Off;
        self.vars.sub_state = SubState::CarrierOnly;
        on.start(Timer::Wait, on.mib.carrier_only_duration);
    }

    /// Modulation with the idle pattern, for `Acquisition_Idle_Duration`.
    fn begin_acquisition(&mut self, row: Row, to: State, on: &mut Surroundings<'_>) {
        self.transition(row, to, on);
        self.vars.modulation = OnOff::On;
        self.vars.sub_state = SubState::AcquisitionIdle;
        self.acquisition_begun = true;
        on.start(Timer::Wait, on.mib.acquisition_idle_duration);
    }

    /// Idle pattern behind the last frame, for `Tail_Idle_Duration`.
    fn begin_tail(&mut self, row: Row, to: State, sub_state: SubState, on: &mut Surroundings<'_>) {
        self.transition(row, to, on);
        self.vars.sub_state = sub_state;
        on.start(Timer::Wait, on.mib.tail_idle_duration);
    }

    fn stop_transmitting(&mut self) {
        self.vars.transmit = OnOff::Off;
        self.vars.modulation = OnOff::Off;
    }

    /// S2: silent, listening for a hail.
    fn enter_s2(&mut self, row: Row, on: &mut Surroundings<'_>) {
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
    fn enter_s80(&mut self, row: Row, on: &mut Surroundings<'_>) {
        self.transition(row, State::S80Reconnect, on);
        self.begin_session(on);
        self.stop_transmitting();
        self.vars.sub_state = SubState::DataServices;
        self.vars.persistence = false;
        on.start(Timer::Wait, on.mib.drop_carrier_duration);
    }

    /// S1, with every variable as table 6-6 says. DUPLEX, the inputs of the physical layer and the communication values stay.
    fn enter_s1(&mut self, row: Row, on: &mut Surroundings<'_>) -> Outcome {
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
        self.rnmd_left = 0;
        self.rnmd_in_turn = false;
        self.empty_waits = 0;
        on.timers.stop_all();
        Outcome::Initialised
    }

    fn no_row(&self) -> DirectiveError {
        DirectiveError::NoRow {
            state: self.vars.state,
            duplex: self.vars.duplex,
        }
    }
}

fn end(why: EndOfSession, on: &mut Surroundings<'_>) {
    on.events.push(Event::EndOfSession(why));
}

fn checked(settings: &LinkSettings) -> Result<(), DirectiveError> {
    match settings.data_rate() {
        Some(_) => Ok(()),
        None => Err(DirectiveError::ReservedDataRate),
    }
}
