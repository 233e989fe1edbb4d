//! The options that name a code, shared by `decode` and `encode`.

use clap::ValueEnum;
use magpie_coding::convolutional::Rate;
use magpie_coding::ldpc::LdpcCode;
use magpie_coding::turbo::{TurboCode, TurboRate};
use magpie_ground::decode::BlockCode;

use crate::command::Failure;

/// Which code of a family.
#[derive(Debug, clap::Args)]
pub(crate) struct CodeOptions {
    /// LDPC code: ar4ja-<k>-<rate> with k 1024, 4096, 16384 and rate 1/2, 2/3, 4/5, or c2 (ccsds-ldpc); tc-128, tc-512 (cltu-ldpc).
    #[arg(long, value_name = "CODE", value_parser = LDPC_NAMES)]
    code: Option<String>,
    /// Information bits of a turbo block.
    #[arg(long, value_parser = ["1784", "3568", "7136", "8920"])]
    k: Option<String>,
    /// Rate: 1/2, 2/3, 3/4, 5/6, 7/8 of the convolutional code; 1/2, 1/3, 1/4, 1/6 of a turbo code.
    #[arg(long, default_value = "1/2", value_parser = RATES)]
    rate: String,
    /// Randomize the frames of a CLTU with BCH (one with LDPC is randomized in any case).
    #[arg(long)]
    pub(crate) randomized: bool,
}

const LDPC_NAMES: [&str; 12] = [
    "ar4ja-1024-1/2",
    "ar4ja-1024-2/3",
    "ar4ja-1024-4/5",
    "ar4ja-4096-1/2",
    "ar4ja-4096-2/3",
    "ar4ja-4096-4/5",
    "ar4ja-16384-1/2",
    "ar4ja-16384-2/3",
    "ar4ja-16384-4/5",
    "c2",
    "tc-128",
    "tc-512",
];

const RATES: [&str; 8] = ["1/2", "2/3", "3/4", "5/6", "7/8", "1/3", "1/4", "1/6"];

/// A yes or a no that has to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// The LDPC code of telecommand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CltuLdpc {
    /// (128,64).
    Short,
    /// (512,256).
    Long,
}

impl CodeOptions {
    /// The rate of the convolutional code.
    pub(crate) fn convolutional(&self) -> Result<Rate, Failure> {
        Ok(match self.rate.as_str() {
            "1/2" => Rate::Half,
            "2/3" => Rate::TwoThirds,
            "3/4" => Rate::ThreeQuarters,
            "5/6" => Rate::FiveSixths,
            "7/8" => Rate::SevenEighths,
            other => {
                return Err(Failure::new(format!(
                    "--rate {other}: the convolutional code has 1/2, 2/3, 3/4, 5/6 and 7/8"
                )));
            }
        })
    }

    /// Refuses a rate where there is no choice.
    pub(crate) fn only_half(&self, what: &str) -> Result<(), Failure> {
        if self.rate == "1/2" {
            return Ok(());
        }
        let rate = &self.rate;
        Err(Failure::new(format!(
            "--rate {rate}: {what} has no choice of rates"
        )))
    }

    /// The LDPC code of telemetry.
    pub(crate) fn ldpc(&self) -> Result<BlockCode, Failure> {
        let name = self.code.as_deref().unwrap_or_default();
        let at = LDPC_NAMES.iter().position(|known| *known == name);
        match at.and_then(|at| LdpcCode::ALL.get(at)) {
            None => Err(Failure::new(
                "--code is missing: ar4ja-1024-1/2 … ar4ja-16384-4/5, or c2",
            )),
            Some(LdpcCode::Tc128 | LdpcCode::Tc512) => Err(Failure::new(format!(
                "--code {name}: a code of telecommand; that is cltu-ldpc"
            ))),
            Some(code) => Ok(BlockCode::Ldpc(*code)),
        }
    }

    /// The LDPC code of telecommand, (128,64) unless told.
    pub(crate) fn cltu_ldpc(&self) -> Result<CltuLdpc, Failure> {
        match self.code.as_deref() {
            None | Some("tc-128") => Ok(CltuLdpc::Short),
            Some("tc-512") => Ok(CltuLdpc::Long),
            Some(other) => Err(Failure::new(format!(
                "--code {other}: telecommand has tc-128 and tc-512"
            ))),
        }
    }

    /// The turbo code.
    pub(crate) fn turbo(&self) -> Result<BlockCode, Failure> {
        let k = self.k.as_ref().and_then(|k| k.parse().ok());
        let k = k.ok_or_else(|| Failure::new("--k is missing: 1784, 3568, 7136 or 8920"))?;
        let rate = match self.rate.as_str() {
            "1/2" => TurboRate::Half,
            "1/3" => TurboRate::Third,
            "1/4" => TurboRate::Quarter,
            "1/6" => TurboRate::Sixth,
            other => {
                return Err(Failure::new(format!(
                    "--rate {other}: turbo codes have 1/2, 1/3, 1/4 and 1/6"
                )));
            }
        };
        let code = TurboCode::new(k, rate).map_err(|error| Failure::new(error.to_string()))?;
        Ok(BlockCode::Turbo(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_the_codes() {
        for (name, code) in LDPC_NAMES.iter().zip(LdpcCode::ALL) {
            let (k, n) = (code.qc().k, code.qc().n);
            let told = match *name {
                "c2" => (7136, 8160),
                "tc-128" => (64, 128),
                "tc-512" => (256, 512),
                other => {
                    let (k, rate) = other.trim_start_matches("ar4ja-").split_once('-').unwrap();
                    let (top, bottom) = rate.split_once('/').unwrap();
                    let [k, top, bottom] = [k, top, bottom].map(|n| n.parse::<usize>().unwrap());
                    (k, k * bottom / top)
                }
            };
            assert_eq!((k, n), told, "{name}");
        }
    }
}
