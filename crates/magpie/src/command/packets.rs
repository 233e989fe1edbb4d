//! `magpie packets`: a file of packets end to end, counted and checked.

use std::path::PathBuf;

use magpie_ground::packets::PacketFile;

use crate::command::{Ending, Failure};
use crate::files;
use crate::output;

/// Count the packets of a file of space packets that lie end to end.
///
/// Reads 133.0 space packets and encapsulation packets one after the other and prints how many there are, whose, and a SHA-256 over all of them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples (the second wants recordings beside the checkout):
  printf '\\0\\5\\300\\0\\0\\3abcd' | magpie packets -
  magpie frames \\
    ../shared/data/tianwen2/dwingeloo_2026_05_25_19_43_00_892B.u8 \\
    --type aos --len 892 --insert-zone 8 --out packets.bin;
    magpie packets packets.bin"
)]
pub struct Arguments {
    /// File of packets, `-` for standard input.
    file: PathBuf,
    /// Print one JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let mut input = files::open(&arguments.file)?;
    let mut packets = PacketFile::default();
    files::for_each_chunk(&arguments.file, &mut input, &mut |chunk| {
        packets.push(chunk);
        Ok(())
    })?;
    let report = packets.finish();
    output::account(&report, arguments.json, None, || {
        output::packets_text(&report)
    })?;
    Ok(Ending::complete_if(
        report.trailing_bytes == 0 && report.skipped_bytes == 0 && report.summary.bytes > 0,
    ))
}
