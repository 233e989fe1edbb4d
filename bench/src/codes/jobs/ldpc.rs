//! `ldpc-2048` and `ldpc-c2`: soft codewords at the Eb/N0 of the issue, and at a weaker one where frames fail, to see that all decode equally well.

use std::hint::black_box;

use magpie_coding::engine::Engine;
use magpie_coding::ldpc::{LdpcCode, LdpcDecoder, encode};
use magpie_ground::blocks;

use super::super::input::{llr_scale, noisy, octets, random, write};
use super::super::job::{Effort, Job, Ours, THREADS};
use super::super::peer::{Folders, Peer};
use super::super::report::{Row, Wrong};
use super::{ours, threads};

/// A code, where it is measured, and with whom.
struct Case {
    name: &'static str,
    code: LdpcCode,
    asks: [f64; 2],
    eb_n0_db: f64,
    frames: usize,
    /// Where some frames fail.
    weak: (&'static str, f64, usize),
    /// Iterations at most: of us, and of peers, so that equally many frames fail.
    iterations: (u16, u16),
    peers: &'static [&'static str],
}

struct Input {
    messages: Vec<u8>,
    soft: Vec<i8>,
}

fn input(name: &str, code: LdpcCode, eb_n0_db: f64, frames: usize) -> Input {
    let messages = random(name, code.message_len() * frames);
    let mut symbols = Vec::new();
    let mut codeword = vec![0; code.codeword_len()];
    for message in messages.chunks(code.message_len()) {
        encode(code, message, &mut codeword).expect("lengths");
        symbols.extend(
            codeword
                .iter()
                .flat_map(|octet| (0..8).rev().map(move |i| octet >> i & 1)),
        );
    }
    Input {
        soft: noisy(name, &symbols, eb_n0_db, rate(code)),
        messages,
    }
}

fn rate(code: LdpcCode) -> f64 {
    code.qc().k as f64 / code.qc().n as f64
}

/// Decodes every frame of an input.
fn contender(code: LdpcCode, engine: Engine, iterations: u16, input: &Input) -> Ours<'_> {
    let memory = vec![0; LdpcDecoder::memory_len(code)];
    let decoder = LdpcDecoder::new(code, memory).expect("enough memory");
    let mut decoder = decoder.with_engine(engine).with_max_iterations(iterations);
    let pass = move |messages: &mut Vec<u8>| {
        messages.resize(input.messages.len(), 0);
        let frames = black_box(&input.soft).chunks_exact(code.qc().n);
        for (soft, message) in frames.zip(messages.chunks_exact_mut(code.message_len())) {
            let _ = black_box(decoder.decode(soft, message));
        }
    };
    ours(engine.name(), pass, |messages| {
        Wrong::between(messages, &input.messages, code.message_len())
    })
}

/// The same on all processors.
fn on_threads(code: LdpcCode, iterations: u16, input: &Input) -> Ours<'_> {
    let pass = move |messages: &mut Vec<u8>| {
        messages.resize(input.messages.len(), 0);
        let outcomes = blocks::ldpc(code, iterations, black_box(&input.soft), messages);
        black_box(outcomes.expect("whole blocks"));
    };
    ours(THREADS, pass, |messages| {
        Wrong::between(messages, &input.messages, code.message_len())
    })
}

fn files(
    folders: &Folders,
    job: &str,
    code: LdpcCode,
    input: &Input,
    eb_n0_db: f64,
    iterations: u16,
) -> Result<(), String> {
    let arguments = [
        ("iterations", f64::from(iterations)),
        ("llr_scale", llr_scale(eb_n0_db, rate(code))),
    ];
    write(
        &folders.files,
        job,
        &octets(&input.soft),
        &input.messages,
        &arguments,
    )
}

fn measure(case: &Case, folders: &Folders, effort: Effort) -> Result<Row, String> {
    let (code, (mine, theirs)) = (case.code, case.iterations);
    let strong = input(case.name, code, case.eb_n0_db, case.frames);
    files(folders, case.name, code, &strong, case.eb_n0_db, theirs)?;
    let (weak_job, weak_db, weak_frames) = case.weak;
    let weak = input(weak_job, code, weak_db, weak_frames);
    files(folders, weak_job, code, &weak, weak_db, theirs)?;
    let failed = |name: &str, wrong: Wrong| format!("{name} {}", wrong.wrong);
    let mut compared = vec![failed(
        "ours",
        contender(code, Engine::best(), mine, &weak).wrong,
    )];
    let weak_peers = Peer::start(folders, weak_job, case.peers);
    compared.extend(
        weak_peers
            .iter()
            .map(|peer| failed(peer.name(), peer.wrong())),
    );
    drop(weak_peers);
    let row = Job {
        name: case.name,
        unit: "Mbit/s",
        per_pass: (code.qc().k * case.frames) as f64 / 1e6,
        ask: case.asks[0],
        stretch: case.asks[1],
        input: format!(
            "{} at {} dB, at most {mine} iterations (peers {theirs}), {} frames; information bits; at {weak_db} dB fail of {weak_frames} frames: {}",
            code.qc().name,
            case.eb_n0_db,
            case.frames,
            compared.join(", ")
        ),
        ours: Engine::available()
            .map(|engine| contender(code, engine, mine, &strong))
            .collect(),
        threads: Some((threads(), on_threads(code, mine, &strong))),
        peers: Peer::start(folders, case.name, case.peers),
    };
    Ok(row.measure(effort))
}

/// The code of Proximity-1.
pub(super) fn prox1(folders: &Folders, effort: Effort) -> Result<Row, String> {
    let case = Case {
        name: "ldpc-2048",
        code: LdpcCode::Prox1,
        asks: [60.0, 200.0],
        eb_n0_db: 2.5,
        frames: 16,
        weak: ("ldpc-2048-weak", 1.4, 150),
        iterations: (50, 50),
        peers: &["labrador-ldpc", "ldpc-toolbox"],
    };
    measure(&case, folders, effort)
}

/// The code of near-Earth missions.
pub(super) fn c2(folders: &Folders, effort: Effort) -> Result<Row, String> {
    let case = Case {
        name: "ldpc-c2",
        code: LdpcCode::C2,
        asks: [200.0, 500.0],
        eb_n0_db: 4.2,
        frames: 8,
        weak: ("ldpc-c2-weak", 3.6, 60),
        iterations: (50, 50),
        peers: &["ldpc-toolbox"],
    };
    measure(&case, folders, effort)
}
