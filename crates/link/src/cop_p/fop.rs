//! Frame Operation Procedure of Proximity-1 (FOP-P): which user frame goes out next, and what a report from the other end changes.
//!
//! Book: 211.0-B-6 7.2, table 7-1 (states S1 and S2, events SE0 to SE7), with the validity rules of PLCWs of 7.2.3.3. Left out: the queues
//! in front of it (the caller offers the frame at the head of each) and P-frames, which MAC sends; they take a number with
//! [`FopP::take_expedited_number`]. Where the printed rules lock up or leave a hole, see `docs/deviations.md`. Example: [`cop_p`](super).

use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::v3::{Qos, V3_HEADER_LEN, V3Header};

use super::Notification;
use super::error::{Invalid, SendError};
use super::sent::{Hold, Sent};
use crate::clock::{Duration, Instant};
use crate::mib::{Mib, Retransmission};
use crate::record_queue::Lent;

/// The states of table 7-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// S1 Active.
    S1Active,
    /// S2 Resynchronise: no user frames go out.
    S2Resynchronise,
}

/// A user frame that has no number yet.
#[derive(Debug, Clone, Copy)]
pub struct Unnumbered<'a> {
    /// Its header. Quality of service and number are set when it goes out.
    pub header: V3Header,
    /// Its data field.
    pub data: &'a [u8],
}

/// The frames at the heads of the two queues.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offer<'a> {
    /// Of the expedited queue.
    pub expedited: Option<Unnumbered<'a>>,
    /// Of the sequence-controlled queue.
    pub sequence_controlled: Option<Unnumbered<'a>>,
}

/// Why a frame goes out: the rows of SE1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The offered expedited frame; the caller drops it from its queue.
    Expedited,
    /// A frame sent before, on the way back to V(S).
    Repeated,
    /// The offered sequence-controlled frame; the caller drops it from its queue, the Sent queue has it.
    New,
    /// The oldest unacknowledged frame, since there is nothing else to send.
    Progressive,
}

/// What SE1 sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The expedited frame.
    Expedited,
    /// A kept frame.
    Repeat {
        /// Which row.
        reason: Reason,
        /// Its number.
        n_s: SeqNum,
    },
    /// The new sequence-controlled frame.
    New,
    /// Nothing.
    Nothing,
}

/// A frame that was written to the caller's buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    /// Why it goes out.
    pub reason: Reason,
    /// Its number.
    pub n_s: SeqNum,
    /// Its octets, from the start of the buffer.
    pub len: usize,
}

/// The way of VV(S) back to V(S).
#[derive(Debug, Clone, Copy, Default)]
struct Pass {
    /// V(S) when VV(S) was last set back: with VV(S) there again, everything that was out then has been repeated.
    end: SeqNum,
    /// It was set back by row d of SE1, not by a PLCW.
    progressive: bool,
}

impl Pass {
    const NONE: Self = Self {
        end: SeqNum::new(0),
        progressive: false,
    };
}

/// The sending half of COP-P for one physical channel.
#[derive(Debug, Clone)]
pub struct FopP<M> {
    state: State,
    v_s: SeqNum,
    ve_s: SeqNum,
    vv_s: SeqNum,
    n_r: SeqNum,
    nn_r: SeqNum,
    /// R(R).
    r_r: bool,
    /// RR(R).
    rr_r: bool,
    /// When `SYNCH_TIMER` expires, if it runs.
    synch_timer: Option<Instant>,
    pass: Pass,
    retransmission: Retransmission,
    sent: Sent<M>,
    transmission_window: u8,
    synch_timeout: Duration,
    resync_local: bool,
    held_by_sent_queue: u64,
}

impl<M: Lent> FopP<M> {
    /// As after SE0. `sent` is the memory of the Sent queue: each frame takes [`SENT_OVERHEAD`](super::SENT_OVERHEAD) octets more than it has.
    pub const fn new(mib: &Mib, sent: M) -> Self {
        let mib = mib.values();
        Self {
            state: State::S1Active,
            v_s: SeqNum::new(0),
            ve_s: SeqNum::new(0),
            vv_s: SeqNum::new(0),
            n_r: SeqNum::new(0),
            nn_r: SeqNum::new(0),
            r_r: false,
            rr_r: false,
            synch_timer: None,
            pass: Pass::NONE,
            retransmission: mib.retransmission,
            sent: Sent::new(sent),
            transmission_window: mib.transmission_window,
            synch_timeout: mib.synch_timeout,
            resync_local: mib.resync_local,
            held_by_sent_queue: 0,
        }
    }

