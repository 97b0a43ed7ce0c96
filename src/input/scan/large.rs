//! Scanning a large file on several threads and in bounded memory, in pieces.
//!
//! A piece ends where nothing stands that could belong to something on the other side: between lines, and far from all
//! that could be a scope. Where a piece ends depends on the bytes before its end alone, so that every thread can take
//! any piece, and what is found does not depend on how many threads there are.

#[cfg(test)]
mod tests;

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::encoding::Encoding;
use super::find::{self, Look};
use super::own;
use super::reader::{Scanned, Seen, is_archive, is_binary};
use super::{Scanner, Syntax};
use crate::input::Item;
use crate::input::list::leave_out;
use crate::scope::Malformed;
use crate::text::Position;

/// How much of a large file is looked at in one piece, in bytes. Secrets count as standing beside the scopes of their
/// piece.
pub const PIECE: usize = 1024 * 1024;

/// How far before its end a piece may be cut, in bytes.
const CUT: usize = 64 * 1024;

/// How far from a cut nothing may stand that could be a scope, in bytes: more than the longest scope and the widest gap
/// between two of one list.
const QUIET: usize = 1024;

/// A piece has at least this length, in bytes: that of a byte order mark, and some more.
const LEAST: usize = 16;

/// Bytes that several threads can read at once.
pub trait ReadAt: Sync {
    /// Reads some bytes from a place on; none at the end.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn read_at(&self, buffer: &mut [u8], from: u64) -> io::Result<usize>;
}

#[cfg(unix)]
impl ReadAt for std::fs::File {
    fn read_at(&self, buffer: &mut [u8], from: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, from)
    }
}

#[cfg(windows)]
impl ReadAt for std::fs::File {
    fn read_at(&self, buffer: &mut [u8], from: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, from)
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, buffer: &mut [u8], from: u64) -> io::Result<usize> {
        let rest = usize::try_from(from).ok().and_then(|from| self.get(from..)).unwrap_or(&[]);
        let most = rest.len().min(buffer.len());
        buffer[..most].copy_from_slice(&rest[..most]);
        Ok(most)
    }
}

/// Scans the first `size` bytes of a file on so many threads. Each of them needs a buffer little larger than `piece`,
/// in bytes, which is at least [`PIECE`] but for tests.
///
/// # Errors
///
/// When the file cannot be read. One that has become shorter is no error.
pub fn scan_large(
    scanner: &Scanner<'_>,
    file: &impl ReadAt,
    size: u64,
    threads: NonZeroUsize,
    piece: usize,
    syntax: Syntax,
) -> io::Result<Seen> {
    let mut head = vec![0; piece.min(CUT)];
    let filled = fill(file, &mut head, 0)?;
    head.truncate(filled);
    let (encoding, mark) = Encoding::of(&head);
    let (binary, archive) = (is_binary(encoding, &head), is_archive(&head));
    // A policy of this size is none.
    if let Some(kind @ "report") = own::document(&head) {
        return Ok(Seen::Own(kind));
    }
    drop(head);
    // An even number keeps the halves of wide characters together.
    let piece = piece.max(LEAST).next_multiple_of(2);
    let overlap = CUT.min(piece / 2).next_multiple_of(2);
    let large = Large { scanner, syntax, file, size, encoding, mark, piece, overlap };
    let next = AtomicU64::new(0);
    let failed = AtomicBool::new(false);
    let work = || {
        let (mut buffer, mut parts) = (Vec::new(), Vec::new());
        while !failed.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number.saturating_mul(piece as u64) >= size {
                break;
            }
            match large.part(number, &mut buffer) {
                Ok(part) => parts.push(part),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(parts)
    };
    let parts = thread::scope(|scope| {
        // A thread that the system refuses is one fewer.
        let others: Vec<_> =
            (1..threads.get()).map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut all = vec![work()];
        let broken = |_| Err(io::Error::other("the search was broken off"));
        all.extend(others.into_iter().map(|other| other.join().unwrap_or_else(broken)));
        all.into_iter().collect::<io::Result<Vec<Vec<Part>>>>()
    })?;
    Ok(Seen::Text(Scanned { binary, archive, ..joined(parts.into_iter().flatten().collect()) }))
}

/// A large file, and how it is parted.
struct Large<'a, F> {
    scanner: &'a Scanner<'a>,
    syntax: Syntax,
    file: &'a F,
    size: u64,
    encoding: Encoding,
    /// The length of its byte order mark.
    mark: usize,
    piece: usize,
    /// How far before the end of a piece it may be cut.
    overlap: usize,
}

