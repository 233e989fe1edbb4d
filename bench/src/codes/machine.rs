//! Which machine it was.

use std::fs;
use std::process::Command;

use magpie_coding::engine::Engine;
use serde::Serialize;

/// Processor, cores, engines, compiler.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// Processors that this process may use.
    pub cores: usize,
    /// Engines that the machine has.
    pub engines: Vec<&'static str>,
    /// The compiler.
    pub rustc: String,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        Self {
            cpu: cpu(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            engines: Engine::available().map(Engine::name).collect(),
            rustc: rustc(),
        }
    }

    /// In a line.
    pub fn line(&self) -> String {
        format!(
            "{}, {} cores; engines {}; {}",
            self.cpu,
            self.cores,
            self.engines.join(", "),
            self.rustc
        )
    }
}

fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let of = |wanted: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(':'));
        lines
            .find(|(key, _)| key.trim() == wanted)
            .map(|(_, value)| value.trim().to_owned())
    };
    let Some(model) = of("model name") else {
        return std::env::consts::ARCH.to_owned();
    };
    // Virtual machines hide the model; family and number tell the generation.
    match (of("cpu family"), of("model")) {
        (Some(family), Some(number)) => format!("{model} (family {family}, model {number})"),
        _ => model,
    }
}

fn rustc() -> String {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("--version").output();
    let line = output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    if line.is_empty() {
        "rustc unknown".to_owned()
    } else {
        line
    }
}
