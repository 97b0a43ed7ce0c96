//! One JSON value, in any of the shapes in which token responses are received, stored, logged and exported.

use serde_json::value::RawValue;

use super::super::scalar::Alignment;
use super::super::{Item, Request, read_list};
use super::fields::{Fields, Key};
use super::{Failure, Grant, Stale, StaleForm, State};
use crate::catalog::data_centre::DataCentre;
use crate::text::{Place, SourceId, Span};

/// The deepest nesting that is followed.
const DEEPEST: usize = 16;

/// Old responses have milliseconds: a token that lives longer than a day has never been seen.
const LONGEST_LIFE: u64 = 86_400;

/// A longer key may be a secret itself: a store keyed by token.
const LONGEST_KEY: usize = 40;

/// Keys around a response that say nothing of whose it is.
const WRAPPERS: [&str; 12] = [
    "data", "response", "token", "tokens", "result", "results", "body", "items", "records", "grants", "payload",
    "value",
];

/// Reads JSON values out of one text. `hide` collects what may not be shown of the text, `keep` what may nevertheless.
pub(super) struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    pub(super) grants: Vec<Grant>,
    pub(super) hide: Vec<Span>,
    pub(super) keep: Vec<Span>,
}

/// Whose grant it is, as what is around it says: rank, name, place.
pub(super) type Labels = Vec<(u8, String, Span)>;

impl<'t> Reader<'t> {
    pub(super) fn new(source: SourceId, text: &'t str) -> Self {
        Self { source, text, grants: Vec::new(), hide: Vec::new(), keep: Vec::new() }
    }

    /// Reads one record: a grant or several, of which the last resort is a failed one.
    pub(super) fn record(&mut self, raw: &'t RawValue, labels: &Labels) {
        let before = self.grants.len();
        self.value(raw, labels, 0);
        if self.grants.len() == before {
            let span = self.span(raw.get());
            self.fail(Failure::NotAResponse, span, labels);
        }
    }

