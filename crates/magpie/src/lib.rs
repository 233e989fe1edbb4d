//! The `magpie` program as a library: its sub-commands, and the reports it makes for people.

pub mod channel;
pub mod chart;
pub mod command;
pub mod daemon;
pub mod emulated;
mod encode;
mod files;
pub mod inspect;
mod link;
pub mod listen;
pub mod mib;
mod output;
mod progress;
pub mod report;
pub mod terminal;
pub mod up;
