//! The files that git says have changed.

use std::path::{Path, PathBuf};

use super::listing::Listing;
use super::worker::Outcomes;
use crate::cli::error::CommandError;
use crate::cli::git::{Kind, Repository};

/// The files under some paths that differ from a revision, and those that git does not know and does not ignore. Of what
/// cannot be compared, everything counts as changed.
pub(super) fn changed(revision: &str, paths: &[PathBuf], outcomes: &mut Outcomes) -> Result<Listing, CommandError> {
    let mut listing = Listing::default();
    for path in paths {
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(Path::new("")) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Some((repository, under)) =
            Repository::around(folder).and_then(|found| found.inside(path).map(|under| (found, under)))
        else {
            let message = format!("`{}` is in no git repository", path.display());
            return Err(CommandError::usage(message).help("--since asks git what changed: leave it out"));
        };
        let commit = repository.commit(revision)?;
        let base = if path.is_dir() { path.clone() } else { PathBuf::new() };
        let at = Part { repository: &repository, folder: &base, under: &under, named: path };
        at.add(&commit, &mut listing, outcomes).map_err(|said| {
            CommandError::usage(format!("git does not tell what changed: {said}"))
                .help("leave --since out: everything is scanned then")
        })?;
    }
    listing.files.sort();
    listing.files.dedup();
    Ok(listing)
}

/// A part of a repository.
struct Part<'a> {
    repository: &'a Repository,
    /// The folder as it was named.
    folder: &'a Path,
    /// Its path in the repository.
    under: &'a Path,
    /// What was named: the folder, or one file.
    named: &'a Path,
}

impl Part<'_> {
    /// A path of the repository as one of the folder that was named.
    fn shown(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(self.under) {
            Ok(rest) if rest.as_os_str().is_empty() => self.named.to_owned(),
            Ok(rest) => self.folder.join(rest),
            Err(_) => self.repository.root().join(path),
        }
    }

    fn add(&self, commit: &str, listing: &mut Listing, outcomes: &mut Outcomes) -> Result<(), String> {
        let differences = self.repository.changed(commit, self.under)?;
        for difference in &differences {
            let path = self.shown(&difference.path);
            let foreign = difference.path.as_os_str().as_encoded_bytes().ends_with(b"/");
            match difference.kind {
                _ if foreign => listing.add_other(&path, true, outcomes),
                Kind::Submodule => {}
                _ => listing.files.push(path),
            }
        }
        let links = self.repository.tracked(self.under)?.into_iter().filter(|entry| entry.kind == Kind::Submodule);
        for link in links {
            let path = self.shown(&link.path);
            let difference = differences.iter().find(|difference| difference.path == link.path);
            let before = difference.map_or(Some(&link.object), |difference| difference.before.as_ref());
            match (Repository::at(&path), before) {
                (Some(other), Some(before)) => {
                    let part = Part { repository: &other, folder: &path, under: Path::new(""), named: &path };
                    // What it was may not be there to compare with.
                    if part.add(before, listing, outcomes).is_err() {
                        listing.add_other(&path, true, outcomes);
                    }
                }
                (Some(_), None) => listing.add_other(&path, true, outcomes),
                (None, _) if difference.is_some() => outcomes.not_evaluated(
                    &path,
                    "is a submodule that changed and is not checked out",
                    Some("check it out: `git submodule update --init`"),
                ),
                (None, _) => {}
            }
        }
        Ok(())
    }
}
