//! CFDP PDUs (727.0-B-5) as the rover's team reads them: the literal vectors of the facts, and every way to cut them short.

use magpie_ground::team::pdu::{ChecksumKind, Pdu, PduRefusal, parse};
use proptest::prelude::*;

/// Vectors of the facts file (made by the Python package `spacepackets`): source 1, sequence number 7, destination 2.
const EOF: &str = "20000A000107020400DEADBEEF00000014";
const EOF_WITH_CRC: &str = "22000C000107020400DEADBEEF00000014D6CD";
const METADATA: &str = "24001E000107020700000000140C646F776E6C696E6B2E6461740A75706C696E6B2E646174";
const FILE_DATA: &str = "30000C0001070200000000534F4C2031323437";
const NAK: &str = "280011000107020800000000000000140000000800000010";

fn octets(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect()
}

//= 727.0-B-5 eof
//= 727.0-B-5 metadata
//= 727.0-B-5 file-data
#[test]
fn literal_vectors() {
    for eof in [EOF, EOF_WITH_CRC] {
        let octets = octets(eof);
        let (transaction, pdu) = parse(&octets).unwrap();
        assert_eq!(
            (
                transaction.source,
                transaction.number,
                transaction.destination
            ),
            (1, 7, 2)
        );
        assert_eq!(
            pdu,
            Pdu::Eof {
                condition: 0,
                checksum: 0xDEAD_BEEF,
                size: 0x14
            }
        );
    }
    let metadata = octets(METADATA);
    let wanted = Pdu::Metadata {
        name: b"uplink.dat",
        size: 0x14,
        checksum: ChecksumKind::Modular,
    };
    assert_eq!(parse(&metadata).unwrap().1, wanted);
    let data = octets(FILE_DATA);
    assert_eq!(
        parse(&data).unwrap().1,
        Pdu::FileData {
            offset: 0,
            octets: b"SOL 1247"
        }
    );
    assert_eq!(parse(&octets(NAK)), Err(PduRefusal::Direction));
}

/// A damaged PDU, its length field made to fit again: refused by name or read, never a panic.
#[test]
fn every_truncation_with_a_length_that_fits() {
    for vector in [EOF, EOF_WITH_CRC, METADATA, FILE_DATA] {
        let whole = octets(vector);
        for len in 7..whole.len() {
            let mut cut = whole[..len].to_vec();
            cut[2] = u8::try_from(len - 7).unwrap();
            for first in 0..=255 {
                cut[0] = first;
                let _ = parse(&cut);
            }
        }
    }
    // Found by fuzzing: an EOF whose body ends before its checksum.
    assert_eq!(
        parse(&octets("240005000000000400000045")),
        Err(PduRefusal::Length)
    );
}

proptest! {
    #[test]
    fn any_body_behind_any_header(first: u8, third: u8, body in proptest::collection::vec(any::<u8>(), 0..40)) {
        let len = u8::try_from(body.len()).unwrap();
        let ids = 2 * (usize::from(third >> 4 & 7) + 1) + usize::from(third & 7) + 1;
        let octets = [&[first, 0, len, third][..], &vec![1; ids], &body].concat();
        let _ = parse(&octets);
    }
}
