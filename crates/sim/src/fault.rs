//! What the on-board interface does to the blocks that pass it: flips, bursts, swallowed octets, a line that sticks.
//!
//! The gate line that marks begin and end of a block is taken as sound: a spoiled block stays one block. Its octets are another matter. The
//! faults run along the whole stream of bits of one port, across block boundaries. An interface without faults hands on the very octets.
//!
//! ```
//! use magpie_sim::fault::Interface;
//! use magpie_sim::random::{Purpose, Stream};
//! use magpie_sim::scenario::Fault;
//! let stream = Stream::new(1, "example", Purpose::InterfaceFrames);
//! let mut interface = Interface::new(&[Fault::BitFlips { every_bits: 800.0 }], stream);
//! let mut block = vec![0u8; 10_000];
//! interface.pass(&mut block);
//! let flipped: u32 = block.iter().map(|octet| octet.count_ones()).sum();
//! assert!((60..140).contains(&flipped), "about 100: {flipped}");
//! ```

use crate::random::Stream;
use crate::scenario::Fault;

/// One port of the interface and all that is wrong with it.
#[derive(Debug, Clone)]
pub struct Interface {
    faults: Vec<Running>,
    stream: Stream,
}

/// A fault with its place in the stream.
#[derive(Debug, Clone)]
struct Running {
    fault: Fault,
    /// Bits (octets for byte slips) until the next event.
    wait: u64,
    /// Bits of the present event that are still to come.
    left: u64,
}

impl Interface {
    /// A port with these faults.
    pub fn new(faults: &[Fault], mut stream: Stream) -> Self {
        let faults = faults
            .iter()
            .map(|fault| Running {
                fault: fault.clone(),
                wait: next_wait(fault, &mut stream),
                left: 0,
            })
            .collect();
        Self { faults, stream }
    }

    /// Passes one block; its content and length may change.
    pub fn pass(&mut self, block: &mut Vec<u8>) {
        for running in &mut self.faults {
            running.apply(block, &mut self.stream);
        }
    }
}

impl Running {
    fn apply(&mut self, block: &mut Vec<u8>, stream: &mut Stream) {
        if let Fault::ByteSlips { .. } = self.fault {
            self.swallow(block, stream);
            return;
        }
        let bits = block.len() as u64 * 8;
        let mut at = 0;
        while at < bits {
            if self.left > 0 {
                let end = bits.min(at + self.left);
                self.left -= end - at;
                self.spoil(block, at, end, stream);
                at = end;
            } else if self.wait > bits - at {
                self.wait -= bits - at;
                return;
            } else {
                at += self.wait;
                self.wait = next_wait(&self.fault, stream);
                self.left = length(&self.fault);
            }
        }
    }

    /// Swallows octets.
    fn swallow(&mut self, block: &mut Vec<u8>, stream: &mut Stream) {
        let mut at = 0;
        while self.wait <= (block.len() - at) as u64 {
            // In range by the condition; distances are at least 1.
            at += self.wait as usize - 1;
            block.remove(at);
            self.wait = next_wait(&self.fault, stream);
        }
        self.wait -= (block.len() - at) as u64;
    }

    /// Spoils the bits `from..to` as the fault does it.
    fn spoil(&self, block: &mut [u8], from: u64, to: u64, stream: &mut Stream) {
        for bit in from..to {
            let mask = 0x80u8 >> (bit % 8);
            let octet = &mut block[(bit / 8) as usize];
            match self.fault {
                Fault::BitFlips { .. } | Fault::PeriodicFlips { .. } => *octet ^= mask,
                Fault::Bursts { .. } if stream.coin() => *octet ^= mask,
                Fault::StuckLine { level: 0, .. } => *octet &= !mask,
                Fault::StuckLine { .. } => *octet |= mask,
                Fault::Bursts { .. } | Fault::ByteSlips { .. } => {}
            }
        }
    }
}

/// Length of one event in bits.
fn length(fault: &Fault) -> u64 {
    match *fault {
        Fault::Bursts { length_bits, .. } | Fault::StuckLine { length_bits, .. } => {
            u64::from(length_bits)
        }
        Fault::BitFlips { .. } | Fault::PeriodicFlips { .. } | Fault::ByteSlips { .. } => 1,
    }
}

/// Distance to the next event, at least 1.
fn next_wait(fault: &Fault, stream: &mut Stream) -> u64 {
    match *fault {
        Fault::BitFlips { every_bits } => stream.distance(every_bits),
        Fault::PeriodicFlips { every_bits, jitter } => {
            (every_bits * (1.0 + jitter * (2.0 * stream.uniform() - 1.0))).max(1.0) as u64
        }
        Fault::Bursts {
            every_bits,
            length_bits,
        }
        | Fault::StuckLine {
            every_bits,
            length_bits,
            ..
        } => {
            // The wait runs between the end of one event and the start of the next.
            stream.distance((every_bits - f64::from(length_bits)).max(1.0))
        }
        Fault::ByteSlips { every_octets } => stream.distance(every_octets),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    fn port(faults: &[Fault]) -> Interface {
        Interface::new(faults, Stream::new(5, "port", Purpose::InterfaceFrames))
    }

    #[test]
    fn no_fault_changes_nothing() {
        let block: Vec<u8> = (0..=255).collect();
        let mut passed = block.clone();
        port(&[]).pass(&mut passed);
        assert_eq!(passed, block);
    }

    #[test]
    fn periodic_flips_without_jitter_hit_every_nth_bit_across_blocks() {
        // Worked by hand: a wait of 10 and an event of 1 bit put flips on bits 10, 21, 32, 43, ...
        let mut port = port(&[Fault::PeriodicFlips {
            every_bits: 10.0,
            jitter: 0.0,
        }]);
        let mut stream = Vec::new();
        for _ in 0..6 {
            let mut block = vec![0u8; 1];
            port.pass(&mut block);
            stream.extend(block);
        }
        let flips: Vec<usize> = (0..48)
            .filter(|bit| stream[bit / 8] & (0x80 >> (bit % 8)) != 0)
            .collect();
        assert_eq!(flips, [10, 21, 32, 43]);
    }

    #[test]
    fn a_stuck_line_and_bursts_have_their_mean_length() {
        let mut stuck = vec![0u8; 100_000];
        port(&[Fault::StuckLine {
            every_bits: 1_000.0,
            length_bits: 90,
            level: 1,
        }])
        .pass(&mut stuck);
        let ones: u32 = stuck.iter().map(|o| o.count_ones()).sum();
        // 800 events of 90 bits; their number scatters by some 30.
        assert!((60_000..84_000).contains(&ones), "{ones}");
        let mut burst = vec![0u8; 100_000];
        port(&[Fault::Bursts {
            every_bits: 1_000.0,
            length_bits: 90,
        }])
        .pass(&mut burst);
        let ones: u32 = burst.iter().map(|o| o.count_ones()).sum();
        assert!((30_000..42_000).contains(&ones), "{ones}");
    }

    #[test]
    fn slips_shorten_and_keep_the_order() {
        let mut block: Vec<u8> = (0..200).collect();
        port(&[Fault::ByteSlips { every_octets: 20.0 }]).pass(&mut block);
        assert!((180..198).contains(&block.len()), "{}", block.len());
        assert!(block.windows(2).all(|pair| pair[0] < pair[1]));
        let mut empty = Vec::new();
        port(&[Fault::ByteSlips { every_octets: 20.0 }]).pass(&mut empty);
        assert!(empty.is_empty());
    }
}