/// What came of one piece.
struct Part {
    number: u64,
    scanned: Scanned,
    /// The same for a file that speaks of Zoho elsewhere, where this piece does not and that could make a difference.
    near_zoho: Option<Scanned>,
    zoho: bool,
    /// How many lines it ends, and how many characters stand after the last end, each and one.
    extent: Position,
}

impl<F: ReadAt> Large<'_, F> {
    /// Scans the piece of that number.
    fn part(&self, number: u64, buffer: &mut Vec<u8>) -> io::Result<Part> {
        let start = number * self.piece as u64;
        let overlap = if number == 0 { 0 } else { self.overlap };
        let length = usize::try_from(self.size - start).map_or(self.piece, |left| left.min(self.piece));
        buffer.resize(overlap + length, 0);
        let filled = fill(self.file, buffer, start - overlap as u64)?;
        let bytes = buffer.get(..filled).unwrap_or(&[]);
        let from = match bytes.get(..overlap) {
            _ if number == 0 => self.mark.min(filled),
            Some(before) => self.cut(before),
            // The file has become shorter.
            None => filled,
        };
        let last = length < self.piece || start + length as u64 == self.size || filled < overlap + length;
        let tail = bytes.len().saturating_sub(self.overlap);
        let to = if last { filled } else { tail + self.cut(bytes.get(tail..).unwrap_or(&[])) };
        Ok(self.scan(number, bytes.get(from..to).unwrap_or(&[])))
    }

    /// Where to cut between two pieces, of which the first ends in these bytes.
    fn cut(&self, bytes: &[u8]) -> usize {
        self.encoding.cut(bytes, |at| {
            let around = at.checked_sub(QUIET).and_then(|from| bytes.get(from..at + QUIET));
            around.is_some_and(|around| match self.encoding {
                Encoding::Utf8 => !self.scanner.may_hold_scopes(around),
                Encoding::Utf16 { .. } => !self.scanner.may_hold_scopes(self.encoding.text(around).as_bytes()),
            })
        })
    }

    fn scan(&self, number: u64, bytes: &[u8]) -> Part {
        let nothing = |zoho| Part {
            number,
            scanned: Scanned::default(),
            near_zoho: None,
            zoho,
            extent: self.encoding.extent(bytes),
        };
        if is_hole(bytes) {
            return nothing(false);
        }
        if self.encoding == Encoding::Utf8
            && let Look::Other { zoho } = self.scanner.look(bytes)
        {
            return nothing(zoho);
        }
        let text = self.encoding.text(bytes);
        let zoho = find::zoho(text.as_bytes());
        let near_zoho = (!zoho).then(|| self.scanner.keep(&text, true, self.syntax));
        Part { scanned: self.scanner.keep(&text, false, self.syntax), near_zoho, ..nothing(zoho) }
    }
}

/// Whether bytes are nothing but zeros, as the holes of a sparse file are.
fn is_hole(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(ZEROS.len()).all(|chunk| ZEROS.starts_with(chunk))
}

/// Puts what came of all pieces together.
fn joined(mut parts: Vec<Part>) -> Scanned {
    parts.sort_unstable_by_key(|part| part.number);
    let zoho = parts.iter().any(|part| part.zoho);
    let mut all = Scanned::default();
    let mut cut = false;
    let (mut at, mut length) = (Position { line: 1, column: 1 }, 0);
    for Part { scanned, near_zoho, extent, .. } in parts {
        let Scanned { mut requests, mut ignores, mut pieces, .. } = near_zoho.filter(|_| zoho).unwrap_or(scanned);
        for request in &mut requests {
            request.each_place(|place| place.span = place.span.shifted(length));
        }
        for ignore in &mut ignores {
            ignore.each_place(|place| place.span = place.span.shifted(length));
            ignore.line += at.line - 1;
        }
        length += pieces.iter().map(|piece| piece.text.len() + 1).sum::<usize>();
        for piece in &mut pieces {
            piece.at = moved(piece.at, at);
        }
        at = moved(extent, at);
        for request in &mut requests {
            // A list that is too long in one piece goes on in the next.
            let is_cut = matches!(request.items.last(), Some(Item { scope: Err(Malformed::Beyond(_)), .. }));
            if is_cut && cut {
                let last = request.items.pop();
                let before = std::mem::take(&mut request.items);
                request.items.extend(last);
                leave_out(&mut request.items, request.place, before.len());
            }
            cut |= is_cut;
        }
        all.requests.extend(requests);
        all.ignores.extend(ignores);
        all.pieces.extend(pieces);
    }
    all
}

/// A position in a text that begins at another position.
fn moved(position: Position, from: Position) -> Position {
    let column = if position.line == 1 { position.column + from.column - 1 } else { position.column };
    Position { line: position.line + from.line - 1, column }
}

/// Fills a buffer from a place on, and tells how much there was.
fn fill(file: &impl ReadAt, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, from + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
