//! Communications Operation Procedure of Proximity-1 (COP-P): both halves for one physical channel.
//!
//! Book: 211.0-B-6 section 7. [`FopP`] (7.2, table 7-1) numbers frames, keeps the sequence-controlled ones until they are acknowledged
//! and sends them again; [`FarmP`] (7.3, table 7-2) accepts them in order and reports what it expects next; [`Resync`] (7.2.3.2)
//! mends the two when they disagree. Left out: the MAC sublayer's part (when a frame, a PLCW or a P-frame goes out, the PLCW timer), which
//! drives this value: it asks for frames with [`FopP::poll_transmit`], for reports with [`FarmP::select_plcw`], for the SET V(R) directive
//! with [`CopP::poll_set_v_r`], and calls [`FarmP::demand_plcw`] when its PLCW timer expires. That timer is not optional with the
//! sequence-controlled service: a repeated frame demands no report (RE6), so without it the loss of the last PLCW is never mended.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_link::cop_p::{CopP, Offer, Unnumbered, Verdict};
//! use magpie_link::mib::MibBuilder;
//! use magpie_wire::id::{Pcid, Scid};
//! use magpie_wire::v3::{Qos, ScidRole, V3Frame, V3Header};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (rover, orbiter) = (Scid::new(0x52).unwrap(), Scid::new(0x29).unwrap());
//! let mut at_rover = CopP::new(&MibBuilder::new(rover, orbiter).build()?, Pcid::Pcid0, [0; 4_096]);
//! let mut at_orbiter = CopP::new(&MibBuilder::new(orbiter, rover).build()?, Pcid::Pcid0, [0; 4_096]);
//!
//! let header = V3Header::u_frame(Qos::SequenceControlled, orbiter, ScidRole::Destination);
//! let offer = Offer { expedited: None, sequence_controlled: Some(Unnumbered { header, data: b"hello" }) };
//! let mut buf = [0; 64];
//! let sending = at_rover.fop.poll_transmit(offer, &mut buf)?.unwrap();
//!
//! let frame = V3Frame::parse(&buf[..sending.len])?;
//! assert_eq!(at_orbiter.farm.handle_frame(&frame), Verdict::Deliver);
//! let plcw = at_orbiter.farm.select_plcw();
//! assert_eq!(plcw.report_value.get(), 1);
//!
//! at_rover.handle_fixed_spdu(Instant::ZERO, plcw.word())?;
//! assert!(at_rover.fop.all_acknowledged());
//! # Ok(())
//! # }
//! ```

mod error;
pub mod farm;
pub mod fop;
pub mod resync;
pub mod sent;

pub use error::{Invalid, SendError};
pub use farm::{Discarded, FarmP, Verdict};
pub use fop::{FopP, Offer, Reason, Sending, State, Unnumbered};
pub use resync::Resync;
pub use sent::{Hold, SENT_OVERHEAD};

use magpie_wire::id::Pcid;
use magpie_wire::spdu::directive::SetVR;
use magpie_wire::spdu::plcw::Plcw;

use crate::clock::Instant;
use crate::mib::Mib;
use crate::record_queue::Lent;

/// What the vehicle controller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notification {
    /// `SYNCH_TIMER` expired: for `Synch_Timeout` after an invalid PLCW no valid one came.
    SyncLost {
        /// Whether this end resynchronises by itself (`Resync_Local`); else the controller calls [`CopP::resynchronise`].
        resynchronising: bool,
    },
    /// The other end has answered the SET V(R); user frames go out again.
    Resynchronised,
    /// `Resync_Lifetime` is over without an answer; user frames go out again, probably in vain.
    ResyncFailed,
}

/// COP-P for one physical channel: the sending half, the receiving half, and the activity that mends them.
#[derive(Debug, Clone)]
pub struct CopP<M> {
    /// The sending half.
    pub fop: FopP<M>,
    /// The receiving half.
    pub farm: FarmP,
    resync: Resync,
    pcid: Pcid,
}

impl<M: Lent> CopP<M> {
    /// COP-P for `pcid` with the parameters of `mib`; `sent` is the memory of the Sent queue. All numbers begin at 0.
    pub const fn new(mib: &Mib, pcid: Pcid, sent: M) -> Self {
        Self {
            fop: FopP::new(mib, sent),
            farm: FarmP::new(pcid),
            resync: Resync::new(
                mib.values().resync_waiting_period,
                mib.values().resync_lifetime,
            ),
            pcid,
        }
    }

    /// The physical channel that this value is for.
    pub const fn pcid(&self) -> Pcid {
        self.pcid
    }

    /// SE0 and RE0: a new session. Frames that were not acknowledged are forgotten.
    pub fn initialise(&mut self) {
        self.fop.initialise();
        self.farm.initialise();
        self.resync.stop();
    }

    /// SE7: the controller resets COP-P. As SE0; the receiving half keeps V(R), for the other end has not been reset.
    pub fn reset(&mut self) {
        self.fop.reset();
        self.farm.demand_plcw(); // NEED_PLCW and NEED_STATUS_REPORT are shared by both halves
        self.farm.demand_status_report();
        self.resync.stop();
    }

    /// A fixed-length SPDU of a valid P-frame. A word that is no PLCW counts as an invalid PLCW (7.2.3.3); a PLCW for the other
    /// physical channel is not looked at: `Err(Invalid::OtherPcid)`, and nothing changes.
    pub fn handle_fixed_spdu(
        &mut self,
        now: Instant,
        word: u16,
    ) -> Result<Option<Notification>, Invalid> {
        let plcw = Plcw::from_word(word);
        if plcw.is_some_and(|plcw| plcw.pcid != self.pcid) {
            return Err(Invalid::OtherPcid);
        }
        let before = self.fop.state();
        self.fop.handle_plcw(now, plcw)?;
        let answered = before == State::S2Resynchronise && self.fop.state() == State::S1Active;
        if answered {
            self.resync.stop();
        }
        Ok(answered.then_some(Notification::Resynchronised))
    }

    /// The controller starts a resynchronisation, or asks for another one while one is under way.
    pub fn resynchronise(&mut self, now: Instant) {
        self.fop.start_resync();
        self.resync.start(now);
    }

    /// The SET V(R) directive if it is to be put into the MAC queue now. MAC holds PERSISTENCE true as long as
    /// [`State::S2Resynchronise`] lasts, but lets PLCWs pass: two ends that resynchronise at once need each other's.
    pub fn poll_set_v_r(&mut self, now: Instant) -> Option<SetVR> {
        //= 211.0-B-6 7.2.3.2 resync
        self.resync
            .take_due(now)
            .then(|| SetVR::new(self.fop.nn_r()))
    }

    /// When something happens by itself: the next SET V(R), the end of its lifetime, or `SYNCH_TIMER`.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.fop.poll_timeout(), self.resync.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// When something happens by itself that nobody needs to be asked for: the end of the lifetime, or `SYNCH_TIMER`.
    pub fn poll_expiry(&self) -> Option<Instant> {
        [self.fop.poll_timeout(), self.resync.lifetime_over()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets the timers that are due at `now` expire.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Notification> {
        if self.resync.take_lifetime_over(now) {
            self.fop.end_resync_failed();
            return Some(Notification::ResyncFailed);
        }
        let notification = self.fop.handle_timeout(now)?;
        if self.fop.state() == State::S2Resynchronise {
            self.resync.start(now);
        }
        Some(notification)
    }
}
