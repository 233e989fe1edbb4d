//! `magpie frames`: a file of transfer frames, demultiplexed and accounted for.

use std::cell::Cell;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use magpie_ground::cut::{Cut, cut_frames};
use magpie_ground::demux::{Demux, FramesReport, Spacecraft};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::guess::{Guess, guess};

use crate::command::{Ending, Failure};
use crate::files::{self, Collector, Stoppable};
use crate::output;

/// Octets from the start of the input that `--guess`, and the search for the spacecraft on standard input, look at.
const HEAD: u64 = 4 << 20;

/// Read a file of transfer frames: counts, gaps, packets, and every frame that was refused and why.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples (the last two want recordings beside the checkout):
  printf '\\200\\0\\0\\4\\0\\200\\0\\0\\4\\1' | magpie frames - --type v3
  magpie frames \\
    ../shared/data/solar-orbiter/solar_orbiter_frames_1115B.u8 \\
    --type tm --len 1115 --fecf
  magpie frames \\
    ../shared/data/tianwen2/dwingeloo_2026_05_25_19_43_00_892B.u8 --guess"
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
    #[arg(long, value_parser = clap::value_parser!(u32).range(6..=32))]
    truncated_len: Option<u32>,
    /// The spacecraft to follow; else the one with most frames.
    #[arg(long)]
    scid: Option<u16>,
    /// Find kind, length, FECF and insert zone from the octets, and print the evidence.
    #[arg(long, conflicts_with_all = ["kind", "len", "insert_zone", "fecf", "ocf", "fhec", "no_mpdu", "segment_header", "truncated_len"])]
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
    let told = told_spec(arguments)?;
    let mut input = files::open(file)?;
    let read = input.by_ref().take(HEAD).read_to_end(&mut head);
    read.map_err(|error| cannot_read(file, &error))?;
    if head.is_empty() {
        return Err(files::empty(file));
    }
    let spec = match told {
        Some(spec) => spec,
        None => guessed_spec(file, &head)?,
    };
    let scid = match arguments.scid {
        Some(scid) => Some(scid),
        None if files::is_rereadable(file) => survey(&spec, files::open(file)?, file)?,
        None => survey(&spec, &head[..], file)?,
    };
    let mut packets = Collector::create(arguments.out.as_deref())?;
    let input = Cursor::new(head).chain(input);
    let report = account(&spec, scid, input, file, &mut packets)?;
    if arguments.scid.is_none() {
        agree_on_spacecraft(scid, &report, file)?;
    }
    packets.finish()?;
    output::account(&report, arguments.json, arguments.out.as_deref(), || {
        output::frames_text(&report)
    })?;
    Ok(Ending::complete_if(is_complete(&report)))
}

fn cannot_read(file: &Path, error: &std::io::Error) -> Failure {
    Failure::at(file, format!("cannot read: {}", files::cause(error)))
}

/// The start of a stream has chosen the spacecraft; if the rest says otherwise the account would not be that of the same octets in a file.
fn agree_on_spacecraft(
    chosen: Option<u16>,
    report: &FramesReport,
    file: &Path,
) -> Result<(), Failure> {
    match (chosen, report.most_frequent_spacecraft) {
        (chosen, most) if chosen == most => Ok(()),
        (_, None) => Ok(()),
        (chosen, Some(most)) => Err(Failure::at(
            file,
            format!(
                "most frames are of spacecraft {most}, but the start of the stream has more of {}; give --scid, or a file",
                chosen.map_or_else(|| "none".into(), |scid| scid.to_string())
            ),
        )),
    }
}

/// Nothing missing by the counts, nothing refused but foreign frames, no packet broken otherwise than by the ends of the recording.
fn is_complete(report: &FramesReport) -> bool {
    let refused = report.rejected.keys().any(|&reason| reason != "spacecraft");
    let mut channels = report.virtual_channels.values();
    let lossy = channels.any(|channel| {
        channel.count_discontinuities > 0
            || channel.dropped.keys().any(|reason| !reason.is_expected())
    });
    report
        .virtual_channels
        .values()
        .any(|channel| channel.frames > 0)
        && !refused
        && !lossy
        && report.trailing_bytes == 0
        && report.skipped_bytes == 0
}

/// What the options say, unless the octets are to say it.
fn told_spec(arguments: &Arguments) -> Result<Option<FrameSpec>, Failure> {
    let Some(kind) = arguments.kind.map(FrameKind::from) else {
        return Ok(None);
    };
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
    Ok(Some(spec))
}

fn guessed_spec(file: &Path, head: &[u8]) -> Result<FrameSpec, Failure> {
    let whole = (head.len() as u64) < HEAD;
    let guessed = guess(head, whole);
    for line in &guessed.evidence {
        output::note(&format!("{}: {line}", files::shown(file)));
    }
    match guessed.guess {
        Guess::Frames(spec) => {
            let options = output::spec_options(&spec);
            output::note(&format!("{}: as if told: {options}", files::shown(file)));
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
    read.map_err(|error| cannot_read(file, &error))?;
    Ok(demux.finish(0).spacecraft_id)
}

fn account(
    spec: &FrameSpec,
    scid: Option<u16>,
    input: impl Read,
    file: &Path,
    out: &mut Collector,
) -> Result<FramesReport, Failure> {
    let mut demux = Demux::new(*spec, scid.map_or(Spacecraft::Survey, Spacecraft::Only));
    let mut trailing = 0;
    let stop = Cell::new(false);
    let read = cut_frames(spec, Stoppable::new(input, &stop), &mut |cut| match cut {
        Cut::Frame { offset, octets } => {
            demux.handle_frame(offset, octets, &mut |found| out.put(found.packet.octets()));
            stop.set(out.has_failed());
        }
        Cut::Garbage {
            offset,
            octets,
            detail,
        } => demux.handle_garbage(offset, octets, detail),
        Cut::End { trailing: octets } => trailing = octets,
    });
    read.map_err(|error| cannot_read(file, &error))?;
    out.check()?;
    Ok(demux.finish(trailing))
}
