//! Policy and catalog of a run: found, read, checked.

mod discover;
mod ground;
mod overlays;

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::environment;
use super::error::CommandError;
use super::files::Unreadable;
use crate::catalog::Catalog;
use crate::finding::Severity;
use crate::governance;
use crate::judge::{self, Side};
use crate::policy::{self, Policy};
use crate::report::Notice;
use crate::rules::{self, PolicyChange};
use crate::text::{Problem, SourceId, Sources};
pub(super) use ground::Ground;
use ground::Roots;
pub(super) use overlays::{catalog, catalog_files, overlay};

/// Options that say by what to judge; the same for every command that judges.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Basis {
    /// Policy file, or builtin:NAME. Without it: zscope.yaml or .zscope.yaml here or above, else builtin:least-privilege
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<String>,

    /// Judge by the policy, what it extends, the catalog files and the baseline as they stand at this git revision: that
    /// of the base branch, where a change is judged that may alter them
    #[arg(long, value_name = "REV")]
    pub(super) policy_from: Option<String>,

    /// Application of the policy that the scopes are for
    #[arg(long, value_name = "NAME")]
    pub(super) app: Option<String>,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    pub(super) catalog: Vec<PathBuf>,

    /// Catalog file or folder that may state otherwise than the embedded catalog does, not only add to it
    #[arg(long, value_name = "PATH")]
    pub(super) trust_catalog: Vec<PathBuf>,

    /// File or folder that the policy may name although it lies outside the policy's folder and its repository
    #[arg(long, value_name = "PATH")]
    pub(super) allow_path: Vec<PathBuf>,

    /// Judge as of this day (YYYY-MM-DD) instead of today: waivers expire
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(super) as_of: Option<Date>,

    /// The folders and files outside which nothing is read, where others than the caller say what is judged.
    #[arg(skip)]
    pub(super) within: Option<Vec<PathBuf>>,

    /// Texts that take the place of what files hold, by absolute path.
    #[arg(skip)]
    pub(super) open: Arc<BTreeMap<PathBuf, String>>,
}

pub(super) fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD, for example 2026-11-23".to_owned())
}

/// The day that it is, by UTC.
pub(super) fn today() -> Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
}

/// What a run judges by.
pub(super) struct Ready {
    pub(super) policy: Policy,
    /// Never taken apart: the program ends with it.
    pub(super) catalog: ManuallyDrop<Catalog>,
    pub(super) as_of: Date,
    pub(super) sources: Sources,
    /// Where the files are read by which the run judges.
    pub(super) ground: Ground,
    /// The folder of the policy's file, links resolved: the `paths` of its apps begin there. None for a built-in policy.
    pub(super) folder: Option<PathBuf>,
    /// What the reader has to know of policy and catalog.
    notices: Vec<Notice>,
}

impl Ready {
    /// What the reader of a report has to know of what was judged by, once all of it has been read.
    pub(super) fn notices(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        notices.extend(self.ground.touched());
        notices
    }
}

impl Basis {
    /// The options that name policy and catalog, as they were given.
    pub(super) fn options(&self) -> Vec<String> {
        let named = |option: &'static str, value: String| [option.to_owned(), value];
        let policy = self.policy.iter().flat_map(|policy| named("--policy", policy.clone()));
        let revision = self.policy_from.iter().flat_map(|revision| named("--policy-from", revision.clone()));
        let paths = [
            ("--catalog", &self.catalog),
            ("--trust-catalog", &self.trust_catalog),
            ("--allow-path", &self.allow_path),
        ];
        let paths = paths.into_iter().flat_map(|(option, paths)| {
            paths.iter().flat_map(move |path| named(option, path.to_string_lossy().into()))
        });
        policy.chain(revision).chain(paths).collect()
    }

    /// The same options, with paths that mean the same wherever the program stands.
    pub(super) fn anchored(&self) -> Self {
        let whole = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let all = |paths: &[PathBuf]| paths.iter().map(whole).collect();
        let policy = self.policy.as_ref().map(|policy| match policy.starts_with(policy::builtin::PREFIX) {
            true => policy.clone(),
            false => whole(&PathBuf::from(policy)).to_string_lossy().into_owned(),
        });
        Self {
            policy,
            catalog: all(&self.catalog),
            trust_catalog: all(&self.trust_catalog),
            allow_path: all(&self.allow_path),
            ..self.clone()
        }
    }

