//! One endpoint, driven into a state of the tables with directives, literal frames of the other end, and time.
//!
//! Frames are put together here octet by octet (211.0-B-6 3.2.2 and 3.2.4 as the facts give them), never with the code under test.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fmt::Write as _;

use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::SubmitError;
use magpie_link::event::Event;
use magpie_link::mac::{
    DirectiveError, Duplex, LocalDirective, Mode, PhyStatus, Role, State, SubState, X, Y,
};
use magpie_link::mib::MibBuilder;
use magpie_link::stats::Rejection;
use magpie_wire::v3::Qos;

use crate::common::{Node, ORBITER, ROVER, hex, ms, node, packet, port, scid};

// Durations that no other one can be mistaken for.
pub(crate) const CARRIER: Duration = ms(101);
pub(crate) const ACQUISITION: Duration = ms(211);
pub(crate) const TAIL: Duration = ms(53);
pub(crate) const DROP_CARRIER: Duration = ms(1_009);
pub(crate) const HAIL_WAIT: Duration = ms(503);
pub(crate) const PERSISTENCE_WAIT: Duration = ms(307);
pub(crate) const SEND: Duration = ms(2_003);
pub(crate) const RECEIVE: Duration = ms(4_001);
/// Of a responder: half as long again.
pub(crate) const RECEIVE_AT_RESPONDER: Duration = Duration::from_micros(6_001_500);
pub(crate) const CARRIER_LOSS: Duration = ms(701);
/// Of what a row test is not about: a timer this far away counts as one that does not run.
pub(crate) const NEVER: Duration = Duration::from_secs(86_000);

// SPDUs. Type 1: format id 0, type 000, length in octets; then words of 16 bits whose last three are the type.
/// SET TRANSMITTER PARAMETERS and SET RECEIVER PARAMETERS: mode 001, rate 0001 (8 kb/s coherent), PSK 0, encoding 10, channel 000.
pub(crate) const HAIL: &str = "04 2280 2282";
/// The same with SET V(R) = 0.
pub(crate) const FRESH_HAIL: &str = "06 2280 2282 0003";
/// Rate 1101 (64 kb/s) for the transmitter, 1100 (16 kb/s) for the receiver of whoever gets it.
pub(crate) const HAIL_64_16: &str = "04 3A80 3882";
/// SET CONTROL PARAMETERS, bit 11.
pub(crate) const RNMD: &str = "02 0011";
/// SET CONTROL PARAMETERS, bit 12.
pub(crate) const TOKEN: &str = "02 0009";
/// Format id 1, type 0, nothing accepted yet.
pub(crate) const PLCW: &str = "8000";

/// An endpoint, and the time.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) node: Node,
    pub(crate) now: Instant,
    /// N(S) of the other end's next expedited frame.
    pub(crate) other_ve_s: u8,
    /// N(S) of its next sequence-controlled frame.
    pub(crate) other_v_s: u8,
}

/// The parameters of a row test: every lifetime unused, so that WT is the only timer that runs.
pub(crate) fn mib(local: u16, remote: u16) -> MibBuilder {
    MibBuilder {
        carrier_only_duration: CARRIER,
        acquisition_idle_duration: ACQUISITION,
        tail_idle_duration: TAIL,
        drop_carrier_duration: DROP_CARRIER,
        hail_wait_duration: HAIL_WAIT,
        hail_lifetime: Duration::ZERO,
        persistence_wait_time: PERSISTENCE_WAIT,
        comm_change_lifetime: Duration::ZERO,
        termination_lifetime: Duration::ZERO,
        send_duration: SEND,
        receive_duration: RECEIVE,
        plcw_repeat_interval: Duration::ZERO,
        synch_timeout: Duration::ZERO,
        carrier_loss_timer_duration: Duration::ZERO,
        resync_waiting_period: NEVER,
        resync_lifetime: Duration::ZERO,
        maximum_failed_token_passes: 2,
        maximum_packet_size: 5_000,
        ..MibBuilder::new(scid(local), scid(remote))
    }
}

/// Parameters of the end that hails: the orbiter.
pub(crate) fn caller_mib() -> MibBuilder {
    mib(ORBITER, ROVER)
}

/// Parameters of the end that waits for a hail: the rover.
pub(crate) fn responder_mib() -> MibBuilder {
    mib(ROVER, ORBITER)
}

/// A caller in `state`.
pub(crate) fn caller(duplex: Duplex, state: &str) -> Bench {
    Bench::with(caller_mib(), duplex, Mode::ConnectingT, state)
}

/// A responder in `state`.
pub(crate) fn responder(duplex: Duplex, state: &str) -> Bench {
    Bench::with(responder_mib(), duplex, Mode::ConnectingL, state)
}

