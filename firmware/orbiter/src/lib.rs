//! The orbiter's relay transponder: soft symbols → bits → frames → flash → TM frames for Earth.
//!
//! Books: 131.0-B (convolutional code, LDPC, Reed–Solomon), 211.0-B-6 and 211.2-B-3 (the link), 132.0-B-3 (the frames to Earth). The program is the
//! same on every board and on the host: [`Orbiter`] takes messages of the modem line and answers them, see `magpie-bus`.
//!
//! * **Blind** (simplex): listens, and keeps whatever arrives.
//! * **Hailed** (full duplex): hails until the rover answers, acknowledges what is on the flash, ends the session when the rover has no
//!   more data, hails again if it broke.
//!
//! Custody: an accepted frame is on the flash before any PLCW can acknowledge it, as no PLCW is built while bits are taken in. When the flash
//! has no room for a longest frame, the receiver gets no bits: they are counted, nothing is acknowledged, and the rover keeps what it has. A reset in
//! the middle of a pass is recovered at boot: the recording is found, and the pass goes on.
#![no_std]
#![forbid(unsafe_code)]
// The length of the longest record is a constant below 1,000. Functions that are never inlined: what one of them needs of the stack is not
// held while another one works.
#![allow(clippy::cast_possible_truncation)]

mod decoders;
mod downlink;
mod ear;
mod recorder;
mod row;

use embedded_storage::nor_flash::NorFlash;
use magpie_board::Application;
use magpie_bus::order::{Order, Pass, PassMode};
use magpie_bus::{Exchange, FromComputer, Node, ToComputer};
use magpie_flight::counters::{self, tell_one};
use magpie_flight::profile::{self, HAILING_RATE, PLTU, Side};
use magpie_flight::transmit::{Buffers, ForwardTransmitter};
use magpie_link::LentLater;
use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus};
use magpie_link::mib::Mib;
use magpie_link::transceiver::Transceiver;

pub use decoders::{Decoders, LdpcMemory, Message, UnitReceiver};
use downlink::Downlink;
pub use downlink::{CADU_LEN, FRAME_LEN, VCID};
use ear::Ear;
use recorder::Recorder;
pub use recorder::{Device, Opened};

/// Application process of the records.
pub const APID: u16 = 1_601;

/// Buffers of the orbiter.
#[derive(Debug)]
pub struct Memory {
    transmit: Buffers,
    downlink: downlink::Buffers,
    /// On the way out, on the way in.
    pltus: [[u8; PLTU]; 2],
}

impl Memory {
    /// All zeros, which costs no place in an image.
    pub const fn new() -> Self {
        Self {
            transmit: Buffers::new(),
            downlink: downlink::Buffers::new(),
            pltus: [[0; PLTU]; 2],
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the pass stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// None runs.
    None,
    /// Ordered, or found after a reset; the link is still to be set up.
    Fresh,
    /// The link runs.
    Running,
    /// The operator wants it over.
    Ending,
}

/// The relay transponder with its flash of `SEGMENTS` segments.
#[derive(Debug)]
pub struct Orbiter<F: 'static, const SEGMENTS: usize> {
    // The orbiter has nothing to send on its own but what the protocol says: no queues.
    node: Transceiver<LentLater, LentLater>,
    ear: Ear,
    transmitter: ForwardTransmitter,
    recorder: Recorder<F, SEGMENTS>,
    downlink: Downlink,
    opened: Option<Opened>,
    pass: Option<Pass>,
    stage: Stage,
    /// The pass that runs was found on the flash after a reset.
    resumed: bool,
    sessions: u32,
    broken_sessions: u32,
}

impl<F: NorFlash, const SEGMENTS: usize> Orbiter<F, SEGMENTS> {
    /// An orbiter that answers once it is [started](Self::start). The value of a static: the compiler puts it together.
    pub const fn new() -> Self {
        const MIB: Mib = match profile::mib(Side::Orbiter) {
            Ok(mib) => mib,
            Err(_) => panic!("the constants of the profile"),
        };
        Self {
            node: Transceiver::unlent(MIB, HAILING_RATE),
            ear: Ear::new(),
            transmitter: ForwardTransmitter::new(),
            recorder: Recorder::new(),
            downlink: Downlink::new(),
            opened: None,
            pass: None,
            stage: Stage::None,
            resumed: false,
            sessions: 0,
            broken_sessions: 0,
        }
    }

