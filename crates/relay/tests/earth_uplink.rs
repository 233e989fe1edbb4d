//! The telecommand uplink from the ground's `Commander` to the orbiter's `Uplink`: through losses, in segments, over every code; and what the orbiter
//! refuses. COP-1 itself is tested table by table in `magpie-link`.

use magpie_coding::bch::BchMode;
use magpie_coding::cltu::{CltuConfig, CltuEncoder, LdpcCltuConfig, LdpcCltuEncoder, LdpcTail};
use magpie_link::clock::{Duration, Instant};
use magpie_link::cop_1::{Confirmation, Directive, FarmDiscard, FopState};
use magpie_relay::earth::coding::CltuDecoderConfig;
use magpie_relay::earth::commander::{
    CltuCoding, Commander, CommanderConfig, CommanderEvent, CommanderRefusal, Service,
};
use magpie_relay::earth::uplink::{
    Dropped, Refused, Uplink, UplinkChannel, UplinkConfig, UplinkConfigError, UplinkEvent,
};
use magpie_relay::node::{RamState, StateStore};
use magpie_wire::id::{Scid, TcMapId, Vcid};

const SCID: u16 = 0x41;

fn scid() -> Scid {
    Scid::new(SCID).unwrap()
}

fn vcid(number: u8) -> Vcid {
    Vcid::new(number).unwrap()
}

/// Numbers that look random and are the same each time (a linear congruential generator).
fn next(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state >> 8
}

/// A telecommand packet written by hand (133.0): version 000, type 1, unsegmented.
fn packet(count: u16, data: usize) -> Vec<u8> {
    let mut octets = vec![0x10, 0x64];
    octets.extend((0xC000 | count).to_be_bytes());
    octets.extend(u16::try_from(data - 1).unwrap().to_be_bytes());
    octets.extend((0..data).map(|at| (at * 31 + usize::from(count)).to_le_bytes()[0]));
    octets
}

/// Every code that the two ends can agree on.
fn codings() -> Vec<(CltuCoding, CltuDecoderConfig)> {
    let bch = |mode, randomized| {
        (
            CltuCoding::Bch(CltuEncoder::bch().with_randomizer(randomized)),
            CltuDecoderConfig::Bch(CltuConfig::new(mode).with_randomizer(randomized)),
        )
    };
    vec![
        bch(BchMode::SingleErrorCorrect, false),
        bch(BchMode::TripleErrorDetect, true),
        (
            CltuCoding::Ldpc(LdpcCltuEncoder::short(LdpcTail::B4)),
            CltuDecoderConfig::Ldpc(LdpcCltuConfig::short()),
        ),
        (
            CltuCoding::Ldpc(LdpcCltuEncoder::long()),
            CltuDecoderConfig::Ldpc(LdpcCltuConfig::long()),
        ),
    ]
}

