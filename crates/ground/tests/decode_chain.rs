//! The decoding chain against a slow transmitter: unknown start, unknown polarity, unknown G2, any scale, slips, any chunks.
#![allow(clippy::cast_possible_truncation)] // small counters

mod naive;

use magpie_coding::cadu::{CaduConfig, TmRandomizer};
use magpie_coding::reed_solomon::{Basis, RsCode};
use magpie_coding::viterbi::G2Choice;
use magpie_ground::decode::{DecodeConfig, DecodeReport, Decoder, Outer};
use magpie_ground::symbols::SymbolFormat;
use naive::{Seeded, bits, cadu, convolutional, hex, idle, octets, pltu};

fn decode(config: &DecodeConfig, file: &[u8]) -> (Vec<Vec<u8>>, DecodeReport) {
    decode_in(config, file, &mut || file.len().max(1))
}

fn decode_in(
    config: &DecodeConfig,
    file: &[u8],
    chunk: &mut dyn FnMut() -> usize,
) -> (Vec<Vec<u8>>, DecodeReport) {
    let mut decoder = Decoder::new(config).unwrap();
    let mut frames = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(chunk().min(rest.len()));
        decoder.push(now, &mut |frame| frames.push(frame.to_vec()));
        rest = later;
    }
    let report = decoder.finish(&mut |frame| frames.push(frame.to_vec()));
    (frames, report)
}

#[test]
fn the_slow_transmitter_gives_the_literals() {
    for (data, symbols) in [
        ("00", "5555"),
        ("01", "5556"),
        ("80", "BA49"),
        ("A53C", "B480E3BC"),
        ("4343534453", "6E9F232F20935319AA23"),
        ("FAF320", "8C22D10EA614"),
        ("352EF853", "5820900E66ECC123"),
    ] {
        assert_eq!(
            octets(&convolutional(&bits(&hex(data)), true)),
            hex(symbols)
        );
    }
    for (frame, unit) in naive::LITERAL_PLTUS {
        assert_eq!(pltu(&hex(frame)), hex(unit));
    }
    assert_eq!(naive::crc16(b"123456789"), [0x29, 0xB1]);
    assert_eq!(
        naive::randomizer(16, false),
        hex("FF480EC09A0D70BC8E2C93ADA7B746CE")
    );
    assert_eq!(
        naive::randomizer(16, true),
        hex("1C71B91BA9BA8457B4BC5054BFD05540")
    );
}

/// The literal frames, five times, with idle around and between them: bits on the channel, and the frames.
fn proximity() -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut stream, mut frames) = (idle(64), Vec::new());
    for (frame, unit) in naive::LITERAL_PLTUS.iter().cycle().take(20) {
        stream.extend(hex(unit));
        stream.extend(idle(4));
        frames.push(hex(frame));
    }
    stream.extend(idle(60));
    (bits(&stream), frames)
}

/// What lies around the signal in a recording.
struct Around {
    /// Symbols of the signal that the recording missed.
    offset: usize,
    inverted: bool,
    noise: usize,
}

impl Around {
    const ALL: [Self; 8] = {
        const fn around(offset: usize, inverted: bool, noise: usize) -> Around {
            Around {
                offset,
                inverted,
                noise,
            }
        }
        [
            around(0, false, 0),
            around(0, true, 3001),
            around(1, false, 0),
            around(1, true, 3000),
            around(7, false, 2999),
            around(7, true, 0),
            around(64, true, 1234),
            around(101, false, 4321),
        ]
    };

    fn symbols(&self, signal: &[u8], seed: &mut Seeded) -> Vec<u8> {
        let turned = signal[self.offset..]
            .iter()
            .map(|symbol| symbol ^ u8::from(self.inverted));
        let mut symbols = seed.bits(self.noise);
        symbols.extend(turned);
        symbols.extend(seed.bits(self.noise));
        symbols
    }
}

