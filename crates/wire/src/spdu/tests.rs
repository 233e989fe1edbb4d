extern crate std;
use super::*;
use crate::spdu::directive::{Directive, SetVR};
use crate::spdu::time::TimeDirective;
use std::vec;
use std::vec::Vec;

fn kinds(data_field: &[u8]) -> Vec<Result<Spdu<'_>, SpduError>> {
    Spdus::new(data_field).collect()
}

/// Origin: test-vectors.md, "SET V(R) SPDU" and "Hail SPDU".
//= 211.0-B-6 spdu-envelope
//= 211.0-B-6 3.2.4.2.2
#[test]
fn vectors_of_the_facts() {
    let Ok(Spdu::Directives(directives)) = Spdu::parse(&[0x02, 0x2A, 0x03]) else {
        panic!()
    };
    let Some(Directive::SetVR(set)) = directives.iter().next() else {
        panic!()
    };
    assert_eq!(set, SetVR::new(crate::seq::SeqNum::new(42)));

    let hail = [0x04, 0x21, 0x88, 0x21, 0x8A];
    let spdu = Spdu::parse(&hail).unwrap();
    assert_eq!(spdu.check(RateTable::Default), Ok(()));
    let Spdu::Directives(directives) = spdu else {
        panic!()
    };
    let words: Vec<u16> = directives.iter().map(Directive::word).collect();
    assert_eq!(words, [0x2188, 0x218A]);
    let mut out = [0; 5];
    assert_eq!(spdu.emit(&mut out), Ok(5));
    assert_eq!(out, hail);
}

/// Every first octet, with enough octets behind it: kind and length by the envelope table, and the octets come back.
//= 211.0-B-6 spdu-envelope
//= 211.0-B-6 3.2.4.2.2
#[test]
fn every_first_octet() {
    for first in 0..=255_u8 {
        let mut octets = [0; 20];
        octets[0] = first;
        let parsed = Spdu::parse_prefix(&octets);
        let len = if first >= 0x80 {
            2
        } else {
            1 + usize::from(first % 16)
        };
        let odd = len % 2 == 0;
        match (first, parsed) {
            (0x80..=0xBF, Ok((Spdu::Plcw(_), _)))
            | (0xC0..=0xFF, Ok((Spdu::ReservedFixed(_), _)))
            | (0x11..=0x1F, Ok((Spdu::Time(_), _)))
            | (0x20..=0x2F, Ok((Spdu::Status(_), _))) => {}
            (0x30..=0x7F, Ok((Spdu::ReservedVariable(reserved), _))) => {
                assert_eq!(reserved.type_id(), first / 16);
            }
            (0x00..=0x0F, Ok((Spdu::Directives(directives), _))) if !odd => {
                assert_eq!(directives.len(), usize::from(first / 2));
            }
            (0x00..=0x0F, Err(e)) if odd => {
                assert_eq!(e, SpduError::OddDirectives { have: len - 1 });
            }
            (0x10, Err(e)) => assert_eq!(e, SpduError::EmptyTime),
            (first, other) => panic!("{first:02X} read as {other:?}"),
        }
        if let Ok((spdu, rest)) = parsed {
            assert_eq!((spdu.emitted_len(), rest.len()), (len, 20 - len));
            let mut out = vec![0; len];
            assert_eq!(spdu.emit(&mut out), Ok(len));
            assert_eq!(out, &octets[..len]);
            let short = Spdu::parse_prefix(&octets[..len - 1]);
            let empty = SpduError::Empty;
            let truncated = SpduError::Truncated {
                need: len,
                have: len - 1,
            };
            assert_eq!(short, Err(if len == 1 { empty } else { truncated }));
            let no_space = EmitError::NoSpace {
                need: len,
                have: len - 1,
            };
            assert_eq!(spdu.emit(&mut out[..len - 1]), Err(no_space));
        }
    }
}

/// Reserved by the facts: fixed type 1 and variable types 3 to 7. Carried by `parse`, refused by `check`.
//= 211.0-B-6 spdu-reserved
#[test]
fn reserved_types_are_refused_by_name() {
    let fixed = Spdu::parse(&[0xC0, 0x05]).unwrap();
    assert_eq!(
        fixed.check(RateTable::Default),
        Err(SpduError::ReservedFixedType { word: 0xC005 })
    );
    for type_id in 3..=7 {
        let octets = [type_id << 4 | 1, 0xEE];
        let spdu = Spdu::parse(&octets).unwrap();
        let refused = SpduError::ReservedVariableType { type_id };
        assert_eq!(spdu.check(RateTable::Default), Err(refused));
    }
}

/// Broken content inside a sound envelope is named too.
//= 211.0-B-6 spdu-reserved
#[test]
fn check_looks_inside() {
    let check = |octets: &[u8]| Spdu::parse(octets).unwrap().check(RateTable::Default);
    assert_eq!(
        check(&[0x88, 0x00]),
        Err(SpduError::Plcw(PlcwError::SpareSet))
    );
    let reserved = DirectiveError::ReservedType { word: 0x0005 };
    assert_eq!(
        check(&[0x04, 0x2A, 0x03, 0x00, 0x05]),
        Err(SpduError::Directive(reserved))
    );
    let time = TimeError::ReservedType { code: 2 };
    assert_eq!(check(&[0x11, 0x02]), Err(SpduError::Time(time)));
    assert_eq!(check(&[0x11, 0x00]), Ok(()));
    assert_eq!(check(&[0x23, 1, 2, 3]), Ok(()));
}

/// Type 3: 0 to 15 octets, whatever they are.
//= 211.0-B-6 status-report
#[test]
fn status_reports_of_every_length() {
    let octets = [0x5A; 16];
    for len in 0..=15 {
        let report = StatusReport::new(&octets[..len]).unwrap();
        let mut out = [0; 16];
        assert_eq!(Spdu::Status(report).emit(&mut out), Ok(1 + len));
        assert_eq!(usize::from(out[0]), 0x20 + len);
        assert_eq!(Spdu::parse(&out[..=len]), Ok(Spdu::Status(report)));
    }
    assert_eq!(StatusReport::new(&octets), None);
}

/// A P-frame's data field with one of each kind, written by hand, and the same cut off or spoilt.
//= 211.0-B-6 spdu-envelope
#[test]
fn a_data_field_of_many() {
    let field = [
        0x83, 0x7F, // PLCW
        0x02, 0x2A, 0x03, // SET V(R) 42
        0x11, 0x00, // time: null
        0x20, // empty status report
        0xFF, 0xFF, // reserved fixed
        0x71, 0x99, // reserved variable
        0x00, // no directives
    ];
    let all = kinds(&field);
    assert_eq!(all.len(), 7);
    assert!(all.iter().all(Result::is_ok));
    let Ok(Spdu::Time(time)) = all[2] else {
        panic!()
    };
    assert_eq!(time.directive(), Ok(TimeDirective::Null));

    assert_eq!(kinds(&[]), []);
    let cut = kinds(&field[..4]);
    assert_eq!(cut.len(), 2);
    assert_eq!(cut[1], Err(SpduError::Truncated { need: 3, have: 2 }));
    let spoilt = kinds(&[0x01, 0xAA, 0x83, 0x7F]); // odd directives: one error, then the end
    assert_eq!(spoilt, [Err(SpduError::OddDirectives { have: 1 })]);
    assert_eq!(
        Spdu::parse(&field),
        Err(SpduError::TrailingOctets { extra: 11 })
    );
    assert_eq!(Spdu::parse(&[]), Err(SpduError::Empty));
}
