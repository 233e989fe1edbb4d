use super::*;
use proptest::prelude::*;

/// What a vector changes in a nominal word.
type Change = fn(&mut Clcw);

fn word(hex: u32) -> Clcw {
    Clcw::parse(&hex.to_be_bytes()).unwrap()
}

/// The vectors of the facts file (origin: AST `vectors/cop/clcw.json`), each against a value put together by hand.
#[test]
fn vectors_of_the_facts() {
    //= 232.0-B-4 clcw
    let cases: [(u32, Change); 11] = [
        (0x0100_0000, |_| {}),
        (0x01FC_0000, |clcw| clcw.vcid = Vcid::MAX),
        (0x1D00_0000, |clcw| clcw.status = 7),
        (0x0100_8000, |clcw| clcw.no_rf_available = true),
        (0x0100_4000, |clcw| clcw.no_bit_lock = true),
        (0x0100_2000, |clcw| clcw.lockout = true),
        (0x0100_1000, |clcw| clcw.wait = true),
        (0x0100_0800, |clcw| clcw.retransmit = true),
        (0x0100_0600, |clcw| clcw.farm_b_counter = 3),
        (0x0100_00FF, |clcw| clcw.report_value = SeqNum::new(255)),
        (0x15A8_AC7B, |clcw| {
            clcw.status = 5;
            clcw.vcid = Vcid::new(42).unwrap();
            clcw.no_rf_available = true;
            clcw.lockout = true;
            clcw.retransmit = true;
            clcw.farm_b_counter = 2;
            clcw.report_value = SeqNum::new(0x7B);
        }),
    ];
    for (octets, change) in cases {
        let mut value = Clcw::nominal(Vcid::new(0).unwrap(), SeqNum::new(0));
        change(&mut value);
        assert_eq!(word(octets), value, "{octets:08X}");
        assert_eq!(value.to_octets(), Ok(octets.to_be_bytes()));
    }
}

/// Every value of the flag octet and of the status and identifier octets, against plain shifts.
#[test]
fn flags_exhausted() {
    for flags in 0..=255_u32 {
        let clcw = word(0x0100_0000 | flags << 8);
        assert_eq!(clcw.no_rf_available, flags & 0x80 != 0);
        assert_eq!(clcw.no_bit_lock, flags & 0x40 != 0);
        assert_eq!(clcw.lockout, flags & 0x20 != 0);
        assert_eq!(clcw.wait, flags & 0x10 != 0);
        assert_eq!(clcw.retransmit, flags & 0x08 != 0);
        assert_eq!(u32::from(clcw.farm_b_counter), flags >> 1 & 3);
        assert_eq!(u32::from(clcw.spare), flags & 1);
        assert_eq!(
            clcw.to_octets(),
            Ok((0x0100_0000 | flags << 8).to_be_bytes())
        );
    }
    for first in 0..32_u32 {
        let clcw = word(first << 24);
        assert_eq!(
            (u32::from(clcw.status), u32::from(clcw.cop_in_effect)),
            (first >> 2, first & 3)
        );
        assert_eq!(clcw.to_octets(), Ok((first << 24).to_be_bytes()));
    }
}

#[test]
fn refusals_by_name() {
    assert_eq!(Clcw::parse(&[1, 0, 0]), Err(ClcwError::Length { have: 3 }));
    assert_eq!(
        Clcw::parse(&[1, 0, 0, 0, 0]),
        Err(ClcwError::Length { have: 5 })
    );
    assert_eq!(
        Clcw::parse(&[0x81, 0, 0, 0]),
        Err(ClcwError::ControlWordType)
    );
    assert_eq!(
        Clcw::parse(&[0x61, 0, 0, 0]),
        Err(ClcwError::Version { version: 3 })
    );
    let clcw = Clcw::nominal(Vcid::new(0).unwrap(), SeqNum::new(0));
    let wide = Clcw {
        farm_b_counter: 4,
        ..clcw
    };
    assert_eq!(
        wide.to_octets(),
        Err(EmitError::OutOfRange { max: 3, have: 4 })
    );
    assert_eq!(
        clcw.emit(&mut [0; 3]),
        Err(EmitError::NoSpace { need: 4, have: 3 })
    );
}

proptest! {
    #[test]
    fn round_trip_from_octets(octets: [u8; 4]) {
        if let Ok(clcw) = Clcw::parse(&octets) {
            prop_assert_eq!(clcw.to_octets(), Ok(octets));
            let vcid = octets[1] >> 2;
            prop_assert_eq!((clcw.vcid.get(), clcw.spare >> 1), (vcid, octets[1] & 0b11));
        }
    }
}
