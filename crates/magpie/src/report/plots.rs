//! The interactive plots: Eb/N0, frame loss and frames over the time of one pass, on one time axis.
//!
//! Made with the `plotly` crate; its script is embedded once in the page. Colours are written as `var(--name)` and replaced by the page's script with the
//! colours of the scheme in use, so that the plots follow light and dark.

use magpie_sim::report::{PassReport, Series};
use plotly::common::{Anchor, Font, Line, LineShape, Mode, Orientation, Title};
use plotly::layout::{
    Annotation, Axis, BarMode, HoverMode, Legend, Margin, RangeMode, Shape, ShapeLine, ShapeType,
    TraceOrder,
};
use plotly::{Bar, Layout, Plot, Scatter};

use super::human;

/// The script of the plotting library as one `<script>` element, without the formula renderer that the crate adds.
pub(crate) fn library() -> String {
    const END: &str = "</script>";
    let mut sources = Plot::offline_js_sources();
    if let Some(end) = sources.find(END) {
        sources.truncate(end + END.len());
    }
    sources
}

/// The plot of a pass as JSON, or nothing if the series is empty.
pub(super) fn over_time(pass: &PassReport) -> Option<String> {
    let series = &pass.series;
    if series.t_s.is_empty() {
        return None;
    }
    let minutes: Vec<f64> = series.t_s.iter().map(|t| t / 60.0).collect();
    let mut plot = Plot::new();
    plot.add_trace(
        Scatter::new(minutes.clone(), series.eb_n0_db.clone())
            .name("Eb/N0")
            .mode(Mode::Lines)
            .line(Line::new().color("var(--accent)").width(2.0))
            .hover_template("%{y:.1f} dB")
            .show_legend(false),
    );
    add_losses(&mut plot, &minutes, series);
    add_frames(&mut plot, &minutes, series);
    plot.set_layout(layout(pass));
    Some(plot.to_json())
}

/// Share of the frames of each bin that a hop lost: on the radio link, and up to the recorder.
fn add_losses(plot: &mut Plot, minutes: &[f64], series: &Series) {
    let rate = |good: &[u32]| -> Vec<Option<f64>> {
        let pairs = series.frames_sent.iter().zip(good);
        pairs
            .map(|(sent, good)| {
                (*sent > 0).then(|| {
                    100.0 * (1.0 - human::share(u64::from(*good), u64::from(*sent)).min(1.0))
                })
            })
            .collect()
    };
    let lines = [
        (
            "share lost up to the recorder",
            "var(--bad)",
            2.5,
            rate(&series.frames_recorded),
        ),
        (
            "share lost on the radio link",
            "var(--warn)",
            1.5,
            rate(&series.frames_good),
        ),
    ];
    for (name, colour, width, values) in lines {
        plot.add_trace(
            Scatter::new(minutes.to_vec(), values)
                .name(name)
                .mode(Mode::Lines)
                .line(Line::new().color(colour).width(width).shape(LineShape::Hvh))
                .hover_template("%{y:.0f} %")
                .y_axis("y2"),
        );
    }
}

/// The frames of each bin as a stack: recorded, spoiled on board, not decoded; the stack is what the rover sent.
fn add_frames(plot: &mut Plot, minutes: &[f64], series: &Series) {
    let minus = |from: &[u32], take: &[u32]| -> Vec<u32> {
        from.iter()
            .zip(take)
            .map(|(a, b)| a.saturating_sub(*b))
            .collect()
    };
    let stacks = [
        (
            "recorded in good order",
            "var(--good)",
            series.frames_recorded.clone(),
        ),
        (
            "good at the radio, spoiled on board",
            "var(--bad)",
            minus(&series.frames_good, &series.frames_recorded),
        ),
        (
            "sent, not decoded",
            "var(--warn)",
            minus(&series.frames_sent, &series.frames_good),
        ),
    ];
    for (name, colour, values) in stacks {
        let bar = Bar::new(minutes.to_vec(), values)
            .name(name)
            .y_axis("y3")
            .hover_template("%{y}");
        plot.add_trace(
            bar.marker(
                plotly::common::Marker::new()
                    .color(colour)
                    .line(Line::new().width(0.0)),
            ),
        );
    }
}

fn layout(pass: &PassReport) -> Layout {
    let window = (pass.window_s / 60.0).max(1e-3);
    let (shapes, annotations) = lock_mark(pass);
    Layout::new()
        .height(480)
        .auto_size(true)
        .margin(Margin::new().left(58).right(14).top(28).bottom(92))
        .font(
            Font::new()
                .family("system-ui, sans-serif")
                .size(12)
                .color("var(--ink-2)"),
        )
        .paper_background_color("rgba(0,0,0,0)")
        .plot_background_color("rgba(0,0,0,0)")
        .hover_mode(HoverMode::XUnified)
        .bar_mode(BarMode::Stack)
        .bar_gap(0.0)
        .legend(
            Legend::new()
                .orientation(Orientation::Horizontal)
                .trace_order(TraceOrder::Normal)
                .x(0.0)
                .y(-0.17)
                .y_anchor(Anchor::Top),
        )
        .x_axis(
            axis("minutes since the window opened")
                .range(vec![0.0, window])
                .anchor("y3")
                .hover_format(".2f"),
        )
        .y_axis(axis("Eb/N0, dB").domain(&[0.70, 1.0]).n_ticks(4))
        .y_axis2(
            axis("frames lost, %")
                .domain(&[0.36, 0.62])
                .range(vec![-4.0, 104.0])
                .tick_values(vec![0.0, 50.0, 100.0]),
        )
        .y_axis3(
            axis("frames")
                .domain(&[0.0, 0.28])
                .range_mode(RangeMode::ToZero)
                .n_ticks(4),
        )
        .shapes(shapes)
        .annotations(annotations)
}

fn axis(title: &str) -> Axis {
    Axis::new()
        .title(Title::with_text(title).font(Font::new().size(12)))
        .grid_color("var(--line)")
        .line_color("var(--line)")
        .zero_line(false)
        .auto_margin(false)
        .fixed_range(true)
}

/// A line where the decoder locked.
fn lock_mark(pass: &PassReport) -> (Vec<Shape>, Vec<Annotation>) {
    let Some(lock) = pass.lock_s else {
        return (Vec::new(), Vec::new());
    };
    let at = lock / 60.0;
    let line = Shape::new()
        .shape_type(ShapeType::Line)
        .x_ref("x")
        .y_ref("paper")
        .x0(at)
        .x1(at)
        .y0(0.0)
        .y1(1.0)
        .line(
            ShapeLine::new()
                .color("var(--ink-2)")
                .width(1.5)
                .dash(plotly::common::DashType::Dot),
        );
    let anchor = if at * 60.0 > pass.window_s * 0.7 {
        Anchor::Right
    } else {
        Anchor::Left
    };
    let text = Annotation::new()
        .text(format!("lock at {}", human::seconds(lock)))
        .x_ref("x")
        .y_ref("paper")
        .x(at)
        .y(1.0)
        .x_anchor(anchor)
        .y_anchor(Anchor::Bottom)
        .show_arrow(false);
    (vec![line], vec![text])
}
