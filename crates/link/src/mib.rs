//! Management Information Base: the managed parameters of one endpoint, checked once, then immutable.
//!
//! Book: 211.0-B-6 annex C (parameter names; the book prints no default values, so those here are ours). Left out: parameters of
//! procedures that this crate does not have yet (hailing, `COMM_CHANGE`, token passing).
//!
//! ```
//! use magpie_link::clock::Duration;
//! use magpie_link::mib::MibBuilder;
//! use magpie_wire::id::Scid;
//! let (rover, orbiter) = (Scid::new(0x52).unwrap(), Scid::new(0x29).unwrap());
//! let mib = MibBuilder { carrier_only_duration: Duration::from_secs(2), ..MibBuilder::new(rover, orbiter) }.build().unwrap();
//! assert_eq!(mib.maximum_frame_length, 2048);
//! let wrong = MibBuilder { maximum_frame_length: 4096, ..MibBuilder::new(rover, orbiter) }.build();
//! assert_eq!(wrong.unwrap_err().to_string(), "Maximum_Frame_Length is 4096, must be 7 to 2048");
//! ```

use core::fmt;
use core::ops::Deref;

use magpie_wire::id::{Pcid, Scid};

use crate::clock::Duration;
use crate::frame_sublayer::{HEADER_LEN, MAX_DATA_FIELD_LEN, MAX_FRAME_LEN};

/// Which spacecraft the frames of this end name: the MIB parameter `Source_Destination_ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SourceDestinationId {
    /// Bit 0: the sender, so frames carry `Local_Spacecraft_ID`.
    Source,
    /// Bit 1: the addressee, so frames carry `Remote_Spacecraft_ID`.
    #[default]
    Destination,
}

/// How FOP-P goes back when frames are missing. A choice of the sender that no partner can tell from bad luck; not a parameter of annex C.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Retransmission {
    /// Table 7-1 to the letter: every PLCW with the retransmit flag sets VV(S) back, and what was begun to be repeated is repeated to
    /// its end before anything new goes out.
    EachRequest,
    /// A PLCW that only says the last request again sets VV(S) back when everything sent since has been repeated once, not before; and
    /// progressive retransmission gives way to new frames (docs/goodput.md).
    #[default]
    OncePerPass,
}

/// How the I/O sublayer puts packets into frames. A choice the book leaves to the sender, not a parameter of annex C.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Packing {
    /// As many whole packets of one port as fit into `Maximum_Frame_Length`.
    #[default]
    FillFrame,
    /// One packet a frame: a lost frame costs one packet.
    PacketPerFrame,
}

/// The values to build a [`Mib`] from. Fields carry the book's names; a timer value of zero means "not used".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MibBuilder {
    /// `Local_Spacecraft_ID`: this end.
    pub local_spacecraft_id: Scid,
    /// `Remote_Spacecraft_ID`: the other end.
    pub remote_spacecraft_id: Scid,
    /// `Local_PCID`: the physical channel that frames of this end name.
    pub local_pcid: Pcid,
    /// `Remote_PCID`: the physical channel that received frames must name.
    pub remote_pcid: Pcid,
    /// `Source_Destination_ID`: whom the frames of this end name.
    pub source_destination_id: SourceDestinationId,
    /// `Test_Source`: compare the source SCID of received frames with the receiving SCID buffer.
    pub test_source: bool,
    /// `Maximum_Frame_Length` in octets, of the frames that this end sends: 7 to 2048.
    pub maximum_frame_length: u16,
    /// `Maximum_Packet_Size` in octets, sent and received: 1 to 65,542 (the largest space packet).
    pub maximum_packet_size: u32,
    /// `Carrier_Only_Duration`: how long a transmission begins with unmodulated carrier.
    pub carrier_only_duration: Duration,
    /// `Acquisition_Idle_Duration`: how long the idle pattern runs before the first frame.
    pub acquisition_idle_duration: Duration,
    /// `Tail_Idle_Duration`: how long the idle pattern runs after the last frame.
    pub tail_idle_duration: Duration,
    /// `Carrier_Loss_Timer_Duration`: how long the carrier may be away before that is reported.
    pub carrier_loss_timer_duration: Duration,
    /// `Transmission_Window`: sequence-controlled frames that may be unacknowledged, 1 to 127.
    pub transmission_window: u8,
    /// How frames are repeated. Not a parameter of annex C.
    pub retransmission: Retransmission,
    /// `Synch_Timeout`: how long only invalid PLCWs may come until COP-P counts as out of step.
    pub synch_timeout: Duration,
    /// `Resync_Local`: then resynchronise without asking the controller.
    pub resync_local: bool,
    /// `Resync_Waiting_Period`: how long to wait for an answer before SET V(R) is sent again. Zero is refused: one lost directive
    /// would end the activity.
    pub resync_waiting_period: Duration,
    /// `Resync_Lifetime`: how long to try; zero tries for ever.
    pub resync_lifetime: Duration,
    /// How packets are put into frames.
    pub packing: Packing,
}

/// The largest space packet: 6 octets of header and 65,536 of data.
pub const LARGEST_PACKET: u32 = 65_542;

