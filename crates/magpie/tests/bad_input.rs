//! Bad input of every sort: one line that says what and where, or an account with what was refused; never a panic, never half a file.

mod naive {
    /// Seeded octets: xorshift64*.
    pub(crate) fn noise(mut seed: u64, len: usize) -> Vec<u8> {
        let mut next = move || {
            seed ^= seed >> 12;
            seed ^= seed << 25;
            seed ^= seed >> 27;
            seed.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0]
        };
        (0..len).map(|_| next()).collect()
    }
}
mod program;

use std::process::Stdio;

use naive::noise;
use program::{Scratch, finished, line, magpie, piped, run};

/// Every command and chain that reads a file, with `FILE` in its place.
const READERS: [&str; 24] = [
    "decode FILE --input f32 --preset prox1-conv",
    "decode FILE --input i8 --preset prox1-conv --g2 auto",
    "decode FILE --input octets --preset prox1-conv --g2 plain",
    "decode FILE --input octets --preset prox1-uncoded --truncated-len 8",
    "decode FILE --input bits --preset prox1-uncoded --marker-errors 3",
    "decode FILE --input f32 --preset lev1",
    "decode FILE --input octets --preset lev1",
    "decode FILE --input octets --preset ccsds-concat --frame-len 1115 --interleave 5",
    "decode FILE --input octets --preset cadu-rs --frame-len 223 --randomizer long",
    "decode FILE --input octets --sync cadu --interleave 0 --frame-len 100",
    "decode FILE --input octets --preset rs-codewords --code-len 252 --correct-fill",
    "decode FILE --input octets --preset rs-codewords --code-len 255 --rs-errors 8 --basis conventional",
    "frames FILE --type tm --len 223",
    "frames FILE --type tm --len 64 --fecf",
    "frames FILE --type aos --len 100 --insert-zone 8 --fhec --ocf --fecf",
    "frames FILE --type tc",
    "frames FILE --type tc --segment-header --fecf",
    "frames FILE --type v3",
    "frames FILE --type uslp --truncated-len 9",
    "frames FILE --type uslp --insert-zone 60000 --fecf",
    "frames FILE --type v3 --len 50",
    "packets FILE",
    "frames FILE --guess",
    "encode FILE --as prox1-conv --out - --format octets",
];

