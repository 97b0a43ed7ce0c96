//! Finding the scopes that any text asks for: source code, configuration, documentation.
//!
//! A scope is found wherever a service's name begins a dotted name that ends in an operation; the catalog, the spelling
//! and what stands around it tell it from class paths, calls, domains and file names. Where only the surroundings
//! decide, the [`Item::confidence`](super::Item::confidence) is lower. Scopes with nothing between them but what
//! separates the items of a list are one [`Request`].
//!
//! ```
//! use zscope::catalog::Catalog;
//! use zscope::input::scan::Scanner;
//! use zscope::text::{Source, Sources};
//!
//! let catalog = Catalog::embedded();
//! let text = "SCOPES = ['ZohoCRM.modules.leads.READ', 'ZohoCRM.users.READ']\nZohoCRM.Record.delete(id)\n";
//! let mut sources = Sources::default();
//! let id = sources.add(Source::new("auth.py", text));
//! let requests = Scanner::new(&catalog).read(id, text);
//! assert_eq!(requests.len(), 1);
//! assert_eq!(sources.get(id).slice(requests[0].items[1].place.span), "ZohoCRM.users.READ");
//! ```

mod consent;
mod context;
mod decide;
mod encoding;
mod find;
mod group;
mod ignore;
mod keep;
mod large;
mod placeholder;
mod reader;
#[cfg(test)]
mod tests;
mod token;
mod unescape;
mod vocabulary;

pub use ignore::{Ignore, IgnoredRule};
pub use large::{PIECE, ReadAt, scan_large};
pub use reader::{Reader, Scanned, Seen, WHOLE};
pub use vocabulary::Vocabulary;

use std::ops::Range;

use memchr::memmem;

use super::{Item, Request, Secret};
use crate::catalog::Catalog;
use crate::finding::Confidence;
use crate::text::percent::decode;
use crate::text::{Place, SourceId, Span};
use context::Context;
use decide::{Decision, decide};
use find::Look;
use token::Token;

/// Finds the scopes of texts.
#[derive(Debug)]
pub struct Scanner<'c> {
    catalog: &'c Catalog,
    words: Vocabulary,
    /// How the notation of a letter by its number begins.
    escape: memmem::Finder<'static>,
}

/// A dotted name that is a scope, or may be one.
struct Sighting {
    token: Token,
    /// Where it stands in the text as it is.
    span: Range<usize>,
    decision: Decision,
}

