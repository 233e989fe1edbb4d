extern crate std;
use super::word::BitOrder;
use super::*;
use crate::seq::SeqNum;
use std::format;
use std::vec::Vec;

/// Bits `first` to `last` of a word as the book numbers them, from the word written out in binary.
fn bits(word: u16, first: usize, last: usize) -> u8 {
    u8::from_str_radix(&format!("{word:016b}")[first..=last], 2).unwrap()
}

/// All 65,536 words: the same word comes back, and each field is where its table puts it.
//= 211.0-B-6 B1 directive-type
//= 211.0-B-6 B1.2
//= 211.0-B-6 B1.4
//= 211.0-B-6 B1.5
//= 211.0-B-6 B1.7
//= 211.0-B-6 B1 set-control-parameters
//= 211.0-B-6 B1 report-request
//= 211.0-B-6 B1 report-source-scid
#[test]
fn every_word() {
    for word in 0..=0xFFFF_u16 {
        let directive = Directive::from_word(word);
        assert_eq!(directive.word(), word);
        let b = |first, last| bits(word, first, last);
        let flag = |bit| b(bit, bit) == 1;
        match (b(13, 15), directive) {
            (0, Directive::SetTransmitterParameters(p))
            | (2, Directive::SetReceiverParameters(p)) => {
                assert_eq!((p.mode.get(), p.data_rate.get()), (b(0, 2), b(3, 6)));
                assert_eq!(p.modulation == Modulation::NonCoherent, flag(7));
                assert_eq!(
                    (p.data_encoding as u8, p.frequency.get()),
                    (b(8, 9), b(10, 12))
                );
            }
            (1, Directive::SetControlParameters(p)) => {
                assert_eq!((p.time_sample.get(), p.duplex as u8), (b(0, 5), b(6, 8)));
                assert_eq!(p.reserved.get(), b(9, 10));
                assert_eq!((p.remote_no_more_data, p.token), (flag(11), flag(12)));
            }
            (3, Directive::SetVR(p)) => {
                assert_eq!((p.seq_ctrl_fsn.get(), p.spare.get()), (b(0, 7), b(8, 12)));
            }
            (4, Directive::ReportRequest(p)) => {
                assert_eq!(
                    (p.spare.get(), p.status_report_request.get()),
                    (b(0, 2), b(3, 7))
                );
                assert_eq!(p.time_tag_request.get(), b(8, 10));
                assert_eq!(
                    (p.pcid_0_plcw_request, p.pcid_1_plcw_request),
                    (flag(11), flag(12))
                );
            }
            (5, Directive::Reserved(p)) => assert_eq!(p.word(), word),
            (6, Directive::SetPlExtensions(p)) => {
                assert_eq!(
                    (p.direction as u8, p.frequency_table as u8),
                    (b(0, 0), b(1, 1))
                );
                assert_eq!(
                    (p.rate_table as u8, p.carrier_modulation as u8),
                    (b(2, 2), b(3, 4))
                );
                assert_eq!(
                    (p.data_modulation as u8, p.mode_select as u8),
                    (b(5, 6), b(7, 8))
                );
                assert_eq!(p.scrambler as u8, b(9, 10));
                assert_eq!(
                    (p.differential_mark_encoding, p.reed_solomon),
                    (flag(11), flag(12))
                );
            }
            (7, Directive::ReportSourceScid(p)) => {
                assert_eq!(p.source_scid.get(), word >> 6);
                assert_eq!(p.reserved.get(), b(10, 12));
            }
            (code, other) => panic!("type {code} read as {other:?}"),
        }
    }
}

/// All 65,536 words: reserved codes are refused by name, everything else passes. Codes as the tables of the facts reserve them.
//= 211.0-B-6 B1 reserved
#[test]
fn every_word_is_judged() {
    for word in 0..=0xFFFF_u16 {
        let b = |first, last| bits(word, first, last);
        let spare = |bits| {
            if bits == 0 {
                Ok(())
            } else {
                Err(DirectiveError::SpareSet { bits })
            }
        };
        let expected = match b(13, 15) {
            0 | 2 if b(0, 2) >= 6 => Err(DirectiveError::ReservedMode { code: b(0, 2) }),
            0 | 2 if [10, 11, 14, 15].contains(&b(3, 6)) => {
                Err(DirectiveError::ReservedDataRate { code: b(3, 6) })
            }
            1 if b(6, 8) >= 5 => Err(DirectiveError::ReservedDuplex { code: b(6, 8) }),
            1 => spare(b(9, 10)),
            3 => spare(b(8, 12)),
            4 if b(8, 10) >= 2 => Err(DirectiveError::ReservedTimeTag { code: b(8, 10) }),
            4 => spare(b(0, 2)),
            5 => Err(DirectiveError::ReservedType { word }),
            6 if b(5, 6) >= 2 => Err(DirectiveError::ReservedDataModulation { code: b(5, 6) }),
            6 if b(7, 8) >= 2 => Err(DirectiveError::ReservedModeSelect { code: b(7, 8) }),
            0 | 2 | 6 => Ok(()),
            _ => spare(b(10, 12)),
        };
        assert_eq!(
            Directive::from_word(word).check(RateTable::Default),
            expected,
            "{word:04X}"
        );
    }
}

