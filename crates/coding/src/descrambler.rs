//! The self-synchronising scrambler of V.35 / IESS-308, as lunar UHF radios use it around the Proximity-1 marker.
//!
//! No CCSDS book: the form is that of a recorded lunar hopper (2024). Over the last 20 bits of the channel,
//! out = NOT(in ⊕ in₋₃ ⊕ in₋₂₀ ⊕ adverse). Adverse is 1 where the bits before have brought a counter to 31, which breaks up stretches that
//! repeat every eight bits; after each bit the counter starts again at 0 if in₋₁ ≠ in₋₉ (as seen from that bit) and otherwise counts on
//! modulo 32. A wrong bit on the channel spoils itself, the bits 3 and 20 later, and now and then one more through the
//! counter. A late receiver is in step after 20 right bits and one restart of the counter.
//!
//! An inverted channel gives inverted data: three inputs are summed, and the counter only compares.
//!
//! ```
//! use magpie_coding::descrambler::{Descrambler, Scrambler};
//!
//! let data = [1, 1, 0, 1, 0, 0, 0, 1];
//! let mut scrambler = Scrambler::new();
//! let mut descrambler = Descrambler::new();
//! assert!(data.iter().all(|&bit| descrambler.push(scrambler.push(bit)) == bit));
//! ```

/// What both ends keep: the channel's last bits and the counter over them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Channel {
    /// The bit d places ago in bit d - 1.
    past: u32,
    counter: u8,
}

impl Channel {
    const fn ago(self, delay: u32) -> u8 {
        (self.past >> (delay - 1) & 1) as u8
    }

    /// What is added to the next bit, at either end: NOT(in₋₃ ⊕ in₋₂₀ ⊕ adverse). The counter that the bits before have left
    /// counts; then it moves on.
    fn mask(&mut self) -> u8 {
        let adverse = u8::from(self.counter == 31);
        self.counter = if self.ago(1) == self.ago(9) {
            (self.counter + 1) % 32
        } else {
            0
        };
        self.ago(3) ^ self.ago(20) ^ adverse ^ 1
    }

    fn shift_in(&mut self, bit: u8) {
        self.past = self.past << 1 | u32::from(bit);
    }
}

/// The receiving end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descrambler(Channel);

impl Descrambler {
    /// Starts with a past of zeros; the first 20 bits out are doubtful on a stream already running.
    pub const fn new() -> Self {
        Self(Channel {
            past: 0,
            counter: 0,
        })
    }

    /// Takes a channel bit (0 or 1) and returns the data bit.
    pub fn push(&mut self, bit: u8) -> u8 {
        let data = (bit & 1) ^ self.0.mask();
        self.0.shift_in(bit & 1);
        data
    }

    /// Descrambles bits in place, going on where the last call stopped.
    pub fn apply(&mut self, bits: &mut [u8]) {
        for bit in bits {
            *bit = self.push(*bit);
        }
    }
}

/// The sending end; starts with a past of zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrambler(Channel);

impl Scrambler {
    /// Starts with a past of zeros.
    pub const fn new() -> Self {
        Self(Channel {
            past: 0,
            counter: 0,
        })
    }

    /// Takes a data bit (0 or 1) and returns the channel bit.
    pub fn push(&mut self, bit: u8) -> u8 {
        let channel = (bit & 1) ^ self.0.mask();
        self.0.shift_in(channel);
        channel
    }

    /// Scrambles bits in place, going on where the last call stopped.
    pub fn apply(&mut self, bits: &mut [u8]) {
        for bit in bits {
            *bit = self.push(*bit);
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{Descrambler, Scrambler};
    use crate::naive;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    /// Bits with long constant and periodic stretches, which is what the counter is for.
    fn stretches() -> impl Strategy<Value = Vec<u8>> {
        let stretch = (any::<u8>(), 1_usize..120).prop_map(|(octet, length)| {
            (0..length)
                .map(|place| octet >> (place % 8) & 1)
                .collect::<Vec<u8>>()
        });
        proptest::collection::vec(stretch, 0..12).prop_map(|all| all.concat())
    }

    #[test]
    fn the_counter_acts_after_thirty_one_like_bits() {
        // By hand: on a channel of zeros the first 31 outputs are NOT 0 and bring the counter to 31; so again every 32.
        let mut bits = vec![0; 100];
        Descrambler::new().apply(&mut bits);
        let flipped: Vec<usize> = (0..100).filter(|&place| bits[place] == 0).collect();
        assert_eq!(flipped, [31, 63, 95]);
    }

    #[test]
    fn one_wrong_bit_spoils_three_where_the_counter_is_quiet() {
        let mut scrambler = Scrambler::new();
        // Data whose channel bits differ at distance eight near the error, so the counter is far from 31.
        let channel: Vec<u8> = (0..200_u32)
            .map(|n| scrambler.push(((n * n / 7) & 1) as u8))
            .collect();
        let mut hit = channel.clone();
        hit[100] ^= 1;
        let (clean, spoiled) = (naive::descramble(&channel), naive::descramble(&hit));
        let wrong: Vec<usize> = (0..200)
            .filter(|&place| clean[place] != spoiled[place])
            .collect();
        assert_eq!(wrong, [100, 103, 120]);
        Descrambler::new().apply(&mut hit);
        assert_eq!(hit, spoiled);
    }

    proptest! {
        #[test]
        fn follows_the_formula(channel in stretches()) {
            let mut bits = channel.clone();
            Descrambler::new().apply(&mut bits);
            prop_assert_eq!(bits, naive::descramble(&channel));
        }

        #[test]
        fn scrambling_and_back(data in stretches(), cut in 0_usize..500) {
            let mut bits = data.clone();
            let cut = cut.min(bits.len());
            let mut scrambler = Scrambler::new();
            scrambler.apply(&mut bits[..cut]);
            scrambler.apply(&mut bits[cut..]);
            prop_assert_eq!(&naive::descramble(&bits), &data);
        }

        #[test]
        fn a_late_receiver_falls_into_step(data in stretches(), late in 0_usize..300) {
            let mut bits = data.clone();
            Scrambler::new().apply(&mut bits);
            let late = late.min(bits.len());
            let mut received = bits[late..].to_vec();
            Descrambler::new().apply(&mut received);
            // The shift register is right after 20 bits, the counter after its first restart.
            let restart = (late + 20..bits.len()).find(|&n| bits[n - 1] != bits[n - 9]).map_or(bits.len(), |n| n + 1);
            prop_assert_eq!(&received[restart - late..], &data[restart..]);
        }
    }
}
