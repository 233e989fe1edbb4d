//! The link: frames out and in, PLCWs.

use core::hint::black_box;

use magpie_link::LentLater;
use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode, State};
use magpie_link::mib::{Mib, MibBuilder, Packing};
use magpie_wire::id::{PortId, Scid};
use magpie_wire::v3::Qos;
use static_cell::ConstStaticCell;

use crate::Bench;

pub(crate) type End = Endpoint<LentLater>;

struct Queues {
    queue: [u8; 2_048],
    sent: [u8; 4_096],
    delivery: [u8; 6_144],
}

const EMPTY: Queues = Queues {
    queue: [0; 2_048],
    sent: [0; 4_096],
    delivery: [0; 6_144],
};

static QUEUES: [ConstStaticCell<Queues>; 2] =
    [ConstStaticCell::new(EMPTY), ConstStaticCell::new(EMPTY)];
static CALLER: ConstStaticCell<End> = ConstStaticCell::new(Endpoint::unlent(mib(1, 2)));
static RESPONDER: ConstStaticCell<End> = ConstStaticCell::new(Endpoint::unlent(mib(2, 1)));
static BUFFER: ConstStaticCell<[u8; 2_048]> = ConstStaticCell::new([0; 2_048]);

/// Data of the short and of the long frame.
const SHORT: usize = 7;
const LONG: usize = 263;

#[inline(never)]
pub(crate) fn count(bench: &mut Bench) {
    let (caller, responder, now) = in_session();
    let buffer = BUFFER.take();
    for qos in [Qos::SequenceControlled, Qos::Expedited] {
        for len in [SHORT, LONG] {
            frame(bench, caller, responder, buffer, (now, qos, len));
        }
    }
    plcw_round(bench, caller, responder, buffer, now);
}

/// One packet as a frame from the responder to the caller.
fn frame(
    bench: &mut Bench,
    caller: &mut End,
    responder: &mut End,
    buffer: &mut [u8; 2_048],
    (now, qos, len): (Instant, Qos, usize),
) {
    let mut packet = [0; LONG];
    // A space packet of this length.
    packet[..6].copy_from_slice(&[0x08, 1, 0xC0, 0, ((len - 7) >> 8) as u8, (len - 7) as u8]);
    let packet = &packet[..len];
    let name = |way: &str| match (way, qos, len) {
        ("out", Qos::SequenceControlled, SHORT) => "frame out, sequence controlled, 7 octets",
        ("in", Qos::SequenceControlled, SHORT) => "frame in, sequence controlled, 7 octets",
        ("out", Qos::SequenceControlled, _) => "frame out, sequence controlled, 263 octets",
        ("in", Qos::SequenceControlled, _) => "frame in, sequence controlled, 263 octets",
        ("out", Qos::Expedited, SHORT) => "frame out, expedited, 7 octets",
        ("in", Qos::Expedited, SHORT) => "frame in, expedited, 7 octets",
        ("out", ..) => "frame out, expedited, 263 octets",
        _ => "frame in, expedited, 263 octets",
    };
    let taken = responder.submit(now, PortId::ZERO, qos, packet).is_ok();
    assert!(taken, "room in the queue");
    let mut made = 0;
    bench.count(name("out"), 1, || {
        made = responder.poll_transmit(now, buffer).map_or(0, <[u8]>::len);
    });
    assert_eq!(made, len + 5, "the frame with the packet");
    let mut good = false;
    bench.count(name("in"), 1, || {
        good = caller.handle_frame(now, black_box(&buffer[..made])).is_ok();
    });
    assert!(good, "the frame was accepted");
}

/// A PLCW is built at one end and taken at the other.
fn plcw_round(
    bench: &mut Bench,
    caller: &mut End,
    responder: &mut End,
    buffer: &mut [u8; 2_048],
    now: Instant,
) {
    let mut made = 0;
    bench.count("PLCW built, as P-frame", 1, || {
        made = caller.poll_transmit(now, buffer).map_or(0, <[u8]>::len);
    });
    assert_eq!(made, 7, "a P-frame with a PLCW");
    let mut good = false;
    bench.count("PLCW taken: COP-P event, frames acknowledged", 1, || {
        good = responder
            .handle_frame(now, black_box(&buffer[..made]))
            .is_ok();
    });
    assert!(good && responder.all_acknowledged(), "acknowledged");
}

/// A caller and a responder in data services, and when that was reached.
#[inline(never)]
fn in_session() -> (&'static mut End, &'static mut End, Instant) {
    let [first, second] = &QUEUES;
    let (caller, responder) = (CALLER.take(), RESPONDER.take());
    begin(caller, first.take(), Mode::ConnectingT);
    begin(responder, second.take(), Mode::ConnectingL);
    let mut buffer = [0; 600];
    let mut now = Instant::ZERO;
    for _ in 0..1_000 {
        now = now + Duration::from_millis(1);
        caller.handle_timeout(now);
        responder.handle_timeout(now);
        if let Some(frame) = caller.poll_transmit(now, &mut buffer) {
            let _ = responder.handle_frame(now, frame);
        }
        if let Some(frame) = responder.poll_transmit(now, &mut buffer) {
            let _ = caller.handle_frame(now, frame);
        }
    }
    let is_up = |end: &End| end.status().state == State::S40DataServices;
    assert!(is_up(caller) && is_up(responder), "in session");
    (caller, responder, now)
}

const fn mib(local: u16, remote: u16) -> Mib {
    let (Some(local), Some(remote)) = (Scid::new(local), Scid::new(remote)) else {
        panic!("ten bits");
    };
    let mib = MibBuilder {
        maximum_frame_length: 512,
        transmission_window: 4,
        packing: Packing::PacketPerFrame,
        carrier_only_duration: Duration::from_millis(20),
        acquisition_idle_duration: Duration::from_millis(20),
        tail_idle_duration: Duration::from_millis(5),
        ..MibBuilder::new(local, remote)
    };
    match mib.build() {
        Ok(mib) => mib,
        Err(_) => panic!("a sound MIB"),
    }
}

#[inline(never)]
fn begin(end: &mut End, queues: &'static mut Queues, mode: Mode) {
    let (expedited, delivery) = queues.delivery.split_at_mut(2_048);
    let memory = Memory {
        delivery: delivery.into(),
        ..Memory::of_pcid_0(ChannelMemory {
            expedited: expedited.into(),
            sequence_controlled: queues.queue.as_mut_slice().into(),
            sent: queues.sent.as_mut_slice().into(),
        })
    };
    assert!(end.lend(memory).is_ok(), "ample memory");
    for directive in [
        LocalDirective::SetDuplex(Duplex::Full),
        LocalDirective::SetMode(mode),
    ] {
        let set = end.handle_directive(Instant::ZERO, directive).is_ok();
        assert!(set, "in S1");
    }
}
