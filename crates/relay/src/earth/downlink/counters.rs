//! The counts of a downlink across restarts.
//!
//! Books: 132.0-B-3, 732.0-B-4, 732.1-B-3 (counts of master and virtual channels). The octets are ours: `MDC` and the version 1, counts most significant
//! octet first, CRC-16.
//!
//! ```
//! use magpie_relay::earth::downlink::Counters;
//! let counters = Counters { mc_count: 7, idle_count: 9, channels: Vec::new() };
//! assert_eq!(Counters::parse(&counters.to_octets()), Some(counters));
//! ```

use alloc::vec::Vec;

use magpie_coding::crc::crc16_fecf;
use magpie_wire::id::Vcid;

const MAGIC: [u8; 4] = *b"MDC\x01";
const CHANNEL_LEN: usize = 11;

/// Counts of one virtual channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelCount {
    /// The channel.
    pub vcid: u8,
    /// Count of its next frame.
    pub count: u64,
    /// Sequence count of its next idle packet.
    pub idle_packets: u16,
}

/// Counts of a physical channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counters {
    /// Master channel count of the next frame; TM only.
    pub mc_count: u8,
    /// Count of the next frame with only idle data.
    pub idle_count: u64,
    /// The virtual channels.
    pub channels: Vec<ChannelCount>,
}

impl Counters {
    pub(super) fn of(&self, vcid: Vcid) -> Option<&ChannelCount> {
        let mut channels = self.channels.iter();
        channels.find(|channel| channel.vcid == vcid.get())
    }

    /// As octets.
    pub fn to_octets(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(15 + CHANNEL_LEN * self.channels.len());
        octets.extend_from_slice(&MAGIC);
        octets.push(self.mc_count);
        octets.extend_from_slice(&self.idle_count.to_be_bytes());
        for channel in &self.channels {
            octets.push(channel.vcid);
            octets.extend_from_slice(&channel.count.to_be_bytes());
            octets.extend_from_slice(&channel.idle_packets.to_be_bytes());
        }
        let crc = crc16_fecf(&octets);
        octets.extend_from_slice(&crc.to_be_bytes());
        octets
    }

    /// From octets; `None` if they are of another version, damaged or cut.
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let (covered, crc) = octets.split_last_chunk()?;
        if crc16_fecf(covered) != u16::from_be_bytes(*crc) {
            return None;
        }
        let rest = covered.strip_prefix(&MAGIC)?;
        let (&mc_count, rest) = rest.split_first()?;
        let (idle_count, rest) = rest.split_first_chunk()?;
        let (channels, cut) = rest.as_chunks::<CHANNEL_LEN>();
        let channel = |octets: &[u8; CHANNEL_LEN]| {
            let (&vcid, rest) = octets.split_first()?;
            let (count, rest) = rest.split_first_chunk()?;
            Some(ChannelCount {
                vcid,
                count: u64::from_be_bytes(*count),
                idle_packets: u16::from_be_bytes(rest.try_into().ok()?),
            })
        };
        if !cut.is_empty() {
            return None;
        }
        Some(Self {
            mc_count,
            idle_count: u64::from_be_bytes(*idle_count),
            channels: channels.iter().map(channel).collect::<Option<_>>()?,
        })
    }
}
