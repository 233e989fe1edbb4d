//! Loss seen on frame counts: the only loss signal a one-way link has.
//!
//! Virtual-channel counts (TM: 8 bits, AOS: 24 bits, USLP: up to 56 bits) and Proximity-1 frame sequence numbers (8 bits) rise by one a frame. A jump is a loss of at
//! least the difference; with 8 bits the number is a lower bound, since whole turns of the counter are invisible. Packet sequence counts are not
//! used: several real spacecraft do not count them contiguously.

use std::fmt;

/// A frame count as it stands in a frame: the value and how many values there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameCount {
    /// The count in the frame.
    pub value: u64,
    /// Number of values of the counter, e.g. 256 or 2²⁴.
    pub modulus: u64,
}

/// What a frame's count says about the frames before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// The first frame of its channel.
    First,
    /// The count rose by one.
    Next,
    /// The same count and the same octets as the frame before: a repeat, to be dropped.
    Repeat,
    /// The count jumped: this many frames are missing (modulo the counter), none if the count stood still with other octets behind it.
    Jump {
        /// Missing frames, a lower bound.
        missing: u64,
    },
}

/// Which of a spacecraft's counters a count belongs to. Several channels may share one: the ports of a Version-3 physical channel, the MAPs of a virtual
/// channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterId {
    /// Virtual channel; for Version-3 frames the physical channel (PCID).
    pub vcid: u8,
    /// The quality of service that is counted, where the two count separately (Version-3, USLP): is it the expedited one?
    pub expedited: Option<bool>,
}

impl fmt::Display for CounterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quality = match self.expedited {
            Some(true) => " expedited",
            Some(false) => " sequence-controlled",
            None => "",
        };
        write!(f, "{}{quality}", self.vcid)
    }
}

/// Follows the count of one channel.
#[derive(Debug, Clone, Default)]
pub struct ContinuityTracker {
    last: Option<(FrameCount, u64)>,
}

impl ContinuityTracker {
    /// Takes the count of the next frame and a fingerprint of its octets, which tells a repeat from a counter that stands still.
    pub fn handle_count(&mut self, count: FrameCount, fingerprint: u64) -> Continuity {
        let verdict = match self.last {
            None => Continuity::First,
            Some((last, print)) => match step(last.value, count.value, count.modulus) {
                1 => Continuity::Next,
                0 if print == fingerprint => Continuity::Repeat,
                0 => Continuity::Jump { missing: 0 },
                step => Continuity::Jump { missing: step - 1 },
            },
        };
        self.last = Some((count, fingerprint));
        verdict
    }
}

fn step(from: u64, to: u64, modulus: u64) -> u64 {
    // Counters have at most 56 bits (USLP), so the sum cannot overflow.
    let modulus = modulus.clamp(1, 1 << 56);
    (to % modulus + modulus - from % modulus) % modulus
}

/// A quick fingerprint of a frame (FNV-1a, 64 bits); it separates a repeated frame from another one with the same count.
pub fn fingerprint(octets: &[u8]) -> u64 {
    octets.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn tm(value: u64) -> FrameCount {
        FrameCount {
            value,
            modulus: 256,
        }
    }

    #[test]
    fn every_pair_of_eight_bit_counts() {
        for from in 0..256u64 {
            for missing in 1..255u64 {
                let mut tracker = ContinuityTracker::default();
                assert_eq!(tracker.handle_count(tm(from), 1), Continuity::First);
                let to = (from + missing + 1) % 256;
                assert_eq!(
                    tracker.handle_count(tm(to), 2),
                    Continuity::Jump { missing }
                );
                assert_eq!(
                    tracker.handle_count(tm((to + 1) % 256), 3),
                    Continuity::Next
                );
            }
        }
    }

    #[test]
    fn a_repeat_is_told_from_a_stuck_counter() {
        let mut tracker = ContinuityTracker::default();
        tracker.handle_count(tm(9), 77);
        assert_eq!(tracker.handle_count(tm(9), 77), Continuity::Repeat);
        assert_eq!(
            tracker.handle_count(tm(9), 78),
            Continuity::Jump { missing: 0 }
        );
    }

    #[test]
    fn twenty_four_bits_wrap() {
        let mut tracker = ContinuityTracker::default();
        let aos = |value| FrameCount {
            value,
            modulus: 1 << 24,
        };
        tracker.handle_count(aos(0xFF_FFFF), 0);
        assert_eq!(tracker.handle_count(aos(0), 0), Continuity::Next);
        assert_eq!(
            tracker.handle_count(aos(2), 0),
            Continuity::Jump { missing: 1 }
        );
    }
}
