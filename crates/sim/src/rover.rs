//! The rover in simplex transmit: its carousel and its transceiver, on its own octet clock.
//!
//! Carrier only, acquisition idle, then one packet a frame with some idle between, LOCAL NO MORE DATA in time for the last frame and the tail to end with
//! the transmission. Nothing comes back, so nothing else happens.

use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode, State, SubState};
use magpie_link::mib::{MibBuilder, Packing};
use magpie_link::transceiver::{Output, Transceiver};
use magpie_relay::carousel::{Carousel, CarouselConfig, CarouselFile};
use magpie_wire::id::{Apid, Pcid, PortId, Scid};
use magpie_wire::v3::{Qos, V3_HEADER_LEN};

use crate::RunError;
use crate::payload::Payload;
use crate::scenario::Scenario;

/// Octets that a PLTU adds to a frame.
const PLTU_OVERHEAD: usize = 7;
/// Octets asked for at once while nothing is queued.
const PIECE: usize = 512;

/// A frame as it left the rover; the truth that the checkers compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFrame {
    /// The transfer frame.
    pub octets: Vec<u8>,
    /// End of its marker, in octets since the start of the transmission.
    pub marker_end: u64,
}

/// What the rover does with the next octets' worth of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Emission {
    /// Bare carrier for the time of so many octets.
    CarrierOnly(usize),
    /// These octets are modulated.
    Octets(Vec<u8>),
}

/// The rover during one transmission.
pub struct Rover {
    transceiver: Transceiver<Vec<u8>>,
    carousel: Carousel<Vec<CarouselFile>>,
    port: PortId,
    start: Instant,
    /// Octets of time that have passed.
    at: u64,
    /// Octets of time after which the transmission must be over.
    end: u64,
    tail_octets: u64,
    gap_octets: usize,
    packet: Vec<u8>,
    sent: Vec<SentFrame>,
    packet_octets: u64,
    over: bool,
}

impl Rover {
    /// A rover that switches its transmitter on at `start` and is silent again after the time of `octets` octets.
    pub fn new(
        scenario: &Scenario,
        payloads: &[Payload],
        start: Instant,
        octets: u64,
    ) -> Result<Self, RunError> {
        let rate = rate(scenario)?;
        let carousel =
            Carousel::new(carousel_config(scenario), files(payloads)).map_err(RunError::Payload)?;
        let longest = carousel.longest_packet();
        let (scid, relay) = (scid(scenario.rover.scid), scid(scenario.orbiter.scid));
        let mib = MibBuilder {
            local_pcid: Pcid::new(scenario.rover.pcid).unwrap_or_default(),
            remote_pcid: Pcid::new(scenario.rover.pcid).unwrap_or_default(),
            carrier_only_duration: seconds(scenario.rover.carrier_only_s),
            acquisition_idle_duration: seconds(scenario.rover.acquisition_idle_s),
            tail_idle_duration: seconds(scenario.rover.tail_idle_s),
            packing: Packing::PacketPerFrame,
            ..MibBuilder::new(scid, relay)
        };
        let mib = mib
            .build()
            .map_err(|error| RunError::Setting(error.to_string()))?;
        let tail_octets = rate.octets_in(mib.tail_idle_duration);
        let memory = Memory {
            delivery: Vec::new(),
            reassembly: Vec::new(),
            ..Memory::for_expedited(vec![0; 2 * longest + 64])
        };
        let endpoint =
            Endpoint::new(mib, memory).map_err(|error| RunError::Setting(error.to_string()))?;
        let mut transceiver = Transceiver::new(endpoint, rate);
        for directive in [
            LocalDirective::SetDuplex(Duplex::SimplexTransmit),
            LocalDirective::SetMode(Mode::Active),
        ] {
            transceiver
                .handle_directive(start, directive)
                .map_err(|error| RunError::Setting(format!("{error:?}")))?;
        }
        Ok(Self {
            transceiver,
            carousel,
            port: PortId::new(scenario.rover.port).unwrap_or_default(),
            start,
            at: 0,
            end: octets,
            tail_octets,
            gap_octets: scenario.rover.gap_octets as usize,
            packet: vec![0; longest],
            sent: Vec::new(),
            packet_octets: 0,
            over: false,
        })
    }

