//! `magpie inspect`: the published vectors read field by field, broken structures, the command line, and agreement with the strict views.

mod broken;
mod command;
mod dice;
mod frames;
mod properties;
mod recordings;
mod vectors;

use magpie::inspect::{Node, Settings, Structure, inspect};

/// Octets of hexadecimal digits; spaces are for the reader.
fn octets(digits: &str) -> Vec<u8> {
    hex::decode(digits.replace(' ', "")).unwrap()
}

fn read(structure: Structure, digits: &str) -> Node {
    inspect(structure, &octets(digits), &Settings::default())
}

/// The values of these fields, in this order, must be those of the node.
#[track_caller]
fn expect(node: &Node, fields: &[(&str, u64)]) {
    for &(name, value) in fields {
        let found = node.value(name).map(|(value, _)| value);
        assert_eq!(found, Some(value), "{name} of {node:#?}");
    }
}

/// The rules broken in the whole tree, outer ones first.
fn rules(node: &Node) -> Vec<&str> {
    let inside = node.children.iter().flat_map(rules);
    let own = node.faults.iter().map(|fault| fault.rule.as_str());
    own.chain(inside).collect()
}

#[track_caller]
fn only(nodes: &[Node]) -> &Node {
    let [node] = nodes else {
        panic!("one child expected: {nodes:#?}")
    };
    node
}

#[track_caller]
fn sound(structure: Structure, octets: &[u8], settings: &Settings) -> Node {
    let node = inspect(structure, octets, settings);
    assert!(node.is_sound(), "{node:#?}");
    node
}

/// Bits from the start of the structure to the end of its last field.
fn fields_cover(node: &Node) -> usize {
    node.fields
        .iter()
        .map(|field| field.bits[1] + 1)
        .max()
        .unwrap_or(0)
}
