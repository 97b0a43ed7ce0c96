//! The lock file of an audit, on disk.

use std::path::{Path, PathBuf};

use super::super::draft::Goal;
use super::super::error::CommandError;
use super::super::setup::Ground;
use crate::review::grants::Lock;
use crate::text::{Source, Sources};

/// Reads a lock file, as it stands where the policy is read from.
pub(super) fn read_lock(path: &Path, ground: &Ground, sources: &mut Sources) -> Result<Lock, CommandError> {
    let text = ground.read(path).map_err(|error| {
        CommandError::usage(format!("the lock file `{}` cannot be used: {}", path.display(), error.message()))
            .help("write it first: `zscope audit --lock`")
    })?;
    let id = sources.add(Source::new(path.to_string_lossy(), text));
    Lock::read(id, sources.get(id).text()).map_err(|problems| {
        let problems = problems.into_iter().map(|problem| (id, problem)).collect();
        CommandError::problems(std::mem::take(sources), problems)
    })
}

/// A lock file to be written: looked at before the work starts, in place only when it is whole.
pub(super) struct LockFile {
    path: PathBuf,
    goal: Goal,
}

impl LockFile {
    pub(super) fn at(path: &Path) -> Result<Self, CommandError> {
        let goal = Goal::at(path)
            .map_err(|error| CommandError::usage(format!("`{}` cannot be written: {error}", path.display())))?;
        Ok(Self { path: path.to_owned(), goal })
    }

    /// Puts the file in place. A lock of a part of what is held would let the rest pass for new, so the old one stays where
    /// something is `unsettled`, a phrase.
    pub(super) fn write(self, text: &str, unsettled: Option<&str>) -> Result<(), CommandError> {
        let path = self.path.display();
        if let Some(unsettled) = unsettled {
            let message = format!("`{path}` was not written: {unsettled}");
            let help = "settle that, or accept unknown grants in the policy's `unknown-grants`; `--lock-known` writes the rest, with these as unknown";
            return Err(CommandError::incomplete(message).help(help));
        }
        let failed = |error| CommandError::incomplete(format!("`{path}` cannot be written: {error}"));
        self.goal.put(text).map_err(failed)
    }
}
