//! One emulated machine: serial line and monitor over sockets in a folder of its own.
//!
//! The machine ends with this value, however that goes. QEMU's own protocol for its monitor (QMP) is lines of JSON; `system_reset` is all
//! that is wanted of it.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use magpie_bus::{FromComputer, LineStats};
use sha2::{Digest, Sha256};

use super::image::Target;
use crate::channel::computer::{Computer, LineError};
use crate::channel::wire::Wire;
use crate::command::Failure;
use crate::files;

/// How long an emulator may take to start.
const START: Duration = Duration::from_secs(20);
/// How long its monitor may take to answer, and its serial line to take octets.
const ANSWER: Duration = Duration::from_secs(10);
/// Octets of a line of the monitor at most.
const MONITOR_LINE: u64 = 1 << 16;

/// What a machine is, for the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Name of the target.
    pub target: String,
    /// For people.
    pub processor: String,
    /// The emulator's first line about itself.
    pub emulator: String,
    /// File of the image.
    pub image: String,
    /// SHA-256 of the image.
    pub image_sha256: String,
}

/// An emulated machine.
pub struct Machine {
    wire: Wire,
    monitor: BufReader<UnixStream>,
    child: Guarded,
    facts: Facts,
    /// The sockets and what the emulator complains of.
    folder: tempfile::TempDir,
}

/// A process that does not outlive this value.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Machine {
    /// Starts a machine with this image.
    pub fn start(target: &Target, image: &Path) -> Result<Self, Failure> {
        let (program, machine) = target
            .qemu
            .split_first()
            .ok_or_else(|| Failure::new("firmware/targets.toml: no emulator"))?;
        let facts = Facts {
            target: target.name.clone(),
            processor: target.processor.clone(),
            emulator: version(program)?,
            image: files::shown(image),
            image_sha256: sum(image)?,
        };
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
        let at = |name: &str| folder.path().join(name);
        let listen = |name: &str| {
            UnixListener::bind(at(name)).map_err(|error| Failure::at(&at(name), error))
        };
        let (line, monitor) = (listen("line")?, listen("monitor")?);
        let complaints = File::create(at("complaints"))
            .map_err(|error| Failure::at(&at("complaints"), error))?;
        let child = Command::new(program)
            .args(machine)
            .args(["-display", "none", "-monitor", "none"])
            .args(semihosting(program))
            .arg("-serial")
            .arg(format!("unix:{}", at("line").display()))
            .arg("-qmp")
            .arg(format!("unix:{}", at("monitor").display()))
            .arg("-kernel")
            .arg(image)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(complaints)
            .spawn()
            .map_err(|error| missing(program, &error))?;
        let mut child = Guarded(child);
        let taken = accept(&monitor, &mut child).and_then(|monitor| {
            let monitor = greeted(monitor)?;
            Ok((monitor, accept(&line, &mut child)?))
        });
        let (monitor, line) = taken.map_err(|error| {
            let said = complaint(folder.path());
            Failure::new(format!(
                "emulated:{}: {program}: {error}{said}",
                target.name
            ))
        })?;
        let described = format!("emulated {}", facts.target);
        let wire = wired(line, described)
            .map_err(|error| Failure::new(format!("emulated:{}: {error}", target.name)))?;
        Ok(Self {
            wire,
            monitor,
            child,
            facts,
            folder,
        })
    }

    /// What it is.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Number of its process.
    pub fn process(&self) -> u32 {
        self.child.0.id()
    }

    /// Why the line is of no use, if the emulator has said so.
    fn explained(&self, error: LineError) -> LineError {
        match error {
            LineError::Gone(_) => LineError::Gone(complaint(self.folder.path())),
            other => other,
        }
    }
}

impl Computer for Machine {
    fn send_octets(&mut self, octets: &[u8]) -> Result<(), LineError> {
        let sent = self.wire.send_octets(octets);
        sent.map_err(|error| self.explained(error))
    }

