//! Table 5-1 of FOP-1, one arm for each printed cell or group of equal cells.
//!
//! Book: 232.1-B-2 table 5-1. Cells that the book has as n/a and that cannot be reached here (NN(R) = V(S) in S4 and S5, so no report acknowledges
//! anything) do nothing.

use magpie_wire::clcw::Clcw;
use magpie_wire::seq::SeqNum;
use magpie_wire::tc::ControlCommand;

use super::FopState::{
    S1Active as S1, S2RetransmitWithoutWait as S2, S3RetransmitWithWait as S3,
    S4InitialisingWithoutBc as S4, S5InitialisingWithBc as S5, S6Initial as S6,
};
use super::{
    Alert, Directive, FDU_OVERHEAD, Fop1, FopEvent, LowerResponse, Out, OutType, Refusal,
    confirmation,
};
use crate::clock::Instant;
use crate::record_queue::Lent;

/// The events by their numbers, as far as they are not told by the call itself.
pub(super) enum Event {
    E1,
    E2,
    E3,
    E4,
    E5,
    E6,
    E7,
    E8,
    E9,
    E10,
    E11,
    E12,
    E13,
    E14,
    E15,
    E16,
    E17,
    E18,
    E19,
    E20,
    E101,
    E102,
    E103,
    E104,
}

impl<M: Lent> Fop1<M> {
    /// Which event a report is.
    pub(super) fn clcw_event(&self, clcw: Option<&Clcw>) -> Event {
        let Some(clcw) = clcw.filter(|clcw| clcw.cop_in_effect == 1) else {
            return Event::E15;
        };
        let acknowledged = clcw.report_value.distance_from(self.nn_r);
        let outstanding = self.v_s.distance_from(self.nn_r);
        let new = acknowledged > 0;
        let (wait, retransmit) = (clcw.wait, clcw.retransmit);
        let left = self.transmission_count < self.transmission_limit;
        if clcw.lockout {
            Event::E14
        } else if acknowledged > outstanding {
            Event::E13
        } else if acknowledged == outstanding {
            match (retransmit, wait, new) {
                (true, ..) => Event::E4,
                (false, true, _) => Event::E3,
                (false, false, true) => Event::E2,
                (false, false, false) => Event::E1,
            }
        } else if !retransmit {
            match (wait, new) {
                (true, _) => Event::E7,
                (false, true) => Event::E6,
                (false, false) => Event::E5,
            }
        } else if self.transmission_limit == 1 {
            if new { Event::E101 } else { Event::E102 }
        } else {
            match (new, wait, left) {
                (true, false, _) => Event::E8,
                (true, true, _) => Event::E9,
                (false, false, true) => Event::E10,
                (false, true, true) => Event::E11,
                (false, false, false) => Event::E12,
                (false, true, false) => Event::E103,
            }
        }
    }

