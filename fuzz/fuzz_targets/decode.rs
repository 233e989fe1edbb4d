//! The decoding chains of `magpie decode`: frames and account do not depend on how the file is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::asm::Asm;
use magpie_coding::bch::BchMode;
use magpie_coding::cadu::{CaduConfig, TmRandomizer};
use magpie_coding::cltu::{CltuConfig, LdpcCltuConfig};
use magpie_coding::ldpc::LdpcCode;
use magpie_coding::pltu::PltuConfig;
use magpie_coding::reed_solomon::{ReedSolomon, RsCode};
use magpie_coding::turbo::{TurboCode, TurboRate};
use magpie_coding::viterbi::G2Choice;
use magpie_fuzz::pieces;
use magpie_ground::decode::{BlockCode, DecodeConfig, Decoder, Outer};
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
    let block = |code| Outer::Block {
        code,
        randomizer: TmRandomizer::Short,
        fecf: chain & 32 == 32,
    };
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
        Outer::Frames(CaduConfig::uncoded(16).unwrap()),
        Outer::Cltu {
            config: CltuConfig::new(BchMode::SingleErrorCorrect).with_randomizer(chain & 64 == 64),
            fecf: chain & 32 == 32,
        },
        Outer::CltuLdpc {
            config: LdpcCltuConfig::short(),
            fecf: chain & 32 == 32,
        },
        block(BlockCode::Ldpc(LdpcCode::Ar4ja1024FourFifths)),
        block(BlockCode::Turbo(
            TurboCode::new(1784, TurboRate::Half).unwrap(),
        )),
        Outer::Prox1Ldpc(PltuConfig::new()),
    ];
    let config = DecodeConfig {
        convolutional: [None, Some(G2Choice::Inverted), Some(G2Choice::Auto)]
            [usize::from(chain % 3)],
        descrambler: chain & 128 == 128,
        ..DecodeConfig::new(
            formats[usize::from(format % 4)],
            outers[usize::from(outer) % outers.len()],
        )
    };
    if Decoder::new(&config).is_err() {
        return; // blocks of soft symbols have no inner code and no descrambler
    }
    let whole = decode(&config, std::iter::once(octets));
    assert_eq!(decode(&config, pieces(octets, cut)), whole);
});
