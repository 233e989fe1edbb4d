//! Medium access control sublayer: the state of a session and what it lets the transmitter do.
//!
//! Book: 211.0-B-6 section 6: MAC variables, states, table 6-6 (initialise), table 6-13 (simplex, in [`simplex`]) and table 6-14
//! (output selection by sub-state). Left out for now: hailing, full and half duplex, `COMM_CHANGE` and termination by RNMD, that is
//! tables 6-7 to 6-12; a directive that would need one of their rows is refused by name.
//!
//! The procedure owns no clock and no queue: it is told what happened and changes its variables, the timer table and the events.

use core::fmt;

use magpie_wire::id::Scid;

use crate::clock::Instant;
use crate::event::{EndOfSession, Event, Events};
use crate::mib::Mib;
use crate::timer::{Timer, Timers};

pub mod simplex;

/// The variable MODE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Transmitter and receiver off.
    #[default]
    Inactive,
    /// Listens for a hail.
    ConnectingL,
    /// Hails.
    ConnectingT,
    /// Data services run.
    Active,
}

/// The variable DUPLEX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Duplex {
    /// Both ways at once.
    #[default]
    Full,
    /// Both ways in turn.
    Half,
    /// Only out.
    SimplexTransmit,
    /// Only in.
    SimplexReceive,
}

/// A switch that reaches the physical layer: TRANSMIT, MODULATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnOff {
    /// Off.
    #[default]
    Off,
    /// On.
    On,
}

impl OnOff {
    /// Whether the switch is on.
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// The variable SUB-STATE (SS), as far as simplex uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SubState {
    /// 0: data services, or nothing.
    #[default]
    DataServices,
    /// 1: carrier only.
    CarrierOnly,
    /// 2: acquisition idle.
    AcquisitionIdle,
    /// 4: tail idle.
    Tail,
}

/// The states of a session. Variants follow the numbers of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum State {
    /// S1: inactive.
    #[default]
    S1Inactive,
    /// S71: simplex transmit.
    S71SimplexTransmit,
    /// S72: simplex receive.
    S72SimplexReceive,
}

/// Rows of the state tables, by the names of their events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Row {
    /// S1 to S71.
    E71,
    /// S1 to S72.
    E72,
    /// S71 or S72 to S1.
    E73,
}

/// The variables of the MAC sublayer that the user may read (READ STATUS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Vars {
    /// The state.
    pub state: State,
    /// MODE.
    pub mode: Mode,
    /// DUPLEX.
    pub duplex: Duplex,
    /// TRANSMIT.
    pub transmit: OnOff,
    /// MODULATION.
    pub modulation: OnOff,
    /// SUB-STATE (SS).
    pub sub_state: SubState,
    /// Local no more data (LNMD) was accepted.
    pub local_no_more_data: bool,
    /// `CARRIER_ACQUIRED`, as the physical layer last told.
    pub carrier_acquired: bool,
    /// `SYMBOL_INLOCK_STATUS`, as the physical layer last told.
    pub symbol_inlock_status: bool,
}

/// What the physical layer reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhyStatus {
    /// `CARRIER_ACQUIRED`: the receiver is locked to a carrier.
    pub carrier_acquired: bool,
    /// `SYMBOL_INLOCK_STATUS`: the receiver is locked to symbols.
    pub symbol_inlock_status: bool,
}

/// Directives of the local controller to the MAC sublayer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalDirective {
    /// SET MODE.
    SetMode(Mode),
    /// SET INITIALIZE MODE: back to S1 with every variable at its initial value.
    SetInitializeMode,
    /// SET DUPLEX, in S1 only.
    SetDuplex(Duplex),
    /// LOCAL NO MORE DATA: send what is queued, then the tail, then end the session.
    LocalNoMoreData,
    /// SET RECEIVING SCID BUFFER; `None` empties it, so that the first valid frame fills it.
    SetReceivingScidBuffer(Option<Scid>),
}

/// Why a directive was refused. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DirectiveError {
    /// No row of the state tables that this crate has covers the directive in this state and duplex.
    NoRow {
        /// The state it came in.
        state: State,
        /// The variable DUPLEX.
        duplex: Duplex,
    },
    /// The directive is for S1, but a session runs.
    SessionRuns,
}

impl fmt::Display for DirectiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRow { state, duplex } => {
                write!(
                    f,
                    "no row for this directive in {state} with DUPLEX {duplex:?}"
                )
            }
            Self::SessionRuns => f.write_str("only possible in S1, but a session runs"),
        }
    }
}

impl core::error::Error for DirectiveError {}

