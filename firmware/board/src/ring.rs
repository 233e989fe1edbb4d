//! What the receiver's interrupt puts in and the main loop takes out.
//!
//! One producer, one consumer; loads and stores only, so it serves processors without compare-and-swap. An octet that finds no room is
//! dropped and counted: the line's framing then loses one message, and the counter says why.
//!
//! ```
//! use magpie_board::ring::Ring;
//! static RING: Ring<4> = Ring::new();
//! let taken = b"magpie".iter().filter(|&&octet| RING.push(octet)).count();
//! assert_eq!((taken, RING.lost(), RING.pop()), (4, 2, Some(b'm')));
//! ```

use core::convert::Infallible;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};

use embedded_io::{ErrorType, Read, ReadReady};

/// Room for `N` octets; `N` is a power of two.
#[derive(Debug)]
pub struct Ring<const N: usize> {
    octets: [AtomicU8; N],
    /// Octets ever put in, modulo the word; only the producer writes it.
    head: AtomicUsize,
    /// Octets ever taken out; only the consumer writes it.
    tail: AtomicUsize,
    /// Only the producer writes it.
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
        const { assert!(N.is_power_of_two()) };
        Self {
            octets: [const { AtomicU8::new(0) }; N],
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
            lost: AtomicU32::new(0),
        }
    }

    /// Puts an octet in; false if there was no room and it is lost. For the producer alone.
    pub fn push(&self, octet: u8) -> bool {
        let head = self.head.load(Ordering::Relaxed);
        if head.wrapping_sub(self.tail.load(Ordering::Acquire)) >= N {
            self.lose(1);
            return false;
        }
        if let Some(place) = self.octets.get(head & (N - 1)) {
            place.store(octet, Ordering::Relaxed);
        }
        self.head.store(head.wrapping_add(1), Ordering::Release);
        true
    }

    /// Counts octets that were lost before they came here. For the producer alone.
    pub fn lose(&self, octets: u32) {
        let lost = self.lost.load(Ordering::Relaxed);
        self.lost
            .store(lost.saturating_add(octets), Ordering::Relaxed);
    }

    /// Takes the oldest octet out. For the consumer alone.
    pub fn pop(&self) -> Option<u8> {
        let tail = self.tail.load(Ordering::Relaxed);
        if tail == self.head.load(Ordering::Acquire) {
            return None;
        }
        let octet = self.octets.get(tail & (N - 1))?.load(Ordering::Relaxed);
        self.tail.store(tail.wrapping_add(1), Ordering::Release);
        Some(octet)
    }

    /// Nothing to take.
    pub fn is_empty(&self) -> bool {
        self.tail.load(Ordering::Relaxed) == self.head.load(Ordering::Acquire)
    }

    /// Octets that found no room, or that the device lost.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// The consumer's end, as a serial receiver. Reading from an empty ring waits, so ask `read_ready` first.
#[derive(Debug)]
pub struct Reader<const N: usize>(&'static Ring<N>);

impl<const N: usize> Reader<N> {
    /// The one consumer of this ring.
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
    fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
        let mut len = 0;
        for place in octets {
            loop {
                if let Some(octet) = self.0.pop() {
                    *place = octet;
                    break;
                }
                if len > 0 {
                    return Ok(len);
                }
                core::hint::spin_loop();
            }
            len += 1;
        }
        Ok(len)
    }
}
