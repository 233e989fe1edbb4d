//! `cargo xtask firmware setup`: everything that the flight side needs, asked for and installed where it is missing.

use std::collections::BTreeSet;
use std::time::Instant;

use super::packages::{self, Need};
use super::targets;
use super::toolchain::Toolchain;
use crate::Outcome;

/// Asks every program for its version, installs what is missing, and prints what there is.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut needs: Vec<&Need> = packages::FIRMWARE.iter().collect();
    match arguments {
        [] => {}
        [only] if only == "--big-endian" => needs.extend(packages::BIG_ENDIAN),
        _ => return Err("setup takes only --big-endian, see --help".to_owned()),
    }
    let start = Instant::now();
    packages::install(&needs)?;
    for need in needs {
        let found = need.found().unwrap_or_default();
        println!("{:<44} {found}", need.name);
    }
    let targets = targets::all()?;
    let triples: BTreeSet<&str> = targets
        .iter()
        .map(|target| target.triple.as_str())
        .collect();
    for triple in triples {
        println!("{triple:<44} {}", Toolchain::of(triple)?.describe()?);
    }
    println!("all there ({:.1} s)", start.elapsed().as_secs_f64());
    Ok(())
}
