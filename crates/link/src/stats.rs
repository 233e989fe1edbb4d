//! Counters: what passed, and one counter for each reason why something did not.
//!
//! Not from a book. Counters saturate; they never wrap back to small numbers.
//!
//! ```
//! use magpie_link::stats::{Rejection, Stats};
//! let stats = Stats::default();
//! assert_eq!(stats.rejected(Rejection::WrongPcid), 0);
//! assert_eq!(stats.rejections().count(), 0); // only reasons that occurred
//! ```

use core::fmt;

/// Why a candidate, a frame or a part of a packet was not taken. The order is the order in which the checks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rejection {
    /// Behind a marker there was no version that this channel carries; mostly a marker seen in noise.
    PltuVersion,
    /// Behind a marker the length field announced a frame that cannot be.
    PltuLength,
    /// The CRC-32 of the PLTU does not match.
    PltuCrc,
    /// The stream ended within the unit behind a marker.
    PltuTruncated,
    /// A frame came while the receiver was off.
    NotReceiving,
    /// A frame came outside a session: while this end hails, or one that is no hail while it waits for one.
    NotInSession,
    /// The frame's version is not that of this link: not `Frame version in use`, or none at all.
    FrameVersion,
    /// The octets are not one frame of the length that it announces.
    FrameStructure,
    /// A Version-4 frame of a shape that Proximity-1 has not: truncated, a frame count that is not one octet, a pointer, an
    /// operational control field, a virtual channel or MAP that is neither PCID nor port.
    FrameProfile,
    /// The data field construction is `10`, reserved by CCSDS; in Version 4 a rule and a protocol identifier that mean nothing here.
    ReservedDfc,
    /// A P-frame that breaks a rule for P-frames.
    PFrameRule,
    /// The frame names the other physical channel.
    WrongPcid,
    /// The frame names a destination that is not this spacecraft.
    WrongDestination,
    /// `Test_Source` is true and the frame names a source that is not in the receiving SCID buffer.
    WrongSource,
    /// A P-frame in simplex: directives and reports that nobody can answer.
    SupervisoryInSimplex,
    /// A sequence-controlled frame in simplex: nothing could be acknowledged.
    SequenceControlledInSimplex,
    /// RE6: a sequence-controlled frame that was accepted before.
    DuplicateFrame,
    /// RE5: a sequence-controlled frame behind one that is missing.
    FrameAfterGap,
    /// A sequence-controlled frame that was refused because the delivery memory was full; the other end sends it again.
    NoDeliveryRoom,
    /// The octets of a P-frame that are no SPDU, and all behind them.
    SpduStructure,
    /// An SPDU of a reserved kind.
    SpduReserved,
    /// A directive with a reserved code or type.
    DirectiveReserved,
    /// A PLCW, or a fixed-length SPDU of unknown format, that COP-P did not believe.
    PlcwInvalid,
    /// A PLCW for a physical channel that is not in use.
    PlcwOtherPcid,
    /// A TIME DISTRIBUTION that is not one.
    TimeDistribution,
    /// A data field of construction `00` holds something that is not a whole packet.
    NotAPacket,
    /// A packet longer than `Maximum_Packet_Size`.
    PacketTooLong,
    /// A segment without a header or without data.
    SegmentStructure,
    /// A segment that is not the first, of a packet whose beginning is not here.
    SegmentWithoutFirst,
    /// A partial packet whose routing identifier began a new packet.
    PartialReplaced,
    /// A partial packet when frames were missing: a segment of it may have been among them.
    PartialAfterGap,
    /// The oldest partial packet, given up for a new one.
    PartialEvicted,
    /// A partial packet when the session ended.
    PartialAtEnd,
    /// The segments together are not the packet that their first octets announce.
    ReassembledLength,
    /// A segment, but no memory for reassembly was lent.
    NoReassemblyMemory,
    /// Whole packets, but the delivery memory was full.
    DeliveryQueueFull,
}

