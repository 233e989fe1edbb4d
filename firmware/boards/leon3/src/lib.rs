//! Board support for LEON3 (SPARC V8, big-endian): QEMU's `leon3_generic`.
//!
//! | Module | What |
//! |---|---|
//! | `start.s` | trap table, register windows, interrupt entry, start and warm start |
//! | [`device`] | registers of serial line, interrupt controller and timer |
//! | [`serial`] | the serial line: received by interrupt, sent by waiting |
//! | [`chip`] | watchdog, uptime, stack, reset; what happens at start-up, at a panic and at a trap |
//!
//! Interrupts use the interrupted stack and do not nest. A handler that touched the FPU would trap, as it is off there.
#![no_std]
#![cfg_attr(target_arch = "sparc", feature(asm_experimental_arch))]
#![cfg(target_arch = "sparc")]

pub mod chip;
pub mod device;
pub mod serial;

pub use chip::Chip;
pub use serial::Tx;

/// From the modem.
pub type Rx = magpie_board::ring::Reader<{ serial::RING_LEN }>;

/// The recorder's device: memory of its own that survives a reset, with the manners of a NOR flash.
pub type Flash = magpie_board::flash::MemoryFlash<'static>;

core::arch::global_asm!(include_str!("start.s"));
