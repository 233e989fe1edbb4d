//! Which board this build is for, under one name.
#![no_std]

#[cfg(board = "cortex-m")]
pub use magpie_board_cortex_m as board;
#[cfg(board = "cortex-r")]
pub use magpie_board_cortex_r as board;
#[cfg(board = "leon3")]
pub use magpie_board_leon3 as board;
#[cfg(board = "riscv")]
pub use magpie_board_riscv as board;
