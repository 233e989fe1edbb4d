//! The orbiter's frames through every code it can use, decoded by the ground's own decoder, which was held against other people's encoders and recordings:
//! the same frames come out, also with the errors that the code is for.

use magpie_coding::cadu::{CaduConfig, TmRandomizer};
use magpie_coding::ldpc::LdpcCode;
use magpie_coding::reed_solomon::RsCode;
use magpie_coding::turbo::{TurboCode, TurboRate};
use magpie_coding::viterbi::G2Choice;
use magpie_ground::decode::{BlockCode, DecodeConfig, Decoder, Outer};
use magpie_ground::symbols::SymbolFormat;
use magpie_link::clock::Instant;
use magpie_relay::earth::coding::{ChannelUnit, CodingError, UnitConfig};
use magpie_relay::earth::downlink::{Downlink, DownlinkConfig, VcConfig};
use magpie_wire::id::{Scid, Vcid};

fn block(code: BlockCode) -> Outer {
    Outer::Block {
        code,
        randomizer: TmRandomizer::Short,
        fecf: true,
    }
}

/// Each coding on board, and what the ground is told.
fn cases() -> Vec<(UnitConfig, Outer)> {
    let mut cases = vec![
        (
            UnitConfig::uncoded(1_115),
            Outer::Frames(CaduConfig::uncoded(1_115).unwrap()),
        ),
        (
            UnitConfig::uncoded(300).with_convolutional(),
            Outer::Frames(CaduConfig::uncoded(300).unwrap()),
        ),
    ];
    for (code, interleave, len) in [
        (RsCode::E16, 5, 1_115),
        (RsCode::E16, 1, 223),
        (RsCode::E8, 4, 956),
        (RsCode::E16, 8, 1_600), // with virtual fill
    ] {
        let cadu = CaduConfig::reed_solomon(code, interleave, len).unwrap();
        let unit = UnitConfig::reed_solomon(code, interleave, len);
        cases.push((unit, Outer::Cadu(cadu)));
        cases.push((unit.with_convolutional(), Outer::Cadu(cadu)));
    }
    for rate in TurboRate::ALL {
        let code = TurboCode::new(1_784, rate).unwrap();
        cases.push((UnitConfig::turbo(code), block(BlockCode::Turbo(code))));
    }
    for code in [
        LdpcCode::Ar4ja1024Half,
        LdpcCode::Ar4ja4096FourFifths,
        LdpcCode::C2,
    ] {
        cases.push((UnitConfig::ldpc(code), block(BlockCode::Ldpc(code))));
    }
    cases
}

#[test]
fn every_coding_is_decoded_by_the_ground_with_errors_on_the_way() {
    for (config, outer) in cases() {
        let channel = VcConfig::real_time(Vcid::new(1).unwrap());
        let frames = DownlinkConfig::tm(Scid::new(0x41).unwrap(), config.frame_len);
        let mut downlink = Downlink::new(frames.with_channel(channel)).unwrap();
        let mut unit = ChannelUnit::new(config).unwrap();
        let (mut sent, mut stream) = (Vec::new(), Vec::new());
        for step in 0..8_u8 {
            let mut frame = vec![0; config.frame_len];
            downlink.next_frame(Instant::ZERO, &mut frame).unwrap();
            let mut octets = vec![0; unit.octets_max()];
            let len = unit.encode(&frame, &mut octets).unwrap();
            stream.extend(&octets[..len]);
            sent.push(frame);
            if config != UnitConfig::uncoded(1_115) {
                let at = stream.len() - 1 - len / 2 - usize::from(step);
                stream[at] ^= 0x10;
            }
        }
        stream.extend(unit.finish());
        let mut decode = DecodeConfig::new(SymbolFormat::Octets, outer);
        if config.convolutional {
            decode = decode.convolutional(G2Choice::Auto);
        }
        let (mut found, mut decoder) = (Vec::new(), Decoder::new(&decode).unwrap());
        decoder.push(&stream, &mut |frame| found.push(frame.to_vec()));
        let report = decoder.finish(&mut |frame| found.push(frame.to_vec()));
        // The last unit is there so that the convolutional code has an end.
        assert!(found.starts_with(&sent[..7]), "{config:?}: {report:?}");
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let turbo = TurboCode::new(1_784, TurboRate::Half).unwrap();
    let wrong = [
        UnitConfig::turbo(turbo).with_convolutional(),
        UnitConfig::ldpc(LdpcCode::Tc128),
        UnitConfig {
            frame_len: 1_000,
            ..UnitConfig::turbo(turbo)
        },
        UnitConfig::reed_solomon(RsCode::E16, 5, 1_114),
        UnitConfig::uncoded(0),
    ];
    for config in wrong {
        assert!(ChannelUnit::new(config).is_err(), "{config:?}");
    }
    let mut unit = ChannelUnit::new(UnitConfig::uncoded(10)).unwrap();
    let refused = CodingError::FrameLength { need: 10, have: 9 };
    assert_eq!(unit.encode(&[0; 9], &mut [0; 20]), Err(refused));
    let refused = CodingError::Buffer { need: 14, have: 13 };
    assert_eq!(unit.encode(&[0; 10], &mut [0; 13]), Err(refused));
}
