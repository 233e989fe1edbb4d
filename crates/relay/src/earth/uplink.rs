//! The telecommand uplink on board: channel symbols in, space packets and CLCWs out.
//!
//! Books: 231.0-B (CLTUs, by [`CltuDecoder`]), 232.0-B-4 (TC transfer frames, segments, MAPs), 232.1-B-2 (FARM-1, one a virtual channel). A frame with a
//! wrong CRC, of another spacecraft or on a channel that does not exist is refused by name and counted, and no FARM-1 sees it. Packets wait in a
//! bounded queue for each channel; while it is full, FARM-1 asks the sender to wait. The CLCWs go to [`Downlink::set_clcw`](super::downlink::Downlink).
//! Left out: data link security (355.0-B), access to virtual channels and MAPs other than by packets.
//!
//! Order in which a node calls: [`Uplink::handle_octets`]; [`Uplink::poll_packet`] until it is empty, and what the packets command; then
//! [`Uplink::poll_state`], made durable; only then is [`Uplink::clcws`] shown to the ground.
//!
//! ```
//! use magpie_coding::cltu::CltuEncoder;
//! use magpie_relay::earth::uplink::{Uplink, UplinkChannel, UplinkConfig};
//! use magpie_wire::id::{Scid, Vcid};
//! let channel = UplinkChannel::new(Vcid::new(0).unwrap());
//! let config = UplinkConfig::bch(Scid::new(0x41).unwrap()).without_fecf().with_channel(channel);
//! let mut uplink = Uplink::new(config).unwrap();
//! // A type-AD frame, N(S) = 0, with one packet; its CLTU.
//! let frame = [0x00, 0x41, 0x00, 0x0B, 0x00, 0x10, 0x64, 0xC0, 0x00, 0x00, 0x00, 0xAA];
//! let mut cltu = [0; 64];
//! let len = CltuEncoder::bch().encode(&frame, &mut cltu).unwrap();
//! uplink.handle_octets(&cltu[..len]);
//! assert_eq!(uplink.poll_packet().unwrap().octets, frame[5..]);
//! assert_eq!(uplink.clcws().next().unwrap().report_value.get(), 1);
//! ```

mod channel;
mod config;

pub use channel::{ChannelStats, Dropped};
pub use config::{UplinkChannel, UplinkConfig, UplinkConfigError};

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use magpie_coding::crc::crc16_fecf;
use magpie_link::cop_1::{Farm1State, FarmDiscard};
use magpie_wire::clcw::Clcw;
use magpie_wire::id::{Scid, TcMapId, Vcid};
use magpie_wire::tc::{FECF_LEN, TcError, TcFrame, TcHeader};

use super::coding::{CltuDecoder, CltuDecoderStats};
use crate::node::{State, StateChange};
use channel::Channel;

/// Events that wait at the most.
const EVENTS_MAX: usize = 64;

/// Why a frame was refused before FARM-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The octets break a rule of the frame.
    NotAFrame(TcError),
    /// The CRC does not fit.
    Fecf,
    /// A frame for another spacecraft: nobody may command us under that name.
    UnauthorisedSpacecraft {
        /// The identifier in the frame.
        scid: Scid,
    },
    /// A virtual channel that is not configured.
    NoSuchChannel {
        /// The channel.
        vcid: Vcid,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFrame(error) => error.fmt(f),
            Self::Fecf => f.write_str("the CRC does not fit"),
            Self::UnauthorisedSpacecraft { scid } => {
                write!(f, "unauthorised spacecraft identifier {}", scid.get())
            }
            Self::NoSuchChannel { vcid } => write!(f, "no virtual channel {}", vcid.get()),
        }
    }
}

/// Something that is worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UplinkEvent {
    /// A frame was refused.
    Refused(Refused),
    /// FARM-1 dropped a frame.
    Discarded {
        /// Its channel.
        vcid: Vcid,
        /// Why.
        reason: FarmDiscard,
    },
    /// The content of an accepted frame was dropped.
    Dropped {
        /// Its channel.
        vcid: Vcid,
        /// Why.
        reason: Dropped,
    },
}

