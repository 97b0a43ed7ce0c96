//! `zscope catalog search`: plain words to scopes, resources and calls.

use serde::Serialize;

use super::page::Page;
use super::search_index::{self, Hit};
use super::{Common, Document, answer, counted};
use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::report::clean;

/// How many hits are shown unless told otherwise.
const LIMIT: usize = 20;

/// Arguments of `zscope catalog search`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Words, all of which must be found: in scopes, resources, calls, or what the catalog says of them
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,

    /// How many hits to show
    #[arg(long, value_name = "NUMBER", default_value_t = LIMIT)]
    limit: usize,

    /// Show every hit
    #[arg(long, conflicts_with = "limit")]
    all: bool,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  zscope catalog search delete invoices
  zscope catalog search 'books payments read'
  zscope catalog search crm/v8/coql

Exit codes: 0 something was found, 1 nothing was found";

/// The JSON document, besides `format_version` and `catalog`.
#[derive(Serialize)]
struct Answer<'a> {
    /// What was looked for.
    query: &'a str,
    /// How many were found in all.
    found: usize,
    /// The best of them, best first.
    hits: &'a [Hit],
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let catalog = args.common.catalog()?;
    let query = args.words.join(" ");
    let found = search_index::search(&catalog, &query);
    let shown = if args.all { found.len() } else { args.limit.min(found.len()) };
    let hits = &found[..shown];
    let document = Document::new(&catalog, Answer { query: &query, found: found.len(), hits });
    let rest = found.len() - shown;
    answer(args.common.format, |page| text(hits, rest, page), |page| table(hits, rest, page), &document)?;
    if found.is_empty() {
        super::super::tell(&format!("nothing found for `{}`", clean(&query)));
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Clean)
}

fn text(hits: &[Hit], rest: usize, page: &mut Page) {
    for hit in hits {
        let status = hit.status.map(|status| format!(" · {status}")).unwrap_or_default();
        page.line(0, format!("{}  {} · {}{status}", hit.name, hit.kind.as_str(), hit.service));
        if !hit.about.is_empty() {
            page.line(1, &hit.about);
        }
    }
    more(rest, page);
}

fn table(hits: &[Hit], rest: usize, page: &mut Page) {
    let rows: Vec<[String; 5]> = hits
        .iter()
        .map(|hit| {
            let status = hit.status.map(|status| status.to_string()).unwrap_or_default();
            [hit.name.clone(), hit.kind.as_str().to_owned(), hit.service.clone(), status, hit.about.clone()]
        })
        .collect();
    page.table(["name", "kind", "service", "status", "about"], &rows);
    more(rest, page);
}

fn more(rest: usize, page: &mut Page) {
    if rest > 0 {
        page.line(0, format!("… and {} (--all shows them)", counted(rest, "other")));
    }
}
