//! Properties of Version-4 frames on a link: nothing that comes in does harm, and both versions carry the same.

mod common;
mod v4_frames;

use common::{ORBITER, ROVER, deliveries, ms, node, packet, port};
use magpie_link::clock::Instant;
use magpie_link::io::Unit;
use magpie_link::mac::{Duplex, LocalDirective, Mode, State};
use magpie_link::mib::{FrameVersion, MibBuilder};
use magpie_wire::v3::Qos::{self, Expedited, SequenceControlled};
use proptest::collection::vec;
use proptest::prelude::*;
use v4_frames::{begin, mib, read};

fn mode_of(n: u8) -> (Duplex, Mode) {
    match n {
        0 => (Duplex::Full, Mode::ConnectingT),
        1 => (Duplex::Full, Mode::ConnectingL),
        2 => (Duplex::Half, Mode::ConnectingL),
        3 => (Duplex::SimplexReceive, Mode::Active),
        _ => (Duplex::SimplexTransmit, Mode::Active),
    }
}

/// Octets that look like Version-4 frames to this end, up to damage here and there.
fn likely_frame() -> impl Strategy<Value = Vec<u8>> {
    let zone = prop_oneof![
        vec(any::<u8>(), 0..80),
        Just(vec![0x80, 0x00]),
        Just(vec![0x04, 0x21, 0x88, 0x21, 0x8A]),
        vec(any::<u8>(), 1..40).prop_map(|data| packet(&data)),
    ];
    let tfdf = prop_oneof![
        3 => prop::sample::select(vec![0xE0, 0xE7, 0x64, 0x86, 0xA6, 0xC6, 0xE6, 0x88, 0xA8, 0xC8]),
        1 => any::<u8>(),
    ];
    let head = (
        any::<bool>(),
        0..8_u8,
        prop::sample::select(vec![0x01, 0x81, 0xC1]),
        any::<u8>(),
    );
    let damage = prop::option::weighted(0.3, (0..12_usize, any::<u8>()));
    (head, tfdf, zone, damage).prop_map(|((pcid, port, flags, count), tfdf, zone, damage)| {
        let len = u8::try_from(8 + zone.len()).expect("short");
        let h2 = if pcid { 0x2C } else { 0x28 };
        let head = [0xC0, 0x05, h2, port << 1, 0, len, flags, count, tfdf];
        let mut octets = [&head[..], &zone].concat();
        if let Some((at, bits)) = damage
            && let Some(octet) = octets.get_mut(at)
        {
            *octet ^= bits;
        }
        octets
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any octets in any state: no harm, every frame accepted or refused by name, and what goes out is always well formed.
    #[test]
    fn any_octets_are_harmless(
        how in 0..5_u8,
        script in vec((prop_oneof![2 => likely_frame(), 1 => vec(any::<u8>(), 0..40)], 0..50_000_u64), 0..60),
    ) {
        let mut node = node(mib(ROVER, ORBITER, FrameVersion::V4).build().unwrap());
        let (duplex, mode) = mode_of(how);
        begin(&mut node, duplex, mode);
        let qos: Qos = if how > 2 { Expedited } else { SequenceControlled };
        let _ = node.submit(Instant::ZERO, port(1), qos, &packet(&[7; 100]));
        let (mut us, mut buf) = (0, [0; 2048]);
        let mut accepted = 0;
        for (octets, pause) in script {
            us += pause;
            let now = Instant::from_micros(us);
            let refusals: u64 = node.stats().rejections().map(|(_, n)| n).sum();
            match node.handle_frame(now, &octets) {
                Ok(frame) => {
                    accepted += 1;
                    prop_assert_eq!(read(&octets).zone, frame.data_field());
                }
                Err(_) => prop_assert!(node.stats().rejections().map(|(_, n)| n).sum::<u64>() > refusals),
            }
            if let Some(frame) = node.poll_transmit(now, &mut buf) {
                let _well_formed = read(frame);
            }
            let _ = deliveries(&mut node);
        }
        prop_assert_eq!(node.stats().frames_accepted, accepted);
        node.handle_directive(Instant::from_micros(us), LocalDirective::SetMode(Mode::Inactive)).unwrap();
        prop_assert_eq!(node.status().state, State::S1Inactive);
    }

    /// Packets of any length through frames of any length, both versions: the same units come out.
    #[test]
    fn both_versions_carry_the_same(
        longest in 10..200_u16,
        lens in vec(1..600_usize, 1..12),
    ) {
        for version in [FrameVersion::V3, FrameVersion::V4] {
            let build = |local, remote| MibBuilder { maximum_frame_length: longest, ..mib(local, remote, version) }.build().unwrap();
            let (mut sender, mut receiver) = (node(build(ROVER, ORBITER)), node(build(ORBITER, ROVER)));
            begin(&mut sender, Duplex::SimplexTransmit, Mode::Active);
            begin(&mut receiver, Duplex::SimplexReceive, Mode::Active);
            let mut submitted = vec![];
            for (i, len) in (0_u8..).zip(&lens) {
                let octets = packet(&vec![i; *len]);
                sender.submit(Instant::ZERO, port(i % 8), Expedited, &octets).unwrap();
                submitted.push((i % 8, Unit::Packet, octets));
            }
            let (mut buf, mut now, mut arrived) = ([0; 2048], Instant::ZERO, vec![]);
            for _ in 0..10_000 {
                now = now + ms(1);
                let Some(frame) = sender.poll_transmit(now, &mut buf) else {
                    if !sender.has_data_to_send() { break }
                    continue;
                };
                prop_assert!(frame.len() <= usize::from(longest));
                prop_assert!(receiver.handle_frame(now, frame).is_ok());
                arrived.extend(deliveries(&mut receiver));
            }
            prop_assert_eq!(arrived, submitted);
        }
    }
}
