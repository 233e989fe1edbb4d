use super::*;
use crate::error::EmitError;
use proptest::prelude::*;

fn format(coarse: u8, fine: u8) -> CucFormat {
    CucFormat::new(coarse, fine).unwrap()
}

const CDS_16: CdsFormat = CdsFormat {
    epoch: CdsEpoch::Ccsds,
    day_length: DayLength::Bits16,
    sub_millisecond: SubMillisecond::None,
};
const CDS_24_US: CdsFormat = CdsFormat {
    epoch: CdsEpoch::Agency,
    day_length: DayLength::Bits24,
    sub_millisecond: SubMillisecond::Microseconds,
};

/// Facts, from AST `vectors/tcf/timecode.json`: P-field 10, then the same corpus' other P-fields.
#[test]
fn cuc_p_field_vectors() {
    //= 301.0-B-4 p-field
    //= 301.0-B-4 cuc-p-field
    //= 301.0-B-4 cuc-p-field-2
    let shortest = CucPField::new(CucEpoch::Ccsds, format(1, 0));
    let widest_basic = CucPField::new(CucEpoch::Ccsds, format(4, 3));
    // A400: level 2, detail 4 (2 coarse, 0 fine), an extension that adds nothing; A47F: all its bits but the first.
    let padded = CucPField::new(CucEpoch::Agency, format(2, 0)).with_mission_bits(0);
    for (octets, p_field) in [
        (&[0x10][..], shortest),
        (&[0x1F], widest_basic),
        (&[0xA4, 0x00], padded),
    ] {
        assert_eq!(CucPField::parse(octets), Ok((p_field, &[][..])));
        let mut out = [0; 2];
        assert_eq!(p_field.emit(&mut out), Ok(octets.len()));
        assert_eq!(&out[..octets.len()], octets);
    }
    let (full, _) = CucPField::parse(&[0xA4, 0x7F]).unwrap();
    let extension = CucPFieldExtension {
        extra_coarse: 3,
        extra_fine: 7,
        mission: 3,
    };
    assert_eq!(
        (full.extension(), full.format()),
        (Some(extension), format(5, 7))
    );
    assert_eq!(
        (full.epoch(), full.id()),
        (CucEpoch::Agency, TimeCodeId::CucLevel2)
    );
    // The corpus' rejection: a third octet is not defined.
    assert_eq!(
        CucPField::parse(&[0xA4, 0xFF]),
        Err(TimeCodeError::Extension)
    );
}

/// Every width that a CUC can have: the shortest P-field announces it and comes back.
#[test]
fn cuc_formats_exhausted() {
    //= 301.0-B-4 cuc-p-field-2
    for coarse in 0..10 {
        for fine in 0..13 {
            let Some(format) = CucFormat::new(coarse, fine) else {
                assert!(coarse == 0 || coarse > 7 || fine > 10);
                continue;
            };
            let p_field = CucPField::new(CucEpoch::Ccsds, format);
            assert_eq!(p_field.format(), format);
            assert_eq!(p_field.len(), if coarse > 4 || fine > 3 { 2 } else { 1 });
            let mut out = [0; 2];
            let len = p_field.emit(&mut out).unwrap();
            assert_eq!(CucPField::parse(&out[..len]), Ok((p_field, &[][..])));
            assert_eq!(format.t_field_len(), usize::from(coarse + fine));
        }
    }
}

/// T-field vectors of the facts and of the same AST corpus.
#[test]
fn cuc_t_field_vectors() {
    //= 301.0-B-4 cuc-t-field
    let cases: [(&[u8], CucFormat, u64, u64); 4] = [
        (&[0, 0, 0, 1, 0x80], format(4, 1), 1, 1 << 63),
        (&[0, 0, 0, 1], format(4, 0), 1, 0),
        (&[0x12, 0x34, 0x56, 0x78], format(4, 0), 0x1234_5678, 0),
        (&[0xFF; 4], format(4, 0), 0xFFFF_FFFF, 0),
    ];
    for (octets, format, seconds, fraction) in cases {
        let time = Cuc::parse(format, octets).unwrap();
        assert_eq!((time.seconds(), time.fraction()), (seconds, fraction));
        assert_eq!(Cuc::from_seconds(format, seconds, fraction), Some(time));
        let mut out = [0; 5];
        assert_eq!(time.emit(&mut out), Ok(octets.len()));
        assert_eq!(&out[..octets.len()], octets);
    }
    // The corpus' rejections: no T-field at all; half of one.
    let error = TimeCodeError::Truncated { need: 1, have: 0 };
    assert_eq!(TimeCode::parse(&[0x10]), Err(error));
    let error = TimeCodeError::Truncated { need: 4, have: 2 };
    assert_eq!(TimeCode::parse(&[0x1C, 0, 0]), Err(error));
    let error = TimeCodeError::Length { need: 4, have: 5 };
    assert_eq!(Cuc::parse(format(4, 0), &[0; 5]), Err(error));
}

