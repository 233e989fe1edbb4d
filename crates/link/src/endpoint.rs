//! The link layer of one end, frames in and frames out: MAC, data services, I/O and frame sublayers put together.
//!
//! Book: 211.0-B-6. This is what a datagram transport drives (one frame a datagram, its CRC-32 checked outside); a radio, a UART or
//! anything else that carries a stream of octets drives [`crate::transceiver::Transceiver`], which has one of these inside.
//!
//! ```
//! use magpie_link::clock::{Duration, Instant};
//! use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
//! use magpie_link::mac::{Duplex, LocalDirective, Mode, State};
//! use magpie_link::mib::MibBuilder;
//! use magpie_wire::id::{PortId, Scid};
//! use magpie_wire::v3::Qos;
//!
//! let (rover, orbiter) = (Scid::new(0x52).unwrap(), Scid::new(0x29).unwrap());
//! let node = |local, remote, mode| {
//!     let channel = ChannelMemory { expedited: vec![], sequence_controlled: vec![0; 4096], sent: vec![0; 4096] };
//!     let memory = Memory { delivery: vec![0; 4096], ..Memory::of_pcid_0(channel) };
//!     let mut node = Endpoint::new(MibBuilder::new(local, remote).build().unwrap(), memory).unwrap();
//!     node.handle_directive(Instant::ZERO, LocalDirective::SetDuplex(Duplex::Full)).unwrap();
//!     node.handle_directive(Instant::ZERO, LocalDirective::SetMode(mode)).unwrap();
//!     node
//! };
//! let (mut caller, mut responder) = (node(orbiter, rover, Mode::ConnectingT), node(rover, orbiter, Mode::ConnectingL));
//! let packet = [0x08, 0x01, 0xC0, 0x00, 0x00, 0x00, 0x41];
//! responder.submit(Instant::ZERO, PortId::ZERO, Qos::SequenceControlled, &packet).unwrap();
//!
//! let (mut now, mut buf, mut heard) = (Instant::ZERO, [0; 2048], vec![]);
//! while heard.is_empty() {
//!     now = now + Duration::from_millis(10); // both at the same rate: a frame of up to 10 ms each time round
//!     caller.handle_timeout(now);
//!     responder.handle_timeout(now);
//!     if let Some(frame) = caller.poll_transmit(now, &mut buf) { let _ = responder.handle_frame(now, frame); }
//!     if let Some(frame) = responder.poll_transmit(now, &mut buf) { let _ = caller.handle_frame(now, frame); }
//!     if let Some(delivery) = caller.poll_delivery(&mut buf).unwrap() { heard = delivery.octets.to_vec(); }
//! }
//! assert_eq!(heard, packet);
//! assert_eq!(responder.status().state, State::S40DataServices);
//! ```

use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::{DirectiveBuffer, ReportRequest};
use magpie_wire::spdu::time::ClockTime;
use magpie_wire::v3::Qos;

use crate::clock::{DataRate, Instant};
use crate::communication::CommunicationValues;
use crate::data_services::{DataServices, PCIDS};
use crate::event::{Event, Events};
use crate::frame_sublayer::{self, MAX_DATA_FIELD_LEN, ReceivingScidBuffer, TransferFrame};
use crate::io::{BufferTooShort, Delivery};
use crate::mac::{
    DirectiveError, Duplex, Input, LocalDirective, Mac, Mode, Outcome, PhyStatus, State, SubState,
    Surroundings, Vars,
};
use crate::mib::Mib;
use crate::record_queue::{Lent, OVERHEAD};
use crate::stats::{Rejection, Stats, add};
use crate::timer::{Timer, Timers};
use crate::timing::TimeSampling;

mod controls;
mod memory;
mod output;
mod receive;
mod submit;
mod supervisory;

pub use controls::ReportTooLong;
pub use memory::{ChannelMemory, Memory, MemoryError};
pub use output::SHORTEST_BUFFER;
pub use submit::SubmitError;

/// Time tags of each direction that an endpoint keeps.
pub const TIME_TAGS: usize = 16;

/// One end of a Proximity-1 link, from user data to transfer frames and back.
#[derive(Debug, Clone)]
pub struct Endpoint<M> {
    mib: Mib,
    mac: Mac,
    timers: Timers,
    receiving_scid_buffer: ReceivingScidBuffer,
    data_services: DataServices<M>,
    events: Events,
    stats: Stats,
    timing: TimeSampling<TIME_TAGS>,
    requests: Requests,
    /// SET V(R) that this end announces because it began anew and the other one did not: copies left.
    announcements: u8,
    /// The session goes on after a reconnection, and nothing has been heard of COP-P since.
    reconnected: bool,
    clock: controls::TransceiverClock,
    /// P-frames of this turn (half duplex) after `Send_Duration` was over.
    after_send_duration: u8,
    /// N(S) of the P-frame that went out last.
    last_p_frame: SeqNum,
}

