//! Literal PLTUs in both directions, and what `fill` puts round them.
//!
//! The first four PLTUs are those of the test-vector table of the facts. The expedited ones were put together by hand from the bit table
//! of the header; their CRC-32 is from a bit-by-bit division written for the purpose in another language, which gives the CRCs of the
//! first four too.

mod common;

use common::{ORBITER, ROVER, at, bare, deliveries, hex, ms, port, receiver, sender, transceiver};
use magpie_link::clock::Duration;
use magpie_link::io::Unit;
use magpie_link::mac::{LocalDirective, State};
use magpie_link::mib::{MibBuilder, SourceDestinationId};
use magpie_link::stats::Rejection;
use magpie_link::transceiver::{Observation, Output, Transceiver};
use magpie_wire::id::Pcid;
use magpie_wire::v3::Qos::Expedited;

const IDLE: [u8; 4] = [0x35, 0x2E, 0xF8, 0x53];
const EXPEDITED: &str = "FAF320 A2AAD00B00 0801C000000041 6403EDCA";

/// The frames that the receive side finds valid in these octets, from a bit phase and a polarity of its own.
fn valid_frames(
    orbiter: &mut Transceiver<Vec<u8>>,
    octets: &[u8],
    phase: usize,
    inverted: bool,
) -> Vec<Vec<u8>> {
    let bits = octets
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |i| octet >> i & 1));
    let bits: Vec<u8> = std::iter::repeat_n(0, phase)
        .chain(bits)
        .map(|bit| bit ^ u8::from(inverted))
        .collect();
    let mut frames = Vec::new();
    let taken = orbiter.handle_bits(at(0), &bits, &mut |seen| {
        if let Observation::Frame { frame, facts, .. } = seen {
            assert_eq!((facts.at_bit, facts.inverted), (phase as u64, inverted));
            frames.push(frame.octets().to_vec());
        }
    });
    assert_eq!(taken, bits.len());
    frames
}

#[test]
fn literal_pltus_are_accepted_in_any_phase_and_polarity() {
    //= 211.2-B-3 pltu-receive
    for (pltu, local, pcid, refused) in [
        (
            "FAF320 8000000400 BCC004E7",
            0x29,
            Pcid::Pcid0,
            Some(Rejection::SequenceControlledInSimplex),
        ),
        (
            "FAF320 B1230806008000 D8A3C0FE",
            0x123,
            Pcid::Pcid0,
            Some(Rejection::SupervisoryInSimplex),
        ),
        (
            "FAF320 B123080900042188218A 1EA4022D",
            0x123,
            Pcid::Pcid0,
            Some(Rejection::SupervisoryInSimplex),
        ),
        (
            "FAF320 82AAD00BC70801C000000041 34F3E33D",
            0x29,
            Pcid::Pcid1,
            Some(Rejection::SequenceControlledInSimplex),
        ),
        (EXPEDITED, 0x29, Pcid::Pcid1, None),
    ] {
        let pltu = hex(pltu);
        for (phase, inverted) in (0..8).flat_map(|phase| [(phase, false), (phase, true)]) {
            let mib = MibBuilder {
                remote_pcid: pcid,
                ..bare(local, ROVER)
            };
            let mut orbiter = transceiver(receiver(mib));
            let frames = valid_frames(&mut orbiter, &pltu, phase, inverted);
            assert_eq!(frames, [&pltu[3..pltu.len() - 4]]);
            assert!(
                orbiter
                    .stats()
                    .rejections()
                    .map(|(reason, _)| reason)
                    .eq(refused)
            );
            let packet = refused
                .is_none()
                .then(|| (5, Unit::Packet, hex("0801C000000041")));
            assert!(deliveries(&mut orbiter).into_iter().eq(packet));
        }
    }
}

#[test]
fn a_damaged_pltu_is_counted_by_reason() {
    let mut octets = hex(EXPEDITED);
    octets[12] ^= 0x10;
    let mut orbiter = transceiver(receiver(MibBuilder {
        remote_pcid: Pcid::Pcid1,
        ..bare(ORBITER, ROVER)
    }));
    assert_eq!(
        valid_frames(&mut orbiter, &octets, 3, false),
        [[0_u8; 0]; 0]
    );
    assert!(orbiter.stats().rejections().eq([(Rejection::PltuCrc, 1)]));
}

