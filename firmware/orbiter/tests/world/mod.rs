//! Rover and orbiter on one modem that stands between them, stretch by stretch, on simulated time.

use std::cell::RefCell;
use std::rc::Rc;

use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use magpie_board::Application;
use magpie_bus::order::{Order, Pass, PassMode, ReturnCode};
use magpie_bus::{Exchange, FromComputer, Modulation, ToComputer};
use magpie_orbiter::{Decoders, Device, LdpcMemory, Orbiter};
use magpie_rover::{Memory, Rover};
use magpie_store::RamFlash;

/// A stretch of time, microseconds.
pub(crate) const STRETCH_US: u32 = 64_000;
/// Segments of the flash: 4 KiB each.
pub(crate) const SEGMENTS: usize = 64;
pub(crate) const FLASH_LEN: usize = SEGMENTS * 4096;

type Chip = RamFlash<Vec<u8>, 8, 4096>;
pub(crate) type Relay = Orbiter<Flash, SEGMENTS>;

/// A flash that outlives the orbiter.
#[derive(Clone, Debug)]
pub(crate) struct Flash(Rc<RefCell<Chip>>);

impl Flash {
    pub(crate) fn blank() -> Self {
        Self(Rc::new(RefCell::new(Chip::new(vec![0xFF; FLASH_LEN]))))
    }
}

impl ErrorType for Flash {
    type Error = <Chip as ErrorType>::Error;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = Chip::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.borrow_mut().read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.borrow().capacity()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = Chip::WRITE_SIZE;
    const ERASE_SIZE: usize = Chip::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.0.borrow_mut().erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0.borrow_mut().write(offset, bytes)
    }
}

/// What is on the air: modulation, symbols a second, symbols.
#[derive(Clone)]
struct Signal {
    modulation: Modulation,
    rate: u32,
    symbols: Vec<u8>,
}

const SILENCE: Signal = Signal {
    modulation: Modulation::Off,
    rate: 0,
    symbols: Vec::new(),
};

/// The modem of both, the payload memory and the ground.
pub(crate) struct World {
    now_us: u64,
    random: u32,
    /// Share of stretches in which the return link hears only noise, in 1/1000.
    pub(crate) spoiled_return: u32,
    /// The same for the forward link.
    pub(crate) spoiled_forward: u32,
    pub(crate) inverted: bool,
    pub(crate) payload: Vec<u8>,
    return_link: Signal,
    forward_link: Signal,
    rover_hears_at: u32,
    orbiter_hears_at: u32,
    pub(crate) rover_state: u8,
    pub(crate) orbiter_state: u8,
    pub(crate) downlink: Vec<u8>,
    pub(crate) recorded: Vec<u32>,
    pub(crate) counters: Vec<(String, u32)>,
    pub(crate) log: Vec<String>,
}

pub(crate) fn pass(mode: PassMode) -> Pass {
    Pass {
        number: 1,
        mode,
        return_rate: 8_000,
        forward_rate: 8_000,
        send_ms: 0,
        return_code: ReturnCode::Convolutional,
    }
}

