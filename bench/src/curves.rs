//! `docs/curves`: every code's curve, the figures, and the page. `cargo xtask curves` starts it.
//!
//! A curve is a file of comma-separated values that says how it was made. One that was made with the same seed and effort is left as it is, point by
//! point, so a run that was broken off goes on where it stopped, and a longer run replaces what it improves.

pub mod page;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use magpie_sim::curve::csv::{self, Made};
use magpie_sim::curve::figure::{Curve, Rate, drawing};
use magpie_sim::curve::{Effort, Point, Range, Scheme, catalogue, measure, svg};

/// Below this bit-error rate a curve ends.
const FLOOR: f64 = 1e-6;

/// The seed of all curves of the page.
const SEED: u64 = 1;

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Order {
    /// Where the files lie.
    pub folder: PathBuf,
    /// The codes, by name or beginning of a name; all if empty.
    pub codes: Vec<String>,
    /// Wrong frames wanted at each point.
    pub errors: u64,
    /// Information bits at each point at most.
    pub max_bits: u64,
    /// The same for the decoders in floating point, which are some thousand times slower.
    pub max_bits_float: u64,
}

impl Order {
    /// Some twenty minutes on two cores.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            codes: Vec::new(),
            errors: 100,
            max_bits: 100_000_000,
            max_bits_float: 1_500_000,
        }
    }

    /// To see that it works.
    #[must_use]
    pub fn quick(self) -> Self {
        Self {
            errors: 5,
            max_bits: 200_000,
            max_bits_float: 20_000,
            ..self
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.codes.is_empty()
            || self
                .codes
                .iter()
                .any(|code| name.starts_with(code.as_str()))
    }

    fn made(&self, scheme: &dyn Scheme) -> Made {
        Made {
            code: scheme.name(),
            seed: SEED,
            errors: self.errors,
            max_bits: if scheme.is_slow() {
                self.max_bits_float
            } else {
                self.max_bits
            },
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.csv"))
    }
}

/// Measures what is missing, draws all figures, writes the page.
///
/// # Errors
/// If a code is unknown or a file cannot be written.
pub fn run(order: &Order) -> Result<(), String> {
    let all = catalogue::all();
    for code in &order.codes {
        if !all
            .iter()
            .any(|scheme| scheme.name().starts_with(code.as_str()))
        {
            return Err(format!(
                "no code begins with `{code}`; `magpie curve --list` names them"
            ));
        }
    }
    fs::create_dir_all(&order.folder).map_err(|why| at(&order.folder, &why))?;
    let wanted = || all.iter().filter(|scheme| order.wants(&scheme.name()));
    // The decoders in floating point come last: their curves begin where those of the decoders that ship do.
    for float in [false, true] {
        for scheme in wanted().filter(|scheme| is_float(scheme.as_ref()) == float) {
            complete(order, scheme.as_ref())?;
        }
    }
    publish(&order.folder)
}

/// Measures the points of a curve that its file does not have.
fn complete(order: &Order, scheme: &dyn Scheme) -> Result<(), String> {
    let made = order.made(scheme);
    let file = order.file(&made.code);
    let known = fs::read_to_string(&file)
        .ok()
        .and_then(|text| csv::parse(&text));
    let mut points = match known {
        Some((before, points)) if before == made => points,
        _ => Vec::new(),
    };
    let effort = Effort {
        errors: made.errors,
        max_bits: made.max_bits,
        threads: 0,
    };
    let range = Range::from(scheme.range())
        .points()
        .map_err(|why| why.to_string())?;
    for eb_n0_db in range.into_iter().skip(points.len()) {
        if points.last().is_some_and(|point| is_last(point, &made)) {
            break;
        }
        let from = Instant::now();
        let point = measure(scheme, eb_n0_db, effort, SEED);
        eprintln!(
            "{} {eb_n0_db} dB: {:.2e} of bits, {} of {} frames wrong, {:.1} s",
            made.code,
            point.ber(),
            point.counts.frame_errors,
            point.counts.frames,
            from.elapsed().as_secs_f64()
        );
        points.push(point);
        let text = csv::write(&made, &points, |db| scheme.theory(db));
        fs::write(&file, text).map_err(|why| at(&file, &why))?;
    }
    Ok(())
}

/// What a file holds, if it holds a curve.
fn read(file: &Path) -> Option<(Made, Vec<Point>)> {
    csv::parse(&fs::read_to_string(file).ok()?)
}

/// Whether the decoder is one in floating point, on the frames of the one that ships.
fn is_float(scheme: &dyn Scheme) -> bool {
    scheme.name() != scheme.stream_name()
}

/// Low enough, or so few errors within the bits allowed that the next point would have next to none.
fn is_last(point: &Point, made: &Made) -> bool {
    point.ber() < FLOOR || point.counts.frame_errors * 10 < made.errors
}

/// Draws the figures and writes the page out of the files that are there.
fn publish(folder: &Path) -> Result<(), String> {
    let all = catalogue::all();
    let curves: Vec<(Made, Curve<'_>)> = all
        .iter()
        .filter_map(|scheme| {
            let file = folder.join(format!("{}.csv", scheme.name()));
            let (made, points) = read(&file)?;
            let scheme = scheme.as_ref();
            (!points.is_empty()).then_some((made, Curve { scheme, points }))
        })
        .collect();
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|why| at(&file, &why))
    };
    for family in catalogue::FAMILIES {
        let of_family = || {
            let members = curves
                .iter()
                .filter(|(_, curve)| family.has(&curve.scheme.name()));
            members.map(|(_, curve)| Curve {
                scheme: curve.scheme,
                points: curve.points.clone(),
            })
        };
        let drawn: Vec<Curve<'_>> = of_family().collect();
        if drawn.is_empty() {
            continue;
        }
        let remark = "measured with 95 % intervals; seed 1; the decoders that ship";
        for (rate, end) in [(Rate::Bits, ""), (Rate::Frames, "-frames")] {
            let picture = svg::draw(&drawing(family.title, remark, rate, &drawn));
            write(&format!("{}{end}.svg", family.name), &picture)?;
        }
    }
    write("README.md", &page::write(&curves))
}

fn at(path: &Path, why: &std::io::Error) -> String {
    format!("{}: {why}", path.display())
}