fn reader(command: &str, file: &str) -> Vec<String> {
    command
        .split(' ')
        .map(|word| {
            if word == "FILE" {
                file.to_owned()
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[test]
fn nothing_to_read() {
    let scratch = Scratch::new();
    let empty = scratch.file("empty", b"");
    let missing = scratch.path("missing");
    let folder = scratch.path("");
    for command in READERS {
        run(reader(command, &empty)).refused(&[&empty, "is empty"]);
        run(reader(command, &missing))
            .refused(&[&missing, "cannot open: No such file or directory"]);
        run(reader(command, &folder)).refused(&[&folder, "is a folder"]);
        piped(reader(command, "-"), b"").refused(&["standard input", "is empty"]);
    }
}

#[test]
fn random_octets_are_counted_not_believed() {
    let scratch = Scratch::new();
    for seed in 1..=4 {
        let octets = noise(seed, 30_000 + usize::try_from(seed).unwrap());
        let file = scratch.file("noise", &octets);
        for command in READERS {
            let ran = run(reader(command, &file));
            if command.contains("--guess") {
                let last = ran.stderr.lines().last().unwrap_or_default();
                assert!(
                    ran.code == 1 && last.starts_with("error: "),
                    "{}",
                    ran.stderr
                );
                continue;
            }
            ran.has_manners();
            if command.starts_with("encode") {
                continue;
            }
            let mut with_json = reader(command, &file);
            with_json.push("--json".into());
            let json = run(with_json);
            assert_eq!((json.code, json.stderr.as_str()), (2, ""), "{command}");
            assert!(json.json().is_object());
        }
    }
}

#[test]
fn constant_octets() {
    let scratch = Scratch::new();
    for octet in [0x00, 0xFF, 0xC0, 0x80, 0x55] {
        let file = scratch.file("constant", &vec![octet; 20_000]);
        for command in READERS {
            let ran = run(reader(command, &file));
            if !command.contains("--guess") {
                ran.has_manners();
            }
            assert!(!ran.stderr.contains("panicked") && [0, 1, 2].contains(&ran.code));
        }
    }
}

#[test]
fn one_octet_and_a_few() {
    for command in READERS {
        for len in [1, 2, 3, 4, 5, 6, 7, 9] {
            let ran = piped(reader(command, "-"), &noise(9, len));
            if !command.contains("--guess") {
                ran.has_manners();
            }
            assert!([1, 2].contains(&ran.code), "{command}: {}", ran.stderr);
        }
    }
}

#[test]
fn options_that_cannot_be() {
    let scratch = Scratch::new();
    let file = scratch.file("file", &noise(1, 5000));
    for (command, words) in [
        ("frames FILE --type tm", ["--len", "--guess"]),
        ("frames FILE", ["--type", "--help"]),
        ("frames FILE --type tm --len 4", ["--len", "5..=65536"]),
        (
            "frames FILE --type aos --len 100 --insert-zone 65000",
            ["100 octets", "no room"],
        ),
        (
            "frames FILE --type aos --len 12 --insert-zone 1 --fhec --ocf --fecf",
            ["12 octets", "no room"],
        ),
        (
            "frames FILE --type aos --len 100 --scid 70000",
            ["--scid", "70000"],
        ),
        ("frames FILE --guess --fecf", ["--guess", "--fecf"]),
        (
            "frames FILE --type xx --len 10",
            ["xx", "tm, aos, tc, v3, uslp"],
        ),
        (
            "decode FILE --input f32 --preset ccsds-concat",
            ["--frame-len", "missing"],
        ),
        (
            "decode FILE --input f32 --preset cadu-rs --frame-len 1000 --interleave 3",
            ["--frame-len 1000", "--interleave 3"],
        ),
        (
            "decode FILE --input f32 --preset cadu-rs --frame-len 1116 --interleave 5",
            ["--frame-len 1116", "--interleave 5"],
        ),
        (
            "decode FILE --input f32 --preset cadu-rs --frame-len 65536 --interleave 0",
            ["65536", "2048"],
        ),
        (
            "decode FILE --input f32 --preset rs-codewords",
            ["--code-len", "missing"],
        ),
        (
            "decode FILE --input f32 --preset rs-codewords --code-len 32",
            ["--code-len 32", "parity"],
        ),
        (
            "decode FILE --input f32 --preset rs-codewords --code-len 256",
            ["--code-len", "255"],
        ),
        (
            "decode FILE --input f64 --preset lev1",
            ["f64", "f32, i8, bits, octets"],
        ),
        ("decode FILE --input f32", ["--preset", "--help"]),
        (
            "decode FILE --input f32 --preset lev1 --sync pltu",
            ["--preset", "--sync"],
        ),
        (
            "decode FILE --input f32 --preset prox1-conv --json --out -",
            ["--json", "--out"],
        ),
        ("frames FILE --type v3 --json --out -", ["--json", "--out"]),
        (
            "encode FILE --as prox1-uncoded --convolutional --out -",
            ["--convolutional", "prox1-conv"],
        ),
        ("encode FILE --as cadu --out -", ["--frame-len", "missing"]),
        (
            "encode FILE --as prox1-conv --gap 99999999999 --out -",
            ["--gap", "99999999999"],
        ),
        ("encode FILE --as prox1-conv", ["--out", "--help"]),
        ("packets FILE --type tm", ["--type", "--help"]),
        ("nonsense", ["nonsense", "--help"]),
    ] {
        run(reader(command, &file)).refused(&words);
    }
}

#[test]
fn outputs_that_cannot_be() {
    let scratch = Scratch::new();
    let frames = scratch.file("frames", &noise(1, 5000).repeat(100));
    let nowhere = scratch.path("no/such/folder/out");
    let folder = scratch.path("");
    for command in [
        format!("frames {frames} --type tm --len 100 --out"),
        format!("decode {frames} --input octets --preset prox1-uncoded --out"),
        format!("encode {frames} --as cadu --frame-len 223 --out"),
    ] {
        line(&format!("{command} {nowhere}"))
            .refused(&[&nowhere, "cannot write here: No such file or directory"]);
        line(&format!("{command} {folder}")).refused(&["is a folder"]);
        line(&format!("{command} {frames}/below")).refused(&["cannot write here"]);
    }
    assert_eq!(scratch.names(), ["frames"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let scratch = Scratch::new();
    let frames = scratch.file("frames", &noise(1, 5000).repeat(100));
    let full = "No space left on device";
    line(&format!(
        "encode {frames} --as cadu --frame-len 223 --out /dev/full"
    ))
    .refused(&["/dev/full", full]);
    // A device is written to, never replaced.
    assert!(!std::fs::metadata("/dev/full").unwrap().is_file());
    let packets: Vec<u8> = [0x00, 0x05, 0xC0, 0x00, 0x00, 0x03, 1, 2, 3, 4].repeat(1000);
    let tc: Vec<u8> = packets
        .chunks(1000)
        .flat_map(|field| [&[0x20, 0x2A, 0x0F, 0xEC, 0][..], field].concat())
        .collect();
    let tc = scratch.file("tc", &tc);
    line(&format!("frames {tc} --type tc --out /dev/full")).refused(&["/dev/full", full]);
    for command in [
        format!("frames {tc} --type tc"),
        format!("frames {tc} --type tc --json"),
        format!("frames {tc} --type tc --out -"),
        format!("packets {tc}"),
    ] {
        let device = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = magpie()
            .args(command.split(' '))
            .stdout(device)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        finished(output).refused(&["standard output", full]);
    }
    assert_eq!(
        line(&format!("frames {tc} --type tc --out /dev/null")).code,
        0
    );
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let scratch = Scratch::new();
    let frames = scratch.file("frames", &noise(3, 5000).repeat(40));
    for command in [
        format!("frames {frames} --type tm --len 100 --json"),
        format!("decode {frames} --input octets --preset prox1-uncoded --json"),
        format!("packets {frames}"),
        format!("encode {frames} --as cadu --frame-len 223 --out -"),
        "--help".to_owned(),
    ] {
        let mut child = magpie()
            .args(command.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take()); // gone before the first octet
        let ran = finished(child.wait_with_output().unwrap());
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        assert!([0, 1, 2].contains(&ran.code));
        assert!(
            ran.stderr
                .lines()
                .filter(|line| line.starts_with("error: "))
                .count()
                <= 1
        );
        // Standard error may be gone as well.
        let mut child = magpie()
            .args(command.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert!(
            [0, 1, 2].contains(&child.wait().unwrap().code().unwrap()),
            "{command}"
        );
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let scratch = Scratch::new();
    let odd = scratch
        .0
        .path()
        .join(OsStr::from_bytes(b"caf\xE9 \x1B[31m\n"));
    let arguments = |command: &str| {
        let mut words: Vec<std::ffi::OsString> = command.split(' ').map(Into::into).collect();
        words.insert(1, odd.clone().into());
        words
    };
    let ran = run(arguments("frames --type tc"));
    ran.refused(&["cannot open"]);
    assert!(
        !ran.stderr.contains('\u{1B}'),
        "a file name does not steer the terminal"
    );
    if std::fs::write(
        &odd,
        [
            0x20, 0x2A, 0x00, 0x0C, 0, 0x00, 0x05, 0xC0, 0x00, 0x00, 0x01, 1, 2,
        ],
    )
    .is_ok()
    {
        let mut words = arguments("frames --type tc --out");
        let out = odd.with_extension("out");
        words.push(out.clone().into());
        let ran = run(words);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert_eq!(std::fs::read(out).unwrap().len(), 8);
    }
}

#[cfg(unix)]
#[test]
fn an_output_keeps_links_and_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = Scratch::new();
    let input = scratch.file(
        "tc",
        &[
            0x20, 0x2A, 0x00, 0x0C, 0, 0x00, 0x05, 0xC0, 0x00, 0x00, 0x01, 1, 2,
        ],
    );
    let target = scratch.file("target", b"old");
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o600)).unwrap();
    let link = scratch.path("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert_eq!(
        line(&format!("frames {input} --type tc --out {link}")).code,
        0
    );
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read(&target).unwrap().len(), 8);
    assert_eq!(
        std::fs::metadata(&target).unwrap().permissions().mode() & 0o777,
        0o600
    );
    // The input may be the output: it is read whole before it is replaced.
    assert_eq!(
        line(&format!("frames {input} --type tc --out {input}")).code,
        0
    );
    assert_eq!(std::fs::read(&input).unwrap().len(), 8);
    assert_eq!(scratch.names(), ["link", "target", "tc"]);
}

#[test]
fn a_command_that_fails_leaves_the_old_output_alone() {
    let scratch = Scratch::new();
    let out = scratch.file("out", b"yesterday's result");
    let short = scratch.file("short", &noise(2, 40));
    let missing = scratch.path("missing");
    for command in [
        format!("encode {short} --as cadu --frame-len 223 --out {out}"),
        format!("encode {missing} --as prox1-conv --out {out}"),
        format!("frames {missing} --type tc --out {out}"),
        format!("decode {missing} --input f32 --preset lev1 --out {out}"),
        format!("frames {short} --type tm --len 3000 --insert-zone 3000 --out {out}"),
    ] {
        line(&command).refused(&[]);
        assert_eq!(std::fs::read(&out).unwrap(), b"yesterday's result");
    }
    assert_eq!(scratch.names(), ["out", "short"]);
}
