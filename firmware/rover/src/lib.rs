//! The rover's user terminal: files from the payload memory, as packets of the file delivery protocol, through the Proximity-1 link to coded
//! symbols.
//!
//! Books: 727.0-B-5 class 1 (the packets), 211.0-B-6 and 211.2-B-3 (the link), 131.0-B (the codes). The program is the same on every board and
//! on the host: [`Rover`] takes messages of the modem line and answers them, see `magpie-bus`.
//!
//! * **Blind** (simplex): on [`Order::Begin`] carrier, acquisition, then the files again and again, each packet in an expedited frame of its
//!   own, and LOCAL NO MORE DATA in time for the tail to end with the transmission.
//! * **Hailed** (full duplex): listens from the first moment on; once hailed it sends its files, sequence controlled, and says that it has
//!   no more data. A session that breaks begins the files anew: what arrives twice is the ground's smallest trouble.
//!
//! Left out: commands to the rover (what arrives on the forward link is accepted and counted, there is nobody to take it).
//!
//! ```
//! use magpie_board::Application as _;
//! use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
//! use magpie_bus::{Exchange, FromComputer, Modulation, ToComputer};
//! use magpie_rover::{Memory, Rover};
//!
//! let mut rover = Rover::new();
//! rover.start(Box::leak(Box::new(Memory::new()))).unwrap();
//! let (mode, return_code) = (PassMode::Blind, ReturnCode::Ldpc);
//! let pass = Pass { number: 1, mode, return_rate: 8_000, forward_rate: 8_000, send_ms: 60_000, return_code };
//! rover.handle(&ToComputer::Order(Order::Begin(pass)), &mut |_| ());
//! let silence = Exchange { start_us: 0, duration_us: 64_000, carrier: false, symbol_lock: false, symbols: 0, soft: &[] };
//! let mut modulation = Modulation::Off;
//! rover.handle(&ToComputer::Exchange(silence), &mut |answer| {
//!     if let FromComputer::Emission(emission) = answer { modulation = emission.modulation; }
//! });
//! assert_eq!(modulation, Modulation::Carrier);
//! ```
#![no_std]
#![forbid(unsafe_code)]

mod payload;
mod source;

use magpie_board::Application;
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_bus::{Exchange, FromComputer, Node, ToComputer};
use magpie_flight::counters;
use magpie_flight::profile::{self, HAILING_RATE, PLTU, Side};
use magpie_flight::transmit::{Buffers, ReturnTransmitter};
use magpie_link::LentLater;
use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::endpoint::{ChannelMemory, MemoryError};
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus, State, SubState};
use magpie_link::mib::Mib;
use magpie_link::transceiver::Transceiver;
use magpie_wire::id::PortId;
use magpie_wire::spdu::directive::DataEncoding;
use magpie_wire::v3::Qos;

use payload::{PACKET, Payload};
pub use source::{MAX_FILES, MAX_NAME};

/// Bits given to the receiver at once.
const PIECE: usize = 64;
/// Octets of the queue of the expedited service: three packets.
const EXPEDITED: usize = 1_024;
/// Octets of the queue of the sequence-controlled service.
const SEQUENCE_CONTROLLED: usize = 1_536;
/// Octets of the Sent queue: a window of our packets.
const SENT: usize = 5_120;

/// The queues that the link is lent, and the buffers in front of it and behind it.
#[derive(Debug)]
pub struct Memory {
    expedited: [u8; EXPEDITED],
    sequence_controlled: [u8; SEQUENCE_CONTROLLED],
    sent: [u8; SENT],
    transmit: Buffers,
    packet: [u8; PACKET],
    /// On the way out, on the way in.
    pltus: [[u8; PLTU]; 2],
}