    /// Reads policy and catalog.
    pub(super) fn prepare(&self) -> Result<Ready, CommandError> {
        let ground = Ground::new(self.policy_from.as_deref(), &self.allow_path)?.within(self.within.clone());
        let ground = ground.with_open(self.open.clone());
        let mut sources = Sources::default();
        let mut notices = Vec::new();
        let Loaded { policy, folder, roots } = match self.policy(&ground, &mut sources, &mut notices) {
            Ok(loaded) => loaded,
            Err(Failed::Problems(problems)) => return Err(CommandError::problems(sources, problems)),
            Err(Failed::Other(error)) => return Err(error),
        };
        if let Some(app) = &self.app
            && policy.app(app).is_none()
        {
            let error = CommandError::usage(format!("the policy {} has no app `{app}`", policy.origin.label));
            let names: Vec<&str> = policy.apps.iter().map(|app| app.name.as_str()).collect();
            return Err(match policy.suggest_app(app) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None if names.is_empty() => error.help("it names no apps: add one under `apps:`, or leave --app out"),
                None => error.help(format!("its apps: {}", names.join(", "))),
            });
        }
        let mut catalog = Catalog::embedded();
        let mut overlays = overlays::Overlays { ground: &ground, trusted: &self.trust_catalog, notices: &mut notices };
        if let Some(path) = &policy.catalog {
            overlays.lay(&mut catalog, &path.value, Some(&roots))?;
        }
        for path in &self.catalog {
            overlays.lay(&mut catalog, path, None)?;
        }
        let problems = judge::denials_of_nothing(&catalog, &policy);
        if !problems.is_empty() {
            return Err(CommandError::problems(sources, problems));
        }
        let as_of = self.as_of.unwrap_or_else(today);
        notices.extend(environment::told(self.policy.as_deref()));
        notices.extend(aged(catalog.date(), as_of));
        Ok(Ready { policy, catalog: ManuallyDrop::new(catalog), as_of, sources, ground, folder, notices })
    }

    /// What the change that is judged does to the policy by which it is: nothing where none is read from a revision. Where
    /// the policy of the change cannot be read, that is all there is to tell.
    pub(super) fn changes(&self, ready: &mut Ready) -> Vec<PolicyChange> {
        if self.policy_from.is_none() {
            return Vec::new();
        }
        let own = Self {
            policy: self.policy.clone(),
            catalog: self.catalog.clone(),
            trust_catalog: self.trust_catalog.clone(),
            allow_path: self.allow_path.clone(),
            as_of: Some(ready.as_of),
            ..Self::default()
        };
        let changed = match own.prepare() {
            Ok(changed) => changed,
            Err(error) => {
                let message = format!("the change leaves a policy that cannot be read: {error}");
                let place = ready.policy.start();
                let (app, scope, details, severity) = (None, None, Vec::new(), Severity::Error);
                return vec![PolicyChange { app, is_looser: true, message, scope, details, severity, place }];
            }
        };
        let is_one = changed.catalog.digest() == ready.catalog.digest();
        let catalog: &Catalog = if is_one { &ready.catalog } else { &changed.catalog };
        let old = Side::new(&ready.catalog, &ready.policy, ready.as_of);
        let new = Side::new(catalog, &changed.policy, ready.as_of);
        let mut changes = governance::policy_changes(&old, &new, &rules::infos());
        // The texts of the change's policy join those of the run, where something points into them.
        let mut moved: BTreeMap<SourceId, SourceId> = BTreeMap::new();
        for change in &mut changes {
            let source = changed.sources.get(change.place.source);
            let id = *moved.entry(change.place.source).or_insert_with(|| ready.sources.add(source.clone()));
            change.place.source = id;
        }
        changes
    }

    fn policy(&self, ground: &Ground, sources: &mut Sources, notices: &mut Vec<Notice>) -> Result<Loaded, Failed> {
        let named = self.policy.as_deref();
        let rules = rules::infos();
        let builtin = named.and_then(|name| name.strip_prefix(policy::builtin::PREFIX));
        let file = match (builtin, named) {
            (Some(_), _) => None,
            (None, Some(path)) => Some(PathBuf::from(path)),
            (None, None) => discover::policy(ground, notices).map_err(Failed::Other)?,
        };
        let Some(path) = file else {
            let top = policy::Top::Builtin(builtin.unwrap_or(policy::builtin::DEFAULT));
            let read = |_: &Path| Err("built-in policies read no files".to_owned());
            let policy =
                policy::load(top, &read, &rules, sources).map_err(|errors| Failed::Problems(errors.problems))?;
            return Ok(Loaded { policy, folder: None, roots: Roots::default() });
        };
        let text = ground.read(&path).map_err(|error| Failed::Other(unreadable_policy(&path, &error)))?;
        let path = ground.true_path(&path);
        let folder = ground.folder_of(&path);
        let roots = Roots::of(&folder);
        let read = |path: &Path| ground.read_within(path, &roots);
        let policy = policy::load(policy::Top::File { path: &path, text }, &read, &rules, sources)
            .map_err(|errors| Failed::Problems(errors.problems))?;
        Ok(Loaded { policy, folder: Some(folder), roots })
    }
}

/// What a reader has to know of a catalog that was read more than a year before the day for which is judged.
fn aged(read: &str, as_of: Date) -> Option<Notice> {
    let last: Date = match read.len() {
        7 => format!("{read}-01").parse::<Date>().ok()?.last_of_month(),
        _ => read.parse().ok()?,
    };
    let year_after = last.checked_add(1.year()).ok()?;
    (as_of > year_after).then(|| {
        Notice::new("old-catalog", format!("the catalog is of {read}: what Zoho changed since then is not known"))
            .help("take a newer zscope, or lay what changed over it: `--catalog PATH`")
    })
}

/// A policy, and where it lies.
struct Loaded {
    policy: Policy,
    folder: Option<PathBuf>,
    roots: Roots,
}

enum Failed {
    Problems(Vec<(SourceId, Problem)>),
    Other(CommandError),
}

fn unreadable_policy(path: &Path, error: &Unreadable) -> CommandError {
    let packs: Vec<String> =
        policy::builtin::names().map(|name| format!("{}{name}", policy::builtin::PREFIX)).collect();
    CommandError::usage(format!("the policy `{}` {}", path.display(), told(error)))
        .help(format!("name a policy file, or one of {}", packs.join(", ")))
}

fn told(error: &Unreadable) -> String {
    match error.message() {
        message if message == "no such file" => "does not exist".to_owned(),
        message => message,
    }
}
