//! Frame Acceptance and Reporting Mechanism 1 (FARM-1): accepts in order within a window, locks out what lies beyond it.
//!
//! Book: 232.1-B-2 section 6, table 6-1 (states S1 to S3, events E1 to E11). Left out: frame validation (E9 is told by the caller) and the time of
//! the report (E11: the caller takes [`Farm1::clcw`] when it sends telemetry). Whether there is a buffer is the caller's to say with each frame.
//!
//! ```
//! use magpie_link::cop_1::{Farm1, FarmDiscard, FarmVerdict, FarmWindow};
//! use magpie_wire::seq::SeqNum;
//! let mut farm = Farm1::new(FarmWindow::with_retransmission(10).unwrap());
//! assert_eq!(farm.handle_ad(SeqNum::new(0), true), FarmVerdict::Accept);
//! assert_eq!(farm.handle_ad(SeqNum::new(2), true), FarmVerdict::Discard(FarmDiscard::Gap)); // 1 is missing
//! let kept = farm.export(); // through a reboot
//! assert_eq!(Farm1::restore(FarmWindow::with_retransmission(10).unwrap(), kept).v_r(), SeqNum::new(1));
//! ```

use magpie_wire::clcw::Clcw;
use magpie_wire::id::Vcid;
use magpie_wire::seq::SeqNum;
use magpie_wire::tc::ControlCommand;

/// The states of table 6-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum State {
    S1Open,
    S2Wait,
    S3Lockout,
}

/// How far a number may lie from V(R): PW in front of it (V(R) itself among them), NW behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FarmWindow {
    pw: u16,
    nw: u16,
}

impl FarmWindow {
    /// With retransmission: PW = NW = W/2. `None` unless W is even and 2 to 254.
    pub const fn with_retransmission(w: u8) -> Option<Self> {
        //= 232.1-B-2 farm-window
        if w < 2 || !w.is_multiple_of(2) {
            return None;
        }
        let half = (w / 2) as u16;
        Some(Self { pw: half, nw: half })
    }

    /// Without retransmission: PW = W, NW = 0. `None` unless W is 1 to 256.
    pub const fn without_retransmission(w: u16) -> Option<Self> {
        //= 232.1-B-2 farm-window
        if w < 1 || w > 256 {
            return None;
        }
        Some(Self { pw: w, nw: 0 })
    }

    /// PW; the largest K of FOP-1 that never locks out.
    pub const fn positive_width(self) -> u16 {
        self.pw
    }

    /// NW.
    pub const fn negative_width(self) -> u16 {
        self.nw
    }
}

/// What becomes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FarmVerdict {
    /// Its content is handed on.
    Accept,
    /// It was a control command, and FARM-1 has done (or, in lockout, only counted) it.
    Control,
    /// It is dropped.
    Discard(FarmDiscard),
}

/// Why a frame was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FarmDiscard {
    /// E2: no buffer; the sender is told to wait.
    NoBuffer,
    /// E3: frames before it are missing.
    Gap,
    /// E4: it was accepted before.
    Duplicate,
    /// E5: outside the window; from now on lockout.
    OutsideWindow,
    /// A type-A frame in lockout.
    Lockout,
    /// E9: not a valid frame or control command.
    Invalid,
}

/// All that FARM-1 must remember through a reboot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Farm1State {
    /// V(R).
    pub v_r: SeqNum,
    /// FARM-B counter; its two low bits go into the CLCW.
    pub farm_b_counter: u8,
    /// `Lockout_Flag`.
    pub lockout: bool,
    /// `Wait_Flag`.
    pub wait: bool,
    /// `Retransmit_Flag`.
    pub retransmit: bool,
}

impl Farm1State {
    /// Octets of an exported state.
    pub const LEN: usize = 3;

    /// V(R), FARM-B counter, flags (1 lockout, 2 wait, 4 retransmit).
    pub const fn to_octets(self) -> [u8; Self::LEN] {
        let flags = self.lockout as u8 | (self.wait as u8) << 1 | (self.retransmit as u8) << 2;
        [self.v_r.get(), self.farm_b_counter, flags]
    }

    /// `None` for flags that nobody has written.
    pub const fn parse(octets: [u8; Self::LEN]) -> Option<Self> {
        let [v_r, farm_b_counter, flags] = octets;
        if flags > 0b111 {
            return None;
        }
        Some(Self {
            v_r: SeqNum::new(v_r),
            farm_b_counter,
            lockout: flags & 1 != 0,
            wait: flags & 2 != 0,
            retransmit: flags & 4 != 0,
        })
    }
}

/// What table 6-1 is asked about a type-AD frame.
enum AdEvent {
    E1,
    E2,
    E3,
    E4,
    E5,
}

/// The receiving half of COP-1 for one virtual channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Farm1 {
    window: FarmWindow,
    state: Farm1State,
}

impl Farm1 {
    /// Open, V(R) = 0, no flag set.
    pub const fn new(window: FarmWindow) -> Self {
        let state = Farm1State {
            v_r: SeqNum::new(0),
            farm_b_counter: 0,
            lockout: false,
            wait: false,
            retransmit: false,
        };
        Self { window, state }
    }

