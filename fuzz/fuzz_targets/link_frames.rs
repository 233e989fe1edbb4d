//! Frames into an endpoint in every state: whatever comes, nothing panics, no timer stays due, and when the other end is gone the session ends.
//!
//! The input chooses duplex, role and options, how far a session with a good partner is driven, and then the frames: any octets, or P-frames
//! and U-frames with a good header.
#![no_main]

mod link_common;

use libfuzzer_sys::fuzz_target;
use link_common::{Input, Node, SCIDS, check_counters, drain_events, left_alone, ms, node, say, start};
use magpie_link::clock::Instant;
use magpie_link::mac::{Duplex, LocalDirective, PhyStatus};
use magpie_wire::id::{Pcid, PortId, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{DfcId, PduType, Qos, ScidRole, V3Header};

/// A session with a good partner for so many steps of a millisecond; all that either said.
fn drive(nodes: &mut [Node; 2], now: &mut Instant, steps: u8) -> Vec<Vec<u8>> {
    let mut said = Vec::new();
    for _ in 0..u16::from(steps) * 2 {
        for from in 0..2 {
            for frame in say(&mut nodes[from], *now, 1) {
                let _ = nodes[1 - from].handle_frame(*now, &frame);
                said.push(frame);
            }
            drain_events(&mut nodes[from]);
        }
        *now = *now + ms(2);
    }
    said
}

/// The next frame: from the input, or one that was said before.
fn frame(kind: u8, victim: usize, input: &mut Input<'_>, said: &[Vec<u8>]) -> Vec<u8> {
    if kind & 3 == 0 {
        let len = usize::from(input.octet().unwrap_or(0));
        return input.octets(len).to_vec();
    }
    if kind & 3 == 1
        && let Some(old) = said.get(usize::from(kind >> 2))
    {
        return old.clone();
    }
    let supervisory = kind & 3 == 2;
    let options = input.octet().unwrap_or(0);
    let n_s = input.octet().unwrap_or(0);
    let len = usize::from(input.octet().unwrap_or(0) % 40);
    let header = V3Header {
        qos: if supervisory || options & 1 == 0 {
            Qos::Expedited
        } else {
            Qos::SequenceControlled
        },
        pdu_type: if supervisory {
            PduType::Supervisory
        } else {
            PduType::User
        },
        dfc_id: match options >> 1 & 3 {
            _ if supervisory => DfcId::Packets,
            0 => DfcId::Packets,
            1 => DfcId::Segment,
            _ => DfcId::UserDefined,
        },
        scid: Scid::new(SCIDS[victim ^ usize::from(options >> 7)]).expect("10 bits"),
        pcid: Pcid::from_bit(options & 8 != 0),
        port_id: PortId::new(if supervisory { 0 } else { options >> 4 & 1 }).expect("3 bits"),
        scid_role: if options & 0x20 == 0 {
            ScidRole::Destination
        } else {
            ScidRole::Source
        },
        n_s: SeqNum::new(n_s),
    };
    let data = input.octets(len);
    let mut frame = vec![0; 5 + data.len()];
    header.emit(data, &mut frame).expect("it fits");
    frame
}

fuzz_target!(|octets: &[u8]| {
    let mut input = Input(octets);
    let (Some(choice), Some(options), Some(steps)) = (input.octet(), input.octet(), input.octet())
    else {
        return;
    };
    let victim = usize::from(choice & 1);
    let duplex = match choice >> 1 & 7 {
        0..=2 => Duplex::Full,
        3..=5 => Duplex::Half,
        6 => Duplex::SimplexTransmit,
        _ => Duplex::SimplexReceive,
    };
    let mut now = Instant::from_micros(1_000_000);
    let mut nodes = [node(0, options), node(1, options)];
    for (end, node) in nodes.iter_mut().enumerate() {
        start(node, end, duplex, now);
        for unit in 0..(choice >> 4 & 3) {
            let _ = node.submit_octets(now, PortId::ZERO, Qos::SequenceControlled, &[unit; 5]);
        }
        if choice & 0x80 != 0 {
            let _ = node.handle_directive(now, LocalDirective::LocalNoMoreData);
        }
    }
    let said = drive(&mut nodes, &mut now, steps);
    let [first, second] = nodes;
    let mut node = if victim == 0 { first } else { second };
    let mut buf = [0; 2_048];
    while let Some(kind) = input.octet() {
        let frame = frame(kind, victim, &mut input, &said);
        let accepted = node.handle_frame(now, &frame).is_ok();
        assert!(!accepted || frame.len() >= 5);
        if kind & 0x80 != 0 {
            now = now + ms(u64::from(kind >> 2 & 31));
            say(&mut node, now, 1_000);
        }
        if kind & 0x40 != 0 {
            let there = kind & 0x20 != 0;
            let status = PhyStatus {
                carrier_acquired: there,
                symbol_inlock_status: there && kind & 0x10 != 0,
            };
            node.handle_phy_status(now, status);
        }
        while node.poll_delivery(&mut buf).expect("room").is_some() {}
        drain_events(&mut node);
        check_counters(&node);
    }
    left_alone(&mut node, now);
    check_counters(&node);
});
