//! One end of a proximity link whose transport is datagrams: an endpoint of the link layer, PLTUs around its frames, and a pace.
//!
//! Books: 211.0-B-6 (inside [`Endpoint`]), 211.2-B-3 (PLTU). A datagram is exactly one PLTU, uncoded, from the marker to the CRC-32. Nothing is sent
//! for carrier, acquisition, idle and tail; their durations pass on the timers. A frame keeps the line busy for as long as its PLTU takes at the
//! data rate. Left out: idle between PLTUs, convolutional code, LDPC (a node behind a real radio drives a `Transceiver`).

use alloc::vec;
use alloc::vec::Vec;

use magpie_coding::crc::crc32_proximity;
use magpie_coding::pltu::{MAX_FRAME_LEN, PLTU_OVERHEAD, PltuEncoder};
use magpie_link::clock::{DataRate, Instant};
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::mac::{DirectiveError, Duplex, LocalDirective, Mode};
use magpie_link::mib::Mib;
use magpie_wire::pltu::{Pltu, PltuError};

use super::settings::SettingError;

/// An endpoint behind datagrams.
#[derive(Debug)]
pub(crate) struct Proximity {
    endpoint: Endpoint<Vec<u8>>,
    rate: DataRate,
    /// When the last PLTU has left.
    free_at: Instant,
    frame: Vec<u8>,
}

impl Proximity {
    /// An end that only sends, from now on.
    pub(crate) fn simplex_transmit(
        mib: Mib,
        rate: DataRate,
        now: Instant,
    ) -> Result<Self, SettingError> {
        let longest = usize::from(mib.maximum_frame_length);
        let memory = Memory {
            delivery: Vec::new(),
            reassembly: Vec::new(),
            ..Memory::of(
                mib.local_pcid,
                magpie_link::endpoint::ChannelMemory {
                    expedited: vec![0; 2 * longest + 64],
                    ..Default::default()
                },
            )
        };
        Self::start(mib, memory, rate, Duplex::SimplexTransmit, now)
    }

    /// An end that only listens, from now on; it takes frames and delivers nothing.
    pub(crate) fn simplex_receive(
        mib: Mib,
        rate: DataRate,
        now: Instant,
    ) -> Result<Self, SettingError> {
        Self::start(mib, Memory::default(), rate, Duplex::SimplexReceive, now)
    }

    fn start(
        mib: Mib,
        memory: Memory<Vec<u8>>,
        rate: DataRate,
        duplex: Duplex,
        now: Instant,
    ) -> Result<Self, SettingError> {
        let endpoint =
            Endpoint::new(mib, memory).map_err(|error| SettingError::new("radio", error))?;
        let mut this = Self {
            endpoint,
            rate,
            free_at: now,
            frame: vec![0; MAX_FRAME_LEN],
        };
        let begun = this
            .directive(now, LocalDirective::SetDuplex(duplex))
            .and_then(|()| this.directive(now, LocalDirective::SetMode(Mode::Active)));
        begun.map_err(|error| SettingError::new("radio", error))?;
        Ok(this)
    }

    pub(crate) fn directive(
        &mut self,
        now: Instant,
        directive: LocalDirective,
    ) -> Result<(), DirectiveError> {
        self.endpoint.handle_directive(now, directive)
    }

    pub(crate) const fn endpoint(&mut self) -> &mut Endpoint<Vec<u8>> {
        &mut self.endpoint
    }

    pub(crate) const fn rate(&self) -> DataRate {
        self.rate
    }

    /// When the line is free for the next PLTU.
    pub(crate) const fn free_at(&self) -> Instant {
        self.free_at
    }

    /// The next PLTU, if there is one and the line is free.
    pub(crate) fn poll_transmit(&mut self, now: Instant, out: &mut [u8]) -> Option<usize> {
        if now < self.free_at {
            return None;
        }
        let frame = self.endpoint.poll_transmit(now, &mut self.frame)?;
        let len = PltuEncoder::new().encode(frame, out).ok()?; //= 211.2-B-3 pltu-transmit
        let rate = self.endpoint.transmit_rate().unwrap_or(self.rate);
        self.free_at = now + rate.duration_of_bits(len as u64 * 8);
        Some(len)
    }