    /// Another memory for the Sent queue, and all numbers begin at 0.
    pub(crate) fn lend(&mut self, sent: M) {
        self.sent.lend(sent);
        self.initialise();
    }

    /// SE0: a new session. Frames that were not acknowledged are forgotten. (`NEED_PLCW` is [`FarmP`](super::FarmP)'s.)
    pub fn initialise(&mut self) {
        //= 211.0-B-6 7.2 SE0
        self.state = State::S1Active; // RESYNC = false
        self.v_s = SeqNum::default();
        self.ve_s = SeqNum::default();
        self.vv_s = SeqNum::default();
        self.n_r = SeqNum::default();
        self.nn_r = SeqNum::default();
        self.r_r = false;
        self.rr_r = false;
        self.synch_timer = None;
        self.pass = Pass::default();
        self.sent.clear(SeqNum::default());
    }

    /// SE7: the controller resets COP-P.
    pub fn reset(&mut self) {
        self.initialise(); //= 211.0-B-6 7.2 SE7
    }

    /// SE1: a user frame may go out now; `None` if there is nothing to send.
    ///
    /// An error names what the caller has to mend (a longer buffer) or to drop (the offered frame).
    pub fn poll_transmit(
        &mut self,
        offer: Offer<'_>,
        out: &mut [u8],
    ) -> Result<Option<Sending>, SendError> {
        let new_len = offer
            .sequence_controlled
            .map(|new| V3_HEADER_LEN + new.data.len());
        let choice = self.choose(offer.expedited.is_some(), new_len)?;
        match (choice, offer.expedited, offer.sequence_controlled) {
            (Choice::Expedited, Some(frame), _) => self.send_expedited(&frame, out).map(Some),
            (Choice::New, _, Some(frame)) => self.send_new(&frame, out).map(Some),
            (Choice::Repeat { reason, n_s }, ..) => self.repeat(reason, n_s, out).map(Some),
            _ => Ok(None),
        }
    }

