//! The examples of every `--help` work as pasted: they are read from the help, narrow as a small terminal, and given to a shell.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

mod program;
use program::data;

fn help(command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_magpie"))
        .args(command.split_whitespace())
        .arg("--help")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The examples: lines with two spaces in front, each with the deeper lines behind it.
fn examples(command: &str) -> Vec<String> {
    let help = help(command);
    let (_, text) = help.split_once("\nExamples").expect("examples");
    let mut examples: Vec<String> = Vec::new();
    for line in text.lines().skip(1) {
        assert!(line.len() <= 80, "a small terminal would break: {line}");
        match examples.last_mut() {
            Some(last) if line.starts_with("    ") => *last = format!("{last}\n{line}"),
            _ if line.starts_with("  ") => examples.push(line.to_owned()),
            _ => break,
        }
    }
    examples
}

/// Runs an example in a folder beside which `shared` lies, as the help says.
fn paste(example: &str, shared: Option<&Path>) {
    let place = tempfile::tempdir().unwrap();
    let checkout = place.path().join("checkout");
    std::fs::create_dir(&checkout).unwrap();
    if let Some(shared) = shared {
        std::os::unix::fs::symlink(shared, place.path().join("shared")).unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_magpie")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", example])
        .current_dir(&checkout)
        .env("PATH", format!("{}:{path}", program.display()))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    // 2: it ran, and the recording has gaps or bad frames.
    assert!(
        matches!(output.status.code(), Some(0 | 2)) && !errors.contains("error:"),
        "{example}\n{errors}"
    );
}

const COMMANDS: [&str; 9] = [
    "decode", "frames", "packets", "encode", "link run", "channel", "curve", "transmit", "listen",
];

#[test]
fn examples_that_bring_their_own_input() {
    for command in COMMANDS {
        let own: Vec<String> = examples(command)
            .into_iter()
            .filter(|e| !e.contains("../shared"))
            .collect();
        assert!(!own.is_empty(), "{command}");
        for example in &own {
            paste(example, None);
        }
    }
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn examples_on_recordings() {
    let Some(data) = data() else { return };
    let place = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(data.canonicalize().unwrap(), place.path().join("data")).unwrap();
    let examples = COMMANDS.iter().flat_map(|command| examples(command));
    for example in examples.filter(|example| example.contains("../shared")) {
        paste(&example, Some(place.path()));
    }
}
