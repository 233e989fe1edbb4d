//! Other people's crates behind the line protocol of the bench.
//!
//! `magpie-bench-peers CRATE JOB FOLDER` reads FOLDER/JOB.in, FOLDER/JOB.out and, if there, FOLDER/JOB.args, does the job once, compares, and prints
//! `ready WRONG TOTAL`. Then every line on standard input is a number of passes; the answer is a line with the nanoseconds of processor time they took. What a crate wants
//! in another form (signs, floats) is brought into that form before the clock runs.

mod crc;
mod ldpc;
mod rs;
mod viterbi;

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

/// A peer with its input in memory.
pub(crate) trait Peer {
    /// Does the whole job once; keeps what came out where `wrong` finds it.
    fn pass(&mut self);
    /// How many of how many units (bits, codewords, frames) came out wrong in the last pass.
    fn wrong(&self) -> (usize, usize);
}

/// What the bench wrote for a job.
pub(crate) struct Files {
    /// What goes in.
    pub(crate) input: Vec<u8>,
    /// What should come out.
    pub(crate) output: Vec<u8>,
    /// `name=value`, a line each.
    args: String,
}

impl Files {
    fn read(folder: &Path, job: &str) -> Result<Self, String> {
        let read = |end: &str| {
            let path = folder.join(format!("{job}.{end}"));
            std::fs::read(&path).map_err(|why| format!("{}: {why}", path.display()))
        };
        Ok(Self {
            input: read("in")?,
            output: read("out")?,
            args: read("args").map_or_else(
                |_| String::new(),
                |octets| String::from_utf8_lossy(&octets).into_owned(),
            ),
        })
    }

    /// A number of the `.args`.
    pub(crate) fn arg(&self, name: &str) -> Result<f64, String> {
        let mut lines = self.args.lines().filter_map(|line| line.split_once('='));
        lines
            .find(|(key, _)| *key == name)
            .and_then(|(_, value)| value.parse().ok())
            .ok_or_else(|| format!("no {name} in the arguments of the job"))
    }
}

fn peer(name: &str, job: &str, files: &Files) -> Result<Box<dyn Peer>, String> {
    Ok(match (name, job) {
        ("viterbi", "viterbi") => Box::new(viterbi::Soft::new(files)?),
        ("rs2", "rs-clean" | "rs-16-errors") => Box::new(rs::Rs2::new(files)),
        ("rs2", "cadu-stream") => Box::new(rs::Rs2Stream::new(files)),
        ("reed-solomon", "rs-clean" | "rs-16-errors") => Box::new(rs::Generic::new(files)),
        ("labrador-ldpc", "ldpc-2048" | "ldpc-2048-weak") => Box::new(ldpc::Labrador::new(files)?),
        ("ldpc-toolbox", "ldpc-2048" | "ldpc-2048-weak") => Box::new(ldpc::Toolbox::ar4ja(files)?),
        ("ldpc-toolbox", "ldpc-c2" | "ldpc-c2-weak") => Box::new(ldpc::Toolbox::c2(files)?),
        ("crc", "crc32") => Box::new(crc::Table::new(files)),
        ("crc-fast", "crc32") => Box::new(crc::Fast::new(files)),
        _ => return Err(format!("{name} does not do {job}")),
    })
}

fn serve() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, job, folder] = arguments.as_slice() else {
        return Err("usage: magpie-bench-peers CRATE JOB FOLDER".to_owned());
    };
    let files = Files::read(Path::new(folder), job)?;
    let mut peer = peer(name, job, &files)?;
    peer.pass();
    let (wrong, total) = peer.wrong();
    let mut out = std::io::stdout().lock();
    let mut say = |line: String| {
        writeln!(out, "{line}")
            .and_then(|()| out.flush())
            .map_err(|why| why.to_string())
    };
    say(format!("ready {wrong} {total}"))?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|why| why.to_string())?;
        let passes: u32 = line.trim().parse().map_err(|_| format!("`{line}`?"))?;
        let from = nanoseconds();
        for _ in 0..passes {
            peer.pass();
        }
        say((nanoseconds() - from).to_string())?;
    }
    Ok(())
}

/// Processor time of this thread.
fn nanoseconds() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

fn main() -> std::process::ExitCode {
    match serve() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            println!("absent {why}");
            std::process::ExitCode::FAILURE
        }
    }
}
