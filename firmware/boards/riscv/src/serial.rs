//! The serial line: received by interrupt into a ring, sent by waiting for room.

use core::convert::Infallible;

use embedded_io::{ErrorType, Write};
use magpie_board::ring::Ring;

use crate::device::{
    CLAIM, DATA_READY, DIVISOR, EIGHT_BITS, INTERRUPT_MASK, ON_RECEPTION, OVERRUN, QUEUE_LEN,
    QUEUES_ON, SENDER_EMPTY, THRESHOLD, UART_DATA, UART_FORMAT, UART_INTERRUPT, UART_INTERRUPTS,
    UART_PRIORITY, UART_QUEUES, UART_STATUS,
};

/// Octets that may wait for the main loop: more than the longest message takes on the line.
pub const RING_LEN: usize = 1_024;
pub(crate) static RING: Ring<RING_LEN> = Ring::new();

/// What goes out.
#[derive(Debug)]
pub struct Tx(());

/// Switches the line on.
pub(crate) fn begin() -> Tx {
    UART_FORMAT.write(EIGHT_BITS | DIVISOR);
    UART_DATA.write(1); // the fastest there is; the wait for more octets is counted in octets
    UART_INTERRUPTS.write(0);
    UART_FORMAT.write(EIGHT_BITS);
    UART_QUEUES.write(QUEUES_ON);
    UART_INTERRUPTS.write(ON_RECEPTION);
    UART_PRIORITY.write(1);
    THRESHOLD.write(0);
    INTERRUPT_MASK.write(1 << UART_INTERRUPT);
    Tx(())
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
