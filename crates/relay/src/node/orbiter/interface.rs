//! The interface between transceiver and memory: each record crosses it with a check, and a rehearsal may spoil it on the way.
//!
//! No book. In 2021 the signal was there in all five passes, and in four the data were spoiled on board. A fault turns single bits, on average one
//! in so many, drawn from a seed; what crosses with a bad check is kept all the same and marked, since a part of it may be good.

use alloc::vec::Vec;

use magpie_coding::crc::crc32_proximity;
use serde::{Deserialize, Serialize};

use crate::contact::ContactId;

/// A fault of the interface in one pass, for rehearsals: `[[fault]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterfaceFault {
    /// In this pass.
    pub pass: ContactId,
    /// One bit of so many is turned, on average; at least 2.
    pub flip_every_bits: u32,
}

/// The interface.
#[derive(Debug)]
pub(super) struct Interface {
    faults: Vec<InterfaceFault>,
    random: u64,
}

impl Interface {
    pub(super) const fn new(faults: Vec<InterfaceFault>, seed: u64) -> Self {
        Self {
            faults,
            random: seed,
        }
    }

    /// Lets the content of a record across; `false` if its check is bad at the memory.
    pub(super) fn cross(&mut self, pass: ContactId, content: &mut [u8]) -> bool {
        let mut faults = self.faults.iter();
        let Some(every) = faults
            .find(|fault| fault.pass == pass)
            .map(|fault| u64::from(fault.flip_every_bits))
        else {
            return true;
        };
        let check = crc32_proximity(content);
        let bits = content.len() as u64 * 8;
        let mut at = self.gap(every);
        while at < bits {
            if let Some(octet) = usize::try_from(at / 8)
                .ok()
                .and_then(|at| content.get_mut(at))
            {
                *octet ^= 0x80 >> (at % 8);
            }
            at += 1 + self.gap(every);
        }
        crc32_proximity(content) == check
    }

    /// Bits to the next fault: even over twice the mean, which needs no logarithm.
    fn gap(&mut self, every: u64) -> u64 {
        self.draw() % (2 * every - 1)
    }

    /// `SplitMix64`.
    const fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.random;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_fault_turns_about_one_bit_in_so_many_and_only_in_its_pass() {
        let fault = InterfaceFault {
            pass: ContactId(2),
            flip_every_bits: 100,
        };
        let mut interface = Interface::new(vec![fault], 7);
        let mut content = vec![0; 125_000];
        assert!(interface.cross(ContactId(1), &mut content));
        assert!(content.iter().all(|&octet| octet == 0));
        assert!(!interface.cross(ContactId(2), &mut content));
        let turned: u32 = content.iter().map(|octet| octet.count_ones()).sum();
        // A million bits; 10,000 expected, with a deviation of some 58.
        assert!((9_700..10_300).contains(&turned), "{turned}");
    }
}
