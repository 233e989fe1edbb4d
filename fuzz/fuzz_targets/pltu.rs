//! PLTUs of `wire`: parse and emit agree, and the frame's length is known after at most six octets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::crc::crc32_proximity;
use magpie_fuzz::emitted;
use magpie_wire::pltu::{FrameLen, Pltu, frame_len};

fuzz_target!(|octets: &[u8]| {
    let Some((&managed, octets)) = octets.split_first() else {
        return;
    };
    let truncated = (managed > 0).then_some(usize::from(managed));
    if octets.len() >= 6 {
        assert!(!matches!(
            frame_len(octets, truncated),
            Ok(FrameLen::Need(_))
        ));
    }
    let Ok(pltu) = Pltu::parse(octets, truncated) else {
        return;
    };
    assert_eq!(
        emitted(octets.len(), |out| Pltu::emit(
            pltu.frame(),
            pltu.crc(),
            out
        )),
        octets
    );
    let intact = emitted(octets.len(), |out| {
        Pltu::emit_with(pltu.frame(), crc32_proximity, out)
    });
    assert_eq!(pltu.is_intact(crc32_proximity), intact == octets);
});
