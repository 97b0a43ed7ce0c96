//! Reading what the user names: files and standard input, bounded and as text.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The most that is read of one input, in bytes. A list of scopes of this size would hold a million.
pub(super) const MAX_INPUT: u64 = 64 * 1024 * 1024;

/// Why a text could not be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// The system says no.
    Io(io::Error),
    /// A folder.
    Directory,
    /// Not UTF-8; the offset of the first wrong byte.
    NotUtf8(usize),
    /// Larger than [`MAX_INPUT`].
    TooLarge,
}

impl Unreadable {
    /// What is wrong: lower case, no full stop.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => "no such file".to_owned(),
            Self::Io(error) => format!("cannot be read: {error}"),
            Self::Directory => "is a folder".to_owned(),
            Self::NotUtf8(at) => format!("is not UTF-8 text (byte {})", at + 1),
            Self::TooLarge => format!("is larger than {} MiB", MAX_INPUT / 1024 / 1024),
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> Option<&'static str> {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => None,
            Self::Io(_) => None,
            Self::Directory => Some("name the files in it"),
            Self::NotUtf8(_) => Some("convert it, for example with `iconv -t UTF-8`"),
            Self::TooLarge => Some("split it"),
        }
    }
}

/// Reads a file as text.
pub(super) fn read_file(path: &Path) -> Result<String, Unreadable> {
    read_text(open(path)?)
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> Result<File, Unreadable> {
    let file = File::open(path).map_err(Unreadable::Io)?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Unreadable::Directory);
    }
    Ok(file)
}

/// Reads standard input as text.
pub(super) fn read_stdin() -> Result<String, Unreadable> {
    read_text(io::stdin().lock())
}

/// Reads all of an input as text.
pub(super) fn read_text(reader: impl Read) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    reader.take(MAX_INPUT + 1).read_to_end(&mut bytes).map_err(|error| match error.kind() {
        io::ErrorKind::IsADirectory => Unreadable::Directory,
        _ => Unreadable::Io(error),
    })?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > MAX_INPUT) {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| Unreadable::NotUtf8(error.utf8_error().valid_up_to()))
}
