//! The keys of a MIB file, in the order of the documentation. Constant tables only.
//!
//! Names: 211.0-B-6 annex C. The last 6 parameters are not of the book; nor has it numbers for ranges and defaults.

use magpie_link::clock::DataRate;
use magpie_link::mib::{
    CommChangeResponse, FrameVersion, HailResponse, MibBuilder, Packing, Retransmission,
    SourceDestinationId,
};
use magpie_wire::id::{Pcid, Scid};
use magpie_wire::spdu::directive::{
    CarrierModulation, DataEncoding, DataModulation, FrequencyChannel, ModeSelect, Modulation,
    Scrambler,
};

use super::parameter::{Kind, Number, Parameter};
use super::radio::Radio;

/// How many parameters are not of annex C: the last ones of [`PARAMETERS`].
#[cfg(test)]
pub(super) const OURS: usize = 6;

/// The scramblers that a file can name.
const SCRAMBLERS: [Scrambler; 3] = [Scrambler::Bypass, Scrambler::Ccitt, Scrambler::Iess];

/// The keys of a file outside its tables.
pub(super) const PARAMETERS: [Parameter<MibBuilder>; 42] = [
    Parameter {
        key: "local_spacecraft_id",
        name: "Local_Spacecraft_ID",
        meaning: "this end; in a file the caller. Must be given",
        kind: Kind::Number(Number {
            min: 0,
            max: 1023,
            unit: "",
            hex: true,
            put: |m, value| {
                m.local_spacecraft_id = Scid::new(u16::try_from(value).ok()?)?;
                Some(())
            },
            of: |m| m.local_spacecraft_id.get().into(),
        }),
    },
    Parameter {
        key: "remote_spacecraft_id",
        name: "Remote_Spacecraft_ID",
        meaning: "the other end; in a file the responder. Must be given",
        kind: Kind::Number(Number {
            min: 0,
            max: 1023,
            unit: "",
            hex: true,
            put: |m, value| {
                m.remote_spacecraft_id = Scid::new(u16::try_from(value).ok()?)?;
                Some(())
            },
            of: |m| m.remote_spacecraft_id.get().into(),
        }),
    },
    Parameter {
        key: "local_pcid",
        name: "Local_PCID",
        meaning: "the physical channel that frames of this end name",
        kind: Kind::Number(Number {
            min: 0,
            max: 1,
            unit: "",
            hex: false,
            put: |m, value| {
                m.local_pcid = Pcid::new(u8::try_from(value).ok()?)?;
                Some(())
            },
            of: |m| m.local_pcid.get().into(),
        }),
    },
    Parameter {
        key: "remote_pcid",
        name: "Remote_PCID",
        meaning: "the physical channel that received frames must name",
        kind: Kind::Number(Number {
            min: 0,
            max: 1,
            unit: "",
            hex: false,
            put: |m, value| {
                m.remote_pcid = Pcid::new(u8::try_from(value).ok()?)?;
                Some(())
            },
            of: |m| m.remote_pcid.get().into(),
        }),
    },
    Parameter {
        key: "source_destination_id",
        name: "Source_Destination_ID",
        meaning: "whose identifier the frames of this end carry: the sender's or the addressee's",
        kind: Kind::Word(
            &["source", "destination"],
            |m, place| {
                m.source_destination_id = *[
                    SourceDestinationId::Source,
                    SourceDestinationId::Destination,
                ]
                .get(place)?;
                Some(())
            },
            |m| m.source_destination_id as usize,
        ),
    },
    Parameter {
        key: "test_source",
        name: "Test_Source",
        meaning: "compare the source identifier of received frames with the receiving SCID buffer",
        kind: Kind::Flag(|m| &mut m.test_source),
    },
    Parameter {
        key: "maximum_frame_length",
        name: "Maximum_Frame_Length",
        meaning: "longest frame that this end sends",
        kind: Kind::Number(Number {
            min: 7,
            max: 2048,
            unit: "octets",
            hex: false,
            put: |m, value| {
                m.maximum_frame_length = u16::try_from(value).ok()?;
                Some(())
            },
            of: |m| m.maximum_frame_length.into(),
        }),
    },
    Parameter {
        key: "maximum_packet_size",
        name: "Maximum_Packet_Size",
        meaning: "longest packet sent or put together again",
        kind: Kind::Number(Number {
            min: 1,
            max: 65542,
            unit: "octets",
            hex: false,
            put: |m, value| {
                m.maximum_packet_size = u32::try_from(value).ok()?;
                Some(())
            },
            of: |m| m.maximum_packet_size.into(),
        }),
    },
    Parameter {
        key: "carrier_only_duration",
        name: "Carrier_Only_Duration",
        meaning: "how long a transmission begins with unmodulated carrier",
        kind: Kind::Seconds(|m| &mut m.carrier_only_duration),
    },
    Parameter {
        key: "acquisition_idle_duration",
        name: "Acquisition_Idle_Duration",
        meaning: "how long the idle pattern runs before the first frame",
        kind: Kind::Seconds(|m| &mut m.acquisition_idle_duration),
    },
    Parameter {
        key: "tail_idle_duration",
        name: "Tail_Idle_Duration",
        meaning: "how long the idle pattern runs after the last frame",
        kind: Kind::Seconds(|m| &mut m.tail_idle_duration),
    },
    Parameter {
        key: "carrier_loss_timer_duration",
        name: "Carrier_Loss_Timer_Duration",
        meaning: "how long the carrier may be away before the session counts as broken; 0: for ever",
        kind: Kind::Seconds(|m| &mut m.carrier_loss_timer_duration),
    },
    Parameter {
        key: "drop_carrier_duration",
        name: "Drop_Carrier_Duration",
        meaning: "how long a caller is silent before it hails again (Reconnect_Wait_Duration in the tables)",
        kind: Kind::Seconds(|m| &mut m.drop_carrier_duration),
    },
    Parameter {
        key: "hail_wait_duration",
        name: "Hail_Wait_Duration",
        meaning: "how long a caller listens for the answer to one hail",
        kind: Kind::SecondsAboveZero(|m| &mut m.hail_wait_duration),
    },
    Parameter {
        key: "hail_lifetime",
        name: "Hail_Lifetime",
        meaning: "how long a caller hails before it gives up; 0: for ever",
        kind: Kind::Seconds(|m| &mut m.hail_lifetime),
    },
    Parameter {
        key: "hail_response",
        name: "Hail_Response",
        meaning: "what a caller takes for the answer to its hail; symbol lock only in full duplex",
        kind: Kind::Word(
            &["valid_frame", "symbol_inlock"],
            |m, place| {
                m.hail_response =
                    *[HailResponse::ValidFrame, HailResponse::SymbolInlock].get(place)?;
                Some(())
            },
            |m| m.hail_response as usize,
        ),
    },
    Parameter {
        key: "hail_notification",
        name: "Hail_Notification",
        meaning: "tell the controller of hails repeated, answered and given up",
        kind: Kind::Flag(|m| &mut m.hail_notification),
    },
    Parameter {
        key: "hailing_channel",
        name: "Hailing_Channel",
        meaning: "the frequency channel of hails",
        kind: Kind::Number(Number {
            min: 0,
            max: 7,
            unit: "",
            hex: false,
            put: |m, value| {
                m.hailing_channel = FrequencyChannel::new(u8::try_from(value).ok()?)?;
                Some(())
            },
            of: |m| m.hailing_channel.get().into(),
        }),
    },
    Parameter {
        key: "hailing_data_rate",
        name: "Hailing_Data_Rate",
        meaning: "the information rate of hails",
        kind: Kind::Rate(
            |m, rate| {
                m.hailing_data_rate = DataRate::from_bits_per_s(rate)?;
                Some(())
            },
            |m| m.hailing_data_rate.bits_per_s(),
        ),
    },
    Parameter {
        key: "persistence_wait_time",
        name: "Persistence_Wait_Time",
        meaning: "how long to wait for the answer to COMM_CHANGE or REMOTE NO MORE DATA before it is sent again",
        kind: Kind::SecondsAboveZero(|m| &mut m.persistence_wait_time),
    },
    Parameter {
        key: "comm_change_waiting_period",
        name: "Comm_Change_Waiting_Period",
        meaning: "takes the place of Persistence_Wait_Time for COMM_CHANGE; 0: does not",
        kind: Kind::Seconds(|m| &mut m.comm_change_waiting_period),
    },
    Parameter {
        key: "comm_change_lifetime",
        name: "Comm_Change_Lifetime",
        meaning: "how long to try a COMM_CHANGE; 0: for ever",
        kind: Kind::Seconds(|m| &mut m.comm_change_lifetime),
    },
    Parameter {
        key: "comm_change_response",
        name: "Comm_Change_Response",
        meaning: "what counts as the answer to COMM_CHANGE: a valid frame after symbol lock dropped, or any valid frame after the directives (for transports without a lock to lose)",
        kind: Kind::Word(
            &["symbol_lock_drop", "valid_frame"],
            |m, place| {
                m.comm_change_response = *[
                    CommChangeResponse::SymbolLockDrop,
                    CommChangeResponse::ValidFrame,
                ]
                .get(place)?;
                Some(())
            },
            |m| m.comm_change_response as usize,
        ),
    },
    Parameter {
        key: "comm_change_notification",
        name: "Comm_Change_Notification",
        meaning: "tell the controller how a COMM_CHANGE ended",
        kind: Kind::Flag(|m| &mut m.comm_change_notification),
    },
    Parameter {
        key: "send_duration",
        name: "Send_Duration",
        meaning: "half duplex: how long an end keeps the token",
        kind: Kind::SecondsAboveZero(|m| &mut m.send_duration),
    },
    Parameter {
        key: "receive_duration",
        name: "Receive_Duration",
        meaning: "half duplex: how long an end without the token waits for it; should be more than Send_Duration",
        kind: Kind::SecondsAboveZero(|m| &mut m.receive_duration),
    },
    Parameter {
        key: "maximum_failed_token_passes",
        name: "Maximum_Failed_Token_Passes",
        meaning: "half duplex: tokens in a row that may go unanswered",
        kind: Kind::Number(Number {
            min: 1,
            max: 255,
            unit: "",
            hex: false,
            put: |m, value| {
                m.maximum_failed_token_passes = u8::try_from(value).ok()?;
                Some(())
            },
            of: |m| m.maximum_failed_token_passes.into(),
        }),
    },
    Parameter {
        key: "plcw_repeat_interval",
        name: "PLCW_Repeat_Interval",
        meaning: "how often a PLCW goes out by itself; 0: never, and then a session can stand still after losses",
        kind: Kind::Seconds(|m| &mut m.plcw_repeat_interval),
    },
    Parameter {
        key: "interval_clock",
        name: "Interval_Clock",
        meaning: "the step of the timers; for the record, ours have a step of a microsecond",
        kind: Kind::SecondsAboveZero(|m| &mut m.interval_clock),
    },
    Parameter {
        key: "transmission_window",
        name: "Transmission_Window",
        meaning: "sequence-controlled frames that may be unacknowledged",
        kind: Kind::Number(Number {
            min: 1,
            max: 127,
            unit: "frames",
            hex: false,
            put: |m, value| {
                m.transmission_window = u8::try_from(value).ok()?;
                Some(())
            },
            of: |m| m.transmission_window.into(),
        }),
    },
    Parameter {
        key: "synch_timeout",
        name: "Synch_Timeout",
        meaning: "how long only invalid PLCWs may come until COP-P counts as out of step; 0: for ever",
        kind: Kind::Seconds(|m| &mut m.synch_timeout),
    },
    Parameter {
        key: "resync_local",
        name: "Resync_Local",
        meaning: "resynchronise without asking the controller",
        kind: Kind::Flag(|m| &mut m.resync_local),
    },
    Parameter {
        key: "resync_waiting_period",
        name: "Resync_Waiting_Period",
        meaning: "how long to wait for an answer before SET V(R) is sent again",
        kind: Kind::SecondsAboveZero(|m| &mut m.resync_waiting_period),
    },
    Parameter {
        key: "resync_lifetime",
        name: "Resync_Lifetime",
        meaning: "how long to try; 0: for ever",
        kind: Kind::Seconds(|m| &mut m.resync_lifetime),
    },
    Parameter {
        key: "resync_notification",
        name: "Resync_Notification",
        meaning: "tell the controller how a resynchronisation ended",
        kind: Kind::Flag(|m| &mut m.resync_notification),
    },
    Parameter {
        key: "frame_version",
        name: "Frame_Version_in_Use",
        meaning: "version of the transfer frame: 3 of 211.0-B, 4 of 732.1-B (USLP)",
        kind: Kind::Number(Number {
            min: 3,
            max: 4,
            unit: "",
            hex: false,
            put: |m, value| {
                m.frame_version = match value {
                    3 => FrameVersion::V3,
                    4 => FrameVersion::V4,
                    _ => return None,
                };
                Some(())
            },
            of: |m| match m.frame_version {
                FrameVersion::V3 => 3,
                FrameVersion::V4 => 4,
            },
        }),
    },
    Parameter {
        key: "both_physical_channels",
        name: "Both_Physical_Channels",
        meaning: "frames go both ways on PCID 0 and PCID 1, not only on Local_PCID and Remote_PCID",
        kind: Kind::Flag(|m| &mut m.both_physical_channels),
    },
    Parameter {
        key: "termination_lifetime",
        name: "Termination_Lifetime",
        meaning: "how long an end that has said REMOTE NO MORE DATA hears nothing before it takes the session for over; 0: for ever. In half duplex more than three times Receive_Duration, or a lost token ends the session",
        kind: Kind::Seconds(|m| &mut m.termination_lifetime),
    },
    Parameter {
        key: "hail_sets_v_r",
        name: "Hail_Sets_V(R)",
        meaning: "the hail of a new session carries SET V(R) = 0, so that an end with old numbers learns of it",
        kind: Kind::Flag(|m| &mut m.hail_sets_v_r),
    },
    Parameter {
        key: "hail_names_caller",
        name: "Hail_Names_Caller",
        meaning: "a hail carries REPORT SOURCE SPACECRAFT ID",
        kind: Kind::Flag(|m| &mut m.hail_names_caller),
    },
    Parameter {
        key: "packing",
        name: "Packing",
        meaning: "how packets are put into frames: as many as fit, or one a frame",
        kind: Kind::Word(
            &["fill_frame", "packet_per_frame"],
            |m, place| {
                m.packing = *[Packing::FillFrame, Packing::PacketPerFrame].get(place)?;
                Some(())
            },
            |m| m.packing as usize,
        ),
    },
    Parameter {
        key: "retransmission",
        name: "Retransmission",
        meaning: "how FOP-P goes back: at each request as table 7-1 has it, or once for all that was sent since",
        kind: Kind::Word(
            &["each_request", "once_per_pass"],
            |m, place| {
                m.retransmission =
                    *[Retransmission::EachRequest, Retransmission::OncePerPass].get(place)?;
                Some(())
            },
            |m| m.retransmission as usize,
        ),
    },
];

