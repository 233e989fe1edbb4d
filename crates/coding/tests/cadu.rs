//! CADUs: the encoder against the naive twin, the hunter against its twin, and streams with slips, turned polarity and noise.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;
mod naive;

use common::{Noise, bits, hex, octets};
use magpie_coding::asm::{Asm, Polarity};
use magpie_coding::cadu::{
    CaduConfig, CaduEncoder, CaduError, CaduHunt, CaduHunter, CaduStats, CaduUnit, TmRandomizer,
    Verdict, decode_unit,
};
use magpie_coding::crc::crc16_fecf;
use magpie_coding::reed_solomon::{Basis, RsCode, RsError};
use naive::hunters::{CaduRules, FoundCadu, hunt_cadus};
use naive::reed_solomon::encode_block;
use proptest::prelude::*;

/// A hunter for every engine, or the only one.
fn hunters<const N: usize>(hunt: CaduHunt) -> Vec<CaduHunter<N>> {
    let hunter = CaduHunter::<N>::new(hunt).expect("it fits");
    #[cfg(feature = "std")]
    return magpie_coding::engine::Engine::available()
        .map(|engine| hunter.clone().with_engine(engine))
        .collect();
    #[cfg(not(feature = "std"))]
    vec![hunter]
}

fn hunt<const N: usize>(
    stream: &[u8],
    hunt: CaduHunt,
    judge: impl Fn(&[u8]) -> bool,
    chunk: impl FnMut() -> usize,
) -> (Vec<FoundCadu>, CaduStats) {
    let hunter = CaduHunter::<N>::new(hunt).expect("it fits");
    hunt_with(hunter, stream, judge, chunk)
}

fn hunt_with<const N: usize>(
    mut hunter: CaduHunter<N>,
    stream: &[u8],
    judge: impl Fn(&[u8]) -> bool,
    mut chunk: impl FnMut() -> usize,
) -> (Vec<FoundCadu>, CaduStats) {
    let mut found = Vec::new();
    let mut sink = |unit: CaduUnit<'_>| {
        let CaduUnit {
            at_bit,
            inverted,
            marker_errors,
            flywheel,
            octets,
        } = unit;
        let good = judge(octets);
        let (errors, unit) = (usize::from(marker_errors), octets.to_vec());
        found.push(FoundCadu {
            at_bit,
            inverted,
            errors,
            flywheel,
            unit,
            good,
        });
        if good { Verdict::Good } else { Verdict::Bad }
    };
    let (mut rest, mut by_octets) = (stream, true);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(chunk().clamp(1, rest.len()));
        // Every other piece as octets, as far as it has whole ones; the candidates must be the same.
        let whole = if by_octets { now.len() / 8 * 8 } else { 0 };
        by_octets = !by_octets;
        hunter.handle_octets(&octets(&now[..whole]), &mut sink);
        hunter.handle_bits(&now[whole..], &mut sink);
        rest = later;
    }
    assert_eq!(hunter.stats().bits, stream.len() as u64);
    hunter.finish();
    (found, *hunter.stats())
}

fn cadu(config: CaduConfig, frame: &[u8]) -> Vec<u8> {
    let mut out = vec![0; config.cadu_len()];
    assert_eq!(
        CaduEncoder::new(config).encode(frame, &mut out),
        Ok(out.len())
    );
    out
}

/// Decodes every good unit to its frame.
fn frames(config: CaduConfig, stream: &[u8], chunk: usize) -> (Vec<Vec<u8>>, CaduStats) {
    let decoded = |unit: &[u8]| {
        let mut unit = unit.to_vec();
        let report = decode_unit(&config, &mut unit).expect("the length fits");
        unit.truncate(config.frame_len());
        report.is_good().then_some(unit)
    };
    let judge = |unit: &[u8]| decoded(unit).is_some();
    let (found, stats) = hunt::<2040>(stream, CaduHunt::for_config(&config), judge, || chunk);
    (
        found.iter().filter_map(|one| decoded(&one.unit)).collect(),
        stats,
    )
}

