//! What is kept of a scanned text: the lines on which something was found, and of long lines the part around it.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use crate::text::{Piece, Position, Span, characters};

/// What is kept before and after a place on its line, in bytes. Reports look no further.
const SIDE: usize = 1200;

/// Pieces of a text, and the way from places in the text to places in the pieces joined by line breaks.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) pieces: Vec<Piece>,
    /// Ranges of the text, and where each begins among the pieces.
    moved: Vec<(Range<usize>, usize)>,
}

/// Keeps the surroundings of places.
pub(super) fn keep(text: &str, places: &[Span]) -> Kept {
    let mut windows: Vec<Range<usize>> = places.iter().flat_map(|place| windows(text, *place)).collect();
    windows.sort_unstable_by_key(|window| (window.start, window.end));
    windows.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    let mut kept = Kept::default();
    let (mut at, mut position, mut length) = (0, Position { line: 1, column: 1 }, 0);
    for window in windows {
        position = advance(text, at..window.start, position);
        at = window.start;
        let piece = text.get(window.clone()).unwrap_or("");
        kept.pieces.push(Piece { at: position, text: piece.to_owned() });
        kept.moved.push((window, length));
        length += piece.len() + 1;
    }
    kept
}

impl Kept {
    /// Where a span of the text stands among the pieces.
    pub(super) fn span(&self, span: Span) -> Span {
        Span::new(self.place(span.start), self.place(span.end))
    }

    fn place(&self, at: usize) -> usize {
        let next = self.moved.partition_point(|(window, _)| window.start <= at);
        let window = next.checked_sub(1).and_then(|last| self.moved.get(last));
        window.map_or(0, |(window, new)| new + at.min(window.end) - window.start)
    }
}

/// The position after a range of text, from the position before it.
pub(super) fn advance(text: &str, range: Range<usize>, from: Position) -> Position {
    let bytes = text.as_bytes().get(range).unwrap_or(&[]);
    match memrchr(b'\n', bytes) {
        None => Position { column: from.column + characters(bytes), ..from },
        Some(last) => Position {
            line: from.line + memchr_iter(b'\n', bytes).count(),
            column: characters(bytes.get(last + 1..).unwrap_or(&[])) + 1,
        },
    }
}

/// The part of each line around a place that may reach over several.
fn windows(text: &str, place: Span) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut windows = Vec::new();
    let mut start = place.start;
    loop {
        // No further than is kept: a line may be as long as the file.
        let from = text.floor_char_boundary(start.saturating_sub(SIDE));
        let from = bytes.get(from..start).and_then(|head| memrchr(b'\n', head)).map_or(from, |at| from + at + 1);
        let to = text.ceil_char_boundary(place.end.max(start).saturating_add(SIDE)).min(bytes.len());
        let end = memchr(b'\n', bytes.get(start..to).unwrap_or(&[])).map_or(to, |at| start + at);
        let returns = end > start && bytes.get(end) == Some(&b'\n') && bytes.get(end - 1) == Some(&b'\r');
        windows.push(from..(if returns { end - 1 } else { end }).max(from));
        if end >= place.end || end >= bytes.len() {
            return windows;
        }
        start = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    #[test]
    fn places_keep_their_lines_and_columns() {
        let long = "é".repeat(5000);
        let text = format!("one\r\n{long}Desk.a{long}\r\nthree Desk.b\nfour\nfive \"Desk.\"\n + \"c\"");
        let places: Vec<Span> = [("Desk.a", 6), ("Desk.b", 6), ("Desk.\"\n + \"c", 12)]
            .map(|(mark, length)| {
                let at = text.find(mark).unwrap();
                Span::new(at, at + length)
            })
            .to_vec();
        let kept = keep(&text, &places);
        let whole = Source::new("x", text.clone());
        let pieces = Source::of_pieces("x", kept.pieces.clone());
        assert!(pieces.text().len() < 4 * SIDE);
        for place in &places {
            let moved = kept.span(*place);
            assert_eq!(pieces.position(moved.start), whole.position(place.start));
            assert_eq!(pieces.position(moved.end), whole.position(place.end));
            assert_eq!(pieces.slice(moved).replace('\r', ""), whole.slice(*place).replace('\r', ""));
        }
    }
}
