//! Panics and faults: last words into the memory that survives, then a reset.

use core::arch::naked_asm;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::peripheral::SCB;
use magpie_bus::ResetCause;

/// The program has ended on purpose: a fault now is the exit that no debugger took.
pub(crate) static END: AtomicBool = AtomicBool::new(false);

#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    crate::_remnant.panicked(panic);
    SCB::sys_reset()
}

/// Every exception that nothing else handles. The stack may be used up (that is one of the reasons to come here), so it begins anew.
///
/// # Safety
/// For the vector table only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn DefaultHandler() -> ! {
    naked_asm!(
        "mov r0, sp",
        "ldr r1, =_stack_start",
        "mov sp, r1",
        "b {trap}",
        trap = sym trap,
    )
}

/// As [`DefaultHandler`].
///
/// # Safety
/// For the vector table only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn HardFault() -> ! {
    naked_asm!("b {handler}", handler = sym DefaultHandler)
}

/// `frame`: where the processor put its registers, the program counter as the seventh.
extern "C" fn trap(frame: *const u32) -> ! {
    /// Octets of registers that an exception saves at least.
    const FRAME: usize = 32;
    cortex_m::interrupt::disable();
    while END.load(Ordering::Relaxed) {
        cortex_m::asm::wfi();
    }
    let stack = (&raw const crate::_stack_end).addr()..(&raw const crate::_stack_start).addr();
    let words = crate::_remnant.dying(ResetCause::Trap);
    let words = if frame.addr() < stack.start + FRAME || frame.addr() + FRAME > stack.end {
        words.text("stack overflow")
    } else {
        // SAFETY: inside the stack, and aligned as the processor keeps its stack pointer.
        words
            .text("pc ")
            .hex(unsafe { frame.add(6).read_volatile() })
    };
    // SAFETY: both registers can be read at any time, without effect.
    let (exception, status) = unsafe { ((*SCB::PTR).icsr.read() & 0x1FF, (*SCB::PTR).cfsr.read()) };
    words
        .text(" exception ")
        .decimal(exception)
        .text(" cfsr ")
        .hex(status)
        .end();
    SCB::sys_reset()
}
