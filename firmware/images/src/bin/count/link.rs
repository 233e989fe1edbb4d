//! The link: frames out and in, PLCWs; and the whole programs, a stretch of time each.

use core::hint::black_box;

use magpie_board::Application as _;
use magpie_bus::exchange::{Exchange, Modulation};
use magpie_bus::order::{Order, Pass, PassMode};
use magpie_bus::{FromComputer, ToComputer};
use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus, State};
use magpie_link::mib::{MibBuilder, Packing};
use magpie_rover::Rover;
use magpie_wire::id::{PortId, Scid};
use magpie_wire::v3::Qos;
use static_cell::{ConstStaticCell, StaticCell};

use crate::Bench;

type End = Endpoint<&'static mut [u8]>;

struct Queues {
    queue: [u8; 2_048],
    sent: [u8; 8_192],
    delivery: [u8; 6_144],
}

const EMPTY: Queues = Queues {
    queue: [0; 2_048],
    sent: [0; 8_192],
    delivery: [0; 6_144],
};

static QUEUES: [ConstStaticCell<Queues>; 2] =
    [ConstStaticCell::new(EMPTY), ConstStaticCell::new(EMPTY)];
static ENDS: [StaticCell<End>; 2] = [StaticCell::new(), StaticCell::new()];
static BUFFER: ConstStaticCell<[u8; 2_048]> = ConstStaticCell::new([0; 2_048]);
static ROVER_MEMORY: ConstStaticCell<magpie_rover::Memory> =
    ConstStaticCell::new(magpie_rover::Memory::new());
static ROVER: ConstStaticCell<Rover> = ConstStaticCell::new(Rover::new());

/// Data of the short and of the long frame.
const SHORT: usize = 7;
const LONG: usize = 263;

pub(crate) fn count(bench: &mut Bench) {
    let (caller, responder) = in_session();
    let buffer = BUFFER.take();
    let now = Instant::from_micros(1_000_000);
    for qos in [Qos::SequenceControlled, Qos::Expedited] {
        for len in [SHORT, LONG] {
            frame(bench, caller, responder, buffer, (now, qos, len));
        }
    }
    plcw_round(bench, caller, responder, buffer, now);
    programs(bench);
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

/// A caller and a responder in data services.
fn in_session() -> (&'static mut End, &'static mut End) {
    let [first, second] = &QUEUES;
    let [one, other] = &ENDS;
    let caller = one.init_with(|| end(1, 2, first.take(), Mode::ConnectingT));
    let responder = other.init_with(|| end(2, 1, second.take(), Mode::ConnectingL));
    let mut buffer = [0; 600];
    let now = Instant::ZERO;
    let lock = PhyStatus {
        carrier_acquired: true,
        symbol_inlock_status: true,
    };
    for _ in 0..100 {
        for (from, to) in [(0, 1), (1, 0)] {
            let ends = [&mut *caller, &mut *responder];
            ends[from].handle_timeout(now);
            if let Some(frame) = ends[from].poll_transmit(now, &mut buffer) {
                ends[to].handle_phy_status(now, lock);
                let _ = ends[to].handle_frame(now, frame);
            }
        }
    }
    let is_up = |end: &End| end.status().state == State::S40DataServices;
    assert!(is_up(caller) && is_up(responder), "in session");
    (caller, responder)
}

fn end(local: u16, remote: u16, queues: &'static mut Queues, mode: Mode) -> End {
    let (Some(local), Some(remote)) = (Scid::new(local), Scid::new(remote)) else {
        panic!("ten bits");
    };
    let mib = MibBuilder {
        maximum_frame_length: 512,
        transmission_window: 16,
        packing: Packing::PacketPerFrame,
        carrier_only_duration: Duration::ZERO,
        acquisition_idle_duration: Duration::ZERO,
        tail_idle_duration: Duration::ZERO,
        carrier_loss_timer_duration: Duration::ZERO,
        termination_lifetime: Duration::ZERO,
        ..MibBuilder::new(local, remote)
    };
    let channel: ChannelMemory<&'static mut [u8]> = ChannelMemory {
        expedited: &mut [],
        sequence_controlled: &mut queues.queue,
        sent: &mut queues.sent,
    };
    let (expedited, delivery) = queues.delivery.split_at_mut(2_048);
    let memory = Memory {
        delivery,
        ..Memory::of_pcid_0(ChannelMemory {
            expedited,
            ..channel
        })
    };
    let made = mib
        .build()
        .ok()
        .and_then(|mib| Endpoint::new(mib, memory).ok());
    let Some(mut end) = made else {
        panic!("a sound MIB and ample memory");
    };
    for directive in [
        LocalDirective::SetDuplex(Duplex::Full),
        LocalDirective::SetMode(mode),
    ] {
        let set = end.handle_directive(Instant::ZERO, directive).is_ok();
        assert!(set, "in S1");
    }
    end
}

/// Information bits of one stretch of 64 ms at 8 kbit/s.
const BITS: usize = 512;

/// The rover in data services of a blind pass.
fn programs(bench: &mut Bench) {
    let rover = ROVER.take();
    let started = rover.start(ROVER_MEMORY.take());
    assert!(started.is_ok(), "the memory fits the profile");
    let pass = Pass {
        number: 1,
        mode: PassMode::Blind,
        return_rate: 8_000,
        forward_rate: 8_000,
        send_ms: 0,
    };
    rover.handle(&ToComputer::Order(Order::Begin(pass)), &mut |_| ());
    let mut start_us = 0;
    let mut modulated = false;
    // Carrier and acquisition take a second.
    while start_us < 3_000_000 {
        modulated = stretch(rover, start_us);
        start_us += 64_000;
    }
    assert!(modulated, "in data services");
    bench.count(
        "rover, all together, an information bit sent",
        BITS * 16,
        || {
            for _ in 0..16 {
                stretch(rover, start_us);
                start_us += 64_000;
            }
        },
    );
}

/// A stretch of time for the rover; whether it sends symbols in it.
fn stretch(rover: &mut Rover, start_us: u64) -> bool {
    let silence = Exchange {
        start_us,
        duration_us: 64_000,
        carrier: false,
        symbol_lock: false,
        symbols: 0,
        soft: &[],
    };
    let (mut ask, mut read, mut modulated) = (None, None, false);
    rover.handle(
        &ToComputer::Exchange(silence),
        &mut |answer| match *answer {
            FromComputer::PayloadAsk { file } => ask = Some(file),
            FromComputer::PayloadRead { file, at, len } => read = Some((file, at, len)),
            FromComputer::Emission(emission) => {
                modulated = emission.modulation == Modulation::Symbols;
                black_box(emission.coded);
            }
            _ => {}
        },
    );
    if let Some(file) = ask {
        let answer = ToComputer::PayloadFile {
            file,
            files: 1,
            size: 1 << 20,
            name: "payload",
        };
        rover.handle(&answer, &mut |_| ());
    }
    if let Some((file, at, len)) = read {
        let octets = [0x5A; 256];
        let answer = ToComputer::PayloadOctets {
            file,
            at,
            octets: &octets[..usize::from(len).min(256)],
        };
        rover.handle(&answer, &mut |_| ());
    }
    modulated
}
