//! `turbo-8920`: the longest code at rate 1/2, six iterations without early stop.

use std::hint::black_box;

use magpie_coding::engine::Engine;
use magpie_coding::turbo::{Row as Memory, TurboCode, TurboDecoder, TurboRate, encode};
use magpie_ground::blocks;

use super::super::input::{noisy, random};
use super::super::job::{Effort, Job, THREADS};
use super::super::peer::Folders;
use super::super::report::{Row, Wrong};
use super::{ours, threads};

const FRAMES: usize = 8;
const ITERATIONS: u16 = 6;
const EB_N0_DB: f64 = 1.5;

pub(super) fn long(_: &Folders, effort: Effort) -> Result<Row, String> {
    let code = TurboCode::new(8920, TurboRate::Half).map_err(|why| why.to_string())?;
    let messages = random("turbo-8920", code.message_len() * FRAMES);
    let mut symbols = vec![0; code.n() * FRAMES];
    let frames = messages.chunks(code.message_len());
    for (message, symbols) in frames.zip(symbols.chunks_mut(code.n())) {
        encode(code, message, symbols).expect("lengths");
    }
    let soft = noisy("turbo-8920", &symbols, EB_N0_DB, 0.5);
    let contender = |engine: Engine| {
        let soft = &soft;
        let mut memory = vec![Memory::ZERO; TurboDecoder::memory_len(code)];
        let pass = move |messages: &mut Vec<u8>| {
            messages.resize(code.message_len() * FRAMES, 0);
            let decoder = TurboDecoder::new(code, &mut memory).expect("enough memory");
            let decoder = decoder.with_engine(engine).with_max_iterations(ITERATIONS);
            let mut decoder = decoder.with_early_stop(false);
            let frames = black_box(soft).chunks_exact(code.n());
            for (soft, message) in frames.zip(messages.chunks_exact_mut(code.message_len())) {
                let _ = black_box(decoder.decode(soft, message));
            }
        };
        ours(engine.name(), pass, |out| {
            Wrong::between(out, &messages, code.message_len())
        })
    };
    // The library's call stops when a codeblock is right; so this one does fewer iterations and is told apart from the others.
    let pass = |messages: &mut Vec<u8>| {
        messages.resize(code.message_len() * FRAMES, 0);
        let outcomes = blocks::turbo(code, ITERATIONS, black_box(&soft), messages);
        black_box(outcomes.expect("whole blocks"));
    };
    let on_threads = ours(THREADS, pass, |out| {
        Wrong::between(out, &messages, code.message_len())
    });
    Ok(Job {
        name: "turbo-8920",
        unit: "Mbit/s",
        per_pass: (code.k() * FRAMES) as f64 / 1e6,
        ask: 20.0,
        stretch: 60.0,
        input: format!("k = 8920, rate 1/2, {ITERATIONS} whole iterations, {FRAMES} codeblocks at {EB_N0_DB} dB; information bits (threads: with early stop; no peer does this)"),
        ours: Engine::available().map(contender).collect(),
        threads: Some((threads(), on_threads)),
        peers: Vec::new(),
    }
    .measure(effort))
}
