//! Sessions whose frames are Version 4, and what each version makes of the other.

mod common;
mod v4_frames;

use common::{Node, ORBITER, ROVER, deliveries, events, node, packet, port};
use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::event::{EndOfSession, Event};
use magpie_link::io::Unit;
use magpie_link::mac::{Duplex, LocalDirective, Mode, State};
use magpie_link::mib::{FrameVersion, MibBuilder};
use magpie_link::stats::Rejection;
use magpie_link::transceiver::{Observation, Output, Transceiver};
use magpie_wire::v3::Qos::{Expedited, SequenceControlled};
use v4_frames::{begin, mib, read};

fn pair(duplex: Duplex, versions: [FrameVersion; 2]) -> (Node, Node) {
    let mut caller = node(mib(ORBITER, ROVER, versions[0]).build().unwrap());
    let mut responder = node(mib(ROVER, ORBITER, versions[1]).build().unwrap());
    begin(&mut caller, duplex, Mode::ConnectingT);
    begin(&mut responder, duplex, Mode::ConnectingL);
    (caller, responder)
}

/// What crossed (true: from the caller, and the frame), and which ends ended.
#[derive(Default)]
struct Log {
    crossed: Vec<(bool, Vec<u8>)>,
    ended: Vec<(bool, EndOfSession)>,
}

/// Frames cross at once, one a millisecond each way, except those of which `loses` takes the next number.
fn run(
    caller: &mut Node,
    responder: &mut Node,
    span: std::ops::Range<u64>,
    mut loses: impl FnMut(usize) -> bool,
) -> Log {
    let (mut log, mut buf) = (Log::default(), [0; 2048]);
    for now in span.map(|ms| Instant::from_micros(ms * 1_000)) {
        for from_caller in [true, false] {
            let (from, to) = if from_caller {
                (&mut *caller, &mut *responder)
            } else {
                (&mut *responder, &mut *caller)
            };
            from.handle_timeout(now);
            if let Some(frame) = from.poll_transmit(now, &mut buf) {
                if !loses(log.crossed.len()) {
                    let _ = to.handle_frame(now, frame);
                }
                log.crossed.push((from_caller, frame.to_vec()));
            }
            log.ended
                .extend(events(from).into_iter().filter_map(|event| match event {
                    Event::EndOfSession(why) => Some((from_caller, why)),
                    _ => None,
                }));
        }
    }
    log
}

/// Packets short and long on both channels and services, and user octets.
fn submit_all(node: &mut Node, ports: [u8; 3]) -> Vec<(u8, Unit, Vec<u8>)> {
    let mut submitted = Vec::new();
    for (i, len) in (0_u8..12).zip([1, 40, 49, 50, 51, 200, 3, 700, 55, 150, 56, 9]) {
        let octets = packet(&vec![i; len]);
        let pcid = magpie_wire::id::Pcid::from_bit(i % 4 == 3);
        let to = ports[usize::from(i % 2)];
        let qos = if i % 3 == 0 {
            Expedited
        } else {
            SequenceControlled
        };
        node.submit_on(Instant::ZERO, pcid, port(to), qos, &octets)
            .unwrap();
        submitted.push((to, Unit::Packet, octets));
    }
    let octets = vec![0xDE; 55]; // 64 octets less both headers
    node.submit_octets(Instant::ZERO, port(ports[2]), SequenceControlled, &octets)
        .unwrap();
    submitted.push((ports[2], Unit::UserOctets, octets));
    submitted.sort_unstable_by(|a, b| (&a.2, a.0).cmp(&(&b.2, b.0)));
    submitted
}

fn delivered(node: &mut Node) -> Vec<(u8, Unit, Vec<u8>)> {
    let mut all = deliveries(node);
    all.sort_unstable_by(|a, b| (&a.2, a.0).cmp(&(&b.2, b.0)));
    all
}

