//! What crosses the space between the ends: frames, carrier, symbols.

use magpie_coding::crc::crc32_proximity;
use magpie_link::mac::{PhyStatus, State};
use magpie_wire::pltu::{PLTU_ASM, PLTU_CRC_LEN, PLTU_OVERHEAD, Pltu};

use super::super::channel::{Copy, Fate, Signal};
use super::super::port;
use super::super::summary::{FrameSummary, SpduSummary};
use super::super::trace::{Loss, Side, What};
use super::{Arrival, Cargo, Coming, World};

impl World {
    /// Fetches the next frame if the transmitter is free, and puts it on the air.
    pub(super) fn transmit(&mut self, side: Side) -> bool {
        let now = self.now;
        let end = &mut self.ends[side.index()];
        if end.free_at > now {
            return false;
        }
        end.on_air = None;
        let local = end.local(now);
        let Some(frame) = end.endpoint.poll_transmit(local, &mut self.buf) else {
            return false;
        };
        let bits = (frame.len() + PLTU_OVERHEAD) as u64 * 8;
        let rate = u64::from(port::transmit_rate(&end.endpoint, self.setup.rate)).max(1);
        let summary = FrameSummary::of(frame);
        let octets = frame.to_vec();
        let vars = end.endpoint.status();
        let radiates = vars.transmit.is_on() && vars.modulation.is_on();
        self.frames += 1;
        let number = self.frames;
        end.free_at = now + (bits * 1_000_000).div_ceil(rate);
        end.on_air = Some(number);
        let until_us = end.free_at;
        count_sent(&mut end.tally, &summary);
        if !radiates {
            self.violation(format!(
                "{side} gave frame #{number} with its transmitter off"
            ));
        }
        self.report(side);
        self.follow_signal(side);
        self.launch(side, number, &octets, until_us);
        self.note(side, || What::Sent {
            frame: number,
            until_us,
            content: summary,
        });
        true
    }

    /// Sends a frame on its way, once, twice or not at all.
    fn launch(&mut self, from: Side, frame: u64, octets: &[u8], until_us: u64) {
        self.ledger.channels[from.index()].sent += 1;
        let path = &mut self.paths[from.index()];
        let delay = path.delay_us();
        let fate = path.fate(self.now);
        let (sent_us, begins_us, ends_us) = (self.now, self.now + delay, until_us + delay);
        let mut copies = [None, None];
        match fate {
            Fate::Lost => {
                let arrival = Arrival {
                    to: from.other(),
                    frame,
                    sent_us,
                    begins_us,
                    cargo: Cargo::Nothing,
                    flipped: false,
                    strayed: false,
                };
                self.schedule(ends_us, Coming::Arrival(arrival));
            }
            Fate::Once(one) => copies = [Some(one), None],
            Fate::Twice(one, two) => {
                self.ledger.channels[from.index()].added += 1;
                copies = [Some(one), Some(two)];
            }
        }
        for copy in copies.into_iter().flatten() {
            let cargo = self.on_channel(from, octets, copy);
            // A bit flipped twice is none.
            let flipped = match &cargo {
                Cargo::Pltu(pltu) => {
                    pltu.get(PLTU_ASM.len()..pltu.len() - PLTU_CRC_LEN) != Some(octets)
                }
                Cargo::Frame(_) | Cargo::Nothing => false,
            };
            let arrival = Arrival {
                to: from.other(),
                frame,
                sent_us,
                begins_us,
                cargo,
                flipped,
                strayed: copy.late_us > 0,
            };
            self.schedule(ends_us + copy.late_us, Coming::Arrival(arrival));
        }
    }

    /// The octets that travel: the frame itself, or its PLTU with wrong bits.
    fn on_channel(&mut self, from: Side, frame: &[u8], copy: Copy) -> Cargo {
        if !self.setup.through_pltu && copy.flips == 0 {
            return Cargo::Frame(frame.to_vec());
        }
        self.pltu.clear();
        self.pltu.resize(frame.len() + PLTU_OVERHEAD, 0);
        if Pltu::emit_with(frame, crc32_proximity, &mut self.pltu).is_err() {
            self.violation(format!("a frame of {} octets has no PLTU", frame.len()));
        }
        self.paths[from.index()].corrupt(&mut self.pltu, copy.flips);
        Cargo::Pltu(self.pltu.clone())
    }

    /// The last bit of a frame comes.
    pub(super) fn arrive(&mut self, arrival: &Arrival) {
        let side = arrival.to;
        let receiver = &self.ends[side.index()].receiver;
        let needed_since = if arrival.strayed {
            self.now
        } else {
            arrival.begins_us
        };
        let loss = if matches!(arrival.cargo, Cargo::Nothing) {
            Some(Loss::Channel)
        } else if self.cut_short.contains(&arrival.frame) {
            Some(Loss::CutShort)
        } else if !receiver.on {
            Some(Loss::ReceiverOff)
        } else if !receiver.locked_since(needed_since) {
            Some(Loss::NoLock)
        } else {
            None
        };
        if let Some(why) = loss {
            self.lose(arrival, why);
            return;
        }
        let octets = match &arrival.cargo {
            Cargo::Nothing => return,
            Cargo::Frame(frame) => frame,
            Cargo::Pltu(octets) => match Pltu::parse(octets, None) {
                Ok(pltu) if pltu.is_intact(crc32_proximity) => pltu.frame(),
                _ => {
                    self.lose(arrival, Loss::Corrupted);
                    return;
                }
            },
        };
        let count = &mut self.ledger.channels[side.other().index()];
        count.received += 1;
        count.fooled += u64::from(arrival.flipped);
        self.hand_in(arrival, octets);
    }

