//! Worst stack from an entry point: the heaviest path through the call graph.

use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, Kind, Machine};

/// What the graph alone cannot know.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options<'a> {
    /// Where a call through a pointer in a function really goes: start of the caller's name, starts of the names of what it calls. A caller that is not
    /// named here may call every function whose address is taken, except the entry points.
    pub(crate) pointers: &'a [(&'a str, &'a [&'a str])],
    /// Starts of names of functions that are given no pointers to functions: what they call through a register is a function whose address they make
    /// themselves (the compiler does that with one that is called often).
    pub(crate) own: &'a [&'a str],
    /// Frames of functions without a record in `.stack_sizes` (assembly), by name. Without a word here: 0, and named in the result.
    pub(crate) frames: &'a [(&'a str, u64)],
    /// Starts of names of functions that are not looked into: they never come back (a panic), and the machine is reset. The way to them counts.
    pub(crate) ends: &'a [&'a str],
}

/// The heaviest path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stack {
    /// Octets in all.
    pub(crate) octets: u64,
    /// `name (octets)` from the entry point down; `name (gone)` where the next function was branched to.
    pub(crate) path: Vec<String>,
    /// Functions on any path from the entry points whose frame nobody knows; taken as 0.
    pub(crate) unknown: BTreeSet<String>,
    /// Functions with calls through pointers that no table names; taken to go anywhere.
    pub(crate) anywhere: BTreeSet<String>,
}

/// Octets that an interrupted program leaves on the stack before the handler's own frame are not in here: add them to a handler's figure.
///
/// The largest over all `roots`. An error names the cycle if functions call each other in a circle, or a root that is not there.
pub(crate) fn worst(graph: &Graph, roots: &[&str], options: &Options<'_>) -> Result<Stack, String> {
    let mut entries = Vec::new();
    for root in roots {
        let found = graph.find(root);
        if found.is_empty() {
            return Err(format!("no function `{root}`"));
        }
        entries.extend(found);
    }
    let mut walk = Walk {
        graph,
        options,
        pointees: pointees(graph, &entries),
        known: BTreeMap::new(),
        way: Vec::new(),
        unknown: BTreeSet::new(),
        anywhere: BTreeSet::new(),
    };
    let mut worst = (0, 0);
    for &entry in &entries {
        let octets = walk.depth(entry)?;
        if octets >= worst.0 {
            worst = (octets, entry);
        }
    }
    let path = walk.path(worst.1);
    Ok(Stack {
        octets: worst.0,
        path,
        unknown: walk.unknown,
        anywhere: walk.anywhere,
    })
}

/// Functions whose address is taken, but for the entry points and what leads to them: a reset handler's address is only taken by the processor.
fn pointees(graph: &Graph, entries: &[usize]) -> Vec<usize> {
    let mut above: BTreeSet<usize> = entries.iter().copied().collect();
    loop {
        let before = above.len();
        for (index, function) in graph.functions.iter().enumerate() {
            if function.edges.iter().any(|edge| above.contains(&edge.to)) {
                above.insert(index);
            }
        }
        if above.len() == before {
            break;
        }
    }
    let all = 0..graph.functions.len();
    all.filter(|index| graph.functions[*index].address_taken && !above.contains(index))
        .collect()
}

/// The next function on the heaviest path, and whether the frame of the one before it stays meanwhile.
#[derive(Debug, Clone, Copy)]
struct Step {
    to: usize,
    stays: bool,
}

struct Walk<'a> {
    graph: &'a Graph,
    options: &'a Options<'a>,
    pointees: Vec<usize>,
    /// Depth below the caller of each function, and the next one on its heaviest path.
    known: BTreeMap<usize, (u64, Option<Step>)>,
    /// The functions that we are in.
    way: Vec<usize>,
    unknown: BTreeSet<String>,
    anywhere: BTreeSet<String>,
}

