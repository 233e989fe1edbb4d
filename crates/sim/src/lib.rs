//! A seeded world that runs the shipping code, hop by hop.

pub mod report;
