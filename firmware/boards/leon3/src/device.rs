//! Registers of the three devices that are used: APBUART, IRQMP and GPTIMER of the GRLIB library. Each register is a word.

/// A register of a device.
#[derive(Debug, Clone, Copy)]
pub struct Register(usize);

impl Register {
    /// What it holds.
    pub fn read(self) -> u32 {
        // SAFETY: the addresses below are those of device registers, which lie outside of all memory that Rust knows of.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    /// Writes it.
    pub fn write(self, value: u32) {
        // SAFETY: as in `read`; what the devices do after a write is an interrupt at most, for none of them writes to memory.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }
}

/// Serial line: received octet, octet to send.
pub const UART_DATA: Register = Register(0x8000_0100);
/// Serial line: status.
pub const UART_STATUS: Register = Register(0x8000_0104);
/// Serial line: control.
pub const UART_CONTROL: Register = Register(0x8000_0108);

/// Status: an octet has been received.
pub const DATA_READY: u32 = 1 << 0;
/// Status: there is room for an octet to send.
pub const SENDER_EMPTY: u32 = 1 << 2;
/// Status: an octet was lost as there was no room.
pub const OVERRUN: u32 = 1 << 4;
/// Control: receive and send, interrupt when an octet has come.
pub const RECEIVE_BY_INTERRUPT: u32 = 1 << 0 | 1 << 1 | 1 << 2;

/// Interrupts that may come, one bit a level.
pub const INTERRUPT_MASK: Register = Register(0x8000_0240);

/// Clock of all timers: the processor's is divided by one more than this.
pub const PRESCALER: Register = Register(0x8000_0304);
/// First timer: it counts one more than this.
pub const TIMER_RELOAD: Register = Register(0x8000_0314);
/// First timer: control.
pub const TIMER_CONTROL: Register = Register(0x8000_0318);
/// Control: run, begin again at the end, load now, interrupt.
pub const TIMER_PERIODIC: u32 = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3;

/// Level of the serial line's interrupt.
pub const UART_LEVEL: u32 = 3;
/// Level of the first timer's interrupt.
pub const TIMER_LEVEL: u32 = 6;
/// The processor's clock.
pub const CLOCK_HZ: u32 = 40_000_000;
