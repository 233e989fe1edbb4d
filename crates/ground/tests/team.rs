//! The rover's team: PDUs against published vectors, files from pieces in any order, hostile octets.
//!
//! PDU octets come from the field tables and vectors of 727.0-B-5, frames from those of 211.0-B-6; the CRC-32 of "123456789" is 51693C0C by the published
//! vectors of 211.2-B annex C.

use magpie_ground::team::pdu::{self, parse};
use magpie_ground::team::{
    Completion, FileAssembly, Gain, Pdu, PduRefusal, Refusal, Team, TeamConfig, TransactionId,
};
use magpie_wire::id::{Apid, Scid};
use proptest::prelude::*;

const CRC: u32 = 0x5169_3C0C;

/// Octets from hexadecimal digits and blanks.
fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|d| u8::try_from(d).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

const ID: TransactionId = TransactionId {
    source: 1,
    number: 7,
    destination: 2,
};

fn file() -> FileAssembly {
    FileAssembly::new(ID, 1 << 20)
}

fn metadata(size: u64, checksum: pdu::ChecksumKind) -> Pdu<'static> {
    Pdu::Metadata {
        name: b"photo.pgm",
        size,
        checksum,
    }
}

fn eof(checksum: u32, size: u64) -> Pdu<'static> {
    Pdu::Eof {
        condition: 0,
        checksum,
        size,
    }
}

#[test]
fn published_pdus_are_read() {
    //= 727.0-B-5 eof
    let octets = hex("20000A000107020400DEADBEEF00000014");
    assert_eq!(
        parse(&octets),
        Ok((
            ID,
            Pdu::Eof {
                condition: 0,
                checksum: 0xDEAD_BEEF,
                size: 20
            }
        ))
    );
    let with_crc = hex("22000C000107020400DEADBEEF00000014D6CD");
    assert_eq!(
        parse(&with_crc),
        Ok((
            ID,
            Pdu::Eof {
                condition: 0,
                checksum: 0xDEAD_BEEF,
                size: 20
            }
        ))
    );
    //= 727.0-B-5 metadata
    for first in ["20", "24"] {
        let octets = hex(&format!(
            "{first}001E000107020700000000140C646F776E6C696E6B2E6461740A75706C696E6B2E646174"
        ));
        let expected = Pdu::Metadata {
            name: b"uplink.dat",
            size: 20,
            checksum: pdu::ChecksumKind::Modular,
        };
        assert_eq!(parse(&octets), Ok((ID, expected)));
    }
    //= 727.0-B-5 file-data
    let octets = hex("30000C0001070200000000534F4C2031323437");
    assert_eq!(
        parse(&octets),
        Ok((
            ID,
            Pdu::FileData {
                offset: 0,
                octets: b"SOL 1247"
            }
        ))
    );
}

#[test]
fn pdus_for_others_and_broken_ones_are_refused_by_reason() {
    let refused = |digits: &str| parse(&hex(digits)).unwrap_err();
    assert_eq!(refused(""), PduRefusal::Header);
    assert_eq!(
        refused("40000A000107020400DEADBEEF00000014"),
        PduRefusal::Header
    );
    assert_eq!(
        refused("280011000107020800000000000000140000000800000010"),
        PduRefusal::Direction
    );
    assert_eq!(
        refused("200011000107020800000000000000140000000800000010"),
        PduRefusal::Directive
    );
    assert_eq!(
        refused("20000A000107020400DEADBEEF000000"),
        PduRefusal::Length
    );
    assert_eq!(
        refused("20000A000107020400DEADBEEF0000001400"),
        PduRefusal::Length
    );
    assert_eq!(
        refused("22000C000107020400DEADBEEF00000014D6CC"),
        PduRefusal::Crc
    );
    // A condition code and a type of checksum that the book does not define.
    assert_eq!(
        refused("20000A0001070204D0DEADBEEF00000014"),
        PduRefusal::Field
    );
    assert_eq!(
        refused("20000800010702070900000014 00 00"),
        PduRefusal::Field
    );
    // A name that runs over the end of the PDU; the CRC of the PDU would lie inside it.
    assert_eq!(refused("20000800010702070000000014 05"), PduRefusal::Length);
    // A large-file offset, and segment metadata, with no room for them.
    assert_eq!(refused("31000400010702 00000000"), PduRefusal::Length);
    assert_eq!(refused("300005080107023F 00000000"), PduRefusal::Length);
}

