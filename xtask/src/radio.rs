//! `cargo xtask radio`: what the receiver reaches, for docs/radio.

use crate::{Outcome, bench, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask radio [ber|acquire|track|frequency|canister|speed|memory …] [--slice] [--no-docs]

Measures the receiver with seeded signals and writes tables and figures of docs/radio: symbol-error rate behind the loops against theory, acquisition from cold
and false alarms in hours of noise, tracking of ramps and of a pass of Tianwen-1 over Zhurong (../shared/data, or MAGPIE_DATA), frequency error against the
Cramér-Rao bound, frames that the canister recovers, samples a second of processor time, memory over an hour (of `magpie listen` too, which is built). Some
minutes; ends with 1 if an ask is missed. With names it measures those alone; the page keeps what docs/radio/results.json has of the others. --slice is short,
says little, and writes nothing.";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    // It lies beside the program that measures, which starts it.
    shell::run(shell::cargo().args(["build", "--quiet", "--release", "--package", "magpie"]))?;
    let mut command = bench::program();
    command.arg("radio");
    let mut docs = true;
    for argument in arguments {
        match argument.as_str() {
            "--no-docs" => docs = false,
            "--slice" => {
                docs = false;
                command.arg(argument);
            }
            name if !name.starts_with('-') => {
                command.arg(name);
            }
            _ => return Err("unknown option, see --help".to_owned()),
        }
    }
    if docs {
        command.arg("--docs").arg(shell::root().join("docs/radio"));
    }
    shell::run(&mut command)
}
