//! The Sent queue of FOP-P: sequence-controlled frames as they went out, until they are acknowledged.
//!
//! Book: 211.0-B-6 7.2 (the queue as table 7-1 uses it). Bounded by count (`Transmission_Window`) and by octets (the lent memory, in which a
//! frame takes [`SENT_OVERHEAD`] octets besides its own). What does not fit is not taken: the frame stays with whoever
//! offered it, [`Hold`] says why. Frames are found by number at once, since a window has at most 127 of them.

use magpie_wire::seq::SeqNum;

use crate::record_queue::{Lent, read_ring, write_ring};

/// Octets of the lent memory that a frame takes besides its own: its length.
pub const SENT_OVERHEAD: usize = 2;

/// Why no new sequence-controlled frame may go out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hold {
    /// `Transmission_Window` frames are unacknowledged.
    Window,
    /// The Sent queue's memory is full until something is acknowledged.
    SentQueueFull,
    /// The frame is longer than the memory of an empty Sent queue: it can never go out.
    TooLongForSentQueue,
    /// S2: no user frame goes out while the ends resynchronise.
    Resynchronising,
}

/// More than the largest window, a power of two: numbers of one window never share a slot.
const SLOTS: usize = 128;

#[derive(Debug, Clone)]
pub(crate) struct Sent<M> {
    memory: M,
    /// Where the frame with a number begins, at that number modulo [`SLOTS`].
    starts: [u32; SLOTS],
    first: SeqNum,
    count: u8,
    used: usize,
}

impl<M: Lent> Sent<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self {
            memory,
            starts: [0; SLOTS],
            first: SeqNum::new(0),
            count: 0,
            used: 0,
        }
    }

    /// Another memory; the frames in the old one are forgotten.
    pub(crate) fn lend(&mut self, memory: M) {
        self.memory = memory;
        self.clear(SeqNum::new(0));
    }

    /// Forgets all frames; the next one will be `first`.
    pub(crate) fn clear(&mut self, first: SeqNum) {
        self.first = first;
        self.count = 0;
        self.used = 0;
    }

    /// Frames kept.
    pub(crate) fn count(&self) -> u8 {
        self.count
    }

    /// Why a frame of `len` octets does not fit.
    pub(crate) fn hold(&self, len: usize, window: u8) -> Option<Hold> {
        let need = len + SENT_OVERHEAD;
        if need > self.capacity() {
            Some(Hold::TooLongForSentQueue)
        } else if self.count >= window {
            Some(Hold::Window)
        } else if need > self.capacity() - self.used {
            Some(Hold::SentQueueFull)
        } else {
            None
        }
    }

    /// Appends the frame that follows the last one. The caller has asked [`hold`](Self::hold).
    pub(crate) fn push(&mut self, frame: &[u8]) {
        debug_assert!(usize::from(self.count) < SLOTS - 1);
        let at = self.wrap(self.start(self.first) + self.used);
        let at = if self.count == 0 { 0 } else { at };
        let n_s = self.first.plus(self.count);
        // A frame has at most 2048 octets, a memory of 4 GiB is not lent to a link.
        let (start, len) = (
            u32::try_from(at).unwrap_or(0),
            u16::try_from(frame.len()).unwrap_or(0),
        );
        self.starts[slot(n_s)] = start;
        self.write(at, &len.to_be_bytes());
        self.write(self.wrap(at + SENT_OVERHEAD), frame);
        self.used += SENT_OVERHEAD + frame.len();
        self.count += 1;
    }

    /// Length of the frame with this number, if it is kept.
    pub(crate) fn len_of(&self, n_s: SeqNum) -> Option<usize> {
        if n_s.distance_from(self.first) >= self.count {
            return None;
        }
        let mut len = [0; SENT_OVERHEAD];
        self.read(self.start(n_s), &mut len);
        Some(usize::from(u16::from_be_bytes(len)))
    }

    /// Copies the frame with this number to the start of `out`, which has room for it.
    pub(crate) fn copy(&self, n_s: SeqNum, len: usize, out: &mut [u8]) {
        let out = out.get_mut(..len).unwrap_or_default();
        self.read(self.wrap(self.start(n_s) + SENT_OVERHEAD), out);
    }

    /// Removes every frame before `n_r`.
    pub(crate) fn acknowledge(&mut self, n_r: SeqNum) {
        while self.count > 0 && self.first != n_r {
            self.used -= SENT_OVERHEAD + self.len_of(self.first).unwrap_or(0);
            self.first = self.first.next();
            self.count -= 1;
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.memory.as_ref().len()
    }

    fn start(&self, n_s: SeqNum) -> usize {
        self.starts[slot(n_s)] as usize
    }

    fn wrap(&self, at: usize) -> usize {
        if at >= self.capacity() {
            at - self.capacity()
        } else {
            at
        }
    }

    fn write(&mut self, at: usize, octets: &[u8]) {
        write_ring(self.memory.as_mut(), at, octets);
    }

    fn read(&self, at: usize, out: &mut [u8]) {
        read_ring(self.memory.as_ref(), at, out);
    }
}

fn slot(n_s: SeqNum) -> usize {
    usize::from(n_s.get()) % SLOTS
}
