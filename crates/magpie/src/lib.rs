//! The parts of the `magpie` program that can be used and tested without the command line: reports for people.

pub mod report;
pub mod terminal;
