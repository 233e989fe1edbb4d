//! What one run is asked to do, and the endpoint that does it.

use std::path::Path;

use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::mac::{DirectiveError, Duplex, LocalDirective, Mode};
use magpie_link::mib::{Mib, MibBuilder};
use magpie_link::transceiver::DELIVERY_MARGIN;
use magpie_link::{MAX_SLOTS, OVERHEAD};
use magpie_wire::id::PortId;
use magpie_wire::v3::Qos;

use crate::command::Failure;

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

/// The managed parameters of this end.
pub(crate) fn mib(role: Role, file: Option<&Path>) -> Result<Mib, Failure> {
    let _ = file;
    let scid = |n| magpie_wire::id::Scid::new(n).unwrap_or(magpie_wire::id::Scid::MAX);
    let (local, remote) = if role.is_calling_side() {
        (scid(0x11), scid(0x22))
    } else {
        (scid(0x22), scid(0x11))
    };
    MibBuilder {
        carrier_only_duration: Duration::from_millis(20),
        acquisition_idle_duration: Duration::from_millis(20),
        tail_idle_duration: Duration::from_millis(20),
        ..MibBuilder::new(local, remote)
    }
    .build()
    .map_err(|error| Failure::new(error.to_string()))
}

/// An endpoint with room for whatever its MIB allows.
pub(crate) fn endpoint(mib: Mib) -> Result<Endpoint<Vec<u8>>, Failure> {
    let delivery = DELIVERY_MEMORY + mib.longest_delivery() + DELIVERY_MARGIN + OVERHEAD;
    let reassembly = MAX_SLOTS * mib.longest_delivery();
    let memory = Memory {
        send: vec![0; SEND_MEMORY],
        delivery: vec![0; delivery],
        reassembly: vec![0; reassembly],
    };
    // The sizes above are made for any MIB.
    Endpoint::new(mib, memory).map_err(|error| Failure::new(error.to_string()))
}
