//! Frame Operation Procedure 1 (FOP-1): numbers frame data units, keeps them until they are acknowledged, and sends them again.
//!
//! Book: 232.1-B-2 section 5, table 5-1 (states S1 to S6, events E1 to E46 and E101 to E104; the rows stand in `fop/table.rs`). The lower layer is
//! whoever calls [`Fop1::poll_transmit`]: it makes a frame of what it is handed and answers with [`Fop1::handle_lower`] (E41 to E46) when it
//! can take the next one. Type-BD units are not kept: if [`Fop1::submit_bd`] takes one, the caller passes it on itself. Left out: the Accept
//! response to a type-AD unit when it leaves the wait queue (`repeated: false` in [`Outgoing::Ad`] says the same). Example: [`cop_1`](super).

mod actions;
mod table;

use magpie_wire::clcw::Clcw;
use magpie_wire::seq::SeqNum;
use magpie_wire::tc::ControlCommand;

use super::event::{Alert, Events, FopEvent, Refusal};
use super::sent::{FDU_OVERHEAD, Record, Units};
use crate::clock::{Duration, Instant};
use crate::record_queue::Lent;

/// The states of table 5-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FopState {
    /// S1 Active.
    S1Active,
    /// S2 Retransmit without wait.
    S2RetransmitWithoutWait,
    /// S3 Retransmit with wait.
    S3RetransmitWithWait,
    /// S4 Initialising without BC frame: a CLCW is awaited.
    S4InitialisingWithoutBc,
    /// S5 Initialising with BC frame: Unlock or Set V(R) is under way.
    S5InitialisingWithBc,
    /// S6 Initial: no automatic service.
    S6Initial,
}

/// `Timeout_Type` (TT): what happens when the timer expires and no transmission is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeoutType {
    /// 0: an alert; the service ends.
    Alert,
    /// 1: the service is suspended and can be resumed.
    Suspend,
}

/// The directives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Directive {
    /// Initiate AD service without CLCW check.
    InitiateWithoutClcw,
    /// Initiate AD service with CLCW check: it begins when a CLCW agrees.
    InitiateWithClcw,
    /// Initiate AD service with Unlock.
    InitiateWithUnlock,
    /// Initiate AD service with Set V(R): both ends go on with this number.
    InitiateWithSetVR(SeqNum),
    /// Terminate AD service.
    Terminate,
    /// Resume AD service.
    Resume,
    /// Set V(S); only in S6 and not suspended.
    SetVS(SeqNum),
    /// Set the sliding window K, 1 to 255. Not above PW of FARM-1, which FOP-1 does not know.
    SetWindow(u8),
    /// Set `T1_Initial`, not 0.
    SetT1Initial(Duration),
    /// Set `Transmission_Limit`, 1 to 255; 1 never retransmits.
    SetTransmissionLimit(u8),
    /// Set `Timeout_Type`.
    SetTimeoutType(TimeoutType),
}

/// The kinds of frame that the lower layer answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutType {
    /// Type AD.
    Ad,
    /// Type BC.
    Bc,
    /// Type BD.
    Bd,
}

/// The answer of the lower layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LowerResponse {
    /// It has taken the frame and can take the next one.
    Accept,
    /// It cannot send the frame.
    Reject,
}

/// What the lower layer is to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outgoing {
    /// A type-AD frame.
    Ad {
        /// N(S).
        n_s: SeqNum,
        /// The user's number for the unit.
        request: u32,
        /// Octets of the unit, from the start of the buffer.
        len: usize,
        /// It has been sent before.
        repeated: bool,
    },
    /// A type-BC frame.
    Bc(ControlCommand),
}

/// The buffer is shorter than the unit that is to be sent; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferTooShort {
    /// Octets needed.
    pub need: usize,
}

/// `AD_Out_Flag` or `BC_Out_Flag`, with what waits to be fetched.
#[derive(Debug, Clone, Copy)]
enum Out<T> {
    Ready,
    /// Not ready: handed over, not fetched yet.
    Waiting(T),
    /// Not ready: fetched, not answered yet.
    Fetched,
}

