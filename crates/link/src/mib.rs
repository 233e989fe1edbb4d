//! Management Information Base: the managed parameters of one endpoint, checked once, then immutable.
//!
//! Book: 211.0-B-6 annex C (parameter names; the book prints no default values, so those here are ours). Five parameters are not of
//! the book, and say so.
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

use core::ops::Deref;

use magpie_wire::id::{Pcid, Scid};
use magpie_wire::spdu::directive::FrequencyChannel;

use crate::clock::{DataRate, Duration};
use crate::communication::CommunicationValues;
use crate::frame_sublayer::{
    MAX_DATA_FIELD_LEN, MAX_FRAME_LEN, header_len, shortest_maximum_frame_length,
};

mod error;
pub use error::MibError;

/// Which spacecraft the frames of this end name: the MIB parameter `Source_Destination_ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SourceDestinationId {
    /// Bit 0: the sender, so frames carry `Local_Spacecraft_ID`.
    Source,
    /// Bit 1: the addressee, so frames carry `Remote_Spacecraft_ID`.
    #[default]
    Destination,
}

/// Which transfer frames the channel carries; one PLTU stream never mixes the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FrameVersion {
    /// Version 3, the frame of 211.0-B.
    #[default]
    V3,
    /// Version 4, the frame of 732.1-B (USLP).
    V4,
}

/// `Hail_Response`: what a caller takes for the answer to its hail (E9, E37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HailResponse {
    /// A valid transfer frame.
    #[default]
    ValidFrame,
    /// `SYMBOL_INLOCK_STATUS` true, or a valid frame. In full duplex only.
    SymbolInlock,
}

/// `Comm_Change_Response`: what the end that changes its communication values takes for the answer (E17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CommChangeResponse {
    /// The first valid frame after `SYMBOL_INLOCK_STATUS` went false: the other end has changed its transmitter.
    #[default]
    SymbolLockDrop,
    /// The first valid frame after the directives went out: for transports that have no symbol lock to lose.
    ValidFrame,
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "managed parameters that are on or off, under the book's names"
)]
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
    /// `Maximum_Frame_Length` in octets, of the frames that this end sends: 7 (Version 4: 10) to 2048.
    pub maximum_frame_length: u16,
    /// `Maximum_Packet_Size` in octets, sent and received: 1 to 65,542 (the largest space packet).
    pub maximum_packet_size: u32,
    /// `Carrier_Only_Duration`: how long a transmission begins with unmodulated carrier.
    pub carrier_only_duration: Duration,
    /// `Acquisition_Idle_Duration`: how long the idle pattern runs before the first frame.
    pub acquisition_idle_duration: Duration,
    /// `Tail_Idle_Duration`: how long the idle pattern runs after the last frame. In half duplex keep it, with one frame, below the carrier
    /// and acquisition of the other end, or the beginning of each of its turns goes unheard.
    pub tail_idle_duration: Duration,
    /// `Carrier_Loss_Timer_Duration`: how long the carrier, in full duplex also symbol lock, may be away before the session counts as
    /// broken; zero for ever. Keep it above the round trip with carrier and acquisition: a caller's carrier is off while it waits for the
    /// answer to its hail, and a responder that gives up sooner makes both hail again and again.
    pub carrier_loss_timer_duration: Duration,
    /// `Drop_Carrier_Duration`, in tables 6-7 and 6-11 `Reconnect_Wait_Duration`: how long a caller is silent before it hails again.
    pub drop_carrier_duration: Duration,
    /// `Hail_Wait_Duration`: how long a caller listens for the answer to one hail. Zero is refused.
    pub hail_wait_duration: Duration,
    /// `Hail_Lifetime`: how long a caller hails before it gives up; zero hails for ever.
    pub hail_lifetime: Duration,
    /// `Hail_Response`.
    pub hail_response: HailResponse,
    /// `Hail_Notification`: tell the controller of hails repeated, answered and given up.
    pub hail_notification: bool,
    /// `Hailing_Channel`: the channel of hails.
    pub hailing_channel: FrequencyChannel,
    /// `Hailing_Data_Rate`: the information rate of hails.
    pub hailing_data_rate: DataRate,
    /// What the two radios are set to once the hail is answered, or from the start in simplex: the first content of the
    /// `COMMUNICATION_VALUE_BUFFER`. Not a parameter of annex C.
    pub communication_values: CommunicationValues,
    /// `Persistence_Wait_Time`: how long to wait for the answer to `COMM_CHANGE` (E15) and to RNMD. Zero is refused. Keep it above the
    /// tail, carrier and acquisition of the other end, a round trip and a frame each way: a repetition that comes sooner throws the other
    /// end out of the data services into which it has just come back.
    pub persistence_wait_time: Duration,
    /// `Comm_Change_Waiting_Period`: takes the place of `Persistence_Wait_Time` in E15 unless it is zero.
    pub comm_change_waiting_period: Duration,
    /// `Comm_Change_Lifetime`: how long to try; zero tries for ever.
    pub comm_change_lifetime: Duration,
    /// `Comm_Change_Response`.
    pub comm_change_response: CommChangeResponse,
    /// `Comm_Change_Notification`: tell the controller how a `COMM_CHANGE` ended.
    pub comm_change_notification: bool,
    /// `Send_Duration`: how long an end keeps the token in half duplex. Zero is refused.
    pub send_duration: Duration,
    /// `Receive_Duration`: how long an end without the token waits for it before it acts (E44, E45, E48, E50). Zero is refused.
    pub receive_duration: Duration,
    /// `Maximum_Failed_Token_Passes`: tokens in a row that may go unanswered, 1 to 255.
    pub maximum_failed_token_passes: u8,
    /// `PLCW_Repeat_Interval`: how often a PLCW goes out by itself. Zero never; a session in which both directions lose frames can then
    /// stand still (docs/deviations.md).
    pub plcw_repeat_interval: Duration,
    /// `Interval_Clock`: the step of the timers. Timers here have steps of a microsecond; the value is for the record.
    pub interval_clock: Duration,
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
    /// `Resync_Notification`: tell the controller how a resynchronisation ended.
    pub resync_notification: bool,
    /// The frame version in use.
    pub frame_version: FrameVersion,
    /// Frames go both ways on PCID 0 and PCID 1; else only on `Local_PCID` out and `Remote_PCID` in. Not a parameter of annex C.
    pub both_physical_channels: bool,
    /// How long an end that has said RNMD, or has heard it, hears nothing before it takes the session for over; zero waits for ever. Not a
    /// parameter of annex C (docs/deviations.md).
    pub termination_lifetime: Duration,
    /// A hail that begins a new session carries SET V(R) = 0, so that an end with numbers of an older session learns of it. Not a
    /// parameter of annex C (docs/deviations.md).
    pub hail_sets_v_r: bool,
    /// A hail carries REPORT SOURCE SPACECRAFT ID. Not a parameter of annex C.
    pub hail_names_caller: bool,
    /// How packets are put into frames. Not a parameter of annex C.
    pub packing: Packing,
}