impl Bench {
    /// An endpoint in S1 with this DUPLEX.
    pub(crate) fn inactive(mib: MibBuilder, duplex: Duplex) -> Self {
        let mut bench = Self {
            node: node(mib.build().expect("good values")),
            now: Instant::from_micros(5_000_000),
            other_ve_s: 0,
            other_v_s: 0,
        };
        bench.directive(LocalDirective::SetDuplex(duplex));
        bench
    }

    /// An endpoint in `state`, its events read.
    pub(crate) fn with(mib: MibBuilder, duplex: Duplex, mode: Mode, state: &str) -> Self {
        let mut bench = Self::inactive(mib, duplex);
        if state != "S1" {
            bench.directive(LocalDirective::SetMode(mode));
            bench.reach(state);
        }
        bench.events();
        bench
    }

    pub(crate) fn directive(&mut self, directive: LocalDirective) {
        self.try_directive(directive).expect("accepted");
    }

    pub(crate) fn try_directive(
        &mut self,
        directive: LocalDirective,
    ) -> Result<(), DirectiveError> {
        self.node.handle_directive(self.now, directive)
    }

    pub(crate) fn mode(&mut self, mode: Mode) {
        self.directive(LocalDirective::SetMode(mode));
    }

    pub(crate) fn no_more_data(&mut self) {
        self.directive(LocalDirective::LocalNoMoreData);
    }

    pub(crate) fn phy(&mut self, carrier_acquired: bool, symbol_inlock_status: bool) {
        let status = PhyStatus {
            carrier_acquired,
            symbol_inlock_status,
        };
        self.node.handle_phy_status(self.now, status);
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
        self.node.handle_timeout(self.now);
    }

    /// Time passes up to the last microsecond of `span`: nothing may happen. Then the last microsecond passes.
    pub(crate) fn wait_exactly(&mut self, span: Duration) {
        let before = self.line();
        self.wait(Duration::from_micros(span.as_micros() - 1));
        assert_eq!(self.line(), before, "a microsecond too early");
        assert_eq!(self.timer(), Some(Duration::from_micros(1)));
        self.wait(Duration::from_micros(1));
    }

    /// How long until a timer expires, if one runs.
    pub(crate) fn timer(&self) -> Option<Duration> {
        self.node
            .poll_timeout()
            .map(|at| at.duration_since(self.now))
            .filter(|left| *left < Duration::from_secs(40_000))
    }

    /// A P-frame of the other end with these SPDUs, addressed to this end: expedited, PCID 0, port 0.
    pub(crate) fn p_frame(&mut self, spdus: &str) {
        self.try_p_frame(spdus)
            .unwrap_or_else(|why| panic!("{why} in {}", self.line()));
    }

    pub(crate) fn try_p_frame(&mut self, spdus: &str) -> Result<(), String> {
        let n_s = self.other_ve_s;
        self.other_ve_s = n_s.wrapping_add(1);
        let octets = frame_to(self.local(), 0xB0, n_s, &hex(spdus));
        self.octets(&octets).map_err(|why| why.to_string())
    }

    /// A sequence-controlled U-frame of the other end with one packet of one octet.
    pub(crate) fn u_frame(&mut self) {
        self.try_u_frame()
            .unwrap_or_else(|why| panic!("{why} in {}", self.line()));
    }

    pub(crate) fn try_u_frame(&mut self) -> Result<(), String> {
        let n_s = self.other_v_s;
        self.other_v_s = n_s.wrapping_add(1);
        let octets = frame_to(self.local(), 0x80, n_s, &packet(&[n_s]));
        self.octets(&octets).map_err(|why| why.to_string())
    }

    pub(crate) fn octets(&mut self, octets: &[u8]) -> Result<(), Rejection> {
        self.node.handle_frame(self.now, octets).map(|_| ())
    }

    fn local(&self) -> u16 {
        self.node.mib().local_spacecraft_id.get()
    }

    /// One packet to be sent, sequence controlled.
    pub(crate) fn submit(&mut self) {
        self.try_submit().expect("there is room");
    }

    pub(crate) fn try_submit(&mut self) -> Result<(), SubmitError> {
        let packet = packet(&[0x41]);
        self.node
            .submit(self.now, port(0), Qos::SequenceControlled, &packet)
    }

    /// What the transmitter is given now, as hexadecimal digits.
    pub(crate) fn out(&mut self) -> Option<String> {
        let mut buf = [0; 2048];
        let frame = self.node.poll_transmit(self.now, &mut buf)?;
        Some(digits(frame))
    }

