//! Packets out of packet zones: every octet is handed out once or dropped with a reason, whatever the pointers say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_ground::extract::PacketExtractor;
use magpie_ground::packet::{Packet, measure};
use magpie_wire::first_header::FirstHeader;

fuzz_target!(|input: &[u8]| {
    let Some((&limit, mut rest)) = input.split_first() else {
        return;
    };
    let mut extractor = PacketExtractor::with_limit(7 + usize::from(limit) * 4);
    let (mut given, mut taken) = (0, 0);
    let mut sink = |packet: Packet<'_>| {
        assert_eq!(measure(packet.octets()), Ok(Some(packet.octets().len())));
        taken += packet.octets().len() as u64;
    };
    while let Some((&[operation, pointer, len], behind)) = rest.split_first_chunk() {
        let (zone, behind) = behind.split_at(usize::from(len).min(behind.len()));
        rest = behind;
        match operation % 8 {
            0 => extractor.handle_loss(),
            1 => extractor.handle_zone(zone, FirstHeader::IdleOnly, &mut sink),
            2 => {
                extractor.handle_whole(zone, &mut sink);
                given += zone.len() as u64;
            }
            3 => {
                extractor.handle_zone(zone, FirstHeader::NoPacketStart, &mut sink);
                given += zone.len() as u64;
            }
            _ => {
                extractor.handle_zone(zone, FirstHeader::At(pointer.into()), &mut sink);
                given += zone.len() as u64;
            }
        }
    }
    extractor.finish();
    let dropped: u64 = extractor
        .dropped()
        .values()
        .map(|dropped| dropped.octets)
        .sum();
    assert_eq!(taken + dropped, given, "{:?}", extractor.dropped());
});
