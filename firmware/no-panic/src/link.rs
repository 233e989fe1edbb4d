//! Entry points of `magpie-link`: what a driver calls in its loop, in whatever state the endpoint is, and how it is set up.

use magpie_link::clock::{DataRate, Instant};
use magpie_link::cop_p::{CopP, Offer};
use magpie_link::endpoint::{Endpoint, Memory, TIME_TAGS};
use magpie_link::event::Event;
use magpie_link::mac::{LocalDirective, PhyStatus};
use magpie_link::mib::MibBuilder;
use magpie_link::timing::correlation::{ClockSample, Correlation};
use magpie_link::timing::light_time::{self, PathDelays};
use magpie_link::timing::sample::{TimeSampling, TimeTag, match_tags};
use magpie_link::timing::transfer;
use magpie_link::transceiver::{Observation, Output, Transceiver};
use magpie_wire::id::{Pcid, PortId};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::{ReportRequest, TimeSample};
use magpie_wire::spdu::time::{ClockTime, LinkDelay, TimeTransfer};
use magpie_wire::v3::{Qos, V3Frame};

use crate::keep;

type Lent<'m> = &'m mut [u8];

#[unsafe(no_mangle)]
pub fn np_link_handle_frame(endpoint: &mut Endpoint<Lent<'_>>, now: Instant, octets: &[u8]) {
    if let Ok(frame) = endpoint.handle_frame(now, octets) {
        keep((
            frame.octets(),
            frame.data_field(),
            frame.segment(),
            frame.scid(),
        ));
        keep((frame.qos(), frame.pdu_type(), frame.dfc_id(), frame.pcid()));
        keep((frame.port_id(), frame.n_s()));
    }
}

#[unsafe(no_mangle)]
pub fn np_link_handle_octets(
    link: &mut Transceiver<Lent<'_>>,
    now: Instant,
    octets: &[u8],
    observe: fn(Observation<'_>),
) -> usize {
    link.handle_octets(now, octets, &mut |found| observe(found))
}

#[unsafe(no_mangle)]
pub fn np_link_handle_bits(
    link: &mut Transceiver<Lent<'_>>,
    now: Instant,
    bits: &[u8],
    observe: fn(Observation<'_>),
) -> usize {
    link.handle_bits(now, bits, &mut |found| observe(found))
}

#[unsafe(no_mangle)]
pub fn np_link_finish(
    link: &mut Transceiver<Lent<'_>>,
    now: Instant,
    observe: fn(Observation<'_>),
) {
    link.finish(now, &mut |found| observe(found));
}

#[unsafe(no_mangle)]
pub fn np_link_fill(link: &mut Transceiver<Lent<'_>>, now: Instant, buf: &mut [u8]) -> Output {
    link.fill(now, buf)
}

#[unsafe(no_mangle)]
pub fn np_link_handle_timeout(endpoint: &mut Endpoint<Lent<'_>>, now: Instant) {
    endpoint.handle_timeout(now);
}

#[unsafe(no_mangle)]
pub fn np_link_poll_timeout(endpoint: &Endpoint<Lent<'_>>) -> Option<Instant> {
    endpoint.poll_timeout()
}

#[unsafe(no_mangle)]
pub fn np_link_poll_transmit<'b>(
    endpoint: &mut Endpoint<Lent<'_>>,
    now: Instant,
    buf: &'b mut [u8],
) -> Option<&'b [u8]> {
    endpoint.poll_transmit(now, buf)
}

#[unsafe(no_mangle)]
pub fn np_link_poll_delivery(endpoint: &mut Endpoint<Lent<'_>>, buf: &mut [u8]) {
    keep(endpoint.poll_delivery(buf));
}

#[unsafe(no_mangle)]
pub fn np_link_poll_event(endpoint: &mut Endpoint<Lent<'_>>) -> Option<Event> {
    endpoint.poll_event()
}

#[unsafe(no_mangle)]
pub fn np_link_handle_phy_status(
    endpoint: &mut Endpoint<Lent<'_>>,
    now: Instant,
    status: PhyStatus,
) {
    endpoint.handle_phy_status(now, status);
}

#[unsafe(no_mangle)]
pub fn np_link_handle_directive(
    endpoint: &mut Endpoint<Lent<'_>>,
    now: Instant,
    directive: LocalDirective,
) {
    keep(endpoint.handle_directive(now, directive));
}

#[unsafe(no_mangle)]
pub fn np_link_submit(
    endpoint: &mut Endpoint<Lent<'_>>,
    now: Instant,
    port_id: PortId,
    qos: Qos,
    packet: &[u8],
) {
    keep(endpoint.submit(now, port_id, qos, packet));
    keep(endpoint.submit_octets(now, port_id, qos, packet));
    keep((endpoint.send_room(qos), endpoint.has_data_to_send()));
}

#[unsafe(no_mangle)]
pub fn np_link_controls(
    endpoint: &mut Endpoint<Lent<'_>>,
    now: Instant,
    pcid: Pcid,
    request: ReportRequest,
    samples: TimeSample,
    octets: &[u8],
) {
    endpoint.set_clock(now, ClockTime::from_ticks(1));
    keep((endpoint.clock(now), endpoint.request_report(request)));
    keep(endpoint.request_time_samples(samples, 3));
    keep(endpoint.set_status_report(octets));
    endpoint.distribute_time(LinkDelay::new(0, 1), LinkDelay::new(0, 2));
    endpoint.resynchronise(now, pcid);
    endpoint.reset_cop_p(pcid);
    endpoint.clear_send_queue();
}

#[unsafe(no_mangle)]
pub fn np_link_look(endpoint: &Endpoint<Lent<'_>>, link: &Transceiver<Lent<'_>>, pcid: Pcid) {
    keep((endpoint.mib().longest_delivery(), endpoint.status().state));
    keep((endpoint.stats().frames_sent, endpoint.events_dropped()));
    for rejection in endpoint.stats().rejections() {
        keep(rejection);
    }
    keep((endpoint.has_room_for_frame(), endpoint.all_acknowledged()));
    keep((
        endpoint.receives(),
        endpoint.receive_rate(),
        endpoint.transmit_rate(),
    ));
    keep((endpoint.cop_p(pcid).pcid(), endpoint.time_tags()));
    keep((
        link.rate(),
        link.receive_rate(),
        link.hunter_stats().rejected(),
    ));
}

#[unsafe(no_mangle)]
pub fn np_link_new<'m>(
    slot: &mut Transceiver<Lent<'m>>,
    mib: MibBuilder,
    memory: Memory<Lent<'m>>,
    rate: DataRate,
) {
    if let Ok(mib) = mib.build()
        && let Ok(endpoint) = Endpoint::new(mib, memory)
    {
        *slot = Transceiver::new(endpoint, rate);
    }
}

