//! Segments: parse and emit agree on everything that fits a frame.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::segment::Segment;
use magpie_wire::v3::V3_DATA_MAX;

fuzz_target!(|octets: &[u8]| {
    let Ok(segment) = Segment::parse(octets) else {
        assert!(octets.len() < 2);
        return;
    };
    if octets.len() <= V3_DATA_MAX {
        assert_eq!(
            emitted(octets.len(), |out| segment
                .header()
                .emit(segment.data(), out)),
            octets
        );
    }
});
