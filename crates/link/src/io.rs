//! I/O sublayer: takes packets and user octets from the user, cuts them into data fields, and queues what arrived.
//!
//! Book: 211.0-B-6 3.2.2 (table 3-1, data field construction) and 3.2.3.3 (segments).

use magpie_wire::id::{Pcid, PortId};
use magpie_wire::segment::{PseudoPacketId, SegmentFlags, SegmentHeader};
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{DfcId, Qos};

use crate::clock::Instant;
use crate::mib::{FrameVersion, Packing};
use crate::record_queue::{Lent, Record, RecordQueue};

pub(crate) mod packet;
pub(crate) mod reassembly;

/// What a unit is for the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A packet that delimits itself: a space packet or an encapsulation packet.
    Packet,
    /// Octets that only the user understands, one data field of construction `11`.
    UserOctets,
}

/// A data field ready for its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DataField {
    pub(crate) dfc_id: DfcId,
    pub(crate) port_id: PortId,
    pub(crate) len: usize,
    /// Of a segment: which part of its packet it is.
    pub(crate) segment: Option<SegmentHeader>,
    /// Units whose last octet is in this data field.
    pub(crate) finished: usize,
}

/// How far the packet at the front of the queue has been sent in segments.
#[derive(Debug, Clone, Copy)]
struct Segmenting {
    sent: usize,
    pseudo_packet_id: PseudoPacketId,
}

/// Units waiting to be sent.
#[derive(Debug, Clone)]
pub(crate) struct SendQueue<M> {
    queue: RecordQueue<M>,
    segmenting: Option<Segmenting>,
    /// The pseudo packet id of the last segmented packet. Each gets its own, so that halves of two never look like one.
    pseudo_packet_id: PseudoPacketId,
}

impl<M: Lent> SendQueue<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self {
            queue: RecordQueue::new(memory),
            segmenting: None,
            pseudo_packet_id: PseudoPacketId::FIRST,
        }
    }

    pub(crate) fn lend(&mut self, memory: M) {
        self.queue.lend(memory);
        self.segmenting = None;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The longest unit that would be taken now.
    pub(crate) fn room(&self) -> usize {
        self.queue.room().unwrap_or(0)
    }

    pub(crate) fn push(
        &mut self,
        now: Instant,
        port_id: PortId,
        unit: Unit,
        octets: &[u8],
    ) -> bool {
        self.queue
            .push([port_id.get(), unit as u8, 0, 0], now, octets)
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
        self.segmenting = None;
    }

    /// A packet that is half sent begins again with its first segment: the other end has forgotten the beginning.
    pub(crate) fn restart_packet(&mut self) {
        self.segmenting = None;
    }

    /// Fills the next data field, of at most `field.len()` octets.
    pub(crate) fn next_data_field(
        &mut self,
        field: &mut [u8],
        packing: Packing,
        version: FrameVersion,
    ) -> Option<DataField> {
        let front = self.queue.front()?;
        let port_id = port_of(front);
        match unit_of(front) {
            Unit::Packet if front.len > field.len() => self.segment(front, port_id, field, version),
            Unit::Packet => Some(self.pack(port_id, field, packing)),
            Unit::UserOctets => {
                let room = field.get_mut(..front.len)?; // there is: `submit` takes no more
                self.queue.copy_front(0, room);
                self.queue.pop();
                Some(DataField {
                    dfc_id: DfcId::UserDefined, //= 211.0-B-6 table-3-1 dfc-11
                    port_id,
                    len: front.len,
                    segment: None,
                    finished: 1,
                })
            }
        }
    }

    /// Whole packets of one port, as many as fit.
    fn pack(&mut self, port_id: PortId, field: &mut [u8], packing: Packing) -> DataField {
        let mut packed = DataField {
            dfc_id: DfcId::Packets, //= 211.0-B-6 table-3-1 dfc-00
            port_id,
            len: 0,
            segment: None,
            finished: 0,
        };
        let most = match packing {
            Packing::FillFrame => usize::MAX,
            Packing::PacketPerFrame => 1,
        };
        while packed.finished < most
            && let Some(front) = self.queue.front()
            && unit_of(front) == Unit::Packet
            && port_of(front) == port_id
            && let Some(room) = field.get_mut(packed.len..packed.len + front.len)
        {
            self.queue.copy_front(0, room);
            self.queue.pop();
            packed.len += front.len;
            packed.finished += 1;
        }
        packed
    }

    /// The next segment of a packet that is longer than a data field. In Version 3 its header is the first octet of the data field, in
    /// Version 4 a part of the frame's header.
    fn segment(
        &mut self,
        front: Record,
        port_id: PortId,
        field: &mut [u8],
        version: FrameVersion,
    ) -> Option<DataField> {
        //= 211.0-B-6 3.2.3.3 segmentation
        let header_len = match version {
            FrameVersion::V3 => 1,
            FrameVersion::V4 => 0,
        };
        let (head, body) = field.split_at_mut_checked(header_len)?; // no field is that short
        let Segmenting {
            sent,
            pseudo_packet_id,
        } = *self.segmenting.get_or_insert_with(|| {
            let next = (self.pseudo_packet_id.get() + 1) & PseudoPacketId::MAX.get();
            self.pseudo_packet_id = PseudoPacketId::new(next).unwrap_or_default();
            Segmenting {
                sent: 0,
                pseudo_packet_id: self.pseudo_packet_id,
            }
        });
        let part = (front.len - sent).min(body.len());
        let last = sent + part == front.len;
        let flags = match (sent, last) {
            (0, _) => SegmentFlags::First,
            (_, false) => SegmentFlags::Continuing,
            (_, true) => SegmentFlags::Last,
        };
        let header = SegmentHeader {
            flags,
            pseudo_packet_id,
        };
        head.fill(header.octet());
        self.queue.copy_front(sent, &mut body[..part]);
        if last {
            self.queue.pop();
            self.segmenting = None;
        } else {
            self.segmenting = Some(Segmenting {
                sent: sent + part,
                pseudo_packet_id,
            });
        }
        Some(DataField {
            dfc_id: DfcId::Segment,
            port_id,
            len: header_len + part,
            segment: Some(header),
            finished: usize::from(last),
        })
    }
}

