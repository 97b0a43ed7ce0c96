//! The files that git says have changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::error::CommandError;

/// The files under some paths that differ from a revision, and those that git does not know and does not ignore.
pub(super) fn changed(revision: &str, paths: &[PathBuf]) -> Result<Vec<PathBuf>, CommandError> {
    if revision.is_empty() || revision.starts_with('-') {
        return Err(CommandError::usage(format!("`{revision}` is no git revision"))
            .help("name a branch, a tag or a commit, for example `origin/main`"));
    }
    let mut files = Vec::new();
    for path in paths {
        let (folder, only) = if path.is_dir() {
            (path.as_path(), Path::new("."))
        } else {
            (path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")), path.as_path())
        };
        let only = if path.is_dir() { only } else { Path::new(only.file_name().unwrap_or_default()) };
        let differ = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--diff-filter=d", "--relative"];
        let mut names = git(folder, &[&differ[..], &[revision, "--"]].concat(), only)?;
        names.extend(git(folder, &["ls-files", "-z", "--others", "--exclude-standard", "--"], only)?);
        files.extend(names.into_iter().map(|name| if folder == Path::new(".") { name } else { folder.join(name) }));
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// The paths that git names, parted by zero bytes. Nothing that the repository configures is run.
fn git(folder: &Path, arguments: &[&str], only: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let output = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-C"])
        .arg(folder)
        .args(arguments)
        .arg(only)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output()
        .map_err(|error| {
            CommandError::usage(format!("git cannot be run: {error}")).help("--since asks git: install it")
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or("").trim_start_matches("fatal: ");
        return Err(CommandError::usage(format!("git does not know what changed: {said}"))
            .help("--since needs a git repository and a revision that it has"));
    }
    Ok(output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(path_of).collect())
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}
