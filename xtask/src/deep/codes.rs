//! Long runs of the decoders: 10^9 bits of Viterbi, a million Reed–Solomon codewords, LDPC blocks in a stream with slips.
//!
//! Each is an example of `magpie-coding` that ends with an exit code other than 0 if something was decoded wrong.

use crate::{Outcome, shell};

/// An example, what it is told for all of it, and for a slice of seconds.
struct Run {
    example: &'static str,
    whole: &'static [&'static str],
    slice: &'static [&'static str],
}

const RUNS: &[Run] = &[
    Run {
        example: "viterbi_endurance",
        whole: &["1000000000"],
        slice: &["30000000"],
    },
    Run {
        example: "rs_endurance",
        whole: &["1000000"],
        slice: &["20000"],
    },
    Run {
        example: "ldpc_endurance",
        whole: &["200000"],
        slice: &["2000"],
    },
];

pub(super) fn run(arguments: &[String]) -> Outcome {
    let slice = match arguments {
        [] => false,
        [option] if option == "--slice" => true,
        _ => return Err("unknown option, see --help".to_owned()),
    };
    let mut build = shell::cargo();
    build.args(["build", "--release", "--package", "magpie-coding"]);
    build.args(["--features", "std"]);
    for run in RUNS {
        build.args(["--example", run.example]);
    }
    shell::run(&mut build)?;
    let programs = shell::target()?.join("release/examples");
    // All of them, so that one failure does not hide another.
    let failures: Vec<&str> = RUNS
        .iter()
        .filter(|run| {
            let mut program = std::process::Command::new(programs.join(run.example));
            program.args(if slice { run.slice } else { run.whole });
            shell::run(&mut program).is_err()
        })
        .map(|run| run.example)
        .collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(format!("{}: see what it printed", failures.join(", ")))
    }
}
