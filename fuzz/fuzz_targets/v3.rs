//! Version-3 frames: what was parsed is emitted as the same octets, and a prefix is the frame it says it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::v3::V3Frame;

fuzz_target!(|octets: &[u8]| {
    let Ok((frame, rest)) = V3Frame::parse_prefix(octets) else {
        assert!(V3Frame::parse(octets).is_err());
        return;
    };
    assert_eq!(frame.octets().len() + rest.len(), octets.len());
    assert_eq!(V3Frame::parse(frame.octets()), Ok(frame));
    assert_eq!(V3Frame::parse(octets).is_ok(), rest.is_empty());
    assert_eq!(
        emitted(octets.len(), |out| frame
            .header()
            .emit(frame.data_field(), out)),
        frame.octets()
    );
    assert_eq!(
        frame.check(),
        frame.header().check(frame.data_field().len())
    );
});
