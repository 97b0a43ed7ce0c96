//! Source texts, byte spans in them, and the lines and columns that people read.
//!
//! Everything inside works with byte spans; lines and columns are computed only when something is shown.

use std::borrow::Cow;
use std::sync::OnceLock;

/// A half-open range of bytes in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte of the range.
    pub start: usize,
    /// First byte after the range.
    pub end: usize,
}

impl Span {
    /// A span over `start..end`; an end before the start counts as empty.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The number of bytes covered.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same range, moved towards the end of the text by `by` bytes.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}

/// A place that people read: line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A text with a name: a file, the command line, or standard input.
///
/// Of a large text, [`Source::of_pieces`] keeps only some lines or parts of lines; positions are those of the whole.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Where each piece begins in `text`, and where that is in the whole; empty when the text is the whole.
    pieces: Vec<(usize, Position)>,
    first_line: usize,
    /// What is never shown, in order.
    hidden: Vec<Span>,
    lines: OnceLock<Vec<usize>>,
    marks: OnceLock<Vec<usize>>,
}

/// A line, or a part of one, that is kept of a larger text. It holds no line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins in the whole text.
    pub at: Position,
    /// Its text.
    pub text: String,
}

/// How many bytes lie between two places at which characters have been counted.
const STEP: usize = 1024;

impl Source {
    /// Takes a text under the name that messages show for it (a path, `<argument>`, `<stdin>`).
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::starting_at(name, text, 1)
    }

    /// A piece of a longer text that begins with the line of that number, counted from 1.
    #[must_use]
    pub fn starting_at(name: impl Into<String>, text: impl Into<String>, first_line: usize) -> Self {
        let (name, text, pieces) = (name.into(), text.into(), Vec::new());
        Self { name, text, pieces, first_line, hidden: Vec::new(), lines: OnceLock::new(), marks: OnceLock::new() }
    }

    /// Takes pieces of a text, in the order of the whole. Spans count in the pieces joined by line breaks, lines and
    /// columns in the whole.
    #[must_use]
    pub fn of_pieces(name: impl Into<String>, pieces: Vec<Piece>) -> Self {
        let mut source = Self::new(name, String::new());
        for piece in pieces {
            if !source.pieces.is_empty() {
                source.text.push('\n');
            }
            source.pieces.push((source.text.len(), piece.at));
            source.text.push_str(&piece.text);
        }
        source
    }

    /// The name that messages show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under a span as it may be shown: what is hidden is blotted out, each byte of it by a star.
    pub(crate) fn shown(&self, span: Span) -> Cow<'_, str> {
        let text = self.slice(span);
        let hidden = self.hidden.iter().filter(|hidden| hidden.start < span.end && span.start < hidden.end);
        let mut shown = Cow::Borrowed(text);
        for hidden in hidden {
            let from = hidden.start.max(span.start) - span.start;
            let to = (hidden.end.min(span.end) - span.start).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(to) {
                shown.to_mut().replace_range(from..to, &"*".repeat(to - from));
            }
        }
        shown
    }

    /// The text under a span; empty when the span does not lie on character boundaries of this text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    /// Line and column of a byte offset. An offset past the end counts as the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        if let Some((start, at)) = self.piece(offset) {
            return Position { line: at.line, column: at.column + self.characters(start, offset) };
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.characters(start, offset) + 1;
        Position { line: line.max(1) + self.first_line.saturating_sub(1), column }
    }

    /// The piece that holds a byte offset.
    fn piece(&self, offset: usize) -> Option<(usize, Position)> {
        let next = self.pieces.partition_point(|(start, _)| *start <= offset);
        self.pieces.get(next.checked_sub(1)?).copied()
    }

    /// The span of the line that holds a byte offset, without its line break.
    #[must_use]
    pub fn line_span(&self, offset: usize) -> Span {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset.min(self.text.len())).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let end = starts.get(line).copied().unwrap_or(self.text.len());
        let body = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        Span::new(start, start + body.len())
    }

    /// The number of characters in a range. Long ranges are not walked: many findings on one line of many megabytes
    /// would take quadratic time.
    fn characters(&self, start: usize, end: usize) -> usize {
        if end.saturating_sub(start) <= STEP {
            return count(self.text.as_bytes(), start, end);
        }
        let marks = self.marks.get_or_init(|| {
            let blocks = self.text.as_bytes().chunks(STEP).scan(0, |counted, block| {
                *counted += count(block, 0, block.len());
                Some(*counted)
            });
            std::iter::once(0).chain(blocks).collect()
        });
        let before = |offset: usize| {
            let block = offset / STEP;
            marks.get(block).copied().unwrap_or(0) + count(self.text.as_bytes(), block * STEP, offset)
        };
        before(end) - before(start)
    }

    fn line_starts(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|&(_, b)| b == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        })
    }
}

