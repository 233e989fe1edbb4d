//! The pictures as figures of the plotting library, in its own JSON. Colours `var(--name)` become those of the scheme in use, as in the relay's report.

use magpie_radio::SampleRate;
use serde_json::{Value, json};

use super::spectra::{Curve, decibel};
use super::symbols::{EYE_HEIGHT, EYE_SYMBOLS, Symbols};
use super::waterfall::Waterfall;
use super::{Prediction, Sight};
use crate::listen::account::Account;

/// Points of a line at the most.
const POINTS: usize = 2500;
/// Points of the prediction.
const PREDICTED: usize = 500;
/// Stretches in lock that are drawn.
const STRETCHES: usize = 2000;
/// One cell of so many tells the range of colours: no divisor of the bins.
const SOME: usize = 7;
/// A line is broken where this many times its usual step is missing.
const GAP: f64 = 3.5;
/// A spectrum is at least so many dB high.
const LEAST_DB: f64 = 12.0;
/// Height of a row of unit weight, and of what is around the rows, in pixels.
const ROW: f64 = 100.0;
const AROUND: f64 = 80.0;
/// Between two rows, as a part of all.
const BETWEEN: f64 = 0.022;

/// One row of the figure over time.
struct Row {
    weight: f64,
    traces: Vec<Value>,
    axis: Value,
}

/// Everything over time, on one time axis.
pub(super) fn over_time(
    account: &Account,
    sight: &Sight,
    prediction: Option<&Prediction>,
) -> Value {
    let floor = floor(sight);
    let waterfalls = waterfalls(sight, floor);
    let falls = waterfalls.len();
    let mut rows = waterfalls;
    rows.extend(track(account, prediction));
    rows.extend(cn0(account));
    rows.extend(locks(account));
    let heights: f64 = rows.iter().map(|row| row.weight).sum();
    let room = 1.0 - BETWEEN * (rows.len().max(1) - 1) as f64;
    let (mut data, mut top, mut falls_end) = (Vec::new(), 1.0, 0.0);
    let mut layout = base(heights * ROW / room + AROUND, 84, 84, 20, 50);
    let count = rows.len();
    for (index, row) in rows.into_iter().enumerate() {
        let name = |letter: &str| match index {
            0 => letter.to_owned(),
            _ => format!("{letter}{}", index + 1),
        };
        let bottom = (top - row.weight / heights * room).max(0.0);
        let mut axis = row.axis;
        axis["domain"] = json!([bottom, top]);
        layout[name("yaxis")] = axis;
        for mut trace in row.traces {
            trace["yaxis"] = json!(name("y"));
            data.push(trace);
        }
        if index + 1 == falls {
            falls_end = bottom;
            layout["legend"]["y"] = json!(bottom - BETWEEN);
        }
        top = bottom - BETWEEN;
    }
    let last = match count {
        0 | 1 => "y".to_owned(),
        more => format!("y{more}"),
    };
    layout["xaxis"] = axis("seconds since the first sample");
    layout["xaxis"]["range"] = json!([0.0, account.seconds.max(1e-3)]);
    layout["xaxis"]["anchor"] = json!(last);
    layout["hovermode"] = json!("closest");
    layout["coloraxis"] = colours(sight, floor, 1.0 - falls_end, f64::midpoint(1.0, falls_end));
    json!({ "data": data, "layout": layout })
}

/// The noise floor in dB: the median of the mean spectrum.
fn floor(sight: &Sight) -> f64 {
    let mut db = sight.spectra.mean().db;
    db.sort_by(f32::total_cmp);
    f64::from(db.get(db.len() / 2).copied().unwrap_or(0.0))
}

fn waterfalls(sight: &Sight, floor: f64) -> Vec<Row> {
    let names = ["whole band", "where it was looked for"];
    let views = sight.spectra.waterfalls().zip(names);
    let rows = views.map(|((from, step, waterfall), name)| Row {
        weight: 2.9,
        traces: vec![heatmap(waterfall, (from, step), sight.rate, floor)],
        axis: {
            let mut axis = axis(&format!("{name}, kHz"));
            axis["tickformat"] = json!("~g");
            axis["showgrid"] = json!(false);
            axis
        },
    });
    rows.collect()
}

