//! The URLs that programs put together: literals that are joined, parts that are filled in, lines that go on, and URLs
//! inside other URLs. What is known of one is one text, with `{name}` where something is filled in.

use std::ops::Range;

use memchr::memmem;

use super::joins::{literal, operator, skip_blanks, skip_gap};
use crate::input::placeholder::{braced, placeholder};
use crate::input::{recognise, url};
use crate::text::Span;

/// How far a URL reaches, in bytes of its source.
const LONGEST: usize = 6000;

/// How far before the mark in its path a URL begins, in bytes.
const HEAD: usize = 300;

/// How long an expression between two literals may be, in bytes.
const EXPRESSION: usize = 400;

/// How far after a URL it is looked for whether more is added to it, in bytes.
const AFTER: usize = 600;

/// The names of parameters with which a line begins that goes on with a URL.
const PARAMETERS: [&str; 9] = [
    "scope=",
    "client_id=",
    "response_type=",
    "access_type=",
    "redirect_uri=",
    "prompt=",
    "state=",
    "soid=",
    "grant_type=",
];

/// A URL as far as its literal parts tell.
#[derive(Debug)]
pub(in crate::input) struct Template {
    /// Its text; what is filled in stands as `{name}`.
    pub(in crate::input) text: String,
    /// Where it stands, from its first byte to its last.
    pub(in crate::input) range: Range<usize>,
    /// Whether what is filled in or added may hold parameters.
    pub(in crate::input) open: bool,
    /// Which parts of the text stand where, in order.
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Segment {
    text: Range<usize>,
    source: Range<usize>,
}

impl Template {
    /// All URLs of a text that may lead to the page that asks for consent, in order.
    pub(super) fn all(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for at in marks(text) {
            if found.last().is_some_and(|last| at < last.range.end) {
                continue;
            }
            let after = found.last().map_or(0, |last| last.range.end);
            found.extend(Self::around(text, after, at));
        }
        found
    }

    /// The URL around a mark; it begins no earlier than `after`.
    pub(in crate::input) fn around(text: &str, after: usize, mark: usize) -> Option<Self> {
        let from = text.ceil_char_boundary(mark.saturating_sub(HEAD).max(after));
        let head = text.get(from..mark)?;
        let start = head.rfind(url::ends_head).map_or(from, |at| {
            from + at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
        });
        let encoded =
            text.get(start..mark).is_some_and(|head| head.contains("%3A%2F%2F") || head.contains("%3a%2f%2f"));
        let mut reader = Reader {
            text,
            bytes: text.as_bytes(),
            start,
            at: start,
            written: String::new(),
            segments: Vec::new(),
            open: false,
            filled: false,
        };
        if encoded {
            reader.encoded();
        } else {
            reader.plain();
        }
        reader.finished()
    }

    /// Where a span of its text stands in the source.
    pub(in crate::input) fn origin(&self, span: Span) -> Span {
        let start = self.place(span.start, false);
        Span::new(start, self.place(span.end, true).max(start))
    }

