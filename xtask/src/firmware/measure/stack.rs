//! The worst stack of a program: by its call graph, and what was seen in use.

use std::path::Path;

use super::figures::Stacks;
use crate::firmware::callgraph::{Graph, stack};
use crate::firmware::targets::Target;

/// What a board's start-up and its interrupts look like.
struct Entries {
    /// The first function of ours on the stack.
    main: &'static str,
    /// The interrupts' handlers; none interrupts another.
    handlers: &'static [&'static str],
    /// What processor and entry code put on the stack in front of a handler.
    saved: u64,
}

/// Starts of the names of our own functions: none is given a pointer to a function.
const OURS: &[&str] = &[
    "magpie_",
    "<magpie_",
    "application",
    "main",
    "kmain",
    "begin",
];
/// A panic resets the machine.
const ENDS: &[&str] = &[
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::",
    "core::str::slice_error_fail",
    "rust_begin_unwind",
    // LEON3: everything anew, with a fresh stack.
    "restart",
];

/// Frames of functions in assembly: two registers and four words of `__aeabi_uldivmod`; leaves.
const FRAMES: &[(&str, u64)] = &[
    ("__aeabi_uldivmod", 24),
    ("magpie_board_cortex_r::paint_stack", 0),
];

fn entries(triple: &str) -> Result<Entries, String> {
    let entries = |main, handlers, saved| Entries {
        main,
        handlers,
        saved,
    };
    Ok(match triple.split('-').next().unwrap_or_default() {
        // Eight registers, the FPU's seventeen and a reserved word, and what aligns the stack to eight.
        "thumbv7em" => entries(
            "main",
            &["SysTick", "magpie_board_cortex_m::uart::receive"][..],
            104 + 4,
        ),
        // Return address and status, the handler's link register and what aligns it, six registers, 24 double registers of the FPU, its status.
        "armv8r" => entries("kmain", &["_irq_handler"], 8 + 4 + 4 + 24 + 192 + 8),
        // `FRAME` of start.s: twenty registers.
        "riscv32imac" => entries("begin", &["interrupt"], 20 * 4),
        "riscv64gc" => entries("begin", &["interrupt"], 20 * 8),
        // `FRAME` of start.s. Below it nothing: each function's frame has room for its own window.
        "sparc" => entries("begin", &["interrupt"], 144),
        _ => return Err(format!("no entry points of {triple}")),
    })
}

/// Both parts of the bound.
pub(crate) fn bound(target: &Target, elf: &Path) -> Result<Stacks, String> {
    let entries = entries(&target.triple)?;
    let graph = Graph::read(elf)?;
    let options = stack::Options {
        own: OURS,
        ends: ENDS,
        frames: FRAMES,
        ..stack::Options::default()
    };
    let main = stack::worst(&graph, &[entries.main], &options)?;
    let handler = stack::worst(&graph, entries.handlers, &options)?;
    let mut unsure: Vec<String> = Vec::new();
    for part in [&main, &handler] {
        let anywhere = part.anywhere.iter();
        unsure.extend(anywhere.map(|name| format!("may go anywhere: {name}")));
        unsure.extend(part.unknown.iter().map(|name| format!("no frame: {name}")));
    }
    Ok(Stacks {
        program: main.octets,
        interrupt: handler.octets + entries.saved,
        painted: 0,
        path: main.path,
        unsure,
    })
}
