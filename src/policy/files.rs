//! Reading a policy file and the files it extends, each once, with cycles and missing files told at their place.

use std::path::{Component, Path, PathBuf};

use crate::finding::RuleInfo;
use crate::text::digest::Digest;
use crate::text::{Place, Problem, Source, SourceId, Sources, Span};
use crate::yaml;

use super::decode::{File, POLICY_KEYS, decode};
use super::fields::{did_you_mean, shown};
use super::{Spanned, builtin, secrets};
use crate::secret;

/// How many steps a chain of `extends` may have.
const MAX_DEPTH: usize = 8;

/// What tells one policy file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileId {
    Builtin(&'static str),
    /// A path without `.` and, as far as possible, without `..`.
    Path(PathBuf),
}

impl FileId {
    pub(super) fn of_path(path: &Path) -> Self {
        Self::Path(tidy(path))
    }

    /// What messages show.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Builtin(name) => format!("{}{name}", builtin::PREFIX),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// A path that this file writes, seen from where the file's own path is.
    pub(super) fn join(&self, path: &str) -> PathBuf {
        match self {
            Self::Builtin(_) => PathBuf::from(path),
            Self::Path(own) => tidy(&own.parent().unwrap_or(Path::new("")).join(path)),
        }
    }
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) id: FileId,
    pub(super) source: SourceId,
    pub(super) file: File,
    /// Indices of the files it extends.
    extends: Vec<usize>,
}

/// The top file and everything that it extends.
pub(super) struct Files<'a> {
    read: &'a dyn Fn(&Path) -> Result<String, String>,
    rules: &'a [&'static RuleInfo],
    pub(super) sources: &'a mut Sources,
    /// In the order in which they were read: the top file first.
    pub(super) loaded: Vec<Loaded>,
    /// Indices of the files that are being extended, the top file first.
    chain: Vec<usize>,
    digest: Digest,
    pub(super) problems: Vec<(SourceId, Problem)>,
    /// Whether every file could be read as YAML; else names that seem unknown may only be unread.
    pub(super) complete: bool,
}

