//! One JSON value, in any of the shapes in which token responses are received, stored, logged and exported.
//!
//! Whatever an object says of one token belongs to one grant: fields of any name that hold scopes, lists in lists, JSON in
//! texts, and objects inside that are of no other token. What is said twice, and otherwise, is told.

use serde_json::value::RawValue;

use super::super::scalar::Alignment;
use super::super::{Item, Request};
use super::fields::{Fields, Key, is_list_of_scopes};
use super::refusal::refusal_of;
use super::{Failure, Grant, Stale, StaleForm, State};
use crate::catalog::data_centre::DataCentre;
use crate::text::{Place, SourceId, Span};

/// The deepest nesting that is followed.
pub(super) const DEEPEST: usize = 16;

/// Old responses have milliseconds: a token that lives longer than a day has never been seen.
const LONGEST_LIFE: u64 = 86_400;

/// A longer key may be a secret itself: a store keyed by token.
const LONGEST_KEY: usize = 40;

/// A shorter `code` is that of an error.
const SHORTEST_CODE: usize = 20;

/// Keys around a response that say nothing of whose it is.
const WRAPPERS: [&str; 12] = [
    "data", "response", "token", "tokens", "result", "results", "body", "items", "records", "grants", "payload",
    "value",
];

/// Reads JSON values out of one text. `hide` collects what may not be shown of the text, `keep` what may nevertheless.
pub(super) struct Reader<'t> {
    pub(super) source: SourceId,
    text: &'t str,
    pieces: Vec<Piece>,
    pub(super) hide: Vec<Span>,
    pub(super) keep: Vec<Span>,
}

/// A grant, and what the object around it has to know of it.
pub(super) struct Piece {
    grant: Grant,
    /// Which kinds of tokens it is of: [`ACCESS`], [`REFRESH`].
    tokens: u8,
    /// Its own object says whose it is.
    is_labelled: bool,
}

const ACCESS: u8 = 1;
const REFRESH: u8 = 2;

/// Whose grant it is, as what is around it says: rank, name, place.
pub(super) type Labels = Vec<(u8, String, Span)>;

/// The rank of a client id.
const CLIENT_ID: u8 = 2;

/// A key around a response, which may be whose it is.
const AROUND: u8 = 9;

/// A list of scopes and where it stands.
type Written = (Vec<Item>, Span);

impl<'t> Reader<'t> {
    pub(super) fn new(source: SourceId, text: &'t str) -> Self {
        Self { source, text, pieces: Vec::new(), hide: Vec::new(), keep: Vec::new() }
    }

    /// What was read.
    pub(super) fn grants(&mut self) -> Vec<Grant> {
        std::mem::take(&mut self.pieces).into_iter().map(|piece| piece.grant).collect()
    }

    /// Reads one record: a grant or several, of which the last resort is a failed one.
    pub(super) fn record(&mut self, raw: &'t RawValue, labels: &Labels) {
        let before = self.pieces.len();
        self.value(raw, labels, 0);
        if self.pieces.len() == before {
            let span = self.span(raw.get());
            self.fail(Failure::NotAResponse, span, labels);
        }
    }

