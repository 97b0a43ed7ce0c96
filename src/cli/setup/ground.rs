//! Where the files lie by which a run judges: on disk, or in a revision of the repository that a change may not alter;
//! and how far a policy may reach.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::cli::error::CommandError;
use crate::cli::files::{self, Unreadable};
use crate::cli::git::{Kind, Repository, plain};
use crate::finding::WaiverKind;
use crate::governance::accepted_by_change;
use crate::report::{Notice, Report};
use crate::rules::PolicyChange;

/// Where the files are read by which a run judges.
pub(in crate::cli) struct Ground {
    /// Where files of the repository are read from; without it, from disk.
    base: Option<Base>,
    /// What a policy may name wherever it lies, links resolved.
    allowed: Vec<PathBuf>,
    /// The folders and files outside which nothing is read from disk, links resolved; without them, everything may be.
    within: Option<Vec<PathBuf>>,
    /// Texts that take the place of what files hold, by absolute path.
    open: Arc<BTreeMap<PathBuf, String>>,
}

/// A revision of the repository.
struct Base {
    repository: Repository,
    /// The commit's name.
    commit: String,
    /// The revision as it was named.
    revision: String,
    /// What was read of it, by path from the repository's top.
    read: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
    /// What is in the working tree and would be judged by, were it in the revision; each with what it would be.
    added: RefCell<BTreeMap<PathBuf, &'static str>>,
}

/// The folders below which the files stay that a policy names.
#[derive(Debug, Default)]
pub(super) struct Roots(Vec<PathBuf>);

impl Roots {
    /// The folder of a policy, and the repository that it is in.
    pub(super) fn of(folder: &Path) -> Self {
        let repository = Repository::around(folder).map(|found| found.root().to_owned());
        Self([folder.to_owned()].into_iter().chain(repository).collect())
    }

    /// Whether a path, links resolved, lies below one of them.
    fn hold(&self, path: &Path) -> bool {
        self.0.iter().any(|root| path.starts_with(root))
    }
}

impl Ground {
    /// The disk.
    pub(super) fn disk() -> Self {
        Self { base: None, allowed: Vec::new(), within: None, open: Arc::default() }
    }

    /// A revision of the repository around the working folder, where one is named; else the disk.
    pub(in crate::cli) fn new(revision: Option<&str>, allowed: &[PathBuf]) -> Result<Self, CommandError> {
        let mut links_resolved = Vec::new();
        for path in allowed {
            links_resolved.push(path.canonicalize().map_err(|error| CommandError::unreadable(path, &error))?);
        }
        let base = revision.map(Base::new).transpose()?;
        Ok(Self { base, allowed: links_resolved, within: None, open: Arc::default() })
    }

    /// The same, which reads nothing from disk but what lies in these folders.
    pub(super) fn within(self, folders: Option<Vec<PathBuf>>) -> Self {
        Self { within: folders, ..self }
    }

    /// The same, with texts in the place of what files hold.
    pub(super) fn with_open(self, open: Arc<BTreeMap<PathBuf, String>>) -> Self {
        Self { open, ..self }
    }

    /// The text that takes the place of what a file holds.
    fn open_text(&self, path: &Path) -> Option<&String> {
        if self.open.is_empty() {
            return None;
        }
        self.open.get(&plain(&std::path::absolute(path).ok()?))
    }

    /// Whether a path may be read from disk. What is not there is where its name says.
    pub(super) fn reaches(&self, path: &Path) -> bool {
        let Some(folders) = &self.within else { return true };
        let target = path.canonicalize().or_else(|_| std::path::absolute(path).map(|path| plain(&path)));
        target.is_ok_and(|target| folders.iter().any(|folder| target.starts_with(folder)))
    }

    /// The text of a file that somebody named.
    pub(in crate::cli) fn read(&self, path: &Path) -> Result<String, Unreadable> {
        match self.in_base(path) {
            Some((base, inside)) => base.text(&inside),
            None if !self.reaches(path) => Err(Unreadable::Other("lies outside the roots".to_owned())),
            None => self.open_text(path).map_or_else(|| files::read_file(path), |text| Ok(text.clone())),
        }
    }

    /// The text of a file that a policy names, or why it is not read.
    pub(super) fn read_within(&self, path: &Path, roots: &Roots) -> Result<String, String> {
        if self.in_base(path).is_none() {
            self.confine(path, roots)?;
        }
        self.read(path).map_err(|error| error.message())
    }