impl<'a> Files<'a> {
    pub(super) fn new(
        read: &'a dyn Fn(&Path) -> Result<String, String>,
        rules: &'a [&'static RuleInfo],
        sources: &'a mut Sources,
    ) -> Self {
        let (loaded, chain, problems) = (Vec::new(), Vec::new(), Vec::new());
        Self { read, rules, sources, loaded, chain, digest: Digest::default(), problems, complete: true }
    }

    /// Lower-case hexadecimal SHA-256 over all texts, in the order in which they were read.
    pub(super) fn digest(&self) -> String {
        self.digest.hex()
    }

    /// Reads a file and what it extends; returns its index.
    pub(super) fn add(&mut self, id: FileId, text: &str) -> usize {
        self.digest.add(text);
        let (source, file) = self.decode(&id, text);
        let index = self.loaded.len();
        self.loaded.push(Loaded { id, source, file, extends: Vec::new() });
        self.chain.push(index);
        for named in self.loaded[index].file.extends.clone() {
            if let Some(extended) = self.extend(index, &named) {
                self.loaded[index].extends.push(extended);
            }
        }
        self.chain.pop();
        index
    }

    /// How many steps each file is away from the top file, by the shortest way.
    pub(super) fn distances(&self) -> Vec<usize> {
        let mut distances = vec![usize::MAX; self.loaded.len()];
        let mut level: Vec<usize> = (0..self.loaded.len().min(1)).collect();
        let mut distance = 0;
        while !level.is_empty() {
            level.retain(|&index| distances[index] > distance);
            level.sort_unstable();
            level.dedup();
            for &index in &level {
                distances[index] = distance;
            }
            level = level.iter().flat_map(|&index| self.loaded[index].extends.iter().copied()).collect();
            distance += 1;
        }
        distances
    }

    pub(super) fn report(&mut self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push((place.source, Problem::new(place.span, message).help(help)));
    }

    fn decode(&mut self, id: &FileId, text: &str) -> (SourceId, File) {
        let mut found = secret::sure(text);
        let blotted = secret::blot(text, &found, &[], secret::PLAIN);
        let tree = yaml::parse(&blotted);
        let bare = tree.as_ref().map(secrets::among_clients).unwrap_or_default();
        let source = self.sources.add(Source::new(id.label(), secret::blot(&blotted, &bare, &[], secret::PLAIN)));
        found.extend(bare);
        let (file, problems) = match tree {
            Ok(node) => decode(source, &blotted, &node, self.rules),
            Err(problems) => {
                self.complete = false;
                (File::default(), problems)
            }
        };
        if !problems.is_empty() && matches!(id, FileId::Path(_)) && !yaml::is_made_of(text, POLICY_KEYS) {
            // Somebody may have named it to read it here.
            self.complete = false;
            self.sources.replace(source, Source::new(id.label(), ""));
            let problem = Problem::new(Span::default(), "this is no policy: it holds none of the keys of one, or few");
            let help = "a policy begins with `version: 1`; of other files nothing is shown";
            self.problems.push((source, problem.help(help)));
            return (source, File::default());
        }
        let overlaps = |problem: &Problem| found.iter().any(|span| overlap(*span, problem.span));
        let mut all: Vec<Problem> = problems.into_iter().filter(|problem| !overlaps(problem)).collect();
        all.extend(found.iter().map(|span| secrets::problem(*span)));
        self.problems.extend(all.into_iter().map(|problem| (source, problem)));
        (source, file)
    }

    /// The index of a file that another one extends, read unless it was before.
    fn extend(&mut self, from: usize, named: &Spanned<String>) -> Option<usize> {
        let (id, text) = self.locate(from, named)?;
        if let Some(known) = self.loaded.iter().position(|file| file.id == id) {
            if let Some(start) = self.chain.iter().position(|&index| index == known) {
                let circle = self.chain[start..].iter().chain([&known]);
                let circle: Vec<String> =
                    circle.map(|&index| format!("`{}`", shown(&self.loaded[index].id.label()))).collect();
                let message = format!("`{}` extends itself", shown(&id.label()));
                self.report(named.place, message, format!("the circle is {}", circle.join(" → ")));
                return None;
            }
            return Some(known);
        }
        if self.chain.len() > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} policies extend one another in a row");
            self.report(named.place, message, "let one file extend several instead");
            self.complete = false;
            return None;
        }
        let text = match text {
            Some(text) => text.to_owned(),
            None => self.read(&id, named)?,
        };
        Some(self.add(id, &text))
    }

    /// Which file an entry of `extends` means, and its text when it is a built-in one.
    fn locate(&mut self, from: usize, named: &Spanned<String>) -> Option<(FileId, Option<&'static str>)> {
        let (written, own) = (named.value.as_str(), &self.loaded[from].id);
        let refusal = if let Some(name) = written.strip_prefix(builtin::PREFIX) {
            match builtin::find(name) {
                Some((name, text)) => return Some((FileId::Builtin(name), Some(text))),
                None => unknown_builtin(name),
            }
        } else if written.contains("://") {
            (format!("`{}` is an address", shown(written)), "policies are read from files only".to_owned())
        } else if Path::new(written).is_absolute() {
            let message = format!("`{}` is an absolute path", shown(written));
            (message, "write it relative to the folder of this file".to_owned())
        } else if matches!(own, FileId::Builtin(_)) {
            (format!("`{}` is not built in", shown(written)), "a built-in policy extends built-in ones only".to_owned())
        } else {
            return Some((FileId::Path(own.join(written)), None));
        };
        self.complete = false;
        self.report(named.place, refusal.0, refusal.1);
        None
    }

    fn read(&mut self, id: &FileId, named: &Spanned<String>) -> Option<String> {
        let FileId::Path(path) = id else { return None };
        match (self.read)(path) {
            Ok(text) => Some(text),
            Err(error) => {
                self.complete = false;
                let message = format!("cannot read `{}`: {}", shown(&id.label()), shown(&error));
                self.report(named.place, message, "paths begin at the folder of the file that names them");
                None
            }
        }
    }
}

/// Whether a text is that of a policy rather than of another file with keys, such as a lock.
#[must_use]
pub fn is_policy(text: &str) -> bool {
    let Ok(yaml::Node { value: yaml::Value::Mapping(entries), .. }) = yaml::parse(text) else { return false };
    let has = |key: &str| entries.iter().any(|entry| entry.key == key);
    has("version") && !has("grants") && !has("unknown") && yaml::is_made_of(text, POLICY_KEYS)
}

/// Message and help for a built-in policy that does not exist.
pub(super) fn unknown_builtin(name: &str) -> (String, String) {
    let names: Vec<&str> = builtin::names().collect();
    let help = did_you_mean(name, &names, "the built-in policies are");
    (format!("there is no built-in policy `{}`", shown(name)), help)
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// The path without `.`, and with every `..` that follows a name resolved.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
