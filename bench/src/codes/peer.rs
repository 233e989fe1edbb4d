//! Other people's codecs, each in a process of its own that takes its own time. The line protocol stands in `bench/peers-rs/src/main.rs`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::report::Wrong;

/// Everybody who may be asked: name, program in the folder of peers, what it is told before job and folder.
const EVERYBODY: [(&str, &str, &[&str]); 9] = [
    ("libfec", "libfec", &[]),
    ("gnuradio", "gnuradio_fec.py", &[]),
    ("viterbi", "magpie-bench-peers", &["viterbi"]),
    ("rs2", "magpie-bench-peers", &["rs2"]),
    ("reed-solomon", "magpie-bench-peers", &["reed-solomon"]),
    ("labrador-ldpc", "magpie-bench-peers", &["labrador-ldpc"]),
    ("ldpc-toolbox", "magpie-bench-peers", &["ldpc-toolbox"]),
    ("crc", "magpie-bench-peers", &["crc"]),
    ("crc-fast", "magpie-bench-peers", &["crc-fast"]),
];

/// Where the peers' programs and the jobs' files lie.
#[derive(Debug, Clone)]
pub struct Folders {
    /// Programs, as `cargo xtask bench` puts them together; `None`: no peers.
    pub programs: Option<PathBuf>,
    /// Inputs and outputs of the jobs.
    pub files: PathBuf,
}

/// A peer that has its input and has done the job once.
#[derive(Debug)]
pub struct Peer {
    name: &'static str,
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    wrong: Wrong,
}

impl Peer {
    /// Starts the named peers for a job; those that are not there are left out with a line on standard error.
    pub fn start(folders: &Folders, job: &str, names: &[&str]) -> Vec<Self> {
        let Some(programs) = &folders.programs else {
            return Vec::new();
        };
        let known = EVERYBODY.iter().filter(|(name, ..)| names.contains(name));
        let started = known.filter_map(|&(name, program, words)| {
            Self::launch(name, &programs.join(program), words, job, &folders.files)
                .map_err(|why| eprintln!("{job}: {name} is left out: {why}"))
                .ok()
        });
        started.collect()
    }

    fn launch(
        name: &'static str,
        program: &Path,
        words: &[&str],
        job: &str,
        files: &Path,
    ) -> Result<Self, String> {
        if !program.exists() {
            return Err("its program is not there".to_owned());
        }
        let mut command = Command::new(program);
        command.args(words).arg(job).arg(files);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|why| why.to_string())?;
        let (orders, answers) = (child.stdin.take(), child.stdout.take());
        let mut peer = Self {
            name,
            child,
            orders,
            answers: BufReader::new(answers.ok_or("no standard output")?),
            wrong: Wrong { wrong: 0, total: 0 },
        };
        let line = peer.answer()?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["ready", wrong, total] = words.as_slice() else {
            return Err(line.trim_start_matches("absent").trim().to_owned());
        };
        peer.wrong = Wrong {
            wrong: wrong.parse().map_err(|_| format!("`{line}`?"))?,
            total: total.parse().map_err(|_| format!("`{line}`?"))?,
        };
        Ok(peer)
    }

    /// What it is called.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it got wrong.
    pub const fn wrong(&self) -> Wrong {
        self.wrong
    }

    /// Nanoseconds that so many passes take, by its own clock.
    ///
    /// # Errors
    /// If it has gone or says something else.
    pub fn run(&mut self, passes: u32) -> Result<f64, String> {
        let orders = self.orders.as_mut().ok_or("no standard input")?;
        writeln!(orders, "{passes}")
            .and_then(|()| orders.flush())
            .map_err(|why| why.to_string())?;
        let line = self.answer()?;
        line.parse().map_err(|_| format!("`{line}`?"))
    }

    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        let len = self
            .answers
            .read_line(&mut line)
            .map_err(|why| why.to_string())?;
        if len == 0 {
            return Err("it ended without a word".to_owned());
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Peer {
    /// Its input ends, so it does.
    fn drop(&mut self) {
        self.orders = None;
        if self.child.wait().is_err() {
            eprintln!("{}: did not end", self.name);
        }
    }
}