/// First octets of both randomizers: facts file for 131.0-B.
#[test]
fn the_unit_is_marker_and_randomized_codeblock() {
    //= 131.0-B randomizer-scope
    //= 131.0-B asm-tm
    let config = CaduConfig::uncoded(16).expect("16 octets");
    assert_eq!(
        hex(&cadu(config, &[0; 16])),
        "1acffc1dff480ec09a0d70bc8e2c93ada7b746ce"
    );
    let long = config.with_randomizer(TmRandomizer::Long);
    assert_eq!(
        hex(&cadu(long, &[0; 16])),
        "1acffc1d1c71b91ba9ba8457b4bc5054bfd05540"
    );
    let csm = config
        .with_randomizer(TmRandomizer::None)
        .with_marker(Asm::CSM)
        .expect("octets");
    assert_eq!(hex(&cadu(csm, &[0x42; 16])[..10]), "034776c7272895b04242");
    for (code, basis, depth) in [
        (RsCode::E16, Basis::Dual, 5),
        (RsCode::E8, Basis::Conventional, 3),
    ] {
        let frame = Noise(9).octets(depth * 100);
        let config = CaduConfig::reed_solomon(code, depth, frame.len())
            .expect("it fits")
            .with_basis(basis);
        let mut unit = cadu(config, &frame).split_off(4);
        config.randomizer().apply(&mut unit);
        let dual = basis == Basis::Dual;
        assert_eq!(
            unit,
            encode_block(code.error_capability(), dual, depth, &frame)
        );
        assert_eq!(
            config.rs().map(|rs| (rs.code(), rs.interleave())),
            Some((code, depth))
        );
    }
}

#[test]
fn wrong_lengths_are_refused_by_name() {
    let config = CaduConfig::reed_solomon(RsCode::E16, 5, 1115).expect("it fits");
    let encoder = CaduEncoder::new(config);
    let mut out = [0; 1278];
    assert_eq!(
        encoder.encode(&[0; 9], &mut out),
        Err(CaduError::Length {
            need: 1115,
            have: 9
        })
    );
    let short = CaduError::Buffer {
        need: 1279,
        have: 1278,
    };
    assert_eq!(encoder.encode(&[0; 1115], &mut out), Err(short));
    let length = CaduError::Length {
        need: 1275,
        have: 1278,
    };
    assert_eq!(decode_unit(&config, &mut out), Err(length));
    let uneven = CaduError::Rs(RsError::FrameLength { len: 1116 });
    assert_eq!(CaduConfig::reed_solomon(RsCode::E16, 5, 1116), Err(uneven));
    assert_eq!(CaduConfig::uncoded(0), Err(CaduError::NoFrame));
    let odd = Asm::new(1, 7).expect("7 bits");
    assert_eq!(
        config.with_marker(odd),
        Err(CaduError::Marker { len_bits: 7 })
    );
    let big = CaduHunter::<1000>::new(CaduHunt::for_config(&config)).map(|_| ());
    assert_eq!(
        big,
        Err(CaduError::Buffer {
            need: 1275,
            have: 1000
        })
    );
    let none = CaduHunter::<1000>::new(CaduHunt::new(Asm::TM, 0)).map(|_| ());
    assert_eq!(none, Err(CaduError::NoFrame));
}

/// A slip at every place of a unit, and just around it: bits lost, doubled, or two at once. The unit that is hit may be lost, no other.
#[test]
fn a_slip_anywhere_costs_one_unit_at_most() {
    let config = CaduConfig::reed_solomon(RsCode::E16, 1, 40).expect("it fits");
    let mut noise = Noise(10);
    let sent: Vec<Vec<u8>> = (0..4).map(|_| noise.octets(40)).collect();
    let clean: Vec<u8> = sent
        .iter()
        .flat_map(|frame| bits(&cadu(config, frame)))
        .collect();
    let unit_bits = config.cadu_len() * 8;
    for at in unit_bits..2 * unit_bits {
        for slip in [-2i32, -1, 1, 2] {
            let mut stream = clean.clone();
            for _ in 0..slip.abs() {
                if slip < 0 {
                    stream.remove(at);
                } else {
                    stream.insert(at, stream[at]);
                }
            }
            let (found, _) = frames(config, &stream, 4096);
            assert_eq!(found.first(), sent.first(), "slip {slip} at {at}");
            assert!(found.ends_with(&sent[2..]), "slip {slip} at {at}");
        }
    }
}

/// The marker of one unit is hit by more errors than the search tolerates: the flywheel takes the unit, once it turns.
#[test]
fn the_flywheel_carries_over_a_damaged_marker() {
    let config = CaduConfig::reed_solomon(RsCode::E16, 1, 223).expect("it fits");
    let frame = [0x33; 223];
    let one = cadu(config, &frame);
    let mut octets = [&one[..], &one, &one].concat();
    octets[259] ^= 0xFF; // first octet of the second marker: 8 of 32 bits
    let (found, stats) = frames(config, &bits(&octets), 999);
    assert_eq!(
        (found.len(), stats.flywheel_hits, stats.flywheel_misses),
        (3, 2, 0)
    );
    octets[0] ^= 0xFF; // without a rhythm such a marker is none
    let (found, _) = frames(config, &bits(&octets), 999);
    assert_eq!(found.len(), 1);
    octets[0] ^= 0xFF;
    octets[260] ^= 0x01; // 9 of 32: too many, but the rhythm is kept
    let (found, stats) = frames(config, &bits(&octets), 999);
    assert_eq!(
        (found.len(), stats.flywheel_hits, stats.flywheel_misses),
        (2, 1, 1)
    );
}

