//! The Proximity-1 data link layer as values: sans-I/O, no heap, no clock of its own.
#![no_std]
#![forbid(unsafe_code)]

pub mod clock;
mod data_services;
pub mod endpoint;
pub mod event;
mod frame_sublayer;
pub mod io;
pub mod mac;
pub mod mib;
mod record_queue;
pub mod stats;
pub mod timer;
pub mod transceiver;

pub use io::reassembly::MAX_SLOTS;
pub use record_queue::{Lent, OVERHEAD};
