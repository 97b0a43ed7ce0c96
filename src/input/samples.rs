//! What the tests of the readers share.

use super::{Item, Request};
use crate::text::percent::decode;
use crate::text::{Problem, Source, SourceId, Sources};

/// A run with one text.
pub(super) fn sources(text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("sample", text));
    (sources, id)
}

/// Checks that each scope stands where its place says.
pub(super) fn check_places(sources: &Sources, items: &[Item]) {
    for item in items {
        let text = sources.get(item.place.source).slice(item.place.span);
        assert_eq!(decode(text), item.written, "{:?}", item.place.span);
    }
}

/// Each request as its scopes joined by `|`.
pub(super) fn scopes_of(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| written(&request.items).join("|")).collect()
}

/// The scopes as written.
pub(super) fn written(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.written.as_str()).collect()
}

/// The messages of problems.
pub(super) fn messages(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.message.as_str()).collect()
}
