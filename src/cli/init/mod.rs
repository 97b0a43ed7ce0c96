//! `zscope init`: what a project needs to run zscope.

mod ci;

use clap::Subcommand;

use super::error::CommandError;
use super::{Outcome, policy};

/// Arguments of `zscope init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A job for a CI service that judges the scopes of every change
    Ci(ci::Args),
    /// A first policy: the least under which what is there passes
    Policy(policy::init::Args),
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    match &args.what {
        What::Ci(args) => ci::run(args),
        What::Policy(args) => policy::init::run(args),
    }
}
