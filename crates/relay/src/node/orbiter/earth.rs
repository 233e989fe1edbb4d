//! The orbiter's side of the Earth link: dumps that are still due, the downlink, channel coding and pace.
//!
//! Books: 132.0-B, 732.0-B, 732.1-B inside [`Downlink`], 131.0-B for the coding. A dump counts as done when its last frame has been handed over;
//! one that a restart has cut short is sent again from its beginning, which the far end takes without harm. Frame counts are kept in steps of
//! [`STEP`] and begin one step further after a restart: a gap, never a repetition.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

use magpie_coding::cadu::CaduEncoder;
use magpie_link::clock::{DataRate, Instant};
use magpie_wire::id::{Apid, Vcid};
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{PacketType, SpacePacketHeader};

use super::memory::{Memory, STREAM};
use super::settings::OrbiterSettings;
use crate::earth::downlink::playback::{DumpRequest, Playback, PlaybackConfig};
use crate::earth::downlink::{Counters, Downlink};
use crate::node::settings::{SettingError, apid, rate};
use crate::node::{State, StateChange};

/// The key of the dumps that are due.
const DUMPS: &str = "orbiter/dumps";
/// The key of the frame counts.
const COUNTS: &str = "orbiter/counts";
/// Frames between two times that the counts are kept.
const STEP: u8 = 32;
/// Dumps that are due at the most; then the last one grows.
const MOST_DUMPS: usize = 256;
/// Octets of a dump as it is kept.
const DUMP_LEN: usize = 17;

/// A range that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Due {
    first: u64,
    last: u64,
    /// Times that it is still to be sent, at least 1.
    times: u8,
}

/// The Earth link.
#[derive(Debug)]
pub(super) struct EarthSide {
    downlink: Downlink,
    playback: Playback,
    coder: Option<CaduEncoder>,
    rate: DataRate,
    housekeeping: (Vcid, Apid),
    playback_vcid: Vcid,
    sequence: SeqCount,
    free_at: Instant,
    frame: Vec<u8>,
    /// All records below this are in a dump that was or is due.
    planned: u64,
    due: VecDeque<Due>,
    /// The first of them is being sent.
    at_work: bool,
    dumps_changed: bool,
    counts_changed: bool,
    pub(super) frames: u64,
    pub(super) dumps_done: u64,
    pub(super) housekeeping_refused: u64,
}

impl EarthSide {
    pub(super) fn new(settings: &OrbiterSettings, state: &State) -> Result<Self, SettingError> {
        let link = &settings.earth_link;
        let (housekeeping, playback_vcid) = link.vcids()?;
        let wrong = |error: &dyn core::fmt::Display| SettingError::new("earth_link", error);
        let mut downlink = Downlink::new(link.downlink()?).map_err(|error| wrong(&error))?;
        let kept = state.get(COUNTS);
        if let Some(counters) = kept.and_then(|octets| Counters::parse(octets)) {
            // Those of other settings do not fit; then the counts begin at 0.
            let _ = downlink.restore(&ahead(counters, downlink.config().version.modulus()));
        }
        let dumps = PlaybackConfig::new(apid("earth_link.playback_apid", link.playback_apid)?);
        let mut this = Self {
            frame: vec![0; usize::from(link.frame_octets)],
            downlink,
            playback: Playback::new(dumps).map_err(|error| wrong(&error))?,
            coder: link.cadu()?.map(CaduEncoder::new),
            rate: rate("downlink.bit_rate", settings.downlink.bit_rate)?,
            housekeeping: (
                housekeeping,
                apid("earth_link.housekeeping_apid", link.housekeeping_apid)?,
            ),
            playback_vcid,
            sequence: SeqCount::default(),
            free_at: Instant::ZERO,
            planned: 0,
            due: VecDeque::new(),
            at_work: false,
            dumps_changed: false,
            // So that a restart before the first step begins a step further too.
            counts_changed: true,
            frames: 0,
            dumps_done: 0,
            housekeeping_refused: 0,
        };
        if let Some(octets) = state.get(DUMPS) {
            this.restore(octets);
        }
        Ok(this)
    }

    fn restore(&mut self, octets: &[u8]) {
        let Some((planned, rest)) = octets.split_first_chunk() else {
            return;
        };
        self.planned = u64::from_be_bytes(*planned);
        let (dumps, _) = rest.as_chunks::<DUMP_LEN>();
        for [
            f0,
            f1,
            f2,
            f3,
            f4,
            f5,
            f6,
            f7,
            l0,
            l1,
            l2,
            l3,
            l4,
            l5,
            l6,
            l7,
            times,
        ] in dumps
        {
            self.due.push_back(Due {
                first: u64::from_be_bytes([*f0, *f1, *f2, *f3, *f4, *f5, *f6, *f7]),
                last: u64::from_be_bytes([*l0, *l1, *l2, *l3, *l4, *l5, *l6, *l7]),
                times: *times,
            });
        }
    }

