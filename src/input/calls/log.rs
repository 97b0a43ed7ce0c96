//! Logs of servers and proxies: common, combined, and JSON, a line a call. Lines are looked at one by one and not kept:
//! ids in paths are taken for one, and of each call the first line alone stays.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead};

use memchr::{memchr, memchr_iter};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::seen::{Certainty, Left, MOST_CALLS, Method, SeenCall, SeenCalls, Via};
use crate::text::{Piece, Place, Position, Source, SourceId, Span};

/// The longest line that is read, in bytes: of a longer one only so much is looked at.
const LONGEST_LINE: usize = 64 * 1024;

/// The parameters of a query that say which call it is.
const TELLING: [&str; 2] = ["method", "source"];

/// The calls of a log.
struct Log {
    rows: Vec<Row>,
    known: HashMap<Vec<u8>, usize, ahash::RandomState>,
    key: Vec<u8>,
    /// Lines without a call, and the first of them.
    without: (u64, Option<Span>),
    /// Connections through a proxy, of which the log shows the host alone.
    tunnels: (u64, Option<Span>),
    /// Calls beyond [`MOST_CALLS`] different ones.
    beyond: (u64, Option<Span>),
    /// Lines of which only a part was looked at.
    long: (u64, Option<Span>),
}

struct Row {
    method: Method,
    url: String,
    line: Span,
    count: u64,
}

/// What a line says.
enum Line<'l> {
    Call { method: Method, front: Cow<'l, [u8]>, target: Cow<'l, [u8]> },
    Tunnel,
    Nothing,
}

impl Log {
    fn new() -> Self {
        let known = HashMap::with_hasher(ahash::RandomState::new());
        let none = (0, None);
        Self { rows: Vec::new(), known, key: Vec::new(), without: none, tunnels: none, beyond: none, long: none }
    }

    /// Takes a line; true when it is the first of its call.
    fn take(&mut self, line: &[u8], span: Span) -> bool {
        let count = |counter: &mut (u64, Option<Span>)| {
            counter.0 += 1;
            counter.1.get_or_insert(span).start == span.start
        };
        if line.len() >= LONGEST_LINE {
            count(&mut self.long);
        }
        let (method, front, target) = match call_of(line) {
            Line::Call { method, front, target } => (method, front, target),
            Line::Tunnel => return count(&mut self.tunnels),
            Line::Nothing if line.iter().all(u8::is_ascii_whitespace) => return false,
            Line::Nothing => return count(&mut self.without),
        };
        self.key.clear();
        self.key.extend_from_slice(method.as_str().as_bytes());
        self.key.push(b' ');
        let method_len = self.key.len();
        self.key.extend_from_slice(&front);
        write_template(&target, &mut self.key);
        if let Some(row) = self.known.get(&self.key).and_then(|at| self.rows.get_mut(*at)) {
            row.count += 1;
            return false;
        }
        if self.rows.len() == MOST_CALLS {
            return count(&mut self.beyond);
        }
        let url = String::from_utf8_lossy(self.key.get(method_len..).unwrap_or_default()).into_owned();
        self.known.insert(self.key.clone(), self.rows.len());
        self.rows.push(Row { method, url, line: span, count: 1 });
        true
    }

    /// The calls; `moved` says where a line stands among those that are kept.
    fn finish(self, source: SourceId, moved: impl Fn(Span) -> Span) -> SeenCalls {
        let mut seen = SeenCalls::default();
        for row in self.rows {
            let place = Place::new(source, moved(row.line));
            let call = SeenCall::new(Some(row.method), row.url, place, Certainty::Proven, Via::Log);
            seen.add(SeenCall { count: row.count, ..call });
        }
        let mut tell = |(count, first): (u64, Option<Span>), reason: &str| {
            if let Some(first) = first {
                let place = Place::new(source, moved(first));
                seen.left.push(Left { place, reason: reason.to_owned(), count });
            }
        };
        tell(self.without, "lines without a method and an address");
        tell(self.tunnels, "connections through a proxy, of which the log shows the host alone");
        tell(self.long, &format!("lines longer than {LONGEST_LINE} bytes, of which the beginning was read"));
        tell(self.beyond, &format!("calls beyond {MOST_CALLS} different ones"));
        seen
    }
}

/// Reads a log that is held whole.
pub(super) fn read(source: SourceId, text: &str) -> SeenCalls {
    let mut log = Log::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let head = body.as_bytes().get(..body.len().min(LONGEST_LINE)).unwrap_or_default();
        log.take(head, Span::new(at, at + body.len()));
        at += line.len();
    }
    log.finish(source, |span| span)
}

