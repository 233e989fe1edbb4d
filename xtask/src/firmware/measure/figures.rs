//! What is measured: sizes and stack of the two programs, instructions of each operation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Octets that a program takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Program {
    /// Vectors, code, constants, first values of variables.
    pub(crate) flash: u64,
    /// All variables; neither the stack nor the recorder's device.
    pub(crate) ram: u64,
    /// Worst stack, interrupts included.
    pub(crate) stack: u64,
}

/// Everything of one target, as `--json` prints it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figures {
    pub(crate) rover: Program,
    pub(crate) orbiter: Program,
    /// Instructions of an operation, for the unit that its name ends with.
    pub(crate) instructions: BTreeMap<String, f64>,
}

/// All targets by name.
pub(crate) type Table = BTreeMap<String, Figures>;

/// What the tables tell beyond [`Figures`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) figures: Figures,
    /// The names of the operations in the order in which they ran.
    pub(crate) order: Vec<String>,
    /// Instructions of an operation that ran in functions that copy memory.
    pub(crate) copying: BTreeMap<String, f64>,
    /// Sizes of structures that the image `count` tells.
    pub(crate) octets: BTreeMap<String, u64>,
    /// The two parts of the stack: of the rover, of the orbiter.
    pub(crate) stacks: [Stacks; 2],
}

/// Where the figure for the stack comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stacks {
    /// The program itself, by the call graph.
    pub(crate) program: u64,
    /// The worst interrupt, by the call graph, with what the processor saves.
    pub(crate) interrupt: u64,
    /// The most that was seen in use.
    pub(crate) painted: u64,
    /// The path that makes `program`.
    pub(crate) path: Vec<String>,
    /// Functions whose calls through pointers were taken to go anywhere, and those without a known frame.
    pub(crate) unsure: Vec<String>,
}

impl Stacks {
    /// The bound.
    pub(crate) fn worst(&self) -> u64 {
        self.program + self.interrupt
    }
}

impl Figures {
    /// Every figure by name.
    pub(crate) fn each(&self) -> Vec<(String, f64)> {
        let mut all = Vec::new();
        for (name, program) in [("rover", self.rover), ("orbiter", self.orbiter)] {
            for (what, octets) in [
                ("flash", program.flash),
                ("RAM", program.ram),
                ("stack", program.stack),
            ] {
                all.push((format!("{name} {what}"), exact(octets)));
            }
        }
        let counts = self.instructions.iter();
        all.extend(counts.map(|(name, &count)| (name.clone(), count)));
        all
    }
}

/// Figures here are far below 2⁵³.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn exact(value: u64) -> f64 {
    value as f64
}