    /// Everything the transmitter is given now.
    pub(crate) fn out_all(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.out()).take(1_000).collect()
    }

    /// The variables as a row of the tables prints them.
    pub(crate) fn line(&self) -> String {
        let vars = self.node.status();
        let mode = match vars.mode {
            Mode::Inactive => "inactive",
            Mode::ConnectingL => "connecting-L",
            Mode::ConnectingT => "connecting-T",
            Mode::Active => "active",
        };
        format!(
            "{} {mode} T{} M{} SS{} P{} X{} Y{} Z{}",
            self.state(),
            u8::from(vars.transmit.is_on()),
            u8::from(vars.modulation.is_on()),
            sub_state_number(vars.sub_state),
            u8::from(vars.persistence),
            x_number(vars.x),
            y_number(vars.y),
            u8::from(vars.z),
        )
    }

    pub(crate) fn state(&self) -> &'static str {
        short(self.node.status().state)
    }

    /// The events since this was last asked, transitions as `E4 S31-S32`.
    pub(crate) fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.node.poll_event())
            .map(|event| match event {
                Event::Transition { row, from, to } => {
                    format!("{row:?} {}-{}", short(from), short(to))
                }
                other => format!("{other:?}"),
            })
            .collect()
    }

    /// The rows taken since the events were last read.
    pub(crate) fn rows(&mut self) -> Vec<String> {
        let mut events = self.events();
        events.retain(|event| event.starts_with('E') && event.contains('-'));
        events
    }

    /// Goes on as a session without data goes, until `state`.
    pub(crate) fn reach(&mut self, state: &str) {
        for _ in 0..60 {
            if self.state() == state {
                return;
            }
            self.step();
        }
        panic!("{state} is not reached from {}", self.line());
    }

    /// The next thing in a session without data.
    pub(crate) fn step(&mut self) {
        let receive = match self.node.status().role {
            Role::Caller => RECEIVE,
            Role::Responder => RECEIVE_AT_RESPONDER,
        };
        match self.state() {
            "S2" => self.p_frame(FRESH_HAIL),
            "S11" | "S31" | "S41" | "S51" => self.wait(CARRIER),
            "S12" | "S32" | "S42" | "S52" => self.wait(ACQUISITION),
            "S13" | "S33" | "S50" | "S56" => {
                self.out();
            }
            "S14" | "S34" | "S58" => self.wait(TAIL),
            "S35" | "S36" => self.p_frame(PLCW),
            "S62" => self.phy(true, true),
            "S61" => self.u_frame(),
            "S60" => self.p_frame(TOKEN),
            "S40" | "S80" => self.wait(receive),
            other => panic!("no next thing in {other}"),
        }
    }
}

/// A Version-3 frame on PCID 0, port 0, that names its destination. `first` has version, quality of service, type and construction.
pub(crate) fn frame_to(destination: u16, first: u8, n_s: u8, data: &[u8]) -> Vec<u8> {
    let [scid_high, scid_low] = destination.to_be_bytes();
    let [len_high, len_low] = u16::try_from(data.len() + 4)
        .expect("11 bits")
        .to_be_bytes();
    let header = [first | scid_high, scid_low, 0x08 | len_high, len_low, n_s];
    [&header, data].concat()
}

/// The frame that this end is to send: to the other spacecraft, P-frame, expedited, N(S) and SPDUs as digits.
pub(crate) fn p_frame_digits(destination: u16, n_s: u8, spdus: &str) -> String {
    digits(&frame_to(destination, 0xB0, n_s, &hex(spdus)))
}

/// Octets as hexadecimal digits.
pub(crate) fn digits(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut digits, octet| {
        let _ = write!(digits, "{octet:02X}");
        digits
    })
}

fn short(state: State) -> &'static str {
    state.name().split(' ').next().expect("a name")
}

fn sub_state_number(sub_state: SubState) -> u8 {
    match sub_state {
        SubState::DataServices => 0,
        SubState::CarrierOnly => 1,
        SubState::AcquisitionIdle => 2,
        SubState::Directives => 3,
        SubState::Tail => 4,
        SubState::HailResponse => 5,
        SubState::CommChange => 6,
        SubState::TerminatingTail => 7,
    }
}

fn x_number(x: X) -> u8 {
    match x {
        X::X0PassingData => 0,
        X::X1LocalNoMoreData => 1,
        X::X2SendingRnmd => 2,
        X::X3RnmdReceived => 3,
        X::X4Finishing => 4,
        X::X5Finished => 5,
    }
}

fn y_number(y: Y) -> u8 {
    match y {
        Y::Y0None => 0,
        Y::Y1Accepted => 1,
        Y::Y2Sending => 2,
        Y::Y3Waiting => 3,
        Y::Y4Received => 4,
        Y::Y5Acting => 5,
    }
}