/// Facts: Prox-1 clock LSB 2^-24 s = 59.6 ns, delay LSB 2^-16 s = 15.26 µs.
#[test]
fn proximity_1_widths() {
    //= 301.0-B-4 prox1-widths
    let clock = Cuc::from_ticks(CucFormat::PROX1_CLOCK, 1).unwrap();
    assert_eq!(
        (clock.seconds(), clock.fraction(), clock.nanoseconds()),
        (0, 1 << 40, 59)
    );
    let delay = Cuc::from_ticks(CucFormat::PROX1_DELAY, 1).unwrap();
    assert_eq!((delay.fraction(), delay.nanoseconds()), (1 << 48, 15_258));
    assert_eq!(Cuc::from_ticks(CucFormat::PROX1_DELAY, 1 << 24), None);
    assert_eq!(Cuc::from_seconds(CucFormat::PROX1_DELAY, 256, 0), None);
    // 12:34:56 and a quarter after the epoch: 45,296.25 s = B0F0 seconds, fraction 40 00 00.
    let time = Cuc::from_seconds(CucFormat::PROX1_CLOCK, 45_296, 1 << 62).unwrap();
    let mut out = [0; 8];
    time.emit(&mut out).unwrap();
    assert_eq!(out, [0, 0, 0, 0xB0, 0xF0, 0x40, 0, 0]);
    assert_eq!(time.ticks(), Some(0x00B0_F040_0000));
    assert_eq!(
        time.emit(&mut [0; 7]),
        Err(EmitError::NoSpace { need: 8, have: 7 })
    );
}

#[test]
fn widest_cuc() {
    let octets = [0xFF; 17];
    let time = Cuc::parse(format(7, 10), &octets).unwrap();
    assert_eq!((time.seconds(), time.fraction()), ((1 << 56) - 1, u64::MAX));
    assert_eq!(time.fine(), (1 << 80) - 1);
    assert_eq!((time.ticks(), time.nanoseconds()), (None, 999_999_999));
    let mut out = [0; 17];
    assert_eq!(time.emit(&mut out), Ok(17));
    assert_eq!(out, octets);
    assert_eq!(
        Cuc::parse(format(6, 10), &octets[..16]).unwrap().ticks(),
        Some(u128::MAX)
    );
}

/// T-field vectors of the facts and of the same AST corpus.
#[test]
fn cds_t_field_vectors() {
    //= 301.0-B-4 cds-t-field
    let cases: [(&[u8], CdsFormat, [u32; 3]); 3] = [
        (
            &[0x12, 0x34, 0x05, 0x26, 0x5B, 0xFF],
            CDS_16,
            [0x1234, 86_399_999, 0],
        ),
        (&[0, 1, 0, 0, 0, 0], CDS_16, [1, 0, 0]),
        (&[0, 0, 1, 0, 0, 0, 1, 0, 2], CDS_24_US, [1, 1, 2]),
    ];
    for (octets, format, [day, milliseconds, below]) in cases {
        let time = Cds::parse(format, octets).unwrap();
        assert_eq!(
            (
                time.day(),
                time.millisecond_of_day(),
                time.sub_millisecond()
            ),
            (day, milliseconds, below)
        );
        assert_eq!(Cds::new(format, day, milliseconds, below), Some(time));
        let mut out = [0; 11];
        assert_eq!(time.emit(&mut out), Ok(octets.len()));
        assert_eq!(&out[..octets.len()], octets);
    }
    let time = Cds::new(CDS_24_US, 1, 1, 2).unwrap();
    assert_eq!(time.picosecond_of_day(), 1_002_000_000); // 1.002 ms
}

/// All sixteen details of a CDS P-field, read off the table of the facts bit by bit.
#[test]
fn cds_p_fields_exhausted() {
    //= 301.0-B-4 cds-p-field
    for detail in 0..16_u8 {
        let octet = 0x40 | detail;
        let octets = [octet, 9];
        let parsed = CdsPField::parse(&octets);
        if detail & 0b11 == 0b11 {
            assert_eq!(parsed, Err(TimeCodeError::ReservedSubMillisecond));
            continue;
        }
        let (p_field, rest) = parsed.unwrap();
        let CdsFormat {
            epoch,
            day_length,
            sub_millisecond,
        } = p_field.format();
        assert_eq!(epoch == CdsEpoch::Agency, detail & 8 != 0);
        assert_eq!(day_length == DayLength::Bits24, detail & 4 != 0);
        assert_eq!(sub_millisecond.len(), usize::from(detail & 3) * 2);
        assert_eq!((p_field.to_octet(), rest), (octet, &[9][..]));
        assert_eq!(CdsPField::new(p_field.format()), p_field);
    }
    assert_eq!(CdsPField::parse(&[0xC0]), Err(TimeCodeError::Extension));
}

