//! `magpie frames`: a file of transfer frames, demultiplexed and accounted for.

use std::fs::File;
use std::io::{Cursor, Read, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use magpie_ground::cut::{Cut, cut_frames};
use magpie_ground::demux::{Demux, FramesReport, Spacecraft};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::guess::{Guess, guess};

use crate::command::{Ending, Failure};
use crate::files::{self, Output};
use crate::output;

/// Octets from the start of the input that `--guess`, and the search for the spacecraft on standard input, look at.
const HEAD: u64 = 4 << 20;

/// Read a file of transfer frames: counts, gaps, packets, and every frame that was refused and why.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  magpie frames ../shared/data/solar-orbiter/solar_orbiter_frames_1115B.u8 --type tm --len 1115 --fecf\n  \
    magpie frames ../shared/data/tianwen2/dwingeloo_2026_05_25_19_43_00_892B.u8 --guess"
)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
pub struct Arguments {
    /// File of frames, `-` for standard input.
    file: PathBuf,
    /// Kind of frame.
    #[arg(long = "type", value_enum, required_unless_present = "guess")]
    kind: Option<Kind>,
    /// Octets a frame; TC, V3 and USLP frames may say it themselves.
    #[arg(long, value_parser = clap::value_parser!(u32).range(5..=65_536))]
    len: Option<u32>,
    /// Octets of insert zone (AOS, USLP).
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    insert_zone: u32,
    /// The last two octets are a frame error control field (CRC-16).
    #[arg(long)]
    fecf: bool,
    /// AOS frames carry an operational control field.
    #[arg(long)]
    ocf: bool,
    /// AOS frames carry a header error control field.
    #[arg(long)]
    fhec: bool,
    /// The data fields hold no packets.
    #[arg(long)]
    no_mpdu: bool,
    /// TC data frames carry a segment header.
    #[arg(long)]
    segment_header: bool,
    /// Octets of a truncated USLP frame, if there are any.
    #[arg(long)]
    truncated_len: Option<u32>,
    /// The spacecraft to follow; else the one with most frames.
    #[arg(long)]
    scid: Option<u16>,
    /// Find kind, length, FECF and insert zone from the octets, and print the evidence.
    #[arg(long, conflicts_with_all = ["kind", "len", "insert_zone", "fecf", "no_mpdu"])]
    guess: bool,
    /// Write the complete packets here, one after the other; `-` for standard output.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Tm,
    Aos,
    Tc,
    V3,
    Uslp,
}

impl From<Kind> for FrameKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Tm => Self::Tm,
            Kind::Aos => Self::Aos,
            Kind::Tc => Self::Tc,
            Kind::V3 => Self::V3,
            Kind::Uslp => Self::Uslp,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    output::only_one_on_standard_output(arguments.json, arguments.out.as_deref())?;
    let file = &arguments.file;
    // The start of the input is looked at twice; what was read of standard input is put back in front.
    let mut head = Vec::new();
    let mut input = files::open(file)?;
    input
        .by_ref()
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| Failure::at(file, format!("cannot read: {error}")))?;
    if head.is_empty() {
        return Err(Failure::at(file, "is empty; nothing to read"));
    }
    let spec = if arguments.guess {
        guessed_spec(file, &head)?
    } else {
        told_spec(arguments)?
    };
    let scid = match arguments.scid {
        Some(scid) => Some(scid),
        None if files::is_standard(file) => survey(&spec, &head[..], file)?,
        None => survey(&spec, open_again(file)?, file)?,
    };
    let mut packets = arguments.out.as_deref().map(Output::create).transpose()?;
    let report = account(
        &spec,
        scid,
        Cursor::new(head).chain(input),
        file,
        packets.as_mut(),
    )?;
    if let Some(packets) = packets {
        packets.finish()?;
    }
    if arguments.json {
        println!("{}", output::json(&report)?);
    } else if arguments.out.as_deref().is_some_and(files::is_standard) {
        anstream::eprintln!("{}", output::frames_text(&report));
    } else {
        anstream::println!("{}", output::frames_text(&report));
    }
    Ok(Ending::complete_if(is_complete(&report)))
}