impl Rejection {
    /// Every reason, in the order of the checks.
    pub const ALL: [Self; 36] = [
        Self::PltuVersion,
        Self::PltuLength,
        Self::PltuCrc,
        Self::PltuTruncated,
        Self::NotReceiving,
        Self::NotInSession,
        Self::FrameVersion,
        Self::FrameStructure,
        Self::FrameProfile,
        Self::ReservedDfc,
        Self::PFrameRule,
        Self::WrongPcid,
        Self::WrongDestination,
        Self::WrongSource,
        Self::SupervisoryInSimplex,
        Self::SequenceControlledInSimplex,
        Self::DuplicateFrame,
        Self::FrameAfterGap,
        Self::NoDeliveryRoom,
        Self::SpduStructure,
        Self::SpduReserved,
        Self::DirectiveReserved,
        Self::PlcwInvalid,
        Self::PlcwOtherPcid,
        Self::TimeDistribution,
        Self::NotAPacket,
        Self::PacketTooLong,
        Self::SegmentStructure,
        Self::SegmentWithoutFirst,
        Self::PartialReplaced,
        Self::PartialAfterGap,
        Self::PartialEvicted,
        Self::PartialAtEnd,
        Self::ReassembledLength,
        Self::NoReassemblyMemory,
        Self::DeliveryQueueFull,
    ];

    /// The reason as a key for reports: lower case, words joined by underscores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PltuVersion => "pltu_version",
            Self::PltuLength => "pltu_length",
            Self::PltuCrc => "pltu_crc",
            Self::PltuTruncated => "pltu_truncated",
            Self::NotReceiving => "not_receiving",
            Self::FrameVersion => "frame_version",
            Self::FrameStructure => "frame_structure",
            Self::FrameProfile => "frame_profile",
            Self::ReservedDfc => "reserved_dfc",
            Self::PFrameRule => "p_frame_rule",
            Self::WrongPcid => "wrong_pcid",
            Self::WrongDestination => "wrong_destination",
            Self::WrongSource => "wrong_source",
            Self::SupervisoryInSimplex => "supervisory_in_simplex",
            Self::SequenceControlledInSimplex => "sequence_controlled_in_simplex",
            Self::NotInSession => "not_in_session",
            Self::DuplicateFrame => "duplicate_frame",
            Self::FrameAfterGap => "frame_after_gap",
            Self::NoDeliveryRoom => "no_delivery_room",
            Self::SpduStructure => "spdu_structure",
            Self::SpduReserved => "spdu_reserved",
            Self::DirectiveReserved => "directive_reserved",
            Self::PlcwInvalid => "plcw_invalid",
            Self::PlcwOtherPcid => "plcw_other_pcid",
            Self::TimeDistribution => "time_distribution",
            Self::NotAPacket => "not_a_packet",
            Self::PacketTooLong => "packet_too_long",
            Self::SegmentStructure => "segment_structure",
            Self::SegmentWithoutFirst => "segment_without_first",
            Self::PartialReplaced => "partial_replaced",
            Self::PartialAfterGap => "partial_after_gap",
            Self::PartialEvicted => "partial_evicted",
            Self::PartialAtEnd => "partial_at_end",
            Self::ReassembledLength => "reassembled_length",
            Self::NoReassemblyMemory => "no_reassembly_memory",
            Self::DeliveryQueueFull => "delivery_queue_full",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an endpoint has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Packets and user-octet units taken by `submit`.
    pub units_submitted: u64,
    /// Octets of those.
    pub octets_submitted: u64,
    /// Units that `submit` refused because the send memory was full: back-pressure.
    pub units_held_back: u64,
    /// Units that `submit` refused for any other reason.
    pub units_refused: u64,
    /// Frames handed out for transmission.
    pub frames_sent: u64,
    /// Octets of those.
    pub frame_octets_sent: u64,
    /// Expedited U-frames among them.
    pub expedited_frames_sent: u64,
    /// Sequence-controlled frames among them, each counted when it first goes out.
    pub sequence_controlled_frames_sent: u64,
    /// Sequence-controlled frames among them that went out again.
    pub frames_retransmitted: u64,
    /// Sequence-controlled frames that were not acknowledged when the session ended, and are gone.
    pub frames_unacknowledged_at_end: u64,
    /// P-frames among them.
    pub p_frames_sent: u64,
    /// PLCWs sent.
    pub plcws_sent: u64,
    /// Directives and reports sent (Type 1 to 3).
    pub directives_sent: u64,
    /// PLCWs received and believed.
    pub plcws_accepted: u64,
    /// Directives and reports received (Type 1 to 3).
    pub directives_received: u64,
    /// Expedited U-frames accepted.
    pub expedited_frames_accepted: u64,
    /// Sequence-controlled frames accepted in order.
    pub sequence_controlled_frames_accepted: u64,
    /// Units of which the last octet has been handed out in a frame.
    pub units_sent: u64,
    /// Frames of which only a part went out, because the session was ended in the middle of their PLTU.
    pub frames_cut: u64,
    /// Bits that came while the receiver was off.
    pub bits_ignored: u64,
    /// Frames that passed frame acceptance.
    pub frames_accepted: u64,
    /// Octets of those.
    pub frame_octets_accepted: u64,
    /// Frames missing by their sequence numbers; a lower bound, see [`crate::event::Event::FramesMissing`].
    pub frames_missing: u64,
    /// Packets and user-octet units handed out by `poll_delivery`.
    pub units_delivered: u64,
    /// Octets of those.
    pub octets_delivered: u64,
    rejected: Rejected,
}