/// The largest space packet: 6 octets of header and 65,536 of data.
pub const LARGEST_PACKET: u32 = 65_542;

/// The largest `Transmission_Window`: half of the 256 sequence numbers must stay unused, or old and new look alike.
pub const LARGEST_WINDOW: u8 = 127;

/// The longest value of a timer parameter; a longer one is taken for a mistake in the unit.
pub const LONGEST_DURATION: Duration = Duration::from_secs(86_400);

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
            resync_notification: true,
            drop_carrier_duration: Duration::from_secs(2),
            hail_wait_duration: Duration::from_secs(5),
            hail_lifetime: Duration::from_secs(300),
            hail_response: HailResponse::ValidFrame,
            hail_notification: true,
            hailing_channel: FrequencyChannel::CHANNEL_1,
            hailing_data_rate: DataRate::KBPS_8,
            communication_values: CommunicationValues::DEFAULT,
            persistence_wait_time: Duration::from_secs(10),
            comm_change_waiting_period: Duration::ZERO,
            comm_change_lifetime: Duration::from_secs(60),
            comm_change_response: CommChangeResponse::SymbolLockDrop,
            comm_change_notification: true,
            send_duration: Duration::from_secs(10),
            receive_duration: Duration::from_secs(20),
            maximum_failed_token_passes: 5,
            plcw_repeat_interval: Duration::from_secs(1),
            interval_clock: Duration::from_micros(1),
            frame_version: FrameVersion::V3,
            both_physical_channels: false,
            termination_lifetime: Duration::from_secs(60),
            hail_sets_v_r: true,
            hail_names_caller: false,
            packing: Packing::FillFrame,
        }
    }

    /// Checks every value; the error names the first parameter that is wrong.
    pub const fn build(self) -> Result<Mib, MibError> {
        //= 211.0-B-6 annex-C mib
        if self.local_spacecraft_id.get() == self.remote_spacecraft_id.get() {
            return Err(MibError::SameSpacecraft {
                scid: self.local_spacecraft_id,
            });
        }
        let ranges = self.ranges();
        let mut at = 0;
        while at < ranges.len() {
            if let Err(error) = ranges[at].check() {
                return Err(error);
            }
            at += 1;
        }
        let durations = self.durations();
        let mut at = 0;
        while at < durations.len() {
            let (name, value) = durations[at];
            if value.as_micros() > LONGEST_DURATION.as_micros() {
                return Err(MibError::TooLong { name, value });
            }
            at += 1;
        }
        let durations = self.durations_above_zero();
        let mut at = 0;
        while at < durations.len() {
            let (name, value) = durations[at];
            let range = Range {
                name,
                value: value.as_micros(),
                min: 1,
                max: LONGEST_DURATION.as_micros(),
            };
            if let Err(error) = range.check() {
                return Err(error);
            }
            at += 1;
        }
        Ok(Mib(self))
    }
}

