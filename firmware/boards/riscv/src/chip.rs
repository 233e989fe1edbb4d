//! The processor: start-up, interrupts, watchdog, stack, and the ways to begin anew.

use core::arch::asm;
use core::panic::PanicInfo;

use magpie_board::Board;
use magpie_board::clock::Clock;
use magpie_board::flash::{FLASH_LEN, MemoryFlash};
use magpie_board::remnant::{Past, Remnant};
use magpie_bus::ResetCause;

use crate::device::{FAIL, FINISHER, NEXT_TICK, PASS, RESET, STEPS_A_MS, TIME};
use crate::serial::{self, RING, Tx};
use crate::{Flash, Rx};

/// What unused stack holds, as `start.s` paints it.
const PAINT: u32 = 0x5AA5_C33C;

/// Time between two interrupts of the timer.
const TICK_MS: u8 = 10;
/// Memory below the stack that nobody may touch.
const GUARD_LEN: usize = 64 * 1024;

static CLOCK: Clock = Clock::new();

unsafe extern "C" {
    /// Memory that nobody loads or zeroes; any octets are valid in it.
    safe static __kept: Remnant;
    static mut __store_start: [u8; FLASH_LEN];
    static __stack_bottom: [u32; 0];
    static __stack_top: [u32; 0];
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
        if cfg!(target_pointer_width = "64") {
            "riscv64"
        } else {
            "riscv32"
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
        // SAFETY: interrupts go off for the time of the check, so none can come between it and `wfi`, which any pending one ends, even if
        // it is held back; then they are taken.
        unsafe {
            asm!("csrci mstatus, 8", options(nomem, nostack));
            if RING.is_empty() {
                asm!("wfi", options(nomem, nostack));
            }
            asm!("csrsi mstatus, 8", options(nomem, nostack));
        }
    }

    fn quiet(&mut self) {
        // SAFETY: clears the machine interrupt enable bit, nothing else.
        unsafe { asm!("csrci mstatus, 8", options(nomem, nostack)) }
    }

    fn reset(&mut self) -> ! {
        restart()
    }

    fn exit(&mut self, code: u8) -> ! {
        finish(if code == 0 {
            PASS
        } else {
            u32::from(code) << 16 | FAIL
        })
    }
}

fn restart() -> ! {
    finish(RESET)
}

/// The reset controller takes a moment.
fn finish(how: u32) -> ! {
    // SAFETY: interrupts off: nothing else may happen now.
    unsafe { asm!("csrci mstatus, 8", options(nomem, nostack)) }
    FINISHER.write(how);
    loop {
        core::hint::spin_loop();
    }
}

/// The next interrupt of the timer: [`TICK_MS`] from now, whatever was missed. The upper half is out of reach while the halves do not
/// fit each other, so there is no interrupt too early.
fn arm_timer() {
    let time = loop {
        let [low, high] = TIME.map(|half| half.read());
        if TIME[1].read() == high {
            break u64::from(high) << 32 | u64::from(low);
        }
    };
    let next = (time + u64::from(TICK_MS) * STEPS_A_MS).to_be_bytes();
    let [h3, h2, h1, h0, l3, l2, l1, l0] = next;
    NEXT_TICK[1].write(u32::MAX);
    NEXT_TICK[0].write(u32::from_be_bytes([l3, l2, l1, l0]));
    NEXT_TICK[1].write(u32::from_be_bytes([h3, h2, h1, h0]));
}

/// Called by `start.s` with memory set up, traps on, interrupts off.
#[unsafe(no_mangle)]
extern "C" fn begin() -> ! {
    let past = __kept.begin();
    let tx = serial::begin();
    guard_stack();
    arm_timer();
    // SAFETY: the region belongs to nothing else, any octets are valid in it, and this is the only reference to it ever made since the
    // start (after a restart nothing of the run before lives any more).
    let memory = unsafe { &mut *(&raw mut __store_start) };
    let flash = Some(MemoryFlash::at_start(memory, past.cause()));
    // SAFETY: interrupts of timer and PLIC come from here on; all that the handlers need is set up.
    unsafe { asm!("csrw mie, {0}", "csrsi mstatus, 8", in(reg) 1 << 7 | 1 << 11, options(nostack)) }
    application(Board {
        rx: Rx::new(&RING),
        tx,
        flash,
        chip: Chip { past },
    })
}

/// Called by `start.s` with interrupts off: which came, and where it interrupted.
#[unsafe(no_mangle)]
extern "C" fn interrupt(cause: usize, pc: usize) {
    match cause & 0xFF {
        7 => tick(pc),
        11 => serial::receive(),
        _ => {} // no other is let through
    }
}

fn tick(pc: usize) {
    arm_timer();
    if CLOCK.tick(u32::from(TICK_MS)) {
        let words = __kept.dying(ResetCause::Watchdog);
        words.text("watchdog, pc ").hex(low(pc)).end();
        restart()
    }
}

/// Called by `start.s` on a fresh stack: a trap that nobody handles.
#[unsafe(no_mangle)]
extern "C" fn unexpected_trap(cause: usize, pc: usize, address: usize) -> ! {
    let words = __kept.dying(ResetCause::Trap);
    let guard = (&raw const __stack_bottom).addr().wrapping_sub(GUARD_LEN);
    let words = if address.wrapping_sub(guard) < GUARD_LEN {
        words.text("stack overflow")
    } else {
        words.text("trap ").hex(low(cause))
    };
    words.text(", pc ").hex(low(pc)).end();
    restart()
}

/// Makes any access to what lies below the stack a trap, until the next reset.
fn guard_stack() {
    const LOCKED_POWER_OF_TWO_NO_ACCESS: usize = 0x98;
    let guard = (&raw const __stack_bottom).addr().wrapping_sub(GUARD_LEN);
    let region = guard >> 2 | (GUARD_LEN / 2 - 1) >> 2;
    // SAFETY: no access is a restriction of what lies in the region, and nothing of the program does.
    unsafe {
        asm!("csrw pmpaddr0, {0}", "csrw pmpcfg0, {1}", in(reg) region, in(reg) LOCKED_POWER_OF_TWO_NO_ACCESS, options(nostack));
    }
}

/// All addresses of this board fit.
fn low(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    __kept.panicked(panic);
    restart()
}
