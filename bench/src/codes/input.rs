//! What goes in: random messages, noise, and the files that the peers read.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use magpie_sim::curve::noise::{Frame, gain, quantise, sigma};

/// Random octets, the same for the same name.
pub fn random(name: &str, len: usize) -> Vec<u8> {
    let mut octets = vec![0; len];
    Frame::new(1, name, 0.0, 0).message(&mut octets);
    octets
}

/// Soft symbols of symbols (0 or 1) at this Eb/N0.
pub fn noisy(name: &str, symbols: &[u8], eb_n0_db: f64, rate: f64) -> Vec<i8> {
    let sigma = sigma(eb_n0_db, rate);
    let mut received = vec![0.0; symbols.len()];
    Frame::new(1, name, eb_n0_db, 1).carry(symbols, sigma, &mut received);
    let mut soft = vec![0; symbols.len()];
    quantise(&received, gain(sigma), &mut soft);
    soft
}

/// Log-likelihood ratio of a soft symbol of magnitude 1, for peers that want floats.
pub fn llr_scale(eb_n0_db: f64, rate: f64) -> f64 {
    let sigma = sigma(eb_n0_db, rate);
    f64::from(2.0 / (sigma * sigma * gain(sigma)))
}

/// Soft symbols as the octets of a file.
pub fn octets(soft: &[i8]) -> Vec<u8> {
    soft.iter().map(|&s| s as u8).collect()
}

/// Writes what the peers read of a job.
///
/// # Errors
/// If the folder takes no files.
pub fn write(
    folder: &Path,
    job: &str,
    input: &[u8],
    output: &[u8],
    arguments: &[(&str, f64)],
) -> Result<(), String> {
    let put = |end: &str, octets: &[u8]| {
        let path = folder.join(format!("{job}.{end}"));
        fs::write(&path, octets).map_err(|why| format!("{}: {why}", path.display()))
    };
    let mut lines = String::new();
    for (name, value) in arguments {
        let _ = writeln!(lines, "{name}={value}");
    }
    put("in", input)?;
    put("out", output)?;
    put("args", lines.as_bytes())
}
