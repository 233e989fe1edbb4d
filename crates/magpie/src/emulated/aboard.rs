//! Rover and orbiter as programs of this process: the code of the images without an emulator.

use std::sync::{Arc, Mutex, PoisonError};

use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use magpie_board::Application;
use magpie_bus::{FromComputer, Node, ToComputer};
use magpie_orbiter::Orbiter;
use magpie_rover::{Memory, Rover};
use magpie_store::{RamFlash, RamFlashError};

use crate::channel::InProcess;
use crate::channel::computer::Program;

/// Segments of the recorder's flash, 4 KiB each, as on the boards.
const SEGMENTS: usize = 64;
const WRITE: usize = 8;
const ERASE: usize = 4_096;

/// An application as a program.
struct Aboard<A>(A);

impl<A: Application + Send> Program for Aboard<A> {
    fn handle(&mut self, message: &ToComputer<'_>, mut out: &mut dyn FnMut(&FromComputer<'_>)) {
        self.0.handle(message, &mut out);
        if matches!(message, ToComputer::Order(magpie_bus::order::Order::Report)) {
            out(&FromComputer::ReportEnd);
        }
    }

    fn work(&mut self, mut out: &mut dyn FnMut(&FromComputer<'_>)) -> bool {
        self.0.work(&mut out)
    }
}

/// The rover.
///
/// # Panics
/// If the constants of the flight programs do not agree with each other, which their tests exclude.
pub fn rover() -> InProcess {
    InProcess::new("in-process", Node::Rover, |_| {
        // One queue memory a start: a reset is a rare thing here.
        let memory = Box::leak(Box::new(Memory::new()));
        let mut rover = Rover::new();
        rover.start(memory).expect("its own constants");
        Box::new(Aboard(rover))
    })
}

/// The orbiter; its flash survives resets.
///
/// # Panics
/// As [`rover`].
pub fn orbiter() -> InProcess {
    orbiter_with(&Flash::blank())
}

/// The orbiter with this flash, of which the caller keeps a handle.
///
/// # Panics
/// As [`rover`].
pub fn orbiter_with(flash: &Flash) -> InProcess {
    let flash = flash.clone();
    InProcess::new("in-process", Node::Orbiter, move |_| {
        let memory = Box::leak(Box::new(magpie_orbiter::Memory::new()));
        let mut orbiter = Orbiter::<Flash, SEGMENTS>::new();
        let device = Box::leak(Box::new(magpie_orbiter::Device::new(flash.clone())));
        let ldpc = Box::leak(Box::new(magpie_orbiter::LdpcMemory::new()));
        let decoders = Box::leak(Box::new(magpie_orbiter::Decoders::new(ldpc)));
        orbiter.start(device, decoders, memory);
        Box::new(Aboard(orbiter))
    })
}

/// A flash that outlives the program that writes to it.
#[derive(Debug, Clone)]
pub struct Flash(Arc<Mutex<Device>>);

type Device = RamFlash<Vec<u8>, WRITE, ERASE>;

impl Flash {
    /// Nothing was ever written.
    pub fn blank() -> Self {
        Self::holding(vec![0xFF; SEGMENTS * ERASE])
    }

    /// With this content.
    pub fn holding(content: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(RamFlash::new(content))))
    }

    /// What it holds.
    pub fn content(&self) -> Vec<u8> {
        self.with(|device| device.clone().into_inner())
    }

    /// Puts this content in its place, as no program could.
    pub fn replace(&self, content: Vec<u8>) {
        self.with(|device| *device = RamFlash::new(content));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Device) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ErrorType for Flash {
    type Error = RamFlashError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = Device::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), RamFlashError> {
        self.with(|device| device.read(offset, bytes))
    }

    fn capacity(&self) -> usize {
        self.with(|device| device.capacity())
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), RamFlashError> {
        self.with(|device| device.erase(from, to))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), RamFlashError> {
        self.with(|device| device.write(offset, bytes))
    }
}
