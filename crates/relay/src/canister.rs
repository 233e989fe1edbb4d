//! Canister: the decoded bit stream as it comes, packed into octets and cut into blocks with time tags.
//!
//! Mars Express's lander radio has an open-loop "canister" mode for weak or unexpected signals; here it runs beside the frame recording, so
//! that what the frame side refuses or loses can be searched again on Earth. Bits are packed first bit into the most significant place. Where
//! the receiver lost its lock the block ends early and its last octet is filled with zeros.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::canister::Canister;
//! let mut canister = Canister::new(2);
//! let mut blocks = Vec::new();
//! for bit in [1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1] {
//!     canister.push(Instant::ZERO, bit, |_, octets| blocks.push(octets.to_vec()));
//! }
//! canister.flush(|_, octets| blocks.push(octets.to_vec()));
//! assert_eq!(blocks, [vec![0xAA, 0xE0]]);
//! ```

use alloc::vec::Vec;

use magpie_link::clock::Instant;

/// Packs bits into blocks.
#[derive(Debug, Clone)]
pub struct Canister {
    block_octets: usize,
    octets: Vec<u8>,
    /// Bits of the last octet that are still to come, 0 to 7.
    open_bits: u8,
    started: Instant,
    bits: u64,
}

impl Canister {
    /// Blocks of `block_octets` octets, at least one.
    pub fn new(block_octets: usize) -> Self {
        let block_octets = block_octets.max(1);
        Self {
            block_octets,
            octets: Vec::with_capacity(block_octets),
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
        if self.octets.is_empty() {
            self.started = now;
        }
        if self.open_bits == 0 {
            self.octets.push(0);
            self.open_bits = 8;
        }
        self.open_bits -= 1;
        self.bits = self.bits.saturating_add(1);
        if let Some(last) = self.octets.last_mut() {
            *last |= (bit & 1) << self.open_bits;
        }
        if self.open_bits == 0 && self.octets.len() == self.block_octets {
            self.flush(sink);
        }
    }

    /// Hands out what is there, if anything: the stream of bits is interrupted here.
    pub fn flush(&mut self, mut sink: impl FnMut(Instant, &[u8])) {
        if !self.octets.is_empty() {
            sink(self.started, &self.octets);
            self.octets.clear();
            self.open_bits = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_full_and_tagged_with_their_first_bit() {
        let mut canister = Canister::new(3);
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
            [(0, alloc::vec![0x5C; 3]), (24_000, alloc::vec![0x5C; 3])]
        );
        canister.flush(|at, octets| blocks.push((at.as_micros(), octets.to_vec())));
        canister.flush(|_, _| panic!("nothing is left"));
        assert_eq!(blocks[2], (48_000, alloc::vec![0x5C]));
        assert_eq!(canister.bits(), 56);
    }
}
