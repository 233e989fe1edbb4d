//! Canister: the decoded bit stream as it comes, packed into octets and cut into blocks with time tags.
//!
//! Mars Express's lander radio has an open-loop "canister" mode for weak or unexpected signals; here it runs beside the frame recording, so
//! that what the frame side refuses or loses can be searched again on Earth. Bits are packed first bit into the most significant place. Where
//! the receiver lost its lock the block ends early and its last octet is filled with zeros.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::canister::Canister;
//! let mut canister = Canister::new([0; 2]); // blocks as long as the memory
//! let mut blocks = Vec::new();
//! for bit in [1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1] {
//!     canister.push(Instant::ZERO, bit, |_, octets| blocks.push(octets.to_vec()));
//! }
//! canister.flush(|_, octets| blocks.push(octets.to_vec()));
//! assert_eq!(blocks, [vec![0xAA, 0xE0]]);
//! ```

use magpie_link::Lent;
use magpie_link::clock::Instant;

/// Packs bits into blocks.
#[derive(Debug, Clone)]
pub struct Canister<M> {
    memory: M,
    /// Octets of the memory that have bits of the block.
    used: usize,
    /// Bits of the last octet that are still to come, 0 to 7.
    open_bits: u8,
    started: Instant,
    bits: u64,
}

impl<M: Lent> Canister<M> {
    /// Blocks as long as the memory. Without memory no bit is kept, only counted.
    pub const fn new(memory: M) -> Self {
        Self {
            memory,
            used: 0,
            open_bits: 0,
            started: Instant::ZERO,
            bits: 0,
        }
    }

    /// Bits taken so far.
    pub const fn bits(&self) -> u64 {
        self.bits
    }

    /// Takes a bit received at `now`; hands a full block and the time of its first bit to `sink`.
    pub fn push(&mut self, now: Instant, bit: u8, sink: impl FnMut(Instant, &[u8])) {
        self.bits = self.bits.saturating_add(1);
        if self.open_bits == 0 {
            let Some(next) = self.memory.as_mut().get_mut(self.used) else {
                return;
            };
            *next = 0;
            if self.used == 0 {
                self.started = now;
            }
            self.used += 1;
            self.open_bits = 8;
        }
        self.open_bits -= 1;
        let octets = self.memory.as_mut();
        let len = octets.len();
        if let Some(last) = octets.get_mut(self.used - 1) {
            *last |= (bit & 1) << self.open_bits;
        }
        if self.open_bits == 0 && self.used == len {
            self.flush(sink);
        }
    }

    /// Hands out what is there, if anything: the stream of bits is interrupted here.
    pub fn flush(&mut self, mut sink: impl FnMut(Instant, &[u8])) {
        let block = self.memory.as_ref().get(..self.used);
        if let Some(block) = block.filter(|block| !block.is_empty()) {
            sink(self.started, block);
        }
        self.used = 0;
        self.open_bits = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn blocks_are_full_and_tagged_with_their_first_bit() {
        let mut canister = Canister::new([0; 3]);
        let mut blocks = Vec::new();
        // 0x5C three times over, one bit a millisecond.
        for i in 0..56u64 {
            let bit = (0x5Cu8 >> (7 - i % 8)) & 1;
            canister.push(Instant::from_micros(i * 1_000), bit, |at, octets| {
                blocks.push((at.as_micros(), octets.to_vec()));
            });
        }
        assert_eq!(
            blocks,
            [(0, std::vec![0x5C; 3]), (24_000, std::vec![0x5C; 3])]
        );
        canister.flush(|at, octets| blocks.push((at.as_micros(), octets.to_vec())));
        canister.flush(|_, _| panic!("nothing is left"));
        assert_eq!(blocks[2], (48_000, std::vec![0x5C]));
        assert_eq!(canister.bits(), 56);
    }

    #[test]
    fn without_memory_bits_are_counted_and_nothing_comes() {
        let mut canister = Canister::new([]);
        for _ in 0..20 {
            canister.push(Instant::ZERO, 1, |_, _| panic!("there is no memory"));
        }
        canister.flush(|_, _| panic!("there is no memory"));
        assert_eq!(canister.bits(), 20);
    }
}
