//! `zscope completions`: completion scripts for shells.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::error::CommandError;
use super::{Cli, Outcome};

/// Arguments of `zscope completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  zscope completions bash > ~/.local/share/bash-completion/completions/zscope
  zscope completions zsh > ~/.zfunc/_zscope
  zscope completions fish > ~/.config/fish/completions/zscope.fish";

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
    super::print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}
