//! Whole passes in one process: the applications that fly, on a channel with noise, bursts and resets.
//!
//! What arrived is taken out of the CADUs with the ground's decoders and put together here by hand, from the layouts of the books: TM data field,
//! record packet, transfer block, PLTU, Version-3 frame, space packet, CFDP File Data.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod world;

use std::collections::BTreeMap;

use magpie_bus::ToComputer;
use magpie_bus::order::{Order, PassMode, ReturnCode};
use magpie_coding::cadu::{CaduConfig, decode_unit};
use magpie_coding::reed_solomon::RsCode;
use magpie_orbiter::{CADU_LEN, FRAME_LEN};
use world::{Flash, World, pass, relay, rover};

/// 20 kB that repeat only after 65,536 octets.
fn payload() -> Vec<u8> {
    (0..20_000_u32)
        .map(|i| (i.wrapping_mul(40_503) >> 7) as u8)
        .collect()
}

/// The frames in a dump, in order, out of the record packets.
fn frames(downlink: &[u8]) -> Vec<Vec<u8>> {
    let config = CaduConfig::reed_solomon(RsCode::E16, 5, FRAME_LEN).unwrap();
    let mut row = Vec::new();
    let mut next = None;
    for cadu in downlink.chunks(CADU_LEN) {
        assert_eq!(cadu[..4], [0x1A, 0xCF, 0xFC, 0x1D]);
        let mut unit = cadu[4..].to_vec();
        assert!(decode_unit(&config, &mut unit).unwrap().is_good());
        if unit[1] >> 1 & 7 != 1 {
            continue; // idle data
        }
        assert_eq!(unit[3], next.unwrap_or(unit[3]), "virtual channel count");
        next = Some(unit[3].wrapping_add(1));
        // Primary header 6; OCF 4 and FECF 2 at the end.
        row.extend_from_slice(&unit[6..FRAME_LEN - 6]);
    }
    let mut frames = Vec::new();
    while row.len() > 6 {
        let len = 7 + usize::from(u16::from_be_bytes([row[4], row[5]]));
        let packet: Vec<u8> = row.drain(..len.min(row.len())).collect();
        let apid = u16::from_be_bytes([packet[0], packet[1]]) & 0x7FF;
        // Secondary header 8 + 2, kind: 1 is a block. Block header 12, marker 3, ... CRC-32, block check, packet error control.
        if apid == 1601 && packet[16] == 1 {
            frames.push(packet[18 + 12 + 3..packet.len() - 2 - 2 - 4].to_vec());
        }
    }
    frames
}

/// The pieces of the file in these frames, by their place.
fn file(frames: &[Vec<u8>]) -> BTreeMap<u32, Vec<u8>> {
    let mut pieces = BTreeMap::new();
    for frame in frames {
        // Version-3 header 5, space packet header 6, PDU header 10.
        let Some(pdu) = frame.get(5 + 6..).filter(|pdu| pdu[0] & 0x10 != 0) else {
            continue; // a P-frame, or a directive of the file protocol
        };
        if frame[0] & 0x10 == 0 {
            let at = u32::from_be_bytes(pdu[10..14].try_into().unwrap());
            pieces.insert(at, pdu[14..].to_vec());
        }
    }
    pieces
}

fn assert_whole(pieces: &BTreeMap<u32, Vec<u8>>, payload: &[u8]) {
    let mut got = Vec::new();
    for (at, piece) in pieces {
        assert_eq!(*at as usize, got.len(), "a gap");
        got.extend_from_slice(piece);
    }
    assert_eq!(got.len(), payload.len());
    assert!(got == payload);
}

#[test]
fn a_blind_pass_brings_the_file_to_earth() {
    let upright_or_not = |code| [(code, false), (code, true)];
    let codes = [ReturnCode::Convolutional, ReturnCode::Ldpc];
    for (return_code, inverted) in codes.into_iter().flat_map(upright_or_not) {
        let flash = Flash::blank();
        let (mut rover, mut orbiter) = (rover(), relay(&flash));
        let mut world = World::new(payload());
        world.inverted = inverted;
        let blind = pass(PassMode::Blind);
        let blind = magpie_bus::order::Pass {
            send_ms: 30_000,
            return_code,
            ..blind
        };
        world.tell_orbiter(&mut orbiter, &ToComputer::Order(Order::Begin(blind)));
        world.step(None, Some(&mut orbiter));
        world.tell_rover(&mut rover, &ToComputer::Order(Order::Begin(blind)));
        while world.seconds() < 35 {
            world.step(Some(&mut rover), Some(&mut orbiter));
        }
        world.tell_orbiter(&mut orbiter, &ToComputer::Order(Order::End));
        world.step(Some(&mut rover), Some(&mut orbiter));
        world.dump(&mut orbiter);
        let frames = frames(&world.downlink);
        assert_eq!(frames.len(), world.recorded.len());
        assert_whole(&file(&frames), &world.payload);
        assert_eq!(world.rover_state, 1, "silent again");
        world.tell_orbiter(&mut orbiter, &ToComputer::Order(Order::Report));
        let blocks = counter(&world, "ldpc_blocks");
        assert_eq!(blocks > 200, return_code == ReturnCode::Ldpc, "{blocks}");
    }
}

/// Steps until the orbiter has closed the pass by itself, at most so long.
fn until_over(
    world: &mut World,
    rover: &mut magpie_rover::Rover,
    orbiter: &mut world::Relay,
    limit_s: u64,
) {
    while world.seconds() < limit_s {
        world.step(Some(rover), Some(orbiter));
        if orbiter.pass().is_none() {
            return;
        }
    }
    panic!(
        "not over after {limit_s} s: rover S{}, orbiter S{}, {:?}",
        world.rover_state, world.orbiter_state, world.log
    );
}

