//! Dump packets of anybody's making: bounded memory, each record handed over once, and what is kept goes on as it was.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use magpie_relay::earth::downlink::dump::{DumpLimits, DumpReceiver};

const LIMITS: DumpLimits = DumpLimits {
    streams: 2,
    runs: 4,
    open_records: 3,
    open_octets: 500,
    pieces: 4,
};

fuzz_target!(|octets: &[u8]| {
    let mut receiver = DumpReceiver::new(LIMITS);
    let mut seen = HashSet::new();
    let mut rest = octets;
    while let Some((&len, tail)) = rest.split_first() {
        let (packet, tail) = tail.split_at(tail.len().min(len.into()));
        rest = tail;
        receiver.handle_packet(packet, &mut |record| {
            assert!(seen.insert((record.stream, record.number)));
        });
        assert!(receiver.held() <= LIMITS.open_octets);
        if len % 8 == 0 {
            receiver = DumpReceiver::restore(LIMITS, &receiver.export()).expect("it was exported");
        }
    }
    let _ = DumpReceiver::restore(LIMITS, octets);
});
