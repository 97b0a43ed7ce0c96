//! The work on one file, and what comes of all.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender};

use super::open::{Bounded, has_own_name, is_among};
use super::progress::Progress;
use crate::input::scan::{Binary, Reader, Scanned, Scanner};
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
        match self.scan(path) {
            Ok(Some(Ok(scanned))) if scanned.requests.is_empty() && scanned.ignores.is_empty() => {}
            Ok(Some(Ok(scanned))) => {
                let found = FoundFile { path: path.to_owned(), name: shown(path), scanned };
                self.tell(Told::Found(found));
            }
            Ok(Some(Err(Binary))) if named => {
                self.shared.not_evaluated(path, "is no text", Some("leave it out, or extract its text"));
            }
            Ok(None | Some(Err(Binary))) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {}
            Err(error) => self.shared.unreadable(path, &error),
        }
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

    fn scan(&mut self, path: &Path) -> io::Result<Option<Result<Scanned, Binary>>> {
        let file = Bounded::open(path)?;
        if let Some(most) = self.shared.max_size
            && file.size()? > most
        {
            return Ok(None);
        }
        self.reader.scan(file).map(Some)
    }

    fn tell(&self, told: Told) {
        // Somebody listens as long as there are workers.
        let _ = self.shared.told.send(told);
    }
}

impl Shared<'_> {
    /// Tells that a path could not be scanned.
    pub(super) fn not_evaluated(&self, path: &Path, message: &str, help: Option<&str>) {
        let (input, message, help) = (shown(path), message.to_owned(), help.map(str::to_owned));
        let _ = self.told.send(Told::NotEvaluated(NotEvaluated { input, message, help, place: None }));
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