/// Frames refused before FARM-1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UplinkStats {
    /// Frames that came out of CLTUs.
    pub frames: u64,
    /// Refused as [`Refused::NotAFrame`].
    pub not_a_frame: u64,
    /// Refused as [`Refused::Fecf`].
    pub fecf: u64,
    /// Refused as [`Refused::UnauthorisedSpacecraft`].
    pub unauthorised_spacecraft: u64,
    /// Refused as [`Refused::NoSuchChannel`].
    pub no_such_channel: u64,
    /// Events that found no room.
    pub events_lost: u64,
}

/// A packet that came up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UplinkPacket {
    /// Virtual channel.
    pub vcid: Vcid,
    /// Multiplexer access point, where the channel has segment headers.
    pub map_id: Option<TcMapId>,
    /// The whole space packet.
    pub octets: Vec<u8>,
}

/// The receiving end of the uplink.
#[derive(Debug)]
pub struct Uplink {
    decoder: CltuDecoder,
    frames: Frames,
}

#[derive(Debug)]
struct Frames {
    scid: Scid,
    fecf: bool,
    channels: Vec<Channel>,
    /// The channel whose packets come first at the next poll.
    turn: usize,
    no_rf_available: bool,
    no_bit_lock: bool,
    events: VecDeque<UplinkEvent>,
    stats: UplinkStats,
}

impl Uplink {
    /// An uplink whose FARM-1s are open and expect 0.
    ///
    /// # Errors
    /// [`UplinkConfigError`].
    pub fn new(config: UplinkConfig) -> Result<Self, UplinkConfigError> {
        config.check()?;
        Ok(Self {
            decoder: CltuDecoder::new(config.coding),
            frames: Frames {
                scid: config.scid,
                fecf: config.fecf,
                channels: config.channels.into_iter().map(Channel::new).collect(),
                turn: 0,
                no_rf_available: false,
                no_bit_lock: false,
                events: VecDeque::new(),
                stats: UplinkStats::default(),
            },
        })
    }

    /// Goes on with the FARM-1s and the packets under way of before; pieces of state that nobody wrote are left alone.
    pub fn restore(&mut self, state: &State) {
        let scid = self.frames.scid;
        for channel in &mut self.frames.channels {
            let kept = state.get(&key(scid, channel.vcid()));
            let octets = kept.and_then(|octets| octets.first_chunk());
            if let Some(farm) = octets.and_then(|&octets| Farm1State::parse(octets)) {
                channel.restore(farm);
            }
            for map_id in (0..=TcMapId::MAX.get()).filter_map(TcMapId::new) {
                if let Some(octets) = state.get(&open_key(scid, channel.vcid(), map_id)) {
                    channel.restore_open(map_id, octets);
                }
            }
        }
    }

    /// Takes hard symbols of the receiver, eight an octet.
    pub fn handle_octets(&mut self, octets: &[u8]) {
        let frames = &mut self.frames;
        self.decoder
            .handle_octets(octets, &mut |frame| frames.handle(frame));
    }

    /// Takes a datagram that is whole CLTUs: what it leaves open ends with it.
    pub fn handle_datagram(&mut self, octets: &[u8]) {
        self.handle_octets(octets);
        let frames = &mut self.frames;
        self.decoder.finish(&mut |frame| frames.handle(frame));
    }

    /// Takes a TC transfer frame that came another way.
    pub fn handle_frame(&mut self, frame: &[u8]) {
        self.frames.handle(frame);
    }

    /// What the receiver says of itself, for the CLCWs.
    pub const fn set_receiver(&mut self, rf_available: bool, bit_lock: bool) {
        self.frames.no_rf_available = !rf_available;
        self.frames.no_bit_lock = !bit_lock;
    }

