//! `fuzz/seeds.toml`: where each target starts, written out as the files that libFuzzer reads.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Writes `folder/<target>/<number>` for each seed; an entry for a target that does not exist is an error.
pub(super) fn write(text: &str, known: &[String], folder: &Path) -> Result<(), String> {
    for (target, seeds) in parse(text)? {
        if !known.contains(&target) {
            return Err(format!("fuzz/seeds.toml: no target `{target}`"));
        }
        let folder = folder.join(target);
        fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        for (number, octets) in seeds.iter().enumerate() {
            let file = folder.join(number.to_string());
            fs::write(&file, octets).map_err(|why| format!("{}: {why}", file.display()))?;
        }
    }
    Ok(())
}

fn parse(text: &str) -> Result<BTreeMap<String, Vec<Vec<u8>>>, String> {
    let table: BTreeMap<String, Vec<String>> =
        toml::from_str(text).map_err(|why| format!("fuzz/seeds.toml: {why}"))?;
    let octets = |target: &str, seeds: Vec<String>| -> Result<Vec<Vec<u8>>, String> {
        seeds
            .iter()
            .map(|hex| {
                octets(hex)
                    .ok_or_else(|| format!("fuzz/seeds.toml: {target}: `{hex}` is not hexadecimal"))
            })
            .collect()
    };
    table
        .into_iter()
        .map(|(target, seeds)| Ok((target.clone(), octets(&target, seeds)?)))
        .collect()
}

/// Octets of hexadecimal digits, blanks anywhere between them.
fn octets(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect();
    let (pairs, rest) = digits.as_ref()?.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_hexadecimal_with_blanks() {
        let seeds = parse("v3 = [\"B1 2308\", \"\"]").unwrap();
        assert_eq!(seeds["v3"], [vec![0xB1, 0x23, 0x08], vec![]]);
        assert!(parse("v3 = [\"B\"]").is_err() && parse("v3 = [\"xy\"]").is_err());
    }
}
