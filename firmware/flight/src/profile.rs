//! The managed parameters of both ends, and what a pass makes of them.
//!
//! Book: 211.0-B-6 annex C. Durations and window are our choice for links of 1 to 256 kbit/s at up to some thousand kilometres: nothing here
//! is of a real mission. The return link has the code of the pass, the forward link has none: the rover then needs no decoder.

use magpie_bus::order::{Pass, ReturnCode};
use magpie_link::clock::{DataRate, Duration};
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::mib::{Mib, MibBuilder, MibError, Packing};
use magpie_wire::id::Scid;
use magpie_wire::spdu::directive::DataEncoding;

/// Spacecraft identifier of the rover.
pub const ROVER: u16 = 82;
/// Spacecraft identifier of the orbiter.
pub const ORBITER: u16 = 65;
/// Longest transfer frame of both ends, octets.
pub const MAX_FRAME: u16 = 512;
/// Room for a PLTU of such a frame.
pub const PLTU: usize = MAX_FRAME as usize + 7;
/// Sequence-controlled frames that may be unacknowledged.
pub const WINDOW: u8 = 16;
/// The rate of hails and the one before any pass is loaded, bits a second.
pub const HAILING_RATE: DataRate = DataRate::KBPS_8;

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Sends the return link.
    Rover,
    /// Receives it.
    Orbiter,
}

/// The managed parameters of one end.
pub const fn mib(side: Side) -> Result<Mib, MibError> {
    let (rover, orbiter) = (scid(ROVER), scid(ORBITER));
    let builder = match side {
        Side::Rover => MibBuilder::new(rover, orbiter),
        Side::Orbiter => MibBuilder::new(orbiter, rover),
    };
    MibBuilder {
        maximum_frame_length: MAX_FRAME,
        transmission_window: WINDOW,
        packing: Packing::PacketPerFrame,
        carrier_only_duration: Duration::from_millis(500),
        acquisition_idle_duration: Duration::from_millis(500),
        tail_idle_duration: Duration::from_millis(250),
        hailing_data_rate: HAILING_RATE,
        hail_wait_duration: Duration::from_secs(4),
        // An operator's pass ends by order; until then the orbiter hails.
        hail_lifetime: Duration::ZERO,
        carrier_loss_timer_duration: Duration::from_secs(6),
        drop_carrier_duration: Duration::from_secs(3),
        persistence_wait_time: Duration::from_secs(4),
        comm_change_lifetime: Duration::from_secs(30),
        plcw_repeat_interval: Duration::from_millis(500),
        synch_timeout: Duration::from_secs(5),
        resync_waiting_period: Duration::from_secs(2),
        resync_lifetime: Duration::from_secs(20),
        termination_lifetime: Duration::from_secs(20),
        ..builder
    }
    .build()
}

/// What both radios are set to in a pass, as this end sees it; `None` if a rate is in no table of the book.
pub fn values(side: Side, pass: &Pass) -> Option<CommunicationValues> {
    let mut back = LinkSettings::uncoded(pass.return_rate)?;
    back.parameters.data_encoding = match pass.return_code {
        ReturnCode::Convolutional => DataEncoding::Convolutional,
        ReturnCode::Ldpc => DataEncoding::Ldpc,
    };
    let forward = LinkSettings::uncoded(pass.forward_rate)?;
    Some(match side {
        Side::Rover => CommunicationValues {
            transmitter: back,
            receiver: forward,
        },
        Side::Orbiter => CommunicationValues {
            transmitter: forward,
            receiver: back,
        },
    })
}

/// Coded symbols a second on the way from rover to orbiter, at so many information bits a second.
///
/// A unit of the LDPC option has 2,112 symbols for 1,024 bits, 33 for 16; where that leaves a half, it is cut off.
pub const fn return_symbol_rate(code: ReturnCode, bits_per_s: u32) -> u32 {
    match code {
        ReturnCode::Convolutional => bits_per_s.saturating_mul(2),
        ReturnCode::Ldpc => bits_per_s.saturating_mul(33) / 16,
    }
}

/// A constant of this file that has ten bits.
const fn scid(value: u16) -> Scid {
    match Scid::new(value) {
        Some(scid) => scid,
        None => panic!("ten bits"),
    }
}