/// Origin: test-vectors.md (SET V(R) 42, the two hail words, token, RNMD).
//= 211.0-B-6 B1.2
//= 211.0-B-6 B1.4
//= 211.0-B-6 B1.5
//= 211.0-B-6 B1 set-control-parameters
#[test]
fn words_of_the_facts() {
    let set_v_r = Directive::SetVR(SetVR::new(SeqNum::new(42)));
    let hail = LinkParameters {
        mode: LinkMode::PROXIMITY_1,
        data_rate: DataRateCode::new(0).unwrap(),
        modulation: Modulation::NonCoherent,
        data_encoding: DataEncoding::Bypass,
        frequency: FrequencyChannel::new(1).unwrap(),
    };
    let token = ControlParameters {
        duplex: DuplexChange::Half,
        token: true,
        ..Default::default()
    };
    let rnmd = ControlParameters {
        remote_no_more_data: true,
        ..Default::default()
    };
    let cases = [
        (set_v_r, 0x2A03),
        (Directive::SetTransmitterParameters(hail), 0x2188),
        (Directive::SetReceiverParameters(hail), 0x218A),
        (Directive::SetControlParameters(token), 0x0109),
        (Directive::SetControlParameters(rnmd), 0x0011),
    ];
    for (directive, word) in cases {
        assert_eq!(directive.word(), word);
        assert_eq!(Directive::from_word(word), directive);
        assert_eq!(directive.check(RateTable::Default), Ok(()));
    }
}

/// Conflict 1 of the facts: SET V(R) 42 is 2A03 if bit 0 comes first, 602A if it comes last; the former is in use.
//= 211.0-B-6 B1.2.1
#[test]
fn the_two_bit_orders() {
    let set_v_r =
        |order| Bits::in_order(order, 0, 8).at(42) | Bits::in_order(order, 13, 3).at(0b011);
    assert_eq!(set_v_r(BitOrder::MsbFirst), 0x2A03);
    assert_eq!(set_v_r(BitOrder::LsbFirst), 0x602A);
    assert_eq!(Directive::SetVR(SetVR::new(SeqNum::new(42))).word(), 0x2A03);
}

/// Origin: the two rate tables of the facts, kb/s by code.
//= 211.0-B-6 B1.2.6.3
//= 211.0-B-6 B1.7.10
#[test]
fn data_rates() {
    let default = [8, 8, 32, 32, 128, 128, 256, 256, 2, 4, 0, 0, 16, 64, 0, 0];
    let extended = [
        1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 0, 0, 0, 0,
    ];
    for (table, rates) in [
        (RateTable::Default, default),
        (RateTable::Extended, extended),
    ] {
        for (code, kilobits) in (0..16).zip(rates) {
            let code = DataRateCode::new(code).unwrap();
            let expected = (kilobits > 0).then_some(kilobits * 1000);
            assert_eq!(code.bits_per_second(table), expected);
        }
    }
    let code = |rate, modulation| {
        DataRateCode::for_rate(rate, RateTable::Default, modulation).map(DataRateCode::get)
    };
    assert_eq!(code(8_000, Modulation::NonCoherent), Some(0));
    assert_eq!(code(8_000, Modulation::Coherent), Some(1));
    assert_eq!(code(64_000, Modulation::Coherent), Some(13));
    assert_eq!(code(1_000, Modulation::Coherent), None);
    let fast = DataRateCode::for_rate(2_048_000, RateTable::Extended, Modulation::Coherent);
    assert_eq!(fast.map(DataRateCode::get), Some(11));
}

/// The facts: 0 to 14 octets of data, up to seven directives.
//= 211.0-B-6 B1 seven-directives
#[test]
fn a_buffer_takes_seven() {
    let mut buffer = DirectiveBuffer::new();
    let mut out = [0; 15];
    assert_eq!(buffer.emit(&mut out), Ok(1));
    assert_eq!(out[0], 0x00);
    for n in 0..7 {
        buffer
            .push(Directive::SetVR(SetVR::new(SeqNum::new(n))))
            .unwrap();
    }
    let eighth = buffer.push(Directive::from_word(0));
    assert_eq!(eighth, Err(EmitError::TooLong { max: 14, have: 16 }));
    assert_eq!(buffer.emit(&mut out), Ok(15));
    assert_eq!(out[..5], [0x0E, 0x00, 0x03, 0x01, 0x03]);
    assert_eq!(buffer.directives().len(), 7);
    let words: Vec<u16> = buffer.directives().iter().map(Directive::word).collect();
    assert_eq!(
        words,
        [0x0003, 0x0103, 0x0203, 0x0303, 0x0403, 0x0503, 0x0603]
    );
}

/// Rate code 1010 is reserved in the default table and 1024 kb/s in the extended one, which bit 2 of SET PL EXTENSIONS chooses
/// for one side. Words by hand: 001 1010 0 00 000 000 = 3400 (transmitter), 3402 (receiver), 2006 and A006 (extensions).
//= 211.0-B-6 B1 reserved
#[test]
fn a_hail_brings_its_own_rate_table() {
    let check = |data: &[u8]| Directives::new(data).unwrap().check(RateTable::Default);
    let reserved = Err(DirectiveError::ReservedDataRate { code: 0b1010 });
    assert_eq!(check(&[0x34, 0x00]), reserved);
    assert_eq!(check(&[0x20, 0x06, 0x34, 0x00]), Ok(()));
    assert_eq!(check(&[0xA0, 0x06, 0x34, 0x02]), Ok(()));
    assert_eq!(check(&[0x20, 0x06, 0x34, 0x02]), reserved);
    assert_eq!(
        check(&[0x20, 0x06, 0x34, 0x00, 0xA0, 0x06, 0x34, 0x02]),
        Ok(())
    );
}
