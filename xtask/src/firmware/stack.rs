//! `cargo xtask firmware stack ELF [ENTRY]... [--end NAME]...`: the worst stack of a program from the call graph, with the path that makes it.
//!
//! A bound, not a measurement; what it takes for granted is printed with it. Interrupts come on top: name their handlers in a call of their own.
//! `--end core::panicking` leaves out what happens behind a panic; where it restarts the machine by a branch, that is needed.

use std::path::Path;

use super::callgraph::Graph;
use super::callgraph::stack::{self, Options};
use crate::Outcome;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let Some((file, entries)) = arguments.split_first() else {
        return Err("needs a program and its entry points".to_owned());
    };
    let (mut roots, mut ends) = (Vec::new(), Vec::new());
    let mut words = entries.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--end" => ends.push(words.next().ok_or("--end needs the start of a name")?),
            _ => roots.push(word),
        }
    }
    if roots.is_empty() {
        roots.push("main");
    }
    let options = Options {
        ends: &ends,
        ..Options::default()
    };
    let stack = stack::worst(&Graph::read(Path::new(file))?, &roots, &options)?;
    for step in &stack.path {
        println!("  {step}");
    }
    for name in &stack.unknown {
        println!("no record of its frame, taken as 0: {name}");
    }
    for name in &stack.anywhere {
        println!(
            "calls through a pointer, taken to go to any function whose address is taken: {name}"
        );
    }
    println!("worst stack: {} octets", stack.octets);
    Ok(())
}
