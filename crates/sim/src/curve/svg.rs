//! Curves as a drawing: bit- or frame-error rate over Eb/N0, logarithmic, with error bars and what was to be expected.
//!
//! A document of its own, without script or network. Measured points are dots with their 95 % interval, joined by a line; theory is dashed; a reference
//! decoder has hollow dots and a dotted line. A point without a wrong bit is drawn as an arrow that hangs from the upper end of its interval.

use std::fmt::Write as _;

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Dots with error bars, joined.
    Measured,
    /// Hollow dots, dotted line.
    Reference,
    /// Dashed line without dots.
    Theory,
}

/// A point of a drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Eb/N0 in dB.
    pub x: f64,
    /// The rate; 0 if nothing was wrong.
    pub y: f64,
    /// Its interval.
    pub interval: [f64; 2],
}

/// A curve of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// For the legend; nothing if it belongs to the curve before it.
    pub label: String,
    /// Which colour, counted from 0; curves that belong together share one.
    pub colour: usize,
    /// How it is drawn.
    pub style: Style,
    /// From left to right.
    pub dots: Vec<Dot>,
}

/// A drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Above it.
    pub title: String,
    /// A line below the title: how it was made.
    pub remark: String,
    /// What the vertical axis shows: "bit-error rate".
    pub rate: String,
    /// The curves.
    pub series: Vec<Series>,
}

const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 640.0;
/// Of the frame: left, top, right, bottom.
const FRAME: [f64; 4] = [78.0, 76.0, 724.0, 580.0];
/// The smallest rate shown, as a power of ten.
const LOWEST: i32 = -7;
/// Colours that are told apart on white, also by most of those who see fewer colours.
const COLOURS: [&str; 10] = [
    "#4d4d4d", "#0072b2", "#d55e00", "#009e73", "#a64d79", "#b8860b", "#3d9bd1", "#8b2fc9",
    "#7a9a01", "#c0392b",
];
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#222}.title{font-size:18px;font-weight:600}.remark{fill:#666}.axis{font-size:14px}.tick{fill:#444}";

/// Where things lie.
struct Scale {
    from_db: f64,
    to_db: f64,
}

impl Scale {
    fn of(series: &[Series]) -> Self {
        let all = || {
            series
                .iter()
                .flat_map(|s| &s.dots)
                .filter(|dot| dot.y > 0.0)
        };
        let measured = || {
            series
                .iter()
                .filter(|s| s.style != Style::Theory)
                .flat_map(|s| &s.dots)
        };
        let low = measured()
            .chain(all())
            .map(|dot| dot.x)
            .fold(f64::MAX, f64::min);
        let high = measured()
            .chain(all())
            .map(|dot| dot.x)
            .fold(f64::MIN, f64::max);
        if low > high {
            return Self {
                from_db: 0.0,
                to_db: 10.0,
            };
        }
        let (from_db, to_db) = (low.floor(), high.ceil());
        Self {
            from_db,
            to_db: to_db.max(from_db + 1.0),
        }
    }

    fn x(&self, db: f64) -> f64 {
        FRAME[0] + (db - self.from_db) / (self.to_db - self.from_db) * (FRAME[2] - FRAME[0])
    }

    fn y(rate: f64) -> f64 {
        let share = rate.max(1e-30).log10() / f64::from(LOWEST);
        FRAME[1] + share * (FRAME[3] - FRAME[1])
    }

    /// Decibels between two lines of the grid: some ten of them.
    fn step(&self) -> f64 {
        let span = self.to_db - self.from_db;
        [0.25, 0.5, 1.0, 2.0, 5.0]
            .into_iter()
            .find(|step| span / step <= 14.0)
            .unwrap_or(10.0)
    }
}

