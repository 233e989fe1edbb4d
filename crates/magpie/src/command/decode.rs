//! `magpie decode`: a recording of symbols, decoded to frames.

use std::path::PathBuf;

use clap::ValueEnum;
use magpie_coding::asm::Asm;
use magpie_coding::bch::BchMode;
use magpie_coding::cltu::{CltuConfig, LdpcCltuConfig};
use magpie_coding::pltu::PltuConfig;
use magpie_coding::reed_solomon::{FillPolicy, ReedSolomon};
use magpie_coding::viterbi::G2Choice;
use magpie_ground::decode::{BlockCode, DecodeConfig, DecodeReport, Decoder, Outer};
use magpie_ground::symbols::SymbolFormat;

use crate::command::cadu_options::CaduOptions;
use crate::command::code_options::{CltuLdpc, CodeOptions, YesNo};
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
  printf '\\0\\52\\0\\6\\0go' |
    magpie encode - --as cltu --randomized --format octets --out - |
    magpie decode - --input octets --preset cltu --randomized --json
  head -c 446 /dev/zero |
    magpie encode - --as ccsds-turbo --k 1784 --rate 1/4 --out - |
    magpie decode - --input f32 --preset ccsds-turbo --k 1784 --rate 1/4 \\
      --fecf no --out frames.bin
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
    /// G2 of the convolutional code of rate 1/2: inverted (the books), plain, or auto.
    #[arg(long, value_enum, default_value = "inverted")]
    g2: G2Option,
    #[command(flatten)]
    cadu: CaduOptions,
    #[command(flatten)]
    code: CodeOptions,
    /// Frames end with a CRC-16 that must fit [default: yes for ccsds-conv and ccsds-turbo, no for LDPC blocks and CLTUs].
    #[arg(long, value_enum)]
    fecf: Option<YesNo>,
    /// What a CLTU receiver does with a BCH codeword that has an error: correct single ones, or only detect up to three.
    #[arg(long, value_enum, default_value = "sec")]
    bch_mode: BchOption,
    /// Iterations of the decoder at the most, 1 to 1000 [default: 50 with LDPC, 10 with turbo codes].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    iterations: Option<u16>,
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
    /// Proximity-1, LDPC (2048,1024).
    Prox1Ldpc,
    /// LEV-1 lunar hopper: convolutional code, V.35 descrambler, marker FAF320, 65 octets with CRC-16.
    Lev1,
    /// Telemetry: convolutional code, then frames with CRC-16 behind a marker (--frame-len, --rate).
    CcsdsConv,
    /// Telemetry: convolutional code, then CADUs with Reed–Solomon (--frame-len, --interleave, --rate).
    CcsdsConcat,
    /// Telemetry: CADUs with Reed–Solomon (--frame-len, --interleave).
    CaduRs,
    /// Telemetry: a frame in each LDPC block (--code).
    CcsdsLdpc,
    /// Telemetry: a frame in each turbo block (--k, --rate).
    CcsdsTurbo,
    /// Telecommand: CLTUs of BCH codewords (--bch-mode, --randomized).
    Cltu,
    /// Telecommand: CLTUs of LDPC codewords (--code tc-128 or tc-512).
    CltuLdpc,
    /// Reed–Solomon codewords end to end (--code-len, --basis).
    RsCodewords,
}

