//! How long a session may take: from the MIB, the loads, and when the last fault is over.

use magpie_link::clock::Duration;
use magpie_link::mib::MibBuilder;

use super::super::setup::{Duplexing, EndSetup, NoMoreData, Setup};

/// The time by which both ends must have come to rest.
///
/// After the last fault and the last thing that a user or controller does: the longest way out of whatever state that left (all timers of
/// both ends one after the other, as often as a session may begin again), then the transfer of everything at the slowest rate, with a
/// round trip for every window of frames. Generous; the point is that it is finite and follows from the parameters.
pub fn bound(setup: &Setup) -> u64 {
    let quiet_from = setup.ends.iter().map(last_doing).chain([faults_end(setup)]);
    let quiet_from = quiet_from.max().unwrap_or(0);
    let timers: u64 = setup.ends.iter().map(|end| all_timers(&end.mib)).sum();
    let delay: u64 = setup.channels.iter().map(|channel| channel.delay_us).sum();
    let sessions = setup.ends.iter().map(|end| u64::from(end.again)).max();
    let out = (2 + sessions.unwrap_or(0)) * (timers + 4 * delay);
    let transfer: u64 = setup
        .ends
        .iter()
        .map(|end| transfer_us(setup, end, timers, delay))
        .sum();
    quiet_from + out + transfer
}

fn faults_end(setup: &Setup) -> u64 {
    let cuts = setup.channels.iter().flat_map(|channel| &channel.cuts);
    let cuts = cuts.map(|cut| cut.until_us).max().unwrap_or(0);
    let faults = setup
        .channels
        .iter()
        .filter(|c| c.loss + c.corruption + c.duplication + c.reorder > 0.0)
        .map(|c| c.faults_until_us + c.reorder_us);
    cuts.max(faults.max().unwrap_or(0))
}

/// The last thing that user and controller do at a fixed time.
fn last_doing(end: &EndSetup) -> u64 {
    let loads = end
        .loads
        .iter()
        .map(|load| load.from_us + load.interval_us * u64::from(load.count));
    let actions = end.actions.iter().map(|timed| timed.at_us);
    let told = match end.no_more_data {
        NoMoreData::At(at) => at,
        NoMoreData::Never | NoMoreData::WhenSubmitted => 0,
    };
    loads
        .chain(actions)
        .chain([told, end.start_us])
        .max()
        .unwrap_or(0)
}

fn all_timers(mib: &MibBuilder) -> u64 {
    let failed = u64::from(mib.maximum_failed_token_passes);
    [
        mib.carrier_only_duration,
        mib.acquisition_idle_duration,
        mib.tail_idle_duration,
        mib.carrier_loss_timer_duration,
        mib.drop_carrier_duration,
        mib.hail_wait_duration,
        mib.hail_lifetime,
        mib.persistence_wait_time,
        mib.comm_change_waiting_period,
        mib.comm_change_lifetime,
        mib.send_duration,
        mib.plcw_repeat_interval,
        mib.synch_timeout,
        mib.resync_lifetime,
        mib.resync_waiting_period,
        mib.termination_lifetime,
    ]
    .map(Duration::as_micros)
    .iter()
    .sum::<u64>()
        + 2 * failed * mib.receive_duration.as_micros()
}

/// All units one by one in frames of their own, at 8 kbit/s, each with a round of acknowledgement for itself.
fn transfer_us(setup: &Setup, end: &EndSetup, timers: u64, delay: u64) -> u64 {
    let field = u64::from(end.mib.maximum_frame_length) - 10;
    let mut frames = 0;
    for load in &end.loads {
        let [_, longest] = load.octets;
        frames += u64::from(load.count) * (longest as u64).div_ceil(field);
    }
    let frame_us = (field + 17) * 8 * 125;
    let window = u64::from(end.mib.transmission_window);
    let round = match setup.duplexing {
        Duplexing::Full => delay + end.mib.plcw_repeat_interval.as_micros() + end.reader_period_us,
        // A turn of each end.
        Duplexing::Half => timers,
        Duplexing::Simplex => 0,
    };
    // Tight memory may hold a single frame.
    let rounds = if end.memory.sent < 40_000 {
        frames
    } else {
        frames.div_ceil(window)
    };
    4 * frames * frame_us + 2 * rounds * round
}