/// One counter for each reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rejected([u64; Rejection::ALL.len()]);

impl Rejected {
    const NONE: Self = Self([0; Rejection::ALL.len()]);
}

impl Default for Rejected {
    fn default() -> Self {
        Self::NONE
    }
}

impl Stats {
    /// Nothing has happened yet.
    pub const ZERO: Self = Self {
        units_submitted: 0,
        octets_submitted: 0,
        units_held_back: 0,
        units_refused: 0,
        frames_sent: 0,
        frame_octets_sent: 0,
        expedited_frames_sent: 0,
        sequence_controlled_frames_sent: 0,
        frames_retransmitted: 0,
        frames_unacknowledged_at_end: 0,
        p_frames_sent: 0,
        plcws_sent: 0,
        directives_sent: 0,
        plcws_accepted: 0,
        directives_received: 0,
        expedited_frames_accepted: 0,
        sequence_controlled_frames_accepted: 0,
        units_sent: 0,
        frames_cut: 0,
        bits_ignored: 0,
        frames_accepted: 0,
        frame_octets_accepted: 0,
        frames_missing: 0,
        units_delivered: 0,
        octets_delivered: 0,
        rejected: Rejected::NONE,
    };

    /// How often something was rejected for this reason.
    pub fn rejected(&self, reason: Rejection) -> u64 {
        self.rejected.0[reason as usize]
    }

    /// Every reason that occurred, with its count.
    pub fn rejections(&self) -> impl Iterator<Item = (Rejection, u64)> + '_ {
        Rejection::ALL
            .into_iter()
            .map(|reason| (reason, self.rejected(reason)))
            .filter(|&(_, count)| count > 0)
    }

    pub(crate) fn reject(&mut self, reason: Rejection) {
        add(&mut self.rejected.0[reason as usize], 1);
    }
}

/// Adds without wrapping.
pub(crate) fn add(counter: &mut u64, n: usize) {
    *counter = counter.saturating_add(n as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_counter_and_its_own_name() {
        for (i, &reason) in Rejection::ALL.iter().enumerate() {
            assert_eq!(reason as usize, i, "{reason} is out of place in ALL");
            let mut stats = Stats::default();
            stats.reject(reason);
            assert!(stats.rejections().eq([(reason, 1)]));
            assert!(
                Rejection::ALL[..i]
                    .iter()
                    .all(|r| r.name() != reason.name())
            );
        }
    }
}
