//! From paths to files: what git knows of a tree, walks where it knows nothing, and lists of files.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ignore::overrides::{Override, OverrideBuilder};
use ignore::{WalkBuilder, WalkState};

use super::listing::{self, Listing};
use super::open::{Named, OwnFiles};
use super::progress::Progress;
use super::worker::{Outcomes, Shared, Worker};
use super::{Args, Choice, since};
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::cli::git::{Repository, plain};
use crate::input::scan::Scanner;
use crate::report::{NotEvaluated, Skipped};

/// Scans what the arguments name.
pub(super) fn scan(args: &Args, scanner: &Scanner<'_>, own_files: &OwnFiles) -> Result<Outcomes, CommandError> {
    let threads = args.threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let globs = args.choice.globs()?;
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let tree = tree();
    let mut outcomes = Outcomes::default();
    // What somebody named, and what a look around finds.
    let (mut named, mut met) = (Vec::new(), Listing::default());
    if let Some(revision) = &args.since {
        met = since::changed(revision, paths, &mut outcomes)?;
    } else {
        let list = args.files_from.as_deref().map(listed).transpose()?;
        let (files, folders) = sorted_out(list.as_deref().unwrap_or(paths), &tree, &mut outcomes);
        named = files;
        for folder in folders.iter().filter(|_| list.is_none()) {
            met.add(folder, !args.choice.no_ignore, &mut outcomes);
        }
    }
    if !args.choice.no_ignore && args.files_from.is_none() {
        let before = args.since.as_deref().or(args.basis.policy_from.as_deref()).unwrap_or("HEAD");
        for folder in paths.iter().filter(|path| path.is_dir()) {
            listing::tell_changed_rules(folder, before, &mut outcomes);
        }
    }
    met.files.retain(|path| args.choice.takes(path, &globs));
    let progress = Progress::start();
    let max_size = args.choice.max_filesize;
    let shared = Shared {
        scanner,
        own_files,
        untracked: &met.untracked,
        max_size,
        tree: &tree,
        progress: &progress,
        large: Mutex::default(),
        outcomes: Mutex::default(),
    };
    scan_files(&named, true, threads.get(), &shared);
    scan_files(&met.files, false, threads.get(), &shared);
    if let Some((first, rest)) = met.folders.split_first() {
        let mut walk = WalkBuilder::new(first);
        for folder in rest {
            walk.add(folder);
        }
        set(&mut walk, globs).threads(threads.get());
        scan_folders(&walk, &shared);
    }
    for (file, named) in shared.large.into_inner().unwrap_or_else(PoisonError::into_inner) {
        outcomes.large_file(scanner, &file, named, threads);
    }
    outcomes.add(shared.outcomes.into_inner().unwrap_or_else(PoisonError::into_inner));
    progress.end();
    Ok(outcomes)
}

/// The files of a tree, for who reads them himself.
pub(in crate::cli) struct Files {
    pub(in crate::cli) files: Vec<PathBuf>,
    pub(in crate::cli) not_evaluated: Vec<NotEvaluated>,
}

/// The files that some paths lead to: what git knows of a tree, and where it knows nothing, everything. No link is followed.
pub(in crate::cli) fn files_of(paths: &[PathBuf]) -> Files {
    let mut outcomes = Outcomes::default();
    let (mut files, folders) = sorted_out(paths, &tree(), &mut outcomes);
    let mut met = Listing::default();
    for folder in &folders {
        met.add(folder, true, &mut outcomes);
    }
    let is_file = |path: &PathBuf| path.symlink_metadata().is_ok_and(|found| found.is_file());
    files.extend(met.files.into_iter().filter(is_file));
    if let Some((first, rest)) = met.folders.split_first() {
        let mut walk = WalkBuilder::new(first);
        for folder in rest {
            walk.add(folder);
        }
        let entries = set(&mut walk, Override::empty()).build().filter_map(Result::ok);
        files.extend(entries.map(ignore::DirEntry::into_path).filter(is_file));
    }
    files.sort();
    files.dedup();
    Files { files, not_evaluated: outcomes.not_evaluated }
}

