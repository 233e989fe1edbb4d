//! Packing, segmentation, numbering, back-pressure, delivery: one test a rule, with frames put together by hand.

mod common;

use common::{
    ORBITER, ROVER, at, bare, deliveries, events, frame, hex, packet, port, receiver, scid, sender,
};
use magpie_link::OVERHEAD;
use magpie_link::endpoint::{Endpoint, Memory, MemoryError, SubmitError};
use magpie_link::event::Event;
use magpie_link::io::{BufferTooShort, Unit};
use magpie_link::mac::LocalDirective;
use magpie_link::mib::{MibBuilder, Packing};
use magpie_link::stats::Rejection;
use magpie_wire::id::Pcid;
use magpie_wire::v3::Qos::{Expedited, SequenceControlled};

/// Frames of an expedited sender to 0x029: first octet, SCID, port and role, length, FSN, then the data field.
fn expedited(dfc: u8, port: u8, fsn: u8, data: &[u8]) -> Vec<u8> {
    let c = u8::try_from(data.len() + 4).unwrap();
    [
        &[0b1010_0000 | dfc << 2, 0x29, port << 4 | 0x08, c, fsn][..],
        data,
    ]
    .concat()
}

#[test]
fn as_many_whole_packets_of_one_port_as_fit() {
    //= 211.0-B-6 table-3-1 dfc-00
    let mut rover = sender(MibBuilder {
        maximum_frame_length: 5 + 25,
        ..bare(ROVER, ORBITER)
    });
    let p = |n: u8| packet(&[n, n]); // 8 octets
    for (n, to) in [(1, 3), (2, 3), (3, 3), (4, 3), (5, 4), (6, 3)] {
        rover.submit(at(0), port(to), Expedited, &p(n)).unwrap();
    }
    let frames: Vec<_> = std::iter::from_fn(|| frame(&mut rover, at(0))).collect();
    assert_eq!(
        frames,
        [
            expedited(0, 3, 0, &[p(1), p(2), p(3)].concat()), // 24 of 25 octets
            expedited(0, 3, 1, &p(4)),                        // the next one is for another port
            expedited(0, 4, 2, &p(5)),
            expedited(0, 3, 3, &p(6)),
        ]
    );
    assert_eq!(rover.stats().units_sent, 6);
}

#[test]
fn a_packet_a_frame_if_so_set() {
    let mut rover = sender(MibBuilder {
        packing: Packing::PacketPerFrame,
        ..bare(ROVER, ORBITER)
    });
    for n in [1, 2] {
        rover
            .submit(at(0), port(0), Expedited, &packet(&[n]))
            .unwrap();
    }
    for n in [1, 2] {
        assert_eq!(
            frame(&mut rover, at(0)),
            Some(expedited(0, 0, n - 1, &packet(&[n])))
        );
    }
}

#[test]
fn user_octets_take_a_frame_of_their_own() {
    //= 211.0-B-6 table-3-1 dfc-11
    let mut rover = sender(bare(ROVER, ORBITER));
    rover
        .submit(at(0), port(2), Expedited, &packet(&[1]))
        .unwrap();
    rover
        .submit_octets(at(0), port(2), Expedited, &[0xCA, 0xFE, 0x01])
        .unwrap();
    rover
        .submit(at(0), port(2), Expedited, &packet(&[2]))
        .unwrap();
    assert_eq!(
        frame(&mut rover, at(0)),
        Some(expedited(0, 2, 0, &packet(&[1])))
    );
    let octets = frame(&mut rover, at(0)).unwrap();
    assert_eq!(octets, hex("AC29 2807 01 CAFE01"));
    assert_eq!(
        frame(&mut rover, at(0)),
        Some(expedited(0, 2, 2, &packet(&[2])))
    );

    let mut orbiter = receiver(bare(ORBITER, ROVER));
    orbiter.handle_frame(at(9), &octets).unwrap();
    assert_eq!(
        deliveries(&mut orbiter),
        [(2, Unit::UserOctets, vec![0xCA, 0xFE, 0x01])]
    );
}

