//! Units of CADUs: what was sent comes back, any unit is decoded the same by every engine, and a unit of another length is refused and left alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::asm::Asm;
use magpie_coding::cadu::{CaduConfig, CaduEncoder, CaduError, TmRandomizer, decode_unit};
use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::{Basis, FillPolicy, RsCode};

fuzz_target!(|input: &[u8]| {
    let Some((&[options, interleave, high, low, place], octets)) = input.split_first_chunk() else {
        return;
    };
    let frame_len = usize::from(u16::from_be_bytes([high, low]) % 2048);
    let Some(config) = config(options, interleave, frame_len) else {
        return;
    };
    let any = |len: usize| -> Vec<u8> { octets.iter().copied().cycle().take(len).collect() };
    let frame = any(config.frame_len());
    if frame.is_empty() {
        return;
    }
    round_trip(&config, &frame, octets[0], place);

    let received = any(config.unit_len());
    let mut first = None;
    for engine in Engine::available() {
        let mut unit = received.clone();
        let report = decode_unit(&config.with_engine(engine), &mut unit).unwrap();
        let result = (report, unit);
        assert!(
            *first.get_or_insert_with(|| result.clone()) == result,
            "{engine}"
        );
    }
    if octets.len() != config.unit_len() {
        let mut other = octets.to_vec();
        let refused = decode_unit(&config, &mut other);
        assert!(matches!(refused, Err(CaduError::Length { .. })));
        assert_eq!(other, octets);
    }
});

fn config(options: u8, interleave: u8, frame_len: usize) -> Option<CaduConfig> {
    let config = match options & 3 {
        0 => CaduConfig::uncoded(frame_len),
        1 => CaduConfig::reed_solomon(RsCode::E8, usize::from(interleave), frame_len),
        _ => CaduConfig::reed_solomon(RsCode::E16, usize::from(interleave), frame_len),
    };
    let config = config
        .ok()?
        .with_basis(if options & 4 == 0 {
            Basis::Dual
        } else {
            Basis::Conventional
        })
        .with_fill_policy(if options & 8 == 0 {
            FillPolicy::Strict
        } else {
            FillPolicy::AllowCorrection
        })
        .with_randomizer(match options >> 4 & 3 {
            0 => TmRandomizer::None,
            1 => TmRandomizer::Long,
            _ => TmRandomizer::Short,
        });
    // Only whole octets are a marker.
    let marker = Asm::new(0xCF, 8 + u32::from(options >> 6))?;
    let other = config.with_marker(marker);
    assert_eq!(other.is_ok(), marker.len_bits() == 8);
    Some(other.unwrap_or(config))
}

/// A frame through the encoder, up to three wrong octets, and back.
fn round_trip(config: &CaduConfig, frame: &[u8], wrong: u8, place: u8) {
    let encoder = CaduEncoder::new(*config);
    let mut cadu = vec![0; config.cadu_len()];
    assert_eq!(encoder.encode(frame, &mut cadu), Ok(cadu.len()));
    let short = cadu.len() - 1;
    assert!(encoder.encode(frame, &mut vec![0; short]).is_err());
    let unit = &mut cadu[config.marker().len_octets().unwrap()..];
    if config.rs().is_some() {
        for error in 0..usize::from(wrong % 4) {
            let len = unit.len();
            unit[(usize::from(place) + 7 * error) % len] ^= wrong;
        }
    }
    let report = decode_unit(config, unit).unwrap();
    assert!(report.is_good());
    assert_eq!(unit[..frame.len()], *frame);
}
