//! `magpie encode` is the inverse of `magpie decode`, and its symbols are those of a slow transmitter that shares no code with it.

#[path = "../../ground/tests/naive/mod.rs"]
mod naive;
mod program;

use naive::frames::{U, V3, packet, tfdf, uslp};
use naive::{Seeded, bits, cadu, convolutional, hex, idle, octets, pltu};
use program::{Scratch, line, piped};

const FORMATS: [&str; 4] = ["f32", "i8", "bits", "octets"];

#[test]
fn frames_come_back_from_every_packing_and_format() {
    let mut seed = Seeded(5);
    let proximity: Vec<u8> = (0..6)
        .flat_map(|fsn| V3 { fsn, ..U }.with(&packet(5, &seed.octets(30))))
        .collect();
    let version_4: Vec<u8> = (0..6)
        .flat_map(|i| {
            uslp(
                0x123,
                1,
                2,
                1,
                Some(i),
                &tfdf(0b111, 0, None, &packet(5, &seed.octets(30))),
            )
        })
        .collect();
    let telemetry = |len: usize, seed: &mut Seeded| seed.octets(4 * len);
    let mut cases: Vec<(String, String, Vec<u8>)> = Vec::new();
    for frames in [proximity, version_4] {
        for (send, receive) in [
            ("prox1-conv", "--preset prox1-conv"),
            (
                "prox1-conv --plain-g2 --acquisition 200 --gap 0 --tail 100",
                "--preset prox1-conv --g2 auto",
            ),
            (
                "prox1-conv --plain-g2",
                "--inner conv --g2 plain --sync pltu",
            ),
            (
                "prox1-uncoded --acquisition 0 --gap 1 --tail 0",
                "--preset prox1-uncoded",
            ),
        ] {
            cases.push((send.to_owned(), receive.to_owned(), frames.clone()));
        }
    }
    for (len, options) in [
        (223, ""),
        (1115, "--interleave 5"),
        (892, "--interleave 4 --randomizer none"),
        (1115, "--interleave 5 --randomizer long"),
        (446, "--interleave 2 --basis conventional"),
        (239, "--rs-errors 8"),
        (100, ""), // shortened
        (300, "--interleave 0"),
    ] {
        let frames = telemetry(len, &mut seed);
        let options = format!("--frame-len {len} {options}");
        cases.push((
            format!("cadu {options}"),
            format!("--preset cadu-rs {options}"),
            frames.clone(),
        ));
        cases.push((
            format!("cadu --convolutional {options}"),
            format!("--preset ccsds-concat {options}"),
            frames.clone(),
        ));
        cases.push((
            format!("cadu --convolutional --plain-g2 {options}"),
            format!("--preset ccsds-concat --g2 auto {options}"),
            frames,
        ));
    }
    let scratch = Scratch::new();
    for (send, receive, frames) in cases {
        let path = scratch.file("frames", &frames);
        for format in FORMATS {
            let symbols = scratch.path(format);
            let ran = line(&format!(
                "encode {path} --as {send} --format {format} --out {symbols}"
            ));
            assert_eq!(
                (ran.code, ran.stdout.len()),
                (0, 0),
                "{send}: {}",
                ran.stderr
            );
            let ran = line(&format!(
                "decode {symbols} --input {format} {receive} --out -"
            ));
            assert_eq!(
                (ran.code, ran.stdout == frames),
                (0, true),
                "{send} as {format}: {}",
                ran.stderr
            );
        }
    }
}

//= 211.2-B-3 pltu-crc
#[test]
fn proximity_symbols_are_those_of_the_slow_transmitter() {
    let frames: Vec<u8> = naive::LITERAL_PLTUS
        .iter()
        .flat_map(|(frame, _)| hex(frame))
        .collect();
    let mut stream = Vec::new();
    let mut pattern = idle(1000).into_iter();
    for (index, (_, unit)) in naive::LITERAL_PLTUS.iter().enumerate() {
        // The idle pattern goes on where it stopped.
        stream.extend(pattern.by_ref().take(if index == 0 { 9 } else { 3 }));
        stream.extend(hex(unit));
    }
    stream.extend(pattern.take(5));
    let arguments = "--acquisition 9 --gap 3 --tail 5 --format octets --out -";
    let ran = piped(
        format!("encode - --as prox1-uncoded {arguments}").split(' '),
        &frames,
    );
    assert_eq!(ran.stdout, stream);
    for (option, inverted) in [("", true), (" --plain-g2", false)] {
        let ran = piped(
            format!("encode - --as prox1-conv {arguments}{option}").split(' '),
            &frames,
        );
        assert_eq!(ran.stdout, octets(&convolutional(&bits(&stream), inverted)));
    }
    // FAF320 by itself is 8C22D10EA614 (facts), whatever frame follows.
    let ran = piped(
        "encode - --as prox1-conv --acquisition 0 --format octets --out -".split(' '),
        &frames,
    );
    assert_eq!(ran.stdout[..6], hex("8C22D10EA614"));
}

