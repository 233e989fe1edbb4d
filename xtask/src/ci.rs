//! `cargo xtask ci`: all checks in one go, the quick ones first, a table at the end.

use std::time::Instant;

use crate::{
    Outcome, big_endian, capi, checks, deep, deny, firmware, fuzz, no_std, oracles, test, tidy,
    trace,
};

pub(crate) const HELP: &str = "
usage: cargo xtask ci [--skip-test] [--skip STEP]...

Runs fmt --check, tidy, trace --check, clippy, test, doc, capi --check, no-std, no-panic (two processors), big-endian, deny, deep (a 300 MB slice),
oracles, fuzz (30 s a target); stops at the first failure. The table at the end has the seconds and the result of each step. --skip-test is --skip test.";

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
    (
        "no-panic",
        firmware::run,
        &["no-panic", "cortex-m4f", "leon3"],
    ),
    ("big-endian", big_endian::run, &[]),
    ("deny", deny::run, &[]),
    ("deep", deep::run, &["inputs", "--megabytes", "300"]),
    ("oracles", oracles::run, &["--optional"]),
    ("fuzz", fuzz::run, &["--seconds", "30"]),
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let skipped = skipped(arguments)?;
    let mut rows = Vec::new();
    let mut failure = None;
    for (name, step, options) in STEPS {
        if failure.is_some() {
            rows.push((*name, None, "not run"));
            continue;
        }
        if skipped.iter().any(|skip| skip == name) {
            rows.push((*name, None, "skipped"));
            continue;
        }
        println!("== {name}");
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let start = Instant::now();
        let result = step(&options);
        rows.push((
            *name,
            Some(start.elapsed().as_secs_f64()),
            if result.is_ok() { "ok" } else { "FAILED" },
        ));
        failure = result.err().map(|why| format!("{name}: {why}"));
    }
    print_table(&rows);
    failure.map_or(Ok(()), Err)
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

fn print_table(rows: &[(&str, Option<f64>, &str)]) {
    println!(
        "\n{:<10} {:>8}  result\n{:-<10} {:->8}  -------",
        "step", "seconds", "", ""
    );
    for (name, seconds, result) in rows {
        let seconds = seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1}"));
        println!("{name:<10} {seconds:>8}  {result}");
    }
    let total: f64 = rows.iter().filter_map(|row| row.1).sum();
    println!("{:<10} {total:>8.1}", "all");
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
