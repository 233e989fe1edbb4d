//! Orbiter.
#![no_std]
