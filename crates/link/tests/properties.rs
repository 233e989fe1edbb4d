//! Properties: what goes in comes out, and nothing that comes in does harm.

mod common;

use common::{ORBITER, ROVER, at, bare, deliveries, node, packet, port, receiver, transceiver};
use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::io::Unit;
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus, State};
use magpie_link::mib::{MibBuilder, Packing};
use magpie_link::transceiver::{Output, Transceiver};
use magpie_wire::id::PortId;
use magpie_wire::v3::Qos::{Expedited, SequenceControlled};
use proptest::collection::vec;
use proptest::prelude::*;

type Sent = (u8, Unit, Vec<u8>);

/// Sends the units in one transmission; gives the modulated bits, cut by calls of `piece` octets.
fn transmit(
    rover: &mut Transceiver<Vec<u8>>,
    units: &[Sent],
    piece: usize,
    now: &mut Instant,
) -> Vec<u8> {
    common::start(rover, Duplex::SimplexTransmit, *now);
    let (mut waiting, mut bits, mut buf) = (units.iter().peekable(), Vec::new(), vec![0; piece]);
    loop {
        while let Some((to, unit, octets)) = waiting.peek() {
            let taken = match unit {
                Unit::Packet => rover.submit(*now, port(*to), Expedited, octets),
                Unit::UserOctets => rover.submit_octets(*now, port(*to), Expedited, octets),
            };
            if taken.is_err() {
                break; // back-pressure
            }
            waiting.next();
        }
        if waiting.peek().is_none() && rover.status().state == State::S71SimplexTransmit {
            rover
                .handle_directive(*now, LocalDirective::LocalNoMoreData)
                .expect("in S71");
        }
        let octets = match rover.fill(*now, &mut buf) {
            Output::Off => return bits,
            Output::CarrierOnly { octets } => octets,
            Output::Modulated { octets } => {
                bits.extend(
                    buf[..octets]
                        .iter()
                        .flat_map(|o| (0..8).rev().map(move |i| o >> i & 1)),
                );
                octets
            }
        };
        *now = *now + rover.rate().duration_of_bits(octets as u64 * 8);
    }
}

/// Gives the bits in pieces, drains deliveries whenever the receiver asks for it.
fn receive(orbiter: &mut Transceiver<Vec<u8>>, bits: &[u8], pieces: &[usize]) -> Vec<Sent> {
    let (mut rest, mut arrived, mut pieces) = (bits, Vec::new(), pieces.iter().cycle());
    while !rest.is_empty() {
        let piece = rest.len().min(*pieces.next().expect("endless"));
        let taken = orbiter.handle_bits(Instant::ZERO, &rest[..piece], &mut |_| ());
        if taken < piece {
            let before = arrived.len();
            arrived.extend(deliveries(orbiter));
            assert!(
                taken > 0 || arrived.len() > before,
                "the receiver must get on"
            );
        }
        rest = &rest[taken..];
    }
    orbiter.finish(Instant::ZERO, &mut |_| ());
    arrived.extend(deliveries(orbiter));
    arrived
}

fn unit(longest_octets: usize) -> impl Strategy<Value = Sent> {
    let data = prop_oneof![3 => vec(any::<u8>(), 1..60), 1 => vec(any::<u8>(), 1..3000)];
    (0..8_u8, data, 0..4_u8).prop_map(move |(to, data, kind)| {
        if kind == 0 {
            let cut = data.len().min(longest_octets);
            (to, Unit::UserOctets, data[..cut].to_vec())
        } else {
            (to, Unit::Packet, packet(&data))
        }
    })
}

