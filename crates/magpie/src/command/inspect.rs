//! `magpie inspect`: one frame, packet or control word taken apart, field by field.

use std::io::Read as _;
use std::path::Path;

use crate::command::{Ending, Failure};
use crate::files;
use crate::inspect::{self, Settings, Structure, hex, text};
use crate::output;

/// Characters of hexadecimal input that are read at most; the largest structure has 65,542 octets.
const INPUT_MAX: u64 = 1 << 20;

/// Take one frame, packet or control word apart: every field by its book name, and everything that is wrong with it.
///
/// Prints bit range, raw bits and meaning of each field, nested content included. A broken structure is shown as far as it can be read, and each fault
/// is named; the exit code is then 2.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  magpie inspect --as pltu FAF320 B1230806008000 D8A3C0FE\n  \
    magpie inspect --as spdu 042188218A\n  \
    magpie inspect --as aos --no-mpdu --fecf --json 6AEA00010243DEADBEEF9E2C"
)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
pub struct Arguments {
    /// What the octets are.
    #[arg(long = "as", value_enum, value_name = "STRUCTURE")]
    structure: Structure,
    /// The octets in hexadecimal digits; spaces, colons and 0x are fine. `-` reads them from standard input.
    #[arg(required = true, value_name = "HEX")]
    hex: Vec<String>,
    /// The frame ends with a frame error control field (TM, AOS, TC, USLP).
    #[arg(long)]
    fecf: bool,
    /// Octets of insert zone (AOS, USLP).
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=65_536))]
    insert_zone: u32,
    /// TC data frames carry a segment header.
    #[arg(long)]
    segment_header: bool,
    /// The AOS frame carries an operational control field (TM and USLP frames say it themselves).
    #[arg(long)]
    ocf: bool,
    /// The AOS frame carries a header error control field.
    #[arg(long)]
    fhec: bool,
    /// The data field of the AOS frame holds no packets.
    #[arg(long)]
    no_mpdu: bool,
    /// Octets of a truncated USLP frame.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(6..=32))]
    truncated_len: Option<u32>,
    /// Print one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    fn settings(&self) -> Settings {
        Settings {
            fecf: self.fecf,
            insert_zone: self.insert_zone as usize,
            segment_header: self.segment_header,
            ocf: self.ocf,
            fhec: self.fhec,
            no_mpdu: self.no_mpdu,
            truncated_len: self.truncated_len.map(|len| len as usize),
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let settings = arguments.settings();
    if let Some(option) = settings.misplaced(arguments.structure) {
        let name = clap::ValueEnum::to_possible_value(&arguments.structure);
        let name = name.map_or_else(String::new, |name| name.get_name().to_owned());
        return Err(Failure::new(format!(
            "{option} says nothing about --as {name}; leave it out"
        )));
    }
    let (source, input) = input(&arguments.hex)?;
    let octets = hex::parse(&input).map_err(|error| Failure::new(format!("{source}: {error}")))?;
    let found = inspect::inspect(arguments.structure, &octets, &settings);
    if arguments.json {
        output::print(&output::json(&found)?)?;
    } else {
        output::print(&text::render(&found))?;
    }
    Ok(Ending::complete_if(found.is_sound()))
}

/// The digits, and where they come from.
fn input(words: &[String]) -> Result<(&'static str, String), Failure> {
    let [word] = words else {
        return Ok(("HEX", words.join(" ")));
    };
    if !files::is_standard(Path::new(word)) {
        return Ok(("HEX", word.clone()));
    }
    let mut octets = Vec::new();
    std::io::stdin()
        .lock()
        .take(INPUT_MAX + 1)
        .read_to_end(&mut octets)
        .map_err(|error| Failure::new(format!("standard input: cannot read: {error}")))?;
    if octets.len() as u64 > INPUT_MAX {
        return Err(Failure::new(format!(
            "standard input: more than {INPUT_MAX} characters; give one structure"
        )));
    }
    Ok((
        "standard input",
        String::from_utf8_lossy(&octets).into_owned(),
    ))
}