fn heatmap(waterfall: &Waterfall, (from, step): (f64, f64), rate: SampleRate, floor: f64) -> Value {
    let columns: Vec<Option<Vec<f32>>> = waterfall.rows().collect();
    let bins = columns.iter().flatten().map(Vec::len).max().unwrap_or(0);
    let cell = |column: &Option<Vec<f32>>, bin: usize| {
        let power = column.as_ref()?.get(bin).copied()?;
        (power > 0.0).then(|| tenth(f64::from(decibel(power)) - floor))
    };
    let z: Vec<Vec<Option<f64>>> = (0..bins)
        .map(|bin| columns.iter().map(|column| cell(column, bin)).collect())
        .collect();
    let length = waterfall.row_length() as f64 / rate.hz();
    json!({
        "type": "heatmap", "z": z, "x0": length / 2.0, "dx": length, "y0": from / 1e3, "dy": step / 1e3,
        "coloraxis": "coloraxis", "zsmooth": "fast", "hoverongaps": false,
        "hovertemplate": "%{x:.2f} s, %{y:.2f} kHz: %{z:.1f} dB<extra></extra>",
    })
}

/// From a little below the floor to almost the brightest cell.
fn colours(sight: &Sight, floor: f64, length: f64, middle: f64) -> Value {
    let mut cells: Vec<f32> = sight
        .spectra
        .waterfalls()
        .flat_map(|(_, _, waterfall)| waterfall.rows().flatten().flatten())
        .step_by(SOME)
        .filter(|power| *power > 0.0)
        .collect();
    cells.sort_by(f32::total_cmp);
    let place = |part: f64| {
        let index = (cells.len() as f64 * part) as usize;
        let cell = cells.get(index.min(cells.len().saturating_sub(1)));
        cell.map_or(0.0, |power| f64::from(decibel(*power)) - floor)
    };
    let low = place(0.1).clamp(-5.0, -1.0);
    json!({
        "cmin": low, "cmax": place(0.998).clamp(low + 15.0, low + 50.0), "colorscale": "Viridis",
        "colorbar": { "title": { "text": "dB over<br>the floor", "side": "top", "font": { "size": 12 } }, "thickness": 12, "outlinewidth": 0, "len": length.min(0.5), "y": middle, "x": 1.01 },
    })
}

/// The carrier, where it should be, and what is between.
fn track(account: &Account, prediction: Option<&Prediction>) -> Vec<Row> {
    let measured: Vec<(f64, f64)> = account
        .carrier
        .iter()
        .map(|p| (p.t_s, p.offset_hz))
        .collect();
    if measured.is_empty() && prediction.is_none() {
        return Vec::new();
    }
    let mut traces = Vec::new();
    if let Some(prediction) = prediction {
        let step = account.seconds / (PREDICTED - 1) as f64;
        let points = (0..PREDICTED).map(|n| n as f64 * step);
        let points: Vec<(f64, f64)> = points.map(|t| (t, prediction.at(t))).collect();
        let mut predicted = line(&points, "predicted", "var(--warn)", ".1f", "Hz");
        predicted["line"]["dash"] = json!("dash");
        predicted["showlegend"] = json!(true);
        traces.push(predicted);
    }
    let mut carrier = line(&measured, "measured", "var(--accent)", ".1f", "Hz");
    carrier["showlegend"] = json!(prediction.is_some());
    traces.push(carrier);
    let mut rows = vec![Row {
        weight: 1.9,
        traces,
        axis: axis("carrier, Hz"),
    }];
    if let Some(prediction) = prediction.filter(|_| !measured.is_empty()) {
        let points = measured.iter().map(|&(t, hz)| (t, hz - prediction.at(t)));
        let points: Vec<(f64, f64)> = points.collect();
        rows.push(Row {
            weight: 1.2,
            traces: vec![line(
                &points,
                "measured - predicted",
                "var(--accent)",
                ".2f",
                "Hz",
            )],
            axis: axis("difference, Hz"),
        });
    }
    rows
}

