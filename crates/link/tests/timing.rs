//! Time tags, light time and time transfer through the public API. Expected values are worked by hand unless said otherwise.

use magpie_link::timing::light_time::{LightTimeError, PathDelays, one_way, two_way};
use magpie_link::timing::sample::{
    Capture, Completed, Direction, MatchError, Request, TagPair, TimeBuffer,
};
use magpie_link::timing::transfer::{TransferError, apply, time_transfer};
use magpie_link::timing::{ClockSample, ClockSpan, TimeSampling, TimeTag, match_tags};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::TimeSample;
use magpie_wire::spdu::time::{ClockTime, LinkDelay, TimeTransfer};
use magpie_wire::v3::Qos::{self, Expedited, SequenceControlled};
use proptest::prelude::*;

const SECOND: i64 = 1 << 24;

fn at(ticks: u64) -> ClockTime {
    ClockTime::from_ticks(ticks)
}

fn span(ticks: i64) -> ClockSpan {
    ClockSpan::from_ticks(ticks)
}

fn tag(direction: Direction, n_s: u8, qos: Qos, clock: u64) -> TimeTag {
    TimeTag {
        clock: at(clock),
        n_s: SeqNum::new(n_s),
        qos,
        direction,
    }
}

fn sent(n_s: u8, clock: u64) -> TimeTag {
    tag(Direction::Sent, n_s, Expedited, clock)
}

fn heard(n_s: u8, clock: u64) -> TimeTag {
    tag(Direction::Received, n_s, Expedited, clock)
}

fn pair(sent: u64, received: u64) -> TagPair {
    TagPair {
        sent: at(sent),
        received: at(received),
        ..TagPair::default()
    }
}

#[test]
fn every_n_captures_the_next_n_frames_and_says_so_once() {
    //= 211.0-B-6 5 time-sample
    //= 211.0-B-6 5 time-tag
    for n in 0..64_u8 {
        let mut node = TimeSampling::<63>::new();
        let sample = TimeSample::new(n).unwrap();
        let started = [Request::Started { unread: 0 }, Request::None];
        let expected = started[usize::from(n == 0)];
        assert_eq!(node.handle_time_sample(sample), expected);
        assert_eq!(node.initiate(sample, 0), expected);
        for i in 0..80_u8 {
            let wanted = i < n;
            let outcome = if wanted {
                Capture::Tagged {
                    remaining: u16::from(n - i - 1),
                }
            } else {
                Capture::NotWanted
            };
            let n_s = SeqNum::new(i.wrapping_add(230)); // wraps on the way
            assert_eq!(
                node.handle_received(at(u64::from(i)), n_s, Expedited),
                outcome
            );
            assert_eq!(node.handle_sent(at(7), n_s, SequenceControlled), outcome);
        }
        let done = |direction| Completed {
            direction,
            tags: usize::from(n),
            overflowed: 0,
        };
        if n > 0 {
            assert_eq!(node.poll_event(), Some(done(Direction::Received)));
            assert_eq!(node.poll_event(), Some(done(Direction::Sent)));
        }
        assert_eq!(node.poll_event(), None);
        let expected: Vec<_> = (0..n)
            .map(|i| heard(i.wrapping_add(230), u64::from(i)))
            .collect();
        assert_eq!(node.received.tags(), expected);
        assert_eq!(node.sent.tags().len(), usize::from(n));
    }
}

#[test]
fn a_new_request_starts_over_and_says_what_is_lost() {
    let mut buffer = TimeBuffer::<8>::received();
    let frame = |buffer: &mut TimeBuffer<8>| buffer.handle_frame(at(1), SeqNum::new(1), Expedited);
    assert_eq!(buffer.request(5), Request::Started { unread: 0 });
    frame(&mut buffer);
    frame(&mut buffer);
    assert_eq!(buffer.request(0), Request::None, "a token pass has n = 0");
    assert_eq!((buffer.remaining(), buffer.tags().len()), (3, 2));
    let restarted = Request::Restarted {
        seen: 2,
        missing: 3,
    };
    assert_eq!(buffer.request(1), restarted);
    assert_eq!(buffer.tags(), []);
    frame(&mut buffer);
    assert_eq!(buffer.request(2), Request::Started { unread: 1 });
    frame(&mut buffer);
    assert!(buffer.stop() && !buffer.stop());
    assert_eq!(buffer.poll_completed().map(|done| done.tags), Some(1));
    assert_eq!(buffer.request(2), Request::Started { unread: 0 });
}

#[test]
fn a_small_buffer_counts_what_it_loses() {
    let mut buffer = TimeBuffer::<2>::sent();
    buffer.request(4);
    let outcomes: Vec<_> = (0..5)
        .map(|i| buffer.handle_frame(at(i), SeqNum::new(0), Expedited))
        .collect();
    let expected = [
        Capture::Tagged { remaining: 3 },
        Capture::Tagged { remaining: 2 },
        Capture::Overflow { remaining: 1 },
        Capture::Overflow { remaining: 0 },
        Capture::NotWanted,
    ];
    assert_eq!(outcomes, expected);
    let done = Completed {
        direction: Direction::Sent,
        tags: 2,
        overflowed: 2,
    };
    assert_eq!(buffer.poll_completed(), Some(done));
}

