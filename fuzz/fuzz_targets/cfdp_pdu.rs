//! PDUs of the file delivery protocol: what is read is written as a PDU that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_relay::files::pdu::{Body, Pdu};

fuzz_target!(|octets: &[u8]| {
    let Ok(pdu) = Pdu::parse(octets) else {
        return;
    };
    if let Body::Nak(nak) = &pdu.body {
        for (start, end) in nak.requests() {
            assert!(start <= end);
        }
    }
    let mut again = vec![0; octets.len() + 64];
    // Spare bits, segment metadata and unknown options are not kept, so the octets may differ; what they say may not.
    let len = pdu.emit(&mut again).expect("it was read");
    let read = Pdu::parse(&again[..len]).expect("it was written");
    assert_eq!(read.header, pdu.header);
});
