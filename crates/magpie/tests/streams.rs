//! A long input streams through: the memory of the program stays small however much comes.
#![cfg(target_os = "linux")]

mod program;

use std::fs;
use std::io::Write as _;
use std::process::{ChildStdin, Stdio};

use program::magpie;

const MEBI: usize = 1 << 20;
/// What the issue allows.
const ALLOWED_KIB: u64 = 100 * 1000;

/// Runs a command with `mebibytes` copies of one mebibyte on standard input; gives its exit code and its greatest resident set in KiB.
fn peak(arguments: &str, block: &[u8], mebibytes: usize) -> (i32, u64) {
    assert_eq!(block.len(), MEBI);
    let mut child = magpie()
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin: ChildStdin = child.stdin.take().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    for _ in 0..mebibytes {
        if stdin.write_all(block).is_err() {
            break; // it has ended; the exit code tells
        }
        most = most.max(high_water(&status).unwrap_or(0));
    }
    drop(stdin);
    let code = loop {
        most = most.max(high_water(&status).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    (code, most)
}

fn high_water(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn check(arguments: &str, block: &[u8], mebibytes: usize, code: i32) {
    let (ended, most) = peak(arguments, block, mebibytes);
    println!("{arguments}: {mebibytes} MiB in, {most} KiB at most");
    assert_eq!(ended, code, "{arguments}");
    assert!(most > 0 && most < ALLOWED_KIB, "{arguments}: {most} KiB");
}

fn noise() -> Vec<u8> {
    let mut seed = 0x0123_4567_89AB_CDEFu64;
    let mut next = move || {
        seed ^= seed >> 12;
        seed ^= seed << 25;
        seed ^= seed >> 27;
        seed.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0]
    };
    (0..MEBI).map(|_| next()).collect()
}

#[test]
fn good_frames_and_packets() {
    // AOS, 1024 octets: SCID 0xAB, VC 1, counts 0 to 1023, M_PDU with pointer 0 and one packet of 1016 octets.
    let frame = |count: u16| {
        let [high, low] = count.to_be_bytes();
        let mut frame = vec![0x6A, 0xC1, 0, high, low, 0];
        frame.extend([0, 0, 0x00, 0x05, 0xC0, 0x00, 0x03, 0xF1]);
        frame.resize(1024, 0x5A);
        frame
    };
    let block: Vec<u8> = (0..1024).flat_map(frame).collect();
    // From block to block the count falls back, which is a gap.
    check("frames - --type aos --len 1024 --scid 171", &block, 300, 2);
    let mut packet = vec![0x00, 0x05, 0xC0, 0x00, 0x03, 0xF9];
    packet.resize(1024, 0x5A);
    check("packets -", &packet.repeat(1024), 64, 0);
}

#[test]
fn noise_of_every_kind() {
    let noise = noise();
    check(
        "frames - --type tm --len 1115 --fecf --scid 5",
        &noise,
        100,
        2,
    );
    check("frames - --type uslp --scid 5", &noise, 32, 2);
    check("frames - --type v3 --scid 5", &noise, 32, 2);
    check(
        "frames - --type tc --segment-header --scid 5",
        &noise,
        32,
        2,
    );
    check("packets -", &noise, 32, 2);
}

#[test]
fn symbols() {
    let noise = noise();
    check("decode - --input i8 --preset prox1-conv", &noise, 8, 2);
    check(
        "decode - --input octets --preset prox1-uncoded",
        &noise,
        2,
        2,
    );
    check(
        "decode - --input octets --preset cadu-rs --frame-len 223",
        &noise,
        2,
        2,
    );
    check("decode - --input f32 --preset lev1", &noise, 16, 2);
}
