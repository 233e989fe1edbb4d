//! Which functions reach others: the way from entry points to the panic machinery.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Function, Graph};

/// A call that ends in a panic: the last step of our code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PanicCall {
    /// A shortest way from an entry point: each function, and the address of its call of the next one; at last the call into the machinery.
    pub(crate) path: Vec<(usize, u64)>,
    /// The function of the panic machinery that it calls.
    pub(crate) to: usize,
}

/// Modules and functions of `core` whose calls end in the panic handler.
const MACHINERY: [&str; 10] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "rust_begin_unwind",
    "__rustc::rust_begin_unwind",
    "alloc::alloc::handle_alloc_error",
];

/// Whether a function is part of the panic machinery, by its name.
pub(crate) fn is_panic(function: &Function) -> bool {
    let name = &function.name;
    MACHINERY.iter().any(|start| name.starts_with(start))
        || (name.starts_with("core::slice::index::") && name.ends_with("_fail"))
        || (name.starts_with("core::") && name.contains("::do_panic"))
}

/// Whether it is code of ours, or of the standard library made for a type or closure of ours.
fn is_ours(function: &Function) -> bool {
    function.name.contains("magpie") || function.name.starts_with(ENTRY)
}

/// How the symbols of entry points begin.
pub(crate) const ENTRY: &str = "np_";

/// The panic machinery, and all of `core` that may call it on the way.
fn machinery(graph: &Graph) -> BTreeSet<usize> {
    let all = 0..graph.functions.len();
    let mut found: BTreeSet<usize> = all
        .clone()
        .filter(|&index| is_panic(&graph.functions[index]))
        .collect();
    loop {
        let more: Vec<usize> = all
            .clone()
            .filter(|index| {
                let function = &graph.functions[*index];
                !found.contains(index)
                    && !is_ours(function)
                    && function.edges.iter().any(|edge| found.contains(&edge.to))
            })
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Every call of ours into the panic machinery from a function that the entry points reach, each with one shortest way. A call through a pointer may go to
/// every function whose address is taken.
pub(crate) fn panic_calls(graph: &Graph, entries: &[usize]) -> Vec<PanicCall> {
    let machinery = machinery(graph);
    let mut from: BTreeMap<usize, Option<(usize, u64)>> = BTreeMap::new();
    let mut queue: VecDeque<usize> = VecDeque::new();
    for &entry in entries {
        if from.insert(entry, None).is_none() {
            queue.push_back(entry);
        }
    }
    let taken: Vec<usize> = (0..graph.functions.len())
        .filter(|&index| graph.functions[index].address_taken)
        .collect();
    let mut calls = Vec::new();
    while let Some(index) = queue.pop_front() {
        let function = &graph.functions[index];
        let direct = function.edges.iter().map(|edge| (edge.at, edge.to));
        let pointers = function
            .indirect
            .iter()
            .flat_map(|&(at, _)| taken.iter().map(move |&to| (at, to)));
        for (at, to) in direct.chain(pointers) {
            if machinery.contains(&to) {
                let path = way(&from, (index, at));
                calls.push(PanicCall { path, to });
            } else if let Entry::Vacant(entry) = from.entry(to) {
                entry.insert(Some((index, at)));
                queue.push_back(to);
            }
        }
    }
    calls
}

/// The calls from an entry point to this one.
fn way(from: &BTreeMap<usize, Option<(usize, u64)>>, last: (usize, u64)) -> Vec<(usize, u64)> {
    let mut path = vec![last];
    let mut index = last.0;
    while let Some(&Some(before)) = from.get(&index) {
        path.push(before);
        index = before.0;
    }
    path.reverse();
    path
}
