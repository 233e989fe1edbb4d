//! Packets of a one-way pass: a parsed one is emitted as it was; a receiver keeps its bounds whatever comes, and never gives out a file that nobody sent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_relay::blindcast::{
    Limits, PACKET_OVERHEAD, Receiver, Sender, SenderConfig, Step, SymbolPacket,
};

/// Octets that the receiver may hold.
const MEMORY: u64 = 20_000;

fuzz_target!(|octets: &[u8]| {
    if let Ok(packet) = SymbolPacket::parse(octets) {
        let mut again = vec![0; octets.len()];
        assert_eq!(packet.emit(&mut again), Ok(octets.len()));
        assert_eq!(again, octets);
    }
    let limits = Limits {
        objects: 3,
        object_octets: 4_000,
        block_symbols: 200,
        octets: MEMORY,
    };
    let file = *b"what the rover has to say, and a little more";
    let config = SenderConfig {
        symbol_octets: 16,
        block_symbols: 3,
    };
    let mut sender = Sender::new(config, b"a", &file).expect("a file");
    let mut honest = vec![0; sender.packet_len()];
    let mut receiver = Receiver::new(limits);
    let mut rest = octets;
    while let Some((&head, tail)) = rest.split_first() {
        let pass = u16::from(head >> 4);
        let taken = match head & 3 {
            // A good one of the file, from anywhere in its stream.
            0 => {
                sender.resume(u64::from(head >> 2) * 977);
                sender.next_packet(&mut honest).expect("room");
                rest = tail;
                receiver.handle_packet(pass, &honest)
            }
            // Octets of anybody's making with a good check, so that they get further than the check.
            1 => {
                let (body, tail) = tail.split_at(tail.len().min(usize::from(head >> 2) + 26));
                rest = tail;
                receiver.handle_packet(pass, &checked(body))
            }
            // One field of a good one is another, the check is good.
            2 => {
                let (change, tail) = tail.split_at(tail.len().min(2));
                rest = tail;
                sender.next_packet(&mut honest).expect("room");
                let body = honest.len() - 4;
                if let [at, value] = *change {
                    honest[usize::from(at) % body] = value;
                }
                receiver.handle_packet(pass, &checked(&honest[..body]))
            }
            _ => {
                let (packet, tail) = tail.split_at(tail.len().min(usize::from(head)));
                rest = tail;
                receiver.handle_packet(pass, packet)
            }
        };
        let _ = taken;
        for _ in 0..300 {
            match receiver.poll_decode() {
                Step::Nothing => break,
                Step::Complete(object) => {
                    let (name, found) = receiver.take_file(object).expect("whole");
                    if object == sender.object() {
                        assert_eq!((&name[..], &found[..]), (&b"a"[..], &file[..]));
                    }
                }
                _ => {}
            }
        }
        assert!(receiver.held_octets() <= MEMORY);
        assert!(receiver.objects().count() <= 3);
    }
    // What is held comes back from an export.
    let mut again = Receiver::new(limits);
    receiver.export(&mut |pass, packet| {
        assert!(packet.len() >= PACKET_OVERHEAD);
        let _ = again.handle_packet(pass, packet);
    });
});

/// These octets with the CRC-32 that makes a packet of them.
fn checked(body: &[u8]) -> Vec<u8> {
    let crc = magpie_coding::crc::crc32_proximity(body);
    [body, &crc.to_be_bytes()].concat()
}