/// What the local controller wants to be sent besides user data.
#[derive(Debug, Clone, Default)]
struct Requests {
    directives: DirectiveBuffer,
    time_sample_spare: u16,
    status_report: controls::StatusContent,
    time_transfer: Option<controls::PendingTransfer>,
}

impl Requests {
    const NONE: Self = Self {
        directives: DirectiveBuffer::new(),
        time_sample_spare: 0,
        status_report: controls::StatusContent::EMPTY,
        time_transfer: None,
    };
}

impl<M: Lent> Endpoint<M> {
    /// An endpoint in S1.
    pub fn new(mib: Mib, memory: Memory<M>) -> Result<Self, MemoryError> {
        memory.check(&mib)?;
        let data_services = memory.into_data_services(&mib);
        Ok(Self::assemble(mib, data_services))
    }

    const fn assemble(mib: Mib, data_services: DataServices<M>) -> Self {
        Self {
            mac: Mac::new(&mib),
            timers: Timers::new(),
            receiving_scid_buffer: ReceivingScidBuffer::EMPTY,
            data_services,
            events: Events::new(),
            stats: Stats::ZERO,
            timing: TimeSampling::new(),
            requests: Requests::NONE,
            announcements: 0,
            reconnected: false,
            clock: controls::TransceiverClock::ZERO,
            after_send_duration: 0,
            last_p_frame: SeqNum::new(0),
            mib,
        }
    }

    /// The managed parameters.
    pub const fn mib(&self) -> &Mib {
        &self.mib
    }

    /// READ STATUS: the variables of the MAC sublayer.
    pub fn status(&self) -> &Vars {
        self.mac.vars()
    }

    /// The counters.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Events that were lost because nobody polled.
    pub fn events_dropped(&self) -> u64 {
        self.events.dropped()
    }

    /// The communication values in force: what the radio is to be set to in a session.
    pub fn communication_values(&self) -> &CommunicationValues {
        self.mac.communication_values()
    }

    /// The information rate of the transmitter now: that of hails, or that of the communication values. `None` in S1 and in simplex,
    /// where nothing is negotiated and the rate is the driver's.
    pub fn transmit_rate(&self) -> Option<DataRate> {
        match (self.status().duplex, self.status().mode) {
            (Duplex::SimplexTransmit | Duplex::SimplexReceive, _) | (_, Mode::Inactive) => None,
            (_, Mode::ConnectingL | Mode::ConnectingT) => Some(self.mib.hailing_data_rate),
            (_, Mode::Active) => self.communication_values().transmitter.data_rate(),
        }
    }

    /// The information rate that the receiver is set to now; `None` as in [`transmit_rate`](Self::transmit_rate).
    pub fn receive_rate(&self) -> Option<DataRate> {
        match (self.status().duplex, self.status().mode) {
            (Duplex::SimplexTransmit | Duplex::SimplexReceive, _) | (_, Mode::Inactive) => None,
            (_, Mode::ConnectingL) => Some(self.mib.hailing_data_rate),
            (_, Mode::ConnectingT | Mode::Active) => {
                self.communication_values().receiver.data_rate()
            }
        }
    }

    /// A directive of the local controller.
    pub fn handle_directive(
        &mut self,
        now: Instant,
        directive: LocalDirective,
    ) -> Result<(), DirectiveError> {
        if let LocalDirective::SetReceivingScidBuffer(scid) = directive {
            self.receiving_scid_buffer.set(scid);
            return Ok(());
        }
        let (mac, mut on) = self.mac(now);
        let outcome = mac.handle_directive(directive, &mut on)?;
        self.follow(now, outcome);
        Ok(())
    }

    /// What the physical layer reports; may be told again without change.
    pub fn handle_phy_status(&mut self, now: Instant, status: PhyStatus) {
        let (mac, mut on) = self.mac(now);
        let outcome = mac.handle_phy_status(status, &mut on);
        self.follow(now, outcome);
    }

