//! RISC-V 32 and 64: virt.
#![no_std]
