//! The whole programs, stretch of time by stretch of time: a rover sends in a blind pass, and an orbiter hears exactly that and records it.

use core::hint::black_box;

use magpie_board::Application as _;
use magpie_bus::exchange::{Exchange, Modulation, nibble_of};
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_bus::{Fate, FromComputer, ToComputer};
use magpie_images::board::Flash;
use magpie_orbiter::{Decoders, Device, LdpcMemory};
use magpie_rover::Rover;
use static_cell::{ConstStaticCell, StaticCell};

use crate::Bench;

type Orbiter = magpie_orbiter::Orbiter<&'static mut Flash, 64>;

/// One stretch.
const STRETCH_US: u32 = 64_000;
/// Information bits that it brings at the rate of the pass.
const BITS: usize = 512;
/// Information bits a second.
const RATE: u32 = 8_000;
/// Stretches that are counted: about sixteen frames.
const STRETCHES: usize = 64;
/// Octets of soft symbols of a stretch at the most: two symbols an octet, two symbols a bit, or 33 for 16 bits.
const SOFT: usize = BITS / 32 * 33;

static ROVER_MEMORY: ConstStaticCell<magpie_rover::Memory> =
    ConstStaticCell::new(magpie_rover::Memory::new());
static ROVER: ConstStaticCell<Rover> = ConstStaticCell::new(Rover::new());
static ORBITER_MEMORY: ConstStaticCell<magpie_orbiter::Memory> =
    ConstStaticCell::new(magpie_orbiter::Memory::new());
static ORBITER: ConstStaticCell<Orbiter> = ConstStaticCell::new(Orbiter::new());
static DEVICE: StaticCell<Device<&'static mut Flash, 64>> = StaticCell::new();
static LDPC: ConstStaticCell<LdpcMemory> = ConstStaticCell::new(LdpcMemory::new());
static DECODERS: StaticCell<Decoders> = StaticCell::new();
static SOFT_SYMBOLS: ConstStaticCell<[u8; SOFT]> = ConstStaticCell::new([0; SOFT]);

#[inline(never)]
pub(crate) fn count(bench: &mut Bench, flash: &'static mut Flash) {
    let mut pair = start(flash);
    let air = SOFT_SYMBOLS.take();
    let names = [
        "rover, all together, an information bit sent",
        "orbiter, all together, an information bit received",
    ];
    pass(
        bench,
        &mut pair,
        0,
        (ReturnCode::Convolutional, names),
        &mut air[..BITS],
    );
    let names = [
        "rover, all together with LDPC, an information bit sent",
        "orbiter, all together with LDPC, an information bit received",
    ];
    pass(bench, &mut pair, 60_000_000, (ReturnCode::Ldpc, names), air);
}

/// A blind pass from `start_us` on; `air` has room for a stretch with its code.
#[inline(never)]
fn pass(
    bench: &mut Bench,
    (rover, orbiter): &mut (&'static mut Rover, &'static mut Orbiter),
    mut start_us: u64,
    (return_code, [sent, received]): (ReturnCode, [&str; 2]),
    air: &mut [u8],
) {
    let order = ToComputer::Order(Order::Begin(Pass {
        number: 1,
        mode: PassMode::Blind,
        return_rate: RATE,
        forward_rate: RATE,
        send_ms: 0,
        return_code,
    }));
    rover.handle(&order, &mut |_| ());
    orbiter.handle(&order, &mut |_| ());
    // Carrier, acquisition and the first frames take two seconds.
    let ready_us = start_us + 2_500_000;
    while start_us < ready_us {
        let on = send(rover, start_us, air);
        hear(orbiter, start_us, on, air);
        start_us += u64::from(STRETCH_US);
    }
    let mut recorded = 0;
    for _ in 0..STRETCHES {
        let mut on = false;
        bench.count(sent, BITS, || on = send_only(rover, start_us, air));
        assert!(on, "in data services");
        to_soft(air);
        bench.count(received, BITS, || {
            recorded += hear(orbiter, start_us, on, air)
        });
        start_us += u64::from(STRETCH_US);
    }
    assert!(recorded > 10, "the orbiter records what the rover sends");
}

/// Both programs. Their structures pass over the stack, so this has a frame of its own.
#[inline(never)]
fn start(flash: &'static mut Flash) -> (&'static mut Rover, &'static mut Orbiter) {
    let (rover, orbiter) = (ROVER.take(), ORBITER.take());
    let started = rover.start(ROVER_MEMORY.take());
    assert!(started.is_ok(), "the memory fits the profile");
    let device = DEVICE.init_with(|| Device::new(flash));
    let decoders = DECODERS.init_with(|| Decoders::new(LDPC.take()));
    orbiter.start(device, decoders, ORBITER_MEMORY.take());
    (rover, orbiter)
}

/// A stretch of the rover, as the orbiter's modem hears it; whether symbols are on the carrier.
fn send(rover: &mut Rover, start_us: u64, air: &mut [u8]) -> bool {
    let on = send_only(rover, start_us, air);
    to_soft(air);
    on
}

/// A stretch of the rover: its symbols, eight an octet, at the end of `air`.
#[inline(never)]
fn send_only(rover: &mut Rover, start_us: u64, air: &mut [u8]) -> bool {
    let silence = Exchange {
        start_us,
        duration_us: STRETCH_US,
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
                let at = air.len() / 4 * 3;
                for (place, octet) in air[at..].iter_mut().zip(emission.coded) {
                    *place = *octet;
                }
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

/// Symbols at the end of `air` to soft ones that fill it, in place: what is written never overtakes what is read.
fn to_soft(air: &mut [u8]) {
    let (one, zero) = (nibble_of(80), nibble_of(-80));
    for at in 0..air.len() {
        let octet = air[air.len() / 4 * 3 + at / 4];
        let [first, second] = [7, 6].map(|place| octet >> (place - 2 * (at % 4)) & 1);
        let level = |symbol| if symbol == 1 { one } else { zero };
        air[at] = level(first) << 4 | level(second);
    }
}

/// A stretch of the orbiter; how many frames it has recorded.
#[inline(never)]
fn hear(orbiter: &mut Orbiter, start_us: u64, on: bool, soft: &[u8]) -> usize {
    let heard = Exchange {
        start_us,
        duration_us: STRETCH_US,
        carrier: on,
        symbol_lock: on,
        symbols: if on { 2 * soft.len() as u16 } else { 0 },
        soft: if on { soft } else { &[] },
    };
    let mut recorded = 0;
    orbiter.handle(
        &ToComputer::Exchange(black_box(heard)),
        &mut |answer| match *answer {
            FromComputer::Heard {
                fate: Fate::Recorded,
                ..
            } => recorded += 1,
            _ => {
                black_box(answer);
            }
        },
    );
    recorded
}