    fn hand_in(&mut self, arrival: &Arrival, octets: &[u8]) {
        let side = arrival.to;
        let summary = FrameSummary::of(octets);
        let end = &mut self.ends[side.index()];
        let local = end.local(self.now);
        let before = port::v_r(&end.endpoint);
        let refused = end.endpoint.handle_frame(local, octets).err();
        end.unread = true;
        end.tally.frames_handed += 1;
        let after = port::v_r(&end.endpoint);
        if refused.is_none() {
            end.tally.frames_taken += 1;
            end.tally.frame_octets_taken += octets.len() as u64;
        }
        self.note(side, || What::Received {
            frame: arrival.frame,
            sent_us: arrival.sent_us,
            content: summary.clone(),
            refused: refused.map(|why| why.to_string()),
        });
        self.follow_v_r(side, &summary, before, after);
    }

    /// V(R) may go on by one with the frame it names, or jump with a SET V(R), which is an anomaly unless it names the frame expected anyway.
    fn follow_v_r(&mut self, side: Side, frame: &FrameSummary, before: [u8; 2], after: [u8; 2]) {
        if self.ends[side.index()].endpoint.status().state == State::S1Inactive {
            return;
        }
        self.mend(side, frame, before != after);
        let sets = |spdu: &SpduSummary| matches!(spdu, SpduSummary::SetVR { .. });
        if before == after || frame.supervisory && frame.spdus.iter().any(sets) {
            return;
        }
        let mut expected = before;
        if let Some(v_r) = expected.get_mut(usize::from(frame.pcid)) {
            *v_r = v_r.wrapping_add(1);
        }
        let named = before.get(usize::from(frame.pcid)) == Some(&frame.n_s);
        if frame.supervisory || !frame.sequence_controlled || !named || after != expected {
            self.violation(format!(
                "{side}: V(R) went from {before:?} to {after:?} with {frame}"
            ));
        }
    }

    /// The endpoint may have switched its transmitter.
    pub(super) fn follow_signal(&mut self, side: Side) -> bool {
        let now = self.now;
        let end = &mut self.ends[side.index()];
        let vars = end.endpoint.status();
        let signal = Signal {
            carrier: vars.transmit.is_on(),
            modulated: vars.transmit.is_on() && vars.modulation.is_on(),
            rate: port::transmit_rate(&end.endpoint, self.setup.rate),
        };
        if signal == end.signal {
            return false;
        }
        let goes_on = signal.modulated && signal.rate == end.signal.rate;
        if !goes_on && end.free_at > now {
            self.cut_short.extend(end.on_air.take());
            end.free_at = now;
        }
        end.signal = signal;
        let at = now + self.paths[side.index()].delay_us();
        self.schedule(at, Coming::Signal(side.other(), signal));
        self.note(side, || What::Transmitter {
            transmit: signal.carrier,
            modulation: signal.modulated,
            rate: signal.rate,
        });
        true
    }

    /// The signal at the antenna of this end changes.
    pub(super) fn hear(&mut self, to: Side, signal: Signal) {
        let receiver = &mut self.ends[to.index()].receiver;
        if receiver.signal.rate != signal.rate {
            receiver.break_symbols();
        }
        receiver.signal = signal;
    }

    pub(super) fn cut(&mut self, to: Side, begins: bool) {
        let receiver = &mut self.ends[to.index()].receiver;
        if begins {
            receiver.cuts += 1;
        } else {
            receiver.cuts = receiver.cuts.saturating_sub(1);
        }
        self.note(to, || What::Cut { begins });
    }

    /// The endpoint may have switched or set its receiver; the receiver may have found or lost the signal.
    pub(super) fn follow_receiver(&mut self, side: Side) -> bool {
        let (now, any_rate) = (self.now, !self.setup.rates_must_match);
        let else_rate = self.setup.rate;
        let end = &mut self.ends[side.index()];
        end.receiver.on = end.endpoint.receives();
        end.receiver.rate = (!any_rate).then(|| port::receive_rate(&end.endpoint, else_rate));
        end.receiver.look(now);
        let status: PhyStatus = end.receiver.status(now);
        if status == end.reported {
            return false;
        }
        end.reported = status;
        let local = end.local(now);
        end.endpoint.handle_phy_status(local, status);
        self.note(side, || What::Phy {
            carrier: status.carrier_acquired,
            symbols: status.symbol_inlock_status,
        });
        true
    }
}

fn count_sent(tally: &mut super::super::ledger::Tally, frame: &FrameSummary) {
    tally.frames_sent += 1;
    tally.frame_octets_sent += frame.octets as u64;
    if frame.supervisory {
        tally.p_frames_sent += 1;
        let plcws = frame
            .spdus
            .iter()
            .filter(|spdu| matches!(spdu, SpduSummary::Plcw { .. }));
        tally.plcws_sent += plcws.count() as u64;
    } else if frame.sequence_controlled {
        tally.sequence_controlled_sent += 1;
    } else {
        tally.expedited_sent += 1;
    }
}
