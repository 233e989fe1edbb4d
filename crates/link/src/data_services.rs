//! Data services sublayer: COP-P for each physical channel, and what it accepted on its way to the user.
//!
//! Book: 211.0-B-6 section 7 (COP-P, in [`cop_p`](crate::cop_p)) and 4.8 of the facts (order of services). Sending is in `send`. In
//! simplex nothing can be acknowledged and nobody can answer a directive, so sequence-controlled frames and P-frames pass frame
//! acceptance (a recorder gets them) but their content is refused and counted.

use magpie_wire::id::Pcid;
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{DfcId, Qos};

use crate::clock::Instant;
use crate::cop_p::{CopP, Discarded, Verdict};
use crate::endpoint::{ChannelMemory, Memory};
use crate::event::{Event, Events};
use crate::frame_sublayer::{ExpectedFsn, TransferFrame};
use crate::io::reassembly::{Reassembly, RoutingId};
use crate::io::{DeliveryQueue, Origin, SendQueue, Unit, packet};
use crate::mib::Mib;
use crate::record_queue::Lent;
use crate::stats::{Rejection, Stats, add};

mod send;

/// Both physical channels, in the order of their numbers.
pub(crate) const PCIDS: [Pcid; 2] = [Pcid::Pcid0, Pcid::Pcid1];

/// One physical channel: its COP-P and the queues in front of it.
#[derive(Debug, Clone)]
pub(crate) struct Channel<M> {
    pub(crate) cop_p: CopP<M>,
    pub(crate) expedited: SendQueue<M>,
    pub(crate) sequence_controlled: SendQueue<M>,
    /// Sequence-controlled frames wait until a PLCW says that the other end expects what this one would send.
    held: bool,
    /// Half duplex: frames of an earlier turn are unacknowledged and have not been repeated in this one.
    owed: bool,
    /// Half duplex: a PLCW came since the last own turn.
    reported: bool,
}

impl<M: Lent> Channel<M> {
    pub(crate) const fn new(
        mib: &Mib,
        pcid: Pcid,
        expedited: M,
        sequence_controlled: M,
        sent: M,
    ) -> Self {
        Self {
            cop_p: CopP::new(mib, pcid, sent),
            expedited: SendQueue::new(expedited),
            sequence_controlled: SendQueue::new(sequence_controlled),
            held: false,
            owed: false,
            reported: false,
        }
    }

    /// Other queues; COP-P begins anew.
    pub(crate) fn lend(&mut self, lent: ChannelMemory<M>) {
        self.expedited.lend(lent.expedited);
        self.sequence_controlled.lend(lent.sequence_controlled);
        self.cop_p.initialise();
        self.cop_p.fop.lend(lent.sent);
    }

    /// A session begins, or the other end began anew: what it expects is not known until it says so.
    pub(crate) fn hold_back(&mut self) {
        self.held = true;
    }

    /// Whether sequence-controlled frames wait for a PLCW.
    pub(crate) fn is_held(&self) -> bool {
        self.held
    }

    /// The numbers of both ends fit, or a resynchronisation makes them.
    pub(crate) fn release(&mut self) {
        self.held = false;
    }

    pub(crate) fn queue(&self, qos: Qos) -> &SendQueue<M> {
        match qos {
            Qos::Expedited => &self.expedited,
            Qos::SequenceControlled => &self.sequence_controlled,
        }
    }

    pub(crate) fn queue_mut(&mut self, qos: Qos) -> &mut SendQueue<M> {
        match qos {
            Qos::Expedited => &mut self.expedited,
            Qos::SequenceControlled => &mut self.sequence_controlled,
        }
    }

    /// Nothing waits and everything sent is acknowledged.
    fn is_quiescent(&self) -> bool {
        self.expedited.is_empty()
            && self.sequence_controlled.is_empty()
            && self.cop_p.fop.all_acknowledged()
    }

    /// A PLCW came.
    pub(crate) fn note_report(&mut self) {
        self.reported = true;
    }

    /// Half duplex: this end's turn begins. Frames of earlier turns that the last PLCW does not acknowledge are lost.
    fn begin_turn(&mut self) {
        self.owed = !self.cop_p.fop.all_acknowledged();
        if self.reported && self.owed {
            self.cop_p.fop.repeat_unacknowledged();
            self.owed = false;
        }
        self.reported = false;
    }
}

