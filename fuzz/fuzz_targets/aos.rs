//! AOS frames with every managed option, and the `M_PDU` and `B_PDU` in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::aos::bpdu::BPdu;
use magpie_wire::aos::mpdu::MPdu;
use magpie_wire::aos::{AosContent, AosFrame, AosParameters};

fuzz_target!(|octets: &[u8]| {
    let Some((&[options, insert_zone], octets)) = octets.split_first_chunk() else {
        return;
    };
    let parameters = AosParameters {
        frame_len: octets.len(),
        fhec: options & 1 == 1,
        insert_zone_len: usize::from(insert_zone & 15),
        ocf: options & 2 == 2,
        fecf: options & 4 == 4,
    };
    let Ok(frame) = AosFrame::parse(octets, &parameters) else {
        return;
    };
    let content = AosContent {
        fhec: frame.fhec(),
        insert_zone: frame.insert_zone(),
        data: frame.data(),
        ocf: frame.ocf(),
    };
    let again = emitted(octets.len(), |out| {
        frame.header().emit(&parameters, &content, out)
    });
    assert_eq!(again, frame.octets_under_fecf());

    if let Ok(m_pdu) = MPdu::parse(frame.data()) {
        let again = emitted(octets.len(), |out| {
            MPdu::emit(m_pdu.first_header(), m_pdu.packet_zone(), out)
        });
        // Five bits in front of the pointer are spare.
        assert_eq!(
            (again[0], &again[1..]),
            (frame.data()[0] & 0b111, &frame.data()[1..])
        );
    }
    if let Ok(b_pdu) = BPdu::parse(frame.data()) {
        assert!(b_pdu.valid_bits() <= b_pdu.zone().len() * 8);
        let again = emitted(octets.len(), |out| {
            BPdu::emit(b_pdu.data(), b_pdu.zone(), out)
        });
        // Two bits in front of the pointer are spare.
        assert_eq!(
            (again[0], &again[1..]),
            (frame.data()[0] & 0b11_1111, &frame.data()[1..])
        );
    }
});
