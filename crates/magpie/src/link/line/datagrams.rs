//! PLTUs as UDP datagrams.
//!
//! The contract: a datagram is exactly one PLTU, uncoded, from the marker to the CRC-32 (211.2-B-3). Nothing is sent for carrier,
//! acquisition, idle and tail; their durations pass on the timers. A frame keeps the line busy for as long as its PLTU takes at the
//! rate in force, so two ends on a fast network behave like two radios.

use std::net::{SocketAddr, UdpSocket};

use magpie_coding::crc::crc32_proximity;
use magpie_coding::pltu::MAX_FRAME_LEN;
use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::endpoint::Endpoint;
use magpie_wire::pltu::{PLTU_ASM, PLTU_CRC_LEN, PLTU_OVERHEAD, Pltu, PltuError};

use super::{Line, Traffic};

/// A driver that woke up late may make up for so much, so that the mean rate is the nominal one.
const CATCH_UP: Duration = Duration::from_millis(20);
/// Frames in one go at most; then arrivals and timers get their turn.
const BURST: usize = 64;

/// An endpoint on a UDP socket.
pub(crate) struct Datagrams {
    endpoint: Endpoint<Vec<u8>>,
    socket: UdpSocket,
    /// Nobody to send to: an end that only listens.
    remote: Option<SocketAddr>,
    /// When the last PLTU has left.
    free_at: Instant,
    buf: [u8; MAX_FRAME_LEN + PLTU_OVERHEAD],
    traffic: Traffic,
}

impl Datagrams {
    pub(crate) fn new(
        endpoint: Endpoint<Vec<u8>>,
        socket: UdpSocket,
        remote: Option<SocketAddr>,
    ) -> Self {
        Self {
            endpoint,
            socket,
            remote,
            free_at: Instant::ZERO,
            buf: [0; MAX_FRAME_LEN + PLTU_OVERHEAD],
            traffic: Traffic::default(),
        }
    }

    /// Sends the next frame; says how long its PLTU is.
    fn send_next(&mut self, now: Instant) -> Option<usize> {
        //= 211.2-B-3 pltu-transmit
        let (marker, rest) = self.buf.split_at_mut(PLTU_ASM.len());
        let frame = self
            .endpoint
            .poll_transmit(now, &mut rest[..MAX_FRAME_LEN])?;
        let (len, crc) = (frame.len(), crc32_proximity(frame));
        marker.copy_from_slice(&PLTU_ASM);
        rest[len..len + PLTU_CRC_LEN].copy_from_slice(&crc.to_be_bytes());
        let pltu = &self.buf[..len + PLTU_OVERHEAD];
        match self.remote.map(|remote| self.socket.send_to(pltu, remote)) {
            Some(Ok(_)) => {
                self.traffic.sent += 1;
                self.traffic.octets_sent += pltu.len() as u64;
            }
            Some(Err(_)) => self.traffic.send_errors += 1,
            None => {}
        }
        Some(pltu.len())
    }
}

impl Line for Datagrams {
    fn endpoint(&mut self) -> &mut Endpoint<Vec<u8>> {
        &mut self.endpoint
    }

    fn handle(&mut self, now: Instant, octets: &[u8]) -> usize {
        self.traffic.received += 1;
        self.traffic.octets_received += octets.len() as u64;
        match frame_in(octets) {
            // What the endpoint refuses, it counts itself.
            Ok(frame) => drop(self.endpoint.handle_frame(now, frame)),
            Err(reason) => *self.traffic.refused.entry(reason).or_default() += 1,
        }
        octets.len()
    }

    fn transmit(&mut self, now: Instant) -> Option<Instant> {
        for _ in 0..BURST {
            if now < self.free_at {
                break;
            }
            let Some(pltu_len) = self.send_next(now) else {
                self.free_at = now;
                return None;
            };
            let rate = super::rate(&self.endpoint);
            self.free_at = busy_until(self.free_at, now, rate, pltu_len);
        }
        Some(self.free_at)
    }

    fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

/// When a PLTU handed out `now` has left a line that was busy until `free_at`.
fn busy_until(free_at: Instant, now: Instant, rate: DataRate, pltu_len: usize) -> Instant {
    free_at.max(now - CATCH_UP) + rate.duration_of_bits(pltu_len as u64 * 8)
}

/// The frame in a datagram, or why there is none.
fn frame_in(octets: &[u8]) -> Result<&[u8], &'static str> {
    //= 211.2-B-3 pltu-receive
    let pltu = Pltu::parse(octets, None).map_err(|error| match error {
        PltuError::Marker => "pltu_marker",
        PltuError::Version { .. } | PltuError::TruncatedUnmanaged => "pltu_version",
        PltuError::FrameLength { .. } | PltuError::Length { .. } => "pltu_length",
    })?;
    if pltu.is_intact(crc32_proximity) {
        Ok(pltu.frame())
    } else {
        Err("pltu_crc")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PLTU of the empty Version-3 frame 8000000400; its CRC-32 is a worked figure of the standards' facts.
    const EMPTY: [u8; 12] = [
        0xFA, 0xF3, 0x20, 0x80, 0x00, 0x00, 0x04, 0x00, 0xBC, 0xC0, 0x04, 0xE7,
    ];

    #[test]
    fn a_datagram_is_exactly_one_pltu() {
        //= 211.2-B-3 pltu-receive
        assert_eq!(frame_in(&EMPTY), Ok(&EMPTY[3..8]));
        assert_eq!(frame_in(&[]), Err("pltu_marker"));
        assert_eq!(frame_in(&EMPTY[..2]), Err("pltu_marker"));
        assert_eq!(frame_in(&EMPTY[1..]), Err("pltu_marker"));
        assert_eq!(frame_in(&EMPTY[..11]), Err("pltu_length"));
        assert_eq!(frame_in(&[&EMPTY[..], &[0]].concat()), Err("pltu_length"));
        let mut wrong = EMPTY;
        wrong[11] ^= 1;
        assert_eq!(frame_in(&wrong), Err("pltu_crc"));
        wrong = EMPTY;
        wrong[3] = 0x00;
        assert_eq!(frame_in(&wrong), Err("pltu_version"));
        assert_eq!(frame_in(&vec![0xFA; 65_535]), Err("pltu_marker"));
    }

    #[test]
    fn a_frame_keeps_the_line_busy_for_its_pltu() {
        // 1,000 octets at 8 kbit/s last a second.
        let rate = DataRate::from_bits_per_s(8_000).unwrap();
        let at = |ms| Instant::ZERO + Duration::from_millis(ms);
        assert_eq!(busy_until(at(500), at(500), rate, 1_000), at(1_500));
        let late = busy_until(at(500), at(510), rate, 1_000);
        assert_eq!(late, at(1_500), "10 ms late, made up for");
        let idle = busy_until(at(500), at(900), rate, 1_000);
        assert_eq!(idle, at(1_880), "no burst after a long pause");
    }
}
