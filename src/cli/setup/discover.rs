//! Which policy holds where none is named: the nearest one upwards, and nothing in its place.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::ground::Ground;
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::cli::git::{Kind, Repository};
use crate::policy;
use crate::report::Notice;

/// The nearest policy, from the working folder upwards, shown relative where it stands in the working folder. What bears
/// a policy's name and is none is an error: whoever put it there would have run without any.
pub(super) fn policy(ground: &Ground, notices: &mut Vec<Notice>) -> Result<Option<PathBuf>, CommandError> {
    let Ok(here) = std::env::current_dir() else {
        return Err(CommandError::usage("the working folder does not exist").help("name a policy: `--policy FILE`"));
    };
    let mut found: Option<PathBuf> = None;
    let root = Repository::around(&here).map(|repository| repository.root().to_owned());
    for folder in here.ancestors().take_while(|folder| ground.reaches(folder)) {
        if let Some(nearer) = &found {
            // Those above matter only where they are of the same repository.
            let outer = root.as_ref().filter(|root| folder.starts_with(root));
            let Some(above) = outer.and_then(|_| policy::names_in(folder).find(|path| path.symlink_metadata().is_ok()))
            else {
                continue;
            };
            let message = format!("a nearer policy takes the place of `{}`", above.display());
            notices.push(nearer_policy(nearer, message));
            return Ok(found);
        }
        let mut here_found = Vec::new();
        for path in policy::names_in(folder) {
            if is_policy(ground, &path, root.as_deref())? {
                here_found.push(path);
            }
        }
        match here_found.as_slice() {
            [] => {}
            [one] => found = Some(one.strip_prefix(&here).unwrap_or(one).to_owned()),
            [first, second, ..] => {
                let message = format!("there are two policies: `{}` and `{}`", first.display(), second.display());
                return Err(CommandError::usage(message).help("keep one of them, or name one: `--policy FILE`"));
            }
        }
    }
    if let (Some(path), Some(root)) = (&found, &root) {
        let folder = here.join(path).parent().map(Path::to_owned).unwrap_or_default();
        if folder != *root && folder.starts_with(root) {
            notices.push(nearer_policy(path, "the policy lies below the top of the repository".to_owned()));
        }
    }
    Ok(found)
}

fn nearer_policy(path: &Path, message: String) -> Notice {
    Notice::new("nearer-policy", message)
        .at(&path.to_string_lossy())
        .help("see that its owner is who it should be, or name the policy: `--policy FILE`")
}

/// Whether a policy lies at a path.
fn is_policy(ground: &Ground, path: &Path, root: Option<&Path>) -> Result<bool, CommandError> {
    let refused = |what: String| {
        let message = format!("`{}` is no policy, but {what}", path.display());
        Err(CommandError::usage(message).help("put a file there, take it away, or name the policy: `--policy FILE`"))
    };
    if let Some(kind) = ground.kind_in_base(path) {
        return match kind? {
            None => {
                if path.symlink_metadata().is_ok() {
                    ground.adds(path, "a policy");
                }
                Ok(false)
            }
            Some(Kind::File) => Ok(true),
            Some(kind) => {
                let kind = match kind {
                    Kind::Link => "a link",
                    Kind::Submodule => "a submodule",
                    Kind::Folder | Kind::File => "a folder",
                };
                refused(format!("{kind} at `{}`", ground.revision().unwrap_or_default()))
            }
        };
    }
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(false),
        Err(error) => {
            let message = format!("whether `{}` is there cannot be known: {error}", path.display());
            return Err(CommandError::usage(message).help("name the policy: `--policy FILE`"));
        }
    };
    if !found.is_symlink() {
        return match files::special(found.file_type()) {
            _ if found.is_dir() => refused("a folder".to_owned()),
            Some(kind) => refused(kind.to_owned()),
            None => Ok(true),
        };
    }
    let Ok(target) = path.canonicalize() else { return refused("a link that leads nowhere".to_owned()) };
    let within = |top: Option<&Path>| top.is_some_and(|top| target.starts_with(top));
    match () {
        () if !target.is_file() => refused("a link to something else than a file".to_owned()),
        () if within(root) || within(path.parent()) => Ok(true),
        () => refused("a link that leads out of the tree".to_owned()),
    }
}
