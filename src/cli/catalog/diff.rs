//! `zscope catalog diff`: what changed from one catalog to another.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::changes::{self, CallFacts, Changed, Diff, ScopeFacts};
use super::page::Page;
use super::{Common, FORMAT_VERSION, answer, counted, info};
use crate::catalog::Catalog;
use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::setup::{self, Basis};
use crate::judge::{self, Shift};
use crate::report::CatalogInfo;

/// The word for the catalog that is built into the program.
const EMBEDDED: &str = "embedded";

/// Arguments of `zscope catalog diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Catalog folder or file, or the word `embedded`
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// Catalog folder or file, or the word `embedded`
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// Policy file, or builtin:NAME: shows the scopes on which its verdict differs. The two catalogs are all that
    /// counts: a `catalog:` of the policy does not
    #[arg(long, value_name = "FILE")]
    policy: Option<String>,

    /// Application of the policy for which to judge
    #[arg(long, value_name = "NAME", requires = "policy")]
    app: Option<String>,

    #[command(flatten)]
    common: Common,
}

const AFTER: &str = "\
Examples:
  zscope catalog diff embedded new-catalog/
  zscope catalog diff old.yaml new.yaml --policy zscope.yaml --format json

--catalog is laid over both. A file called `embedded` is named as ./embedded

Exit codes: 0 no difference, 1 differences, 2 wrong usage, policy or catalog";

/// The JSON document.
#[derive(Serialize)]
struct Document {
    /// Always 1.
    format_version: u32,
    /// The old catalog; its `date` is empty unless it is the embedded one.
    old: CatalogInfo,
    /// The new catalog.
    new: CatalogInfo,
    /// `scopes` and `calls`: what was added, removed, changed.
    #[serde(flatten)]
    diff: Diff,
    /// The scopes on which the policy's verdict differs; `null` without a policy.
    verdicts: Option<Vec<Shift>>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let (old, new) = (args.load(&args.old)?, args.load(&args.new)?);
    let verdicts = match &args.policy {
        Some(policy) => {
            let basis = Basis { policy: Some(policy.clone()), app: args.app.clone(), ..Basis::default() };
            let ready = basis.prepare()?;
            Some(judge::shifts(&old, &new, &ready.policy, args.app.as_deref()))
        }
        None => None,
    };
    let document = Document {
        format_version: FORMAT_VERSION,
        old: info(&old),
        new: info(&new),
        diff: changes::diff(&old, &new),
        verdicts,
    };
    answer(args.common.format, |page| text(&document, page), |page| table(&document, page), &document)?;
    let same = document.diff.is_empty() && document.verdicts.as_ref().is_none_or(Vec::is_empty);
    Ok(if same { Outcome::Clean } else { Outcome::Findings })
}

impl Args {
    fn load(&self, path: &Path) -> Result<Catalog, CommandError> {
        let mut catalog = if path == Path::new(EMBEDDED) { Catalog::embedded() } else { Catalog::empty() };
        if path != Path::new(EMBEDDED) {
            setup::overlay(&mut catalog, path)?;
        }
        for path in &self.common.catalog {
            setup::overlay(&mut catalog, path)?;
        }
        Ok(catalog)
    }
}

/// One difference: whether something came (`+`), went (`-`) or changed (`~`), what, which, before and after.
type Row = [String; 5];

fn rows(document: &Document) -> Vec<Row> {
    let Diff { scopes, calls } = &document.diff;
    let mut rows = Vec::new();
    for fact in &scopes.removed {
        rows.push(row("-", "scope", &fact.scope, facts(fact), String::new()));
    }
    for fact in &scopes.added {
        rows.push(row("+", "scope", &fact.scope, String::new(), facts(fact)));
    }
    for Changed { old, new } in &scopes.changed {
        let (before, after) = apart(old, new);
        rows.push(row("~", "scope", &new.scope, before, after));
    }
    for fact in &calls.removed {
        rows.push(row("-", "call", &named(fact), needs(fact), String::new()));
    }
    for fact in &calls.added {
        rows.push(row("+", "call", &named(fact), String::new(), needs(fact)));
    }
    for Changed { old, new } in &calls.changed {
        rows.push(row("~", "call", &named(new), needs(old), needs(new)));
    }
    for shift in document.verdicts.iter().flatten() {
        rows.push(row("~", "verdict", &shift.scope, shift.old.to_string(), shift.new.to_string()));
    }
    rows
}

fn row(sign: &str, what: &str, name: &str, old: String, new: String) -> Row {
    [sign.to_owned(), what.to_owned(), name.to_owned(), old, new]
}

fn text(document: &Document, page: &mut Page) {
    for [sign, what, name, old, new] in rows(document) {
        page.line(0, format!("{sign} {what} {name}"));
        match (old.is_empty(), new.is_empty()) {
            (false, false) => {
                page.line(1, format!("old: {old}"));
                page.line(1, format!("new: {new}"));
            }
            _ => page.line(1, format!("{old}{new}")),
        }
    }
    closing(document, page);
}

fn table(document: &Document, page: &mut Page) {
    page.table(["±", "what", "name", "old", "new"], &rows(document));
    closing(document, page);
}

fn closing(document: &Document, page: &mut Page) {
    let Diff { scopes, calls } = &document.diff;
    let told = |what: &str, added: usize, removed: usize, changed: usize| {
        format!("{what}: {added} added, {removed} removed, {changed} changed")
    };
    let mut parts = vec![
        told("scopes", scopes.added.len(), scopes.removed.len(), scopes.changed.len()),
        told("calls", calls.added.len(), calls.removed.len(), calls.changed.len()),
    ];
    if let Some(verdicts) = &document.verdicts {
        parts.push(format!("{} changed", counted(verdicts.len(), "verdict")));
    }
    page.line(0, parts.join(" · "));
}

fn named(fact: &CallFacts) -> String {
    format!("{} ({})", fact.call, fact.service)
}

fn needs(fact: &CallFacts) -> String {
    format!("needs {}", fact.needs.join(" or "))
}

/// The facts of a scope that came or went.
fn facts(fact: &ScopeFacts) -> String {
    [fact.status.to_string(), data(fact), covered(fact)].join("; ")
}

/// The facts before and after, those that are the same left out.
fn apart(old: &ScopeFacts, new: &ScopeFacts) -> (String, String) {
    let pairs =
        [(old.status.to_string(), new.status.to_string()), (data(old), data(new)), (covered(old), covered(new))];
    let (old, new): (Vec<_>, Vec<_>) = pairs.into_iter().filter(|(old, new)| old != new).unzip();
    (old.join("; "), new.join("; "))
}

fn data(fact: &ScopeFacts) -> String {
    let classes: Vec<&str> = fact.data.iter().map(|class| class.as_str()).collect();
    if classes.is_empty() { "no data classes".to_owned() } else { format!("data {}", classes.join(", ")) }
}

fn covered(fact: &ScopeFacts) -> String {
    let by = fact.covered_by.join(", ");
    if by.is_empty() { "in no group".to_owned() } else { format!("covered by {by}") }
}