#[unsafe(no_mangle)]
pub fn np_link_timing(
    samples: &mut [ClockSample],
    sent: &[TimeTag],
    received: &[TimeTag],
    delays: PathDelays,
    clock: ClockTime,
    transfer: &TimeTransfer,
) {
    for pair in match_tags(sent, received).flatten() {
        let span = light_time::one_way(pair, true, delays);
        keep((span, light_time::two_way(pair, pair, 0.001, delays)));
        if let Ok(span) = span {
            keep(transfer::time_transfer(clock, span, span));
            if let Some(setting) = transfer::apply(transfer, span, clock) {
                keep((setting.step(), setting.time_at(clock)));
            }
        }
    }
    if let Ok(correlation) = Correlation::from_samples(samples) {
        keep((correlation.remote_at(clock), correlation.local_at(clock)));
        keep((
            correlation.offset_at(clock),
            correlation.offset_sigma_at(clock),
        ));
        keep((correlation.drift(), correlation.coverage_factor_99()));
    }
}

/// COP-P on its own, as a program without the endpoint uses it.
#[unsafe(no_mangle)]
pub fn np_link_cop_p(
    cop_p: &mut CopP<Lent<'_>>,
    now: Instant,
    frame: &V3Frame<'_>,
    word: u16,
    offer: Offer<'_>,
    out: &mut [u8],
) {
    keep(cop_p.farm.handle_frame(frame));
    keep((cop_p.farm.select_plcw(), cop_p.handle_fixed_spdu(now, word)));
    keep((cop_p.handle_timeout(now), cop_p.poll_set_v_r(now)));
    keep((
        cop_p.fop.hold(out.len()),
        cop_p.fop.poll_transmit(offer, out),
    ));
    keep((cop_p.poll_timeout(), cop_p.poll_expiry()));
}

#[unsafe(no_mangle)]
pub fn np_link_time_sampling(
    sampling: &mut TimeSampling<TIME_TAGS>,
    clock: ClockTime,
    n_s: SeqNum,
    qos: Qos,
    n: TimeSample,
) {
    keep((sampling.handle_time_sample(n), sampling.initiate(n, 2)));
    keep(sampling.handle_received(clock, n_s, qos));
    keep(sampling.handle_sent(clock, n_s, qos));
    keep(sampling.poll_event());
}