impl<T> Out<T> {
    const fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }

    /// What was not fetched will not be sent.
    fn abort(&mut self) {
        if matches!(self, Self::Waiting(_)) {
            *self = Self::Ready;
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct AdOut {
    record: Record,
    n_s: SeqNum,
    repeated: bool,
}

/// The sending half of COP-1 for one virtual channel.
#[derive(Debug, Clone)]
pub struct Fop1<M> {
    state: FopState,
    v_s: SeqNum,
    nn_r: SeqNum,
    units: Units<M>,
    ad_out: Out<AdOut>,
    bc_out: Out<ControlCommand>,
    /// The type-BD unit that the lower layer has.
    bd_out: Option<u32>,
    /// The copy of the type-BC frame in S5, and whether it is flagged `To_Be_Retransmitted`.
    bc_frame: Option<(ControlCommand, bool)>,
    /// The initiation that S4 or S5 will confirm.
    initiation: Option<u32>,
    t1_initial: Duration,
    timer: Option<Instant>,
    timeout_type: TimeoutType,
    transmission_limit: u8,
    transmission_count: u8,
    /// SS: the state to resume; `None` is 0.
    suspend_state: Option<FopState>,
    window: u8,
    events: Events,
}

impl<M: Lent> Fop1<M> {
    /// In S6, V(S) = 0, K = 10, T1 10 s, three transmissions, alert on timeout. `memory` holds the units that wait or are not acknowledged; each
    /// takes [`FDU_OVERHEAD`] octets besides its own.
    pub const fn new(memory: M) -> Self {
        Self {
            state: FopState::S6Initial,
            v_s: SeqNum::new(0),
            nn_r: SeqNum::new(0),
            units: Units::new(memory),
            ad_out: Out::Ready,
            bc_out: Out::Ready,
            bd_out: None,
            bc_frame: None,
            initiation: None,
            t1_initial: Duration::from_secs(10),
            timer: None,
            timeout_type: TimeoutType::Alert,
            transmission_limit: 3,
            transmission_count: 1,
            suspend_state: None,
            window: 10,
            events: Events::new(),
        }
    }

    /// E19 and E20: a unit for the automatic service. Whether it arrived is told by [`FopEvent::Ad`] with the same `request`.
    pub fn submit_ad(&mut self, now: Instant, request: u32, fdu: &[u8]) -> Result<(), Refusal> {
        let need = FDU_OVERHEAD.saturating_add(fdu.len());
        if need > self.units.capacity() || u16::try_from(fdu.len()).is_err() {
            return Err(Refusal::TooLong);
        }
        let event = if self.units.is_waiting() {
            table::Event::E20
        } else {
            table::Event::E19
        };
        self.ad_row(now, &event, request, fdu)
    }

    /// E21 and E22: a unit that bypasses the automatic service, in any state. If it is taken the caller passes it to the lower layer itself
    /// and answers with [`handle_lower`](Self::handle_lower).
    pub fn submit_bd(&mut self, request: u32) -> Result<(), Refusal> {
        if self.bd_out.is_some() {
            return Err(Refusal::BdBusy); //= 232.1-B-2 table-5-1 E22
        }
        if !self.events.is_open() {
            return Err(Refusal::EventsFull);
        }
        self.bd_out = Some(request); //= 232.1-B-2 table-5-1 E21
        Ok(())
    }

    /// E23 to E40: a directive. If it is taken, [`FopEvent::Directive`] with the same `request` says how it ended.
    pub fn handle_directive(
        &mut self,
        now: Instant,
        request: u32,
        directive: Directive,
    ) -> Result<(), Refusal> {
        if !self.events.is_open() {
            return Err(Refusal::EventsFull);
        }
        self.directive_row(now, request, directive)
    }

    /// E1 to E15, E101 to E103: a report of this virtual channel; `None` for four octets that are no CLCW.
    pub fn handle_clcw(&mut self, now: Instant, clcw: Option<&Clcw>) {
        let event = self.clcw_event(clcw);
        let n_r = clcw.map_or(self.nn_r, |clcw| clcw.report_value);
        self.clcw_row(now, &event, n_r);
    }

    /// E16 to E18 and E104 if the timer is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.timer.is_none_or(|at| at > now) {
            return;
        }
        self.timer = None;
        let left = self.transmission_count < self.transmission_limit;
        let event = match (left, self.timeout_type) {
            (true, TimeoutType::Alert) => table::Event::E16,
            (true, TimeoutType::Suspend) => table::Event::E104,
            (false, TimeoutType::Alert) => table::Event::E17,
            (false, TimeoutType::Suspend) => table::Event::E18,
        };
        self.timer_row(now, &event);
    }

    /// E41 to E46: the lower layer answers for the frame that it fetched (or, type BD, was given). An answer that nobody waits for is ignored.
    pub fn handle_lower(&mut self, now: Instant, out_type: OutType, response: LowerResponse) {
        let due = match out_type {
            OutType::Ad => matches!(self.ad_out, Out::Fetched),
            OutType::Bc => matches!(self.bc_out, Out::Fetched),
            OutType::Bd => self.bd_out.is_some(),
        };
        if due {
            self.lower_row(now, out_type, response);
        }
    }

    /// What the lower layer is to send next, the octets of an AD unit in `out`. The next one comes after its answer.
    pub fn poll_transmit(&mut self, out: &mut [u8]) -> Result<Option<Outgoing>, BufferTooShort> {
        if let Out::Waiting(command) = self.bc_out {
            self.bc_out = Out::Fetched;
            return Ok(Some(Outgoing::Bc(command)));
        }
        let Out::Waiting(ad) = self.ad_out else {
            return Ok(None);
        };
        let len = ad.record.len;
        if len > out.len() {
            return Err(BufferTooShort { need: len });
        }
        self.units.copy(&ad.record, out);
        self.ad_out = Out::Fetched;
        Ok(Some(Outgoing::Ad {
            n_s: ad.n_s,
            request: ad.record.request,
            len,
            repeated: ad.repeated,
        }))
    }

    /// When the timer expires, if it runs.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.timer
    }

    /// The next event; units that have ended come before anything else, in their order.
    pub fn poll_event(&mut self) -> Option<FopEvent> {
        if let Some((request, arrived)) = self.units.pop_ended() {
            let confirmation = confirmation(arrived);
            return Some(FopEvent::Ad {
                request,
                confirmation,
            });
        }
        self.events.pop()
    }
}

