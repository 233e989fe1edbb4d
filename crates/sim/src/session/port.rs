//! The places where the world touches parts of the endpoint that differ by duplex.

use magpie_link::clock::Instant;
use magpie_link::endpoint::{Endpoint, Memory, SubmitError};
use magpie_link::event::Event;
use magpie_link::mac::State;

use super::ledger::ExcuseKind;
use super::setup::{Action, EndSetup, Load, UnitKind};

pub(super) fn memory(setup: &EndSetup) -> Memory<Vec<u8>> {
    Memory {
        send: vec![0; setup.memory.expedited],
        delivery: vec![0; setup.memory.delivery],
        reassembly: vec![0; setup.memory.reassembly],
    }
}

pub(super) fn submit(
    endpoint: &mut Endpoint<Vec<u8>>,
    now: Instant,
    load: &Load,
    unit: &[u8],
) -> Result<(), SubmitError> {
    match load.kind {
        UnitKind::SpacePacket => endpoint.submit(now, load.port, load.qos, unit),
        UnitKind::UserOctets => endpoint.submit_octets(now, load.port, load.qos, unit),
    }
}

pub(super) fn all_acknowledged(_: &Endpoint<Vec<u8>>) -> bool {
    true
}

pub(super) fn receives(endpoint: &Endpoint<Vec<u8>>) -> bool {
    endpoint.status().state == State::S72SimplexReceive
}

pub(super) fn transmit_rate(_: &Endpoint<Vec<u8>>) -> u32 {
    128_000
}

pub(super) fn receive_rate(_: &Endpoint<Vec<u8>>) -> u32 {
    128_000
}

pub(super) fn excuse_of(_: &Event) -> Option<ExcuseKind> {
    None
}

/// Services of the endpoint besides directives; in words why it refused.
pub(super) fn perform(_: &mut Endpoint<Vec<u8>>, _: Instant, _: &Action) -> Result<(), String> {
    Ok(())
}

/// Sequence-controlled frames accepted so far.
pub(super) fn accepted_in_order(_: &Endpoint<Vec<u8>>) -> u64 {
    0
}