/// From hail to RNMD, with every kind of frame in both directions.
fn whole_session(duplex: Duplex) -> Vec<(bool, Vec<u8>)> {
    let (mut caller, mut responder) = pair(duplex, [FrameVersion::V4; 2]);
    let from_caller = submit_all(&mut caller, [1, 7, 2]);
    let from_responder = submit_all(&mut responder, [0, 6, 5]);
    let session = run(&mut caller, &mut responder, 0..100_000, |_| false);
    assert_eq!(session.ended, []);
    for node in [&mut caller, &mut responder] {
        assert!(
            node.all_acknowledged() && !node.has_data_to_send(),
            "{:?}",
            node.stats()
        );
        let end = Instant::from_micros(100_000_000);
        node.handle_directive(end, LocalDirective::LocalNoMoreData)
            .unwrap();
    }
    assert_eq!(delivered(&mut responder), from_caller);
    assert_eq!(delivered(&mut caller), from_responder);
    let end = run(&mut caller, &mut responder, 100_000..200_000, |_| false);
    for (i, node) in [&caller, &responder].into_iter().enumerate() {
        assert!(end.ended.contains(&(i == 0, EndOfSession::NoMoreData)));
        assert_eq!(node.status().state, State::S1Inactive);
    }
    [session.crossed, end.crossed].concat()
}

#[test]
fn a_full_duplex_session_from_hail_to_no_more_data() {
    //= 732.1-B-3 annex-C header
    //= 732.1-B-3 annex-C construction
    let crossed = whole_session(Duplex::Full);
    let mut kinds = std::collections::BTreeSet::new();
    for (from_caller, octets) in &crossed {
        assert!(octets.len() <= 64);
        let frame = read(octets);
        let to = if *from_caller { ROVER } else { ORBITER };
        assert_eq!((frame.scid, frame.is_destination), (to, true));
        if frame.control {
            assert_eq!(
                (frame.rule, frame.upid, frame.port, frame.expedited),
                (0b111, 7, 0, true)
            );
        }
        kinds.insert((frame.rule, frame.upid, frame.expedited, frame.control));
    }
    // SPDUs; packets of both services; segments of both, each on its own pseudo packet; user octets.
    let expected = [
        (0b011, 4, false, false),
        (0b100, 6, false, false),
        (0b100, 8, true, false),
        (0b101, 6, false, false),
        (0b101, 8, true, false),
        (0b110, 6, false, false),
        (0b110, 8, true, false),
        (0b111, 0, false, false),
        (0b111, 0, true, false),
        (0b111, 7, true, true),
    ];
    assert!(kinds.iter().eq(&expected), "{kinds:?}");
}

/// The counts of the two services and of the two channels are independent, and each runs from 0 without a gap; P-frames share the
/// expedited one.
#[test]
fn every_service_of_every_channel_counts_by_itself() {
    //= 732.1-B-3 annex-C frame-count
    let crossed = whole_session(Duplex::Full);
    for from_caller in [true, false] {
        for (pcid, expedited) in [(0, false), (0, true), (1, false), (1, true)] {
            let mut first_seen = vec![];
            let frames = crossed.iter().filter(|(from, _)| *from == from_caller);
            for frame in frames.map(|(_, octets)| read(octets)) {
                if (frame.pcid, frame.expedited) == (pcid, expedited)
                    && (expedited || !first_seen.contains(&frame.count))
                {
                    first_seen.push(frame.count); // a repeated one keeps its number
                }
            }
            assert!(!first_seen.is_empty());
            let counted = (0..=255_u8).cycle().take(first_seen.len());
            assert!(first_seen.iter().copied().eq(counted), "{first_seen:?}");
        }
    }
}

#[test]
fn a_half_duplex_session() {
    let crossed = whole_session(Duplex::Half);
    assert!(crossed.iter().all(|(_, octets)| read(octets).rule >= 0b011));
}

/// Sequence-controlled frames lost one in five: repeated with their own numbers, segments put together in order.
#[test]
fn lost_frames_come_again() {
    let (mut caller, mut responder) = pair(Duplex::Full, [FrameVersion::V4; 2]);
    let packets: Vec<_> = (0..8_u8).map(|i| packet(&[i; 300])).collect();
    for packet in &packets {
        caller
            .submit(Instant::ZERO, port(4), SequenceControlled, packet)
            .unwrap();
    }
    let log = run(&mut caller, &mut responder, 0..60_000, |n| n % 5 == 4);
    assert!(caller.stats().frames_retransmitted > 0);
    assert!(
        deliveries(&mut responder)
            .into_iter()
            .map(|d| d.2)
            .eq(packets)
    );
    assert_eq!(responder.stats().rejected(Rejection::ReassembledLength), 0);
    assert!(log.crossed.len() > 60);
}

