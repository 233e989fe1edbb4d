//! What the local controller can ask of the link besides sending data: reports, time, resynchronisation.
//!
//! Book: 211.0-B-6 annex B (REPORT REQUEST, status reports, TIME DISTRIBUTION), section 5 (time samples), 7.2 (SE7, resynchronisation).

use core::fmt;

use magpie_wire::id::Pcid;
use magpie_wire::spdu::directive::{
    ControlParameters, Directive, DirectiveBuffer, ReportRequest, TimeSample,
};
use magpie_wire::spdu::time::{ClockTime, LinkDelay, TimeTransfer};

use super::{Endpoint, TIME_TAGS};
use crate::clock::Instant;
use crate::cop_p::CopP;
use crate::mac::{DirectiveError, Duplex, Mode};
use crate::record_queue::Lent;
use crate::stats::add;
use crate::timing::TimeSampling;

/// A status report has at most 15 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReportTooLong {
    /// Octets given.
    pub have: usize,
}

impl fmt::Display for ReportTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a status report has at most 15 octets, given {}",
            self.have
        )
    }
}

impl core::error::Error for ReportTooLong {}

/// The next status report.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StatusContent {
    octets: [u8; 15],
    len: usize,
}

impl StatusContent {
    pub(super) const EMPTY: Self = Self {
        octets: [0; 15],
        len: 0,
    };

    pub(super) fn octets(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

/// A TIME TRANSFER that waits for a frame: the clock is read when that goes out.
#[derive(Debug, Clone, Copy)]
pub(super) struct PendingTransfer {
    send_side_delay: LinkDelay,
    one_way_light_time: LinkDelay,
}

/// The transceiver's clock: a reading that belongs to an instant of the caller's.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TransceiverClock {
    reading: ClockTime,
    at: Instant,
}

impl TransceiverClock {
    pub(super) const ZERO: Self = Self {
        reading: ClockTime::from_ticks(0),
        at: Instant::ZERO,
    };

    /// What the clock says at `instant`, which may be before the reading; it stops at its ends.
    pub(super) fn at(&self, instant: Instant) -> ClockTime {
        let ticks = |us: u64| {
            // Whole seconds apart, which keeps it in 64 bits; so many that they do not fit count as for ever.
            let (whole, rest) = (us / 1_000_000, us % 1_000_000);
            whole
                .saturating_mul(1 << 24)
                .saturating_add((rest << 24) / 1_000_000)
        };
        let now = if instant >= self.at {
            let since = ticks(instant.duration_since(self.at).as_micros());
            self.reading.ticks().saturating_add(since)
        } else {
            let until = ticks(self.at.duration_since(instant).as_micros());
            self.reading.ticks().saturating_sub(until)
        };
        ClockTime::from_ticks(now)
    }
}

impl<M: Lent> Endpoint<M> {
    /// Sets the transceiver's clock, by which frames are tagged: at `now` it says `reading`. It begins with 0 at the caller's zero.
    pub fn set_clock(&mut self, now: Instant, reading: ClockTime) {
        self.clock = TransceiverClock { reading, at: now };
    }

    /// What the transceiver's clock says at `now`.
    pub fn clock(&self, now: Instant) -> ClockTime {
        self.clock.at(now)
    }

    /// REPORT REQUEST: asks the other end for PLCWs, a status report, time tags.
    pub fn request_report(&mut self, request: ReportRequest) -> Result<(), DirectiveError> {
        self.request(Directive::ReportRequest(request))
    }

    /// Asks the other end to tag the next `n` frames that it receives, and tags the next `n` and `spare` that this end sends (more
    /// than n, because some get lost).
    pub fn request_time_samples(
        &mut self,
        n: TimeSample,
        spare: u16,
    ) -> Result<(), DirectiveError> {
        //= 211.0-B-6 5 time-sample
        self.request(Directive::SetControlParameters(ControlParameters {
            time_sample: n,
            ..ControlParameters::default()
        }))?;
        self.requests.time_sample_spare = spare;
        Ok(())
    }

    /// The time tags of the latest requests, both ways.
    pub fn time_tags(&self) -> &TimeSampling<TIME_TAGS> {
        &self.timing
    }

