//! What a stream of packets amounts to: how many, how long, whose, and one hash over all of them.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Running count of complete packets in order of arrival.
///
/// The hash runs over the packets' octets one after the other, header included, so two decoders that found the same packets in the same
/// order have the same hash.
#[derive(Debug, Clone, Default)]
pub struct PacketTally {
    packets: u64,
    octets: u64,
    per_apid: BTreeMap<u16, u64>,
    encapsulation_packets: u64,
    hash: Sha256,
}

/// A [`PacketTally`] as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PacketSummary {
    /// Complete space packets.
    pub packets: u64,
    /// Their octets, headers included.
    pub bytes: u64,
    /// Complete space packets by APID; idle packets (APID 2047) count like the others.
    pub packets_per_apid: BTreeMap<u16, u64>,
    /// Complete encapsulation packets; their octets are in the hash and in `bytes`.
    #[serde(skip_serializing_if = "is_zero")]
    pub encapsulation_packets: u64,
    /// SHA-256 over all packets in order.
    pub sha256_of_packets: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl PacketTally {
    /// Counts one complete packet; `apid` is absent for an encapsulation packet.
    pub fn count(&mut self, apid: Option<u16>, octets: &[u8]) {
        match apid {
            Some(apid) => {
                self.packets += 1;
                *self.per_apid.entry(apid).or_default() += 1;
            }
            None => self.encapsulation_packets += 1,
        }
        self.octets += octets.len() as u64;
        self.hash.update(octets);
    }

    /// Have any packets been counted?
    pub fn is_empty(&self) -> bool {
        self.packets == 0 && self.encapsulation_packets == 0
    }

    /// The counts and the hash so far.
    pub fn summary(&self) -> PacketSummary {
        PacketSummary {
            packets: self.packets,
            bytes: self.octets,
            packets_per_apid: self.per_apid.clone(),
            encapsulation_packets: self.encapsulation_packets,
            sha256_of_packets: to_hex(&self.hash.clone().finalize()),
        }
    }
}

/// Lower-case hexadecimal, two digits an octet.
pub fn to_hex(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(
        String::with_capacity(octets.len() * 2),
        |mut text, octet| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{octet:02x}");
            text
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_that_of_the_octets_in_a_row() {
        // FIPS 180-4 example: SHA-256("abc").
        let mut tally = PacketTally::default();
        tally.count(Some(5), b"a");
        tally.count(None, b"bc");
        let summary = tally.summary();
        assert_eq!(
            summary.sha256_of_packets,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            (
                summary.packets,
                summary.bytes,
                summary.encapsulation_packets
            ),
            (1, 3, 1)
        );
        assert_eq!(summary.packets_per_apid, BTreeMap::from([(5, 1)]));
    }
}
