//! Measured curves put together into a [`Drawing`], and what is read from them: where a curve crosses a bit-error rate.

use super::count::Point;
use super::run::crossing;
use super::scheme::Scheme;
use super::svg::{Dot, Drawing, Series, Style};

/// Which rate is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Wrong bits over bits.
    Bits,
    /// Wrong frames over frames.
    Frames,
}

impl Rate {
    /// For the axis.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bits => "bit-error rate",
            Self::Frames => "frame-error rate",
        }
    }
}

/// A code and what was measured of it.
pub struct Curve<'a> {
    /// The code.
    pub scheme: &'a dyn Scheme,
    /// Its points, from low to high.
    pub points: Vec<Point>,
}

impl Curve<'_> {
    fn dots(&self, rate: Rate) -> Vec<Dot> {
        let dot = |point: &Point| match rate {
            Rate::Bits => Dot {
                x: point.eb_n0_db,
                y: point.ber(),
                interval: point.ber_interval(),
            },
            Rate::Frames => Dot {
                x: point.eb_n0_db,
                y: point.fer(),
                interval: point.fer_interval(),
            },
        };
        self.points.iter().map(dot).collect()
    }

    /// The theory over the range of the points and a little beyond, finely.
    fn theory(&self) -> Vec<Dot> {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return Vec::new();
        };
        let (from, to) = (first.eb_n0_db, last.eb_n0_db + 0.5);
        let places = (0..=120).map(|i| from + (to - from) * f64::from(i) / 120.0);
        let known = places.filter_map(|x| Some((x, self.scheme.theory(x)?)));
        // A union bound says nothing where it nears one half.
        let of_use = known.filter(|&(_, y)| y < 0.2 && y > 1e-8);
        of_use
            .map(|(x, y)| Dot {
                x,
                y,
                interval: [y, y],
            })
            .collect()
    }

    /// Eb/N0 at this bit-error rate, if the points enclose it.
    pub fn at_ber(&self, ber: f64) -> Option<f64> {
        let points: Vec<(f64, f64)> = self.points.iter().map(|p| (p.eb_n0_db, p.ber())).collect();
        crossing(&points, ber)
    }

    /// The same with points alone that have wrong frames enough ([`SURE`]) to be compared with another decoder's.
    fn surely_at_ber(&self, ber: f64) -> Option<f64> {
        let sure = self.points.iter().filter(|p| p.counts.frame_errors >= SURE);
        let points: Vec<(f64, f64)> = sure.map(|p| (p.eb_n0_db, p.ber())).collect();
        crossing(&points, ber)
    }

    /// The same for the theory.
    pub fn theory_at_ber(&self, ber: f64) -> Option<f64> {
        let places = (-400..2000).map(|i| f64::from(i) / 100.0);
        let known: Vec<(f64, f64)> = places
            .filter_map(|x| Some((x, self.scheme.theory(x)?)))
            .collect();
        crossing(&known, ber)
    }
}

/// Wrong frames of a point that a comparison rests on: its rate is then known to a third or so.
const SURE: u64 = 20;

/// How much more Eb/N0 `curve` needs than `reference`, in dB, at the smallest of these rates that both enclose with points of twenty wrong frames or more; and
/// that rate.
pub fn loss(curve: &Curve<'_>, reference: &Curve<'_>, rates: &[f64]) -> Option<(f64, f64)> {
    rates.iter().find_map(|&ber| {
        Some((
            curve.surely_at_ber(ber)? - reference.surely_at_ber(ber)?,
            ber,
        ))
    })
}

/// A drawing of curves; a curve whose scheme is the reference of one before it takes its colour.
pub fn drawing(title: &str, remark: &str, rate: Rate, curves: &[Curve<'_>]) -> Drawing {
    let mut series = Vec::new();
    let mut colours: Vec<(String, usize)> = Vec::new();
    for curve in curves {
        let name = curve.scheme.name();
        let base = curve.scheme.stream_name();
        let colour = colours
            .iter()
            .find(|(known, _)| *known == base)
            .map_or(colours.len(), |&(_, colour)| colour);
        let style = if name == base {
            Style::Measured
        } else {
            Style::Reference
        };
        if name == base {
            colours.push((base, colour));
        }
        series.push(Series {
            label: curve.scheme.title(),
            colour,
            style,
            dots: curve.dots(rate),
        });
        let theory = curve.theory();
        if rate == Rate::Bits && !theory.is_empty() {
            // One line of the legend for all curves of the same theory.
            let label = format!("dashed: {}", curve.scheme.theory_name());
            let known = series.iter().any(|series: &Series| series.label == label);
            series.push(Series {
                label: if known { String::new() } else { label },
                colour,
                style: Style::Theory,
                dots: theory,
            });
        }
    }
    Drawing {
        title: title.to_owned(),
        remark: remark.to_owned(),
        rate: rate.name().to_owned(),
        series,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::Counts;
    use crate::curve::scheme::Uncoded;

    #[test]
    fn a_loss_is_read_between_points() {
        let curve_of = |shift: f64, frame_errors: u64| Curve {
            scheme: &Uncoded,
            points: (0..6)
                .map(|i| {
                    let counts = Counts {
                        frames: 1_000,
                        frame_errors,
                        bits: 10_000_000,
                        bit_errors: 10_u64.pow(6 - i),
                        ..Counts::default()
                    };
                    Point {
                        eb_n0_db: f64::from(i) + shift,
                        counts,
                    }
                })
                .collect(),
        };
        let curve = |shift| curve_of(shift, 20);
        // A decade a dB: 1e-5 lies at 4 dB of the first, at 4.3 of the second.
        assert!((curve(0.0).at_ber(1e-5).expect("enclosed") - 4.0).abs() < 1e-9);
        let (lost, at) = loss(&curve(0.3), &curve(0.0), &[1e-9, 1e-5]).expect("enclosed");
        assert!((lost - 0.3).abs() < 1e-9 && (at - 1e-5).abs() < 1e-12);
        // Too few wrong frames to say anything.
        assert_eq!(loss(&curve_of(0.3, 19), &curve(0.0), &[1e-5]), None);
        // Textbooks: uncoded antipodal signals have 1e-5 at 9.59 dB.
        let theory = curve(0.0).theory_at_ber(1e-5).expect("enclosed");
        assert!((theory - 9.588).abs() < 0.005, "{theory}");
    }
}