    fn receive(
        &mut self,
        within: Duration,
        take: &mut dyn FnMut(&FromComputer<'_>),
    ) -> Result<bool, LineError> {
        let received = self.wire.receive(within, take);
        received.map_err(|error| self.explained(error))
    }

    fn reset(&mut self) -> Result<(), LineError> {
        execute(&mut self.monitor, "system_reset")
            .map_err(|error| LineError::Reset(error.to_string()))
    }

    fn line_stats(&self) -> LineStats {
        self.wire.line_stats()
    }

    fn description(&self) -> String {
        let Facts {
            target,
            emulator,
            image,
            image_sha256,
            ..
        } = &self.facts;
        let sum = image_sha256.get(..12).unwrap_or(image_sha256);
        format!("emulated {target} ({emulator}, image {image}, SHA-256 {sum}…)")
    }
}

/// How a guest ends its machine; SPARC has a trap for that and knows no such option.
fn semihosting(program: &str) -> &'static [&'static str] {
    if program.contains("sparc") {
        &[]
    } else {
        &["-semihosting-config", "enable=on,target=native"]
    }
}

/// Waits for the emulator to connect.
fn accept(listener: &UnixListener, child: &mut Guarded) -> std::io::Result<UnixStream> {
    listener.set_nonblocking(true)?;
    let until = Instant::now() + START;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if child.0.try_wait()?.is_some() {
            return Err(std::io::Error::other("has ended at once"));
        }
        if Instant::now() > until {
            return Err(std::io::Error::other("does not connect its serial line"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The monitor behind its greeting.
fn greeted(stream: UnixStream) -> std::io::Result<BufReader<UnixStream>> {
    stream.set_read_timeout(Some(ANSWER))?;
    stream.set_write_timeout(Some(ANSWER))?;
    let mut monitor = BufReader::new(stream);
    execute(&mut monitor, "qmp_capabilities")?;
    Ok(monitor)
}

/// Has the monitor do something.
fn execute(monitor: &mut BufReader<UnixStream>, what: &str) -> std::io::Result<()> {
    let command = format!("{{\"execute\":\"{what}\"}}\n");
    monitor.get_mut().write_all(command.as_bytes())?;
    loop {
        let mut line = String::new();
        let read = std::io::Read::take(&mut *monitor, MONITOR_LINE).read_line(&mut line)?;
        if read == 0 {
            return Err(std::io::Error::other("the monitor has gone"));
        }
        // Greeting and events come in between.
        let answer: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if answer.get("return").is_some() {
            return Ok(());
        }
        if let Some(error) = answer.get("error") {
            return Err(std::io::Error::other(error.to_string()));
        }
    }
}

fn wired(line: UnixStream, description: String) -> std::io::Result<Wire> {
    line.set_write_timeout(Some(ANSWER))?;
    Ok(Wire::new(line.try_clone()?, line, description))
}

/// The last line that the emulator complained with.
fn complaint(folder: &Path) -> String {
    let said = std::fs::read_to_string(folder.join("complaints")).unwrap_or_default();
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    last.map_or_else(String::new, |line| format!(": {line}"))
}

fn version(program: &str) -> Result<String, Failure> {
    let said = Command::new(program).arg("--version").output();
    let said = said.map_err(|error| missing(program, &error))?;
    let text = String::from_utf8_lossy(&said.stdout);
    let first = text.lines().next().unwrap_or_default();
    // "QEMU emulator version 10.0.2 (Debian …)": the number is what counts.
    let number = first
        .split_whitespace()
        .nth(3)
        .unwrap_or("of unknown version");
    Ok(format!("QEMU {number}"))
}

fn missing(program: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "{program}: {error}; install QEMU (`cargo xtask firmware setup`)"
    ))
}

fn sum(image: &Path) -> Result<String, Failure> {
    let octets = std::fs::read(image).map_err(|error| Failure::at(image, error))?;
    Ok(hex::encode(Sha256::digest(octets)))
}
