//! `zscope catalog lint`: faults of catalog files.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use serde::Serialize;

use super::page::Page;
use super::{Common, Document, answer, counted};
use crate::catalog::lint::{self, Fault};
use crate::cli::error::CommandError;
use crate::cli::{Outcome, files, setup};
use crate::finding::Severity;
use crate::text::Source;

/// Arguments of `zscope catalog lint`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Catalog files or folders of them, checked together with the embedded catalog; without any, the embedded catalog
    /// itself
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Show notes as well: JSON holds them in any case
    #[arg(long)]
    notes: bool,

    #[command(flatten)]
    common: Common,
}

const AFTER: &str = "\
Exit codes: 0 no errors, 1 errors, 2 wrong usage, 3 a file could not be read";

/// The JSON document, besides `format_version` and `catalog` (the one that the files were held against).
#[derive(Serialize)]
struct Answer {
    /// How many files were looked at.
    files: usize,
    /// How many faults there are, by severity.
    summary: Summary,
    /// The faults, sorted by file, line and column.
    faults: Vec<Fault>,
    /// Files that could not be read.
    not_evaluated: Vec<Unread>,
}

/// `summary`
#[derive(Serialize)]
struct Summary {
    /// Errors.
    error: usize,
    /// Warnings.
    warning: usize,
    /// Notes.
    note: usize,
}

/// One of `not_evaluated`.
#[derive(Serialize)]
struct Unread {
    /// The file as it was named.
    input: String,
    /// Why it could not be read.
    message: String,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let catalog = args.common.catalog()?;
    let mut sources = Vec::new();
    let mut not_evaluated = Vec::new();
    for path in &args.files {
        for path in setup::catalog_files(path)? {
            let input = path.to_string_lossy().into_owned();
            match files::read_file(&path) {
                Ok(text) => sources.push(Source::new(input, text)),
                Err(error) => not_evaluated.push(Unread { input, message: error.message() }),
            }
        }
    }
    let info = super::info(&catalog);
    let (files, faults) = if args.files.is_empty() {
        let embedded = crate::catalog::Catalog::embedded().names().count();
        (embedded, lint::embedded(&catalog))
    } else {
        (sources.len(), lint::files(&sources, ManuallyDrop::into_inner(catalog)))
    };
    let count = |severity| faults.iter().filter(|fault| fault.severity == severity).count();
    let summary =
        Summary { error: count(Severity::Error), warning: count(Severity::Warning), note: count(Severity::Note) };
    let document = Document {
        format_version: super::FORMAT_VERSION,
        catalog: info,
        answer: Answer { files, summary, faults, not_evaluated },
    };
    let found = &document.answer;
    answer(args.common.format, |page| text(found, args.notes, page), |page| table(found, args.notes, page), &document)?;
    Ok(match &document.answer {
        Answer { not_evaluated, .. } if !not_evaluated.is_empty() => Outcome::Incomplete,
        Answer { summary: Summary { error: 0, .. }, .. } => Outcome::Clean,
        _ => Outcome::Findings,
    })
}

fn shown(found: &Answer, notes: bool) -> impl Iterator<Item = &Fault> {
    found.faults.iter().filter(move |fault| notes || fault.severity > Severity::Note)
}

fn text(found: &Answer, notes: bool, page: &mut Page) {
    for fault in shown(found, notes) {
        page.line(0, format!("{}: {}[{}]: {}", place(fault), fault.severity, fault.kind, fault.message));
        if let Some(help) = &fault.help {
            page.line(1, format!("help: {help}"));
        }
    }
    closing(found, notes, page);
}

fn table(found: &Answer, notes: bool, page: &mut Page) {
    let row = |fault: &Fault| [place(fault), fault.severity.to_string(), fault.kind.to_string(), fault.message.clone()];
    page.table(["place", "severity", "kind", "message"], &shown(found, notes).map(row).collect::<Vec<_>>());
    closing(found, notes, page);
}

fn closing(found: &Answer, notes: bool, page: &mut Page) {
    for unread in &found.not_evaluated {
        page.line(0, format!("error: {}: {}", unread.input, unread.message));
    }
    let Summary { error, warning, note } = found.summary;
    let hidden = if note > 0 && !notes { " (--notes shows them)" } else { "" };
    let counts = [counted(error, "error"), counted(warning, "warning"), counted(note, "note")].join(", ");
    page.line(0, format!("{}: {counts}{hidden}", counted(found.files, "file")));
}

fn place(fault: &Fault) -> String {
    match fault.column {
        Some(column) => format!("{}:{}:{column}", fault.path, fault.line),
        None => format!("{}:{}", fault.path, fault.line),
    }
}
