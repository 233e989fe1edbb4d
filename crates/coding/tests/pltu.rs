//! PLTUs against published ones, against the naive twin, and in streams with slips, turned polarity, noise and false markers.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;
mod naive;

use common::{Noise, bits, unhex};
use magpie_coding::asm::Polarity;
use magpie_coding::pltu::{
    PltuConfig, PltuEncodeError, PltuEncoder, PltuEvent, PltuHunter, PltuReject, PltuStats,
    PltuVersion,
};
use naive::hunters::{FoundPltu, PltuRules, hunt_pltus};
use proptest::prelude::*;

/// Facts files for 211.2-B and the test vectors: frames and their CRC-32.
const PUBLISHED: [(&str, &str); 5] = [
    ("8000000400", "BCC004E7"),
    ("8000000500AA", "85C4556E"),
    ("B1230806008000", "D8A3C0FE"),
    ("B123080900042188218A", "1EA4022D"),
    ("82AAD00BC70801C000000041", "34F3E33D"),
];

fn pltu(frame: &[u8]) -> Vec<u8> {
    let mut out = vec![0; frame.len() + 7];
    assert_eq!(PltuEncoder::new().encode(frame, &mut out), Ok(out.len()));
    out
}

/// A Version-3 frame of `len` octets.
fn v3_frame(len: usize, noise: &mut Noise) -> Vec<u8> {
    let mut frame = noise.octets(len);
    frame[0] = 0x80 | frame[0] & 0x3F;
    frame[2] = frame[2] & 0xF8 | ((len - 1) >> 8) as u8;
    frame[3] = (len - 1) as u8;
    frame
}

/// A Version-4 frame of `len` octets, not truncated.
fn v4_frame(len: usize, noise: &mut Noise) -> Vec<u8> {
    let mut frame = noise.octets(len);
    frame[0] = 0xC0 | frame[0] & 0x0F;
    frame[3] &= 0xFE;
    frame[4..6].copy_from_slice(&(len as u16 - 1).to_be_bytes());
    frame
}

/// A hunter for every engine, or the only one.
fn hunters(config: PltuConfig) -> Vec<PltuHunter> {
    #[cfg(feature = "std")]
    return magpie_coding::engine::Engine::available()
        .map(|engine| PltuHunter::new(config).with_engine(engine))
        .collect();
    #[cfg(not(feature = "std"))]
    vec![PltuHunter::new(config)]
}

fn hunt(
    stream: &[u8],
    config: PltuConfig,
    chunk: impl FnMut() -> usize,
) -> (Vec<FoundPltu>, PltuStats) {
    hunt_with(PltuHunter::new(config), stream, chunk)
}

fn hunt_with(
    mut hunter: PltuHunter,
    stream: &[u8],
    mut chunk: impl FnMut() -> usize,
) -> (Vec<FoundPltu>, PltuStats) {
    let mut found = Vec::new();
    let mut sink = |event: PltuEvent<'_>| {
        let (at_bit, inverted, errors, frame) = match event {
            PltuEvent::Frame {
                at_bit,
                inverted,
                marker_errors,
                octets,
            } => (at_bit, inverted, marker_errors, Ok(octets.to_vec())),
            PltuEvent::Rejected {
                at_bit,
                inverted,
                marker_errors,
                reason,
            } => {
                let why = match reason {
                    PltuReject::Version { .. } => "version",
                    PltuReject::TruncatedNotManaged => "truncated frame",
                    PltuReject::Length { .. } => "length",
                    PltuReject::Crc { .. } => "crc",
                    PltuReject::Truncated { .. } => "truncated",
                };
                (at_bit, inverted, marker_errors, Err(why))
            }
        };
        found.push(FoundPltu {
            at_bit,
            inverted,
            errors: usize::from(errors),
            frame,
        });
    };
    let (mut rest, mut by_octets) = (stream, true);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(chunk().clamp(1, rest.len()));
        // Every other piece as octets, as far as it has whole ones; the events must be the same.
        let (whole, odd) = if by_octets {
            now.as_chunks::<8>()
        } else {
            (&[][..], now)
        };
        by_octets = !by_octets;
        let pack = |eight: &[u8; 8]| eight.iter().fold(0, |sum, bit| sum << 1 | bit & 1);
        let octets: Vec<u8> = whole.iter().map(pack).collect();
        hunter.handle_octets(&octets, &mut sink);
        hunter.handle_bits(odd, &mut sink);
        rest = later;
    }
    hunter.finish(&mut sink);
    (found, *hunter.stats())
}

