//! `magpie encode` and `magpie decode` for every code: units of other programs, round trips through files, noise, and what goes wrong.

#[path = "../../ground/tests/naive/mod.rs"]
mod naive;
mod program;

use naive::frames::{AD, U, V3, packet, tc};
use naive::{Seeded, bits, crc16, floats, hex, randomizer};
use program::{Scratch, line, piped};

/// A TC frame of 21 octets. Origin of the units: Yamcs 5.12.8, its CLTU generators for BCH (without and with randomizer) and the two LDPC codes.
const TC_FRAME: &str = "00AB04144294B1CEEB0825425F7C99B6D3F00D2A47";
const FOREIGN_CLTUS: [(&str, &str); 4] = [
    (
        "cltu",
        "EB9000AB04144294B1EECEEB0825425F7C8C99B6D3F00D2A47AEC5C5C5C5C5C5C579",
    ),
    (
        "cltu --randomized",
        "EB90FF929A4E2A7DB7B63B87810AE36E22C091768158B684097AC5C5C5C5C5C5C579",
    ),
    (
        "cltu-ldpc",
        "034776C7272895B0FF929A4E2A7DB73BF792644E07B743801431BB1837959F4329322831FCA216E32CC993702FBC53A04915CCB862DFDA18\
         55555556AAAAAAAA5555555555555555",
    ),
    (
        "cltu-ldpc --code tc-512",
        "034776C7272895B0FF929A4E2A7DB73B87810AE36E2291768158B684099792B833896D81ADD30568B4F70E63601BEBDB757264BAC70B1AAC\
         2A37C2B2C7D707B63EE4FCA8215890CB",
    ),
];

#[test]
fn command_units_are_those_of_another_program() {
    for (preset, unit) in FOREIGN_CLTUS {
        let (frame, unit) = (hex(TC_FRAME), hex(unit));
        let ran = piped(
            format!("encode - --as {preset} --format octets --out -").split(' '),
            &frame,
        );
        // 64 octets of acquisition before, 64 of idle behind.
        let expected = [&[0x55; 64], &unit[..], &[0x55; 64]].concat();
        assert_eq!((ran.code, ran.stdout), (0, expected), "{preset}");

        let lead = [&[0x55; 17], &unit[..], &[0x55; 70]].concat();
        for input in ["octets", "bits", "i8"] {
            let symbols: Vec<u8> = match input {
                "octets" => lead.clone(),
                "bits" => bits(&lead),
                _ => bits(&lead)
                    .iter()
                    .map(|&bit| if bit == 1 { 9 } else { 247 })
                    .collect(),
            };
            let decode = format!("decode - --input {input} --preset {preset} --out -");
            let ran = piped(decode.split(' '), &symbols);
            assert_eq!(
                (ran.code, ran.stdout),
                (0, frame.clone()),
                "{preset}: {}",
                ran.stderr
            );
        }
    }
}

/// Origin of the codeword: labrador-ldpc's test of its (2048,1024) code, message octet i = i; the sequence added to it is the slow transmitter's.
#[test]
fn an_ldpc_block_is_that_of_another_program() {
    let message: Vec<u8> = (0..128).collect();
    let parity = "EEA9AAAF98D916CE6C2B282D1A5B944CA4F1B3D31AEC585AB3E6A4C40DFB4F4DD807A1AD0AE962C4D40BADA106E56EC8A6686AD5E6AC09BE3FF1F34C7F\
                  359027F26469038337429121B7BAD050E49142E40D64197084A5B7866F067B12E6C7D5AB10DB034FF68AFE17AC67BFF34A364204AE85B3B647CEC40FA58EB8BD4CC5CF";
    let codeword = [&message[..], &hex(parity)].concat();
    for long in [false, true] {
        let sequence = randomizer(256, long);
        let sent = codeword
            .iter()
            .zip(&sequence)
            .map(|(octet, add)| octet ^ add);
        let unit: Vec<u8> = hex("034776C7272895B0").into_iter().chain(sent).collect();
        let options = format!(
            "ccsds-ldpc --code ar4ja-1024-1/2 --randomizer {}",
            if long { "long" } else { "short" }
        );
        let encode = format!("encode - --as {options} --format octets --out -");
        assert_eq!(piped(encode.split(' '), &message).stdout, unit);
        // From the middle of nowhere, upside down.
        let stream: Vec<u8> = [&hex("9D3A7713")[..], &unit, &unit]
            .concat()
            .iter()
            .map(|o| !o)
            .collect();
        let decode = format!("decode - --input octets --preset {options} --out -");
        let ran = piped(decode.split(' '), &stream);
        assert_eq!(
            (ran.code, ran.stdout),
            (0, message.repeat(2)),
            "{}",
            ran.stderr
        );
    }
}

