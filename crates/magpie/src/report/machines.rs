//! The flight computers that flew a run: what they are, and what they say of themselves.

use std::fmt::Write;

use magpie_sim::report::{Machine, Report};

use super::markup::Text;
use super::{human, passes};

/// The section; empty if nobody but the simulation took part.
pub(super) fn section(report: &Report) -> String {
    if report.machines.is_empty() {
        return String::new();
    }
    let mut html = String::from("<section><h2>The flight computers</h2>");
    for machine in &report.machines {
        let _ = write!(
            html,
            r#"<article class="card"><header><h3>{} <small>{}</small></h3></header>{}"#,
            Text(&machine.role),
            Text(&machine.computer),
            passes::definition_list("facts", &facts(machine))
        );
        html.push_str(&counters(machine));
        html.push_str("</article>");
    }
    html.push_str("</section>");
    html
}

fn facts(machine: &Machine) -> [(&'static str, String); 5] {
    let stack = machine.stack_peak.map_or_else(
        || String::from("not told"),
        |peak| format!("{} octets", human::count(peak.into())),
    );
    [
        ("board", machine.board.clone()),
        ("began", machine.boots.join(", ")),
        ("stack at the worst", stack),
        ("frames sent", human::count(machine.frames_sent)),
        ("stretches without an answer", human::count(machine.silent)),
    ]
}

/// Its own counters; those at zero are left out.
fn counters(machine: &Machine) -> String {
    let mut html = String::from(
        r#"<details><summary>its own counters</summary><div class="rows"><table><tbody>"#,
    );
    for (name, value) in machine.counters.iter().filter(|(_, value)| **value > 0) {
        let _ = write!(
            html,
            r#"<tr><th scope="row">{}</th><td>{}</td></tr>"#,
            Text(name),
            human::count((*value).into())
        );
    }
    html.push_str("</tbody></table></div></details>");
    html
}

/// One line a machine, for the terminal.
pub(crate) fn lines(report: &Report) -> impl Iterator<Item = String> + '_ {
    report.machines.iter().map(|machine| {
        let resets = machine.boots.len().saturating_sub(1);
        let resets = match resets {
            0 => String::new(),
            _ => format!(", {}", human::counted(resets, "reset", "resets")),
        };
        let stack = machine.stack_peak.map_or_else(String::new, |peak| {
            format!(", {} octets of stack", human::count(peak.into()))
        });
        format!("{}: {}{stack}{resets}", machine.role, machine.computer)
    })
}