#[test]
fn a_packet_longer_than_the_frame_goes_in_segments() {
    //= 211.0-B-6 3.2.3.3 segmentation
    let mut rover = sender(MibBuilder {
        maximum_frame_length: 9,
        ..bare(ROVER, ORBITER)
    });
    let long = hex("0801C0000002 0A0B0C");
    for _ in 0..2 {
        rover.submit(at(0), port(0), Expedited, &long).unwrap();
    }
    let frames: Vec<_> = std::iter::from_fn(|| frame(&mut rover, at(0))).collect();
    // Segment headers: flags 01, 00, 10 in the top bits; pseudo packet id 1, then 2.
    let expected = [
        "A429080800 41 0801C0",
        "A429080801 01 000002",
        "A429080802 81 0A0B0C",
        "A429080803 42 0801C0",
        "A429080804 02 000002",
        "A429080805 82 0A0B0C",
    ];
    assert_eq!(frames, expected.map(hex));

    let mut orbiter = receiver(bare(ORBITER, ROVER));
    for frame in &frames {
        orbiter.handle_frame(at(1), frame).unwrap();
    }
    let whole = (0, Unit::Packet, long);
    assert_eq!(deliveries(&mut orbiter), [whole.clone(), whole]);
}

#[test]
fn a_lost_segment_costs_its_packet_and_no_other() {
    //= 211.0-B-6 3.2.3.3 partial-after-gap
    let mut rover = sender(MibBuilder {
        maximum_frame_length: 15,
        ..bare(ROVER, ORBITER)
    });
    for n in 1..=3 {
        rover
            .submit(at(0), port(1), Expedited, &packet(&[n; 12]))
            .unwrap(); // two segments each
    }
    let frames: Vec<_> = std::iter::from_fn(|| frame(&mut rover, at(0))).collect();
    assert_eq!(frames.len(), 6);
    let mut orbiter = receiver(bare(ORBITER, ROVER));
    for i in [0, 3, 4, 5] {
        orbiter.handle_frame(at(1), &frames[i]).unwrap(); // the end of 1 and the beginning of 2 are lost
    }
    assert_eq!(
        deliveries(&mut orbiter),
        [(1, Unit::Packet, packet(&[3; 12]))]
    );
    assert_eq!(orbiter.stats().rejected(Rejection::PartialAfterGap), 1);
    assert_eq!(orbiter.stats().rejected(Rejection::SegmentWithoutFirst), 1);
}

#[test]
fn the_same_halves_never_make_a_packet_that_nobody_sent() {
    // A sender that gives every packet pseudo packet id 5; equal lengths; the inner two of four segments are lost.
    let (a, b) = (packet(&[0xAA; 6]), packet(&[0xBB; 6]));
    let segment =
        |flags: u8, fsn, part: &[u8]| expedited(1, 0, fsn, &[&[flags << 6 | 5], part].concat());
    let mut orbiter = receiver(bare(ORBITER, ROVER));
    orbiter
        .handle_frame(at(1), &segment(0b01, 0, &a[..8]))
        .unwrap();
    orbiter
        .handle_frame(at(2), &segment(0b10, 3, &b[8..]))
        .unwrap();
    assert_eq!(deliveries(&mut orbiter), []);
}

#[test]
fn ve_s_counts_modulo_256_and_gaps_are_reported() {
    //= 211.0-B-6 7.1 ve-s
    let mut rover = sender(bare(ROVER, ORBITER));
    let mut orbiter = receiver(bare(ORBITER, ROVER));
    events(&mut orbiter);
    for n in 0..300_u16 {
        rover
            .submit(at(0), port(0), Expedited, &packet(&[1]))
            .unwrap();
        let frame = frame(&mut rover, at(0)).unwrap();
        assert_eq!(u16::from(frame[4]), n % 256);
        if !(250..260).contains(&n) {
            orbiter.handle_frame(at(0), &frame).unwrap();
            deliveries(&mut orbiter);
        }
    }
    let missing = Event::FramesMissing {
        pcid: Pcid::Pcid0,
        at_least: 10,
    };
    assert_eq!(events(&mut orbiter), [missing]);
    assert_eq!(orbiter.stats().frames_missing, 10);
}

