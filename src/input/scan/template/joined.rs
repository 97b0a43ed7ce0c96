//! What is joined to a literal: other literals, and expressions that fill in.

use super::reader::{EXPRESSION, End, Reader};
use crate::input::placeholder::braced;
use crate::input::scan::joins::{literal, operator, skip_blanks, skip_gap};

impl Reader<'_> {
    /// Reads what is joined to a literal that has closed; how the next literal ends.
    pub(super) fn joined(&mut self) -> Option<End> {
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
}
