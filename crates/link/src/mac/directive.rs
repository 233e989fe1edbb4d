//! Directives of the local controller to the MAC sublayer.
//!
//! Book: 211.0-B-6 section 6 (the list of local directives). Directives of the other end come as SPDUs. READ STATUS is
//! [`Endpoint::status`](crate::endpoint::Endpoint::status).

use core::fmt;

use magpie_wire::id::Scid;

use super::vars::{Duplex, Mode, State};
use crate::communication::{CommunicationValues, LinkSettings};

/// A directive of the local controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalDirective {
    /// SET MODE.
    SetMode(Mode),
    /// SET INITIALIZE MODE: back to S1 with every variable at its initial value.
    SetInitializeMode,
    /// SET DUPLEX, in S1 only.
    SetDuplex(Duplex),
    /// SET TRANSMITTER PARAMETERS of this end, at once and without a word to the other end.
    SetTransmitterParameters(LinkSettings),
    /// SET RECEIVER PARAMETERS of this end, at once and without a word to the other end.
    SetReceiverParameters(LinkSettings),
    /// LOAD COMMUNICATION VALUE BUFFER: what the next hail or `COMM_CHANGE` sets both ends to, from the point of view of this end.
    LoadCommunicationValueBuffer(CommunicationValues),
    /// LOCAL `COMM_CHANGE`: both ends take the values of the `COMMUNICATION_VALUE_BUFFER`.
    LocalCommChange,
    /// LOCAL NO MORE DATA: nothing more will be submitted. The session ends when everything has been sent, acknowledged where the
    /// service is sequence controlled, and the other end has no more data either.
    LocalNoMoreData,
    /// SET RECEIVING SCID BUFFER; `None` empties it, so that the first valid frame fills it.
    SetReceivingScidBuffer(Option<Scid>),
}

/// Why a directive was refused. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DirectiveError {
    /// No row of the state tables covers the directive in this state and duplex.
    NoRow {
        /// The state it came in.
        state: State,
        /// The variable DUPLEX.
        duplex: Duplex,
    },
    /// The directive is for S1, but a session runs.
    SessionRuns,
    /// A `COMM_CHANGE` is under way already.
    CommChangeRuns,
    /// The data-rate code is reserved.
    ReservedDataRate,
    /// Seven directives wait to be sent already.
    QueueFull,
}

impl fmt::Display for DirectiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRow { state, duplex } => {
                write!(
                    f,
                    "no row for this directive in {state} with DUPLEX {duplex:?}"
                )
            }
            Self::SessionRuns => f.write_str("only possible in S1, but a session runs"),
            Self::CommChangeRuns => f.write_str("a COMM_CHANGE is under way"),
            Self::ReservedDataRate => f.write_str("the data-rate code is reserved"),
            Self::QueueFull => f.write_str("seven directives wait to be sent"),
        }
    }
}

impl core::error::Error for DirectiveError {}