/// Frames of one length that end with their CRC-16.
fn telemetry(len: usize, count: usize, seed: &mut Seeded) -> Vec<u8> {
    (0..count)
        .flat_map(|_| {
            let body = seed.octets(len - 2);
            let crc = crc16(&body);
            [&body[..], &crc].concat()
        })
        .collect()
}

fn commands(seed: &mut Seeded) -> Vec<u8> {
    (1..9)
        .flat_map(|len| tc(AD, 0xAB, 1, len, &seed.octets(3 * usize::from(len)), true))
        .collect()
}

/// (how it is sent and received, further options of decode, frames)
fn cases(seed: &mut Seeded) -> Vec<(String, &'static str, Vec<u8>)> {
    let mut cases = Vec::new();
    for (code, len) in [
        ("ar4ja-1024-1/2", 128),
        ("ar4ja-1024-2/3", 128),
        ("ar4ja-1024-4/5", 128),
        ("ar4ja-4096-1/2", 512),
        ("ar4ja-4096-2/3", 512),
        ("ar4ja-4096-4/5", 512),
        ("ar4ja-16384-1/2", 2048),
        ("ar4ja-16384-2/3", 2048),
        ("ar4ja-16384-4/5", 2048),
        ("c2", 892),
    ] {
        let frames = telemetry(len, 3, seed);
        cases.push((format!("ccsds-ldpc --code {code}"), " --fecf yes", frames));
    }
    for (k, len) in [(1784, 223), (3568, 446), (7136, 892), (8920, 1115)] {
        for rate in ["1/2", "1/3", "1/4", "1/6"] {
            let frames = telemetry(len, 3, seed);
            cases.push((format!("ccsds-turbo --k {k} --rate {rate}"), "", frames));
        }
    }
    for options in ["", " --randomizer long", " --randomizer none"] {
        let frames = telemetry(300, 4, seed);
        cases.push((format!("ccsds-conv --frame-len 300{options}"), "", frames));
    }
    cases.push((
        "ccsds-conv --frame-len 64".into(),
        " --fecf no",
        seed.octets(640),
    ));
    cases.push((
        "ccsds-concat --frame-len 446 --interleave 2".into(),
        "",
        seed.octets(4 * 446),
    ));
    cases.push(("cadu-rs --frame-len 223".into(), "", seed.octets(4 * 223)));
    let proximity: Vec<u8> = (0..9)
        .flat_map(|fsn| V3 { fsn, ..U }.with(&packet(5, &seed.octets(150))))
        .collect();
    cases.push(("prox1-ldpc".into(), "", proximity));
    for preset in [
        "cltu",
        "cltu --randomized",
        "cltu-ldpc",
        "cltu-ldpc --code tc-512",
    ] {
        cases.push((preset.into(), " --fecf yes", commands(seed)));
    }
    cases.push(("cltu".into(), " --bch-mode ted", commands(seed)));
    cases
}

#[test]
fn frames_come_back_through_every_code() {
    let scratch = Scratch::new();
    let mut seed = Seeded(11);
    for (at, (code, refine, frames)) in cases(&mut seed).into_iter().enumerate() {
        let path = scratch.file("frames", &frames);
        let format = ["octets", "f32", "bits", "i8"][at % 4];
        let symbols = scratch.path(format);
        let ran = line(&format!(
            "encode {path} --as {code} --format {format} --out {symbols}"
        ));
        assert_eq!(
            (ran.code, ran.stdout.len()),
            (0, 0),
            "{code}: {}",
            ran.stderr
        );
        let ran = line(&format!(
            "decode {symbols} --input {format} --preset {code}{refine} --out -"
        ));
        assert_eq!(
            (ran.code, ran.stdout == frames),
            (0, true),
            "{code} as {format}: {}",
            ran.stderr
        );
    }
}

/// Hard symbols of `encode`, then the channel: noise in front, everything upside down, noise at this Eb/N0, cut where a float is cut.
fn through_noise(
    code: &str,
    rate: f64,
    eb_n0_db: f64,
    frames: &[u8],
    seed: &mut Seeded,
) -> Vec<u8> {
    let encode = format!("encode - --as {code} --format bits --out -");
    let mut symbols = seed.bits(3001);
    symbols.extend(
        piped(encode.split(' '), frames)
            .stdout
            .iter()
            .map(|bit| 1 - bit),
    );
    floats(&symbols, 0.7, eb_n0_db, rate, seed)
}

