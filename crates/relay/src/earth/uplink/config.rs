//! Managed parameters of the telecommand uplink.
//!
//! Books: 231.0-B, 232.0-B-4, 232.1-B-2 (what both ends must have agreed on). Bounds of queues are the implementer's.
//!
//! ```
//! use magpie_relay::earth::uplink::{UplinkChannel, UplinkConfig};
//! use magpie_wire::id::{Scid, Vcid};
//! let config = UplinkConfig::bch(Scid::MAX).with_channel(UplinkChannel::new(Vcid::default()).with_segments());
//! assert!(config.check().is_ok());
//! ```

use alloc::vec::Vec;
use core::fmt;

use magpie_coding::bch::BchMode;
use magpie_coding::cltu::{CltuConfig, LdpcCltuConfig};
use magpie_link::cop_1::FarmWindow;
use magpie_wire::id::{Scid, Vcid};
use magpie_wire::space_packet::HEADER_LEN;
use magpie_wire::tc::FRAME_MAX;

use crate::earth::coding::CltuDecoderConfig;

/// FARM-1 window W unless told otherwise.
const WINDOW: u8 = 64;

/// A virtual channel of the uplink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UplinkChannel {
    /// The channel.
    pub vcid: Vcid,
    /// Window of its FARM-1.
    pub window: FarmWindow,
    /// Data frames carry segment headers, so that packets may span frames and MAPs share the channel.
    pub segment_header: bool,
    /// Octets of the longest packet.
    pub packet_max: usize,
    /// MAPs on which a packet can be under way at the same time.
    pub maps_max: usize,
    /// Octets of packets that wait at the most; not less than the longest packet and a frame.
    pub queue_octets: usize,
}

impl UplinkChannel {
    /// Whole packets in frames, packets of 4,096 octets at the most, a queue of 64 KiB, W = 64.
    ///
    /// # Panics
    /// Never: the window is a valid one.
    pub const fn new(vcid: Vcid) -> Self {
        Self {
            vcid,
            window: FarmWindow::with_retransmission(WINDOW).expect("an even number"),
            segment_header: false,
            packet_max: 4_096,
            maps_max: 2,
            queue_octets: 64 * 1024,
        }
    }

    /// The same with segment headers.
    #[must_use]
    pub const fn with_segments(self) -> Self {
        Self {
            segment_header: true,
            ..self
        }
    }
}

/// The uplink of one spacecraft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UplinkConfig {
    /// The only spacecraft whose frames are accepted.
    pub scid: Scid,
    /// Frames end with a CRC-16.
    pub fecf: bool,
    /// Code of the CLTUs.
    pub coding: CltuDecoderConfig,
    /// The virtual channels.
    pub channels: Vec<UplinkChannel>,
}

impl UplinkConfig {
    /// BCH that corrects single errors, no randomizer, frames with a CRC.
    pub const fn bch(scid: Scid) -> Self {
        let cltu = CltuConfig::new(BchMode::SingleErrorCorrect);
        Self::new(scid, CltuDecoderConfig::Bch(cltu))
    }

    /// LDPC, short or long codewords, frames with a CRC.
    pub const fn ldpc(scid: Scid, config: LdpcCltuConfig) -> Self {
        Self::new(scid, CltuDecoderConfig::Ldpc(config))
    }

    const fn new(scid: Scid, coding: CltuDecoderConfig) -> Self {
        Self {
            scid,
            fecf: true,
            coding,
            channels: Vec::new(),
        }
    }

    /// The same without CRC.
    #[must_use]
    pub fn without_fecf(self) -> Self {
        Self {
            fecf: false,
            ..self
        }
    }

    /// The same with one more virtual channel.
    #[must_use]
    pub fn with_channel(mut self, channel: UplinkChannel) -> Self {
        self.channels.push(channel);
        self
    }

    /// Whether such an uplink can be.
    ///
    /// # Errors
    /// [`UplinkConfigError`], the first that is found.
    pub fn check(&self) -> Result<(), UplinkConfigError> {
        for (at, channel) in self.channels.iter().enumerate() {
            let vcid = channel.vcid;
            if self
                .channels
                .iter()
                .skip(at + 1)
                .any(|other| other.vcid == vcid)
            {
                return Err(UplinkConfigError::Twice { vcid });
            }
            let need = channel.packet_max.saturating_add(FRAME_MAX);
            if channel.packet_max <= HEADER_LEN || channel.queue_octets < need {
                return Err(UplinkConfigError::Queue { vcid });
            }
        }
        Ok(())
    }
}

/// Why an uplink cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UplinkConfigError {
    /// A virtual channel is named twice.
    Twice {
        /// The channel.
        vcid: Vcid,
    },
    /// The queue would not hold the longest packet and a frame, or no packet is that short.
    Queue {
        /// The channel.
        vcid: Vcid,
    },
}

impl fmt::Display for UplinkConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice { vcid } => write!(f, "virtual channel {} is named twice", vcid.get()),
            Self::Queue { vcid } => write!(
                f,
                "the queue of virtual channel {} does not hold its longest packet and a frame",
                vcid.get()
            ),
        }
    }
}

impl core::error::Error for UplinkConfigError {}
