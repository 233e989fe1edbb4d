//! One end served at one moment, until it has nothing more to do.

use magpie_link::cop_p::Notification;
use magpie_link::event::{EndOfSession, Event};
use magpie_link::io::Unit;
use magpie_link::mac::{LocalDirective, State};

use super::super::end::Attempt;
use super::super::ledger::{Delivered, Ending, ExcuseKind, Label, Step, Submission};
use super::super::setup::{NoMoreData, Tamper, UnitKind};
use super::super::trace::{Side, What};
use super::super::unit;
use super::{Coming, MOST_ROUNDS, World};

/// Room for the longest packet.
const LONGEST_UNIT: usize = 65_542;

impl World {
    /// Serves an end until nothing changes any more.
    pub(super) fn serve(&mut self, side: Side) {
        for _ in 0..MOST_ROUNDS {
            let mut busy = self.expire(side);
            busy |= self.report(side);
            busy |= self.follow_receiver(side);
            busy |= self.submit(side);
            busy |= self.say_no_more_data(side);
            busy |= self.transmit(side);
            busy |= self.follow_signal(side);
            busy |= self.report(side);
            self.deliver(side);
            if !busy {
                return;
            }
        }
        self.wedged = true;
        let state = self.ends[side.index()].endpoint.status().state;
        self.violation(format!(
            "{side} is wedged in {state}: it never comes to rest"
        ));
    }

    /// Lets timers expire. What is due and stays due waits for the transmitter (a SET V(R), say), which may have a frame on the air.
    fn expire(&mut self, side: Side) -> bool {
        let end = &mut self.ends[side.index()];
        let local = end.local(self.now);
        let due = end.endpoint.poll_timeout();
        if due.is_none_or(|at| at > local) {
            return false;
        }
        end.endpoint.handle_timeout(local);
        end.endpoint.poll_timeout() != due
    }

    fn submit(&mut self, side: Side) -> bool {
        let mut busy = false;
        for index in 0..self.ends[side.index()].loads.len() {
            loop {
                match self.ends[side.index()].submit(self.now, index) {
                    Attempt::Nothing => break,
                    Attempt::Refused(why) => {
                        self.violation(format!("{side}: load {index} refused: {why}"));
                        break;
                    }
                    Attempt::Taken(id, label) => {
                        busy = true;
                        self.ledger.submissions.push(Submission {
                            at_us: self.now,
                            end: side,
                            id,
                            label,
                        });
                        self.note(side, || What::Submitted {
                            number: id.number,
                            load: id.load,
                            octets: label.octets,
                        });
                    }
                }
            }
        }
        busy
    }

    /// LOCAL NO MORE DATA as soon as it is true, and again in another state if it was refused.
    fn say_no_more_data(&mut self, side: Side) -> bool {
        let end = &mut self.ends[side.index()];
        let due = match end.setup.no_more_data {
            NoMoreData::Never => false,
            NoMoreData::WhenSubmitted => end.all_submitted(),
            NoMoreData::At(at) => self.now >= at,
        };
        let state = end.endpoint.status().state;
        let pointless = end.told_no_more || end.refused_in == Some(state);
        if !due || pointless || state == State::S1Inactive || state == State::S72SimplexReceive {
            return false;
        }
        let local = end.local(self.now);
        let told = end
            .endpoint
            .handle_directive(local, LocalDirective::LocalNoMoreData);
        end.told_no_more = told.is_ok();
        end.refused_in = told.is_err().then_some(state);
        self.note(side, || What::Directive {
            name: String::from("LOCAL NO MORE DATA"),
            refused: told.err().map(|why| why.to_string()),
        });
        true
    }

    /// Takes the endpoint's events.
    pub(super) fn report(&mut self, side: Side) -> bool {
        let mut busy = false;
        while let Some(event) = self.ends[side.index()].endpoint.poll_event() {
            busy = true;
            self.take_event(side, event);
        }
        busy
    }

    fn take_event(&mut self, side: Side, event: Event) {
        match event {
            Event::Transition { row, from, to } => {
                let end = &mut self.ends[side.index()];
                let expected = std::mem::replace(&mut end.state, to);
                if expected != from {
                    self.violation(format!(
                        "{side}: {row:?} leaves {from}, but it was in {expected}"
                    ));
                }
                self.follow_freshness(side, from, to);
                self.ledger.steps.push(Step {
                    at_us: self.now,
                    end: side,
                    row,
                    from,
                    to,
                });
                self.note(side, || What::Transition {
                    row: format!("{row:?}"),
                    from: short_name(from),
                    to: short_name(to),
                });
            }
            Event::EndOfSession(why) => {
                let now = self.now;
                let end = &mut self.ends[side.index()];
                (end.told_no_more, end.refused_in) = (false, None);
                end.resume_loads(now);
                let unacknowledged = end.take_unacknowledged();
                let ending = Ending {
                    at_us: now,
                    end: side,
                    why,
                    unacknowledged,
                    has_data_to_send: end.endpoint.has_data_to_send(),
                };
                self.ledger.endings.push(ending);
                self.note(side, || What::EndOfSession {
                    why: format!("{why:?}"),
                });
                if !ending.promises_all() {
                    self.excuse_all(ExcuseKind::SessionEnded);
                } else {
                    self.excuse_what_follows();
                }
                self.start_again(side, why == EndOfSession::NoMoreData);
            }
            other => {
                self.note(side, || What::Event {
                    text: other.to_string(),
                });
                self.react(side, &other);
            }
        }
    }

