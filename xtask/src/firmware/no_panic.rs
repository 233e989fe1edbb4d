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
use super::targets::{self, Target};
use super::toolchain::Toolchain;
use crate::{Outcome, shell};

const PACKAGE: &str = "firmware/no-panic";
const LIBRARY: &str = "libmagpie_no_panic.a";
const CONTROLS: [&str; 2] = ["np_control_index", "np_control_call"];
/// Where the code is: far from all numbers in tables. A word of data that is the address of a function counts as a pointer to it, and rows of
/// the LDPC tables (0, 1, shift) are words from 0x10000 on.
const TEXT: &str = "-Ttext=0x5a5a0000";
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

impl Exception {
    fn is_for(&self, target: &Target) -> bool {
        self.targets.is_empty() || self.targets.contains(&target.name)
    }

    fn covers(&self, place: &Place, target: &Target) -> bool {
        self.is_for(target) && self.file == place.file && self.function == place.function
    }
}

/// Every exception gives its reason, and covers something on a target that was looked at.
fn check(exceptions: &[Exception], used: &BTreeSet<usize>, targets: &[Target]) -> Outcome {
    for (index, exception) in exceptions.iter().enumerate() {
        let Exception { file, function, .. } = exception;
        if exception.reason.trim().is_empty() {
            return Err(format!(
                "the exception of `{function}` in {file} has no reason"
            ));
        }
        if !used.contains(&index) && targets.iter().any(|target| exception.is_for(target)) {
            return Err(format!(
                "the exception of `{function}` in {file} covers nothing: take it out"
            ));
        }
    }
    Ok(())
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

/// `[TARGET]... [--all]`: boards that share an image are checked once; `--all` also lists what the exceptions cover.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (options, names): (Vec<String>, Vec<String>) =
        arguments.iter().cloned().partition(|word| word == "--all");
    let all = !options.is_empty();
    let mut targets = targets::named(&names)?;
    let mut triples = BTreeSet::new();
    targets.retain(|target| triples.insert(target.triple.clone()));
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
    check(&exceptions, &used, &targets)?;
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
    let triple = target.triple.as_str();
    let folder = shell::target()?.join("firmware/no-panic");
    let toolchain = Toolchain::of(triple)?;
    let mut build = toolchain.cargo(PACKAGE);
    build
        .args(["build", "--quiet", "--release", "--locked"])
        .args(["--target", triple, "--target-dir"])
        .arg(&folder);
    shell::run(&mut build)?;
    let folder = folder.join(triple).join("release");
    let library = folder.join(LIBRARY);
    let program = folder.join("no-panic.elf");
    let mut link = if triple.starts_with("sparc") {
        let mut gnu = Command::new("sparc64-linux-gnu-ld");
        gnu.arg("-melf32_sparc");
        gnu
    } else {
        Command::new("ld.lld-19")
    };
    link.args(["--gc-sections", MARKER, TEXT, "-e", CONTROLS[0]]);
    for entry in entries(&library)? {
        link.args(["-u", &entry]);
    }
    shell::capture(link.arg("-o").arg(&program).arg(&library))?;
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

/// File, line and function.
type Source = (String, u32, String);

/// The innermost frame in the crates, for each address of the program that has one.
fn sources(program: &Path, addresses: &BTreeSet<u64>) -> Result<BTreeMap<u64, Source>, String> {
    if addresses.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut tool = Command::new("llvm-addr2line-19");
    tool.args(["--inlines", "--functions", "--demangle", "--addresses"]);
    tool.arg("-e").arg(program);
    tool.args(addresses.iter().map(|address| format!("{address:#x}")));
    Ok(read_sources(&shell::capture(&mut tool)?))
}

/// What the tool prints: an address, then function and place of each frame, the innermost first, each on its own line.
fn read_sources(text: &str) -> BTreeMap<u64, Source> {
    let mut found = BTreeMap::new();
    let mut at = 0;
    let mut function = None;
    for line in text.lines() {
        let address = line.strip_prefix("0x");
        if let Some(Ok(address)) = address.map(|digits| u64::from_str_radix(digits, 16)) {
            (at, function) = (address, None);
        } else if let Some(function) = function.take() {
            let place = line.rsplit_once("/crates/");
            let place = place.and_then(|(_, place)| place.rsplit_once(':'));
            if let Some((file, number)) = place {
                let number = number.split_whitespace().next();
                let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
                let source = (format!("crates/{file}"), number, plain(function));
                found.entry(at).or_insert(source);
            }
        } else {
            function = Some(line);
        }
    }
    found
}

/// `push<u8>` and `<magpie_coding::viterbi::Viterbi>::push` become `push`; a closure without the name of its function is a `closure`.
fn plain(function: &str) -> String {
    let mut depth = 0_u32;
    let mut bare = String::new();
    for letter in function.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(letter),
            _ => {}
        }
    }
    let mut parts = bare
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
        let covers = exceptions
            .iter()
            .position(|exception| exception.covers(place, target));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As `llvm-addr2line-19` prints it for a call in the thumb library, paths shortened.
    const FRAMES: &str = "\
0x2ae86
index<i8, core::ops::range::Range<usize>, 513>
/usr/lib/rustlib/src/rust/library/core/src/array/mod.rs:390
finish<fn(&magpie_coding::viterbi::auto::Run)>
/home/x/magpie/crates/coding/src/viterbi/auto.rs:155
np_coding_auto_viterbi_finish
/home/x/magpie/firmware/no-panic/src/coding.rs:84
0x2c03c
<magpie_coding::bit_buffer::BitBuffer<2048>>::drop_front
/home/x/magpie/crates/coding/src/bit_buffer.rs:71 (discriminator 2)
0x2c040
core::slice::sort::merge
??:0
";

    #[test]
    fn innermost_frame_of_ours() {
        let found = read_sources(FRAMES);
        let source =
            |file: &str, line, function: &str| (file.to_owned(), line, function.to_owned());
        assert_eq!(found.len(), 2);
        let finish = source("crates/coding/src/viterbi/auto.rs", 155, "finish");
        assert_eq!(found[&0x2AE86], finish);
        let drop_front = source("crates/coding/src/bit_buffer.rs", 71, "drop_front");
        assert_eq!(found[&0x2C03C], drop_front);
    }

    fn target(name: &str) -> Target {
        Target {
            name: name.to_owned(),
            processor: String::new(),
            triple: String::new(),
            qemu: Vec::new(),
        }
    }

    fn exceptions(text: &str) -> Vec<Exception> {
        toml::from_str::<Exceptions>(text).unwrap().exception
    }

    #[test]
    fn an_exception_that_covers_nothing_is_an_error() {
        let text = "
            [[exception]]
            file = 'crates/coding/src/viterbi.rs'
            function = 'push'
            targets = ['leon3']
            reason = 'the caller has asked'
        ";
        let exceptions = exceptions(text);
        let place = Place {
            file: "crates/coding/src/viterbi.rs".to_owned(),
            line: 3,
            function: "push".to_owned(),
            calls: "core::panicking::panic".to_owned(),
        };
        let (leon3, riscv32) = (target("leon3"), target("riscv32"));
        assert!(exceptions[0].covers(&place, &leon3));
        assert!(!exceptions[0].covers(&place, &riscv32));
        let none = BTreeSet::new();
        assert!(check(&exceptions, &none, &[leon3.clone(), riscv32.clone()]).is_err());
        assert!(check(&exceptions, &none, &[riscv32]).is_ok()); // nobody has looked
        assert!(check(&exceptions, &BTreeSet::from([0]), &[leon3]).is_ok());
    }

    #[test]
    fn an_exception_needs_a_reason() {
        let exceptions = exceptions(
            "
            [[exception]]
            file = 'crates/coding/src/viterbi.rs'
            function = 'push'
            reason = ' '
        ",
        );
        assert!(check(&exceptions, &BTreeSet::from([0]), &[target("leon3")]).is_err());
    }
}