fn frames(found: Vec<FoundPltu>) -> Vec<Vec<u8>> {
    found.into_iter().filter_map(|one| one.frame.ok()).collect()
}

#[test]
fn published_frames_make_the_published_units() {
    //= 211.2-B-3 pltu-structure
    //= 211.2-B-3 pltu-asm
    for (frame, crc) in PUBLISHED {
        assert_eq!(pltu(&unhex(frame)), unhex(&format!("FAF320{frame}{crc}")));
    }
    let encode = |len: usize, out: &mut [u8]| PltuEncoder::new().encode(&vec![0; len], out);
    let mut out = [0; 2055];
    for len in [0, 4, 2049] {
        assert_eq!(
            encode(len, &mut out),
            Err(PltuEncodeError::FrameLength { len })
        );
    }
    assert_eq!(encode(2048, &mut out), Ok(2055));
    assert_eq!(
        encode(5, &mut out[..11]),
        Err(PltuEncodeError::Buffer { need: 12, have: 11 })
    );
}

/// The published units at every bit phase, in both polarities, with idle between them.
#[test]
fn published_units_are_found_at_every_phase_and_polarity() {
    //= 211.2-B-3 delimit-v3
    //= 211.2-B-3 pltu-crc
    let mut octets = unhex("352EF853");
    for (frame, crc) in PUBLISHED {
        octets.extend(unhex(&format!("FAF320{frame}{crc}352EF853352EF853")));
    }
    let expected: Vec<Vec<u8>> = PUBLISHED.iter().map(|(frame, _)| unhex(frame)).collect();
    for phase in 0..8 {
        for turned in [0, 1] {
            let stream: Vec<u8> = vec![0; phase]
                .into_iter()
                .chain(bits(&octets))
                .map(|bit| bit ^ turned)
                .collect();
            let (found, stats) = hunt(&stream, PltuConfig::new(), || 13);
            assert!(found.iter().all(|one| one.inverted == (turned == 1)));
            assert_eq!(found[0].at_bit, 32 + phase as u64);
            assert_eq!(frames(found), expected);
            let normal = PltuConfig::new().with_polarity(Polarity::Normal);
            let (found, _) = hunt(&stream, normal, || 13);
            assert_eq!(found.is_empty(), turned == 1);
            assert_eq!(
                (stats.frames, stats.markers, stats.inverted),
                (5, 5, 5 * u64::from(turned))
            );
            assert_eq!(
                (stats.bits, stats.frame_octets),
                (stream.len() as u64, 5 + 6 + 7 + 10 + 12)
            );
        }
    }
}

#[test]
fn version_4_frames_delimit_themselves_or_have_a_managed_length() {
    //= 211.2-B-3 delimit-v4
    let mut noise = Noise(4);
    let whole = v4_frame(600, &mut noise);
    let mut truncated = noise.octets(11);
    truncated[0] = 0xC5;
    truncated[3] |= 1;
    let stream = bits(&[pltu(&whole), pltu(&truncated), pltu(&whole)].concat());
    let (found, stats) = hunt(&stream, PltuConfig::new(), || 100);
    assert_eq!(frames(found), [whole.clone(), whole.clone()]);
    assert_eq!(stats.rejected_truncated_not_managed, 1);
    let managed = PltuConfig::new().with_truncated_frame_len(Some(11));
    let (found, stats) = hunt(&stream, managed, || 100);
    assert_eq!(frames(found), [whole.clone(), truncated, whole]);
    assert_eq!(stats.rejected(), 0);
}