    /// When something is due; not before the line is free.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let due = self.endpoint.poll_timeout()?;
        Some(due.max(self.free_at))
    }
}

/// Octets that a PLTU has at the most.
pub(crate) const MAX_PLTU: usize = MAX_FRAME_LEN + PLTU_OVERHEAD;

/// The frame in a datagram, or why there is none, as a key for figures.
pub(crate) fn frame_in(octets: &[u8]) -> Result<&[u8], &'static str> {
    let pltu = Pltu::parse(octets, None).map_err(|error| match error {
        PltuError::Marker => "pltu_marker",
        PltuError::Version { .. } | PltuError::TruncatedUnmanaged => "pltu_version",
        PltuError::FrameLength { .. } | PltuError::Length { .. } => "pltu_length",
    })?;
    //= 211.2-B-3 pltu-receive
    if pltu.is_intact(crc32_proximity) {
        Ok(pltu.frame())
    } else {
        Err("pltu_crc")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::settings::ProximitySettings;
    use magpie_link::clock::Duration;
    use magpie_wire::id::{PortId, Scid};
    use magpie_wire::v3::Qos;

    /// The annexed CRC-32 by long division, bit by bit: X^32 + X^23 + X^21 + X^11 + X^2 + 1 from zeros.
    fn long_division(octets: &[u8]) -> u32 {
        octets.iter().fold(0, |sum, &octet| {
            (0..8).fold(sum ^ u32::from(octet) << 24, |sum: u32, _| {
                (sum << 1) ^ ((sum >> 31) * 0x00A0_0805)
            })
        })
    }

    #[test]
    fn a_datagram_is_marker_frame_and_crc() {
        //= 211.2-B-3 pltu-transmit
        let radio = ProximitySettings::new(8_000);
        let (own, peer) = (Scid::new(82).unwrap(), Scid::new(41).unwrap());
        let mib = radio.mib(own, peer).unwrap();
        let mut now = Instant::ZERO;
        let mut link = Proximity::simplex_transmit(mib, radio.rate().unwrap(), now).unwrap();
        let mut out = [0; MAX_PLTU];
        let len = loop {
            assert!(now < Instant::ZERO + Duration::from_secs(60), "silent");
            let idle = !link.endpoint().has_data_to_send();
            if idle {
                // A telemetry packet of one octet.
                let packet = [8, 1, 0xC0, 0, 0, 0, 0x41];
                let _ = link
                    .endpoint()
                    .submit(now, PortId::ZERO, Qos::Expedited, &packet);
            }
            link.endpoint().handle_timeout(now);
            if let Some(len) = link.poll_transmit(now, &mut out) {
                break len;
            }
            now = now + Duration::from_millis(100);
        };
        let (pltu, crc) = out[..len].split_last_chunk().unwrap();
        let frame = pltu.strip_prefix(&[0xFA, 0xF3, 0x20]).unwrap();
        assert_eq!(u32::from_be_bytes(*crc), long_division(frame));
        assert!(frame.ends_with(&[8, 1, 0xC0, 0, 0, 0, 0x41]));
        assert_eq!(frame_in(&out[..len]), Ok(frame));
    }

    #[test]
    fn a_datagram_that_is_no_good_pltu_is_refused_by_name() {
        //= 211.2-B-3 pltu-receive
        // A frame of five octets; the vector is that of conformance/tests/vectors.rs.
        let good = [0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7];
        assert_eq!(frame_in(&good), Ok(&good[3..8]));
        for bit in 0..good.len() * 8 {
            let mut bad = good;
            bad[bit / 8] ^= 0x80 >> (bit % 8);
            let expected = match bit {
                0..24 => "pltu_marker",
                24 => "pltu_version",
                // Version 4 has its length elsewhere; version 3 in the low bits of octet 2 and in octet 3.
                25 | 45..56 => "pltu_length",
                _ => "pltu_crc",
            };
            assert_eq!(frame_in(&bad), Err(expected), "bit {bit}");
        }
        assert_eq!(frame_in(&good[..11]), Err("pltu_length"));
        assert_eq!(frame_in(&[]), Err("pltu_marker"));
    }
}
