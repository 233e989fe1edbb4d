//! `cargo xtask firmware stack ELF [ENTRY]...`: the worst stack of a program from the call graph, with the path that makes it.
//!
//! A bound, not a measurement; what it takes for granted is printed with it. Interrupts come on top: name their handlers in a call of their own.

use std::path::Path;

use super::callgraph;
use crate::Outcome;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let Some((file, entries)) = arguments.split_first() else {
        return Err("needs a program and its entry points".to_owned());
    };
    let mut entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    if entries.is_empty() {
        entries.push("main");
    }
    let stack = callgraph::worst_stack(Path::new(file), &entries)?;
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
