//! The telecommand uplink on the ground: telecommand packets in, CLTUs out, driven by the CLCWs of the telemetry.
//!
//! Books: 232.1-B-2 (FOP-1), 232.0-B-4 (TC transfer frames, segments), 231.0-B (CLTUs). One [`Commander`] serves one virtual channel. Packets of the
//! sequence-controlled service wait in a bounded queue and go through FOP-1, which repeats what was lost; those of the expedited service (type BD) go
//! once. A packet that is longer than a frame goes in segments, if the channel has segment headers. When the automatic service ends with an alert, every
//! packet that was not acknowledged ends as [`Confirmation::Negative`]: it may have arrived, and the user decides whether to send it again;
//! V(S) is kept as a [`StateChange`], so that a ground that starts again does not number anew.
//! Left out: several packets in one frame, data link security (355.0-B), more than one frame in a CLTU.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_link::cop_1::Directive;
//! use magpie_relay::earth::commander::{Commander, CommanderConfig, Service};
//! use magpie_wire::id::{Scid, Vcid};
//! let now = Instant::ZERO;
//! let mut commander = Commander::new(CommanderConfig::bch(Scid::new(0x41).unwrap(), Vcid::default())).unwrap();
//! commander.handle_directive(now, 1, Directive::InitiateWithoutClcw).unwrap();
//! commander.submit(now, 2, Service::SequenceControlled, &[0x10, 0x64, 0xC0, 0, 0, 0, 0xAA]).unwrap();
//! let mut cltu = [0; 1_500];
//! let len = commander.poll_transmit(now, &mut cltu).unwrap();
//! assert_eq!(cltu[..4], [0xEB, 0x90, 0x00, 0x41]);
//! ```

mod config;
mod event;
mod frame;

pub use config::{CltuCoding, CommanderConfig};
pub use event::{CommanderEvent, CommanderRefusal, CommanderStats, Service};

use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use magpie_link::clock::Instant;
use magpie_link::cop_1::{
    Confirmation, Directive, FDU_OVERHEAD, Fop1, FopEvent, FopState, LowerResponse, OutType,
    Outgoing, Refusal,
};
use magpie_wire::clcw::Clcw;
use magpie_wire::ocf::Ocf;
use magpie_wire::seq::SeqNum;
use magpie_wire::tc::{FRAME_MAX, SEGMENT_HEADER_LEN, TcBody};

use crate::node::{State, StateChange};

/// Packets under way and events that wait at the most; an alert, a suspension and the directive before them come on top.
const EVENTS_MAX: usize = 1_024;

/// A frame data unit that waits for FOP-1.
#[derive(Debug, Clone)]
struct Unit {
    request: u32,
    octets: Vec<u8>,
}

/// The sending end of one virtual channel of the uplink.
#[derive(Debug)]
pub struct Commander {
    config: CommanderConfig,
    fop: Fop1<Vec<u8>>,
    queue: VecDeque<Unit>,
    expedited: VecDeque<Unit>,
    queued: usize,
    /// Units of each packet whose end is not known, and how many of them.
    open: BTreeMap<u32, usize>,
    events: VecDeque<CommanderEvent>,
    kept: SeqNum,
    stats: CommanderStats,
}

impl Commander {
    /// In S6 with V(S) = 0.
    ///
    /// # Errors
    /// [`Refusal`] of a value that FOP-1 cannot have.
    pub fn new(config: CommanderConfig) -> Result<Self, Refusal> {
        let memory = usize::from(config.window) * (config.frame_max + FDU_OVERHEAD);
        let mut fop = Fop1::new(vec![0; memory + config.frame_max + FDU_OVERHEAD]);
        if config.frame_max > FRAME_MAX || config.unit_max() == 0 {
            return Err(Refusal::Invalid);
        }
        for directive in [
            Directive::SetWindow(config.window),
            Directive::SetT1Initial(config.t1_initial),
            Directive::SetTransmissionLimit(config.transmission_limit),
            Directive::SetTimeoutType(config.timeout_type),
        ] {
            fop.handle_directive(Instant::ZERO, 0, directive)?;
            fop.poll_event();
        }
        Ok(Self {
            kept: fop.v_s(),
            config,
            fop,
            queue: VecDeque::new(),
            expedited: VecDeque::new(),
            queued: 0,
            open: BTreeMap::new(),
            events: VecDeque::new(),
            stats: CommanderStats::default(),
        })
    }