    pub(super) fn span(&self, piece: &str) -> Span {
        let start = piece.as_ptr().addr().saturating_sub(self.text.as_ptr().addr()).min(self.text.len());
        Span::new(start, (start + piece.len()).min(self.text.len()))
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    pub(super) fn fail(&mut self, failure: Failure, span: Span, labels: &Labels) {
        let mut grant = self.grant(State::Failed(failure), span, labels);
        grant.request.place = self.place(span);
        self.pieces.push(Piece { grant, tokens: 0, is_labelled: false });
    }

    fn grant(&self, state: State, span: Span, labels: &Labels) -> Grant {
        let mut labels: Vec<_> = labels.iter().collect();
        labels.sort_by_key(|(rank, ..)| *rank);
        let place = self.place(span);
        let located = |(_, name, span): &(u8, String, Span)| (name.clone(), self.place(*span));
        Grant {
            name: labels.first().map_or_else(String::new, |(_, name, _)| name.clone()),
            client: labels.iter().find(|(rank, ..)| *rank == CLIENT_ID).map(|label| located(label)),
            labels: labels.into_iter().map(located).collect(),
            state,
            differs: None,
            accepted: None,
            place,
            request: Request::new(place, Vec::new()),
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
        for mut piece in reader.pieces {
            piece.grant.relocate(locate);
            let own = self.grant(State::Unknown, whole, labels);
            if piece.grant.name.is_empty() {
                piece.grant.name = own.name;
            }
            piece.grant.labels.extend(own.labels);
            piece.grant.client = piece.grant.client.or(own.client);
            self.pieces.push(piece);
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

        let own = self.labels(&keyed);
        let is_labelled = !own.is_empty();
        let mut labels = own;
        labels.extend(around.iter().cloned());
        let mut names: Vec<&str> = keyed.iter().map(|(_, name, _)| *name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return self.fail(Failure::Ambiguous(twice[0].to_owned()), whole, &labels);
        }
        let mut lists: Vec<Written> = Vec::new();
        let mut says_scopes = false;
        for (key, _, raw) in &keyed {
            let raw = raw.get();
            let items = match key {
                Key::Scope if raw != "null" => {
                    says_scopes = true;
                    match self.scopes(raw, depth) {
                        Ok(items) => items,
                        Err(failure) => {
                            let span = self.span(raw);
                            return self.fail(failure, span, &labels);
                        }
                    }
                }
                Key::Other if holds_scopes(raw) => self.scopes(raw, depth).unwrap_or_default(),
                _ => continue,
            };
            if !items.is_empty() {
                lists.push((items, self.span(raw)));
            }
        }
        let has_token = |raw: &str| is_text(raw) && raw != "\"\"";
        let mut tokens = keyed
            .iter()
            .filter(|(key, _, raw)| *key == Key::Token && has_token(raw.get()))
            .fold(0, |tokens, (_, name, _)| tokens | kind_of_token(name));
        let before = self.pieces.len();
        self.inside(fields, &keyed, &labels, depth);
        if tokens == 0 && lists.is_empty() {
            if self.pieces.len() > before {
                return;
            }
            if !says_scopes {
                if let Some(failure) = Self::failure(&keyed) {
                    let error = of(Key::Error).map_or(whole, |raw| self.span(raw));
                    self.fail(failure, error, &labels);
                }
                return;
            }
        }
        let mut grant = self.grant(State::Unknown, whole, &labels);
        let nested = self.pieces.split_off(before);
        let mut others = Vec::new();
        for piece in nested {
            match &piece.grant.state {
                // What is no response, or said no once, says nothing beside a token.
                State::Failed(failure) if failure.hides_scopes() => others.push(piece),
                State::Failed(_) => {}
                state => {
                    let says_nothing = *state == State::Unknown && !lists.is_empty() && !piece.is_labelled;
                    let is_other = piece.tokens & tokens != 0
                        || (piece.is_labelled && piece.tokens != 0 && is_labelled)
                        || (piece.is_labelled && tokens == 0 && !is_labelled);
                    if is_other && !says_nothing {
                        others.push(piece);
                    } else {
                        tokens |= piece.tokens;
                        absorb(&mut grant, piece.grant, &mut lists);
                    }
                }
            }
        }
        if tokens == 0 && Self::grant_code(&keyed) {
            return self.fail(Failure::GrantCode, whole, &labels);
        }
        let centre = of(Key::DataCentre).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        let centre = centre.and_then(|code| DataCentre::by_code(code.trim())).map(|centre| centre.code);
        grant.data_centre = centre.or(grant.data_centre);
        if let Some((domain, span)) = of(Key::ApiDomain).and_then(|raw| self.text_at(raw)) {
            grant.stale.retain(|stale| stale.form != StaleForm::ApiHost);
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
        grant.hold(lists, self.source);
        self.pieces.push(Piece { grant, tokens, is_labelled });
        self.pieces.append(&mut others);
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
                Some(b'[' | b'{') => self.hide_texts(text),
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
            if !nested || matches!(key, Key::Scope | Key::Asked | Key::Label(_)) {
                continue;
            }
            let mut labels = labels.clone();
            let lower = name.to_ascii_lowercase();
            if text.starts_with('{') && *key == Key::Other && !WRAPPERS.contains(&lower.as_str()) {
                labels.push((AROUND, name.clone().into_owned(), self.span(name)));
            }
            let before = self.pieces.len();
            self.value(raw, &labels, depth + 1);
            // What is nested and no response says nothing while there may be one beside it.
            let found = self.pieces.get(before..).unwrap_or_default();
            let is_noise =
                |piece: &Piece| matches!(&piece.grant.state, State::Failed(failure) if !failure.is_telling());
            if found.iter().all(is_noise) {
                self.pieces.truncate(before);
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
        if let Some(refusal) = refusal_of(&keyed.iter().map(|(_, name, raw)| (*name, raw.get()))) {
            return Some(Failure::LacksScope(Box::new(refusal)));
        }
        if status.as_deref() == Some("failure") {
            // Other APIs of Zoho's have this status, too, and say more in `data`.
            return Some(match named("summary") {
                Some(summary) if named("error").is_none() => Failure::Api(summary),
                _ => Failure::Throttled,
            });
        }
        if Self::grant_code(keyed) {
            return Some(Failure::GrantCode);
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

    /// Whether an object is what the API console gives out for a self client: a code that has not been exchanged yet.
    fn grant_code(keyed: &[(Key, &str, &'t RawValue)]) -> bool {
        let text = |name: &str| {
            let field = keyed.iter().find(|(_, other, _)| other.eq_ignore_ascii_case(name));
            field.and_then(|(_, _, raw)| serde_json::from_str::<String>(raw.get()).ok())
        };
        let is_code = |code: &str| code.len() >= SHORTEST_CODE && code.bytes().any(|byte| byte.is_ascii_digit());
        text("code").is_some_and(|code| is_code(&code))
            && (text("grant_type").is_some() || text("client_id").is_some() || text("client_secret").is_some())
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

/// Takes what an object inside says of the same token.
fn absorb(grant: &mut Grant, inside: Grant, lists: &mut Vec<Written>) {
    if !inside.request.items.is_empty() {
        lists.push((inside.request.items, inside.request.place.span));
    }
    for label in inside.labels {
        if !grant.labels.contains(&label) {
            grant.labels.push(label);
        }
    }
    if grant.name.is_empty() {
        grant.name = inside.name;
    }
    grant.client = grant.client.take().or(inside.client);
    grant.differs = grant.differs.or(inside.differs);
    grant.data_centre = grant.data_centre.or(inside.data_centre);
    grant.api_domain = grant.api_domain.take().or(inside.api_domain);
    grant.stale.extend(inside.stale);
}

/// The kind of token that a field of this name is.
fn kind_of_token(name: &str) -> u8 {
    if name.to_ascii_lowercase().contains("refresh") { REFRESH } else { ACCESS }
}

/// Whether a value is a text, or a list of texts, that is made of scopes, whatever its field is called.
fn holds_scopes(raw: &str) -> bool {
    if memchr::memchr_iter(b'.', raw.as_bytes()).take(2).count() < 2 {
        return false;
    }
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw).is_ok_and(|text| is_list_of_scopes(&text)),
        Some(b'[') => serde_json::from_str::<Vec<String>>(raw)
            .is_ok_and(|texts| !texts.is_empty() && texts.iter().all(|text| is_list_of_scopes(text))),
        _ => false,
    }
}

/// Whether a JSON text may hold JSON: it begins with a bracket or a quote, blanks aside.
pub(super) fn may_hold_json(written: &str) -> bool {
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