/// Reads a log line by line, and keeps one line of each call.
pub(super) fn stream(source: SourceId, name: &str, input: &mut dyn BufRead) -> io::Result<(Source, SeenCalls)> {
    let mut log = Log::new();
    let mut pieces: Vec<Piece> = Vec::new();
    // Where a line stands is its number here, and a span of what is kept in the end.
    let mut kept: HashMap<usize, Span> = HashMap::new();
    let (mut line, mut number, mut at) = (Vec::new(), 0, 0);
    while next_line(input, &mut line)? {
        number += 1;
        if log.take(&line, Span::new(number, number)) {
            let text = String::from_utf8_lossy(&line).into_owned();
            kept.insert(number, Span::new(at, at + text.len()));
            at += text.len() + 1;
            pieces.push(Piece { at: Position { line: number, column: 1 }, text });
        }
    }
    let seen = log.finish(source, |span| kept.get(&span.start).copied().unwrap_or_default());
    Ok((Source::of_pieces(name, pieces), seen))
}

/// Reads the beginning of a line and passes over the rest of it; false at the end.
fn next_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = memchr(b'\n', buffer);
        let body = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        let room = LONGEST_LINE.saturating_sub(line.len());
        line.extend_from_slice(body.get(..body.len().min(room)).unwrap_or_default());
        let used = body.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(true);
        }
    }
}

/// Whether a line is one of a log, beyond doubt.
pub(super) fn is_line(line: &str) -> bool {
    let has_request = line.contains(" HTTP/") && line.contains('"');
    let is_squid = || {
        let mut words = line.split_ascii_whitespace();
        words.next().is_some_and(|first| first.len() > 9 && first.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    };
    (has_request || line.starts_with('{') || is_squid()) && matches!(call_of(line.as_bytes()), Line::Call { .. })
}

fn call_of(line: &[u8]) -> Line<'_> {
    let line = line.trim_ascii();
    if line.first() == Some(&b'{') {
        return json_line(line);
    }
    // `"GET /crm/v8/Leads HTTP/1.1"`, after which `"` or the version ends the address.
    for quote in memchr_iter(b'"', line).take(4) {
        let request = line.get(quote + 1..).unwrap_or_default();
        if let Some((method, target)) = request_line(request) {
            if method == b"CONNECT" {
                return Line::Tunnel;
            }
            // `https://www.zohoapis.com:443 "GET /crm/v8/Leads HTTP/1.1"`: a client's own log.
            let before = line.get(..quote).unwrap_or_default().trim_ascii_end();
            let host = before.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
            let is_host = (host.starts_with(b"https://") || host.starts_with(b"http://")) && target.starts_with(b"/");
            return named(method, if is_host { host } else { b"" }, target);
        }
    }
    // A method as a word of its own, and an address after it: Squid's log, and those of programs.
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let Some(next) = words.peek() else { break };
        let word = word.strip_prefix(b"\"").unwrap_or(word);
        if word == b"CONNECT" && next.contains(&b':') {
            return Line::Tunnel;
        }
        if next.starts_with(b"/") || next.starts_with(b"http") {
            let found = named(word, b"", next);
            if matches!(found, Line::Call { .. }) {
                return found;
            }
        }
    }
    Line::Nothing
}

/// Method and target of a text that begins with a request's first line.
fn request_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr(b' ', text.get(..text.len().min(10))?)?;
    let (method, rest) = text.split_at_checked(space)?;
    if !method.iter().all(u8::is_ascii_uppercase) || method.is_empty() {
        return None;
    }
    let rest = rest.get(1..)?;
    let end = rest.iter().position(|b| *b == b' ' || *b == b'"').unwrap_or(rest.len());
    rest.get(..end).filter(|target| !target.is_empty()).map(|target| (method, target))
}

fn named<'l>(method: &[u8], front: &'l [u8], target: &'l [u8]) -> Line<'l> {
    let method = Method::ALL.into_iter().find(|known| known.as_str().as_bytes() == method);
    match method {
        Some(method) if target.starts_with(b"/") || target.starts_with(b"http") => {
            Line::Call { method, front: Cow::Borrowed(front), target: Cow::Borrowed(target) }
        }
        _ => Line::Nothing,
    }
}

/// What is found in a line of JSON.
#[derive(Default)]
struct Fields {
    method: Option<Method>,
    /// A whole address.
    url: Option<String>,
    path: Option<String>,
    host: Option<String>,
}