#[test]
fn fill_sends_the_literal_pltus() {
    //= 211.2-B-3 pltu-transmit
    let mut rover = transceiver(sender(MibBuilder {
        local_pcid: Pcid::Pcid1,
        source_destination_id: SourceDestinationId::Source,
        ..bare(0x2AA, ORBITER)
    }));
    rover
        .submit(at(0), port(5), Expedited, &hex("0801C000000041"))
        .unwrap();
    let mut channel = [0; 27];
    assert_eq!(
        rover.fill(at(0), &mut channel),
        Output::Modulated { octets: 27 }
    );
    assert_eq!(channel[..19], hex(EXPEDITED));
    assert_eq!(channel[19..], [IDLE, IDLE].concat());

    let mut rover = transceiver(sender(bare(ROVER, ORBITER)));
    rover
        .submit_octets(at(0), port(2), Expedited, &hex("CAFE01"))
        .unwrap();
    assert_eq!(
        rover.fill(at(0), &mut channel[..15]),
        Output::Modulated { octets: 15 }
    );
    assert_eq!(channel[..15], hex("FAF320 AC29280700 CAFE01 2902613B"));
}

/// Everything that `fill` gives until the transmitter is off, in pieces of `piece` octets; bare carrier as `None`.
fn transmission(piece: usize) -> Vec<Option<u8>> {
    let mut rover = transceiver(sender(MibBuilder {
        carrier_only_duration: ms(5),
        acquisition_idle_duration: ms(6),
        tail_idle_duration: ms(3),
        ..bare(ROVER, ORBITER)
    }));
    rover
        .submit_octets(at(0), port(2), Expedited, &hex("CAFE01"))
        .unwrap();
    rover
        .handle_directive(at(0), LocalDirective::LocalNoMoreData)
        .unwrap();
    let (mut channel, mut buf) = (Vec::new(), vec![0; piece]);
    loop {
        // 8 kbit/s: a millisecond an octet
        let now = at(0) + Duration::from_millis(channel.len() as u64);
        match rover.fill(now, &mut buf) {
            Output::Off => break,
            Output::CarrierOnly { octets } => channel.extend(std::iter::repeat_n(None, octets)),
            Output::Modulated { octets } => channel.extend(buf[..octets].iter().copied().map(Some)),
        }
    }
    assert_eq!(rover.status().state, State::S1Inactive);
    channel
}

#[test]
fn a_whole_transmission_octet_by_octet_whatever_the_pieces() {
    //= 211.1-B-4 transmission-sequence
    //= 211.2-B-3 idle-between
    let acquisition = hex("352EF853 352E");
    let pltu = hex("FAF320 AC29280700 CAFE01 2902613B");
    let tail = hex("F85335"); // the pattern goes on where it was
    let expected: Vec<Option<u8>> = std::iter::repeat_n(None, 5)
        .chain([acquisition, pltu, tail].concat().into_iter().map(Some))
        .collect();
    for piece in 1..=40 {
        assert_eq!(transmission(piece), expected, "pieces of {piece}");
    }
}

#[test]
fn time_tags_are_the_end_of_the_marker_whatever_the_pieces() {
    //= 211.2-B-3 time-tag
    let octets = [&IDLE[..], &hex(EXPEDITED), &IDLE].concat();
    for piece in 1..=octets.len() {
        let mut orbiter = transceiver(receiver(MibBuilder {
            remote_pcid: Pcid::Pcid1,
            ..bare(ORBITER, ROVER)
        }));
        let (mut tag, mut came) = (None, 0);
        for part in octets.chunks(piece) {
            came += part.len() as u64;
            let taken = orbiter.handle_octets(at(came * 1000), part, &mut |seen| {
                if let Observation::Frame { facts, .. } = seen {
                    tag = Some((facts.asm_end, facts.at_bit));
                }
            });
            assert_eq!(taken, part.len());
        }
        assert_eq!(
            tag,
            Some((at(7_000), 32)),
            "4 octets of idle, 3 of marker, a millisecond each"
        );
        let mut buf = [0; 100];
        let delivery = orbiter.poll_delivery(&mut buf).unwrap().unwrap();
        assert_eq!(delivery.received, at(23_000), "the last bit of the CRC");
    }
}

