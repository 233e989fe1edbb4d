//! Arm Cortex-R52: mps3-an536.
#![no_std]
