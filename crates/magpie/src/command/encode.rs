//! `magpie encode`: a file of frames, turned into the symbols a radio would send.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use magpie_coding::cadu::CaduEncoder;
use magpie_coding::cltu::{CltuEncoder, LdpcCltuEncoder, LdpcTail, plop};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2, PuncturedEncoder, Rate};
use magpie_coding::reed_solomon::FillPolicy;
use magpie_ground::cut::{Cut, cut_frames};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::symbols::SymbolFormat;

use crate::command::cadu_options::CaduOptions;
use crate::command::code_options::{CltuLdpc, CodeOptions};
use crate::command::{Ending, Failure};
use crate::encode::{Around, Inner, Packing, SymbolWriter};
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
    /// Send G2 without the inversion of the books (rate 1/2; the others never invert it).
    #[arg(long)]
    plain_g2: bool,
    #[command(flatten)]
    cadu: CaduOptions,
    #[command(flatten)]
    code: CodeOptions,
    /// What follows the last (128,64) codeword of a CLTU.
    #[arg(long, value_enum, default_value = "b4")]
    ldpc_tail: LdpcTailOption,
    /// Octets of idle pattern before the first Proximity-1 unit, or of the acquisition sequence before the first CLTU (16 at least).
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(0..=MOST_IDLE))]
    acquisition: u32,
    /// Octets of idle pattern between two Proximity-1 units or CLTUs (1 at least).
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=MOST_IDLE))]
    gap: u32,
    /// Octets of idle pattern behind the last unit [default: 64 for Proximity-1 and CLTUs, 16 behind a convolutional code, else 0].
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=MOST_IDLE))]
    tail: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum As {
    /// Proximity-1 units, convolutional code.
    Prox1Conv,
    /// Proximity-1 units, uncoded.
    Prox1Uncoded,
    /// Proximity-1 units, LDPC (2048,1024).
    Prox1Ldpc,
    /// Telemetry: frames behind a marker, convolutional code (--frame-len, --rate).
    CcsdsConv,
    /// Telemetry units with Reed–Solomon, convolutional code (--frame-len, --interleave, --rate).
    CcsdsConcat,
    /// Telemetry units with Reed–Solomon (--frame-len, --interleave).
    #[value(alias = "cadu-rs")]
    Cadu,
    /// Telemetry: a frame in each LDPC block (--code).
    CcsdsLdpc,
    /// Telemetry: a frame in each turbo block (--k, --rate).
    CcsdsTurbo,
    /// Telecommand frames, a CLTU of BCH codewords each (--randomized).
    Cltu,
    /// Telecommand frames, a CLTU of LDPC codewords each (--code tc-128 or tc-512, --ldpc-tail).
    CltuLdpc,
}

/// Tails of a CLTU with (128,64).
#[derive(Debug, Clone, Copy, ValueEnum)]
enum LdpcTailOption {
    /// None.
    None,
    /// 55555556AAAAAAAA5555555555555555 (231.0-B-4).
    B4,
    /// 63A1ED72C6AC79E25555555555555555 (its corrigendum of 2026).
    B4Cor1,
}

