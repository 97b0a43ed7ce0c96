//! Asking git about a repository that somebody else may have filled: what it tracks, what changed, what stood in it.
//!
//! Nothing that the repository configures is run: no hook, no filter, no monitor, no transport. Commands are chosen that
//! do not need them, and what they could still reach is switched off for each call.

use std::cell::OnceCell;
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::error::CommandError;
use super::files::MAX_INPUT;

/// A repository with a working tree.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// The working tree's top, links resolved.
    root: PathBuf,
    /// The names of the filters that some configuration defines, once somebody asked.
    filters: OnceCell<Vec<String>>,
}

/// What an entry of the index, or of a revision, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
    Folder,
}

impl Kind {
    fn of_mode(mode: &[u8]) -> Self {
        match mode {
            b"120000" => Self::Link,
            b"160000" => Self::Submodule,
            b"040000" => Self::Folder,
            _ => Self::File,
        }
    }
}

/// An entry of the index, or of a revision.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    /// The object's name.
    pub(super) object: String,
    /// Where it is, from the repository's top.
    pub(super) path: PathBuf,
}

/// What differs between a revision and the working tree.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    /// What is there now.
    pub(super) kind: Kind,
    /// The object that was there; none where nothing was.
    pub(super) before: Option<String>,
    /// Where it is, from the repository's top.
    pub(super) path: PathBuf,
}

/// Why git gave no answer: lower case, no full stop.
pub(super) type Refusal = String;

