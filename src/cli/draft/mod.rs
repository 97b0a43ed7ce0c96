//! Files that appear whole or not at all, where they were asked for and nowhere else, and that leave nothing behind where
//! a run ends early.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::files;
use super::git::{Repository, plain};
#[cfg(not(unix))]
use elsewhere::{Folder, Unfinished};
#[cfg(unix)]
use unix::{Folder, Unfinished};

/// Where a file is to be, once it is whole. What is there already stays until then.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    folder: Folder,
    name: std::ffi::OsString,
}

/// What is where a file is to be.
enum Place {
    /// A file can be put there.
    Free(Goal),
    /// A pipe or a device, opened.
    Stream(File),
}

impl Goal {
    /// Looks whether a file can be put where a path leads, so that a bad path fails before the work starts.
    ///
    /// No link of the tree is followed: whoever made the tree would say what is overwritten. From here on the folder is
    /// the one that was looked at, whatever becomes of its name.
    ///
    /// # Errors
    ///
    /// When something else than a file is there, there is no such folder, a link stands on the way, or nothing can be made
    /// in the folder.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        match Self::place(path, false)? {
            Place::Free(goal) => Ok(goal),
            Place::Stream(_) => Err(refused("it is no file, but a device, a pipe or a socket")),
        }
    }

    /// [`Goal::at`] for a file that is not there, in a folder that may not be there either.
    ///
    /// # Errors
    ///
    /// As for [`Goal::at`].
    pub(super) fn new_at(path: &Path) -> io::Result<Self> {
        let (base, folder, name) = parts(path)?;
        let goal = Self { folder: Folder::open(&base, &folder, true)?, name };
        goal.draft().map(|_| goal)
    }

    /// [`Goal::at`], or what a report can be written to as it comes.
    ///
    /// # Errors
    ///
    /// As for [`Goal::at`].
    pub(super) fn or_stream(path: &Path) -> io::Result<Result<Self, File>> {
        Ok(match Self::place(path, true)? {
            Place::Free(goal) => Ok(goal),
            Place::Stream(file) => Err(file),
        })
    }

    fn place(path: &Path, may_stream: bool) -> io::Result<Place> {
        // What is no file and lies elsewhere, such as `/dev/stdout`, is reached by links of the system.
        let kind = path.metadata().ok().and_then(|found| files::special(found.file_type()));
        if kind.is_some() && may_stream && !is_within(path)? {
            return Ok(Place::Stream(OpenOptions::new().write(true).open(path)?));
        }
        let (base, folder, name) = parts(path)?;
        let folder = Folder::open(&base, &folder, false)?;
        if let Some(stream) = folder.stream(&name, may_stream)? {
            return Ok(Place::Stream(stream));
        }
        folder.clear();
        let goal = Self { folder, name };
        // Made and gone at once: a run that is ended while it works leaves nothing beside the file.
        goal.draft()?;
        Ok(Place::Free(goal))
    }

    /// Begins the file.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(super) fn draft(&self) -> io::Result<Draft> {
        // The error itself would name a file that nobody asked for.
        let file = self.folder.begin().map_err(|error| io::Error::from(error.kind()))?;
        Ok(Draft { file, goal: self.clone() })
    }

    /// Puts a text there and waits until it is safe. A file that is there hands down its permissions.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn put(&self, text: &str) -> io::Result<()> {
        self.whole(text)?.finish()
    }

    /// [`Goal::put`] where no file is.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or something is there.
    pub(super) fn put_new(&self, text: &str) -> io::Result<()> {
        let draft = self.whole(text)?;
        draft.file.take_free_name(&draft.goal.name)
    }

    fn whole(&self, text: &str) -> io::Result<Draft> {
        let mut draft = self.draft()?;
        draft.write_all(text.as_bytes())?;
        draft.file.sync()?;
        Ok(draft)
    }
}

fn refused(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message.into())
}

/// The top of the tree: the repository around the working folder, or that folder.
fn top() -> io::Result<PathBuf> {
    let here = Path::new(".").canonicalize()?;
    Ok(Repository::around(&here).map_or_else(|| here.clone(), |repository| repository.root().to_owned()))
}

/// Whether a path, by its name, lies in the tree.
fn is_within(path: &Path) -> io::Result<bool> {
    Ok(plain(&std::path::absolute(path)?).starts_with(top()?))
}

/// A path as a folder that is reached by links or not, the way on from it on which no link is followed, and the name.
///
/// Within the repository around the working folder, or that folder itself, the way begins at its top; elsewhere links are
/// the user's own, and the way is empty.
fn parts(path: &Path) -> io::Result<(PathBuf, PathBuf, std::ffi::OsString)> {
    let top = top()?;
    let named = plain(&std::path::absolute(path)?);
    let is_folder = || io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: name a file in it");
    if named == top || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(is_folder());
    }
    let target = if named.starts_with(&top) { named } else { resolved(&named) };
    let name = target.file_name().ok_or_else(is_folder)?.to_owned();
    let folder = target.parent().unwrap_or(Path::new("/"));
    Ok(match folder.strip_prefix(&top) {
        Ok(way) => (top.clone(), way.to_owned(), name),
        Err(_) => (folder.to_owned(), PathBuf::new(), name),
    })
}

/// Where a path leads whose links are the user's own.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(target) = path.canonicalize() {
        return target;
    }
    match (path.parent().and_then(|folder| folder.canonicalize().ok()), path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// A file that is being written. It vanishes when it is dropped.
pub(super) struct Draft {
    file: Unfinished,
    goal: Goal,
}

impl Draft {
    /// Gives the file its name, and the permissions of the one that is there, or those of any new file.
    ///
    /// # Errors
    ///
    /// When it cannot take the name.
    pub(super) fn finish(self) -> io::Result<()> {
        self.file.take_name(&self.goal.name)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.file().flush()
    }
}