/// The tree that links must not lead out of: the repository around the working folder, or that folder.
fn tree() -> PathBuf {
    let here = Path::new(".");
    let repository = Repository::around(here).map(|found| found.root().to_owned());
    repository.or_else(|| here.canonicalize().ok()).unwrap_or_default()
}

impl Choice {
    fn globs(&self) -> Result<Override, CommandError> {
        let wrong = |error: &ignore::Error| CommandError::usage(format!("a --glob cannot be read: {error}"));
        let mut globs = OverrideBuilder::new(".");
        for glob in &self.glob {
            globs.add(glob).map_err(|error| wrong(&error))?;
        }
        globs.build().map_err(|error| wrong(&error))
    }

    /// Whether the globs take a file, and the folders that it is in.
    fn takes(&self, path: &Path, globs: &Override) -> bool {
        let left_out = |folder: &Path| !folder.as_os_str().is_empty() && globs.matched(folder, true).is_ignore();
        self.glob.is_empty() || !(globs.matched(path, false).is_ignore() || path.ancestors().skip(1).any(left_out))
    }
}

/// A walk over all that there is: nobody knows which of it is tracked, so no ignore rule hides any of it.
fn set(walk: &mut WalkBuilder, globs: Override) -> &mut WalkBuilder {
    walk.standard_filters(false)
        .overrides(globs)
        .follow_links(false)
        // What git keeps for itself is no source.
        .filter_entry(|entry| entry.file_name() != ".git")
}

/// Parts files from folders, and tells of what is neither, and of what a link leads out of the tree to.
fn sorted_out(paths: &[PathBuf], tree: &Path, outcomes: &mut Outcomes) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for path in paths {
        let kind = match Named::of(path) {
            Ok(Named::Other) => {
                outcomes.counts.skip(Skipped::Special, 1);
                outcomes.not_evaluated(
                    path,
                    "is neither a file nor a folder",
                    Some("pipe its content into `zscope check -`"),
                );
                continue;
            }
            Err(error) => {
                outcomes.unreadable(path, &error);
                continue;
            }
            Ok(kind) => kind,
        };
        if leads_out(path, tree) {
            outcomes.counts.skip(Skipped::Link, 1);
            let help = Some("name what it leads to, if that is to be scanned");
            outcomes.not_evaluated(path, "is, or lies behind, a link that leads out of the tree", help);
            continue;
        }
        match kind {
            Named::Folder => folders.push(path.clone()),
            _ => files.push(path.clone()),
        }
    }
    (files, folders)
}

/// Whether a path of the tree leads out of it, by a link.
fn leads_out(path: &Path, tree: &Path) -> bool {
    let lies_within = std::path::absolute(path).is_ok_and(|path| plain(&path).starts_with(tree));
    lies_within && path.canonicalize().is_ok_and(|target| !target.starts_with(tree))
}

fn scan_files(files: &[PathBuf], named: bool, threads: usize, shared: &Shared<'_>) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut worker = Worker::new(shared);
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            worker.file(file, named);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
}

fn scan_folders(walk: &WalkBuilder, shared: &Shared<'_>) {
    walk.build_parallel().run(|| {
        let mut worker = Worker::new(shared);
        Box::new(move |entry| {
            match entry {
                Ok(entry) => {
                    let kind = entry.file_type().filter(|kind| !kind.is_dir());
                    if kind.is_some_and(|kind| worker.is_file_of(entry.path(), kind)) {
                        worker.file(entry.path(), false);
                    }
                }
                Err(error) => worker.walk_error(&error),
            }
            WalkState::Continue
        })
    });
}

/// The files that a list names.
fn listed(list: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let text = if list == Path::new("-") { files::read_stdin() } else { files::read_file(list) };
    let text = text
        .map_err(|error| CommandError::usage(format!("the list of files `{}` {}", list.display(), error.message())))?;
    let names = if text.contains('\0') { text.split('\0').collect::<Vec<_>>() } else { text.lines().collect() };
    Ok(names.into_iter().filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}