impl<'c> Scanner<'c> {
    /// Looks for the services of a catalog, overlays included.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, words: Vocabulary::of(catalog), escape: memmem::Finder::new(b"\\u00") }
    }

    /// Whether a text may hold scopes: a look at the bytes that is far faster than [`Scanner::read`], and never wrong
    /// when it says no. The bytes may be any, not only UTF-8.
    #[must_use]
    pub fn may_hold_scopes(&self, text: &[u8]) -> bool {
        self.look(text) == Look::OfInterest
    }

    fn look(&self, text: &[u8]) -> Look {
        match find::look(text, &self.words) {
            Look::Other { .. } if self.has_escaped_letter(text) => Look::OfInterest,
            look => look,
        }
    }

    /// Reads every request of a text, in the order in which they stand.
    #[must_use]
    pub fn read(&self, id: SourceId, text: &str) -> Vec<Request> {
        self.read_part(id, text, false)
    }

    /// Reads a part of a text that may speak of Zoho elsewhere.
    fn read_part(&self, id: SourceId, text: &str, zoho: bool) -> Vec<Request> {
        let mut sightings = self.sightings(text, zoho);
        if self.has_escaped_letter(text.as_bytes())
            && let Some(plain) = unescape::unescape(text)
        {
            let escaped =
                self.sightings(&plain.text, zoho).into_iter().filter(|sighting| plain.touches(&sighting.span));
            sightings.extend(escaped.map(|sighting| Sighting { span: plain.origin(&sighting.span), ..sighting }));
            sightings.sort_by_key(|sighting| (sighting.span.start, std::cmp::Reverse(sighting.span.end)));
            let mut end = 0;
            sightings.retain(|sighting| {
                let apart = sighting.span.start >= end;
                end = end.max(sighting.span.end);
                apart
            });
        }
        let mut requests = self.requests(id, text, sightings);
        if let Some(last) = requests.len().checked_sub(1) {
            for (kind, range) in crate::secret::live(text) {
                let nearest = requests.partition_point(|request| request.place.span.start <= range.start);
                let place = Place::new(id, Span::new(range.start, range.end));
                if let Some(request) = requests.get_mut(nearest.saturating_sub(1).min(last)) {
                    request.secrets.push(Secret { kind, place });
                }
            }
        }
        requests
    }

    /// Reads every comment of a text that accepts findings, in the order in which they stand.
    #[must_use]
    pub fn ignores(&self, id: SourceId, text: &str) -> Vec<Ignore> {
        ignore::finished(&ignore::comments(text), id, text, |span| span)
    }

    fn sightings(&self, text: &str, zoho: bool) -> Vec<Sighting> {
        let found = find::find(text.as_bytes(), &self.words);
        let zoho = zoho || found.zoho;
        let mut sightings: Vec<Sighting> = Vec::new();
        let mut end = 0;
        for name in found.names {
            if name.start < end {
                continue;
            }
            let Some(token) = Token::read(text, name) else { continue };
            let Some(context) = Context::around(text, &token.span) else { continue };
            let decision = decide(self.catalog, &token, context, zoho);
            if decision != Decision::Other {
                end = token.span.end;
                sightings.push(Sighting { span: token.span.clone(), token, decision });
            }
        }
        sightings
    }

    /// Puts sightings that stand in one list together. What may be a scope is one in the company of scopes.
    fn requests(&self, id: SourceId, text: &str, sightings: Vec<Sighting>) -> Vec<Request> {
        let mut lists: Vec<(Vec<Sighting>, Vec<super::Separator>)> = Vec::new();
        for sighting in sightings {
            let gap = lists
                .last()
                .and_then(|(list, _)| list.last())
                .and_then(|last| group::gap(text, last.span.end, sighting.span.start));
            match (gap, lists.last_mut()) {
                (Some(gap), Some((list, separators))) => {
                    separators.extend(gap.separator.filter(|separator| !separators.contains(separator)));
                    list.push(sighting);
                }
                _ => lists.push((vec![sighting], Vec::new())),
            }
        }
        let mut requests: Vec<Request> = Vec::new();
        let mut url_end = 0;
        // Where the scopes begin that a consent URL gave.
        let mut given: Vec<usize> = Vec::new();
        for (list, separators) in lists {
            let sure = |decision| matches!(decision, Decision::Scope(confidence) if confidence > Confidence::Low);
            let company = list.iter().any(|sighting| sure(sighting.decision));
            let fresh = list.into_iter().filter(|sighting| !given.contains(&sighting.span.start));
            let items: Vec<Item> = fresh.filter_map(|sighting| sighting.item(id, text, company)).collect();
            let (Some(first), Some(last)) = (items.first(), items.last()) else { continue };
            let place = Place::new(id, Span::new(first.place.span.start, last.place.span.end));
            let mut request = Request { app: None, place, items, separators, url: None, secrets: Vec::new() };
            let start = place.span.start;
            if start >= url_end
                && let Some(around) = consent::around(id, text, start, |name| self.is_service(name))
            {
                url_end = around.url.place.span.end;
                let begins = |item: &Item| item.place.span.start;
                let found: Vec<usize> = request.items.iter().map(begins).collect();
                request.items.extend(around.others.into_iter().filter(|other| !found.contains(&begins(other))));
                given = request.items.iter().map(begins).collect();
                request.items.sort_by_key(|item| item.place.span.start);
                request.url = Some(around.url);
            }
            requests.push(request);
        }
        requests
    }

    /// Whether a text has a letter in the notation `\u0041`.
    fn has_escaped_letter(&self, text: &[u8]) -> bool {
        let letter = |at: usize| {
            matches!(text.get(at + 4), Some(b'2'..=b'7')) && text.get(at + 5).is_some_and(u8::is_ascii_hexdigit)
        };
        self.escape.find_iter(text).any(letter)
    }

    fn is_service(&self, name: &str) -> bool {
        self.catalog.service(name).is_some()
    }
}

impl Sighting {
    fn item(self, id: SourceId, text: &str, company: bool) -> Option<Item> {
        let confidence = match self.decision {
            Decision::Scope(Confidence::Low) | Decision::InCompany if company => Confidence::Medium,
            Decision::Scope(confidence) => confidence,
            Decision::InCompany | Decision::Other => return None,
        };
        let whole = self.token.text();
        let raw = text.get(self.span.clone()).unwrap_or("");
        let written = if self.token.joined || raw.contains('\\') { whole.clone() } else { decode(raw).into_owned() };
        let place = Place::new(id, Span::new(self.span.start, self.span.end));
        Some(Item { written, place, scope: whole.parse(), stray: None, confidence })
    }
}