#[test]
fn supervisory_and_sequence_controlled_content_is_refused_in_simplex() {
    //= 211.0-B-6 table-6-13 no-hailing
    let mut orbiter = receiver(bare(ORBITER, ROVER));
    let plcw = hex("B029 0806 00 8000"); // P-frame to 0x029 with one PLCW
    assert!(
        orbiter.handle_frame(at(0), &plcw).is_ok(),
        "a valid frame, for the recorder"
    );
    let sequence = hex("8029 080B 00 0801C000000041");
    assert!(orbiter.handle_frame(at(0), &sequence).is_ok());
    assert_eq!(orbiter.stats().frames_accepted, 2);
    assert!(orbiter.stats().rejections().eq([
        (Rejection::SupervisoryInSimplex, 1),
        (Rejection::SequenceControlledInSimplex, 1),
    ]));
    assert_eq!(deliveries(&mut orbiter), []);
}

#[test]
fn good_packets_in_front_of_a_bad_one_are_kept() {
    let mut orbiter = receiver(MibBuilder {
        maximum_packet_size: 10,
        ..bare(ORBITER, ROVER)
    });
    let (one, two) = (packet(&[1]), packet(&[2, 2]));
    let row = |last: &[u8]| expedited(0, 0, 0, &[&one[..], &packet(&[9; 7]), &two, last].concat());
    let kept = [
        (0, Unit::Packet, one.clone()),
        (0, Unit::Packet, two.clone()),
    ];
    // Behind the two: a packet cut short, then a version that is no packet's.
    for last in [&two[..5], &[0x40, 0, 0, 0, 0, 0, 0]] {
        orbiter.handle_frame(at(0), &row(last)).unwrap();
        assert_eq!(deliveries(&mut orbiter), kept);
    }
    assert_eq!(
        orbiter.stats().rejected(Rejection::PacketTooLong),
        2,
        "13 octets, 10 allowed"
    );
    assert_eq!(orbiter.stats().rejected(Rejection::NotAPacket), 2);
}

#[test]
fn encapsulation_packets_travel_beside_space_packets() {
    let mut rover = sender(bare(ROVER, ORBITER));
    let mut orbiter = receiver(bare(ORBITER, ROVER));
    let all = [hex("ED04AABB"), packet(&[7]), hex("E0")]; // 133.1-B: CFDP, 4 octets; idle, 1 octet
    for packet in &all {
        rover.submit(at(0), port(6), Expedited, packet).unwrap();
    }
    let octets = frame(&mut rover, at(0)).unwrap();
    orbiter.handle_frame(at(0), &octets).unwrap();
    assert_eq!(
        deliveries(&mut orbiter),
        all.map(|packet| (6, Unit::Packet, packet))
    );
}

#[test]
fn submit_refuses_by_name_and_holds_back_when_full() {
    let mut rover = sender(MibBuilder {
        maximum_packet_size: 100,
        ..bare(ROVER, ORBITER)
    });
    let good = packet(&[1]);
    let mut refused = |qos, octets: &[u8]| rover.submit(at(0), port(0), qos, octets).unwrap_err();
    assert_eq!(refused(Expedited, &[]), SubmitError::Empty);
    assert_eq!(refused(Expedited, &good[..6]), SubmitError::NotAPacket);
    assert_eq!(
        refused(Expedited, &[&good[..], &good].concat()),
        SubmitError::NotAPacket
    );
    assert_eq!(refused(Expedited, &[0x40; 7]), SubmitError::NotAPacket);
    assert_eq!(
        refused(SequenceControlled, &good),
        SubmitError::NoSequenceControlledService
    );
    let long = packet(&[0; 95]);
    assert_eq!(
        refused(Expedited, &long),
        SubmitError::TooLong {
            have: 101,
            max: 100
        }
    );
    let octets = rover.submit_octets(at(0), port(0), Expedited, &[0; 2044]);
    assert_eq!(
        octets,
        Err(SubmitError::TooLong {
            have: 2044,
            max: 2043
        })
    );
    assert_eq!(rover.stats().units_refused, 7);

    let full = packet(&[0; 94]);
    let held_back = std::iter::from_fn(|| Some(rover.submit(at(0), port(0), Expedited, &full)))
        .find_map(Result::err)
        .unwrap();
    // 20,000 octets lent, 116 a packet: 172 packets, 48 octets left, 32 of them for octets of a unit.
    assert_eq!(
        held_back,
        SubmitError::QueueFull {
            need: 100,
            room: 32
        }
    );
    assert_eq!(
        (rover.stats().units_submitted, rover.stats().units_held_back),
        (172, 1)
    );
    let _frame = frame(&mut rover, at(0)).unwrap();
    assert_eq!(
        rover.submit(at(0), port(0), Expedited, &full),
        Ok(()),
        "room again"
    );

    rover
        .handle_directive(at(0), LocalDirective::LocalNoMoreData)
        .unwrap();
    assert_eq!(
        rover.submit(at(0), port(0), Expedited, &good),
        Err(SubmitError::NoMoreData)
    );
    let mut orbiter = receiver(bare(ORBITER, ROVER));
    assert_eq!(
        orbiter.submit(at(0), port(0), Expedited, &good),
        Err(SubmitError::ReceiveOnly)
    );
}

