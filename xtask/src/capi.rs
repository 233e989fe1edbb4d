//! `cargo xtask capi`: writes the C header from the sources of `crates/capi`.
//!
//! cbindgen is MPL-2.0, so it is run as a program and never linked (deny.toml).

use std::fs;
use std::process::Command;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask capi [--check]

Writes crates/capi/include/magpie.h with cbindgen, which is installed into the target folder if it is missing. --check writes nothing and fails if
the header is not what cbindgen would write.";

const HEADER: &str = "crates/capi/include/magpie.h";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let check = match arguments {
        [] => false,
        [only] if only == "--check" => true,
        _ => return Err("takes only --check, see --help".to_owned()),
    };
    let cbindgen = shell::tool("cbindgen")?;
    let mut command = Command::new(cbindgen);
    command.current_dir(shell::root()).args([
        "--config",
        "crates/capi/cbindgen.toml",
        "crates/capi",
    ]);
    let wanted = shell::capture(&mut command)?;
    let path = shell::root().join(HEADER);
    let present = fs::read_to_string(&path).unwrap_or_default();
    if wanted == present {
        println!("{HEADER} is up to date");
        return Ok(());
    }
    if check {
        return Err(format!("{HEADER} is stale: `cargo xtask capi`"));
    }
    fs::write(&path, wanted).map_err(|why| format!("{HEADER}: {why}"))?;
    println!("wrote {HEADER}");
    Ok(())
}