#[test]
fn a_file_from_pieces_in_any_order() {
    //= 727.0-B-5 checksum-type-1
    let mut file = file();
    assert_eq!(file.completion(), Completion::SizeUnknown);
    file.handle_pdu(
        0,
        &Pdu::FileData {
            offset: 6,
            octets: b"789",
        },
    )
    .unwrap();
    file.handle_pdu(0, &eof(CRC, 9)).unwrap();
    assert_eq!(file.completion(), Completion::Missing { octets: 6 });
    file.handle_pdu(
        3,
        &Pdu::FileData {
            offset: 0,
            octets: b"1234",
        },
    )
    .unwrap();
    file.handle_pdu(3, &metadata(9, pdu::ChecksumKind::Proximity1))
        .unwrap();
    assert_eq!(file.completion(), Completion::Missing { octets: 2 });
    assert_eq!(file.content(), b"1234\x00\x00789");
    let overlapping = file.handle_pdu(
        3,
        &Pdu::FileData {
            offset: 3,
            octets: b"4567",
        },
    );
    assert_eq!(
        overlapping,
        Some(Gain {
            octets: 4,
            is_new: true
        })
    );
    assert_eq!(
        (file.completion(), file.content()),
        (Completion::Complete, b"123456789".to_vec())
    );
    assert_eq!(
        (file.duplicate_octets(), file.contradictory_octets()),
        (2, 0)
    );
    let by_pass: Vec<(u16, u64)> = file
        .coverage_by_pass()
        .iter()
        .map(|(&pass, set)| (pass, set.total()))
        .collect();
    assert_eq!(by_pass, [(0, 3), (3, 7)]);
    assert_eq!(file.safe_name(), "photo.pgm");
}

#[test]
fn repeats_change_nothing() {
    let mut file = file();
    let pieces = [
        metadata(9, pdu::ChecksumKind::Proximity1),
        Pdu::FileData {
            offset: 0,
            octets: b"123456789",
        },
        eof(CRC, 9),
    ];
    let gains: Vec<bool> = pieces
        .iter()
        .cycle()
        .take(9)
        .map(|pdu| file.handle_pdu(1, pdu).unwrap().is_new)
        .collect();
    assert_eq!(
        gains,
        [true, true, true, false, false, false, false, false, false]
    );
    assert_eq!(
        file.handle_pdu(2, &pieces[1]),
        Some(Gain {
            octets: 9,
            is_new: true
        }),
        "new for another pass"
    );
    assert_eq!(
        (
            file.completion(),
            file.duplicate_octets(),
            file.contradictory_directives()
        ),
        (Completion::Complete, 27, 0)
    );
}

#[test]
fn contradictions_are_counted_and_never_overwrite() {
    let mut file = file();
    file.handle_pdu(0, &metadata(9, pdu::ChecksumKind::Proximity1))
        .unwrap();
    file.handle_pdu(
        0,
        &Pdu::FileData {
            offset: 0,
            octets: b"12345",
        },
    )
    .unwrap();
    file.handle_pdu(
        1,
        &Pdu::FileData {
            offset: 2,
            octets: b"3x5678",
        },
    )
    .unwrap();
    assert_eq!(
        (file.content(), file.contradictory_octets()),
        (b"12345678".to_vec(), 1)
    );
    file.handle_pdu(
        1,
        &Pdu::FileData {
            offset: 7,
            octets: b"?9",
        },
    )
    .unwrap();
    file.handle_pdu(1, &eof(CRC, 9)).unwrap();
    assert_eq!(
        (file.completion(), file.contradictory_octets()),
        (Completion::Complete, 2)
    );
    file.handle_pdu(2, &metadata(10, pdu::ChecksumKind::Proximity1))
        .unwrap();
    file.handle_pdu(2, &eof(CRC + 1, 9)).unwrap();
    assert_eq!(
        (file.completion(), file.contradictory_directives()),
        (Completion::Complete, 2),
        "the first ones were kept"
    );
}