#[derive(Debug, Clone)]
pub(crate) struct DataServices<M> {
    pub(crate) channels: [Channel<M>; 2],
    pub(crate) delivery: DeliveryQueue<M>,
    pub(crate) reassembly: Reassembly<M>,
    expected: ExpectedFsn,
    /// The physical channel whose turn it is to send first.
    first: usize,
}

impl<M: Lent> DataServices<M> {
    pub(crate) const fn new(
        channels: [Channel<M>; 2],
        delivery: M,
        reassembly: Reassembly<M>,
    ) -> Self {
        Self {
            channels,
            delivery: DeliveryQueue::new(delivery),
            reassembly,
            expected: ExpectedFsn::NONE,
            first: 0,
        }
    }

    /// Other queues; what was in the old ones is gone.
    pub(crate) fn lend(&mut self, memory: Memory<M>) {
        for (channel, lent) in self.channels.iter_mut().zip(memory.channels) {
            channel.lend(lent);
        }
        self.delivery.lend(memory.delivery);
        self.reassembly.lend(memory.reassembly);
    }

    pub(crate) fn channel(&self, pcid: Pcid) -> &Channel<M> {
        &self.channels[usize::from(pcid.get() & 1)]
    }

    pub(crate) fn channel_mut(&mut self, pcid: Pcid) -> &mut Channel<M> {
        &mut self.channels[usize::from(pcid.get() & 1)]
    }

    /// Table 6-6: sequence numbers begin at 0, no packet is partial. Units that wait to be sent or delivered stay; frames that were
    /// not acknowledged are gone, and counted.
    pub(crate) fn initialise(&mut self, stats: &mut Stats) {
        self.expected = ExpectedFsn::default();
        self.reassembly.drop_all(Rejection::PartialAtEnd, stats);
        for channel in &mut self.channels {
            let lost = usize::from(channel.cop_p.fop.unacknowledged());
            add(&mut stats.frames_unacknowledged_at_end, lost);
            channel.cop_p.initialise();
            channel.expedited.restart_packet();
            channel.sequence_controlled.restart_packet();
            channel.owed = false;
            channel.held = false;
            channel.reported = false;
        }
    }

    /// Half duplex: this end's turn begins.
    pub(crate) fn begin_turn(&mut self) {
        for channel in &mut self.channels {
            channel.begin_turn();
        }
    }

    pub(crate) fn is_quiescent(&self) -> bool {
        self.channels.iter().all(Channel::is_quiescent)
    }

    /// Whether segments can be put together at all.
    pub(crate) fn reassembles(&self) -> bool {
        self.reassembly.usable_slots() > 0
    }

    /// Whether expedited frames are missing before this one, P-frames counted: they share the numbers.
    pub(crate) fn note_expedited(
        &mut self,
        frame: &TransferFrame<'_>,
        events: &mut Events,
        stats: &mut Stats,
    ) {
        let pcid = frame.pcid();
        let missing = self.expected.missing_before(pcid, frame.n_s());
        if missing > 0 {
            add(&mut stats.frames_missing, usize::from(missing));
            self.reassembly
                .drop_of(pcid, Qos::Expedited, Rejection::PartialAfterGap, stats); //= 211.0-B-6 3.2.3.3 partial-after-gap
            events.push(Event::FramesMissing {
                pcid,
                at_least: missing,
            });
        }
    }

    /// RE2, and what it means for a packet that has come in part.
    pub(crate) fn handle_set_v_r(&mut self, pcid: Pcid, n: SeqNum, stats: &mut Stats) {
        let farm = &mut self.channel_mut(pcid).cop_p.farm;
        let jumps = farm.v_r() != n;
        farm.handle_set_v_r(n);
        if jumps {
            let qos = Qos::SequenceControlled;
            self.reassembly
                .drop_of(pcid, qos, Rejection::PartialAfterGap, stats);
        }
    }

