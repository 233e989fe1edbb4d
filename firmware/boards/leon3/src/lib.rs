//! LEON3 (SPARC V8): leon3_generic.
#![no_std]