#[test]
fn what_is_missing_or_wrong_has_a_name() {
    let all = Pdu::FileData {
        offset: 0,
        octets: b"123456789",
    };
    let play = |pdus: &[Pdu<'static>]| {
        let mut file = file();
        for pdu in pdus {
            file.handle_pdu(0, pdu).unwrap();
        }
        file.completion()
    };
    let announced = metadata(9, pdu::ChecksumKind::Proximity1);
    assert_eq!(play(&[announced, all]), Completion::NoEof);
    assert_eq!(play(&[all, eof(CRC, 9)]), Completion::NoMetadata);
    assert_eq!(
        play(&[announced, all, eof(CRC ^ 1, 9)]),
        Completion::ChecksumFailed
    );
    assert_eq!(
        play(&[announced, all, eof(CRC, 8)]),
        Completion::SizesDisagree
    );
    assert_eq!(
        play(&[
            announced,
            all,
            Pdu::Eof {
                condition: 15,
                checksum: 0,
                size: 9
            }
        ]),
        Completion::Cancelled { condition: 15 }
    );
    assert_eq!(
        play(&[metadata(9, pdu::ChecksumKind::Other(2)), all, eof(CRC, 9)]),
        Completion::ChecksumUnsupported
    );
    assert_eq!(
        play(&[metadata(9, pdu::ChecksumKind::Null), all, eof(0, 9)]),
        Completion::Complete
    );
    assert_eq!(
        play(&[metadata(0, pdu::ChecksumKind::Null), eof(0, 0)]),
        Completion::Complete
    );
}

#[test]
fn memory_does_not_follow_what_is_announced() {
    let mut file = file();
    file.handle_pdu(0, &metadata(u64::MAX, pdu::ChecksumKind::Proximity1))
        .unwrap();
    assert_eq!(
        file.handle_pdu(
            0,
            &Pdu::FileData {
                offset: u64::MAX,
                octets: b"x"
            }
        ),
        None
    );
    assert_eq!(
        file.handle_pdu(
            0,
            &Pdu::FileData {
                offset: (1 << 20) - 1,
                octets: b"xy"
            }
        ),
        None
    );
    assert!(
        file.handle_pdu(
            0,
            &Pdu::FileData {
                offset: (1 << 20) - 2,
                octets: b"xy"
            }
        )
        .is_some()
    );
    assert_eq!(file.content().len(), 1 << 20);
    assert_eq!(
        file.completion(),
        Completion::Missing {
            octets: u64::MAX - 2
        }
    );
}

