//! Which files a tree consists of: what git tracks and what it does not ignore; without git, everything.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::git::{Kind, Repository};
use crate::report::{Notice, Skipped};

use super::worker::Outcomes;

/// What there is to look at.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Files that git names.
    pub(super) files: Vec<PathBuf>,
    /// Those of them that git does not track: the user's own, and no part of what anybody is handed.
    pub(super) untracked: HashSet<PathBuf>,
    /// Folders of which git knows nothing: all that is in them counts.
    pub(super) folders: Vec<PathBuf>,
}

/// Says where ignore rules hide files and are not what they were before the change that is looked at: whoever makes a
/// change could hide with it what it asks for.
pub(super) fn tell_changed_rules(folder: &Path, before: &str, outcomes: &mut Outcomes) {
    let Some(repository) = Repository::around(folder) else { return };
    let Some(under) = repository.inside(folder) else { return };
    // A repository without a commit has nothing before.
    let Ok(commit) = repository.commit(before) else { return };
    let Ok(changed) = repository.changed_rules(&commit) else { return };
    let (Some(first), Ok(hidden @ 1..)) = (changed.first(), repository.ignored(&under)) else { return };
    let others = if changed.len() == 1 { String::new() } else { format!(" (and {} more)", changed.len() - 1) };
    let what = if hidden == 1 { "1 file or folder".to_owned() } else { format!("{hidden} files or folders") };
    let message = format!("ignore rules differ from `{before}`{others}, and hide {what}");
    let notice = Notice::new("ignore-rules-changed", message).at(&super::worker::shown(first));
    outcomes.notices.push(notice.help("`--no-ignore` looks at what they hide"));
}

impl Listing {
    /// Adds what is in a folder. `ignores` says whether ignore rules hide what git does not track; what it tracks they
    /// never hide.
    pub(super) fn add(&mut self, folder: &Path, ignores: bool, outcomes: &mut Outcomes) {
        let Some(repository) = Repository::around(folder) else {
            self.folders.push(folder.to_owned());
            return;
        };
        let Some(under) = repository.inside(folder) else {
            self.folders.push(folder.to_owned());
            return;
        };
        if let Err(said) = self.add_known(&repository, folder, &under, ignores, outcomes) {
            let message = format!("git does not tell what it tracks, so ignore rules hide nothing: {said}");
            outcomes.notices.push(Notice::new("git-unavailable", message).at(&super::worker::shown(folder)));
            self.folders.push(folder.to_owned());
        }
    }

    /// Adds what git knows of a folder: `under` is its path in the repository.
    fn add_known(
        &mut self,
        repository: &Repository,
        folder: &Path,
        under: &Path,
        ignores: bool,
        outcomes: &mut Outcomes,
    ) -> Result<(), String> {
        let tracked = repository.tracked(under)?;
        let untracked = repository.untracked(under, ignores)?;
        let hidden = if ignores { repository.ignored(under)? } else { 0 };
        // A folder that an ignore rule names, and that somebody named all the same.
        if tracked.is_empty() && untracked.is_empty() && !under.as_os_str().is_empty() {
            self.folders.push(folder.to_owned());
            return Ok(());
        }
        outcomes.counts.skip(Skipped::Ignored, hidden);
        let within = |path: &Path| folder.join(path.strip_prefix(under).unwrap_or(path));
        for entry in tracked {
            let path = within(&entry.path);
            match entry.kind {
                Kind::Submodule => self.add_other(&path, ignores, outcomes),
                _ => self.files.push(path),
            }
        }
        for path in untracked {
            let whole = within(&path);
            if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
                self.add_other(&whole, ignores, outcomes);
            } else {
                self.untracked.insert(whole.clone());
                self.files.push(whole);
            }
        }
        Ok(())
    }

    /// Adds another repository that lies in this one.
    pub(super) fn add_other(&mut self, folder: &Path, ignores: bool, outcomes: &mut Outcomes) {
        if Repository::at(folder).is_some() {
            self.add(folder, ignores, outcomes);
        } else if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            self.folders.push(folder.to_owned());
        } else {
            outcomes.counts.skip(Skipped::Submodule, 1);
        }
    }
}