    /// Goes on with the V(S) of before, in S6: an initiation with CLCW check succeeds if nothing was under way, one with Set V(R) in any case.
    pub fn restore(&mut self, state: &State) {
        if let Some(&[v_s]) = state.get(&self.key()).map(Vec::as_slice) {
            let directive = Directive::SetVS(SeqNum::new(v_s));
            if self
                .fop
                .handle_directive(Instant::ZERO, 0, directive)
                .is_ok()
            {
                self.fop.poll_event();
                self.kept = self.fop.v_s();
            }
        }
    }

    fn key(&self) -> String {
        let CommanderConfig { scid, vcid, .. } = &self.config;
        format!("commander/v_s/{}/{}", scid.get(), vcid.get())
    }

    /// Takes a packet; [`CommanderEvent::Packet`] with the same number tells its end.
    ///
    /// # Errors
    /// [`CommanderRefusal`]; nothing has changed.
    pub fn submit(
        &mut self,
        now: Instant,
        request: u32,
        service: Service,
        packet: &[u8],
    ) -> Result<(), CommanderRefusal> {
        let unit_max = self.config.unit_max();
        let segmented = self.config.map_id.is_some();
        if packet.is_empty() || packet.len() > unit_max && !segmented {
            return Err(CommanderRefusal::PacketLength);
        }
        if self.open.contains_key(&request) {
            return Err(CommanderRefusal::RequestInUse);
        }
        self.has_room_for_an_event()?;
        if service == Service::SequenceControlled && self.is_without_service() {
            return Err(CommanderRefusal::Fop(Refusal::State));
        }
        let pieces = packet.len().div_ceil(unit_max);
        let need = packet.len() + pieces * SEGMENT_HEADER_LEN;
        if self.config.queue_octets.saturating_sub(self.queued) < need {
            return Err(CommanderRefusal::Full);
        }
        for (at, piece) in packet.chunks(unit_max).enumerate() {
            let mut octets = Vec::with_capacity(piece.len() + SEGMENT_HEADER_LEN);
            if let Some(map_id) = self.config.map_id {
                octets.push(frame::segment(map_id, at, pieces).to_octet());
            }
            octets.extend_from_slice(piece);
            self.queued += octets.len();
            let unit = Unit { request, octets };
            match service {
                Service::SequenceControlled => self.queue.push_back(unit),
                Service::Expedited => self.expedited.push_back(unit),
            }
        }
        self.open.insert(request, pieces);
        self.feed(now);
        Ok(())
    }

    /// Neither active nor suspended: nothing would ever be sent.
    fn is_without_service(&self) -> bool {
        let initial = matches!(
            self.fop.state(),
            FopState::S6Initial
                | FopState::S4InitialisingWithoutBc
                | FopState::S5InitialisingWithBc
        );
        initial && self.fop.suspended().is_none()
    }

    /// Gives FOP-1 what it can take.
    fn feed(&mut self, now: Instant) {
        while let Some(unit) = self.queue.front() {
            if self.fop.submit_ad(now, unit.request, &unit.octets).is_err() {
                break;
            }
            self.queued -= unit.octets.len();
            self.queue.pop_front();
        }
    }

    /// A directive; [`CommanderEvent::Directive`] with the same number tells its end.
    ///
    /// # Errors
    /// FOP-1's refusal, or [`CommanderRefusal::EventsWaiting`].
    pub fn handle_directive(
        &mut self,
        now: Instant,
        request: u32,
        directive: Directive,
    ) -> Result<(), CommanderRefusal> {
        self.has_room_for_an_event()?;
        self.fop
            .handle_directive(now, request, directive)
            .map_err(CommanderRefusal::Fop)?;
        self.settle(now);
        Ok(())
    }

    /// Every packet under way ends with an event, and FOP-1 makes no other without a directive before it.
    fn has_room_for_an_event(&self) -> Result<(), CommanderRefusal> {
        if self.open.len() + self.events.len() < EVENTS_MAX {
            Ok(())
        } else {
            Err(CommanderRefusal::EventsWaiting)
        }
    }

    /// The operational control field of a telemetry frame. Reports on other virtual channels are passed over.
    pub fn handle_ocf(&mut self, now: Instant, octets: [u8; 4]) {
        match Ocf::parse(octets).clcw() {
            Some(clcw) => self.handle_clcw(now, clcw),
            None => self.stats.not_clcws += 1,
        }
    }

