//! Managed parameters of the sending end of the uplink.
//!
//! Books: 231.0-B, 232.0-B-4, 232.1-B-2. The values of [`CommanderConfig::bch`] are ours, for a link with a round trip of some seconds at the most; with
//! more, `t1_initial` and `window` must grow.
//!
//! ```
//! use magpie_relay::earth::commander::CommanderConfig;
//! use magpie_wire::id::{Scid, Vcid};
//! assert_eq!(CommanderConfig::bch(Scid::MAX, Vcid::default()).cltu_max(), 2 + 147 * 8 + 8);
//! ```

use magpie_coding::cltu::{CltuEncodeError, CltuEncoder, LdpcCltuEncoder};
use magpie_link::clock::Duration;
use magpie_link::cop_1::TimeoutType;
use magpie_wire::id::{Scid, TcMapId, Vcid};
use magpie_wire::tc::FRAME_MAX;

/// Code of the CLTUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CltuCoding {
    /// BCH.
    Bch(CltuEncoder),
    /// LDPC.
    Ldpc(LdpcCltuEncoder),
}

impl CltuCoding {
    /// Octets of a CLTU with a frame of this length.
    pub const fn cltu_len(&self, frame_len: usize) -> usize {
        match self {
            Self::Bch(encoder) => encoder.cltu_len(frame_len),
            Self::Ldpc(encoder) => encoder.cltu_len(frame_len),
        }
    }

    /// Makes a CLTU.
    ///
    /// # Errors
    /// That of the encoder.
    pub fn encode(&self, frame: &[u8], out: &mut [u8]) -> Result<usize, CltuEncodeError> {
        match self {
            Self::Bch(encoder) => encoder.encode(frame, out),
            Self::Ldpc(encoder) => encoder.encode(frame, out),
        }
    }
}

/// One virtual channel as the ground sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommanderConfig {
    /// Spacecraft.
    pub scid: Scid,
    /// Virtual channel.
    pub vcid: Vcid,
    /// Data frames carry a segment header with this MAP.
    pub map_id: Option<TcMapId>,
    /// Frames end with a CRC-16.
    pub fecf: bool,
    /// Octets of the longest frame.
    pub frame_max: usize,
    /// Code.
    pub coding: CltuCoding,
    /// K, at most PW of FARM-1.
    pub window: u8,
    /// `T1_Initial`.
    pub t1_initial: Duration,
    /// `Transmission_Limit`.
    pub transmission_limit: u8,
    /// `Timeout_Type`.
    pub timeout_type: TimeoutType,
    /// Octets of packets that wait at the most.
    pub queue_octets: usize,
}

impl CommanderConfig {
    /// BCH, CRC, no segments, K = 10, T1 10 s, three transmissions, alert on timeout, a queue of 64 KiB.
    pub const fn bch(scid: Scid, vcid: Vcid) -> Self {
        Self {
            scid,
            vcid,
            map_id: None,
            fecf: true,
            frame_max: FRAME_MAX,
            coding: CltuCoding::Bch(CltuEncoder::bch()),
            window: 10,
            t1_initial: Duration::from_secs(10),
            transmission_limit: 3,
            timeout_type: TimeoutType::Alert,
            queue_octets: 64 * 1024,
        }
    }

    /// Octets of the longest CLTU.
    pub const fn cltu_max(&self) -> usize {
        self.coding.cltu_len(self.frame_max)
    }
}