    /// Everything recorded so far and not yet planned is to be sent so often.
    pub(super) fn plan_dump(&mut self, memory: &Memory, times: u8) -> Option<(u64, u64)> {
        let (first, end) = (self.planned, memory.next());
        if first >= end || times == 0 {
            return None;
        }
        self.planned = end;
        let last = end - 1;
        let full = self.due.len() == MOST_DUMPS;
        match self.due.back_mut() {
            Some(back) if full => back.last = last,
            _ => self.due.push_back(Due { first, last, times }),
        }
        self.dumps_changed = true;
        Some((first, last))
    }

    /// Records below this have been sent as often as they should be.
    pub(super) fn released(&self) -> u64 {
        self.due.front().map_or(self.planned, |due| due.first)
    }

    /// Sends of ranges that are still due.
    pub(super) fn due(&self) -> u64 {
        self.due.iter().map(|due| u64::from(due.times)).sum()
    }

    /// Sends a housekeeping packet with this data field.
    pub(super) fn offer_housekeeping(&mut self, now: Instant, data: &[u8]) {
        let (vcid, apid) = self.housekeeping;
        let header = SpacePacketHeader {
            sequence_count: self.sequence,
            ..SpacePacketHeader::new(PacketType::Telemetry, apid)
        };
        let mut packet = vec![0; magpie_wire::space_packet::HEADER_LEN + data.len()];
        let taken = header.emit(data, &mut packet).is_ok()
            && self.downlink.offer(now, vcid, &packet).is_ok();
        if taken {
            self.sequence = self.sequence.next();
            self.downlink.flush(vcid);
        } else {
            self.housekeeping_refused += 1;
        }
    }

    /// Whether there is anything to send.
    pub(super) fn has_work(&self) -> bool {
        !self.due.is_empty()
            || !self.playback.is_idle()
            || self.downlink.waiting(self.housekeeping.0) > 0
            || self.downlink.waiting(self.playback_vcid) > 0
    }

    /// When the line is free.
    pub(super) const fn free_at(&self) -> Instant {
        self.free_at
    }

    /// Feeds the playback channel, and goes on to the next dump when one is done.
    fn pump(&mut self, now: Instant, memory: &mut Memory) {
        let drained = self.playback.is_idle() && self.downlink.waiting(self.playback_vcid) == 0;
        if self.at_work && drained {
            self.at_work = false;
            self.dumps_done += 1;
            self.dumps_changed = true;
            if let Some(due) = self.due.front_mut() {
                due.times = due.times.saturating_sub(1);
                if due.times == 0 {
                    self.due.pop_front();
                }
            }
            memory.release(self.released());
        }
        if !self.at_work
            && let Some(&Due { first, last, .. }) = self.due.front()
        {
            let stream = STREAM;
            let request = DumpRequest {
                stream,
                first,
                last,
            };
            self.at_work = self.playback.request(request).is_ok();
        }
        // Every refusal but a full queue is one of the configuration, which was checked.
        let _ = self
            .playback
            .pump(now, memory, &mut self.downlink, self.playback_vcid);
    }

    /// The next datagram, if the line is free and there is anything to send.
    pub(super) fn poll_transmit(
        &mut self,
        now: Instant,
        memory: &mut Memory,
        out: &mut [u8],
    ) -> Option<usize> {
        if now < self.free_at {
            return None;
        }
        self.pump(now, memory);
        if !self.has_work() {
            return None;
        }
        self.downlink.next_frame(now, &mut self.frame).ok()?;
        let len = if let Some(coder) = &self.coder {
            coder.encode(&self.frame, out).ok()?
        } else {
            let len = self.frame.len();
            out.get_mut(..len)?.copy_from_slice(&self.frame);
            len
        };
        self.frames += 1;
        if self.frames.is_multiple_of(u64::from(STEP)) {
            self.counts_changed = true;
        }
        self.free_at = now + self.rate.duration_of_bits(len as u64 * 8);
        Some(len)
    }

    /// What must be durable.
    pub(super) fn poll_state(&mut self) -> Option<StateChange> {
        if core::mem::take(&mut self.dumps_changed) {
            let mut octets = self.planned.to_be_bytes().to_vec();
            for due in &self.due {
                octets.extend_from_slice(&due.first.to_be_bytes());
                octets.extend_from_slice(&due.last.to_be_bytes());
                octets.push(due.times);
            }
            return Some(StateChange {
                key: DUMPS.into(),
                octets: Some(octets),
            });
        }
        core::mem::take(&mut self.counts_changed).then(|| StateChange {
            key: COUNTS.into(),
            octets: Some(self.downlink.export().to_octets()),
        })
    }
}

/// Counts a step further than those that were kept.
fn ahead(mut counters: Counters, modulus: u64) -> Counters {
    counters.mc_count = counters.mc_count.wrapping_add(STEP);
    counters.idle_count = (counters.idle_count + u64::from(STEP)) % modulus;
    for channel in &mut counters.channels {
        channel.count = (channel.count + u64::from(STEP)) % modulus;
    }
    counters
}
