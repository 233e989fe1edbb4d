//! Files out of transfer frames: any octets in a CFDP PDU, repeated and contradictory ones too, keep the account right and the memory bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_ground::team::{Team, TeamConfig};
use magpie_wire::id::{Apid, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::space_packet::{PacketType, SpacePacketHeader};
use magpie_wire::v3::{Qos, ScidRole, V3Header};

const LIMIT: u64 = 1 << 16;

/// The octets as the one packet of an expedited frame of the rover.
fn frame(rover: Scid, apid: Apid, octets: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 6 + octets.len()];
    SpacePacketHeader::new(PacketType::Telemetry, apid)
        .emit(octets, &mut packet)
        .unwrap();
    let header = V3Header {
        n_s: SeqNum::new(0),
        ..V3Header::u_frame(Qos::Expedited, rover, ScidRole::Source)
    };
    let mut frame = vec![0; 5 + packet.len()];
    header.emit(&packet, &mut frame).unwrap();
    frame
}

fuzz_target!(|input: &[u8]| {
    let (rover, apid) = (Scid::new(82).unwrap(), Apid::new(5).unwrap());
    let mut team = Team::new(TeamConfig {
        rover,
        relay: Scid::new(41).unwrap(),
        apid,
        entity: 2,
        limit_octets: LIMIT,
    });
    let mut rest = input;
    while let Some((&[pass, len], behind)) = rest.split_first_chunk() {
        let (octets, behind) = behind.split_at(usize::from(len).min(behind.len()));
        rest = behind;
        if octets.is_empty() {
            continue;
        }
        // Twice: a repetition brings nothing new.
        let frame = frame(rover, apid, octets);
        if team.handle_frame(pass.into(), &frame).is_ok() {
            let again = team
                .handle_frame(pass.into(), &frame)
                .expect("it was taken before");
            assert!(!again.is_new);
        }
    }
    for file in team.files() {
        let content = file.content();
        assert!(content.len() as u64 <= LIMIT && file.octets_there() <= file.coverage().total());
        assert!(file.coverage().end() <= LIMIT);
        let _ = file.completion();
        let name = file.safe_name();
        assert!(
            !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != ".."
        );
    }
});