fn cn0(account: &Account) -> Option<Row> {
    let points: Vec<(f64, f64)> = account
        .carrier
        .iter()
        .map(|p| (p.t_s, p.cn0_dbhz))
        .collect();
    (!points.is_empty()).then(|| Row {
        weight: 1.3,
        traces: vec![line(&points, "C/N0", "var(--accent)", ".1f", "dBHz")],
        axis: axis("C/N0, dBHz"),
    })
}

/// Bars while in lock, and marks of frames.
fn locks(account: &Account) -> Option<Row> {
    let carrier = account.carrier_locks.iter().map(|s| (s.from_s, s.to_s));
    let symbols = account.locks.iter().map(|s| (s.from_s, s.to_s));
    let slots: Vec<(f64, u32, u32)> = account.timeline.slots().collect();
    let good = slots.iter().map(|slot| (slot.0, slot.1));
    let bad = slots.iter().map(|slot| (slot.0, slot.2));
    // Of a canister one row a pass stands between.
    let passes = account.canister.as_ref().map_or(&[][..], |c| &c.passes);
    let more = passes.len() as u8;
    let mut traces = vec![
        bars(carrier, 3 + more, "carrier in lock", "var(--canister)"),
        bars(symbols, 2 + more, "symbols in lock", "var(--accent)"),
        marks(good, 1, "good", "var(--good)"),
        marks(bad, 0, "bad", "var(--bad)"),
    ];
    let mut names = vec!["bad frames".to_owned(), "good frames".to_owned()];
    for (index, pass) in passes.iter().enumerate().rev() {
        let arrow = match pass.direction {
            "forward" => "→",
            _ => "←",
        };
        let row = names.len() as u8;
        let locks = pass.locks.iter().map(|s| (s.from_s, s.to_s));
        let width = pass.loop_bandwidth_hz;
        let width = width.map_or(String::new(), |hz| format!(", loop of {hz} Hz"));
        let (number, direction) = (index + 1, pass.direction);
        let name = format!("pass {number}, {direction}{width}: symbols in lock");
        traces.push(bars(locks, row, &name, "var(--ink-2)"));
        names.push(format!("pass {number} {arrow}"));
    }
    names.extend(["symbols".to_owned(), "carrier".to_owned()]);
    let mut axis = axis("");
    axis["tickvals"] = json!((0..names.len()).collect::<Vec<_>>());
    axis["range"] = json!([-0.6, names.len() as f64 - 0.4]);
    axis["ticktext"] = json!(names);
    (!account.carrier_locks.is_empty() || !slots.is_empty()).then_some(Row {
        weight: 1.4 + 0.35 * f64::from(more),
        traces,
        axis,
    })
}

