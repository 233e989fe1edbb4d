//! One sentence for the operator: how long a pass was heard, which hop broke it, what was saved.

use crate::report::{Outcome, PassReport};
use crate::scenario::{Fault, Pass};

/// The sentence. `heard_s`: seconds in lock; `complete_alone`: the pass by itself completes every file.
pub fn verdict(pass: &Pass, report: &PassReport, heard_s: f64, complete_alone: bool) -> String {
    match report.outcome {
        Outcome::NotHeard => not_heard(report),
        Outcome::Clean => clean(report, heard_s, complete_alone),
        Outcome::Corrupted => corrupted(pass, report, heard_s),
    }
}

fn not_heard(report: &PassReport) -> String {
    let sent = match report.frames_sent {
        0 => String::new(),
        frames => format!(", although the rover sent {frames} frames"),
    };
    format!(
        "No signal was declared in {} of listening{sent}; nothing was recorded.",
        time(report.window_s)
    )
}

fn clean(report: &PassReport, heard_s: f64, complete_alone: bool) -> String {
    let good = report.frames_good;
    let radio = match report.frames_sent.saturating_sub(good) {
        0 => String::new(),
        lost => format!(
            " ({lost} of {} sent were lost on the radio link)",
            report.frames_sent
        ),
    };
    let files = if complete_alone {
        "; this pass alone completes every file"
    } else {
        ""
    };
    format!(
        "Heard for {}: all {good} frames good in the transceiver reached the rover's team{radio}{files}.",
        time(heard_s)
    )
}

fn corrupted(pass: &Pass, report: &PassReport, heard_s: f64) -> String {
    let passed = |name: &str| {
        report
            .hops
            .iter()
            .find(|hop| hop.name == name)
            .map_or(0, |hop| hop.units_out)
    };
    let (survived, stored, arrived) = (passed("interface"), passed("recorder"), passed("station"));
    let mut parts = vec![format!(
        "Heard for {}, {} frames good in the transceiver",
        time(heard_s),
        report.frames_good
    )];
    if survived < report.frames_good {
        parts.push(format!(
            "{survived} survived the interface ({})",
            causes(&pass.interface_faults)
        ));
    }
    if stored < survived {
        parts.push(format!("{} found no room in the memory", survived - stored));
    }
    if arrived < stored {
        parts.push(format!(
            "{} were lost on the way to Earth",
            stored - arrived
        ));
    }
    let saved = match report.salvage.frames_only_here {
        0 => String::from("canister saved none"),
        frames => format!("canister saved {frames} more"),
    };
    format!("{}; {saved}.", parts.join(", "))
}

fn causes(faults: &[Fault]) -> String {
    let causes: Vec<String> = faults.iter().map(Fault::describe).collect();
    if causes.is_empty() {
        String::from("cause unknown")
    } else {
        causes.join("; ")
    }
}

fn time(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.1} min", seconds / 60.0)
    }
}
