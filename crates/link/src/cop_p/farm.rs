//! Frame Acceptance and Reporting Mechanism of Proximity-1 (FARM-P): accepts in order, reports what is missing.
//!
//! Book: 211.0-B-6 7.3, table 7-2 (events RE0 to RE7; there are no states). It has no window: only N(S) = V(R) is accepted. Left out: the
//! PLCW timer, which is MAC's. See [`cop_p`](super) for an example.

use magpie_wire::id::Pcid;
use magpie_wire::seq::{ExpeditedFrameCounter, SeqNum};
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::v3::{PduType, Qos, V3Frame};

/// What becomes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Its content is handed on.
    Deliver,
    /// It is dropped.
    Discard(Discarded),
}

/// Why a frame was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Discarded {
    /// RE1: not a frame for this channel, or one that breaks a rule of its header.
    Invalid,
    /// RE5: frames before it are missing.
    Gap,
    /// RE6: seen before.
    Duplicate,
}

/// The receiving half of COP-P for one physical channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FarmP {
    pcid: Pcid,
    v_r: SeqNum,
    /// R(S): the retransmit flag of the next PLCW.
    r_s: bool,
    expedited_frame_counter: ExpeditedFrameCounter,
    need_plcw: bool,
    need_status_report: bool,
}

impl FarmP {
    /// As after RE0.
    pub const fn new(pcid: Pcid) -> Self {
        Self {
            pcid,
            v_r: SeqNum::new(0), //= 211.0-B-6 7.3 RE0
            r_s: false,
            expedited_frame_counter: ExpeditedFrameCounter::ZERO,
            need_plcw: true,
            need_status_report: true,
        }
    }

    /// RE0: a new session.
    pub fn initialise(&mut self) {
        *self = Self::new(self.pcid);
    }

    /// RE1 and RE3 to RE6: a frame that frame acceptance has let through.
    ///
    /// A P-frame is handed on without being counted: the expedited counter counts user frames.
    pub fn handle_frame(&mut self, frame: &V3Frame<'_>) -> Verdict {
        if frame.pcid() != self.pcid || frame.check().is_err() {
            return Verdict::Discard(Discarded::Invalid); //= 211.0-B-6 7.3 RE1
        }
        self.handle_valid_frame(frame.qos(), frame.pdu_type(), frame.n_s())
    }

    /// RE3 to RE6 for a frame that is valid and of this channel, of whichever version.
    pub fn handle_valid_frame(&mut self, qos: Qos, pdu_type: PduType, n_s: SeqNum) -> Verdict {
        match qos {
            Qos::Expedited => {
                //= 211.0-B-6 7.3 RE3
                if pdu_type == PduType::User {
                    self.expedited_frame_counter = self.expedited_frame_counter.next();
                }
                Verdict::Deliver
            }
            Qos::SequenceControlled if n_s == self.v_r => {
                //= 211.0-B-6 7.3 RE4
                self.r_s = false;
                self.v_r = self.v_r.next();
                self.need_plcw = true;
                Verdict::Deliver
            }
            Qos::SequenceControlled if n_s.is_ahead_of(self.v_r) => {
                //= 211.0-B-6 7.3 RE5
                self.r_s = true;
                self.need_plcw = true;
                Verdict::Discard(Discarded::Gap)
            }
            // A number half the circle away is neither ahead nor behind; no sender with a window of up to 127 sends it.
            Qos::SequenceControlled => Verdict::Discard(Discarded::Duplicate), //= 211.0-B-6 7.3 RE6
        }
    }

    /// RE2: a SET V(R) directive for this channel.
    pub fn handle_set_v_r(&mut self, seq_ctrl_fsn: SeqNum) {
        //= 211.0-B-6 7.3 RE2
        self.r_s = false;
        self.v_r = seq_ctrl_fsn;
        self.need_plcw = true;
    }

    /// What a PLCW would say now.
    pub const fn plcw(&self) -> Plcw {
        //= 211.0-B-6 7.3 RE7
        Plcw {
            retransmit: self.r_s,
            pcid: self.pcid,
            reserved_spare: false,
            expedited_frame_counter: self.expedited_frame_counter,
            report_value: self.v_r,
        }
    }

    /// RE7: the PLCW to send now; `NEED_PLCW` becomes false.
    pub fn select_plcw(&mut self) -> Plcw {
        self.need_plcw = false; //= 211.0-B-6 7.3 RE7
        self.plcw()
    }

    /// A status report goes out; `NEED_STATUS_REPORT` becomes false.
    pub fn select_status_report(&mut self) {
        self.need_status_report = false;
    }

    /// `NEED_PLCW` becomes true: MAC's PLCW timer expired, or the other end asked for a report.
    pub fn demand_plcw(&mut self) {
        self.need_plcw = true;
    }

    /// `NEED_STATUS_REPORT` becomes true.
    pub fn demand_status_report(&mut self) {
        self.need_status_report = true;
    }

    /// V(R): the sequence-controlled frame expected next.
    pub const fn v_r(&self) -> SeqNum {
        self.v_r
    }

    /// `NEED_PLCW`.
    pub const fn need_plcw(&self) -> bool {
        self.need_plcw
    }

    /// `NEED_STATUS_REPORT`.
    pub const fn need_status_report(&self) -> bool {
        self.need_status_report
    }
}