/// Eb/N0 well above where each code begins to work, and well below where it would do without.
#[test]
fn noise_is_corrected_and_counted() {
    let scratch = Scratch::new();
    let mut seed = Seeded(12);
    for (code, rate, eb_n0_db, frames, least) in [
        (
            "ccsds-ldpc --code ar4ja-1024-1/2",
            0.5,
            2.8,
            telemetry(128, 40, &mut seed),
            40,
        ),
        (
            "ccsds-ldpc --code c2",
            0.875,
            5.0,
            telemetry(892, 8, &mut seed),
            8,
        ),
        (
            "ccsds-turbo --k 1784 --rate 1/2",
            0.5,
            2.2,
            telemetry(223, 12, &mut seed),
            12,
        ),
        (
            "ccsds-turbo --k 1784 --rate 1/6",
            1.0 / 6.0,
            1.2,
            telemetry(223, 12, &mut seed),
            12,
        ),
        (
            "ccsds-concat --frame-len 223 --rate 3/4",
            0.656,
            5.0,
            seed.octets(20 * 223),
            20,
        ),
        ("cltu-ldpc", 0.5, 5.0, commands(&mut seed), 8),
        ("cltu", 0.875, 8.5, commands(&mut seed), 7),
    ] {
        let file = scratch.file(
            "noisy",
            &through_noise(code, rate, eb_n0_db, &frames, &mut seed),
        );
        let out = scratch.path("frames");
        let refine = if code.starts_with("cltu") {
            " --fecf yes"
        } else {
            ""
        };
        let ran = line(&format!(
            "decode {file} --input f32 --preset {code}{refine} --json --out {out}"
        ));
        let report = ran.json();
        let told = |name: &str| {
            report[name]
                .as_u64()
                .unwrap_or_else(|| panic!("{name} in {report}"))
        };
        assert!(told("frames_good") >= least, "{code}: {report}");
        if ran.code == 0 {
            assert_eq!(std::fs::read(&out).unwrap(), frames, "{code}");
        }
        assert!(told("markers_inverted") >= least, "{code}: {report}");
        assert!(told("codewords_corrected") > 0, "{code}: {report}");
        let sum = told("codewords_clean") + told("codewords_corrected") + told("codewords_failed");
        assert_eq!(told("codewords"), sum, "{code}: {report}");
        if code.starts_with("ccsds-concat") {
            let mismatch = report["convolutional"]["symbol_mismatch"].as_f64();
            assert!(mismatch.is_some_and(|ratio| ratio > 0.0), "{report}");
            continue;
        }
        assert!(told("corrected_symbols") > 0, "{code}: {report}");
        let iterations = report["iterations_mean"].as_f64();
        let some = iterations.is_some_and(|mean| mean > 0.0);
        assert_eq!(some, code != "cltu", "{code}: {report}");
        if iterations.is_some() {
            assert!(told("iterations_max") > 1, "{code}: {report}");
            assert!(report["iterations_max"].as_f64() >= iterations, "{code}");
            let what = format!("{file} --input f32 --preset {code}{refine}");
            once_is_not_enough(&what, least);
        }
    }
}

/// With a single iteration not all frames come back.
fn once_is_not_enough(what: &str, least: u64) {
    let report = line(&format!("decode {what} --iterations 1 --json")).json();
    let told = ["iterations_max", "frames_good"].map(|name| report[name].as_u64());
    // Where no block at all is good, none is counted.
    assert!(told[0] <= Some(1) && told[1] < Some(least), "{report}");
}

