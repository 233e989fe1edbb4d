//! The processes of a run: started, watched, started again when they die, stopped in the end.
//!
//! `run.json` in the run's folder names them all with process numbers and the addresses of their figures; it is written anew each time that one of
//! them is started.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::figures::{Figures, Values};
use super::folder::{Folder, Kind, Place};
use crate::command::Failure;
use crate::files;

/// Log lines that wait to be shown at most; then the processes wait.
const LINES: usize = 4_096;
/// A process that ended by itself so soon after its start has not run.
const QUICK: Duration = Duration::from_secs(5);
/// So often in a row a process may end that way.
const TRIES: u32 = 5;
/// A process that was asked to stop has so long before it is killed.
const GRACE: Duration = Duration::from_secs(25);
/// How often the processes are asked for their figures.
const ASK: Duration = Duration::from_millis(500);

/// A line of a process's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Whose.
    pub process: String,
    /// The line.
    pub text: String,
}

/// What happened to a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrewEvent {
    /// It said something.
    Said(LogLine),
    /// It died and was started again.
    Restarted {
        /// Which.
        process: String,
        /// How it ended.
        how: String,
        /// Its process number now.
        pid: u32,
    },
}

/// All processes of a run.
#[derive(Debug)]
pub struct Crew {
    members: Vec<Member>,
    scenario: String,
    run_file: std::path::PathBuf,
    lines: Receiver<LogLine>,
    speak: SyncSender<LogLine>,
    /// When they were asked for their figures.
    asked: Instant,
}

#[derive(Debug)]
struct Member {
    place: Place,
    log: std::path::PathBuf,
    child: Child,
    started: Instant,
    starts: u32,
    quick: u32,
    figures: Figures,
}

/// `run.json`.
#[derive(Debug, Serialize)]
struct RunFile<'m> {
    scenario: &'m str,
    pid: u32,
    processes: Vec<RunLine<'m>>,
}

#[derive(Debug, Serialize)]
struct RunLine<'m> {
    name: &'m str,
    kind: Kind,
    pid: u32,
    metrics: String,
    starts: u32,
}

impl Crew {
    /// Starts all processes of the folder.
    pub fn start(folder: &Folder, scenario: &str) -> Result<Self, Failure> {
        let (speak, lines) = sync_channel(LINES);
        let mut members = Vec::new();
        for place in &folder.places {
            let log = folder.path.join(format!("{}.log", place.name));
            let child = launch(place, &log, &speak)?;
            members.push(Member {
                place: place.clone(),
                log,
                child,
                started: Instant::now(),
                starts: 1,
                quick: 0,
                figures: Figures::default(),
            });
        }
        let crew = Self {
            members,
            scenario: scenario.into(),
            run_file: folder.path.join("run.json"),
            lines,
            speak,
            asked: Instant::now(),
        };
        crew.write_run_file()?;
        Ok(crew)
    }

    /// Starts again what has died; tells what was said meanwhile.
    pub fn watch(&mut self, tell: &mut dyn FnMut(CrewEvent)) -> Result<(), Failure> {
        self.hear(tell);
        let mut changed = false;
        for member in &mut self.members {
            let ended = member.child.try_wait();
            let ended = ended.map_err(|error| Failure::new(files::cause(&error)))?;
            let Some(status) = ended else { continue };
            member.count(status)?;
            member.figures.bury();
            member.child = launch(&member.place, &member.log, &self.speak)?;
            member.started = Instant::now();
            member.starts += 1;
            changed = true;
            tell(CrewEvent::Restarted {
                process: member.place.name.clone(),
                how: how(status),
                pid: member.child.id(),
            });
        }
        if changed {
            self.write_run_file()?;
        }
        if self.asked.elapsed() >= ASK {
            self.ask();
        }
        Ok(())
    }

    /// Asks all processes for their figures; who does not answer is left alone.
    pub fn ask(&mut self) {
        for member in &mut self.members {
            member.figures.ask(member.place.metrics);
        }
        self.asked = Instant::now();
    }

