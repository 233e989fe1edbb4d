//! P-frames that came: what each SPDU does to this end.
//!
//! Book: 211.0-B-6 3.2.4 and annex B (SPDUs), section 6 (remote directives). Link parameters of one frame are taken together, for a hail
//! or a `COMM_CHANGE` may come in several SPDUs; everything else is done in the order in which it stands. What is reserved or broken is
//! counted by name and changes nothing.

use magpie_wire::id::Pcid;
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::{
    ControlParameters, Directive, Directives, DuplexChange, LinkSide, RateTable, ReportRequest,
    SetVR,
};
use magpie_wire::spdu::time::{TimeDirective, TimeSpdu};
use magpie_wire::spdu::{Spdu, Spdus};

use super::Endpoint;
use crate::clock::Instant;
use crate::communication::Commanded;
use crate::cop_p::{Invalid, Notification};
use crate::data_services::PCIDS;
use crate::event::Event;
use crate::frame_sublayer::TransferFrame;
use crate::mac::{Duplex, Input, State, X};
use crate::record_queue::Lent;
use crate::stats::{Rejection, add};

/// What the link parameters of one P-frame come to.
#[derive(Debug, Default)]
struct Hail {
    commanded: Commanded,
    duplex: Option<Duplex>,
    set_v_r: Option<SeqNum>,
}

impl<M: Lent> Endpoint<M> {
    pub(super) fn handle_p_frame(
        &mut self,
        now: Instant,
        asm_end: Instant,
        frame: &TransferFrame<'_>,
    ) {
        let hail = read_hail(frame);
        let values = hail.commanded.applied_to(*self.communication_values());
        let changing = self.status().state == State::S48CommChange && values.is_some();
        if !changing {
            self.take(now, Input::ValidFrame);
        }
        let mut hailed = false;
        if let Some(values) = values {
            hailed = true;
            self.handle_hail(now, &hail, values);
        }
        if self.status().state == State::S2WaitingForHail {
            self.stats.reject(Rejection::NotInSession);
            return;
        }
        for spdu in Spdus::new(frame.data_field()) {
            match spdu {
                Ok(Spdu::Plcw(plcw)) => self.handle_fixed_spdu(now, plcw.pcid, plcw.word()),
                Ok(Spdu::ReservedFixed(spdu)) => {
                    self.handle_fixed_spdu(now, self.mib.local_pcid, spdu.word());
                }
                Ok(Spdu::Directives(directives)) => {
                    self.handle_directives(now, frame.pcid(), &directives, hailed);
                }
                Ok(Spdu::Time(time)) => self.handle_time(&time, asm_end),
                Ok(Spdu::Status(report)) => self.handle_status_report(report.data()),
                Ok(Spdu::ReservedVariable(_)) => self.stats.reject(Rejection::SpduReserved),
                Err(_) => self.stats.reject(Rejection::SpduStructure),
            }
        }
    }

    fn handle_hail(
        &mut self,
        now: Instant,
        hail: &Hail,
        values: crate::communication::CommunicationValues,
    ) {
        let was_waiting = self.status().state == State::S2WaitingForHail;
        let fresh = self.mac.is_fresh();
        let (mac, mut on) = self.mac(now);
        let outcome = mac.handle_hail(values, hail.duplex, &mut on);
        self.follow(now, outcome);
        if let Some(n) = hail.set_v_r {
            self.begin_anew(now, n);
        } else if was_waiting && fresh {
            self.announcements = 2;
        }
    }

    /// The other end began a session with number `n`. If this end goes on from an older one, the numbers it sends do not fit either.
    fn begin_anew(&mut self, now: Instant, n: SeqNum) {
        //= 211.0-B-6 7.2 restarted
        for pcid in PCIDS {
            if self.mib.receives_pcid(pcid) {
                self.data_services.handle_set_v_r(pcid, n, &mut self.stats);
            }
        }
        self.resynchronise_with_restarted(now);
    }

    fn resynchronise_with_restarted(&mut self, now: Instant) {
        let mut restarted = false;
        for pcid in PCIDS {
            let cop_p = &mut self.data_services.channel_mut(pcid).cop_p;
            if cop_p.fop.nn_r() != SeqNum::default() {
                cop_p.resynchronise(now);
                restarted = true;
            }
        }
        if restarted {
            self.events.push(Event::RemoteRestarted);
        }
    }

    fn handle_fixed_spdu(&mut self, now: Instant, pcid: Pcid, word: u16) {
        if !self.mib.sends_pcid(pcid) {
            self.stats.reject(Rejection::PlcwOtherPcid);
            return;
        }
        self.reconnected = false;
        let channel = self.data_services.channel_mut(pcid);
        let held = channel.is_held();
        match channel.cop_p.handle_fixed_spdu(now, word) {
            Ok(notification) => {
                channel.release();
                channel.note_report();
                self.mac.note_report();
                add(&mut self.stats.plcws_accepted, 1);
                if let Some(what) = notification {
                    self.notify_cop_p(pcid, what);
                }
            }
            Err(Invalid::OtherPcid) => self.stats.reject(Rejection::PlcwOtherPcid),
            Err(_) => {
                self.stats.reject(Rejection::PlcwInvalid);
                if held {
                    //= 211.0-B-6 7.2 first-plcw
                    let channel = self.data_services.channel_mut(pcid);
                    channel.release();
                    channel.cop_p.resynchronise(now);
                    self.events.push(Event::RemoteRestarted);
                }
            }
        }
    }

