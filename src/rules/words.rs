//! Phrases that several rules use.

use crate::catalog::{Provenance, Resource, Service};
use crate::finding::Link;
use crate::finding::Related;
use crate::scope::Scope;

/// Names in a row: `a, b and c`, or `a, b and 3 more`.
pub(super) fn series<T: AsRef<str>>(names: &[T], most: usize) -> String {
    series_out_of(names, most, names.len())
}

/// [`series`] of so many, not all of which have a name to show.
pub(super) fn series_out_of<T: AsRef<str>>(names: &[T], most: usize, all: usize) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) if all == 1 => (*last).to_owned(),
        Some((last, front)) if all <= most.min(names.len()) => format!("{} and {last}", front.join(", ")),
        Some(_) => {
            let shown = names.get(..most).unwrap_or(&names);
            format!("{} and {} more", shown.join(", "), all.saturating_sub(shown.len()))
        }
    }
}

/// Scopes, or other names, in a row, each in backticks.
pub(super) fn quoted<T: std::fmt::Display>(names: impl IntoIterator<Item = T>, most: usize) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    series(&names, most)
}

/// A statement of the catalog, for readers who want to check it: file, line, status and sources.
pub(super) fn catalog_line(service: &Service, provenance: &Provenance) -> Related {
    let sources: Vec<String> = provenance.sources.iter().map(|source| service.cite(source)).collect();
    let (name, line, status) = (&service.name, provenance.line, provenance.status);
    let message = format!("catalog: {name}.yaml:{line} ({status}, {})", sources.join(", "));
    Related { message, place: None, page: sources.iter().find_map(|source| Link::parse(source)) }
}

/// What a statement of the catalog says besides, after a colon; nothing where it says no more.
pub(super) fn remark(provenance: &Provenance) -> String {
    provenance.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default()
}

/// A scope or resource that the catalog names as a replacement: after the service, or after another service and `/`.
pub(super) fn replacement(service: &Service, text: &str) -> String {
    match text.split_once('/') {
        Some((other, rest)) => format!("{other}.{rest}"),
        None => format!("{}.{text}", service.name),
    }
}

/// The operations of a resource that can be requested, without those that hold others: `ALL`, and `WRITE` where there
/// is anything else.
pub(super) fn single_operations(resource: &Resource) -> Vec<&str> {
    let usable = resource
        .operations
        .iter()
        .filter(|operation| operation.provenance.status.exists() && !operation.name.eq_ignore_ascii_case("ALL"));
    let (write, single): (Vec<&str>, Vec<&str>) =
        usable.map(|operation| operation.name.as_str()).partition(|name| name.eq_ignore_ascii_case("WRITE"));
    if single.is_empty() { write } else { single }
}

/// Whether an operation reads and does nothing else.
pub(super) fn only_reads(operation: &str) -> bool {
    ["READ", "VIEW", "GET"].iter().any(|word| word.eq_ignore_ascii_case(operation))
}

/// Whether an operation changes and reads nothing.
pub(super) fn only_changes(operation: &str) -> bool {
    let changes =
        |word: &str| ["CREATE", "UPDATE", "DELETE", "WRITE"].iter().any(|known| known.eq_ignore_ascii_case(word));
    operation.split('-').all(changes)
}

/// Whether a scope has this operation.
pub(super) fn has_operation(scope: &Scope, operation: &str) -> bool {
    scope.operation().is_some_and(|word| word.eq_ignore_ascii_case(operation))
}
