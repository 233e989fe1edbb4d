//! `wire`, `coding` and `link` alone in a static library, with an entry point for everything in them that received octets are fed to.
//!
//! `cargo xtask firmware no-panic` builds it for the bare-metal targets as firmware is built and looks in the machine code for ways from these entry
//! points to the panic machinery. There must be none but those that `exceptions.toml` names, each with its reason. Nothing here is meant to run.
//!
//! Every entry point takes what it works on from outside, so that the optimiser knows no more about it than it would in a program; views go
//! through `black_box` between `parse` and their getters, so that a getter must be safe by its own code.
#![no_std]

mod codes;
mod coding;
mod link;
mod wire;

use core::hint::black_box;
use core::panic::PanicInfo;

unsafe extern "C" {
    /// Defined nowhere: whoever gets here has panicked, whatever the optimiser makes of the way.
    safe fn magpie_has_panicked() -> !;
}

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    magpie_has_panicked()
}

/// Makes the optimiser believe that a value is used.
fn keep<T>(value: T) {
    black_box(value);
}

/// A control: panics on some octets, in its own code. The check must find it.
#[unsafe(no_mangle)]
pub fn np_control_index(octets: &[u8], at: usize) -> u8 {
    octets[at]
}

/// A control: panics in a function that it calls.
#[unsafe(no_mangle)]
pub fn np_control_call(octets: &[u8]) -> u8 {
    last(octets).wrapping_add(last(black_box(octets)))
}

#[inline(never)]
fn last(octets: &[u8]) -> u8 {
    *octets.last().unwrap()
}