impl<M: Lent> Fop1<M> {
    /// The state of table 5-1.
    pub const fn state(&self) -> FopState {
        self.state
    }

    /// V(S): the number of the next new type-AD frame.
    pub const fn v_s(&self) -> SeqNum {
        self.v_s
    }

    /// NN(R): the first number that is not acknowledged.
    pub const fn nn_r(&self) -> SeqNum {
        self.nn_r
    }

    /// SS: the state that Resume leads to.
    pub const fn suspended(&self) -> Option<FopState> {
        self.suspend_state
    }

    /// `Transmission_Count`.
    pub const fn transmission_count(&self) -> u8 {
        self.transmission_count
    }

    /// Units in the Sent queue.
    pub fn unacknowledged(&self) -> usize {
        self.units.sent()
    }

    /// Whether a unit is in the wait queue.
    pub fn is_waiting(&self) -> bool {
        self.units.is_waiting()
    }

    /// Whether the lower layer is free for this kind of frame: the `Out_Flag` is ready.
    pub const fn is_ready(&self, out_type: OutType) -> bool {
        match out_type {
            OutType::Ad => self.ad_out.is_ready(),
            OutType::Bc => self.bc_out.is_ready(),
            OutType::Bd => self.bd_out.is_none(),
        }
    }

    /// Events that found no room. Directives are refused before that happens: always 0.
    pub const fn events_lost(&self) -> u64 {
        self.events.lost
    }
}

const fn confirmation(positive: bool) -> super::Confirmation {
    if positive {
        super::Confirmation::Positive
    } else {
        super::Confirmation::Negative
    }
}
