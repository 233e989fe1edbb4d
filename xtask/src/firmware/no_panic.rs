//! stub
use std::path::Path;

use crate::Outcome;

use super::callgraph::{Graph, reach, stack};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let [file, roots @ ..] = arguments else {
        return Err("file roots".into());
    };
    let graph = Graph::read(Path::new(file))?;
    println!("{} functions", graph.functions.len());
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    println!(
        "{:#?}",
        stack::worst(&graph, &roots, &stack::Options::default())
    );
    let entries: Vec<usize> = roots.iter().flat_map(|r| graph.find(r)).collect();
    for call in reach::panic_calls(&graph, &entries) {
        let names: Vec<&str> = call
            .path
            .iter()
            .map(|&i| graph.functions[i].name.as_str())
            .collect();
        println!(
            "{:x} {} -> {}",
            call.at,
            names.join(" > "),
            graph.functions[call.to].name
        );
    }
    let taken: Vec<&str> = graph
        .functions
        .iter()
        .filter(|f| f.address_taken)
        .map(|f| f.name.as_str())
        .collect();
    println!("taken {taken:?}");
    Ok(())
}
