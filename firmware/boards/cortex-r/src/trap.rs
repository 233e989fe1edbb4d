//! Panics and aborts: last words into the memory that survives, then a reset.

use core::arch::naked_asm;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use magpie_bus::ResetCause;

/// The program has ended on purpose: an undefined instruction now is the exit that no debugger took.
pub(crate) static END: AtomicBool = AtomicBool::new(false);

#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    aarch32_cpu::interrupt::disable();
    crate::_remnant.panicked(panic);
    crate::reset()
}

/// In place of aarch32-rt's handler, which would go back. The program counter is that of the instruction.
///
/// # Safety
/// For the vector table only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn _asm_undefined_handler() -> ! {
    naked_asm!("sub r0, lr, #4", "mov r1, #0", "b {enter}", enter = sym enter)
}

/// As [`_asm_undefined_handler`], for an instruction that could not be read.
///
/// # Safety
/// For the vector table only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn _asm_prefetch_abort_handler() -> ! {
    naked_asm!("sub r0, lr, #4", "mov r1, #1", "b {enter}", enter = sym enter)
}

/// As [`_asm_undefined_handler`], for data that could not be read or written.
///
/// # Safety
/// For the vector table only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn _asm_data_abort_handler() -> ! {
    naked_asm!("sub r0, lr, #8", "mov r1, #2", "b {enter}", enter = sym enter)
}

/// As [`_asm_undefined_handler`], for a call to an operating system that is not there.
///
/// # Safety
/// For the vector table only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn _asm_svc_handler() -> ! {
    naked_asm!("sub r0, lr, #4", "mov r1, #3", "b {enter}", enter = sym enter)
}

/// As [`_asm_undefined_handler`], for the fast interrupt that nobody uses.
///
/// # Safety
/// For the vector table only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn _asm_fiq_handler() -> ! {
    naked_asm!("sub r0, lr, #4", "mov r1, #4", "b {enter}", enter = sym enter)
}

/// Goes back to system mode, interrupts masked. The stack may be used up (that is one of the reasons to come here), so it begins anew.
///
/// # Safety
/// From the handlers above only.
#[unsafe(naked)]
unsafe extern "C" fn enter() -> ! {
    naked_asm!(
        "cpsid if, #0x1F",
        "mov r2, sp",
        "ldr sp, =_stack_start",
        "b {trap}",
        trap = sym trap,
    )
}

extern "C" fn trap(pc: u32, kind: usize, sp: usize) -> ! {
    const KINDS: [&str; 5] = [
        "undefined instruction",
        "prefetch abort",
        "data abort",
        "supervisor call",
        "fast interrupt",
    ];
    while END.load(Ordering::Relaxed) {
        aarch32_cpu::asm::wfi();
    }
    let words = crate::_remnant.dying(ResetCause::Trap);
    let words = if sp < (&raw const crate::_stack_end).addr() {
        words.text("stack overflow ")
    } else {
        words
    };
    words
        .text(KINDS.get(kind).copied().unwrap_or("?"))
        .text(" pc ")
        .hex(pc)
        .end();
    crate::reset()
}
