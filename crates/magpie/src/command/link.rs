//! `magpie link`: Proximity-1 sessions.

use clap::Subcommand;

use crate::command::{Ending, Failure};

pub mod sim;

/// Hold a Proximity-1 session.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Sim(Box<sim::Arguments>),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    match &arguments.command {
        Command::Sim(arguments) => sim::run(arguments),
    }
}
