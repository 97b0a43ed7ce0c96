//! The line on which a scope stands, as far as it counts, and the string literal around it.

use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::input::recognise;

/// How far a line is looked at on both sides of a scope, in bytes: lines may be as long as a file.
pub(super) const SIDE: usize = 400;

/// A line around a scope.
pub(super) struct Line<'t> {
    pub(super) start: usize,
    /// Its beginning is the line's.
    pub(super) whole: bool,
    pub(super) head: &'t str,
    pub(super) tail: &'t str,
    pub(super) literal: Option<Literal<'t>>,
}

impl<'t> Line<'t> {
    /// The line around a scope, as far as it counts, and the string literal in it.
    pub(super) fn around(text: &'t str, span: &Range<usize>) -> Self {
        let bytes = text.as_bytes();
        let reach = text.floor_char_boundary(span.start.saturating_sub(SIDE));
        let found = bytes.get(reach..span.start).and_then(|head| memrchr(b'\n', head));
        let start = found.map_or(reach, |at| reach + at + 1);
        let reach = text.ceil_char_boundary((span.end + SIDE).min(bytes.len()));
        let end = bytes.get(span.end..reach).and_then(|tail| memchr(b'\n', tail)).map_or(reach, |at| span.end + at);
        let head = text.get(start..span.start).unwrap_or("");
        let tail = text.get(span.end..end).unwrap_or("").trim_end_matches('\r');
        let whole = found.is_some() || start == 0;
        Self { start, whole, head, tail, literal: Literal::around(head, tail) }
    }

    /// What stands before and after the literal, or the scope.
    pub(super) fn outside(&self) -> (&'t str, &'t str) {
        match &self.literal {
            Some(literal) => {
                (self.head.get(..literal.opens).unwrap_or(""), self.tail.get(literal.closes..).unwrap_or(""))
            }
            None => (self.head, self.tail),
        }
    }
}

/// The string literal around a scope on its line.
pub(super) struct Literal<'t> {
    /// The part of it that stands around the scope, without the scope.
    pub(super) text: (&'t str, &'t str),
    /// Where it opens in the head.
    opens: usize,
    /// Where it has closed in the tail.
    closes: usize,
}

impl<'t> Literal<'t> {
    fn around(head: &'t str, tail: &'t str) -> Option<Self> {
        let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
        // The quote that opens is the first, looking back, that also closes and is not closed between.
        let mut best: Option<Self> = None;
        for quote in ['"', '\'', '`'] {
            let Some(close) = tail.find(quote) else { continue };
            let opened = head.char_indices().filter(|(_, c)| *c == quote).map(|(at, _)| at).collect::<Vec<_>>();
            // An even number before means that the last has closed, but where an apostrophe came before.
            let Some(&open) = opened.last() else { continue };
            let inner = head.get(open + 1..).unwrap_or("");
            if opened.len().is_multiple_of(2) && !inner.is_empty() {
                continue;
            }
            let literal = Self {
                text: (inner, tail.get(..close).unwrap_or("")),
                opens: if head.get(..open).is_some_and(|head| head.ends_with('\\')) { open - 1 } else { open },
                closes: close + 1,
            };
            if best.as_ref().is_none_or(|best| literal.opens > best.opens) {
                best = Some(literal);
            }
        }
        best.filter(|literal| !literal.text.0.contains(is_quote) || literal.text.0.len() < SIDE)
    }
}

/// How many words stand beside scopes in a text.
pub(super) fn words_beside(text: &str) -> usize {
    text.split_whitespace().filter(|word| is_word_of_prose(word)).count()
}

fn is_word_of_prose(word: &str) -> bool {
    // A tag is none.
    if word.starts_with('<') || word.ends_with('>') {
        return false;
    }
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.chars().count() >= 2
        && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
        && !recognise::is_oidc_word(word)
        && !["scope", "scopes"].iter().any(|scope| word.eq_ignore_ascii_case(scope))
}
