//! What the tests of this crate share: recordings, hexadecimal, bits, a small generator of numbers.

#![allow(
    dead_code,
    reason = "every test program uses its own part of this module"
)]
#![allow(unreachable_pub, reason = "a module of a test program")]

use std::path::PathBuf;

/// A recording and the figures beside it, or `None` (said on standard error) where the folder of recordings is missing. With
/// `MAGPIE_DATA` set it must be there.
pub fn recording(name: &str) -> Option<(Vec<u8>, serde_json::Value)> {
    let named = std::env::var_os("MAGPIE_DATA").map(PathBuf::from);
    let folder = named
        .clone()
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let path = folder.join(name);
    if !path.is_file() {
        assert!(
            named.is_none(),
            "MAGPIE_DATA is set, but {} is missing",
            path.display()
        );
        eprintln!("skipped: no recordings; set MAGPIE_DATA");
        return None;
    }
    let octets = std::fs::read(&path).expect("the recording is readable");
    let figures = std::fs::read(folder.join(format!("{name}.expected.json")))
        .expect("the figures beside the recording are readable");
    Some((
        octets,
        serde_json::from_slice(&figures).expect("the figures are JSON"),
    ))
}

pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).expect("a hexadecimal digit") as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

pub fn hex(octets: &[u8]) -> String {
    use std::fmt::Write;
    octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02x}").expect("a string takes everything");
        text
    })
}

/// The bits of `octets`, first transmitted first.
pub fn bits(octets: &[u8]) -> Vec<u8> {
    octets
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |i| octet >> i & 1))
        .collect()
}

/// The octets of `bits`, without a rest that is not whole.
pub fn octets(bits: &[u8]) -> Vec<u8> {
    bits.chunks_exact(8)
        .map(|eight| eight.iter().fold(0, |sum, bit| sum << 1 | bit))
        .collect()
}

/// A linear congruential generator (Knuth's MMIX constants): noise that every run repeats.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    /// 0 ..= `bound - 1`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    pub fn octets(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    pub fn bits(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.next() & 1) as u8).collect()
    }
}