/// A stream carries one version; told which, the hunter refuses the other by its first octet and loses nothing behind it.
#[test]
fn only_the_version_in_use_is_admitted() {
    //= 211.2-B-3 one-version
    let mut noise = Noise(11);
    let (third, fourth) = (v3_frame(40, &mut noise), v4_frame(50, &mut noise));
    let stream = bits(
        &[&third, &fourth, &fourth, &third]
            .map(|frame| pltu(frame))
            .concat(),
    );
    for (only, expected, refused) in [
        (None, vec![&third, &fourth, &fourth, &third], 0),
        (Some(PltuVersion::V3), vec![&third, &third], 2),
        (Some(PltuVersion::V4), vec![&fourth, &fourth], 2),
    ] {
        let (found, stats) = hunt(&stream, PltuConfig::new().with_version(only), || 64);
        assert!(frames(found).iter().eq(expected));
        assert_eq!(
            (stats.rejected_version, stats.rejected()),
            (refused, refused)
        );
    }
}

/// One rule broken at a time; the good unit behind it is always found, and the reason says what was wrong.
#[test]
fn every_rejection_has_its_reason_and_swallows_nothing() {
    //= 211.2-B-3 delimit-other
    //= 211.2-B-3 pltu-crc
    let good = pltu(&unhex("8000000500AA"));
    let cases: [(&str, PltuReject); 6] = [
        ("FAF320 40", PltuReject::Version { bits: 0b0100 }),
        ("FAF320 D0", PltuReject::Version { bits: 0b1101 }),
        (
            "FAF320 80000003",
            PltuReject::Length {
                len: 4,
                min: 5,
                max: 300,
            },
        ),
        (
            "FAF320 80000200",
            PltuReject::Length {
                len: 513,
                min: 5,
                max: 300,
            },
        ),
        (
            "FAF320 C0000000FFFF",
            PltuReject::Length {
                len: 65_536,
                min: 7,
                max: 300,
            },
        ),
        (
            "FAF320 8000000400 BCC004E6",
            PltuReject::Crc {
                len: 5,
                received: 0xBCC0_04E6,
                computed: 0xBCC0_04E7,
            },
        ),
    ];
    for (bad, expected) in cases {
        let stream = [unhex(bad), good.clone()].concat();
        let (mut reasons, mut frames) = (Vec::new(), 0);
        let mut hunter = PltuHunter::new(PltuConfig::new().with_max_frame_len(300));
        hunter.handle_octets(&stream, &mut |event| match event {
            PltuEvent::Rejected { at_bit, reason, .. } => reasons.push((at_bit, reason)),
            PltuEvent::Frame { .. } => frames += 1,
        });
        assert_eq!((reasons, frames), (vec![(0, expected)], 1), "{bad}");
    }
}

/// A false marker in front claims 2048 octets: the units within are held back until that is settled, and lost neither there nor by the
/// end of the stream.
#[test]
fn a_false_length_delays_but_never_swallows() {
    //= 211.2-B-3 pltu-crc
    let good = pltu(&unhex("8000000500AA"));
    let mut octets = unhex("FAF320 800007FF");
    for _ in 0..100 {
        octets.extend(&good);
    }
    let (found, stats) = hunt(&bits(&octets), PltuConfig::new(), || 1000);
    assert_eq!(frames(found).len(), 100);
    assert_eq!((stats.rejected_truncated, stats.rejected_crc), (1, 0));
    octets.extend([0x55; 1000]);
    let (found, stats) = hunt(&bits(&octets), PltuConfig::new(), || 1000);
    assert_eq!(frames(found).len(), 100);
    assert_eq!((stats.rejected_truncated, stats.rejected_crc), (0, 1));
}

