//! The link between the orbiter and Earth: frames down.
//!
//! Books: 132.0-B-3, 732.0-B-4, 732.1-B-3 for the way down. [`downlink`] makes transfer frames of packets and recordings.
//! Left out: channel coding. Everything is sans-I/O; a rate, a clock and a radio are the caller's.
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

pub mod downlink;