    fn place(&self, at: usize, ends: bool) -> usize {
        let next = if ends {
            self.segments.partition_point(|segment| segment.text.end < at)
        } else {
            self.segments.partition_point(|segment| segment.text.end <= at)
        };
        let Some(segment) = self.segments.get(next) else { return self.range.end };
        if segment.text.len() == segment.source.len() {
            segment.source.start + at.saturating_sub(segment.text.start)
        } else if ends && at >= segment.text.end {
            segment.source.end
        } else {
            segment.source.start
        }
    }
}

/// Where paths of pages stand that ask for consent or give tokens.
fn marks(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_mark = |at: &usize| {
        let rest = bytes.get(at + "oauth".len()..).unwrap_or(&[]);
        [&b"/v"[..], b"\\/v", b"%2Fv", b"%2fv"].iter().any(|next| rest.starts_with(next))
    };
    let mut marks: Vec<usize> = memmem::find_iter(bytes, b"oauth").filter(is_mark).collect();
    marks.extend(memmem::find_iter(bytes, b"apiauthtoken/"));
    marks.sort_unstable();
    marks
}

/// What ends a text in a source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Quote(u8),
    /// A quote that is escaped itself.
    Escaped(u8),
    Bracket,
    /// A blank.
    Bare,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    start: usize,
    at: usize,
    written: String,
    segments: Vec<Segment>,
    open: bool,
    filled: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    fn end(&self) -> End {
        let before = self.bytes.get(..self.start).unwrap_or(&[]);
        match *before {
            [.., b'\\', quote @ (b'"' | b'\'')] => End::Escaped(quote),
            [.., quote @ (b'"' | b'\'' | b'`')] => End::Quote(quote),
            [.., b'('] => End::Bracket,
            _ => End::Bare,
        }
    }

    /// Reads a URL that stands as it is, and what is joined to it.
    fn plain(&mut self) {
        let mut end = self.end();
        loop {
            let closed = self.literal(end);
            if !closed || self.at - self.start > LONGEST {
                return;
            }
            match self.joined() {
                Some(next) => end = next,
                None => return,
            }
        }
    }

