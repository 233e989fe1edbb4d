//! `magpie curve`: how many bits and frames of a code come out wrong, over Eb/N0.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use magpie_sim::curve::csv::{self, Made};
use magpie_sim::curve::figure::{self, Curve, Rate};
use magpie_sim::curve::{Effort, Point, Range, Scheme, catalogue, svg, sweep};
use serde::Serialize;

use crate::command::{Ending, Failure};
use crate::files;
use crate::output;

/// Below this bit-error rate a curve of the code's own range ends.
const FLOOR: f64 = 1e-6;

/// Measure the bit- and frame-error rate of a code in white Gaussian noise.
///
/// Seeded: the same seed gives the same counts on any number of threads. Intervals are 95 %. Without --from and --to the range of the code is
/// measured, until the bit-error rate is below 10⁻⁶.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  magpie curve --list\n  magpie curve uncoded --from 0 --to 6 --errors 20\n  \
    magpie curve k7-1-2 --from 2 --to 3 --step 0.5 --errors 20 --json"
)]
pub struct Arguments {
    /// The code; --list names them.
    #[arg(required_unless_present = "list")]
    code: Option<String>,
    /// List the codes.
    #[arg(long, conflicts_with = "code")]
    list: bool,
    /// First Eb/N0 in dB.
    #[arg(long, value_name = "DB", allow_negative_numbers = true)]
    from: Option<f64>,
    /// Last Eb/N0 in dB.
    #[arg(long, value_name = "DB", allow_negative_numbers = true)]
    to: Option<f64>,
    /// Distance of the points in dB.
    #[arg(long, value_name = "DB")]
    step: Option<f64>,
    /// Wrong frames that end a point.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    errors: u64,
    /// Information bits that end a point.
    #[arg(long, value_name = "M", default_value_t = 20_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    max_bits: u64,
    /// Seed of messages and noise.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads; as many as the machine has unless told.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Write the points here as comma-separated values.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw bit- and frame-error rate here.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// The JSON document.
#[derive(Serialize)]
struct Report {
    code: String,
    title: String,
    seed: u64,
    points: Vec<PointReport>,
}

#[derive(Serialize)]
struct PointReport {
    #[serde(flatten)]
    point: Point,
    ber: f64,
    ber_interval: [f64; 2],
    fer: f64,
    fer_interval: [f64; 2],
    /// What is known without measuring.
    theory_ber: Option<f64>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let Some(name) = arguments.code.as_deref() else {
        return list(arguments.json);
    };
    let Some(scheme) = catalogue::named(name) else {
        return Err(Failure::new(format!(
            "no code `{name}`; `magpie curve --list` names them"
        )));
    };
    let scheme = scheme.as_ref();
    for (option, file) in [("--csv", &arguments.csv), ("--svg", &arguments.svg)] {
        if file.as_deref().is_some_and(files::is_standard) {
            return Err(Failure::new(format!("{option} - : give it a file")));
        }
    }
    let points = points(arguments, scheme)?;
    let effort = Effort {
        errors: arguments.errors,
        max_bits: arguments.max_bits,
        threads: arguments.threads.map_or(0, usize::from),
    };
    let told = arguments.from.is_some() || arguments.to.is_some();
    let floor = if told { 0.0 } else { FLOOR };
    let watched = std::io::stderr().is_terminal();
    let measured = sweep(scheme, &points, effort, arguments.seed, floor, |point| {
        if watched {
            output::note(&line(scheme, point));
        }
        true
    });
    write_files(arguments, scheme, &measured)?;
    if arguments.json {
        output::print(&output::json(&report(scheme, arguments.seed, &measured))?)?;
    } else {
        output::print(&text(scheme, &measured))?;
    }
    Ok(Ending::Complete)
}

fn list(json: bool) -> Result<Ending, Failure> {
    let all = catalogue::all();
    if json {
        let names: Vec<String> = all.iter().map(|scheme| scheme.name()).collect();
        output::print(&output::json(&names)?)?;
    } else {
        let lines = all
            .iter()
            .map(|s| format!("{:<24} {}", s.name(), s.title()));
        output::print(&lines.collect::<Vec<_>>().join("\n"))?;
    }
    Ok(Ending::Complete)
}

fn points(arguments: &Arguments, scheme: &dyn Scheme) -> Result<Vec<f64>, Failure> {
    let (from, to, step) = scheme.range();
    let from_db = arguments
        .from
        .unwrap_or_else(|| arguments.to.map_or(from, |to| to.min(from)));
    let range = Range {
        from_db,
        to_db: arguments.to.unwrap_or_else(|| to.max(from_db)),
        step_db: arguments.step.unwrap_or(step),
    };
    range
        .points()
        .map_err(|error| Failure::new(error.to_string()))
}

fn write_files(
    arguments: &Arguments,
    scheme: &dyn Scheme,
    measured: &[Point],
) -> Result<(), Failure> {
    if let Some(file) = &arguments.csv {
        let made = Made {
            code: scheme.name(),
            seed: arguments.seed,
            errors: arguments.errors,
            max_bits: arguments.max_bits,
        };
        let text = csv::write(&made, measured, |db| scheme.theory(db));
        files::write_whole(file, text.as_bytes())?;
    }
    if let Some(file) = &arguments.svg {
        let curve = || {
            [Curve {
                scheme,
                points: measured.to_vec(),
            }]
        };
        let remark = format!("95 % intervals, seed {}", arguments.seed);
        let title = scheme.title();
        let mut drawing = figure::drawing(&title, &remark, Rate::Bits, &curve());
        let frames = figure::drawing(&title, &remark, Rate::Frames, &curve());
        "error rate".clone_into(&mut drawing.rate);
        if let Some(bits) = drawing.series.first_mut() {
            "bits".clone_into(&mut bits.label);
        }
        drawing
            .series
            .extend(frames.series.into_iter().map(|series| svg::Series {
                label: "frames".to_owned(),
                colour: 1,
                ..series
            }));
        files::write_whole(file, svg::draw(&drawing).as_bytes())?;
    }
    Ok(())
}

fn report(scheme: &dyn Scheme, seed: u64, measured: &[Point]) -> Report {
    let point = |point: &Point| PointReport {
        point: *point,
        ber: point.ber(),
        ber_interval: point.ber_interval(),
        fer: point.fer(),
        fer_interval: point.fer_interval(),
        theory_ber: scheme.theory(point.eb_n0_db),
    };
    Report {
        code: scheme.name(),
        title: scheme.title(),
        seed,
        points: measured.iter().map(point).collect(),
    }
}

fn text(scheme: &dyn Scheme, measured: &[Point]) -> String {
    let mut lines = vec![
        scheme.title(),
        String::new(),
        format!(
            "{:>8} {:>10} {:>8}  {:<30} {:<30} {}",
            "Eb/N0 dB",
            "frames",
            "wrong",
            "bit-error rate",
            "frame-error rate",
            scheme.theory_name()
        ),
    ];
    lines.extend(measured.iter().map(|point| line(scheme, point)));
    lines.join("\n")
}

fn line(scheme: &dyn Scheme, point: &Point) -> String {
    let rate = |rate: f64, [low, high]: [f64; 2]| format!("{rate:.3e} ({low:.1e}..{high:.1e})");
    let theory = scheme.theory(point.eb_n0_db);
    format!(
        "{:>8} {:>10} {:>8}  {:<30} {:<30} {}",
        point.eb_n0_db,
        point.counts.frames,
        point.counts.frame_errors,
        rate(point.ber(), point.ber_interval()),
        rate(point.fer(), point.fer_interval()),
        theory.map_or_else(String::new, |ber| format!("{ber:.3e}"))
    )
    .trim_end()
    .to_owned()
}