#[test]
fn telemetry_symbols_are_those_of_the_slow_transmitter() {
    let counting: Vec<u8> = (0..223).collect();
    let mut one = vec![0; 223];
    one[222] = 1;
    let codewords = [
        [&counting[..], &hex(naive::PARITY_E16)].concat(),
        [&one[..], &hex(naive::PARITY_E16_ONE)].concat(),
    ];
    let interleaved: Vec<u8> = counting
        .iter()
        .zip(&one)
        .flat_map(|(a, b)| [*a, *b])
        .collect();
    for (option, long) in [("short", Some(false)), ("long", Some(true)), ("none", None)] {
        let arguments = format!(
            "encode - --as cadu --frame-len 446 --interleave 2 --randomizer {option} --out -"
        );
        let unit = cadu(&codewords, long);
        let ran = piped(
            format!("{arguments} --format octets").split(' '),
            &interleaved,
        );
        assert_eq!(ran.stdout, unit, "{option}");
        let symbols = convolutional(&bits(&unit), true);
        let ran = piped(
            format!("{arguments} --format bits --convolutional --tail 0").split(' '),
            &interleaved,
        );
        assert_eq!(ran.stdout, symbols);
        let ran = piped(
            format!("{arguments} --format f32 --convolutional --tail 0").split(' '),
            &interleaved,
        );
        let floats: Vec<u8> = symbols
            .iter()
            .flat_map(|&bit| if bit == 1 { 1f32 } else { -1.0 }.to_le_bytes())
            .collect();
        assert_eq!(ran.stdout, floats);
    }
    let conventional = [&counting[..], &hex(naive::PARITY_E16_CONVENTIONAL)].concat();
    let ran = piped(
        "encode - --as cadu --frame-len 223 --basis conventional --format octets --out -"
            .split(' '),
        &counting,
    );
    assert_eq!(ran.stdout, cadu(&[conventional], Some(false)));
}

#[test]
fn what_cannot_be_sent_is_said() {
    let frame = V3 { fsn: 1, ..U }.with(&packet(5, &[1; 20]));
    // Garbage between frames, and a rest: the frames are sent, the loss is told.
    let file = [&frame[..], &[0; 9], &frame, &frame, &frame[..4]].concat();
    let ran = piped(
        "encode - --as prox1-uncoded --acquisition 0 --gap 0 --tail 0 --format octets --out -"
            .split(' '),
        &file,
    );
    assert_eq!((ran.code, ran.stdout), (2, pltu(&frame).repeat(3)));
    assert!(
        ran.stderr.contains("9 octets at 31 are no frame")
            && ran.stderr.contains("4 octets at the end"),
        "{}",
        ran.stderr
    );
    // A USLP frame longer than a unit carries, before one that fits.
    let field = |len: usize| tfdf(0b111, 4, None, &vec![7; len]);
    let (long, short) = (
        uslp(0x123, 1, 2, 1, None, &field(3000)),
        uslp(0x123, 1, 2, 1, None, &field(30)),
    );
    let ran = piped(
        "encode - --as prox1-uncoded --acquisition 0 --gap 0 --tail 0 --format octets --out -"
            .split(' '),
        &[&long[..], &short].concat(),
    );
    assert_eq!((ran.code, ran.stdout), (2, pltu(&short)));
    assert!(
        ran.stderr.contains("the frame at octet 0 cannot be sent"),
        "{}",
        ran.stderr
    );
    piped(
        "encode - --as cadu --frame-len 223 --out -".split(' '),
        &frame,
    )
    .refused(&["standard input", "no whole frame"]);
    piped(
        "encode - --as prox1-conv --convolutional --out -".split(' '),
        b"",
    )
    .refused(&["empty"]);
}
