//! The work on one file, and what comes of all.

use std::collections::HashSet;
use std::fs::FileType;
use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::open::OwnFiles;
use super::progress::Progress;
use crate::cli::files;
use crate::input::scan::{PIECE, Reader, Scanned, Scanner, Seen, Syntax, scan_large};
use crate::report::{Coverage, NotEvaluated, Notice, Skipped};

/// A file in which something was found.
#[derive(Debug)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    /// The path as reports show it.
    pub(super) name: String,
    pub(super) scanned: Scanned,
}

/// What came of files.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    pub(super) files: Vec<FoundFile>,
    pub(super) not_evaluated: Vec<NotEvaluated>,
    pub(super) counts: Coverage,
    pub(super) notices: Vec<Notice>,
}

/// What every worker shares.
pub(super) struct Shared<'a> {
    pub(super) scanner: &'a Scanner<'a>,
    pub(super) own_files: &'a OwnFiles,
    /// Files that git does not track.
    pub(super) untracked: &'a HashSet<PathBuf>,
    pub(super) max_size: Option<u64>,
    /// The tree that links must not lead out of, links resolved.
    pub(super) tree: &'a Path,
    pub(super) progress: &'a Progress,
    /// Large files that were met, and whether somebody named them: all threads search them together when all others are
    /// done.
    pub(super) large: Mutex<Vec<(PathBuf, bool)>>,
    /// What came of the files of workers that are done.
    pub(super) outcomes: Mutex<Outcomes>,
}

/// One thread's means. What came of its files is handed over when it is dropped.
pub(super) struct Worker<'a> {
    shared: &'a Shared<'a>,
    reader: Reader<'a>,
    outcomes: Outcomes,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if let Ok(mut outcomes) = self.shared.outcomes.lock() {
            outcomes.add(std::mem::take(&mut self.outcomes));
        }
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(shared: &'a Shared<'a>) -> Self {
        Self { shared, reader: Reader::new(shared.scanner), outcomes: Outcomes::default() }
    }

    /// Scans a file. Of one that somebody `named` it is told why it could not be scanned, whatever it is; one that was
    /// met on the way may be binary, or gone.
    pub(super) fn file(&mut self, path: &Path, named: bool) {
        if self.shared.own_files.hold(path) {
            self.own(path);
            return;
        }
        if !named && !self.is_file(path) {
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
        if let Ok(Some(Seen::Own(_))) = seen {
            self.own(path);
            return;
        }
        self.outcomes.seen(path, named, seen);
    }

    /// Takes note of a document of zscope's own. One that git tracks somebody handed in, and it is told; others are what
    /// runs before this one left behind, and say nothing of the tree.
    fn own(&mut self, path: &Path) {
        self.outcomes.counts.skip(Skipped::Own, usize::from(!self.shared.untracked.contains(path)));
    }

    /// Whether a path that was met on the way is that of a file. Counts what is none.
    fn is_file(&mut self, path: &Path) -> bool {
        match path.symlink_metadata() {
            Ok(found) => return self.is_file_of(path, found.file_type()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.outcomes.counts.skip(Skipped::Missing, 1),
            Err(error) => self.outcomes.unreadable(path, &error),
        }
        false
    }

    /// [`Worker::is_file`] of what is known to be there.
    pub(super) fn is_file_of(&mut self, path: &Path, kind: FileType) -> bool {
        if kind.is_symlink() {
            let stays = path.canonicalize().is_ok_and(|target| target.starts_with(self.shared.tree));
            self.outcomes.counts.skip(Skipped::Link, usize::from(!stays));
        } else if files::special(kind).is_some() {
            self.outcomes.counts.skip(Skipped::Special, 1);
        }
        kind.is_file()
    }

    /// Takes note of a folder, or of an entry of one, that could not be read on a walk.
    pub(super) fn walk_error(&mut self, error: &ignore::Error) {
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
            (Some(path), Some(error)) => self.outcomes.unreadable(path, error),
            (Some(path), None) => self.outcomes.not_evaluated(path, &format!("cannot be read: {inner}"), None),
            (None, _) => self.outcomes.not_evaluated(Path::new("."), &format!("cannot be walked: {error}"), None),
        }
    }

    fn scan(&mut self, path: &Path) -> io::Result<Option<Seen>> {
        let file = files::open_at_once(path)?;
        let size = || Ok(file.metadata()?.len());
        if let Some(most) = self.shared.max_size
            && size()? > most
        {
            return Ok(None);
        }
        self.reader.scan(path, &file, size).map(Some)
    }
}

