//! `cargo xtask curves`: the error rates of docs/curves.

use crate::{Outcome, bench, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask curves [CODE…] [--quick] [--errors N] [--max-bits N] [--max-bits-float N] [--folder FOLDER]

Measures bit- and frame-error rates over Eb/N0 and writes files, figures and the page of docs/curves (or of FOLDER): every code, or those whose names begin
with CODE (`magpie curve --list` names them). A point ends with N wrong frames (100) or so many information bits (100,000,000; for the decoders in
floating point 1,500,000). Points that are there already, made with the same seed and effort, stay: a run that was broken off goes on where it stopped. All of
it takes some twenty minutes on two cores, more bits take longer. --quick only shows that it works and writes into the target folder.";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (mut folder, mut rest) = (shell::root().join("docs/curves"), Vec::new());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--folder" => folder = words.next().ok_or("--folder wants a folder")?.into(),
            "--quick" => {
                folder = shell::target()?.join("curves-quick");
                rest.push(word);
            }
            _ => rest.push(word),
        }
    }
    let mut curves = bench::program();
    curves.arg("curves").arg(folder).args(rest);
    shell::run(&mut curves)
}
