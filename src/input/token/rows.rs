//! The rows of a table, each with its own text: where a cell stands in it, past quotes and doubled quotes.

use std::io::{self, Read};
use std::ops::Range;

use crate::text::Span;

/// One row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// The number of its first line.
    pub(crate) line: usize,
    /// The cells, past quotes.
    pub(crate) cells: csv::ByteRecord,
    /// Its text as it stands in the input, without the line break at its end.
    pub(crate) text: Vec<u8>,
}

/// Reads a table row by row.
pub(crate) struct TableReader<R: Read> {
    reader: csv::Reader<Copying<R>>,
    /// How many bytes of the copy belong to rows that have been read.
    taken: usize,
    /// How many bytes of the input that is.
    passed: u64,
    /// The number of the line that follows them.
    line: usize,
    delimiter: u8,
}

/// The longest row that is read, in bytes.
const LONGEST: usize = 64 << 20;

/// So many bytes that are not needed any more are forgotten at once.
const FORGET: usize = 64 << 10;

/// An input of which a copy is kept.
struct Copying<R> {
    input: R,
    copied: Vec<u8>,
}

impl<R: Read> Read for Copying<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.copied.len() > LONGEST + 2 * FORGET {
            let message = format!("a row is longer than {} MiB: perhaps a quote is not closed", LONGEST >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let read = self.input.read(into)?;
        self.copied.extend_from_slice(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<R: Read> TableReader<R> {
    /// The rows of an input, the header among them. Rows may be too short or too long.
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(Copying { input, copied: Vec::new() });
        Self { reader, taken: 0, passed: 0, line: 1, delimiter }
    }

    /// The byte between cells.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The next row.
    ///
    /// # Errors
    ///
    /// When the input cannot be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        let mut cells = csv::ByteRecord::new();
        if !self.reader.read_byte_record(&mut cells)? {
            return Ok(None);
        }
        let end = self.reader.position().byte();
        let copied = &mut self.reader.get_mut().copied;
        let length = usize::try_from(end.saturating_sub(self.passed)).unwrap_or(usize::MAX);
        let until = self.taken.saturating_add(length).min(copied.len());
        let taken = copied.get(self.taken..until).unwrap_or_default();
        (self.passed, self.taken) = (end, until);
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        // Empty lines, and the second half of a line break, come before a row.
        let start = taken.iter().position(|byte| !is_break(byte)).unwrap_or(taken.len());
        let mut last = taken.iter().rposition(|byte| !is_break(byte)).map_or(start, |at| at + 1);
        // Where a quote is never closed, the line breaks at the end of the input are in the cell.
        if last < taken.len()
            && memchr::memchr(b'"', taken).is_some()
            && is_open(taken.get(start..).unwrap_or_default(), self.delimiter)
        {
            last = taken.len();
        }
        let breaks = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
        let line = self.line + breaks(taken.get(..start).unwrap_or_default());
        self.line += breaks(taken);
        let text = taken.get(start..last).unwrap_or_default().to_vec();
        if self.taken > FORGET {
            copied.drain(..self.taken);
            self.taken = 0;
        }
        Ok(Some(Row { line, cells, text }))
    }
}

/// A cell of a row's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// What it says.
    pub(super) value: String,
    /// Where it stands, quotes included.
    pub(super) span: Span,
    /// Pieces of the value that stand in the text as they are: where each begins in the value, and where in the text.
    pieces: Vec<(usize, usize)>,
}

impl Cell {
    /// Where a part of the value stands in the text.
    pub(super) fn locate(&self, part: Range<usize>) -> Span {
        let at = |offset: usize| {
            let piece = self.pieces.partition_point(|(value, _)| *value <= offset).checked_sub(1);
            piece.and_then(|piece| self.pieces.get(piece)).map(|(value, text)| text + (offset - value))
        };
        match (at(part.start), at(part.end.saturating_sub(1))) {
            (Some(start), Some(last)) if part.end > part.start => Span::new(start, last + 1),
            _ => self.span,
        }
    }
}

/// The cells of a row's text, as [`csv`] reads them.
pub(super) fn cells(text: &str, delimiter: u8) -> Vec<Cell> {
    let bytes = text.as_bytes();
    let mut cells = Vec::new();
    let mut start = 0;
    loop {
        let Split { pieces, end, .. } = split(bytes, start, delimiter);
        let mut value = String::new();
        let mut found = Vec::with_capacity(pieces.len());
        for piece in pieces {
            found.push((value.len(), piece.start));
            // Quotes and delimiters are ASCII, so what is between them is text as before.
            value.push_str(text.get(piece).unwrap_or_default());
        }
        cells.push(Cell { value, span: Span::new(start, end), pieces: found });
        if end >= bytes.len() {
            return cells;
        }
        start = end + 1;
    }
}

