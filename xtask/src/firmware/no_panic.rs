//! `cargo xtask firmware no-panic`: no octet that is received can lead to a panic, shown on the machine code.
//!
//! `firmware/no-panic` is a static library with `wire`, `coding` and `link` and one entry point for each of their functions that received octets get
//! to. It is built as firmware is, linked alone, and its call graph read ([`super::callgraph`]). A call into the panic machinery of `core` that an
//! entry point reaches is an error, unless `firmware/no-panic/exceptions.toml` names the function it comes from and says why that is so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::callgraph::{Graph, reach};
use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask firmware no-panic [TARGET..] [--all]

Builds firmware/no-panic for the targets named (cortex-m, cortex-r52, riscv32, riscv64, leon3; default: all of them) and looks in the machine code for
ways from the entry points to the panic machinery. Fails if there is one that firmware/no-panic/exceptions.toml does not name, if an exception covers
nothing, or if the controls, which do panic, are not found. --all also lists what the exceptions cover.

Needs rust-src of Debian (rust-web-src), lld-19, llvm-19, for leon3 binutils-sparc64-linux-gnu.";

/// How the library is built and linked for a target.
struct Target {
    name: &'static str,
    triple: &'static str,
    flags: &'static [&'static str],
    linker: &'static [&'static str],
}

const LLD: &[&str] = &["ld.lld-19"];

const TARGETS: [Target; 5] = [
    Target {
        name: "cortex-m",
        triple: "thumbv7em-none-eabihf",
        flags: &["-C", "target-cpu=cortex-m4"],
        linker: LLD,
    },
    Target {
        name: "leon3",
        triple: "sparc-unknown-none-elf",
        flags: &["-C", "target-cpu=gr712rc"],
        linker: &["sparc64-linux-gnu-ld", "-melf32_sparc"],
    },
    Target {
        name: "riscv32",
        triple: "riscv32imac-unknown-none-elf",
        flags: &[],
        linker: LLD,
    },
    Target {
        name: "riscv64",
        triple: "riscv64gc-unknown-none-elf",
        flags: &[],
        linker: LLD,
    },
    Target {
        name: "cortex-r52",
        triple: "armv8r-none-eabihf",
        flags: &["-C", "target-cpu=cortex-r52"],
        linker: LLD,
    },
];

const PACKAGE: &str = "firmware/no-panic";
const LIBRARY: &str = "libmagpie_no_panic.a";
const CONTROLS: [&str; 2] = ["np_control_index", "np_control_call"];
/// Where the panic handler goes: a symbol that nothing defines.
const MARKER: &str = "--defsym=magpie_has_panicked=0";

/// A function that may call the panic machinery.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// `crates/coding/src/viterbi.rs`
    file: String,
    /// Its name without path and type parameters.
    function: String,
    /// Only there; empty: anywhere.
    #[serde(default)]
    targets: Vec<String>,
    /// Why it cannot come to that.
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

/// Where in the sources a call into the panic machinery comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: String,
    line: u32,
    function: String,
    /// The function of the panic machinery.
    calls: String,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let all = arguments.iter().any(|argument| argument == "--all");
    let named = |target: &&Target| arguments.iter().any(|argument| argument == target.name);
    let mut targets: Vec<&Target> = TARGETS.iter().filter(named).collect();
    if targets.len() + usize::from(all) != arguments.len() {
        return Err("unknown argument; `cargo xtask firmware no-panic --help`".to_owned());
    }
    if targets.is_empty() {
        targets = TARGETS.iter().collect();
    }
    let text = std::fs::read_to_string(shell::root().join(PACKAGE).join("exceptions.toml"))
        .map_err(|why| format!("{PACKAGE}/exceptions.toml: {why}"))?;
    let Exceptions {
        exception: exceptions,
    } = toml::from_str(&text).map_err(|why| format!("{PACKAGE}/exceptions.toml: {why}"))?;
    let mut used = BTreeSet::new();
    let mut open = 0;
    for target in &targets {
        let program = link(target)?;
        let places = places(&program, target)?;
        open += report(target, &places, &exceptions, &mut used, all);
    }
    for (index, exception) in exceptions.iter().enumerate() {
        let elsewhere = !exception.targets.is_empty()
            && !targets
                .iter()
                .any(|target| exception.targets.iter().any(|name| name == target.name));
        if exception.reason.trim().is_empty() {
            return Err(format!(
                "the exception of `{}` has no reason",
                exception.function
            ));
        }
        if !used.contains(&index) && !elsewhere {
            return Err(format!(
                "the exception of `{}` in {} covers nothing: take it out",
                exception.function, exception.file
            ));
        }
    }
    if open > 0 {
        return Err(format!(
            "{open} places lead to a panic and are no exceptions"
        ));
    }
    println!(
        "no-panic: {} targets, {} exceptions by name, both controls found",
        targets.len(),
        exceptions.len()
    );
    Ok(())
}

/// Builds the library and links it alone.
fn link(target: &Target) -> Result<PathBuf, String> {
    let folder = shell::target()?.join("firmware").join("no-panic");
    let mut flags = vec!["-Z", "emit-stack-sizes"];
    flags.extend(target.flags);
    let mut build = Command::new("/usr/bin/cargo");
    build
        .current_dir(shell::root().join(PACKAGE))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("PATH", "/usr/bin:/bin")
        .env("RUSTFLAGS", flags.join(" "))
        .env_remove("RUSTUP_TOOLCHAIN")
        .args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "-Zbuild-std=core",
        ])
        .args([
            "-Zbuild-std-features=compiler-builtins-mem",
            "--target",
            target.triple,
        ])
        .arg("--target-dir")
        .arg(&folder);
    shell::run(&mut build)?;
    let folder = folder.join(target.triple).join("release");
    let library = folder.join(LIBRARY);
    let program = folder.join("no-panic.elf");
    let (linker, options) = target.linker.split_first().unwrap_or((&"ld", &[]));
    let mut link = Command::new(linker);
    link.args(options)
        .args(["--gc-sections", MARKER, "-Ttext=0x10000", "-e", CONTROLS[0]]);
    for entry in entries(&library)? {
        link.args(["-u", &entry]);
    }
    shell::run(
        link.arg("-o")
            .arg(&program)
            .arg(&library)
            .stdout(std::process::Stdio::null()),
    )?;
    Ok(program)
}

