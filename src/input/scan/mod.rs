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

mod assigned;
mod built;
pub(super) mod consent;
mod context;
mod decide;
mod enclosing;
mod encoded;
mod encoding;
mod find;
mod group;
mod ignore;
mod joins;
mod keep;
mod key;
mod keyed;
mod large;
mod own;
mod pieces;
mod plain;
mod reader;
mod stand;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod through;
mod token;
mod vocabulary;
mod words;

pub use ignore::{Ignore, IgnoredRule};
pub use large::{PIECE, ReadAt, scan_large};
pub use reader::{Reader, Scanned, Seen, WHOLE};
pub use syntax::Syntax;
pub use vocabulary::Vocabulary;

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use super::{Built, Disguise, Item, List, ListKind, Request, Secret, SecretKind, Separator};
use crate::access;
use crate::catalog::Catalog;
use crate::finding::Confidence;
use crate::scope::Scope;
use crate::text::percent::decode;
use crate::text::{Place, SourceId, Span};
use consent::Around;
use context::Context;
use decide::{Decision, decide};
use find::{Found, Look};
use group::Gap;
use key::Keys;
use stand::{Layout, Stand};
use token::Token;

/// Whether a text is a document of zscope's own, such as a report or a policy: what it holds is asked for by nobody.
#[must_use]
pub fn is_own_document(text: &[u8]) -> bool {
    own::document(text).is_some()
}

/// Finds the scopes of texts.
#[derive(Debug)]
pub struct Scanner<'c> {
    catalog: &'c Catalog,
    words: Vocabulary,
}

/// A dotted name that is a scope, or may be one.
struct Sighting {
    token: Token,
    /// Where it stands in the text as it is.
    span: Range<usize>,
    decision: Decision,
    /// How it hides what it is.
    disguise: Option<Disguise>,
    /// Whether it does not stand there as it is: letters were resolved, or literals joined.
    read_through: bool,
}

/// The hosts of Zoho's MCP servers: a key in the address of one is told also where no scope stands.
const SERVERS: &[u8] = b"zohomcp.";

/// How far the parts of an expression that puts a scope together may lie apart, in bytes.
const LONGEST_EXPRESSION: usize = 240;

/// What is a scope in a text, or may be one, and where one is put together that cannot be read.
struct Sightings {
    all: Vec<Sighting>,
    built: Vec<Template>,
    /// Keys that name a list of Zoho's scopes.
    keys: Vec<Range<usize>>,
    /// Texts in base64 with secrets in them.
    secrets: Vec<(SecretKind, Range<usize>)>,
}

/// What came of the names of services in a text.
#[derive(Default)]
struct Named {
    sightings: Vec<Sighting>,
    /// Where those names begin that something else than the end of a scope follows.
    open: Vec<usize>,
    /// Those after which a program fills in everything.
    templates: Vec<Template>,
}

/// Where a scope is put together that cannot be read.
struct Template {
    place: Range<usize>,
    /// The service whose scope it is, where the text tells.
    service: Option<String>,
}

