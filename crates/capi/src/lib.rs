//! The C interface: one end of a Proximity-1 link, and the codes, for flight software in C and C++.
//!
//! Not from a book. What `include/magpie.h` declares is defined here; the header is written by `cargo xtask capi` and checked in. `docs/capi.md`
//! shows who calls what. Left out: LDPC, time services, status reports.
//!
//! The rules of this border:
//!
//! - All memory is the caller's: a block for the endpoint, and a buffer for each queue, lent from `magpie_transceiver_init` on. Nothing is allocated.
//! - Nothing is called back. What arrives, and what happened, is polled.
//! - Every pointer is checked for null, every length, every alignment, and that nothing handed over lies in memory that is lent. What cannot be checked
//!   is said in the documentation of each function: that a pointer points to as many octets as the caller says.
//! - A structure begins with its own size, and the configuration carries the version of this interface: a program built against another header is
//!   refused instead of misread.
//! - One endpoint is used by one caller at a time; two endpoints share nothing.
//!
//! ```
//! use magpie_capi::coding::magpie_crc32;
//! use magpie_capi::error::MagpieError;
//! let (frame, mut crc) = ([0x80, 0x00, 0x00, 0x04, 0x00], 0);
//! // SAFETY: five octets there, and a place for the answer.
//! let error = unsafe { magpie_crc32(frame.as_ptr(), frame.len(), &raw mut crc) };
//! assert_eq!((error, crc), (MagpieError::Ok, 0xBCC0_04E7));
//! ```
#![cfg_attr(target_os = "none", no_std)]
// The documentation of what C sees goes into the header, where backticks would only stand in the way.
#![allow(clippy::doc_markdown)]

pub mod coding;
pub mod config;
pub mod error;
pub mod event;
mod frames;
mod pointer;
pub mod status;
pub mod transceiver;

/// Version of this interface. It changes when a program that was built against an older header would misunderstand it.
pub const MAGPIE_ABI_VERSION: u32 = 1;

/// The version of the library that is linked: compare it with `MAGPIE_ABI_VERSION` of the header.
#[unsafe(no_mangle)]
pub extern "C" fn magpie_abi_version() -> u32 {
    MAGPIE_ABI_VERSION
}

/// Where no operating system could end the program, a broken invariant stops here, with the watchdog to reset the computer.
#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
