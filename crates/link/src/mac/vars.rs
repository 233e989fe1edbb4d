//! The variables of the MAC sublayer.
//!
//! Book: 211.0-B-6 section 6 (MAC variables and states, tables 6-2 to 6-5). X and Y keep their letters; their values get names.

use core::fmt;

/// The variable MODE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Transmitter and receiver off.
    #[default]
    Inactive,
    /// Listens for a hail.
    ConnectingL,
    /// Hails.
    ConnectingT,
    /// Data services run.
    Active,
}

/// The variable DUPLEX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Duplex {
    /// Both ways at once.
    #[default]
    Full,
    /// Both ways in turn.
    Half,
    /// Only out.
    SimplexTransmit,
    /// Only in.
    SimplexReceive,
}

/// A switch that reaches the physical layer: TRANSMIT, MODULATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnOff {
    /// Off.
    #[default]
    Off,
    /// On.
    On,
}

impl OnOff {
    /// Whether the switch is on.
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// Which end of a session this is. The tables tell it by the directive that left S1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// Hailed, or was made to listen (SET MODE connecting-L).
    #[default]
    Responder,
    /// Hails (SET MODE connecting-T).
    Caller,
}

/// The variable SUB-STATE (SS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SubState {
    /// 0: data services, or nothing.
    #[default]
    DataServices,
    /// 1: carrier only.
    CarrierOnly,
    /// 2: acquisition idle.
    AcquisitionIdle,
    /// 3: directives: a hail, or RNMD in half duplex.
    Directives,
    /// 4: tail idle.
    Tail,
    /// 5: waiting for the answer to a hail.
    HailResponse,
    /// 6: `COMM_CHANGE` or token.
    CommChange,
    /// 7: terminating tail of half duplex.
    TerminatingTail,
}

/// The states of a session. Variants follow the numbers of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum State {
    /// S1: inactive.
    #[default]
    S1Inactive = 1,
    /// S2: waiting for a hail.
    S2WaitingForHail = 2,
    /// S11: hail, carrier only (half duplex).
    S11HailCarrier = 11,
    /// S12: hail, acquisition idle (half duplex).
    S12HailAcquisition = 12,
    /// S13: hail, directives (half duplex).
    S13HailDirectives = 13,
    /// S14: hail, tail (half duplex).
    S14HailTail = 14,
    /// S31: hail, carrier only (full duplex).
    S31HailCarrier = 31,
    /// S32: hail, acquisition idle (full duplex).
    S32HailAcquisition = 32,
    /// S33: hail, directives (full duplex).
    S33HailDirectives = 33,
    /// S34: hail, tail (full duplex).
    S34HailTail = 34,
    /// S35: waiting for the answer to the hail (full duplex).
    S35HailResponse = 35,
    /// S36: waiting for the answer to the hail (half duplex).
    S36HailResponse = 36,
    /// S40: data services (full duplex).
    S40DataServices = 40,
    /// S41: carrier only (full duplex).
    S41CarrierOnly = 41,
    /// S42: acquisition idle (full duplex).
    S42AcquisitionIdle = 42,
    /// S45: terminating tail (full duplex).
    S45TerminatingTail = 45,
    /// S48: `COMM_CHANGE` (full duplex).
    S48CommChange = 48,
    /// S50: data services, sending (half duplex).
    S50DataServicesSending = 50,
    /// S51: carrier only (half duplex).
    S51CarrierOnly = 51,
    /// S52: acquisition idle (half duplex).
    S52AcquisitionIdle = 52,
    /// S54: RNMD for termination (half duplex).
    S54SendRnmd = 54,
    /// S55: terminating tail (half duplex).
    S55TerminatingTail = 55,
    /// S56: token or `COMM_CHANGE` (half duplex).
    S56SendToken = 56,
    /// S58: tail before the turnaround (half duplex).
    S58TailBeforeTurnaround = 58,
    /// S60: data services, receiving (half duplex).
    S60DataServicesReceiving = 60,
    /// S61: a carrier is there, the first frame is not (half duplex).
    S61AwaitingFirstFrame = 61,
    /// S62: waiting for a carrier (half duplex).
    S62AwaitingCarrier = 62,
    /// S71: simplex transmit.
    S71SimplexTransmit = 71,
    /// S72: simplex receive.
    S72SimplexReceive = 72,
    /// S80: silent before hailing again.
    S80Reconnect = 80,
}

