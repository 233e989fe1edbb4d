//! The tables of docs/goodput.md, between its two marks; the text around them is written by hand.

use std::fmt::Write as _;

use super::grid::{CHANNELS, Channel, LOSSES, Measured, ROUND_TRIPS};
use super::plot::percent;

/// What stands before and behind the tables in the page.
pub const MARKS: (&str, &str) = (
    "<!-- tables: written by `cargo xtask deep goodput`, do not edit -->",
    "<!-- end of tables -->",
);

/// The page with its tables replaced; `None` if the marks are not there.
pub fn with_tables(page: &str, measured: &[Measured]) -> Option<String> {
    let (before, rest) = page.split_once(MARKS.0)?;
    let (_, after) = rest.split_once(MARKS.1)?;
    Some(format!(
        "{before}{}\n{}\n{}{after}",
        MARKS.0,
        tables(measured),
        MARKS.1
    ))
}

fn tables(measured: &[Measured]) -> String {
    let mut text = String::new();
    for (i, channel) in CHANNELS.iter().enumerate() {
        let per_channel = ROUND_TRIPS.len() * LOSSES.len();
        let of_channel = measured.get(i * per_channel..(i + 1) * per_channel);
        table(&mut text, channel, of_channel.unwrap_or_default());
    }
    text
}

fn table(text: &mut String, channel: &Channel, measured: &[Measured]) {
    let sound = channel.at(0, 0.0);
    let _ = write!(
        text,
        "\n### {} kbit/s, frames of {} octets, window {}\n\nA slot is {:.2} ms; a channel full of new frames carries {:.0} user octets a second.\n\n| Round trip | K |",
        f64::from(channel.rate) / 1e3,
        channel.data + 5,
        channel.window,
        sound.frame_us() as f64 / 1e3,
        channel.data as f64 / (sound.frame_us() as f64 * 1e-6),
    );
    for loss in LOSSES {
        let _ = write!(text, " {} |", percent(loss));
    }
    let _ = write!(text, "\n|---|--:|{}\n", "--:|".repeat(LOSSES.len()));
    for row in measured.chunks(LOSSES.len()) {
        let Some(first) = row.first() else { continue };
        let point = first.point;
        let _ = write!(
            text,
            "| {} ms | {} |",
            point.rtt_us / 1_000,
            point.round_trip_slots()
        );
        for m in row {
            let _ = write!(
                text,
                " {:.3} / {:.3} ({:.2}), {:.3} |",
                m.once_per_pass.efficiency,
                m.bound,
                m.ratio(),
                m.each_request.efficiency
            );
        }
        text.push('\n');
    }
}
