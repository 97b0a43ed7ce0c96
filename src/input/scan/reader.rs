//! Scanning a file of any size in bounded memory, in pieces that end between two words.

use std::io::{self, Read};
use std::thread;

use super::Scanner;
use super::ignore::{self, Ignore};
use super::keep::{advance, keep};
use crate::input::Request;
use crate::source::{Piece, Position, Source, Sources, Span};

/// How much of a file is looked at in one piece, in bytes.
pub const CHUNK: usize = 16 * 1024 * 1024;

/// How far before the end of a piece it may be cut, in bytes.
const CUT: usize = 256 * 1024;

/// A file begins with this much that tells whether it is text, in bytes.
const HEAD: usize = 8 * 1024;

/// What a file asks for, and the lines of it that tell so.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The requests, in the order of the file. Their places count in the pieces of [`Source::of_pieces`].
    pub requests: Vec<Request>,
    /// The comments that accept findings, in the order of the file.
    pub ignores: Vec<Ignore>,
    /// The lines on which something was found.
    pub pieces: Vec<Piece>,
}

/// The file is no text: it has a zero byte near its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binary;

/// Reads files one after the other and keeps its buffers.
#[derive(Debug)]
pub struct Reader<'s> {
    scanner: &'s Scanner<'s>,
    buffer: Vec<u8>,
    /// The piece after the one in `buffer`; empty until a file has two.
    next: Vec<u8>,
    chunk: usize,
}

/// How the bytes of a file stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big_endian: bool },
}

impl<'s> Reader<'s> {
    /// Reads with a scanner.
    #[must_use]
    pub fn new(scanner: &'s Scanner<'s>) -> Self {
        Self { scanner, buffer: Vec::new(), next: Vec::new(), chunk: CHUNK }
    }

    /// Reads in pieces of another size than [`CHUNK`].
    #[cfg(test)]
    pub(super) fn in_chunks(scanner: &'s Scanner<'s>, chunk: usize) -> Self {
        Self { chunk, ..Self::new(scanner) }
    }

    /// Scans everything that `file` gives. UTF-8 and, with a byte order mark, UTF-16 are understood; other bytes count
    /// as one unknown character each. Of a file of several pieces, one is read while the one before it is searched.
    ///
    /// # Errors
    ///
    /// When the file cannot be read on.
    pub fn scan(&mut self, mut file: impl Read + Send) -> io::Result<Result<Scanned, Binary>> {
        let mut scanned = Scanned::default();
        let mut position = Position { line: 1, column: 1 };
        let mut length = 0;
        let (mut filled, mut ended) = fill(&mut self.buffer, 0, self.chunk, &mut file)?;
        let head = self.buffer.get(..filled).unwrap_or(&[]);
        let (encoding, mut mark) = Encoding::of(head);
        if encoding == Encoding::Utf8 && memchr::memchr(0, head.get(..filled.min(HEAD)).unwrap_or(&[])).is_some() {
            return Ok(Err(Binary));
        }
        loop {
            let bytes = self.buffer.get(..filled).unwrap_or(&[]);
            let end = if ended { filled } else { encoding.cut(bytes) };
            let (body, rest) = (bytes.get(mark..end).unwrap_or(&[]), bytes.get(end..).unwrap_or(&[]));
            let mut look = || match encoding.text_of_interest(body, self.scanner) {
                Some(text) => {
                    self.scanner.keep(&text, position, &mut length, &mut scanned);
                    position = advance(&text, 0..text.len(), position);
                }
                None if !ended => position = encoding.advance(body, position),
                None => {}
            };
            if ended {
                look();
                return Ok(Ok(scanned));
            }
            let (next, chunk, file) = (&mut self.next, self.chunk, &mut file);
            let read = move || {
                next.resize(chunk.max(rest.len()), 0);
                if let Some(start) = next.get_mut(..rest.len()) {
                    start.copy_from_slice(rest);
                }
                fill(next, rest.len(), chunk, file)
            };
            (filled, ended) = thread::scope(|scope| {
                let reading = thread::Builder::new().spawn_scoped(scope, read)?;
                look();
                reading.join().unwrap_or_else(|_| Err(io::Error::other("reading was broken off")))
            })?;
            mark = 0;
            std::mem::swap(&mut self.buffer, &mut self.next);
        }
    }
}