    /// What a controller does when it is told that COP-P is out of step and does not help itself.
    fn react(&mut self, side: Side, event: &Event) {
        let Event::CopP { pcid, notification } = *event else {
            return;
        };
        match notification {
            Notification::SyncLost {
                resynchronising: false,
            } => {
                let end = &mut self.ends[side.index()];
                let local = end.local(self.now);
                end.endpoint.resynchronise(local, pcid);
            }
            Notification::ResyncFailed => self.excuse(side, pcid, ExcuseKind::ResyncFailed),
            _ => {}
        }
    }

    fn start_again(&mut self, side: Side, done: bool) {
        let end = &mut self.ends[side.index()];
        if done || end.again == 0 {
            return;
        }
        end.again -= 1;
        let at = self.now + end.setup.again_after_us;
        self.schedule(at, Coming::Start(side));
    }

    /// The user fetches what has arrived, if it is time.
    pub(super) fn deliver(&mut self, side: Side) {
        let now = self.now;
        let end = &mut self.ends[side.index()];
        if end.next_read > now {
            return;
        }
        end.next_read = now + end.setup.reader_period_us;
        end.unread = false;
        let mut buf = std::mem::take(&mut self.delivery_buf);
        buf.resize(LONGEST_UNIT, 0);
        loop {
            let end = &mut self.ends[side.index()];
            let delivery = match end.endpoint.poll_delivery(&mut buf) {
                Ok(Some(delivery)) => delivery,
                Ok(None) => break,
                Err(why) => {
                    self.violation(format!("{side}: {why}"));
                    break;
                }
            };
            end.tally.delivered += 1;
            end.tally.delivered_octets += delivery.octets.len() as u64;
            let kind = match delivery.unit {
                Unit::Packet => UnitKind::SpacePacket,
                Unit::UserOctets => UnitKind::UserOctets,
            };
            let label = Label {
                qos: delivery.qos,
                port: delivery.port_id,
                pcid: delivery.pcid,
                kind,
                octets: delivery.octets.len(),
            };
            let octets = delivery.octets;
            let from = side.other();
            let id = unit::name_of(from, kind, octets);
            let len = id.and_then(|id| self.ends[from.index()].length_of(id));
            let intact = id.zip(len).is_some_and(|(id, len)| {
                unit::make(from, id, kind, len, &mut self.expected);
                self.expected == octets
            });
            let delivered = Delivered {
                at_us: now,
                end: side,
                id,
                intact,
                label,
            };
            self.tell(delivered);
        }
        self.delivery_buf = buf;
    }

    /// Writes a delivery down, unless somebody tampers.
    fn tell(&mut self, delivered: Delivered) {
        let side = delivered.end;
        let end = &mut self.ends[side.index()];
        let number = end.deliveries;
        end.deliveries += 1;
        self.note(side, || What::Delivered {
            number: delivered.id.map(|id| (id.number, id.load)),
            octets: delivered.label.octets,
            port: delivered.label.port.get(),
            sequence_controlled: delivered.label.qos == magpie_wire::v3::Qos::SequenceControlled,
        });
        let deliveries = &mut self.ledger.deliveries;
        match self.setup.tamper {
            Some(Tamper::DropDelivery(at, n)) if (at, n) == (side, number) => {}
            Some(Tamper::DoubleDelivery(at, n)) if (at, n) == (side, number) => {
                deliveries.extend([delivered; 2]);
            }
            Some(Tamper::SpoilDelivery(at, n)) if (at, n) == (side, number) => {
                deliveries.push(Delivered {
                    intact: false,
                    ..delivered
                });
            }
            Some(Tamper::SwapDelivery(at, n)) if (at, n) == (side, number) => {
                self.withheld = Some(delivered);
            }
            _ => {
                deliveries.push(delivered);
                if delivered.end == side {
                    deliveries.extend(self.withheld.take());
                }
            }
        }
    }
}

/// `S31` of `S31 (hail: carrier only)`.
fn short_name(state: State) -> String {
    let name = state.to_string();
    name.split(' ').next().unwrap_or_default().to_owned()
}
