//! Two endpoints and a lossy channel between them, event by event.
//!
//! The caller always has data; the responder has none and only reports. A transmitter asks its endpoint for the next frame the moment the
//! last one has left; each frame is on the channel as long as its PLTU takes at the rate, arrives a light time later, and is lost with
//! the probability of the point. What arrives in the same microsecond as a transmitter gets free counts first.

use std::collections::VecDeque;

use magpie_link::clock::{Duration, Instant};
use magpie_link::mib::{MibBuilder, Retransmission};
use magpie_wire::id::PortId;
use magpie_wire::v3::Qos;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;

use super::bound::{Point, time_us};
use crate::ends::{End, FRAME_LEN, IN_LOCK, in_session};

const SENDER: usize = 0;
const RECEIVER: usize = 1;

/// Octets of ASM and CRC-32.
const PLTU_OVERHEAD: usize = 7;

/// Batches from which the standard error is taken.
const BATCHES: usize = 20;

/// What was measured at a point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Goodput {
    /// New frames delivered per slot: 1 is a channel full of new frames.
    pub efficiency: f64,
    /// Standard error of that.
    pub error: f64,
    /// User octets a second.
    pub octets_per_s: f64,
    /// Slots measured.
    pub slots: u64,
}

struct Pair {
    ends: [End; 2],
    point: Point,
    rng: ChaCha8Rng,
    now: u64,
    /// When each transmitter is free.
    free: [u64; 2],
    /// What flies *to* each end, with its time of arrival.
    flying: [VecDeque<(u64, Vec<u8>)>; 2],
    spare: Vec<Vec<u8>>,
    packet: Vec<u8>,
    delivered: u64,
}

impl Pair {
    fn new(point: &Point, retransmission: Retransmission, seed: u64) -> Self {
        let mut ends = in_session(|mib| MibBuilder {
            transmission_window: point.window,
            retransmission,
            maximum_frame_length: u16::try_from(point.data + 5).expect("at most 2048"),
            // Long against the round trip, so that what it sends beyond need is nothing.
            plcw_repeat_interval: Duration::from_micros(4 * point.rtt_us + 10_000_000),
            synch_timeout: Duration::from_secs(3_600),
            ..mib
        });
        for end in &mut ends {
            end.handle_phy_status(Instant::ZERO, IN_LOCK);
        }
        Self {
            ends,
            point: *point,
            rng: ChaCha8Rng::seed_from_u64(seed),
            now: 0,
            free: [0; 2],
            flying: [VecDeque::new(), VecDeque::new()],
            spare: Vec::new(),
            packet: space_packet(point.data),
            delivered: 0,
        }
    }

    fn lost(&mut self) -> bool {
        // 53 bits fill the mantissa.
        let uniform = (self.rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        uniform < self.point.loss
    }

    /// Goes on until `until`, with everything that happens before it.
    fn run_until(&mut self, until: u64) {
        while self.now < until {
            self.receive();
            for side in [SENDER, RECEIVER] {
                self.transmit(side);
            }
            self.now = self.next_event().min(until);
        }
    }

    fn next_event(&self) -> u64 {
        let arrivals = self.flying.iter().filter_map(|way| Some(way.front()?.0));
        let timers = self
            .ends
            .iter()
            .filter_map(|end| Some(end.poll_timeout()?.as_micros().max(self.now + 1)));
        let busy = self.free.into_iter().filter(|free| *free > self.now);
        arrivals
            .chain(timers)
            .chain(busy)
            .min()
            .expect("the sender always has something to send")
    }

    fn receive(&mut self) {
        let now = Instant::from_micros(self.now);
        for side in [SENDER, RECEIVER] {
            self.ends[side].handle_timeout(now);
            while self.flying[side]
                .front()
                .is_some_and(|(at, _)| *at <= self.now)
            {
                let (_, frame) = self.flying[side].pop_front().expect("just seen");
                self.ends[side]
                    .handle_frame(now, &frame)
                    .expect("what arrives is whole");
                self.spare.push(frame);
            }
            while self.ends[side].poll_event().is_some() {}
        }
        let mut buf = [0; FRAME_LEN];
        while let Ok(Some(delivery)) = self.ends[RECEIVER].poll_delivery(&mut buf) {
            self.delivered += delivery.octets.len() as u64;
        }
    }

    fn transmit(&mut self, side: usize) {
        if self.free[side] > self.now {
            return;
        }
        let now = Instant::from_micros(self.now);
        if side == SENDER && !self.ends[SENDER].has_data_to_send() {
            for _ in 0..4 {
                self.ends[SENDER]
                    .submit(now, PortId::ZERO, Qos::SequenceControlled, &self.packet)
                    .expect("room for four packets");
            }
        }
        let mut frame = self.spare.pop().unwrap_or_default();
        frame.resize(FRAME_LEN, 0);
        let Some(len) = self.ends[side]
            .poll_transmit(now, &mut frame)
            .map(<[u8]>::len)
        else {
            self.spare.push(frame);
            return;
        };
        frame.truncate(len);
        self.free[side] = self.now + time_us(self.point.rate, len + PLTU_OVERHEAD);
        if self.lost() {
            self.spare.push(frame);
        } else {
            let at = self.free[side] + self.point.rtt_us / 2;
            self.flying[1 - side].push_back((at, frame));
        }
    }
}

/// A telemetry packet of `len` octets.
fn space_packet(len: usize) -> Vec<u8> {
    let mut packet = vec![0x5A; len];
    let length = u16::try_from(len - 7)
        .expect("a packet of a frame")
        .to_be_bytes();
    packet[..6].copy_from_slice(&[0x08, 0x07, 0xC0, 0x00, length[0], length[1]]);
    packet
}

/// How long a measurement takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Losses that set the sender back, about.
    pub losses: u32,
    /// At most so many slots all the same.
    pub max_slots: u64,
}

/// The goodput at a point once the session runs steadily.
///
/// # Panics
/// If the session breaks, which no loss may do.
pub fn measure(
    point: &Point,
    retransmission: Retransmission,
    effort: Effort,
    seed: u64,
) -> Goodput {
    let least = 10 * point.round_trip_slots() + 100;
    // A loss every 1/p new frames, and the slots it costs; without loss everything repeats itself and the least is enough.
    let enough = if point.loss > 0.0 {
        f64::from(effort.losses) * (1.0 / point.loss + point.slots_to_repeat())
    } else {
        0.0
    };
    let slots = ((enough as u64).min(effort.max_slots) / BATCHES as u64).max(least);
    let batch_us = slots * point.frame_us();

    let mut pair = Pair::new(point, retransmission, seed);
    pair.run_until(least * point.frame_us());
    let (mut counted, mut batches) = (pair.delivered, Vec::with_capacity(BATCHES));
    for _ in 0..BATCHES {
        pair.run_until(pair.now + batch_us);
        let frames = (pair.delivered - counted) as f64 / point.data as f64;
        batches.push(frames / slots as f64);
        counted = pair.delivered;
    }
    let n = BATCHES as f64;
    let efficiency = batches.iter().sum::<f64>() / n;
    let squares: f64 = batches.iter().map(|x| (x - efficiency).powi(2)).sum();
    Goodput {
        efficiency,
        error: (squares / (n - 1.0) / n).sqrt(),
        octets_per_s: efficiency * point.data as f64 / (point.frame_us() as f64 * 1e-6),
        slots: slots * BATCHES as u64,
    }
}