impl State {
    /// Every state, by number.
    pub const ALL: [Self; 30] = [
        Self::S1Inactive,
        Self::S2WaitingForHail,
        Self::S11HailCarrier,
        Self::S12HailAcquisition,
        Self::S13HailDirectives,
        Self::S14HailTail,
        Self::S31HailCarrier,
        Self::S32HailAcquisition,
        Self::S33HailDirectives,
        Self::S34HailTail,
        Self::S35HailResponse,
        Self::S36HailResponse,
        Self::S40DataServices,
        Self::S41CarrierOnly,
        Self::S42AcquisitionIdle,
        Self::S45TerminatingTail,
        Self::S48CommChange,
        Self::S50DataServicesSending,
        Self::S51CarrierOnly,
        Self::S52AcquisitionIdle,
        Self::S54SendRnmd,
        Self::S55TerminatingTail,
        Self::S56SendToken,
        Self::S58TailBeforeTurnaround,
        Self::S60DataServicesReceiving,
        Self::S61AwaitingFirstFrame,
        Self::S62AwaitingCarrier,
        Self::S71SimplexTransmit,
        Self::S72SimplexReceive,
        Self::S80Reconnect,
    ];

    /// The number of the book.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The number and the words of the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::S1Inactive => "S1 (inactive)",
            Self::S2WaitingForHail => "S2 (waiting for hail)",
            Self::S11HailCarrier => "S11 (hail: carrier only)",
            Self::S12HailAcquisition => "S12 (hail: acquisition idle)",
            Self::S13HailDirectives => "S13 (hail: directives)",
            Self::S14HailTail => "S14 (hail: tail)",
            Self::S31HailCarrier => "S31 (hail: carrier only)",
            Self::S32HailAcquisition => "S32 (hail: acquisition idle)",
            Self::S33HailDirectives => "S33 (hail: directives)",
            Self::S34HailTail => "S34 (hail: tail)",
            Self::S35HailResponse => "S35 (wait for hail response)",
            Self::S36HailResponse => "S36 (wait for hail response)",
            Self::S40DataServices => "S40 (data services)",
            Self::S41CarrierOnly => "S41 (carrier only)",
            Self::S42AcquisitionIdle => "S42 (acquisition idle)",
            Self::S45TerminatingTail => "S45 (terminating tail)",
            Self::S48CommChange => "S48 (COMM_CHANGE)",
            Self::S50DataServicesSending => "S50 (data services, sending)",
            Self::S51CarrierOnly => "S51 (carrier only)",
            Self::S52AcquisitionIdle => "S52 (acquisition idle)",
            Self::S54SendRnmd => "S54 (send RNMD)",
            Self::S55TerminatingTail => "S55 (terminating tail)",
            Self::S56SendToken => "S56 (send token or COMM_CHANGE)",
            Self::S58TailBeforeTurnaround => "S58 (tail before turnaround)",
            Self::S60DataServicesReceiving => "S60 (data services, receiving)",
            Self::S61AwaitingFirstFrame => "S61 (awaiting first frame)",
            Self::S62AwaitingCarrier => "S62 (awaiting carrier)",
            Self::S71SimplexTransmit => "S71 (simplex transmit)",
            Self::S72SimplexReceive => "S72 (simplex receive)",
            Self::S80Reconnect => "S80 (reconnect)",
        }
    }

    /// Whether the receiver is on (tables 6-2 to 6-5; of S61 see docs/deviations.md).
    pub const fn receiver_is_on(self) -> bool {
        match self {
            Self::S1Inactive
            | Self::S11HailCarrier
            | Self::S12HailAcquisition
            | Self::S13HailDirectives
            | Self::S14HailTail
            | Self::S50DataServicesSending
            | Self::S51CarrierOnly
            | Self::S52AcquisitionIdle
            | Self::S54SendRnmd
            | Self::S55TerminatingTail
            | Self::S56SendToken
            | Self::S58TailBeforeTurnaround
            | Self::S71SimplexTransmit => false,
            Self::S2WaitingForHail
            | Self::S31HailCarrier
            | Self::S32HailAcquisition
            | Self::S33HailDirectives
            | Self::S34HailTail
            | Self::S35HailResponse
            | Self::S36HailResponse
            | Self::S40DataServices
            | Self::S41CarrierOnly
            | Self::S42AcquisitionIdle
            | Self::S45TerminatingTail
            | Self::S48CommChange
            | Self::S60DataServicesReceiving
            | Self::S61AwaitingFirstFrame
            | Self::S62AwaitingCarrier
            | Self::S72SimplexReceive
            | Self::S80Reconnect => true,
        }
    }
}