    /// The rows of SE1: what goes out now, if an expedited frame is there and a new sequence-controlled one of `new_len` octets.
    #[expect(
        clippy::match_same_arms,
        reason = "one arm for each printed row, in the book's order"
    )]
    pub(crate) fn choose(
        &mut self,
        expedited: bool,
        new_len: Option<usize>,
    ) -> Result<Choice, SendError> {
        let hold = new_len.and_then(|len| self.hold_frame(len));
        let gives_way = self.pass.progressive && self.retransmission == Retransmission::OncePerPass;
        let new_waits = new_len.is_some() && hold.is_none();
        let repeating = self.v_s.is_ahead_of(self.vv_s) && !(gives_way && new_waits);
        Ok(match self.state {
            State::S2Resynchronise => Choice::Nothing, //= 211.0-B-6 7.2 SE1 S2
            State::S1Active if expedited => Choice::Expedited, //= 211.0-B-6 7.2 SE1a
            //= 211.0-B-6 7.2 SE1b
            State::S1Active if repeating => Choice::Repeat {
                reason: Reason::Repeated,
                n_s: self.vv_s,
            },
            State::S1Active if new_waits => Choice::New, //= 211.0-B-6 7.2 SE1c
            State::S1Active if hold == Some(Hold::TooLongForSentQueue) => {
                return Err(SendError::TooLongForSentQueue);
            }
            //= 211.0-B-6 7.2 SE1d
            State::S1Active if self.v_s.is_ahead_of(self.nn_r) => {
                self.held_by_sent_queue += u64::from(hold == Some(Hold::SentQueueFull));
                Choice::Repeat {
                    reason: Reason::Progressive,
                    n_s: self.nn_r,
                }
            }
            State::S1Active => Choice::Nothing, //= 211.0-B-6 7.2 SE1e
        })
    }

    /// Row c of SE1 for a frame that was built in place with the number V(S).
    pub(crate) fn keep_new(&mut self, frame: &[u8]) {
        self.sent.push(frame);
        self.v_s = self.v_s.next();
        self.vv_s = self.v_s; // one further, unless progressive retransmission gave way
        self.pass.progressive = false;
    }

    fn send_expedited(
        &mut self,
        frame: &Unnumbered<'_>,
        out: &mut [u8],
    ) -> Result<Sending, SendError> {
        let len = emit(frame, Qos::Expedited, self.ve_s, out)?;
        Ok(Sending {
            reason: Reason::Expedited,
            n_s: self.take_expedited_number(),
            len,
        })
    }

    fn send_new(&mut self, frame: &Unnumbered<'_>, out: &mut [u8]) -> Result<Sending, SendError> {
        let n_s = self.v_s;
        let len = emit(frame, Qos::SequenceControlled, n_s, out)?;
        self.keep_new(out.get(..len).unwrap_or_default());
        Ok(Sending {
            reason: Reason::New,
            n_s,
            len,
        })
    }

    /// Half duplex: the turn of this end begins after a report, so whatever is unacknowledged is lost and goes first.
    pub(crate) fn repeat_unacknowledged(&mut self) {
        self.set_back(self.nn_r, false);
    }

    /// Sends a kept frame again; VV(S) follows it.
    pub(crate) fn repeat(
        &mut self,
        reason: Reason,
        n_s: SeqNum,
        out: &mut [u8],
    ) -> Result<Sending, SendError> {
        let len = self.sent.len_of(n_s);
        debug_assert!(len.is_some(), "every number from NN(R) to V(S) is kept");
        let len = len.unwrap_or(0);
        if len > out.len() {
            return Err(SendError::BufferTooShort { need: len });
        }
        self.sent.copy(n_s, len, out);
        if reason == Reason::Progressive {
            self.set_back(n_s, true);
        }
        self.vv_s = n_s.next();
        Ok(Sending { reason, n_s, len })
    }

    /// Why a new sequence-controlled frame with `data_len` octets of data may not go out now.
    pub fn hold(&self, data_len: usize) -> Option<Hold> {
        self.hold_frame(V3_HEADER_LEN + data_len)
    }

    /// The same for a frame of `len` octets, header included.
    fn hold_frame(&self, len: usize) -> Option<Hold> {
        match self.state {
            State::S2Resynchronise => Some(Hold::Resynchronising),
            State::S1Active => self.sent.hold(len, self.transmission_window),
        }
    }

    /// VE(S), and the next one is one further: for an expedited frame that MAC sends itself.
    pub fn take_expedited_number(&mut self) -> SeqNum {
        let n_s = self.ve_s;
        self.ve_s = n_s.next(); //= 211.0-B-6 7.1 ve-s
        n_s
    }

    /// SE2 or SE3: a PLCW for this channel, `None` for a fixed SPDU of unknown format.
    pub fn handle_plcw(&mut self, now: Instant, plcw: Option<Plcw>) -> Result<(), Invalid> {
        match (self.state, self.check(plcw)) {
            (State::S1Active, Ok(plcw)) => {
                self.accept(plcw); //= 211.0-B-6 7.2 SE2
                Ok(())
            }
            (State::S2Resynchronise, Ok(plcw)) => {
                //= 211.0-B-6 7.2 SE2 S2
                let response = !plcw.retransmit && plcw.report_value == self.nn_r;
                self.accept(plcw);
                if response {
                    self.state = State::S1Active; //= 211.0-B-6 7.2 SE5
                }
                Ok(())
            }
            (State::S1Active, Err(invalid)) => {
                //= 211.0-B-6 7.2 SE3
                if self.synch_timer.is_none() && !self.synch_timeout.is_zero() {
                    self.synch_timer = Some(now + self.synch_timeout);
                }
                self.set_back(self.nn_r, false);
                Err(invalid)
            }
            (State::S2Resynchronise, Err(invalid)) => Err(invalid), //= 211.0-B-6 7.2 SE3 S2
        }
    }

    /// The validity rules, in the order of the facts.
    fn check(&self, plcw: Option<Plcw>) -> Result<Plcw, Invalid> {
        let plcw = plcw.ok_or(Invalid::Format)?; //= 211.0-B-6 7.2.3.3 note-5 format
        let (n_r, r_r) = (plcw.report_value, plcw.retransmit);
        // Half the circle away the number is neither behind nor ahead, and nothing that it could acknowledge was sent.
        let beyond = n_r.distance_from(self.nn_r) > self.v_s.distance_from(self.nn_r);
        // In S2 a withdrawn retransmit flag is what SET V(R) asks for.
        let withdrawn = self.rr_r && !r_r && self.state == State::S1Active;
        if self.nn_r.is_ahead_of(n_r) {
            Err(Invalid::Behind) //= 211.0-B-6 7.2.3.3 note-5 behind
        } else if n_r.is_ahead_of(self.v_s) || beyond {
            Err(Invalid::Ahead) //= 211.0-B-6 7.2.3.3 note-5 ahead
        } else if r_r && n_r == self.v_s {
            Err(Invalid::RetransmitNothing) //= 211.0-B-6 7.2.3.3 note-5 retransmit-nothing
        } else if withdrawn && n_r == self.nn_r {
            Err(Invalid::RetransmitWithdrawn) //= 211.0-B-6 7.2.3.3 note-5 retransmit-withdrawn
        } else {
            Ok(plcw)
        }
    }

    /// The actions of SE2.
    fn accept(&mut self, plcw: Plcw) {
        self.n_r = plcw.report_value;
        self.r_r = plcw.retransmit;
        if self.n_r.is_ahead_of(self.nn_r) {
            self.sent.acknowledge(self.n_r);
        }
        if self.r_r && !self.is_stale(plcw) {
            self.set_back(self.n_r, false);
        } else if self.n_r.is_ahead_of(self.vv_s) {
            self.vv_s = self.n_r;
        }
        self.nn_r = self.n_r;
        self.rr_r = self.r_r;
        self.synch_timer = None;
    }

    fn set_back(&mut self, n_s: SeqNum, progressive: bool) {
        self.vv_s = n_s;
        self.pass = Pass {
            end: self.v_s,
            progressive,
        };
    }

    /// Whether a request repeats the last one too early to be about anything sent since: FARM-P asks again for each frame behind a
    /// gap, so copies of the request keep coming for a round trip, and V(S) - N(R) frames are a round trip.
    fn is_stale(&self, plcw: Plcw) -> bool {
        //= 211.0-B-6 7.2 once-per-pass
        self.retransmission == Retransmission::OncePerPass
            && self.rr_r
            && plcw.report_value == self.nn_r
            && self.pass.end.is_ahead_of(self.vv_s)
    }

    /// SE4 if `SYNCH_TIMER` is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Notification> {
        self.synch_timer.filter(|at| *at <= now)?;
        self.synch_timer = None;
        match self.state {
            State::S1Active => {
                //= 211.0-B-6 7.2 SE4
                if self.resync_local {
                    self.start_resync();
                }
                Some(Notification::SyncLost {
                    resynchronising: self.resync_local,
                })
            }
            State::S2Resynchronise => None, //= 211.0-B-6 7.2 SE4 S2
        }
    }

    /// Into S2: at SE4 with `Resync_Local`, or because the controller wants it.
    pub(crate) fn start_resync(&mut self) {
        self.rr_r = false;
        self.synch_timer = None;
        self.state = State::S2Resynchronise; // RESYNC = true
    }

    /// SE6: `Resync_Lifetime` is over.
    pub(crate) fn end_resync_failed(&mut self) {
        self.state = State::S1Active; //= 211.0-B-6 7.2 SE6
    }

    /// When `SYNCH_TIMER` expires, if it runs.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.synch_timer
    }
}

