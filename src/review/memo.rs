//! What was said of a request, for the requests after it that ask for the same in the same words.
//!
//! A tree of sources names the same lists thousands of times. What is said of a list depends on its application, on its
//! scopes as written, and on where they stand from its beginning; never on which file it is in, or where. So it is said
//! again with every place moved. A request with a URL or secrets carries more than its list, and is not remembered.

use std::collections::HashMap;

use super::Said;
use crate::finding::Confidence;
use crate::input::{Request, Separator};
use crate::source::{Place, Span};

/// How much is remembered, in scopes and findings, until everything is forgotten: some tens of megabytes.
const MOST: usize = 30_000;

/// What was said of requests before.
#[derive(Debug)]
pub(super) struct Memo {
    /// Each with the place of the request of which it was said.
    said: HashMap<Key, (Place, Said)>,
    weight: usize,
    most: usize,
}

/// All that decides what is said of a request, with its places counted from where it begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    app: Option<String>,
    end: usize,
    items: Vec<KeyItem>,
    separators: Vec<Separator>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct KeyItem {
    written: String,
    /// The scope to the letter, or why it is none.
    scope: Result<String, String>,
    span: Span,
    stray: Option<Span>,
    confidence: Confidence,
}

impl Default for Memo {
    fn default() -> Self {
        Self { said: HashMap::new(), weight: 0, most: MOST }
    }
}

impl Memo {
    /// A memo that holds no more than so many scopes and findings.
    #[cfg(test)]
    pub(super) fn of_size(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// What was said of a request with the same key, as it would be said of this one.
    pub(super) fn recall(&self, key: &Key, request: &Request) -> Option<Said> {
        let (from, said) = self.said.get(key)?;
        let mut said = said.clone();
        let to = request.place;
        said.each_place(|place| {
            // What stands elsewhere, such as a line of the policy, stays where it is.
            if place.source == from.source {
                let moved = |at: usize| at.wrapping_sub(from.span.start).wrapping_add(to.span.start);
                let Span { start, end } = place.span;
                *place = Place { source: to.source, span: Span { start: moved(start), end: moved(end) } };
            }
        });
        Some(said)
    }

    /// Remembers what was said of a request.
    pub(super) fn keep(&mut self, key: Key, request: &Request, said: &Said) {
        let weight = said.scopes.len() + said.findings.len();
        if weight > self.most {
            return;
        }
        if self.weight + weight > self.most {
            self.said.clear();
            self.weight = 0;
        }
        self.weight += weight;
        self.said.insert(key, (request.place, said.clone()));
    }
}

impl Key {
    /// The key of a request; none for one that is not remembered.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let Request { app, place: whole, items, separators, url, secrets } = request;
        if url.is_some() || !secrets.is_empty() || items.iter().any(|item| item.place.source != whole.source) {
            return None;
        }
        let from = |at: usize| at.wrapping_sub(whole.span.start);
        let moved = |place: Place| Span { start: from(place.span.start), end: from(place.span.end) };
        let items = items.iter().map(|item| KeyItem {
            written: item.written.clone(),
            scope: item.scope.as_ref().map(ToString::to_string).map_err(|error| format!("{error:?}")),
            span: moved(item.place),
            stray: item.stray.map(moved),
            confidence: item.confidence,
        });
        Some(Self {
            app: app.clone(),
            end: from(whole.span.end),
            items: items.collect(),
            separators: separators.clone(),
        })
    }
}
