//! The nodes of a relay: what a rover sends blindly, what an orbiter keeps, and what it sends to Earth.
//!
//! ```
//! use magpie_relay::carousel::{Carousel, CarouselConfig, CarouselFile};
//! use magpie_wire::id::Apid;
//!
//! // A rover repeats one file as packets of the file delivery protocol, for as long as anybody may listen.
//! let config = CarouselConfig { source: 82, destination: 1, apid: Apid::new(1024).unwrap(), segment_octets: 200, first_transaction: 1 };
//! let file = CarouselFile { name: "sol-196.txt".into(), octets: b"1297 m driven".to_vec() };
//! let mut carousel = Carousel::new(config, vec![file]).unwrap();
//! let mut packet = [0; 256];
//! let first = carousel.next_packet(&mut packet).unwrap(); // Metadata
//! assert!(first > 6);
//! ```
//!
//! | Module | Where | What |
//! |---|---|---|
//! | [`carousel`] | rover | files → CFDP class 1 → space packets, again and again |
//! | [`canister`] | orbiter, transceiver | decoded bits, whatever they are, packed into blocks with time tags |
//! | [`block`] | orbiter, interface | transfer block: time tag and check of its own between transceiver and mass memory |
//! | [`record`] | orbiter, memory | record packet: a block as it arrived, marked good or damaged |
//! | [`store`], [`recorder`] | orbiter, memory | bounded memory; what finds no room is refused and counted |
//! | [`downlink`] | orbiter, to Earth | recordings → TM transfer frames, one virtual channel each |
//! | `node` | rover, orbiter | whole nodes without input or output: the radio, the memory, the Earth link, kept state |
//! | `contact` | orbiter, ground | the schedule of passes, and what became of each octet of a pass |
//! | `earth` | orbiter, ground | downlink in TM, AOS or USLP frames; telecommand uplink and its commander |
//! | `blindcast`, `files` | all | files over one-way passes; file delivery |
//! | [`time`] | all | on-board time as CUC |
//!
//! Everything is sans-I/O: time comes in as an argument, storage lies behind [`store::Store`], files behind [`carousel::Files`].
//!
//! Without its feature `std`, which is on by default, the crate needs no heap: memory is lent, the number of channels is a constant, recordings go
//! to the store in parts, and the octets of a file may come from anywhere ([`carousel::Carousel::next_need`]). With it there are conveniences on
//! vectors besides; the octets are the same.
//!
//! Not here yet: a mass memory on files, telecommands beyond their transport, two-way links of the nodes.
#![no_std]
#![forbid(unsafe_code)]
// The few `expect`s state what the line before has made sure; no input reaches them.
#![allow(clippy::missing_panics_doc)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "alloc")]
pub mod blindcast;
pub mod block;
pub mod canister;
pub mod carousel;
#[cfg(feature = "alloc")]
pub mod contact;
pub mod downlink;
#[cfg(feature = "alloc")]
pub mod earth;
#[cfg(feature = "alloc")]
pub mod files;
#[cfg(feature = "alloc")]
pub mod node;
mod parts;
pub mod record;
pub mod recorder;
pub mod store;
pub mod time;
