//! `magpie encode`: a file of frames, turned into the symbols a radio would send.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::PathBuf;

use clap::ValueEnum;
use magpie_coding::cadu::CaduEncoder;
use magpie_coding::convolutional::G2;
use magpie_coding::reed_solomon::FillPolicy;
use magpie_ground::cut::{Cut, cut_frames};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::symbols::SymbolFormat;

use crate::command::cadu_options::CaduOptions;
use crate::command::{Ending, Failure};
use crate::encode::{Packing, SymbolWriter};
use crate::files::{self, Output, Stoppable};
use crate::output;

/// Octets of idle pattern at most, a good half hour at 64 kbit/s.
const MOST_IDLE: i64 = 1 << 24;

/// Encode a file of frames to symbols, the inverse of `decode`, so that others can decode what we send.
///
/// Proximity-1 frames (Version 3, or USLP) lie end to end and say their own length; CADUs take frames of --frame-len octets.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples (the second wants recordings beside the checkout):
  printf '\\200\\0\\0\\4\\0' | magpie encode - --as prox1-conv --out one.f32
  magpie encode \\
    ../shared/data/solar-orbiter/solar_orbiter_frames_1115B.u8 \\
    --as cadu --frame-len 1115 --interleave 5 --convolutional \\
    --format octets --out symbols.bin &&
    magpie decode symbols.bin --input octets \\
    --preset ccsds-concat --frame-len 1115 --interleave 5"
)]
pub struct Arguments {
    /// File of frames, `-` for standard input.
    file: PathBuf,
    /// How to pack and code the frames.
    #[arg(long = "as", value_enum)]
    packing: As,
    /// Write the symbols here; `-` for standard output.
    #[arg(long)]
    out: PathBuf,
    /// How symbols lie in the file: f32 (±1, little-endian), i8 (±64), bits (one octet each), octets (eight hard symbols each).
    #[arg(long, default_value = "f32", value_parser = ["f32", "i8", "bits", "octets"])]
    format: String,
    /// Convolutional code behind the CADUs (prox1-conv has it in any case).
    #[arg(long)]
    convolutional: bool,
    /// Send G2 without the inversion of the books.
    #[arg(long)]
    plain_g2: bool,
    #[command(flatten)]
    cadu: CaduOptions,
    /// Octets of idle pattern before the first Proximity-1 unit.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(0..=MOST_IDLE))]
    acquisition: u32,
    /// Octets of idle pattern between two Proximity-1 units.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=MOST_IDLE))]
    gap: u32,
    /// Octets of idle pattern behind the last unit [default: 64 for Proximity-1, 16 behind a convolutional code, else 0].
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=MOST_IDLE))]
    tail: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum As {
    /// Proximity-1 units, convolutional code.
    Prox1Conv,
    /// Proximity-1 units, uncoded.
    Prox1Uncoded,
    /// Telemetry units with Reed–Solomon.
    Cadu,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let format: SymbolFormat = arguments.format.parse().map_err(Failure::new)?;
    let (packing, spec) = packing(arguments)?;
    let g2 = if arguments.plain_g2 {
        G2::Plain
    } else {
        G2::Inverted
    };
    let input = files::open(&arguments.file)?;
    let (input, spec) = with_kind(input, spec, arguments)?;
    let output = Output::create(&arguments.out)?;
    let mut writer = SymbolWriter::new(packing, is_coded(arguments).then_some(g2), format, output);
    let mut left_out = LeftOut::default();
    let (mut written, stop) = (Ok(()), Cell::new(false));
    let read = cut_frames(&spec, Stoppable::new(input, &stop), &mut |cut| match cut {
        Cut::Frame { offset, octets } if written.is_ok() => {
            written = send(&mut writer, offset, octets, &mut left_out);
            stop.set(written.is_err());
        }
        Cut::Frame { .. } | Cut::End { trailing: 0 } => {}
        Cut::Garbage {
            offset,
            octets,
            detail,
        } => left_out.note(|| format!("{octets} octets at {offset} are no frame: {detail}")),
        Cut::End { trailing } => {
            left_out.note(|| format!("{trailing} octets at the end are no whole frame"));
        }
    });
    read.map_err(|error| {
        let what = format!("cannot read: {}", files::cause(&error));
        Failure::at(&arguments.file, what)
    })?;
    let cannot_write = |error: io::Error| files::cannot_write(&arguments.out, &error);
    written.map_err(cannot_write)?;
    let frames = writer.frames();
    if frames == 0 {
        let why = left_out.lines.first();
        return Err(Failure::at(
            &arguments.file,
            why.map_or("holds no frame", String::as_str),
        ));
    }
    let (output, symbols) = writer.finish().map_err(cannot_write)?;
    output.finish()?;
    let count = crate::report::human::count;
    output::note(&format!(
        "{} frames, {} symbols",
        count(frames),
        count(symbols)
    ));
    for line in left_out.account() {
        output::note(&format!("{}: {line}", files::shown(&arguments.file)));
    }
    Ok(Ending::complete_if(left_out.times == 0))
}

