//! Telecommand frames and CLTUs of anybody's making: bounded queues, whole packets only, counters that add up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_relay::earth::uplink::{Uplink, UplinkChannel, UplinkConfig};
use magpie_wire::id::{Scid, Vcid};
use magpie_wire::space_packet::SpacePacket;

fuzz_target!(|octets: &[u8]| {
    let channel = UplinkChannel {
        packet_max: 200,
        queue_octets: 1_300,
        ..UplinkChannel::new(Vcid::default())
    };
    let config = UplinkConfig::bch(Scid::new(0x41).expect("ten bits"))
        .without_fecf()
        .with_channel(channel)
        .with_channel(UplinkChannel {
            vcid: Vcid::MAX,
            ..channel.with_segments()
        });
    let mut uplink = Uplink::new(config).expect("a good configuration");
    uplink.handle_datagram(octets);
    let mut rest = octets;
    while let Some((&len, tail)) = rest.split_first() {
        let (frame, tail) = tail.split_at(tail.len().min(len.into()));
        rest = tail;
        uplink.handle_frame(frame);
        if len % 4 == 0 {
            while let Some(packet) = uplink.poll_packet() {
                assert!(packet.octets.len() <= 200);
                SpacePacket::parse(&packet.octets).expect("a whole packet");
            }
            assert!(uplink.clcws().all(|clcw| !clcw.wait));
        }
    }
});