impl Repository {
    /// The repository that a folder is in: the nearest one upwards.
    pub(super) fn around(folder: &Path) -> Option<Self> {
        let folder = folder.canonicalize().ok()?;
        let root = folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())?;
        Some(Self { root: root.to_owned(), filters: OnceCell::new() })
    }

    /// The repository whose top a folder is, such as a submodule's.
    pub(super) fn at(folder: &Path) -> Option<Self> {
        Self::around(folder).filter(|found| folder.canonicalize().is_ok_and(|folder| folder == found.root))
    }

    /// The working tree's top, links resolved.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// A path as one from the repository's top, where it is in it: by its name, else by where its links lead.
    pub(super) fn inside(&self, path: &Path) -> Option<PathBuf> {
        let plain = plain(&std::path::absolute(path).ok()?);
        let named = plain.strip_prefix(&self.root).ok().map(Path::to_owned);
        named.or_else(|| path.canonicalize().ok()?.strip_prefix(&self.root).ok().map(Path::to_owned))
    }

    /// What the index holds under a folder, counted from the repository's top.
    pub(super) fn tracked(&self, under: &Path) -> Result<Vec<Entry>, Refusal> {
        let mut command = self.command(&["ls-files", "--stage", "-z"]);
        let mut found: Vec<Entry> = records(&run(limited(&mut command, under))?).filter_map(staged).collect();
        // A file with a conflict stands there several times.
        found.dedup_by(|a, b| a.path == b.path);
        Ok(found)
    }

    /// Files under a folder that git does not track: those that no ignore rule names, or all. A path that ends with a
    /// slash is another repository's.
    pub(super) fn untracked(&self, under: &Path, ignores: bool) -> Result<Vec<PathBuf>, Refusal> {
        let mut command = self.command(&["ls-files", "--others", "-z"]);
        if ignores {
            command.arg("--exclude-standard");
        }
        Ok(records(&run(limited(&mut command, under))?).map(path_of).collect())
    }

    /// How many files and folders under a folder an ignore rule hides.
    pub(super) fn ignored(&self, under: &Path) -> Result<usize, Refusal> {
        let mut command =
            self.command(&["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"]);
        Ok(records(&run(limited(&mut command, under))?).count())
    }

    /// Files of ignore rules that are not as they were at a commit, or that it does not have.
    pub(super) fn changed_rules(&self, commit: &str) -> Result<Vec<PathBuf>, Refusal> {
        let holds_rules = |path: &PathBuf| path.file_name().is_some_and(|name| name == ".gitignore");
        // Of a file that was only touched, git says that it may differ.
        let differs = |path: &PathBuf| {
            let before = self.entry(commit, path).ok().flatten();
            let before = before.and_then(|entry| self.content(&entry.object).ok());
            before != std::fs::read(self.root.join(path)).ok()
        };
        let mut command = self.command(&["diff-index", "--name-only", "-z", "--no-ext-diff", "--no-textconv", commit]);
        let mut found: Vec<PathBuf> = records(&run(&mut command)?).map(path_of).filter(holds_rules).collect();
        found.retain(differs);
        found.extend(self.untracked(Path::new(""), true)?.into_iter().filter(holds_rules));
        Ok(found)
    }

    /// The commit that a revision names.
    pub(super) fn commit(&self, revision: &str) -> Result<String, CommandError> {
        let wrong = |message: String| CommandError::usage(message);
        if revision.is_empty() || revision.starts_with('-') {
            return Err(wrong(format!("`{revision}` is no git revision"))
                .help("name a branch, a tag or a commit, for example `origin/main`"));
        }
        if revision.contains("..") {
            return Err(wrong(format!("`{revision}` is a range of revisions"))
                .help("name the one revision to compare the working tree with, for example `origin/main`"));
        }
        let refs = self.references(revision).map_err(|said| wrong(format!("git cannot be asked: {said}")))?;
        if refs.len() > 1 {
            return Err(wrong(format!("`{revision}` names {} things: `{}`", refs.len(), refs.join("`, `")))
                .help("name one of them in full, or the commit"));
        }
        let is_hexadecimal = revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let (true, Some(first)) = (is_hexadecimal, refs.first()) {
            return Err(wrong(format!("`{revision}` may name a commit, and names `{first}`"))
                .help("name the reference or the commit in full"));
        }
        let wanted = format!("{revision}^{{commit}}");
        let named = self.command(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        match run_bounded(named, MAX_INPUT) {
            Ok(name) => Ok(String::from_utf8_lossy(&name).trim().to_owned()),
            Err(said) => {
                let shallow = run(&mut self.command(&["rev-parse", "--is-shallow-repository"]));
                let help = if shallow.is_ok_and(|said| said.starts_with(b"true")) {
                    "the clone is shallow: fetch that revision, too (`fetch-depth: 0`, or `git fetch origin REVISION`)"
                } else {
                    "it has to be a revision that this clone holds: `git fetch` brings those of others"
                };
                let said = if said.is_empty() { String::new() } else { format!(": {said}") };
                Err(wrong(format!("git knows no commit `{revision}`{said}")).help(help))
            }
        }
    }

    /// The references that a name could mean. Of two, git takes one without asking.
    fn references(&self, revision: &str) -> Result<Vec<String>, Refusal> {
        let name = revision.split(['~', '^', '@', ':']).next().unwrap_or(revision);
        let places = ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map(|place| format!("{place}{name}"));
        let mut command = self.command(&["for-each-ref", "--format=%(refname)"]);
        let said = run(command.args(&places))?;
        let said = String::from_utf8_lossy(&said).into_owned();
        Ok(said.lines().filter(|line| places.iter().any(|place| place == line)).map(str::to_owned).collect())
    }

    /// What differs between a commit and the working tree, under a folder: what git tracks and what it does not.
    pub(super) fn changed(&self, commit: &str, under: &Path) -> Result<Vec<Difference>, Refusal> {
        let mut command = self.command(&["diff-index", "--raw", "-z", "--no-abbrev", "--no-renames"]);
        command.args(["--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty", commit]);
        let said = run(limited(&mut command, under))?;
        let mut parts = records(&said);
        let (mut found, mut touched) = (Vec::new(), Vec::new());
        while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
            // `:100644 100644 NAME NAME M`
            let words: Vec<&[u8]> = head.strip_prefix(b":").unwrap_or(head).split(|byte| *byte == b' ').collect();
            let [_, mode, before, now, state] = words.as_slice() else {
                return Err("it answers in a form that is not known".to_owned());
            };
            if *state == b"D" {
                continue;
            }
            let name = |object: &[u8]| {
                object.iter().any(|byte| *byte != b'0').then(|| String::from_utf8_lossy(object).into_owned())
            };
            let difference = Difference { kind: Kind::of_mode(mode), before: name(before), path: path_of(path) };
            // Of a file that was only touched, git says that it may differ.
            if difference.kind == Kind::File && name(now).is_none() && difference.before.is_some() {
                touched.push(difference);
            } else {
                found.push(difference);
            }
        }
        let objects = self.objects_of(&touched).unwrap_or_default();
        for (n, difference) in touched.into_iter().enumerate() {
            if objects.get(n).is_none_or(|object| Some(object) != difference.before.as_ref()) {
                found.push(difference);
            }
        }
        for path in self.untracked(under, true)? {
            found.push(Difference { kind: Kind::File, before: None, path });
        }
        Ok(found)
    }

    /// The names that the contents of files have as they are, whatever filters say; nothing where one cannot be asked for.
    fn objects_of(&self, files: &[Difference]) -> Option<Vec<String>> {
        let mut list = Vec::new();
        for file in files {
            let name = file.path.as_os_str().as_encoded_bytes();
            if name.contains(&b'\n') || name.starts_with(b"\"") {
                return None;
            }
            list.extend_from_slice(name);
            list.push(b'\n');
        }
        let mut command = self.command(&["hash-object", "--no-filters", "--stdin-paths"]);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().ok()?;
        let mut stdin = child.stdin.take()?;
        let output = thread::scope(|scope| {
            // Git ends at the first file that has gone, and then nobody reads the rest.
            scope.spawn(move || stdin.write_all(&list));
            child.wait_with_output()
        });
        let said = output.ok().filter(|output| output.status.success())?.stdout;
        Some(String::from_utf8_lossy(&said).lines().map(str::to_owned).collect())
    }

    /// What stands at a path of a commit.
    pub(super) fn entry(&self, commit: &str, path: &Path) -> Result<Option<Entry>, Refusal> {
        let mut command = self.command(&["ls-tree", "-z", "--full-tree", commit, "--"]);
        let said = run(command.arg(path))?;
        Ok(records(&said).filter_map(listed).find(|entry| entry.path == path))
    }

    /// What a folder of a commit holds.
    pub(super) fn folder(&self, commit: &str, path: &Path) -> Result<Vec<Entry>, Refusal> {
        let mut command = self.command(&["ls-tree", "-z", "--full-tree", commit, "--"]);
        let said = run(command.arg(path.join("")))?;
        Ok(records(&said).filter_map(listed).collect())
    }

    /// The content of an object.
    pub(super) fn content(&self, object: &str) -> Result<Vec<u8>, Refusal> {
        run_bounded(self.command(&["cat-file", "blob", object]), MAX_INPUT)
    }

    /// A call of git on this repository and no other.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare_command();
        let names = self.filters.get_or_init(|| self.filters());
        let switched_off = names.iter().flat_map(|name| {
            ["clean", "smudge", "process", "required"].map(|key| (format!("filter.{name}.{key}"), ""))
        });
        let settings: Vec<(String, &str)> =
            SETTINGS.iter().map(|(key, value)| ((*key).to_owned(), *value)).chain(switched_off).collect();
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (n, (key, value)) in settings.into_iter().enumerate() {
            let value = if key.ends_with(".required") { "false" } else { value };
            command.env(format!("GIT_CONFIG_KEY_{n}"), key).env(format!("GIT_CONFIG_VALUE_{n}"), value);
        }
        command.args(arguments);
        command
    }

    fn bare_command(&self) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")) {
            command.env_remove(name);
        }
        command
            .current_dir(&self.root)
            .args(["--no-pager", "--literal-pathspecs", "--git-dir"])
            .arg(self.root.join(".git"))
            .arg("--work-tree")
            .arg(&self.root)
            .envs(SURROUNDINGS)
            .stdin(Stdio::null());
        command
    }

    /// The names of the filters that some configuration defines.
    fn filters(&self) -> Vec<String> {
        let mut command = self.bare_command();
        command.args(["config", "-z", "--name-only", "--get-regexp", r"^filter\..*\."]);
        // Without any, git ends as if it had failed.
        let said = run(&mut command).unwrap_or_default();
        let mut names: Vec<String> = records(&said)
            .filter_map(|key| {
                let key = String::from_utf8_lossy(key);
                let name = key.strip_prefix("filter.")?.rsplit_once('.')?.0;
                Some(name.to_owned())
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Settings under which git runs nothing that a repository names.
const SETTINGS: [(&str, &str); 6] = [
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.quotePath", "false"),
    ("core.untrackedCache", "false"),
    ("diff.external", ""),
    ("submodule.recurse", "false"),
];

/// Variables under which git fetches nothing, asks nobody, writes nothing, and takes no object for another.
const SURROUNDINGS: [(&str, &str); 6] = [
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
];

/// The command for one folder, counted from the repository's top; for all where it is the top.
fn limited<'c>(command: &'c mut Command, under: &Path) -> &'c mut Command {
    if under.as_os_str().is_empty() { command } else { command.arg("--").arg(under) }
}

fn run(command: &mut Command) -> Result<Vec<u8>, Refusal> {
    let output = command.output().map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err(said(&output.stderr)) }
}

