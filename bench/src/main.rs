//! `magpie-bench codes|link|curves|goodput|passes|radio`: what `cargo xtask bench`, `curves`, `passes`, `radio` and `deep goodput` start, in release.
#![allow(clippy::cast_precision_loss, reason = "figures for the eye")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use magpie_bench::codes::peer::Folders;
use magpie_bench::codes::{self, jobs};
use magpie_bench::curves;
use magpie_bench::goodput::grid::{self, Measured};
use magpie_bench::goodput::pair::Effort;
use magpie_bench::goodput::{page, plot};
use magpie_bench::passes;
use magpie_bench::radio;
use magpie_bench::speed::{BUDGET_NS, BUDGET_OCTETS, Report};

const USAGE: &str = "usage: magpie-bench codes [JOB…] [--json] [--quick] [--peers FOLDER]
       magpie-bench link [--json]
       magpie-bench curves FOLDER [CODE…] [--quick] [--errors N] [--max-bits N] [--max-bits-float N]
       magpie-bench goodput [--json] [--quick] [--docs FOLDER]
       magpie-bench passes [--check] FILE
       magpie-bench radio [EXPERIMENT…] [--slice] [--docs FOLDER]";

/// The full grid of docs/goodput.md: standard errors of a per cent or less.
const FULL: Effort = Effort {
    losses: 6_000,
    max_slots: 1_500_000,
};

/// To see that it works.
const QUICK: Effort = Effort {
    losses: 200,
    max_slots: 20_000,
};

