//! Options that every daemon has.

/// How a daemon logs, and how it is stopped.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "As a process among others")]
pub(super) struct DaemonOptions {
    /// Log as JSON, one object a line.
    #[arg(long)]
    pub(super) json_log: bool,
    /// Take the end of standard input for the wish to stop, besides Ctrl-C: for whoever starts this process.
    #[arg(long)]
    stop_with_input: bool,
}

impl DaemonOptions {
    /// Whether the end of standard input is the wish to stop.
    pub(super) const fn ends_with_input(&self) -> bool {
        self.stop_with_input
    }
}