    /// How often each process was started, and its figures over all its lives as they were seen last.
    pub fn figures(&self) -> impl Iterator<Item = (&str, Kind, u32, Values)> {
        let members = self.members.iter();
        members.map(|member| {
            let place = &member.place;
            let values = member.figures.values();
            (place.name.as_str(), place.kind, member.starts, values)
        })
    }

    /// Asks all processes to stop, and waits; rovers first, so that what they said is still handed on.
    pub fn stop(mut self, tell: &mut dyn FnMut(CrewEvent)) {
        for member in self.members.iter_mut().rev() {
            drop(member.child.stdin.take());
        }
        let asked = Instant::now();
        while !self.have_ended() {
            if asked.elapsed() > GRACE {
                for member in &mut self.members {
                    tracing::warn!(name = member.place.name, "does not stop, is killed");
                    // It may have ended meanwhile.
                    let _ = member.child.kill();
                    let _ = member.child.wait();
                }
            }
            self.hear(tell);
            thread::sleep(Duration::from_millis(20));
        }
        // What the last lines had to say.
        thread::sleep(Duration::from_millis(50));
        self.hear(tell);
    }

    fn have_ended(&mut self) -> bool {
        let mut members = self.members.iter_mut();
        members.all(|member| !matches!(member.child.try_wait(), Ok(None)))
    }

    fn hear(&self, tell: &mut dyn FnMut(CrewEvent)) {
        // Bounded by what can wait, so that a talkative process does not keep the others from being watched.
        for line in self.lines.try_iter().take(LINES) {
            tell(CrewEvent::Said(line));
        }
    }

    fn write_run_file(&self) -> Result<(), Failure> {
        let processes = self.members.iter().map(|member| RunLine {
            name: &member.place.name,
            kind: member.place.kind,
            pid: member.child.id(),
            metrics: format!("http://{}/metrics", member.place.metrics),
            starts: member.starts,
        });
        let file = RunFile {
            scenario: &self.scenario,
            pid: std::process::id(),
            processes: processes.collect(),
        };
        let text = crate::output::json(&file)?;
        files::write_whole(&self.run_file, text.as_bytes())
    }
}

impl Member {
    /// A process that cannot run is not started for ever; one that was killed is.
    fn count(&mut self, status: ExitStatus) -> Result<(), Failure> {
        let by_itself = status.code().is_some();
        let quick = by_itself && self.started.elapsed() < QUICK;
        self.quick = if quick { self.quick + 1 } else { 0 };
        if self.quick < TRIES {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{}: {} {} times in a row; see {}",
            self.place.name,
            how(status),
            self.quick,
            files::shown(&self.log)
        )))
    }
}

fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with code {code}"),
        None => "was killed".into(),
    }
}

/// Starts a process; a thread brings its log to file and to `speak`.
fn launch(place: &Place, log: &Path, speak: &SyncSender<LogLine>) -> Result<Child, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("this program: {}", files::cause(&error))))?;
    let mut child = Command::new(program)
        .arg(place.kind.command())
        .arg(&place.file)
        .args(["--json-log", "--stop-with-input"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C is for this process alone; it stops the others in order.
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::new(format!("{}: {}", place.name, files::cause(&error))))?;
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(log)
        .map_err(|error| files::cannot_write(log, &error))?;
    let (speak, process) = (speak.clone(), place.name.clone());
    if let Some(said) = child.stderr.take() {
        let bring = move || {
            for text in BufReader::new(said).lines().map_while(Result::ok) {
                // A full disk silences the log, not the process.
                let _ = writeln!(file, "{text}");
                let process = process.clone();
                if speak.send(LogLine { process, text }).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name(place.name.clone())
            .spawn(bring)
            .map_err(|error| Failure::new(format!("{}: {}", place.name, files::cause(&error))))?;
    }
    Ok(child)
}
