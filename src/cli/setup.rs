//! Policy and catalog of a run: found, read, checked.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::error::CommandError;
use super::files;
use crate::catalog::{self, Catalog};
use crate::judge;
use crate::policy::{self, Policy};
use crate::rules;
use crate::text::{Source, Sources};

/// Options that say by what to judge; the same for every command that judges.
#[derive(Debug, clap::Args)]
pub(super) struct Basis {
    /// Policy file, or builtin:NAME. Without it: zscope.yaml or .zscope.yaml here or above, else builtin:least-privilege
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<String>,

    /// Application of the policy that the scopes are for
    #[arg(long, value_name = "NAME")]
    pub(super) app: Option<String>,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    pub(super) catalog: Vec<PathBuf>,

    /// Judge as of this day (YYYY-MM-DD) instead of today: waivers expire
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(super) as_of: Option<Date>,
}

fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD, for example 2026-11-23".to_owned())
}

/// What a run judges by.
pub(super) struct Ready {
    pub(super) policy: Policy,
    /// Never taken apart: the program ends with it.
    pub(super) catalog: ManuallyDrop<Catalog>,
    pub(super) as_of: Date,
    pub(super) sources: Sources,
}

impl Basis {
    /// The options that name policy and catalog, as they were given.
    pub(super) fn options(&self) -> Vec<String> {
        let policy = self.policy.iter().flat_map(|policy| ["--policy".to_owned(), policy.clone()]);
        let catalogs = self.catalog.iter().flat_map(|path| ["--catalog".to_owned(), path.to_string_lossy().into()]);
        policy.chain(catalogs).collect()
    }

    /// Reads policy and catalog.
    pub(super) fn prepare(&self) -> Result<Ready, CommandError> {
        let mut sources = Sources::default();
        let policy = self.policy(&mut sources);
        let policy = match policy {
            Ok(policy) => policy,
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
        let of_policy = policy.catalog.as_ref().map(|folder| &folder.value);
        let catalog = catalog(of_policy.into_iter().chain(&self.catalog))?;
        let problems = judge::denials_of_nothing(&catalog, &policy);
        if !problems.is_empty() {
            return Err(CommandError::problems(sources, problems));
        }
        let as_of = self.as_of.unwrap_or_else(|| jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date());
        Ok(Ready { policy, catalog: ManuallyDrop::new(catalog), as_of, sources })
    }

    fn policy(&self, sources: &mut Sources) -> Result<Policy, Failed> {
        let named = self.policy.as_deref();
        let read = |path: &Path| files::read_file(path).map_err(|error| error.message());
        let rules = rules::infos();
        let mut load =
            |top| policy::load(top, &read, &rules, sources).map_err(|errors| Failed::Problems(errors.problems));
        if let Some(name) = named.and_then(|name| name.strip_prefix(policy::builtin::PREFIX)) {
            return load(policy::Top::Builtin(name));
        }
        match named.map(PathBuf::from).or_else(discover) {
            Some(path) => load(policy::Top::File { path: &path, text: read_policy(&path)? }),
            None => load(policy::Top::Builtin(policy::builtin::DEFAULT)),
        }
    }
}

enum Failed {
    Problems(Vec<(crate::text::SourceId, crate::text::Problem)>),
    Other(CommandError),
}

fn read_policy(path: &Path) -> Result<String, Failed> {
    files::read_file(path).map_err(|error| {
        let packs: Vec<String> =
            policy::builtin::names().map(|name| format!("{}{name}", policy::builtin::PREFIX)).collect();
        let told = CommandError::usage(format!("the policy `{}` {}", path.display(), told(&error)));
        Failed::Other(told.help(format!("name a policy file, or one of {}", packs.join(", "))))
    })
}

fn told(error: &files::Unreadable) -> String {
    match error.message() {
        message if message == "no such file" => "does not exist".to_owned(),
        message => message,
    }
}

/// The nearest policy file, from the working folder upwards, shown relative where it stands in the working folder.
fn discover() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let found = policy::candidates(&here).find(|path| path.is_file())?;
    Some(found.strip_prefix(&here).map(Path::to_owned).unwrap_or(found))
}

/// The embedded catalog with files or folders laid over it.
pub(super) fn catalog<'p>(overlays: impl Iterator<Item = &'p PathBuf>) -> Result<Catalog, CommandError> {
    let mut catalog = Catalog::embedded();
    for path in overlays {
        overlay(&mut catalog, path)?;
    }
    Ok(catalog)
}

/// Lays a file, or the files of a folder, over a catalog.
pub(super) fn overlay(catalog: &mut Catalog, path: &Path) -> Result<(), CommandError> {
    for path in catalog_files(path)? {
        let text = files::read_file(&path)
            .map_err(|error| CommandError::usage(format!("the catalog file `{}` {}", path.display(), told(&error))))?;
        let file = Source::new(path.to_string_lossy(), text);
        match catalog::decode(&file) {
            Ok((service, endpoints)) => catalog.overlay(service, endpoints, file.text()),
            Err(problems) => {
                let mut sources = Sources::default();
                let id = sources.add(file);
                return Err(CommandError::problems(sources, problems.into_iter().map(|p| (id, p)).collect()));
            }
        }
    }
    Ok(())
}

/// The catalog files that a path names: those of a folder in the order of their names, or the file itself.
pub(super) fn catalog_files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let mut paths = Vec::new();
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| CommandError::unreadable(path, &error))?;
        for entry in entries {
            let file = entry.map_err(|error| CommandError::unreadable(path, &error))?.path();
            if file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                paths.push(file);
            }
        }
        paths.sort();
        if paths.is_empty() {
            return Err(CommandError::usage(format!("the catalog folder `{}` holds no .yaml file", path.display())));
        }
    } else {
        paths.push(path.to_owned());
    }
    Ok(paths)
}
