//! Two endpoints, frames handed across by hand: sessions from hail to end.

mod common;

use common::{Node, ORBITER, ROVER, bare, events, node, packet, port};
use magpie_link::clock::{Duration, Instant};
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{Duplex, LocalDirective, Mode, State};
use magpie_link::mib::MibBuilder;
use magpie_wire::v3::Qos;

fn pair(duplex: Duplex) -> (Node, Node) {
    let mib = |local, remote| MibBuilder {
        carrier_only_duration: Duration::from_millis(20),
        acquisition_idle_duration: Duration::from_millis(20),
        tail_idle_duration: Duration::from_millis(5),
        ..bare(local, remote)
    };
    let mut caller = node(mib(ORBITER, ROVER).build().unwrap());
    let mut responder = node(mib(ROVER, ORBITER).build().unwrap());
    for (node, mode) in [
        (&mut caller, Mode::ConnectingT),
        (&mut responder, Mode::ConnectingL),
    ] {
        node.handle_directive(Instant::ZERO, LocalDirective::SetDuplex(duplex))
            .unwrap();
        node.handle_directive(Instant::ZERO, LocalDirective::SetMode(mode))
            .unwrap();
    }
    (caller, responder)
}

/// Frames cross at once; each end sends at most one frame a millisecond.
fn run(caller: &mut Node, responder: &mut Node, until: Duration) -> Vec<(u64, u8, Event)> {
    let mut log = vec![];
    for ms in 0..until.as_micros() / 1_000 {
        step(caller, responder, ms, &mut log);
    }
    log
}

fn step(caller: &mut Node, responder: &mut Node, ms: u64, log: &mut Vec<(u64, u8, Event)>) {
    let now = Instant::from_micros(ms * 1_000);
    caller.handle_timeout(now);
    responder.handle_timeout(now);
    let mut buf = [0; 2048];
    if let Some(frame) = caller.poll_transmit(now, &mut buf) {
        let _ = responder.handle_frame(now, frame);
    }
    if let Some(frame) = responder.poll_transmit(now, &mut buf) {
        let _ = caller.handle_frame(now, frame);
    }
    for (who, node) in [(b'c', &mut *caller), (b'r', &mut *responder)] {
        log.extend(events(node).into_iter().map(|event| (ms, who, event)));
    }
}

fn both_end(duplex: Duplex) {
    let (mut caller, mut responder) = pair(duplex);
    for i in 0..20 {
        caller
            .submit(
                Instant::ZERO,
                port(1),
                Qos::SequenceControlled,
                &packet(&[i; 100]),
            )
            .unwrap();
        responder
            .submit(
                Instant::ZERO,
                port(2),
                Qos::SequenceControlled,
                &packet(&[i; 200]),
            )
            .unwrap();
    }
    let log = run(&mut caller, &mut responder, Duration::from_secs(100));
    for (who, node) in [(b'c', &mut caller), (b'r', &mut responder)] {
        let end = log
            .iter()
            .find(|(_, w, e)| *w == who && matches!(e, Event::EndOfSession(_)));
        assert!(end.is_none(), "{log:#?}");
        assert!(
            node.all_acknowledged() && !node.has_data_to_send(),
            "{log:#?} {:?}",
            node.stats()
        );
        assert_eq!(common::deliveries(node).len(), 20, "{log:#?}");
        node.handle_directive(
            Instant::from_micros(100_000_000),
            LocalDirective::LocalNoMoreData,
        )
        .unwrap();
    }
    let mut log = vec![];
    for ms in 100_000..150_000 {
        step(&mut caller, &mut responder, ms, &mut log);
    }
    for who in [b'c', b'r'] {
        let end = log
            .iter()
            .find(|(_, w, e)| *w == who && matches!(e, Event::EndOfSession(_)));
        assert_eq!(
            end.map(|e| e.2),
            Some(Event::EndOfSession(EndOfSession::NoMoreData)),
            "{log:#?}"
        );
    }
    assert_eq!(caller.status().state, State::S1Inactive);
}

#[test]
fn full() {
    both_end(Duplex::Full);
}

#[test]
fn half() {
    both_end(Duplex::Half);
}
