//! The actions of FOP-1 by their names in the book.
//!
//! Book: 232.1-B-2 section 5.2 as the facts give it. What the facts leave open (which event starts the timer, what Initialise does to NN(R), what
//! becomes of a frame that was handed over and not fetched) is decided in `docs/deviations.md`.

use magpie_wire::seq::SeqNum;
use magpie_wire::tc::ControlCommand;

use super::{AdOut, Alert, Fop1, FopEvent, FopState, Out, Record, confirmation};
use crate::clock::Instant;
use crate::record_queue::Lent;

impl<M: Lent> Fop1<M> {
    /// Alert: everything is given up, the state becomes S6.
    pub(super) fn alert(&mut self, alert: Alert) {
        self.timer = None;
        self.purge();
        if let Some(request) = self.initiation.take() {
            self.confirm_directive(request, false);
        }
        self.suspend_state = None;
        self.events.push(FopEvent::Alert(alert));
        self.state = FopState::S6Initial;
    }

    /// Suspend: the timer is not running, everything else is kept.
    pub(super) fn suspend(&mut self) {
        self.suspend_state = Some(self.state); //= 232.1-B-2 suspend-state
        self.events.push(FopEvent::Suspended);
        self.state = FopState::S6Initial;
    }

    pub(super) fn resume(&mut self, now: Instant, state: FopState) {
        self.suspend_state = None;
        self.start_timer(now);
        self.state = state;
    }

    /// Initialise: nothing is under way, nothing is unacknowledged.
    pub(super) fn initialise(&mut self) {
        self.purge();
        self.nn_r = self.v_s; // the Sent queue is empty; with an older NN(R) the cells that the book has as n/a could be reached
        self.transmission_count = 1;
        self.suspend_state = None;
    }

    fn purge(&mut self) {
        self.units.purge();
        self.ad_out.abort();
        self.bc_out.abort();
        self.bc_frame = None;
    }

    pub(super) fn confirm_directive(&mut self, request: u32, positive: bool) {
        self.events.push(FopEvent::Directive {
            request,
            confirmation: confirmation(positive),
        });
    }

    /// The initiation has come to its end: the automatic service begins.
    pub(super) fn confirm_initiation(&mut self) {
        if let Some(request) = self.initiation.take() {
            self.confirm_directive(request, true);
        }
        self.timer = None;
        self.state = FopState::S1Active;
    }

    /// Remove acknowledged frames: all before `n_r`.
    pub(super) fn remove_acknowledged(&mut self, n_r: SeqNum) {
        let count = n_r.distance_from(self.nn_r);
        if let Out::Waiting(ad) = &self.ad_out
            && ad.n_s.distance_from(self.nn_r) < count
        {
            self.ad_out.abort(); // it has arrived; its memory is given back
        }
        self.units.acknowledge(count.into());
        self.nn_r = n_r;
        self.transmission_count = 1; //= 232.1-B-2 transmission-count
    }

    pub(super) fn initiate_ad_retransmission(&mut self, now: Instant) {
        self.ad_out.abort();
        self.transmission_count = self.transmission_count.saturating_add(1); //= 232.1-B-2 transmission-count
        self.start_timer(now);
        self.units.flag_all();
    }

    pub(super) fn initiate_bc_retransmission(&mut self, now: Instant) {
        self.bc_out.abort();
        self.transmission_count = self.transmission_count.saturating_add(1);
        self.start_timer(now);
        if let Some((_, flagged)) = &mut self.bc_frame {
            *flagged = true;
        }
        self.look_for_directive(now);
    }

    /// Look for directive: the BC frame goes out again if it is flagged and the lower layer is free.
    pub(super) fn look_for_directive(&mut self, now: Instant) {
        if !self.bc_out.is_ready() {
            return;
        }
        if let Some((command, flagged @ true)) = &mut self.bc_frame {
            *flagged = false;
            self.bc_out = Out::Waiting(*command);
            self.start_timer(now);
        }
    }

    pub(super) fn transmit_bc(&mut self, now: Instant, command: ControlCommand) {
        self.bc_frame = Some((command, false));
        self.bc_out = Out::Waiting(command);
        self.transmission_count = 1;
        self.start_timer(now);
    }

    /// Look for FDU: flagged frames first, then the wait queue if the window is open.
    pub(super) fn look_for_fdu(&mut self, now: Instant) {
        //= 232.1-B-2 look-for-fdu
        if !self.ad_out.is_ready() {
            return;
        }
        if let Some((place, record)) = self.units.take_flagged() {
            let place = u8::try_from(place).unwrap_or(u8::MAX); // a window has at most 255
            self.pass_on(now, record, self.nn_r.plus(place), true);
        } else if self.v_s.distance_from(self.nn_r) < self.window
            && let Some(record) = self.units.send_waiting()
        {
            if self.units.sent() == 1 {
                self.transmission_count = 1;
            }
            let n_s = self.v_s;
            self.v_s = n_s.next();
            self.pass_on(now, record, n_s, false);
        }
    }

    fn pass_on(&mut self, now: Instant, record: Record, n_s: SeqNum, repeated: bool) {
        self.ad_out = Out::Waiting(AdOut {
            record,
            n_s,
            repeated,
        });
        self.start_timer(now);
    }

    pub(super) fn start_timer(&mut self, now: Instant) {
        self.timer = Some(now + self.t1_initial);
    }
}