/// The number of characters that start in a range of UTF-8 text.
fn count(text: &[u8], start: usize, end: usize) -> usize {
    characters(text.get(start..end).unwrap_or(&[]))
}

/// The number of characters that start in UTF-8 text.
pub(crate) fn characters(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
}

/// Names one source of a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(usize);

/// All the texts of one run, so that a finding can point at any of them with a small value.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
}

impl Sources {
    /// Keeps a secret out of all that is shown of its text.
    pub(crate) fn hide(&mut self, place: Place) {
        if let Some(source) = self.all.get_mut(place.source.0) {
            source.hidden.push(place.span);
        }
    }

    /// Puts another text in the place of one of which nothing is to be shown.
    pub(crate) fn replace(&mut self, id: SourceId, source: Source) {
        if let Some(old) = self.all.get_mut(id.0) {
            *old = source;
        }
    }

    /// Gives sources other names, where there are others for them.
    pub(crate) fn rename(&mut self, name: impl Fn(&str) -> Option<String>) {
        for source in &mut self.all {
            if let Some(name) = name(&source.name) {
                source.name = name;
            }
        }
    }

    /// Adds a source and returns its id.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.all.push(source);
        SourceId(self.all.len() - 1)
    }

    /// The names of all sources, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(Source::name)
    }

    /// The id that the next source will get.
    #[must_use]
    pub fn next_id(&self) -> SourceId {
        SourceId(self.all.len())
    }

    /// The source of an id that this collection gave out.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.all[id.0]
    }

    /// Every source, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.all.iter().enumerate().map(|(at, source)| (SourceId(at), source))
    }
}

/// A span in one of the run's sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which text.
    pub source: SourceId,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// A place in a source.
    #[must_use]
    pub fn new(source: SourceId, span: Span) -> Self {
        Self { source, span }
    }
}

/// Something wrong in a text that a person wrote (a policy, a catalog file, an input): what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong: lower case, no full stop, user text in backticks.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
    /// Which kind of mistake it is, in kebab case, where the reader tells kinds apart.
    pub kind: Option<&'static str>,
}

impl Problem {
    /// A problem without help.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, help: None, kind: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says which kind of mistake it is.
    #[must_use]
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("x", "ab\nçdé\n\nf");
        let at = |offset| {
            let p = source.position(offset);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 3));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(5), (2, 2));
        assert_eq!(at(9), (3, 1));
        assert_eq!(at(10), (4, 1));
        assert_eq!(at(99), (4, 2));
    }

    #[test]
    fn columns_of_a_long_line_are_counted_right() {
        let line = "aé日🦀\t".repeat(1000);
        let source = Source::new("x", format!("ü\n{line}"));
        for (characters, (at, _)) in line.char_indices().enumerate().step_by(7) {
            assert_eq!(source.position(3 + at), Position { line: 2, column: characters + 1 }, "{at}");
        }
    }

    #[test]
    fn a_line_span_leaves_out_the_line_break() {
        let source = Source::new("x", "ab\r\ncd\n");
        assert_eq!(source.slice(source.line_span(1)), "ab");
        assert_eq!(source.slice(source.line_span(4)), "cd");
        assert_eq!(source.slice(source.line_span(7)), "");
    }
}
