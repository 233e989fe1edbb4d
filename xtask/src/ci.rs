//! `cargo xtask ci`: all checks in one go, the quick ones first, a table at the end.

use crate::{
    Outcome, big_endian, capi, checks, deep, deny, firmware, fuzz, neon, no_std, oracles, radio,
    steps, test, tidy, trace,
};

pub(crate) const HELP: &str = "
usage: cargo xtask ci [--skip-test] [--skip STEP]...

Runs fmt --check, tidy, trace --check, clippy, test, doc, capi --check, no-std, deny, big-endian, neon, firmware (`cargo xtask firmware test`; without
CI=true it may be skipped where the machine lacks what it needs), deep (a 300 MB slice), deep-codes (a slice of the decoders' long runs), radio (a slice
of what the receiver reaches), oracles, fuzz (6 s a target); stops at the first failure. The table at the end has the seconds and the result of each step. --skip-test is --skip test.";

/// Name, command, options.
type Step = (
    &'static str,
    fn(&[String]) -> Outcome,
    &'static [&'static str],
);

/// Cheap before dear, so that a mistake shows early.
const STEPS: &[Step] = &[
    ("fmt", checks::fmt, &["--check"]),
    ("tidy", tidy::run, &[]),
    ("trace", trace::run, &["--check"]),
    ("clippy", checks::clippy, &[]),
    ("test", test::run, &[]),
    ("doc", checks::doc, &[]),
    ("capi", capi::run, &["--check"]),
    ("no-std", no_std::run, &[]),
    ("deny", deny::run, &[]),
    ("big-endian", big_endian::run, &["--optional"]),
    ("neon", neon::run, &["--optional"]),
    ("firmware", firmware::run, &["test", "--optional"]),
    ("deep", deep::run, &["inputs", "--megabytes", "300"]),
    ("deep-codes", deep::run, &["codes", "--slice"]),
    ("radio", radio::run, &["--slice"]),
    ("oracles", oracles::run, &["--optional"]),
    ("fuzz", fuzz::run, &["--seconds", "6"]),
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let skipped = skipped(arguments)?;
    steps::run(STEPS.iter().map(|&(name, check, options)| {
        let wanted = !skipped.iter().any(|skip| skip == name);
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let step: Box<dyn FnOnce() -> Outcome> = Box::new(move || check(&options));
        (name, wanted.then_some(step))
    }))
}

/// The steps that the arguments leave out.
fn skipped(arguments: &[String]) -> Result<Vec<String>, String> {
    let mut skipped = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = match argument.as_str() {
            "--skip-test" => Some("test"),
            "--skip" => rest.next().map(String::as_str),
            _ => return Err(format!("unknown option `{argument}`, see --help")),
        };
        let step = name
            .filter(|name| STEPS.iter().any(|step| step.0 == *name))
            .ok_or("--skip needs the name of a step, see --help")?;
        skipped.push(step.to_owned());
    }
    Ok(skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn steps_are_skipped_by_name_and_nothing_else_is_taken() {
        assert_eq!(
            skipped(&words("--skip-test --skip fuzz")).unwrap(),
            ["test", "fuzz"]
        );
        assert!(skipped(&words("--skip nothing")).is_err());
        assert!(skipped(&words("--skip")).is_err());
        assert!(skipped(&words("--fast")).is_err());
    }
}