#[test]
fn refused_frames_and_candidates_reach_the_observer() {
    let mut orbiter = transceiver(receiver(MibBuilder {
        remote_pcid: Pcid::Pcid1,
        ..bare(ORBITER, ROVER)
    }));
    let octets = hex("FAF320 B1230806008000 D8A3C0FE  FAF320 00000000  FAF320 80000004");
    let (mut refused, mut candidates) = (Vec::new(), 0);
    let mut observe = |seen: Observation<'_>| match seen {
        Observation::Refused { reason, .. } => refused.push(reason),
        Observation::Candidate { .. } => candidates += 1,
        Observation::Frame { .. } => panic!("none is valid here"),
    };
    assert_eq!(
        orbiter.handle_octets(at(0), &octets, &mut observe),
        octets.len()
    );
    orbiter.finish(at(0), &mut observe);
    assert_eq!((refused, candidates), (vec![Rejection::WrongPcid], 2));
    assert!(orbiter.stats().rejections().eq([
        (Rejection::PltuVersion, 1),
        (Rejection::PltuTruncated, 1),
        (Rejection::WrongPcid, 1),
    ]));
}

#[test]
fn an_aborted_pltu_leaves_nothing_for_the_next_session() {
    for asked_between in [true, false] {
        let mut rover = transceiver(sender(bare(ROVER, ORBITER)));
        rover
            .submit_octets(at(0), port(2), Expedited, &hex("CAFE01"))
            .unwrap();
        let mut buf = [0; 10];
        assert_eq!(
            rover.fill(at(0), &mut buf),
            Output::Modulated { octets: 10 }
        );
        rover
            .handle_directive(at(1), LocalDirective::SetInitializeMode)
            .unwrap();
        if asked_between {
            assert_eq!(rover.fill(at(2), &mut buf), Output::Off);
        }
        common::start(&mut rover, magpie_link::mac::Duplex::SimplexTransmit, at(3));
        assert_eq!(
            rover.fill(at(3), &mut buf),
            Output::Modulated { octets: 10 }
        );
        assert_eq!(buf, *hex("352EF853352EF853352E"));
        assert_eq!(rover.stats().frames_cut, 1);
    }
}

#[test]
fn bits_go_nowhere_while_the_receiver_is_off() {
    let mut rover = transceiver(sender(bare(ROVER, ORBITER)));
    let taken = rover.handle_octets(at(0), &hex(EXPEDITED), &mut |_| panic!("nothing is heard"));
    assert_eq!((taken, rover.stats().bits_ignored), (19, 152));
}

#[test]
fn every_acquisition_begins_on_the_first_bit_of_the_pattern() {
    //= 211.2-B-3 acquisition-first-bit
    let mut rover = transceiver(sender(MibBuilder {
        acquisition_idle_duration: ms(7),
        ..bare(ROVER, ORBITER)
    }));
    let mut buf = [0; 6];
    for session in 0..3 {
        let now = at(session * 1_000_000);
        assert_eq!(rover.fill(now, &mut buf), Output::Modulated { octets: 6 });
        assert_eq!(buf, *hex("352EF853352E"));
        // ends in mid-pattern, and the next session begins before the driver asks again
        rover
            .handle_directive(now, LocalDirective::SetInitializeMode)
            .unwrap();
        common::start(&mut rover, magpie_link::mac::Duplex::SimplexTransmit, now);
    }
}

#[test]
fn places_in_the_stream_go_on_over_a_finish_and_a_time_with_the_receiver_off() {
    let mut orbiter = transceiver(receiver(MibBuilder {
        remote_pcid: Pcid::Pcid1,
        ..bare(ORBITER, ROVER)
    }));
    let mut places = Vec::new();
    let mut observe = |seen: Observation<'_>| {
        if let Observation::Frame { facts, .. } = seen {
            places.push((facts.at_bit, facts.asm_end));
        }
    };
    let pltu = hex(EXPEDITED); // 19 octets
    assert_eq!(orbiter.handle_octets(at(19_000), &pltu, &mut observe), 19);
    assert_eq!(orbiter.handle_bits(at(19_125), &[1], &mut observe), 1);
    orbiter.finish(at(19_125), &mut observe);
    assert_eq!(orbiter.handle_octets(at(38_125), &pltu, &mut observe), 19);
    orbiter
        .handle_directive(at(38_125), LocalDirective::SetInitializeMode)
        .unwrap();
    assert_eq!(orbiter.handle_octets(at(57_125), &pltu, &mut observe), 19);
    common::start(
        &mut orbiter,
        magpie_link::mac::Duplex::SimplexReceive,
        at(57_125),
    );
    assert_eq!(orbiter.handle_octets(at(76_125), &pltu, &mut observe), 19);
    assert_eq!(
        places,
        [(0, at(3_000)), (153, at(22_125)), (457, at(60_125))]
    );
}
