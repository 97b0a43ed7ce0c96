//! Letters and dots in the notation `\u0041`, resolved with a way back to the places in the text.

use std::ops::Range;

/// A text with its escapes resolved.
#[derive(Debug)]
pub(super) struct Unescaped {
    pub(super) text: String,
    /// Where each resolved letter stands in the new text.
    letters: Vec<usize>,
}

/// How much shorter a resolved letter is than its escape.
const SAVED: usize = 5;

/// Resolves the escapes of ASCII letters, digits and dots; `None` for a text that has none.
pub(super) fn unescape(text: &str) -> Option<Unescaped> {
    let mut out = String::new();
    let mut letters = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices("\\u00") {
        let letter = text.get(at + 4..at + 6).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let Some(letter) = letter.filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'.') else { continue };
        out.push_str(text.get(from..at)?);
        letters.push(out.len());
        out.push(char::from(letter));
        from = at + 1 + SAVED;
    }
    if letters.is_empty() {
        return None;
    }
    out.push_str(text.get(from..)?);
    Some(Unescaped { text: out, letters })
}

impl Unescaped {
    /// Where something stands in the text before.
    pub(super) fn origin(&self, span: &Range<usize>) -> Range<usize> {
        // A place after a letter lies behind all of its escape.
        self.before(span.start)..self.before(span.end)
    }

    fn before(&self, at: usize) -> usize {
        at + SAVED * self.letters.partition_point(|new| *new < at)
    }

    /// Whether a letter in a range was written as an escape.
    pub(super) fn touches(&self, span: &Range<usize>) -> bool {
        let first = self.letters.partition_point(|new| *new < span.start);
        self.letters.get(first).is_some_and(|new| *new < span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_exact() {
        let text = "é \\u0044esk\\u002etickets\\u002eREA\\u0044 \\u00e9 \\u002";
        let plain = unescape(text).unwrap();
        assert_eq!(plain.text, "é Desk.tickets.READ \\u00e9 \\u002");
        let at = plain.text.find("Desk").unwrap();
        let span = at..at + "Desk.tickets.READ".len();
        assert_eq!(&text[plain.origin(&span)], "\\u0044esk\\u002etickets\\u002eREA\\u0044");
        let word = at + 1..at + 4;
        assert_eq!(&text[plain.origin(&word)], "esk");
        assert!(plain.touches(&span) && !plain.touches(&word));
        assert!(unescape("plain \\u00e9").is_none());
    }
}