    /// Reads to the end of a literal, or of a bare text; whether a quote closed it.
    fn literal(&mut self, end: End) -> bool {
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.at - self.start > LONGEST {
                return false;
            }
            match byte {
                b'\\' => {
                    if let End::Escaped(quote) = end
                        && self.bytes.get(self.at + 1) == Some(&quote)
                    {
                        self.at += 2;
                        return true;
                    }
                    if !self.escape(end) {
                        return false;
                    }
                }
                b'"' | b'\'' | b'`' => {
                    let closes = end == End::Quote(byte);
                    self.at += usize::from(closes);
                    return closes;
                }
                b')' if end == End::Bracket => return false,
                b'\n' | b'\r' => {
                    if !self.line_break() {
                        return false;
                    }
                }
                b' ' | b'\t' => {
                    if !self.blank(end) {
                        return false;
                    }
                }
                b'^' if matches!(self.bytes.get(self.at + 1), Some(b'&')) => self.at += 1,
                b'<' | b'>' | b'|' => {
                    if !self.fill() {
                        if !matches!(end, End::Quote(_)) {
                            return false;
                        }
                        self.copy(1);
                    }
                }
                b'$' | b'#' | b'{' | b'%' | b'[' | b'&' => {
                    if !self.fill() {
                        self.copy(1);
                    }
                }
                byte if byte.is_ascii() => self.copy(1),
                _ => {
                    let length =
                        self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                    self.copy(length);
                }
            }
        }
        false
    }

    /// Reads what a program fills in at this place, if it does.
    fn fill(&mut self) -> bool {
        let rest = self.rest();
        let is_hex = |at: usize| rest.get(at).is_some_and(u8::is_ascii_hexdigit);
        // `%2C`; a variable of a batch file; a parameter.
        if rest.first() == Some(&b'%') && is_hex(1) && is_hex(2) {
            return false;
        }
        let variable = rest.get(1..).unwrap_or(&[]);
        let name = variable.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        if rest.first() == Some(&b'%') && name > 0 && variable.get(name) == Some(&b'%') {
            let name = self.text.get(self.at + 1..self.at + 1 + name).unwrap_or("").to_owned();
            self.hole(&braced(&name), name.len() + 2);
            return true;
        }
        let end = match (rest.first(), rest.get(1)) {
            (Some(b'{'), Some(b'{')) => memmem::find(rest.get(..rest.len().min(160)).unwrap_or(&[]), b"}}"),
            _ => None,
        };
        if let Some(end) = end {
            let inner = self.text.get(self.at + 2..self.at + end).unwrap_or("").to_owned();
            self.hole(&braced(inner.trim()), end + 2);
            return true;
        }
        // What a shell runs.
        if rest.starts_with(b"$(") {
            let end = rest.iter().take(EXPRESSION).position(|byte| *byte == b')').map_or(2, |end| end + 1);
            self.hole("{value}", end);
            return true;
        }
        match placeholder(self.text, self.at) {
            Some(found) => {
                let length = found.end - self.at;
                self.hole(&found.name, length);
                true
            }
            None => false,
        }
    }

    fn hole(&mut self, name: &str, length: usize) {
        // In the place of a name, or after a value, more parameters may come.
        if self.written.contains('?') {
            let after = self.written.trim_end_matches("amp;").chars().next_back();
            self.open |= after.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '?' | '&' | '}'));
        }
        self.filled = true;
        self.piece(name, length);
    }

    /// Writes what stands for a part of the source.
    fn piece(&mut self, written: &str, length: usize) {
        let text = self.written.len()..self.written.len() + written.len();
        self.written.push_str(written);
        self.segments.push(Segment { text, source: self.at..self.at + length });
        self.at += length;
    }

    fn copy(&mut self, length: usize) {
        let from = self.written.len();
        self.written.push_str(self.text.get(self.at..self.at + length).unwrap_or(""));
        let to = self.written.len();
        match self.segments.last_mut() {
            Some(last) if last.source.end == self.at && last.text.len() == last.source.len() => {
                last.source.end += length;
                last.text.end = to;
            }
            _ => self.segments.push(Segment { text: from..to, source: self.at..self.at + length }),
        }
        self.at += length;
    }

    /// Reads an escape; whether the text goes on after it.
    fn escape(&mut self, end: End) -> bool {
        let rest = self.rest();
        match rest.get(1) {
            Some(b'/') => self.piece("/", 2),
            Some(b'&') => self.piece("&", 2),
            Some(b'_') => self.piece("_", 2),
            Some(b'?') => self.piece("?", 2),
            Some(b'=') => self.piece("=", 2),
            Some(b'u') if rest.get(2..6).is_some_and(|code| code.eq_ignore_ascii_case(b"0026")) => self.piece("&", 6),
            Some(b'u') if rest.get(2..6).is_some_and(|code| code.eq_ignore_ascii_case(b"003d")) => self.piece("=", 6),
            Some(b'\n' | b'\r') => {
                self.at += 1;
                return self.line_break() || matches!(end, End::Quote(_));
            }
            _ => return false,
        }
        true
    }

    /// Passes over a line's end and the next line's beginning, where the URL goes on there.
    fn line_break(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let next = rest.trim_start_matches('\r').strip_prefix('\n').unwrap_or(rest);
        let line = next.trim_start_matches([' ', '\t']);
        let line = line.strip_prefix("> ").unwrap_or(line);
        let word = line.split(char::is_whitespace).next().unwrap_or("");
        let announced = match self.written.chars().next_back() {
            Some('?' | '&') => word.contains('=') || word.starts_with(['{', '$', '<', '[']),
            Some('=') => !word.is_empty() && !word.starts_with(['<', '#']),
            Some(',' | '+') => {
                let is_word = recognise::is_oidc_word(word.trim_end_matches([',', '&']));
                is_word || word.contains('.') && !word.contains("://")
            }
            _ => false,
        };
        let continues = word.starts_with(['&', '?']) && word.contains('=')
            || word.starts_with(',') && word.contains('.')
            || PARAMETERS.iter().any(|name| word.starts_with(name)) && self.written.contains('?');
        if !(announced || continues) || word.is_empty() {
            return false;
        }
        // A parameter on a line of its own has its ampersand or goes without.
        let alone = continues && !word.starts_with(['&', '?', ',']) && !self.written.ends_with(['&', '?']);
        let to = self.at + rest.len() - line.len();
        if alone {
            self.piece("&", 0);
        }
        self.at = to;
        true
    }

    /// Passes over blanks, and a remark at the end of a line, where the URL goes on.
    fn blank(&mut self, end: End) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let after = line.trim_start();
        let remark = ["<-", "←", "#", "//", "--", "<!--", "(", "\\"].iter().any(|mark| after.starts_with(mark));
        if after.is_empty() || remark && !matches!(end, End::Quote(b'"' | b'\'')) {
            let before = self.at;
            self.at += line.len();
            if self.line_break() {
                return true;
            }
            self.at = before;
            return false;
        }
        // People write blanks into the list of scopes.
        let in_quotes = match end {
            End::Quote(quote) | End::Escaped(quote) => line.contains(char::from(quote)),
            _ => false,
        };
        if in_quotes && self.written.contains('?') {
            self.copy(line.len() - after.len());
            return true;
        }
        false
    }

    /// Reads what is joined to a literal that has closed; how the next literal ends.
    fn joined(&mut self) -> Option<End> {
        let next_literal = |open: usize| {
            let quote = self.bytes.get(open - 1).copied().unwrap_or(b'"');
            let escaped = open >= 2 && self.bytes.get(open - 2) == Some(&b'\\');
            (open, if escaped { End::Escaped(quote) } else { End::Quote(quote) })
        };
        let closed = self.at;
        let mut at = closed;
        loop {
            let after = self.skip(at);
            let operator = operator(self.bytes, after);
            if operator == 0 {
                // Literals side by side are one text.
                let open = literal(self.bytes, after).filter(|_| after > closed && at == closed)?;
                let (open, end) = next_literal(open);
                self.at = open;
                return Some(end);
            }
            if self.is_call(at, after, operator) {
                return None;
            }
            let next = self.skip(after + operator);
            let quoted = self.bytes.get(next) == Some(&b'\\');
            if let Some(open) = literal(self.bytes, next + usize::from(quoted)) {
                let (open, end) = next_literal(open);
                self.at = open;
                return Some(end);
            }
            let end = self.expression(next);
            if end == next {
                self.open = true;
                return None;
            }
            let name = braced(self.text.get(next..end).unwrap_or("").trim());
            self.at = next;
            self.hole(&name, end - next);
            at = end;
        }
    }

    /// Blanks, and what carries a line over to the next.
    fn skip(&self, from: usize) -> usize {
        let at = skip_gap(self.bytes, from);
        let breaks = |at: usize| {
            let next = skip_blanks(self.bytes, at);
            self.bytes.get(at..next).is_some_and(|blanks| blanks.contains(&b'\n')).then_some(next)
        };
        match self.bytes.get(at) {
            Some(b'_' | b'`' | b'^' | b'\\') => breaks(at + 1).unwrap_or(at),
            _ => at,
        }
    }

    /// Whether a dot after a literal begins the call of a method and joins nothing.
    fn is_call(&self, closed: usize, dot: usize, operator: usize) -> bool {
        if operator != 1 || self.bytes.get(dot) != Some(&b'.') || dot > closed {
            return false;
        }
        let rest = self.text.get(dot + 1..).unwrap_or("");
        let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
        const METHODS: [&str; 14] = [
            "replace",
            "replaceAll",
            "format",
            "formatted",
            "trim",
            "concat",
            "strip",
            "freeze",
            "join",
            "split",
            "toString",
            "trimIndent",
            "gsub",
            "html_safe",
        ];
        METHODS.contains(&name)
    }

    /// Where the expression ends that begins at a place: at the operator that joins the next text, or with its statement.
    fn expression(&self, from: usize) -> usize {
        let mut depth = 0_usize;
        let mut quote: Option<u8> = None;
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at).filter(|_| at - from < EXPRESSION) {
            let blank_before = at > from && self.bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace);
            match (quote, byte) {
                (Some(open), byte) if byte == open => quote = None,
                (Some(_), b'\n') => return at,
                (None, b'"' | b'\'' | b'`') if depth > 0 => quote = Some(byte),
                (None, b'(' | b'[' | b'{') => depth += 1,
                (None, b')' | b']' | b'}') => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return at,
                },
                (None, b';' | b',' | b'\n' | b'"' | b'`' | b'\\' | b'+') if depth == 0 => return at,
                (None, b'.' | b'&' | b'~' | b'|' | b'<') if depth == 0 => {
                    let length = operator(self.bytes, at);
                    let after = self.bytes.get(at + length);
                    let joins = length == 2
                        || length == 1
                            && (blank_before && after.is_some_and(u8::is_ascii_whitespace)
                                || matches!(after, Some(b'"' | b'\'' | b'$')));
                    if joins {
                        return at;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// Reads a URL that stands percent-encoded in another.
    fn encoded(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            let rest = self.rest();
            if url::ends_head(char::from(byte)) || byte == b')' || byte == b'\\' || self.at - self.start > LONGEST {
                break;
            }
            let code = rest.get(1..3).and_then(|code| std::str::from_utf8(code).ok());
            let decoded = code.filter(|_| byte == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
            match decoded.filter(u8::is_ascii_graphic) {
                Some(decoded) => self.piece(char::from(decoded).encode_utf8(&mut [0; 4]), 3),
                None if byte == b'%' && decoded.is_some() => self.copy(3),
                None if matches!(byte, b'$' | b'{' | b'%') && self.fill() => {}
                None => {
                    let length =
                        self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                    self.copy(length);
                }
            }
        }
    }

    fn finished(mut self) -> Option<Template> {
        let trailing = self.written.len() - self.written.trim_end_matches([',', ';', ']', ' ', '.', '*']).len();
        self.written.truncate(self.written.len() - trailing);
        let query = self.written.split_once('?').map_or("", |(_, query)| query);
        let has =
            |name: &str| query.split('&').any(|part| part.trim_start_matches("amp;").split('=').next() == Some(name));
        let (client, redirect) = (has("client_id"), has("redirect_uri"));
        let reach = self.text.floor_char_boundary((self.at + AFTER).min(self.text.len()));
        let after = self.text.get(self.at..reach).unwrap_or("");
        let after = after.split("oauth/v").next().unwrap_or("");
        let added = ["&state=", "'state'", "\"state\"", ":state", "state:"].iter().any(|mark| after.contains(mark));
        // Without a client, or with what is filled in and no place to return to, somebody else adds the rest.
        let base = !client && !redirect || self.filled && !(client && redirect);
        let open = self.open || base || added || self.written.ends_with(['?', '&', '=']);
        let end = self.segments.last().map_or(self.at, |last| last.source.end);
        let end = end.saturating_sub(trailing).max(self.start);
        Some(Template { text: self.written, range: self.start..end, open, segments: self.segments })
            .filter(|template| !template.text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(String, bool)> {
        Template::all(source).into_iter().map(|template| (template.text, template.open)).collect()
    }

    #[test]
    fn urls_are_put_together_as_far_as_their_literals_tell() {
        const URL: &str = "https://accounts.zoho.eu/oauth/v2/auth";
        for (before, after, expected, open) in [
            (
                "u = \"",
                "?scope=A.b.READ&client_id=1&redirect_uri=x\"",
                "?scope=A.b.READ&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "u = `",
                "?scope=${scopes.join(',')}&client_id=${id}&redirect_uri=${cb}`;",
                "?scope={scopes}&client_id={id}&redirect_uri={cb}",
                false,
            ),
            (
                "u = \"",
                "?scope=\" + scope + \"&client_id=\" + id + \"&redirect_uri=\" + cb;",
                "?scope={scope}&client_id={id}&redirect_uri={cb}",
                false,
            ),
            (
                "$u = '",
                "?scope=' . urlencode($scope) . '&client_id='.$id.'&redirect_uri=x';",
                "?scope={urlencode}&client_id={id}&redirect_uri=x",
                false,
            ),
            (
                "u = \"",
                "?scope=\" & scope & _\n  \"&client_id=1&redirect_uri=x\"",
                "?scope={scope}&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "(\"",
                "?scope=A.b.READ\"\n  \"&client_id=1&redirect_uri=x\")",
                "?scope=A.b.READ&client_id=1&redirect_uri=x",
                false,
            ),
            ("curl \"", "?scope=%SCOPE%\"", "?scope={SCOPE}", true),
            (
                "",
                "?\nscope=A.b.READ,\n  A.c.READ,   <- here\n  A.d.READ\n  &client_id=1\n  &redirect_uri=x\nThen wait.",
                "?scope=A.b.READ,A.c.READ,A.d.READ&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "",
                "?scope=A.b.READ&client_id={{id}}&redirect_uri={{ cb }} and more",
                "?scope=A.b.READ&client_id={id}&redirect_uri={cb}",
                false,
            ),
            ("go to ", "? It opens.", "", true),
            ("u = \"", "?scope=A.b.READ\"", "?scope=A.b.READ", true),
            ("u = \"", "?client_id=1&redirect_uri=x\" + rest", "?client_id=1&redirect_uri=x{rest}", true),
            ("u = \"", "?client_id=1&redirect_uri=x&${more}\"", "?client_id=1&redirect_uri=x&{more}", true),
            ("u = \"", "?scope=A.b.READ&client_id=\" + id;", "?scope=A.b.READ&client_id={id}", true),
            ("u = \"", "?client_id=1&redirect_uri=x\"\nu += \"&state=\" + s", "?client_id=1&redirect_uri=x", true),
            (
                "[a](",
                "?scope=A.b.READ&client_id=1&redirect_uri=x) b",
                "?scope=A.b.READ&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "x: ",
                "?scope=A.b.READ&amp;client_id=1&amp;redirect_uri=x</string>",
                "?scope=A.b.READ&amp;client_id=1&amp;redirect_uri=x",
                false,
            ),
        ] {
            let source = format!("{before}{URL}{after}");
            let found = texts(&source);
            assert_eq!(found.len(), 1, "{source}: {found:?}");
            let (text, is_open) = &found[0];
            let wanted = if expected.is_empty() { format!("{URL}?") } else { format!("{URL}{expected}") };
            assert_eq!((text.as_str(), *is_open), (wanted.as_str(), open), "{source}");
        }
    }

    #[test]
    fn a_url_in_another_is_read_and_keeps_its_places() {
        let inner =
            "https%3A%2F%2Faccounts.zoho.com%2Foauth%2Fv2%2Fauth%3Fscope%3DA.b.READ%252CA.c.READ%26client_id%3D1";
        let source = format!("https://accounts.zoho.com/signin?serviceurl={inner}&x=1");
        let all = Template::all(&source);
        let template = all.first().unwrap();
        assert_eq!(template.text, "https://accounts.zoho.com/oauth/v2/auth?scope=A.b.READ%2CA.c.READ&client_id=1");
        let at = template.text.find("A.b.READ").unwrap();
        let span = template.origin(Span::new(at, at + 8));
        assert_eq!(&source[span.start..span.end], "A.b.READ");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(
            text in "(\\PC|[\"'`+.&?={}$%<>()\\\\ \\n,]|https://accounts\\.zoho\\.eu/oauth/v2/auth\\?|scope=|%3A%2F%2Fx%2Foauth%2Fv2|é){0,40}",
        ) {
            for template in Template::all(&text) {
                proptest::prop_assert!(text.get(template.range.clone()).is_some(), "{template:?}");
                for (at, _) in template.text.char_indices() {
                    let span = template.origin(Span::new(at, template.text.len()));
                    proptest::prop_assert!(text.get(span.start..span.end).is_some(), "{at} {template:?}");
                }
            }
        }
    }
}
