//! Reading what the user names: files and standard input, bounded and as text.

use std::fs::{self, File, FileType, Metadata};
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
    /// What reading may never come to the end of; its kind.
    Special(&'static str),
    /// Not UTF-8; the offset of the first wrong byte.
    NotUtf8(usize),
    /// Larger than [`MAX_INPUT`].
    TooLarge,
    /// Something else: lower case, no full stop.
    Other(String),
}

impl Unreadable {
    /// What is wrong: lower case, no full stop.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => "no such file".to_owned(),
            Self::Io(error) => format!("cannot be read: {error}"),
            Self::Directory => "is a folder".to_owned(),
            Self::Special(kind) => format!("is no file, but {kind}"),
            Self::NotUtf8(at) => format!("is not UTF-8 text (byte {})", at + 1),
            Self::Other(message) => message.clone(),
            Self::TooLarge => format!("is larger than {} MiB", MAX_INPUT / 1024 / 1024),
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> Option<&'static str> {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => None,
            Self::Io(_) | Self::Other(_) => None,
            Self::Directory => Some("name the files in it"),
            Self::Special(_) => Some("name a file, or pipe the content into `-` where that is read"),
            Self::NotUtf8(_) => Some("convert it, for example with `iconv -t UTF-8`"),
            Self::TooLarge => Some("split it"),
        }
    }
}

/// Reads a file as text.
pub(super) fn read_file(path: &Path) -> Result<String, Unreadable> {
    read_text(open(path)?)
}

/// Opens a file for reading. What is none is refused, and never waited for.
pub(super) fn open(path: &Path) -> Result<File, Unreadable> {
    // A look at the name first: opening a device may do something.
    refuse(&fs::metadata(path).map_err(Unreadable::Io)?)?;
    let file = open_at_once(path).map_err(Unreadable::Io)?;
    refuse(&file.metadata().map_err(Unreadable::Io)?)?;
    Ok(file)
}

/// Says no to what is not a file.
fn refuse(found: &Metadata) -> Result<(), Unreadable> {
    match special(found.file_type()) {
        _ if found.is_dir() => Err(Unreadable::Directory),
        Some(kind) => Err(Unreadable::Special(kind)),
        None => Ok(()),
    }
}

/// What kind of thing it is that is neither a file nor a folder nor a link, with its article.
#[cfg(unix)]
pub(super) fn special(kind: FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt as _;

    let kinds = [
        (kind.is_fifo(), "a pipe"),
        (kind.is_socket(), "a socket"),
        (kind.is_char_device() || kind.is_block_device(), "a device"),
    ];
    kinds.into_iter().find(|(is_one, _)| *is_one).map(|(_, name)| name)
}

/// What kind of thing it is that is neither a file nor a folder nor a link, with its article.
#[cfg(not(unix))]
pub(super) fn special(kind: FileType) -> Option<&'static str> {
    (!kind.is_file() && !kind.is_dir() && !kind.is_symlink()).then_some("something else")
}

/// Opens without waiting for somebody at the other end, should the name have become that of a pipe meanwhile.
#[cfg(unix)]
pub(super) fn open_at_once(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};

    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Opens a file.
#[cfg(not(unix))]
pub(super) fn open_at_once(path: &Path) -> io::Result<File> {
    File::open(path)
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
