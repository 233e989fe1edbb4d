//! Octets to values and back, for the CCSDS relay books.
#![no_std]
#![forbid(unsafe_code)]

pub mod aos;
pub mod bits;
pub mod clcw;
mod emit;
pub mod encapsulation;
pub mod error;
pub mod first_header;
pub mod id;
pub mod ocf;
pub mod packet;
pub mod pltu;
pub mod segment;
pub mod seq;
pub mod space_packet;
pub mod spdu;
pub mod tc;
pub mod time_code;
pub mod tm;
pub mod uslp;
pub mod v3;

pub use error::EmitError;
