//! Output selection: which frame the transmitter gets next.
//!
//! Book: 211.0-B-6 table 6-14. In sub-states 3 and 6 only the MAC queue is served. PERSISTENCE holds user data back; PLCWs pass it while
//! this end resynchronises and before it hands the token over, or the other end would wait for them for ever (docs/deviations.md).

use magpie_wire::id::{Pcid, PortId};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::Spdu;
use magpie_wire::spdu::directive::{Directive, DirectiveBuffer, SetVR};
use magpie_wire::spdu::status::StatusReport;
use magpie_wire::v3::{DfcId, PduType, Qos};

use super::Endpoint;
use crate::clock::Instant;
use crate::cop_p::State as FopState;
use crate::data_services::PCIDS;
use crate::frame_sublayer::{HeaderFields, header_len, put_header};
use crate::mac::{Input, State, SubState};
use crate::record_queue::Lent;
use crate::stats::add;

/// Octets of the buffer that any P-frame fits into, however short the user's frames are to be.
pub const SHORTEST_BUFFER: usize = 64;

/// P-frames that PERSISTENCE lets pass in one turn of half duplex: SET V(R) and PLCW. With more, an end for which they are always due would
/// never pass the token.
const MOST_AFTER_SEND_DURATION: u8 = 2;

/// Rows that one call of `poll_transmit` may take at most before it gives up: more than any way through the tables has.
const MOST_ROWS: usize = 8;

impl<M: Lent> Endpoint<M> {
    /// Builds the next frame, or lets the session go on when there is none.
    pub(super) fn next_frame(
        &mut self,
        now: Instant,
        asm_end: Instant,
        buf: &mut [u8],
    ) -> Option<usize> {
        for _ in 0..MOST_ROWS {
            self.handle_timeout(now);
            let vars = self.mac.vars();
            let serves = vars.transmit.is_on()
                && vars.modulation.is_on()
                && matches!(
                    vars.sub_state,
                    SubState::DataServices | SubState::Directives | SubState::CommChange
                );
            let room = usize::from(self.mib.maximum_frame_length).max(SHORTEST_BUFFER);
            if !serves || buf.len() < room {
                return None;
            }
            let len = self.select(now, asm_end, buf);
            if len.is_some() {
                return len;
            }
            let quiescent = self.data_services.is_quiescent() && !self.resynchronises();
            self.mac.unacknowledged = !self.all_acknowledged();
            if !self.take(now, Input::OutputIdle { quiescent }) {
                return None;
            }
        }
        None
    }

    /// Table 6-14, in its order.
    fn select(&mut self, now: Instant, asm_end: Instant, buf: &mut [u8]) -> Option<usize> {
        //= 211.0-B-6 table-6-14 output
        if let Some((directives, copy)) = self.mac.queue.take() {
            let pcid = self.mib.local_pcid;
            if copy {
                return Some(self.send_copy(&directives, buf));
            }
            return Some(self.send_directives(asm_end, pcid, &directives, buf));
        }
        if self.mac.vars().sub_state != SubState::DataServices {
            return None;
        }
        let simplex = self.mac.vars().state == State::S71SimplexTransmit;
        let resynchronises = self.resynchronises();
        let over =
            self.mac.vars().persistence && self.after_send_duration >= MOST_AFTER_SEND_DURATION;
        if !simplex
            && !over
            && let Some(len) = self.select_supervisory(now, asm_end, buf)
        {
            self.after_send_duration += u8::from(self.mac.vars().persistence);
            return Some(len);
        }
        if self.mac.vars().persistence || resynchronises {
            return None;
        }
        let duplex = self.mac.vars().duplex;
        let sent = self
            .data_services
            .next_frame(&self.mib, duplex, buf, &mut self.stats)?;
        if sent.pcid == self.mib.local_pcid {
            self.tag_sent(asm_end, sent.n_s, sent.qos);
        }
        Some(sent.len)
    }

    /// SET V(R) of a resynchronisation, what the controller wants to be told or asked, PLCWs and status reports.
    fn select_supervisory(
        &mut self,
        now: Instant,
        asm_end: Instant,
        buf: &mut [u8],
    ) -> Option<usize> {
        for pcid in PCIDS {
            if let Some(directive) = self.data_services.channel_mut(pcid).cop_p.poll_set_v_r(now) {
                let mut directives = DirectiveBuffer::new();
                let _ = directives.push(Directive::SetVR(directive)); // one of seven places
                return Some(self.send_directives(asm_end, pcid, &directives, buf));
            }
        }
        let persistence = self.mac.vars().persistence;
        if !persistence && !self.requests.directives.directives().is_empty() {
            let directives = core::mem::take(&mut self.requests.directives);
            let pcid = self.mib.local_pcid;
            let len = self.send_directives(asm_end, pcid, &directives, buf);
            self.begin_time_sampling(&directives); // of the frames behind the request, as the other end does
            return Some(len);
        }
        let passes = self.mac.vars().state == State::S50DataServicesSending;
        if persistence && !passes {
            return None;
        }
        self.send_reports(now, asm_end, buf)
    }

