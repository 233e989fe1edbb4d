//! Accepted frames that wait to be polled, in lent memory: for a recorder that keeps frames whole.
//!
//! A frame is in here before anything acknowledges it. [`FrameQueue::octets_allowed`] says how much of the stream may be handed to the receiver so that
//! whatever it brings has room.

use crate::pointer::LentOctets;

/// What a frame costs besides its own octets: length, polarity, marker errors, time.
pub(crate) const OVERHEAD: usize = 12;

/// Octets of the stream that the receiver may hold and find frames in later: a longest PLTU, and a piece begun.
const HELD: usize = 2_072;

/// Octets of the shortest PLTU, and what its frame costs in here: the worst there is, an octet of the stream.
const SHORTEST: (usize, usize) = (12, 5 + OVERHEAD);

/// Smallest memory with which the receiver never stands still.
pub(crate) const SMALLEST: usize = 3_072;

/// A frame's circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) inverted: bool,
    /// The data services took its content.
    pub(crate) taken: bool,
    pub(crate) marker_errors: u8,
    /// Microseconds of the caller's clock.
    pub(crate) asm_end: u64,
}

#[derive(Debug)]
pub(crate) struct FrameQueue {
    memory: LentOctets,
    first: usize,
    used: usize,
    /// Frames that found no room: none, as long as the receiver gets no more than is allowed.
    pub(crate) dropped: u64,
}

impl FrameQueue {
    pub(crate) const fn new(memory: LentOctets) -> Self {
        Self {
            memory,
            first: 0,
            used: 0,
            dropped: 0,
        }
    }

    /// Octets that the receiver may take now; `None` if frames are not kept.
    pub(crate) fn octets_allowed(&self) -> Option<usize> {
        let capacity = self.memory.len();
        if capacity == 0 {
            return None;
        }
        let stream = (capacity - self.used) / SHORTEST.1 * SHORTEST.0;
        Some(stream.saturating_sub(HELD))
    }

    pub(crate) fn push(&mut self, label: Label, frame: &[u8]) {
        if self.memory.len() == 0 {
            return;
        }
        let Ok(len) = u16::try_from(frame.len()) else {
            return;
        };
        if frame.len() + OVERHEAD > self.memory.len() - self.used {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.append(&len.to_be_bytes());
        let flags = u8::from(label.inverted) | u8::from(label.taken) << 1;
        self.append(&[flags, label.marker_errors]);
        self.append(&label.asm_end.to_be_bytes());
        self.append(frame);
    }

    /// Length of the oldest frame.
    pub(crate) fn next_len(&self) -> Option<usize> {
        if self.used < OVERHEAD {
            return None;
        }
        let mut len = [0; 2];
        self.copy(0, &mut len);
        Some(usize::from(u16::from_be_bytes(len)))
    }

    /// Takes the oldest frame out, whose length `out` has.
    pub(crate) fn pop(&mut self, out: &mut [u8]) -> Label {
        let mut header = [0; OVERHEAD];
        self.copy(0, &mut header);
        self.copy(OVERHEAD, out);
        let cost = (OVERHEAD + out.len()).min(self.used);
        self.first = self.wrapped(cost);
        self.used -= cost;
        let [_, _, flags, marker_errors, time @ ..] = header;
        Label {
            inverted: flags & 1 != 0,
            taken: flags & 2 != 0,
            marker_errors,
            asm_end: u64::from_be_bytes(time),
        }
    }

    /// The place so many octets behind the first, in a memory that is not empty.
    fn wrapped(&self, behind: usize) -> usize {
        (self.first + behind) % self.memory.len().max(1)
    }

    fn append(&mut self, octets: &[u8]) {
        let at = self.wrapped(self.used);
        let memory = self.memory.as_mut();
        let (front, back) = octets.split_at(octets.len().min(memory.len() - at));
        memory[at..at + front.len()].copy_from_slice(front);
        memory[..back.len()].copy_from_slice(back);
        self.used += octets.len();
    }

    fn copy(&self, behind: usize, out: &mut [u8]) {
        let at = self.wrapped(behind);
        let memory = self.memory.as_ref();
        let middle = out.len().min(memory.len() - at);
        let (front, back) = out.split_at_mut(middle);
        front.copy_from_slice(&memory[at..at + front.len()]);
        back.copy_from_slice(&memory[..back.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(len: usize) -> FrameQueue {
        let memory = vec![0; len].leak();
        // SAFETY: leaked, so nobody else ever uses it.
        FrameQueue::new(unsafe { LentOctets::new(memory.as_mut_ptr(), len) }.unwrap())
    }

    #[test]
    fn frames_come_out_as_they_went_in_round_the_end_of_the_memory() {
        let mut frames = queue(100);
        for n in 0..200_u8 {
            let label = Label {
                inverted: n % 2 == 1,
                taken: n % 3 == 1,
                marker_errors: n % 4,
                asm_end: u64::from(n) << 32,
            };
            let frame = vec![n; usize::from(n % 60)];
            frames.push(label, &frame);
            let mut out = vec![0; frames.next_len().unwrap()];
            assert_eq!((frames.pop(&mut out), out), (label, frame));
        }
        assert_eq!((frames.next_len(), frames.dropped), (None, 0));
        frames.push(frames_label(), &[0; 89]);
        assert_eq!(
            (frames.next_len(), frames.dropped),
            (None, 1),
            "one octet too long"
        );
    }

    fn frames_label() -> Label {
        Label {
            inverted: false,
            taken: true,
            marker_errors: 0,
            asm_end: 0,
        }
    }

    /// Worst case worked by hand: 3,072 octets hold 180 shortest frames, 2,160 octets of the stream, of which 2,072 may be held already.
    #[test]
    fn the_smallest_memory_lets_some_octets_through_and_a_full_one_none() {
        assert_eq!(queue(SMALLEST).octets_allowed(), Some(88));
        assert_eq!(queue(0).octets_allowed(), None);
        let mut frames = queue(SMALLEST);
        frames.push(frames_label(), &[0; 1_000]);
        assert_eq!(frames.octets_allowed(), Some(0));
    }
}
