//! From paths to files: trees walked as ripgrep walks them, and lists of files.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ignore::overrides::{Override, OverrideBuilder};
use ignore::{WalkBuilder, WalkState};

use super::open::{Named, OwnFiles};
use super::progress::Progress;
use super::worker::{Outcomes, Shared, Worker};
use super::{Args, Choice, since};
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::input::scan::Scanner;

/// Scans what the arguments name.
pub(super) fn scan(args: &Args, scanner: &Scanner<'_>, own_files: &OwnFiles) -> Result<Outcomes, CommandError> {
    let threads = args.threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let globs = args.choice.globs()?;
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let listed = match (&args.files_from, &args.since) {
        (Some(list), _) => Some(listed(list)?),
        (_, Some(revision)) => {
            let mut changed = since::changed(revision, paths)?;
            changed.retain(|path| args.choice.takes(path, &globs));
            Some(changed)
        }
        _ => None,
    };
    let progress = Progress::start();
    let max_size = args.choice.max_filesize;
    let shared = Shared {
        scanner,
        own_files,
        max_size,
        progress: &progress,
        large: Mutex::default(),
        outcomes: Mutex::default(),
    };
    let named = listed.is_none() || args.files_from.is_some();
    let mut outcomes = Outcomes::default();
    let (files, folders) = sorted_out(listed.as_deref().unwrap_or(paths), named, &mut outcomes);
    scan_files(&files, named, threads.get(), &shared);
    if let Some((first, rest)) = folders.split_first().filter(|_| listed.is_none()) {
        let mut walk = WalkBuilder::new(first);
        for folder in rest {
            walk.add(folder);
        }
        args.choice.set(&mut walk, globs).threads(threads.get());
        scan_folders(&walk, &shared);
    }
    for (file, named) in shared.large.into_inner().unwrap_or_default() {
        outcomes.large_file(scanner, &file, named, threads);
    }
    outcomes.add(shared.outcomes.into_inner().unwrap_or_default());
    progress.end();
    Ok(outcomes)
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

    /// Whether a file that a tool named would be met on a walk.
    fn takes(&self, path: &Path, globs: &Override) -> bool {
        let matched = globs.matched(path, false);
        let hidden = || {
            path.components().any(|part| {
                let name = part.as_os_str().to_string_lossy();
                name.starts_with('.') && name != "." && name != ".."
            })
        };
        !matched.is_ignore() && (self.hidden || matched.is_whitelist() || !hidden())
    }

    fn set<'w>(&self, walk: &'w mut WalkBuilder, globs: Override) -> &'w mut WalkBuilder {
        let ignores = !self.no_ignore;
        walk.hidden(!self.hidden)
            .parents(ignores)
            .ignore(ignores)
            .git_ignore(ignores)
            .git_global(ignores)
            .git_exclude(ignores)
            .overrides(globs)
            .follow_links(false)
            // What git keeps for itself is no source.
            .filter_entry(|entry| entry.file_name() != ".git")
    }
}

/// Parts files from folders, and tells of what is neither. Of the files that a tool named, some may be gone.
fn sorted_out(paths: &[PathBuf], named: bool, outcomes: &mut Outcomes) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for path in paths {
        match Named::of(path) {
            Ok(Named::File) => files.push(path.clone()),
            Ok(Named::Folder) => folders.push(path.clone()),
            Ok(Named::Other) if named => {
                outcomes.not_evaluated(
                    path,
                    "is neither a file nor a folder",
                    Some("pipe its content into `zscope check -`"),
                );
            }
            Err(error) if named => outcomes.unreadable(path, &error),
            _ => {}
        }
    }
    (files, folders)
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
                    if entry.file_type().is_some_and(|kind| kind.is_file()) {
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
