//! PLTUs in a stream of octets: TCP and serial ports.
//!
//! The stream carries what a radio would modulate, idle between the PLTUs included; the other end hunts for them. While the
//! transmitter is off or sends bare carrier, nothing is written.

use std::io::Write;

use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::Endpoint;
use magpie_link::transceiver::{Output, Transceiver};

use super::{Line, Traffic};

/// Time that one write covers, about.
const CHUNK: Duration = Duration::from_millis(4);
/// A driver that is later than this does not make up for it.
const CATCH_UP: Duration = Duration::from_millis(100);
/// Octets in one write at most.
const LONGEST_CHUNK: usize = 4_096;

/// A transceiver on a stream.
pub(crate) struct Stream {
    transceiver: Transceiver<Vec<u8>>,
    writer: Option<Box<dyn Write + Send>>,
    /// Up to here the line has been filled.
    filled_to: Instant,
    traffic: Traffic,
}

impl Stream {
    /// Without a writer nobody has connected yet, and what is sent is lost.
    pub(crate) fn new(
        transceiver: Transceiver<Vec<u8>>,
        writer: Option<Box<dyn Write + Send>>,
    ) -> Self {
        Self {
            transceiver,
            writer,
            filled_to: Instant::ZERO,
            traffic: Traffic::default(),
        }
    }

    fn write(&mut self, octets: &[u8]) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        if writer.write_all(octets).is_ok() {
            self.traffic.sent += 1;
            self.traffic.octets_sent += octets.len() as u64;
        } else {
            self.traffic.send_errors += 1;
        }
    }
}

impl Line for Stream {
    fn endpoint(&mut self) -> &mut Endpoint<Vec<u8>> {
        &mut self.transceiver
    }

    fn handle(&mut self, now: Instant, octets: &[u8]) -> usize {
        let taken = self.transceiver.handle_octets(now, octets, &mut |_| ());
        self.traffic.received += 1;
        self.traffic.octets_received += taken as u64;
        taken
    }

    fn transmit(&mut self, now: Instant) -> Option<Instant> {
        self.filled_to = self.filled_to.max(now - CATCH_UP);
        let mut buf = [0; LONGEST_CHUNK];
        while self.filled_to <= now {
            let rate = super::rate(&self.transceiver);
            let len = usize::try_from(rate.octets_in(CHUNK)).unwrap_or(LONGEST_CHUNK);
            let len = len.clamp(1, LONGEST_CHUNK);
            let octets = match self.transceiver.fill(self.filled_to, &mut buf[..len]) {
                Output::Off => {
                    self.filled_to = now;
                    return None;
                }
                Output::CarrierOnly { octets } => octets,
                Output::Modulated { octets } => {
                    self.write(&buf[..octets]);
                    octets
                }
            };
            self.filled_to = self.filled_to + rate.duration_of_bits(octets as u64 * 8);
        }
        Some(self.filled_to)
    }

    fn connect(&mut self, writer: Box<dyn Write + Send>) {
        self.writer = Some(writer);
    }

    fn close(&mut self, now: Instant) {
        self.writer = None;
        self.transceiver.finish(now, &mut |_| ());
    }

    fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}