#[test]
fn tags_find_their_partner_by_number_and_quality_of_service() {
    //= 211.0-B-6 5 match
    let controlled = |direction, clock| tag(direction, 255, SequenceControlled, clock);
    let from = [
        sent(254, 10),
        controlled(Direction::Sent, 15),
        sent(255, 20),
        sent(0, 30),
        sent(1, 40), // lost on the way
        sent(2, 50),
        sent(2, 60), // 256 frames later, or sent again
        sent(3, 70),
        heard(4, 75), // not of a sent frame
    ];
    let to = [
        heard(0, 130), // in another order
        heard(255, 120),
        controlled(Direction::Received, 115),
        heard(254, 110),
        heard(2, 150),
        heard(3, 170),
        heard(3, 171), // twice
        heard(4, 180),
        sent(5, 190),
    ];
    let partners: Vec<_> = match_tags(&from, &to).collect();
    let found = |n_s, qos, sent, received| {
        Ok(TagPair {
            n_s: SeqNum::new(n_s),
            qos,
            ..pair(sent, received)
        })
    };
    let expected = [
        found(0, Expedited, 30, 130),
        found(255, Expedited, 20, 120),
        found(255, SequenceControlled, 15, 115),
        found(254, Expedited, 10, 110),
        Err(MatchError::SentTwice(heard(2, 150))),
        Err(MatchError::ReceivedTwice(heard(3, 170))),
        Err(MatchError::ReceivedTwice(heard(3, 171))),
        Err(MatchError::NotSent(heard(4, 180))),
        Err(MatchError::Direction(sent(5, 190))),
    ];
    assert_eq!(partners, expected);
}

#[test]
fn light_time_of_moon_and_mars_orbit_to_half_a_tick() {
    //= 211.0-B-6 5 light-time
    let delays = PathDelays {
        local_egress: span(11),
        local_ingress: span(22),
        remote_egress: span(33),
        remote_ingress: span(44),
    };
    // Whole ticks of d/c with c = 299,792.458 km/s, by exact fractions: low and areostationary orbit, Moon (mean, farthest).
    for ticks in [22_385_u64, 1_119_255, 21_512_088, 22_692_902] {
        // out at local 10^6, remote clock 5·10^12 ahead, 200,000 ticks of turn-around
        let (out, ahead) = (1_000_000, 5_000_000_000_000);
        let there = out + 11 + ticks + 44 + ahead;
        let again = there + 200_000;
        let back = again - ahead + 33 + ticks + 22;
        let expected = span(i64::try_from(ticks).unwrap());
        let (go, come) = (pair(out, there), pair(again, back));
        assert_eq!(two_way(go, come, 0.0, delays), Ok(expected));
        // a frame that left there before ours came
        let early = pair(there - 300_000, there - 300_000 - ahead + 33 + ticks + 22);
        assert_eq!(two_way(go, early, 0.0, delays), Ok(expected));
        // one way, by a reading brought to our clock
        assert_eq!(
            one_way(pair(out, there - ahead), true, delays),
            Ok(expected)
        );
        assert_eq!(
            one_way(pair(again - ahead, back), false, delays),
            Ok(expected)
        );
        let moment = ClockSample::local_sent(go, expected, delays).unwrap();
        assert_eq!(moment.remote.ticks() - moment.local.ticks(), ahead);
        let moment = ClockSample::remote_sent(come, expected, delays).unwrap();
        assert_eq!(moment.remote.ticks() - moment.local.ticks(), ahead);
    }
}

#[test]
fn a_remote_clock_that_runs_fast_is_brought_to_our_rate() {
    // 100 ppm fast, 1,000,000 local ticks of turn-around are 1,000,100 of its own; light time 5,000.
    let (go, come) = (pair(0, 90_000), pair(90_000 + 1_000_100, 1_010_000));
    let light_time = |drift| two_way(go, come, drift, PathDelays::default());
    assert_eq!(light_time(1e-4), Ok(span(5_000)));
    assert_eq!(light_time(0.0), Ok(span(4_950)));
    // 0.5 % fast: 100,500,000 there are 100,000,000 here. Half a tick (a light time of 5,000.5) goes up.
    let (go, come) = (pair(0, 90_000), pair(90_000 + 100_500_000, 100_010_001));
    let half = two_way(go, come, 0.005, PathDelays::default());
    assert_eq!(half, Ok(span(5_001)));
    for drift in [f64::NAN, f64::INFINITY, 0.01, -1.0] {
        assert_eq!(light_time(drift), Err(LightTimeError::Drift));
    }
    let negative = one_way(pair(10, 3), true, PathDelays::default());
    assert_eq!(negative, Err(LightTimeError::Negative { span: span(-7) }));
    let huge = one_way(pair(0, u64::MAX), true, PathDelays::default());
    assert_eq!(huge, Err(LightTimeError::OutOfRange));
}

