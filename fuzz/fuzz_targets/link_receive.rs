//! The receiving end of the link: whatever frames come, what is delivered was in them, and the transceiver delivers the same from a bit stream
//! cut anywhere as the endpoint does from the frames.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::pltu::PltuEncoder;
use magpie_fuzz::{bits, pieces};
use magpie_link::clock::{DataRate, Instant};
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::MibBuilder;
use magpie_link::transceiver::Transceiver;
use magpie_wire::id::{Pcid, PortId, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::v3::{DfcId, PduType, Qos, ScidRole, V3Header};

const HERE: u16 = 0x123;
const PACKET_SIZE: u32 = 300;

type Delivered = Vec<(Vec<u8>, PortId, SeqNum)>;

fn receiver() -> Transceiver<Vec<u8>> {
    let scid = |value| Scid::new(value).unwrap();
    let mib = MibBuilder {
        maximum_packet_size: PACKET_SIZE,
        ..MibBuilder::new(scid(HERE), scid(0x29))
    };
    let memory = Memory {
        delivery: vec![0; 8192],
        reassembly: vec![0; 2 * PACKET_SIZE as usize],
        ..Memory::for_expedited(Vec::new())
    };
    let endpoint = Endpoint::new(mib.build().unwrap(), memory).unwrap();
    let mut receiver = Transceiver::new(endpoint, DataRate::from_bits_per_s(8_000).unwrap());
    for directive in [
        LocalDirective::SetDuplex(Duplex::SimplexReceive),
        LocalDirective::SetMode(Mode::Active),
    ] {
        receiver.handle_directive(Instant::ZERO, directive).unwrap();
    }
    receiver
}

/// Frames with the header fields that the input names; most of them for us.
fn frames(mut input: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some((&[options, n_s, len], rest)) = input.split_first_chunk() {
        let (data, rest) = rest.split_at(usize::from(len).min(rest.len()));
        let header = V3Header {
            qos: if options & 1 == 0 {
                Qos::Expedited
            } else {
                Qos::SequenceControlled
            },
            pdu_type: if options & 2 == 0 {
                PduType::User
            } else {
                PduType::Supervisory
            },
            dfc_id: [
                DfcId::Packets,
                DfcId::Segment,
                DfcId::Reserved,
                DfcId::UserDefined,
            ][usize::from(options >> 2 & 3)],
            scid: Scid::new(if options >> 4 == 15 { 0x29 } else { HERE }).unwrap(),
            pcid: Pcid::Pcid0,
            port_id: PortId::new(options >> 4 & 1).unwrap(),
            scid_role: ScidRole::Destination,
            n_s: SeqNum::new(n_s),
        };
        let mut frame = vec![0; 5 + data.len()];
        header.emit(data, &mut frame).unwrap();
        frames.push(frame);
        input = rest;
    }
    frames
}

fn collect(receiver: &mut Transceiver<Vec<u8>>, delivered: &mut Delivered) {
    let mut buf = [0; 4096];
    while let Some(delivery) = receiver.poll_delivery(&mut buf).unwrap() {
        delivered.push((delivery.octets.to_vec(), delivery.port_id, delivery.n_s));
    }
}

fn from_frames(frames: &[Vec<u8>]) -> Delivered {
    let (mut receiver, mut delivered) = (receiver(), Vec::new());
    for frame in frames {
        let _ = receiver.handle_frame(Instant::ZERO, frame);
        collect(&mut receiver, &mut delivered);
    }
    let stats = receiver.stats();
    assert_eq!(stats.units_delivered, delivered.len() as u64);
    assert!(stats.octets_delivered <= stats.frame_octets_accepted);
    delivered
}

fn from_stream(frames: &[Vec<u8>], cut: u8) -> Delivered {
    let mut stream = Vec::new();
    for frame in frames {
        let mut pltu = vec![0; frame.len() + 7];
        PltuEncoder::new().encode(frame, &mut pltu).unwrap();
        stream.extend(bits(&pltu));
    }
    let (mut receiver, mut delivered) = (receiver(), Vec::new());
    for mut piece in pieces(&stream, cut) {
        while !piece.is_empty() {
            let taken = receiver.handle_bits(Instant::from_micros(1_000_000), piece, &mut |_| {});
            piece = &piece[taken..];
            collect(&mut receiver, &mut delivered);
        }
    }
    delivered
}

fuzz_target!(|input: &[u8]| {
    let Some((&cut, input)) = input.split_first() else {
        return;
    };
    let frames = frames(input);
    assert_eq!(from_stream(&frames, cut), from_frames(&frames));
});
