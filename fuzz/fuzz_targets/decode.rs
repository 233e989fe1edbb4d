//! The decoding chains of `magpie decode`: frames and account do not depend on how the file is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::asm::Asm;
use magpie_coding::cadu::CaduConfig;
use magpie_coding::reed_solomon::{ReedSolomon, RsCode};
use magpie_coding::viterbi::G2Choice;
use magpie_fuzz::pieces;
use magpie_ground::decode::{DecodeConfig, Decoder, Outer};
use magpie_ground::symbols::SymbolFormat;

fn decode<'a>(
    config: &DecodeConfig,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (Vec<Vec<u8>>, String) {
    let mut frames = Vec::new();
    let mut decoder = Decoder::new(config).unwrap();
    for piece in pieces {
        decoder.push(piece, &mut |frame| frames.push(frame.to_vec()));
    }
    let report = decoder.finish(&mut |frame| frames.push(frame.to_vec()));
    (frames, format!("{report:?}"))
}

fuzz_target!(|input: &[u8]| {
    let Some((&[format, chain, outer, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let formats = [
        SymbolFormat::F32,
        SymbolFormat::I8,
        SymbolFormat::Bits,
        SymbolFormat::Octets,
    ];
    let marked = Outer::Marked {
        marker: Asm::PLTU,
        len: 12,
        crc_from: 3,
    };
    let outers = [
        Outer::pltu(),
        Outer::Cadu(CaduConfig::uncoded(16).unwrap()),
        Outer::Cadu(CaduConfig::reed_solomon(RsCode::E16, 1, 8).unwrap()),
        marked,
        Outer::Codewords(ReedSolomon::new(RsCode::E8, 2, 230).unwrap()),
    ];
    let config = DecodeConfig {
        convolutional: [None, Some(G2Choice::Inverted), Some(G2Choice::Auto)]
            [usize::from(chain % 3)],
        descrambler: chain & 128 == 128,
        ..DecodeConfig::new(
            formats[usize::from(format % 4)],
            outers[usize::from(outer % 5)],
        )
    };
    let whole = decode(&config, std::iter::once(octets));
    assert_eq!(decode(&config, pieces(octets, cut)), whole);
});
