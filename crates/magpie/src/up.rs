//! `magpie up SCENARIO`: a whole relay as processes on this machine, kept running, and judged by the files that come down.
//!
//! ```text
//! scenario ─▶ run folder: one file a process ─▶ processes ─▶ logs, accounts, delivered files ─▶ verdict
//! ```
//!
//! | Module | What |
//! |---|---|
//! | [`scenario`] | the file |
//! | [`folder`] | the folder of a run: what each process is told, where it keeps its state |
//! | [`crew`] | the processes: started, watched, started again when they die, stopped |
//! | [`figures`] | what each process counted, over all its lives |
//! | [`verdict`] | which file came down, and what became of each pass |
//!
//! A process that is killed is started again with the same file and finds its state and the mission time; when this process is killed, the others
//! see their standard input end and stop by themselves.

pub mod crew;
pub mod figures;
pub mod folder;
pub mod scenario;
pub mod verdict;