/// What a MAC procedure may touch besides its own variables.
pub(crate) struct Surroundings<'a> {
    pub(crate) now: Instant,
    pub(crate) mib: &'a Mib,
    pub(crate) timers: &'a mut Timers,
    pub(crate) events: &'a mut Events,
}

/// Tells the endpoint what its other sublayers must do after a MAC procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Outcome {
    /// Nothing.
    Continue,
    /// Entering S1 set everything to its initial values: the data services must follow (table 6-6).
    Initialised,
}

/// The MAC sublayer of one endpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mac {
    vars: Vars,
    /// Acquisition idle has begun and the coding and synchronisation sublayer has not been told.
    acquisition_begun: bool,
}

impl Mac {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn vars(&self) -> &Vars {
        &self.vars
    }

    pub(crate) fn take_acquisition_begun(&mut self) -> bool {
        core::mem::take(&mut self.acquisition_begun)
    }

    /// Handles SET MODE, SET INITIALIZE MODE, SET DUPLEX and LNMD.
    pub(crate) fn handle_directive(
        &mut self,
        directive: LocalDirective,
        on: &mut Surroundings<'_>,
    ) -> Result<Outcome, DirectiveError> {
        //= 211.0-B-6 6 local-directives
        match directive {
            LocalDirective::SetMode(mode) => self.set_mode(mode, on),
            LocalDirective::SetInitializeMode => {
                if self.vars.state != State::S1Inactive {
                    on.events
                        .push(Event::EndOfSession(EndOfSession::SetInitializeMode));
                }
                Ok(self.initialise(on))
            }
            LocalDirective::SetDuplex(_) if self.vars.state != State::S1Inactive => {
                Err(DirectiveError::SessionRuns)
            }
            LocalDirective::SetDuplex(duplex) => {
                self.vars.duplex = duplex;
                Ok(Outcome::Continue)
            }
            LocalDirective::LocalNoMoreData if self.vars.state == State::S71SimplexTransmit => {
                self.vars.local_no_more_data = true;
                Ok(Outcome::Continue)
            }
            LocalDirective::LocalNoMoreData => Err(self.no_row()),
            // The buffer belongs to frame acceptance; the endpoint takes this one before it comes here.
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
        let row = simplex::row(self.vars.state, self.vars.duplex, mode).ok_or(self.no_row())?;
        Ok(self.take(row, EndOfSession::SetModeInactive, on))
    }

    /// WT or `CARRIER_LOSS_TIMER` reached zero.
    pub(crate) fn handle_expired(&mut self, timer: Timer, on: &mut Surroundings<'_>) -> Outcome {
        match timer {
            Timer::Wait => self.handle_wait_expired(on),
            Timer::CarrierLoss => {
                on.events.push(Event::CarrierLost);
                Outcome::Continue
            }
        }
    }

    /// The physical layer's inputs changed, or were told again.
    pub(crate) fn handle_phy_status(&mut self, status: PhyStatus, on: &mut Surroundings<'_>) {
        let receives = self.vars.state == State::S72SimplexReceive;
        if status.carrier_acquired != self.vars.carrier_acquired {
            self.vars.carrier_acquired = status.carrier_acquired;
            if status.carrier_acquired {
                on.timers.stop(Timer::CarrierLoss);
                on.events.push(Event::CarrierAcquired);
            } else {
                let span = on.mib.carrier_loss_timer_duration;
                if receives && !span.is_zero() {
                    on.timers.start(Timer::CarrierLoss, on.now, span);
                }
                on.events.push(Event::CarrierDropped);
            }
        }
        if status.symbol_inlock_status != self.vars.symbol_inlock_status {
            self.vars.symbol_inlock_status = status.symbol_inlock_status;
            on.events.push(if status.symbol_inlock_status {
                Event::SymbolInlock
            } else {
                Event::SymbolLockDropped
            });
        }
    }

    /// Table 6-6, also on entering S1. DUPLEX and the inputs of the physical layer stay.
    fn initialise(&mut self, on: &mut Surroundings<'_>) -> Outcome {
        //= 211.0-B-6 table-6-6 initialise
        self.vars = Vars {
            duplex: self.vars.duplex,
            carrier_acquired: self.vars.carrier_acquired,
            symbol_inlock_status: self.vars.symbol_inlock_status,
            ..Vars::default()
        };
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

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S1Inactive => "S1 (inactive)",
            Self::S71SimplexTransmit => "S71 (simplex transmit)",
            Self::S72SimplexReceive => "S72 (simplex receive)",
        })
    }
}

impl fmt::Display for SubState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataServices => "data services",
            Self::CarrierOnly => "carrier only",
            Self::AcquisitionIdle => "acquisition idle",
            Self::Tail => "tail idle",
        })
    }
}