/// Found by proptest (seed 15694086342136755667 of `stream`): the last bit of a CRC is lost, the first bit of the next marker takes its
/// place, the frame is good, and the next one must be found all the same.
#[test]
fn a_lost_last_bit_does_not_cost_the_next_frame() {
    let (frame, crc) = PUBLISHED[0];
    let first = unhex(&format!("FAF320{frame}{crc}"));
    assert_eq!(
        first.last().map(|octet| octet & 1),
        Some(1),
        "the marker begins with the same bit"
    );
    for turned in [0, 1] {
        let mut stream = bits(&first);
        stream.pop();
        stream.extend(bits(&first));
        let stream: Vec<u8> = stream.iter().map(|bit| bit ^ turned).collect();
        let (found, _) = hunt(&stream, PltuConfig::new(), || 50);
        assert_eq!(frames(found), [unhex(frame), unhex(frame)]);
    }
}

#[test]
fn markers_with_wrong_bits_are_found_within_the_tolerance() {
    let good = pltu(&unhex("8000000500AA"));
    for (wrong, damage) in [(1, 0x0001), (2, 0x8010), (3, 0x4210), (4, 0x4218)] {
        let mut octets = good.clone();
        octets[..2]
            .iter_mut()
            .zip(u16::to_be_bytes(damage))
            .for_each(|(o, d)| *o ^= d);
        for tolerance in 0..=5u8 {
            let config = PltuConfig::new().with_tolerance(tolerance);
            let (found, _) = hunt(&bits(&octets), config, || 9);
            let expected = wrong <= tolerance.min(3);
            assert_eq!(found.iter().any(|one| one.frame.is_ok()), expected);
            assert!(
                found
                    .iter()
                    .all(|one| one.frame.is_err() || one.errors == usize::from(wrong))
            );
        }
    }
}

/// Every place at which a call can end, with single bits before it or behind it, in both polarities and with wrong marker bits.
#[test]
fn every_cut_gives_the_same_events() {
    let mut noise = Noise(17);
    let mut octets = unhex("352EF853 FAF320800000FF");
    for len in [5, 40, 33] {
        octets.extend(pltu(&v3_frame(len, &mut noise)));
    }
    octets.extend(unhex("FAE320800007FF352EF853"));
    for turned in [0, 1] {
        let stream: Vec<u8> = bits(&octets).iter().map(|bit| bit ^ turned).collect();
        let rules = PltuRules {
            tolerance: 2,
            both: true,
            max_len: 2048,
            truncated_len: None,
        };
        let expected = hunt_pltus(&stream, rules);
        assert_eq!(frames(expected.clone()).len(), 3);
        for hunter in hunters(PltuConfig::new().with_tolerance(2)) {
            for cut in 0..=stream.len() {
                let mut pieces = [cut, stream.len() - cut].into_iter().filter(|&len| len > 0);
                let (found, _) = hunt_with(hunter.clone(), &stream, || pieces.next().unwrap_or(1));
                assert_eq!(found, expected, "cut at {cut}");
            }
        }
    }
}

#[test]
fn reset_forgets_what_was_collected() {
    let good = pltu(&unhex("8000000500AA"));
    let mut hunter = PltuHunter::new(PltuConfig::new());
    let mut places = Vec::new();
    let mut sink = |event: PltuEvent<'_>| {
        if let PltuEvent::Frame { at_bit, .. } = event {
            places.push(at_bit);
        }
    };
    hunter.handle_octets(&good[..8], &mut sink);
    assert!(hunter.is_collecting());
    hunter.reset();
    assert!(!hunter.is_collecting());
    hunter.handle_octets(&good[8..], &mut sink);
    hunter.handle_octets(&good, &mut sink);
    assert_eq!(places, [(good.len() as u64 - 8) * 8]);
}