#[test]
fn a_full_delivery_memory_is_told_before_and_counted_after() {
    let mib = bare(ORBITER, ROVER).build().unwrap();
    let memory = Memory {
        delivery: vec![0; 2043 + OVERHEAD],
        reassembly: vec![],
        ..Memory::for_expedited(vec![])
    };
    let mut orbiter = Endpoint::new(mib, memory).unwrap();
    common::start(
        &mut orbiter,
        magpie_link::mac::Duplex::SimplexReceive,
        at(0),
    );
    let octets = expedited(0, 3, 0, &packet(&[5; 200]));
    assert!(orbiter.has_room_for_frame());
    for n in 0..10 {
        orbiter.handle_frame(at(n), &octets).unwrap();
        assert!(!orbiter.has_room_for_frame());
    }
    // 206 octets and 16 of overhead each: nine fit into 2059.
    assert_eq!(orbiter.stats().rejected(Rejection::DeliveryQueueFull), 1);
    assert!(events(&mut orbiter).contains(&Event::DeliveryQueueFull(port(3))));
    let short = orbiter.poll_delivery(&mut [0; 205]).map(|_| ());
    assert_eq!(short, Err(BufferTooShort { need: 206 }));
    assert_eq!(
        deliveries(&mut orbiter).len(),
        9,
        "a short buffer loses nothing"
    );
}

#[test]
fn memory_that_cannot_hold_the_longest_unit_is_refused() {
    let mib = bare(ORBITER, ROVER).build().unwrap(); // packets of up to 5,000 octets
    let try_with = |delivery, reassembly| {
        let memory = Memory {
            delivery: vec![0; delivery],
            reassembly: vec![0; reassembly],
            ..Memory::for_expedited(vec![])
        };
        Endpoint::new(mib, memory).map(|_| ()).unwrap_err()
    };
    assert_eq!(
        try_with(2058, 0),
        MemoryError::Delivery {
            need: 2059,
            have: 2058
        }
    );
    assert_eq!(
        try_with(5015, 5000),
        MemoryError::Delivery {
            need: 5016,
            have: 5015
        }
    );
    assert_eq!(
        try_with(5016, 4999),
        MemoryError::Reassembly {
            need: 5000,
            have: 4999
        }
    );
}

#[test]
fn without_delivery_memory_an_endpoint_only_accepts_frames() {
    let mib = MibBuilder {
        test_source: true,
        ..bare(ORBITER, ROVER)
    }
    .build()
    .unwrap();
    let mut recorder = Endpoint::new(mib, Memory::<[u8; 0]>::default()).unwrap();
    let simplex = LocalDirective::SetDuplex(magpie_link::mac::Duplex::SimplexReceive);
    recorder.handle_directive(at(0), simplex).unwrap();
    let active = LocalDirective::SetMode(magpie_link::mac::Mode::Active);
    recorder.handle_directive(at(0), active).unwrap();
    for fsn in [0, 1, 4] {
        recorder
            .handle_frame(at(0), &[0xA0, 0x52, 0x00, 0x04, fsn])
            .unwrap();
        assert!(recorder.has_room_for_frame());
    }
    assert_eq!(
        (
            recorder.stats().frames_accepted,
            recorder.stats().frames_missing
        ),
        (3, 2)
    );
    assert_eq!(recorder.stats().rejections().count(), 0);
    assert!(
        std::iter::from_fn(|| recorder.poll_event())
            .any(|e| e == Event::ReceivingScidLearnt(scid(ROVER)))
    );
}
