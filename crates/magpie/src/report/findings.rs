//! Conclusions from the figures: the verdict in one sentence, the fate of every hop, and the hop that broke.
//!
//! A hop loses what came in and did not go out, except repeats of data that were there already and fill: those are set aside, not lost.
//! The hop that broke is the one where the largest part of what the rover sent was lost; a lossy hop in a clean pass is not "broken".

use magpie_sim::report::{DeliveredFile, Outcome, PassReport, Report};

use super::human;

/// How well the run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Every file is complete.
    Good,
    /// Something arrived, something is missing.
    Partial,
    /// Nothing arrived.
    Bad,
}

/// The verdict of a run in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// The sentence.
    pub sentence: String,
    /// Its colour.
    pub tone: Tone,
}

/// What became of what entered a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HopState {
    /// Nothing came in.
    Idle,
    /// All went on.
    Intact,
    /// Some was lost, as it may happen.
    Lossy,
    /// This hop broke the pass.
    Broken,
}

/// One hop judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fate {
    /// The judgement.
    pub state: HopState,
    /// Share of the incoming units that went on or were set aside.
    pub kept: f64,
    /// Of the kept units, the share that was set aside as a repeat or fill.
    pub aside: f64,
    /// Units lost here.
    pub lost_units: u64,
}

/// Is a refusal no loss, because the same data were there already or carry nothing?
fn is_set_aside(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    ["duplicate", "repeat", "already", "idle", "fill"]
        .iter()
        .any(|word| reason.contains(word))
}

/// Judges the hops of a pass, in order.
pub fn fates(pass: &PassReport) -> Vec<Fate> {
    let mut fates: Vec<Fate> = pass
        .hops
        .iter()
        .map(|hop| {
            let aside = hop
                .rejected
                .iter()
                .filter(|(reason, _)| is_set_aside(reason))
                .map(|(_, n)| *n)
                .fold(0, u64::saturating_add);
            let aside = aside.min(hop.units_in.saturating_sub(hop.units_out));
            let kept = hop.units_out.saturating_add(aside).min(hop.units_in);
            let lost_units = hop.units_in - kept;
            let state = match (hop.units_in, lost_units) {
                (0, _) => HopState::Idle,
                (_, 0) => HopState::Intact,
                _ => HopState::Lossy,
            };
            Fate {
                state,
                kept: human::share(kept, hop.units_in),
                aside: human::share(aside, kept),
                lost_units,
            }
        })
        .collect();
    if let Some(broken) = first_broken(pass, &fates).and_then(|at| fates.get_mut(at)) {
        broken.state = HopState::Broken;
    }
    fates
}

/// The hop that lost the largest part of what entered the first one; none in a clean pass.
fn first_broken(pass: &PassReport, fates: &[Fate]) -> Option<usize> {
    if pass.outcome == Outcome::Clean {
        return None;
    }
    let mut through = 1.0;
    let mut worst = (None, 0.0);
    for (at, fate) in fates
        .iter()
        .enumerate()
        .filter(|(_, fate)| fate.state != HopState::Idle)
    {
        let loss = through * (1.0 - fate.kept);
        if loss > worst.1 {
            worst = (Some(at), loss);
        }
        through *= fate.kept;
    }
    worst.0
}

/// The name of the hop that broke a pass, if one did.
pub fn broken_hop(pass: &PassReport) -> Option<&str> {
    let at = fates(pass)
        .iter()
        .position(|fate| fate.state == HopState::Broken)?;
    pass.hops.get(at).map(|hop| hop.name.as_str())
}

/// Frames of a pass that left the on-board interface in good order.
pub fn frames_recorded(pass: &PassReport) -> u64 {
    match pass.hops.iter().find(|hop| hop.name == "interface") {
        Some(hop) => hop.units_out,
        None => pass
            .series
            .frames_recorded
            .iter()
            .map(|n| u64::from(*n))
            .sum(),
    }
}

/// The share of all files that a pass brought by itself.
pub fn delivered_share(report: &Report, pass: &PassReport) -> f64 {
    let size = sum(report, |file| file.size);
    human::share(brought_octets(report, &pass.id), size)
}