/// Whether the last cell of a row begins with a quote that is never closed.
fn is_open(text: &[u8], delimiter: u8) -> bool {
    let mut start = 0;
    loop {
        let split = split(text, start, delimiter);
        if split.end >= text.len() {
            return split.is_open;
        }
        start = split.end + 1;
    }
}

/// Where one cell stands.
struct Split {
    /// What it says, in pieces.
    pieces: Vec<Range<usize>>,
    end: usize,
    is_open: bool,
}

/// The cell that begins at a byte.
fn split(text: &[u8], start: usize, delimiter: u8) -> Split {
    let mut is_open = text.get(start) == Some(&b'"');
    let mut at = start + usize::from(is_open);
    let mut pieces = Vec::new();
    let mut from = at;
    while let Some(&byte) = text.get(at) {
        if is_open && byte == b'"' {
            pieces.push(from..at);
            // A doubled quote is one; a single one ends what is quoted.
            is_open = text.get(at + 1) == Some(&b'"');
            from = at + 1;
            at += usize::from(is_open);
        } else if !is_open && byte == delimiter {
            break;
        }
        at += 1;
    }
    pieces.push(from..at);
    pieces.retain(|piece| !piece.is_empty());
    Split { pieces, end: at, is_open }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, delimiter: u8) -> Vec<Row> {
        let mut rows = TableReader::new(text.as_bytes(), delimiter);
        std::iter::from_fn(|| rows.next().unwrap()).collect()
    }

    #[test]
    fn rows_know_their_lines() {
        for text in [
            "a,b\n\nc,\"d\ne\"\nf\n",
            "a,b\r\n\r\nc,\"d\r\ne\"\r\nf\r\n",
            "\u{feff}a,b\n\nc,\"d\ne\"\nf",
            "a,b\n\nc,\"d\ne\"\nf\n\n\n",
        ] {
            let rows = rows(text, b',');
            let places: Vec<(usize, usize)> = rows.iter().map(|row| (row.line, row.cells.len())).collect();
            assert_eq!(places, [(1, 2), (3, 2), (5, 1)], "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
        let endless = b"app,scope\nx,\"".chain(io::repeat(b'a'));
        let mut rows = TableReader::new(endless, b',');
        assert!(rows.header().unwrap().is_some());
        let error = rows.next().unwrap_err();
        assert!(error.to_string().contains("a quote is not closed"), "{error}");
    }

    #[test]
    fn parts_of_cells_are_located() {
        let cells = cells("é;\"x;\"\"y\"\" z\"w;", b';');
        let values: Vec<&str> = cells.iter().map(|cell| cell.value.as_str()).collect();
        assert_eq!(values, ["é", "x;\"y\" zw", ""]);
        let text = "é;\"x;\"\"y\"\" z\"w;";
        let of = |cell: &Cell, part: &str| {
            let start = cell.value.find(part).unwrap();
            let span = cell.locate(start..start + part.len());
            text.get(span.start..span.end).unwrap().to_owned()
        };
        assert_eq!(of(&cells[0], "é"), "é");
        assert_eq!(of(&cells[1], "x;"), "x;");
        assert_eq!(of(&cells[1], "\"y\""), "\"y\"\"");
        assert_eq!(of(&cells[1], "z"), "z");
        assert_eq!(of(&cells[1], "w"), "w");
        assert_eq!(cells[2].locate(0..0), Span::new(text.len(), text.len()));
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_csv_crate(text in "([ab\u{e9};,\"\n]|\r\n|\"\"){0,30}", delimiter in prop_oneof![Just(b','), Just(b';')]) {
            let mut expected = csv::ReaderBuilder::new()
                .delimiter(delimiter)
                .flexible(true)
                .has_headers(false)
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                expected.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let rows = rows(&text, delimiter);
            let read: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.cells.iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect())
                .collect();
            prop_assert_eq!(&read, &expected);
            for row in &rows {
                let own = std::str::from_utf8(&row.text).unwrap();
                let values: Vec<String> = cells(own, delimiter).into_iter().map(|cell| cell.value).collect();
                let read: Vec<&[u8]> = row.cells.iter().collect();
                prop_assert_eq!(values.iter().map(String::as_bytes).collect::<Vec<_>>(), read);
                // A line number is that of the row's first character in the whole.
                let starts = (0..=text.len()).filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(own)));
                let mut lines = starts.map(|at| text[..at].matches('\n').count() + 1);
                prop_assert!(lines.any(|line| line == row.line), "{:?}", row);
            }
        }
    }
}