/// The same symbols in every format: name, octets of the file. Noise at `eb_n0_db` where the format is soft.
fn formats(
    symbols: &[u8],
    eb_n0_db: f64,
    rate: f64,
    seed: &mut Seeded,
) -> Vec<(SymbolFormat, Vec<u8>)> {
    let mut files: Vec<(SymbolFormat, Vec<u8>)> = [1.0, 1e-6, 1e6]
        .map(|scale| {
            let file = naive::floats(symbols, scale, eb_n0_db, rate, seed);
            (SymbolFormat::F32, file)
        })
        .to_vec();
    let soft = symbols
        .iter()
        .map(|&symbol| if symbol == 1 { 30u8 } else { 226 });
    files.push((SymbolFormat::I8, soft.collect()));
    files.push((SymbolFormat::Bits, symbols.to_vec()));
    files.push((SymbolFormat::Octets, octets(symbols)));
    files
}

//= 211.2-B-3 pltu-asm
//= 211.2-B-3 pltu-crc
#[test]
fn proximity_convolutional_without_a_hint() {
    let (stream, frames) = proximity();
    let mut seed = Seeded(2021);
    for inverted_g2 in [true, false] {
        let signal = convolutional(&stream, inverted_g2);
        for around in &Around::ALL {
            let symbols = around.symbols(&signal, &mut seed);
            for (format, file) in formats(&symbols, 5.0, 0.5, &mut seed) {
                for g2 in [
                    G2Choice::Auto,
                    if inverted_g2 {
                        G2Choice::Inverted
                    } else {
                        G2Choice::Plain
                    },
                ] {
                    let config = DecodeConfig::new(format, Outer::pltu()).convolutional(g2);
                    let (found, report) = decode(&config, &file);
                    let case = format!(
                        "{format}, G2 inverted {inverted_g2}, offset {}, inverted {}, noise {}",
                        around.offset, around.inverted, around.noise
                    );
                    assert_eq!(found, frames, "{case}");
                    assert_eq!(
                        report.convolutional.unwrap().g2_inverted,
                        Some(inverted_g2),
                        "{case}"
                    );
                    assert!(report.markers_inverted <= report.markers);
                }
            }
        }
    }
}

#[test]
fn proximity_uncoded_without_a_hint() {
    let (stream, frames) = proximity();
    let mut seed = Seeded(1107);
    for around in &Around::ALL {
        let symbols = around.symbols(&stream, &mut seed);
        // Without a code 12 dB leave about one wrong bit in ten million.
        for (format, file) in formats(&symbols, 12.0, 1.0, &mut seed) {
            let (found, _) = decode(&DecodeConfig::new(format, Outer::pltu()), &file);
            assert_eq!(
                found, frames,
                "{format}, offset {}, inverted {}",
                around.offset, around.inverted
            );
        }
    }
}

/// A message of octets 00 01 02 … behind it the literal parity.
fn counting_codeword(message: usize, parity: &str) -> Vec<u8> {
    let mut codeword: Vec<u8> = (0..message).map(|i| i as u8).collect();
    codeword.extend(hex(parity));
    codeword
}

/// A message of zeros with a one at the end.
fn one_codeword() -> Vec<u8> {
    let mut codeword = vec![0; 222];
    codeword.push(1);
    codeword.extend(hex(naive::PARITY_E16_ONE));
    codeword
}

fn frame_of(codewords: &[Vec<u8>], message: usize) -> Vec<u8> {
    (0..message)
        .flat_map(|i| codewords.iter().map(move |codeword| codeword[i]))
        .collect()
}

