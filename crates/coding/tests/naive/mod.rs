//! The slow, obvious twins of Reed–Solomon and of the two hunters: oracles for ever. They share no code and no table with the crate.

#![allow(
    dead_code,
    reason = "every test program uses its own part of this module"
)]
#![allow(unreachable_pub, reason = "a module of a test program")]

pub mod hunters;
pub mod reed_solomon;
