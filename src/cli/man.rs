//! `zscope man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::draft::Goal;
use super::error::CommandError;
use super::{Cli, Outcome};

/// Arguments of `zscope man`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Write the pages of all commands into this folder, instead of the main page to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  zscope man | man -l -
  zscope man --out ~/.local/share/man/man1";

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    // No page for the `help` of each command: it would say nothing new.
    let command = Cli::command().disable_help_subcommand(true);
    match &args.out {
        None => super::print(&page(command)?)?,
        Some(folder) => {
            let failed = |error| CommandError::usage(format!("`{}` cannot be written: {error}", folder.display()));
            fs::create_dir_all(folder).map_err(failed)?;
            let mut pages = Vec::new();
            of_all(command, &mut pages)?;
            for (name, text) in pages {
                Goal::at(&folder.join(name)).and_then(|goal| goal.put(&text)).map_err(failed)?;
            }
        }
    }
    Ok(Outcome::Clean)
}

/// The pages of a command and of all below it, with the names of their files.
fn of_all(mut command: Command, pages: &mut Vec<(String, String)>) -> Result<(), CommandError> {
    command.build();
    let mut waiting = vec![command];
    while let Some(command) = waiting.pop() {
        waiting.extend(command.get_subcommands().filter(|below| !below.is_hide_set()).cloned());
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        pages.push((format!("{name}.1"), page(command)?));
    }
    Ok(())
}

fn page(command: Command) -> Result<String, CommandError> {
    let mut text = Vec::new();
    Man::new(command).render(&mut text).map_err(|error| CommandError::stdout(&error))?;
    // A page without a date has to say so: what stands next would be taken for one.
    Ok(String::from_utf8_lossy(&text).replacen(" 1  \"", " 1 \"\" \"", 1))
}