#[test]
fn a_time_transfer_sets_the_clock_of_the_receiver() {
    //= 211.0-B-6 5 time-transfer
    // Moon: 1.28 s = 21,474,836.48 ticks, in steps of 2^-16 s 83,886.08: 1 s and 0x47AE. Send side 0.25 s, own 0.5 s.
    let transfer = time_transfer(at(7 << 24), span(SECOND / 4), span(21_474_836)).unwrap();
    let expected = TimeTransfer {
        transceiver_clock: ClockTime::new(7, 0).unwrap(),
        send_side_delay: LinkDelay::new(0, 0x4000),
        one_way_light_time: LinkDelay::new(1, 0x47AE),
    };
    assert_eq!(transfer, expected);
    let own = at(1_000 << 24);
    let setting = apply(&transfer, span(SECOND / 2), own).unwrap();
    // 7 + 0.25 + 1 + 0x47AE/65536 + 0.5 s = 8.75 s + 0x47AE00 ticks
    assert_eq!(setting.time, ClockTime::new(9, 0x07_AE00).unwrap());
    assert_eq!(
        setting.time_at(at(1_010 << 24)),
        ClockTime::new(19, 0x07_AE00)
    );
    assert_eq!(setting.time_at(at(1 << 24)), None, "before the epoch");
    let step = (9 << 24) + 0x07_AE00 - (1_000 << 24);
    assert_eq!(setting.step(), Some(span(step)));
}

#[test]
fn delays_round_to_the_nearest_step_and_end_at_256_seconds() {
    let owlt = |ticks| {
        time_transfer(at(0), ClockSpan::ZERO, span(ticks)).map(|t| t.one_way_light_time.ticks())
    };
    assert_eq!((owlt(127), owlt(128), owlt(383)), (Ok(0), Ok(1), Ok(1)));
    assert_eq!(owlt(256 * SECOND - 129), Ok(0xFF_FFFF));
    assert_eq!(
        owlt(256 * SECOND - 128),
        Err(TransferError::OneWayLightTime)
    );
    assert_eq!(owlt(-1), Err(TransferError::OneWayLightTime));
    let egress = time_transfer(at(0), span(i64::MAX), ClockSpan::ZERO);
    assert_eq!(egress, Err(TransferError::SendSideDelay));
    let full = time_transfer(at(u64::MAX), span(256), ClockSpan::ZERO).unwrap();
    assert_eq!(apply(&full, ClockSpan::ZERO, at(0)), None);
    assert_eq!(apply(&full, span(-256), at(0)).unwrap().time, at(u64::MAX));
}

#[test]
fn spans_convert() {
    assert_eq!(
        ClockSpan::from_duration(core::time::Duration::from_nanos(149)),
        Some(span(2))
    );
    assert_eq!(span(-SECOND / 2).nanos(), -500_000_000);
    assert_eq!(ClockSpan::between(at(u64::MAX), at(0)), None);
    assert_eq!(ClockSpan::from_duration(core::time::Duration::MAX), None);
}

proptest! {
    #[test]
    fn no_tags_do_harm(a: [u64; 4], d: [i64; 6], drift: f64, n: [u8; 6], forward: bool) {
        let delays = PathDelays {
            local_egress: span(d[0]),
            local_ingress: span(d[1]),
            remote_egress: span(d[2]),
            remote_ingress: span(d[3]),
        };
        for ends in [a, [0, u64::MAX, u64::MAX, 0], [u64::MAX, 0, 0, u64::MAX]] {
            let (go, come) = (pair(ends[0], ends[1]), pair(ends[2], ends[3]));
            let _ = (two_way(go, come, drift, delays), two_way(go, come, drift / 1e300, delays));
            let _ = (one_way(go, forward, delays), one_way(come, forward, PathDelays::default()));
            let _ = ClockSample::local_sent(go, span(d[4]), delays);
            let _ = ClockSample::remote_sent(go, span(d[4]), delays);
            let transfer = time_transfer(at(ends[0]), span(d[4] >> 31), span(d[5] >> 31));
            let setting = transfer.ok().and_then(|t| apply(&t, span(d[0]), at(ends[1])));
            let _ = setting.map(|s| (s.step(), s.time_at(at(ends[2]))));
        }
        let from = [sent(n[0], a[0]), sent(n[1], a[1]), sent(n[2], a[2])];
        let to = [heard(n[3], a[3]), heard(n[4], a[0]), heard(n[5], a[1])];
        prop_assert_eq!(match_tags(&from, &to).count(), 3);
        let _ = (span(d[0]).nanos(), ClockSpan::between(at(a[0]), at(a[1])));
    }
}