    /// What this end says when it is asked for a status report, and once now.
    pub fn set_status_report(&mut self, octets: &[u8]) -> Result<(), ReportTooLong> {
        let mut content = StatusContent::default();
        let have = octets.len();
        content
            .octets
            .get_mut(..have)
            .ok_or(ReportTooLong { have })?
            .copy_from_slice(octets);
        content.len = have;
        self.requests.status_report = content;
        let local = self.mib.local_pcid;
        self.data_services
            .channel_mut(local)
            .cop_p
            .farm
            .demand_status_report();
        Ok(())
    }

    /// TIME DISTRIBUTION: tells the other end this end's clock, with the delay from its capture point to the antenna and the light time.
    pub fn distribute_time(&mut self, send_side_delay: LinkDelay, one_way_light_time: LinkDelay) {
        self.requests.time_transfer = Some(PendingTransfer {
            send_side_delay,
            one_way_light_time,
        });
    }

    /// Starts a resynchronisation of one physical channel: SET V(R) until the other end answers. Outside a session nothing happens.
    pub fn resynchronise(&mut self, now: Instant, pcid: Pcid) {
        if self.in_session() {
            self.data_services
                .channel_mut(pcid)
                .cop_p
                .resynchronise(now);
        }
    }

    /// SE7: resets COP-P of one physical channel. Frames that are not acknowledged are forgotten; what has not been sent stays.
    pub fn reset_cop_p(&mut self, pcid: Pcid) {
        let channel = self.data_services.channel_mut(pcid);
        let lost = usize::from(channel.cop_p.fop.unacknowledged());
        add(&mut self.stats.frames_unacknowledged_at_end, lost);
        channel.cop_p.reset();
        channel.sequence_controlled.restart_packet();
    }

    /// COP-P of one physical channel, to look at.
    pub fn cop_p(&self, pcid: Pcid) -> &CopP<M> {
        &self.data_services.channel(pcid).cop_p
    }

    /// A session of two ends that hear each other.
    fn in_session(&self) -> bool {
        let vars = self.status();
        vars.mode == Mode::Active && matches!(vars.duplex, Duplex::Full | Duplex::Half)
    }

    fn request(&mut self, directive: Directive) -> Result<(), DirectiveError> {
        if !self.in_session() {
            return Err(DirectiveError::NoRow {
                state: self.status().state,
                duplex: self.status().duplex,
            });
        }
        let waiting = &mut self.requests.directives;
        if waiting
            .directives()
            .iter()
            .any(|queued| queued == directive)
        {
            return Ok(());
        }
        waiting
            .push(directive)
            .map_err(|_| DirectiveError::QueueFull)
    }

    /// Directives go out: those that ask for time tags begin the capture at this end.
    pub(super) fn begin_time_sampling(&mut self, directives: &DirectiveBuffer) {
        for directive in directives.directives().iter() {
            if let Directive::SetControlParameters(control) = directive {
                self.timing
                    .initiate(control.time_sample, self.requests.time_sample_spare);
            }
        }
    }

    /// TIME DISTRIBUTION, if one waits: the clock as it is when the last bit of this frame's marker is out.
    pub(super) fn emit_time_transfer(&mut self, asm_end: Instant, out: &mut [u8]) -> usize {
        //= 211.0-B-6 5 time-transfer
        let Some(pending) = self.requests.time_transfer.take() else {
            return 0;
        };
        let transfer = TimeTransfer {
            transceiver_clock: self.clock.at(asm_end),
            send_side_delay: pending.send_side_delay,
            one_way_light_time: pending.one_way_light_time,
        };
        add(&mut self.stats.directives_sent, 1);
        transfer.emit(out).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_both_ways_from_its_reading() {
        let clock = TransceiverClock {
            reading: ClockTime::from_ticks(10 << 24),
            at: Instant::from_micros(5_000_000),
        };
        assert_eq!(
            clock.at(Instant::from_micros(6_500_000)).ticks(),
            (11 << 24) + (1 << 23)
        );
        assert_eq!(clock.at(Instant::from_micros(4_000_000)).ticks(), 9 << 24);
    }
}
