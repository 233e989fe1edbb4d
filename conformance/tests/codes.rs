//! Worked vectors of the codes against the public API: check sums, sequences, convolutional and Reed-Solomon codes, whole AOS frames.
//!
//! Origin of every literal: the tables of the facts, with the source named there (AST: vectors of ravisuhag/astro; YAM: Yamcs tests; RC: Rocket-Chip unit tests;
//! FEC: libfec; C: a script of their own from the polynomials). None comes from the code under test.

use hex::{decode, encode_upper};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::crc::{crc16_fecf, crc32_proximity};
use magpie_coding::fhec;
use magpie_coding::idle::Idle;
use magpie_coding::randomizer::Randomizer;
use magpie_coding::reed_solomon::{Basis, ReedSolomon, RsCode};
use magpie_wire::aos::{AosFrame, AosParameters};

fn octets(hex: &str) -> Vec<u8> {
    decode(hex).expect("a literal")
}

//= 211.2-B-3 annex C
#[test]
fn proximity_1_crc_32() {
    let vectors = [
        ("", "00000000"),                   // AST, C
        ("313233343536373839", "51693C0C"), // AST (Yamcs 5.13.5), C
        ("12345678", "34D74CB3"),           // YAM Crc32Test, C
        ("01020304", "55B8622D"),           // AST (Yamcs), C
        ("FFFFFFFF", "71800472"),           // AST, C
        ("DEADBEEF", "4440D14C"),           // AST, C
        ("8000000400", "BCC004E7"),         // RC test_pltu, C
        ("8000000500AA", "85C4556E"),       // RC test_pltu, C
    ];
    for (input, crc) in vectors {
        assert_eq!(
            encode_upper(crc32_proximity(&octets(input)).to_be_bytes()),
            crc,
            "{input}"
        );
    }
}

/// The first octets of each sequence (131.0, 231.0 and 211.2 facts; AST and C), and of the idle pattern.
//= 131.0-B randomizer-short
//= 131.0-B randomizer-long
//= 231.0-B randomizer
//= 132.0-B-3 oid-fill
//= 211.2-B-3 3.3
#[test]
fn sequences() {
    let start = |mut randomizer: Randomizer, len: usize| {
        let octets: Vec<u8> = (0..len).map(|_| randomizer.next_octet()).collect();
        encode_upper(octets)
    };
    assert_eq!(start(Randomizer::tm_short(), 5), "FF480EC09A");
    assert_eq!(
        start(Randomizer::tm_long(), 16),
        "1C71B91BA9BA8457B4BC5054BFD05540"
    );
    assert_eq!(
        start(Randomizer::tc(), 24),
        "FF399E5A68E906F56C892FA1315E08C052A8BBAE4EC2C7ED"
    );
    assert_eq!(start(Randomizer::idle_fill(), 10), "FFFFFFFF6DB6D861451F");
    let mut idle = [0; 10];
    Idle::new().fill(&mut idle);
    assert_eq!(encode_upper(idle), "352EF853352EF853352E");
}

/// Start state 0, C1 then inverted C2 (211.2 facts: AST, RC, FEC, C).
//= 131.0-B convolutional
#[test]
fn convolutional_code() {
    let vectors = [
        ("00", "5555"),
        ("01", "5556"),
        ("80", "BA49"),
        ("A53C", "B480E3BC"),
        ("4343534453", "6E9F232F20935319AA23"),
        ("FAF320", "8C22D10EA614"),
        ("352EF853", "5820900E66ECC123"),
    ];
    for (input, output) in vectors {
        let mut symbols = vec![0; output.len() / 2];
        let len =
            ConvolutionalEncoder::new(G2::Inverted).encode_packed(&octets(input), &mut symbols);
        assert_eq!(
            (len, encode_upper(symbols)),
            (output.len() / 2, output.to_owned()),
            "{input}"
        );
    }
}

/// Parities of the message 00 01 02 … and of 00 … 00 01, without virtual fill (131.0 facts: C from libfec's parameters, FEC).
//= 131.0-B rs-generator
//= 131.0-B rs-dual-basis
#[test]
fn reed_solomon_parities() {
    let (e16, e8) = (RsCode::E16, RsCode::E8);
    let vectors = [
        (
            e16,
            Basis::Dual,
            true,
            "4FFB92DD557EC67F27FB8982CF58F8FD028AD117FCEF6B2793D0418826578651",
        ),
        (
            e16,
            Basis::Conventional,
            true,
            "2FBD4FB4748494B9ACD554627212EEB3EBED41191DE1D36320EA49290B25ABCF",
        ),
        (
            e16,
            Basis::Dual,
            false,
            "660827F283411B8B28E61FAD2759C879C85927AD1FE6288B1B4183F227086601",
        ),
        (e8, Basis::Dual, true, "9755133F2714A3FBE0101E8F0E0AC1D2"),
        (
            e8,
            Basis::Conventional,
            true,
            "2AA9A33235AEFE260E3C55BE8F495000",
        ),
        (e8, Basis::Dual, false, "286D24C56C532D952D536CC5246D2801"),
    ];
    for (code, basis, counting, parity) in vectors {
        let len = code.message_len();
        let last = u8::try_from(len - 1).expect("239 at most");
        let mut block: Vec<u8> = (0..=last)
            .map(|i| if counting { i } else { u8::from(i == last) })
            .collect();
        block.resize(255, 0);
        let rs = ReedSolomon::new(code, 1, 0)
            .expect("the whole code")
            .with_basis(basis);
        rs.encode(&mut block).expect("255 octets");
        assert_eq!(encode_upper(&block[len..]), parity, "{code:?} {basis:?}");
    }
}

/// Spacecraft AB, virtual channel 42, count 000102 of cycle 3, data DEADBEEF, FECF; without and with header error control (732.0 facts: AST).
//= 732.0-B-4 frame-layout
//= 732.0-B-4 fhec
//= 132.0-B-3 fecf
#[test]
fn aos_frames() {
    for (frame, fhec, fecf) in [
        ("6AEA00010243DEADBEEF9E2C", None, 0x9E2C),
        ("6AEA00010243CE8EDEADBEEF3934", Some(0xCE8E), 0x3934),
    ] {
        let octets = octets(frame);
        let parameters = AosParameters {
            frame_len: octets.len(),
            fhec: fhec.is_some(),
            insert_zone_len: 0,
            ocf: false,
            fecf: true,
        };
        let frame = AosFrame::parse(&octets, &parameters).expect("a frame");
        let header = frame.header();
        assert_eq!(
            (
                header.scid.get(),
                header.vcid.get(),
                header.extended_vc_frame_count()
            ),
            (0xAB, 42, 0x0300_0102)
        );
        assert_eq!(
            (frame.data(), frame.fhec()),
            (&[0xDE, 0xAD, 0xBE, 0xEF][..], fhec)
        );
        assert_eq!(
            (frame.fecf(), crc16_fecf(frame.octets_under_fecf())),
            (Some(fecf), fecf)
        );
    }
    let mut header = [0x6A, 0xEA, 0x00, 0x01, 0x02, 0x43, 0, 0];
    fhec::encode(&mut header);
    assert_eq!(header[6..], [0xCE, 0x8E]);
}