/// The keys of `[transmitter]` and `[receiver]`.
pub(super) const SETTINGS: [Parameter<Radio>; 10] = [
    Parameter {
        key: "data_rate",
        name: "Data_Rate",
        meaning: "information bits a second, before encoding; 1, 512, 1024 and 2048 kb/s take SET PL EXTENSIONS",
        kind: Kind::Rate(
            |r, rate| {
                r.data_rate = rate;
                Some(())
            },
            |r| r.data_rate,
        ),
    },
    Parameter {
        key: "data_encoding",
        name: "Data_Encoding",
        meaning: "error-correcting code; \"concatenated\" is not for cross support",
        kind: Kind::Word(
            &["ldpc", "convolutional", "bypass", "concatenated"],
            |m, place| {
                m.data_encoding = *[
                    DataEncoding::Ldpc,
                    DataEncoding::Convolutional,
                    DataEncoding::Bypass,
                    DataEncoding::Concatenated,
                ]
                .get(place)?;
                Some(())
            },
            |m| m.data_encoding as usize,
        ),
    },
    Parameter {
        key: "modulation",
        name: "Modulation",
        meaning: "phase-shift keying of the carrier",
        kind: Kind::Word(
            &["coherent", "non_coherent"],
            |m, place| {
                m.modulation = *[Modulation::Coherent, Modulation::NonCoherent].get(place)?;
                Some(())
            },
            |m| m.modulation as usize,
        ),
    },
    Parameter {
        key: "channel",
        name: "Frequency",
        meaning: "frequency channel; 8 to 15 take SET PL EXTENSIONS",
        kind: Kind::Number(Number {
            min: 0,
            max: 15,
            unit: "",
            hex: false,
            put: |m, value| {
                m.channel = u8::try_from(value).ok()?;
                Some(())
            },
            of: |m| m.channel.into(),
        }),
    },
    Parameter {
        key: "carrier_modulation",
        name: "Carrier_Modulation",
        meaning: "extension; 211.1-B-4 has \"psk\"",
        kind: Kind::Word(
            &["none", "psk", "fsk", "qpsk"],
            |m, place| {
                m.carrier_modulation = *[
                    CarrierModulation::None,
                    CarrierModulation::Psk,
                    CarrierModulation::Fsk,
                    CarrierModulation::Qpsk,
                ]
                .get(place)?;
                Some(())
            },
            |m| m.carrier_modulation as usize,
        ),
    },
    Parameter {
        key: "data_modulation",
        name: "Data_Modulation",
        meaning: "extension; 211.1-B-4 has \"bi_phase_l\"",
        kind: Kind::Word(
            &["nrz_l", "bi_phase_l"],
            |m, place| {
                m.data_modulation = *[DataModulation::NrzL, DataModulation::BiPhaseL].get(place)?;
                Some(())
            },
            |m| m.data_modulation as usize,
        ),
    },
    Parameter {
        key: "mode_select",
        name: "Mode_Select",
        meaning: "extension; 211.1-B-4 has \"residual_carrier\"",
        kind: Kind::Word(
            &["suppressed_carrier", "residual_carrier"],
            |m, place| {
                m.mode_select =
                    *[ModeSelect::SuppressedCarrier, ModeSelect::ResidualCarrier].get(place)?;
                Some(())
            },
            |m| m.mode_select as usize,
        ),
    },
    Parameter {
        key: "scrambler",
        name: "Scrambler",
        meaning: "extension; \"iess\" is not of CCSDS",
        kind: Kind::Word(
            &["bypass", "ccitt", "iess"],
            |r, place| {
                r.scrambler = *SCRAMBLERS.get(place)?;
                Some(())
            },
            |r| {
                SCRAMBLERS
                    .iter()
                    .position(|&s| s == r.scrambler)
                    .unwrap_or(0)
            },
        ),
    },
    Parameter {
        key: "differential_mark_encoding",
        name: "Differential_Mark_Encoding",
        meaning: "extension; belongs to a suppressed carrier",
        kind: Kind::Flag(|m| &mut m.differential_mark_encoding),
    },
    Parameter {
        key: "reed_solomon",
        name: "R-S_Code",
        meaning: "extension: Reed-Solomon (204,188), not for cross support",
        kind: Kind::Flag(|m| &mut m.reed_solomon),
    },
];
