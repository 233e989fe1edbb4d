//! `magpie decode`: a recording of symbols, decoded to frames.

use std::path::PathBuf;

use clap::ValueEnum;
use magpie_coding::asm::Asm;
use magpie_coding::pltu::PltuConfig;
use magpie_coding::reed_solomon::{FillPolicy, ReedSolomon};
use magpie_coding::viterbi::G2Choice;
use magpie_ground::decode::{DecodeConfig, DecodeReport, Decoder, Outer};
use magpie_ground::symbols::SymbolFormat;

use crate::command::cadu_options::CaduOptions;
use crate::command::{Ending, Failure};
use crate::files::{self, Collector};
use crate::output;

/// Decode a recording of symbols to frames; no hint about symbol phase or polarity is needed.
///
/// A preset names a whole chain of stages; without one, --inner, --descramble and --sync name each stage. Every other option refines either.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples (the last two want recordings beside the checkout):
  printf '\\200\\0\\0\\4\\0' | magpie encode - --as prox1-conv --out one.f32 &&
    magpie decode one.f32 --input f32 --preset prox1-conv --out one.v3
  magpie decode ../shared/data/lev1/lev1_symbols.f32 \\
    --input f32 --preset lev1
  magpie decode ../shared/data/snpp/snpp_synchronized_cadus.dat \\
    --input octets --preset cadu-rs --frame-len 892 --interleave 4 \\
    --out frames.bin"
)]
pub struct Arguments {
    /// Recording of symbols, `-` for standard input.
    file: PathBuf,
    /// How symbols lie in the file (positive = 1): f32 little-endian, i8, bits (one octet 0 or 1 each), octets (eight hard symbols each).
    #[arg(long, value_parser = ["f32", "i8", "bits", "octets"])]
    input: String,
    /// A whole chain of stages by name.
    #[arg(long, value_enum, required_unless_present = "sync", conflicts_with_all = ["inner", "descramble", "sync"])]
    preset: Option<Preset>,
    /// Inner code.
    #[arg(long, value_enum, default_value = "none")]
    inner: Inner,
    /// V.35 / IESS-308 descrambler behind the inner code.
    #[arg(long)]
    descramble: bool,
    /// How frames are found.
    #[arg(long, value_enum)]
    sync: Option<Sync>,
    #[command(flatten)]
    stages: Stages,
    /// Write the frames here, one after the other; `-` for standard output.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// The parameters of the stages.
#[derive(Debug, clap::Args)]
struct Stages {
    /// G2 of the convolutional code: inverted (the books), plain, or auto.
    #[arg(long, value_enum, default_value = "inverted")]
    g2: G2Option,
    #[command(flatten)]
    cadu: CaduOptions,
    /// Octets a codeword (rs-codewords).
    #[arg(long, value_parser = clap::value_parser!(u32).range(17..=255))]
    code_len: Option<u32>,
    /// Let corrections fall into the virtual fill, as a faulty encoder needs it; else such a codeword is refused.
    #[arg(long)]
    correct_fill: bool,
    /// Wrong bits tolerated in a PLTU marker.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=3))]
    marker_errors: u8,
    /// Octets of a truncated Version-4 frame in a PLTU, if there are any.
    #[arg(long, value_parser = clap::value_parser!(u16).range(6..=32))]
    truncated_len: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// Proximity-1, convolutional code.
    Prox1Conv,
    /// Proximity-1, uncoded.
    Prox1Uncoded,
    /// LEV-1 lunar hopper: convolutional code, V.35 descrambler, marker FAF320, 65 octets with CRC-16.
    Lev1,
    /// Telemetry: convolutional code, then CADUs with Reed–Solomon (--frame-len, --interleave).
    CcsdsConcat,
    /// Telemetry: CADUs with Reed–Solomon (--frame-len, --interleave).
    CaduRs,
    /// Reed–Solomon codewords end to end (--code-len, --basis).
    RsCodewords,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Inner {
    /// The symbols are the bits.
    None,
    /// Convolutional, K = 7, rate 1/2.
    Conv,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sync {
    /// Proximity-1 units: marker, frame, CRC-32.
    Pltu,
    /// Telemetry units: marker, randomizer, Reed–Solomon.
    Cadu,
    /// Reed–Solomon codewords end to end.
    Codewords,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum G2Option {
    Inverted,
    Plain,
    Auto,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    output::only_one_on_standard_output(arguments.json, arguments.out.as_deref())?;
    let config = config(arguments)?;
    let mut decoder = Decoder::new(&config).map_err(Failure::new)?;
    let mut input = files::open(&arguments.file)?;
    let mut out = Collector::create(arguments.out.as_deref())?;
    files::for_each_chunk(&arguments.file, &mut input, &mut |chunk| {
        decoder.push(chunk, &mut |frame| out.put(frame));
        out.check()
    })?;
    let report = decoder.finish(&mut |frame| out.put(frame));
    out.finish()?;
    output::account(&report, arguments.json, arguments.out.as_deref(), || {
        output::decode_text(&report)
    })?;
    Ok(Ending::complete_if(is_complete(&report)))
}

/// Something was heard, and no unit whose start was recognised is lost.
fn is_complete(report: &DecodeReport) -> bool {
    report.frames_good > 0
        && report.frames_bad == 0
        && report.trailing_bytes == 0
        && !report.rejected.contains_key("cut-off-at-the-end")
}

fn config(arguments: &Arguments) -> Result<DecodeConfig, Failure> {
    let input: SymbolFormat = arguments.input.parse().map_err(Failure::new)?;
    let stages = &arguments.stages;
    let g2 = match stages.g2 {
        G2Option::Inverted => G2Choice::Inverted,
        G2Option::Plain => G2Choice::Plain,
        G2Option::Auto => G2Choice::Auto,
    };
    let coded = match (arguments.preset, arguments.inner) {
        (Some(Preset::Prox1Conv | Preset::Lev1 | Preset::CcsdsConcat), _) | (None, Inner::Conv) => {
            true
        }
        (Some(_), _) | (None, Inner::None) => false,
    };
    let sync = match (arguments.preset, arguments.sync) {
        (Some(Preset::Prox1Conv | Preset::Prox1Uncoded), _) | (None, Some(Sync::Pltu)) => {
            stages.pltu()
        }
        (Some(Preset::CcsdsConcat | Preset::CaduRs), _) | (None, Some(Sync::Cadu)) => {
            stages.cadu()?
        }
        (Some(Preset::RsCodewords), _) | (None, Some(Sync::Codewords)) => stages.codewords()?,
        // 560 bits: preamble AAAA, marker, 3 octets, 60 octets under the CRC-16, CRC-16.
        (Some(Preset::Lev1), _) => Outer::Marked {
            marker: Asm::PLTU,
            len: 65,
            crc_from: 3,
        },
        (None, None) => return Err(Failure::new("give --preset or --sync")),
    };
    let config = DecodeConfig::new(input, sync);
    let config = if coded {
        config.convolutional(g2)
    } else {
        config
    };
    Ok(DecodeConfig {
        descrambler: arguments.descramble || arguments.preset == Some(Preset::Lev1),
        ..config
    })
}

impl Stages {
    fn pltu(&self) -> Outer {
        Outer::Pltu(
            PltuConfig::new()
                .with_tolerance(self.marker_errors)
                .with_truncated_frame_len(self.truncated_len),
        )
    }

    fn fill_policy(&self) -> FillPolicy {
        if self.correct_fill {
            FillPolicy::AllowCorrection
        } else {
            FillPolicy::Strict
        }
    }

    fn cadu(&self) -> Result<Outer, Failure> {
        self.cadu.config(self.fill_policy()).map(Outer::Cadu)
    }

    fn codewords(&self) -> Result<Outer, Failure> {
        let len = self.code_len.ok_or_else(|| {
            Failure::new("--code-len is missing: octets a codeword, parity included")
        })? as usize;
        let code = self.cadu.rs_code();
        let frame_len = len
            .checked_sub(code.parity_len())
            .filter(|&message| message > 0);
        let frame_len = frame_len.ok_or_else(|| {
            Failure::new(format!(
                "--code-len {len}: {} octets of it are parity, nothing is left",
                code.parity_len()
            ))
        })?;
        let rs = ReedSolomon::for_frame(code, 1, frame_len)
            .map_err(|error| Failure::new(format!("--code-len {len}: {error}")))?;
        Ok(Outer::Codewords(
            rs.with_basis(self.cadu.basis())
                .with_fill_policy(self.fill_policy()),
        ))
    }
}