impl<M: Lent> FopP<M> {
    /// The state of table 7-1; RESYNC is true in S2.
    pub const fn state(&self) -> State {
        self.state
    }

    /// V(S): the number of the next new sequence-controlled frame.
    pub const fn v_s(&self) -> SeqNum {
        self.v_s
    }

    /// VE(S): the number of the next expedited frame.
    pub const fn ve_s(&self) -> SeqNum {
        self.ve_s
    }

    /// VV(S): the number of the sequence-controlled frame that goes out next; V(S) unless frames are being repeated.
    pub const fn vv_s(&self) -> SeqNum {
        self.vv_s
    }

    /// NN(R): the first number that is not acknowledged.
    pub const fn nn_r(&self) -> SeqNum {
        self.nn_r
    }

    /// RR(R): the retransmit flag of the last valid PLCW.
    pub const fn rr_r(&self) -> bool {
        self.rr_r
    }

    /// Whether the Sent queue has any memory.
    pub fn keeps_frames(&self) -> bool {
        self.sent.capacity() > 0
    }

    /// Frames in the Sent queue.
    pub fn unacknowledged(&self) -> u8 {
        self.sent.count()
    }

    /// Whether every sequence-controlled frame that went out is acknowledged.
    pub fn all_acknowledged(&self) -> bool {
        self.unacknowledged() == 0
    }

    /// How often a new frame had to wait although the window was open, because the Sent queue's memory was full.
    pub const fn held_by_sent_queue(&self) -> u64 {
        self.held_by_sent_queue
    }
}

fn emit(frame: &Unnumbered<'_>, qos: Qos, n_s: SeqNum, out: &mut [u8]) -> Result<usize, SendError> {
    let header = V3Header {
        qos,
        n_s,
        ..frame.header
    };
    header.check(frame.data.len()).map_err(SendError::Frame)?;
    header.emit(frame.data, out).map_err(SendError::Emit)
}