    /// A CLCW.
    pub fn handle_clcw(&mut self, now: Instant, clcw: &Clcw) {
        if clcw.vcid != self.config.vcid {
            self.stats.clcws_of_others += 1;
            return;
        }
        self.stats.clcws += 1;
        self.fop.handle_clcw(now, Some(clcw));
        self.settle(now);
    }

    /// Time has come to [`Commander::poll_timeout`].
    pub fn handle_timeout(&mut self, now: Instant) {
        self.fop.handle_timeout(now);
        self.settle(now);
    }

    /// When the timer expires.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.fop.poll_timeout()
    }

    /// Takes FOP-1's events and gives it what it can take now.
    fn settle(&mut self, now: Instant) {
        while let Some(event) = self.fop.poll_event() {
            match event {
                FopEvent::Ad {
                    request,
                    confirmation,
                }
                | FopEvent::Bd {
                    request,
                    confirmation,
                } => self.end(request, confirmation),
                FopEvent::Directive {
                    request,
                    confirmation,
                } => self.events.push_back(CommanderEvent::Directive {
                    request,
                    confirmation,
                }),
                FopEvent::Suspended => self.events.push_back(CommanderEvent::Suspended),
                FopEvent::Alert(alert) => {
                    self.events.push_back(CommanderEvent::Alert(alert));
                    for unit in core::mem::take(&mut self.queue) {
                        self.queued -= unit.octets.len();
                        self.end(unit.request, Confirmation::Negative);
                    }
                }
            }
        }
        self.feed(now);
    }

    /// A unit of a packet has ended; the packet ends with its last unit or with the first that failed.
    fn end(&mut self, request: u32, confirmation: Confirmation) {
        let Some(left) = self.open.get_mut(&request) else {
            return; // another unit of it has failed
        };
        *left -= 1;
        if *left == 0 || confirmation == Confirmation::Negative {
            self.open.remove(&request);
            self.events.push_back(CommanderEvent::Packet {
                request,
                confirmation,
            });
        }
    }

    /// Writes the next CLTU to the front of `out`, which has at least [`CommanderConfig::cltu_max`] octets. One call is one CLTU; the transmitter paces the
    /// calls.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut [u8]) -> Option<usize> {
        if out.len() < self.config.cltu_max() {
            return None;
        }
        let mut unit = [0; FRAME_MAX];
        let outgoing = self.fop.poll_transmit(&mut unit).ok().flatten();
        let (out_type, n_s, body) = match outgoing {
            Some(Outgoing::Bc(command)) => {
                (OutType::Bc, SeqNum::default(), TcBody::Control(command))
            }
            Some(Outgoing::Ad {
                n_s, len, repeated, ..
            }) => {
                self.stats.repeated += u64::from(repeated);
                (OutType::Ad, n_s, self.config.body(unit.get(..len)?))
            }
            None => {
                let front = self.expedited.front()?;
                self.fop.submit_bd(front.request).ok()?;
                let front = self.expedited.pop_front()?;
                self.queued -= front.octets.len();
                let octets = unit.get_mut(..front.octets.len())?;
                octets.copy_from_slice(&front.octets);
                (OutType::Bd, SeqNum::default(), self.config.body(octets))
            }
        };
        let len = self.config.emit(out_type, n_s, &body, out);
        let response = match len {
            Some(_) => LowerResponse::Accept,
            None => LowerResponse::Reject,
        };
        self.fop.handle_lower(now, out_type, response);
        self.settle(now);
        self.stats.cltus += u64::from(len.is_some());
        len
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<CommanderEvent> {
        self.events.pop_front()
    }

    /// V(S), if it must be made durable before the next [`Commander::poll_transmit`].
    pub fn poll_state(&mut self) -> Option<StateChange> {
        let v_s = self.fop.v_s();
        if v_s == self.kept {
            return None;
        }
        self.kept = v_s;
        Some(StateChange {
            key: self.key(),
            octets: Some(vec![v_s.get()]),
        })
    }

    /// FOP-1's state.
    pub const fn state(&self) -> FopState {
        self.fop.state()
    }

    /// V(S).
    pub const fn v_s(&self) -> SeqNum {
        self.fop.v_s()
    }

    /// Packets whose end is not known.
    pub fn under_way(&self) -> usize {
        self.open.len()
    }

    /// Counters.
    pub const fn stats(&self) -> &CommanderStats {
        &self.stats
    }
}
