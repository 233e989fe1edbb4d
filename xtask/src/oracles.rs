//! `cargo xtask oracles`: what we send, judged by programs that are not ours.
//!
//! `gnuradio`: frames through GNU Radio, gr-satellites and libfec. `radio`: recordings of an independent modulator and of
//! GNU Radio for `magpie listen`, `magpie transmit` for GNU Radio. `reed_solomon`: check symbols of `reed-solomon-ccsds`. `ldpc`: parity checks of
//! `ldpc-toolbox` and `labrador-ldpc`. All are peers from outside: nothing of them is linked into Magpie.

mod gnuradio;
mod ldpc;
mod radio;
mod reed_solomon;

use std::path::PathBuf;

use crate::{Outcome, shell};

pub(crate) const HELP: &str = "
usage: cargo xtask oracles [PEER]... [--install] [--optional]

Lets other people's programs judge what we send; all of them unless some are named:

  gnuradio      encodes frames with `magpie encode`, GNU Radio + gr-satellites decode them; libfec checks our Reed-Solomon parities and convolutional
                code. --install gets the packages with apt-get (as root); CI=true does so unasked.
  radio         recordings of a NumPy modulator (conformance/oracles/radio) and of GNU Radio: `magpie listen` must find frames, offset, rate and coding; GNU
                Radio demodulates what `magpie transmit` sends. Needs NumPy; without GNU Radio its part is left out.
  reed-solomon  the same check symbols as reed-solomon-ccsds, both bases, interleave 1 to 8, and it corrects 16 errors a codeword of ours. The package
                goes into a virtual environment in the target folder.
  ldpc          H c = 0 for codewords of every LDPC code: AR4JA and C2 by the matrices of ldpc-toolbox, those of telecommand (which it does not have) and
                AR4JA up to k = 4096 by labrador-ldpc's, whose encoder must give the same codewords too. Built in the target folder.

--optional: what is missing then and cannot be had (no network) is skipped with a line, unless CI=true.";

/// Why a peer gave no verdict, or a bad one.
enum Lack {
    /// Not there, and not to be had.
    Missing(String),
    /// It was there.
    Wrong(String),
}

/// Takes whether system packages may be installed.
type Peer = fn(bool) -> Result<(), Lack>;

const PEERS: [(&str, Peer); 4] = [
    ("gnuradio", gnuradio::run),
    ("radio", radio::run),
    ("reed-solomon", reed_solomon::run),
    ("ldpc", ldpc::run),
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (options, names): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| word.starts_with('-'));
    let known = |name: &&String| PEERS.iter().any(|peer| peer.0 == name.as_str());
    if options
        .iter()
        .any(|option| !["--install", "--optional"].contains(&option.as_str()))
        || !names.iter().all(known)
    {
        return Err("unknown peer or option, see --help".to_owned());
    }
    let asked = |name: &str| options.iter().any(|option| *option == name);
    let install = asked("--install") || shell::on_ci() && shell::is_root();
    let optional = asked("--optional") && !shell::on_ci();
    for (name, judge) in PEERS {
        if !names.is_empty() && !names.iter().any(|wanted| *wanted == name) {
            continue;
        }
        match judge(install) {
            Ok(()) => {}
            Err(Lack::Missing(what)) if optional => println!("skipped: {name} needs {what}"),
            Err(Lack::Missing(what)) => {
                return Err(format!(
                    "{name} needs {what} (as root: cargo xtask oracles --install)"
                ));
            }
            Err(Lack::Wrong(why)) => return Err(format!("{name}: {why}")),
        }
    }
    Ok(())
}

/// A file of `conformance/oracles`.
fn source(name: &str) -> PathBuf {
    shell::root().join("conformance/oracles").join(name)
}

/// Octets that repeat only after 2^32 steps (a linear congruential generator; its constants are those of Numerical Recipes).
fn octets(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_refused() {
        for word in ["--fast", "nobody"] {
            assert!(run(&[word.to_owned()]).is_err());
        }
    }
}
