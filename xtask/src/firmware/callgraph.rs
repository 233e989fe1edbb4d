//! The call graph of a linked program or a static library of any firmware target: who calls whom, which functions have their address taken, and
//! how much stack each takes.
//!
//! The instructions are read as text (`llvm-objdump-19`, for SPARC `sparc64-linux-gnu-objdump`: LLVM's names no branch targets there), the sizes of
//! stack frames from the section `.stack_sizes` that `-Z emit-stack-sizes` makes (`llvm-readelf-19 --stack-sizes`), words of data from the file
//! itself. What cannot be known is taken to be as bad as it can be: a call through a pointer may go to every function whose address stands anywhere in
//! the data or is made in the code, unless a table of the caller says better ([`stack::Options`]).
//!
//! Left out: the stack that inline assembly takes inside a Rust function, and stacks that grow by a variable (`alloca`; Rust has none).
//!
//! ```text
//! let graph = Graph::read(Path::new("rover.elf"))?;
//! let stack = stack::worst(&graph, &["main"], &stack::Options::default())?;
//! println!("{} octets: {}", stack.octets, stack.path.join(" > "));
//! ```

pub(crate) mod data;
pub(crate) mod listing;
pub(crate) mod reach;
pub(crate) mod stack;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::shell;
use data::Facts;
use listing::{Listed, Target};

/// The instruction sets of our targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    /// A32 and T32.
    Arm,
    /// RV32 and RV64 with compressed instructions.
    RiscV,
    /// SPARC V8.
    Sparc,
}

/// How control gets from one function into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The caller's frame stays.
    Call,
    /// A branch: the caller's frame is gone.
    Tail,
}

/// One way out of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    /// Index of the function that it goes to.
    pub(crate) to: usize,
    pub(crate) kind: Kind,
    /// Address of the instruction.
    pub(crate) at: u64,
}

/// One function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Function {
    /// The symbol.
    pub(crate) symbol: String,
    /// The symbol as Rust writes it, without the hash of the crate.
    pub(crate) name: String,
    /// Other symbols of the same address.
    pub(crate) aliases: BTreeSet<String>,
    pub(crate) address: u64,
    pub(crate) edges: Vec<Edge>,
    /// Calls through a pointer.
    pub(crate) indirect: Vec<(u64, Kind)>,
    /// Functions whose address this one makes, or has among the constants behind its instructions.
    pub(crate) makes: BTreeSet<usize>,
    /// Called, but not in the file.
    pub(crate) missing: BTreeSet<String>,
    /// Its address stands in data or is made in code.
    pub(crate) address_taken: bool,
    /// Octets of stack, if known.
    pub(crate) frame: Option<u64>,
}

/// All functions of a file.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    pub(crate) machine: Machine,
    pub(crate) functions: Vec<Function>,
}

impl Graph {
    /// Reads an ELF program, object or a static library.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let facts = Facts::read(file)?;
        let mut dump = match facts.machine {
            Machine::Sparc => Command::new("sparc64-linux-gnu-objdump"),
            Machine::Arm | Machine::RiscV => Command::new("llvm-objdump-19"),
        };
        dump.args(["-d", "-r", "--no-show-raw-insn"]).arg(file);
        let text = shell::capture(&mut dump)?;
        let mut readelf = Command::new("llvm-readelf-19");
        let sizes = shell::capture(readelf.arg("--stack-sizes").arg(file))?;
        Ok(Self::from_text(&facts, &text, &sizes))
    }

    /// From what the tools print.
    pub(crate) fn from_text(facts: &Facts, disassembly: &str, stack_sizes: &str) -> Self {
        let parsed = listing::parse(facts.machine, disassembly);
        let frames = listing::stack_sizes(stack_sizes);
        let mut names: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        let mut sections: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut starts: BTreeMap<u64, usize> = BTreeMap::new();
        for (index, function) in parsed.iter().enumerate() {
            names.entry(&function.symbol).or_default().insert(index);
            sections
                .entry((&function.member, &function.section))
                .or_insert(index);
            starts.entry(function.address).or_insert(index);
        }
        for (alias, address) in &facts.symbols {
            if let Some(&index) = starts.get(address) {
                names.entry(alias).or_default().insert(index);
            }
        }
        let finder = Finder {
            listed: &parsed,
            names,
            sections,
            starts,
            linked: facts.linked,
        };
        let mut functions: Vec<Function> = (0..parsed.len())
            .map(|index| finder.function(index, facts, &frames))
            .collect();
        for (alias, address) in &facts.symbols {
            if let Some(&index) = finder.starts.get(address) {
                functions[index].aliases.insert(alias.clone());
            }
        }
        for index in finder.taken(facts) {
            functions[index].address_taken = true;
        }
        Self {
            machine: facts.machine,
            functions,
        }
    }

    /// The functions of that name: the symbol, or the name as Rust writes it.
    pub(crate) fn find(&self, name: &str) -> Vec<usize> {
        (0..self.functions.len())
            .filter(|&index| {
                let function = &self.functions[index];
                function.symbol == name || function.name == name || function.aliases.contains(name)
            })
            .collect()
    }
}

