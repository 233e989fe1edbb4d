//! `magpie transmit` and `magpie channel` on samples, as a user runs them.
#![allow(clippy::cast_precision_loss)] // counts of samples

mod program;
use program::{Scratch, line, piped, run};
use serde_json::Value;

/// An empty V3 frame, and its PLTU with the CRC of the facts (`test_pltu`: BCC004E7).
const FRAME: [u8; 5] = [0x80, 0, 0, 4, 0];
const UNIT: [u8; 12] = [0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7];
const IDLE: [u8; 4] = [0x35, 0x2E, 0xF8, 0x53];

/// I and Q of cf32.
fn samples(octets: &[u8]) -> Vec<(f32, f32)> {
    let part = |at: &[u8]| f32::from_le_bytes(at.try_into().unwrap());
    octets
        .chunks_exact(8)
        .map(|sample| (part(&sample[..4]), part(&sample[4..])))
        .collect()
}

/// Octets out of symbols of `n` samples whose first quarter says what they are.
fn octets(samples: &[(f32, f32)], n: usize) -> Vec<u8> {
    let bit = |symbol: &[(f32, f32)]| u8::from(symbol[n / 4].1 > 0.0);
    samples
        .chunks_exact(8 * n)
        .map(|octet| octet.chunks(n).fold(0, |sum, s| sum << 1 | bit(s)))
        .collect()
}

//= 211.1-B-4 transmission-sequence
#[test]
fn a_frame_goes_out_as_the_books_say() {
    let arguments = "transmit - --coding uncoded --silence 0.01 --carrier 0.25 \
        --acquisition 0.016 --tail 0.008 --out -";
    let sent = piped(arguments.split_whitespace(), &FRAME);
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    let all = samples(&sent.stdout);
    // 256,000 samples and 8,000 symbols a second.
    let (silence, rest) = all.split_at(2560);
    let (carrier, data) = rest.split_at(64_000);
    assert!(silence.iter().all(|&s| s == (0.0, 0.0)));
    assert!(carrier.iter().all(|&s| s == (1.0, 0.0)));
    let wanted = [&IDLE.repeat(4)[..], &UNIT, &IDLE.repeat(2)].concat();
    assert_eq!(octets(data, 32), wanted);
    assert!(
        sent.stderr
            .contains("1 frames, 288 symbols, 75,776 samples")
    );
}

#[test]
fn a_payload_is_cut_into_frames() {
    let scratch = Scratch::new();
    let payload = scratch.path("payload");
    std::fs::write(&payload, vec![0x55; 1500]).unwrap();
    let sent = line(&format!(
        "transmit --payload {payload} --coding uncoded --rate 64000 --carrier 0 --acquisition 0 --tail 0 --gap 0"
    ));
    let octets = octets(&samples(&sent.stdout), 4);
    // 1024 and 476 octets of data, each with 3 + 5 + 4 around them; the header says 1029 - 1 = 0x404 and user-defined data of spacecraft 1.
    assert_eq!(octets.len(), 1500 + 24);
    assert_eq!(octets[..3], UNIT[..3]);
    assert_eq!(octets[3 + 1029 + 4..][..3], octets[..3]);
    assert_eq!((octets[5] & 7, octets[6]), (4, 4));
}

#[test]
fn a_channel_without_stages_changes_nothing_and_a_seed_is_a_run() {
    let sent = line("transmit --carrier 0.1 --acquisition 0.1 --tail 0");
    let same = piped(["channel"], &sent.stdout);
    assert_eq!(
        (same.code, &same.stdout),
        (0, &sent.stdout),
        "{}",
        same.stderr
    );
    let heard = |seed: &str| {
        let arguments = format!("channel - - --cn0 50 --rice 10,1 --seed {seed}");
        piped(arguments.split_whitespace(), &sent.stdout).stdout
    };
    assert_eq!(heard("1"), heard("1"));
    assert_ne!(heard("1"), heard("2"));
}

#[test]
fn noise_has_the_level_that_was_asked_for() {
    let silence = line("transmit --silence 0.5 --carrier 0 --acquisition 0 --tail 0").stdout;
    let power = |arguments: &str| {
        let heard = samples(&piped(arguments.split_whitespace(), &silence).stdout);
        assert_eq!(heard.len(), 128_000);
        let sum: f32 = heard.iter().map(|(re, im)| re * re + im * im).sum();
        f64::from(sum) / 128_000.0
    };
    // 256,000 Hz at 50 dBHz: 2.56. Es/N0 = 0 dB at 8,000 symbols a second, 75 % in the data: 256,000 x 0.75 / 8,000 = 24; half a bit in a symbol: 3 dB more noise.
    for (arguments, wanted) in [
        ("channel --cn0 50", 2.56),
        ("channel --es-n0 0", 24.0),
        ("channel --eb-n0 0", 48.0),
        ("channel --eb-n0 0 --coding uncoded", 24.0),
        (
            "channel --es-n0 0 --modulation suppressed --rate 16000",
            16.0,
        ),
    ] {
        assert!(
            (power(arguments) / wanted - 1.0).abs() < 0.02,
            "{arguments}"
        );
    }
}

