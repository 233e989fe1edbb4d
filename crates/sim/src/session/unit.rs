//! Units that know who they are: packets and user octets whose content follows from end, load, number and length.
//!
//! The first four octets of the data say which unit it is; all others follow from them. So every delivery is compared octet by octet with what
//! was submitted, and nobody has to keep it.

use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{PacketType, SpacePacketHeader};

use super::setup::UnitKind;
use super::trace::Side;

/// Octets of a space packet's header.
const HEADER: usize = 6;
/// Octets that name the unit.
const NAME: usize = 4;

/// One unit among those of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitId {
    /// Which load, 0 to 31.
    pub load: u8,
    /// Its number in the load.
    pub number: u32,
}

/// The shortest unit of a kind.
pub const fn shortest(kind: UnitKind) -> usize {
    match kind {
        UnitKind::SpacePacket => HEADER + NAME,
        UnitKind::UserOctets => NAME,
    }
}

/// Writes the unit of this length to `out`.
pub fn make(side: Side, id: UnitId, kind: UnitKind, octets: usize, out: &mut Vec<u8>) {
    out.clear();
    let len = octets.max(shortest(kind));
    if kind == UnitKind::SpacePacket {
        let apid = Apid::new(0x100 + u16::from(id.load)).unwrap_or(Apid::IDLE);
        let header = SpacePacketHeader {
            sequence_count: SeqCount::new((id.number & 0x3FFF) as u16).unwrap_or_default(),
            ..SpacePacketHeader::new(PacketType::Telemetry, apid)
        };
        let header = header
            .to_octets(len - HEADER)
            .expect("a load asks for lengths that a packet can have");
        out.extend_from_slice(&header);
    }
    let name = name(side, id);
    out.extend_from_slice(&name.to_be_bytes());
    let mut state = u64::from(name) ^ (len as u64) << 40;
    while out.len() < len {
        let word = split_mix(&mut state).to_le_bytes();
        let room = (len - out.len()).min(word.len());
        out.extend(word.iter().take(room));
    }
}

/// Which unit of the end `from` these octets say they are.
pub fn name_of(from: Side, kind: UnitKind, octets: &[u8]) -> Option<UnitId> {
    let data = match kind {
        UnitKind::SpacePacket => octets.get(HEADER..)?,
        UnitKind::UserOctets => octets,
    };
    let name = u32::from_be_bytes(*data.first_chunk::<NAME>()?);
    let id = UnitId {
        load: (name >> 26 & 0x1F) as u8,
        number: name & 0x03FF_FFFF,
    };
    (name >> 31 == from.index() as u32).then_some(id)
}

fn name(side: Side, id: UnitId) -> u32 {
    (side.index() as u32) << 31 | u32::from(id.load & 0x1F) << 26 | id.number & 0x03FF_FFFF
}

/// One step of `SplitMix64`.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_found_by_its_octets_and_is_a_packet() {
        let id = UnitId {
            load: 3,
            number: 70_000,
        };
        let mut octets = Vec::new();
        for kind in [UnitKind::SpacePacket, UnitKind::UserOctets] {
            make(Side::Responder, id, kind, 33, &mut octets);
            assert_eq!(octets.len(), 33);
            assert_eq!(name_of(Side::Responder, kind, &octets), Some(id));
            assert_eq!(name_of(Side::Caller, kind, &octets), None);
        }
        make(Side::Caller, id, UnitKind::SpacePacket, 10, &mut octets);
        assert_eq!(magpie_wire::space_packet::packet_len(&octets), Ok(10));
    }
}