    /// Says no to what lies outside.
    fn confine(&self, path: &Path, roots: &Roots) -> Result<(), String> {
        // What is not there is told as such.
        let Ok(target) = path.canonicalize() else { return Ok(()) };
        if roots.hold(&target) || self.allowed.iter().any(|allowed| target.starts_with(allowed)) {
            return Ok(());
        }
        Err("it lies outside the policy's folder and its repository; `--allow-path` permits it".to_owned())
    }

    /// The files with these endings that a folder holds, in the order of their names; nothing where it is no folder.
    pub(in crate::cli) fn files_in(&self, path: &Path, endings: &[&str]) -> Result<Option<Vec<PathBuf>>, String> {
        let wanted = |path: &Path| path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known));
        let on_disk = || -> io::Result<Vec<PathBuf>> {
            let mut found = Vec::new();
            for entry in fs::read_dir(path)? {
                let file = entry?.path();
                if wanted(&file) {
                    found.push(file);
                }
            }
            found.sort();
            Ok(found)
        };
        let Some((base, inside)) = self.in_base(path) else {
            if !self.reaches(path) {
                return Err("lies outside the roots".to_owned());
            }
            return if path.is_dir() { on_disk().map(Some).map_err(|error| error.to_string()) } else { Ok(None) };
        };
        let is_folder = inside.as_os_str().is_empty()
            || base.repository.entry(&base.commit, &inside)?.is_some_and(|entry| entry.kind == Kind::Folder);
        if !is_folder {
            return Ok(None);
        }
        let entries = base.repository.folder(&base.commit, &inside)?;
        let names = entries.into_iter().filter(|entry| entry.kind != Kind::Folder && wanted(&entry.path));
        let files: Vec<PathBuf> = names.filter_map(|entry| Some(path.join(entry.path.file_name()?))).collect();
        for file in on_disk().unwrap_or_default().into_iter().filter(|file| !files.contains(file)) {
            base.adds(&inside.join(file.file_name().unwrap_or_default()), "a catalog file");
        }
        Ok(Some(files))
    }

    /// A policy's path as the place where it truly lies: links of folders would lead its own paths astray. A path without
    /// links stays as it was given.
    pub(super) fn true_path(&self, path: &Path) -> PathBuf {
        let named = std::path::absolute(path).map(|path| plain(&path));
        match (path.canonicalize(), named) {
            (Ok(target), Ok(named)) if target != named && self.in_base(path).is_none() => {
                let here = std::env::current_dir().unwrap_or_default();
                target.strip_prefix(here).map(Path::to_owned).unwrap_or(target)
            }
            _ => path.to_owned(),
        }
    }

    /// The folder of a file, links resolved.
    pub(super) fn folder_of(&self, path: &Path) -> PathBuf {
        if let Some((base, inside)) = self.in_base(path) {
            let folder = inside.parent().unwrap_or(Path::new(""));
            return if folder.as_os_str().is_empty() {
                base.repository.root().to_owned()
            } else {
                base.repository.root().join(folder)
            };
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
    }

    /// What the change does to the files by which the run judges, file by file.
    pub(super) fn touched(&self) -> Vec<Notice> {
        self.base.as_ref().map(Base::touched).unwrap_or_default()
    }

    /// Which accepted findings a comment accepts that the revision lacks: whoever makes the change wrote it.
    pub(in crate::cli) fn new_comments(&self, report: &Report, catalog: &Catalog) -> Vec<PolicyChange> {
        let Some(base) = &self.base else { return Vec::new() };
        let mut changes = Vec::new();
        let mut left: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for waived in report.waived.iter().filter(|waived| waived.kind == WaiverKind::Inline) {
            let finding = &waived.finding;
            let name = report.sources.get(finding.place.source).name();
            let before = left.entry((name, &waived.reason)).or_insert_with(|| {
                let text = base.repository.inside(Path::new(name)).and_then(|inside| base.glance(&inside));
                text.map_or(0, |text| text.matches(&*waived.reason).count())
            });
            if *before > 0 {
                *before -= 1;
                continue;
            }
            let of = finding.scope.as_deref().map_or_else(String::new, |scope| format!(" of `{scope}`"));
            let message =
                format!("the change adds a comment that accepts `{}`{of}: {}", finding.rule.name, waived.reason);
            let about = (finding.app.as_deref(), finding.scope.as_deref());
            changes.push(accepted_by_change(catalog, message, about, finding.severity, finding.place));
        }
        changes
    }

    /// The text of a file on disk, beside that by which the run judges where they are not the same.
    pub(in crate::cli) fn of_change(&self, path: &Path, text: &str) -> Option<String> {
        self.base.as_ref()?;
        files::read_file(path).ok().filter(|now| now != text)
    }

    /// What kind of thing a path is in the revision, where it lies in the repository; the outer nothing where it does not.
    pub(super) fn kind_in_base(&self, path: &Path) -> Option<Result<Option<Kind>, CommandError>> {
        let (base, inside) = self.in_base(path)?;
        let entry = base.repository.entry(&base.commit, &inside);
        Some(entry.map(|entry| entry.map(|entry| entry.kind)).map_err(|said| base.refused(&said)))
    }

    /// Takes note that the working tree has something at a path that the revision lacks.
    pub(super) fn adds(&self, path: &Path, what: &'static str) {
        if let Some((base, inside)) = self.in_base(path) {
            base.adds(&inside, what);
        }
    }

    /// The revision as it was named.
    pub(super) fn revision(&self) -> Option<&str> {
        self.base.as_ref().map(|base| base.revision.as_str())
    }

    fn in_base(&self, path: &Path) -> Option<(&Base, PathBuf)> {
        let base = self.base.as_ref()?;
        base.repository.inside(path).map(|inside| (base, inside))
    }
}

