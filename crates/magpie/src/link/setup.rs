//! What one run is asked to do, and the endpoint that does it.

use std::path::Path;

use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::cop_p::SENT_OVERHEAD;
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::mac::{DirectiveError, Duplex, LocalDirective, Mode};
use magpie_link::mib::Mib;
use magpie_link::transceiver::DELIVERY_MARGIN;
use magpie_link::{MAX_SLOTS, OVERHEAD};
use magpie_wire::id::PortId;
use magpie_wire::v3::Qos;

use crate::command::Failure;
use crate::mib::{self, MibFile};

/// Octets that may wait to be sent.
const SEND_MEMORY: usize = 256 << 10;
/// Octets that may wait for the file, above the longest unit.
const DELIVERY_MEMORY: usize = 256 << 10;

/// Which end this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Hails.
    Caller,
    /// Waits for a hail.
    Responder,
    /// Only sends.
    SimplexTransmit,
    /// Only listens.
    SimplexReceive,
}

impl Role {
    /// As on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Responder => "responder",
            Self::SimplexTransmit => "simplex-transmit",
            Self::SimplexReceive => "simplex-receive",
        }
    }

    /// Has this end a word in how the session goes, and an answer to it?
    pub(crate) const fn is_duplex(self) -> bool {
        matches!(self, Self::Caller | Self::Responder)
    }

    /// The end that the profile is written for, and that connects in TCP.
    pub(crate) const fn is_calling_side(self) -> bool {
        matches!(self, Self::Caller | Self::SimplexTransmit)
    }
}

/// What one run is asked to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) role: Role,
    pub(crate) duplex: Duplex,
    /// By which service a file goes out.
    pub(crate) qos: Qos,
    pub(crate) port: PortId,
    /// There is something to send.
    pub(crate) sends: bool,
    /// What comes is kept.
    pub(crate) keeps: bool,
    /// Without a signal for so long the carrier counts as lost.
    pub(crate) phy_timeout: Option<Duration>,
    /// The session is ended after this time.
    pub(crate) max: Option<Duration>,
}

impl Plan {
    /// Puts an endpoint to work.
    pub(crate) fn start(
        &self,
        now: Instant,
        endpoint: &mut Endpoint<Vec<u8>>,
    ) -> Result<(), DirectiveError> {
        let mode = match self.role {
            Role::Caller => Mode::ConnectingT,
            Role::Responder => Mode::ConnectingL,
            Role::SimplexTransmit | Role::SimplexReceive => Mode::Active,
        };
        endpoint.handle_directive(now, LocalDirective::SetDuplex(self.duplex))?;
        endpoint.handle_directive(now, LocalDirective::SetMode(mode))
    }
}

/// The managed parameters of this end: of the file, or of the profile `lab`.
pub(crate) fn mib(role: Role, file: Option<&Path>) -> Result<Mib, Failure> {
    let file = match file {
        Some(path) => mib::load(path).map_err(|error| Failure::new(error.to_string()))?,
        None => MibFile::lab(),
    };
    let end = if role.is_calling_side() {
        file.caller()
    } else {
        file.responder()
    };
    // Checked when the file was read.
    end.build()
        .map_err(|error| Failure::new(format!("{}: {error}", file.name())))
}

/// The rate of a transmitter that negotiates none.
pub(crate) fn own_rate(mib: &Mib) -> DataRate {
    let rate = mib.communication_values.transmitter.data_rate();
    // A reserved code has no rate; no file can name one.
    rate.unwrap_or(mib.hailing_data_rate)
}

/// An endpoint with room for whatever its MIB allows.
pub(crate) fn endpoint(mib: Mib) -> Result<Endpoint<Vec<u8>>, Failure> {
    let frame = usize::from(mib.maximum_frame_length) + SENT_OVERHEAD;
    let channel = || ChannelMemory {
        expedited: vec![0; SEND_MEMORY],
        sequence_controlled: vec![0; SEND_MEMORY],
        sent: vec![0; usize::from(mib.transmission_window) * frame],
    };
    let memory = Memory {
        channels: [channel(), channel()],
        delivery: vec![0; DELIVERY_MEMORY + mib.longest_delivery() + DELIVERY_MARGIN + OVERHEAD],
        reassembly: vec![0; MAX_SLOTS * mib.longest_delivery()],
    };
    // The sizes above are made for any MIB.
    Endpoint::new(mib, memory).map_err(|error| Failure::new(error.to_string()))
}
