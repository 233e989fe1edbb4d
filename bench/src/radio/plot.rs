//! A drawing of lines over one axis: linear, or logarithmic upwards.

use std::fmt::Write as _;

/// A line or a cloud of dots.
pub(super) struct Line {
    /// For the legend.
    pub label: String,
    /// From left to right.
    pub dots: Vec<(f64, f64)>,
    /// Joined by a line, dashed (theory) or not, or dots alone.
    pub style: Style,
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Dots and a line.
    Measured,
    /// A thin line without dots.
    Track,
    /// A dashed line.
    Theory,
}

/// A drawing.
pub(super) struct Drawing<'a> {
    /// Above it.
    pub title: &'a str,
    /// Below it.
    pub x: &'a str,
    /// At its left side.
    pub y: &'a str,
    /// Powers of ten upwards.
    pub logarithmic: bool,
    /// The lines.
    pub lines: Vec<Line>,
}

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 520.0;
/// Left, top, right, bottom of the frame.
const FRAME: [f64; 4] = [80.0, 52.0, 700.0, 466.0];
const COLOURS: [&str; 8] = [
    "#0072b2", "#d55e00", "#009e73", "#a64d79", "#b8860b", "#4d4d4d", "#3d9bd1", "#8b2fc9",
];

struct Scale {
    x: [f64; 2],
    y: [f64; 2],
    logarithmic: bool,
}

impl Scale {
    fn of(drawing: &Drawing<'_>) -> Self {
        let dots = || {
            let all = drawing.lines.iter().flat_map(|line| &line.dots);
            all.filter(|(x, y)| {
                x.is_finite() && y.is_finite() && (!drawing.logarithmic || *y > 0.0)
            })
        };
        let height = |y: f64| if drawing.logarithmic { y.log10() } else { y };
        let span = |values: &mut dyn Iterator<Item = f64>| {
            let [low, high] = values.fold([f64::MAX, f64::MIN], |[low, high], value| {
                [low.min(value), high.max(value)]
            });
            if low > high {
                [0.0, 1.0]
            } else if high - low < 1e-12 {
                [low - 0.5, high + 0.5]
            } else {
                [low, high]
            }
        };
        let x = span(&mut dots().map(|dot| dot.0));
        let y = span(&mut dots().map(|dot| height(dot.1)));
        let y = if drawing.logarithmic {
            [y[0].floor(), y[1].ceil()]
        } else {
            let room = 0.05 * (y[1] - y[0]);
            [y[0] - room, y[1] + room]
        };
        Self {
            x,
            y,
            logarithmic: drawing.logarithmic,
        }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let y = if self.logarithmic {
            y.max(1e-30).log10()
        } else {
            y
        };
        let part =
            |value: f64, [low, high]: [f64; 2]| ((value - low) / (high - low)).clamp(-0.1, 1.1);
        (
            FRAME[0] + part(x, self.x) * (FRAME[2] - FRAME[0]),
            FRAME[3] - part(y, self.y) * (FRAME[3] - FRAME[1]),
        )
    }
}

/// Round numbers within a span: some six of them.
fn ticks([low, high]: [f64; 2]) -> Vec<f64> {
    let rough = (high - low) / 6.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(power);
    let mut tick = (low / step).ceil() * step;
    let mut ticks = Vec::new();
    while tick <= high + step * 1e-6 {
        // No "-0".
        ticks.push(if tick.abs() < step * 1e-6 { 0.0 } else { tick });
        tick += step;
    }
    ticks
}

/// The whole document.
pub(super) fn draw(drawing: &Drawing<'_>) -> String {
    let scale = Scale::of(drawing);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{title}"><title>{title}</title><style>text{{font:13px system-ui,sans-serif;fill:#222}}.t{{font-size:18px;font-weight:600}}</style><rect width="100%" height="100%" fill="#fff"/><text class="t" x="{}" y="30">{title}</text>
"##,
        FRAME[0],
        title = drawing.title
    );
    axes(&mut svg, drawing, &scale);
    for (index, line) in drawing.lines.iter().enumerate() {
        series(&mut svg, line, COLOURS[index % COLOURS.len()], &scale);
        legend(&mut svg, line, index);
    }
    svg.push_str("</svg>\n");
    svg
}

fn axes(svg: &mut String, drawing: &Drawing<'_>, scale: &Scale) {
    let [left, top, right, bottom] = FRAME;
    for tick in ticks(scale.x) {
        let (x, _) = scale.at((tick, 1.0));
        let _ = writeln!(
            svg,
            r##"<path d="M{x:.1} {top}V{bottom}" stroke="#e4e4e4"/><text x="{x:.1}" y="{}" text-anchor="middle">{tick:.6}</text>"##,
            bottom + 18.0,
            tick = Short(tick)
        );
    }
    let heights = if scale.logarithmic {
        (scale.y[0] as i32..=scale.y[1] as i32)
            .map(|power| {
                (
                    10f64.powi(power),
                    format!("10<tspan dy=\"-5\" font-size=\"10\">{power}</tspan>"),
                )
            })
            .collect()
    } else {
        let linear = |tick: f64| (tick, Short(tick).to_string());
        ticks(scale.y).into_iter().map(linear).collect::<Vec<_>>()
    };
    for (tick, words) in heights {
        let (_, y) = scale.at((scale.x[0], tick));
        let _ = writeln!(
            svg,
            r##"<path d="M{left} {y:.1}H{right}" stroke="#e4e4e4"/><text x="{}" y="{:.1}" text-anchor="end">{words}</text>"##,
            left - 8.0,
            y + 4.0
        );
    }
    let (middle_x, middle_y) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    let _ = writeln!(
        svg,
        r##"<rect x="{left}" y="{top}" width="{}" height="{}" fill="none" stroke="#888"/><text x="{middle_x}" y="{}" text-anchor="middle">{}</text><text x="20" y="{middle_y}" text-anchor="middle" transform="rotate(-90 20 {middle_y})">{}</text>"##,
        right - left,
        bottom - top,
        bottom + 42.0,
        drawing.x,
        drawing.y
    );
}

/// A number without needless zeros.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.4}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

fn series(svg: &mut String, line: &Line, colour: &str, scale: &Scale) {
    let dots: Vec<(f64, f64)> = line
        .dots
        .iter()
        .filter(|(x, y)| x.is_finite() && y.is_finite() && (!scale.logarithmic || *y > 0.0))
        .map(|dot| scale.at(*dot))
        .collect();
    let path: Vec<String> = dots.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let (width, dash) = match line.style {
        Style::Measured => (2.0, "none"),
        Style::Track => (1.0, "none"),
        Style::Theory => (1.5, "6 4"),
    };
    let _ = writeln!(
        svg,
        r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>"#,
        path.join(" ")
    );
    if line.style == Style::Measured {
        for (x, y) in dots {
            let _ = writeln!(
                svg,
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#
            );
        }
    }
}

fn legend(svg: &mut String, line: &Line, index: usize) {
    let (x, y) = (FRAME[2] + 18.0, FRAME[1] + 14.0 + 22.0 * index as f64);
    let dash = if line.style == Style::Theory {
        "6 4"
    } else {
        "none"
    };
    let _ = writeln!(
        svg,
        r#"<path d="M{x} {y}h26" stroke="{}" stroke-width="2" stroke-dasharray="{dash}"/><text x="{}" y="{}">{}</text>"#,
        COLOURS[index % COLOURS.len()],
        x + 34.0,
        y + 4.0,
        line.label
    );
}