impl Preset {
    /// Does its decoder go over a block again and again?
    const fn iterates(self) -> bool {
        matches!(
            self,
            Self::Prox1Ldpc | Self::CcsdsLdpc | Self::CcsdsTurbo | Self::CltuLdpc
        )
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BchOption {
    /// Single error correction.
    Sec,
    /// Triple error detection.
    Ted,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Inner {
    /// The symbols are the bits.
    None,
    /// Convolutional, K = 7 (--rate).
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
        (Some(Preset::Prox1Conv | Preset::Lev1 | Preset::CcsdsConv | Preset::CcsdsConcat), _)
        | (None, Inner::Conv) => true,
        (Some(_), _) | (None, Inner::None) => false,
    };
    let outer = match (arguments.preset, arguments.sync) {
        (Some(preset), _) => stages.outer_of(preset)?,
        (None, Some(Sync::Pltu)) => stages.pltu(),
        (None, Some(Sync::Cadu)) => stages.cadu()?,
        (None, Some(Sync::Codewords)) => stages.codewords()?,
        (None, None) => return Err(Failure::new("give --preset or --sync")),
    };
    if stages.iterations.is_some() && !arguments.preset.is_some_and(Preset::iterates) {
        return Err(Failure::new(
            "--iterations: only LDPC and turbo decoders have some (prox1-ldpc, ccsds-ldpc, ccsds-turbo, cltu-ldpc)",
        ));
    }
    let config = DecodeConfig::new(input, outer).with_iterations(stages.iterations);
    let config = match arguments.preset {
        Some(Preset::Prox1Conv | Preset::Lev1) => {
            stages.code.only_half("this preset")?;
            config.convolutional(g2)
        }
        _ if coded => config
            .convolutional(g2)
            .with_rate(stages.code.convolutional()?),
        _ => config,
    };
    Ok(DecodeConfig {
        descrambler: arguments.descramble || arguments.preset == Some(Preset::Lev1),
        ..config
    })
}

impl Stages {
    fn outer_of(&self, preset: Preset) -> Result<Outer, Failure> {
        Ok(match preset {
            Preset::Prox1Conv | Preset::Prox1Uncoded => self.pltu(),
            Preset::Prox1Ldpc => Outer::Prox1Ldpc(self.pltu_config()),
            Preset::CcsdsConcat | Preset::CaduRs => self.cadu()?,
            Preset::CcsdsConv if self.has_fecf(true) => Outer::Frames(self.cadu.uncoded()?),
            Preset::CcsdsConv => Outer::Cadu(self.cadu.uncoded()?),
            Preset::CcsdsLdpc => self.block(self.code.ldpc()?, false),
            Preset::CcsdsTurbo => self.block(self.code.turbo()?, true),
            Preset::RsCodewords => self.codewords()?,
            // 560 bits: preamble AAAA, marker, 3 octets, 60 octets under the CRC-16, CRC-16.
            Preset::Lev1 => Outer::Marked {
                marker: Asm::PLTU,
                len: 65,
                crc_from: 3,
            },
            Preset::Cltu => Outer::Cltu {
                config: CltuConfig::new(match self.bch_mode {
                    BchOption::Sec => BchMode::SingleErrorCorrect,
                    BchOption::Ted => BchMode::TripleErrorDetect,
                })
                .with_randomizer(self.code.randomized),
                fecf: self.has_fecf(false),
            },
            Preset::CltuLdpc => Outer::CltuLdpc {
                config: match self.code.cltu_ldpc()? {
                    CltuLdpc::Short => LdpcCltuConfig::short(),
                    CltuLdpc::Long => LdpcCltuConfig::long(),
                },
                fecf: self.has_fecf(false),
            },
        })
    }

    /// Do frames end with a CRC-16? Unless told, as usual for the code.
    fn has_fecf(&self, usual: bool) -> bool {
        self.fecf.map_or(usual, |told| told == YesNo::Yes)
    }

    fn block(&self, code: BlockCode, usual_fecf: bool) -> Outer {
        Outer::Block {
            code,
            randomizer: self.cadu.randomizer(),
            fecf: self.has_fecf(usual_fecf),
        }
    }

    fn pltu_config(&self) -> PltuConfig {
        PltuConfig::new()
            .with_tolerance(self.marker_errors)
            .with_truncated_frame_len(self.truncated_len)
    }

    fn pltu(&self) -> Outer {
        Outer::Pltu(self.pltu_config())
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
