//! Folders and files by their names, where the system has no handles for them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::refused;

/// A folder.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Looks at a folder, and from it at the way on, on which no link is followed.
    pub(super) fn open(base: &Path, way: &Path, make: bool) -> io::Result<Self> {
        let mut folder = base.to_owned();
        for part in way.components() {
            folder.push(part);
            if make && !folder.exists() {
                fs::create_dir(&folder)?;
            }
            if folder.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
                return Err(refused(format!("`{}` is a link, and nothing is written through one", folder.display())));
            }
        }
        if !folder.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no folder `{}`", folder.display())));
        }
        Ok(Self(folder))
    }

    /// What is there under a name and takes a report as it comes.
    pub(super) fn stream(&self, name: &OsStr, wanted: bool) -> io::Result<Option<File>> {
        let path = self.0.join(name);
        match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => Err(refused("it is a link, and nothing is written through one")),
            Ok(found) if found.is_dir() => {
                Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: name a file in it"))
            }
            Ok(found) if !found.is_file() && wanted => fs::OpenOptions::new().write(true).open(path).map(Some),
            Ok(found) if !found.is_file() => Err(refused("it is no file, but a device, a pipe or a socket")),
            _ => Ok(None),
        }
    }

    /// Nothing is known of what killed runs left.
    pub(super) fn clear(&self) {}

    /// Begins a file under a name of its own.
    pub(super) fn begin(&self) -> io::Result<Unfinished> {
        Ok(Unfinished { file: NamedTempFile::new_in(&self.0)?, folder: self.0.clone() })
    }
}

/// A file without its name. It vanishes when it is dropped.
pub(super) struct Unfinished {
    file: NamedTempFile,
    folder: PathBuf,
}

impl Unfinished {
    pub(super) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Waits until everything is safe.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Takes a name, in the place of a file that has it.
    pub(super) fn take_name(self, name: &OsStr) -> io::Result<()> {
        let path = self.folder.join(name);
        if let Ok(old) = fs::metadata(&path) {
            self.file.as_file().set_permissions(old.permissions())?;
        }
        self.file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Takes a name that nothing has.
    pub(super) fn take_free_name(self, name: &OsStr) -> io::Result<()> {
        let path = self.folder.join(name);
        self.file.persist_noclobber(path).map(drop).map_err(|error| error.error)
    }
}
