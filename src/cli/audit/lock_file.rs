//! The lock file of an audit, on disk.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::super::error::CommandError;
use super::super::{files, output};
use crate::audit::Lock;
use crate::source::{Source, Sources};

/// Reads a lock file.
pub(super) fn read_lock(path: &Path, sources: &mut Sources) -> Result<Lock, CommandError> {
    let text = files::read_file(path).map_err(|error| {
        CommandError::usage(format!("the lock file `{}` cannot be used: {}", path.display(), error.message()))
            .help("write it first: `zscope audit --lock`")
    })?;
    let id = sources.add(Source::new(path.to_string_lossy(), text));
    Lock::read(id, sources.get(id).text()).map_err(|problems| {
        let problems = problems.into_iter().map(|problem| (id, problem)).collect();
        CommandError::problems(std::mem::take(sources), problems)
    })
}

/// A lock file to be written: opened before the work starts, in place only when it is whole.
pub(super) struct LockFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl LockFile {
    pub(super) fn open(path: &Path) -> Result<Self, CommandError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let failed =
            |error: &io::Error| CommandError::usage(format!("`{}` cannot be written: {error}", path.display()));
        if path.is_dir() {
            return Err(CommandError::usage(format!("`{}` is a folder: name a file in it", path.display())));
        }
        Ok(Self { path: path.to_owned(), file: NamedTempFile::new_in(folder).map_err(|error| failed(&error))? })
    }

    /// Puts the file in place. A lock of a part of what is held would let the rest pass for new, so the old one stays.
    pub(super) fn write(mut self, text: &str, is_whole: bool) -> Result<(), CommandError> {
        let path = &self.path;
        if !is_whole {
            let message = format!("`{}` was not written: not every grant could be evaluated", path.display());
            return Err(CommandError::incomplete(message).help("settle what could not be evaluated, or leave it out"));
        }
        let failed = |error: &dyn std::fmt::Display| {
            CommandError::incomplete(format!("`{}` cannot be written: {error}", path.display()))
        };
        self.file.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
        self.file.as_file().sync_all().map_err(|error| failed(&error))?;
        output::readable_by_others(self.file.as_file());
        self.file.persist(path).map_err(|error| failed(&error.error))?;
        Ok(())
    }
}
