//! READ STATUS and the counters.

use core::ffi::{CStr, c_char};

use magpie_link::endpoint::Endpoint;
use magpie_link::mac::{Duplex, Mode};
use magpie_link::stats::Rejection;
use magpie_link::{Lent, stats};

/// The state of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct MagpieStatus {
    /// sizeof(magpie_status).
    pub struct_size: u32,
    /// Information bits a second that the transmitter is set to now.
    pub transmit_rate: u32,
    /// Information bits a second that the receiver is set to now.
    pub receive_rate: u32,
    /// Events that were lost because nobody polled, up to the largest number.
    pub events_dropped: u32,
    /// The state by its number in the book: 1 inactive, 40 data services, …
    pub state: u8,
    /// MAGPIE_MODE_…
    pub mode: u8,
    /// MAGPIE_DUPLEX_…
    pub duplex: u8,
    /// SUB-STATE of a transmission: 0 data services or nothing.
    pub sub_state: u8,
    /// The transmitter is to be on.
    pub transmit: u8,
    /// The carrier is to be modulated.
    pub modulation: u8,
    /// The receiver is to be on.
    pub receive: u8,
    /// PERSISTENCE: no user data goes out now.
    pub persistence: u8,
    /// CARRIER_ACQUIRED as it was last told.
    pub carrier_acquired: u8,
    /// SYMBOL_INLOCK_STATUS as it was last told.
    pub symbol_inlock_status: u8,
    /// Everything that went out sequence controlled has been acknowledged.
    pub all_acknowledged: u8,
    /// Something waits to be sent for the first time.
    pub data_waits: u8,
    /// LOCAL NO MORE DATA was given.
    pub local_no_more_data: u8,
    /// Zero.
    pub reserved: [u8; 3],
}

/// How many reasons for rejection this version has: magpie_stats has a counter for each, magpie_rejection_text a name.
pub const MAGPIE_REJECTIONS: usize = 36;

/// What an endpoint has done since it was made. Counters stop at their largest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct MagpieStats {
    /// sizeof(magpie_stats).
    pub struct_size: u32,
    /// Zero.
    pub reserved: u32,
    /// Units taken by magpie_submit.
    pub units_submitted: u64,
    /// Units refused because there was no room.
    pub units_held_back: u64,
    /// Units refused for another reason.
    pub units_refused: u64,
    /// Units of which the last octet went out.
    pub units_sent: u64,
    /// Units handed out by magpie_poll_delivery.
    pub units_delivered: u64,
    /// Frames handed out for transmission.
    pub frames_sent: u64,
    /// Frames that went out again.
    pub frames_retransmitted: u64,
    /// Frames not acknowledged when the session ended.
    pub frames_unacknowledged_at_end: u64,
    /// Frames that passed frame acceptance.
    pub frames_accepted: u64,
    /// Frames missing by their numbers; a lower bound.
    pub frames_missing: u64,
    /// Accepted frames that found no room in the memory for frames: none, unless that memory is misused.
    pub frames_dropped: u64,
    /// PLCWs sent.
    pub plcws_sent: u64,
    /// PLCWs received and believed.
    pub plcws_accepted: u64,
    /// Bits that came while the receiver was off.
    pub bits_ignored: u64,
    /// One counter for each reason why something was not taken.
    pub rejected: [u64; MAGPIE_REJECTIONS],
}

pub(crate) fn status<M: Lent>(endpoint: &Endpoint<M>, rates: [u32; 2]) -> MagpieStatus {
    let vars = endpoint.status();
    let flag = u8::from;
    MagpieStatus {
        struct_size: size::<MagpieStatus>(),
        transmit_rate: rates[0],
        receive_rate: rates[1],
        events_dropped: u32::try_from(endpoint.events_dropped()).unwrap_or(u32::MAX),
        state: vars.state.number(),
        mode: match vars.mode {
            Mode::Inactive => 0,
            Mode::ConnectingL => 1,
            Mode::ConnectingT => 2,
            Mode::Active => 3,
        },
        duplex: match vars.duplex {
            Duplex::Full => 0,
            Duplex::Half => 1,
            Duplex::SimplexTransmit => 2,
            Duplex::SimplexReceive => 3,
        },
        sub_state: vars.sub_state as u8,
        transmit: flag(vars.transmit.is_on()),
        modulation: flag(vars.modulation.is_on()),
        receive: flag(endpoint.receives()),
        persistence: flag(vars.persistence),
        carrier_acquired: flag(vars.carrier_acquired),
        symbol_inlock_status: flag(vars.symbol_inlock_status),
        all_acknowledged: flag(endpoint.all_acknowledged()),
        data_waits: flag(endpoint.has_data_to_send()),
        local_no_more_data: flag(vars.local_no_more_data),
        reserved: [0; 3],
    }
}

pub(crate) fn stats(stats: &stats::Stats, frames_dropped: u64) -> MagpieStats {
    MagpieStats {
        struct_size: size::<MagpieStats>(),
        reserved: 0,
        units_submitted: stats.units_submitted,
        units_held_back: stats.units_held_back,
        units_refused: stats.units_refused,
        units_sent: stats.units_sent,
        units_delivered: stats.units_delivered,
        frames_sent: stats.frames_sent,
        frames_retransmitted: stats.frames_retransmitted,
        frames_unacknowledged_at_end: stats.frames_unacknowledged_at_end,
        frames_accepted: stats.frames_accepted,
        frames_missing: stats.frames_missing,
        frames_dropped,
        plcws_sent: stats.plcws_sent,
        plcws_accepted: stats.plcws_accepted,
        bits_ignored: stats.bits_ignored,
        rejected: Rejection::ALL.map(|reason| stats.rejected(reason)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "structures of some hundred octets"
)]
pub(crate) const fn size<T>() -> u32 {
    size_of::<T>() as u32
}

/// The reason of a counter of magpie_stats, as a key in lower case; null if there is no such counter.
#[unsafe(no_mangle)]
pub extern "C" fn magpie_rejection_text(index: usize) -> *const c_char {
    TEXTS
        .get(index)
        .map_or(core::ptr::null(), |text| text.as_ptr())
}

/// The names of `Rejection`, with the zero at the end that C wants.
const TEXTS: [&CStr; MAGPIE_REJECTIONS] = [
    c"pltu_version",
    c"pltu_length",
    c"pltu_crc",
    c"pltu_truncated",
    c"not_receiving",
    c"not_in_session",
    c"frame_version",
    c"frame_structure",
    c"frame_profile",
    c"reserved_dfc",
    c"p_frame_rule",
    c"wrong_pcid",
    c"wrong_destination",
    c"wrong_source",
    c"supervisory_in_simplex",
    c"sequence_controlled_in_simplex",
    c"duplicate_frame",
    c"frame_after_gap",
    c"no_delivery_room",
    c"spdu_structure",
    c"spdu_reserved",
    c"directive_reserved",
    c"plcw_invalid",
    c"plcw_other_pcid",
    c"time_distribution",
    c"not_a_packet",
    c"packet_too_long",
    c"segment_structure",
    c"segment_without_first",
    c"partial_replaced",
    c"partial_after_gap",
    c"partial_evicted",
    c"partial_at_end",
    c"reassembled_length",
    c"no_reassembly_memory",
    c"delivery_queue_full",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_link() {
        for (reason, text) in Rejection::ALL.into_iter().zip(TEXTS) {
            assert_eq!(text.to_str(), Ok(reason.name()));
        }
        assert!(magpie_rejection_text(MAGPIE_REJECTIONS).is_null());
    }
}
