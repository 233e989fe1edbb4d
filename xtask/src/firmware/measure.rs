//! `cargo xtask firmware measure`: what the two programs take on each target, and how many instructions each operation is.
//!
//! | Module | What |
//! |---|---|
//! | [`emulator`] | instructions: the image `count` with our plugin |
//! | [`sizes`] | flash and RAM out of the linked programs |
//! | [`stack`] | the worst stack by the call graph |
//! | [`peaks`] | the stack that is seen in use |
//! | [`figures`] | all of it |
//! | [`compare`] | beside the committed baseline |
//! | [`asks`] | beside what was asked for |
//! | [`tables`] | as text, for the terminal and for docs/firmware.md |

mod asks;
mod compare;
mod emulator;
mod figures;
mod peaks;
mod sizes;
mod stack;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::build;
use super::targets::{self, Target};
use crate::{Outcome, shell};
use figures::{Figures, Measured, Program, Table};

/// Figures of one state of the source, which a later one is compared with.
const BASELINE: &str = "firmware/baseline.json";
const DOCS: &str = "docs/firmware.md";

/// The two programs, and the one that counts.
const IMAGES: [&str; 3] = ["rover", "orbiter", "count"];

/// What the command line asks for.
#[derive(Debug, Default)]
struct Wishes {
    targets: Vec<String>,
    json: bool,
    update: bool,
    /// The images are there already.
    built: bool,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut wishes = Wishes::default();
    for argument in arguments {
        match argument.as_str() {
            "--json" => wishes.json = true,
            "--update" => wishes.update = true,
            "--no-build" => wishes.built = true,
            name => wishes.targets.push(name.to_owned()),
        }
    }
    let targets = targets::named(&wishes.targets)?;
    let plugin = emulator::plugin()?;
    let mut all = BTreeMap::new();
    for target in &targets {
        if !wishes.built {
            build::images(std::slice::from_ref(target), &IMAGES.map(str::to_owned))?;
        }
        let measured = measure(target, &plugin)?;
        save(target, &measured)?;
        all.insert(target.name.clone(), measured);
    }
    let table: Table = all
        .iter()
        .map(|(name, measured)| (name.clone(), measured.figures.clone()))
        .collect();
    if wishes.json {
        println!("{}", json(&table)?);
    } else {
        let shown: Vec<(&Target, &Measured)> = targets
            .iter()
            .filter_map(|target| Some((target, all.get(&target.name)?)))
            .collect();
        println!("{}", tables::terminal(&shown));
    }
    if wishes.update {
        return update(all);
    }
    check(&table)
}

fn measure(target: &Target, plugin: &std::path::Path) -> Result<Measured, String> {
    let folder = targets::images(target)?;
    let said = emulator::count(target, plugin)?;
    if emulator::count(target, plugin)? != said {
        return Err(format!("{}: a second run counts otherwise", target.name));
    }
    let painted = peaks::painted(target)?;
    let mut programs = [Program::default(); 2];
    let mut stacks = [figures::Stacks::default(), figures::Stacks::default()];
    for (at, image) in IMAGES.iter().take(2).enumerate() {
        let elf = folder.join(format!("{image}.elf"));
        let say = |why: String| format!("{}: {image}: {why}", target.name);
        let (flash, ram) = sizes::of(&elf)?;
        stacks[at] = stack::bound(target, &elf).map_err(say)?;
        stacks[at].painted = painted[at];
        programs[at] = Program {
            flash,
            ram,
            stack: stacks[at].worst().max(painted[at]),
        };
    }
    let [rover, orbiter] = programs;
    let counts = said.counts.iter();
    Ok(Measured {
        order: counts.clone().map(|count| count.name.clone()).collect(),
        copying: counts
            .clone()
            .map(|count| (count.name.clone(), count.copying))
            .collect(),
        figures: Figures {
            rover,
            orbiter,
            instructions: counts
                .map(|count| (count.name.clone(), count.instructions))
                .collect(),
        },
        octets: said.octets,
        stacks,
    })
}

/// Beside the images, for a later `--update` that measures other targets only.
fn saved(target: &Target) -> Result<PathBuf, String> {
    Ok(targets::images(target)?.join("measured.json"))
}

fn save(target: &Target, measured: &Measured) -> Outcome {
    let text = serde_json::to_string(measured).map_err(|why| why.to_string())?;
    write(&saved(target)?, &text)
}

fn write(path: &std::path::Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|why| format!("{}: {why}", path.display()))
}

fn json(table: &Table) -> Result<String, String> {
    serde_json::to_string_pretty(table).map_err(|why| why.to_string())
}

/// Writes baseline and tables. What was not measured now comes from the last time.
fn update(mut all: BTreeMap<String, Measured>) -> Outcome {
    let targets = targets::all()?;
    for target in &targets {
        if all.contains_key(&target.name) {
            continue;
        }
        let text = fs::read_to_string(saved(target)?)
            .map_err(|_| format!("{} was never measured here", target.name))?;
        let measured = serde_json::from_str(&text).map_err(|why| why.to_string())?;
        all.insert(target.name.clone(), measured);
    }
    let shown: Vec<(&Target, &Measured)> = targets
        .iter()
        .filter_map(|target| Some((target, all.get(&target.name)?)))
        .collect();
    let docs = shell::root().join(DOCS);
    let text = fs::read_to_string(&docs).map_err(|why| format!("{DOCS}: {why}"))?;
    write(&docs, &tables::into_docs(&text, &shown)?)?;
    let table: Table = all
        .into_iter()
        .map(|(name, measured)| (name, measured.figures))
        .collect();
    let mut text = json(&table)?;
    text.push('\n');
    write(&shell::root().join(BASELINE), &text)
}

/// Fails on a rise.
fn check(table: &Table) -> Outcome {
    let text = fs::read_to_string(shell::root().join(BASELINE))
        .map_err(|why| format!("{BASELINE}: {why}"))?;
    let baseline: Table =
        serde_json::from_str(&text).map_err(|why| format!("{BASELINE}: {why}"))?;
    let changes = compare::compare(&baseline, table);
    for line in &changes.good {
        eprintln!("{line}");
    }
    for line in &changes.bad {
        eprintln!("ROSE {line}");
    }
    if changes.bad.is_empty() {
        return Ok(());
    }
    let count = changes.bad.len();
    Err(format!(
        "{count} figures are above {BASELINE}; if that is meant, `cargo xtask firmware measure --update`"
    ))
}