    /// Goes on where an [`export`](Self::export) left off.
    pub const fn restore(window: FarmWindow, state: Farm1State) -> Self {
        Self { window, state }
    }

    /// What to keep through a reboot.
    pub const fn export(&self) -> Farm1State {
        self.state
    }

    /// V(R): the number of the type-AD frame expected next.
    pub const fn v_r(&self) -> SeqNum {
        self.state.v_r
    }

    /// The window.
    pub const fn window(&self) -> FarmWindow {
        self.window
    }

    const fn state(&self) -> State {
        match (self.state.lockout, self.state.wait) {
            (true, _) => State::S3Lockout,
            (false, true) => State::S2Wait,
            (false, false) => State::S1Open,
        }
    }

    /// E1 to E5: a valid type-AD frame; `buffer` says whether its content could be taken now.
    pub fn handle_ad(&mut self, n_s: SeqNum, buffer: bool) -> FarmVerdict {
        use State::{S1Open as S1, S2Wait as S2, S3Lockout as S3};
        let discard = FarmVerdict::Discard;
        match (self.ad_event(n_s, buffer), self.state()) {
            (AdEvent::E1, S1) => {
                //= 232.1-B-2 table-6-1 E1
                self.state.v_r = n_s.next();
                self.state.retransmit = false;
                FarmVerdict::Accept
            }
            (AdEvent::E2, S1) => {
                //= 232.1-B-2 table-6-1 E2
                self.state.retransmit = true;
                self.state.wait = true;
                discard(FarmDiscard::NoBuffer)
            }
            (AdEvent::E1 | AdEvent::E2, S2) => discard(FarmDiscard::NoBuffer), // E1: no cell of the book
            (AdEvent::E3, S1) => {
                //= 232.1-B-2 table-6-1 E3
                self.state.retransmit = true;
                discard(FarmDiscard::Gap)
            }
            (AdEvent::E3, S2) => discard(FarmDiscard::Gap),
            //= 232.1-B-2 table-6-1 E4
            (AdEvent::E4, S1 | S2) => discard(FarmDiscard::Duplicate),
            (AdEvent::E5, S1 | S2) => {
                //= 232.1-B-2 table-6-1 E5
                self.state.lockout = true;
                discard(FarmDiscard::OutsideWindow)
            }
            (_, S3) => discard(FarmDiscard::Lockout),
        }
    }

    fn ad_event(&self, n_s: SeqNum, buffer: bool) -> AdEvent {
        let ahead = u16::from(n_s.distance_from(self.state.v_r));
        let behind = u16::from(self.state.v_r.distance_from(n_s));
        match ahead {
            0 if buffer => AdEvent::E1,
            0 => AdEvent::E2,
            _ if ahead < self.window.pw => AdEvent::E3,
            _ if behind <= self.window.nw => AdEvent::E4,
            _ => AdEvent::E5,
        }
    }

    /// E6: a valid type-BD frame.
    pub fn handle_bd(&mut self) -> FarmVerdict {
        self.count_b(); //= 232.1-B-2 table-6-1 E6
        FarmVerdict::Accept
    }

    /// E7 and E8: a valid type-BC frame.
    pub fn handle_control(&mut self, command: ControlCommand) -> FarmVerdict {
        self.count_b();
        match (command, self.state()) {
            (ControlCommand::Unlock, _) => {
                //= 232.1-B-2 table-6-1 E7
                self.state.retransmit = false;
                self.state.wait = false;
                self.state.lockout = false;
            }
            (ControlCommand::SetVR(v_r), State::S1Open | State::S2Wait) => {
                //= 232.1-B-2 table-6-1 E8
                self.state.retransmit = false;
                self.state.wait = false;
                self.state.v_r = v_r;
            }
            (ControlCommand::SetVR(_), State::S3Lockout) => {}
        }
        FarmVerdict::Control
    }

    /// E9: an invalid frame or an unknown control command.
    pub fn handle_invalid(&mut self) -> FarmVerdict {
        FarmVerdict::Discard(FarmDiscard::Invalid) //= 232.1-B-2 table-6-1 E9
    }

    /// E10: there is a buffer again.
    pub fn handle_buffer_release(&mut self) {
        self.state.wait = false; //= 232.1-B-2 table-6-1 E10
    }

    /// E11: what to report now. Status, no-RF and no-bit-lock are left 0 for the caller.
    pub fn clcw(&self, vcid: Vcid) -> Clcw {
        //= 232.1-B-2 table-6-1 E11
        Clcw {
            lockout: self.state.lockout,
            wait: self.state.wait,
            retransmit: self.state.retransmit,
            farm_b_counter: self.state.farm_b_counter & 0b11,
            ..Clcw::nominal(vcid, self.state.v_r)
        }
    }

    fn count_b(&mut self) {
        self.state.farm_b_counter = self.state.farm_b_counter.wrapping_add(1);
    }
}