//= 131.0-B asm-tm
#[test]
fn telemetry_units_without_a_hint() {
    let (counting, one) = (counting_codeword(223, naive::PARITY_E16), one_codeword());
    let mut seed = Seeded(1115);
    for interleave in [1usize, 5] {
        for (randomizer, long) in [
            (TmRandomizer::Short, Some(false)),
            (TmRandomizer::Long, Some(true)),
            (TmRandomizer::None, None),
        ] {
            let config = CaduConfig::reed_solomon(RsCode::E16, interleave, 223 * interleave)
                .unwrap()
                .with_randomizer(randomizer);
            let mut stream = Vec::new();
            let mut frames = Vec::new();
            for number in 0..6 {
                let codewords: Vec<Vec<u8>> = (0..interleave)
                    .map(|i| {
                        if (i + number) % 2 == 0 {
                            counting.clone()
                        } else {
                            one.clone()
                        }
                    })
                    .collect();
                frames.push(frame_of(&codewords, 223));
                let mut unit = cadu(&codewords, long);
                // Sixteen wrong octets a codeword is what the code mends.
                for _ in 0..if number % 2 == 0 { 0 } else { 16 } {
                    let at = 4 + seed.below(unit.len() - 4);
                    unit[at] ^= 0x5A;
                }
                stream.extend(unit);
            }
            stream.extend([0x55; 16]);
            let stream = bits(&stream);
            for around in [&Around::ALL[1], &Around::ALL[2]].map(|around| Around {
                offset: 0,
                ..*around
            }) {
                for coded in [false, true] {
                    let signal = if coded {
                        convolutional(&stream, true)
                    } else {
                        stream.clone()
                    };
                    let mut symbols = seed.bits(1);
                    symbols.extend(around.symbols(&signal, &mut seed));
                    let file = octets(&symbols);
                    let chain = DecodeConfig::new(SymbolFormat::Octets, Outer::Cadu(config));
                    let chain = if coded {
                        chain.convolutional(G2Choice::Auto)
                    } else {
                        chain
                    };
                    let (found, report) = decode(&chain, &file);
                    let case = format!(
                        "interleave {interleave}, {randomizer:?}, coded {coded}, noise {}",
                        around.noise
                    );
                    assert_eq!(found, frames, "{case}");
                    assert_eq!(report.codewords.unwrap().codewords_failed, 0, "{case}");
                }
            }
        }
    }
}

#[test]
fn other_codes_and_bases() {
    for (code, message, parity, basis) in [
        (
            RsCode::E16,
            223,
            naive::PARITY_E16_CONVENTIONAL,
            Basis::Conventional,
        ),
        (RsCode::E8, 239, naive::PARITY_E8, Basis::Dual),
    ] {
        let codeword = counting_codeword(message, parity);
        let config = CaduConfig::reed_solomon(code, 1, message)
            .unwrap()
            .with_basis(basis);
        let file = cadu(std::slice::from_ref(&codeword), Some(false)).repeat(3);
        let chain = DecodeConfig::new(SymbolFormat::Octets, Outer::Cadu(config));
        let (found, report) = decode(&chain, &file);
        assert_eq!(found, vec![codeword[..message].to_vec(); 3]);
        assert_eq!(report.codewords.unwrap().codewords_clean, 3);
    }
}

/// A Version-3 frame by the bit layout of 211.0: expedited, user data, user-defined octets, this SCID, FSN and data.
fn v3(fsn: u8, data: &[u8]) -> Vec<u8> {
    let scid = 0x02C3u16;
    let count = u16::try_from(5 + data.len() - 1).unwrap();
    let first = 0b1010_1100_0000_0000 | scid;
    let second = count; // PCID 0, port 0, source
    [
        &first.to_be_bytes()[..],
        &second.to_be_bytes(),
        &[fsn],
        data,
    ]
    .concat()
}

/// What a slip at every symbol from the middle of the gap before the third frame to the middle of the gap behind it costs:
/// frames lost → number of places, and the places (in symbols from where the sweep begins) that cost two or more.
struct Slips {
    lost: [usize; 5],
    places_of_two: Vec<usize>,
}

fn slips(units: &[Vec<u8>], gap: usize, frames: &[Vec<u8>], coded: bool, outer: Outer) -> Slips {
    let mut stream = idle(64);
    let mut start = 0;
    for (index, unit) in units.iter().enumerate() {
        if index == 2 {
            start = stream.len();
        }
        stream.extend(unit);
        stream.extend(idle(gap));
    }
    stream.extend(idle(64));
    let per_octet = if coded { 16 } else { 8 };
    let symbols = if coded {
        convolutional(&bits(&stream), true)
    } else {
        bits(&stream)
    };
    let (from, to) = (
        (start - gap / 2) * per_octet,
        (start + units[2].len() + gap.div_ceil(2)) * per_octet,
    );
    let chain = DecodeConfig::new(SymbolFormat::Bits, outer);
    let chain = if coded {
        chain.convolutional(G2Choice::Inverted)
    } else {
        chain
    };
    let mut result = Slips {
        lost: [0; 5],
        places_of_two: Vec::new(),
    };
    for at in (from..to).step_by(3) {
        for inserted in [None, Some(0), Some(1)] {
            let mut slipped = symbols.clone();
            match inserted {
                None => drop(slipped.remove(at)),
                Some(symbol) => slipped.insert(at, symbol),
            }
            let (found, _) = decode(&chain, &slipped);
            let lost = frames.len() - found.len();
            assert!(
                found.iter().all(|frame| frames.contains(frame)),
                "slip at {at}"
            );
            result.lost[lost.min(4)] += 1;
            let place = at - from; // in symbols from the middle of the gap before it
            if lost >= 2 {
                result.places_of_two.push(place);
            }
            // Inside the unit, far from its ends, nothing but this frame can suffer. Where the Viterbi decoder sees by itself where the
            // symbol slipped, often not even this one does.
            let far = 40 * per_octet / 8;
            let inside = start * per_octet + far..(start + units[2].len()) * per_octet - far;
            if inside.contains(&at) {
                let mut others = (0..frames.len()).filter(|&i| i != 2);
                assert!(
                    others.all(|i| found.contains(&frames[i])),
                    "slip at symbol {place}"
                );
            }
        }
    }
    result
}

