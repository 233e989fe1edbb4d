//! The codeblock synchroniser: candidates do not depend on how the stream is cut, lie inside it, and are what stands there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::codeblock::{ASM, CSM, Codeblock, CodeblockConfig, CodeblockSync, Verdict};
use magpie_coding::randomizer::{Randomizer, Sequence};
use magpie_fuzz::pieces;

type Found = (u64, bool, u8, Option<i8>, Vec<i8>);

fn hunt<'a>(
    config: CodeblockConfig<'_>,
    good_below: i8,
    pieces: impl Iterator<Item = &'a [i8]>,
) -> Vec<Found> {
    let mut found = Vec::new();
    let mut sync = CodeblockSync::new(config, vec![0; config.memory_len()]).unwrap();
    let mut sink = |block: Codeblock<'_>| {
        found.push((
            block.at_symbol,
            block.inverted,
            block.likeness,
            block.slip,
            block.symbols.to_vec(),
        ));
        if block.symbols[0] < good_below {
            Verdict::Good
        } else {
            Verdict::Bad
        }
    };
    for piece in pieces {
        sync.push(piece, &mut sink);
    }
    found
}

fuzz_target!(|input: &[u8]| {
    let Some((&[kind, len, threshold, flywheel, good_below, cut], octets)) =
        input.split_first_chunk()
    else {
        return;
    };
    let marker: &[u8] = match kind & 3 {
        0 => &ASM,
        1 => &CSM,
        2 => &CSM[..16],
        _ => &CSM[..40],
    };
    let sequence = [
        None,
        Some(Sequence::Tc),
        Some(Sequence::TmShort),
        Some(Sequence::TmLong),
    ];
    let sequence = sequence[usize::from(kind >> 2 & 3)];
    // Half of the inputs are bits, so that markers are easily had.
    let stream: Vec<i8> = if kind & 16 == 0 {
        octets.iter().map(|&octet| octet as i8).collect()
    } else {
        let bits = magpie_fuzz::bits(octets);
        bits.iter()
            .map(|&bit| if bit == 1 { 50 } else { -50 })
            .collect()
    };
    let block_len = marker.len() + usize::from(len);
    let config = CodeblockConfig::new(marker, block_len)
        .with_threshold(threshold)
        .with_flywheel_blocks(flywheel % 8)
        .with_randomizer(sequence);
    let found = hunt(config, good_below as i8, std::iter::once(&stream[..]));
    assert_eq!(hunt(config, good_below as i8, pieces(&stream, cut)), found);
    for (at_symbol, inverted, _, slip, symbols) in found {
        assert!(slip.is_none_or(|slip| slip.unsigned_abs() <= 8));
        let start = at_symbol as usize + marker.len();
        let mut own: Vec<i8> = stream[start..start + block_len]
            .iter()
            .map(|&symbol| symbol.max(-127) * if inverted { -1 } else { 1 })
            .collect();
        if let Some(sequence) = sequence {
            Randomizer::new(sequence).apply_soft(&mut own);
        }
        assert_eq!(symbols, own);
    }
});
