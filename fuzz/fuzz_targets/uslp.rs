//! USLP frames of every form, and the data field with its header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::crc::crc16_fecf;
use magpie_fuzz::emitted;
use magpie_wire::uslp::tfdf::Tfdf;
use magpie_wire::uslp::{UslpContent, UslpFrame, UslpManaged};

fuzz_target!(|octets: &[u8]| {
    let Some((&[options, insert_zone], octets)) = octets.split_first_chunk() else {
        return;
    };
    let managed = UslpManaged {
        insert_zone_len: usize::from(insert_zone & 15),
        fecf: options & 1 == 1,
        truncated_len: (options >= 2).then_some(usize::from(options >> 2)),
    };
    let Ok(frame) = UslpFrame::parse(octets, &managed) else {
        return;
    };
    let content = UslpContent {
        insert_zone: frame.insert_zone(),
        tfdf: frame.tfdf(),
        ocf: frame.ocf(),
        crc16: frame.fecf().map(|_| crc16_fecf as fn(&[u8]) -> u16),
    };
    let again = emitted(octets.len(), |out| frame.header().emit(&content, out));
    let protected = octets.len() - if frame.fecf().is_some() { 2 } else { 0 };
    assert_eq!(
        (again.len(), &again[..protected]),
        (octets.len(), &octets[..protected])
    );
    assert_eq!(
        frame.is_intact(crc16_fecf),
        frame.fecf().map(|_| again == octets)
    );
    let _ = (frame.check(), frame.check_proximity_1());

    let Ok(tfdf) = Tfdf::parse(frame.tfdf()) else {
        return;
    };
    assert_eq!(
        emitted(octets.len(), |out| tfdf.header().emit(tfdf.zone(), out)),
        frame.tfdf()
    );
    assert!(tfdf.zone().starts_with(tfdf.valid_zone()));
});
