//! The line: what carries PLTUs between two ends, and the endpoint at this end of it.
//!
//! Over datagrams each PLTU is one datagram; in a stream they lie between idle octets and are hunted.

use std::collections::BTreeMap;
use std::io::Write;

use magpie_link::clock::{DataRate, Instant};
use magpie_link::endpoint::Endpoint;

mod datagrams;
mod stream;

pub(crate) use datagrams::Datagrams;
pub(crate) use stream::Stream;

/// One end of a line.
pub(crate) trait Line {
    /// The endpoint at this end.
    fn endpoint(&mut self) -> &mut Endpoint<Vec<u8>>;

    /// Octets that came. Answers how many were taken; deliveries must be polled before the rest is given again.
    fn handle(&mut self, now: Instant, octets: &[u8]) -> usize;

    /// Sends what is due. Answers when the line is free for more; nothing while there is nothing to send.
    fn transmit(&mut self, now: Instant) -> Option<Instant>;

    /// Somebody connected.
    fn connect(&mut self, _writer: Box<dyn Write + Send>) {}

    /// Nothing more will come.
    fn close(&mut self, _now: Instant) {}

    /// What passed below the endpoint.
    fn traffic(&self) -> &Traffic;
}

/// What passed below the endpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    /// Datagrams, or pieces of the stream, sent.
    pub(crate) sent: u64,
    /// Octets of those.
    pub(crate) octets_sent: u64,
    /// Those that the operating system did not take; lost, as on the air.
    pub(crate) send_errors: u64,
    /// Datagrams, or pieces of the stream, received.
    pub(crate) received: u64,
    /// Octets of those.
    pub(crate) octets_received: u64,
    /// Datagrams that held no good PLTU, by reason.
    pub(crate) refused: BTreeMap<&'static str, u64>,
}

/// The rate in force at the transmitter: negotiated, or in simplex its own.
fn rate(endpoint: &Endpoint<Vec<u8>>) -> DataRate {
    endpoint
        .transmit_rate()
        .unwrap_or_else(|| super::setup::own_rate(endpoint.mib()))
}
