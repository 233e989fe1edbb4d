//! The units of FOP-1 in lent memory, in the order in which they were submitted: ended but not yet told, sent, waiting.
//!
//! Book: 232.1-B-2 section 5.1 (`Wait_Queue` of one unit, `Sent_Queue`, `To_Be_Retransmitted` flags). One ring holds them all, since a
//! unit only ever moves from waiting to sent to ended. The flagged units are always the last ones of the Sent queue (all are flagged at once,
//! and cleared from the front), so one cursor stands for all flags.

use crate::record_queue::{Lent, read_ring, write_ring};

/// Octets of the lent memory that a unit takes besides its own: length (2), status (1), request (4).
pub const FDU_OVERHEAD: usize = 7;

/// Where a record lies and what its header says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    at: usize,
    pub(super) request: u32,
    pub(super) len: usize,
    positive: bool,
}

/// Some records in a row.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    count: usize,
    octets: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Units<M> {
    memory: M,
    first: usize,
    ended: Part,
    sent: Part,
    waiting: Part,
    /// The part of the Sent queue in front of the first flagged unit.
    repeated: Part,
}

impl<M: Lent> Units<M> {
    pub(super) const fn new(memory: M) -> Self {
        const NONE: Part = Part {
            count: 0,
            octets: 0,
        };
        Self {
            memory,
            first: 0,
            ended: NONE,
            sent: NONE,
            waiting: NONE,
            repeated: NONE,
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.memory.as_ref().len()
    }

    pub(super) fn room(&self) -> usize {
        self.capacity() - self.used()
    }

    fn used(&self) -> usize {
        self.ended.octets + self.sent.octets + self.waiting.octets
    }

    pub(super) fn sent(&self) -> usize {
        self.sent.count
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.count > 0
    }

    /// Whether a unit of the Sent queue is flagged `To_Be_Retransmitted`.
    pub(super) fn is_flagged(&self) -> bool {
        self.repeated.count < self.sent.count
    }

    /// Adds to the wait queue. The caller has asked for room and looked that no unit waits.
    pub(super) fn push(&mut self, request: u32, fdu: &[u8]) {
        let at = self.wrap(self.first + self.used());
        let len = u16::try_from(fdu.len()).unwrap_or(0); // the caller has looked
        let [l0, l1] = len.to_be_bytes();
        let [r0, r1, r2, r3] = request.to_be_bytes();
        write_ring(self.memory.as_mut(), at, &[l0, l1, 0, r0, r1, r2, r3]);
        let body = self.wrap(at + FDU_OVERHEAD);
        write_ring(self.memory.as_mut(), body, fdu);
        self.waiting = Part {
            count: 1,
            octets: FDU_OVERHEAD + fdu.len(),
        };
    }

    /// The waiting unit joins the Sent queue, unflagged; no other unit is flagged then.
    pub(super) fn send_waiting(&mut self) -> Option<Record> {
        if !self.is_waiting() || self.is_flagged() {
            return None;
        }
        let record = self.record(self.ended.octets + self.sent.octets);
        self.sent.count += 1;
        self.sent.octets += self.waiting.octets;
        self.waiting = Part::default();
        self.repeated = self.sent;
        Some(record)
    }

    /// The first flagged unit and its place in the Sent queue; the flag is cleared.
    pub(super) fn take_flagged(&mut self) -> Option<(usize, Record)> {
        if !self.is_flagged() {
            return None;
        }
        let place = self.repeated.count;
        let record = self.record(self.ended.octets + self.repeated.octets);
        self.repeated.count += 1;
        self.repeated.octets += FDU_OVERHEAD + record.len;
        Some((place, record))
    }

    /// Flags every unit of the Sent queue.
    pub(super) fn flag_all(&mut self) {
        self.repeated = Part::default();
    }

    /// The first `n` units of the Sent queue have arrived.
    pub(super) fn acknowledge(&mut self, n: usize) {
        for _ in 0..n.min(self.sent.count) {
            let octets = self.end_first(true);
            self.sent.count -= 1;
            self.sent.octets -= octets;
            if self.repeated.count > 0 {
                self.repeated.count -= 1;
                self.repeated.octets -= octets;
            }
        }
    }

    /// Purges Sent queue and wait queue.
    pub(super) fn purge(&mut self) {
        for _ in 0..self.sent.count + self.waiting.count {
            self.end_first(false);
        }
        self.sent = Part::default();
        self.waiting = Part::default();
        self.repeated = Part::default();
    }

    /// The first unit behind the ended ones becomes one of them. Returns its octets.
    fn end_first(&mut self, positive: bool) -> usize {
        let record = self.record(self.ended.octets);
        let status = self.wrap(record.at + 2);
        write_ring(self.memory.as_mut(), status, &[u8::from(positive)]);
        let octets = FDU_OVERHEAD + record.len;
        self.ended.count += 1;
        self.ended.octets += octets;
        octets
    }

    /// Takes the oldest ended unit: its request and whether it has arrived. Its memory is free again.
    pub(super) fn pop_ended(&mut self) -> Option<(u32, bool)> {
        if self.ended.count == 0 {
            return None;
        }
        let record = self.record(0);
        let octets = FDU_OVERHEAD + record.len;
        self.first = self.wrap(self.first + octets);
        self.ended.count -= 1;
        self.ended.octets -= octets;
        Some((record.request, record.positive))
    }

    /// Copies a unit to the front of `out`, which has room for it.
    pub(super) fn copy(&self, record: &Record, out: &mut [u8]) {
        let out = out.get_mut(..record.len).unwrap_or_default();
        read_ring(
            self.memory.as_ref(),
            self.wrap(record.at + FDU_OVERHEAD),
            out,
        );
    }

    fn record(&self, offset: usize) -> Record {
        let at = self.wrap(self.first + offset);
        let mut header = [0; FDU_OVERHEAD];
        read_ring(self.memory.as_ref(), at, &mut header);
        let [l0, l1, status, request @ ..] = header;
        Record {
            at,
            request: u32::from_be_bytes(request),
            len: usize::from(u16::from_be_bytes([l0, l1])),
            positive: status != 0,
        }
    }

    fn wrap(&self, at: usize) -> usize {
        if at >= self.capacity() {
            at - self.capacity()
        } else {
            at
        }
    }
}
