//! Several checks in a row, each timed, the first failure ends it; a table at the end. For `cargo xtask ci` and `cargo xtask firmware test`.

use std::time::Instant;

use crate::Outcome;

/// A check: its name, and what it does; nothing if it is left out.
pub(crate) type Step<'a> = (&'a str, Option<Box<dyn FnOnce() -> Outcome + 'a>>);

/// One line of the table: name, seconds if it ran, result.
type Row<'a> = (&'a str, Option<f64>, &'static str);

/// Runs them until one fails, prints the table, and says which one failed and why.
pub(crate) fn run<'a>(steps: impl IntoIterator<Item = Step<'a>>) -> Outcome {
    let (rows, failure) = results(steps);
    print!("\n{}", table(&rows));
    failure.map_or(Ok(()), Err)
}

fn results<'a>(steps: impl IntoIterator<Item = Step<'a>>) -> (Vec<Row<'a>>, Option<String>) {
    let mut rows = Vec::new();
    let mut failure: Option<String> = None;
    for (name, step) in steps {
        let Some(step) = step else {
            rows.push((name, None, "skipped"));
            continue;
        };
        if failure.is_some() {
            rows.push((name, None, "not run"));
            continue;
        }
        println!("== {name}");
        let start = Instant::now();
        failure = step().err().map(|why| format!("{name}: {why}"));
        let result = if failure.is_none() { "ok" } else { "FAILED" };
        rows.push((name, Some(start.elapsed().as_secs_f64()), result));
    }
    (rows, failure)
}

fn table(rows: &[Row<'_>]) -> String {
    let line = |name: &str, seconds: &str, result: &str| {
        let line = format!("{name:<10} {seconds:>8}  {result}");
        format!("{}\n", line.trim_end())
    };
    let mut text = line("step", "seconds", "result");
    text += &line(&"-".repeat(10), &"-".repeat(8), "-------");
    for (name, seconds, result) in rows {
        let seconds = seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1}"));
        text += &line(name, &seconds, result);
    }
    let total: f64 = rows.iter().filter_map(|row| row.1).sum();
    text + &line("all", &format!("{total:.1}"), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_ends_it_and_is_told() {
        let steps: Vec<Step<'_>> = vec![
            ("first", Some(Box::new(|| Ok(())))),
            ("second", None),
            ("third", Some(Box::new(|| Err("no luck".to_owned())))),
            ("fourth", Some(Box::new(|| unreachable!()))),
            ("fifth", None),
        ];
        let (rows, failure) = results(steps);
        let told: Vec<_> = rows.iter().map(|row| (row.0, row.2)).collect();
        let expected = [
            ("first", "ok"),
            ("second", "skipped"),
            ("third", "FAILED"),
            ("fourth", "not run"),
            ("fifth", "skipped"),
        ];
        assert_eq!(told, expected);
        assert_eq!(failure.as_deref(), Some("third: no luck"));
    }

    #[test]
    fn the_table_has_a_line_for_each_step_and_the_sum() {
        let rows = [("fmt", Some(1.25), "ok"), ("tidy", None, "skipped")];
        let expected = "\
step        seconds  result
---------- --------  -------
fmt             1.2  ok
tidy              -  skipped
all             1.2
";
        assert_eq!(table(&rows), expected);
    }
}