fn bars(stretches: impl Iterator<Item = (f64, f64)>, y: u8, name: &str, colour: &str) -> Value {
    let (mut xs, mut ys, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for (from, to) in stretches.take(STRETCHES) {
        let text = format!("{name}, {from:.3} s to {to:.3} s");
        xs.extend([Some(from), Some(to), None]);
        ys.extend([Some(y), Some(y), None]);
        texts.extend([text.clone(), text, String::new()]);
    }
    json!({
        "type": "scatter", "mode": "lines", "x": xs, "y": ys, "text": texts, "hovertemplate": "%{text}<extra></extra>",
        "line": { "color": colour, "width": 14 }, "showlegend": false,
    })
}

fn marks(slots: impl Iterator<Item = (f64, u32)>, y: u8, name: &str, colour: &str) -> Value {
    let slots: Vec<(f64, u32)> = slots.filter(|slot| slot.1 > 0).collect();
    let xs: Vec<f64> = slots.iter().map(|slot| slot.0).collect();
    let texts: Vec<String> = slots
        .iter()
        .map(|slot| format!("{} {name} about {:.2} s", slot.1, slot.0))
        .collect();
    json!({
        "type": "scatter", "mode": "markers", "x": xs, "y": vec![y; slots.len()], "text": texts, "hovertemplate": "%{text}<extra></extra>",
        "marker": { "symbol": "line-ns", "size": 13, "line": { "color": colour, "width": 2 } }, "showlegend": false,
    })
}

/// A line that is broken where points are missing.
fn line(points: &[(f64, f64)], name: &str, colour: &str, digits: &str, unit: &str) -> Value {
    let every = points.len().div_ceil(POINTS).max(1);
    let mut steps: Vec<f64> = points.windows(2).map(|two| two[1].0 - two[0].0).collect();
    steps.sort_by(f64::total_cmp);
    let usual = steps.get(steps.len() / 2).copied().unwrap_or(0.0) * every as f64;
    let (mut xs, mut ys, mut before) = (Vec::new(), Vec::new(), f64::INFINITY);
    for &(t, value) in points.iter().step_by(every) {
        if t - before > GAP * usual {
            xs.push(None);
            ys.push(None);
        }
        xs.push(Some(t));
        ys.push(value.is_finite().then_some(value));
        before = t;
    }
    let mode = if xs.len() < 4 {
        "lines+markers"
    } else {
        "lines"
    };
    json!({
        "type": "scatter", "mode": mode, "x": xs, "y": ys, "name": name, "connectgaps": false, "showlegend": false,
        "line": { "color": colour, "width": 2 }, "hovertemplate": format!("%{{x:.2f}} s: %{{y:{digits}}} {unit}<extra>{name}</extra>"),
    })
}

/// The mean spectrum of the whole band; the carrier is marked where it went.
pub(super) fn spectrum(account: &Account, sight: &Sight) -> Value {
    let mut figure = curve(
        &sight.spectra.mean(),
        "kHz from the centre of the recording",
    );
    let at = account.carrier.iter().map(|point| point.offset_hz / 1e3);
    let (from, to) = at.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), khz| {
        (low.min(khz), high.max(khz))
    });
    if from <= to {
        figure["layout"]["shapes"] = json!([{
            "type": "rect", "xref": "x", "yref": "paper", "x0": from, "x1": to, "y0": 0, "y1": 1, "layer": "below",
            "fillcolor": "var(--warn)", "opacity": 0.3, "line": { "color": "var(--warn)", "width": 2 },
        }]);
        figure["layout"]["annotations"] = json!([{
            "text": "carrier", "xref": "x", "yref": "paper", "x": f64::midpoint(from, to), "y": 1, "yanchor": "bottom", "showarrow": false,
            "font": { "color": "var(--warn)" },
        }]);
    }
    figure
}

/// The mean spectrum about the carrier, which is moved to 0.
pub(super) fn about_the_carrier(account: &Account, sight: &Sight) -> Option<Value> {
    let half = account
        .symbol_rate
        .map_or(sight.search.half_width_hz, |rate| 4.5 * rate);
    let curve_about = sight.spectra.about_the_carrier(half)?;
    Some(curve(&curve_about, "kHz from the tracked carrier"))
}

/// The mean spectrum of the part in which the carrier was looked for.
pub(super) fn close(sight: &Sight) -> Option<Value> {
    let close = sight.spectra.close_mean()?;
    Some(curve(&close, "kHz from the centre of the recording"))
}

