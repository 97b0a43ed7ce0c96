//! `zscope catalog`: work on the catalog of what Zoho's scopes give.

mod import;
mod import_report;

use clap::Subcommand;

use super::Outcome;
use super::error::CommandError;

/// Arguments of `zscope catalog`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a catalog file from what the vendor publishes for machines, or show what it would change
    Import(import::Args),
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    match &args.command {
        Command::Import(args) => import::run(args),
    }
}