#[test]
fn a_pair_says_what_it_is_and_goes_through_the_channel() {
    let scratch = Scratch::new();
    let (sent, heard) = (
        scratch.path("sent.sigmf-meta"),
        scratch.path("heard.sigmf-data"),
    );
    let ran = line(&format!(
        "transmit --sample-rate 64000 --format ci16 --frequency 437.1e6 --out {sent}"
    ));
    assert_eq!((ran.code, ran.stdout.len()), (0, 0), "{}", ran.stderr);
    let ran = line(&format!("channel {sent} {heard} --swap --out-format ci8"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = std::fs::read_to_string(scratch.path("heard.sigmf-meta")).unwrap();
    let meta: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(meta["global"]["core:datatype"], "ci8");
    assert_eq!(meta["global"]["core:sample_rate"], 64_000.0);
    assert_eq!(meta["captures"][0]["core:frequency"], 437.1e6);
    let octets = std::fs::read(heard).unwrap();
    // Carrier for half a second: 1 at -6 dB is 64 of 128, on Q now.
    assert_eq!(octets[..4], [0, 64, 0, 64]);
    // 0.5 s, and 0.5 + 0.25 s in whole octets.
    assert_eq!(octets.len(), 2 * (32_000 + 48_000));
}

#[test]
fn what_cannot_be_is_refused_in_a_line() {
    for (arguments, words) in [
        (
            "transmit --sample-rate 20000 --rate 8000",
            "too few for 8000 symbols",
        ),
        ("transmit --index 95", "phase index"),
        ("transmit --modulation bpsk --index 60", "--index"),
        ("transmit no-such-file", "no-such-file"),
        ("transmit --out x.sigmf", "archives"),
        ("channel --cn0 50 --es-n0 3", "--es-n0"),
        ("channel --a in-process", "--b"),
        ("channel --a in-process --b in-process --cn0 50", "--cn0"),
        ("channel no-such-file", "no-such-file"),
        ("channel --loss 0.1", "--a"),
        ("channel --bits 13", "1 to 12 bits"),
        ("channel --fade 3..2:5", "FROM..TO:DB"),
        (
            "channel --a in-process --b in-process --coding uncoded",
            "uncoded",
        ),
    ] {
        let ran = line(arguments);
        assert!(ran.stdout.is_empty(), "{arguments}");
        ran.refused(&[words]);
    }
    piped(["channel"], &[]).refused(&["empty"]);
    piped(["transmit", "-"], b"no frame").refused(&["holds no frame"]);
}

#[test]
fn a_table_of_ranges_moves_the_carrier() {
    let scratch = Scratch::new();
    let table = scratch.path("pass.csv");
    let text = "t_s,range_m,range_rate_m_s\n0,500000,-2000\n10,480000,-2000\n";
    std::fs::write(&table, text).unwrap();
    let sent = line("transmit --carrier 0.5 --acquisition 0 --tail 0").stdout;
    let heard = run_on(
        &sent,
        &["channel", "--profile", &table, "--frequency", "4e8"],
    );
    // 4e8 x 2000 / c = 2668.51 Hz: 1334.26 turns in half a second, less 24 samples of it on either side.
    let turns: f64 = heard[24..heard.len() - 24]
        .windows(2)
        .map(|two| {
            let ((a, b), (c, d)) = (two[0], two[1]);
            f64::from((a * d - b * c).atan2(a * c + b * d)) / std::f64::consts::TAU
        })
        .sum();
    let wanted = 4e8 * 2000.0 / 299_792_458.0 * (heard.len() - 49) as f64 / 256_000.0;
    assert!((turns - wanted).abs() < 0.01, "{turns} {wanted}");
}

fn run_on(input: &[u8], arguments: &[&str]) -> Vec<(f32, f32)> {
    let ran = piped(arguments, input);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    samples(&ran.stdout)
}

#[test]
fn the_help_of_both_names_its_modes() {
    let help = run(["channel", "--help"]).text();
    for words in [
        "Between two flight computers",
        "I/Q samples",
        "--two-ray",
        "--polarity",
    ] {
        assert!(help.contains(words), "{words}");
    }
}
