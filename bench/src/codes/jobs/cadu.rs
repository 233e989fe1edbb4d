//! `cadu-stream`: a clean recording of CADUs to derandomised frames whose codewords were checked.

use std::hint::black_box;

use magpie_coding::cadu::{CaduConfig, CaduEncoder, CaduHunt, CaduHunter, Verdict, decode_unit};
use magpie_coding::engine::Engine;
use magpie_coding::reed_solomon::RsCode;

use super::super::input::{random, write};
use super::super::job::{Effort, Job};
use super::super::peer::{Folders, Peer};
use super::super::report::{Row, Wrong};
use super::ours;

const DEPTH: usize = 5;
const FRAME: usize = 1115;
const CADU: usize = 1279;
const UNITS: usize = 96;

fn config() -> CaduConfig {
    CaduConfig::reed_solomon(RsCode::E16, DEPTH, FRAME).expect("whole codewords")
}

/// Frames out of the stream, as a receiver does it: hunter, then the unit's decoder.
fn receive(stream: &[u8], config: &CaduConfig, frames: &mut Vec<u8>) {
    frames.clear();
    let mut hunter =
        CaduHunter::<2048>::new(CaduHunt::for_config(config)).expect("a marker of octets");
    let mut block = [0; CADU - 4];
    hunter.handle_octets(black_box(stream), &mut |unit| {
        block.copy_from_slice(unit.octets);
        match decode_unit(config, &mut block) {
            Ok(report) if report.is_good() => {
                frames.extend_from_slice(&block[..FRAME]);
                Verdict::Good
            }
            _ => Verdict::Bad,
        }
    });
}

pub(super) fn stream(folders: &Folders, effort: Effort) -> Result<Row, String> {
    let config = config();
    let frames = random("cadu", FRAME * UNITS);
    let encoder = CaduEncoder::new(config);
    let mut stream = vec![0; CADU * UNITS];
    for (frame, cadu) in frames.chunks(FRAME).zip(stream.chunks_mut(CADU)) {
        encoder.encode(frame, cadu).expect("lengths");
    }
    write(&folders.files, "cadu-stream", &stream, &frames, &[])?;
    let contender = |engine: Engine| {
        let (stream, config) = (&stream, config.with_engine(engine));
        let pass = move |out: &mut Vec<u8>| receive(stream, &config, out);
        ours(engine.name(), pass, |out| {
            Wrong::between(out, &frames, FRAME)
        })
    };
    Ok(Job {
        name: "cadu-stream",
        unit: "Gbit/s",
        per_pass: (FRAME * UNITS * 8) as f64 / 1e9,
        ask: 2.0,
        stretch: 5.0,
        input: format!("{UNITS} CADUs of I = {DEPTH}, E = 16, randomised, in octets, clean: hunted, derandomised, checked; bits of frames"),
        ours: Engine::available().map(contender).collect(),
        threads: None,
        peers: Peer::start(folders, "cadu-stream", &["libfec", "rs2"]),
    }
    .measure(effort))
}
