//! Arm Cortex-M: mps2-an386 (Cortex-M4F) and mps2-an500 (Cortex-M7), one image for both.
//!
//! Start-up is cortex-m-rt's. The SysTick interrupt counts the uptime and runs the watchdog, the interrupt of UART 0 fills the ring that
//! the application reads. Both have the same priority, so neither interrupts the other. The CMSDK watchdog of these boards is left off: it
//! would count the time of the machine that emulates them, which may be late, while the timer's interrupts count the emulated one.
//!
//! | Module | What |
//! |---|---|
//! | [`uart`] | CMSDK APB UART |
//! | `trap` | panics and faults: last words, then a reset |
#![cfg(all(target_arch = "arm", target_os = "none"))]
#![no_std]

mod trap;
pub mod uart;

use core::cell::UnsafeCell;
use core::sync::atomic::{Ordering, compiler_fence};

use cortex_m::Peripherals;
use cortex_m::peripheral::{CPUID, MPU, NVIC, SCB, SYST, syst::SystClkSource};
use cortex_m_rt as _; // start-up and vector table, which only the linker asks for
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

/// Clock of processor and peripherals.
const CLOCK_HZ: u32 = 25_000_000;
/// Time between two interrupts of the timer.
const TICK_MS: u32 = 10;
/// What cortex-m-rt paints the stack with.
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

/// Called by cortex-m-rt when memory is ready.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    let past = _remnant.begin();
    if let Some(peripherals) = Peripherals::take() {
        guard_stack(&peripherals.MPU);
        start_timer(peripherals.SYST);
    }
    let tx = uart::start();
    // SAFETY: main runs once, so this is the one reference to the device; its memory is in no section and in nobody else's hands.
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

/// Makes the 16 MiB below the stack a fault: on these boards a reserved area would swallow what is written there.
fn guard_stack(mpu: &MPU) {
    const MEBIBYTES_16: u32 = 23 << 1;
    const ENABLE: u32 = 1;
    const NO_CODE: u32 = 1 << 28;
    /// Whatever no region names is as without the unit.
    const BACKGROUND: u32 = 1 << 2;
    let below = (&raw const _stack_end).addr().to_le_bytes();
    let base = u32::from_le_bytes(below) - (16 << 20);
    // SAFETY: no access is a restriction of what lies in the region, and nothing of the program does.
    unsafe {
        mpu.rnr.write(0);
        mpu.rbar.write(base);
        mpu.rasr.write(NO_CODE | MEBIBYTES_16 | ENABLE);
        mpu.ctrl.write(BACKGROUND | ENABLE);
    }
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}

fn start_timer(mut timer: SYST) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CLOCK_HZ / 1_000 * TICK_MS - 1);
    timer.clear_current();
    timer.enable_interrupt();
    timer.enable_counter();
}

/// The timer's interrupt.
#[unsafe(no_mangle)]
extern "C" fn SysTick() {
    if CLOCK.tick(TICK_MS) {
        _remnant.dying(ResetCause::Watchdog).end();
        SCB::sys_reset();
    }
}

/// Processor and board.
#[derive(Debug)]
pub struct Chip {
    past: Past,
}

impl magpie_board::Chip for Chip {
    fn name(&self) -> &'static str {
        // SAFETY: CPUID can be read at any time, without effect.
        let part = unsafe { (*CPUID::PTR).base.read() } >> 4 & 0xFFF;
        match part {
            0xC27 => "cortex-m7",
            _ => "cortex-m4f",
        }
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
        // SAFETY: `at` stays within the stack's memory, all of which was painted at start-up; volatile, as the compiler does not know.
        while at < top && unsafe { at.cast::<u32>().read_volatile() } == PAINT {
            at = at.wrapping_add(1);
        }
        top.addr() - at.addr()
    }

    fn idle(&mut self) {
        cortex_m::interrupt::disable();
        // A pending interrupt wakes the processor also while masked: what comes in between this look and the sleep is not slept over.
        if uart::RING.is_empty() {
            cortex_m::asm::dsb();
            cortex_m::asm::wfi();
        }
        // SAFETY: interrupts were on before, as everywhere in an application.
        unsafe { cortex_m::interrupt::enable() };
    }

    fn quiet(&mut self) {
        cortex_m::interrupt::disable();
    }

    fn reset(&mut self) -> ! {
        SCB::sys_reset()
    }

    fn exit(&mut self, code: u8) -> ! {
        cortex_m::interrupt::disable();
        trap::END.store(true, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        semihosting_exit(code)
    }
}

/// Ends the emulation. Without a debugger the breakpoint is a fault, and that handler then sleeps for ever.
fn semihosting_exit(code: u8) -> ! {
    const SYS_EXIT_EXTENDED: u32 = 0x20;
    const APPLICATION_EXIT: u32 = 0x2_0026;
    let block = [APPLICATION_EXIT, u32::from(code)];
    // SAFETY: the call reads two words at r1; it does not come back, and if it does the loop follows.
    unsafe {
        core::arch::asm!("bkpt 0xAB", inout("r0") SYS_EXIT_EXTENDED => _, in("r1") &raw const block);
    }
    loop {
        cortex_m::asm::wfi();
    }
}

/// Lets an interrupt of the board through.
fn unmask(interrupt: uart::Interrupt) {
    // SAFETY: no critical section is built on masking single interrupts.
    unsafe { NVIC::unmask(interrupt) };
}