    fn span(&self, piece: &str) -> Span {
        let start = piece.as_ptr().addr().saturating_sub(self.text.as_ptr().addr()).min(self.text.len());
        Span::new(start, (start + piece.len()).min(self.text.len()))
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    pub(super) fn fail(&mut self, failure: Failure, span: Span, labels: &Labels) {
        let mut grant = self.grant(State::Failed(failure), span, labels);
        grant.request.place = self.place(span);
        self.grants.push(grant);
    }

    fn grant(&self, state: State, span: Span, labels: &Labels) -> Grant {
        let mut labels: Vec<_> = labels.iter().collect();
        labels.sort_by_key(|(rank, ..)| *rank);
        let place = self.place(span);
        Grant {
            name: labels.first().map_or_else(String::new, |(_, name, _)| name.clone()),
            labels: labels.into_iter().map(|(_, name, span)| (name.clone(), self.place(*span))).collect(),
            state,
            place,
            request: Request {
                app: None,
                place,
                items: Vec::new(),
                separators: Vec::new(),
                url: None,
                secrets: Vec::new(),
            },
            api_domain: None,
            data_centre: None,
            stale: Vec::new(),
            requested: None,
            origin: None,
        }
    }

    fn value(&mut self, raw: &'t RawValue, labels: &Labels, depth: usize) {
        let text = raw.get();
        if depth > DEEPEST {
            let span = self.span(text);
            self.hide.push(span);
            self.fail(Failure::TooDeep, span, labels);
            return;
        }
        match text.as_bytes().first() {
            Some(b'{') => match serde_json::from_str::<Fields<'t>>(text) {
                Ok(Fields(fields)) => self.object(text, &fields, labels, depth),
                Err(_) => self.hide.push(self.span(text)),
            },
            Some(b'[') => match serde_json::from_str::<Vec<&'t RawValue>>(text) {
                Ok(items) => items.into_iter().for_each(|item| self.value(item, labels, depth + 1)),
                Err(_) => self.hide.push(self.span(text)),
            },
            Some(b'"') => self.blob(text, labels, depth),
            _ => {}
        }
    }

    /// A string that may hold JSON: how stores keep responses.
    fn blob(&mut self, written: &'t str, labels: &Labels, depth: usize) {
        let whole = self.span(written);
        self.hide.push(Span::new(whole.start + 1, whole.end.saturating_sub(1)));
        let Ok(inner) = serde_json::from_str::<String>(written) else { return };
        if !inner.trim_start().starts_with(['{', '[', '"']) {
            return;
        }
        let Ok(raw) = serde_json::from_str::<&RawValue>(&inner) else { return };
        let mut reader = Reader::new(self.source, &inner);
        reader.value(raw, &Labels::new(), depth + 1);
        let alignment = Alignment::new(written, &inner);
        let locate = |span: Span| {
            let found = alignment.as_ref().and_then(|alignment| alignment.source_span(span));
            found.map_or(whole, |found| found.shifted(whole.start))
        };
        self.keep.extend(reader.keep.into_iter().map(locate).filter(|span| *span != whole));
        for mut grant in reader.grants {
            grant.relocate(locate);
            let own = self.grant(State::Unknown, whole, labels);
            if grant.name.is_empty() {
                grant.name = own.name;
            }
            grant.labels.extend(own.labels);
            self.grants.push(grant);
        }
    }

    fn object(
        &mut self,
        text: &'t str,
        fields: &[(std::borrow::Cow<'t, str>, &'t RawValue)],
        around: &Labels,
        depth: usize,
    ) {
        let whole = self.span(text);
        let keyed: Vec<(Key, &str, &'t RawValue)> =
            fields.iter().map(|(name, raw)| (Key::of(name.as_bytes()), name.as_ref(), *raw)).collect();
        let of = |wanted: Key| keyed.iter().find(|(key, ..)| *key == wanted).map(|(_, _, raw)| raw.get());
        let is_text = |raw: &str| raw.starts_with('"');
        self.hide_values(&keyed);

        let mut labels = self.labels(&keyed);
        labels.extend(around.iter().cloned());
        let twice = |name: &str| fields.iter().filter(|(other, _)| other == name).count() > 1;
        if let Some((_, name, _)) = keyed.iter().find(|(key, name, _)| *key != Key::Other && twice(name)) {
            return self.fail(Failure::Ambiguous((*name).to_owned()), whole, &labels);
        }
        let scope = of(Key::Scope).filter(|raw| *raw != "null");
        if scope.is_none() {
            let before = self.grants.len();
            self.inside(fields, &keyed, &labels, depth);
            if self.grants.len() > before {
                return;
            }
        }
        let token = keyed.iter().any(|(key, _, raw)| *key == Key::Token && is_text(raw.get()) && raw.get() != "\"\"");
        if scope.is_none() && !token {
            if let Some(failure) = Self::failure(&keyed) {
                let error = of(Key::Error).map_or(whole, |raw| self.span(raw));
                self.fail(failure, error, &labels);
            }
            return;
        }
        let mut grant = self.grant(State::Unknown, whole, &labels);
        if let Some(raw) = scope {
            let Some(items) = self.scopes(raw) else {
                let span = self.span(raw);
                return self.fail(Failure::ScopeShape, span, &labels);
            };
            if !items.is_empty() {
                grant.state = State::Known;
                grant.request.place = self.place(self.span(raw));
                grant.request.items = items;
            }
        }
        let centre = of(Key::DataCentre).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        grant.data_centre = centre.and_then(|code| DataCentre::by_code(code.trim())).map(|centre| centre.code);
        if let Some((domain, span)) = of(Key::ApiDomain).and_then(|raw| self.text_at(raw)) {
            grant.set_api_domain(&domain, self.place(span));
        }
        if let Some(life) = of(Key::ExpiresIn) {
            let place = self.place(self.span(life));
            if is_in_milliseconds(life) {
                grant.stale.push(Stale { form: StaleForm::Milliseconds, place });
            }
            // Alone it is what Mail360 sends to this day.
            if let Some(seconds) = of(Key::ExpiresInSec) {
                grant.stale.push(Stale { form: StaleForm::ExpiresInSec, place: self.place(self.span(seconds)) });
            }
        }
        self.grants.push(grant);
    }

    /// Marks what may not be shown: texts that are not of a known kind. What is nested is marked when it is read.
    fn hide_values(&mut self, keyed: &[(Key, &str, &'t RawValue)]) {
        for (key, name, raw) in keyed {
            let text = raw.get();
            let span = self.span(text);
            let code = matches!(key, Key::Remark) && name.eq_ignore_ascii_case("code");
            let shown = key.is_shown() && !(code && text.chars().any(|c| c == '.' || c.is_ascii_digit()));
            match text.as_bytes().first() {
                Some(b'"') if !shown => self.hide.push(Span::new(span.start + 1, span.end.saturating_sub(1))),
                // Arrays and objects that are no scopes are walked later or hidden whole.
                Some(b'[' | b'{') if *key != Key::Scope => self.hide_texts(text),
                _ => {}
            }
            if name.len() >= LONGEST_KEY && *key == Key::Other {
                let key = self.span(name);
                if self.text.get(key.start..key.end) == Some(name) {
                    self.hide.push(key);
                }
            }
        }
    }

    /// Hides every text in a nested value, or in what is no JSON, but for short keys; the walk over a value keeps what may
    /// be shown.
    pub(super) fn hide_texts(&mut self, text: &'t str) {
        let start = self.span(text).start;
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(open) = text.get(at..).and_then(|rest| rest.find('"')).map(|found| at + found) {
            let mut close = open + 1;
            while bytes.get(close).is_some_and(|byte| *byte != b'"') {
                close += if bytes.get(close) == Some(&b'\\') { 2 } else { 1 };
            }
            let close = close.min(text.len());
            let is_key = text.get(close + 1..).is_some_and(|rest| rest.trim_start().starts_with(':'));
            if !is_key || close - open > LONGEST_KEY {
                self.hide.push(Span::new(start + open + 1, start + close));
            }
            at = close + 1;
        }
    }

    fn labels(&mut self, keyed: &[(Key, &str, &'t RawValue)]) -> Labels {
        let mut labels = Labels::new();
        for (key, _, raw) in keyed {
            let Key::Label(rank) = key else { continue };
            if let Some((text, span)) = self.text_at(raw.get())
                && !text.trim().is_empty()
            {
                labels.push((*rank, text.trim().to_owned(), span));
            }
        }
        labels
    }

    /// Looks for responses in the fields of an object.
    fn inside(
        &mut self,
        fields: &[(std::borrow::Cow<'t, str>, &'t RawValue)],
        keyed: &[(Key, &str, &'t RawValue)],
        labels: &Labels,
        depth: usize,
    ) {
        for ((name, raw), (key, ..)) in fields.iter().zip(keyed) {
            let text = raw.get();
            let nested = text.starts_with(['{', '[']) || may_hold_json(text);
            if !nested || matches!(key, Key::Scope | Key::Label(_)) {
                continue;
            }
            let mut labels = labels.clone();
            let lower = name.to_ascii_lowercase();
            if text.starts_with('{') && *key == Key::Other && !WRAPPERS.contains(&lower.as_str()) {
                labels.push((9, name.clone().into_owned(), self.span(name)));
            }
            let before = self.grants.len();
            self.value(raw, &labels, depth + 1);
            // What is nested and no response says nothing while there may be one beside it.
            let found = self.grants.get(before..).unwrap_or_default();
            if found.iter().all(|grant| matches!(&grant.state, State::Failed(failure) if *failure != Failure::TooDeep))
            {
                let keep = found.iter().any(|grant| {
                    matches!(
                        grant.state,
                        State::Failed(Failure::Refused(_) | Failure::Throttled | Failure::Ambiguous(_))
                    )
                });
                if !keep {
                    self.grants.truncate(before);
                }
            }
        }
    }

    /// What an object is that holds no token.
    fn failure(keyed: &[(Key, &str, &'t RawValue)]) -> Option<Failure> {
        let named = |name: &str| {
            let field = keyed.iter().find(|(_, other, _)| other.eq_ignore_ascii_case(name));
            field.and_then(|(_, _, raw)| serde_json::from_str::<String>(raw.get()).ok())
        };
        let has = |wanted: Key| keyed.iter().any(|(key, ..)| *key == wanted);
        let status = named("status");
        if status.as_deref() == Some("failure") {
            return Some(Failure::Throttled);
        }
        if let Some(error) = named("error") {
            return Some(Failure::Refused(error));
        }
        if let Some(code) = named("errorCode").or_else(|| named("cause")) {
            return Some(Failure::Api(code));
        }
        match (named("code"), status.as_deref()) {
            (Some(code), Some("error")) => return Some(Failure::Api(code)),
            (None, Some("success")) if keyed.len() == 1 => return Some(Failure::Revocation),
            _ => {}
        }
        let has_key = |name: &str| keyed.iter().any(|(_, other, _)| other.eq_ignore_ascii_case(name));
        if has_key("token_endpoint") {
            return Some(Failure::Discovery);
        }
        if has_key("ZUID") {
            return Some(Failure::UserInfo);
        }
        let like = has(Key::TokenType) || has(Key::ExpiresIn) || has(Key::ExpiresInSec) || has(Key::Token);
        like.then_some(Failure::NoToken)
    }

    /// The scopes of a text or a list of texts; nothing when it is neither.
    fn scopes(&mut self, raw: &'t str) -> Option<Vec<Item>> {
        if raw.starts_with('[') {
            let parts: Vec<&'t RawValue> = serde_json::from_str(raw).ok()?;
            let mut items = Vec::new();
            for part in parts {
                items.extend(self.list(part.get())?);
            }
            return Some(items);
        }
        self.list(raw)
    }

    fn list(&mut self, raw: &'t str) -> Option<Vec<Item>> {
        let value: String = raw.starts_with('"').then(|| serde_json::from_str(raw).ok()).flatten()?;
        let whole = self.span(raw);
        let mut items = read_list(self.source, &value, 0).items;
        let plain = raw.len() == value.len() + 2;
        let alignment = if plain { None } else { Alignment::new(raw, &value) };
        for item in &mut items {
            let inner = item.place.span;
            let found = if plain {
                Some(inner.shifted(1))
            } else {
                alignment.as_ref().and_then(|alignment| alignment.source_span(inner))
            };
            item.place.span = found.map_or(whole, |found| found.shifted(whole.start));
            // Dots after a scope are the server's, not a writer's.
            item.stray = None;
            self.keep.push(item.place.span);
        }
        Some(items)
    }

    /// A text that may be shown, and where it stands.
    fn text_at(&mut self, raw: &'t str) -> Option<(String, Span)> {
        let text: String = serde_json::from_str(raw).ok()?;
        let span = self.span(raw);
        let inner = Span::new(span.start + 1, span.end.saturating_sub(1));
        let span = if inner.is_empty() { span } else { inner };
        self.keep.push(span);
        Some((text, span))
    }
}

/// Whether a JSON text may hold JSON: it begins with a bracket or a quote, blanks aside.
fn may_hold_json(written: &str) -> bool {
    let mut rest = written.strip_prefix('"').unwrap_or_default();
    while let Some(next) = [" ", "\\n", "\\r", "\\t"].iter().find_map(|blank| rest.strip_prefix(blank)) {
        rest = next;
    }
    ["{", "[", "\\\""].iter().any(|start| rest.starts_with(start))
}

/// Whether a life, as a JSON number or a text, is longer than any in seconds.
pub(super) fn is_in_milliseconds(raw: &str) -> bool {
    raw.trim_matches('"').trim().parse::<u64>().is_ok_and(|life| life > LONGEST_LIFE)
}
