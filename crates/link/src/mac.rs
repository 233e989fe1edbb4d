//! Medium access control sublayer: the state of a session and what it lets the transmitter do.
//!
//! Book: 211.0-B-6 section 6: MAC variables and states ([`vars`]), local directives ([`directive`]), tables 6-7 to 6-9 (`full_duplex`),
//! 6-10 to 6-12 (`half_duplex`), 6-13 ([`simplex`]), table 6-6 (initialise), and the three persistent activities (hail, `COMM_CHANGE`; the
//! resynchronisation is COP-P's). Every table is a `match` from state and input to a [`Row`]; a second `match` carries the row out.
//! What the tables leave out or lock up in is decided in `docs/deviations.md`.
//!
//! The procedure owns no clock and no queue but that of its own directives: it is told what happened and changes its variables, the timer
//! table and the events.

use crate::clock::{Duration, Instant};
use crate::communication::{CommunicationValues, LinkSettings};
use crate::event::{EndOfSession, Event, Events};
use crate::mib::Mib;
use crate::timer::{Timer, Timers};

mod activity;
mod course;
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

/// A directive whose loss nobody would notice for long goes out so often: the token, and RNMD once both ends are finished.
const COPIES: u8 = 3;

/// After so many turns in vain a responder lets a token pass: both ends may be sending at once.
const VAIN_TURNS: u8 = 3;

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
    /// A session begins, for the first time or after a reconnection: what the other end expects is not known. PLCWs are due.
    SessionBegins,
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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub(crate) struct Mac {
    vars: Vars,
    /// Frames of the MAC queue.
    pub(crate) queue: MacQueue,
    /// `COMMUNICATION_VALUE_BUFFER`.
    buffer: CommunicationValues,
    /// What the hail that is out says, whatever the controller has loaded since.
    hailed: CommunicationValues,
    /// What the radio is set to.
    in_force: CommunicationValues,
    /// What a hail or a `COMM_CHANGE` of the other end wants.
    other_values: CommunicationValues,
    /// What the receiver was set to before our own `COMM_CHANGE` switched it.
    old_receiver: Option<LinkSettings>,
    /// Full duplex: symbol lock was there and is not.
    lock_lost: bool,
    /// Acquisition idle has begun and the coding and synchronisation sublayer has not been told.
    acquisition_begun: bool,
    /// This end began at S1 and no session has been established since: its sequence numbers are all zero.
    fresh: bool,
    /// User data came or was acknowledged since the last hail was answered, or there was none yet.
    productive: bool,
    /// Sequence-controlled frames wait for their acknowledgement.
    pub(crate) unacknowledged: bool,
    /// Half duplex: own turns in a row that left frames unacknowledged and brought nothing.
    vain_turns: u8,
    /// Half duplex: the token of the turn that ends now is let pass.
    token_passes: bool,
    /// When the last hail was answered.
    established_at: Instant,
    /// When the hailing began.
    hail_began: Instant,
    /// Copies of RNMD still to be sent.
    rnmd_left: u8,
    /// Half duplex: `Receive_Duration` expired so often in a row without a valid frame.
    empty_waits: u8,
}

impl Mac {
    pub(crate) const fn new(mib: &Mib) -> Self {
        let values = mib.values().communication_values;
        Self {
            vars: Vars::INITIAL,
            queue: MacQueue::new(),
            buffer: values,
            hailed: values,
            in_force: values,
            other_values: values,
            old_receiver: None,
            lock_lost: false,
            acquisition_begun: false,
            fresh: true,
            productive: true,
            unacknowledged: false,
            vain_turns: 0,
            token_passes: false,
            established_at: Instant::ZERO,
            hail_began: Instant::ZERO,
            rnmd_left: 0,
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
                //= 211.0-B-6 table-6-7 hail-lifetime
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
            Timer::Plcw | Timer::FirstPlcw => Outcome::Continue,
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
                if !self.lock_lost {
                    on.timers.stop(Timer::CarrierLoss);
                }
                on.events.push(Event::CarrierAcquired);
                outcome = self.handle(Input::CarrierAcquired, on);
            } else {
                self.signal_lost(on);
                on.events.push(Event::CarrierDropped);
            }
        }
        if status.symbol_inlock_status != self.vars.symbol_inlock_status {
            self.vars.symbol_inlock_status = status.symbol_inlock_status;
            let (event, input) = if status.symbol_inlock_status {
                self.lock_lost = false;
                if self.vars.carrier_acquired {
                    on.timers.stop(Timer::CarrierLoss);
                }
                (Event::SymbolInlock, Input::SymbolInlock)
            } else {
                self.lock_lost = self.watches_carrier() && self.vars.duplex == Duplex::Full;
                if self.lock_lost {
                    self.signal_lost(on);
                }
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

    /// The carrier has gone, or in full duplex the symbols: two ends on different rates see each other's carriers for ever.
    fn signal_lost(&self, on: &mut Surroundings<'_>) {
        if self.watches_carrier() && on.timers.deadline(Timer::CarrierLoss).is_none() {
            on.start_if_used(Timer::CarrierLoss, on.mib.carrier_loss_timer_duration);
        }
    }

    /// A frame came: there is a signal, whatever was told of it.
    pub(crate) fn carrier_by_frame(&mut self, on: &mut Surroundings<'_>) {
        on.timers.stop(Timer::CarrierLoss);
        self.lock_lost = false;
        self.vars.carrier_acquired = true;
        if self.vars.state == State::S62AwaitingCarrier {
            let _ = self.handle(Input::CarrierAcquired, on);
        }
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
