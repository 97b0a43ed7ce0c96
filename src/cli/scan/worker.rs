//! The work on one file, and what comes of all.

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender};

use super::open::{has_own_name, is_among};
use super::progress::Progress;
use crate::input::scan::{PIECE, Reader, Scanned, Scanner, Seen, scan_large};
use crate::report::NotEvaluated;

/// A file in which something was found.
#[derive(Debug)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    /// The path as reports show it.
    pub(super) name: String,
    pub(super) scanned: Scanned,
}

/// What workers tell.
#[derive(Debug)]
pub(super) enum Told {
    Found(FoundFile),
    NotEvaluated(NotEvaluated),
}

/// What all workers told.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    pub(super) files: Vec<FoundFile>,
    pub(super) not_evaluated: Vec<NotEvaluated>,
}

impl Outcomes {
    pub(super) fn collect(told: &Receiver<Told>) -> Self {
        let mut outcomes = Self::default();
        for told in told {
            match told {
                Told::Found(file) => outcomes.files.push(file),
                Told::NotEvaluated(input) => outcomes.not_evaluated.push(input),
            }
        }
        outcomes
    }
}

/// What every worker shares.
#[derive(Clone)]
pub(super) struct Shared<'a> {
    pub(super) scanner: &'a Scanner<'a>,
    pub(super) own_files: &'a [PathBuf],
    pub(super) max_size: Option<u64>,
    pub(super) progress: &'a Progress,
    /// Large files that were met, and whether somebody named them: all threads search them together when all others are
    /// done.
    pub(super) large: &'a Mutex<Vec<(PathBuf, bool)>>,
    pub(super) told: Sender<Told>,
}

/// One thread's means.
pub(super) struct Worker<'a> {
    shared: Shared<'a>,
    reader: Reader<'a>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(shared: &Shared<'a>) -> Self {
        Self { reader: Reader::new(shared.scanner), shared: shared.clone() }
    }

    /// Scans a file. Of one that somebody `named` it is told why it could not be scanned, whatever it is; one that was
    /// met on the way may be binary, or gone.
    pub(super) fn file(&mut self, path: &Path, named: bool) {
        if is_among(path, self.shared.own_files) || (!named && has_own_name(path)) {
            return;
        }
        self.shared.progress.step();
        let seen = self.scan(path);
        if let Ok(Some(Seen::Large { .. })) = seen {
            if let Ok(mut large) = self.shared.large.lock() {
                large.push((path.to_owned(), named));
            }
            return;
        }
        self.shared.seen(path, named, seen);
    }

    /// Tells of a folder, or of an entry of one, that could not be read on a walk.
    pub(super) fn walk_error(&self, error: &ignore::Error) {
        let mut inner = error;
        let mut path = None;
        loop {
            match inner {
                ignore::Error::WithPath { path: at, err } => {
                    path = Some(at);
                    inner = err;
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
                _ => break,
            }
        }
        let gone = inner.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
        match (path, inner.io_error()) {
            _ if gone => {}
            (Some(path), Some(error)) => self.shared.unreadable(path, error),
            (Some(path), None) => self.shared.not_evaluated(path, &format!("cannot be read: {inner}"), None),
            (None, _) => self.shared.not_evaluated(Path::new("."), &format!("cannot be walked: {error}"), None),
        }
    }

    fn scan(&mut self, path: &Path) -> io::Result<Option<Seen>> {
        let file = File::open(path)?;
        let size = || Ok(file.metadata()?.len());
        if let Some(most) = self.shared.max_size
            && size()? > most
        {
            return Ok(None);
        }
        self.reader.scan(&file, size).map(Some)
    }
}

impl Shared<'_> {
    /// Scans a large file on so many threads. One that grows is read as far as it reached when it was opened.
    pub(super) fn large_file(&self, path: &Path, named: bool, threads: NonZeroUsize) {
        let scan = || {
            let file = File::open(path)?;
            scan_large(self.scanner, &file, file.metadata()?.len(), threads, PIECE).map(Some)
        };
        self.seen(path, named, scan());
    }

    /// Tells what came of a file.
    fn seen(&self, path: &Path, named: bool, seen: io::Result<Option<Seen>>) {
        match seen {
            Ok(Some(Seen::Text(scanned))) => {
                if !(scanned.requests.is_empty() && scanned.ignores.is_empty()) {
                    self.tell(Told::Found(FoundFile { path: path.to_owned(), name: shown(path), scanned }));
                }
            }
            Ok(Some(Seen::Binary)) if named => {
                self.not_evaluated(path, "is no text", Some("leave it out, or extract its text"));
            }
            Ok(None | Some(Seen::Binary | Seen::Large { .. })) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {}
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn tell(&self, told: Told) {
        // Somebody listens as long as there are workers.
        let _ = self.told.send(told);
    }

    /// Tells that a path could not be scanned.
    pub(super) fn not_evaluated(&self, path: &Path, message: &str, help: Option<&str>) {
        let (input, message, help) = (shown(path), message.to_owned(), help.map(str::to_owned));
        self.tell(Told::NotEvaluated(NotEvaluated { input, message, help, place: None }));
    }

    /// Tells what the system says of a path.
    pub(super) fn unreadable(&self, path: &Path, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::NotFound => self.not_evaluated(path, "no such file or folder", None),
            io::ErrorKind::PermissionDenied => {
                self.not_evaluated(
                    path,
                    "cannot be read: permission denied",
                    Some("let the scan read it, or leave it out with --glob '!PATH'"),
                );
            }
            _ => self.not_evaluated(path, &format!("cannot be read: {error}"), None),
        }
    }
}

/// A path as reports show it: without a leading `./`, with what is no UTF-8 replaced.
fn shown(path: &Path) -> String {
    let plain = path.strip_prefix(".").ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path);
    plain.to_string_lossy().into_owned()
}