impl World {
    pub(crate) fn new(payload: Vec<u8>) -> Self {
        Self {
            now_us: 1_000_000_000,
            random: 1,
            spoiled_return: 0,
            spoiled_forward: 0,
            inverted: false,
            payload,
            return_link: SILENCE,
            forward_link: SILENCE,
            rover_hears_at: 0,
            orbiter_hears_at: 0,
            rover_state: 0,
            orbiter_state: 0,
            downlink: Vec::new(),
            recorded: Vec::new(),
            counters: Vec::new(),
            log: Vec::new(),
        }
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> u64 {
        (self.now_us - 1_000_000_000) / 1_000_000
    }

    /// A linear congruential generator, constants of Numerical Recipes.
    fn draw(&mut self, below: u32) -> u32 {
        self.random = self
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        (self.random >> 8) % below
    }

    /// One stretch for both; a computer that is `None` is off.
    pub(crate) fn step(&mut self, rover: Option<&mut Rover>, orbiter: Option<&mut Relay>) {
        let (back, forward) = (self.return_link.clone(), self.forward_link.clone());
        self.return_link = SILENCE;
        self.forward_link = SILENCE;
        if let Some(rover) = rover {
            let spoiled = self.draw(1_000) < self.spoiled_forward;
            let (heard, soft) = self.heard(&forward, self.rover_hears_at, spoiled);
            let exchange = ToComputer::Exchange(Exchange {
                soft: &soft,
                ..heard
            });
            self.tell_rover(rover, &exchange);
        }
        if let Some(orbiter) = orbiter {
            let spoiled = self.draw(1_000) < self.spoiled_return;
            let (heard, soft) = self.heard(&back, self.orbiter_hears_at, spoiled);
            let exchange = ToComputer::Exchange(Exchange {
                soft: &soft,
                ..heard
            });
            self.tell_orbiter(orbiter, &exchange);
        }
        self.now_us += u64::from(STRETCH_US);
    }

    fn heard(
        &mut self,
        on_air: &Signal,
        tuned_to: u32,
        spoiled: bool,
    ) -> (Exchange<'static>, Vec<u8>) {
        let carrier = on_air.modulation != Modulation::Off;
        let lock = on_air.modulation == Modulation::Symbols && on_air.rate == tuned_to;
        let mut levels = Vec::new();
        for symbol in on_air.symbols.iter().filter(|_| lock) {
            let level = if spoiled {
                0
            } else {
                i32::from(*symbol) * 10 - 5
            };
            let noise = i32::try_from(self.draw(7)).unwrap() - 3;
            let level = (level + noise).clamp(-7, 7);
            levels.push(if self.inverted { -level } else { level });
        }
        let nibble = |level: &i32| (level & 0x0F) as u8;
        let soft = levels
            .chunks(2)
            .map(|two| nibble(&two[0]) << 4 | two.get(1).map_or(0, nibble))
            .collect();
        let exchange = Exchange {
            start_us: self.now_us,
            duration_us: STRETCH_US,
            carrier,
            symbol_lock: lock,
            symbols: u16::try_from(levels.len()).unwrap(),
            soft: &[],
        };
        (exchange, soft)
    }

    /// Gives the rover a message and answers what it asks of the payload memory.
    pub(crate) fn tell_rover(&mut self, rover: &mut Rover, message: &ToComputer<'_>) {
        let mut asked = Vec::new();
        let (mut signal, mut hears, mut state) = (None, 0, 0);
        let counters = &mut self.counters;
        rover.handle(message, &mut |answer| match *answer {
            FromComputer::Emission(emission) => {
                hears = emission.receive_rate;
                state = emission.state;
                signal = Some(signal_of(&emission));
            }
            FromComputer::PayloadAsk { file } => asked.push((file, 0, None)),
            FromComputer::PayloadRead { file, at, len } => asked.push((file, at, Some(len))),
            FromComputer::Counter { name, value } => counters.push((name.to_owned(), value)),
            _ => {}
        });
        if let Some(signal) = signal {
            self.return_link = signal;
            self.rover_hears_at = hears;
            self.rover_state = state;
        }
        let payload = self.payload.clone();
        for (file, at, len) in asked {
            let answer = match len {
                None => ToComputer::PayloadFile {
                    file,
                    files: u8::from(!payload.is_empty()),
                    size: u32::try_from(payload.len()).unwrap(),
                    name: "payload.bin",
                },
                Some(len) => ToComputer::PayloadOctets {
                    file,
                    at,
                    octets: &payload[at as usize..at as usize + usize::from(len)],
                },
            };
            self.tell_rover(rover, &answer);
        }
    }

    pub(crate) fn tell_orbiter(&mut self, orbiter: &mut Relay, message: &ToComputer<'_>) {
        let mut signal = None;
        orbiter.handle(message, &mut |answer| match *answer {
            FromComputer::Emission(emission) => {
                self.orbiter_hears_at = emission.receive_rate;
                self.orbiter_state = emission.state;
                signal = Some(signal_of(&emission));
            }
            FromComputer::Heard {
                crc32,
                fate: magpie_bus::Fate::Recorded,
                ..
            } => {
                self.recorded.push(crc32);
            }
            FromComputer::Counter { name, value } => self.counters.push((name.to_owned(), value)),
            FromComputer::Log { text } => self.log.push(text.to_owned()),
            _ => {}
        });
        if let Some(signal) = signal {
            self.forward_link = signal;
        }
    }

    /// Orders a dump and collects it.
    pub(crate) fn dump(&mut self, orbiter: &mut Relay) {
        self.downlink.clear();
        self.tell_orbiter(orbiter, &ToComputer::Order(Order::Dump));
        let downlink = &mut self.downlink;
        while orbiter.work(&mut |answer| {
            if let FromComputer::Downlink { octets } = answer {
                downlink.extend_from_slice(octets);
            }
        }) {}
    }
}

fn signal_of(emission: &magpie_bus::Emission<'_>) -> Signal {
    let bits = emission
        .coded
        .iter()
        .flat_map(|octet| (0..8).map(move |i| octet >> (7 - i) & 1));
    Signal {
        modulation: emission.modulation,
        rate: emission.transmit_rate,
        symbols: bits.take(emission.symbols.into()).collect(),
    }
}

pub(crate) fn rover() -> Rover {
    let mut rover = Rover::new();
    rover
        .start(Box::leak(Box::new(Memory::new())))
        .expect("constants agree");
    rover
}

pub(crate) fn relay(flash: &Flash) -> Relay {
    let mut orbiter = Orbiter::new();
    let memory = Box::leak(Box::new(magpie_orbiter::Memory::new()));
    let device = Box::leak(Box::new(Device::new(flash.clone())));
    let ldpc = Box::leak(Box::new(LdpcMemory::new()));
    orbiter.start(device, Box::leak(Box::new(Decoders::new(ldpc))), memory);
    orbiter
}