/// Finds functions by what the instructions name.
struct Finder<'a> {
    listed: &'a [Listed],
    names: BTreeMap<&'a str, BTreeSet<usize>>,
    sections: BTreeMap<(&'a str, &'a str), usize>,
    starts: BTreeMap<u64, usize>,
    linked: bool,
}

impl Finder<'_> {
    /// Functions that a symbol may mean: those of the same object if there are any, else all of the name.
    fn by_symbol(&self, symbol: &str, member: &str) -> Vec<usize> {
        if let Some(&index) = self.sections.get(&(member, symbol)) {
            return vec![index];
        }
        let Some(all) = self.names.get(symbol) else {
            return Vec::new();
        };
        let here = all
            .iter()
            .filter(|&&index| self.listed[index].member == member);
        let here: Vec<usize> = here.copied().collect();
        if here.is_empty() {
            all.iter().copied().collect()
        } else {
            here
        }
    }

    fn function(&self, index: usize, facts: &Facts, frames: &BTreeMap<String, u64>) -> Function {
        let listed = &self.listed[index];
        let mut function = Function {
            symbol: listed.symbol.clone(),
            name: plain_name(&listed.symbol),
            address: listed.address,
            makes: self.made(listed, facts),
            frame: listed
                .saved
                .into_iter()
                .chain(frames.get(&listed.symbol).copied())
                .max(),
            ..Function::default()
        };
        let end = listed.address + listed.len;
        let tables = facts
            .words
            .iter()
            .chain(&listed.literals)
            .any(|&word| word > listed.address && word < end);
        let last = facts.ends.get(&listed.address).copied();
        let code = |at: u64| last.is_none_or(|last| at < last);
        for site in listed.sites.iter().filter(|site| code(site.at)) {
            match &site.target {
                Target::Symbol(symbol) => {
                    if *symbol == listed.symbol && site.kind == Kind::Tail {
                        continue; // inside the function
                    }
                    let found = self.by_symbol(symbol, &listed.member);
                    if found.is_empty() {
                        function.missing.insert(symbol.clone());
                    }
                    function.edges.extend(found.into_iter().map(|to| Edge {
                        to,
                        kind: site.kind,
                        at: site.at,
                    }));
                }
                Target::Address(address) => {
                    let before = self.starts.range(..=address).next_back();
                    function.edges.extend(before.map(|(_, &to)| Edge {
                        to,
                        kind: site.kind,
                        at: site.at,
                    }));
                }
                Target::Pointer | Target::Register(_) => {
                    function.indirect.push((site.at, site.kind));
                }
                // A `match` by a table of addresses in this function; without such a table, a tail call through a pointer.
                Target::Computed if tables => {}
                Target::Computed => function.indirect.push((site.at, Kind::Tail)),
            }
        }
        function
    }

    /// The functions whose address a function makes.
    fn made(&self, listed: &Listed, facts: &Facts) -> BTreeSet<usize> {
        let by_name = listed.named.iter();
        let mut made: BTreeSet<usize> = by_name
            .flat_map(|symbol| self.by_symbol(symbol, &listed.member))
            .collect();
        if self.linked {
            let words = listed.literals.iter();
            made.extend(words.filter_map(|&word| self.starts.get(&exact(facts.machine, word))));
        }
        made
    }

    /// The functions whose address somebody may hold.
    fn taken(&self, facts: &Facts) -> BTreeSet<usize> {
        let mut taken = BTreeSet::new();
        for listed in self.listed {
            for symbol in &listed.named {
                taken.extend(self.by_symbol(symbol, &listed.member));
            }
        }
        for (member, symbol) in &facts.named {
            taken.extend(self.by_symbol(symbol, member));
        }
        if self.linked {
            let code = self.listed.iter().flat_map(|listed| &listed.literals);
            for &word in facts.words.iter().chain(code) {
                taken.extend(self.starts.get(&exact(facts.machine, word)));
            }
        }
        taken
    }
}

/// Where a function begins, out of its address. Thumb: bit 0 says which instruction set.
fn exact(machine: Machine, address: u64) -> u64 {
    match machine {
        Machine::Arm => address & !1,
        Machine::RiscV | Machine::Sparc => address,
    }
}

/// `core::slice::index::slice_index_fail` out of its symbol.
pub(crate) fn plain_name(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}
