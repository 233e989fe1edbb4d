//! Which user frame goes out next, built in place.
//!
//! Book: 211.0-B-6 7.2 (SE1) and 4.8 of the facts: expedited before sequence controlled. The two physical channels take turns. In half
//! duplex nothing can be acknowledged while this end sends, so progressive retransmission (row d of SE1) is held to one round a turn, of frames
//! that earlier turns left (docs/deviations.md).

use magpie_wire::id::Pcid;
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{PduType, Qos};

use super::{Channel, DataServices, PCIDS};
use crate::cop_p::Reason;
use crate::cop_p::fop::Choice;
use crate::frame_sublayer::{HeaderFields, header_len, put_header};
use crate::io::DataField;
use crate::mac::Duplex;
use crate::mib::Mib;
use crate::record_queue::Lent;
use crate::stats::{Stats, add};

/// A user frame that was built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) len: usize,
    pub(crate) pcid: Pcid,
    pub(crate) qos: Qos,
    pub(crate) n_s: SeqNum,
}

impl<M: Lent> DataServices<M> {
    /// Builds the next user frame at the front of `buf`, which has room for `Maximum_Frame_Length`.
    pub(crate) fn next_frame(
        &mut self,
        mib: &Mib,
        duplex: Duplex,
        buf: &mut [u8],
        stats: &mut Stats,
    ) -> Option<Sent> {
        // What one channel repeats for want of anything better waits for what the other has to say.
        for progressive in [false, true] {
            for turn in [self.first, self.first ^ 1] {
                let pcid = PCIDS[turn & 1];
                let channel = &mut self.channels[turn & 1];
                let choice = channel.choose(mib, duplex, progressive);
                let sent = channel.send_chosen(choice, mib, pcid, buf, stats);
                if sent.is_some() {
                    self.first = turn ^ 1;
                    return sent;
                }
            }
        }
        None
    }
}

impl<M: Lent> Channel<M> {
    /// What this channel would send now; a progressive retransmission only if that is wanted.
    fn choose(&mut self, mib: &Mib, duplex: Duplex, progressive: bool) -> Choice {
        let new_len =
            (!self.sequence_controlled.is_empty()).then_some(usize::from(mib.maximum_frame_length));
        let expedited = !self.expedited.is_empty();
        if self.is_held() && !expedited {
            return Choice::Nothing; //= 211.0-B-6 7.2 first-plcw
        }
        // The Sent queue's memory was checked when it was lent, so no frame is too long for it.
        let choice = self.cop_p.fop.choose(expedited, new_len);
        match choice.unwrap_or(Choice::Nothing) {
            Choice::Repeat {
                reason: Reason::Progressive,
                ..
            } if !progressive || duplex == Duplex::Half && !self.owed => Choice::Nothing,
            Choice::New if !matches!(duplex, Duplex::Full | Duplex::Half) => Choice::Nothing,
            choice => choice,
        }
    }

    fn send_chosen(
        &mut self,
        choice: Choice,
        mib: &Mib,
        pcid: Pcid,
        buf: &mut [u8],
        stats: &mut Stats,
    ) -> Option<Sent> {
        match choice {
            Choice::Expedited => self.send(mib, pcid, Qos::Expedited, buf, stats),
            Choice::New => self.send(mib, pcid, Qos::SequenceControlled, buf, stats),
            Choice::Repeat { reason, n_s } => {
                if reason == Reason::Progressive {
                    self.owed = false;
                }
                let len = self.cop_p.fop.repeat(reason, n_s, buf).ok()?.len;
                add(&mut stats.frames_retransmitted, 1);
                Some(Sent {
                    len,
                    pcid,
                    qos: Qos::SequenceControlled,
                    n_s,
                })
            }
            Choice::Nothing => None,
        }
    }

    /// Fills a frame from the queue of this service and numbers it.
    fn send(
        &mut self,
        mib: &Mib,
        pcid: Pcid,
        qos: Qos,
        buf: &mut [u8],
        stats: &mut Stats,
    ) -> Option<Sent> {
        let header_len = header_len(mib.frame_version);
        let room = buf.get_mut(header_len..usize::from(mib.maximum_frame_length))?;
        let field: DataField =
            self.queue_mut(qos)
                .next_data_field(room, mib.packing, mib.frame_version)?;
        let len = header_len + field.len;
        let n_s = match qos {
            Qos::Expedited => self.cop_p.fop.take_expedited_number(), //= 211.0-B-6 7.1 ve-s
            Qos::SequenceControlled => self.cop_p.fop.v_s(),
        };
        let fields = HeaderFields {
            qos,
            pdu_type: PduType::User,
            dfc_id: field.dfc_id,
            pcid,
            port_id: field.port_id,
            n_s,
            segment: field.segment,
        };
        let frame = buf.get_mut(..len)?; // the data field is in the room for it
        put_header(mib, frame, fields);
        match qos {
            Qos::Expedited => add(&mut stats.expedited_frames_sent, 1),
            Qos::SequenceControlled => {
                self.cop_p.fop.keep_new(frame);
                add(&mut stats.sequence_controlled_frames_sent, 1);
            }
        }
        add(&mut stats.units_sent, field.finished);
        Some(Sent {
            len,
            pcid,
            qos,
            n_s,
        })
    }
}
