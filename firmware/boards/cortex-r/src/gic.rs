//! Generic interrupt controller, version 3: the private interrupts of the first processor, all of one priority.

use aarch32_cpu::register::{IccPmr, SysReg, SysRegRead, SysRegWrite};

/// Receiver of UART 0.
const UART_RECEIVE: u32 = 16;
/// The virtual timer.
const TIMER: u32 = 27;

const DISTRIBUTOR: usize = 0xF000_0000;
const REDISTRIBUTOR: usize = 0xF010_0000;
const DISTRIBUTOR_CONTROL: usize = DISTRIBUTOR;
const WAKER: usize = REDISTRIBUTOR + 0x14;
/// The private interrupts are in the second 64 KiB.
const GROUP: usize = REDISTRIBUTOR + 0x1_0080;
const ENABLE: usize = REDISTRIBUTOR + 0x1_0100;

const GROUP_1_ON: u32 = 1 << 1;
const PROCESSOR_SLEEP: u32 = 1 << 1;
const CHILDREN_ASLEEP: u32 = 1 << 2;
const LOWEST_PRIORITY: u32 = 0xFF;

fn read(register: usize) -> u32 {
    // SAFETY: only called with the addresses above, registers of the controller; reading has no effect outside it.
    unsafe { (register as *const u32).read_volatile() }
}

fn write(register: usize, value: u32) {
    // SAFETY: only called with the addresses above, registers of the controller, which has no access to memory.
    unsafe { (register as *mut u32).write_volatile(value) }
}

/// `ICC_IGRPEN1`: interrupts of group 1 reach the processor.
struct GroupEnable;
/// `ICC_IAR1`: the number of the interrupt that came; reading takes it on.
struct Acknowledge;
/// `ICC_EOIR1`: done with this one.
struct EndOfInterrupt;

impl SysReg for GroupEnable {
    const CP: u32 = 15;
    const OP1: u32 = 0;
    const CRN: u32 = 12;
    const CRM: u32 = 12;
    const OP2: u32 = 7;
}
impl SysRegWrite for GroupEnable {}

impl SysReg for Acknowledge {
    const CP: u32 = 15;
    const OP1: u32 = 0;
    const CRN: u32 = 12;
    const CRM: u32 = 12;
    const OP2: u32 = 0;
}
impl SysRegRead for Acknowledge {}

impl SysReg for EndOfInterrupt {
    const CP: u32 = 15;
    const OP1: u32 = 0;
    const CRN: u32 = 12;
    const CRM: u32 = 12;
    const OP2: u32 = 1;
}
impl SysRegWrite for EndOfInterrupt {}

/// Lets the two interrupts through to the processor, which still masks them.
pub(crate) fn start() {
    write(DISTRIBUTOR_CONTROL, read(DISTRIBUTOR_CONTROL) | GROUP_1_ON);
    write(WAKER, read(WAKER) & !PROCESSOR_SLEEP);
    while read(WAKER) & CHILDREN_ASLEEP != 0 {
        core::hint::spin_loop();
    }
    write(GROUP, u32::MAX);
    write(ENABLE, 1 << UART_RECEIVE | 1 << TIMER);
    // SAFETY: masks no priority and enables the group that all interrupts are in, as long as the processor masks them all.
    unsafe {
        IccPmr::write(IccPmr(LOWEST_PRIORITY));
        GroupEnable::write_raw(1);
    }
    aarch32_cpu::asm::isb();
}

/// Called by aarch32-rt's handler for an interrupt, in system mode.
#[unsafe(no_mangle)]
extern "C" fn _irq_handler() {
    let interrupt = Acknowledge::read_raw();
    match interrupt {
        UART_RECEIVE => crate::uart::receive(),
        TIMER => crate::tick(),
        _ => return, // one that is gone again: nothing was taken on
    }
    // SAFETY: the number is the one that was taken on.
    unsafe { EndOfInterrupt::write_raw(interrupt) };
}
