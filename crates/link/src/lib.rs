//! The Proximity-1 data link layer as values: sans-I/O, no heap, no clock of its own.
//!
//! A rover says something in the blind, an orbiter hears it:
//!
//! ```
//! use magpie_link::clock::{DataRate, Instant};
//! use magpie_link::endpoint::{Endpoint, Memory};
//! use magpie_link::mac::{Duplex, LocalDirective, Mode};
//! use magpie_link::mib::MibBuilder;
//! use magpie_link::transceiver::{Output, Transceiver};
//! use magpie_wire::id::{PortId, Scid};
//! use magpie_wire::v3::Qos;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (rover, orbiter) = (Scid::new(0x52).unwrap(), Scid::new(0x29).unwrap());
//! let start = |local, remote, duplex| -> Result<_, Box<dyn std::error::Error>> {
//!     let memory = Memory { delivery: vec![0; 8_192], reassembly: vec![], ..Memory::for_expedited(vec![0; 4_096]) };
//!     let endpoint = Endpoint::new(MibBuilder::new(local, remote).build()?, memory)?;
//!     let mut node = Transceiver::new(endpoint, DataRate::from_bits_per_s(8_000).unwrap());
//!     node.handle_directive(Instant::ZERO, LocalDirective::SetDuplex(duplex))?;
//!     node.handle_directive(Instant::ZERO, LocalDirective::SetMode(Mode::Active))?;
//!     Ok(node)
//! };
//! let mut rover_node = start(rover, orbiter, Duplex::SimplexTransmit)?;
//! let mut orbiter_node = start(orbiter, rover, Duplex::SimplexReceive)?;
//!
//! let packet = [0x08, 0x01, 0xC0, 0x00, 0x00, 0x04, b'm', b'a', b'g', b'p', b'i'];
//! rover_node.submit(Instant::ZERO, PortId::ZERO, Qos::Expedited, &packet)?;
//! rover_node.handle_directive(Instant::ZERO, LocalDirective::LocalNoMoreData)?;
//!
//! let (mut now, mut channel, mut heard) = (Instant::ZERO, [0; 64], vec![0; 2_048]);
//! loop {
//!     let octets = match rover_node.fill(now, &mut channel) {
//!         Output::Off => break,                          // all said, tail idle included
//!         Output::CarrierOnly { octets } => octets,      // the receiver finds the carrier meanwhile
//!         Output::Modulated { octets } => {
//!             let end = now + rover_node.rate().duration_of_bits(octets as u64 * 8);
//!             let taken = orbiter_node.handle_octets(end, &channel[..octets], &mut |_seen| ());
//!             assert_eq!(taken, octets);
//!             octets
//!         }
//!     };
//!     now = now + rover_node.rate().duration_of_bits(octets as u64 * 8);
//! }
//! let delivery = orbiter_node.poll_delivery(&mut heard)?.unwrap();
//! assert_eq!(delivery.octets, packet);
//! # Ok(())
//! # }
//! ```
//!
//! | Module | Job |
//! |---|---|
//! | [`transceiver`] | [`Transceiver`](transceiver::Transceiver): channel octets out, channel bits in; what a radio driver, a UART or a simulator drives |
//! | [`endpoint`] | [`Endpoint`](endpoint::Endpoint): frames out, frames in; what a datagram transport drives |
//! | [`mac`] | the state of a session: tables 6-2 to 6-14, directives, physical-layer switches |
//! | [`communication`] | what the two radios are set to |
//! | `data_services`, [`io`], `frame_sublayer` | order of services; packing, segments, reassembly, delivery; headers and frame acceptance |
//! | [`cop_p`] | the sequence-controlled service of one physical channel: FOP-P, FARM-P, resynchronisation |
//! | [`cop_1`] | telecommand: FOP-1 and FARM-1, the procedure between ground and orbiter |
//! | [`mib`] | managed parameters, checked once |
//! | [`event`], [`stats`] | what the user is told; counters by reason |
//! | [`timing`] | time tags, light time, clock correlation, time distribution |
//! | [`clock`], [`timer`] | time as an argument; one timer table |
//!
//! The contract with the driver: `handle_*` takes what happened, `poll_*` and `fill` hand out what to do, `poll_timeout` says when
//! something happens by itself. All memory is lent when an endpoint is made ([`endpoint::Memory`]); every queue has a bound and a
//! counted outcome when it is full. Received octets never panic.
//!
//! Full duplex, half duplex and simplex, both ends, expedited and sequence-controlled service; what the book leaves open or locks up in is
//! decided in `docs/deviations.md`.
#![no_std]
#![forbid(unsafe_code)]

pub mod clock;
pub mod communication;
pub mod cop_1;
pub mod cop_p;
mod data_services;
pub mod endpoint;
pub mod event;
mod frame_sublayer;
pub mod io;
pub mod mac;
pub mod mib;
mod record_queue;
pub mod stats;
pub mod timer;
pub mod timing;
pub mod transceiver;

pub use frame_sublayer::TransferFrame;
pub use io::reassembly::MAX_SLOTS;
pub use record_queue::{Lent, LentLater, OVERHEAD};