/// [`run`], but of no more than so many bytes.
fn run_bounded(mut command: Command, most: u64) -> Result<Vec<u8>, Refusal> {
    let failed = |error: std::io::Error| format!("git cannot be run: {error}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let mut content = Vec::new();
    let read = match child.stdout.take() {
        Some(out) => out.take(most + 1).read_to_end(&mut content).map_err(failed),
        None => Ok(0),
    };
    let is_whole = u64::try_from(content.len()).is_ok_and(|length| length <= most);
    let ended = end(child, is_whole).map_err(failed)?;
    read?;
    match () {
        () if !is_whole => Err(format!("is larger than {} MiB", most / 1024 / 1024)),
        () if !ended => Err(String::new()),
        () => Ok(content),
    }
}

/// Waits for a child, or ends it; tells whether it did its work.
fn end(mut child: Child, is_whole: bool) -> std::io::Result<bool> {
    if !is_whole {
        child.kill()?;
    }
    child.wait().map(|status| status.success())
}

fn said(stderr: &[u8]) -> Refusal {
    let text = String::from_utf8_lossy(stderr);
    text.lines().next().unwrap_or("").trim_start_matches("fatal: ").to_owned()
}

/// Pieces of an answer that a zero byte ends.
fn records(said: &[u8]) -> impl Iterator<Item = &[u8]> {
    said.split(|byte| *byte == 0).filter(|record| !record.is_empty())
}

/// `MODE OBJECT STAGE<tab>PATH`
fn staged(record: &[u8]) -> Option<Entry> {
    let tab = memchr::memchr(b'\t', record)?;
    let (head, path) = (record.get(..tab)?, record.get(tab + 1..)?);
    let mut words = head.split(|byte| *byte == b' ');
    let kind = Kind::of_mode(words.next()?);
    Some(Entry { kind, object: String::from_utf8_lossy(words.next()?).into_owned(), path: path_of(path) })
}

/// `MODE TYPE OBJECT<tab>PATH`
fn listed(record: &[u8]) -> Option<Entry> {
    let tab = memchr::memchr(b'\t', record)?;
    let (head, path) = (record.get(..tab)?, record.get(tab + 1..)?);
    let mut words = head.split(|byte| *byte == b' ');
    let kind = Kind::of_mode(words.next()?);
    Some(Entry { kind, object: String::from_utf8_lossy(words.nth(1)?).into_owned(), path: path_of(path) })
}

/// A path without `.`, and with every `..` taken back, as if there were no links.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::ParentDir if out.has_root() => {}
            part => out.push(part),
        }
    }
    out
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
