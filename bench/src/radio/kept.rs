//! What was measured earlier: `results.json` beside the page, so that one part can be measured anew.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{EXPERIMENTS, Finding, Result};

const FILE: &str = "results.json";

/// The part of a result that the page has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) how: String,
    pub(super) findings: Vec<Finding>,
    pub(super) table: Vec<Vec<String>>,
    /// Is there a drawing `name.svg`?
    pub(super) drawn: bool,
}

impl From<&Result> for Part {
    fn from(result: &Result) -> Self {
        Self {
            name: result.name.to_owned(),
            title: result.title.clone(),
            how: result.how.clone(),
            findings: result.findings.clone(),
            table: result.table.clone(),
            drawn: !result.svg.is_empty(),
        }
    }
}

/// The parts of the folder with those of `results` in their places, in the order of the page.
pub(super) fn with(folder: &Path, results: &[Result]) -> std::result::Result<Vec<Part>, String> {
    let path = folder.join(FILE);
    let kept: Vec<Part> = match fs::read_to_string(&path) {
        Ok(text) => {
            serde_json::from_str(&text).map_err(|why| format!("{}: {why}", path.display()))?
        }
        Err(_) => Vec::new(),
    };
    Ok(merged(&kept, results))
}

fn merged(kept: &[Part], results: &[Result]) -> Vec<Part> {
    let fresh: Vec<Part> = results.iter().map(Part::from).collect();
    let part = |name: &str| fresh.iter().chain(kept).find(|part| part.name == name);
    EXPERIMENTS
        .iter()
        .filter_map(|(name, _)| part(name).cloned())
        .collect()
}

/// The file of all parts: name and text.
pub(super) fn file(parts: &[Part]) -> std::result::Result<(String, String), String> {
    let text = serde_json::to_string_pretty(parts).map_err(|why| why.to_string())?;
    Ok((FILE.to_owned(), text + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_measured_anew_takes_its_place_and_the_others_stay() {
        let result = |name, how: &str| Result {
            name,
            title: String::new(),
            how: how.to_owned(),
            findings: Vec::new(),
            table: Vec::new(),
            svg: String::new(),
        };
        let kept = [result("track", "old"), result("ber", "old")];
        let kept: Vec<Part> = kept.iter().map(Part::from).collect();
        let parts = merged(&kept, &[result("speed", "new"), result("ber", "new")]);
        let told: Vec<_> = parts
            .iter()
            .map(|p| (p.name.as_str(), p.how.as_str()))
            .collect();
        assert_eq!(told, [("ber", "new"), ("track", "old"), ("speed", "new")]);
    }
}
