//! Arm Cortex-M: mps2-an386 (M4F) and mps2-an500 (M7).
#![no_std]