/// Fills a buffer up to a whole chunk after what it holds, and tells how much it holds then and whether the file has
/// ended.
fn fill(buffer: &mut Vec<u8>, mut filled: usize, chunk: usize, file: &mut impl Read) -> io::Result<(usize, bool)> {
    const FIRST: usize = 256 * 1024;
    loop {
        if filled == buffer.len() {
            if buffer.len() >= chunk {
                return Ok((filled, false));
            }
            let more = (buffer.len() * 4).clamp(FIRST.min(chunk), chunk);
            buffer.resize(more, 0);
        }
        match file.read(buffer.get_mut(filled..).unwrap_or(&mut [])) {
            Ok(0) => return Ok((filled, true)),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl Encoding {
    /// What a byte order mark says, and how long it is.
    fn of(bytes: &[u8]) -> (Self, usize) {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16 { big_endian: false }, 2),
            [0xfe, 0xff, ..] => (Self::Utf16 { big_endian: true }, 2),
            _ => (Self::Utf8, 0),
        }
    }

    /// Where to cut bytes that go on: after the last line break near the end, or else after something that stands in
    /// no scope.
    fn cut(self, bytes: &[u8]) -> usize {
        let from = bytes.len().saturating_sub(CUT);
        let tail = bytes.get(from..).unwrap_or(&[]);
        let width = if self == Self::Utf8 { 1 } else { 2 };
        let unit = |unit: &[u8]| match (self, unit) {
            (Self::Utf8, [byte]) => u16::from(*byte),
            (Self::Utf16 { big_endian: true }, [high, low]) => u16::from_be_bytes([*high, *low]),
            (_, [low, high]) => u16::from_le_bytes([*low, *high]),
            _ => 0,
        };
        let last = |stop: &dyn Fn(u16) -> bool| tail.chunks_exact(width).rposition(|chunk| stop(unit(chunk)));
        let found = last(&|unit| unit == 10).or_else(|| last(&|unit| unit == 32 || unit == 44)).or_else(|| {
            last(&|unit| {
                u8::try_from(unit).is_ok_and(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b'.')
            })
        });
        found.map_or(bytes.len() / width * width, |at| from + (at + 1) * width)
    }

    /// The bytes as text, where that may hold scopes.
    fn text_of_interest<'b>(self, bytes: &'b [u8], scanner: &Scanner<'_>) -> Option<std::borrow::Cow<'b, str>> {
        match self {
            Self::Utf8 => scanner.may_hold_scopes(bytes).then(|| String::from_utf8_lossy(bytes)),
            Self::Utf16 { big_endian } => Some(utf16(bytes, big_endian).into()),
        }
    }

    /// The position after bytes that were not looked into.
    fn advance(self, bytes: &[u8], from: Position) -> Position {
        match self {
            Self::Utf8 => {
                let text = String::from_utf8_lossy(bytes);
                advance(&text, 0..text.len(), from)
            }
            Self::Utf16 { big_endian } => {
                let text = utf16(bytes, big_endian);
                advance(&text, 0..text.len(), from)
            }
        }
    }
}

fn utf16(bytes: &[u8], big_endian: bool) -> String {
    let units = bytes.chunks_exact(2).map(|unit| match *unit {
        [high, low] if big_endian => u16::from_be_bytes([high, low]),
        [low, high] => u16::from_le_bytes([low, high]),
        _ => 0,
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

impl Scanner<'_> {
    /// Reads a text, and keeps what it found and where.
    fn keep(&self, text: &str, origin: Position, length: &mut usize, scanned: &mut Scanned) {
        let id = Sources::default().add(Source::new("", ""));
        let mut requests = self.read(id, text);
        let comments = ignore::comments(text);
        if requests.is_empty() && comments.is_empty() {
            return;
        }
        let mut places: Vec<Span> =
            comments.iter().map(|comment| Span::new(comment.span.start, comment.span.end)).collect();
        for request in &mut requests {
            let whole = request.place.span;
            let mut first = true;
            request.each_place(|place| {
                // The list as a whole is where its scopes are.
                if !(std::mem::take(&mut first) && place.span == whole) {
                    places.push(place.span);
                }
            });
        }
        let kept = keep(text, origin, *length, &places);
        for request in &mut requests {
            request.each_place(|place| place.span = kept.span(place.span));
        }
        scanned.ignores.extend(comments.iter().map(|comment| {
            let line = advance(text, 0..comment.about, origin).line;
            comment.finished(id, text, line, |span| kept.span(span))
        }));
        *length += kept.pieces.iter().map(|piece| piece.text.len() + 1).sum::<usize>();
        scanned.pieces.extend(kept.pieces);
        scanned.requests.extend(requests);
    }
}