/// A number and where it must lie.
struct Range {
    name: &'static str,
    value: u64,
    min: u64,
    max: u64,
}

impl Range {
    const fn check(&self) -> Result<(), MibError> {
        if self.min <= self.value && self.value <= self.max {
            return Ok(());
        }
        Err(MibError::OutOfRange {
            name: self.name,
            value: self.value,
            min: self.min,
            max: self.max,
        })
    }
}

impl MibBuilder {
    const fn ranges(&self) -> [Range; 4] {
        [
            Range {
                name: "Maximum_Frame_Length",
                value: self.maximum_frame_length as u64,
                min: shortest_maximum_frame_length(self.frame_version) as u64,
                max: MAX_FRAME_LEN as u64,
            },
            Range {
                name: "Maximum_Packet_Size",
                value: self.maximum_packet_size as u64,
                min: 1,
                max: LARGEST_PACKET as u64,
            },
            Range {
                name: "Transmission_Window",
                value: self.transmission_window as u64,
                min: 1,
                max: LARGEST_WINDOW as u64,
            },
            Range {
                name: "Maximum_Failed_Token_Passes",
                value: self.maximum_failed_token_passes as u64,
                min: 1,
                max: u8::MAX as u64,
            },
        ]
    }

    const fn durations(&self) -> [(&'static str, Duration); 18] {
        [
            ("Carrier_Only_Duration", self.carrier_only_duration),
            ("Acquisition_Idle_Duration", self.acquisition_idle_duration),
            ("Tail_Idle_Duration", self.tail_idle_duration),
            (
                "Carrier_Loss_Timer_Duration",
                self.carrier_loss_timer_duration,
            ),
            ("Drop_Carrier_Duration", self.drop_carrier_duration),
            ("Hail_Wait_Duration", self.hail_wait_duration),
            ("Hail_Lifetime", self.hail_lifetime),
            ("Persistence_Wait_Time", self.persistence_wait_time),
            (
                "Comm_Change_Waiting_Period",
                self.comm_change_waiting_period,
            ),
            ("Comm_Change_Lifetime", self.comm_change_lifetime),
            ("Send_Duration", self.send_duration),
            ("Receive_Duration", self.receive_duration),
            ("PLCW_Repeat_Interval", self.plcw_repeat_interval),
            ("Synch_Timeout", self.synch_timeout),
            ("Resync_Waiting_Period", self.resync_waiting_period),
            ("Resync_Lifetime", self.resync_lifetime),
            ("Interval_Clock", self.interval_clock),
            ("Termination_Lifetime", self.termination_lifetime),
        ]
    }

    /// A session would wait for ever, or not at all, with a zero in one of these.
    const fn durations_above_zero(&self) -> [(&'static str, Duration); 6] {
        [
            ("Resync_Waiting_Period", self.resync_waiting_period),
            ("Hail_Wait_Duration", self.hail_wait_duration),
            ("Persistence_Wait_Time", self.persistence_wait_time),
            ("Send_Duration", self.send_duration),
            ("Receive_Duration", self.receive_duration),
            ("Interval_Clock", self.interval_clock),
        ]
    }
}

/// The managed parameters of one endpoint, checked. Read the fields through [`Deref`]; nothing can change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mib(MibBuilder);

impl Mib {
    /// The same as through [`Deref`], in constants.
    pub const fn values(&self) -> &MibBuilder {
        &self.0
    }

    /// The most octets that a data field of a frame of this end may have.
    pub fn maximum_data_field(&self) -> usize {
        usize::from(self.maximum_frame_length) - header_len(self.frame_version)
    }

    /// `Maximum_Packet_Size` as a length.
    pub(crate) const fn largest_packet(&self) -> usize {
        // At most 65,542, which fits the 32 bits that the smallest machine has.
        self.0.maximum_packet_size as usize
    }

    /// The longest thing that is delivered in one piece: a packet, or the user octets of one received frame.
    pub fn longest_delivery(&self) -> usize {
        self.largest_packet().max(MAX_DATA_FIELD_LEN)
    }

    /// Whether frames of this physical channel are for this end: the receiving PCID buffer.
    pub fn receives_pcid(&self, pcid: Pcid) -> bool {
        self.both_physical_channels || pcid == self.remote_pcid
    }

    /// Whether this end sends frames on this physical channel.
    pub fn sends_pcid(&self, pcid: Pcid) -> bool {
        self.both_physical_channels || pcid == self.local_pcid
    }

    /// How long E15 waits for the answer to `COMM_CHANGE`.
    pub(crate) fn comm_change_wait(&self) -> Duration {
        if self.comm_change_waiting_period.is_zero() {
            self.persistence_wait_time
        } else {
            self.comm_change_waiting_period
        }
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

#[cfg(test)]
mod tests;
