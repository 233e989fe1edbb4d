//! Runs the program as a user does, and finds the recordings.
#![allow(dead_code)] // each test file takes what it needs

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Long beyond anything that a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// Exactly one JSON document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "{error}: {} / {}",
                String::from_utf8_lossy(&self.stdout),
                self.stderr
            )
        })
    }

    /// Could not run: exit code 1, one line that begins with `error: ` and holds these words, nothing on standard output.
    pub(crate) fn refused(&self, words: &[&str]) {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!((self.code, lines.len()), (1, 1), "{}", self.stderr);
        assert!(lines[0].starts_with("error: "), "{}", self.stderr);
        for word in words {
            assert!(lines[0].contains(word), "`{word}` is not in: {}", lines[0]);
        }
        assert!(
            self.stdout.is_empty(),
            "{}",
            String::from_utf8_lossy(&self.stdout)
        );
    }

    /// Whatever the input, the manners hold: a known exit code, one line if it is 1, never a panic.
    pub(crate) fn has_manners(&self) {
        assert!(
            [0, 1, 2].contains(&self.code),
            "exit code {}: {}",
            self.code,
            self.stderr
        );
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        if self.code == 1 {
            self.refused(&[]);
        }
    }
}

pub(crate) fn magpie() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_magpie"));
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

pub(crate) fn run<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Ran {
    let child = magpie()
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that should have ended and has not is killed, so that the test fails and does not hang.
    let (ended, end) = std::sync::mpsc::channel::<()>();
    let pid = child.id().to_string();
    let watch = std::thread::spawn(move || {
        if end.recv_timeout(PATIENCE).is_err() {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
    });
    let output = child.wait_with_output().unwrap();
    // The watcher has gone if it had to kill.
    let _ = ended.send(());
    watch.join().unwrap();
    finished(output)
}

/// A command line in one string; no argument has a blank.
pub(crate) fn line(arguments: &str) -> Ran {
    run(arguments.split_whitespace())
}

/// With these octets on standard input.
pub(crate) fn piped<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>, input: &[u8]) -> Ran {
    let mut child = magpie()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may stop reading early; that is its right.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    finished(output)
}

pub(crate) fn finished(output: std::process::Output) -> Ran {
    Ran {
        code: output.status.code().expect("ended by itself"),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn sha256(octets: &[u8]) -> String {
    hex::encode(Sha256::digest(octets))
}

/// The folder of recordings, if it is there. In CI a missing folder beside an existing `shared` is an error.
pub(crate) fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("MAGPIE_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    let must = std::env::var_os("CI").is_some() && folder.parent().is_some_and(Path::is_dir);
    assert!(!must, "{} is missing", folder.display());
    eprintln!("skipped: no recordings in {}", folder.display());
    None
}

/// A recording, and what an independent decoder measured on it.
pub(crate) fn recording(data: &Path, file: &str) -> (String, Value) {
    let expected = std::fs::read_to_string(data.join(format!("{file}.expected.json"))).unwrap();
    let path = data.join(file).to_str().unwrap().to_owned();
    (path, serde_json::from_str(&expected).unwrap())
}

/// A file in a folder that goes away.
pub(crate) struct Scratch(pub(crate) tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str, octets: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, octets).unwrap();
        path
    }

    /// Names in the folder, hidden ones too.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}