fn json_line(line: &[u8]) -> Line<'static> {
    let mut fields = Fields::default();
    let mut reader = serde_json::Deserializer::from_slice(line);
    // What stands before a mistake counts: a long line is cut.
    drop(Take { fields: &mut fields, name: "" }.deserialize(&mut reader));
    let Some(method) = fields.method else { return Line::Nothing };
    let (front, target) = match (fields.url, fields.host, fields.path) {
        (Some(url), ..) if !url.starts_with('/') => (String::new(), url),
        (Some(path), Some(host), _) | (_, Some(host), Some(path)) if path.starts_with('/') => {
            (format!("https://{}", host.trim_start_matches("https://").trim_start_matches("http://")), path)
        }
        (Some(path), ..) | (None, _, Some(path)) => (String::new(), path),
        _ => return Line::Nothing,
    };
    if !target.starts_with('/') && !target.starts_with("http") {
        return Line::Nothing;
    }
    Line::Call { method, front: Cow::Owned(front.into_bytes()), target: Cow::Owned(target.into_bytes()) }
}

/// Takes what the value of a name says.
struct Take<'f, 'n> {
    fields: &'f mut Fields,
    name: &'n str,
}

impl Take<'_, '_> {
    fn text(&mut self, text: &str) {
        let own = || Some(text.to_owned());
        match self.name {
            "method"
            | "http_method"
            | "httpMethod"
            | "request_method"
            | "requestMethod"
            | "verb"
            | "cs-method"
            | "RequestMethod"
            | "http.method"
            | "http.request.method" => {
                self.fields.method = self.fields.method.or_else(|| Method::named(text));
            }
            "url" | "uri" | "full" | "original" | "request_url" | "requestUrl" | "request_uri" | "requestUri"
            | "http_url" | "target" | "RequestURI" | "http.url" | "url.full" | "href"
                if self.fields.url.as_ref().is_none_or(|url| url.starts_with('/') && !text.starts_with('/')) =>
            {
                self.fields.url = own();
            }
            "path" | "endpoint" | "request_path" | "requestPath" | "RequestPath" | "pathname" | "http.target"
            | "url.path" | "cs-uri-stem" => self.fields.path = self.fields.path.take().or_else(own),
            "host" | "hostname" | "domain" | "server_name" | "vhost" | "RequestHost" | "http.host" | "authority" => {
                self.fields.host = self.fields.host.take().or_else(own);
            }
            // `"GET /crm/v8/Leads HTTP/1.1"`
            "request" | "http_request" | "request_line" | "message" | "msg" => {
                let mut words = text.split_ascii_whitespace();
                let (method, target) = (words.next().and_then(Method::named), words.next());
                if let (Some(method), Some(target)) = (method, target) {
                    self.fields.method.get_or_insert(method);
                    self.fields.url.get_or_insert_with(|| target.to_owned());
                }
            }
            _ => {}
        }
    }
}

impl<'de> DeserializeSeed<'de> for Take<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Take<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        self.text(text);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let is_open = matches!(
            self.name,
            "" | "request"
                | "req"
                | "http"
                | "httpRequest"
                | "url"
                | "fields"
                | "context"
                | "requestContext"
                | "attributes"
        );
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            if is_open {
                members.next_value_seed(Take { fields: &mut *self.fields, name: &name })?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Writes an address with `{id}` in the place of what is an id, and without what does not say which call it is.
fn write_template(target: &[u8], out: &mut Vec<u8>) {
    let (front, query) = match memchr(b'?', target) {
        Some(at) => (target.get(..at).unwrap_or_default(), target.get(at + 1..).unwrap_or_default()),
        None => (target, &b""[..]),
    };
    let front = front.get(..memchr(b'#', front).unwrap_or(front.len())).unwrap_or_default();
    let mut is_first = true;
    for segment in front.split(|b| *b == b'/') {
        if !is_first {
            out.push(b'/');
        }
        is_first = false;
        if is_id(segment) { out.extend_from_slice(b"{id}") } else { out.extend_from_slice(segment) }
    }
    let mut mark = b'?';
    for pair in query.split(|b| *b == b'&') {
        let (name, value) = pair.split_at(memchr(b'=', pair).unwrap_or(pair.len()));
        let is_word = value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'.' | b'_' | b'-'));
        if TELLING.iter().any(|telling| telling.as_bytes() == name) && is_word && value.len() < 64 {
            out.push(mark);
            out.extend_from_slice(pair);
            mark = b'&';
        }
    }
}

/// Whether a segment of a path names one of many things: digits, a long run of hexadecimal ones, an address of e-mail.
fn is_id(segment: &[u8]) -> bool {
    let digits = segment.iter().filter(|b| b.is_ascii_digit()).count();
    if digits == segment.len() {
        return digits >= 3;
    }
    let is_hex = || segment.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    (segment.len() >= 16 && digits > 0 && is_hex())
        || (segment.contains(&b'@') && !segment.contains(&b':'))
        || segment.windows(3).any(|part| part == b"%40")
}
