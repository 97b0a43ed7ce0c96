//! What is read of a URL in its source: literals and bare texts, with what is filled in and escaped in them.

use std::ops::Range;

use memchr::memmem;

use crate::input::placeholder::{braced, placeholder};

/// How far a URL reaches, in bytes of its source.
pub(super) const LONGEST: usize = 6000;

/// How long an expression between two literals may be, in bytes.
pub(super) const EXPRESSION: usize = 400;

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) text: Range<usize>,
    pub(super) source: Range<usize>,
}

/// What ends a text in a source.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Quote(u8),
    /// A quote that is escaped itself.
    Escaped(u8),
    Bracket,
    /// A blank.
    Bare,
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) start: usize,
    pub(super) at: usize,
    pub(super) written: String,
    pub(super) segments: Vec<Segment>,
    pub(super) open: bool,
    pub(super) filled: bool,
}

impl<'t> Reader<'t> {
    /// Begins at a place of a text.
    pub(super) fn new(text: &'t str, start: usize) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            start,
            at: start,
            written: String::new(),
            segments: Vec::new(),
            open: false,
            filled: false,
        }
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    pub(super) fn end(&self) -> End {
        let before = self.bytes.get(..self.start).unwrap_or(&[]);
        match *before {
            [.., b'\\', quote @ (b'"' | b'\'')] => End::Escaped(quote),
            [.., quote @ (b'"' | b'\'' | b'`')] => End::Quote(quote),
            [.., b'('] => End::Bracket,
            _ => End::Bare,
        }
    }

    /// Reads a URL that stands as it is, and what is joined to it.
    pub(super) fn plain(&mut self) {
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
    pub(super) fn literal(&mut self, end: End) -> bool {
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
    pub(super) fn fill(&mut self) -> bool {
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

    pub(super) fn hole(&mut self, name: &str, length: usize) {
        // In the place of a name, or after a value, more parameters may come.
        if self.written.contains('?') {
            let after = self.written.trim_end_matches("amp;").chars().next_back();
            self.open |= after.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '?' | '&' | '}'));
        }
        self.filled = true;
        self.piece(name, length);
    }

    /// Writes what stands for a part of the source.
    pub(super) fn piece(&mut self, written: &str, length: usize) {
        let text = self.written.len()..self.written.len() + written.len();
        self.written.push_str(written);
        self.segments.push(Segment { text, source: self.at..self.at + length });
        self.at += length;
    }

    pub(super) fn copy(&mut self, length: usize) {
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
    pub(super) fn escape(&mut self, end: End) -> bool {
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
}
