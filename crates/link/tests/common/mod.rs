//! What the tests of the link share.
#![allow(dead_code, reason = "each test file uses a part of it")]

use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::event::Event;
use magpie_link::io::Unit;
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::{Mib, MibBuilder};
use magpie_link::transceiver::Transceiver;
use magpie_wire::id::{PortId, Scid};

pub(crate) const ROVER: u16 = 0x052;
pub(crate) const ORBITER: u16 = 0x029;

pub(crate) type Node = Endpoint<Vec<u8>>;

pub(crate) fn scid(n: u16) -> Scid {
    Scid::new(n).expect("10 bits")
}

pub(crate) fn port(n: u8) -> PortId {
    PortId::new(n).expect("3 bits")
}

pub(crate) fn at(us: u64) -> Instant {
    Instant::from_micros(us)
}

pub(crate) const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A sender without preliminaries: no carrier only, no acquisition, no tail.
pub(crate) fn bare(local: u16, remote: u16) -> MibBuilder {
    MibBuilder {
        carrier_only_duration: Duration::ZERO,
        acquisition_idle_duration: Duration::ZERO,
        tail_idle_duration: Duration::ZERO,
        maximum_packet_size: 5_000,
        ..MibBuilder::new(scid(local), scid(remote))
    }
}

pub(crate) fn node(mib: Mib) -> Node {
    let channel = ChannelMemory {
        expedited: vec![0; 20_000],
        sequence_controlled: vec![0; 20_000],
        sent: vec![0; 20_000],
    };
    let memory = Memory {
        channels: [channel.clone(), channel],
        delivery: vec![0; 20_000],
        reassembly: vec![0; 20_000],
    };
    Endpoint::new(mib, memory).expect("enough memory")
}

pub(crate) fn start(node: &mut Node, duplex: Duplex, now: Instant) {
    node.handle_directive(now, LocalDirective::SetDuplex(duplex))
        .expect("in S1");
    node.handle_directive(now, LocalDirective::SetMode(Mode::Active))
        .expect("in S1");
}

pub(crate) fn sender(mib: MibBuilder) -> Node {
    let mut node = node(mib.build().expect("good values"));
    start(&mut node, Duplex::SimplexTransmit, Instant::ZERO);
    node
}

pub(crate) fn receiver(mib: MibBuilder) -> Node {
    let mut node = node(mib.build().expect("good values"));
    start(&mut node, Duplex::SimplexReceive, Instant::ZERO);
    node
}

pub(crate) fn transceiver(node: Node) -> Transceiver<Vec<u8>> {
    Transceiver::new(node, DataRate::from_bits_per_s(8_000).expect("not zero"))
}

pub(crate) fn events(node: &mut Node) -> Vec<Event> {
    std::iter::from_fn(|| node.poll_event()).collect()
}

/// The next frame, if there is one.
pub(crate) fn frame(node: &mut Node, now: Instant) -> Option<Vec<u8>> {
    node.poll_transmit(now, &mut [0; 2048]).map(<[u8]>::to_vec)
}

/// Everything delivered: port, kind, octets.
pub(crate) fn deliveries(node: &mut Node) -> Vec<(u8, Unit, Vec<u8>)> {
    let mut buf = vec![0; 20_000];
    let mut all = Vec::new();
    while let Some(d) = node.poll_delivery(&mut buf).expect("the buffer is long") {
        all.push((d.port_id.get(), d.unit, d.octets.to_vec()));
    }
    all
}

/// A space packet of APID 1 with these data octets, put together by hand.
pub(crate) fn packet(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() - 1)
        .expect("16 bits")
        .to_be_bytes();
    [&[0x08, 0x01, 0xC0, 0x00][..], &length, data].concat()
}

pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .bytes()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}
