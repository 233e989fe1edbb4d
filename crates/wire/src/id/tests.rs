extern crate std;
use super::*;
use std::string::ToString;

/// Widths as the field tables of the books give them; every number just inside and just outside.
#[test]
fn each_width_is_enforced() {
    assert_eq!(Scid::new(1023).map(Scid::get), Some(1023));
    assert_eq!(Scid::new(1024), None);
    assert_eq!(Pcid::new(1), Some(Pcid::Pcid1));
    assert_eq!(Pcid::new(2), None);
    assert_eq!(PortId::new(7).map(PortId::get), Some(7));
    assert_eq!(PortId::new(8), None);
    assert_eq!(Vcid::new(63).map(Vcid::get), Some(63));
    assert_eq!(Vcid::new(64), None);
    assert_eq!(MapId::new(15).map(MapId::get), Some(15));
    assert_eq!(MapId::new(16), None);
    assert_eq!(TcMapId::new(63).map(TcMapId::get), Some(63));
    assert_eq!(TcMapId::new(64), None);
    assert_eq!(Apid::new(2047), Some(Apid::IDLE));
    assert_eq!(Apid::new(2048), None);
    assert_eq!(AosScid::new(255).get(), 255);
    assert_eq!(UslpScid::new(65_535).get(), 65_535);
}

/// Origin: version numbers `00`, `01`, `10`, `1100` of the frame books, by first octets written out.
#[test]
fn version_of_every_first_octet() {
    for octet in 0..=0xFF_u8 {
        let expected = match octet {
            0x00..=0x3F => Some(Tfvn::Version1),
            0x40..=0x7F => Some(Tfvn::Version2),
            0x80..=0xBF => Some(Tfvn::Version3),
            0xC0..=0xCF => Some(Tfvn::Version4),
            0xD0..=0xFF => None,
        };
        assert_eq!(Tfvn::of(octet), expected, "{octet:02X}");
    }
}

#[test]
fn a_global_channel_reads_well() {
    let gvcid = Gvcid::new(Mcid::aos(AosScid::new(42)), Vcid::MAX);
    assert_eq!(gvcid.to_string(), "AOS (Version-2) SCID 42 VC 63");
    assert_ne!(
        Mcid::version1(Scid::new(42).unwrap()),
        Mcid::uslp(UslpScid::new(42))
    );
    assert_eq!(Mcid::uslp(UslpScid::new(7)).scid(), 7);
}
