//! A queue of octet records in memory that somebody lent: what both the send queue and the delivery queue are made of.
//!
//! Not from a book. Each record costs [`OVERHEAD`] octets besides its own; records lie one behind the other and wrap round the end of
//! the memory. A record that does not fit is refused whole.

use crate::clock::Instant;

/// Memory that the user lends: `&mut [u8]`, an array, on a host a `Vec<u8>`.
pub trait Lent: AsRef<[u8]> + AsMut<[u8]> {}

impl<M: AsRef<[u8]> + AsMut<[u8]>> Lent for M {}

/// Memory that is lent later: what an endpoint is made of that stands in a static from the start. Empty until then.
#[derive(Debug, Default)]
pub struct LentLater(Option<&'static mut [u8]>);

impl LentLater {
    /// Nothing yet.
    pub const NOTHING: Self = Self(None);
}

impl From<&'static mut [u8]> for LentLater {
    fn from(memory: &'static mut [u8]) -> Self {
        Self(Some(memory))
    }
}

impl AsRef<[u8]> for LentLater {
    fn as_ref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl AsMut<[u8]> for LentLater {
    fn as_mut(&mut self) -> &mut [u8] {
        self.0.as_deref_mut().unwrap_or_default()
    }
}

/// Octets that a record takes besides its own: length (4), tag (4), time (8).
pub const OVERHEAD: usize = 16;

/// What a record carries besides its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    /// Four octets whose meaning the owner of the queue knows.
    pub(crate) tag: [u8; 4],
    pub(crate) time: Instant,
    pub(crate) len: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct RecordQueue<M> {
    memory: M,
    /// Where the oldest record begins.
    first: usize,
    used: usize,
}

impl<M: Lent> RecordQueue<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self {
            memory,
            first: 0,
            used: 0,
        }
    }

    /// Another memory; what was in the old one is gone.
    pub(crate) fn lend(&mut self, memory: M) {
        *self = Self::new(memory);
    }

    pub(crate) fn capacity(&self) -> usize {
        self.memory.as_ref().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// The longest record that fits now; `None` if not even an empty one does.
    pub(crate) fn room(&self) -> Option<usize> {
        (self.capacity() - self.used).checked_sub(OVERHEAD)
    }

    /// Appends a record, or answers false and changes nothing if it does not fit.
    #[must_use]
    pub(crate) fn push(&mut self, tag: [u8; 4], time: Instant, octets: &[u8]) -> bool {
        let (Some(room), Ok(len)) = (self.room(), u32::try_from(octets.len())) else {
            return false;
        };
        if octets.len() > room {
            return false;
        }
        self.append(&len.to_be_bytes());
        self.append(&tag);
        self.append(&time.as_micros().to_be_bytes());
        self.append(octets);
        true
    }

    /// The oldest record.
    pub(crate) fn front(&self) -> Option<Record> {
        if self.is_empty() {
            return None;
        }
        let mut header = [0; OVERHEAD];
        self.copy_from_first(0, &mut header);
        let [l0, l1, l2, l3, t0, t1, t2, t3, time @ ..] = header;
        Some(Record {
            tag: [t0, t1, t2, t3],
            time: Instant::from_micros(u64::from_be_bytes(time)),
            len: u32::from_be_bytes([l0, l1, l2, l3]) as usize,
        })
    }

    /// Copies octets of the oldest record, from its octet `offset` on. The caller keeps inside its length.
    pub(crate) fn copy_front(&self, offset: usize, out: &mut [u8]) {
        debug_assert!(
            self.front()
                .is_some_and(|record| offset + out.len() <= record.len)
        );
        self.copy_from_first(OVERHEAD + offset, out);
    }

    /// Drops the oldest record.
    pub(crate) fn pop(&mut self) {
        if let Some(record) = self.front() {
            let len = OVERHEAD + record.len;
            self.first = self.wrap(self.first + len);
            self.used -= len;
        }
    }

    /// Drops all of them.
    pub(crate) fn clear(&mut self) {
        self.first = 0;
        self.used = 0;
    }

    fn wrap(&self, at: usize) -> usize {
        if at >= self.capacity() {
            at - self.capacity()
        } else {
            at
        }
    }

    fn append(&mut self, octets: &[u8]) {
        let at = self.wrap(self.first + self.used);
        write_ring(self.memory.as_mut(), at, octets);
        self.used += octets.len();
    }

    fn copy_from_first(&self, offset: usize, out: &mut [u8]) {
        let at = self.wrap(self.first + offset);
        read_ring(self.memory.as_ref(), at, out);
    }
}

/// Writes octets into a ring, from `at` on and round its end. They are no more than the ring has.
pub(crate) fn write_ring(ring: &mut [u8], at: usize, octets: &[u8]) {
    let (front, back) = ring.split_at_mut(at.min(ring.len()));
    let (head, tail) = octets.split_at(octets.len().min(back.len()));
    copy(back, head);
    copy(front, tail);
}

/// Reads octets out of a ring, from `at` on and round its end; no more than it has.
pub(crate) fn read_ring(ring: &[u8], at: usize, out: &mut [u8]) {
    let (front, back) = ring.split_at(at.min(ring.len()));
    let (head, tail) = out.split_at_mut(out.len().min(back.len()));
    copy(head, back);
    copy(tail, front);
}

/// As many octets as there are in both.
fn copy(to: &mut [u8], from: &[u8]) {
    let len = to.len().min(from.len());
    to[..len].copy_from_slice(&from[..len]);
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::VecDeque;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The twin is a `VecDeque` of vectors that counts octets by hand.
        #[test]
        fn behaves_like_a_deque_of_vectors(
            capacity in 0_usize..120,
            operations in prop::collection::vec(prop::option::of(0_usize..60), 0..60),
        ) {
            let mut queue = RecordQueue::new(std::vec![0; capacity]);
            let mut twin = VecDeque::new();
            for (i, operation) in operations.into_iter().enumerate() {
                let tag = u8::try_from(i).unwrap();
                if let Some(len) = operation {
                    let octets: Vec<u8> = (0..len).map(|j| tag.wrapping_add(u8::try_from(j).unwrap())).collect();
                    let used: usize = twin.iter().map(|(_, o): &(u8, Vec<u8>)| o.len() + 16).sum();
                    let fits = used + len + 16 <= capacity;
                    prop_assert_eq!(queue.push([tag; 4], Instant::from_micros(u64::from(tag)), &octets), fits);
                    if fits {
                        twin.push_back((tag, octets));
                    }
                } else {
                    queue.pop();
                    twin.pop_front();
                }
                match twin.front() {
                    None => prop_assert_eq!(queue.front(), None),
                    Some((tag, octets)) => {
                        let record = queue.front().unwrap();
                        prop_assert_eq!((record.tag, record.len), ([*tag; 4], octets.len()));
                        let mut copy = std::vec![0; octets.len()];
                        queue.copy_front(0, &mut copy);
                        prop_assert_eq!(&copy, octets);
                    }
                }
            }
        }
    }
}
