//! The serial line: received by interrupt into a ring, sent by waiting for room.

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write};
use magpie_board::ring::Ring;

use crate::device::{
    DATA_READY, OVERRUN, RECEIVE_BY_INTERRUPT, SENDER_EMPTY, UART_CONTROL, UART_DATA, UART_STATUS,
};

/// Octets that may wait for the main loop: more than the longest message takes on the line.
pub const RING_LEN: usize = 1_024;
pub(crate) static RING: Ring<RING_LEN> = Ring::new();

/// What comes in.
#[derive(Debug)]
pub struct Rx(());

/// What goes out.
#[derive(Debug)]
pub struct Tx(());

/// Switches the line on.
pub(crate) fn begin() -> (Rx, Tx) {
    UART_CONTROL.write(RECEIVE_BY_INTERRUPT);
    (Rx(()), Tx(()))
}

/// From the interrupt: takes all that is there, as one interrupt may stand for several octets.
pub(crate) fn receive() {
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

impl ErrorType for Rx {
    type Error = Infallible;
}

impl ReadReady for Rx {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!RING.is_empty())
    }
}

impl Read for Rx {
    /// Waits for the first octet, then takes what is there.
    fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
        let mut len = 0;
        while let Some(place) = octets.get_mut(len) {
            if let Some(octet) = RING.pop() {
                *place = octet;
                len += 1;
            } else if len > 0 {
                break;
            }
        }
        Ok(len)
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
