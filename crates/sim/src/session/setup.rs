//! What a session is played with: two ends, a channel, what the users want sent, and what goes wrong.
//!
//! Times are microseconds of true time since the run began. Everything random comes from [`Setup::seed`].
//!
//! ```
//! use magpie_sim::session::setup::{Duplexing, Setup};
//! let setup = Setup::lab(Duplexing::Full, 7);
//! assert_eq!(setup.channels[0].loss, 0.0, "a sound channel");
//! ```

use magpie_link::clock::Duration;
use magpie_link::communication::CommunicationValues;
use magpie_link::mac::{Duplex, LocalDirective};
use magpie_link::mib::MibBuilder;
use magpie_wire::id::{Pcid, PortId, Scid};
use magpie_wire::v3::Qos;

use super::trace::Side;

/// Which tables the two ends follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duplexing {
    /// Both ways at once.
    Full,
    /// Both ways in turn.
    Half,
    /// From the caller to the responder only, without a hail.
    Simplex,
}

impl Duplexing {
    /// What an end is told with SET DUPLEX.
    pub const fn of(self, side: Side) -> Duplex {
        match (self, side) {
            (Self::Full, _) => Duplex::Full,
            (Self::Half, _) => Duplex::Half,
            (Self::Simplex, Side::Caller) => Duplex::SimplexTransmit,
            (Self::Simplex, Side::Responder) => Duplex::SimplexReceive,
        }
    }
}

/// One session (or more, if an end calls again) and all its circumstances.
#[derive(Debug, Clone)]
pub struct Setup {
    /// All randomness of the channel and of the units follows from it.
    pub seed: u64,
    /// Full, half or simplex.
    pub duplexing: Duplexing,
    /// The two ends, by [`Side::index`].
    pub ends: [EndSetup; 2],
    /// The channel *from* each end to the other one.
    pub channels: [ChannelSetup; 2],
    /// Bits a second where nothing is negotiated: in simplex.
    pub rate: u32,
    /// The run is stopped here if it has not ended.
    pub max_us: u64,
    /// Keep a [`Trace`](super::trace::Trace); costs most of the time of a run.
    pub keep_trace: bool,
    /// Every frame goes through a real PLTU and its CRC-32, not only the corrupted ones.
    pub through_pltu: bool,
    /// A receiver gets symbol lock only at the rate that the other end sends at. Off for transports that have no rate to agree on.
    pub rates_must_match: bool,
    /// Something done wrong on purpose, so that a checker can be seen to notice.
    pub tamper: Option<Tamper>,
}

/// One end.
#[derive(Debug, Clone)]
pub struct EndSetup {
    /// Its managed parameters.
    pub mib: MibBuilder,
    /// Octets of memory lent.
    pub memory: MemorySetup,
    /// When it is told to hail, to listen, or to start in simplex.
    pub start_us: u64,
    /// What its user wants sent.
    pub loads: Vec<Load>,
    /// When it is told that there is no more.
    pub no_more_data: NoMoreData,
    /// What its controller does at given times.
    pub actions: Vec<Timed>,
    /// How often the controller starts again after a session that ended for another reason than no more data.
    pub again: u32,
    /// How long it waits before it does.
    pub again_after_us: u64,
    /// Its clock, and so all its timers, runs fast by so many parts in a million.
    pub clock_ppm: i32,
    /// What its clock shows when the run begins.
    pub clock_offset_us: u64,
    /// The user fetches what arrived only so often; 0: at once.
    pub reader_period_us: u64,
    /// Time from the signal to `CARRIER_ACQUIRED`.
    pub carrier_acquisition_us: u64,
    /// Time from carrier and modulation to `SYMBOL_INLOCK_STATUS`.
    pub symbol_acquisition_us: u64,
}

/// Octets lent to an endpoint, for each physical channel in use where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemorySetup {
    /// Expedited units waiting, each channel.
    pub expedited: usize,
    /// Sequence-controlled units waiting, each channel.
    pub sequence_controlled: usize,
    /// Frames waiting for their acknowledgement, each channel.
    pub sent: usize,
    /// Units that arrived.
    pub delivery: usize,
    /// Partial packets.
    pub reassembly: usize,
}

/// What kind of unit a load is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// Space packets.
    SpacePacket,
    /// User octets: frames of construction 11.
    UserOctets,
}

/// A series of units from one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// When the first one is submitted.
    pub from_us: u64,
    /// How many.
    pub count: u32,
    /// Time between two; 0: as fast as the endpoint takes them.
    pub interval_us: u64,
    /// The smallest and the largest length, headers included; drawn for each unit.
    pub octets: [usize; 2],
    /// The service.
    pub qos: Qos,
    /// The port.
    pub port: PortId,
    /// The physical channel; `None`: that of the MIB.
    pub pcid: Option<Pcid>,
    /// Packets or user octets.
    pub kind: UnitKind,
}

/// When LOCAL NO MORE DATA is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMoreData {
    /// Never.
    Never,
    /// As soon as the last unit of every load has been taken.
    WhenSubmitted,
    /// At this time; what is not submitted then never is.
    At(u64),
}

/// Something the controller does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A directive.
    Directive(LocalDirective),
    /// Resynchronise COP-P of this channel.
    Resynchronise(Pcid),
    /// Reset COP-P of this channel (SE7).
    ResetCopP(Pcid),
    /// Ask for time tags of so many frames.
    TimeSamples(u8),
    /// Ask for PLCWs of both channels and for a status report of this kind (0: none).
    RequestReport(u8),
    /// Have a status report of so many octets ready.
    StatusReport(u8),
    /// The process begins anew, with a new endpoint, and is told again to hail or to listen.
    Restart,
}