/// How far below the bound a measurement may lie.
const TOLERANCE: f64 = 0.05;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.split_first() {
        Some((&"codes", options)) => codes(options),
        Some((&"link", options)) => speed(options),
        Some((&"curves", options)) => curves(options),
        Some((&"goodput", options)) => goodput(options),
        Some((&"passes", options)) => count_passes(options),
        Some((&"radio", options)) => hear(options),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn codes(options: &[&str]) -> Result<(), String> {
    let (mut json, mut effort, mut programs, mut jobs) =
        (false, codes::Effort::FULL, None, Vec::new());
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match *option {
            "--json" => json = true,
            "--quick" => effort = codes::Effort::QUICK,
            "--peers" => programs = Some(PathBuf::from(*rest.next().ok_or(USAGE)?)),
            job if !job.starts_with('-') => jobs.push(job.to_owned()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let files = std::env::temp_dir().join(format!("magpie-bench-{}", std::process::id()));
    let folders = Folders { programs, files };
    let rows = jobs::run(&jobs, &folders, effort);
    // What the peers read is of no use behind the run; a file left in a temporary folder is no failure.
    let _ = fs::remove_dir_all(&folders.files);
    let report = codes::Report::new(rows?);
    if json {
        let text = serde_json::to_string_pretty(&report).map_err(|why| why.to_string())?;
        println!("{text}");
    } else {
        println!("{}", report.text());
    }
    Ok(())
}

fn curves(options: &[&str]) -> Result<(), String> {
    let (folder, options) = options
        .split_first()
        .filter(|(folder, _)| !folder.starts_with('-'))
        .ok_or(USAGE)?;
    let mut order = curves::Order::new(PathBuf::from(*folder));
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        let mut number = || rest.next().and_then(|word| word.parse().ok()).ok_or(USAGE);
        match *option {
            "--quick" => order = order.quick(),
            "--errors" => order.errors = number()?,
            "--max-bits" => order.max_bits = number()?,
            "--max-bits-float" => order.max_bits_float = number()?,
            code if !code.starts_with('-') => order.codes.push(code.to_owned()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    curves::run(&order)
}

fn speed(options: &[&str]) -> Result<(), String> {
    let json = match options {
        [] => false,
        ["--json"] => true,
        _ => return Err(USAGE.to_owned()),
    };
    let report = Report::measure();
    if json {
        let text = serde_json::to_string_pretty(&report).map_err(|why| why.to_string())?;
        println!("{text}");
    } else {
        print_speed(&report);
    }
    for over in report.over_budget() {
        eprintln!("over budget: {over}");
    }
    Ok(())
}

fn print_speed(report: &Report) {
    println!(
        "Endpoint<&mut [u8]>     {:>5} octets (budget {BUDGET_OCTETS})\nTransceiver<&mut [u8]>  {:>5} octets, the PLTU buffers of both directions included\n",
        report.endpoint_octets, report.transceiver_octets
    );
    println!(
        "{:<28} {:>6} {:>8} {:>13}   {:>8} {:>8} {:>8}",
        "nanoseconds a frame", "data", "median", "quartiles", "copies", "one copy", "CRC-32"
    );
    for row in &report.rows {
        let quartiles = format!("{:.0} to {:.0}", row.quartiles[0], row.quartiles[1]);
        println!(
            "{:<28} {:>6} {:>8.0} {quartiles:>13}   {:>8} {:>8.0} {:>8.0}",
            row.what, row.data, row.ns, row.copies, row.copy_ns, row.crc_ns
        );
    }
    println!(
        "\nbudget {BUDGET_NS:.0}; the median has the copies in it, but not the CRC-32, which is the coding sublayer's"
    );
}

fn goodput(options: &[&str]) -> Result<(), String> {
    let (mut json, mut effort, mut docs) = (false, FULL, None);
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match *option {
            "--json" => json = true,
            "--quick" => effort = QUICK,
            "--docs" => docs = Some(*rest.next().ok_or(USAGE)?),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let measured = grid::run(&grid::points(), effort, 1);
    if let Some(folder) = docs {
        write_docs(Path::new(folder), &measured)?;
    }
    if json {
        let text = serde_json::to_string_pretty(&measured).map_err(|why| why.to_string())?;
        println!("{text}");
    } else {
        print_goodput(&measured);
    }
    let below = measured.iter().filter(|m| below_bound(m)).count();
    if below > 0 {
        return Err(format!(
            "{below} of {} points lie more than {} % below the bound",
            measured.len(),
            TOLERANCE * 100.0
        ));
    }
    Ok(())
}

fn count_passes(options: &[&str]) -> Result<(), String> {
    let (check, file) = match options {
        ["--check", file] => (true, Path::new(file)),
        [file] => (false, Path::new(file)),
        _ => return Err(USAGE.to_owned()),
    };
    let rows = passes::CASES.iter().map(|case| {
        let rows = passes::measure(case, 1)?;
        Ok::<_, String>((*case, rows))
    });
    let page = passes::page(&rows.collect::<Result<Vec<_>, _>>()?);
    println!("{page}");
    if !check {
        return fs::write(file, page).map_err(|why| format!("{}: {why}", file.display()));
    }
    match fs::read_to_string(file) {
        Ok(there) if there == page => Ok(()),
        Ok(_) => Err(format!("{} is not what comes out", file.display())),
        Err(why) => Err(format!("{}: {why}", file.display())),
    }
}

fn hear(options: &[&str]) -> Result<(), String> {
    let (mut effort, mut docs, mut names) = (radio::Effort::Full, None, Vec::new());
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match *option {
            "--slice" => effort = radio::Effort::Slice,
            "--docs" => docs = Some(*rest.next().ok_or(USAGE)?),
            name if !name.starts_with('-') => names.push(name),
            _ => return Err(USAGE.to_owned()),
        }
    }
    radio::run(docs.map(Path::new), &names, effort)
}

/// Below the bound by more than the tolerance, and by more than chance explains (three standard errors).
fn below_bound(m: &Measured) -> bool {
    m.once_per_pass.efficiency + 3.0 * m.once_per_pass.error < m.bound * (1.0 - TOLERANCE)
}

fn print_goodput(measured: &[Measured]) {
    println!(
        "{:>9} {:>5} {:>6} {:>8} {:>6} {:>6} {:>7} {:>15} {:>6} {:>7}",
        "bit/s",
        "data",
        "window",
        "rtt ms",
        "loss",
        "K",
        "bound",
        "once per pass",
        "ratio",
        "letter"
    );
    for m in measured {
        let p = &m.point;
        println!(
            "{:>9} {:>5} {:>6} {:>8} {:>6} {:>6} {:>7.4} {:>7.4} ±{:>6.4} {:>6.3} {:>7.4}{}",
            p.rate,
            p.data,
            p.window,
            p.rtt_us as f64 / 1e3,
            p.loss,
            p.round_trip_slots(),
            m.bound,
            m.once_per_pass.efficiency,
            m.once_per_pass.error,
            m.ratio(),
            m.each_request.efficiency,
            if below_bound(m) { "  BELOW" } else { "" }
        );
    }
}

fn write_docs(folder: &Path, measured: &[Measured]) -> Result<(), String> {
    let write = |name: &str, text: String| {
        fs::write(folder.join(name), text).map_err(|why| format!("{name}: {why}"))
    };
    let file = folder.join("goodput.md");
    let text = fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let text = page::with_tables(&text, measured)
        .ok_or_else(|| format!("{}: the marks of the tables are missing", file.display()))?;
    write("goodput.md", text)?;
    write("goodput.svg", plot::svg(measured))
}
