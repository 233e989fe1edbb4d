//! `magpie link`: Proximity-1 sessions, one real end at a time.

use clap::Subcommand;

use crate::command::{Ending, Failure};

pub mod run;

/// Hold a Proximity-1 session with another end.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Arguments>),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    match &arguments.command {
        Command::Run(arguments) => run::run(arguments),
    }
}
