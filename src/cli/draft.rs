//! Files that appear whole or not at all, and leave nothing behind where a run ends early.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Where a file is to be, once it is whole. What is there already stays until then.
#[derive(Clone, Debug)]
pub(super) struct Goal(PathBuf);

impl Goal {
    /// Looks whether a file can be put where a path leads, so that a bad path fails before the work starts. A link goes
    /// on leading where it led.
    ///
    /// # Errors
    ///
    /// When something else than a file is there, there is no such folder, or nothing can be made in it.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let refused = |kind, message: String| Err(io::Error::new(kind, message));
        match path.metadata() {
            Ok(found) if found.is_dir() => {
                return refused(io::ErrorKind::IsADirectory, "it is a folder: name a file in it".to_owned());
            }
            Ok(found) if !found.is_file() => {
                return refused(
                    io::ErrorKind::InvalidInput,
                    "it is no file, but a device, a pipe or a socket".to_owned(),
                );
            }
            _ => {}
        }
        let goal = Self(path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        let folder = goal.folder();
        if !folder.is_dir() {
            return refused(io::ErrorKind::NotFound, format!("there is no folder `{}`", folder.display()));
        }
        // Made and gone at once: a run that is ended while it works leaves nothing beside the file.
        goal.draft().map(|_| goal)
    }

    fn folder(&self) -> &Path {
        self.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Begins the file.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(super) fn draft(&self) -> io::Result<Draft> {
        // The error itself would name a file that nobody asked for.
        let file = NamedTempFile::new_in(self.folder()).map_err(|error| io::Error::from(error.kind()))?;
        Ok(Draft { file, goal: self.clone() })
    }

    /// Puts a text there and waits until it is safe. A file that is there hands down its permissions.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn put(&self, text: &str) -> io::Result<()> {
        let mut draft = self.draft()?;
        draft.write_all(text.as_bytes())?;
        draft.file.as_file().sync_all()?;
        draft.finish()
    }
}

/// A file that is being written. It vanishes when it is dropped.
pub(super) struct Draft {
    file: NamedTempFile,
    goal: Goal,
}

impl Draft {
    /// Gives the file its name, and the permissions of the one that is there, or those of any new file.
    ///
    /// # Errors
    ///
    /// When it cannot take the name.
    pub(super) fn finish(self) -> io::Result<()> {
        let file = self.file.as_file();
        match fs::metadata(&self.goal.0) {
            Ok(old) => file.set_permissions(old.permissions())?,
            Err(_) => readable_by_others(file),
        }
        self.file.persist(self.goal.0).map(drop).map_err(|error| error.error)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Temporary files are private; a report is as readable as any new file.
#[cfg(unix)]
fn readable_by_others(file: &File) {
    use std::os::unix::fs::PermissionsExt as _;
    // The report is written either way: at worst it stays private.
    let _ = file.set_permissions(fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable_by_others(_: &File) {}
