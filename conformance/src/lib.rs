//! Requirements and public-API tests: what the books ask, and that the crates do it together.
//!
//! `requirements.toml` lists the clauses, `tests/` the vectors, `oracles/` the scripts for other people's decoders, `no-std/` the proof that
//! the core needs no operating system.