/// The variable X: how far the end of the session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum X {
    /// 0: both ends pass data.
    #[default]
    X0PassingData,
    /// 1: local no more data was accepted (half duplex).
    X1LocalNoMoreData,
    /// 2: this end has said, or is saying, RNMD.
    X2SendingRnmd,
    /// 3: RNMD was received, this end still has data (half duplex).
    X3RnmdReceived,
    /// 4: RNMD was received, this end finishes.
    X4Finishing,
    /// 5: both ends are finished.
    X5Finished,
}

/// The variable Y: how far a `COMM_CHANGE` has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Y {
    /// 0: none.
    #[default]
    Y0None,
    /// 1: a local directive was accepted.
    Y1Accepted,
    /// 2: the directives go out.
    Y2Sending,
    /// 3: waiting for the answer.
    Y3Waiting,
    /// 4: the other end's directives came (full duplex).
    Y4Received,
    /// 5: acting on them (full duplex).
    Y5Acting,
}

/// The variables of the MAC sublayer that the user may read (READ STATUS).
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a variable or parameter of the book"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Vars {
    /// The state.
    pub state: State,
    /// MODE.
    pub mode: Mode,
    /// DUPLEX.
    pub duplex: Duplex,
    /// Which end this is.
    pub role: Role,
    /// TRANSMIT.
    pub transmit: OnOff,
    /// MODULATION.
    pub modulation: OnOff,
    /// SUB-STATE (SS).
    pub sub_state: SubState,
    /// PERSISTENCE: only frames of the MAC queue and idle may go out.
    pub persistence: bool,
    /// X.
    pub x: X,
    /// Y.
    pub y: Y,
    /// Z: `SYMBOL_INLOCK_STATUS` went false during `COMM_CHANGE`.
    pub z: bool,
    /// Local no more data (LNMD) was given.
    pub local_no_more_data: bool,
    /// Tokens in a row that went unanswered.
    pub failed_token_passes: u8,
    /// `CARRIER_ACQUIRED`, as the physical layer last told.
    pub carrier_acquired: bool,
    /// `SYMBOL_INLOCK_STATUS`, as the physical layer last told.
    pub symbol_inlock_status: bool,
}

impl Vars {
    /// Table 6-6: as they are in S1.
    pub const INITIAL: Self = Self {
        state: State::S1Inactive,
        mode: Mode::Inactive,
        duplex: Duplex::Full,
        role: Role::Responder,
        transmit: OnOff::Off,
        modulation: OnOff::Off,
        sub_state: SubState::DataServices,
        persistence: false,
        x: X::X0PassingData,
        y: Y::Y0None,
        z: false,
        local_no_more_data: false,
        failed_token_passes: 0,
        carrier_acquired: false,
        symbol_inlock_status: false,
    };
}

/// What the physical layer reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhyStatus {
    /// `CARRIER_ACQUIRED`: the receiver is locked to a carrier.
    pub carrier_acquired: bool,
    /// `SYMBOL_INLOCK_STATUS`: the receiver is locked to symbols.
    pub symbol_inlock_status: bool,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for SubState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataServices => "data services",
            Self::CarrierOnly => "carrier only",
            Self::AcquisitionIdle => "acquisition idle",
            Self::Directives => "directives",
            Self::Tail => "tail idle",
            Self::HailResponse => "waiting for the hail response",
            Self::CommChange => "COMM_CHANGE or token",
            Self::TerminatingTail => "terminating tail",
        })
    }
}
