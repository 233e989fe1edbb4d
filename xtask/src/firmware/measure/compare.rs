//! The figures beside those of the committed baseline.

use super::figures::Table;

/// A figure may rise by this share.
const TOLERANCE: f64 = 0.03;

/// What has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Rises of more than the tolerance, and figures that are gone: one line each.
    pub(crate) bad: Vec<String>,
    /// Falls, and figures that are new.
    pub(crate) good: Vec<String>,
}

/// Compares the targets that were measured.
pub(crate) fn compare(baseline: &Table, now: &Table) -> Changes {
    let mut changes = Changes::default();
    for (target, figures) in now {
        let Some(before) = baseline.get(target) else {
            changes.good.push(format!("{target}: not in the baseline"));
            continue;
        };
        let (before, after) = (before.each(), figures.each());
        for (what, was) in &before {
            let is = after.iter().find(|(name, _)| name == what);
            let Some(&(_, is)) = is else {
                changes
                    .bad
                    .push(format!("{target}: {what}: was {was}, is gone"));
                continue;
            };
            let percent = (is - was) / was * 100.0;
            let line = || format!("{target}: {what}: was {was}, is {is}, {percent:+.1} %");
            if is > was * (1.0 + TOLERANCE) {
                changes.bad.push(line());
            } else if is < was * (1.0 - TOLERANCE) {
                changes.good.push(line());
            }
        }
        for (what, is) in &after {
            if !before.iter().any(|(name, _)| name == what) {
                changes.good.push(format!("{target}: {what}: new, {is}"));
            }
        }
    }
    changes
}
