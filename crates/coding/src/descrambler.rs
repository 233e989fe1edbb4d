//! The self-synchronising scrambler of V.35 / IESS-308, as lunar UHF radios use it around the Proximity-1 marker.
//!
//! No CCSDS book: the form is that of a recorded lunar hopper (2024). Over the last 20 bits of the channel,
//! out = NOT(in ⊕ in₋₃ ⊕ in₋₂₀ ⊕ adverse). A counter starts again at 0 whenever in₋₁ ≠ in₋₉ and otherwise counts on modulo 32; adverse
//! is 1 when it has reached 31, which breaks up stretches that repeat every eight bits. A wrong bit on the channel spoils itself, the
//! bits 3 and 20 later, and perhaps one more through the counter; after 20 right bits the receiver is in step.
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

    /// What is added to the next bit, at either end: NOT(in₋₃ ⊕ in₋₂₀ ⊕ adverse).
    fn mask(&mut self) -> u8 {
        self.counter = if self.ago(1) == self.ago(9) {
            (self.counter + 1) % 32
        } else {
            0
        };
        let adverse = u8::from(self.counter == 31);
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
