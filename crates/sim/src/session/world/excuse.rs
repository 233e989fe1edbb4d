//! When the book allows the sequence-controlled service to lose or double units, and when no more.
//!
//! COP-P keeps its promise as long as FOP-P of one end and FARM-P of the other count from the same beginning. One of them beginning anew breaks
//! that, a SET V(R) mends it, and so does a hail between two ends that are both new.

use magpie_link::mac::State;
use magpie_wire::id::Pcid;

use super::super::ledger::{Excuse, ExcuseKind};
use super::super::summary::{FrameSummary, SpduSummary};
use super::super::trace::Side;
use super::World;

const PCIDS: [Pcid; 2] = [Pcid::Pcid0, Pcid::Pcid1];

impl World {
    /// From now on the numbers of this direction do not fit, and what is not acknowledged may be lost.
    pub(super) fn excuse(&mut self, from: Side, pcid: Pcid, kind: ExcuseKind) {
        self.ledger.excuses.push(Excuse {
            at_us: self.now,
            since_us: 0,
            until_us: u64::MAX,
            from,
            pcid,
            kind,
        });
    }

    /// The same for both directions and both channels.
    pub(super) fn excuse_all(&mut self, kind: ExcuseKind) {
        for from in Side::BOTH {
            for pcid in PCIDS {
                self.excuse(from, pcid, kind);
            }
        }
    }

    /// Everything submitted so far has arrived, but for what comes now the numbers do not fit.
    pub(super) fn excuse_what_follows(&mut self) {
        self.excuse_all(ExcuseKind::OtherGoesOn);
        let now = self.now;
        let new = self.ledger.excuses.iter_mut().rev().take(4);
        new.for_each(|excuse| excuse.since_us = now);
    }

    /// A SET V(R) came to `to`: it names the frame that the other end sends next, and may cost or double what was sent before.
    pub(super) fn mend(&mut self, to: Side, frame: &FrameSummary, jumped: bool) {
        let sets = |spdu: &SpduSummary| matches!(spdu, SpduSummary::SetVR { .. });
        if !frame.supervisory || !frame.spdus.iter().any(sets) {
            return;
        }
        let is_hail = |spdu: &SpduSummary| matches!(spdu, SpduSummary::SetTransmitter { .. });
        let hails = frame.spdus.iter().any(is_hail);
        for pcid in PCIDS {
            if !hails && pcid.get() != frame.pcid {
                continue;
            }
            if jumped {
                self.excuse(to.other(), pcid, ExcuseKind::SetVR);
            }
            self.close(to.other(), pcid);
        }
    }

    /// Both ends are new: their numbers fit.
    pub(super) fn mend_all(&mut self) {
        for from in Side::BOTH {
            for pcid in PCIDS {
                self.close(from, pcid);
            }
        }
    }

    fn close(&mut self, from: Side, pcid: Pcid) {
        for excuse in &mut self.ledger.excuses {
            if excuse.from == from && excuse.pcid == pcid {
                excuse.until_us = excuse.until_us.min(self.now);
            }
        }
    }

    /// An end changed its state: whether it is new.
    pub(super) fn follow_freshness(&mut self, side: Side, from: State, to: State) {
        use State::{
            S1Inactive, S2WaitingForHail, S34HailTail, S35HailResponse, S36HailResponse,
            S41CarrierOnly, S51CarrierOnly,
        };
        if to == S1Inactive {
            self.ends[side.index()].fresh = true;
        }
        let hailed = from == S2WaitingForHail && matches!(to, S41CarrierOnly | S51CarrierOnly);
        if hailed && self.ends.iter().all(|end| end.fresh) {
            self.mend_all();
        }
        let answered = matches!(from, S34HailTail | S35HailResponse | S36HailResponse)
            && !matches!(to, State::S31HailCarrier | State::S11HailCarrier);
        if hailed || answered {
            self.ends[side.index()].fresh = false;
        }
    }
}