    /// Gives it its flash, which is read with the first message, its decoders and its buffers.
    pub fn start(
        &mut self,
        device: &'static mut Device<F, SEGMENTS>,
        decoders: &'static mut Decoders,
        memory: &'static mut Memory,
    ) {
        self.transmitter.lend(&mut memory.transmit);
        self.downlink.lend(&mut memory.downlink);
        let [out, incoming] = &mut memory.pltus;
        self.node.lend_pltus(out, incoming);
        self.recorder.lend(device);
        self.ear.lend(decoders);
    }

    /// The link, to look at.
    pub fn link(&self) -> &Transceiver<LentLater, LentLater> {
        &self.node
    }

    /// The pass that runs, or waits for its first stretch.
    pub const fn pass(&self) -> Option<Pass> {
        self.pass
    }

    /// What the flash said at boot; `None` before the first message.
    pub const fn opened(&self) -> Option<Opened> {
        self.opened
    }

    /// Reads the flash once.
    fn boot(&mut self, now: Instant) {
        if self.opened.is_some() {
            return;
        }
        self.opened = self.recorder.open();
        self.pass = self.recorder.resume(now);
        self.resumed = self.pass.is_some();
        if self.resumed {
            self.stage = Stage::Fresh;
        }
    }

    #[inline(never)]
    fn exchange(&mut self, heard: &Exchange<'_>, out: &mut impl FnMut(&FromComputer<'_>)) {
        let span = Duration::from_micros(heard.duration_us.into());
        let start = Instant::from_micros(heard.start_us);
        let end = start + span;
        if self.stage == Stage::Fresh {
            self.begin(start, out);
        }
        let status = PhyStatus {
            carrier_acquired: heard.carrier,
            symbol_inlock_status: heard.symbol_lock,
        };
        self.node.handle_phy_status(end, status);
        self.ear
            .listen(heard, end, &mut self.node, &mut self.recorder, out);
        self.node.handle_timeout(end);
        self.follow_events(end, out);
        if self.stage == Stage::Ending {
            self.end(end);
        }
        let emission = self
            .transmitter
            .emit(&mut self.node, heard.start_us, end, span);
        out(&FromComputer::Emission(emission));
    }

