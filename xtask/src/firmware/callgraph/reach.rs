//! Which functions reach others: the way from entry points to the panic machinery.

use std::collections::{BTreeMap, VecDeque};

use super::{Function, Graph};

/// A call that ends in a panic: the last step of our code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PanicCall {
    /// Functions from the entry point to the one with the call, a shortest way.
    pub(crate) path: Vec<usize>,
    /// Address of the call.
    pub(crate) at: u64,
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

/// Every call into the panic machinery from a function that the entry points reach, each with one shortest way. A call through a pointer may go to
/// every function whose address is taken.
pub(crate) fn panic_calls(graph: &Graph, entries: &[usize]) -> Vec<PanicCall> {
    let mut from: BTreeMap<usize, Option<usize>> = BTreeMap::new();
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
            if is_panic(&graph.functions[to]) {
                let path = way(&from, index);
                calls.push(PanicCall { path, at, to });
            } else if !from.contains_key(&to) {
                from.insert(to, Some(index));
                queue.push_back(to);
            }
        }
    }
    calls
}

/// The functions from an entry point to this one.
fn way(from: &BTreeMap<usize, Option<usize>>, index: usize) -> Vec<usize> {
    let mut path = vec![index];
    let mut at = index;
    while let Some(&Some(before)) = from.get(&at) {
        path.push(before);
        at = before;
    }
    path.reverse();
    path
}
