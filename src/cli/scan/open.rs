//! Opening the files of a tree: none that could block, none without end, none that the run itself judges by.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::cli::baseline;
use crate::input::scan::CHUNK;
use crate::source::Sources;

/// The absolute paths of the files that a run judges by: what a policy allows is not what a program asks for.
pub(super) fn own_files(sources: &Sources) -> Vec<PathBuf> {
    sources.names().filter_map(|name| std::path::absolute(name).ok()).collect()
}

/// Whether a path is one of some absolute paths.
pub(super) fn is_among(path: &Path, files: &[PathBuf]) -> bool {
    let same_name = |file: &&PathBuf| file.file_name() == path.file_name();
    files.iter().filter(same_name).any(|file| std::path::absolute(path).is_ok_and(|path| path == *file))
}

/// Whether a path bears the name of a file that is zscope's own wherever it lies: what a policy allows, a baseline knows
/// or a lock file records is not what a program asks for.
pub(super) fn has_own_name(path: &Path) -> bool {
    const NAMES: [&str; 4] = ["zscope.yaml", ".zscope.yaml", "zscope.lock", baseline::DEFAULT];
    path.file_name().is_some_and(|name| NAMES.iter().any(|own| name == *own))
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

/// A file that ends where it ended when it was found to be large: one that grows is not followed.
pub(super) struct Bounded {
    file: File,
    read: u64,
    limit: Option<u64>,
}

impl Bounded {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, read: 0, limit: None })
    }

    /// The size of the file as the system tells it.
    pub(super) fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let limit = match self.limit {
            // Most files are small, and need no further question.
            None if self.read < CHUNK as u64 => u64::MAX,
            None => *self.limit.insert(self.size()?),
            Some(limit) => limit,
        };
        let left = usize::try_from(limit.saturating_sub(self.read)).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let read = self.file.read(buffer.get_mut(..most).unwrap_or(&mut []))?;
        self.read += read as u64;
        Ok(read)
    }
}