fn port_of(record: Record) -> PortId {
    PortId::new(record.tag[0]).unwrap_or_default()
}

fn unit_of(record: Record) -> Unit {
    if record.tag[1] == Unit::Packet as u8 {
        Unit::Packet
    } else {
        Unit::UserOctets
    }
}

/// A complete unit that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// The packet, header included, or the user octets.
    pub octets: &'a [u8],
    /// What they are.
    pub unit: Unit,
    /// The port it is for.
    pub port_id: PortId,
    /// The physical channel it came on.
    pub pcid: Pcid,
    /// The service it came by.
    pub qos: Qos,
    /// The sequence number of the frame that completed it.
    pub n_s: SeqNum,
    /// When that frame was handed in.
    pub received: Instant,
}

/// Where a unit came from: what is kept with it in the delivery queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) port_id: PortId,
    pub(crate) pcid: Pcid,
    pub(crate) qos: Qos,
    pub(crate) n_s: SeqNum,
    pub(crate) received: Instant,
}

/// The buffer given to `poll_delivery` is too short; the unit stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferTooShort {
    /// Octets of the unit.
    pub need: usize,
}

impl core::fmt::Display for BufferTooShort {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the unit has {} octets, the buffer fewer", self.need)
    }
}

impl core::error::Error for BufferTooShort {}

/// Units that arrived and wait for their user. A record of packets holds a row of them, taken out one by one.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryQueue<M> {
    queue: RecordQueue<M>,
    /// Octets of the oldest record that have been handed out.
    taken: usize,
}

impl<M: Lent> DeliveryQueue<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self {
            queue: RecordQueue::new(memory),
            taken: 0,
        }
    }

    pub(crate) fn lend(&mut self, memory: M) {
        self.queue.lend(memory);
        self.taken = 0;
    }

    pub(crate) fn capacity(&self) -> usize {
        self.queue.capacity()
    }

    /// Octets that fit now.
    pub(crate) fn room(&self) -> usize {
        self.queue.room().unwrap_or(0)
    }

    /// Queues one unit of user octets, or a row of whole packets that `packet::announced_len` has checked.
    pub(crate) fn push(&mut self, unit: Unit, origin: &Origin, octets: &[u8]) -> bool {
        let channel = origin.pcid.get() << 1 | origin.qos as u8;
        let tag = [origin.port_id.get(), unit as u8, channel, origin.n_s.get()];
        self.queue.push(tag, origin.received, octets)
    }

    /// Takes the next unit out, into `buf`.
    pub(crate) fn pop<'b>(
        &mut self,
        buf: &'b mut [u8],
    ) -> Result<Option<Delivery<'b>>, BufferTooShort> {
        let Some(front) = self.queue.front() else {
            return Ok(None);
        };
        let unit = unit_of(front);
        let need = match unit {
            Unit::Packet => self.packet_len(front.len - self.taken),
            Unit::UserOctets => front.len,
        };
        let octets = buf.get_mut(..need).ok_or(BufferTooShort { need })?;
        self.queue.copy_front(self.taken, octets);
        self.taken += need;
        if self.taken >= front.len {
            self.queue.pop();
            self.taken = 0;
        }
        Ok(Some(Delivery {
            octets,
            unit,
            port_id: port_of(front),
            pcid: Pcid::from_bit(front.tag[2] >> 1 == 1),
            qos: if front.tag[2] & 1 == Qos::Expedited as u8 {
                Qos::Expedited
            } else {
                Qos::SequenceControlled
            },
            n_s: SeqNum::new(front.tag[3]),
            received: front.time,
        }))
    }

    /// Length of the packet that begins where the last one ended, of the `left` octets that are left.
    fn packet_len(&self, left: usize) -> usize {
        let mut header = [0; packet::LONGEST_HEADER];
        let header = &mut header[..left.min(packet::LONGEST_HEADER)];
        self.queue.copy_front(self.taken, header);
        let len = packet::announced_len(header).ok();
        let len = len.filter(|len| (1..=left).contains(len));
        debug_assert!(len.is_some(), "checked when it was queued");
        len.unwrap_or(left)
    }
}