/// Slips of one to nine bits at many places of a long stream, some units turned over, calls of any length in octets or bits: every unit
/// without a slip comes out, by every engine.
#[test]
fn slips_in_packed_octets_cost_no_other_unit() {
    let config = CaduConfig::reed_solomon(RsCode::E8, 1, 60).expect("it fits");
    let mut noise = Noise(21);
    let (mut stream, mut whole) = (noise.bits(77), Vec::new());
    for number in 0..120 {
        let frame = noise.octets(60);
        let mut one = bits(&cadu(config, &frame));
        let turned = u8::from(noise.below(5) == 0);
        for bit in &mut one {
            *bit ^= turned;
        }
        // in the first 60 of 80 octets: behind the marker, before what a lost end would take from the next one
        let at = 32 + noise.below(480 - 32);
        match number % 3 {
            1 => drop(one.drain(at..at + 1 + number % 9)),
            2 => one
                .splice(at..at, noise.bits(1 + number % 9))
                .for_each(drop),
            _ => whole.push(frame),
        }
        stream.extend(one);
    }
    let decoded = |unit: &[u8]| {
        let mut unit = unit.to_vec();
        let report = decode_unit(&config, &mut unit).expect("the length fits");
        report.is_good().then(|| unit[..60].to_vec())
    };
    for hunter in hunters::<128>(CaduHunt::for_config(&config)) {
        for most in [stream.len(), 5000, 300] {
            let judge = |unit: &[u8]| decoded(unit).is_some();
            let cut = || 1 + noise.below(most);
            let (found, _) = hunt_with(hunter.clone(), &stream, judge, cut);
            let frames: Vec<_> = found.iter().filter_map(|one| decoded(&one.unit)).collect();
            let mut rest = frames.iter();
            assert!(whole.iter().all(|frame| rest.any(|one| one == frame)));
        }
    }
}

#[test]
fn a_cut_off_unit_is_counted() {
    let config = CaduConfig::uncoded(20).expect("20 octets");
    let one = bits(&cadu(config, &[1; 20]));
    let (_, stats) = hunt::<20>(
        &one[..one.len() - 1],
        CaduHunt::for_config(&config),
        |_| true,
        || 5,
    );
    assert_eq!((stats.markers, stats.good, stats.truncated), (1, 0, 1));
    let (_, stats) = hunt::<20>(&one, CaduHunt::for_config(&config), |_| true, || 5);
    assert_eq!((stats.markers, stats.good, stats.truncated), (1, 1, 0));
}

/// Units of 10 octets that end in their CRC-16, behind a marker, with everything that can happen to them.
fn stream(marker: &[u8], noise: &mut Noise) -> Vec<u8> {
    let (mut stream, mut turned) = (Vec::new(), 0);
    for _ in 0..40 {
        let mut unit = noise.octets(8);
        unit.extend(crc16_fecf(&unit).to_be_bytes());
        let mut piece = [marker, &bits(&unit)].concat();
        let at = noise.below(piece.len());
        match noise.below(12) {
            0 => piece[at] ^= 1,
            1 => drop(piece.remove(at)),
            2 => piece.insert(at, (noise.next() & 1) as u8),
            3 => piece.truncate(at),
            4 => turned ^= 1,
            5 => piece.extend(noise.bits(at)),
            6 => piece[at % marker.len()] ^= 1,
            _ => {}
        }
        stream.extend(piece.iter().map(|bit| bit ^ turned));
    }
    stream
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Candidates as the twin has them, however the stream is cut. A short marker makes many false ones.
    #[test]
    fn candidates_depend_on_bits_and_verdicts_alone(
        seed: u64, len in prop_oneof![6..=32_u32, Just(24), Just(32), Just(64), Just(96), Just(192)], tolerance in 0..=3u8, loose in 0..=12u8, turns in 0..4u8, both: bool,
    ) {
        let mut noise = Noise(seed);
        let asm = match len {
            64 => Asm::CSM,
            96 => Asm::TURBO_THIRD,
            192 => Asm::TURBO_SIXTH,
            _ => Asm::new(0x1ACF_FC1D, len).expect("6 to 32 bits"),
        };
        let marker: Vec<u8> = (0..len).map(|at| asm.bit(at)).collect();
        let stream = stream(&marker, &mut noise);
        let judge = |unit: &[u8]| crc16_fecf(unit) == 0;
        let polarity = if both { Polarity::Both } else { Polarity::Normal };
        let config = CaduHunt::new(asm, 10).with_tolerance(tolerance).with_flywheel_tolerance(loose)
            .with_flywheel_units(turns).with_polarity(polarity);
        let rules = CaduRules {
            marker, unit_len: 10, tolerance: usize::from(tolerance).min((len as usize - 1) / 2),
            flywheel_tolerance: usize::from(loose), flywheel_units: usize::from(turns), both,
        };
        let (expected, cut_off) = hunt_cadus(&stream, &rules, judge);
        for hunter in hunters::<10>(config) {
            let (found, _) = hunt_with(hunter.clone(), &stream, judge, || stream.len());
            prop_assert_eq!(&found, &expected);
            let (found, _) = hunt_with(hunter.clone(), &stream, judge, || 1 + noise.below(2000));
            prop_assert_eq!(&found, &expected);
            let (found, _) = hunt_with(hunter, &stream, judge, || 1 + noise.below(400));
            prop_assert_eq!(&found, &expected);
        }
        let (found, _) = hunt::<12>(&stream, config, judge, || 1);
        prop_assert_eq!(&found, &expected);
        let (found, stats) = hunt::<2048>(&stream, config, judge, || 1 + noise.below(300));
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(stats.good, found.iter().filter(|one| one.good).count() as u64);
        prop_assert_eq!((stats.good + stats.rejected, stats.truncated), (found.len() as u64, u64::from(cut_off)));
        // a marker at the flywheel's place counts even if the end cuts its unit off
        let at_wheel = found.iter().filter(|one| one.flywheel).count() as u64;
        prop_assert!((at_wheel..=at_wheel + stats.truncated).contains(&stats.flywheel_hits));
    }
}

