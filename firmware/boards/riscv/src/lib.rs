//! Board support for RISC-V, 32 and 64 bits: QEMU's `virt`.
//!
//! | Module | What |
//! |---|---|
//! | `start.s` | start, interrupt entry |
//! | [`device`] | registers of serial line, interrupt controller, timer and reset controller |
//! | [`serial`] | the serial line: received by interrupt, sent by waiting |
//! | [`chip`] | watchdog, uptime, stack, reset; what happens at start-up, at a panic and at a trap |
//!
//! Interrupts use the interrupted stack and do not nest. A handler that touched the floating-point unit would trap, as it is off there.
#![no_std]
#![cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]

pub mod chip;
pub mod device;
pub mod serial;

pub use chip::Chip;
pub use serial::Tx;

/// From the modem.
pub type Rx = magpie_board::ring::Reader<{ serial::RING_LEN }>;

/// The recorder's device: memory of its own that survives a reset, with the manners of a NOR flash.
pub type Flash = magpie_board::flash::MemoryFlash<'static>;

core::arch::global_asm!(
    ".equ WORD, {word}",
    ".equ FPU, {fpu}",
    include_str!("start.s"),
    word = const size_of::<usize>(),
    fpu = const cfg!(target_feature = "d") as u32,
);
