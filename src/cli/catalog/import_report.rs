//! What an import has to say: the catalog file, the remarks on it, and what it would change.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

use crate::catalog::{Endpoint, Needs};
use crate::cli::error::CommandError;
use crate::import::{self, Changed, Differences, Document, Import, Remark, RemarkKind};
use crate::report::{self, clean};
use crate::scope::Scope;
use crate::secret::redact;

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
) -> io::Result<String> {
    match format {
        Format::Text => Ok(text(import, differences)),
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
            let _ = writeln!(text, "  {}", clean(&change.imported.call()));
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
        Needs::Unknown => "needs a scope that nobody names".to_owned(),
        Needs::Unstated(scopes) => format!("lists {}, any or all", joined(scopes, ", ")),
        Needs::Likely(scopes) => format!("likely needs {}", joined(scopes, ", ")),
        Needs::AnyOf(sets) | Needs::Disputed(sets) => {
            let several = sets.iter().any(|set| set.len() > 1);
            let separator = if several { ", or " } else { " or " };
            let shown: Vec<String> = sets.iter().take(SHOWN).map(|set| joined(set, " and ")).collect();
            let more = sets.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(", or {more} more") } else { String::new() };
            let doubt = if matches!(needs, Needs::Disputed(_)) { ", which is disputed" } else { "" };
            format!("needs {}{more}{doubt}", shown.join(separator))
        }
    }
}

fn document(import: &Import, documents: &[Document], differences: &Differences) -> io::Result<String> {
    let document = Json {
        format_version: 1,
        service: &import.service.name,
        summary: Summary {
            scopes_new: differences.scopes.len(),
            calls_new: differences.calls.len(),
            calls_changed: differences.changed.len(),
            calls_same: differences.same,
            calls_same_effect: differences.same_effect,
        },
        scopes_new: texts(&differences.scopes),
        calls_new: differences.calls.iter().map(NewCall::of).collect(),
        calls_changed: differences.changed.iter().map(ChangedCall::of).collect(),
        remarks: import.remarks.iter().map(|remark| JsonRemark::of(remark, documents)).collect(),
    };
    report::document(&document)
}

/// `--diff --format json`, version 1: fields may be added, never renamed.
#[derive(Serialize)]
struct Json<'i> {
    format_version: u32,
    service: &'i str,
    summary: Summary,
    scopes_new: Vec<String>,
    calls_new: Vec<NewCall>,
    calls_changed: Vec<ChangedCall>,
    remarks: Vec<JsonRemark<'i>>,
}

#[derive(Serialize)]
struct Summary {
    scopes_new: usize,
    calls_new: usize,
    calls_changed: usize,
    /// Calls with the same needs as in the catalog.
    calls_same: usize,
    /// Calls whose needs are listed otherwise and come to the same.
    calls_same_effect: usize,
}

#[derive(Serialize)]
struct NewCall {
    call: String,
    needs: JsonNeeds,
}

impl NewCall {
    fn of(call: &Endpoint) -> Self {
        Self { call: call.call(), needs: JsonNeeds::of(&call.needs) }
    }
}

#[derive(Serialize)]
struct ChangedCall {
    call: String,
    /// The same call as the catalog writes it: placeholders may have other names.
    catalog_call: String,
    /// `catalog-accepts-more`, `catalog-asks-for-more`, `different` or `unstated`.
    relation: &'static str,
    catalog: JsonNeeds,
    document: JsonNeeds,
}

impl ChangedCall {
    fn of(change: &Changed) -> Self {
        Self {
            call: change.imported.call(),
            catalog_call: change.known.call(),
            relation: change.relation.as_str(),
            catalog: JsonNeeds::of(&change.known.needs),
            document: JsonNeeds::of(&change.imported.needs),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum JsonNeeds {
    /// Sets of scopes: one whole set is enough, and an empty one says that no scope is needed.
    AnyOf(Vec<Vec<String>>),
    /// Such sets, of which another source says otherwise.
    Disputed(Vec<Vec<String>>),
    /// Scopes of which nobody says whether any or all are needed.
    Unstated(Vec<String>),
    /// Scopes that belong to the call by their names; none when nobody names one.
    Likely(Vec<String>),
}

impl JsonNeeds {
    fn of(needs: &Needs) -> Self {
        match needs {
            Needs::Nothing => Self::AnyOf(vec![Vec::new()]),
            Needs::Unknown => Self::Likely(Vec::new()),
            Needs::Unstated(scopes) => Self::Unstated(texts(scopes)),
            Needs::Likely(scopes) => Self::Likely(texts(scopes)),
            Needs::AnyOf(sets) => Self::AnyOf(sets.iter().map(|set| texts(set)).collect()),
            Needs::Disputed(sets) => Self::Disputed(sets.iter().map(|set| texts(set)).collect()),
        }
    }
}

fn texts(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(Scope::to_string).collect()
}

#[derive(Serialize)]
struct JsonRemark<'i> {
    /// `repaired`, `combined`, `read`, `left-out` or `incomplete`.
    kind: &'static str,
    message: &'i str,
    times: usize,
    location: Option<Location<'i>>,
}

#[derive(Serialize)]
struct Location<'i> {
    path: &'i str,
    line: usize,
    column: usize,
}

impl<'i> JsonRemark<'i> {
    fn of(remark: &'i Remark, documents: &'i [Document]) -> Self {
        let location = place(remark, documents).map(|(path, line, column)| Location { path, line, column });
        Self { kind: remark.kind.as_str(), message: &remark.message, times: remark.times, location }
    }
}
