//! `magpie frames` and `magpie packets` as a user runs them: real recordings, hand-made files, pipes, guesses.

#[path = "../../ground/tests/naive/mod.rs"]
mod naive;
mod program;

use std::fs;

use naive::frames::{AD, U, V3, packet, tc, tfdf, uslp};
use program::{Scratch, data, line, piped, recording, run, sha256};
use serde_json::Value;

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn packets_of_one_channel_come_out_whole() {
    let Some(data) = data() else { return };
    for file in [
        "tianwen2/dwingeloo_2026_05_25_19_43_00_892B.u8",
        "change5/ATA_2021-08-29_ce5_frames_220B.u8",
    ] {
        let (path, expected) = recording(&data, file);
        let len = expected["frame_length"].to_string();
        let scratch = Scratch::new();
        let out = scratch.path("packets.bin");
        let arguments = [
            "frames",
            &path,
            "--type",
            "aos",
            "--len",
            &len,
            "--insert-zone",
            "8",
        ];
        let told = run(arguments.into_iter().chain(["--out", &out, "--json"]));
        let wanted = &expected["virtual_channels"]["1"]["space_packets"];
        assert_eq!(
            sha256(&fs::read(&out).unwrap()),
            wanted["sha256_of_packets"].as_str().unwrap()
        );
        let again = run(["packets", &out, "--json"]);
        assert_eq!(again.code, 0);
        let again = again.json();
        for key in ["packets", "bytes", "packets_per_apid", "sha256_of_packets"] {
            assert_eq!(again[key], wanted[key], "{file}: {key}");
        }
        // The same from a pipe, and with the packets on standard output.
        let octets = fs::read(&path).unwrap();
        let from_pipe = piped(
            [
                "frames",
                "-",
                "--type",
                "aos",
                "--len",
                &len,
                "--insert-zone",
                "8",
                "--json",
            ],
            &octets,
        );
        assert_eq!((from_pipe.code, from_pipe.json()), (told.code, told.json()));
        let from_pipe = piped(
            [
                "frames",
                "-",
                "--type",
                "aos",
                "--len",
                &len,
                "--insert-zone",
                "8",
                "--out",
                "-",
            ],
            &octets,
        );
        assert_eq!(
            sha256(&from_pipe.stdout),
            wanted["sha256_of_packets"].as_str().unwrap()
        );
        let gaps = expected["virtual_channels"]["1"]["count_discontinuities"]
            .as_u64()
            .unwrap();
        assert_eq!(
            told.code == 2,
            gaps > 0 || told.json()["rejected"].get("version").is_some()
        );
    }
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn refused_frames_stand_with_their_places() {
    let Some(data) = data() else { return };
    let (path, expected) = recording(&data, "solar-orbiter/solar_orbiter_frames_1115B.u8");
    let ran = run(["frames", &path, "--type", "tm", "--len", "1115", "--fecf"]);
    let text = ran.text();
    assert_eq!(ran.code, 2);
    for words in [
        "1,656 TM frames of 1115 octets",
        "frame error control: 1,654 good, 2 bad",
        "spacecraft 650",
        "refused: 2 frames, fecf",
        "at octet",
    ] {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
    assert!(
        !text.contains("+--") && !text.contains('|'),
        "no drawn boxes"
    );
    let json = run([
        "frames", &path, "--type", "tm", "--len", "1115", "--fecf", "--json",
    ])
    .json();
    let refused = json["rejected_frames"].as_array().unwrap();
    assert_eq!(
        Some(refused.len() as u64),
        expected["fecf_crc16_bad"].as_u64()
    );
    let octets = fs::read(&path).unwrap();
    for frame in refused {
        let at = usize::try_from(frame["offset"].as_u64().unwrap()).unwrap();
        assert_eq!(
            Some(at as u64),
            frame["frame"].as_u64().map(|index| index * 1115)
        );
        let frame = &octets[at..at + 1115];
        assert_ne!(
            naive::crc16(&frame[..1113]),
            frame[1113..],
            "the slow CRC agrees that it is bad"
        );
    }
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn another_spacecraft_by_wish() {
    let Some(data) = data() else { return };
    let (path, _) = recording(&data, "solar-orbiter/solar_orbiter_frames_1115B.u8");
    // Nobody of this number is there: counted, and an honest empty account.
    let ran = run([
        "frames", &path, "--type", "tm", "--len", "1115", "--scid", "1", "--json",
    ]);
    assert_eq!(ran.code, 2);
    let json = ran.json();
    assert_eq!(
        (
            json["spacecraft_id"].as_u64(),
            json["virtual_channels"].as_object().unwrap().len()
        ),
        (Some(1), 0)
    );
    assert_eq!(json["rejected"]["spacecraft"].as_u64(), Some(1654));
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn guesses_say_the_same_as_being_told() {
    let Some(data) = data() else { return };
    for (file, told) in [
        (
            "tianwen2/tianwen2_2026_05_26_11_53_49_892B.u8",
            "--type aos --len 892 --insert-zone 8",
        ),
        (
            "change5/Bochum_2020-12-02_8463_ce5_frames_220B.u8",
            "--type aos --len 220 --insert-zone 8",
        ),
        (
            "solar-orbiter/solar_orbiter_frames_1115B.u8",
            "--type tm --len 1115 --fecf",
        ),
        (
            "mars2020/safemode_frames_223B.u8",
            "--type aos --len 223 --fecf",
        ),
        (
            "emm/emm_frames_223B.u8",
            // Nobody documents these 13 octets, but behind them 511 packets lie end to end over 534 frames without one contradiction.
            "--type aos --len 223 --insert-zone 13 --fecf",
        ),
        ("integral/integral_frames_890B.u8", "--type tm --len 890"),
    ] {
        let (path, _) = recording(&data, file);
        let guessed = run(["frames", &path, "--guess", "--json"]);
        let told_to = line(&format!("frames {path} {told} --json"));
        assert_eq!(
            (guessed.code, guessed.json()),
            (told_to.code, told_to.json()),
            "{file}: {}",
            guessed.stderr
        );
        assert!(
            guessed.stderr.contains(&format!("as if told: {told}")),
            "{}",
            guessed.stderr
        );
        assert!(
            guessed.stderr.lines().count() >= 3
                && guessed.stderr.lines().all(|line| line.starts_with(&path))
        );
        assert!(told_to.stderr.is_empty());
        let octets = fs::read(&path).unwrap();
        let from_pipe = piped(["frames", "-", "--guess", "--json"], &octets);
        assert_eq!(from_pipe.json(), guessed.json());
        assert!(from_pipe.stderr.starts_with("standard input: "));
    }
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn what_is_no_frames_is_said() {
    let Some(data) = data() else { return };
    for (file, words) in [
        (
            "snpp/snpp_synchronized_cadus.dat",
            "holds CADUs of 1024 octets",
        ),
        (
            "jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1",
            "holds packets, not frames",
        ),
        (
            "queqiao1/queqiao_rs_codewords_252B.u8",
            "nothing that looks like frames",
        ),
    ] {
        let (path, _) = recording(&data, file);
        let ran = run(["frames", &path, "--guess"]);
        assert_eq!((ran.code, ran.stdout.len()), (1, 0));
        let last = ran.stderr.lines().last().unwrap();
        assert!(
            last.starts_with("error: ") && last.contains(words),
            "{last}"
        );
        assert_eq!(ran.stderr.matches("error: ").count(), 1);
    }
}

/// Version-3 frames on two physical channels, one frame missing on the expedited counter of the first.
#[test]
fn version_3_counters_by_channel_and_quality() {
    let frame = |pcid: u16, expedited: bool, fsn: u8| {
        V3 {
            expedited,
            pcid,
            fsn,
            ..U
        }
        .with(&packet(5, &[fsn; 9]))
    };
    let file = [
        frame(0, true, 0),
        frame(0, false, 7),
        frame(1, true, 3),
        frame(0, true, 2),
        frame(0, false, 8),
    ]
    .concat();
    let ran = piped(["frames", "-", "--type", "v3", "--json"], &file);
    let json = ran.json();
    assert_eq!(ran.code, 2);
    let missing = |id: &str| json["frame_counters"][id]["missing_frames_by_count"].clone();
    assert_eq!(
        [
            missing("0 expedited"),
            missing("0 sequence-controlled"),
            missing("1 expedited")
        ],
        [1, 0, 0].map(Value::from)
    );
    let text = piped(["frames", "-", "--type", "v3"], &file).text();
    assert!(
        text.contains("0 sequence-controlled") && text.contains("PCID.port"),
        "{text}"
    );
    // And complete, without the gap.
    let file = [frame(0, true, 0), frame(0, true, 1)].concat();
    assert_eq!(piped(["frames", "-", "--type", "v3"], &file).code, 0);
}

#[test]
fn hand_made_files_are_guessed() {
    let scratch = Scratch::new();
    let data = |i: u8| packet(5, &vec![i; 10 + usize::from(i)]);
    let v3: Vec<u8> = (0..20)
        .flat_map(|fsn| V3 { fsn, ..U }.with(&data(fsn)))
        .collect();
    let telecommands: Vec<u8> = (0..20)
        .flat_map(|i| tc(AD, 0x2A, 3, i, &[&[0xC1], &data(i)[..]].concat(), true))
        .collect();
    let version_4: Vec<u8> = (0..20)
        .flat_map(|i| uslp(0x123, 1, 2, 1, Some(i), &tfdf(0b111, 0, None, &data(i))))
        .collect();
    for (name, octets, options) in [
        ("v3", v3, "--type v3"),
        ("tc", telecommands, "--type tc --fecf --segment-header"),
        ("uslp", version_4, "--type uslp"),
    ] {
        let path = scratch.file(name, &octets);
        let ran = run(["frames", &path, "--guess", "--json"]);
        assert!(
            ran.stderr.contains(&format!("as if told: {options}\n")),
            "{}",
            ran.stderr
        );
        assert_eq!((ran.code, ran.json()["frames"].as_u64()), (0, Some(20)));
        let channel = ran.json()["virtual_channels"]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .clone();
        assert_eq!(
            channel["space_packets"]["packets"].as_u64(),
            Some(20),
            "{name}"
        );
    }
}

/// More than the start of the stream is needed to know which spacecraft has most frames: said, not guessed.
#[test]
fn a_pipe_never_gives_another_answer_than_a_file() {
    // TM header of the facts, SCID 42 and 1023, VC 0, frames of 1024 octets without a packet start.
    let frame = |scid: u16, count: u8| {
        let mut frame = vec![0; 1024];
        frame[..2].copy_from_slice(&(scid << 4).to_be_bytes());
        frame[2..6].copy_from_slice(&[count, count, 0x1F, 0xFF]);
        frame
    };
    let head: Vec<u8> = (0..5000)
        .flat_map(|i: u32| frame(42, i.to_le_bytes()[0]))
        .collect();
    let tail: Vec<u8> = (0..6000)
        .flat_map(|i: u32| frame(1023, i.to_le_bytes()[0]))
        .collect();
    let octets = [head, tail].concat();
    let scratch = Scratch::new();
    let path = scratch.file("frames", &octets);
    let arguments = ["--type", "tm", "--len", "1024", "--json"];
    let from_file = run(["frames", &path].into_iter().chain(arguments));
    assert_eq!(from_file.json()["spacecraft_id"].as_u64(), Some(1023));
    let from_pipe = piped(["frames", "-"].into_iter().chain(arguments), &octets);
    from_pipe.refused(&["standard input", "spacecraft 1023", "--scid"]);
    let from_pipe = piped(
        ["frames", "-", "--scid", "1023"]
            .into_iter()
            .chain(arguments),
        &octets,
    );
    assert_eq!(from_pipe.json(), from_file.json());
    assert_eq!(from_pipe.code, 0, "foreign frames are no loss");
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn a_file_of_packets() {
    let Some(data) = data() else { return };
    let (path, expected) = recording(&data, "jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1");
    let ran = run(["packets", &path]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.text()
            .contains(expected["sha256_of_packets"].as_str().unwrap())
    );
    let octets = fs::read(&path).unwrap();
    let ran = piped(["packets", "-"], &octets[..octets.len() - 3]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.text()
            .contains("unfinished: the last packet breaks off after"),
        "{}",
        ran.text()
    );
}
