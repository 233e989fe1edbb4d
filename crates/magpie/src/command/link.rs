//! `magpie link`: Proximity-1 sessions, one real end at a time or two on a simulated channel.

use clap::Subcommand;

use crate::command::{Ending, Failure};

pub mod run;
pub mod sim;

/// Hold a Proximity-1 session with another end, or play one between two simulated ends.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Arguments>),
    Sim(Box<sim::Arguments>),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    match &arguments.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Sim(arguments) => sim::run(arguments),
    }
}