/// Scans standard input as a file of that name.
pub(super) fn standard_input(name: &Path, scanner: &Scanner<'_>) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut bytes = Vec::new();
    if let Err(error) = io::stdin().lock().take(files::MAX_INPUT + 1).read_to_end(&mut bytes) {
        outcomes.unreadable(name, &error);
        return outcomes;
    }
    let size = bytes.len() as u64;
    if size > files::MAX_INPUT {
        outcomes.counts.skip(Skipped::TooLarge, 1);
        outcomes.not_evaluated(name, "standard input is too large", Some("scan the file by its path"));
        return outcomes;
    }
    let seen = match Reader::new(scanner).scan(name, &*bytes, || Ok(size)) {
        Ok(Seen::Large { .. }) => scan_large(scanner, &bytes, size, NonZeroUsize::MIN, PIECE, Syntax::of(name)),
        seen => seen,
    };
    outcomes.seen(name, true, seen.map(Some));
    outcomes
}

impl Outcomes {
    /// Takes what came of other files.
    pub(super) fn add(&mut self, others: Self) {
        self.files.extend(others.files);
        self.not_evaluated.extend(others.not_evaluated);
        self.counts.add(&others.counts);
        self.notices.extend(others.notices);
    }

    /// Scans a large file on so many threads. One that grows is read as far as it reached when it was opened.
    pub(super) fn large_file(&mut self, scanner: &Scanner<'_>, path: &Path, named: bool, threads: NonZeroUsize) {
        let scan = || {
            let file = files::open_at_once(path)?;
            scan_large(scanner, &file, file.metadata()?.len(), threads, PIECE, Syntax::of(path)).map(Some)
        };
        self.seen(path, named, scan());
    }

    /// Takes what came of a file.
    fn seen(&mut self, path: &Path, named: bool, seen: io::Result<Option<Seen>>) {
        match seen {
            Ok(Some(Seen::Text(scanned))) => {
                if scanned.archive {
                    self.counts.skip(Skipped::Archive, 1);
                } else {
                    self.counts.scanned += 1;
                    self.counts.binary += usize::from(scanned.binary);
                }
                if !(scanned.requests.is_empty() && scanned.ignores.is_empty()) {
                    self.files.push(FoundFile { path: path.to_owned(), name: shown(path), scanned });
                }
            }
            // A large one is scanned later.
            Ok(Some(Seen::Large { .. })) => {}
            Ok(Some(Seen::Own(_))) => self.counts.skip(Skipped::Own, 1),
            Ok(None) => self.counts.skip(Skipped::TooLarge, 1),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {
                self.counts.skip(Skipped::Missing, 1);
            }
            Err(error) => self.unreadable(path, &error),
        }
    }

    /// Takes note that a path could not be scanned.
    pub(super) fn not_evaluated(&mut self, path: &Path, message: &str, help: Option<&str>) {
        let (input, message, help) = (shown(path), message.to_owned(), help.map(str::to_owned));
        self.not_evaluated.push(NotEvaluated { input, message, help, place: None });
    }

    /// Takes note of what the system says of a path.
    pub(super) fn unreadable(&mut self, path: &Path, error: &io::Error) {
        self.counts.skip(Skipped::Unreadable, 1);
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
pub(super) fn shown(path: &Path) -> String {
    let plain = path.strip_prefix(".").ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path);
    plain.to_string_lossy().into_owned()
}
