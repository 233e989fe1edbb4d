//! What is explored: the two ends, what they have to do, and what may go wrong.

use std::fmt;

use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::{CommChangeResponse, MibBuilder};
use magpie_wire::id::{PortId, Scid};
use magpie_wire::v3::Qos;

use super::world::World;

/// The step of time: a frame goes out each way in one.
pub(crate) const UNIT: Duration = Duration::from_secs(1);
/// Longest frame of the explored ends.
pub(crate) const FRAME_LEN: u16 = 64;

/// Memory of the endpoints. Its content follows from the numbers, so it tells no states apart.
#[derive(Clone, Default)]
pub(crate) struct Octets(Vec<u8>);

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("octets")
    }
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl AsMut<[u8]> for Octets {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

/// What can go wrong, and how often.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Faults {
    pub(crate) losses: u8,
    pub(crate) duplicates: u8,
    /// Frames overtaken by the next one.
    pub(crate) overtaken: u8,
    /// Steps of time that pass while frames are under way.
    pub(crate) delays: u8,
    pub(crate) cuts: u8,
    /// LOCAL `COMM_CHANGE` at the caller, at the responder.
    pub(crate) changes: [u8; 2],
    /// Ends that forget everything and begin anew, with all their units: the caller, the responder.
    pub(crate) restarts: [u8; 2],
}

/// What the physical layer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phy {
    /// Carrier and lock as they are; a frame needs equal rates at both ends.
    Radio,
    /// Carrier and lock from the first frame on, until the other end has fallen silent for good.
    Datagrams,
    /// The same, but for ever.
    NeverDrops,
}

#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) name: &'static str,
    pub(crate) duplex: Duplex,
    /// Sequence-controlled units that the caller and the responder have.
    pub(crate) units: [u8; 2],
    /// Frames a step of time, and frames under way, each way.
    pub(crate) channel: usize,
    pub(crate) faults: Faults,
    pub(crate) phy: Phy,
    /// LOCAL NO MORE DATA is given at any time, else at the start.
    pub(crate) ends_late: bool,
    pub(crate) mib: fn(MibBuilder) -> MibBuilder,
    /// A doctored channel: what becomes of a frame of the sender.
    pub(crate) doctor: fn(&World, usize, Vec<u8>) -> Option<Vec<u8>>,
}

fn mib(setup: &Setup, end: usize) -> MibBuilder {
    let units = |n: u64| Duration::from_micros(UNIT.as_micros() * n);
    let scids = [0x11, 0x22].map(|n| Scid::new(n).expect("10 bits"));
    (setup.mib)(MibBuilder {
        maximum_frame_length: FRAME_LEN,
        maximum_packet_size: 100,
        carrier_only_duration: units(if setup.duplex == Duplex::Half { 4 } else { 1 }),
        acquisition_idle_duration: units(1),
        tail_idle_duration: units(1),
        carrier_loss_timer_duration: units(3),
        drop_carrier_duration: units(2),
        hail_wait_duration: units(8),
        hail_lifetime: units(60),
        persistence_wait_time: units(2),
        comm_change_waiting_period: units(6),
        comm_change_lifetime: units(20),
        comm_change_response: if setup.phy == Phy::Radio {
            CommChangeResponse::SymbolLockDrop
        } else {
            CommChangeResponse::ValidFrame
        },
        send_duration: units(2),
        receive_duration: units(8),
        maximum_failed_token_passes: 2,
        plcw_repeat_interval: units(2),
        transmission_window: 2,
        synch_timeout: units(8),
        resync_waiting_period: units(2),
        resync_lifetime: Duration::ZERO,
        termination_lifetime: match setup.duplex {
            Duplex::Half => units(60),
            _ => units(10),
        },
        ..MibBuilder::new(scids[end], scids[1 - end])
    })
}

/// The caller (0) or the responder (1) in one of its lives, with everything that it has to send.
pub(crate) fn end(setup: &Setup, end: usize, life: u8, now: Instant) -> Endpoint<Octets> {
    let octets = |n| Octets(vec![0; n]);
    let channel = ChannelMemory {
        expedited: Octets::default(),
        sequence_controlled: octets(64),
        sent: octets(300),
    };
    let memory = Memory {
        delivery: octets(2_100),
        ..Memory::of_pcid_0(channel)
    };
    let mib = mib(setup, end).build().expect("good values");
    let mut endpoint = Endpoint::new(mib, memory).expect("enough memory");
    let mode = [Mode::ConnectingT, Mode::ConnectingL][end];
    for directive in [
        LocalDirective::SetDuplex(setup.duplex),
        LocalDirective::SetMode(mode),
    ] {
        endpoint.handle_directive(now, directive).expect("in S1");
    }
    for unit in 0..setup.units[end] {
        let content = [u8::try_from(end).expect("0 or 1"), life, unit];
        endpoint
            .submit_octets(now, PortId::ZERO, Qos::SequenceControlled, &content)
            .expect("room");
    }
    if !setup.ends_late {
        endpoint
            .handle_directive(now, LocalDirective::LocalNoMoreData)
            .expect("in a session");
    }
    endpoint
}
