//! Registers of the devices that are used: 16550 serial line, PLIC, CLINT and the reset controller of `virt`.

/// A register of 32 bits.
#[derive(Debug, Clone, Copy)]
pub struct Register(usize);

/// A register of 8 bits.
#[derive(Debug, Clone, Copy)]
pub struct Octet(usize);

impl Register {
    /// What it holds.
    pub fn read(self) -> u32 {
        // SAFETY: the addresses below are those of device registers, which lie outside of all memory that Rust knows of.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    /// Writes it.
    pub fn write(self, value: u32) {
        // SAFETY: as in `read`; what the devices do after a write is an interrupt or a reset at most, for none of them writes to memory.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }
}

impl Octet {
    /// What it holds.
    pub fn read(self) -> u8 {
        // SAFETY: as in `Register::read`.
        unsafe { (self.0 as *const u8).read_volatile() }
    }

    /// Writes it.
    pub fn write(self, value: u8) {
        // SAFETY: as in `Register::write`.
        unsafe { (self.0 as *mut u8).write_volatile(value) }
    }
}

/// Serial line: received octet, octet to send.
pub const UART_DATA: Octet = Octet(0x1000_0000);
/// Serial line: which interrupts.
pub const UART_INTERRUPTS: Octet = Octet(0x1000_0001);
/// Serial line: control of its queues.
pub const UART_QUEUES: Octet = Octet(0x1000_0002);
/// Serial line: format.
pub const UART_FORMAT: Octet = Octet(0x1000_0003);
/// Serial line: status; reading clears the overrun.
pub const UART_STATUS: Octet = Octet(0x1000_0005);

/// Interrupt when an octet has come.
pub const ON_RECEPTION: u8 = 1 << 0;
/// Queues of 16 octets, empty; an interrupt for fourteen octets, or for fewer if none has followed for a while.
pub const QUEUES_ON: u8 = 0b1100_0111;
/// Format: data and interrupt registers are the lower and upper half of the divisor of the line's clock.
pub const DIVISOR: u8 = 1 << 7;
/// Octets that the sender's queue takes when it is empty.
pub const QUEUE_LEN: usize = 16;
/// Eight bits, no parity, one stop bit.
pub const EIGHT_BITS: u8 = 0b11;
/// Status: an octet has been received.
pub const DATA_READY: u8 = 1 << 0;
/// Status: an octet was lost as there was no room.
pub const OVERRUN: u8 = 1 << 1;
/// Status: the sender's queue is empty.
pub const SENDER_EMPTY: u8 = 1 << 5;

/// Number of the serial line's interrupt.
pub const UART_INTERRUPT: u32 = 10;
/// PLIC: priority of the serial line's interrupt.
pub const UART_PRIORITY: Register = Register(0x0C00_0000 + 4 * UART_INTERRUPT as usize);
/// PLIC: interrupts 0 to 31 that this hart gets in machine mode.
pub const INTERRUPT_MASK: Register = Register(0x0C00_2000);
/// PLIC: priorities up to this one are held back.
pub const THRESHOLD: Register = Register(0x0C20_0000);
/// PLIC: reading claims the interrupt, writing says that it is done.
pub const CLAIM: Register = Register(0x0C20_0004);

/// CLINT: the time of the next interrupt, lower and upper half.
pub const NEXT_TICK: [Register; 2] = [Register(0x0200_4000), Register(0x0200_4004)];
/// CLINT: time, lower and upper half.
pub const TIME: [Register; 2] = [Register(0x0200_BFF8), Register(0x0200_BFFC)];
/// Steps of [`TIME`] in a millisecond.
pub const STEPS_A_MS: u64 = 10_000;

/// Reset controller.
pub const FINISHER: Register = Register(0x0010_0000);
/// Reset controller: begin anew.
pub const RESET: u32 = 0x7777;
/// Reset controller: end, all is well.
pub const PASS: u32 = 0x5555;
/// Reset controller: end, with a code in the upper half.
pub const FAIL: u32 = 0x3333;
