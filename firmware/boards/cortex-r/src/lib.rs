//! Arm Cortex-R52: mps3-an536.
//!
//! Start-up is aarch32-rt's. The interrupt of the virtual timer counts the uptime and runs the watchdog, the one of UART 0 fills the ring
//! that the application reads; neither interrupts the other. The CMSDK watchdog of the board is used for resets only: left running, it
//! would count the time of the machine that emulates it, which may be late, while the timer's interrupts count the emulated one.
//!
//! | Module | What |
//! |---|---|
//! | [`uart`] | CMSDK APB UART |
//! | `gic` | interrupt controller |
//! | `trap` | panics and aborts: last words, then a reset |
#![cfg(all(target_arch = "arm", target_os = "none"))]
#![no_std]

mod gic;
mod trap;
pub mod uart;

use core::cell::UnsafeCell;
use core::sync::atomic::{Ordering, compiler_fence};

use aarch32_cpu::generic_timer::{El1VirtualTimer, GenericTimer};
use aarch32_rt as _; // start-up and vector table, which only the linker asks for
use magpie_board::Board;
use magpie_board::clock::Clock;
use magpie_board::flash::{FLASH_LEN, MemoryFlash};
use magpie_board::remnant::{Past, Remnant};
use magpie_board::ring::Reader;
use magpie_bus::ResetCause;

/// From the modem.
pub type Rx = Reader<{ uart::RING_LEN }>;
/// To the modem.
pub type Tx = uart::Tx;
/// The recorder's device.
pub type Flash = MemoryFlash<'static>;

/// Clock of the peripherals.
const CLOCK_HZ: u32 = 50_000_000;
/// Time between two interrupts of the timer.
const TICK_MS: u32 = 10;
const PAINT: u32 = 0xCCCC_CCCC;

static CLOCK: Clock = Clock::new();

// SAFETY: every image links exactly one `application` of this type; memory.x gives the symbols.
unsafe extern "Rust" {
    fn application(board: Board<Rx, Tx, Flash, Chip>) -> !;
}

// SAFETY: addresses out of memory.x. A `Remnant` is valid whatever its memory holds, and nothing else lies there; the other symbols are
// only ever taken the address of.
unsafe extern "C" {
    safe static _remnant: Remnant;
    static _device: UnsafeCell<u8>;
    static _stack_end: UnsafeCell<u32>;
    static _stack_start: UnsafeCell<u32>;
}

/// Called by aarch32-rt when memory is ready.
#[unsafe(no_mangle)]
extern "C" fn kmain() -> ! {
    paint_stack();
    let past = _remnant.begin();
    gic::start();
    start_tick();
    let tx = uart::start();
    // SAFETY: there is no critical section to break, all that interrupts touch is set up.
    unsafe { aarch32_cpu::interrupt::enable() };
    // SAFETY: kmain runs once, so this is the one reference to the device; its memory is in no section and in nobody else's hands.
    let device = unsafe {
        core::slice::from_raw_parts_mut((&raw const _device).cast_mut().cast(), FLASH_LEN)
    };
    let board = Board {
        rx: Reader::new(&uart::RING),
        tx,
        flash: Some(MemoryFlash::at_start(device, past.cause())),
        chip: Chip { past },
    };
    // SAFETY: see its declaration.
    unsafe { application(board) }
}

/// Paints the stack below its pointer. In assembly, as no compiler promises where that pointer stands in a function.
#[unsafe(naked)]
extern "C" fn paint_stack() {
    core::arch::naked_asm!(
        "ldr r0, =_stack_end",
        "ldr r1, ={paint}",
        "mov r2, sp",
        "0: cmp r0, r2",
        "bhs 1f",
        "str r1, [r0], #4",
        "b 0b",
        "1: bx lr",
        paint = const PAINT,
    )
}

