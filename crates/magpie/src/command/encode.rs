//! `magpie encode`: a file of frames, turned into the symbols a radio would send.

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
use crate::files::{self, Output};

/// Encode a file of frames to symbols, the inverse of `decode`, so that others can decode what we send.
///
/// Proximity-1 frames lie end to end and say their own length; CADUs take frames of --frame-len octets.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    magpie encode ../shared/data/solar-orbiter/solar_orbiter_frames_1115B.u8 --as cadu --frame-len 1115 --interleave 5 --convolutional --out symbols.f32\n  \
    magpie decode symbols.f32 --input f32 --preset ccsds-concat --frame-len 1115 --interleave 5")]
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
    #[arg(long, default_value_t = 64)]
    acquisition: usize,
    /// Octets of idle pattern between two Proximity-1 units.
    #[arg(long, default_value_t = 4)]
    gap: usize,
    /// Octets of idle pattern behind the last unit [default: 64 for Proximity-1, 16 behind a convolutional code, else 0].
    #[arg(long)]
    tail: Option<usize>,
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
    let output = Output::create(&arguments.out)?;
    let mut writer = SymbolWriter::new(packing, is_coded(arguments).then_some(g2), format, output);
    let (mut written, mut lost) = (Ok(()), Vec::new());
    cut_frames(&spec, input, &mut |cut| match cut {
        Cut::Frame { octets, .. } if written.is_ok() => written = writer.frame(octets),
        Cut::Frame { .. } | Cut::End { trailing: 0 } => {}
        Cut::Garbage {
            offset,
            octets,
            detail,
        } => lost.push(format!(
            "{octets} octets at {offset} are no frame: {detail}"
        )),
        Cut::End { trailing } => {
            lost.push(format!("{trailing} octets at the end are no whole frame"))
        }
    })
    .map_err(|error| Failure::at(&arguments.file, format!("cannot read: {error}")))?;
    written.map_err(|error| Failure::at(&arguments.out, format!("cannot write: {error}")))?;
    let frames = writer.frames();
    if frames == 0 {
        return Err(Failure::at(
            &arguments.file,
            lost.first().map_or("holds no frame", String::as_str),
        ));
    }
    let (output, symbols) = writer
        .finish()
        .map_err(|error| Failure::at(&arguments.out, format!("cannot write: {error}")))?;
    output.finish()?;
    anstream::eprintln!(
        "{frames} frames, {symbols} symbols → {}",
        arguments.out.display()
    );
    for line in &lost {
        anstream::eprintln!("{}: {line}", arguments.file.display());
    }
    Ok(Ending::complete_if(lost.is_empty()))
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
                tail,
            },
            spec,
        ));
    }
    if arguments.packing == As::Prox1Uncoded && arguments.convolutional {
        return Err(Failure::new("--convolutional: that is --as prox1-conv"));
    }
    let tail = arguments.tail.unwrap_or(64);
    let packing = Packing::Pltu {
        acquisition: arguments.acquisition,
        gap: arguments.gap,
        tail,
    };
    Ok((packing, FrameSpec::new(FrameKind::V3, None)))
}