#[test]
fn a_slip_costs_the_frame_it_hits() {
    let mut seed = Seeded(16);
    let frames: Vec<Vec<u8>> = (0..5).map(|fsn| v3(fsn, &seed.octets(60))).collect();
    let units: Vec<Vec<u8>> = frames.iter().map(|frame| pltu(frame)).collect();
    for (gap, coded) in [(4, true), (4, false), (0, true), (0, false)] {
        let slips = slips(&units, gap, &frames, coded, Outer::pltu());
        println!(
            "PLTU, gap {gap}, coded {coded}: places by frames lost {:?}, two at {:?}",
            slips.lost, slips.places_of_two
        );
        assert_eq!(slips.lost[3..], [0, 0]);
        let places: usize = slips.lost.iter().sum();
        assert!(
            slips.lost[2] * 100 <= places,
            "{} of {places}",
            slips.lost[2]
        );
        if gap >= 4 {
            assert_eq!(slips.lost[2], 0, "with idle in between no slip costs two");
        }
    }
    let codewords = [counting_codeword(223, naive::PARITY_E16), one_codeword()];
    let units: Vec<Vec<u8>> = (0..5)
        .map(|i| cadu(&codewords[i % 2..=i % 2], Some(false)))
        .collect();
    let frames: Vec<Vec<u8>> = (0..5).map(|i| codewords[i % 2][..223].to_vec()).collect();
    let config = CaduConfig::reed_solomon(RsCode::E16, 1, 223).unwrap();
    for coded in [true, false] {
        let slips = slips(&units, 0, &frames, coded, Outer::Cadu(config));
        println!(
            "CADU, coded {coded}: places by frames lost {:?}, two at {:?}",
            slips.lost, slips.places_of_two
        );
        assert_eq!(slips.lost[2..], [0, 0, 0]);
    }
}

#[test]
fn chunks_do_not_matter() {
    let mut seed = Seeded(99);
    let (stream, _) = proximity();
    let symbols = Around::ALL[7].symbols(&convolutional(&stream, true), &mut seed);
    let codeword = counting_codeword(223, naive::PARITY_E16);
    let units = bits(&cadu(&[codeword], Some(false)).repeat(4));
    let cadus = CaduConfig::reed_solomon(RsCode::E16, 1, 223).unwrap();
    let mut cases = Vec::new();
    for (format, file) in formats(&symbols, 3.0, 0.5, &mut seed) {
        cases.push((
            DecodeConfig::new(format, Outer::pltu()).convolutional(G2Choice::Auto),
            file,
        ));
    }
    for (format, file) in formats(&units, 9.0, 1.0, &mut seed) {
        cases.push((DecodeConfig::new(format, Outer::Cadu(cadus)), file));
    }
    for (config, mut file) in cases {
        file.push(7); // and a rest that is no whole float
        let (frames, report) = decode(&config, &file);
        let report = serde_json::to_value(report).unwrap();
        for most in [2, 37, 5000] {
            let (chunked, other) = decode_in(&config, &file, &mut || 1 + seed.below(most));
            assert_eq!(chunked, frames);
            assert_eq!(serde_json::to_value(other).unwrap(), report);
        }
    }
}