fn bits() -> impl Strategy<Value = Vec<u8>> {
    vec(0..2_u8, 0..500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Several transmissions with noise round them, in any pieces and either polarity, through memory of the least size.
    #[test]
    fn exactly_the_units_come_out(
        maximum_frame_length in prop_oneof![Just(2048_u16), 7..100_u16, 100..2048_u16],
        passes in vec((vec(unit(2), 0..6), bits(), any::<bool>()), 1..4),
        fill_piece in 1..600_usize,
        pieces in vec(1..3000_usize, 1..8),
        packet_per_frame: bool,
    ) {
        let packing = if packet_per_frame { Packing::PacketPerFrame } else { Packing::FillFrame };
        let mib = MibBuilder {
            maximum_frame_length,
            packing,
            carrier_only_duration: Duration::from_millis(7),
            acquisition_idle_duration: Duration::from_millis(9),
            tail_idle_duration: Duration::from_millis(5),
            ..bare(ROVER, ORBITER)
        };
        let mut rover = transceiver(node(mib.build().unwrap()));
        let memory = Memory { delivery: vec![0; 5_016], reassembly: vec![0; 5_000], ..Memory::for_expedited(vec![]) };
        let mut orbiter = Endpoint::new(bare(ORBITER, ROVER).build().unwrap(), memory).unwrap();
        common::start(&mut orbiter, Duplex::SimplexReceive, Instant::ZERO);
        let mut orbiter = Transceiver::new(orbiter, DataRate::from_bits_per_s(8_000).unwrap());

        let (mut now, mut sent, mut channel) = (Instant::ZERO, Vec::new(), Vec::new());
        for (units, noise, inverted) in passes {
            let bits = transmit(&mut rover, &units, fill_piece, &mut now);
            channel.extend(noise);
            channel.extend(bits.into_iter().map(|bit| bit ^ u8::from(inverted)));
            sent.extend(units);
        }
        prop_assert_eq!(receive(&mut orbiter, &channel, &pieces), sent);
    }

    /// Damage costs units, but what is delivered was sent, in order, and every loss leaves a trace in the counters.
    #[test]
    fn nothing_is_delivered_that_was_not_sent(
        units in vec(unit(20), 1..12),
        maximum_frame_length in 26..300_u16,
        errors in vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let mib = MibBuilder { maximum_frame_length, ..bare(ROVER, ORBITER) };
        let mut rover = transceiver(node(mib.build().unwrap()));
        let mut channel = transmit(&mut rover, &units, 100, &mut Instant::default());
        for error in errors {
            *error.get_mut(&mut channel) ^= 1;
        }
        let mut orbiter = transceiver(receiver(bare(ORBITER, ROVER)));
        let arrived = receive(&mut orbiter, &channel, &[999]);
        let mut sent = units.iter();
        prop_assert!(arrived.iter().all(|unit| sent.any(|s| s == unit)), "a subsequence");
        let stats = orbiter.stats();
        let whole = stats.frames_accepted == rover.stats().frames_sent;
        prop_assert_eq!(whole, arrived.len() == units.len());
    }

    /// Random bits, with markers strewn in so that the hunter has something to chew.
    #[test]
    fn any_bits_are_harmless(parts in vec((vec(0..=255_u8, 0..80), any::<bool>()), 0..40)) {
        let mut orbiter = transceiver(receiver(bare(ORBITER, ROVER)));
        for (octets, marker) in parts {
            if marker {
                let _taken = orbiter.handle_octets(at(1), &[0xFA, 0xF3, 0x20], &mut |_| ());
            }
            let taken = orbiter.handle_bits(at(0), &octets, &mut |_| ());
            prop_assert_eq!(taken, octets.len());
            deliveries(&mut orbiter);
        }
    }

    /// Frames with a good header for this end and any content.
    #[test]
    fn any_frame_is_harmless(frames in vec((any::<[u8; 3]>(), vec(any::<u8>(), 0..200)), 0..60)) {
        let mut orbiter = receiver(MibBuilder { maximum_packet_size: 300, ..bare(ORBITER, ROVER) });
        let mut units = 0;
        for ([head, port, fsn], data) in frames {
            let c = u8::try_from(data.len() + 4).unwrap();
            // version 3, mostly expedited; SCID 0x029 as destination, PCID 0
            let header = [0x80 | head & 0x3C, 0x29, port & 0x70 | 0x08, c, fsn & 3];
            let _verdict = orbiter.handle_frame(at(u64::from(fsn)), &[&header[..], &data].concat());
            for (_, kind, octets) in deliveries(&mut orbiter) {
                units += 1;
                let longest = if kind == Unit::Packet { 300 } else { 2043 };
                prop_assert!((1..=longest).contains(&octets.len()));
            }
        }
        prop_assert_eq!(units, orbiter.stats().units_delivered);
    }
}

#[derive(Debug, Clone)]
enum Operation {
    Directive(LocalDirective),
    Timeout,
    Phy(bool, bool),
    Submit(u8, bool, usize),
    Transmit,
    Fill(usize),
    Bits(Vec<u8>),
    Frame(Vec<u8>),
    Finish,
}

fn operation() -> impl Strategy<Value = Operation> {
    use LocalDirective as D;
    let mode = prop::sample::select(vec![
        Mode::Inactive,
        Mode::Active,
        Mode::ConnectingL,
        Mode::ConnectingT,
    ]);
    let duplex = prop::sample::select(vec![
        Duplex::SimplexTransmit,
        Duplex::SimplexReceive,
        Duplex::Full,
        Duplex::Half,
    ]);
    let directive = prop_oneof![
        4 => mode.prop_map(D::SetMode),
        3 => duplex.prop_map(D::SetDuplex),
        1 => Just(D::SetInitializeMode),
        2 => Just(D::LocalNoMoreData),
        1 => any::<u16>().prop_map(|n| D::SetReceivingScidBuffer(magpie_wire::id::Scid::new(n))),
    ];
    prop_oneof![
        4 => directive.prop_map(Operation::Directive),
        4 => Just(Operation::Timeout),
        1 => any::<(bool, bool)>().prop_map(|(c, s)| Operation::Phy(c, s)),
        3 => (0..8_u8, any::<bool>(), 1..400_usize).prop_map(|(p, q, n)| Operation::Submit(p, q, n)),
        2 => Just(Operation::Transmit),
        3 => (0..200_usize).prop_map(Operation::Fill),
        1 => vec(0..2_u8, 0..200).prop_map(Operation::Bits),
        1 => vec(any::<u8>(), 0..20).prop_map(Operation::Frame),
        1 => Just(Operation::Finish),
    ]
}

fn perform(node: &mut Transceiver<Vec<u8>>, now: Instant, operation: Operation) {
    let mut buf = [0; 2048];
    match operation {
        Operation::Directive(directive) => {
            let before = *node.status();
            if node.handle_directive(now, directive).is_err() {
                assert_eq!(
                    *node.status(),
                    before,
                    "a refused directive changes nothing"
                );
            }
        }
        Operation::Timeout => {
            node.handle_timeout(now);
            let left = node.poll_timeout();
            assert!(
                left.is_none_or(|t| t > now || t == Instant::MAX),
                "no timer is left behind"
            );
        }
        Operation::Phy(carrier_acquired, symbol_inlock_status) => {
            node.handle_phy_status(
                now,
                PhyStatus {
                    carrier_acquired,
                    symbol_inlock_status,
                },
            );
        }
        Operation::Submit(to, expedited, n) => {
            let qos = if expedited {
                Expedited
            } else {
                SequenceControlled
            };
            let _refused = node.submit(now, PortId::new(to).unwrap(), qos, &packet(&vec![to; n]));
        }
        Operation::Transmit => {
            let _frame = node.poll_transmit(now, &mut buf);
        }
        Operation::Fill(n) => match node.fill(now, &mut buf[..n]) {
            Output::Off => assert!(n == 0 || !node.status().transmit.is_on()),
            Output::CarrierOnly { octets } | Output::Modulated { octets } => {
                assert!(octets <= n && (octets > 0 || n == 0));
            }
        },
        Operation::Bits(bits) => {
            let _taken = node.handle_bits(now, &bits, &mut |_| ());
        }
        Operation::Frame(octets) => {
            let _verdict = node.handle_frame(now, &octets);
        }
        Operation::Finish => node.finish(now, &mut |_| ()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Operations in any order, at times that jump forward, stand still, run backward and saturate. SET MODE inactive always ends it.
    #[test]
    fn any_order_of_operations_and_times_is_harmless(
        operations in vec((operation(), prop_oneof![0..3_000_000_u64, Just(u64::MAX), Just(0)]), 0..60),
        carrier in 0..2_000_u64,
        acquisition in 0..2_000_u64,
        tail in 0..2_000_u64,
    ) {
        let mib = MibBuilder {
            carrier_only_duration: Duration::from_millis(carrier),
            acquisition_idle_duration: Duration::from_millis(acquisition),
            tail_idle_duration: Duration::from_millis(tail),
            carrier_loss_timer_duration: Duration::from_millis(tail),
            maximum_frame_length: 60,
            ..bare(ROVER, ORBITER)
        };
        let mut node = transceiver(node(mib.build().unwrap()));
        for (operation, now) in operations {
            perform(&mut node, at(now), operation);
        }
        node.handle_directive(at(0), LocalDirective::SetMode(Mode::Inactive)).unwrap();
        prop_assert_eq!(node.status().state, State::S1Inactive);
        prop_assert_eq!(node.poll_timeout(), None);
        prop_assert_eq!(node.fill(at(0), &mut [0; 8]), Output::Off);
    }
}

#[test]
fn the_memory_of_an_endpoint_is_small() {
    // The figures are asserted so that growth is seen; the budget of an endpoint with its frame memory lent apart is 4 KiB.
    let endpoint = size_of::<Endpoint<&mut [u8]>>();
    let transceiver = size_of::<Transceiver<&mut [u8]>>();
    println!("Endpoint {endpoint} octets, Transceiver {transceiver} octets, memory lent apart");
    assert!(endpoint < 4_096, "{endpoint}");
    assert!(transceiver < endpoint + 2 * 2_300, "{transceiver}");
}
