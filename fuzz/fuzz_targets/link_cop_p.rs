//! Lists of operations into a COP-P pair: the window holds, the numbers stay in order, every frame handed out is good, and over a channel that
//! loses and repeats but neither reorders nor forges, units come exactly once and in order.
#![no_main]

mod link_common;

use libfuzzer_sys::fuzz_target;
use link_common::{Input, SCIDS, ms};
use magpie_link::clock::{Duration, Instant};
use magpie_link::cop_p::{CopP, Offer, Reason, Unnumbered, Verdict};
use magpie_link::mib::MibBuilder;
use magpie_wire::id::{Pcid, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{Qos, ScidRole, V3Frame, V3Header};

enum Item {
    Frame(Vec<u8>),
    SetVR(SeqNum),
}

struct World {
    sender: CopP<Vec<u8>>,
    receiver: CopP<Vec<u8>>,
    window: u8,
    now: Instant,
    forward: Vec<Item>,
    back: Vec<u16>,
    offered: u32,
    delivered: u32,
    /// Nobody forged or tampered so far.
    exact: bool,
}

impl World {
    fn new(window: u8, options: u8) -> Self {
        let scid = |n| Scid::new(n).expect("10 bits");
        let mib = MibBuilder {
            transmission_window: window,
            synch_timeout: ms(u64::from(options & 7)),
            resync_local: options & 8 == 0,
            resync_waiting_period: ms(2),
            resync_lifetime: if options & 16 == 0 { ms(9) } else { Duration::ZERO },
            ..MibBuilder::new(scid(SCIDS[0]), scid(SCIDS[1]))
        };
        let mib = mib.build().expect("good values");
        let end = |sent| CopP::new(&mib, Pcid::Pcid0, vec![0; sent]);
        Self {
            sender: end(if options & 32 == 0 { 4_096 } else { 100 }),
            receiver: end(0),
            window,
            now: Instant::ZERO,
            forward: Vec::new(),
            back: Vec::new(),
            offered: 0,
            delivered: 0,
            exact: true,
        }
    }

    fn send(&mut self, expedited: bool) {
        let content = self.offered.to_be_bytes();
        let offer = |qos| Unnumbered {
            header: V3Header::u_frame(
                qos,
                Scid::new(SCIDS[1]).expect("10 bits"),
                ScidRole::Destination,
            ),
            data: &content,
        };
        let offer = Offer {
            expedited: expedited.then(|| offer(Qos::Expedited)),
            sequence_controlled: Some(offer(Qos::SequenceControlled)),
        };
        let mut buf = [0; 32];
        let sending = self.sender.fop.poll_transmit(offer, &mut buf);
        let Some(sending) = sending.expect("it fits") else {
            return;
        };
        self.offered += u32::from(sending.reason == Reason::New);
        let frame = V3Frame::parse(&buf[..sending.len]).expect("a good frame");
        assert_eq!(frame.n_s(), sending.n_s);
        if self.forward.len() < 64 {
            self.forward.push(Item::Frame(frame.octets().to_vec()));
        }
    }

    fn arrive(&mut self, remove: bool) {
        let Some(first) = self.forward.first() else {
            return;
        };
        match first {
            Item::SetVR(n) => self.receiver.farm.handle_set_v_r(*n),
            Item::Frame(octets) => {
                let frame = V3Frame::parse(octets).expect("a good frame");
                let verdict = self.receiver.farm.handle_frame(&frame);
                if frame.qos() == Qos::SequenceControlled && verdict == Verdict::Deliver {
                    let number = frame.data_field().first_chunk().expect("4 octets");
                    if self.exact {
                        assert_eq!(u32::from_be_bytes(*number), self.delivered);
                    }
                    self.delivered += 1;
                }
            }
        }
        if remove {
            self.forward.remove(0);
        }
    }

    fn operate(&mut self, operation: u8, argument: u8) {
        match operation % 14 {
            0..=2 => self.send(argument & 1 == 1),
            3 | 4 => self.arrive(true),
            5 => {
                let set_v_r = matches!(self.forward.first(), Some(Item::SetVR(_)));
                self.arrive(set_v_r); // twice, unless it is SET V(R)
            }
            6 if !self.forward.is_empty() => {
                self.forward.remove(0);
            }
            7 => {
                let word = self.receiver.farm.select_plcw().word();
                if self.back.len() < 8 {
                    self.back.push(word);
                }
            }
            8 | 9 if !self.back.is_empty() => {
                let word = self.back.remove(0);
                let _ = self.sender.handle_fixed_spdu(self.now, word);
            }
            10 if !self.back.is_empty() => {
                self.back.remove(0);
            }
            11 => {
                self.now = self.now + ms(u64::from(argument & 7));
                while self.sender.handle_timeout(self.now).is_some() {}
                if let Some(set_v_r) = self.sender.poll_set_v_r(self.now) {
                    self.forward.push(Item::SetVR(set_v_r.seq_ctrl_fsn));
                }
                assert!(self.sender.poll_timeout().is_none_or(|at| at > self.now));
            }
            12 => {
                self.exact = false;
                let word = u16::from_be_bytes([operation, argument]);
                let _ = self.sender.handle_fixed_spdu(self.now, word);
                let _ = self.sender.handle_fixed_spdu(self.now, 0x8000 | word & 0x10FF);
            }
            13 => {
                self.exact = false;
                match argument & 3 {
                    0 => self.receiver.farm.handle_set_v_r(SeqNum::new(argument)),
                    1 => self.sender.resynchronise(self.now),
                    2 => self.sender.reset(),
                    _ => self.receiver.initialise(),
                }
            }
            _ => {}
        }
    }

    fn judge(&self) {
        let fop = &self.sender.fop;
        let out = fop.v_s().distance_from(fop.nn_r());
        assert_eq!(out, fop.unacknowledged());
        assert!(out <= self.window);
        assert!(fop.vv_s().distance_from(fop.nn_r()) <= out);
        assert!(!self.exact || self.delivered <= self.offered);
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut input = Input(octets);
    let (Some(window), Some(options)) = (input.octet(), input.octet()) else {
        return;
    };
    let mut world = World::new(1 + window % 127, options);
    while let (Some(operation), Some(argument)) = (input.octet(), input.octet()) {
        world.operate(operation, argument);
        world.judge();
    }
});