/// An [`Action`] and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// When.
    pub at_us: u64,
    /// What.
    pub action: Action,
}

/// The channel of one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelSetup {
    /// One-way light time.
    pub delay_us: u64,
    /// Probability that a frame is lost.
    pub loss: f64,
    /// Probability that bits of a PLTU are flipped.
    pub corruption: f64,
    /// Probability that a frame comes twice.
    pub duplication: f64,
    /// Probability that a frame comes later than the one behind it might.
    pub reorder: f64,
    /// How much later at most.
    pub reorder_us: u64,
    /// Nothing of the above happens to frames sent after this time.
    pub faults_until_us: u64,
    /// Times without carrier at the receiver.
    pub cuts: Vec<Cut>,
}

/// A time without carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Begins.
    pub from_us: u64,
    /// Ends.
    pub until_us: u64,
}

/// Something wrong between an endpoint and its user, done by the world so that the checkers can be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tamper {
    /// The user of this end never sees the unit that is delivered there as number `n`.
    DropDelivery(Side, u32),
    /// It sees it twice.
    DoubleDelivery(Side, u32),
    /// It sees it with a wrong bit.
    SpoilDelivery(Side, u32),
    /// It sees it after the next one.
    SwapDelivery(Side, u32),
}

impl ChannelSetup {
    /// Nothing is lost; this far away.
    pub const fn sound(delay_us: u64) -> Self {
        Self {
            delay_us,
            loss: 0.0,
            corruption: 0.0,
            duplication: 0.0,
            reorder: 0.0,
            reorder_us: 0,
            faults_until_us: u64::MAX,
            cuts: Vec::new(),
        }
    }

    /// Frames are lost with this probability.
    #[must_use]
    pub const fn with_loss(mut self, loss: f64) -> Self {
        self.loss = loss;
        self
    }
}

impl MemorySetup {
    /// Enough for windows of 127 full frames and some units besides.
    pub const AMPLE: Self = Self {
        expedited: 64 << 10,
        sequence_controlled: 64 << 10,
        sent: 300 << 10,
        delivery: 256 << 10,
        reassembly: 128 << 10,
    };
}

impl Load {
    /// `count` space packets of `octets` octets on port 0, as fast as they are taken.
    pub const fn packets(qos: Qos, count: u32, octets: usize) -> Self {
        Self {
            from_us: 0,
            count,
            interval_us: 0,
            octets: [octets, octets],
            qos,
            port: PortId::ZERO,
            pcid: None,
            kind: UnitKind::SpacePacket,
        }
    }
}

impl EndSetup {
    /// An end with this MIB, ample memory, no load, perfect clock, a receiver that locks in 10 + 10 ms.
    pub const fn new(mib: MibBuilder) -> Self {
        Self {
            mib,
            memory: MemorySetup::AMPLE,
            start_us: 0,
            loads: Vec::new(),
            no_more_data: NoMoreData::WhenSubmitted,
            actions: Vec::new(),
            again: 0,
            again_after_us: 100_000,
            clock_ppm: 0,
            clock_offset_us: 0,
            reader_period_us: 0,
            carrier_acquisition_us: 10_000,
            symbol_acquisition_us: 10_000,
        }
    }
}

impl Setup {
    /// The lab: SCIDs 0x11 and 0x22, 128 kbit/s, 1 ms apart, timers of tenths of a second, nothing to send, no fault.
    pub fn lab(duplexing: Duplexing, seed: u64) -> Self {
        let (caller, responder) = (scid(0x11), scid(0x22));
        let ends = [(caller, responder), (responder, caller)]
            .map(|(local, remote)| EndSetup::new(lab_mib(local, remote)));
        Self {
            seed,
            duplexing,
            ends,
            channels: [ChannelSetup::sound(1_000), ChannelSetup::sound(1_000)],
            rate: 128_000,
            max_us: 600_000_000,
            keep_trace: false,
            through_pltu: true,
            rates_must_match: true,
            tamper: None,
        }
    }

    /// One end.
    pub const fn end(&self, side: Side) -> &EndSetup {
        let [caller, responder] = &self.ends;
        match side {
            Side::Caller => caller,
            Side::Responder => responder,
        }
    }

    /// One end, to change.
    pub const fn end_mut(&mut self, side: Side) -> &mut EndSetup {
        let [caller, responder] = &mut self.ends;
        match side {
            Side::Caller => caller,
            Side::Responder => responder,
        }
    }
}

/// Timers of the lab: short, but longer than the receivers need.
fn lab_mib(local: Scid, remote: Scid) -> MibBuilder {
    MibBuilder {
        carrier_only_duration: Duration::from_millis(100),
        acquisition_idle_duration: Duration::from_millis(100),
        tail_idle_duration: Duration::from_millis(50),
        carrier_loss_timer_duration: Duration::from_secs(2),
        hail_wait_duration: Duration::from_secs(1),
        hail_lifetime: Duration::from_secs(60),
        drop_carrier_duration: Duration::from_millis(500),
        persistence_wait_time: Duration::from_secs(1),
        comm_change_lifetime: Duration::from_secs(20),
        send_duration: Duration::from_secs(1),
        receive_duration: Duration::from_secs(3),
        plcw_repeat_interval: Duration::from_millis(200),
        synch_timeout: Duration::from_secs(3),
        resync_waiting_period: Duration::from_secs(1),
        resync_lifetime: Duration::from_secs(20),
        termination_lifetime: Duration::from_secs(20),
        communication_values: CommunicationValues::uncoded(128_000).unwrap_or_default(),
        ..MibBuilder::new(local, remote)
    }
}

fn scid(value: u16) -> Scid {
    Scid::new(value).expect("ten bits")
}
