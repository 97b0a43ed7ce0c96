//! `zscope catalog`: what is known of Zoho's scopes, and work on catalog files.
//!
//! Each subcommand has a file of its own. Their JSON documents carry `format_version` 1: within it fields may be added
//! and are never renamed, removed or given another meaning; a field without a value is `null`.

mod changes;
mod diff;
mod import;
mod import_report;
mod lint;
mod list;
mod overview;
mod page;
mod search;
mod search_index;
mod show;
mod stats;
mod view;

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::error::CommandError;
use super::{Outcome, setup};
use crate::catalog::Catalog;
use crate::report::{self, CatalogInfo};
use page::Page;

/// Arguments of `zscope catalog`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the services with how much is known of each
    List(list::Args),
    /// Show all that is known of a service, a resource or a scope
    Show(show::Args),
    /// Make a catalog file from what the vendor publishes for machines, or show what it would change
    Import(import::Args),
    /// Find scopes, resources and calls by plain words
    Search(search::Args),
    /// Show the catalog in figures
    Stats(stats::Args),
    /// Check catalog files, or the embedded catalog
    Lint(lint::Args),
    /// Compare two catalogs: scopes, calls, and the verdicts of a policy
    Diff(diff::Args),
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    match &args.command {
        Command::List(args) => list::run(args),
        Command::Show(args) => show::run(args),
        Command::Import(args) => import::run(args),
        Command::Search(args) => search::run(args),
        Command::Stats(args) => stats::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Diff(args) => diff::run(args),
    }
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// For people: lines
    Text,
    /// For people: rows and columns
    Table,
    /// For programs: one document, format version 1
    Json,
}

/// Options that every subcommand has.
#[derive(Debug, clap::Args)]
struct Common {
    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Layout::Text)]
    format: Layout,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,
}

impl Common {
    fn catalog(&self) -> Result<ManuallyDrop<Catalog>, CommandError> {
        setup::catalog(self.catalog.iter())
    }
}

/// An answer from one catalog, as a JSON document.
#[derive(Serialize)]
struct Document<T> {
    /// Always 1.
    format_version: u32,
    /// The catalog that was asked.
    catalog: CatalogInfo,
    /// The fields of the answer itself.
    #[serde(flatten)]
    answer: T,
}

impl<T: Serialize> Document<T> {
    fn new(catalog: &Catalog, answer: T) -> Self {
        Self { format_version: FORMAT_VERSION, catalog: info(catalog), answer }
    }
}

/// The version of the JSON documents. It changes only when something is renamed, removed or comes to mean something
/// else.
const FORMAT_VERSION: u32 = 1;

fn info(catalog: &Catalog) -> CatalogInfo {
    CatalogInfo { digest: catalog.digest().to_owned(), date: catalog.date().to_owned() }
}

/// Writes an answer in the layout that is asked for.
fn answer(
    layout: Layout,
    text: impl FnOnce(&mut Page),
    table: impl FnOnce(&mut Page),
    document: &impl Serialize,
) -> Result<(), CommandError> {
    let mut page = Page::new();
    match layout {
        Layout::Text => text(&mut page),
        Layout::Table => table(&mut page),
        Layout::Json => {
            let document = report::document(document)
                .map_err(|error| CommandError::incomplete(format!("the answer cannot be written as JSON: {error}")))?;
            return super::print(&document);
        }
    }
    super::print(page.text())
}

/// `1 scope`, `2 scopes`.
fn counted(count: usize, word: &str) -> String {
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {word}s"),
    }
}
