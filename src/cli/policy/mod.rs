//! `zscope policy`: works on policies themselves.

pub(super) mod diff;
mod export;
pub(super) mod init;
mod junit;
mod lint;
mod show;
mod test;
mod tested;
pub(super) mod why;

use std::fmt::Write as _;

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::Outcome;
use super::error::CommandError;
use crate::report::{self, clean};
use crate::text::{Place, Sources};

/// The version of the JSON documents. It changes only when something is renamed, removed or comes to mean something
/// else.
const FORMAT_VERSION: u32 = 1;

/// Arguments of `zscope policy`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the tests of a policy, tell which entries they cover and which changes they would not notice
    Test(test::Args),
    /// Write a first policy: the least under which what is there passes
    Init(init::Args),
    /// Find what is wrong with a policy although it can be read
    Lint(lint::Args),
    /// Compare two policies by what they allow
    Diff(diff::Args),
    /// Tell why a policy judges a scope as it does, line by line
    Why(why::Args),
    /// Show what a policy says once everything that it extends is taken in, each line with where it comes from
    Show(show::Args),
    /// Write a policy as SQL for a warehouse, or as Rego: whole verdicts, where the grants are
    Export(export::Args),
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    match &args.command {
        Command::Test(args) => test::run(args),
        Command::Init(args) => init::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Diff(args) => diff::run(args),
        Command::Why(args) => why::run(args),
        Command::Show(args) => show::run(args),
        Command::Export(args) => export::run(args),
    }
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// For people: lines
    Text,
    /// For programs: one document, format version 1
    Json,
}

/// Where something stands, for programs.
#[derive(Clone, Debug, Serialize)]
struct Spot {
    path: String,
    line: usize,
    column: usize,
}

fn spot(sources: &Sources, place: Place) -> Spot {
    let source = sources.get(place.source);
    let at = source.position(place.span.start);
    Spot { path: source.name().to_owned(), line: at.line, column: at.column }
}

/// Where something stands, for people: `zscope.yaml:4:5`.
fn at(sources: &Sources, place: Place) -> String {
    let Spot { path, line, column } = spot(sources, place);
    format!("{path}:{line}:{column}")
}

/// Lines for people. Every piece is made safe to show on its way in.
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// One line, indented by so many steps.
    fn add(&mut self, depth: usize, text: impl AsRef<str>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{}{}", "  ".repeat(depth), clean(text.as_ref()));
    }
}

/// Prints a document for programs.
fn print_json(document: &impl Serialize) -> Result<(), CommandError> {
    super::print(&as_json(document)?)
}

/// A document for programs.
fn as_json(document: &impl Serialize) -> Result<String, CommandError> {
    report::document(document)
        .map_err(|error| CommandError::incomplete(format!("the answer cannot be written as JSON: {error}")))
}

/// `1 test`, `2 tests`, `1 entry`, `2 entries`.
fn counted(count: usize, word: &str) -> String {
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {word}s"),
    }
}