/// Units shorter than their markers, octets and bits in turns: nobody flies them, but the hunter takes them.
#[test]
fn short_units_depend_on_bits_and_verdicts_alone() {
    let mut noise = Noise(7);
    let asm = Asm::new(0x1A_CFFC, 24).expect("24 bits");
    let marker: Vec<u8> = (0..24).map(|at| asm.bit(at)).collect();
    for round in 0..400_u32 {
        let (unit_len, tolerance) = (1 + noise.below(4), noise.below(8) as u8);
        let (loose, turns) = (noise.below(20) as u8, noise.below(4) as u8);
        let config = CaduHunt::new(asm, unit_len)
            .with_tolerance(tolerance)
            .with_flywheel_tolerance(loose)
            .with_flywheel_units(turns);
        let mut stream = Vec::new();
        for _ in 0..40 {
            stream.extend(&marker);
            let more = noise.below(60);
            stream.extend(noise.bits(more));
        }
        let good_below = noise.next() as u8;
        let judge = |unit: &[u8]| unit[0] < good_below;
        let rules = CaduRules {
            marker: marker.clone(),
            unit_len,
            tolerance: usize::from(tolerance),
            flywheel_tolerance: usize::from(loose),
            flywheel_units: usize::from(turns),
            both: true,
        };
        let (expected, _) = hunt_cadus(&stream, &rules, judge);
        let most = 1 + noise.below(400);
        for mut hunter in hunters::<8>(config) {
            let mut found = Vec::new();
            let mut sink = |unit: CaduUnit<'_>| {
                found.push((unit.at_bit, unit.octets.to_vec()));
                if judge(unit.octets) {
                    Verdict::Good
                } else {
                    Verdict::Bad
                }
            };
            let mut rest = &stream[..];
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at((1 + noise.below(most)).min(rest.len()));
                let (whole, single) = piece.split_at(piece.len() / 8 * 8);
                hunter.handle_octets(&octets(whole), &mut sink);
                hunter.handle_bits(single, &mut sink);
                rest = behind;
            }
            let wanted = expected.iter().map(|one| (one.at_bit, one.unit.clone()));
            assert!(found.iter().cloned().eq(wanted), "round {round}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Real-sized units with noise, idle and turned polarity between them and correctable damage within: all frames come out.
    #[test]
    fn damaged_units_between_noise_are_all_decoded(seed: u64, e8: bool, depth in 1..=5usize, long: bool) {
        let mut noise = Noise(seed);
        let code = if e8 { RsCode::E8 } else { RsCode::E16 };
        let randomizer = if long { TmRandomizer::Long } else { TmRandomizer::Short };
        let config = CaduConfig::reed_solomon(code, depth, depth * (60 + noise.below(150)))
            .expect("it fits").with_randomizer(randomizer);
        let (mut stream, mut sent) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            let gap = noise.below(500) * noise.below(2);
            stream.extend(noise.bits(gap));
            let frame = noise.octets(config.frame_len());
            let mut one = cadu(config, &frame);
            for _ in 0..noise.below(code.error_capability() + 1) {
                let at = 4 + noise.below(config.unit_len());
                one[at] ^= noise.next() as u8;
            }
            let turned = (noise.next() & 1) as u8;
            stream.extend(bits(&one).iter().map(|bit| bit ^ turned));
            sent.push(frame);
        }
        let chunk = 1 + noise.below(5000);
        let (found, _) = frames(config, &stream, chunk);
        prop_assert_eq!(found, sent);
    }
}
