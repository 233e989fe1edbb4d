//! `firmware/targets.toml`: the boards, and the emulated machines that run their images.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::shell;

/// One board.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) processor: String,
    pub(crate) triple: String,
    pub(crate) qemu: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    target: Vec<Target>,
}

/// All of them, in the order of the file.
pub(crate) fn all() -> Result<Vec<Target>, String> {
    let text = fs::read_to_string(shell::root().join("firmware/targets.toml"))
        .map_err(|why| format!("firmware/targets.toml: {why}"))?;
    let file: File =
        toml::from_str(&text).map_err(|why| format!("firmware/targets.toml: {why}"))?;
    Ok(file.target)
}

/// The named ones; all if none is named.
pub(crate) fn named(names: &[String]) -> Result<Vec<Target>, String> {
    let all = all()?;
    if names.is_empty() {
        return Ok(all);
    }
    let find = |name: &String| {
        let target = all.iter().find(|target| target.name == *name);
        target.cloned().ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|target| target.name.as_str()).collect();
            format!("no target `{name}`; there are {}", known.join(", "))
        })
    };
    names.iter().map(find).collect()
}

/// Where the images of a target are.
pub(crate) fn images(target: &Target) -> Result<PathBuf, String> {
    Ok(shell::target()?.join("firmware").join(&target.name))
}
