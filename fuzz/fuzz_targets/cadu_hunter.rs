//! The CADU hunter: candidates do not depend on how the stream is cut, lie inside it, and are what stands there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::asm::Asm;
use magpie_coding::cadu::{CaduHunt, CaduHunter, CaduUnit, Verdict};
use magpie_fuzz::{bits, pieces};

type Found = (u64, bool, u8, bool, Vec<u8>);

fn hunt<'a>(hunt: CaduHunt, good_below: u8, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut hunter = CaduHunter::<64>::new(hunt).unwrap();
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
    for piece in pieces {
        hunter.handle_bits(piece, &mut sink);
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
    let marker = if len & 128 == 0 {
        Asm::new(0x1ACF, 16).unwrap()
    } else {
        Asm::TM
    };
    let config = CaduHunt::new(marker, unit_len)
        .with_tolerance(tolerances & 7)
        .with_flywheel_tolerance(tolerances >> 3)
        .with_flywheel_units(flywheel % 8);
    let stream = bits(octets);
    let found = hunt(config, good_below, std::iter::once(&stream[..]));
    assert_eq!(hunt(config, good_below, pieces(&stream, cut)), found);
    for (at_bit, inverted, _, _, octets) in found {
        let start = at_bit as usize + marker.len_bits() as usize;
        let own: Vec<u8> = stream[start..start + unit_len * 8]
            .iter()
            .map(|bit| bit ^ u8::from(inverted))
            .collect();
        assert_eq!(bits(&octets), own);
    }
});
