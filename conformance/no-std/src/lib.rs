//! A library for a machine without an operating system: its own panic handler, no allocator, one call into each core crate.
//!
//! That it builds is the proof. `std` anywhere below would bring a second panic handler, `alloc` would ask for a global allocator.
#![no_std]

use core::panic::PanicInfo;

#[panic_handler]
fn halt(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

pub use magpie_coding as coding;
pub use magpie_link as link;
pub use magpie_wire as wire;