/// The largest `Transmission_Window`: half of the 256 sequence numbers must stay unused, or old and new look alike.
pub const LARGEST_WINDOW: u8 = 127;

/// The longest value of a timer parameter; a longer one is taken for a mistake in the unit.
pub const LONGEST_DURATION: Duration = Duration::from_secs(86_400);

/// Room for the header, a segment header and one octet: below it a packet could not even be sent in segments.
const SHORTEST_MAXIMUM_FRAME_LENGTH: usize = HEADER_LEN + 2;

impl MibBuilder {
    /// Both ends named, everything else at our defaults: frames of up to 2048 octets that name their destination, physical
    /// channel 0, packets of up to 65,542 octets, 1 s of carrier, 1 s of acquisition idle, 0.5 s of tail, no source test; a window of
    /// 127 frames, 10 s until out of step, then SET V(R) every 2 s for up to 30 s.
    pub const fn new(local_spacecraft_id: Scid, remote_spacecraft_id: Scid) -> Self {
        Self {
            local_spacecraft_id,
            remote_spacecraft_id,
            local_pcid: Pcid::Pcid0,
            remote_pcid: Pcid::Pcid0,
            source_destination_id: SourceDestinationId::Destination,
            test_source: false,
            #[expect(clippy::cast_possible_truncation, reason = "2048")]
            maximum_frame_length: MAX_FRAME_LEN as u16,
            maximum_packet_size: LARGEST_PACKET,
            carrier_only_duration: Duration::from_secs(1),
            acquisition_idle_duration: Duration::from_secs(1),
            tail_idle_duration: Duration::from_millis(500),
            carrier_loss_timer_duration: Duration::ZERO,
            transmission_window: LARGEST_WINDOW,
            retransmission: Retransmission::OncePerPass,
            synch_timeout: Duration::from_secs(10),
            resync_local: true,
            resync_waiting_period: Duration::from_secs(2),
            resync_lifetime: Duration::from_secs(30),
            packing: Packing::FillFrame,
        }
    }

    /// Checks every value; the error names the first parameter that is wrong.
    pub fn build(self) -> Result<Mib, MibError> {
        //= 211.0-B-6 annex-C mib
        if self.local_spacecraft_id == self.remote_spacecraft_id {
            return Err(MibError::SameSpacecraft {
                scid: self.local_spacecraft_id,
            });
        }
        within(
            "Maximum_Frame_Length",
            u64::from(self.maximum_frame_length),
            SHORTEST_MAXIMUM_FRAME_LENGTH as u64,
            MAX_FRAME_LEN as u64,
        )?;
        within(
            "Maximum_Packet_Size",
            u64::from(self.maximum_packet_size),
            1,
            u64::from(LARGEST_PACKET),
        )?;
        within(
            "Transmission_Window",
            u64::from(self.transmission_window),
            1,
            u64::from(LARGEST_WINDOW),
        )?;
        within(
            "Resync_Waiting_Period",
            self.resync_waiting_period.as_micros(),
            1,
            u64::MAX,
        )?;
        for (name, value) in [
            ("Carrier_Only_Duration", self.carrier_only_duration),
            ("Acquisition_Idle_Duration", self.acquisition_idle_duration),
            ("Tail_Idle_Duration", self.tail_idle_duration),
            (
                "Carrier_Loss_Timer_Duration",
                self.carrier_loss_timer_duration,
            ),
            ("Synch_Timeout", self.synch_timeout),
            ("Resync_Waiting_Period", self.resync_waiting_period),
            ("Resync_Lifetime", self.resync_lifetime),
        ] {
            within(name, value.as_micros(), 0, LONGEST_DURATION.as_micros())
                .map_err(|_| MibError::TooLong { name, value })?;
        }
        Ok(Mib(self))
    }
}

fn within(name: &'static str, value: u64, min: u64, max: u64) -> Result<(), MibError> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(MibError::OutOfRange {
            name,
            value,
            min,
            max,
        })
    }
}

/// The managed parameters of one endpoint, checked. Read the fields through [`Deref`]; nothing can change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mib(MibBuilder);

impl Mib {
    /// The most octets that a data field of a frame of this end may have.
    pub fn maximum_data_field(&self) -> usize {
        usize::from(self.maximum_frame_length) - HEADER_LEN
    }

    /// `Maximum_Packet_Size` as a length.
    pub(crate) fn largest_packet(&self) -> usize {
        usize::try_from(self.maximum_packet_size).unwrap_or(usize::MAX)
    }

    /// The longest thing that is delivered in one piece: a packet, or the user octets of one received frame.
    pub fn longest_delivery(&self) -> usize {
        self.largest_packet().max(MAX_DATA_FIELD_LEN)
    }

    /// The SCID field of the frames that this end sends.
    pub fn transmitted_scid(&self) -> Scid {
        match self.source_destination_id {
            SourceDestinationId::Source => self.local_spacecraft_id,
            SourceDestinationId::Destination => self.remote_spacecraft_id,
        }
    }
}

