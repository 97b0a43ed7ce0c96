//! `zscope catalog stats`: the catalog in figures.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::overview::{self, Stats};
use super::page::Page;
use super::{Common, Document, answer};
use crate::cli::Outcome;
use crate::cli::error::CommandError;

/// Arguments of `zscope catalog stats`. The JSON document is [`Stats`], besides `format_version` and `catalog`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let catalog = args.common.catalog()?;
    let document = Document::new(&catalog, overview::stats(&catalog));
    let rows = rows(&document.answer);
    answer(args.common.format, |page| text(&rows, page), |page| table(&rows, page), &document)?;
    Ok(Outcome::Clean)
}

/// What is counted, and under which word; the words of a total are empty.
type Row = (&'static str, String, usize);

fn rows(stats: &Stats) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut total = |what, count| rows.push((what, String::new(), count));
    total("services", stats.services);
    total("resources", stats.resources);
    total("scopes", stats.scopes);
    parts(&mut rows, "scopes by status", &stats.scopes_by_status);
    parts(&mut rows, "scopes by best source", &stats.scopes_by_source);
    rows.push(("calls", String::new(), stats.endpoints));
    parts(&mut rows, "calls by need", &stats.endpoints_by_need);
    rows.push(("calls without method", String::new(), stats.endpoints_without_method));
    parts(&mut rows, "groups by status", &stats.groups_by_status);
    parts(&mut rows, "resources by kind of data", &stats.data);
    let mut total = |what, count| rows.push((what, String::new(), count));
    total("errata", stats.errata);
    total("deprecated", stats.deprecated);
    total("invalid", stats.invalid);
    total("left out", stats.left_out);
    parts(&mut rows, "sources by kind", &stats.sources_by_kind);
    rows
}

fn parts<K: Display>(rows: &mut Vec<Row>, what: &'static str, counts: &BTreeMap<K, usize>) {
    rows.extend(counts.iter().map(|(key, count)| (what, key.to_string(), *count)));
}

fn text(rows: &[Row], page: &mut Page) {
    let mut before = "";
    for (what, key, count) in rows {
        if key.is_empty() {
            page.line(0, format!("{what}: {count}"));
        } else {
            if *what != before {
                page.line(0, format!("{what}:"));
            }
            page.line(1, format!("{key}: {count}"));
        }
        before = what;
    }
}

fn table(rows: &[Row], page: &mut Page) {
    let cells = |(what, key, count): &Row| [(*what).to_owned(), key.clone(), count.to_string()];
    page.table(["what", "of which", "count"], &rows.iter().map(cells).collect::<Vec<_>>());
}
