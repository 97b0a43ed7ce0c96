//! Which files of a tree are opened: none that could block, none that the run itself judges by.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::text::Sources;

/// The files that a run judges by or writes: what a policy allows is not what a program asks for.
#[derive(Debug, Default)]
pub(super) struct OwnFiles {
    /// Absolute paths, each with its last part.
    files: Vec<(OsString, PathBuf)>,
}

impl OwnFiles {
    /// The files that a run read before it looks for scopes, and others.
    pub(super) fn of<'p>(sources: &'p Sources, others: impl Iterator<Item = &'p Path>) -> Self {
        let paths = sources.names().map(Path::new).chain(others).filter_map(|path| std::path::absolute(path).ok());
        Self { files: paths.filter_map(|path| Some((path.file_name()?.to_owned(), path))).collect() }
    }

    /// Whether a path is one of them.
    pub(super) fn hold(&self, path: &Path) -> bool {
        // The bytes are looked at first: taking a path apart takes longer, and every file is asked.
        let bytes = path.as_os_str().as_encoded_bytes();
        let alike = self.files.iter().filter(|(name, _)| bytes.ends_with(name.as_encoded_bytes()));
        alike.map(|(_, file)| file).any(|file| std::path::absolute(path).is_ok_and(|path| path == *file))
    }
}

/// What kind of thing a path that somebody named is.
#[derive(Debug)]
pub(super) enum Named {
    File,
    Folder,
    /// A device, a socket or a pipe: reading it may never end.
    Other,
}

impl Named {
    /// Looks at a path, behind a symbolic link.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let kind = fs::metadata(path)?.file_type();
        Ok(match () {
            () if kind.is_file() => Self::File,
            () if kind.is_dir() => Self::Folder,
            () => Self::Other,
        })
    }
}