    /// Frames sent so far.
    pub fn sent(&self) -> &[SentFrame] {
        &self.sent
    }

    /// Octets of the packets in them.
    pub fn packet_octets(&self) -> u64 {
        self.packet_octets
    }

    /// What comes next; `None` when the transmitter is off for good or its time is over.
    pub fn next_emission(&mut self) -> Option<Emission> {
        if self.at >= self.end {
            return None;
        }
        let now = self.start + self.transceiver.rate().duration_of_bits(self.at * 8);
        self.transceiver.handle_timeout(now);
        let frame_len = self.feed(now);
        let want = frame_len.map_or(PIECE, |len| len + PLTU_OVERHEAD + self.gap_octets);
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let mut octets = vec![0; want.min(left)];
        match self.transceiver.fill(now, &mut octets) {
            Output::Off => None,
            Output::CarrierOnly { octets } => {
                self.at += octets as u64;
                Some(Emission::CarrierOnly(octets))
            }
            Output::Modulated { octets: filled } => {
                octets.truncate(filled);
                if let Some(len) = frame_len {
                    let frame = octets.get(3..3 + len).unwrap_or(&[]).to_vec();
                    self.sent.push(SentFrame {
                        octets: frame,
                        marker_end: self.at + 3,
                    });
                }
                self.at += filled as u64;
                Some(Emission::Octets(octets))
            }
        }
    }

    /// Hands the transceiver its next packet, or tells it that there is no more time. Gives the length of the frame that comes now.
    fn feed(&mut self, now: Instant) -> Option<usize> {
        let status = self.transceiver.status();
        let sending = status.state == State::S71SimplexTransmit
            && status.modulation.is_on()
            && status.sub_state == SubState::DataServices;
        if !sending || self.over {
            return None;
        }
        let longest = self.packet.len() + V3_HEADER_LEN + PLTU_OVERHEAD + self.gap_octets;
        if self.at + longest as u64 + self.tail_octets + 1 > self.end {
            self.over = true;
            let told = self
                .transceiver
                .handle_directive(now, LocalDirective::LocalNoMoreData);
            assert!(
                told.is_ok(),
                "LOCAL NO MORE DATA in data services: {told:?}"
            );
            return None;
        }
        let len = self
            .carousel
            .next_packet(&mut self.packet)
            .expect("room for the longest packet");
        let packet = self.packet.get(..len).unwrap_or(&[]);
        let taken = self
            .transceiver
            .submit(now, self.port, Qos::Expedited, packet);
        assert!(taken.is_ok(), "an empty queue takes a packet: {taken:?}");
        self.packet_octets += len as u64;
        Some(len + V3_HEADER_LEN)
    }
}

/// The carousel of a scenario.
pub fn carousel_config(scenario: &Scenario) -> CarouselConfig {
    CarouselConfig {
        source: scenario.rover.cfdp_entity,
        destination: scenario.rover.cfdp_team_entity,
        apid: apid(scenario.rover.apid),
        segment_octets: scenario.rover.segment_octets,
        first_transaction: 1,
    }
}

fn files(payloads: &[Payload]) -> Vec<CarouselFile> {
    payloads
        .iter()
        .map(|p| CarouselFile {
            name: p.name.clone(),
            octets: p.octets.clone(),
        })
        .collect()
}

/// The information rate of the UHF link.
pub(crate) fn rate(scenario: &Scenario) -> Result<DataRate, RunError> {
    DataRate::from_bits_per_s(scenario.uhf.bit_rate)
        .ok_or_else(|| RunError::Setting(String::from("uhf.bit_rate is 0")))
}

/// A spacecraft identifier that the scenario's check has let through.
pub(crate) fn scid(value: u16) -> Scid {
    Scid::new(value).expect("checked: 10 bits")
}

/// An APID that the scenario's check has let through.
pub(crate) fn apid(value: u16) -> Apid {
    Apid::new(value).expect("checked: 11 bits")
}

fn seconds(s: f64) -> Duration {
    Duration::from_micros((s * 1e6) as u64)
}