/// The whole document.
pub fn draw(drawing: &Drawing) -> String {
    let scale = Scale::of(&drawing.series);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{title}"><title>{title}</title><style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>"##,
        title = escaped(&drawing.title)
    );
    text(&mut svg, (FRAME[0], 34.0), "title", "start", &drawing.title);
    text(
        &mut svg,
        (FRAME[0], 56.0),
        "remark",
        "start",
        &drawing.remark,
    );
    grid(&mut svg, &scale, &drawing.rate);
    let [left, top, right, bottom] = FRAME;
    let _ = writeln!(
        svg,
        r#"<clipPath id="frame"><rect x="{left}" y="{top}" width="{}" height="{}"/></clipPath><g clip-path="url(#frame)">"#,
        right - left,
        bottom - top
    );
    for series in &drawing.series {
        curve(&mut svg, &scale, series);
    }
    let _ = writeln!(
        svg,
        r##"</g><rect x="{left}" y="{top}" width="{}" height="{}" fill="none" stroke="#222"/>"##,
        right - left,
        bottom - top
    );
    legend(&mut svg, &drawing.series);
    svg.push_str("</svg>\n");
    svg
}

fn grid(svg: &mut String, scale: &Scale, rate: &str) {
    let [left, top, right, bottom] = FRAME;
    let mut line = |from: (f64, f64), to: (f64, f64), colour: &str| {
        let _ = writeln!(
            svg,
            r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" stroke="{colour}"/>"#,
            from.0, from.1, to.0, to.1
        );
    };
    for decade in LOWEST..0 {
        for tenth in 2..10 {
            let y = Scale::y(f64::from(tenth) * 10f64.powi(decade));
            line((left, y), (right, y), "#f2f2f2");
        }
    }
    let steps = ((scale.to_db - scale.from_db) / scale.step()).round() as usize;
    let places: Vec<f64> = (0..=steps)
        .map(|i| scale.from_db + i as f64 * scale.step())
        .collect();
    for &db in &places {
        line((scale.x(db), top), (scale.x(db), bottom), "#e4e4e4");
    }
    for decade in LOWEST..=0 {
        let y = Scale::y(10f64.powi(decade));
        line(
            (left, y),
            (right, y),
            if decade == -5 { "#999" } else { "#d4d4d4" },
        );
    }
    for decade in LOWEST..=0 {
        let label = if decade == 0 {
            "1".to_owned()
        } else {
            format!("10{}", raised(decade))
        };
        text(
            svg,
            (left - 8.0, Scale::y(10f64.powi(decade)) + 4.5),
            "tick",
            "end",
            &label,
        );
    }
    for &db in &places {
        text(
            svg,
            (scale.x(db), bottom + 19.0),
            "tick",
            "middle",
            &format!("{db}").replace('-', "−"),
        );
    }
    let middle = f64::midpoint(left, right);
    let _ = writeln!(
        svg,
        r#"<text class="axis" x="{middle}" y="{}" text-anchor="middle">E<tspan dy="4" font-size="10">b</tspan><tspan dy="-4">/N</tspan><tspan dy="4" font-size="10">0</tspan><tspan dy="-4">, dB</tspan></text>"#,
        bottom + 42.0
    );
    let _ = writeln!(
        svg,
        r#"<text class="axis" transform="translate(22 {}) rotate(-90)" text-anchor="middle">{}</text>"#,
        f64::midpoint(top, bottom),
        escaped(rate)
    );
}

