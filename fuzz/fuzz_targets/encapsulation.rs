//! Encapsulation packets of all four header forms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::encapsulation::{EncapsulationPacket, packet_len};

fuzz_target!(|octets: &[u8]| {
    let mut rest = octets;
    while let Ok((packet, behind)) = EncapsulationPacket::parse_prefix(rest) {
        let own = packet.octets();
        assert_eq!(own.len() + behind.len(), rest.len());
        assert_eq!(packet_len(own), Ok(own.len()));
        assert_eq!(
            emitted(own.len(), |out| packet.header().emit(packet.data(), out)),
            own
        );
        rest = behind;
    }
});