    /// Lets every timer expire whose time has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(timer) = self.timers.take_expired(now) {
            if timer == Timer::Plcw {
                self.plcw_due(now);
                continue;
            }
            if timer == Timer::FirstPlcw {
                self.ask_for_plcw(now);
                continue;
            }
            if timer == Timer::Wait && self.status().state == State::S80Reconnect {
                self.reconnected = true;
            }
            let (mac, mut on) = self.mac(now);
            let outcome = mac.handle_expired(timer, &mut on);
            self.follow(now, outcome);
        }
        for pcid in PCIDS {
            while let Some(what) = self
                .data_services
                .channel_mut(pcid)
                .cop_p
                .handle_timeout(now)
            {
                self.notify_cop_p(pcid, what);
            }
        }
    }

    /// When `handle_timeout` or `poll_transmit` has something to do, if ever. A time that has passed means that a frame waits to be asked
    /// for; while an earlier one is still on its way out, wait for its end.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let sends = self.lets_data_out();
        let cop_p = PCIDS.into_iter().filter_map(|pcid| {
            let cop_p = &self.data_services.channel(pcid).cop_p;
            if sends {
                cop_p.poll_timeout()
            } else {
                cop_p.poll_expiry()
            }
        });
        self.timers.earliest().into_iter().chain(cop_p).min()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// The next frame to send, if the state lets one out now and there is any. `buf` has room for `Maximum_Frame_Length` and for
    /// [`SHORTEST_BUFFER`]; a shorter one gets nothing.
    ///
    /// Asking means that everything handed out before has left: the session goes on from there (to the tail behind a hail, say).
    pub fn poll_transmit<'b>(&mut self, now: Instant, buf: &'b mut [u8]) -> Option<&'b [u8]> {
        let rate = self.transmit_rate();
        self.poll_transmit_at(now, rate, buf)
    }

    /// The same at a rate that the driver knows: when the last bit of the marker is out is the time tag.
    pub(crate) fn poll_transmit_at<'b>(
        &mut self,
        now: Instant,
        rate: Option<DataRate>,
        buf: &'b mut [u8],
    ) -> Option<&'b [u8]> {
        let asm_end = now + frame_sublayer::marker_duration(rate);
        let len = self.next_frame(now, asm_end, buf)?;
        add(&mut self.stats.frames_sent, 1);
        add(&mut self.stats.frame_octets_sent, len);
        buf.get(..len)
    }

    /// Counts a candidate that the synchroniser below refused.
    pub(crate) fn count_rejected_candidate(&mut self, reason: Rejection) {
        self.stats.reject(reason);
    }

    /// Whether acquisition idle has begun since this was last asked.
    pub(crate) fn take_acquisition_begun(&mut self) -> bool {
        self.mac.take_acquisition_begun()
    }

    pub(crate) fn count_ignored_bits(&mut self, bits: usize) {
        add(&mut self.stats.bits_ignored, bits);
    }

    pub(crate) fn count_cut_frame(&mut self) {
        add(&mut self.stats.frames_cut, 1);
    }

    /// The next unit that arrived, copied into `buf`, in the order of arrival.
    pub fn poll_delivery<'b>(
        &mut self,
        buf: &'b mut [u8],
    ) -> Result<Option<Delivery<'b>>, BufferTooShort> {
        let delivery = self.data_services.delivery.pop(buf)?;
        if let Some(delivery) = &delivery {
            add(&mut self.stats.units_delivered, 1);
            add(&mut self.stats.octets_delivered, delivery.octets.len());
        }
        Ok(delivery)
    }

    /// Whether the delivery memory has room for whatever the next frame brings. While it has not, poll deliveries first: a frame
    /// handed in all the same may have its content refused and counted.
    pub fn has_room_for_frame(&self) -> bool {
        self.has_room_for_frames(0)
    }

    /// The same with a margin, as far as the memory lent is large enough to have one.
    pub(crate) fn has_room_for_frames(&self, margin: usize) -> bool {
        let delivery = &self.data_services.delivery;
        let wanted =
            (self.longest_unit() + margin).min(delivery.capacity().saturating_sub(OVERHEAD));
        delivery.room() >= wanted
    }

    fn longest_unit(&self) -> usize {
        if self.data_services.reassembles() {
            self.mib.longest_delivery()
        } else {
            MAX_DATA_FIELD_LEN
        }
    }

    /// Whether the receiver is on.
    pub fn receives(&self) -> bool {
        self.status().state.receiver_is_on()
    }

    /// Whether every sequence-controlled frame that went out has been acknowledged.
    pub fn all_acknowledged(&self) -> bool {
        self.data_services
            .channels
            .iter()
            .all(|channel| channel.cop_p.fop.all_acknowledged())
    }

    /// The MAC sublayer and what it may touch.
    fn mac(&mut self, now: Instant) -> (&mut Mac, Surroundings<'_>) {
        (
            &mut self.mac,
            Surroundings {
                now,
                mib: &self.mib,
                timers: &mut self.timers,
                events: &mut self.events,
            },
        )
    }

    /// Gives an input to the MAC sublayer; answers whether it took a row.
    fn take(&mut self, now: Instant, input: Input) -> bool {
        let (mac, mut on) = self.mac(now);
        let outcome = mac.handle(input, &mut on);
        self.follow(now, outcome);
        outcome != Outcome::NoRow
    }

    fn follow(&mut self, now: Instant, outcome: Outcome) {
        match outcome {
            Outcome::NoRow | Outcome::Continue => {}
            Outcome::Initialised => {
                self.data_services.initialise(&mut self.stats);
                self.receiving_scid_buffer.forget_learnt();
                self.announcements = 0;
                self.reconnected = false;
                self.requests.directives = DirectiveBuffer::new();
            }
            Outcome::DataServices => {
                self.after_send_duration = 0;
                if self.status().duplex == Duplex::Half {
                    self.data_services.begin_turn();
                }
                self.plcw_due(now);
            }
            Outcome::NeedPlcw => self.demand_plcws(),
            Outcome::SessionBegins => {
                self.demand_plcws();
                self.hold_back(now);
            }
        }
    }

    /// `PLCW_TIMER` expired, or data services begin: a report is due, and the timer runs again.
    fn plcw_due(&mut self, now: Instant) {
        //= 211.0-B-6 6.2.4.19
        self.demand_plcws();
        self.start_plcw_timer(now);
    }

    fn start_plcw_timer(&mut self, now: Instant) {
        let interval = self.mib.plcw_repeat_interval;
        if !interval.is_zero() && self.status().mode == Mode::Active {
            self.timers.start(Timer::Plcw, now, interval);
        }
    }

    /// Sequence-controlled frames wait for the first PLCW: the other end may have begun anew, or go on from an older session.
    fn hold_back(&mut self, now: Instant) {
        //= 211.0-B-6 7.2 first-plcw
        for pcid in PCIDS {
            if self.mib.sends_pcid(pcid) {
                self.data_services.channel_mut(pcid).hold_back();
            }
        }
        let wait = self.mib.resync_waiting_period;
        self.timers.start(Timer::FirstPlcw, now, wait);
    }

    /// Sequence-controlled frames still wait: asks for the report, and again later.
    fn ask_for_plcw(&mut self, now: Instant) {
        let held = PCIDS.map(|pcid| self.data_services.channel(pcid).is_held());
        if held == [false; 2] || self.status().mode == Mode::Inactive {
            return;
        }
        let request = ReportRequest {
            pcid_0_plcw_request: held[0],
            pcid_1_plcw_request: held[1],
            ..ReportRequest::default()
        };
        // A full queue has directives of the controller's; the next round comes.
        let _ = self.request_report(request);
        let wait = self.mib.resync_waiting_period;
        self.timers.start(Timer::FirstPlcw, now, wait);
    }

    fn demand_plcws(&mut self) {
        for pcid in PCIDS {
            if self.mib.receives_pcid(pcid) {
                self.data_services
                    .channel_mut(pcid)
                    .cop_p
                    .farm
                    .demand_plcw();
            }
        }
    }

    /// Whether user data may go out in this state at all.
    fn lets_data_out(&self) -> bool {
        let vars = self.mac.vars();
        vars.transmit.is_on()
            && vars.modulation.is_on()
            && vars.sub_state == SubState::DataServices
            && vars.mode == Mode::Active
    }

    /// The time tag of a frame that goes out.
    fn tag_sent(&mut self, asm_end: Instant, n_s: SeqNum, qos: Qos) {
        let clock: ClockTime = self.clock.at(asm_end);
        self.timing.handle_sent(clock, n_s, qos);
        self.report_tags();
    }

    /// The time tag of a frame that came.
    fn tag_received(&mut self, asm_end: Instant, frame: &TransferFrame<'_>) {
        let clock = self.clock.at(asm_end);
        self.timing.handle_received(clock, frame.n_s(), frame.qos());
        self.report_tags();
    }

    fn report_tags(&mut self) {
        while let Some(completed) = self.timing.poll_event() {
            self.events.push(Event::TimeTags(completed));
        }
    }
}
