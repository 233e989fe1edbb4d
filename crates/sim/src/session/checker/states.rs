//! Rows against the tables, and the ends of sessions.
//!
//! The table here is written from the facts of 211.0-B-6 section 6 (tables 6-7 to 6-13) and what docs/deviations.md adds, not from the code.

use super::super::SessionRun;
use super::super::ledger::Step;
use magpie_link::event::EndOfSession;
use magpie_link::mac::State;

/// Full duplex, MODE active, not yet in the terminating tail: where RNMD and the loss of the carrier count, not in S40 alone.
const SESSION: &[&str] = &["S40", "S41", "S42", "S48"];

/// Rows with the states they lead from and to; `*` is any state, `=` the same one.
#[rustfmt::skip]
const ROWS: &[(&str, &[&str], &[&str])] = &[
    ("E1", &["S1"], &["S2"]), ("E2", &["S1"], &["S31"]), ("E3", &["S2"], &["S41"]),
    ("E4", &["S31"], &["S32"]), ("E5", &["S32"], &["S33"]), ("E6", &["S33"], &["S34"]), ("E7", &["S34"], &["S35"]),
    ("E8", &["S35"], &["S31"]), ("E9", &["S35"], &["S41"]), ("E10", &["S41"], &["S42"]), ("E11", &["S42"], &["S40"]),
    ("E12", &["S40"], &["S48"]), ("E13", &["S40", "S48"], &["S48"]), ("E14", &["S48"], &["="]), ("E15", &["S48"], &["="]),
    ("E16", &["S48"], &["="]), ("E17", &["S48"], &["S41"]), ("E18", &["S48"], &["="]), ("E19", &["S48"], &["="]),
    ("E20", &["S48"], &["S41"]), ("E21", &["S40"], &["="]), ("E22", SESSION, &["="]), ("E23", SESSION, &["="]),
    ("E24", &["S40"], &["="]), ("E25", &["S40"], &["S45"]), ("E26", &["S45"], &["S1"]), ("E28", &["*"], &["S1"]),
    ("E29", &["S1"], &["S2"]), ("E30", &["S2"], &["S51"]), ("E31", &["S1"], &["S11"]), ("E32", &["S11"], &["S12"]),
    ("E33", &["S12"], &["S13"]), ("E34", &["S13"], &["S14"]), ("E35", &["S14"], &["S36"]), ("E36", &["S36"], &["S11"]),
    ("E37", &["S36"], &["S60"]), ("E38", &["S50"], &["="]), ("E39", &["S50"], &["S56"]), ("E40", &["S51"], &["S52"]),
    ("E41", &["S52"], &["S50"]), ("E42", &["S56"], &["S58"]), ("E43", &["S58"], &["S62"]), ("E44", &["S60"], &["="]),
    ("E45", &["S61"], &["="]), ("E46", &["S61"], &["S60"]), ("E47", &["S62"], &["S61"]), ("E48", &["S60"], &["S51"]),
    ("E49", &["S60", "S61"], &["S51"]), ("E50", &["S61", "S62"], &["S51"]), ("E51", &["*"], &["="]), ("E52", &["*"], &["="]),
    ("E53", &["S50"], &["="]), ("E54", &["S60", "S61"], &["S51"]), ("E55", &["S50"], &["S54"]), ("E56", &["S54"], &["S55"]),
    ("E57", &["S55"], &["S1"]), ("E58", &["S60", "S61"], &["S1"]), ("E61", &["*"], &["S1"]), ("E62", &["*"], &["="]),
    ("E63", &["S50"], &["="]), ("E64", &["S50"], &["="]), ("E65", &["S50"], &["S56"]), ("E66", &["S56"], &["S58"]),
    ("E67", &["S58"], &["S62"]), ("E68", &["S61"], &["S60"]), ("E69", &["S60", "S61"], &["S51"]),
    ("E71", &["S1"], &["S71"]), ("E72", &["S1"], &["S72"]), ("E73", &["S71", "S72"], &["S1"]),
    ("E80", SESSION, &["S80"]), ("E81", &["S80"], &["S31"]), ("E82", SESSION, &["S2"]),
    ("E83", &["S50"], &["S80", "S2"]), ("E84", &["S80"], &["S11"]), ("E85", &["S60"], &["S2"]),
    ("HailLifetimeOver", &["S31", "S32", "S33", "S34", "S35", "S11", "S12", "S13", "S14", "S36", "S80"], &["S1"]),
    ("CommChangeLifetimeOver", &["*"], &["*"]), ("TerminationLifetimeOver", &["*"], &["S1"]), ("Initialize", &["*"], &["S1"]),
];

/// Checks every step and the end of every session.
pub fn check(run: &SessionRun, wrong: &mut Vec<String>) {
    endings(run, wrong);
    for step in &run.ledger.steps {
        if !is_printed(step) {
            wrong.push(format!(
                "{} us: {} took {:?} from {} to {}, which no table prints",
                step.at_us, step.end, step.row, step.from, step.to
            ));
        }
        let ends = step.to == State::S1Inactive && step.from != State::S1Inactive;
        let told = |e: &&super::super::ledger::Ending| e.end == step.end && e.at_us == step.at_us;
        if ends && !run.ledger.endings.iter().any(|e| told(&e)) {
            wrong.push(format!(
                "{} us: the session of {} ended without a word",
                step.at_us, step.end
            ));
        }
    }
}

/// A session that ends because nobody has more data leaves nothing behind.
fn endings(run: &SessionRun, wrong: &mut Vec<String>) {
    for ending in &run.ledger.endings {
        let left = ending.unacknowledged > 0 || ending.has_data_to_send;
        if ending.why == EndOfSession::NoMoreData && left {
            wrong.push(format!(
                "{} us: {} has no more data, but {} frames unacknowledged{}",
                ending.at_us,
                ending.end,
                ending.unacknowledged,
                if ending.has_data_to_send {
                    " and data to send"
                } else {
                    ""
                }
            ));
        }
    }
}

/// `S31` of `S31 (hail: carrier only)`.
fn number(state: State) -> String {
    let name = state.to_string();
    name.split(' ').next().unwrap_or_default().to_owned()
}

fn is_printed(step: &Step) -> bool {
    let (row, from, to) = (
        format!("{:?}", step.row),
        number(step.from),
        number(step.to),
    );
    ROWS.iter().any(|&(name, froms, tos)| {
        name == row
            && froms.iter().any(|&f| f == "*" || f == from)
            && tos
                .iter()
                .any(|&t| t == "*" || t == to || (t == "=" && from == to))
    })
}
