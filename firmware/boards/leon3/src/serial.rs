//! The serial line: received by interrupt into a ring, sent by waiting for room.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_io::{ErrorType, Write};
use magpie_board::ring::Ring;

use crate::device::{
    DATA_READY, OVERRUN, RECEIVE_BY_INTERRUPT, SENDER_EMPTY, UART_CONTROL, UART_DATA, UART_STATUS,
};

/// Octets that may wait for the main loop: more than the longest message takes on the line.
pub const RING_LEN: usize = 1_024;
pub(crate) static RING: Ring<RING_LEN> = Ring::new();

/// Not 0 if something has come since the last sleep.
pub(crate) static RECEIVED: AtomicU32 = AtomicU32::new(0);

/// What goes out.
#[derive(Debug)]
pub struct Tx(());

/// Switches the line on.
pub(crate) fn begin() -> Tx {
    UART_CONTROL.write(RECEIVE_BY_INTERRUPT);
    Tx(())
}

/// From the interrupt: takes all that is there, as one interrupt may stand for several octets.
pub(crate) fn receive() {
    RECEIVED.store(1, Ordering::Relaxed);
    loop {
        let status = UART_STATUS.read();
        if status & OVERRUN != 0 {
            RING.lose(1);
            UART_STATUS.write(0);
        }
        if status & DATA_READY == 0 {
            return;
        }
        RING.push(UART_DATA.read().to_be_bytes()[3]);
    }
}

impl ErrorType for Tx {
    type Error = Infallible;
}

impl Write for Tx {
    fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
        for &octet in octets {
            while UART_STATUS.read() & SENDER_EMPTY == 0 {}
            UART_DATA.write(u32::from(octet));
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while UART_STATUS.read() & SENDER_EMPTY == 0 {}
        Ok(())
    }
}
