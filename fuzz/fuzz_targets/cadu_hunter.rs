//! The CADU hunter: candidates do not depend on how the stream is cut, lie inside it, and are what stands there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::asm::Asm;
use magpie_coding::cadu::{CaduHunt, CaduHunter, CaduUnit, Verdict};
use magpie_coding::engine::Engine;
use magpie_fuzz::{bits, pieces};

type Found = (u64, bool, u8, bool, Vec<u8>);

/// Pieces of bits; those whose number leaves no rest by `octets` (if not 0) as far as possible as octets.
fn hunt<'a>(
    mut hunter: CaduHunter<64>,
    good_below: u8,
    pieces: impl Iterator<Item = &'a [u8]>,
    octets: usize,
) -> Vec<Found> {
    let mut found = Vec::new();
    let mut sink = |unit: CaduUnit<'_>| {
        found.push((
            unit.at_bit,
            unit.inverted,
            unit.marker_errors,
            unit.flywheel,
            unit.octets.to_vec(),
        ));
        if unit.octets[0] < good_below {
            Verdict::Good
        } else {
            Verdict::Bad
        }
    };
    for (number, piece) in pieces.enumerate() {
        let (whole, rest) = piece.as_chunks::<8>();
        if octets > 0 && number % octets == 0 {
            let pack = |eight: &[u8; 8]| eight.iter().fold(0, |octet, bit| octet << 1 | bit);
            let packed: Vec<u8> = whole.iter().map(pack).collect();
            hunter.handle_octets(&packed, &mut sink);
            hunter.handle_bits(rest, &mut sink);
        } else {
            hunter.handle_bits(piece, &mut sink);
        }
    }
    hunter.finish();
    found
}

fuzz_target!(|input: &[u8]| {
    let Some((&[len, tolerances, flywheel, good_below, cut], octets)) = input.split_first_chunk()
    else {
        return;
    };
    let unit_len = usize::from(len % 32) + 1;
    let marker = match len >> 6 {
        0 | 1 => Asm::new(0x1ACF, 16).unwrap(),
        2 => Asm::TM,
        _ => Asm::new(0x1A_CFFC, 24).unwrap(),
    };
    let config = CaduHunt::new(marker, unit_len)
        .with_tolerance(tolerances & 7)
        .with_flywheel_tolerance(tolerances >> 3)
        .with_flywheel_units(flywheel % 8);
    let stream = bits(octets);
    // Bit by bit: too short for packed octets.
    let hunter = CaduHunter::<64>::new(config).unwrap();
    let found = hunt(hunter.clone(), good_below, stream.chunks(1), 0);
    for engine in Engine::available() {
        let hunter = hunter.clone().with_engine(engine);
        let whole = std::iter::once(&stream[..]);
        assert_eq!(
            hunt(hunter.clone(), good_below, whole, 1),
            found,
            "{engine}"
        );
        let cut = hunt(hunter, good_below, pieces(&stream, cut), 2);
        assert_eq!(cut, found, "{engine}");
    }
    for (at_bit, inverted, _, _, octets) in found {
        let start = at_bit as usize + marker.len_bits() as usize;
        let own: Vec<u8> = stream[start..start + unit_len * 8]
            .iter()
            .map(|bit| bit ^ u8::from(inverted))
            .collect();
        assert_eq!(bits(&octets), own);
    }
});