/// What of the input was not sent: the first few of them by name, the others counted.
#[derive(Debug, Default)]
struct LeftOut {
    lines: Vec<String>,
    times: u64,
}

impl LeftOut {
    const NAMED: usize = 5;

    fn note(&mut self, line: impl FnOnce() -> String) {
        self.times += 1;
        if self.lines.len() < Self::NAMED {
            self.lines.push(line());
        }
    }

    fn account(&self) -> impl Iterator<Item = String> {
        let more = self.times - self.lines.len() as u64;
        let more = (more > 0).then(|| format!("and {more} more such places"));
        self.lines.iter().cloned().chain(more)
    }
}

/// Sends a frame; one that no unit can carry is left out.
fn send(
    writer: &mut SymbolWriter<Output>,
    offset: u64,
    octets: &[u8],
    left_out: &mut LeftOut,
) -> io::Result<()> {
    match writer.frame(octets) {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            left_out.note(|| format!("the frame at octet {offset} cannot be sent: {error}"));
            Ok(())
        }
        result => result,
    }
}

/// Proximity-1 carries Version-3 or USLP frames, never both in one stream: the first octet tells.
fn with_kind(
    mut input: Box<dyn Read>,
    spec: FrameSpec,
    arguments: &Arguments,
) -> Result<(impl Read, FrameSpec), Failure> {
    let mut first = Vec::new();
    let read = input.by_ref().take(1).read_to_end(&mut first);
    read.map_err(|error| {
        let what = format!("cannot read: {}", files::cause(&error));
        Failure::at(&arguments.file, what)
    })?;
    let spec = match FrameKind::version_of(&first) {
        None => return Err(files::empty(&arguments.file)),
        Some(version) if spec.kind == FrameKind::V3 && version == FrameKind::Uslp.version() => {
            FrameSpec::new(FrameKind::Uslp, None)
        }
        Some(_) => spec,
    };
    Ok((io::Cursor::new(first).chain(input), spec))
}

fn is_coded(arguments: &Arguments) -> bool {
    arguments.convolutional || arguments.packing == As::Prox1Conv
}

fn packing(arguments: &Arguments) -> Result<(Packing, FrameSpec), Failure> {
    if arguments.packing == As::Cadu {
        let config = arguments.cadu.config(FillPolicy::Strict)?;
        let tail = arguments
            .tail
            .unwrap_or(if is_coded(arguments) { 16 } else { 0 });
        // The kind does not matter for frames of fixed length.
        let spec = FrameSpec::new(FrameKind::Tm, Some(config.frame_len()));
        return Ok((
            Packing::Cadu {
                encoder: CaduEncoder::new(config),
                tail: tail as usize,
            },
            spec,
        ));
    }
    if arguments.packing == As::Prox1Uncoded && arguments.convolutional {
        return Err(Failure::new("--convolutional: that is --as prox1-conv"));
    }
    let tail = arguments.tail.unwrap_or(64);
    let packing = Packing::Pltu {
        acquisition: arguments.acquisition as usize,
        gap: arguments.gap as usize,
        tail: tail as usize,
    };
    Ok((packing, FrameSpec::new(FrameKind::V3, None)))
}
