//! Reading files one after the other, each as one text.

use std::io::{self, Read};
use std::path::Path;

use super::encoding::Encoding;
use super::find::Look;
use super::ignore::{self, Ignore};
use super::keep::keep;
use super::own;
use super::{Scanner, Syntax};
use crate::input::Request;
use crate::text::{Piece, Source, Sources, Span};

/// The largest file that is looked at as one text, in bytes. Larger ones are for [`scan_large`](super::scan_large).
pub const WHOLE: usize = 8 * 1024 * 1024;

/// A file begins with this much that tells whether it is text, in bytes.
const HEAD: usize = 8 * 1024;

/// How much is read at first, in bytes: most files are smaller.
const FIRST: usize = 256 * 1024;

/// What a file asks for, and the lines of it that tell so.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The requests, in the order of the file. Their places count in the pieces of [`Source::of_pieces`].
    pub requests: Vec<Request>,
    /// The comments that accept findings, in the order of the file.
    pub ignores: Vec<Ignore>,
    /// The lines on which something was found.
    pub pieces: Vec<Piece>,
    /// Whether the file is no text, by a zero byte near its beginning; the runs of text in it were searched.
    pub binary: bool,
    /// Whether the file is a compressed archive: what is in it is out of sight, but for what it holds as it is.
    pub archive: bool,
}

/// What came of a file.
#[derive(Debug)]
pub enum Seen {
    /// Its text was searched.
    Text(Scanned),
    /// It is a document of zscope's own, of the kind that is said: what it holds is asked for by nobody.
    Own(&'static str),
    /// It is larger than [`WHOLE`]; nothing was searched.
    Large {
        /// Its size in bytes.
        size: u64,
    },
}

/// Reads files one after the other and keeps its buffer.
#[derive(Debug)]
pub struct Reader<'s> {
    scanner: &'s Scanner<'s>,
    buffer: Vec<u8>,
}

impl<'s> Reader<'s> {
    /// Reads with a scanner.
    #[must_use]
    pub fn new(scanner: &'s Scanner<'s>) -> Self {
        Self { scanner, buffer: Vec::new() }
    }

    /// Scans everything that `file` gives, which bears the name `path`. UTF-8 and, with a byte order mark, UTF-16 are understood; other bytes count
    /// as one unknown character each. `size` tells how large the file is; it is asked only of files that are not small,
    /// and of one that grows beyond it no more is read.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn scan(
        &mut self,
        path: &Path,
        mut file: impl Read,
        size: impl FnOnce() -> io::Result<u64>,
    ) -> io::Result<Seen> {
        let (mut filled, ended) = self.fill(0, FIRST, &mut file)?;
        let head = self.buffer.get(..filled).unwrap_or(&[]);
        let (encoding, mark) = Encoding::of(head);
        let (binary, archive) = (is_binary(encoding, head), is_archive(head));
        if !ended {
            let size = size()?;
            if size > WHOLE as u64 {
                return Ok(Seen::Large { size });
            }
            // What the system makes up when it is read, as below `/proc`, has no size beforehand.
            let most = if size == 0 { WHOLE } else { usize::try_from(size).unwrap_or(WHOLE).max(filled) };
            (filled, _) = self.fill(filled, most, &mut file)?;
        }
        let mut scanned = Scanned::default();
        let bytes = self.buffer.get(mark..filled).unwrap_or(&[]);
        if encoding != Encoding::Utf8 || self.scanner.look(bytes) == Look::OfInterest {
            if let Some(kind) = own::document(bytes) {
                return Ok(Seen::Own(kind));
            }
            scanned = self.scanner.keep(&encoding.text(bytes), false, Syntax::of(path));
        }
        Ok(Seen::Text(Scanned { binary, archive, ..scanned }))
    }

    /// Fills the buffer with up to `most` bytes, after what it holds; tells how much it holds then, and whether the file
    /// has ended.
    fn fill(&mut self, mut filled: usize, most: usize, file: &mut impl Read) -> io::Result<(usize, bool)> {
        if self.buffer.len() < most {
            self.buffer.resize(most, 0);
        }
        while filled < most {
            match file.read(self.buffer.get_mut(filled..most).unwrap_or(&mut [])) {
                Ok(0) => return Ok((filled, true)),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok((filled, false))
    }
}

/// Whether a file that begins like this is no text.
pub(super) fn is_binary(encoding: Encoding, head: &[u8]) -> bool {
    encoding == Encoding::Utf8 && memchr::memchr(0, head.get(..head.len().min(HEAD)).unwrap_or(&[])).is_some()
}

/// How files begin whose content is compressed: ZIP (and JAR, APK, DOCX …), gzip, bzip2, xz, Zstandard, LZ4, 7z, RAR, and
/// cabinets. A `tar` holds its files as they are, and they are found in it.
const ARCHIVES: [&[u8]; 10] = [
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"MSCF\0\0\0\0",
    b"PK\x05\x06",
];

/// Whether a file that begins like this is an archive of which nobody sees what is in it.
pub(super) fn is_archive(head: &[u8]) -> bool {
    ARCHIVES.iter().any(|mark| head.starts_with(mark))
}

impl Scanner<'_> {
    /// Reads a text, and keeps what it found and where, counted from the text's beginning. `zoho` tells that what the
    /// text is a part of speaks of Zoho.
    pub(super) fn keep(&self, text: &str, zoho: bool, syntax: Syntax) -> Scanned {
        let id = Sources::default().add(Source::new("", ""));
        let mut requests = self.read_part(id, text, zoho, syntax);
        let comments = ignore::comments(text);
        if requests.is_empty() && comments.is_empty() {
            return Scanned::default();
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
        let kept = keep(text, &places);
        for request in &mut requests {
            request.each_place(|place| place.span = kept.span(place.span));
        }
        let ignores = ignore::finished(&comments, id, text, |span| kept.span(span));
        Scanned { requests, ignores, pieces: kept.pieces, binary: false, archive: false }
    }
}