impl Walk<'_> {
    fn depth(&mut self, index: usize) -> Result<u64, String> {
        if let Some(&(octets, _)) = self.known.get(&index) {
            return Ok(octets);
        }
        if let Some(at) = self.way.iter().position(|&other| other == index) {
            let names = self.way[at..].iter().chain([&index]);
            let names: Vec<&str> = names
                .map(|&index| self.graph.functions[index].name.as_str())
                .collect();
            let way = self.way[..at].iter();
            let way: Vec<&str> = way
                .map(|&index| self.graph.functions[index].name.as_str())
                .collect();
            return Err(format!(
                "recursion: {}; reached by {}",
                names.join(" > "),
                way.join(" > ")
            ));
        }
        self.way.push(index);
        let frame = self.frame(index);
        let mut worst = (frame, None);
        for (to, kind) in self.steps(index) {
            let below = self.depth(to)?;
            // The outliner's pieces are branched to with the frame still there.
            let stays = kind == Kind::Call
                || self.graph.functions[to]
                    .name
                    .starts_with("OUTLINED_FUNCTION");
            let octets = if stays { frame + below } else { below };
            if octets > worst.0 {
                worst = (octets, Some(Step { to, stays }));
            }
        }
        self.way.pop();
        self.known.insert(index, worst);
        Ok(worst.0)
    }

    /// Octets of the function's own frame, as far as anybody knows.
    fn size(&self, index: usize) -> Option<u64> {
        let function = &self.graph.functions[index];
        let mut by_hand = self.options.frames.iter();
        by_hand
            .find(|(name, _)| function.name == *name || function.symbol == *name)
            .map(|&(_, octets)| octets)
            .or(function.frame)
    }

    fn frame(&mut self, index: usize) -> u64 {
        let frame = self.size(index);
        // SPARC: no `save`, no frame.
        if frame.is_none() && self.graph.machine != Machine::Sparc {
            let name = self.graph.functions[index].name.clone();
            self.unknown.insert(name);
        }
        frame.unwrap_or(0)
    }

    /// The functions that this one may go to.
    fn steps(&mut self, index: usize) -> BTreeSet<(usize, Kind)> {
        let function = &self.graph.functions[index];
        let named = |list: &[&str], name: &str| list.iter().any(|start| name.starts_with(start));
        if named(self.options.ends, &function.name) {
            return BTreeSet::new();
        }
        let mut steps: BTreeSet<(usize, Kind)> = function
            .edges
            .iter()
            .map(|edge| (edge.to, edge.kind))
            .collect();
        if function.indirect.is_empty() {
            return steps;
        }
        if named(self.options.own, &function.name) {
            // Formatters are made for a panic's message, and called by `core::fmt` only.
            let made = function.makes.iter().copied();
            let made: BTreeSet<usize> = made
                .filter(|&to| !self.graph.functions[to].name.contains("core::fmt::"))
                .collect();
            if !made.is_empty() {
                steps.extend(made.into_iter().map(|to| (to, Kind::Call)));
                return steps;
            }
        }
        let mut table = self.options.pointers.iter();
        let table = table
            .find(|(caller, _)| function.name.starts_with(caller))
            .map(|&(_, callees)| callees);
        if let Some(callees) = table {
            let all = 0..self.graph.functions.len();
            let found = all.filter(|&to| named(callees, &self.graph.functions[to].name));
            steps.extend(found.map(|to| (to, Kind::Call)));
        } else {
            self.anywhere.insert(function.name.clone());
            steps.extend(self.pointees.iter().map(|&to| (to, Kind::Call)));
        }
        steps
    }

    fn path(&self, entry: usize) -> Vec<String> {
        let mut path = Vec::new();
        let mut next = Some(entry);
        while let Some(index) = next {
            let step = self.known.get(&index).and_then(|&(_, step)| step);
            let name = &self.graph.functions[index].name;
            path.push(match step {
                Some(Step { stays: false, .. }) => format!("{name} (gone)"),
                _ => format!("{name} ({})", self.size(index).unwrap_or(0)),
            });
            next = step.map(|step| step.to);
        }
        path
    }
}
