//! What go-back-N can do: the bounds that docs/goodput.md derives.
//!
//! Book: 211.0-B-6 section 7 (COP-P). Time is counted in slots, the time of one frame of the sender on the channel.

use serde::Serialize;

/// One point of the grid: a channel, a frame length, a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Bits a second, both ways.
    pub rate: u32,
    /// Octets in the data field of a frame.
    pub data: usize,
    /// Round-trip time, microseconds: twice the light time.
    pub rtt_us: u64,
    /// Probability that a frame is lost, each frame by itself, both ways.
    pub loss: f64,
    /// `Transmission_Window`.
    pub window: u8,
}

/// Octets of a Version-3 header.
const HEADER: usize = 5;

/// Octets that a PLTU has besides its frame: marker and CRC-32.
const PLTU: usize = 7;

/// Octets of a PLTU with a PLCW: header and one SPDU of 16 bits.
const PLCW_PLTU: usize = HEADER + 2 + PLTU;

/// Time of so many octets on a channel of `rate` bits a second: microseconds, rounded up.
pub fn time_us(rate: u32, octets: usize) -> u64 {
    (octets as u64 * 8_000_000).div_ceil(u64::from(rate))
}

impl Point {
    /// T: the time of one frame of the sender.
    pub fn frame_us(&self) -> u64 {
        time_us(self.rate, HEADER + self.data + PLTU)
    }

    /// t: the time of a PLCW.
    pub fn plcw_us(&self) -> u64 {
        time_us(self.rate, PLCW_PLTU)
    }

    /// C: whole slots that pass between the end of a frame and the slot in which the sender can act on the PLCW about it.
    pub fn answer_slots(&self) -> u64 {
        (self.rtt_us + self.plcw_us()).div_ceil(self.frame_us())
    }

    /// K = 1 + C: slots from the beginning of a frame to the slot in which its acknowledgement counts.
    pub fn round_trip_slots(&self) -> u64 {
        1 + self.answer_slots()
    }

    /// S: slots from a lost frame to its repetition, on average. The gap shows at the first frame behind it that arrives and whose PLCW
    /// arrives too, number 1 / (1 - p)² on average; C slots later the frame is sent again.
    pub fn slots_to_repeat(&self) -> f64 {
        1.0 + 1.0 / (1.0 - self.loss).powi(2) + self.answer_slots() as f64
    }

    /// The most that the window lets through: W frames in K slots.
    pub fn window_bound(&self) -> f64 {
        (f64::from(self.window) / self.round_trip_slots() as f64).min(1.0)
    }

    /// Frames a slot that go-back-N can bring across: the window's share of the slots for each new frame, S slots for each loss. With the
    /// window closed, frames go out in bursts of W every K slots; a repetition begins a new burst, half of the pause earlier on average.
    pub fn bound(&self) -> f64 {
        let per_frame = 1.0 / self.window_bound();
        let pause = self.round_trip_slots().saturating_sub(self.window.into());
        let per_loss = self.slots_to_repeat() - pause as f64 / 2.0;
        let losses = self.loss / (1.0 - self.loss);
        1.0 / (per_frame + losses * per_loss)
    }

    /// What is left of the rate for user octets when every slot carries a new frame.
    pub fn payload_share(&self) -> f64 {
        self.data as f64 / (HEADER + self.data + PLTU) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARS: Point = Point {
        rate: 128_000,
        data: 2_043,
        rtt_us: 2_600_000,
        loss: 0.05,
        window: 127,
    };

    /// By hand: 2055 octets at 128 kbit/s are 128.4375 ms, 14 octets 0.875 ms; 2600.875 / 128.4375 = 20.25, so 21 whole slots.
    #[test]
    fn a_point_worked_by_hand() {
        assert_eq!((MARS.frame_us(), MARS.plcw_us()), (128_438, 875));
        assert_eq!(MARS.round_trip_slots(), 22);
        assert!((MARS.slots_to_repeat() - 23.108).abs() < 0.001);
        assert!((MARS.window_bound() - 1.0).abs() < f64::EPSILON);
        // The classical formula: 0.95 / (0.95 + 0.05 * 23.108).
        assert!((MARS.bound() - 0.4512).abs() < 0.0005);
        // 22 / 8 slots a frame, and 23.108 - 14 / 2 slots for one loss in 19 frames.
        let narrow = Point { window: 8, ..MARS };
        assert!((1.0 / narrow.bound() - (2.75 + 16.108 / 19.0)).abs() < 0.001);
    }

    #[test]
    fn without_loss_only_the_window_bounds() {
        let sound = Point { loss: 0.0, ..MARS };
        assert!((sound.bound() - 1.0).abs() < f64::EPSILON);
    }
}
