//! The places where the world touches parts of the endpoint that need more than one call.

use magpie_link::clock::{DataRate, Instant};
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory, SubmitError};
use magpie_wire::id::Pcid;
use magpie_wire::spdu::directive::{ReportRequest, StatusReportRequest, TimeSample};

use super::setup::{Action, EndSetup, Load, UnitKind};

/// Memory for the physical channels that this end sends on.
pub(super) fn memory(setup: &EndSetup) -> Memory<Vec<u8>> {
    let lent = setup.memory;
    let channel = |pcid: Pcid| {
        if !setup.mib.both_physical_channels && pcid != setup.mib.local_pcid {
            return ChannelMemory::default();
        }
        ChannelMemory {
            expedited: vec![0; lent.expedited],
            sequence_controlled: vec![0; lent.sequence_controlled],
            sent: vec![0; lent.sent],
        }
    };
    Memory {
        channels: [Pcid::Pcid0, Pcid::Pcid1].map(channel),
        delivery: vec![0; lent.delivery],
        reassembly: vec![0; lent.reassembly],
    }
}

/// Submits a unit of a load. User octets go on `Local_PCID`.
pub(super) fn submit(
    endpoint: &mut Endpoint<Vec<u8>>,
    now: Instant,
    load: &Load,
    unit: &[u8],
) -> Result<(), SubmitError> {
    match (load.kind, load.pcid) {
        (UnitKind::SpacePacket, None) => endpoint.submit(now, load.port, load.qos, unit),
        (UnitKind::SpacePacket, Some(pcid)) => {
            endpoint.submit_on(now, pcid, load.port, load.qos, unit)
        }
        (UnitKind::UserOctets, _) => endpoint.submit_octets(now, load.port, load.qos, unit),
    }
}

/// Bits a second of the transmitter.
pub(super) fn transmit_rate(endpoint: &Endpoint<Vec<u8>>, else_rate: u32) -> u32 {
    endpoint
        .transmit_rate()
        .map_or(else_rate, DataRate::bits_per_s)
}

/// Bits a second that the receiver is set to.
pub(super) fn receive_rate(endpoint: &Endpoint<Vec<u8>>, else_rate: u32) -> u32 {
    endpoint
        .receive_rate()
        .map_or(else_rate, DataRate::bits_per_s)
}

/// V(R) of both physical channels.
pub(super) fn v_r(endpoint: &Endpoint<Vec<u8>>) -> [u8; 2] {
    [Pcid::Pcid0, Pcid::Pcid1].map(|pcid| endpoint.cop_p(pcid).farm.v_r().get())
}

/// Services of the endpoint besides directives; in words why it refused.
pub(super) fn perform(
    endpoint: &mut Endpoint<Vec<u8>>,
    now: Instant,
    action: &Action,
) -> Result<(), String> {
    let words = |why: &dyn ToString| why.to_string();
    match action {
        Action::Directive(directive) => endpoint
            .handle_directive(now, *directive)
            .map_err(|why| words(&why)),
        Action::Resynchronise(pcid) => {
            endpoint.resynchronise(now, *pcid);
            Ok(())
        }
        Action::ResetCopP(pcid) => {
            endpoint.reset_cop_p(*pcid);
            Ok(())
        }
        Action::TimeSamples(n) => endpoint
            .request_time_samples(TimeSample::new(*n).unwrap_or_default(), 2)
            .map_err(|why| words(&why)),
        Action::RequestReport(kind) => endpoint
            .request_report(ReportRequest {
                status_report_request: StatusReportRequest::new(*kind).unwrap_or_default(),
                pcid_0_plcw_request: true,
                pcid_1_plcw_request: true,
                ..ReportRequest::default()
            })
            .map_err(|why| words(&why)),
        Action::StatusReport(len) => endpoint
            .set_status_report(&[0xA5; 15][..usize::from(*len).min(15)])
            .map_err(|why| words(&why)),
        Action::Restart => Ok(()),
    }
}