    /// A valid U-frame in a session of two ends: FARM-P decides.
    pub(crate) fn handle_u_frame(
        &mut self,
        now: Instant,
        frame: &TransferFrame<'_>,
        on: &mut Inwards<'_>,
    ) {
        let next = frame.n_s() == self.channel(frame.pcid()).cop_p.farm.v_r();
        let sequence_controlled = frame.qos() == Qos::SequenceControlled;
        if sequence_controlled && next && !self.has_room(on.longest_unit) {
            on.stats.reject(Rejection::NoDeliveryRoom); // the other end keeps it and sends it again
            return;
        }
        let farm = &mut self.channel_mut(frame.pcid()).cop_p.farm;
        match farm.handle_valid_frame(frame.qos(), frame.pdu_type(), frame.n_s()) {
            Verdict::Deliver => {
                let counter = match frame.qos() {
                    Qos::Expedited => &mut on.stats.expedited_frames_accepted,
                    Qos::SequenceControlled => &mut on.stats.sequence_controlled_frames_accepted,
                };
                add(counter, 1);
                self.put_content(now, frame, on);
            }
            Verdict::Discard(Discarded::Gap) => on.stats.reject(Rejection::FrameAfterGap),
            Verdict::Discard(Discarded::Duplicate) => on.stats.reject(Rejection::DuplicateFrame),
            Verdict::Discard(Discarded::Invalid) => on.stats.reject(Rejection::FrameStructure),
        }
    }

    fn has_room(&self, longest_unit: usize) -> bool {
        self.delivery.capacity() == 0 || self.delivery.room() >= longest_unit
    }

    /// Takes an accepted frame apart.
    pub(crate) fn put_content(
        &mut self,
        now: Instant,
        frame: &TransferFrame<'_>,
        on: &mut Inwards<'_>,
    ) {
        if self.delivery.capacity() == 0 {
            return; // a recorder: it takes the frames and leaves the packets to others
        }
        let mut inbox = Inbox {
            origin: Origin {
                port_id: frame.port_id(),
                pcid: frame.pcid(),
                qos: frame.qos(),
                n_s: frame.n_s(),
                received: now,
            },
            delivery: &mut self.delivery,
            events: on.events,
            stats: on.stats,
        };
        match frame.dfc_id() {
            DfcId::Packets => inbox.put_packets(frame.data_field(), on.maximum_packet_size),
            DfcId::UserDefined => inbox.put(Unit::UserOctets, frame.data_field()),
            DfcId::Segment => inbox.put_segment(frame, &mut self.reassembly),
            DfcId::Reserved => inbox.stats.reject(Rejection::ReservedDfc),
        }
    }
}

/// What a frame on its way in may touch besides the data services.
pub(crate) struct Inwards<'a> {
    pub(crate) events: &'a mut Events,
    pub(crate) stats: &'a mut Stats,
    pub(crate) maximum_packet_size: usize,
    /// The longest unit that one frame can complete.
    pub(crate) longest_unit: usize,
}

/// What the content of one frame needs on its way into the delivery queue.
struct Inbox<'a, M> {
    origin: Origin,
    delivery: &'a mut DeliveryQueue<M>,
    events: &'a mut Events,
    stats: &'a mut Stats,
}

impl<M: Lent> Inbox<'_, M> {
    fn put(&mut self, unit: Unit, octets: &[u8]) {
        if !octets.is_empty() && !self.delivery.push(unit, &self.origin, octets) {
            self.stats.reject(Rejection::DeliveryQueueFull);
            self.events
                .push(Event::DeliveryQueueFull(self.origin.port_id));
        }
    }

    /// A row of whole packets. Those before a bad one are kept; behind octets that are no packet nothing can be found.
    fn put_packets(&mut self, field: &[u8], maximum_packet_size: usize) {
        let (mut good_from, mut at) = (0, 0);
        while at < field.len() {
            let left = field.get(at..).unwrap_or_default();
            let len = packet::announced_len(left).unwrap_or(usize::MAX);
            if len > left.len() {
                self.stats.reject(Rejection::NotAPacket);
                break;
            }
            if len > maximum_packet_size {
                self.stats.reject(Rejection::PacketTooLong);
                self.put(Unit::Packet, field.get(good_from..at).unwrap_or_default());
                good_from = at + len;
            }
            at += len;
        }
        self.put(Unit::Packet, field.get(good_from..at).unwrap_or_default());
    }

    fn put_segment(&mut self, frame: &TransferFrame<'_>, reassembly: &mut Reassembly<M>) {
        let Some((header, data)) = frame.segment() else {
            self.stats.reject(Rejection::SegmentStructure);
            return;
        };
        let routing_id = RoutingId {
            pcid: frame.pcid(),
            qos: frame.qos(),
            port_id: frame.port_id(),
            pseudo_packet_id: header.pseudo_packet_id,
        };
        match reassembly.handle_segment(routing_id, header.flags, data, self.stats) {
            Ok(Some(packet)) => self.put(Unit::Packet, packet),
            Ok(None) => {}
            Err(reason) => self.stats.reject(reason),
        }
    }
}
