//! The options that describe a CADU, shared by `decode` and `encode`.

use clap::ValueEnum;
use magpie_coding::cadu::{CaduConfig, TmRandomizer};
use magpie_coding::reed_solomon::{Basis, FillPolicy, RsCode};

use crate::command::Failure;

/// Frame, Reed–Solomon code and randomizer of a telemetry unit.
#[derive(Debug, clap::Args)]
pub(crate) struct CaduOptions {
    /// Octets a frame (CADUs; LDPC and turbo blocks say it themselves).
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    frame_len: Option<u32>,
    /// Reed–Solomon codewords interleaved in a CADU; 0 for frames without a block code.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=8))]
    interleave: u32,
    /// Reed–Solomon code by the errors it corrects a codeword: 16 is (255,223), 8 is (255,239).
    #[arg(long, default_value = "16", value_parser = ["16", "8"])]
    rs_errors: String,
    /// Symbol basis of the Reed–Solomon code.
    #[arg(long, value_enum, default_value = "dual")]
    basis: BasisOption,
    /// Randomizer of telemetry (CADUs, LDPC and turbo blocks).
    #[arg(long, value_enum, default_value = "short")]
    randomizer: RandomizerOption,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BasisOption {
    /// As 131.0 sends it.
    Dual,
    /// As many radio libraries and some spacecraft have it.
    Conventional,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RandomizerOption {
    /// 255 bits, the only one until 131.0-B-4.
    Short,
    /// 131,071 bits, 131.0-B-5 and later.
    Long,
    /// No randomizer.
    None,
}

impl CaduOptions {
    /// The unit these options describe, but without a block code.
    pub(crate) fn uncoded(&self) -> Result<CaduConfig, Failure> {
        let len = self.frame_len()?;
        let config = CaduConfig::uncoded(len)
            .map_err(|error| Failure::new(format!("--frame-len {len}: {error}")))?;
        Ok(config.with_randomizer(self.randomizer()))
    }

    fn frame_len(&self) -> Result<usize, Failure> {
        let missing = || {
            Failure::new("--frame-len is missing: octets a frame, e.g. 1115 with --interleave 5")
        };
        Ok(self.frame_len.ok_or_else(missing)? as usize)
    }

    /// The unit these options describe.
    pub(crate) fn config(&self, fill_policy: FillPolicy) -> Result<CaduConfig, Failure> {
        let len = self.frame_len()?;
        let config = if self.interleave == 0 {
            CaduConfig::uncoded(len)
        } else {
            CaduConfig::reed_solomon(self.rs_code(), self.interleave as usize, len)
        };
        let config = config.map_err(|error| {
            Failure::new(format!(
                "--frame-len {len} --interleave {}: {error}",
                self.interleave
            ))
        })?;
        Ok(config
            .with_basis(self.basis())
            .with_fill_policy(fill_policy)
            .with_randomizer(self.randomizer()))
    }

    /// The Reed–Solomon code.
    pub(crate) fn rs_code(&self) -> RsCode {
        if self.rs_errors == "8" {
            RsCode::E8
        } else {
            RsCode::E16
        }
    }

    /// The symbol basis.
    pub(crate) const fn basis(&self) -> Basis {
        match self.basis {
            BasisOption::Dual => Basis::Dual,
            BasisOption::Conventional => Basis::Conventional,
        }
    }

    /// The randomizer of telemetry.
    pub(crate) const fn randomizer(&self) -> TmRandomizer {
        match self.randomizer {
            RandomizerOption::Short => TmRandomizer::Short,
            RandomizerOption::Long => TmRandomizer::Long,
            RandomizerOption::None => TmRandomizer::None,
        }
    }
}