impl<'c> Scanner<'c> {
    /// Looks for the services of a catalog, overlays included.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, words: Vocabulary::of(catalog) }
    }

    /// Whether a text may hold scopes: a look at the bytes that is far faster than [`Scanner::read`], and never wrong
    /// when it says no. The bytes may be any, not only UTF-8.
    #[must_use]
    pub fn may_hold_scopes(&self, text: &[u8]) -> bool {
        self.look(text) == Look::OfInterest
    }

    fn look(&self, text: &[u8]) -> Look {
        match find::look(text, &self.words) {
            Look::Other { .. }
                if plain::may_hide(text)
                    || pieces::may_hold(text, &self.words)
                    || encoded::may_hold(text)
                    || assigned::may_hold(text) =>
            {
                Look::OfInterest
            }
            look => look,
        }
    }

    /// Reads every request of a text, in the order in which they stand.
    #[must_use]
    pub fn read(&self, id: SourceId, text: &str) -> Vec<Request> {
        self.read_as(id, text, Syntax::default())
    }

    /// Reads every request of a text that is written in some way.
    #[must_use]
    pub fn read_as(&self, id: SourceId, text: &str, syntax: Syntax) -> Vec<Request> {
        self.read_part(id, text, false, syntax)
    }

    /// Reads a part of a text that may speak of Zoho elsewhere.
    fn read_part(&self, id: SourceId, text: &str, zoho: bool, syntax: Syntax) -> Vec<Request> {
        let Sightings { all, built, keys, secrets } = self.sightings(text, zoho);
        let (mut requests, mut named) = self.requests(id, text, all, syntax);
        named.extend(keys.iter().filter_map(|key| keyed::asked(text, key, syntax)));
        if !named.is_empty() {
            Self::add_named(id, text, named, syntax, &mut requests);
        }
        let place = |range: &Range<usize>| Place::new(id, Span::new(range.start, range.end));
        let asks = !built.is_empty() && built::calls_accounts(text);
        let mut layout: Option<Layout<'_>> = None;
        let mut lines = Keys::default();
        for Template { place: range, service } in built {
            // What a text is compared with is asked for by nobody.
            let is_asked = {
                let layout = layout.get_or_insert_with(|| Layout::new(text, syntax));
                let whole = built::expression(text, &range);
                layout.stand(&whole, &lines.of(text, whole.start)).kind == ListKind::Request
            };
            let everything = is_asked && built::is_full_access(text, &range);
            let place = place(&range);
            let request = beside(&mut requests, place);
            let (one, other) = (place.span, request.place.span);
            let between = text.get(one.end.min(other.end)..one.start.max(other.start)).unwrap_or("");
            let same = !between.contains([';', ']', ')', '}', '=']) && between.len() <= LONGEST_EXPRESSION;
            let is_told = same && request.items.iter().any(|item| self.is_open(item));
            request.built.push(Built { place, asks, everything, is_asked, is_told, service });
        }
        for (kind, range) in &secrets {
            beside(&mut requests, place(range)).secrets.push(Secret { kind: *kind, place: place(range) });
        }
        if !requests.is_empty() || memmem::find(text.as_bytes(), SERVERS).is_some() {
            for (kind, range) in crate::secret::live(text) {
                if !requests.is_empty() || kind == SecretKind::ServerKey {
                    beside(&mut requests, place(&range)).secrets.push(Secret { kind, place: place(&range) });
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

    /// Everything in a text that is a scope or may be one.
    fn sightings(&self, text: &str, zoho: bool) -> Sightings {
        let Found { names, zoho: spoken, suspicious, keys } = find::find(text.as_bytes(), &self.words);
        let zoho = zoho || spoken;
        let Named { mut sightings, open, mut templates } = self.named(text, &names, zoho);
        let mut places: Vec<usize> = suspicious.iter().map(|suspicion| suspicion.place().start).chain(open).collect();
        places.extend(plain::hidden(text.as_bytes()));
        places.sort_unstable();
        for window in plain::windows(text, &places) {
            let Some(plain) = text.get(window.clone()).and_then(plain::plain) else { continue };
            sightings.extend(self.through(&plain, window.start, zoho));
        }
        self.add_pieces(text, zoho, &mut sightings);
        let open = self.add_filled(text, zoho, &mut sightings, &mut templates);
        let secrets = self.add_encoded(text, &mut sightings);
        // What is read as it stands comes before what is read into it.
        sightings
            .sort_by_key(|sighting| (sighting.span.start, sighting.read_through, std::cmp::Reverse(sighting.span.end)));
        let mut end = 0;
        let mut last = (0..0, false);
        sightings.retain(|sighting| {
            let same = (sighting.span.clone(), sighting.read_through);
            let stays = sighting.span.start >= end || sighting.token.chosen && same == last;
            if stays {
                end = end.max(sighting.span.end);
                last = same;
            }
            stays
        });
        words::add_beside(text, &mut sightings);
        let mut built = templates;
        let mut end = 0;
        for suspicion in &suspicious {
            if suspicion.place().start >= end
                && let Some(place) = built::at(text, suspicion)
            {
                end = place.end;
                built.push(Template { service: self.service_at(text, place.start), place });
            }
        }
        built.sort_unstable_by_key(|template| (template.place.start, template.place.end));
        // One expression is told once.
        built.dedup_by(|next, last| {
            let between = text.get(last.place.end..next.place.start).unwrap_or("");
            next.place.start < last.place.end
                || next.service == last.service
                    && next.place.start - last.place.end < LONGEST_EXPRESSION
                    && !between.contains(['\n', ';'])
        });
        let is_read = |range: &Range<usize>| {
            let next = sightings.partition_point(|sighting| sighting.span.end <= range.start);
            let mut meeting = sightings.iter().skip(next).take_while(|sighting| sighting.span.start < range.end);
            meeting.any(|sighting| matches!(sighting.decision, Decision::Scope(_)))
        };
        let open: Vec<Range<usize>> = plain::together(open);
        let is_open = |range: &Range<usize>| {
            let next = open.partition_point(|open| open.end <= range.start);
            open.get(next).is_some_and(|open| open.start < range.end)
        };
        built.retain(|template| !is_read(&template.place) || is_open(&template.place));
        Sightings { all: sightings, built, keys, secrets }
    }

    /// Those of the names of services that begin scopes.
    fn named(&self, text: &str, names: &[Range<usize>], zoho: bool) -> Named {
        let mut named = Named::default();
        let mut keys = Keys::default();
        let mut end = 0;
        for name in names {
            if name.start < end {
                continue;
            }
            if !text.as_bytes().get(..name.start).is_some_and(Context::may_begin) {
                continue;
            }
            let tokens = match Token::all(text, name.clone()) {
                Ok(tokens) => tokens,
                Err(read) => {
                    end = read;
                    continue;
                }
            };
            let Some(span) = tokens.first().map(|token| token.span.clone()) else { continue };
            let Some(context) = Context::around(text, &span, &mut keys) else { continue };
            let before = named.sightings.len();
            for token in tokens {
                if built::is_template(text, &token, context) {
                    let service = token.parts.first().and_then(|name| self.named_service(name));
                    named.templates.push(Template { place: span.clone(), service });
                    continue;
                }
                let decision = decide(self.catalog, &token, context, zoho);
                if decision != Decision::Other {
                    let raw = text.get(span.clone()).unwrap_or("");
                    let disguise = raw.contains("\\.").then_some(Disguise::Escape);
                    let span = span.clone();
                    named.sightings.push(Sighting { span, token, decision, disguise, read_through: false });
                }
            }
            if named.sightings.len() > before {
                end = span.end;
            } else if joins::goes_on(text.as_bytes(), span.end) {
                named.open.push(span.start);
            }
        }
        named
    }

    /// The service that is called by a name, as the text calls it.
    fn named_service(&self, name: &str) -> Option<String> {
        let is_zoho = name.len() > 4 && name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("zoho"));
        (is_zoho || self.is_service(name) || self.catalog.alias(name).is_some()).then(|| name.to_owned())
    }

    /// The service whose name stands at a place, with nothing filled in behind it.
    fn service_at(&self, text: &str, at: usize) -> Option<String> {
        let rest = text.get(at..)?;
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let is_whole = matches!(rest.as_bytes().get(length), Some(b'.' | b' ' | b'"' | b'\'' | b'`' | b'/'));
        self.named_service(rest.get(..length)?).filter(|_| is_whole)
    }

    /// Whether a program fills in a part of a scope, where the catalog knows no such part.
    fn is_open(&self, item: &Item) -> bool {
        let open = |scope: &Scope| scope.has_placeholder() && !access::identify(self.catalog, scope).is_known();
        item.scope.as_ref().is_ok_and(open)
    }

    /// The requests that lists of sightings make, and the lists that stand beside URLs. What may be a scope is one in the
    /// company of scopes.
    fn requests(
        &self,
        id: SourceId,
        text: &str,
        sightings: Vec<Sighting>,
        syntax: Syntax,
    ) -> (Vec<Request>, Vec<Range<usize>>) {
        let mut requests: Vec<Request> = Vec::new();
        let urls = consent::all(id, text, |name| self.is_service(name));
        let asking = urls.iter().filter(|around| around.asks_beside());
        let named = asking.filter_map(|around| keyed::beside_url(text, around.range.start)).collect();
        // Which request each URL carries.
        let mut carried: Vec<Option<usize>> = vec![None; urls.len()];
        // Where the scopes begin that a consent URL gave.
        let mut given: HashSet<usize> = HashSet::new();
        for SightedList { sightings, separators, stand, fixable } in listed(text, sightings, syntax) {
            let sure = |decision| matches!(decision, Decision::Scope(confidence) if confidence > Confidence::Low);
            let company = sightings.iter().any(|sighting| sure(sighting.decision));
            let fresh = sightings.into_iter().filter(|sighting| !given.contains(&sighting.span.start));
            let mut list = List::default();
            fresh.filter_map(|sighting| sighting.item(id, text, company)).for_each(|item| list.push(item));
            let List { items, repeated, .. } = list;
            let Some(place) = consent::place_of(id, &items) else { continue };
            let mut request = Request { separators, kind: stand.kind, fixable, repeated, ..Request::new(place, items) };
            let at = urls.partition_point(|around| around.range.end <= place.span.start);
            let around = urls.get(at).filter(|around| around.range.start <= place.span.start);
            if stand.kind == ListKind::Request
                && let Some((around, carries)) = around.zip(carried.get_mut(at))
            {
                // All that a URL asks for is one request.
                if let Some(first) = carries.and_then(|carries| requests.get_mut(carries)) {
                    first.fixable &= request.fixable;
                    first.separators.extend(request.separators);
                    first.separators.dedup();
                    first.take_others(request.items);
                    continue;
                }
                *carries = Some(requests.len());
                request.take_others(around.others.iter().cloned());
                request.place = place;
                given.extend(request.items.iter().map(|item| item.place.span.start));
                request.url = Some(around.url.clone());
            }
            requests.push(request);
        }
        let left = urls.into_iter().zip(carried).filter(|(_, carried)| carried.is_none());
        Self::add_urls(id, text, left.map(|(around, _)| around), syntax, &mut requests);
        (requests, named)
    }

    /// Adds the consent URLs in which no scope stands that a scan sees: to the list that is filled in there, or else as
    /// requests of their own.
    fn add_urls(
        id: SourceId,
        text: &str,
        urls: impl Iterator<Item = Around>,
        syntax: Syntax,
        requests: &mut Vec<Request>,
    ) {
        let mut layout: Option<Layout<'_>> = None;
        let mut keys: Option<Vec<&str>> = None;
        for around in urls {
            let place = around.url.place;
            let span = place.span.start..place.span.end;
            let layout = layout.get_or_insert_with(|| Layout::new(text, syntax));
            let stand = layout.stand(&span, &Keys::default().of(text, span.start));
            // What a comment says beside Zoho, and is no scope by its form, is not spoken of.
            if stand.layer.is_some() {
                continue;
            }
            let named: Vec<&str> = around.names(text).collect();
            if !named.is_empty() {
                let keys = keys.get_or_insert_with(|| keys_of(text, requests));
                let filled_in = |(request, key): &(&mut Request, &&str)| {
                    request.kind == ListKind::Request
                        && request.url.is_none()
                        && named.iter().any(|name| name.eq_ignore_ascii_case(key))
                };
                if let Some((request, _)) = requests.iter_mut().zip(keys.iter()).find(filled_in) {
                    request.url = Some(around.url);
                    continue;
                }
            }
            if around.speaks_alone() {
                let place = consent::place_of(id, &around.others).unwrap_or(place);
                let url = Some(around.url);
                requests.push(Request { url, fixable: stand.fixable, ..Request::new(place, around.others) });
            }
        }
        requests.sort_by_key(|request| request.place.span.start);
    }

    /// Adds what is a request by where it stands, whatever its words: the values of keys that name Zoho and scopes, and
    /// those beside the URLs of Zoho's pages.
    fn add_named(id: SourceId, text: &str, values: Vec<Range<usize>>, syntax: Syntax, requests: &mut Vec<Request>) {
        let mut added: Vec<Request> = Vec::new();
        for value in values {
            let written = text.get(value.clone()).unwrap_or("");
            if let Some(plain) = keyed::decoded(written) {
                let is_read = |item: &Item| item.place.span.start < value.end && value.start < item.place.span.end;
                if requests.iter().any(|request| request.items.iter().any(is_read)) {
                    continue;
                }
                // Each scope of it stands where the whole does.
                let place = Place::new(id, Span::new(value.start, value.end));
                let mut list = super::read_list(id, &plain, 0);
                list.items.iter_mut().for_each(|item| item.place = place);
                added.push(Request { fixable: false, ..Request::new(place, list.items) });
                continue;
            }
            let list = super::read_list(id, written, value.start);
            let inside = |item: &Item| value.start <= item.place.span.start && item.place.span.end <= value.end;
            match requests.iter_mut().find(|request| request.items.iter().any(inside)) {
                Some(request) => request.take_others(list.items),
                None => added.extend(Request::of_list(id, list)),
            }
        }
        if added.is_empty() {
            return;
        }
        let layout = Layout::new(text, syntax);
        for request in added {
            let Some(first) = request.items.first() else { continue };
            let span = first.place.span.start..first.place.span.end;
            let stand = layout.stand(&span, &Keys::default().of(text, span.start));
            // What is said beside Zoho in a comment, and is no scope by its form, is not spoken of.
            if stand.layer.is_none() {
                requests.push(Request { fixable: request.fixable && stand.fixable, ..request });
            }
        }
        requests.sort_by_key(|request| request.place.span.start);
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
        let as_it_is = !(self.token.joined || self.token.chosen || self.read_through || raw.contains('\\'));
        let written = if as_it_is { decode(&decode(raw)).into_owned() } else { whole.clone() };
        let place = Place::new(id, Span::new(self.span.start, self.span.end));
        let scope = super::list::meaning(&whole).0;
        Some(Item { confidence, disguise: self.disguise, ..Item::new(written, place, scope) })
    }
}

/// Sightings that stand in one list.
struct SightedList {
    sightings: Vec<Sighting>,
    separators: Vec<Separator>,
    stand: Stand,
    fixable: bool,
}

/// Puts sightings together that stand in one list: on the same layer of code or comment, of one kind, with nothing
/// between them but what separates items.
fn listed(text: &str, sightings: Vec<Sighting>, syntax: Syntax) -> Vec<SightedList> {
    let mut lists: Vec<SightedList> = Vec::new();
    if sightings.is_empty() {
        return lists;
    }
    let layout = Layout::new(text, syntax);
    let mut keys = Keys::default();
    // The last list of code, and the last one of all.
    let mut of_code: Option<usize> = None;
    for sighting in sightings {
        let stand = layout.stand(&sighting.span, &keys.of(text, sighting.span.start));
        let before = match stand.layer {
            None => of_code,
            Some(_) => lists.len().checked_sub(1),
        };
        let list = before.and_then(|before| lists.get_mut(before));
        let list = list.filter(|list| (list.stand.layer, list.stand.kind) == (stand.layer, stand.kind));
        let gap = list.as_ref().and_then(|list| list.sightings.last()).and_then(|last| {
            if last.span == sighting.span {
                return Some(Gap { separator: None });
            }
            group::gap(text, last.span.end, sighting.span.start)
        });
        let fixable = stand.fixable && !sighting.token.chosen;
        match (gap, list) {
            (Some(gap), Some(list)) => {
                let separator =
                    gap.separator.filter(|separator| !stand.in_words && !list.separators.contains(separator));
                list.separators.extend(separator);
                list.fixable &= fixable;
                list.sightings.push(sighting);
            }
            _ => {
                if stand.layer.is_none() {
                    of_code = Some(lists.len());
                }
                lists.push(SightedList { sightings: vec![sighting], separators: Vec::new(), stand, fixable });
            }
        }
    }
    lists
}

/// The names under which requests stand in a text.
fn keys_of<'t>(text: &'t str, requests: &[Request]) -> Vec<&'t str> {
    let mut keys = Keys::default();
    let name = |request: &Request| keys.of(text, request.place.span.start).name.and_then(|name| text.get(name));
    requests.iter().map(name).map(Option::unwrap_or_default).collect()
}

/// The request that stands nearest before a place, or the first one; where there is none, one without scopes.
fn beside(requests: &mut Vec<Request>, place: Place) -> &mut Request {
    if requests.is_empty() {
        requests.push(Request::new(place, Vec::new()));
    }
    let nearest = requests.partition_point(|request| request.place.span.start <= place.span.start);
    let at = nearest.saturating_sub(1);
    &mut requests[at]
}