    fn send_directives(
        &mut self,
        asm_end: Instant,
        pcid: Pcid,
        directives: &DirectiveBuffer,
        buf: &mut [u8],
    ) -> usize {
        let start = header_len(self.mib.frame_version);
        let written = directives.emit(behind(buf, start)).unwrap_or(0); // 15 octets always fit
        add(
            &mut self.stats.directives_sent,
            directives.directives().len(),
        );
        self.send_p_frame(asm_end, pcid, start + written, buf)
    }

    /// A P-frame with whatever reports are due, PLCWs first.
    fn send_reports(&mut self, now: Instant, asm_end: Instant, buf: &mut [u8]) -> Option<usize> {
        let start = header_len(self.mib.frame_version);
        let mut at = start;
        if self.announcements > 0 {
            at += self.emit_announcement(behind(buf, at));
        }
        for pcid in PCIDS {
            let farm = &mut self.data_services.channel_mut(pcid).cop_p.farm;
            if farm.need_plcw() && self.mib.receives_pcid(pcid) {
                let plcw = Spdu::Plcw(farm.select_plcw());
                at += plcw.emit(behind(buf, at)).unwrap_or(0);
                add(&mut self.stats.plcws_sent, 1);
                self.start_plcw_timer(now);
            }
        }
        at += self.emit_status_report(behind(buf, at));
        at += self.emit_time_transfer(asm_end, behind(buf, at));
        (at > start).then(|| self.send_p_frame(asm_end, self.mib.local_pcid, at, buf))
    }

    /// SET V(R) with the number of the first frame of a session that this end began and the other one goes on with.
    fn emit_announcement(&mut self, out: &mut [u8]) -> usize {
        //= 211.0-B-6 7.2 restarted
        self.announcements -= 1;
        let mut directives = DirectiveBuffer::new();
        let v_s = self
            .data_services
            .channel(self.mib.local_pcid)
            .cop_p
            .fop
            .nn_r();
        let _ = directives.push(Directive::SetVR(SetVR::new(v_s))); // one of seven places
        add(&mut self.stats.directives_sent, 1);
        directives.emit(out).unwrap_or(0)
    }

    fn emit_status_report(&mut self, out: &mut [u8]) -> usize {
        let farm = &mut self
            .data_services
            .channel_mut(self.mib.local_pcid)
            .cop_p
            .farm;
        if !farm.need_status_report() {
            return 0;
        }
        let Some(report) = StatusReport::new(self.requests.status_report.octets()) else {
            return 0;
        };
        if report.data().is_empty() {
            return 0;
        }
        farm.select_status_report();
        add(&mut self.stats.directives_sent, 1);
        Spdu::Status(report).emit(out).unwrap_or(0)
    }

    /// The frame of MAC directives before once more, under its own number: an end that hears only one of them misses none.
    fn send_copy(&mut self, directives: &DirectiveBuffer, buf: &mut [u8]) -> usize {
        let start = header_len(self.mib.frame_version);
        let len = start + directives.emit(behind(buf, start)).unwrap_or(0); // 15 octets always fit
        let count = directives.directives().len();
        add(&mut self.stats.directives_sent, count);
        add(&mut self.stats.p_frames_sent, 1);
        self.put_p_header(self.mib.local_pcid, self.last_p_frame, len, buf);
        len
    }

    /// Puts the header before `len` octets of a P-frame, whose SPDUs are in place.
    fn send_p_frame(&mut self, asm_end: Instant, pcid: Pcid, len: usize, buf: &mut [u8]) -> usize {
        let fop = &mut self.data_services.channel_mut(pcid).cop_p.fop;
        let n_s: SeqNum = fop.take_expedited_number(); //= 211.0-B-6 7.1 ve-s
        self.last_p_frame = n_s;
        self.put_p_header(pcid, n_s, len, buf);
        add(&mut self.stats.p_frames_sent, 1);
        if pcid == self.mib.local_pcid {
            self.tag_sent(asm_end, n_s, Qos::Expedited);
        }
        len
    }

    fn put_p_header(&self, pcid: Pcid, n_s: SeqNum, len: usize, buf: &mut [u8]) {
        let fields = HeaderFields {
            qos: Qos::Expedited,
            pdu_type: PduType::Supervisory,
            dfc_id: DfcId::Packets,
            pcid,
            port_id: PortId::ZERO,
            n_s,
            segment: None,
        };
        put_header(&self.mib, buf.get_mut(..len).unwrap_or_default(), fields);
    }

    /// Whether a channel is in S2 of FOP-P.
    pub(super) fn resynchronises(&self) -> bool {
        self.data_services
            .channels
            .iter()
            .any(|channel| channel.cop_p.fop.state() == FopState::S2Resynchronise)
    }
}

/// The room behind what is there already.
fn behind(buf: &mut [u8], at: usize) -> &mut [u8] {
    buf.get_mut(at..).unwrap_or_default()
}