    pub(super) fn notify_cop_p(&mut self, pcid: Pcid, notification: Notification) {
        let is_end = !matches!(notification, Notification::SyncLost { .. });
        if self.mib.resync_notification || !is_end {
            self.events.push(Event::CopP { pcid, notification });
        }
    }

    fn handle_directives(
        &mut self,
        now: Instant,
        pcid: Pcid,
        directives: &Directives<'_>,
        hailed: bool,
    ) {
        let mut commanded = Commanded::default();
        for directive in directives.iter() {
            add(&mut self.stats.directives_received, 1);
            let table = match directive {
                Directive::SetTransmitterParameters(_) => commanded.rate_table(LinkSide::Transmit),
                Directive::SetReceiverParameters(_) => commanded.rate_table(LinkSide::Receive),
                _ => RateTable::Default,
            };
            if directive.check(table).is_err() {
                self.stats.reject(Rejection::DirectiveReserved);
                continue;
            }
            match directive {
                Directive::SetPlExtensions(extensions) => commanded.set_extensions(extensions),
                Directive::SetControlParameters(control) => self.handle_control(now, control),
                Directive::SetVR(set_v_r) if !hailed => self.handle_set_v_r(now, pcid, set_v_r),
                Directive::ReportRequest(request) => self.handle_report_request(request),
                Directive::ReportSourceScid(report) => {
                    self.events.push(Event::SourceScid(report.source_scid));
                }
                Directive::SetTransmitterParameters(_)
                | Directive::SetReceiverParameters(_)
                | Directive::SetVR(_)
                | Directive::Reserved(_) => {}
            }
        }
    }

    fn handle_set_v_r(&mut self, now: Instant, pcid: Pcid, set_v_r: SetVR) {
        let n = set_v_r.seq_ctrl_fsn;
        self.data_services.handle_set_v_r(pcid, n, &mut self.stats);
        self.announcements = 0; // the other end knows by now that the numbers did not fit
        if core::mem::take(&mut self.reconnected) {
            self.resynchronise_with_restarted(now);
        } else {
            self.hold_back(now); // the other end may have begun anew: what it expects may have changed too
        }
    }

    fn handle_control(&mut self, now: Instant, control: ControlParameters) {
        self.timing.handle_time_sample(control.time_sample);
        if control.remote_no_more_data {
            self.take(now, Input::Rnmd);
            if self.status().x >= X::X4Finishing {
                self.demand_plcws(); // a sign of life for an end that says RNMD again and again
            }
        }
        if control.token {
            self.take(now, Input::Token);
        }
    }

    fn handle_report_request(&mut self, request: ReportRequest) {
        let wanted = [request.pcid_0_plcw_request, request.pcid_1_plcw_request];
        for (pcid, wanted) in PCIDS.into_iter().zip(wanted) {
            if wanted {
                self.data_services
                    .channel_mut(pcid)
                    .cop_p
                    .farm
                    .demand_plcw();
            }
        }
        let status = request.status_report_request;
        if status.get() != 0 {
            let local = self.mib.local_pcid;
            self.data_services
                .channel_mut(local)
                .cop_p
                .farm
                .demand_status_report();
            self.events.push(Event::StatusReportRequested(status));
        }
    }

    fn handle_time(&mut self, time: &TimeSpdu<'_>, asm_end: Instant) {
        add(&mut self.stats.directives_received, 1);
        match time.directive() {
            Ok(TimeDirective::Null) => {}
            Ok(TimeDirective::TimeTransfer(transfer)) => {
                let own = self.clock.at(asm_end);
                self.events.push(Event::TimeTransfer { transfer, own });
            }
            Err(_) => self.stats.reject(Rejection::TimeDistribution),
        }
    }

    fn handle_status_report(&mut self, data: &[u8]) {
        add(&mut self.stats.directives_received, 1);
        let mut octets = [0; 15];
        for (place, octet) in octets.iter_mut().zip(data) {
            *place = *octet;
        }
        let len = u8::try_from(data.len()).unwrap_or(15);
        self.events.push(Event::StatusReport { len, octets });
    }
}

/// Collects the link parameters, the duplex and SET V(R) of a frame, as far as they are good.
fn read_hail(frame: &TransferFrame<'_>) -> Hail {
    let mut hail = Hail::default();
    for spdu in Spdus::new(frame.data_field()).flatten() {
        let Spdu::Directives(directives) = spdu else {
            continue;
        };
        for directive in directives.iter() {
            let table = match directive {
                Directive::SetTransmitterParameters(_) => {
                    hail.commanded.rate_table(LinkSide::Transmit)
                }
                Directive::SetReceiverParameters(_) => hail.commanded.rate_table(LinkSide::Receive),
                _ => RateTable::Default,
            };
            if directive.check(table).is_ok() {
                hail.note(directive);
            }
        }
    }
    hail
}

impl Hail {
    fn note(&mut self, directive: Directive) {
        match directive {
            Directive::SetPlExtensions(extensions) => self.commanded.set_extensions(extensions),
            Directive::SetTransmitterParameters(parameters) => {
                self.commanded.set_transmitter(parameters);
            }
            Directive::SetReceiverParameters(parameters) => self.commanded.set_receiver(parameters),
            Directive::SetVR(set_v_r) => self.set_v_r = Some(set_v_r.seq_ctrl_fsn),
            Directive::SetControlParameters(control) => {
                self.duplex = match control.duplex {
                    DuplexChange::Full => Some(Duplex::Full),
                    DuplexChange::Half => Some(Duplex::Half),
                    _ => self.duplex,
                };
            }
            _ => {}
        }
    }
}