    /// The next packet; channels take turns.
    pub fn poll_packet(&mut self) -> Option<UplinkPacket> {
        let Frames { channels, turn, .. } = &mut self.frames;
        for step in 0..channels.len() {
            let at = (*turn + step) % channels.len();
            if let Some(packet) = channels.get_mut(at).and_then(Channel::pop) {
                *turn = at + 1;
                return Some(packet);
            }
        }
        None
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<UplinkEvent> {
        self.frames.events.pop_front()
    }

    /// A FARM-1 or a packet under way in segments, which must be durable before the next CLCW goes down.
    pub fn poll_state(&mut self) -> Option<StateChange> {
        let scid = self.frames.scid;
        self.frames.channels.iter_mut().find_map(|channel| {
            if let Some((map_id, octets)) = channel.changed_open() {
                let key = open_key(scid, channel.vcid(), map_id);
                return Some(StateChange { key, octets });
            }
            let farm = channel.changed()?;
            Some(StateChange {
                key: key(scid, channel.vcid()),
                octets: Some(farm.to_octets().to_vec()),
            })
        })
    }

    /// The reports of all virtual channels, for the operational control field.
    pub fn clcws(&self) -> impl Iterator<Item = Clcw> {
        let (no_rf_available, no_bit_lock) = (self.frames.no_rf_available, self.frames.no_bit_lock);
        self.frames.channels.iter().map(move |channel| Clcw {
            no_rf_available,
            no_bit_lock,
            ..channel.clcw()
        })
    }

    /// Counters of the frames.
    pub const fn stats(&self) -> &UplinkStats {
        &self.frames.stats
    }

    /// Counters of a channel.
    pub fn channel_stats(&self, vcid: Vcid) -> Option<&ChannelStats> {
        let mut channels = self.frames.channels.iter();
        channels
            .find(|channel| channel.vcid() == vcid)
            .map(Channel::stats)
    }

    /// Counters of the CLTUs.
    pub const fn cltu_stats(&self) -> &CltuDecoderStats {
        self.decoder.stats()
    }
}

fn key(scid: Scid, vcid: Vcid) -> String {
    format!("uplink/farm/{}/{}", scid.get(), vcid.get())
}

fn open_key(scid: Scid, vcid: Vcid, map_id: TcMapId) -> String {
    let (scid, vcid, map_id) = (scid.get(), vcid.get(), map_id.get());
    format!("uplink/open/{scid}/{vcid}/{map_id}")
}

impl Frames {
    fn handle(&mut self, octets: &[u8]) {
        self.stats.frames += 1;
        match self.sort(octets) {
            Ok(None) => {}
            Ok(Some(event)) => self.report(event),
            Err(refused) => {
                *match refused {
                    Refused::NotAFrame(_) => &mut self.stats.not_a_frame,
                    Refused::Fecf => &mut self.stats.fecf,
                    Refused::UnauthorisedSpacecraft { .. } => {
                        &mut self.stats.unauthorised_spacecraft
                    }
                    Refused::NoSuchChannel { .. } => &mut self.stats.no_such_channel,
                } += 1;
                self.report(UplinkEvent::Refused(refused));
            }
        }
    }

    /// The CRC comes first: a damaged frame is no attempt of another mission.
    fn sort(&mut self, octets: &[u8]) -> Result<Option<UplinkEvent>, Refused> {
        let (header, _) = TcHeader::parse(octets).map_err(Refused::NotAFrame)?;
        if self.fecf {
            let (under, &fecf) = octets.split_last_chunk::<FECF_LEN>().ok_or(Refused::Fecf)?;
            if crc16_fecf(under) != u16::from_be_bytes(fecf) {
                return Err(Refused::Fecf);
            }
        }
        if header.scid != self.scid {
            return Err(Refused::UnauthorisedSpacecraft { scid: header.scid });
        }
        let vcid = header.vcid;
        let mut channels = self.channels.iter_mut();
        let channel = channels
            .find(|channel| channel.vcid() == vcid)
            .ok_or(Refused::NoSuchChannel { vcid })?;
        let frame =
            TcFrame::parse(octets, &channel.parameters(self.fecf)).map_err(Refused::NotAFrame)?;
        Ok(channel.handle(&frame))
    }

    fn report(&mut self, event: UplinkEvent) {
        if self.events.len() < EVENTS_MAX {
            self.events.push_back(event);
        } else {
            self.stats.events_lost += 1;
        }
    }
}