fn open_again(file: &Path) -> Result<impl Read, Failure> {
    File::open(file)
        .map(|file| std::io::BufReader::with_capacity(1 << 18, file))
        .map_err(|error| Failure::at(file, error))
}

/// Nothing missing by the counts, nothing refused but foreign frames, no tail.
fn is_complete(report: &FramesReport) -> bool {
    let refused = report.rejected.keys().any(|&reason| reason != "spacecraft");
    let gaps = report
        .virtual_channels
        .values()
        .any(|channel| channel.count_discontinuities > 0);
    report.frames > 0
        && !refused
        && !gaps
        && report.trailing_bytes == 0
        && report.skipped_bytes == 0
}

fn told_spec(arguments: &Arguments) -> Result<FrameSpec, Failure> {
    let kind: FrameKind = arguments
        .kind
        .map(Into::into)
        .ok_or_else(|| Failure::new("--type is missing"))?;
    if arguments.len.is_none() && !kind.delimits_itself() {
        return Err(Failure::new(format!(
            "--len: {kind} frames do not say their length; give the octets a frame, or --guess"
        )));
    }
    let len = |octets: u32| octets as usize;
    let spec = FrameSpec {
        insert_zone: len(arguments.insert_zone),
        fecf: arguments.fecf,
        ocf: arguments.ocf,
        fhec: arguments.fhec,
        packets: !arguments.no_mpdu,
        segment_header: arguments.segment_header,
        truncated_len: arguments.truncated_len.map(len),
        ..FrameSpec::new(kind, arguments.len.map(len))
    };
    spec.check().map_err(Failure::new)?;
    Ok(spec)
}

fn guessed_spec(file: &Path, head: &[u8]) -> Result<FrameSpec, Failure> {
    let whole = (head.len() as u64) < HEAD;
    let guessed = guess(head, whole);
    for line in &guessed.evidence {
        anstream::eprintln!("{}: {line}", file.display());
    }
    match guessed.guess {
        Guess::Frames(spec) => {
            anstream::eprintln!(
                "{}: as if told: {}",
                file.display(),
                output::spec_options(&spec)
            );
            Ok(spec)
        }
        Guess::Cadus { stride } => Err(Failure::at(
            file,
            format!(
                "holds CADUs of {stride} octets, not frames: first `magpie decode --input octets --preset cadu-rs --frame-len … --interleave …`"
            ),
        )),
        Guess::Packets => Err(Failure::at(
            file,
            "holds packets, not frames: `magpie packets`",
        )),
        Guess::Unknown => Err(Failure::at(
            file,
            "nothing that looks like frames; give --type and --len",
        )),
    }
}

/// The spacecraft with most frames.
fn survey(spec: &FrameSpec, input: impl Read, file: &Path) -> Result<Option<u16>, Failure> {
    let mut demux = Demux::new(*spec, Spacecraft::Survey);
    let read = cut_frames(spec, input, &mut |cut| {
        if let Cut::Frame { offset, octets } = cut {
            demux.handle_frame(offset, octets, &mut |_| {});
        }
    });
    read.map_err(|error| Failure::at(file, format!("cannot read: {error}")))?;
    Ok(demux.finish(0).spacecraft_id)
}

fn account(
    spec: &FrameSpec,
    scid: Option<u16>,
    input: impl Read,
    file: &Path,
    mut out: Option<&mut Output>,
) -> Result<FramesReport, Failure> {
    let mut demux = Demux::new(*spec, scid.map_or(Spacecraft::Survey, Spacecraft::Only));
    let mut trailing = 0;
    let mut written = Ok(());
    let read = cut_frames(spec, input, &mut |cut| match cut {
        Cut::Frame { offset, octets } => demux.handle_frame(offset, octets, &mut |found| {
            if let (Some(out), Ok(())) = (out.as_mut(), &written) {
                written = out.write_all(found.packet.octets());
            }
        }),
        Cut::Garbage {
            offset,
            octets,
            detail,
        } => demux.handle_garbage(offset, octets, detail),
        Cut::End { trailing: octets } => trailing = octets,
    });
    read.map_err(|error| Failure::at(file, format!("cannot read: {error}")))?;
    written.map_err(|error| Failure::new(format!("--out: cannot write: {error}")))?;
    Ok(demux.finish(trailing))
}
