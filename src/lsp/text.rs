//! The text of an open editor: places as editors count them, and changes as they send them.

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::text::Span;

/// How a client counts the characters of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of 16 bits: what every client knows.
    #[default]
    Utf16,
    /// In characters.
    Utf32,
}

impl Encoding {
    /// The one that serves best, of those that a client knows.
    pub(super) fn of(known: &[PositionEncodingKind]) -> Self {
        let has = |kind: &PositionEncodingKind| known.contains(kind);
        match () {
            () if has(&PositionEncodingKind::UTF8) => Self::Utf8,
            () if has(&PositionEncodingKind::UTF32) && !has(&PositionEncodingKind::UTF16) => Self::Utf32,
            () => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn length(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text with its lines.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: String,
    /// Where lines begin.
    starts: Vec<usize>,
    encoding: Encoding,
}

impl Text {
    pub(super) fn new(text: String, encoding: Encoding) -> Self {
        Self { starts: starts(&text), text, encoding }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Takes the place of a range, or of the whole text.
    pub(super) fn change(&mut self, range: Option<Range>, new: &str) {
        match range.map(|range| self.span(range)) {
            Some(span) => self.text.replace_range(span.start..span.end, new),
            None => new.clone_into(&mut self.text),
        }
        self.starts = starts(&self.text);
    }

    /// The byte at a position. One beyond the end of a line counts as its end, one within a character as its start.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else { return self.text.len() };
        let body = self.line(line);
        let mut left = usize::try_from(position.character).unwrap_or(usize::MAX);
        for (at, c) in body.char_indices() {
            let length = self.encoding.length(c);
            if left < length {
                return start + at;
            }
            left -= length;
        }
        start + body.len()
    }

    /// The position of a byte.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        let character: usize = before.chars().map(|c| self.encoding.length(c)).sum();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position::new(number(line), number(character))
    }

    /// The bytes of a range; one that ends before it begins is empty.
    pub(super) fn span(&self, range: Range) -> Span {
        Span::new(self.offset(range.start), self.offset(range.end))
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The text of a line, by its number from 0, without its break.
    pub(super) fn line(&self, line: usize) -> &str {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// The number of the line that holds a byte, from 0.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Where a line begins.
    pub(super) fn start_of(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }
}

/// Lines end with a line feed, a carriage return, or both.
fn starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes);
    let ends = breaks.filter(|&at| bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain(ends.map(|at| at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn positions_count_as_the_client_does() {
        let line = "é🦀日x";
        for (encoding, places) in [
            (Encoding::Utf8, [(0, 0), (2, 2), (6, 6), (9, 9), (10, 10)]),
            (Encoding::Utf16, [(0, 0), (1, 2), (3, 6), (4, 9), (5, 10)]),
            (Encoding::Utf32, [(0, 0), (1, 2), (2, 6), (3, 9), (4, 10)]),
        ] {
            let text = Text::new(format!("a\r\nb\rc\n{line}\n"), encoding);
            for (character, byte) in places {
                let position = Position::new(3, character);
                assert_eq!((text.offset(position), text.position(7 + byte)), (7 + byte, position), "{encoding:?}");
            }
            // Beyond the end of a line is its end, within a character its start.
            assert_eq!(text.offset(Position::new(0, 9)), 1);
            assert_eq!(text.offset(Position::new(9, 9)), text.as_str().len());
        }
        let text = Text::new("🦀".to_owned(), Encoding::Utf16);
        assert_eq!(text.offset(Position::new(0, 1)), 0);
        assert_eq!(Encoding::of(&[PositionEncodingKind::UTF16, PositionEncodingKind::UTF8]), Encoding::Utf8);
        assert_eq!(Encoding::of(&[]), Encoding::Utf16);
    }

    proptest! {
        #[test]
        fn changes_are_those_of_a_plain_string(
            text in "(\\PC|[\r\n🦀]){0,40}",
            changes in prop::collection::vec((0usize..60, 0usize..60, "(\\PC|[\r\n🦀]){0,6}"), 0..6),
        ) {
            let mut ours = Text::new(text.clone(), Encoding::Utf16);
            let mut plain = text;
            for (a, b, new) in changes {
                let (a, b) = (a.min(b), a.max(b));
                let (a, b) = (plain.floor_char_boundary(a), plain.floor_char_boundary(b));
                let range = ours.range(Span::new(a, b));
                // The place between the two characters of a line break is none that a client names.
                let span = ours.span(range);
                plain.replace_range(span.start..span.end, &new);
                ours.change(Some(range), &new);
                prop_assert_eq!(ours.as_str(), &plain);
                prop_assert_eq!(&ours.starts, &starts(&plain));
            }
        }
    }
}