/// Hands over the frames of a file with their places, until one is not wanted any more; notes what is no frame.
pub(super) fn each_frame(
    file: &Path,
    (input, spec): (impl Read, &FrameSpec),
    left_out: &mut LeftOut,
    take: &mut dyn FnMut(u64, &[u8], &mut LeftOut) -> bool,
) -> Result<(), Failure> {
    let stop = Cell::new(false);
    let read = cut_frames(spec, Stoppable::new(input, &stop), &mut |cut| match cut {
        Cut::Frame { offset, octets } if !stop.get() => {
            stop.set(!take(offset, octets, left_out));
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
    let read = read.map_err(|error| {
        let what = format!("cannot read: {}", files::cause(&error));
        Failure::at(file, what)
    });
    read.map(drop)
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let format: SymbolFormat = arguments.format.parse().map_err(Failure::new)?;
    let (packing, spec) = packing(arguments)?;
    let (around, inner) = (around(arguments), inner(arguments)?);
    let input = files::open(&arguments.file)?;
    let (input, spec) = with_kind(input, spec, &arguments.file)?;
    let output = Output::create(&arguments.out)?;
    let mut writer = SymbolWriter::new(packing, around, inner, format, output);
    let mut left_out = LeftOut::default();
    let mut written = Ok(());
    each_frame(
        &arguments.file,
        (input, &spec),
        &mut left_out,
        &mut |offset, octets, left_out| {
            written = send(&mut writer, offset, octets, left_out);
            written.is_ok()
        },
    )?;
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
    Ok(Ending::complete_if(left_out.is_empty()))
}

/// What of the input was not sent: the first few of them by name, the others counted.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    lines: Vec<String>,
    times: u64,
}

impl LeftOut {
    const NAMED: usize = 5;

    pub(super) fn note(&mut self, line: impl FnOnce() -> String) {
        self.times += 1;
        if self.lines.len() < Self::NAMED {
            self.lines.push(line());
        }
    }

    /// Was everything sent?
    pub(super) const fn is_empty(&self) -> bool {
        self.times == 0
    }

    pub(super) fn account(&self) -> impl Iterator<Item = String> {
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

/// Proximity-1 carries Version-3 or USLP frames, telecommand TC or USLP frames, never both in one stream: the first octet tells.
pub(super) fn with_kind(
    mut input: Box<dyn Read + Send>,
    spec: FrameSpec,
    path: &Path,
) -> Result<(impl Read + use<>, FrameSpec), Failure> {
    let mut first = Vec::new();
    let read = input.by_ref().take(1).read_to_end(&mut first);
    read.map_err(|error| {
        let what = format!("cannot read: {}", files::cause(&error));
        Failure::at(path, what)
    })?;
    let spec = match FrameKind::version_of(&first) {
        None => return Err(files::empty(path)),
        Some(version) if spec.frame_len.is_none() && version == FrameKind::Uslp.version() => {
            FrameSpec::new(FrameKind::Uslp, None)
        }
        Some(_) => spec,
    };
    Ok((io::Cursor::new(first).chain(input), spec))
}

fn is_convolutional(arguments: &Arguments) -> bool {
    arguments.convolutional
        || matches!(
            arguments.packing,
            As::Prox1Conv | As::CcsdsConv | As::CcsdsConcat
        )
}

fn inner(arguments: &Arguments) -> Result<Inner, Failure> {
    if arguments.packing == As::Prox1Uncoded && arguments.convolutional {
        return Err(Failure::new("--convolutional: that is --as prox1-conv"));
    }
    if arguments.packing == As::Prox1Ldpc && !arguments.convolutional {
        return Ok(Inner::Prox1Ldpc(Box::default()));
    }
    if !is_convolutional(arguments) {
        return Ok(Inner::None);
    }
    let carries = matches!(
        arguments.packing,
        As::Prox1Conv | As::CcsdsConv | As::CcsdsConcat | As::Cadu
    );
    if !carries {
        return Err(Failure::new(
            "--convolutional goes with CADUs; other units have a code of their own",
        ));
    }
    if arguments.packing == As::Prox1Conv {
        arguments.code.only_half("Proximity-1")?;
    }
    let g2 = if arguments.plain_g2 {
        G2::Plain
    } else {
        G2::Inverted
    };
    let rate = arguments.code.convolutional()?;
    if rate != Rate::Half {
        return Ok(Inner::Punctured(PuncturedEncoder::new(rate)));
    }
    Ok(Inner::Convolutional(ConvolutionalEncoder::new(g2)))
}

/// The idle around the units.
fn around(arguments: &Arguments) -> Around {
    let [acquisition, gap] = [arguments.acquisition, arguments.gap].map(|octets| octets as usize);
    let tail = |usual: usize| arguments.tail.map_or(usual, |octets| octets as usize);
    match arguments.packing {
        As::Prox1Conv | As::Prox1Uncoded | As::Prox1Ldpc => Around {
            acquisition,
            gap,
            tail: tail(64),
        },
        As::Cltu | As::CltuLdpc => Around {
            acquisition: plop::acquisition_len(8 * acquisition),
            gap: plop::idle_len(8 * gap),
            tail: tail(64),
        },
        As::Cadu | As::CcsdsConv | As::CcsdsConcat | As::CcsdsLdpc | As::CcsdsTurbo => Around {
            acquisition: 0,
            gap: 0,
            tail: tail(if is_convolutional(arguments) { 16 } else { 0 }),
        },
    }
}

/// The units, and how frames lie in the input.
fn packing(arguments: &Arguments) -> Result<(Packing, FrameSpec), Failure> {
    // The kind does not matter for frames of fixed length.
    let fixed = |len| FrameSpec::new(FrameKind::Tm, Some(len));
    let of_kind = |kind| FrameSpec::new(kind, None);
    Ok(match arguments.packing {
        As::Prox1Conv | As::Prox1Uncoded | As::Prox1Ldpc => (Packing::Pltu, of_kind(FrameKind::V3)),
        As::Cadu | As::CcsdsConcat => {
            let config = arguments.cadu.config(FillPolicy::Strict)?;
            let encoder = CaduEncoder::new(config);
            (Packing::Cadu(encoder), fixed(config.frame_len()))
        }
        As::CcsdsConv => {
            let config = arguments.cadu.uncoded()?;
            let encoder = CaduEncoder::new(config);
            (Packing::Cadu(encoder), fixed(config.frame_len()))
        }
        As::CcsdsLdpc | As::CcsdsTurbo => {
            let code = if arguments.packing == As::CcsdsLdpc {
                arguments.code.ldpc()?
            } else {
                arguments.code.turbo()?
            };
            let packing = Packing::Block(code, arguments.cadu.randomizer());
            (packing, fixed(code.frame_len()))
        }
        As::Cltu => {
            let encoder = CltuEncoder::bch().with_randomizer(arguments.code.randomized);
            (Packing::Cltu(encoder), of_kind(FrameKind::Tc))
        }
        As::CltuLdpc => {
            let encoder = match arguments.code.cltu_ldpc()? {
                CltuLdpc::Short => LdpcCltuEncoder::short(match arguments.ldpc_tail {
                    LdpcTailOption::None => LdpcTail::None,
                    LdpcTailOption::B4 => LdpcTail::B4,
                    LdpcTailOption::B4Cor1 => LdpcTail::B4Cor1,
                }),
                CltuLdpc::Long => LdpcCltuEncoder::long(),
            };
            (Packing::CltuLdpc(encoder), of_kind(FrameKind::Tc))
        }
    })
}
