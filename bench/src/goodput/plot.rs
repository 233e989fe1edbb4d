//! The figure of docs/goodput.md: one panel a channel, efficiency over round-trip time, a line of the bound and dots of the measurement
//! for each loss. Plain SVG, no script.

use std::fmt::Write as _;

use super::bound::Point;
use super::grid::{CHANNELS, Channel, LOSSES, Measured, ROUND_TRIPS};

const COLUMNS: usize = 2;
const PANEL: (f64, f64) = (470.0, 300.0);
/// Room left of, above, right of and below the axes of a panel.
const MARGINS: (f64, f64, f64, f64) = (58.0, 34.0, 18.0, 44.0);
const LEGEND_HEIGHT: f64 = 58.0;
/// One for each loss, dark to light in hue and value so that they stay apart in print.
const COLOURS: [&str; LOSSES.len()] = [
    "#1b1b1b", "#30509c", "#1a8a8a", "#4d9a2a", "#d08000", "#c22f2f",
];

/// The whole picture.
pub fn svg(measured: &[Measured]) -> String {
    let rows = CHANNELS.len().div_ceil(COLUMNS);
    let (width, height) = (
        PANEL.0 * COLUMNS as f64,
        LEGEND_HEIGHT + PANEL.1 * rows as f64,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#222\">\n\
         <title>Sequence-controlled goodput of COP-P against the go-back-N bound</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    legend(&mut svg);
    for (i, channel) in CHANNELS.iter().enumerate() {
        let x = PANEL.0 * (i % COLUMNS) as f64;
        let y = LEGEND_HEIGHT + PANEL.1 * (i / COLUMNS) as f64;
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        let of_channel: Vec<&Measured> = measured
            .iter()
            .filter(|m| *channel == channel_of(&m.point))
            .collect();
        panel(&mut svg, channel, &of_channel);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn channel_of(point: &Point) -> Channel {
    Channel {
        rate: point.rate,
        data: point.data,
        window: point.window,
    }
}

fn legend(svg: &mut String) {
    text(
        svg,
        (20.0, 22.0),
        "start",
        "600",
        "Loss of each frame, both ways",
    );
    for (i, (loss, colour)) in LOSSES.iter().zip(COLOURS).enumerate() {
        let x = 250.0 + 84.0 * i as f64;
        let _ = writeln!(
            svg,
            "<line x1=\"{x}\" y1=\"18\" x2=\"{}\" y2=\"18\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            x + 22.0
        );
        text(svg, (x + 28.0, 22.0), "start", "400", &percent(*loss));
    }
    let _ = writeln!(
        svg,
        "<line x1=\"20\" y1=\"41\" x2=\"48\" y2=\"41\" stroke=\"#222\" stroke-width=\"1.5\"/>\n\
         <circle cx=\"265\" cy=\"41\" r=\"3.6\" fill=\"#222\"/>\n\
         <path d=\"M556 37.4l7.2 7.2m0 -7.2l-7.2 7.2\" stroke=\"#222\" stroke-width=\"1.4\"/>"
    );
    text(
        svg,
        (55.0, 45.0),
        "start",
        "400",
        "bound: go-back-N and window",
    );
    text(
        svg,
        (276.0, 45.0),
        "start",
        "400",
        "measured, once per pass (the default)",
    );
    text(
        svg,
        (570.0, 45.0),
        "start",
        "400",
        "measured, table 7-1 to the letter",
    );
}

fn panel(svg: &mut String, channel: &Channel, measured: &[&Measured]) {
    let title = format!(
        "{} kbit/s, {} octets a frame, window {}",
        f64::from(channel.rate) / 1e3,
        channel.data + 5,
        channel.window
    );
    text(svg, (MARGINS.0, 22.0), "start", "600", &title);
    axes(svg);
    for (loss, colour) in LOSSES.iter().zip(COLOURS) {
        line(svg, channel, *loss, colour);
        for m in measured
            .iter()
            .filter(|m| (m.point.loss - loss).abs() < 1e-9)
        {
            let x = x_of(m.point.rtt_us as f64);
            let letter = y_of(m.each_request.efficiency);
            let _ = writeln!(
                svg,
                "<path d=\"M{:.1} {:.1}l6 6m0 -6l-6 6\" stroke=\"{colour}\" stroke-width=\"1.2\"/>\n\
                 <circle cx=\"{x:.1}\" cy=\"{:.1}\" r=\"3.4\" fill=\"{colour}\"/>",
                x - 3.0,
                letter - 3.0,
                y_of(m.once_per_pass.efficiency),
            );
        }
    }
}

fn axes(svg: &mut String) {
    let (left, right) = (MARGINS.0, PANEL.0 - MARGINS.2);
    let bottom = PANEL.1 - MARGINS.3;
    for tenth in [0_u8, 2, 4, 6, 8, 10] {
        let (value, y) = (f64::from(tenth) / 10.0, y_of(f64::from(tenth) / 10.0));
        let _ = writeln!(
            svg,
            "<line x1=\"{left}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>"
        );
        text(
            svg,
            (left - 6.0, y + 4.0),
            "end",
            "400",
            &format!("{value:.1}"),
        );
    }
    for (rtt_us, label) in [
        (1e3, "1 ms"),
        (1e4, "10 ms"),
        (1e5, "100 ms"),
        (1e6, "1 s"),
        (2.6e6, "2.6 s"),
    ] {
        let x = x_of(rtt_us);
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#eee\"/>",
            MARGINS.1
        );
        text(svg, (x, bottom + 16.0), "middle", "400", label);
    }
    let _ = writeln!(
        svg,
        "<line x1=\"{left}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{bottom}\" stroke=\"#222\"/>"
    );
    let middle = f64::midpoint(left, right);
    text(
        svg,
        (middle, bottom + 34.0),
        "middle",
        "400",
        "round-trip time",
    );
    let y = f64::midpoint(MARGINS.1, bottom);
    let _ = writeln!(
        svg,
        "<text transform=\"translate(16 {y}) rotate(-90)\" text-anchor=\"middle\">new frames per slot</text>"
    );
}

/// The bound of one loss, drawn finely: it has steps, since slots are whole.
fn line(svg: &mut String, channel: &Channel, loss: f64, colour: &str) {
    let (first, last) = (
        ROUND_TRIPS[0] as f64,
        ROUND_TRIPS[ROUND_TRIPS.len() - 1] as f64,
    );
    let steps = 400;
    let points: Vec<String> = (0..=steps)
        .map(|i| {
            let rtt = first * (last / first).powf(f64::from(i) / f64::from(steps));
            let bound = channel.at(rtt.round() as u64, loss).bound();
            format!("{:.1},{:.1}", x_of(rtt), y_of(bound))
        })
        .collect();
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>",
        points.join(" ")
    );
}

fn text(svg: &mut String, at: (f64, f64), anchor: &str, weight: &str, what: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" font-weight=\"{weight}\">{what}</text>",
        at.0, at.1
    );
}

/// Logarithmic, 0.8 ms to 3.2 s.
fn x_of(rtt_us: f64) -> f64 {
    let share = (rtt_us / 800.0).ln() / (4_000.0_f64).ln();
    MARGINS.0 + share * (PANEL.0 - MARGINS.0 - MARGINS.2)
}

fn y_of(efficiency: f64) -> f64 {
    let bottom = PANEL.1 - MARGINS.3;
    bottom - efficiency * (bottom - MARGINS.1)
}

/// A share as per cent, without a needless fraction.
pub fn percent(share: f64) -> String {
    format!("{} %", (share * 1_000.0).round() / 10.0)
}