/// Begins the next stretch of time from now on: one that came late does not make the following ones come early.
fn start_tick() {
    // SAFETY: the handle lives in this function only, which the start-up calls before interrupts are on, and afterwards they alone.
    let mut timer = unsafe { El1VirtualTimer::new() };
    timer.countdown_set(timer.frequency_hz() / 1_000 * TICK_MS);
    timer.interrupt_mask(false);
    timer.enable(true);
}

/// The timer's interrupt.
fn tick() {
    start_tick();
    if CLOCK.tick(TICK_MS) {
        _remnant.dying(ResetCause::Watchdog).end();
        reset();
    }
}

/// Lets the hardware watchdog run out, the way to a reset on this board.
fn reset() -> ! {
    const WATCHDOG: usize = 0xE010_0000;
    const LOAD: usize = 0x000;
    const CONTROL: usize = 0x008;
    const LOCK: usize = 0xC00;
    const SECOND_TIMEOUT_RESETS: u32 = 0b11;
    aarch32_cpu::interrupt::disable();
    for (register, value) in [
        (LOCK, 0x1ACC_E551),
        (LOAD, CLOCK_HZ / 100_000),
        (CONTROL, SECOND_TIMEOUT_RESETS),
    ] {
        // SAFETY: registers of the watchdog, aligned; the device has no access to memory.
        unsafe { ((WATCHDOG + register) as *mut u32).write_volatile(value) };
    }
    loop {
        core::hint::spin_loop();
    }
}

/// Processor and board.
#[derive(Debug)]
pub struct Chip {
    past: Past,
}

impl magpie_board::Chip for Chip {
    fn name(&self) -> &'static str {
        "cortex-r52"
    }

    fn kick(&mut self) {
        CLOCK.kick();
    }

    fn uptime_ms(&self) -> u32 {
        CLOCK.uptime_ms()
    }

    fn reset_cause(&self) -> ResetCause {
        self.past.cause()
    }

    fn boots(&self) -> u32 {
        self.past.boots()
    }

    fn last_words(&self) -> &str {
        self.past.last_words()
    }

    fn overruns(&self) -> u32 {
        uart::RING.lost()
    }

    fn stack_peak(&self) -> usize {
        let (mut at, top) = (&raw const _stack_end, &raw const _stack_start);
        // SAFETY: `at` stays within the stack's memory, all of which was painted or used; volatile, as the compiler does not know.
        while at < top && unsafe { at.cast::<u32>().read_volatile() } == PAINT {
            at = at.wrapping_add(1);
        }
        top.addr() - at.addr()
    }

    fn idle(&mut self) {
        aarch32_cpu::interrupt::disable();
        // A pending interrupt wakes the processor also while masked: what comes in between this look and the sleep is not slept over.
        if uart::RING.is_empty() {
            aarch32_cpu::asm::dsb();
            aarch32_cpu::asm::wfi();
        }
        // SAFETY: interrupts were on before, as everywhere in an application.
        unsafe { aarch32_cpu::interrupt::enable() };
    }

    fn quiet(&mut self) {
        aarch32_cpu::interrupt::disable();
    }

    fn reset(&mut self) -> ! {
        reset()
    }

    fn exit(&mut self, code: u8) -> ! {
        aarch32_cpu::interrupt::disable();
        trap::END.store(true, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        semihosting_exit(code)
    }
}

/// Ends the emulation. Without a debugger the instruction is undefined, and that handler then sleeps for ever.
#[instruction_set(arm::a32)]
fn semihosting_exit(code: u8) -> ! {
    const SYS_EXIT_EXTENDED: u32 = 0x20;
    const APPLICATION_EXIT: u32 = 0x2_0026;
    let block = [APPLICATION_EXIT, u32::from(code)];
    // SAFETY: the call reads two words at r1; it does not come back, and if it does the loop follows.
    unsafe {
        core::arch::asm!(
            ".inst 0xE10F0070", // hlt 0xF000
            inout("r0") SYS_EXIT_EXTENDED => _,
            in("r1") &raw const block,
        );
    }
    loop {
        aarch32_cpu::asm::wfi();
    }
}
