//! A saturated sequence-controlled sender, and what of it arrives: measured, not computed.
//!
//! The caller has more to send than the run lasts; nothing goes back but PLCWs. No trace is kept. Measured is between the first and the last
//! delivery, so that hail and acquisition do not count.
//!
//! ```
//! use magpie_sim::session::goodput::Saturated;
//! let measured = Saturated { loss: 0.1, seconds: 20, ..Saturated::LAB }.measure()?;
//! assert!(measured.efficiency > 0.5 && measured.efficiency < 0.9, "{measured:?}");
//! # Ok::<(), String>(())
//! ```

use magpie_link::clock::Duration;
use magpie_link::communication::CommunicationValues;
use magpie_link::mib::Packing;
use magpie_wire::v3::Qos;

use super::setup::{ChannelSetup, Duplexing, Load, MemorySetup, NoMoreData, Setup};
use super::trace::Side;
use super::{Outcome, run};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Saturated {
    /// Bits a second, one of the table, both ways.
    pub bits_per_s: u32,
    /// One-way light time.
    pub delay_us: u64,
    /// Probability that a frame with data is lost.
    pub loss: f64,
    /// Probability that a frame of the other direction is lost.
    pub loss_back: f64,
    /// `Transmission_Window`.
    pub window: u8,
    /// Octets of a packet; one packet a frame.
    pub packet_octets: usize,
    /// `PLCW_Repeat_Interval`.
    pub plcw_repeat_us: u64,
    /// Full or half duplex.
    pub duplexing: Duplexing,
    /// How long.
    pub seconds: u64,
    /// All randomness.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goodput {
    /// Octets of packets a second, between the first and the last delivery.
    pub octets_per_s: f64,
    /// The same as a part of what the channel carries, markers, headers and CRC-32 counted as payload: 1 is a channel full of frames each
    /// delivered once.
    pub efficiency: f64,
    /// Packets delivered.
    pub packets: u64,
    /// Sequence-controlled frames sent for the first time.
    pub frames: u64,
    /// Sequence-controlled frames sent again.
    pub retransmitted: u64,
}

impl Saturated {
    /// 128 kbit/s, 1 ms apart, no loss, window 127, 1,000 octets, a minute.
    pub const LAB: Self = Self {
        bits_per_s: 128_000,
        delay_us: 1_000,
        loss: 0.0,
        loss_back: 0.0,
        window: 127,
        packet_octets: 1_000,
        plcw_repeat_us: 200_000,
        duplexing: Duplexing::Full,
        seconds: 60,
        seed: 1,
    };

    /// The session that is played.
    pub fn setup(&self) -> Result<Setup, String> {
        let values = CommunicationValues::uncoded(self.bits_per_s)
            .ok_or_else(|| format!("no table has {} bit/s", self.bits_per_s))?;
        let mut setup = Setup::lab(self.duplexing, self.seed);
        let answer = Duration::from_micros(4 * self.delay_us + 2_000_000);
        for end in &mut setup.ends {
            end.mib.communication_values = values;
            end.mib.hailing_data_rate = values
                .transmitter
                .data_rate()
                .unwrap_or(end.mib.hailing_data_rate);
            end.mib.transmission_window = self.window;
            end.mib.packing = Packing::PacketPerFrame;
            end.mib.plcw_repeat_interval = Duration::from_micros(self.plcw_repeat_us);
            end.mib.hail_wait_duration = answer;
            end.mib.carrier_loss_timer_duration = answer;
            end.mib.receive_duration =
                Duration::from_micros(answer.as_micros() + end.mib.send_duration.as_micros());
            end.no_more_data = NoMoreData::Never;
            end.memory = MemorySetup {
                sent: 600 << 10,
                ..MemorySetup::AMPLE
            };
        }
        setup.end_mut(Side::Caller).loads = vec![Load::packets(
            Qos::SequenceControlled,
            u32::MAX >> 6,
            self.packet_octets,
        )];
        setup.channels = [self.loss, self.loss_back]
            .map(|loss| ChannelSetup::sound(self.delay_us).with_loss(loss));
        setup.max_us = self.seconds * 1_000_000;
        setup.through_pltu = false;
        Ok(setup)
    }

    /// Plays it. The error says what cannot be built, or that nothing came.
    pub fn measure(&self) -> Result<Goodput, String> {
        let run = run(&self.setup()?)?;
        if run.outcome == Outcome::Wedged || !run.ledger.violations.is_empty() {
            return Err(format!("{:?}", run.ledger.violations));
        }
        let octets_per_s = run
            .goodput(Side::Responder)
            .ok_or("fewer than two deliveries")?;
        // Marker, header, CRC-32.
        let unit = (self.packet_octets + 3 + 5 + 4) as f64;
        let full = f64::from(self.bits_per_s) / 8.0 * self.packet_octets as f64 / unit;
        let sender = run
            .ledger
            .incarnations
            .iter()
            .find(|i| i.end == Side::Caller);
        let stats = sender.map(|i| i.stats).unwrap_or_default();
        Ok(Goodput {
            octets_per_s,
            efficiency: octets_per_s / full,
            packets: run.ledger.deliveries.len() as u64,
            frames: stats.sequence_controlled_frames_sent,
            retransmitted: stats.frames_retransmitted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_channel_carries_nothing_but_new_frames_and_a_few_reports() {
        let measured = Saturated::LAB.measure().unwrap();
        // Of 128,000 bit/s a PLCW (14 octets with marker and CRC-32) every 200 ms takes 560: 0.44 %.
        assert!(
            (0.99..=0.9975).contains(&measured.efficiency),
            "{measured:?}"
        );
        assert_eq!(measured.retransmitted, 0);
    }

    #[test]
    fn a_window_smaller_than_the_round_trip_holds_the_sender_back() {
        let lunar = Saturated {
            delay_us: 1_300_000,
            window: 10,
            seconds: 600,
            ..Saturated::LAB
        };
        let measured = lunar.measure().unwrap();
        // Ten frames of 1,012 octets a round trip of 2.6 s and the time of one frame and one report (63.25 + 0.875 ms, and light both ways):
        // 10,000 octets in 2.664 s are 3,753 octets/s.
        assert!(
            (measured.octets_per_s - 3_753.0).abs() < 75.0,
            "{measured:?}"
        );
        assert!(
            measured.retransmitted > measured.frames,
            "progressive retransmission fills the wait"
        );
    }
}