#[test]
fn a_lost_block_is_told_and_costs_no_other() {
    let mut seed = Seeded(13);
    for (code, len, block) in [
        (
            "ccsds-ldpc --code ar4ja-1024-4/5 --fecf yes",
            128,
            1280 + 64,
        ),
        ("ccsds-turbo --k 1784 --rate 1/3", 223, 5364 + 96),
    ] {
        let frames = telemetry(len, 5, &mut seed);
        let encode = format!(
            "encode - --as {} --format bits --out -",
            code.replace(" --fecf yes", "")
        );
        let mut symbols = piped(encode.split(' '), &frames).stdout;
        for (symbol, noise) in symbols[2 * block + 100..3 * block - 100]
            .iter_mut()
            .zip(seed.bits(block))
        {
            *symbol = noise;
        }
        let decode = format!("decode - --input bits --preset {code} --out -");
        let ran = piped(decode.split(' '), &symbols);
        let rest = [&frames[..2 * len], &frames[3 * len..]].concat();
        assert_eq!(
            (ran.code, ran.stdout == rest),
            (2, true),
            "{code}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains("1 beyond repair"), "{}", ran.stderr);
        // Cut off within the last block.
        let ran = piped(decode.split(' '), &symbols[..symbols.len() - block * 2 / 3]);
        assert!(
            ran.code == 2 && ran.stderr.contains("cut-off-at-the-end"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn command_units_say_how_they_ended() {
    let unit = hex(FOREIGN_CLTUS[0].1);
    let json = |octets: &[u8], options: &str| {
        let decode = format!("decode - --input octets --preset cltu --json{options}");
        let ran = piped(decode.split(' '), octets);
        (ran.code, ran.json())
    };
    let (code, report) = json(&[&unit[..], &[0x55], &unit].concat(), "");
    assert_eq!((code, &report["frames_good"]), (0, &2.into()));
    assert_eq!(
        (&report["cltu"]["units"], &report["cltu"]["ended_by_tail"]),
        (&2.into(), &2.into())
    );

    // Two wrong bits in the second codeword: the frame is cut off. One: mended, or with `ted` cut off too.
    let mut damaged = unit.clone();
    damaged[12] ^= 0x81;
    let (code, report) = json(&damaged, "");
    assert_eq!((code, &report["rejected"]["frame-cut-off"]), (2, &1.into()));
    assert_eq!(
        (&report["frames_bad"], &report["cltu"]["ended_by_codeword"]),
        (&1.into(), &1.into())
    );
    damaged[12] ^= 0x80;
    assert_eq!(json(&damaged, "").0, 0);
    assert_eq!(json(&damaged, " --bch-mode ted").0, 2);

    // What is in it is no frame: version 3 does not ride here.
    let ran = piped(
        "encode - --as cltu --format octets --out -".split(' '),
        &[0x80; 14],
    );
    assert_eq!(ran.code, 1);
    let (code, report) = json(&hex("EB90FFFFFFFFFFFFFF86C5C5C5C5C5C5C579"), "");
    assert_eq!((code, &report["rejected"]["no-frame"]), (2, &1.into()));
    // Without the randomizer that was used, neither; and a CRC-16 that nobody put there does not fit.
    assert_eq!(json(&hex(FOREIGN_CLTUS[1].1), "").0, 2);
    assert_eq!(json(&unit, " --fecf yes").1["rejected"]["crc-16"], 1);
    // Nothing at all.
    assert_eq!(json(&[0x55; 100], "").0, 2);
}

#[test]
fn what_does_not_fit_is_refused_in_one_line() {
    for (command, words) in [
        (
            "decode - --input bits --preset ccsds-ldpc",
            &["--code is missing"][..],
        ),
        (
            "decode - --input bits --preset ccsds-ldpc --code tc-128",
            &["cltu-ldpc"],
        ),
        (
            "decode - --input bits --preset cltu-ldpc --code c2",
            &["tc-128"],
        ),
        (
            "decode - --input bits --preset ccsds-turbo",
            &["--k is missing"],
        ),
        (
            "decode - --input bits --preset ccsds-turbo --k 1784 --rate 2/3",
            &["1/6"],
        ),
        (
            "decode - --input bits --preset ccsds-conv",
            &["--frame-len"],
        ),
        (
            "decode - --input bits --preset ccsds-ldpc --code c2 --descramble",
            &["--preset"],
        ),
        (
            "decode - --input bits --preset cltu --iterations 5",
            &["--iterations", "ccsds-turbo", "prox1-ldpc"],
        ),
        (
            "decode - --input bits --preset prox1-ldpc --iterations 0",
            &["--iterations", "1..=1000"],
        ),
        ("encode - --as ccsds-ldpc --out x", &["--code is missing"]),
        (
            "encode - --as cltu --convolutional --out x",
            &["--convolutional"],
        ),
        (
            "encode - --as prox1-ldpc --convolutional --out x",
            &["--convolutional"],
        ),
    ] {
        let ran = piped(command.split(' '), &[1, 0, 1]);
        assert_eq!(ran.code, 1, "{command}");
        for word in words {
            assert!(ran.stderr.contains(word), "{command}: {}", ran.stderr);
        }
    }
}

/// Floats that are none, erasures, saturation, silence, an odd end: an account and exit code 2, whatever the code.
#[test]
fn bad_symbols_are_accounted_for() {
    let mut seed = Seeded(14);
    let streams: Vec<Vec<u8>> = vec![
        [f32::NAN, f32::INFINITY, 0.0, f32::NEG_INFINITY]
            .iter()
            .flat_map(|f| f.to_le_bytes())
            .cycle()
            .take(40_000)
            .collect(),
        vec![0; 40_001],
        seed.octets(40_000),
        Vec::new(),
    ];
    for preset in [
        "prox1-ldpc",
        "ccsds-ldpc --code ar4ja-1024-1/2",
        "ccsds-turbo --k 1784 --rate 1/6",
        "cltu",
        "cltu-ldpc",
        "cltu-ldpc --code tc-512",
        "ccsds-conv --frame-len 100",
    ] {
        for stream in &streams {
            for input in ["f32", "i8", "bits", "octets"] {
                let decode = format!("decode - --input {input} --preset {preset} --json");
                let ran = piped(decode.split(' '), stream);
                ran.has_manners();
                assert_ne!(ran.code, 0, "{preset} of {input}");
            }
        }
    }
}
