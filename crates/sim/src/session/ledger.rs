//! What a run leaves for the checkers: what was submitted, what was delivered, which rows were taken, and the world's own counts.

use magpie_link::event::EndOfSession;
use magpie_link::mac::{Row, State};
use magpie_link::stats::Stats;
use magpie_wire::id::{Pcid, PortId};
use magpie_wire::v3::Qos;

use super::setup::UnitKind;
use super::trace::{Loss, Side};
use super::unit::UnitId;

/// What a unit is and how it travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// The service.
    pub qos: Qos,
    /// The port.
    pub port: PortId,
    /// The physical channel.
    pub pcid: Pcid,
    /// Packet or user octets.
    pub kind: UnitKind,
    /// Its length.
    pub octets: usize,
}

/// A unit that an endpoint took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submission {
    /// When.
    pub at_us: u64,
    /// By which end.
    pub end: Side,
    /// Which.
    pub id: UnitId,
    /// How.
    pub label: Label,
}

/// A unit that an endpoint handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// When.
    pub at_us: u64,
    /// At which end.
    pub end: Side,
    /// Which unit of the other end it says it is, if it says so at all.
    pub id: Option<UnitId>,
    /// Whether every octet is that of the unit.
    pub intact: bool,
    /// How.
    pub label: Label,
}

/// A row of a state table that an endpoint says it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at_us: u64,
    /// Which end.
    pub end: Side,
    /// The row.
    pub row: Row,
    /// From.
    pub from: State,
    /// To.
    pub to: State,
}

/// A time in which, by the book, one direction of the sequence-controlled service may lose or double units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excuse {
    /// When it happened.
    pub at_us: u64,
    /// Units submitted from here on ...
    pub since_us: u64,
    /// ... to here are concerned: until both ends agree on their numbers again.
    pub until_us: u64,
    /// The end that sends.
    pub from: Side,
    /// The physical channel.
    pub pcid: Pcid,
    /// What happened.
    pub kind: ExcuseKind,
}

/// What it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExcuseKind {
    /// A session ended for another reason than that nobody had more data: what was not acknowledged is forgotten.
    SessionEnded,
    /// A session ended well at this end, but the other one goes on and does not know.
    OtherGoesOn,
    /// The process began anew.
    Restarted,
    /// The controller reset COP-P (SE7).
    Reset,
    /// A SET V(R) came that named another frame than the one expected.
    SetVR,
    /// The endpoint found that the other end had begun anew.
    RemoteRestarted,
    /// A resynchronisation was given up.
    ResyncFailed,
}

/// A session that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at_us: u64,
    /// At which end.
    pub end: Side,
    /// Why.
    pub why: EndOfSession,
    /// Sequence-controlled frames that the endpoint counts as lost with this session.
    pub unacknowledged: u64,
    /// Whether units waited that had not been sent.
    pub has_data_to_send: bool,
}

impl Ending {
    /// Whether everything sequence controlled that was submitted until then has been delivered, by the endpoint's own account.
    pub fn promises_all(&self) -> bool {
        match self.why {
            EndOfSession::NoMoreData => true,
            EndOfSession::NoAnswer => self.unacknowledged == 0 && !self.has_data_to_send,
            _ => false,
        }
    }
}

/// The world's own count of what one process of one end did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Units taken.
    pub submitted: u64,
    /// Their octets.
    pub submitted_octets: u64,
    /// Units refused for want of room.
    pub held_back: u64,
    /// Units refused for another reason.
    pub refused: u64,
    /// Units handed out.
    pub delivered: u64,
    /// Their octets.
    pub delivered_octets: u64,
    /// Frames put on the channel.
    pub frames_sent: u64,
    /// Their octets.
    pub frame_octets_sent: u64,
    /// P-frames among them.
    pub p_frames_sent: u64,
    /// Expedited U-frames among them.
    pub expedited_sent: u64,
    /// Sequence-controlled frames among them.
    pub sequence_controlled_sent: u64,
    /// PLCWs in the P-frames.
    pub plcws_sent: u64,
    /// Frames given to `handle_frame`.
    pub frames_handed: u64,
    /// Those it took for valid.
    pub frames_taken: u64,
    /// Their octets.
    pub frame_octets_taken: u64,
}

/// One process of one end, at its end.
#[derive(Debug, Clone)]
pub struct Incarnation {
    /// Which end.
    pub end: Side,
    /// Its own counters.
    pub stats: Stats,
    /// The world's.
    pub tally: Tally,
    /// Its last state.
    pub state: State,
    /// Whether something waited to be sent.
    pub has_data_to_send: bool,
    /// Whether everything sequence controlled was acknowledged.
    pub all_acknowledged: bool,
    /// When it would have done something by itself, by its own clock.
    pub next_timeout_us: Option<u64>,
    /// Events lost because nobody polled.
    pub events_dropped: u64,
}

/// What one direction of the channel carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelCount {
    /// Frames sent.
    pub sent: u64,
    /// Copies that the channel added.
    pub added: u64,
    /// Frames that came through intact.
    pub received: u64,
    /// Frames that came through although bits had been flipped: CRC-32 did not see it.
    pub fooled: u64,
    /// Frames that did not, by [`Loss`].
    pub lost: [u64; Loss::ALL.len()],
    /// Frames under way when the run ended.
    pub in_flight: u64,
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Units taken, in order.
    pub submissions: Vec<Submission>,
    /// Units handed out, in order.
    pub deliveries: Vec<Delivered>,
    /// Rows taken, in order.
    pub steps: Vec<Step>,
    /// What excuses anomalies of the sequence-controlled service.
    pub excuses: Vec<Excuse>,
    /// Sessions that ended.
    pub endings: Vec<Ending>,
    /// Every process of every end.
    pub incarnations: Vec<Incarnation>,
    /// The channel, by the end that sends.
    pub channels: [ChannelCount; 2],
    /// What the world itself saw that must not be.
    pub violations: Vec<String>,
    /// Controller's directives that were refused.
    pub directives_refused: u64,
    /// Controller's directives that were taken.
    pub directives_taken: u64,
}