impl Deref for Mib {
    type Target = MibBuilder;

    fn deref(&self) -> &MibBuilder {
        &self.0
    }
}

/// Why a [`Mib`] was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MibError {
    /// A number outside its range.
    OutOfRange {
        /// The parameter's name in the book.
        name: &'static str,
        /// What was given.
        value: u64,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// A duration above [`LONGEST_DURATION`].
    TooLong {
        /// The parameter's name in the book.
        name: &'static str,
        /// What was given.
        value: Duration,
    },
    /// `Local_Spacecraft_ID` and `Remote_Spacecraft_ID` are equal.
    SameSpacecraft {
        /// The identifier of both.
        scid: Scid,
    },
}

impl fmt::Display for MibError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OutOfRange {
                name,
                value,
                min,
                max,
            } => write!(f, "{name} is {value}, must be {min} to {max}"),
            Self::TooLong { name, value } => {
                write!(f, "{name} is {value}, must be at most {LONGEST_DURATION}")
            }
            Self::SameSpacecraft { scid } => write!(
                f,
                "Remote_Spacecraft_ID is {}, the same as Local_Spacecraft_ID",
                scid.get()
            ),
        }
    }
}

impl core::error::Error for MibError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> MibBuilder {
        MibBuilder::new(Scid::new(1).unwrap(), Scid::new(2).unwrap())
    }

    /// The name in the refusal of `wrong`.
    fn refused(wrong: MibBuilder) -> &'static str {
        match wrong.build() {
            Err(MibError::OutOfRange { name, .. } | MibError::TooLong { name, .. }) => name,
            other => panic!("not refused for a range: {other:?}"),
        }
    }

    #[test]
    fn limits_of_the_frame_length_are_those_of_the_11_bit_field() {
        //= 211.0-B-6 annex-C mib
        for good in [7, 100, 2048] {
            let mib = MibBuilder {
                maximum_frame_length: good,
                ..builder()
            }
            .build();
            assert_eq!(
                mib.map(|m| m.maximum_data_field()),
                Ok(usize::from(good) - 5)
            );
        }
        for wrong in [0, 5, 6, 2049, u16::MAX] {
            let wrong = MibBuilder {
                maximum_frame_length: wrong,
                ..builder()
            };
            assert_eq!(refused(wrong), "Maximum_Frame_Length");
        }
    }

    #[test]
    fn every_refusal_names_its_parameter() {
        let long = Duration::from_secs(86_401);
        let b = builder();
        for (wrong, name) in [
            (
                MibBuilder {
                    maximum_packet_size: 0,
                    ..b
                },
                "Maximum_Packet_Size",
            ),
            (
                MibBuilder {
                    maximum_packet_size: 65_543,
                    ..b
                },
                "Maximum_Packet_Size",
            ),
            (
                MibBuilder {
                    carrier_only_duration: long,
                    ..b
                },
                "Carrier_Only_Duration",
            ),
            (
                MibBuilder {
                    acquisition_idle_duration: long,
                    ..b
                },
                "Acquisition_Idle_Duration",
            ),
            (
                MibBuilder {
                    tail_idle_duration: long,
                    ..b
                },
                "Tail_Idle_Duration",
            ),
            (
                MibBuilder {
                    carrier_loss_timer_duration: long,
                    ..b
                },
                "Carrier_Loss_Timer_Duration",
            ),
        ] {
            assert_eq!(refused(wrong), name);
        }
    }

    #[test]
    fn parameters_of_cop_p_have_their_limits() {
        //= 211.0-B-6 annex-C mib
        let b = builder();
        let long = Duration::from_secs(86_401);
        let window = |transmission_window| MibBuilder {
            transmission_window,
            ..b
        };
        for good in [1, 127] {
            assert_eq!(window(good).build().unwrap().transmission_window, good);
        }
        for wrong in [0, 128, 255] {
            assert_eq!(refused(window(wrong)), "Transmission_Window");
        }
        let period = |resync_waiting_period| MibBuilder {
            resync_waiting_period,
            ..b
        };
        assert_eq!(refused(period(Duration::ZERO)), "Resync_Waiting_Period");
        assert_eq!(refused(period(long)), "Resync_Waiting_Period");
        let mut wrong = b;
        wrong.synch_timeout = long;
        assert_eq!(refused(wrong), "Synch_Timeout");
        wrong = b;
        wrong.resync_lifetime = long;
        assert_eq!(refused(wrong), "Resync_Lifetime");
    }

    #[test]
    fn two_ends_cannot_have_one_identifier() {
        let scid = Scid::new(7).unwrap();
        assert_eq!(
            MibBuilder::new(scid, scid).build(),
            Err(MibError::SameSpacecraft { scid })
        );
    }

    #[test]
    fn the_scid_of_a_frame_follows_source_destination_id() {
        let source = MibBuilder {
            source_destination_id: SourceDestinationId::Source,
            ..builder()
        };
        assert_eq!(source.build().unwrap().transmitted_scid().get(), 1);
        assert_eq!(builder().build().unwrap().transmitted_scid().get(), 2);
    }
}
