//! Data services sublayer, the expedited service: numbers frames, notices missing ones, hands their content on.
//!
//! Book: 211.0-B-6 section 7: VE(S), modulo 256; expedited frames are accepted as they come. Left out: COP-P and the
//! sequence-controlled service. In simplex nothing can be acknowledged and nobody can answer a directive, so sequence-controlled
//! frames and P-frames pass frame acceptance (a recorder gets them) but their content is refused and counted.

use magpie_wire::segment::Segment;
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{DfcId, Qos, V3Frame};

use crate::clock::Instant;
use crate::event::{Event, Events};
use crate::frame_sublayer::{ExpectedFsn, HEADER_LEN, put_header};
use crate::io::reassembly::{Reassembly, RoutingId};
use crate::io::{DeliveryQueue, Origin, SendQueue, Unit, packet};
use crate::mib::Mib;
use crate::record_queue::Lent;
use crate::stats::{Rejection, Stats, add};

#[derive(Debug)]
pub(crate) struct DataServices<M> {
    pub(crate) send: SendQueue<M>,
    pub(crate) delivery: DeliveryQueue<M>,
    reassembly: Reassembly<M>,
    /// VE(S): the number of the next expedited frame.
    ve_s: SeqNum,
    expected: ExpectedFsn,
}

impl<M: Lent> DataServices<M> {
    pub(crate) fn new(send: M, delivery: M, reassembly: Reassembly<M>) -> Self {
        Self {
            send: SendQueue::new(send),
            delivery: DeliveryQueue::new(delivery),
            reassembly,
            ve_s: SeqNum::default(),
            expected: ExpectedFsn::default(),
        }
    }

    /// Table 6-6: sequence numbers begin at 0, no packet is partial. Units that wait to be sent or delivered stay.
    pub(crate) fn initialise(&mut self, stats: &mut Stats) {
        self.ve_s = SeqNum::default();
        self.expected = ExpectedFsn::default();
        self.send.restart_packet();
        self.reassembly.drop_all(Rejection::PartialAtEnd, stats);
    }

    /// Whether segments can be put together at all.
    pub(crate) fn reassembles(&self) -> bool {
        self.reassembly.usable_slots() > 0
    }

    /// Builds the next frame at the front of `buf` and answers its length.
    pub(crate) fn next_frame(
        &mut self,
        mib: &Mib,
        buf: &mut [u8],
        stats: &mut Stats,
    ) -> Option<usize> {
        let room = &mut buf[HEADER_LEN..usize::from(mib.maximum_frame_length)];
        let field = self.send.next_data_field(room, mib.packing)?;
        let len = HEADER_LEN + field.len;
        put_header(mib, &mut buf[..len], field.dfc_id, field.port_id, self.ve_s);
        self.ve_s = self.ve_s.next(); //= 211.0-B-6 7.1 ve-s
        add(&mut stats.frames_sent, 1);
        add(&mut stats.frame_octets_sent, len);
        add(&mut stats.units_sent, field.finished);
        Some(len)
    }

    /// Takes an accepted frame apart.
    pub(crate) fn handle_frame(
        &mut self,
        now: Instant,
        frame: &V3Frame<'_>,
        events: &mut Events,
        stats: &mut Stats,
        maximum_packet_size: usize,
    ) {
        if frame.qos() == Qos::SequenceControlled {
            stats.reject(Rejection::SequenceControlledInSimplex);
            return;
        }
        // P-frames share the numbers of the expedited U-frames, so they count here too.
        let missing = self.expected.missing_before(frame.pcid(), frame.n_s());
        if missing > 0 {
            add(&mut stats.frames_missing, usize::from(missing));
            self.reassembly.drop_all(Rejection::PartialAfterGap, stats); //= 211.0-B-6 3.2.3.3 partial-after-gap
            events.push(Event::FramesMissing {
                pcid: frame.pcid(),
                at_least: missing,
            });
        }
        if frame.is_p_frame() {
            //= 211.0-B-6 table-6-13 no-hailing
            stats.reject(Rejection::SupervisoryInSimplex);
            return;
        }
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
            events,
            stats,
        };
        match frame.dfc_id() {
            DfcId::Packets => inbox.put_packets(frame.data_field(), maximum_packet_size),
            DfcId::UserDefined => inbox.put(Unit::UserOctets, frame.data_field()),
            DfcId::Segment => inbox.put_segment(frame, &mut self.reassembly),
            DfcId::Reserved => inbox.stats.reject(Rejection::ReservedDfc),
        }
    }
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
            let len = packet::announced_len(&field[at..]).unwrap_or(usize::MAX);
            if len > field.len() - at {
                self.stats.reject(Rejection::NotAPacket);
                break;
            }
            if len > maximum_packet_size {
                self.stats.reject(Rejection::PacketTooLong);
                self.put(Unit::Packet, &field[good_from..at]);
                good_from = at + len;
            }
            at += len;
        }
        self.put(Unit::Packet, field.get(good_from..at).unwrap_or_default());
    }

    fn put_segment(&mut self, frame: &V3Frame<'_>, reassembly: &mut Reassembly<M>) {
        let Ok(segment) = Segment::parse(frame.data_field()) else {
            self.stats.reject(Rejection::SegmentStructure);
            return;
        };
        let routing_id = RoutingId {
            pcid: frame.pcid(),
            port_id: frame.port_id(),
            pseudo_packet_id: segment.header().pseudo_packet_id,
        };
        match reassembly.handle_segment(routing_id, &segment, self.stats) {
            Ok(Some(packet)) => self.put(Unit::Packet, packet),
            Ok(None) => {}
            Err(reason) => self.stats.reject(reason),
        }
    }
}
