//! Samples as octets, in the four formats: any division gives the same samples, and what was decoded is encoded to the same octets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::pieces;
use magpie_radio::Iq;
use magpie_radio::stream::{Decoder, Format};

fn decode<'a>(format: Format, pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Iq>, usize) {
    let (mut decoder, mut samples) = (Decoder::new(format), Vec::new());
    for piece in pieces {
        decoder.push(piece, &mut samples);
    }
    let trailing = decoder.trailing();
    decoder.forget_begun();
    assert_eq!(decoder.trailing(), 0);
    (samples, trailing)
}

fn bits(samples: &[Iq]) -> Vec<(u32, u32)> {
    samples
        .iter()
        .map(|sample| (sample.re.to_bits(), sample.im.to_bits()))
        .collect()
}

fuzz_target!(|input: &[u8]| {
    let Some((&[format, cut], octets)) = input.split_first_chunk() else {
        return;
    };
    let format = Format::ALL[usize::from(format % 4)];
    let (samples, trailing) = decode(format, std::iter::once(octets));
    assert_eq!(samples.len() * format.octets() + trailing, octets.len());
    let (parts, rest) = decode(format, pieces(octets, cut));
    assert_eq!((bits(&parts), rest), (bits(&samples), trailing));
    let mut back = Vec::new();
    assert_eq!(format.encode(&samples, &mut back), 0);
    assert_eq!(back, octets[..octets.len() - trailing]);
    // The same octets as numbers of any size, in every format.
    let (wild, _) = decode(Format::Cf32, std::iter::once(octets));
    for format in Format::ALL {
        let mut out = Vec::new();
        let clipped = format.encode(&wild, &mut out);
        assert!(clipped <= wild.len() as u64 && out.len() == wild.len() * format.octets());
        let (tame, _) = decode(format, std::iter::once(&out[..]));
        let within = |sample: &Iq| sample.re.abs() <= 1.0 && sample.im.abs() <= 1.0;
        assert!(format == Format::Cf32 || tame.iter().all(within));
    }
});
