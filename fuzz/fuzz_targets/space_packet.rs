//! Space packets one after the other: the same octets come out, and their length is known from the header alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::packet;
use magpie_wire::space_packet::{SpacePacket, packet_len};

fuzz_target!(|octets: &[u8]| {
    let mut rest = octets;
    while let Ok((space_packet, behind)) = SpacePacket::parse_prefix(rest) {
        let own = space_packet.octets();
        assert_eq!(own.len() + behind.len(), rest.len());
        assert_eq!(
            (packet_len(&own[..6]), packet::packet_len(own)),
            (Ok(own.len()), Ok(own.len()))
        );
        assert_eq!(
            emitted(own.len(), |out| space_packet
                .header()
                .emit(space_packet.data(), out)),
            own
        );
        assert_eq!(SpacePacket::parse(own), Ok(space_packet));
        rest = behind;
    }
});