/// A counter as it was told last.
fn counter(world: &World, name: &str) -> u32 {
    let told = world.counters.iter().rev();
    let found = told.clone().find(|(counter, _)| counter == name);
    found.map_or(0, |(_, value)| *value)
}

#[test]
fn a_hailed_pass_loses_nothing_and_brings_nothing_twice() {
    let flash = Flash::blank();
    let (mut rover, mut orbiter) = (rover(), relay(&flash));
    let mut world = World::new(payload());
    // A frame lasts 4.4 stretches: some 3 % of frames are hit.
    (world.spoiled_return, world.spoiled_forward) = (7, 7);
    world.tell_orbiter(
        &mut orbiter,
        &ToComputer::Order(Order::Begin(pass(PassMode::Hailed))),
    );
    until_over(&mut world, &mut rover, &mut orbiter, 200);
    world.dump(&mut orbiter);
    let frames = frames(&world.downlink);
    assert_whole(&file(&frames), &world.payload);
    // Metadata, pieces, EOF: each exactly once.
    assert_eq!(frames.len(), 2 + 20_000_usize.div_ceil(234));
    world.tell_rover(&mut rover, &ToComputer::Order(Order::Report));
    let again = counter(&world, "frames_retransmitted");
    assert!(again > 0, "the channel did lose frames");
}

/// The rover knows of no pass: the hail tells it the code.
#[test]
fn a_hailed_pass_with_ldpc_loses_nothing_and_brings_nothing_twice() {
    let flash = Flash::blank();
    let (mut rover, mut orbiter) = (rover(), relay(&flash));
    let mut world = World::new(payload());
    // A block lasts two stretches.
    (world.spoiled_return, world.spoiled_forward) = (7, 7);
    let hailed = magpie_bus::order::Pass {
        return_code: ReturnCode::Ldpc,
        ..pass(PassMode::Hailed)
    };
    world.tell_orbiter(&mut orbiter, &ToComputer::Order(Order::Begin(hailed)));
    until_over(&mut world, &mut rover, &mut orbiter, 200);
    world.dump(&mut orbiter);
    let frames = frames(&world.downlink);
    assert_whole(&file(&frames), &world.payload);
    assert_eq!(frames.len(), 2 + 20_000_usize.div_ceil(234));
    world.tell_orbiter(&mut orbiter, &ToComputer::Order(Order::Report));
    assert!(counter(&world, "ldpc_blocks") > 200);
    assert!(counter(&world, "ldpc_blocks_bad") > 0, "blocks were lost");
}

/// Who is reset, in which stretch of the pass.
#[derive(Debug, Clone, Copy)]
struct Reset {
    orbiter: bool,
    at: usize,
}

/// Plays a hailed pass; the states of both ends (numbers of the book, rover first) stretch by stretch until the reset, or the end.
fn play(world: &mut World, reset: Option<Reset>) -> Vec<(u8, u8)> {
    let flash = Flash::blank();
    let (mut rover, mut orbiter) = (rover(), relay(&flash));
    let mut states = Vec::new();
    let begin = ToComputer::Order(Order::Begin(pass(PassMode::Hailed)));
    world.tell_orbiter(&mut orbiter, &begin);
    loop {
        world.step(Some(&mut rover), Some(&mut orbiter));
        states.push((world.rover_state, world.orbiter_state));
        let Some(reset) = reset else {
            if orbiter.pass().is_none() {
                break;
            }
            assert!(world.seconds() < 200, "not over: {:?}", world.log);
            continue;
        };
        if states.len() <= reset.at {
            continue;
        }
        // Two seconds to come back.
        for _ in 0..30 {
            if reset.orbiter {
                world.step(Some(&mut rover), None);
            } else {
                world.step(None, Some(&mut orbiter));
            }
        }
        if reset.orbiter {
            orbiter = relay(&flash);
        } else {
            rover = world::rover();
        }
        until_over(world, &mut rover, &mut orbiter, 300);
        break;
    }
    world.dump(&mut orbiter);
    states
}

/// A reset of either end in the first and in the last stretch of every pair of states that a pass goes through.
#[test]
fn resets_in_every_state_cost_time_only() {
    let small = || World::new(payload()[..4_000].to_vec());
    let states = play(&mut small(), None);
    let mut moments = Vec::new();
    for at in 0..states.len() - 1 {
        let first = !states[..at].contains(&states[at]);
        let last = !states[at + 1..].contains(&states[at]);
        if first || last {
            moments.push(at);
        }
    }
    let seen: std::collections::BTreeSet<u8> = states
        .iter()
        .map(|s| s.0)
        .chain(states.iter().map(|s| s.1))
        .collect();
    // Waiting for a hail, hailing (carrier, acquisition, directives, tail, response), data services with carrier and acquisition, the end.
    for state in [2, 31, 32, 33, 34, 35, 40, 41, 42, 45] {
        assert!(seen.contains(&state), "S{state} is not among {seen:?}");
    }
    for at in moments {
        for orbiter in [false, true] {
            let reset = Reset { orbiter, at };
            let mut world = small();
            play(&mut world, Some(reset));
            let frames = frames(&world.downlink);
            let of = states[at];
            assert_eq!(
                frames.len(),
                world.recorded.len(),
                "{reset:?} in {of:?}: all that was recorded is in the dump"
            );
            assert_whole(&file(&frames), &world.payload);
        }
    }
}