#[test]
fn a_name_from_the_air_leads_nowhere() {
    for (name, safe) in [
        ("photo.pgm", "photo.pgm"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\a.bin", "a.bin"),
        ("..", "transaction-1-7"),
        ("/", "transaction-1-7"),
        ("", "transaction-1-7"),
        ("a\nb\0c", "a_b_c"),
        (".hidden", ".hidden"),
        ("what?", "what_"),
    ] {
        let mut file = file();
        file.handle_pdu(
            0,
            &Pdu::Metadata {
                name: name.as_bytes(),
                size: 1,
                checksum: pdu::ChecksumKind::Null,
            },
        )
        .unwrap();
        assert_eq!(file.safe_name(), safe, "{name:?}");
    }
}

fn team() -> Team {
    Team::new(TeamConfig {
        rover: Scid::new(82).unwrap(),
        relay: Scid::new(65).unwrap(),
        apid: Apid::new(1024).unwrap(),
        entity: 2,
        limit_octets: 1 << 16,
    })
}

/// A Version-3 frame: expedited user data from spacecraft 82 (source) with this packet.
fn frame(first_octets: [u8; 2], packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(5 + packet.len() - 1).unwrap().to_be_bytes();
    [&first_octets[..], &length, &[0], packet].concat()
}

fn packet(apid: u16, pdu: &[u8]) -> Vec<u8> {
    let length = u16::try_from(pdu.len() - 1).unwrap().to_be_bytes();
    [&apid.to_be_bytes()[..], &[0xC0, 0], &length, pdu].concat()
}

#[test]
fn frames_that_are_not_ours_are_refused_by_reason() {
    let pdu = hex("30000C0001070200000000534F4C2031323437");
    let good = frame([0xA0, 82], &packet(1024, &pdu));
    let mut team = team();
    assert_eq!(
        team.handle_frame(0, &good),
        Ok(Gain {
            octets: 8,
            is_new: true
        })
    );
    assert_eq!(
        team.handle_frame(0, &good),
        Ok(Gain {
            octets: 8,
            is_new: false
        })
    );
    let mut refused = |octets: &[u8]| team.handle_frame(0, octets).unwrap_err();
    assert_eq!(refused(&good[..20]), Refusal::Frame);
    assert_eq!(
        refused(&frame([0xA0, 83], &packet(1024, &pdu))),
        Refusal::Spacecraft
    );
    assert_eq!(
        refused(&frame([0xAC, 82], &packet(1024, &pdu))),
        Refusal::Construction
    );
    assert_eq!(
        refused(&frame([0xA0, 82], &packet(1025, &pdu))),
        Refusal::Apid
    );
    assert_eq!(
        refused(&frame([0xA0, 82], &packet(1024, &pdu)[..20])),
        Refusal::Packet
    );
    assert_eq!(
        refused(&frame([0xA0, 82], &packet(1024, &pdu[..18]))),
        Refusal::Pdu(PduRefusal::Length)
    );
    let mut other = pdu.clone();
    other[6] = 3;
    assert_eq!(
        refused(&frame([0xA0, 82], &packet(1024, &other))),
        Refusal::Entity
    );
    let far = hex("31 0009 00 01 07 02 0000000100000000 58");
    assert_eq!(
        refused(&frame([0xA0, 82], &packet(1024, &far))),
        Refusal::Limit
    );
    assert_eq!(team.files().count(), 1);
}

proptest! {
    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = parse(&octets);
    }

    /// Headers that are nearly right reach deeper: flags, lengths and directive codes at random, the length field fitting.
    #[test]
    fn any_body_behind_a_fitting_header(first in 0x20u8..0x40, lengths: u8, body in proptest::collection::vec(any::<u8>(), 0..40), code in 0u8..16) {
        let mut body = body;
        if let Some(directive) = body.first_mut() {
            *directive = code;
        }
        let ids = 2 * (usize::from(lengths >> 4 & 7) + 1) + usize::from(lengths & 7) + 1;
        let mut octets = vec![first, 0, u8::try_from(body.len()).unwrap(), lengths];
        octets.extend(std::iter::repeat_n(1, ids));
        octets.extend(&body);
        let _ = parse(&octets);
    }

    /// Pieces of one file in any order, cut anywhere, give that file.
    #[test]
    fn any_cut_and_order(content in proptest::collection::vec(any::<u8>(), 1..2_000), cuts in proptest::collection::vec((any::<prop::sample::Index>(), 1usize..300, 0u16..4), 0..60)) {
        let mut file = file();
        let mut flags = vec![false; content.len()];
        for (at, len, pass) in cuts {
            let from = at.index(content.len());
            let to = content.len().min(from + len);
            file.handle_pdu(pass, &Pdu::FileData { offset: from as u64, octets: &content[from..to] }).unwrap();
            flags[from..to].fill(true);
        }
        prop_assert_eq!(file.octets_there(), flags.iter().filter(|&&flag| flag).count() as u64);
        prop_assert_eq!(file.contradictory_octets(), 0);
        let got = file.content();
        for (at, &flag) in flags.iter().enumerate() {
            if flag {
                prop_assert_eq!(got[at], content[at]);
            }
        }
    }
}
