//! `magpie decode` as a user runs it: real recordings and made-up ones. The numbers of the recordings are an independent decoder's.

#[path = "../../ground/tests/naive/mod.rs"]
mod naive;
mod program;

use naive::{Seeded, bits, convolutional, hex, idle, octets};
use program::{Scratch, data, line, piped, recording, run, sha256};

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn lev1_tells_what_it_found() {
    let Some(data) = data() else { return };
    let (file, expected) = recording(&data, "lev1/lev1_symbols.f32");
    let arguments = ["decode", &file, "--input", "f32", "--preset", "lev1"];
    let ran = run(arguments);
    assert_eq!(ran.code, 2, "two frames have a bad CRC");
    let text = ran.text();
    for words in [
        "29 markers, inverted",
        "27 frames good, 2 bad",
        "refused: 2 units, crc-16",
        "G2 inverted",
    ] {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
    assert!(ran.stderr.is_empty());

    // The same frames on standard output; then the text goes to standard error.
    let ran = run(arguments.into_iter().chain(["--out", "-"]));
    let frames = ran.stdout;
    assert_eq!(frames.len(), 29 * 65);
    assert!(ran.stderr.contains("27 frames good"));
    let first = expected["first_frame_hex"].as_str().unwrap();
    assert_eq!(frames[..65], hex(&first[10..]));
    // Bad frames stand in their places, so a count of good CRC-16 over octets 8 to 67 of the whole frame agrees.
    let good = frames
        .chunks(65)
        .filter(|frame| naive::crc16(&frame[3..63]) == frame[63..])
        .count();
    assert_eq!(good, 27);

    // The stages by hand do not make this preset (its frames are nobody's standard), but the symbols lock all the same.
    let ran = run([
        "decode",
        &file,
        "--input",
        "f32",
        "--inner",
        "conv",
        "--g2",
        "auto",
        "--descramble",
        "--sync",
        "pltu",
        "--json",
    ]);
    assert_eq!(ran.json()["convolutional"]["g2_inverted"], true);
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn snpp_frames_are_the_derandomized_octets() {
    let Some(data) = data() else { return };
    for (file, code) in [
        ("snpp/snpp_synchronized_cadus.dat", 0),
        ("snpp/snpp_7cadus_2vcids.dat", 0),
    ] {
        let (path, expected) = recording(&data, file);
        let scratch = Scratch::new();
        let out = scratch.path("frames.bin");
        let ran = run([
            "decode",
            &path,
            "--input",
            "octets",
            "--preset",
            "cadu-rs",
            "--frame-len",
            "892",
            "--interleave",
            "4",
            "--out",
            &out,
        ]);
        let cadus = expected["cadus"].as_u64().unwrap();
        assert_eq!(ran.code, code, "{}", ran.text());
        assert!(
            ran.text().contains(&format!(
                "{} codewords: {} clean, 0 mended, 0 beyond repair",
                4 * cadus,
                4 * cadus
            )),
            "{}",
            ran.text()
        );
        // Every codeword is clean, so the frames are what the slow randomizer makes of the octets behind the markers.
        let recording = std::fs::read(&path).unwrap();
        let sequence = naive::randomizer(892, false);
        let frames: Vec<u8> = recording
            .chunks(1024)
            .flat_map(|unit| {
                unit[4..896]
                    .iter()
                    .zip(&sequence)
                    .map(|(octet, pn)| octet ^ pn)
                    .collect::<Vec<u8>>()
            })
            .collect();
        assert_eq!(sha256(&std::fs::read(&out).unwrap()), sha256(&frames));
        // Shifted by one bit and turned over, the same comes out of standard input.
        let mut shifted = vec![1];
        shifted.extend(bits(&recording).iter().map(|bit| bit ^ 1));
        let ran = piped(
            [
                "decode",
                "-",
                "--input",
                "bits",
                "--preset",
                "cadu-rs",
                "--frame-len",
                "892",
                "--interleave",
                "4",
                "--out",
                "-",
            ],
            &shifted,
        );
        assert_eq!((ran.code, sha256(&ran.stdout)), (code, sha256(&frames)));
    }
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn queqiao_strict_and_by_choice() {
    let Some(data) = data() else { return };
    let (file, expected) = recording(&data, "queqiao1/queqiao_rs_codewords_252B.u8");
    let arguments = [
        "decode",
        &file,
        "--input",
        "octets",
        "--preset",
        "rs-codewords",
        "--code-len",
        "252",
    ];
    let ran = run(arguments);
    assert_eq!(ran.code, 2);
    assert!(
        ran.text()
            .contains("3,282 codewords: 0 clean, 0 mended, 3,282 beyond repair"),
        "{}",
        ran.text()
    );
    let ran = run(arguments
        .into_iter()
        .chain(["--correct-fill", "--out", "-"]));
    let mended = &expected["rs_symbol_errors_histogram_if_corrections_in_virtual_fill_are_allowed"];
    let mended: u64 = mended
        .as_object()
        .unwrap()
        .iter()
        .filter(|(errors, _)| errors.parse::<u8>().is_ok())
        .filter_map(|(_, codewords)| codewords.as_u64())
        .sum();
    assert_eq!((ran.code, ran.stdout.len() as u64), (2, mended * 220));
    assert!(
        ran.stderr.contains("mended symbols 4: 2,960"),
        "{}",
        ran.stderr
    );
}

/// The literal PLTUs of the facts with idle between.
fn proximity() -> (Vec<u8>, Vec<u8>) {
    let (mut stream, mut frames) = (idle(64), Vec::new());
    for (frame, unit) in naive::LITERAL_PLTUS {
        stream.extend(hex(unit));
        stream.extend(idle(4));
        frames.extend(hex(frame));
    }
    stream.extend(idle(64));
    (stream, frames)
}

#[test]
fn proximity_presets_and_stages_by_hand() {
    let (stream, frames) = proximity();
    let mut seed = Seeded(11);
    let scratch = Scratch::new();
    let coded = convolutional(&bits(&stream), true);
    let soft = scratch.file(
        "soft.f32",
        &naive::floats(&coded[1..], 1e-6, 5.0, 0.5, &mut seed),
    );
    let hard = scratch.file("hard.octets", &stream);
    for arguments in [
        format!("decode {soft} --input f32 --preset prox1-conv --out -"),
        format!("decode {soft} --input f32 --inner conv --g2 auto --sync pltu --out -"),
        format!("decode {hard} --input octets --preset prox1-uncoded --out -"),
        format!("decode {hard} --input octets --sync pltu --marker-errors 0 --out -"),
    ] {
        let ran = line(&arguments);
        assert_eq!(
            (ran.code, ran.stdout),
            (0, frames.clone()),
            "{arguments}: {}",
            ran.stderr
        );
    }
    let ran = line(&format!(
        "decode {soft} --input f32 --preset prox1-conv --json"
    ));
    let json = ran.json();
    assert_eq!(
        (json["frames_good"].as_u64(), json["frames_bad"].as_u64()),
        (Some(4), Some(0))
    );
    assert!(
        json["convolutional"]["symbol_mismatch"].as_f64().unwrap() > 0.001,
        "there is noise"
    );
}

#[test]
fn a_unit_that_the_end_cuts_off_is_missing() {
    let (stream, _) = proximity();
    let scratch = Scratch::new();
    let last_unit = scratch.file("cut", &stream[..64 + 14 + 4 + 17 + 4 + 10]);
    let ran = line(&format!(
        "decode {last_unit} --input octets --preset prox1-uncoded"
    ));
    assert_eq!(ran.code, 2);
    assert!(
        ran.text()
            .contains("refused: 1 unit, cut-off-at-the-end; the first at bit"),
        "{}",
        ran.text()
    );
    let nothing = scratch.file("idle", &idle(1000));
    let ran = line(&format!(
        "decode {nothing} --input octets --preset prox1-uncoded"
    ));
    assert_eq!(
        (ran.code, ran.text().contains("0 frames good, 0 bad")),
        (2, true)
    );
}

#[test]
fn symbols_that_cannot_be_are_counted() {
    let (stream, frames) = proximity();
    let mut symbols = bits(&stream);
    symbols.extend([7; 3]);
    let ran = piped(
        [
            "decode",
            "-",
            "--input",
            "bits",
            "--preset",
            "prox1-uncoded",
            "--json",
        ],
        &symbols,
    );
    assert_eq!(
        (ran.code, ran.json()["invalid_symbols"].as_u64()),
        (0, Some(3))
    );
    let mut seed = Seeded(3);
    let mut floats = naive::floats(&bits(&stream), 1.0, 12.0, 1.0, &mut seed);
    floats.extend(f32::NAN.to_le_bytes());
    floats.extend([1, 2]);
    let ran = piped(
        [
            "decode",
            "-",
            "--input",
            "f32",
            "--preset",
            "prox1-uncoded",
            "--out",
            "-",
        ],
        &floats,
    );
    assert_eq!(
        (ran.code, ran.stdout),
        (2, frames),
        "two octets at the end are no float"
    );
    assert!(
        ran.stderr.contains("1 symbol that cannot be")
            && ran.stderr.contains("2 octets at the end"),
        "{}",
        ran.stderr
    );
    let _ = octets(&[]);
}
