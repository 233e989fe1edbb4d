//! The link between the orbiter and Earth: frames down, telecommands up.
//!
//! Books: 132.0-B-3, 732.0-B-4, 732.1-B-3 for the way down, 232.0-B-4, 232.1-B-2 for the way up, 131.0-B and 231.0-B for the codes. [`downlink`] makes
//! transfer frames of packets and recordings, [`coding`] channel symbols of frames; [`commander`] on the ground makes CLTUs of telecommand packets,
//! [`uplink`] on board packets of CLTUs, and the CLCWs that close the loop. Everything is sans-I/O; a rate, a clock and a radio are the caller's.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::earth::downlink::{Downlink, DownlinkConfig, VcConfig};
//! use magpie_wire::id::{Scid, Vcid};
//!
//! let housekeeping = Vcid::new(0).unwrap();
//! let config = DownlinkConfig::tm(Scid::new(65).unwrap(), 1115).with_channel(VcConfig::real_time(housekeeping));
//! let mut downlink = Downlink::new(config).unwrap();
//! downlink.offer(Instant::ZERO, housekeeping, &[0x08, 0x01, 0xC0, 0, 0, 0, 0x41]).unwrap();
//! let mut frame = [0; 1115];
//! downlink.next_frame(Instant::ZERO, &mut frame).unwrap();
//! ```

pub mod coding;
pub mod commander;
pub mod downlink;
pub mod uplink;