#[test]
fn cds_ranges() {
    let parse = |format, octets: &[u8]| Cds::parse(format, octets).unwrap_err();
    // 86,400,999 is the last millisecond of a day with a leap second.
    assert!(Cds::new(CDS_16, 0, 86_400_999, 0).is_some());
    let error = TimeCodeError::MillisecondOfDay {
        milliseconds: 86_401_000,
    };
    assert_eq!(parse(CDS_16, &[0, 0, 0x05, 0x26, 0x5F, 0xE8]), error);
    let error = TimeCodeError::SubMillisecond { value: 1000 };
    assert_eq!(parse(CDS_24_US, &[0, 0, 0, 0, 0, 0, 0, 0x03, 0xE8]), error);
    assert_eq!(Cds::new(CDS_16, 0x1_0000, 0, 0), None);
    assert_eq!(Cds::new(CDS_24_US, 0x100_0000, 0, 0), None);
    assert_eq!(Cds::new(CDS_16, 0, 0, 1), None);
}

/// All 256 first octets: which code they announce, by the table of the facts.
#[test]
fn code_identifications_exhausted() {
    //= 301.0-B-4 p-field
    for first in 0..=255_u8 {
        let octets = [first, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let code = TimeCode::parse(&octets);
        match (first >> 4) & 7 {
            1 | 2 => assert!(matches!(code, Ok((TimeCode::Cuc(..), _)))),
            4 if first & 0x83 < 3 => assert!(matches!(code, Ok((TimeCode::Cds(..), _)))),
            4 => assert!(code.is_err()),
            5 => assert_eq!(
                code,
                Err(TimeCodeError::OtherCode {
                    id: TimeCodeId::Ccs
                })
            ),
            6 => assert_eq!(
                code,
                Err(TimeCodeError::OtherCode {
                    id: TimeCodeId::Agency
                })
            ),
            id => assert_eq!(code, Err(TimeCodeError::UnknownCode { id })),
        }
    }
}

proptest! {
    #[test]
    fn any_octets_never_panic_and_round_trip(octets in proptest::collection::vec(any::<u8>(), 0..24)) {
        if let Ok((code, rest)) = TimeCode::parse(&octets) {
            let mut out = [0; 24];
            let used = match code {
                TimeCode::Cuc(p_field, time) => {
                    let at = p_field.emit(&mut out).unwrap();
                    at + time.emit(&mut out[at..]).unwrap()
                }
                TimeCode::Cds(p_field, time) => {
                    let at = p_field.emit(&mut out).unwrap();
                    at + time.emit(&mut out[at..]).unwrap()
                }
            };
            prop_assert_eq!(used + rest.len(), octets.len());
            prop_assert_eq!(&out[..used], &octets[..used]);
        }
    }

    /// Cutting a time down to a format loses less than one of its units.
    #[test]
    fn cuc_conversions(coarse in 1..8_u8, fine in 0..11_u8, seconds in 0..256_u64, fraction: u64) {
        let time = Cuc::from_seconds(format(coarse, fine), seconds, fraction).unwrap();
        prop_assert_eq!(time.seconds(), seconds);
        let lost = fraction - time.fraction();
        prop_assert!(u128::from(lost) < 1 << (64 - 8 * u32::from(fine.min(8))));
        if let Some(ticks) = time.ticks() {
            prop_assert_eq!(Cuc::from_ticks(format(coarse, fine), ticks), Some(time));
        }
    }

    #[test]
    fn cds_values_round_trip(day in 0..0x1_0000_u32, milliseconds in 0..86_401_000_u32, below in 0..1_000_000_000_u32) {
        let format = CdsFormat { sub_millisecond: SubMillisecond::Picoseconds, ..CDS_16 };
        let time = Cds::new(format, day, milliseconds, below).unwrap();
        let mut out = [0; 10];
        prop_assert_eq!(time.emit(&mut out), Ok(10));
        prop_assert_eq!(Cds::parse(format, &out), Ok(time));
        prop_assert_eq!(time.picosecond_of_day(), u64::from(milliseconds) * 1_000_000_000 + u64::from(below));
    }
}
