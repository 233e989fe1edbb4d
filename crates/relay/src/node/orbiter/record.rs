//! What the orbiter keeps with the octets of a record, and how that goes to Earth: the header of a dumped record.
//!
//! No book; identifiers are those of 211.0-B-6. All numbers most significant octet first.
//!
//! | Octets | Field |
//! |---|---|
//! | 1 | version 1 |
//! | 1 | kind: 1 a PLTU whose frame was accepted, 2 what was heard as it came, 3 a packet of the sequence-controlled service |
//! | 1 | flags: bit 0 the check between transceiver and memory failed |
//! | 1 | physical channel (bit 7), port |
//! | 2 | spacecraft at the other end |
//! | 4 | pass |
//! | 8 | when it came, microseconds of UTC since 1970 |
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::contact::ContactId;
//! use magpie_relay::node::orbiter::{Kind, RecordTag};
//! let tag = RecordTag { kind: Kind::Canister, damaged: true, pcid: 0, port: 0, scid: 82, pass: ContactId(4), at: Instant::from_micros(7) };
//! assert_eq!(RecordTag::parse(&tag.to_octets()), Some(tag));
//! ```

use magpie_link::clock::Instant;

use crate::contact::ContactId;

/// Octets of a tag.
pub const TAG_LEN: usize = 18;

const VERSION: u8 = 1;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A PLTU whose frame was accepted.
    Pltu,
    /// What was heard, as it came.
    Canister,
    /// A packet of the sequence-controlled service.
    Packet,
}

/// What is known of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordTag {
    /// What it is.
    pub kind: Kind,
    /// The check between transceiver and memory failed.
    pub damaged: bool,
    /// Physical channel.
    pub pcid: u8,
    /// Port.
    pub port: u8,
    /// Spacecraft at the other end.
    pub scid: u16,
    /// Pass.
    pub pass: ContactId,
    /// When it came.
    pub at: Instant,
}

impl RecordTag {
    /// As octets.
    pub fn to_octets(&self) -> [u8; TAG_LEN] {
        let mut octets = [0; TAG_LEN];
        let kind = match self.kind {
            Kind::Pltu => 1,
            Kind::Canister => 2,
            Kind::Packet => 3,
        };
        let head = [
            VERSION,
            kind,
            u8::from(self.damaged),
            (self.pcid & 1) << 7 | (self.port & 7),
        ];
        let fields = head
            .into_iter()
            .chain(self.scid.to_be_bytes())
            .chain(self.pass.0.to_be_bytes())
            .chain(self.at.as_micros().to_be_bytes());
        for (slot, octet) in octets.iter_mut().zip(fields) {
            *slot = octet;
        }
        octets
    }

    /// From octets; `None` if they are of another version or length.
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let octets: &[u8; TAG_LEN] = octets.try_into().ok()?;
        let [
            VERSION,
            kind,
            flags,
            line,
            s0,
            s1,
            p0,
            p1,
            p2,
            p3,
            time @ ..,
        ] = *octets
        else {
            return None;
        };
        let kind = match kind {
            1 => Kind::Pltu,
            2 => Kind::Canister,
            3 => Kind::Packet,
            _ => return None,
        };
        let reserved = flags > 1 || line & 0x78 != 0;
        (!reserved).then_some(Self {
            kind,
            damaged: flags == 1,
            pcid: line >> 7,
            port: line & 7,
            scid: u16::from_be_bytes([s0, s1]),
            pass: ContactId(u32::from_be_bytes([p0, p1, p2, p3])),
            at: Instant::from_micros(u64::from_be_bytes(time)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_the_octets_of_the_table() {
        let tag = RecordTag {
            kind: Kind::Pltu,
            damaged: false,
            pcid: 1,
            port: 5,
            scid: 0x152,
            pass: ContactId(0x0102_0304),
            at: Instant::from_micros(0x0A0B_0C0D_0E0F_1011),
        };
        let octets = [
            1, 1, 0, 0x85, 1, 0x52, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17,
        ];
        assert_eq!(tag.to_octets(), octets);
        assert_eq!(RecordTag::parse(&octets), Some(tag));
        for (at, wrong) in [(0, 2), (1, 0), (1, 4), (2, 2), (3, 0x8D)] {
            let mut bad = octets;
            bad[at] = wrong;
            assert_eq!(RecordTag::parse(&bad), None, "octet {at} is {wrong}");
        }
        assert_eq!(RecordTag::parse(&octets[1..]), None);
    }
}