/// Octets of all files that a pass brought by itself.
pub fn brought_octets(report: &Report, id: &str) -> u64 {
    report
        .delivered
        .iter()
        .filter_map(|file| file.per_pass_octets.get(id))
        .copied()
        .fold(0, u64::saturating_add)
}

/// A short name of a pass: its day (`20 November`), or its id where the day is not clear.
pub fn pass_name(report: &Report, pass: &PassReport) -> String {
    let day = |pass: &PassReport| human::day(&pass.start_utc).map(|(day, _)| day);
    match day(pass) {
        Some(name)
            if report
                .passes
                .iter()
                .filter(|other| day(other).as_ref() == Some(&name))
                .count()
                == 1 =>
        {
            name
        }
        _ => pass.id.clone(),
    }
}

/// The name of a pass where room is short: `20 Nov`.
pub fn short_pass_name(report: &Report, pass: &PassReport) -> String {
    let name = pass_name(report, pass);
    match name.split_once(' ') {
        Some((day, month))
            if month.is_ascii() && day.bytes().all(|octet| octet.is_ascii_digit()) =>
        {
            format!("{day} {month:.3}")
        }
        _ => name,
    }
}

/// How a pass ended, in words.
pub fn outcome_text(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Clean => "clean",
        Outcome::Corrupted => "corrupted",
        Outcome::NotHeard => "not heard",
    }
}

/// The verdict of the whole run.
pub fn headline(report: &Report) -> Headline {
    let octets = sum(report, |file| file.octets);
    let complete = report.delivered.iter().filter(|file| file.complete).count();
    let heard = report
        .passes
        .iter()
        .filter(|pass| pass.signal_detected)
        .count();
    let passes = human::counted(report.passes.len(), "pass", "passes");
    let (tone, sentence) = if report.passes.is_empty() {
        (
            Tone::Bad,
            "No pass was played, so nothing was delivered.".into(),
        )
    } else if heard == 0 {
        (
            Tone::Bad,
            format!("Nothing was heard in {passes}, so nothing was delivered."),
        )
    } else if octets == 0 && complete == 0 {
        (
            Tone::Bad,
            format!(
                "The rover was heard in {heard} of {passes}, but nothing usable reached its team."
            ),
        )
    } else if complete == report.delivered.len() {
        let files = if complete == 1 {
            String::new()
        } else {
            format!(" in {complete} files")
        };
        (
            Tone::Good,
            format!(
                "{}{files} delivered complete, {}.",
                human::octets(octets),
                thanks(report)
            ),
        )
    } else {
        (Tone::Partial, partial(report, complete))
    };
    Headline { sentence, tone }
}

fn partial(report: &Report, complete: usize) -> String {
    let octets = human::octets(sum(report, |file| file.octets));
    let size = human::octets(sum(report, |file| file.size));
    let missing = human::octets(sum(report, |file| file.missing_octets));
    match report.delivered.len() {
        1 => format!("{octets} of {size} arrived; {missing} are still missing."),
        files => format!(
            "{complete} of {files} files are complete: {octets} of {size} arrived, {missing} are still missing."
        ),
    }
}

/// A figure of the files, added up.
fn sum(report: &Report, figure: fn(&DeliveredFile) -> u64) -> u64 {
    report
        .delivered
        .iter()
        .map(figure)
        .fold(0, u64::saturating_add)
}

/// Which passes a complete delivery is owed to.
fn thanks(report: &Report) -> String {
    let size = sum(report, |file| file.size);
    let whole: Vec<String> = report
        .passes
        .iter()
        .filter(|pass| brought_octets(report, &pass.id) >= size)
        .map(|pass| pass_name(report, pass))
        .collect();
    let contributors = report
        .passes
        .iter()
        .filter(|pass| brought_octets(report, &pass.id) > 0)
        .count();
    match whole.as_slice() {
        [one] if report.passes.len() > 1 => format!("thanks to the pass of {one} alone"),
        [one] => format!("in the pass of {one}"),
        [] => format!(
            "put together from {}",
            human::counted(contributors, "pass", "passes")
        ),
        all => format!(
            "whole in each of {} of {}",
            all.len(),
            human::counted(report.passes.len(), "pass", "passes")
        ),
    }
}
