//! CMSDK APB UART 0: received by interrupt into a ring, sent by polling.
//!
//! The device holds a single octet each way. Application note of the board: UART 0 of each processor is its own, at `0xE7C0_0000`, its
//! receive interrupt is private interrupt 16.

use core::convert::Infallible;

use embedded_io::{ErrorType, Write};
use magpie_board::ring::Ring;

/// Octets that may wait for the application: the longest message of the line and then some.
pub const RING_LEN: usize = 1_024;

pub(crate) static RING: Ring<RING_LEN> = Ring::new();

const BASE: usize = 0xE7C0_0000;
const LINE_RATE: u32 = 1_000_000;

#[derive(Clone, Copy)]
#[repr(usize)]
enum Register {
    Data = 0x0,
    State = 0x4,
    Control = 0x8,
    Interrupt = 0xC,
    Divider = 0x10,
}

const TX_FULL: u32 = 1 << 0;
const RX_FULL: u32 = 1 << 1;
const RX_OVERRUN: u32 = 1 << 3;
/// Transmitter, receiver, receive interrupt.
const CONTROL: u32 = 1 << 0 | 1 << 1 | 1 << 3;
const RX_INTERRUPT: u32 = 1 << 1;

impl Register {
    fn read(self) -> u32 {
        // SAFETY: a register of the UART, aligned; reading has no effect outside the device.
        unsafe { ((BASE + self as usize) as *const u32).read_volatile() }
    }

    fn write(self, value: u32) {
        // SAFETY: a register of the UART, aligned; the device has no access to memory.
        unsafe { ((BASE + self as usize) as *mut u32).write_volatile(value) }
    }
}

/// Sets the device up.
pub(crate) fn start() -> Tx {
    Register::Divider.write(crate::CLOCK_HZ / LINE_RATE);
    Register::State.write(RX_OVERRUN);
    Register::Control.write(CONTROL);
    Tx(())
}

/// The receive interrupt.
pub(crate) fn receive() {
    Register::Interrupt.write(RX_INTERRUPT);
    let mut state = Register::State.read();
    while state & RX_FULL != 0 {
        RING.push(Register::Data.read().to_le_bytes()[0]);
        if state & RX_OVERRUN != 0 {
            RING.lose(1);
            Register::State.write(RX_OVERRUN);
        }
        state = Register::State.read();
    }
}

/// The transmitter; there is one.
#[derive(Debug)]
pub struct Tx(());

impl ErrorType for Tx {
    type Error = Infallible;
}

impl Write for Tx {
    fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
        for &octet in octets {
            self.flush()?;
            Register::Data.write(u32::from(octet));
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while Register::State.read() & TX_FULL != 0 {
            core::hint::spin_loop();
        }
        Ok(())
    }
}