impl Base {
    fn new(revision: &str) -> Result<Self, CommandError> {
        let Some(repository) = Repository::around(Path::new(".")) else {
            return Err(CommandError::usage("the working folder is in no git repository")
                .help("--policy-from reads from the history of one: run in it, or name a --policy"));
        };
        let commit = repository.commit(revision)?;
        let revision = revision.to_owned();
        Ok(Self { repository, commit, revision, read: RefCell::default(), added: RefCell::default() })
    }

    fn refused(&self, said: &str) -> CommandError {
        CommandError::usage(format!("git does not tell what stands at `{}`: {said}", self.revision))
    }

    fn text(&self, inside: &Path) -> Result<String, Unreadable> {
        let told = |message: String| Unreadable::Other(message);
        let at = &self.revision;
        let entry = self.repository.entry(&self.commit, inside).map_err(told)?;
        let Some(entry) = entry else {
            if self.repository.root().join(inside).symlink_metadata().is_ok() {
                self.adds(inside, "a file to judge by");
            }
            return Err(told(format!("does not exist at `{at}`")));
        };
        if entry.kind != Kind::File {
            let kind = match entry.kind {
                Kind::Folder => "a folder",
                Kind::Link => "a link",
                Kind::Submodule | Kind::File => "a submodule",
            };
            return Err(told(format!("is no file at `{at}`, but {kind}")));
        }
        let bytes = self.repository.content(&entry.object).map_err(told)?;
        self.read.borrow_mut().insert(inside.to_owned(), bytes.clone());
        String::from_utf8(bytes).map_err(|error| Unreadable::NotUtf8(error.utf8_error().valid_up_to()))
    }

    /// The text of a file that is not judged by.
    fn glance(&self, inside: &Path) -> Option<String> {
        let entry = self.repository.entry(&self.commit, inside).ok()??;
        let bytes = (entry.kind == Kind::File).then(|| self.repository.content(&entry.object).ok())??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn adds(&self, inside: &Path, what: &'static str) {
        self.added.borrow_mut().insert(inside.to_owned(), what);
    }

    /// A path of the repository as reports show it.
    fn shown(&self, inside: &Path) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        let whole = self.repository.root().join(inside);
        whole.strip_prefix(&here).unwrap_or(&whole).to_string_lossy().into_owned()
    }

    fn touched(&self) -> Vec<Notice> {
        let at = &self.revision;
        let shown = |inside: &Path| self.shown(inside);
        let mut notices = Vec::new();
        for (inside, before) in self.read.borrow().iter() {
            let whole = self.repository.root().join(inside);
            let is_file = whole.symlink_metadata().is_ok_and(|found| found.is_file());
            let now = if is_file { fs::read(&whole).ok() } else { None };
            let what = match now {
                Some(now) if now == *before => continue,
                Some(_) => "alters",
                None => "takes away",
            };
            let message = format!("the change {what} a file by which it is judged: what stands at `{at}` counts");
            notices.push(Notice::new("policy-changed", message).at(&shown(inside)).help("have its owner review it"));
        }
        for (inside, what) in self.added.borrow().iter() {
            let message = format!("the change adds {what}: it does not count, since `{at}` has none");
            notices.push(Notice::new("policy-changed", message).at(&shown(inside)).help("have its owner review it"));
        }
        notices
    }
}