/// A stream of everything that can come, and the frames of the units in it that came whole.
fn stream(noise: &mut Noise, pieces: usize, truncated_len: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut stream, mut whole) = (Vec::new(), Vec::new());
    let mut turned = 0;
    for _ in 0..pieces {
        let frame = match noise.below(8) {
            0 => v4_frame(7 + noise.below(60), noise),
            1 => {
                let mut frame = noise.octets(truncated_len);
                frame[0] = 0xC0 | frame[0] & 0x0F;
                frame[3] |= 1;
                frame
            }
            _ => v3_frame(5 + noise.below(80), noise),
        };
        let mut piece = bits(&pltu(&frame));
        let at = noise.below(piece.len());
        match noise.below(10) {
            0 => piece[at] ^= 1,
            1 => drop(piece.remove(at)),
            2 => piece.insert(at, (noise.next() & 1) as u8),
            3 => piece.truncate(at),
            4 => {
                // a false marker with a header that claims any length
                piece = [
                    bits(&unhex("FAF320")),
                    bits(&[0x80 | noise.next() as u8 & 0x4F]),
                    noise.bits(24),
                ]
                .concat();
            }
            _ => whole.push(frame),
        }
        match noise.below(4) {
            0 => turned ^= 1,
            1 => piece.extend(noise.bits(at)),
            2 => piece.extend(bits(&unhex("352EF853352EF853"))),
            _ => {}
        }
        stream.extend(piece.iter().map(|bit| bit ^ turned));
    }
    (stream, whole)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Events as the twin has them, however the stream is cut; and no unit that came whole is missing.
    #[test]
    fn events_depend_on_the_bits_alone(seed: u64, tolerance in 0..=3u8, both: bool, max in prop_oneof![Just(2048u16), 20..300u16]) {
        let mut noise = Noise(seed);
        let (stream, whole) = stream(&mut noise, 40, 12);
        let polarity = if both { Polarity::Both } else { Polarity::Normal };
        let config = PltuConfig::new().with_tolerance(tolerance).with_polarity(polarity)
            .with_max_frame_len(max).with_truncated_frame_len(Some(12));
        let rules = PltuRules { tolerance: usize::from(tolerance), both, max_len: usize::from(max), truncated_len: Some(12) };
        let expected = hunt_pltus(&stream, rules);
        for hunter in hunters(config) {
            let (found, _) = hunt_with(hunter.clone(), &stream, || stream.len());
            prop_assert_eq!(&found, &expected);
            let (found, _) = hunt_with(hunter.clone(), &stream, || 1 + noise.below(9999));
            prop_assert_eq!(&found, &expected);
            let (found, _) = hunt_with(hunter, &stream, || 1 + noise.below(500));
            prop_assert_eq!(&found, &expected);
        }
        let (found, _) = hunt(&stream, config, || 1);
        prop_assert_eq!(&found, &expected);
        let (found, stats) = hunt(&stream, config, || 1 + noise.below(999));
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(stats.markers, found.len() as u64);
        prop_assert_eq!(stats.frames + stats.rejected(), stats.markers);
        let found = frames(found);
        if both && max == 2048 {
            let mut rest = found.iter();
            for frame in &whole {
                prop_assert!(rest.any(|one| one == frame), "a whole unit is missing");
            }
        }
    }

    #[test]
    fn noise_makes_no_frames(seed: u64) {
        let stream = Noise(seed).bits(20_000);
        let config = PltuConfig::new().with_tolerance(3);
        let rules = PltuRules { tolerance: 3, both: true, max_len: 2048, truncated_len: None };
        let expected = hunt_pltus(&stream, rules);
        for hunter in hunters(config) {
            for chunk in [777, 20_000, 4_104] {
                let (found, stats) = hunt_with(hunter.clone(), &stream, || chunk);
                prop_assert_eq!(&found, &expected);
                prop_assert!(frames(found).is_empty());
                prop_assert_eq!(stats.bits, 20_000);
            }
        }
    }
}
