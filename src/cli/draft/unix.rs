//! Folders and files by handles, not by names: what is opened once cannot be swapped for something else.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::{Component, Path};
use std::sync::Arc;

use rustix::fd::OwnedFd;
use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, fchmod, flock, linkat, mkdirat, open, openat, renameat,
    statat, unlinkat,
};
use rustix::io::Errno;

use super::refused;
use crate::cli::signals;

/// What names of unfinished files begin and end with; sixteen hexadecimal digits stand between.
const BEGINNING: &str = ".zscope-";
const ENDING: &str = ".tmp";
const DIGITS: usize = 16;

/// A folder that is open.
#[derive(Clone, Debug)]
pub(super) struct Folder(Arc<OwnedFd>);

impl Folder {
    /// Opens a folder, and from it the way on, on which no link is followed. `make` makes what is missing on that way.
    pub(super) fn open(base: &Path, way: &Path, make: bool) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let missing =
            |path: &Path| io::Error::new(io::ErrorKind::NotFound, format!("there is no folder `{}`", path.display()));
        let mut folder = match open(base, flags, Mode::empty()) {
            Err(Errno::NOENT | Errno::NOTDIR) => return Err(missing(base)),
            opened => opened?,
        };
        let mut so_far = std::path::PathBuf::new();
        for part in way.components() {
            let Component::Normal(name) = part else { continue };
            so_far.push(name);
            if make {
                match mkdirat(&folder, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            folder = match openat(&folder, name, flags | OFlags::NOFOLLOW, Mode::empty()) {
                Ok(next) => next,
                Err(Errno::LOOP | Errno::NOTDIR) if kind_of(&folder, name)? == Some(FileType::Symlink) => {
                    return Err(refused(format!(
                        "`{}` is a link, and nothing is written through one",
                        so_far.display()
                    )));
                }
                Err(Errno::NOENT | Errno::NOTDIR) => return Err(missing(way)),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(Self(Arc::new(folder)))
    }

    /// What is there under a name and takes a report as it comes, opened where that is wanted; nothing where a file is, or
    /// can be put.
    pub(super) fn stream(&self, name: &OsStr, wanted: bool) -> io::Result<Option<File>> {
        match kind_of(&self.0, name)? {
            None | Some(FileType::RegularFile) => Ok(None),
            Some(FileType::Directory) => {
                Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: name a file in it"))
            }
            Some(FileType::Symlink) => Err(refused("it is a link, and nothing is written through one")),
            Some(FileType::Socket) => Err(refused("it is no file, but a device, a pipe or a socket")),
            Some(_) if !wanted => Err(refused("it is no file, but a device, a pipe or a socket")),
            Some(_) => {
                let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
                Ok(Some(File::from(openat(&self.0, name, flags, Mode::empty())?)))
            }
        }
    }

    /// Takes away what runs left unfinished that were killed: nobody holds it any more.
    pub(super) fn clear(&self) {
        let Ok(entries) = Dir::read_from(&self.0) else { return };
        for entry in entries.flatten().filter(|entry| is_unfinished(entry.file_name().to_bytes())) {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let Ok(file) = openat(&self.0, entry.file_name(), flags, Mode::empty()).map(File::from) else { continue };
            let is_file = file.metadata().is_ok_and(|found| found.is_file());
            if is_file && flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                let _ = unlinkat(&self.0, entry.file_name(), AtFlags::empty());
            }
        }
    }

    /// Begins a file under a name of its own.
    pub(super) fn begin(&self) -> io::Result<Unfinished> {
        loop {
            let name =
                OsString::from(format!("{BEGINNING}{:016x}{ENDING}", RandomState::new().hash_one(std::process::id())));
            signals::begin(&self.0, name.clone());
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match openat(&self.0, &name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(file) => {
                    // Held as long as it is written. Where files cannot be held, those of killed runs stay.
                    let _ = flock(&file, FlockOperation::NonBlockingLockExclusive);
                    return Ok(Unfinished { folder: self.clone(), name, file: File::from(file) });
                }
                Err(Errno::EXIST) => signals::end(&self.0, &name),
                Err(error) => {
                    signals::end(&self.0, &name);
                    return Err(error.into());
                }
            }
        }
    }
}

/// What kind of thing is under a name; nothing where there is none.
fn kind_of(folder: &OwnedFd, name: &OsStr) -> io::Result<Option<FileType>> {
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found) => Ok(Some(FileType::from_raw_mode(found.st_mode))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_unfinished(name: &[u8]) -> bool {
    let inner = name.strip_prefix(BEGINNING.as_bytes()).and_then(|rest| rest.strip_suffix(ENDING.as_bytes()));
    inner.is_some_and(|inner| inner.len() == DIGITS && inner.iter().all(u8::is_ascii_hexdigit))
}

/// A file without its name. It vanishes when it is dropped.
pub(super) struct Unfinished {
    folder: Folder,
    name: OsString,
    file: File,
}

impl Unfinished {
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Waits until everything is safe.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Takes a name, in the place of a file that has it. A link of that name would go, not be followed.
    pub(super) fn take_name(self, name: &OsStr) -> io::Result<()> {
        let mode = match statat(&self.folder.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(old) if FileType::from_raw_mode(old.st_mode) == FileType::RegularFile => old.st_mode & 0o777,
            // Temporary files are private; a report is as readable as any new file.
            _ => 0o644,
        };
        // The report is written either way: at worst it stays private.
        let _ = fchmod(&self.file, Mode::from_raw_mode(mode));
        Ok(renameat(&self.folder.0, &self.name, &self.folder.0, name)?)
    }

    /// Takes a name that nothing has.
    pub(super) fn take_free_name(self, name: &OsStr) -> io::Result<()> {
        let _ = fchmod(&self.file, Mode::from_raw_mode(0o644));
        Ok(linkat(&self.folder.0, &self.name, &self.folder.0, name, AtFlags::empty())?)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Where it has taken its name, it is not there any more.
        let _ = unlinkat(&self.folder.0, &self.name, AtFlags::empty());
        signals::end(&self.folder.0, &self.name);
    }
}
