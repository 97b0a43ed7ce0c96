//! What an import has to say: the catalog file, the remarks on it, and what it would change.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::catalog::Needs;
use crate::catalog::import::{self, Document, Import, Remark, RemarkKind};
use crate::cli::error::CommandError;
use crate::engine::Differences;
use crate::redact::redact;
use crate::report::{clean, clean_json};
use crate::scope::Scope;

/// How many ways to fulfil a need are shown; all are in the JSON document.
const SHOWN: usize = 8;

/// How a difference is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs: one document, format version 1
    Json,
}

/// The catalog file.
pub(super) fn file(import: &Import) -> String {
    redact(&import::write(&import.service, &import.endpoints)).into_owned()
}

/// Writes the remarks to standard error, and a line that counts what was taken over.
/// `guessed`: whether it was left to the import how scopes combine.
pub(super) fn remarks(import: &Import, documents: &[Document], guessed: bool) -> Result<(), CommandError> {
    let mut text = String::new();
    for remark in &import.remarks {
        let _ = writeln!(text, "{}", line(remark, documents));
    }
    if guessed && import.remarks.iter().any(|remark| remark.kind == RemarkKind::Combined) {
        text.push_str("  help: --combine any, all or unstated decides how scopes combine that are listed together\n");
    }
    let scopes = import.service.scopes().count();
    let (calls, remarks) = (import.endpoints.calls.len(), import.remarks.len());
    let _ = writeln!(
        text,
        "{}: {} and {}, with {}",
        clean(&import.service.name),
        counted(scopes, "scope"),
        counted(calls, "call"),
        counted(remarks, "remark"),
    );
    let mut out = anstream::stderr().lock();
    out.write_all(text.as_bytes())
        .map_err(|error| CommandError::incomplete(format!("standard error cannot be written: {error}")))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `crm.json:12:8: repaired: … (3 times)`.
fn line(remark: &Remark, documents: &[Document]) -> String {
    let place = place(remark, documents).map(|(path, line, column)| format!("{}:{line}:{column}: ", clean(path)));
    let times = if remark.times > 1 { format!(" ({} times)", remark.times) } else { String::new() };
    let kind = remark.kind.as_str();
    format!("{}{kind}: {}{times}", place.unwrap_or_default(), clean(&remark.message))
}

fn place<'d>(remark: &Remark, documents: &'d [Document]) -> Option<(&'d str, usize, usize)> {
    let (at, span) = remark.place?;
    let source = documents.get(at)?.source();
    let position = source.position(span.start);
    Some((source.name(), position.line, position.column))
}

/// What the import would change.
pub(super) fn differences(
    import: &Import,
    documents: &[Document],
    differences: &Differences,
    format: Format,
) -> String {
    match format {
        Format::Text => text(import, differences),
        Format::Json => document(import, documents, differences),
    }
}

fn text(import: &Import, differences: &Differences) -> String {
    let Differences { scopes, calls, changed, same, same_effect } = differences;
    let mut text = String::new();
    if !scopes.is_empty() {
        let _ = writeln!(text, "new scopes ({})", scopes.len());
        for scope in scopes {
            let _ = writeln!(text, "  {}", clean(&scope.to_string()));
        }
        text.push('\n');
    }
    if !calls.is_empty() {
        let _ = writeln!(text, "new calls ({})", calls.len());
        for call in calls {
            let _ = writeln!(text, "  {}\n    {}", clean(&call.call()), clean(&needs(&call.needs)));
        }
        text.push('\n');
    }
    if !changed.is_empty() {
        let _ = writeln!(text, "calls with other needs ({})", changed.len());
        for change in changed {
            let (imported, known) = (change.imported.call(), change.known.call());
            let _ = writeln!(text, "  {}", clean(&imported));
            if imported != known {
                let _ = writeln!(text, "    is in the catalog as {}", clean(&known));
            }
            let _ = writeln!(text, "    catalog   {}", clean(&needs(&change.known.needs)));
            let _ = writeln!(text, "    document  {}", clean(&needs(&change.imported.needs)));
            let _ = writeln!(text, "    {}", change.relation.sentence());
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{}: {} and {} new, {} with other needs, {same} as in the catalog, {same_effect} in other words",
        clean(&import.service.name),
        counted(scopes.len(), "scope"),
        counted(calls.len(), "call"),
        counted(changed.len(), "call"),
    );
    text
}

/// `A.b.READ and C.d.READ, or A.b.ALL`.
fn needs(needs: &Needs) -> String {
    let joined = |scopes: &[Scope], word: &str| scopes.iter().map(Scope::to_string).collect::<Vec<_>>().join(word);
    match needs {
        Needs::Nothing => "needs no scope".to_owned(),
        Needs::Unstated(scopes) => format!("lists {}, any or all", joined(scopes, ", ")),
        Needs::AnyOf(sets) => {
            let several = sets.iter().any(|set| set.len() > 1);
            let separator = if several { ", or " } else { " or " };
            let shown: Vec<String> = sets.iter().take(SHOWN).map(|set| joined(set, " and ")).collect();
            let more = sets.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(", or {more} more") } else { String::new() };
            format!("needs {}{more}", shown.join(separator))
        }
    }
}

fn document(import: &Import, documents: &[Document], differences: &Differences) -> String {
    let texts = |text: &str| Value::from(redact(text));
    let remarks = import.remarks.iter().map(|remark| {
        let location = place(remark, documents)
            .map(|(path, line, column)| json!({ "path": texts(path), "line": line, "column": column }));
        json!({
            "kind": remark.kind.as_str(),
            "message": texts(&remark.message),
            "times": remark.times,
            "location": location,
        })
    });
    let calls =
        differences.calls.iter().map(|call| json!({ "call": texts(&call.call()), "needs": structured(&call.needs) }));
    let changed = differences.changed.iter().map(|change| {
        json!({
            "call": texts(&change.imported.call()),
            "catalog_call": texts(&change.known.call()),
            "relation": change.relation.as_str(),
            "catalog": structured(&change.known.needs),
            "document": structured(&change.imported.needs),
        })
    });
    let document = json!({
        "format_version": 1,
        "service": texts(&import.service.name),
        "summary": {
            "scopes_new": differences.scopes.len(),
            "calls_new": differences.calls.len(),
            "calls_changed": differences.changed.len(),
            "calls_same": differences.same,
            "calls_same_effect": differences.same_effect,
        },
        "scopes_new": differences.scopes.iter().map(|scope| texts(&scope.to_string())).collect::<Vec<_>>(),
        "calls_new": calls.collect::<Vec<_>>(),
        "calls_changed": changed.collect::<Vec<_>>(),
        "remarks": remarks.collect::<Vec<_>>(),
    });
    let mut text = clean_json(format!("{document:#}"));
    text.push('\n');
    text
}

/// Needs as data: `any_of` is a list of sets of which one is enough; `unstated` is a list of which nobody says whether
/// any or all are needed; `nothing` when no scope is needed.
fn structured(needs: &Needs) -> Value {
    let list =
        |scopes: &Vec<Scope>| scopes.iter().map(|scope| Value::from(redact(&scope.to_string()))).collect::<Value>();
    match needs {
        Needs::Nothing => json!({ "nothing": true }),
        Needs::Unstated(scopes) => json!({ "unstated": list(scopes) }),
        Needs::AnyOf(sets) => json!({ "any_of": sets.iter().map(list).collect::<Vec<_>>() }),
    }
}
