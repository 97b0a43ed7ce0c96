//! One policy out of a file and the files it extends.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::finding::RuleInfo;
use crate::scope::closest;
use crate::source::{Place, Problem, Source, SourceId, Sources, Span};

use super::decode::File;
use super::fields::shown;
use super::files::{FileId, Files, Loaded, unknown_builtin};
use super::{App, Effect, Levels, Origin, Policy, Spanned, Waiver, builtin};

/// The policy to begin with.
#[derive(Clone, Debug)]
pub enum Top<'a> {
    /// A built-in policy, by its name without [`builtin::PREFIX`].
    Builtin(&'a str),
    /// A file.
    File {
        /// Its path, as messages show it; what it extends is found from its folder.
        path: &'a Path,
        /// Its text.
        text: String,
    },
}

/// Everything that is wrong with a policy and the files it extends: at least one problem, file by file in the order in
/// which they were read, and each file's from its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyErrors {
    /// The problems and the texts they are in.
    pub problems: Vec<(SourceId, Problem)>,
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [(_, problem)] => f.write_str(&problem.message),
            problems => write!(f, "the policy has {} errors", problems.len()),
        }
    }
}

impl std::error::Error for PolicyErrors {}

/// Reads a policy and the files it extends.
///
/// `read` gives the text of a file, or says in a few words why it cannot. `rules` are the rules that levels and waivers
/// may name. The texts go to `sources`, where tokens and secrets are blotted out.
///
/// # Errors
///
/// Everything that is wrong with the policy and with the files it extends, at once.
pub fn load(
    top: Top<'_>,
    read: &dyn Fn(&Path) -> Result<String, String>,
    rules: &[&'static RuleInfo],
    sources: &mut Sources,
) -> Result<Policy, PolicyErrors> {
    let (id, text) = match top {
        Top::File { path, text } => (FileId::of_path(path), text),
        Top::Builtin(name) => match builtin::find(name) {
            Some((name, text)) => (FileId::Builtin(name), text.to_owned()),
            None => return Err(no_such_builtin(name, sources)),
        },
    };
    let mut files = Files::new(read, rules, sources);
    files.add(id, &text);
    let policy = merge(&mut files);
    let mut problems = files.problems;
    problems.sort_by_key(|(source, problem)| (*source, problem.span));
    match policy {
        Some(policy) if problems.is_empty() => Ok(policy),
        _ => Err(PolicyErrors { problems }),
    }
}

fn no_such_builtin(name: &str, sources: &mut Sources) -> PolicyErrors {
    let written = format!("{}{name}", builtin::PREFIX);
    let span = Span::new(builtin::PREFIX.len(), written.len());
    let source = sources.add(Source::new("<argument>", written));
    let (message, help) = unknown_builtin(name);
    PolicyErrors { problems: vec![(source, Problem::new(span, message).help(help))] }
}

/// Puts the files together. Nothing only when there is no file.
fn merge(files: &mut Files<'_>) -> Option<Policy> {
    let (distances, digest) = (files.distances(), files.digest());
    let mut loaded: Vec<(usize, Loaded)> = distances.into_iter().zip(std::mem::take(&mut files.loaded)).collect();
    let top = loaded.first_mut().map(|(_, top)| top)?;
    let mut policy = Policy {
        origin: Origin { label: top.id.label(), source: top.source, digest },
        default: top.file.default.unwrap_or(Effect::Deny),
        default_place: None,
        allow: Vec::new(),
        deny: Vec::new(),
        levels: Levels::new(),
        apps: Vec::new(),
        waivers: Vec::new(),
        tests: Vec::new(),
        catalog: top.file.catalog.take().map(|path| Spanned { value: top.id.join(&path.value), place: path.place }),
        data: Vec::new(),
    };
    let mut names: Vec<Spanned<String>> = Vec::new();
    for test in std::mem::take(&mut top.file.tests) {
        names.extend(test.app);
        policy.tests.push(test.item);
    }
    // A stable order in which what comes first wins: the nearer file, and of equally near ones the later.
    let mut order: Vec<(usize, usize, File)> =
        loaded.into_iter().enumerate().map(|(index, (distance, loaded))| (distance, index, loaded.file)).collect();
    order.sort_by_key(|(distance, index, _)| (*distance, Reverse(*index)));
    for (_, _, file) in order {
        policy.allow.extend(file.allow);
        policy.deny.extend(file.deny);
        policy.data.extend(file.data);
        for (rule, setting) in file.levels {
            policy.levels.entry(rule).or_insert(setting);
        }
        policy.apps.extend(file.apps);
        for waiver in file.waivers {
            names.extend(waiver.app);
            policy.waivers.push(waiver.item);
        }
    }
    report_twins(files, "app", policy.apps.iter().map(|app: &App| (app.name.as_str(), app.place)));
    report_twins(files, "waiver", policy.waivers.iter().map(|waiver: &Waiver| (waiver.id.as_str(), waiver.place)));
    if files.complete {
        report_unknown_apps(files, &policy.apps, &names);
    }
    Some(policy)
}

/// Names that two things share are told at the nearer of the two.
fn report_twins<'n>(files: &mut Files<'_>, what: &str, names: impl Iterator<Item = (&'n str, Place)>) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for (name, place) in names {
        let Some(first) = seen.get(name) else {
            seen.insert(name, place);
            continue;
        };
        let source = files.sources.get(place.source);
        let other = format!("{}:{}", shown(source.name()), source.position(place.span.start).line);
        let message = format!("there are two {what}s `{}`: here and at `{other}`", shown(name));
        files.report(*first, message, "give one of them another name, or remove one");
    }
}

fn report_unknown_apps(files: &mut Files<'_>, apps: &[App], names: &[Spanned<String>]) {
    for name in names.iter().filter(|name| apps.iter().all(|app| app.name != name.value)) {
        let message = format!("there is no app `{}`", shown(&name.value));
        let help = match closest(&name.value, apps.iter().map(|app| app.name.as_str())) {
            Some(near) => format!("did you mean `{}`?", shown(near)),
            None => "describe it under `apps`".to_owned(),
        };
        files.report(name.place, message, help);
    }
}
