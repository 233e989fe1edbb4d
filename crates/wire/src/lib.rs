//! Octets to values and back: every protocol data unit of the CCSDS relay books, without `std`, heap or dependency.
//!
//! ```
//! use magpie_wire::id::Scid;
//! use magpie_wire::pltu::Pltu;
//! use magpie_wire::spdu::{Spdu, Spdus};
//! use magpie_wire::v3::{ScidRole, V3Frame, V3Header};
//!
//! // Received: one PLTU with a P-frame in it.
//! let octets = [0xFA, 0xF3, 0x20, 0xB1, 0x23, 0x08, 0x06, 0x00, 0x80, 0x00, 0xD8, 0xA3, 0xC0, 0xFE];
//! let unit = Pltu::parse(&octets, None)?;
//! let frame = V3Frame::parse(unit.frame())?;
//! frame.check()?; // a frame that breaks a rule of the book is refused by the name of the rule
//! assert_eq!(frame.scid().get(), 0x123);
//! for spdu in Spdus::new(frame.data_field()) {
//!     assert!(matches!(spdu?, Spdu::Plcw(plcw) if plcw.report_value.get() == 0));
//! }
//!
//! // To send: a header and the caller's buffer.
//! let header = V3Header::p_frame(Scid::new(0x123).unwrap(), ScidRole::Destination);
//! let mut out = [0; 64];
//! let len = header.emit(&[0x80, 0x00], &mut out)?;
//! assert_eq!(out[..len], *unit.frame());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # How it is built
//! A **view** (`V3Frame<'a>`) borrows the octets and exists only if their structure holds, so its getters cannot fail. An
//! **owned header** (`V3Header`) is a plain struct of all fields; it `emit`s into the caller's buffer. `parse(emit(x)) == x` and
//! `emit(parse(o)) == o`: reserved codes and spare bits are carried, and a `check` says which rule they break. Identifiers are
//! newtypes ([`id`]), counters know their modulus ([`seq`]), each structure has its own small error enum.
//!
//! ```text
//!   rover - orbiter                           orbiter - Earth
//!   pltu    marker, frame, CRC-32             (CADU and CLTU live in magpie-coding)
//!   v3      Version-3 frame    uslp           tm, aos    tc    frames
//!   spdu    PLCW, directives                  ocf, clcw        reports
//!   segment parts of packets                  first_header     where packets start
//!           space_packet, encapsulation: what rides inside; time_code: when
//! ```
//!
//! Not here: check sums, error correction and marker search (`magpie-coding`), procedures and reassembly (`magpie-link`,
//! `magpie-ground`). The Blue Books were not at hand: each fact carries an evidence mark in `conformance/requirements.toml`,
//! and decisions where sources conflict are in `docs/deviations.md`.
#![no_std]
#![forbid(unsafe_code)]

pub mod aos;
pub mod bits;
pub mod clcw;
mod emit;
pub mod encapsulation;
pub mod error;
pub mod first_header;
pub mod id;
pub mod ocf;
pub mod packet;
pub mod pltu;
pub mod segment;
pub mod seq;
pub mod space_packet;
pub mod spdu;
pub mod tc;
pub mod time_code;
pub mod tm;
pub mod uslp;
pub mod v3;

pub use error::EmitError;
