//! The project's chores: `cargo xtask COMMAND`. `cargo xtask --help` lists them, `cargo xtask COMMAND --help` explains one.
//!
//! One file a command; `shell.rs` starts programs, `steps.rs` runs several checks in a row, `source.rs` reads Rust sources for `tidy` and `trace`.
//! Exit codes: 0 fine, 1 failed (the last line on standard error says where and why).

mod bench;
mod big_endian;
mod capi;
mod checks;
mod ci;
mod cross;
mod curves;
mod deep;
mod deny;
mod firmware;
mod fuzz;
mod neon;
mod no_std;
mod oracles;
mod passes;
mod radio;
mod shell;
mod source;
mod steps;
mod test;
mod tidy;
mod trace;

use std::process::ExitCode;

/// What a command returns: the error is the one line that the user reads.
pub(crate) type Outcome = Result<(), String>;

/// One sub-command: its name, what it does in a line, its help text, and the function that does it.
struct Task {
    name: &'static str,
    what: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Outcome,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        what: "build what the tests need and run them all (the README's test command)",
        help: test::HELP,
        run: test::run,
    },
    Task {
        name: "ci",
        what: "everything that must hold before a merge, with a table at the end",
        help: ci::HELP,
        run: ci::run,
    },
    Task {
        name: "fmt",
        what: "format the sources, or check with --check",
        help: checks::FMT_HELP,
        run: checks::fmt,
    },
    Task {
        name: "clippy",
        what: "lints of all targets, warnings are errors",
        help: checks::CLIPPY_HELP,
        run: checks::clippy,
    },
    Task {
        name: "doc",
        what: "API documentation, warnings are errors",
        help: checks::DOC_HELP,
        run: checks::doc,
    },
    Task {
        name: "tidy",
        what: "the limits of the house: sizes, bans, module docs",
        help: tidy::HELP,
        run: tidy::run,
    },
    Task {
        name: "trace",
        what: "clauses to code to tests; writes docs/CONFORMANCE.md",
        help: trace::HELP,
        run: trace::run,
    },
    Task {
        name: "no-std",
        what: "prove that wire, coding, link and relay need neither std nor a heap",
        help: no_std::HELP,
        run: no_std::run,
    },
    Task {
        name: "big-endian",
        what: "the tests of the core on 32-bit and 64-bit big-endian machines, emulated",
        help: big_endian::HELP,
        run: big_endian::run,
    },
    Task {
        name: "neon",
        what: "the tests of the codes on a 64-bit ARM with its vector instructions, emulated",
        help: neon::HELP,
        run: neon::run,
    },
    Task {
        name: "capi",
        what: "write the C header magpie.h, or check with --check",
        help: capi::HELP,
        run: capi::run,
    },
    Task {
        name: "deny",
        what: "licences, banned and doubled crates, sources",
        help: deny::HELP,
        run: deny::run,
    },
    Task {
        name: "fuzz",
        what: "fuzz every parser and synchroniser for a while",
        help: fuzz::HELP,
        run: fuzz::run,
    },
    Task {
        name: "oracles",
        what: "check our signals and codewords with programs that are not ours",
        help: oracles::HELP,
        run: oracles::run,
    },
    Task {
        name: "bench",
        what: "the codes beside other people's; nanoseconds a frame of the link",
        help: bench::HELP,
        run: bench::run,
    },
    Task {
        name: "curves",
        what: "error rates of the codes over Eb/N0: files, figures, page of docs/curves",
        help: curves::HELP,
        run: curves::run,
    },
    Task {
        name: "radio",
        what: "what the receiver reaches: tables and figures of docs/radio",
        help: radio::HELP,
        run: radio::run,
    },
    Task {
        name: "passes",
        what: "passes that a file takes by fountain and by carousel: docs/blindcast.md",
        help: passes::HELP,
        run: passes::run,
    },
    Task {
        name: "firmware",
        what: "bare metal: set up, build, run, test and measure the flight side",
        help: firmware::HELP,
        run: firmware::run,
    },
    Task {
        name: "deep",
        what: "what takes minutes: 3 GB inputs, goodput, sessions, noise, 10^9 bits",
        help: deep::HELP,
        run: deep::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print_overview();
        return ExitCode::FAILURE;
    };
    if matches!(name.as_str(), "--help" | "-h" | "help") {
        print_overview();
        return ExitCode::SUCCESS;
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprintln!("xtask: no command `{name}`; `cargo xtask --help` lists them");
        return ExitCode::FAILURE;
    };
    if rest
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{}", task.help.trim());
        return ExitCode::SUCCESS;
    }
    match (task.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask {name}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn print_overview() {
    println!("usage: cargo xtask COMMAND [OPTIONS]\n");
    for task in TASKS {
        println!("  {:<10} {}", task.name, task.what);
    }
    println!("\n`cargo xtask COMMAND --help` explains a command.");
}