    /// Opens the recording and sets the link up for the pass.
    #[inline(never)]
    fn begin(&mut self, now: Instant, out: &mut impl FnMut(&FromComputer<'_>)) {
        let Some(pass) = self.pass else {
            self.stage = Stage::None;
            return;
        };
        if !core::mem::take(&mut self.resumed) && !self.recorder.begin(&pass, now) {
            out(&FromComputer::Log {
                text: "the recorder takes nothing: no pass",
            });
            self.stage = Stage::None;
            return;
        }
        self.ear.begin(pass.return_code);
        self.transmitter.set_return_code(pass.return_code);
        let _ = self
            .node
            .handle_directive(now, LocalDirective::SetInitializeMode);
        self.stage = Stage::Running;
        if !self.set_up(now, &pass) {
            out(&FromComputer::Log {
                text: "the link refuses the mode of the pass",
            });
        }
    }

    fn set_up(&mut self, now: Instant, pass: &Pass) -> bool {
        let Some(values) = profile::values(Side::Orbiter, pass) else {
            return false;
        };
        let (duplex, mode) = match pass.mode {
            PassMode::Blind => (Duplex::SimplexReceive, Mode::Active),
            PassMode::Hailed => (Duplex::Full, Mode::ConnectingT),
        };
        if let (PassMode::Blind, Some(rate)) =
            (pass.mode, DataRate::from_bits_per_s(pass.return_rate))
        {
            self.node.set_rate(rate);
        }
        let directives = [
            LocalDirective::SetDuplex(duplex),
            LocalDirective::LoadCommunicationValueBuffer(values),
            LocalDirective::SetMode(mode),
        ];
        directives
            .into_iter()
            .all(|directive| self.node.handle_directive(now, directive).is_ok())
    }

    fn follow_events(&mut self, now: Instant, out: &mut impl FnMut(&FromComputer<'_>)) {
        while let Some(event) = self.node.poll_event() {
            match event {
                Event::HailAnswered => self.sessions = self.sessions.saturating_add(1),
                Event::RemoteNoMoreData => {
                    // We have nothing of our own to say.
                    let _ = self
                        .node
                        .handle_directive(now, LocalDirective::LocalNoMoreData);
                }
                Event::EndOfSession(why) => self.session_over(now, why, out),
                _ => {}
            }
        }
    }

    /// The rover has said everything: the pass is over. Anything else: hail again.
    fn session_over(
        &mut self,
        now: Instant,
        why: EndOfSession,
        out: &mut impl FnMut(&FromComputer<'_>),
    ) {
        match why {
            EndOfSession::SetInitializeMode | EndOfSession::SetModeInactive => {}
            EndOfSession::NoMoreData => self.close(now),
            _ if self.stage == Stage::Running => {
                self.broken_sessions = self.broken_sessions.saturating_add(1);
                out(&FromComputer::Log {
                    text: "the session broke: hailing again",
                });
                let _ = self
                    .node
                    .handle_directive(now, LocalDirective::SetMode(Mode::ConnectingT));
            }
            _ => {}
        }
    }

    /// Ends the pass as soon as the link lets it: what is in the air still arrives.
    fn end(&mut self, now: Instant) {
        let _ = self
            .node
            .handle_directive(now, LocalDirective::SetMode(Mode::Inactive));
        self.close(now);
    }

    fn close(&mut self, now: Instant) {
        self.recorder.end(now);
        self.pass = None;
        self.stage = Stage::None;
    }

    #[inline(never)]
    fn order(&mut self, order: Order, out: &mut impl FnMut(&FromComputer<'_>)) {
        match order {
            Order::Begin(pass) => {
                if profile::values(Side::Orbiter, &pass).is_some() {
                    self.pass = Some(pass);
                    self.resumed = false;
                    self.stage = Stage::Fresh;
                } else {
                    out(&FromComputer::Log {
                        text: "a rate of the pass is in no table",
                    });
                }
            }
            Order::End if self.pass.is_some() => self.stage = Stage::Ending,
            Order::Dump => {
                if let Some(row) = self.recorder.whole_row() {
                    self.downlink.start(row);
                }
            }
            Order::Release => {
                let released = self
                    .downlink
                    .dumped()
                    .is_some_and(|id| self.recorder.release(id));
                if !released {
                    out(&FromComputer::Log {
                        text: "nothing released: no whole dump yet, or a pass runs",
                    });
                }
            }
            Order::Format => {
                self.opened = Some(Opened::Formatted);
                let _ = self.recorder.format();
            }
            Order::Report => self.report(out),
            Order::End | Order::Hang | Order::Panic => {}
        }
    }

    #[inline(never)]
    fn report(&self, out: &mut impl FnMut(&FromComputer<'_>)) {
        counters::tell(self.node.stats(), out);
        let store = self.recorder.stats().copied().unwrap_or_default();
        let blocks = self.ear.blocks();
        let total = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let own = [
            ("ldpc_blocks", total(blocks.good)),
            ("ldpc_blocks_bad", total(blocks.bad)),
            ("sessions", self.sessions),
            ("broken_sessions", self.broken_sessions),
            ("bits_refused", self.ear.bits_refused()),
            ("not_recorded", self.recorder.not_recorded()),
            ("store_records", store.records),
            ("store_full", store.full),
            ("store_write_faults", store.write_faults),
            ("store_read_corrupt", store.read_corrupt),
        ];
        for (name, value) in own {
            tell_one(name, value.into(), out);
        }
        match self.opened {
            Some(Opened::Recovered(found)) => {
                tell_one("recovered_records", found.records.into(), out);
                tell_one("recovered_damages", found.damages.into(), out);
            }
            Some(Opened::Unusable(_)) => tell_one("store_unusable", 1, out),
            Some(Opened::Formatted) | None => {}
        }
    }
}

impl<F: NorFlash, const SEGMENTS: usize> Default for Orbiter<F, SEGMENTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: NorFlash, const SEGMENTS: usize> Application for Orbiter<F, SEGMENTS> {
    const NODE: Node = Node::Orbiter;

    fn handle(&mut self, message: &ToComputer<'_>, out: &mut impl FnMut(&FromComputer<'_>)) {
        self.boot(match message {
            ToComputer::Exchange(heard) => Instant::from_micros(heard.start_us),
            _ => Instant::ZERO,
        });
        match *message {
            ToComputer::Exchange(ref heard) => self.exchange(heard, out),
            ToComputer::Order(order) => self.order(order, out),
            // For the rover.
            ToComputer::PayloadFile { .. } | ToComputer::PayloadOctets { .. } => {}
        }
    }

    fn work(&mut self, out: &mut impl FnMut(&FromComputer<'_>)) -> bool {
        self.downlink.work(&mut self.recorder, out)
    }
}