    /// E1 to E15, E101 to E103.
    #[expect(
        clippy::match_same_arms,
        reason = "the printed rows, in the book's order"
    )]
    pub(super) fn clcw_row(&mut self, now: Instant, event: &Event, n_r: SeqNum) {
        match (event, self.state) {
            (_, S6) => {}
            //= 232.1-B-2 table-5-1 E1
            (Event::E1, S1) => {}
            (Event::E1, S2 | S3) => self.alert(Alert::Synch),
            (Event::E1, S4) => self.confirm_initiation(),
            (Event::E1, S5) => {
                self.bc_frame = None;
                self.bc_out.abort();
                self.confirm_initiation();
            }
            //= 232.1-B-2 table-5-1 E2
            (Event::E2, S1 | S2 | S3) => {
                self.remove_acknowledged(n_r);
                self.timer = None;
                self.state = S1;
                self.look_for_fdu(now);
            }
            //= 232.1-B-2 table-5-1 E3
            (Event::E3, S1 | S2 | S3 | S4) => self.alert(Alert::Clcw),
            //= 232.1-B-2 table-5-1 E4
            (Event::E4, S1 | S2 | S3 | S4) => self.alert(Alert::Synch),
            //= 232.1-B-2 table-5-1 E5
            (Event::E5, S1) => {}
            (Event::E5, S2 | S3) => self.alert(Alert::Synch),
            //= 232.1-B-2 table-5-1 E6
            (Event::E6, S1 | S2 | S3) => {
                self.remove_acknowledged(n_r);
                self.state = S1;
                self.look_for_fdu(now);
            }
            //= 232.1-B-2 table-5-1 E7
            (Event::E7, S1 | S2 | S3) => self.alert(Alert::Clcw),
            //= 232.1-B-2 table-5-1 E101
            (Event::E101, S1 | S2 | S3) => {
                self.remove_acknowledged(n_r);
                self.alert(Alert::Limit);
            }
            //= 232.1-B-2 table-5-1 E102
            (Event::E102, S1 | S2 | S3) => self.alert(Alert::Limit),
            //= 232.1-B-2 table-5-1 E8
            (Event::E8, S1 | S2 | S3) => {
                self.remove_acknowledged(n_r);
                self.initiate_ad_retransmission(now);
                self.state = S2;
                self.look_for_fdu(now);
            }
            //= 232.1-B-2 table-5-1 E9
            (Event::E9, S1 | S2 | S3) => {
                self.remove_acknowledged(n_r);
                self.state = S3;
            }
            //= 232.1-B-2 table-5-1 E10
            (Event::E10, S1 | S3) => {
                self.initiate_ad_retransmission(now);
                self.state = S2;
                self.look_for_fdu(now);
            }
            (Event::E10, S2) => {}
            //= 232.1-B-2 table-5-1 E11
            (Event::E11, S1 | S2 | S3) => self.state = S3,
            //= 232.1-B-2 table-5-1 E12
            (Event::E12, S1 | S2 | S3) => self.state = S2,
            //= 232.1-B-2 table-5-1 E103
            (Event::E103, S1 | S2 | S3) => self.state = S3,
            //= 232.1-B-2 table-5-1 E13
            (Event::E13, S1 | S2 | S3 | S4) => self.alert(Alert::NnR),
            //= 232.1-B-2 table-5-1 E14
            (Event::E14, S1 | S2 | S3 | S4) => self.alert(Alert::Lockout),
            //= 232.1-B-2 table-5-1 E15
            (Event::E15, S1 | S2 | S3 | S4 | S5) => self.alert(Alert::Clcw),
            (_, S4 | S5) => {} // ignored, or n/a
            _ => {}            // no event of a report
        }
    }

    /// E16 to E18 and E104.
    #[expect(
        clippy::match_same_arms,
        reason = "the printed rows, in the book's order"
    )]
    pub(super) fn timer_row(&mut self, now: Instant, event: &Event) {
        match (event, self.state) {
            (_, S6) => {}
            //= 232.1-B-2 table-5-1 E16
            //= 232.1-B-2 table-5-1 E104
            (Event::E16 | Event::E104, S1 | S2) => {
                self.initiate_ad_retransmission(now);
                self.look_for_fdu(now);
            }
            (Event::E16 | Event::E104, S3) => {}
            (Event::E16, S4) => self.alert(Alert::T1),
            (Event::E104, S4) => self.suspend(),
            (Event::E16 | Event::E104, S5) => self.initiate_bc_retransmission(now),
            //= 232.1-B-2 table-5-1 E17
            (Event::E17, S1 | S2 | S3 | S4 | S5) => self.alert(Alert::T1),
            //= 232.1-B-2 table-5-1 E18
            (Event::E18, S1 | S2 | S3 | S4) => self.suspend(),
            (Event::E18, S5) => self.alert(Alert::T1),
            _ => {} // no event of the timer
        }
    }

    /// E19 and E20.
    pub(super) fn ad_row(
        &mut self,
        now: Instant,
        event: &Event,
        request: u32,
        fdu: &[u8],
    ) -> Result<(), Refusal> {
        match (event, self.state) {
            (_, S4 | S5 | S6) => Err(Refusal::State),
            //= 232.1-B-2 table-5-1 E19
            (Event::E19, S1 | S2 | S3) => {
                if FDU_OVERHEAD + fdu.len() > self.units.room() {
                    return Err(Refusal::MemoryFull);
                }
                self.units.push(request, fdu);
                if self.state != S3 {
                    self.look_for_fdu(now);
                }
                Ok(())
            }
            //= 232.1-B-2 table-5-1 E20
            (_, S1 | S2 | S3) => Err(Refusal::WaitQueueFull),
        }
    }

    /// E23 to E40.
    pub(super) fn directive_row(
        &mut self,
        now: Instant,
        request: u32,
        directive: Directive,
    ) -> Result<(), Refusal> {
        use Directive as D;
        match directive {
            D::InitiateWithoutClcw
            | D::InitiateWithClcw
            | D::InitiateWithUnlock
            | D::InitiateWithSetVR(_)
            | D::SetVS(_)
                if self.state != S6 =>
            {
                return Err(Refusal::State);
            }
            D::InitiateWithoutClcw
            | D::InitiateWithClcw
            | D::InitiateWithUnlock
            | D::InitiateWithSetVR(_)
            | D::SetVS(_)
                if self.suspend_state.is_some() =>
            {
                return Err(Refusal::Suspended);
            }
            D::InitiateWithoutClcw => {
                //= 232.1-B-2 table-5-1 E23
                self.initialise();
                self.state = S1;
            }
            D::InitiateWithClcw => {
                //= 232.1-B-2 table-5-1 E24
                self.initialise();
                self.start_timer(now);
                self.initiation = Some(request);
                self.state = S4;
                return Ok(());
            }
            D::InitiateWithUnlock => return self.initiate_bc(now, request, ControlCommand::Unlock),
            D::InitiateWithSetVR(v_r) => {
                return self.initiate_bc(now, request, ControlCommand::SetVR(v_r));
            }
            //= 232.1-B-2 table-5-1 E29
            D::Terminate if self.state != S6 || self.suspend_state.is_some() => {
                self.alert(Alert::Term);
            }
            D::Terminate => {}
            D::Resume => self.resume_row(now)?,
            D::SetVS(v_s) => {
                //= 232.1-B-2 table-5-1 E35
                self.v_s = v_s;
                self.nn_r = v_s;
            }
            //= 232.1-B-2 table-5-1 E40
            D::SetWindow(0) | D::SetTransmissionLimit(0) => return Err(Refusal::Invalid),
            D::SetT1Initial(t1) if t1.is_zero() => return Err(Refusal::Invalid),
            D::SetWindow(window) => self.window = window, //= 232.1-B-2 table-5-1 E36
            D::SetT1Initial(t1) => self.t1_initial = t1,  //= 232.1-B-2 table-5-1 E37
            D::SetTransmissionLimit(limit) => self.transmission_limit = limit, //= 232.1-B-2 table-5-1 E38
            D::SetTimeoutType(tt) => self.timeout_type = tt, //= 232.1-B-2 table-5-1 E39
        }
        self.confirm_directive(request, true);
        Ok(())
    }

    /// E25 to E28 in S6.
    fn initiate_bc(
        &mut self,
        now: Instant,
        request: u32,
        command: ControlCommand,
    ) -> Result<(), Refusal> {
        //= 232.1-B-2 table-5-1 E26
        //= 232.1-B-2 table-5-1 E28
        if !self.bc_out.is_ready() {
            return Err(Refusal::BcBusy);
        }
        match command {
            ControlCommand::Unlock => self.initialise(), //= 232.1-B-2 table-5-1 E25
            ControlCommand::SetVR(v_r) => {
                //= 232.1-B-2 table-5-1 E27
                self.v_s = v_r;
                self.initialise();
            }
        }
        self.initiation = Some(request);
        self.state = S5;
        self.transmit_bc(now, command);
        Ok(())
    }

    /// E30 to E34.
    fn resume_row(&mut self, now: Instant) -> Result<(), Refusal> {
        match (self.state, self.suspend_state) {
            //= 232.1-B-2 table-5-1 E30
            (S1 | S2 | S3 | S4 | S5, _) | (S6, None | Some(S5 | S6)) => Err(Refusal::NotSuspended),
            //= 232.1-B-2 table-5-1 E31
            //= 232.1-B-2 table-5-1 E32
            //= 232.1-B-2 table-5-1 E33
            //= 232.1-B-2 table-5-1 E34
            (S6, Some(state @ (S1 | S2 | S3 | S4))) => {
                self.resume(now, state);
                Ok(())
            }
        }
    }

    /// E41 to E46.
    pub(super) fn lower_row(&mut self, now: Instant, out_type: OutType, response: LowerResponse) {
        match (out_type, response, self.state) {
            (OutType::Ad, LowerResponse::Accept, state) => {
                //= 232.1-B-2 table-5-1 E41
                self.ad_out = Out::Ready;
                if matches!(state, S1 | S2) {
                    self.look_for_fdu(now);
                }
            }
            (OutType::Ad, LowerResponse::Reject, state) => {
                //= 232.1-B-2 table-5-1 E42
                self.ad_out = Out::Ready;
                if state != S6 {
                    self.alert(Alert::Llif);
                }
            }
            (OutType::Bc, LowerResponse::Accept, state) => {
                //= 232.1-B-2 table-5-1 E43
                self.bc_out = Out::Ready;
                if state == S5 {
                    self.look_for_directive(now);
                }
            }
            (OutType::Bc, LowerResponse::Reject, state) => {
                //= 232.1-B-2 table-5-1 E44
                self.bc_out = Out::Ready;
                if state != S6 {
                    self.alert(Alert::Llif);
                }
            }
            //= 232.1-B-2 table-5-1 E45
            //= 232.1-B-2 table-5-1 E46
            (OutType::Bd, response, _) => {
                if let Some(request) = self.bd_out.take() {
                    self.events.push(FopEvent::Bd {
                        request,
                        confirmation: confirmation(response == LowerResponse::Accept),
                    });
                }
            }
        }
    }
}
