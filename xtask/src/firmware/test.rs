//! `cargo xtask firmware test`: the flight side from a bare machine to passes of emulated flight computers, in one go.

use super::{build, c_example, measure, no_panic, packages, setup, targets, toolchain::Toolchain};
use crate::steps::{self, Step};
use crate::{Outcome, checks, shell};

/// The rover's and the orbiter's computer of the main story.
const QUICK: [&str; 2] = ["cortex-m7", "leon3"];

struct Options {
    /// Only the two boards of [`QUICK`].
    quick: bool,
    /// Nothing is done, and that is no failure, where the machine lacks what all this needs, unless it is a build server.
    optional: bool,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let options = parse(arguments)?;
    if options.optional
        && !shell::on_ci()
        && let Err(why) = possible()
    {
        println!("skipped: the flight side ({why})");
        return Ok(());
    }
    let quick = options.quick;
    let names: Vec<String> = if quick {
        QUICK.map(str::to_owned).to_vec()
    } else {
        Vec::new()
    };
    steps::run([
        step("setup", || setup::run(&[])),
        step("build", || build::images(&targets::named(&names)?, &[])),
        step("host", || shell::run(&mut checks::flight("test")?)),
        step("emulated", || emulated(quick)),
        step("c-example", c_example::run),
        step("no-panic", || no_panic::run(&names)),
        step("measure", || measure::run(&names)),
    ])
}

fn step<'a>(name: &'a str, check: impl FnOnce() -> Outcome + 'a) -> Step<'a> {
    (name, Some(Box::new(check)))
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| !matches!(argument.as_str(), "--quick" | "--optional"))
    {
        return Err(format!("test: no option `{unknown}`, see --help"));
    }
    Ok(Options {
        quick: has("--quick"),
        optional: has("--optional"),
    })
}

/// Whether the machine has what is needed, or can get it.
fn possible() -> Outcome {
    let needs: Vec<_> = packages::FIRMWARE.iter().collect();
    packages::install(&needs)?;
    for target in targets::all()? {
        Toolchain::of(&target.triple)?;
    }
    Ok(())
}

/// The passes on emulated machines: tests of the program, ignored elsewhere because they need the images.
fn emulated(quick: bool) -> Outcome {
    let mut tests = shell::cargo();
    tests
        .args(["test", "--package", "magpie", "--test", "emulated", "--"])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        // That is for `cargo xtask deep firmware`.
        .args(["--skip", "an_hour_of_noise"])
        .env("MAGPIE_FIRMWARE", shell::target()?.join("firmware"));
    if quick {
        tests.args(["--skip", "other_processors"]);
    }
    shell::run(&mut tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_options_and_no_other() {
        let words =
            |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
        let options = parse(&words("--quick --optional")).unwrap();
        assert!(options.quick && options.optional);
        let options = parse(&[]).unwrap();
        assert!(!options.quick && !options.optional);
        assert!(parse(&words("--fast")).is_err());
    }
}