impl Memory {
    /// Empty queues.
    pub const fn new() -> Self {
        Self {
            expedited: [0; EXPEDITED],
            sequence_controlled: [0; SEQUENCE_CONTROLLED],
            sent: [0; SENT],
            transmit: Buffers::new(),
            packet: [0; PACKET],
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
    /// Nothing has been said to the link yet.
    Fresh,
    /// The link runs, files are sent when it lets them.
    Running,
    /// No more files; the link is still to be told.
    Ending,
    /// The link has been told.
    Ended,
    /// The blind pass is over.
    Over,
}

/// The user terminal.
#[derive(Debug)]
pub struct Rover {
    node: Transceiver<LentLater, LentLater>,
    transmitter: ReturnTransmitter,
    payload: Payload,
    pass: Pass,
    stage: Stage,
    /// Blind: when modulation must be over.
    until: Option<Instant>,
    sessions: u32,
    broken_sessions: u32,
}

impl Rover {
    /// A rover that will listen to hails once it is [started](Self::start). The value of a static: the compiler puts it together.
    pub const fn new() -> Self {
        const MIB: Mib = match profile::mib(Side::Rover) {
            Ok(mib) => mib,
            Err(_) => panic!("the constants of the profile"),
        };
        Self {
            node: Transceiver::unlent(MIB, HAILING_RATE),
            transmitter: ReturnTransmitter::new(),
            payload: Payload::new(),
            pass: Pass {
                number: 0,
                mode: PassMode::Hailed,
                return_rate: HAILING_RATE.bits_per_s(),
                forward_rate: HAILING_RATE.bits_per_s(),
                send_ms: 0,
                return_code: ReturnCode::Convolutional,
            },
            stage: Stage::Fresh,
            until: None,
            sessions: 0,
            broken_sessions: 0,
        }
    }

    /// Lends the memory: from now on the rover answers. The error says that the sizes in this file do not fit the profile.
    pub fn start(&mut self, memory: &'static mut Memory) -> Result<(), MemoryError> {
        let channel: ChannelMemory<LentLater> = ChannelMemory {
            expedited: memory.expedited.as_mut_slice().into(),
            sequence_controlled: memory.sequence_controlled.as_mut_slice().into(),
            sent: memory.sent.as_mut_slice().into(),
        };
        self.transmitter.lend(&mut memory.transmit);
        self.payload.lend(&mut memory.packet);
        let [out, incoming] = &mut memory.pltus;
        self.node.lend_pltus(out, incoming);
        self.node
            .lend(magpie_link::endpoint::Memory::of_pcid_0(channel))
    }

    /// The link, to look at.
    pub fn link(&self) -> &Transceiver<LentLater, LentLater> {
        &self.node
    }

    #[inline(never)]
    fn exchange(&mut self, heard: &Exchange<'_>, out: &mut impl FnMut(&FromComputer<'_>)) {
        let span = Duration::from_micros(heard.duration_us.into());
        let end = Instant::from_micros(heard.start_us) + span;
        if self.stage == Stage::Fresh {
            self.begin(Instant::from_micros(heard.start_us), out);
        }
        self.node.handle_phy_status(
            end,
            PhyStatus {
                carrier_acquired: heard.carrier,
                symbol_inlock_status: heard.symbol_lock,
            },
        );
        self.listen(heard, end);
        self.node.handle_timeout(end);
        self.follow_events(end, out);
        self.end_in_time(end);
        self.feed(end, out);
        self.transmitter.set_code(self.return_code());
        let emission = self
            .transmitter
            .emit(&mut self.node, heard.start_us, end, span);
        out(&FromComputer::Emission(emission));
    }

    /// Sets the link up for the pass and asks the payload memory what there is.
    fn begin(&mut self, now: Instant, out: &mut impl FnMut(&FromComputer<'_>)) {
        let blind = self.pass.mode == PassMode::Blind;
        let _ = self
            .node
            .handle_directive(now, LocalDirective::SetInitializeMode);
        if let (true, Some(rate)) = (blind, DataRate::from_bits_per_s(self.pass.return_rate)) {
            self.node.set_rate(rate);
        }
        let duplex = if blind {
            Duplex::SimplexTransmit
        } else {
            Duplex::Full
        };
        let mode = if blind {
            Mode::Active
        } else {
            Mode::ConnectingL
        };
        let set = self
            .node
            .handle_directive(now, LocalDirective::SetDuplex(duplex));
        let set = set.and_then(|()| {
            self.node
                .handle_directive(now, LocalDirective::SetMode(mode))
        });
        if set.is_err() {
            out(&FromComputer::Log {
                text: "the link refuses the mode of the pass",
            });
        }
        self.until = (blind && self.pass.send_ms > 0)
            .then(|| now + Duration::from_millis(self.pass.send_ms.into()));
        self.stage = Stage::Running;
        self.payload.restart(out);
    }

    /// Hard decisions on an uncoded link.
    fn listen(&mut self, heard: &Exchange<'_>, end: Instant) {
        let rate = self.node.receive_rate();
        let mut symbols = heard.nibbles();
        let mut bits = [0; PIECE];
        while symbols.len() > 0 {
            let mut len = 0;
            for (bit, symbol) in bits.iter_mut().zip(&mut symbols) {
                *bit = u8::from(symbol > 0);
                len += 1;
            }
            let now = end - rate.duration_of_bits(symbols.len() as u64);
            // No delivery memory was lent, so none can be full: all bits are taken.
            let _ = self
                .node
                .handle_bits(now, bits.get(..len).unwrap_or(&[]), &mut |_| ());
        }
    }

    fn follow_events(&mut self, now: Instant, out: &mut impl FnMut(&FromComputer<'_>)) {
        while let Some(event) = self.node.poll_event() {
            match event {
                Event::HailReceived => self.sessions = self.sessions.saturating_add(1),
                Event::EndOfSession(why) => self.session_over(now, why, out),
                _ => {}
            }
        }
    }

    /// A hailed rover listens again; if the session broke, the files begin anew with the next one.
    fn session_over(
        &mut self,
        now: Instant,
        why: EndOfSession,
        out: &mut impl FnMut(&FromComputer<'_>),
    ) {
        // Our own doing at the start of a pass.
        if matches!(why, EndOfSession::SetInitializeMode) {
            return;
        }
        if self.pass.mode == PassMode::Blind {
            self.stage = Stage::Over;
            return;
        }
        let broken = why != EndOfSession::NoMoreData || self.stage != Stage::Ended;
        if broken {
            self.broken_sessions = self.broken_sessions.saturating_add(1);
            self.stage = Stage::Running;
            self.payload.restart(out);
        } else {
            // Who hails again (the orbiter may have begun anew before it took note of the end) is told so at once.
            self.stage = Stage::Ending;
        }
        let _ = self
            .node
            .handle_directive(now, LocalDirective::SetMode(Mode::ConnectingL));
    }

    /// Tells the link that there is no more, when that is so.
    fn end_in_time(&mut self, now: Instant) {
        let tail = self.node.mib().tail_idle_duration;
        // What waits in the queue goes out before the tail; a full queue is the worst case.
        let queue = self.node.rate().duration_of_bits(EXPEDITED as u64 * 8);
        let out_of_time = self.until.is_some_and(|until| now + queue + tail >= until);
        let all_said = self.pass.mode == PassMode::Hailed && self.payload.is_done();
        if self.stage == Stage::Running && (out_of_time || all_said) {
            self.stage = Stage::Ending;
        }
        if self.stage == Stage::Ending
            && self.lets_data_out()
            && self
                .node
                .handle_directive(now, LocalDirective::LocalNoMoreData)
                .is_ok()
        {
            self.stage = Stage::Ended;
        }
    }

    /// Blind, the code of the pass; in a session, what the hail has asked for.
    fn return_code(&self) -> ReturnCode {
        let values = self.node.communication_values();
        match (self.pass.mode, values.transmitter.parameters.data_encoding) {
            (PassMode::Blind, _) => self.pass.return_code,
            (PassMode::Hailed, DataEncoding::Ldpc) => ReturnCode::Ldpc,
            (PassMode::Hailed, _) => ReturnCode::Convolutional,
        }
    }

    fn lets_data_out(&self) -> bool {
        let status = self.node.status();
        matches!(
            status.state,
            State::S40DataServices | State::S71SimplexTransmit
        ) && status.sub_state == SubState::DataServices
    }

    /// Keeps the queue filled.
    fn feed(&mut self, now: Instant, out: &mut impl FnMut(&FromComputer<'_>)) {
        if self.stage != Stage::Running || !self.lets_data_out() {
            return;
        }
        let qos = match self.pass.mode {
            PassMode::Blind => Qos::Expedited,
            PassMode::Hailed => Qos::SequenceControlled,
        };
        let once = self.pass.mode == PassMode::Hailed;
        let node = &mut self.node;
        self.payload.feed(once, out, &mut |packet| {
            node.submit(now, PortId::ZERO, qos, packet).is_ok()
        });
    }

    #[inline(never)]
    fn order(&mut self, order: Order, out: &mut impl FnMut(&FromComputer<'_>)) {
        match order {
            Order::Begin(pass) => {
                if profile::values(Side::Rover, &pass).is_some() {
                    self.pass = pass;
                    self.stage = Stage::Fresh;
                } else {
                    out(&FromComputer::Log {
                        text: "a rate of the pass is in no table",
                    });
                }
            }
            Order::End => {
                if self.stage == Stage::Running {
                    self.stage = Stage::Ending;
                }
            }
            Order::Report => self.report(out),
            Order::Dump | Order::Release | Order::Format | Order::Hang | Order::Panic => {}
        }
    }

    #[inline(never)]
    fn report(&self, out: &mut impl FnMut(&FromComputer<'_>)) {
        counters::tell(self.node.stats(), out);
        counters::tell_one("sessions", self.sessions.into(), out);
        counters::tell_one("broken_sessions", self.broken_sessions.into(), out);
        counters::tell_one("payload_rounds", self.payload.rounds(), out);
    }
}

impl Default for Rover {
    fn default() -> Self {
        Self::new()
    }
}

impl Application for Rover {
    const NODE: Node = Node::Rover;

    fn handle(&mut self, message: &ToComputer<'_>, out: &mut impl FnMut(&FromComputer<'_>)) {
        match *message {
            ToComputer::Exchange(ref heard) => self.exchange(heard, out),
            ToComputer::Order(order) => self.order(order, out),
            ToComputer::PayloadFile {
                file,
                files,
                size,
                name,
            } => self.payload.take_file(file, files, size, name, out),
            ToComputer::PayloadOctets { file, at, octets } => {
                self.payload.take_octets(file, at, octets);
            }
        }
    }
}
