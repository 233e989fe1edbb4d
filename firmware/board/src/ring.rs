//! Octets from an interrupt to the main loop: a ring with one writer and one reader, without locks and without `unsafe`.
//!
//! The interrupt of the serial line is the only one that writes, the main loop the only one that reads. Every cell is an atomic octet;
//! loads and stores are all that is needed, so the ring also works on processors without compare-and-swap.
//!
//! ```
//! use magpie_board::ring::Ring;
//! static RING: Ring<4> = Ring::new();
//! for octet in 1..=5 {
//!     RING.push(octet); // the fifth has no room
//! }
//! assert_eq!((RING.pop(), RING.overruns()), (Some(1), 1));
//! ```

use core::convert::Infallible;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use embedded_io::{ErrorType, Read, ReadReady};

/// A ring of `N` octets; `N` is a power of two.
#[derive(Debug)]
pub struct Ring<const N: usize> {
    octets: [AtomicU8; N],
    /// Octets written since the start, modulo 2^32.
    written: AtomicU32,
    /// Octets read since the start, modulo 2^32.
    read: AtomicU32,
    lost: AtomicU32,
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Ring<N> {
    /// An empty one.
    pub const fn new() -> Self {
        const { assert!(N.is_power_of_two() && N <= 1 << 16) };
        Self {
            octets: [const { AtomicU8::new(0) }; N],
            written: AtomicU32::new(0),
            read: AtomicU32::new(0),
            lost: AtomicU32::new(0),
        }
    }

    /// Interrupt: takes an octet; one that has no room is counted.
    pub fn push(&self, octet: u8) {
        let written = self.written.load(Ordering::Relaxed);
        if written.wrapping_sub(self.read.load(Ordering::Acquire)) as usize >= N {
            self.overrun();
            return;
        }
        if let Some(cell) = self.octets.get(written as usize & (N - 1)) {
            cell.store(octet, Ordering::Relaxed);
        }
        self.written
            .store(written.wrapping_add(1), Ordering::Release);
    }

    /// Interrupt: the device says that it lost an octet itself.
    pub fn overrun(&self) {
        let lost = self.lost.load(Ordering::Relaxed);
        self.lost.store(lost.saturating_add(1), Ordering::Relaxed);
    }

    /// Main loop: the oldest octet.
    pub fn pop(&self) -> Option<u8> {
        let read = self.read.load(Ordering::Relaxed);
        if read == self.written.load(Ordering::Acquire) {
            return None;
        }
        let octet = self.octets.get(read as usize & (N - 1))?;
        let octet = octet.load(Ordering::Relaxed);
        self.read.store(read.wrapping_add(1), Ordering::Release);
        Some(octet)
    }

    /// Whether nothing is there to be read.
    pub fn is_empty(&self) -> bool {
        self.read.load(Ordering::Relaxed) == self.written.load(Ordering::Acquire)
    }

    /// Octets lost so far.
    pub fn overruns(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// The main loop's end of a ring, as a serial line to read from. There must be only one.
#[derive(Debug)]
pub struct Reader<const N: usize>(&'static Ring<N>);

impl<const N: usize> Reader<N> {
    /// Of this ring.
    pub const fn new(ring: &'static Ring<N>) -> Self {
        Self(ring)
    }
}

impl<const N: usize> ErrorType for Reader<N> {
    type Error = Infallible;
}

impl<const N: usize> ReadReady for Reader<N> {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.is_empty())
    }
}

impl<const N: usize> Read for Reader<N> {
    /// Waits for the first octet, then takes what is there.
    fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
        let mut len = 0;
        for place in octets {
            while len == 0 && self.0.is_empty() {
                core::hint::spin_loop();
            }
            let Some(octet) = self.0.pop() else { break };
            *place = octet;
            len += 1;
        }
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    #[test]
    fn a_ring_does_as_a_bounded_queue_does() {
        let ring = Ring::<8>::new();
        let (mut twin, mut lost) = (VecDeque::new(), 0);
        let mut state = 1_u32; // a linear congruential generator: any order of writes and reads
        for _ in 0..10_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 31 == 0 {
                let octet = state.to_be_bytes()[1];
                ring.push(octet);
                if twin.len() < 8 {
                    twin.push_back(octet);
                } else {
                    lost += 1;
                }
            } else {
                assert_eq!(ring.pop(), twin.pop_front());
            }
            assert_eq!((ring.is_empty(), ring.overruns()), (twin.is_empty(), lost));
        }
        assert!(lost > 10);
    }

    #[test]
    fn two_threads_lose_nothing_and_keep_the_order() {
        static RING: Ring<16> = Ring::new();
        let writer = std::thread::spawn(|| {
            for n in 0..20_000_u32 {
                while RING
                    .written
                    .load(Ordering::Relaxed)
                    .wrapping_sub(RING.read.load(Ordering::Relaxed))
                    >= 16
                {
                    std::thread::yield_now();
                }
                RING.push(n.to_be_bytes()[3]);
            }
        });
        let mut reader = Reader::new(&RING);
        let mut octet = [0];
        for n in 0..20_000_u32 {
            assert_eq!(reader.read(&mut octet), Ok(1));
            assert_eq!(octet[0], n.to_be_bytes()[3]);
        }
        writer.join().unwrap();
        assert_eq!(RING.overruns(), 0);
    }
}
