//! Time tags and time distribution in a session of two endpoints whose clocks differ by a known amount.

mod common;

use common::{Node, ORBITER, ROVER, bare, node, packet, port};
use magpie_link::clock::{Duration, Instant};
use magpie_link::communication::CommunicationValues;
use magpie_link::event::Event;
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::timing::ClockSpan;
use magpie_link::timing::match_tags;
use magpie_link::timing::transfer::apply;
use magpie_wire::spdu::directive::TimeSample;
use magpie_wire::spdu::time::{ClockTime, LinkDelay};
use magpie_wire::v3::Qos;

const LIGHT_US: u64 = 250_000;
/// The rover's clock is 100 s ahead.
const AHEAD: u64 = 100 << 24;

/// What is under way to one end: when it arrives, and its octets.
type Air = Vec<(Instant, Vec<u8>)>;

fn end(local: u16, remote: u16, mode: Mode) -> Node {
    let mut mib = bare(local, remote);
    mib.communication_values = CommunicationValues::uncoded(8_000).unwrap();
    let mut node = node(mib.build().unwrap());
    for directive in [
        LocalDirective::SetDuplex(Duplex::Full),
        LocalDirective::SetMode(mode),
    ] {
        node.handle_directive(Instant::ZERO, directive).unwrap();
    }
    node
}

/// One millisecond: an octet at 8 kb/s. What leaves arrives a frame's time and the light time later.
fn step(now: Instant, from: &mut Node, free: &mut Instant, to: &mut Air) {
    from.handle_timeout(now);
    let mut buf = [0; 2048];
    if now >= *free
        && let Some(frame) = from.poll_transmit(now, &mut buf)
    {
        let air = Duration::from_millis(frame.len() as u64 + 7); // marker and CRC-32
        *free = now + air;
        to.push((now + air + Duration::from_micros(LIGHT_US), frame.to_vec()));
    }
}

fn arrive(now: Instant, node: &mut Node, air: &mut Air) {
    while air.first().is_some_and(|(at, _)| *at <= now) {
        let (at, frame) = air.remove(0);
        node.handle_frame(at, &frame).unwrap();
    }
}

#[test]
fn tags_of_both_ends_give_offset_and_light_time_and_the_time_is_distributed() {
    //= 211.0-B-6 5 time-sample
    //= 211.0-B-6 5 time-transfer
    let mut orbiter = end(ORBITER, ROVER, Mode::ConnectingT);
    let mut rover = end(ROVER, ORBITER, Mode::ConnectingL);
    rover.set_clock(Instant::ZERO, ClockTime::from_ticks(AHEAD));
    let (mut up, mut down) = (Air::new(), Air::new());
    let mut free = [Instant::ZERO; 2];
    let (mut told, mut tags) = (None, 0);
    for ms in 0..60_000_u64 {
        let now = Instant::from_micros(ms * 1_000);
        arrive(now, &mut rover, &mut up);
        arrive(now, &mut orbiter, &mut down);
        step(now, &mut orbiter, &mut free[0], &mut up);
        step(now, &mut rover, &mut free[1], &mut down);
        if ms == 20_000 {
            orbiter
                .request_time_samples(TimeSample::new(4).unwrap(), 0)
                .unwrap();
        }
        if (20_000..30_000).contains(&ms) && ms % 1_000 == 500 {
            orbiter
                .submit(now, port(0), Qos::Expedited, &packet(&[7; 30]))
                .unwrap();
        }
        if ms == 40_000 {
            // A quarter of a second, as LinkDelay has it: 2^-16 s.
            orbiter.distribute_time(LinkDelay::default(), LinkDelay::new(0, 0x4000));
        }
        while let Some(event) = rover.poll_event() {
            match event {
                Event::TimeTags(done) => tags += done.tags,
                Event::TimeTransfer { transfer, own } => told = Some((transfer, own)),
                _ => {}
            }
        }
    }
    assert_eq!(tags, 4, "the controller is told when they are there");
    let pairs: Vec<_> = match_tags(
        orbiter.time_tags().sent.tags(),
        rover.time_tags().received.tags(),
    )
    .map(|pair| pair.unwrap())
    .collect();
    assert!(pairs.len() >= 3, "{pairs:?}");
    for pair in pairs {
        let apart = pair.received.ticks() - pair.sent.ticks();
        let expected = AHEAD + (LIGHT_US << 24) / 1_000_000;
        assert!(
            apart.abs_diff(expected) <= 17,
            "a microsecond is 16.8 ticks: {apart} {expected}"
        );
    }
    let (transfer, own) = told.expect("the time came");
    let setting = apply(&transfer, ClockSpan::ZERO, own).unwrap();
    let step = setting.step().unwrap();
    assert!(
        step.ticks().abs_diff(-i64::try_from(AHEAD).unwrap()) <= 300,
        "the rover goes back 100 s: {step:?}"
    );
}
