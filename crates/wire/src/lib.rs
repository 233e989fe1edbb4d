//! Octets to values and back, for the CCSDS relay books.
#![no_std]
#![forbid(unsafe_code)]

pub mod bits;
pub mod error;
pub mod id;
pub mod seq;

pub use error::EmitError;
