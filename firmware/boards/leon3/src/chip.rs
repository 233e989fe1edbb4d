//! The processor: start-up, interrupts, watchdog, stack, and the ways to begin anew.

use core::arch::asm;
use core::panic::PanicInfo;
use core::sync::atomic::AtomicU32;

use magpie_board::Board;
use magpie_board::clock::Clock;
use magpie_board::flash::{FLASH_LEN, MemoryFlash};
use magpie_board::remnant::{Past, Remnant};
use magpie_bus::ResetCause;

use crate::device::{
    CLOCK_HZ, INTERRUPT_MASK, PRESCALER, TIMER_CONTROL, TIMER_LEVEL, TIMER_PERIODIC, TIMER_RELOAD,
    UART_LEVEL,
};
use crate::serial::{self, RING, Tx};
use crate::{Flash, Rx};

/// What unused stack holds, as `start.s` paints it.
const PAINT: u32 = 0x5AA5_C33C;

/// Time between two interrupts of the timer.
const TICK_MS: u32 = 10;
/// How `start.s` tells that the stack has run over: a type behind those of the processor.
const OVERFLOW: u32 = 0x100;

static CLOCK: Clock = Clock::new();

unsafe extern "C" {
    /// Memory that nobody loads or zeroes; any octets are valid in it.
    safe static __kept: Remnant;
    static mut __store_start: [u8; FLASH_LEN];
    static __stack_bottom: [u32; 0];
    static __stack_top: [u32; 0];
    /// Sleeps until an interrupt, unless one has set the flag since it was called last.
    safe fn sleep_unless(flag: &AtomicU32);
    safe fn restart() -> !;
    safe fn end() -> !;
}

unsafe extern "Rust" {
    safe fn application(board: Board<Rx, Tx, Flash, Chip>) -> !;
}

/// The processor.
#[derive(Debug)]
pub struct Chip {
    past: Past,
}

impl magpie_board::Chip for Chip {
    fn name(&self) -> &'static str {
        "leon3"
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
        RING.lost()
    }

    fn stack_peak(&self) -> usize {
        let (bottom, top) = (&raw const __stack_bottom, &raw const __stack_top);
        let mut at: *const u32 = bottom.cast();
        // SAFETY: from the bottom to the top there is nothing but our own stack, whole words; reading them changes nothing.
        unsafe {
            while at < top.cast() && at.read_volatile() == PAINT {
                at = at.add(1);
            }
        }
        top.addr() - at.addr()
    }

    fn idle(&mut self) {
        sleep_unless(&serial::RECEIVED);
    }

    fn quiet(&mut self) {
        // SAFETY: raises the processor's interrupt level to the highest one, nothing else; three instructions pass until it is in force.
        unsafe {
            asm!(
                "rd %psr, {level}",
                "or {level}, 0xf00, {level}",
                "wr {level}, %psr",
                "nop",
                "nop",
                "nop",
                level = out(reg) _,
                options(nomem, nostack)
            );
        }
    }

    fn reset(&mut self) -> ! {
        restart()
    }

    fn exit(&mut self, _code: u8) -> ! {
        end()
    }
}

/// Called by `start.s` with memory set up, traps on, interrupts off.
#[unsafe(no_mangle)]
extern "C" fn begin() -> ! {
    let past = __kept.begin();
    let tx = serial::begin();
    let microsecond = CLOCK_HZ / 1_000_000 - 1;
    if PRESCALER.read() != microsecond {
        PRESCALER.write(microsecond); // boot loaders set the same, and a timer may be running
    }
    TIMER_RELOAD.write(1_000 * TICK_MS - 1);
    TIMER_CONTROL.write(TIMER_PERIODIC);
    INTERRUPT_MASK.write(1 << UART_LEVEL | 1 << TIMER_LEVEL);
    // SAFETY: the region belongs to nothing else, any octets are valid in it, and this is the only reference to it ever made since the
    // start (after a restart nothing of the run before lives any more).
    let memory = unsafe { &mut *(&raw mut __store_start) };
    let flash = Some(MemoryFlash::at_start(memory, past.cause()));
    // SAFETY: sets PIL to 0, so interrupts come from here on; all that the handlers need is set up.
    unsafe {
        asm!("rd %psr, {0}", "andn {0}, 0xF00, {0}", "wr {0}, %psr", "nop", "nop", "nop", out(reg) _)
    }
    application(Board {
        rx: Rx::new(&RING),
        tx,
        flash,
        chip: Chip { past },
    })
}

/// Called by `start.s` with interrupts off: which came, and where it interrupted.
#[unsafe(no_mangle)]
extern "C" fn interrupt(level: u32, pc: u32) {
    match level {
        UART_LEVEL => serial::receive(),
        TIMER_LEVEL => tick(pc),
        _ => {} // nobody else is let through
    }
}

fn tick(pc: u32) {
    let bottom: *const u32 = (&raw const __stack_bottom).cast();
    // SAFETY: the lowest word of the stack.
    if unsafe { bottom.read_volatile() } != PAINT {
        unexpected_trap(OVERFLOW, pc) // it came back, but it was there
    }
    if CLOCK.tick(TICK_MS) {
        let words = __kept.dying(ResetCause::Watchdog);
        words.text("watchdog, pc ").hex(pc).end();
        restart()
    }
}

/// Called by `start.s` on a fresh stack: a trap that nobody handles, or too deep a stack.
#[unsafe(no_mangle)]
extern "C" fn unexpected_trap(kind: u32, pc: u32) -> ! {
    let words = __kept.dying(ResetCause::Trap);
    let words = match kind {
        OVERFLOW => words.text("stack overflow"),
        _ => words.text("trap ").hex(kind),
    };
    words.text(", pc ").hex(pc).end();
    restart()
}

#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    __kept.panicked(panic);
    restart()
}
