//! The jobs of the table. Each makes its input, writes it for the peers, checks what our engines make of it, and runs.

mod blindcast;
mod cadu;
mod checks;
mod ldpc;
mod pltu;
mod reed_solomon;
mod turbo;
mod viterbi;

use std::fs;

use super::job::{Effort, Ours};
use super::peer::Folders;
use super::report::{Row, Wrong};

/// A job by name, and the function that does it.
type Entry = (&'static str, fn(&Folders, Effort) -> Result<Row, String>);

/// All, in the order of the table.
const JOBS: [Entry; 12] = [
    ("viterbi", viterbi::best),
    ("viterbi-scalar", viterbi::scalar),
    ("rs-clean", reed_solomon::clean),
    ("rs-16-errors", reed_solomon::sixteen),
    ("ldpc-2048", ldpc::prox1),
    ("ldpc-c2", ldpc::c2),
    ("turbo-8920", turbo::long),
    ("pltu-hunt", pltu::hunted),
    ("crc32", checks::crc32),
    ("cadu-stream", cadu::stream),
    ("blindcast-encode", blindcast::encode),
    ("blindcast-decode", blindcast::decode),
];

/// The names of all jobs.
pub fn names() -> impl Iterator<Item = &'static str> {
    JOBS.iter().map(|(name, _)| *name)
}

/// Does these jobs, or all if none is named.
///
/// # Errors
/// If a name is no job, or the folder for the files cannot be written.
pub fn run(wanted: &[String], folders: &Folders, effort: Effort) -> Result<Vec<Row>, String> {
    if let Some(stranger) = wanted.iter().find(|name| !names().any(|job| job == **name)) {
        let all: Vec<&str> = names().collect();
        return Err(format!("no job `{stranger}`; there are {}", all.join(", ")));
    }
    fs::create_dir_all(&folders.files)
        .map_err(|why| format!("{}: {why}", folders.files.display()))?;
    let chosen = JOBS
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|job| job == name));
    chosen
        .map(|(name, job)| {
            eprintln!("{name} …");
            job(folders, effort)
        })
        .collect()
}

/// Threads that the library takes for many blocks.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// One of our engines with its work: does it once, lets `judge` count, and hands it over.
fn ours<'a>(
    name: &str,
    mut pass: impl FnMut(&mut Vec<u8>) + 'a,
    judge: impl FnOnce(&[u8]) -> Wrong,
) -> Ours<'a> {
    let mut out = Vec::new();
    pass(&mut out);
    let wrong = judge(&out);
    Ours {
        name: name.to_owned(),
        pass: Box::new(move || pass(&mut out)),
        wrong,
    }
}
