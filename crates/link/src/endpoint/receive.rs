//! Frames that came: frame acceptance, then MAC, then the data services.
//!
//! Book: 211.0-B-6 6.7 and section 7. P-frames go on in `supervisory`.

use magpie_wire::v3::Qos;

use super::Endpoint;
use crate::clock::Instant;
use crate::data_services::{DataServices, Inwards};
use crate::frame_sublayer::{self, TransferFrame};
use crate::mac::{Duplex, Input, State};
use crate::record_queue::Lent;
use crate::stats::{Rejection, add};

impl<M: Lent> Endpoint<M> {
    /// A frame whose CRC-32 is good. `Ok` is a valid frame, for a recorder to keep; what became of its content is in the counters
    /// and in `poll_delivery`. `Err` says why the frame is not valid here.
    pub fn handle_frame<'f>(
        &mut self,
        now: Instant,
        octets: &'f [u8],
    ) -> Result<TransferFrame<'f>, Rejection> {
        let behind_marker = octets.len() as u64 * 8 + 32;
        let asm_end = match self.receive_rate() {
            Some(rate) => now - rate.duration_of_bits(behind_marker),
            None => now,
        };
        self.handle_frame_at(now, asm_end, octets)
    }

    /// The same with the instant at which the last bit of its marker had come: the time tag.
    pub fn handle_frame_at<'f>(
        &mut self,
        now: Instant,
        asm_end: Instant,
        octets: &'f [u8],
    ) -> Result<TransferFrame<'f>, Rejection> {
        self.handle_timeout(now);
        let accepted = self.accept(octets);
        match accepted {
            Ok(frame) => self.handle_accepted(now, asm_end, &frame),
            Err(reason) => self.stats.reject(reason),
        }
        accepted
    }

    fn handle_accepted(&mut self, now: Instant, asm_end: Instant, frame: &TransferFrame<'_>) {
        add(&mut self.stats.frames_accepted, 1);
        add(&mut self.stats.frame_octets_accepted, frame.octets().len());
        if self.status().duplex == Duplex::SimplexReceive {
            self.handle_in_simplex(now, frame);
            return;
        }
        let all_acknowledged = self.all_acknowledged();
        let (mac, mut on) = self.mac(now);
        mac.carrier_by_frame(&mut on);
        mac.heard(all_acknowledged, &mut on);
        self.tag_received(asm_end, frame);
        if frame.qos() == Qos::Expedited {
            self.data_services
                .note_expedited(frame, &mut self.events, &mut self.stats);
        }
        if frame.is_p_frame() {
            self.handle_p_frame(now, asm_end, frame);
            return;
        }
        self.take(now, Input::ValidFrame);
        let accepted = self.frames_taken();
        let (data_services, mut on) = self.inwards();
        data_services.handle_u_frame(now, frame, &mut on);
        if self.frames_taken() != accepted {
            self.mac.note_progress();
        }
    }

    /// Frames whose content went to the data services.
    pub(crate) fn frames_taken(&self) -> u64 {
        let stats = &self.stats;
        stats.expedited_frames_accepted + stats.sequence_controlled_frames_accepted
    }

    fn handle_in_simplex(&mut self, now: Instant, frame: &TransferFrame<'_>) {
        let (data_services, mut on) = self.inwards();
        if frame.qos() == Qos::SequenceControlled {
            on.stats.reject(Rejection::SequenceControlledInSimplex);
            return;
        }
        data_services.note_expedited(frame, on.events, on.stats);
        if frame.is_p_frame() {
            //= 211.0-B-6 table-6-13 no-hailing
            on.stats.reject(Rejection::SupervisoryInSimplex);
            return;
        }
        add(&mut on.stats.expedited_frames_accepted, 1);
        data_services.put_content(now, frame, &mut on);
    }

    fn accept<'f>(&mut self, octets: &'f [u8]) -> Result<TransferFrame<'f>, Rejection> {
        let state = self.mac.vars().state;
        if !state.receiver_is_on() {
            return Err(Rejection::NotReceiving);
        }
        let frame = frame_sublayer::accept(
            octets,
            &self.mib,
            &mut self.receiving_scid_buffer,
            &mut self.events,
        )?;
        match state {
            State::S31HailCarrier
            | State::S32HailAcquisition
            | State::S33HailDirectives
            | State::S80Reconnect => Err(Rejection::NotInSession),
            State::S2WaitingForHail if !frame.is_p_frame() => Err(Rejection::NotInSession),
            _ => Ok(frame),
        }
    }

    /// The data services and what a received frame may touch.
    fn inwards(&mut self) -> (&mut DataServices<M>, Inwards<'_>) {
        let longest_unit = self.longest_unit();
        let maximum_packet_size = self.mib.largest_packet();
        (
            &mut self.data_services,
            Inwards {
                events: &mut self.events,
                stats: &mut self.stats,
                maximum_packet_size,
                longest_unit,
            },
        )
    }
}
