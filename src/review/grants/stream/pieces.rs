//! An input cut into pieces, which workers take one after the other.

use std::io::{self, Read};

use super::MAX_RECORD;
use crate::input::token::{Header, Row, TableReader};

/// About so many bytes are judged by one worker at a time: few enough to stay in its cache.
const PIECE: usize = 256 << 10;

/// So many rows of a table are judged by one worker at a time.
const ROWS: usize = 512;

/// A piece of an input.
#[derive(Debug)]
pub(super) enum Piece {
    /// Whole lines: the text up to `end`, its first line of this number.
    Lines { first: usize, text: Vec<u8>, end: usize },
    /// Rows of a table.
    Rows(Vec<Row>),
}

/// What cuts an input into pieces.
pub(super) trait Cut: Send {
    /// The next piece, in the room of one that is not needed any more.
    fn next(&mut self, used: Option<Piece>) -> io::Result<Option<Piece>>;
}

/// Cuts behind a line break.
pub(super) struct Lines<'r> {
    input: &'r mut (dyn Read + Send),
    /// The beginning of a line that the last piece ended in.
    rest: Vec<u8>,
    line: usize,
    at_end: bool,
    failure: Option<io::Error>,
}

impl<'r> Lines<'r> {
    pub(super) fn new(input: &'r mut (dyn Read + Send)) -> Self {
        Self { input, rest: Vec::new(), line: 1, at_end: false, failure: None }
    }
}

impl Cut for Lines<'_> {
    fn next(&mut self, used: Option<Piece>) -> io::Result<Option<Piece>> {
        let mut text = match used {
            // Room that a long line took is not kept.
            Some(Piece::Lines { text, .. }) if text.len() <= 2 * PIECE => text,
            _ => Vec::new(),
        };
        text.resize(text.len().max(PIECE).max(self.rest.len()), 0);
        let mut filled = self.rest.len();
        text[..filled].copy_from_slice(&self.rest);
        self.rest.clear();
        let mut cut = None;
        while !self.at_end {
            if filled == text.len() {
                if cut.is_some() {
                    break;
                }
                if filled > MAX_RECORD {
                    let message = format!("line {} is longer than {} MiB", self.line, MAX_RECORD >> 20);
                    (self.at_end, self.failure) = (true, Some(io::Error::new(io::ErrorKind::InvalidData, message)));
                    break;
                }
                text.resize(2 * filled, 0);
            }
            match self.input.read(&mut text[filled..]) {
                Ok(0) => self.at_end = true,
                Ok(read) => {
                    let found = memchr::memrchr(b'\n', &text[filled..filled + read]);
                    cut = found.map(|at| filled + at + 1).or(cut);
                    filled += read;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => (self.at_end, self.failure) = (true, Some(error)),
            }
        }
        // A line that could not be read to its end is none.
        let end = if self.at_end && self.failure.is_none() { filled } else { cut.unwrap_or_default() };
        if end == 0 {
            return self.failure.take().map_or(Ok(None), Err);
        }
        if !self.at_end {
            self.rest.extend_from_slice(&text[end..filled]);
        }
        let first = self.line;
        self.line += memchr::memchr_iter(b'\n', &text[..end]).count();
        Ok(Some(Piece::Lines { first, text, end }))
    }
}

/// Cuts between the rows of a table.
pub(super) struct Table<'r> {
    rows: TableReader<&'r mut (dyn Read + Send)>,
    failure: Option<io::Error>,
}

impl<'r> Table<'r> {
    /// A table and its header; nothing of an empty input.
    pub(super) fn new(delimiter: u8, input: &'r mut (dyn Read + Send)) -> io::Result<Option<(Self, Header)>> {
        let mut rows = TableReader::new(input, delimiter);
        Ok(rows.header()?.map(|header| (Self { rows, failure: None }, header)))
    }
}

impl Cut for Table<'_> {
    fn next(&mut self, used: Option<Piece>) -> io::Result<Option<Piece>> {
        let mut piece = match used {
            Some(Piece::Rows(rows)) => rows,
            _ => Vec::with_capacity(ROWS),
        };
        piece.clear();
        while piece.len() < ROWS && self.failure.is_none() {
            match self.rows.next() {
                Ok(Some(row)) => piece.push(row),
                Ok(None) => break,
                Err(error) => self.failure = Some(error),
            }
        }
        if piece.is_empty() {
            return self.failure.take().map_or(Ok(None), Err);
        }
        Ok(Some(Piece::Rows(piece)))
    }
}
