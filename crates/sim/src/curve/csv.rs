//! A curve as a file: comma-separated values that say how they were made, so that a curve can be gone on with.
//!
//! ```
//! use magpie_sim::curve::csv::{Made, parse, write};
//! let made = Made { code: "uncoded".to_owned(), seed: 1, errors: 100, max_bits: 1000 };
//! assert_eq!(parse(&write(&made, &[], |_| None)), Some((made, Vec::new())));
//! ```

use std::fmt::Write as _;

use super::count::{Counts, Point};

/// How a curve was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The code's name.
    pub code: String,
    /// The seed.
    pub seed: u64,
    /// Wrong frames wanted at each point.
    pub errors: u64,
    /// Information bits at each point at most.
    pub max_bits: u64,
}

const COLUMNS: &str = "eb_n0_db,frames,frame_errors,bits,bit_errors,squared_errors,undetected,iterations,ber,ber_low,ber_high,fer,fer_low,fer_high,theory_ber";

/// The file: a comment with `made`, the names of the columns, a line a point.
pub fn write(made: &Made, curve: &[Point], theory: impl Fn(f64) -> Option<f64>) -> String {
    let mut text = format!(
        "# magpie curve {} --seed {} --errors {} --max-bits {}\n{COLUMNS}\n",
        made.code, made.seed, made.errors, made.max_bits
    );
    for point in curve {
        let c = &point.counts;
        let ([ber_low, ber_high], [fer_low, fer_high]) =
            (point.ber_interval(), point.fer_interval());
        let theory = theory(point.eb_n0_db).map_or_else(String::new, |ber| format!("{ber:.4e}"));
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{:.4e},{ber_low:.4e},{ber_high:.4e},{:.4e},{fer_low:.4e},{fer_high:.4e},{theory}",
            point.eb_n0_db,
            c.frames,
            c.frame_errors,
            c.bits,
            c.bit_errors,
            c.squared_errors,
            c.undetected,
            c.iterations,
            point.ber(),
            point.fer(),
        );
    }
    text
}

/// Reads back what [`write()`] wrote; `None` for anything else.
pub fn parse(text: &str) -> Option<(Made, Vec<Point>)> {
    let mut lines = text.lines();
    let words: Vec<&str> = lines.next()?.split(' ').collect();
    let [
        "#",
        "magpie",
        "curve",
        code,
        "--seed",
        seed,
        "--errors",
        errors,
        "--max-bits",
        max_bits,
    ] = words.as_slice()
    else {
        return None;
    };
    let made = Made {
        code: (*code).to_owned(),
        seed: seed.parse().ok()?,
        errors: errors.parse().ok()?,
        max_bits: max_bits.parse().ok()?,
    };
    if lines.next()? != COLUMNS {
        return None;
    }
    let points = lines.map(point).collect::<Option<_>>()?;
    Some((made, points))
}

fn point(line: &str) -> Option<Point> {
    let mut cells = line.split(',');
    let eb_n0_db = cells.next()?.parse().ok()?;
    let mut count = || cells.next()?.parse().ok();
    let counts = Counts {
        frames: count()?,
        frame_errors: count()?,
        bits: count()?,
        bit_errors: count()?,
        squared_errors: count()?,
        undetected: count()?,
        iterations: count()?,
    };
    Some(Point { eb_n0_db, counts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let made = Made {
            code: "k7-1-2".to_owned(),
            seed: 7,
            errors: 100,
            max_bits: 1_000_000,
        };
        let counts = Counts {
            frames: 50,
            frame_errors: 3,
            bits: 50_000,
            bit_errors: 17,
            squared_errors: 99,
            undetected: 1,
            iterations: 400,
        };
        let curve = [Point {
            eb_n0_db: 2.25,
            counts,
        }];
        let text = write(&made, &curve, |_| Some(1.25e-4));
        assert!(
            text.lines()
                .nth(2)
                .is_some_and(|line| line.ends_with(",1.2500e-4")),
            "{text}"
        );
        assert_eq!(parse(&text), Some((made, curve.to_vec())));
        assert_eq!(parse(&text.replace("frames,", "frame,")), None);
        assert_eq!(parse("eb_n0_db,ber\n1,2\n"), None);
    }
}
