//! The serial line: received by interrupt into a ring, sent by waiting for room.

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write};
use magpie_board::ring::Ring;

use crate::device::{
    CLAIM, DATA_READY, EIGHT_BITS, INTERRUPT_MASK, ON_RECEPTION, OVERRUN, QUEUE_LEN, QUEUES_ON,
    SENDER_EMPTY, THRESHOLD, UART_DATA, UART_FORMAT, UART_INTERRUPT, UART_INTERRUPTS,
    UART_PRIORITY, UART_QUEUES, UART_STATUS,
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
    UART_FORMAT.write(EIGHT_BITS);
    UART_QUEUES.write(QUEUES_ON);
    UART_INTERRUPTS.write(ON_RECEPTION);
    UART_PRIORITY.write(1);
    THRESHOLD.write(0);
    INTERRUPT_MASK.write(1 << UART_INTERRUPT);
    (Rx(()), Tx(()))
}

/// From the interrupt: takes all that is there, as one interrupt may stand for several octets.
pub(crate) fn receive() {
    let claimed = CLAIM.read();
    loop {
        let status = UART_STATUS.read();
        if status & OVERRUN != 0 {
            RING.lose(1);
        }
        if status & DATA_READY == 0 {
            break;
        }
        RING.push(UART_DATA.read());
    }
    CLAIM.write(claimed);
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
        for part in octets.chunks(QUEUE_LEN) {
            while UART_STATUS.read() & SENDER_EMPTY == 0 {}
            part.iter().for_each(|&octet| UART_DATA.write(octet));
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while UART_STATUS.read() & SENDER_EMPTY == 0 {}
        Ok(())
    }
}