/// The entry points that the library defines.
fn entries(library: &Path) -> Result<Vec<String>, String> {
    let mut nm = Command::new("llvm-nm-19");
    let text = shell::capture(
        nm.args(["--defined-only", "--just-symbol-name"])
            .arg(library),
    )?;
    let names = text.lines().map(str::trim);
    Ok(names
        .filter(|name| name.starts_with(reach::ENTRY))
        .map(str::to_owned)
        .collect())
}

/// The places in the sources that lead to a panic; an error if the controls are not among the calls.
fn places(program: &Path, target: &Target) -> Result<BTreeSet<Place>, String> {
    let graph = Graph::read(program)?;
    for control in CONTROLS {
        let found = graph.find(control);
        if found.is_empty() || reach::panic_calls(&graph, &found).is_empty() {
            return Err(format!(
                "{}: `{control}` panics, and nobody notices",
                target.name
            ));
        }
    }
    let starts = |&index: &usize| {
        let name = &graph.functions[index].symbol;
        name.starts_with(reach::ENTRY) && !CONTROLS.contains(&name.as_str())
    };
    let entries: Vec<usize> = (0..graph.functions.len()).filter(starts).collect();
    if entries.len() < 50 {
        return Err(format!(
            "{}: only {} entry points",
            target.name,
            entries.len()
        ));
    }
    let calls = reach::panic_calls(&graph, &entries);
    let addresses = calls
        .iter()
        .flat_map(|call| call.path.iter().map(|&(_, at)| at));
    let sources = sources(program, &addresses.collect::<BTreeSet<u64>>())?;
    Ok(calls
        .iter()
        .map(|call| {
            // The sorting of `core`, say, has no line of ours: then the one that called it.
            let mut ways = call.path.iter().rev();
            let found = ways.find_map(|(_, at)| sources.get(at).cloned());
            let entry = || graph.functions[call.path[0].0].name.clone();
            let (file, line, function) = found.unwrap_or_else(|| ("?".to_owned(), 0, entry()));
            let calls = graph.functions[call.to].name.clone();
            Place {
                file,
                line,
                function,
                calls,
            }
        })
        .collect())
}

/// File, line and function of the innermost frame in the crates, for each address of the program that has one.
fn sources(
    program: &Path,
    addresses: &BTreeSet<u64>,
) -> Result<BTreeMap<u64, (String, u32, String)>, String> {
    let mut found = BTreeMap::new();
    let mut tool = Command::new("llvm-addr2line-19");
    tool.args([
        "--inlines",
        "--functions",
        "--demangle",
        "--addresses",
        "-e",
    ])
    .arg(program);
    tool.args(addresses.iter().map(|address| format!("{address:#x}")));
    if addresses.is_empty() {
        return Ok(found);
    }
    let text = shell::capture(&mut tool)?;
    let mut at = 0;
    let mut function = "";
    for line in text.lines() {
        if let Some(address) = line.strip_prefix("0x") {
            at = u64::from_str_radix(address, 16).map_err(|why| format!("{line}: {why}"))?;
            function = "";
        } else if function.is_empty() {
            function = line;
        } else {
            if let Some((_, place)) = line.rsplit_once("/crates/")
                && let Some((file, number)) = place.rsplit_once(':')
            {
                let name = without_parameters(function);
                let number = number
                    .split_whitespace()
                    .next()
                    .and_then(|text| text.parse().ok());
                found
                    .entry(at)
                    .or_insert_with(|| (format!("crates/{file}"), number.unwrap_or(0), name));
            }
            function = "";
        }
    }
    Ok(found)
}

/// `push<u8>` and `magpie_coding::viterbi::Viterbi::push` become `push`; a closure keeps the name of its function.
fn without_parameters(function: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::new();
    for letter in function.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let mut parts = plain
        .rsplit("::")
        .filter(|part| !part.is_empty() && !part.starts_with('{'));
    parts.next().unwrap_or(function).to_owned()
}

/// Prints what was found; the number of places that no exception covers.
fn report(
    target: &Target,
    places: &BTreeSet<Place>,
    exceptions: &[Exception],
    used: &mut BTreeSet<usize>,
    all: bool,
) -> usize {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for place in places {
        let covers = exceptions.iter().position(|exception| {
            exception.file == place.file
                && exception.function == place.function
                && (exception.targets.is_empty()
                    || exception.targets.iter().any(|name| name == target.name))
        });
        let name = place.file.split('/').nth(1).unwrap_or("?");
        let count = counts.entry(name).or_default();
        count.0 += 1;
        if let Some(index) = covers {
            used.insert(index);
        } else {
            count.1 += 1;
        }
        if all || covers.is_none() {
            let Place {
                file,
                line,
                function,
                calls,
            } = place;
            let mark = if covers.is_some() {
                "exception"
            } else {
                "PANIC"
            };
            println!(
                "{:<10} {mark:<9} {file}:{line} `{function}` calls {calls}",
                target.name
            );
        }
    }
    for (name, (places, open)) in &counts {
        println!(
            "{:<10} {name}: {places} places lead to a panic, {open} of them are no exceptions",
            target.name
        );
    }
    counts.values().map(|(_, open)| open).sum()
}