fn curve(curve: &Curve, title: &str) -> Value {
    let hundredth = |db: &f32| (f64::from(*db) * 100.0).round() / 100.0;
    let db: Vec<f64> = curve.db.iter().map(hundredth).collect();
    let low = db.iter().copied().fold(f64::INFINITY, f64::min);
    let high = db.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Noise alone is to look like a floor, and zeros like nothing.
    let low = low.max(high - 120.0) - 1.0;
    let high = (high + 1.0).max(low + LEAST_DB);
    let mut layout = base(330.0, 62, 14, 28, 50);
    layout["xaxis"] = axis(title);
    let width = curve.step_hz / 1e3;
    let from = curve.from_hz / 1e3;
    layout["xaxis"]["range"] = json!([from - width / 2.0, from + width * (db.len() as f64 - 0.5)]);
    layout["yaxis"] = axis("dB of full scale, per Hz");
    layout["yaxis"]["range"] = json!([low, high]);
    let trace = json!({
        "type": "scatter", "mode": "lines", "x0": from, "dx": width, "y": db, "line": { "color": "var(--accent)", "width": 1.3 }, "showlegend": false,
        "hovertemplate": "%{x:.2f} kHz: %{y:.1f} dB<extra></extra>",
    });
    json!({ "data": [trace], "layout": layout })
}

/// The eye of the quadrature arm.
pub(super) fn eye(symbols: &Symbols) -> Value {
    let rows = symbols.eye.len().max(2) - 1;
    let columns = symbols.eye.first().map_or(2, Vec::len).max(2) - 1;
    let mut layout = base(400.0, 62, 14, 14, 50);
    layout["xaxis"] = axis("symbols");
    layout["xaxis"]["dtick"] = json!(0.5);
    layout["yaxis"] = axis("quadrature, mean over half a symbol");
    let z: Vec<Vec<Option<u32>>> = symbols
        .eye
        .iter()
        .map(|row| row.iter().map(|&n| (n > 0).then_some(n)).collect())
        .collect();
    let trace = json!({
        "type": "heatmap", "z": z, "x0": 0, "dx": EYE_SYMBOLS as f64 / columns as f64, "y0": -EYE_HEIGHT, "dy": 2.0 * EYE_HEIGHT / rows as f64,
        "colorscale": [[0, "var(--card)"], [0.25, "var(--band)"], [1, "var(--accent)"]], "zmin": 0, "showscale": false, "hoverinfo": "skip",
    });
    json!({ "data": [trace], "layout": layout })
}

/// The constellation.
pub(super) fn constellation(symbols: &Symbols) -> Value {
    let side = |part: fn(&(f32, f32)) -> f32| -> Vec<f64> {
        let values = symbols.points.iter().map(part);
        values
            .map(|value| (f64::from(value) * 1e3).round() / 1e3)
            .collect()
    };
    let mut layout = base(400.0, 62, 14, 14, 50);
    layout["xaxis"] = axis("in phase: the carrier that is left");
    layout["yaxis"] = axis("quadrature: the data");
    layout["xaxis"]["range"] = json!([-2.0, 2.0]);
    layout["yaxis"]["range"] = json!([-2.0, 2.0]);
    layout["yaxis"]["scaleanchor"] = json!("x");
    for axis in ["xaxis", "yaxis"] {
        layout[axis]["zeroline"] = json!(true);
        layout[axis]["zerolinecolor"] = json!("var(--line)");
        layout[axis]["dtick"] = json!(0.5);
    }
    let trace = json!({
        "type": "scatter", "mode": "markers", "x": side(|p| p.0), "y": side(|p| p.1), "hoverinfo": "skip", "showlegend": false,
        "marker": { "color": "var(--accent)", "size": 4, "opacity": 0.35 },
    });
    json!({ "data": [trace], "layout": layout })
}

fn base(height: f64, left: u32, right: u32, top: u32, bottom: u32) -> Value {
    json!({
        "height": height.round(), "autosize": true, "margin": { "l": left, "r": right, "t": top, "b": bottom },
        "font": { "family": "system-ui, sans-serif", "size": 12, "color": "var(--ink-2)" },
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": { "orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "top", "bgcolor": "var(--card)" },
    })
}

fn axis(title: &str) -> Value {
    json!({
        "title": { "text": title, "font": { "size": 12 }, "standoff": 8 }, "gridcolor": "var(--line)", "linecolor": "var(--line)", "zeroline": false,
        "automargin": false, "exponentformat": "none", "separatethousands": true,
    })
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