fn curve(svg: &mut String, scale: &Scale, series: &Series) {
    let colour = COLOURS[series.colour % COLOURS.len()];
    let at = |dot: &Dot| (scale.x(dot.x), Scale::y(dot.y));
    let joined: Vec<String> = series
        .dots
        .iter()
        .filter(|dot| dot.y > 0.0)
        .map(|dot| format!("{:.1},{:.1}", at(dot).0, at(dot).1))
        .collect();
    let (width, dashes) = match series.style {
        Style::Measured => (1.8, ""),
        Style::Reference => (1.4, r#" stroke-dasharray="1.5 3""#),
        Style::Theory => (1.2, r#" stroke-dasharray="7 4" opacity="0.75""#),
    };
    let _ = writeln!(
        svg,
        r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>"#,
        joined.join(" ")
    );
    if series.style == Style::Theory {
        return;
    }
    for dot in &series.dots {
        let (x, y) = at(dot);
        let [high, low] = [
            Scale::y(dot.interval[1]),
            Scale::y(dot.interval[0].max(1e-9)),
        ];
        if dot.y <= 0.0 {
            let _ = writeln!(
                svg,
                r#"<path d="M{:.1} {high:.1}h10m-5 0v22m-4 -6l4 6l4 -6" fill="none" stroke="{colour}" stroke-width="1.2"/>"#,
                x - 5.0
            );
            continue;
        }
        let _ = writeln!(
            svg,
            r#"<path d="M{x:.1} {high:.1}V{low:.1}M{left:.1} {high:.1}h8M{left:.1} {low:.1}h8" stroke="{colour}" stroke-width="1.1"/>"#,
            left = x - 4.0
        );
        let fill = if series.style == Style::Measured {
            colour
        } else {
            "#fff"
        };
        let _ = writeln!(
            svg,
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.4" fill="{fill}" stroke="{colour}" stroke-width="1.2"/>"#
        );
    }
}

fn legend(svg: &mut String, series: &[Series]) {
    let x = FRAME[2] + 18.0;
    for (i, series) in series.iter().filter(|s| !s.label.is_empty()).enumerate() {
        let y = FRAME[1] + 12.0 + i as f64 * 21.0;
        let colour = COLOURS[series.colour % COLOURS.len()];
        let (dashes, dot) = match series.style {
            Style::Measured => ("", Some(colour)),
            Style::Reference => (r#" stroke-dasharray="1.5 3""#, Some("#fff")),
            Style::Theory => (r#" stroke-dasharray="7 4""#, None),
        };
        let _ = writeln!(
            svg,
            r#"<line x1="{x}" y1="{y}" x2="{}" y2="{y}" stroke="{colour}" stroke-width="1.8"{dashes}/>"#,
            x + 28.0
        );
        if let Some(fill) = dot {
            let _ = writeln!(
                svg,
                r#"<circle cx="{}" cy="{y}" r="3.4" fill="{fill}" stroke="{colour}" stroke-width="1.2"/>"#,
                x + 14.0
            );
        }
        text(svg, (x + 36.0, y + 4.5), "label", "start", &series.label);
    }
}

fn text(svg: &mut String, at: (f64, f64), class: &str, anchor: &str, what: &str) {
    let _ = writeln!(
        svg,
        r#"<text class="{class}" x="{:.1}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
        at.0,
        at.1,
        escaped(what)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// A whole number as superscript.
fn raised(number: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let text = number.to_string();
    text.chars()
        .map(|c| c.to_digit(10).map_or('⁻', |digit| digits[digit as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decade_is_a_seventh_of_the_frame_and_names_are_escaped() {
        let [_, top, _, bottom] = FRAME;
        assert!((Scale::y(1.0) - top).abs() < 1e-9 && (Scale::y(1e-7) - bottom).abs() < 1e-9);
        assert!((Scale::y(1e-2) - Scale::y(1e-1) - (bottom - top) / 7.0).abs() < 1e-9);
        let dot = Dot {
            x: 1.0,
            y: 0.0,
            interval: [0.0, 1e-5],
        };
        let series = Series {
            label: "a < b".to_owned(),
            colour: 0,
            style: Style::Measured,
            dots: vec![dot],
        };
        let drawing = Drawing {
            title: "\"A\" & B".to_owned(),
            remark: String::new(),
            rate: "bit-error rate".to_owned(),
            series: vec![series],
        };
        let svg = draw(&drawing);
        assert!(svg.contains("a &lt; b") && svg.contains("&quot;A&quot; &amp; B"));
        assert!(!svg.contains("NaN") && svg.contains("10⁻⁵"));
    }
}