#[test]
fn a_frame_of_the_other_version_is_refused_by_name() {
    //= 211.0-B-6 frame-version
    use FrameVersion::{V3, V4};
    for versions in [[V3, V4], [V4, V3]] {
        let (mut caller, mut responder) = pair(Duplex::Full, versions);
        let crossed = run(&mut caller, &mut responder, 0..20_000, |_| false).crossed;
        assert!(!crossed.is_empty(), "the caller hails");
        assert_eq!(responder.status().state, State::S2WaitingForHail);
        let refused = u64::try_from(crossed.len()).unwrap();
        assert!(
            responder
                .stats()
                .rejections()
                .eq([(Rejection::FrameVersion, refused)])
        );
        assert_eq!(responder.stats().frames_accepted, 0);
    }
}

#[test]
fn the_limits_follow_the_longer_header() {
    //= 211.0-B-6 annex-C mib
    let build = |version, maximum_frame_length| {
        MibBuilder {
            maximum_frame_length,
            ..mib(ORBITER, ROVER, version)
        }
        .build()
    };
    assert_eq!(build(FrameVersion::V3, 7).unwrap().maximum_data_field(), 2);
    assert_eq!(build(FrameVersion::V4, 10).unwrap().maximum_data_field(), 1);
    assert_eq!(
        build(FrameVersion::V4, 2048).unwrap().maximum_data_field(),
        2039
    );
    assert_eq!(
        build(FrameVersion::V4, 9).unwrap_err().to_string(),
        "Maximum_Frame_Length is 9, must be 10 to 2048"
    );
}

fn transceiver(local: u16, remote: u16, version: FrameVersion, mode: Mode) -> Transceiver<Vec<u8>> {
    let mut node = node(mib(local, remote, version).build().unwrap());
    begin(&mut node, Duplex::Full, mode);
    Transceiver::new(node, DataRate::from_bits_per_s(8_000).unwrap())
}

/// The octets that a transmitter puts on the channel in these ten octets' worth of time.
fn channel(from: &mut Transceiver<Vec<u8>>, now: Instant) -> Vec<u8> {
    let mut buf = [0; 10];
    match from.fill(now, &mut buf) {
        Output::Modulated { octets } => buf[..octets].to_vec(),
        Output::Off | Output::CarrierOnly { .. } => vec![],
    }
}

/// Through markers, idle and CRC-32: a segmented packet arrives, and every frame found is of Version 4.
#[test]
fn pltus_of_version_4_frames_are_hunted() {
    //= 211.2-B-3 one-version
    let mut caller = transceiver(ORBITER, ROVER, FrameVersion::V4, Mode::ConnectingT);
    let mut responder = transceiver(ROVER, ORBITER, FrameVersion::V4, Mode::ConnectingL);
    let sent = packet(&[0xAB; 500]);
    caller
        .submit(Instant::ZERO, port(3), SequenceControlled, &sent)
        .unwrap();
    let (mut found, mut arrived) = (0, vec![]);
    for step in 0..2_000_u64 {
        let now = Instant::from_micros(step * 10_000);
        let end = now + Duration::from_millis(10);
        let (out, back) = (channel(&mut caller, now), channel(&mut responder, now));
        let _ = responder.handle_octets(end, &out, &mut |seen| match seen {
            Observation::Frame { frame, .. } => {
                assert_eq!(frame.version(), FrameVersion::V4);
                assert_eq!(read(frame.octets()).zone, frame.data_field());
                found += 1;
            }
            other => panic!("{other:?}"),
        });
        let _ = caller.handle_octets(end, &back, &mut |_| ());
        arrived.extend(deliveries(&mut responder));
    }
    assert_eq!(arrived, [(3, Unit::Packet, sent)]);
    assert!(found > 10);
}

/// A stream of the other version: refused at its first octet, counted by the name of the rule, and nothing behind it is lost.
#[test]
fn pltus_of_the_other_version_are_refused_by_name() {
    //= 211.0-B-6 frame-version
    let mut caller = transceiver(ORBITER, ROVER, FrameVersion::V3, Mode::ConnectingT);
    let mut responder = transceiver(ROVER, ORBITER, FrameVersion::V4, Mode::ConnectingL);
    for step in 0..300_u64 {
        let now = Instant::from_micros(step * 10_000);
        let octets = channel(&mut caller, now);
        let _ = responder.handle_octets(now, &octets, &mut |_| ());
    }
    let hails = caller.stats().frames_sent;
    assert!(hails > 0);
    assert!(
        responder
            .stats()
            .rejections()
            .eq([(Rejection::FrameVersion, hails)])
    );
    // The hail that the test vectors give as Version 3, by the responder's own eyes: `1100` is asked for, `1011` came.
    let refused = responder.hunter_stats().rejected_version;
    assert_eq!(refused, hails);
}
