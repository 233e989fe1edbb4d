//! `rs-clean` and `rs-16-errors`: codewords of (255,223) in the dual basis, decoded in a copy.

use std::hint::black_box;

use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::{ReedSolomon, RsCode};
use magpie_ground::blocks;

use super::super::input::{random, write};
use super::super::job::{Effort, Job, THREADS};
use super::super::peer::{Folders, Peer};
use super::super::report::{Row, Wrong};
use super::{ours, threads};

const N: usize = 255;
const K: usize = 223;
const WORDS: usize = 256;

fn codewords() -> Vec<u8> {
    let rs = code(Engine::SCALAR);
    let mut words = Vec::with_capacity(WORDS * N);
    for message in random("rs", WORDS * K).chunks(K) {
        let mut word = [0; N];
        word[..K].copy_from_slice(message);
        rs.encode(&mut word).expect("a whole codeword");
        words.extend_from_slice(&word);
    }
    words
}

fn code(engine: Engine) -> ReedSolomon {
    let rs = ReedSolomon::for_frame(RsCode::E16, 1, K).expect("a whole codeword");
    rs.with_engine(engine)
}

/// Adds `count` errors to each word, at places and of values drawn at random.
fn spoil(words: &mut [u8], count: usize) {
    let dice = random("rs errors", WORDS * count * 8);
    for (word, dice) in words.chunks_mut(N).zip(dice.chunks(count.max(1) * 8)) {
        let mut left = count;
        // Draws that hit a wrong octet again are thrown away; eight times as many as needed are enough.
        let mut hit = [false; N];
        for pair in dice.chunks(2) {
            let (at, value) = (usize::from(pair[0]) % N, pair[1] | 1);
            if left > 0 && !hit[at] {
                hit[at] = true;
                word[at] ^= value;
                left -= 1;
            }
        }
        assert_eq!(left, 0, "enough dice");
    }
}

fn measure(
    job: &'static str,
    (unit, scale): (&'static str, f64),
    [ask, stretch]: [f64; 2],
    errors: usize,
    folders: &Folders,
    effort: Effort,
) -> Result<Row, String> {
    let clean = codewords();
    let mut received = clean.clone();
    if errors > 0 {
        spoil(&mut received, errors);
    }
    write(&folders.files, job, &received, &clean, &[])?;
    let contender = |engine: Engine| {
        let (rs, received) = (code(engine), &received);
        let pass = move |words: &mut Vec<u8>| {
            words.clear();
            words.extend_from_slice(black_box(received));
            for word in words.chunks_exact_mut(N) {
                let _ = black_box(rs.decode(word));
            }
        };
        ours(engine.name(), pass, |words| {
            Wrong::between(words, &clean, N)
        })
    };
    let rs = code(Engine::best());
    let pass = |words: &mut Vec<u8>| {
        words.clear();
        words.extend_from_slice(black_box(&received));
        black_box(blocks::reed_solomon(&rs, words).expect("whole blocks"));
    };
    let on_threads = ours(THREADS, pass, |words| Wrong::between(words, &clean, N));
    Ok(Job {
        name: job,
        unit,
        per_pass: (WORDS * K * 8) as f64 / scale,
        ask,
        stretch,
        input: format!("(255,223), dual basis, {WORDS} codewords with {errors} wrong symbols each, corrected in a copy; information bits (reed-solomon: another field, own codewords, the same errors)"),
        ours: Engine::available().map(contender).collect(),
        threads: Some((threads(), on_threads)),
        peers: Peer::start(folders, job, &["libfec", "rs2", "reed-solomon"]),
    }
    .measure(effort))
}

/// Nothing wrong.
pub(super) fn clean(folders: &Folders, effort: Effort) -> Result<Row, String> {
    measure("rs-clean", ("Gbit/s", 1e9), [3.0, 8.0], 0, folders, effort)
}

/// As many errors as the code corrects.
pub(super) fn sixteen(folders: &Folders, effort: Effort) -> Result<Row, String> {
    measure(
        "rs-16-errors",
        ("Mbit/s", 1e6),
        [500.0, 1000.0],
        16,
        folders,
        effort,
    )
}