#[test]
fn every_packet_arrives_once_in_order_through_losses_and_reboots_of_the_orbiter() {
    for (coding, decoder) in codings() {
        let channel = UplinkChannel::new(vcid(3)).with_segments();
        let mut config = UplinkConfig::bch(scid()).with_channel(channel);
        config.coding = decoder;
        let mut uplink = Uplink::new(config.clone()).unwrap();
        let mut commander = Commander::new(CommanderConfig {
            map_id: TcMapId::new(5),
            frame_max: 120,
            coding,
            // Sixteen losses of one in four in a row are one in 4,000,000,000.
            transmission_limit: 16,
            t1_initial: Duration::from_secs(4),
            ..CommanderConfig::bch(scid(), vcid(3))
        })
        .unwrap();
        commander
            .handle_directive(Instant::ZERO, 1_000, Directive::InitiateWithUnlock)
            .unwrap();
        let (mut random, mut kept) = (5, RamState::default());
        let (mut arrived, mut confirmed, mut submitted) = (Vec::new(), Vec::new(), Vec::new());
        let mut cltu = vec![0; 2_000];
        let mut now = Instant::ZERO;
        for step in 0..4_000_u32 {
            now = now + Duration::from_millis(500);
            if submitted.len() < 60 && commander.state() == FopState::S1Active && step % 4 == 0 {
                // From the shortest packet to some in five segments.
                let count = u16::try_from(submitted.len()).unwrap();
                let new = packet(count, 1 + next(&mut random) as usize % 500);
                let request = u32::from(count);
                let service = Service::SequenceControlled;
                commander.submit(now, request, service, &new).unwrap();
                submitted.push(new);
            }
            if let Some(len) = commander.poll_transmit(now, &mut cltu)
                && !next(&mut random).is_multiple_of(4)
            {
                uplink.handle_datagram(&cltu[..len]);
            }
            while let Some(up) = uplink.poll_packet() {
                assert_eq!((up.vcid, up.map_id), (vcid(3), TcMapId::new(5)));
                arrived.push(up.octets);
            }
            while let Some(change) = uplink.poll_state() {
                kept.put(change).unwrap();
            }
            kept.commit().unwrap();
            if step % 37 == 36 {
                uplink = Uplink::new(config.clone()).unwrap();
                uplink.restore(kept.durable());
            }
            for clcw in uplink.clcws() {
                if !next(&mut random).is_multiple_of(4) {
                    commander.handle_ocf(now, clcw.to_octets().unwrap());
                }
            }
            if commander.poll_timeout().is_some_and(|due| due <= now) {
                commander.handle_timeout(now);
            }
            while let Some(event) = commander.poll_event() {
                match event {
                    CommanderEvent::Packet {
                        request,
                        confirmation,
                    } => {
                        assert_eq!(confirmation, Confirmation::Positive);
                        confirmed.push(request);
                    }
                    CommanderEvent::Directive { request, .. } => assert_eq!(request, 1_000),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert!(arrived == submitted, "{decoder:?}");
        assert_eq!(confirmed, (0..60).collect::<Vec<u32>>(), "{decoder:?}");
        assert!(commander.stats().repeated > 0);
        let stats = uplink.channel_stats(vcid(3)).unwrap();
        assert_eq!(stats.dropped(Dropped::SegmentMissing), 0);
        let open = kept.durable().keys().filter(|key| key.contains("/open/"));
        assert_eq!(open.count(), 0, "nothing is kept of packets that are over");
    }
}

/// A frame of type BD on virtual channel 0 with its CRC (232.0-B-4), by hand.
fn frame(scid: u16, channel: u8, data: &[u8]) -> Vec<u8> {
    let len = 5 + data.len() + 2 - 1;
    let mut octets = (0x2000 | scid).to_be_bytes().to_vec();
    octets.extend((u16::from(channel) << 10 | u16::try_from(len).unwrap()).to_be_bytes());
    octets.push(0);
    octets.extend(data);
    let mut crc = 0xFFFF_u16;
    for octet in &octets {
        crc ^= u16::from(*octet) << 8;
        for _ in 0..8 {
            crc = crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 };
        }
    }
    octets.extend(crc.to_be_bytes());
    octets
}

#[test]
fn what_is_not_for_this_spacecraft_is_refused_by_name_and_changes_nothing() {
    let config = UplinkConfig::bch(scid()).with_channel(UplinkChannel::new(vcid(0)));
    let mut uplink = Uplink::new(config).unwrap();
    let before: Vec<_> = uplink.clcws().collect();
    let good = packet(0, 3);
    uplink.handle_frame(&frame(0x42, 0, &good));
    let other = Scid::new(0x42).unwrap();
    let refused = Refused::UnauthorisedSpacecraft { scid: other };
    assert_eq!(uplink.poll_event(), Some(UplinkEvent::Refused(refused)));
    assert_eq!(refused.to_string(), "unauthorised spacecraft identifier 66");
    uplink.handle_frame(&frame(SCID, 9, &good));
    let refused = Refused::NoSuchChannel { vcid: vcid(9) };
    assert_eq!(uplink.poll_event(), Some(UplinkEvent::Refused(refused)));
    let mut damaged = frame(SCID, 0, &good);
    damaged[1] ^= 3; // would be another spacecraft, but the CRC says that nobody meant it
    uplink.handle_frame(&damaged);
    let refused = UplinkEvent::Refused(Refused::Fecf);
    assert_eq!(uplink.poll_event(), Some(refused));
    uplink.handle_frame(&[0xFF; 9]);
    let stats = *uplink.stats();
    assert_eq!((stats.frames, stats.unauthorised_spacecraft), (4, 1));
    assert_eq!(
        (stats.no_such_channel, stats.fecf, stats.not_a_frame),
        (1, 1, 1)
    );
    assert_eq!(uplink.poll_packet(), None);
    assert_eq!(uplink.poll_state(), None);
    assert_eq!(uplink.clcws().collect::<Vec<_>>(), before);

    uplink.handle_frame(&frame(SCID, 0, &[&good[..], &packet(1, 9)].concat()));
    assert_eq!(uplink.poll_packet().unwrap().octets, good);
    assert_eq!(uplink.poll_packet().unwrap().octets, packet(1, 9));
    assert_eq!(uplink.clcws().next().unwrap().farm_b_counter, 1);
}

#[test]
fn a_full_queue_makes_the_sender_wait_and_a_bd_frame_is_dropped_by_name() {
    let channel = UplinkChannel {
        packet_max: 300,
        queue_octets: 1_400,
        ..UplinkChannel::new(vcid(0))
    };
    let mut uplink = Uplink::new(UplinkConfig::bch(scid()).with_channel(channel)).unwrap();
    let ad = |n_s: u8| {
        let mut octets = frame(SCID, 0, &packet(n_s.into(), 200));
        octets.truncate(octets.len() - 2);
        (octets[0], octets[4]) = (0, n_s);
        let crc = magpie_coding::crc::crc16_fecf(&octets);
        octets.extend(crc.to_be_bytes());
        octets
    };
    for n_s in 0..7 {
        uplink.handle_frame(&ad(n_s)); // 206 octets each: six fit
    }
    let event = UplinkEvent::Discarded {
        vcid: vcid(0),
        reason: FarmDiscard::NoBuffer,
    };
    assert_eq!(uplink.poll_event(), Some(event));
    let clcw = uplink.clcws().next().unwrap();
    assert!(clcw.wait && clcw.retransmit && clcw.report_value.get() == 6);
    uplink.handle_frame(&frame(SCID, 0, &packet(7, 200)));
    let event = UplinkEvent::Dropped {
        vcid: vcid(0),
        reason: Dropped::NoBuffer,
    };
    assert_eq!(uplink.poll_event(), Some(event));
    assert!(uplink.poll_packet().is_some());
    assert!(!uplink.clcws().next().unwrap().wait);
    uplink.handle_frame(&ad(6));
    assert_eq!(uplink.clcws().next().unwrap().report_value.get(), 7);
    let short = UplinkChannel {
        queue_octets: 1_000,
        ..channel
    };
    let refused = Uplink::new(UplinkConfig::bch(scid()).with_channel(short)).unwrap_err();
    assert_eq!(refused, UplinkConfigError::Queue { vcid: vcid(0) });
}

#[test]
fn segments_without_their_neighbours_are_dropped_by_name() {
    let channel = UplinkChannel::new(vcid(0)).with_segments();
    let mut uplink = Uplink::new(UplinkConfig::bch(scid()).with_channel(channel)).unwrap();
    let whole = packet(1, 30);
    // Sequence flags: 01 first, 00 middle, 10 last, 11 whole (232.0-B-4); MAP 2.
    let mut send = |flags: u8, data: &[u8]| {
        uplink.handle_frame(&frame(SCID, 0, &[&[flags << 6 | 2], data].concat()));
        let event = uplink.poll_event();
        let dropped = match event {
            None => None,
            Some(UplinkEvent::Dropped { reason, .. }) => Some(reason),
            other => panic!("{other:?}"),
        };
        (dropped, uplink.poll_packet().map(|packet| packet.octets))
    };
    let missing = Some(Dropped::SegmentMissing);
    assert_eq!(send(0b10, &whole[9..]), (missing, None));
    assert_eq!(send(0b01, &whole[..9]), (None, None));
    assert_eq!(send(0b00, &whole[9..20]), (None, None));
    assert_eq!(send(0b10, &whole[20..]), (None, Some(whole.clone())));
    assert_eq!(send(0b01, &whole[..9]), (None, None));
    assert_eq!(send(0b11, &whole), (missing, Some(whole.clone())));
    assert_eq!(send(0b01, &whole[..9]), (None, None));
    assert_eq!(send(0b10, &whole[10..]), (Some(Dropped::NotAPacket), None));
    assert_eq!(send(0b01, &[0x10; 990]), (None, None));
    for _ in 0..3 {
        assert_eq!(send(0b00, &[0; 1_000]), (None, None));
    }
    assert_eq!(
        send(0b00, &[0; 1_000]),
        (Some(Dropped::PacketTooLong), None)
    );
    assert_eq!(send(0b11, &[0xFF; 9]), (Some(Dropped::NotAPacket), None));
}

#[test]
fn the_commander_takes_nothing_more_while_its_events_are_not_fetched() {
    let mut commander = Commander::new(CommanderConfig::bch(scid(), vcid(0))).unwrap();
    let (now, mut cltu, mut taken) = (Instant::ZERO, [0; 1_500], 0_u32);
    let service = Service::Expedited;
    while let Ok(()) = commander.submit(now, taken, service, &packet(0, 5)) {
        taken += 1;
        assert!(commander.poll_transmit(now, &mut cltu).is_some());
    }
    assert_eq!(taken, 1_024);
    let refused = Err(CommanderRefusal::EventsWaiting);
    let again = commander.submit(now, taken, service, &packet(0, 5));
    assert_eq!(again, refused);
    let terminate = commander.handle_directive(now, taken, Directive::Terminate);
    assert_eq!(terminate, refused);
    assert!(commander.poll_event().is_some());
    commander
        .submit(now, taken, service, &packet(0, 5))
        .unwrap();
}

#[test]
fn the_commander_keeps_its_number_and_says_what_it_gave_up() {
    let config = CommanderConfig {
        transmission_limit: 2,
        ..CommanderConfig::bch(scid(), vcid(0))
    };
    let mut commander = Commander::new(config).unwrap();
    let (now, mut cltu) = (Instant::ZERO, [0; 1_500]);
    let service = Service::SequenceControlled;
    let refused = commander.submit(now, 1, service, &packet(0, 5));
    assert!(
        matches!(refused, Err(CommanderRefusal::Fop(_))),
        "not initiated"
    );
    commander
        .handle_directive(now, 0, Directive::InitiateWithoutClcw)
        .unwrap();
    assert!(commander.poll_event().is_some());
    for request in 1..=3 {
        commander
            .submit(now, request, service, &packet(0, 5))
            .unwrap();
    }
    let refused = commander.submit(now, 2, service, &packet(0, 5));
    assert_eq!(refused, Err(CommanderRefusal::RequestInUse));
    let refused = commander.submit(now, 9, service, &packet(0, 1_012));
    assert_eq!(refused, Err(CommanderRefusal::PacketLength));
    let mut kept = RamState::default();
    while commander.poll_transmit(now, &mut cltu).is_some() {
        while let Some(change) = commander.poll_state() {
            kept.put(change).unwrap();
        }
    }
    kept.commit().unwrap();
    assert_eq!(commander.v_s().get(), 3);
    let mut again = Commander::new(config).unwrap();
    again.restore(kept.durable());
    assert_eq!(again.v_s().get(), 3);

    // Nobody answers: after two transmissions an alert, and all three packets are given up.
    let mut ended = Vec::new();
    while let Some(due) = commander.poll_timeout() {
        commander.handle_timeout(due);
        while commander.poll_transmit(due, &mut cltu).is_some() {}
        while let Some(event) = commander.poll_event() {
            ended.push(event);
        }
    }
    let negative = |request| CommanderEvent::Packet {
        request,
        confirmation: Confirmation::Negative,
    };
    for request in 1..=3 {
        assert!(ended.contains(&negative(request)), "{ended:?}");
    }
    // A type-BD frame goes in any state, once.
    commander
        .submit(now, 4, Service::Expedited, &packet(0, 5))
        .unwrap();
    assert!(commander.poll_transmit(now, &mut cltu).is_some());
    assert_eq!(cltu[2] >> 4, 0b0010);
    assert_eq!(commander.poll_transmit(now, &mut cltu), None);
    let positive = CommanderEvent::Packet {
        request: 4,
        confirmation: Confirmation::Positive,
    };
    assert_eq!(commander.poll_event(), Some(positive));
}
