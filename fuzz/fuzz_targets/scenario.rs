//! Scenario files: any text is a scenario with sensible numbers or an error that says what is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_sim::scenario::Scenario;

/// The default scenario with one value replaced by what the input says: plain text hardly ever gets past the first table.
fn altered(line: u8, value: &str) -> String {
    let lines: Vec<&str> = Scenario::ZHURONG_MEX_2021.lines().collect();
    let at = usize::from(line) % lines.len();
    let replaced = lines[at]
        .split_once('=')
        .map_or_else(|| value.to_owned(), |(key, _)| format!("{key}= {value}"));
    lines
        .iter()
        .enumerate()
        .map(|(number, line)| {
            if number == at {
                format!("{replaced}\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect()
}

fuzz_target!(|input: &[u8]| {
    let Some((&line, text)) = input.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    for text in [text.to_string(), altered(line, &text)] {
        match Scenario::parse(&text) {
            Ok(scenario) => assert!(!scenario.passes.is_empty()),
            Err(why) => assert!(!why.to_string().is_empty()),
        }
    }
});
