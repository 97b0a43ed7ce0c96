//! `zscope policy init`: a first policy from what is there.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::counted;
use crate::catalog::Catalog;
use crate::cli::draft::Goal;
use crate::cli::error::CommandError;
use crate::cli::setup;
use crate::cli::{Outcome, files, scan};
use crate::governance::{First, FoundApp, first_policy};
use crate::input::scan::Scanner;
use crate::input::token::{State, read_tokens};
use crate::input::{self, ListKind, Request};
use crate::review::grants::Lock;
use crate::secret::{is_client_id, redact};
use crate::text::{Source, Sources};

/// The name of the file that is written.
const DEFAULT: &str = "zscope.yaml";

/// Folders that hold one application in each folder of theirs.
const CONTAINERS: [&str; 12] = [
    "services",
    "apps",
    "packages",
    "cmd",
    "projects",
    "integrations",
    "functions",
    "lambdas",
    "modules",
    "src",
    "jobs",
    "connectors",
];

/// Arguments of `zscope policy init`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// Files and folders to scan: one app for each folder [default: ., unless something else is named]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// List of requested scopes: one app, named after the file. May be repeated
    #[arg(long, value_name = "FILE")]
    requests: Vec<PathBuf>,

    /// Token responses, or exports of them: one app for each client. May be repeated
    #[arg(long, value_name = "FILE")]
    tokens: Vec<PathBuf>,

    /// Lock file: one app for each of its own. May be repeated
    #[arg(long, value_name = "FILE")]
    lock: Vec<PathBuf>,

    /// Where to write the policy; - for standard output. A file that is there is never touched
    #[arg(short, long, value_name = "FILE", default_value = DEFAULT)]
    output: PathBuf,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,

    /// Write as of this day (YYYY-MM-DD) instead of today: waivers begin on it
    #[arg(long, value_name = "DATE", value_parser = setup::parse_date)]
    as_of: Option<Date>,
}

const EXAMPLES: &str = "\
Examples:
  zscope policy init
  zscope policy init services
  zscope policy init --tokens grants.ndjson --output -
  zscope policy init --requests requested.txt --lock zscope.lock

The policy denies by default and allows what was found, with where it was found as the reason. What rules refuse all the
same is accepted by waivers that end after 90 days. Owners are left to fill in: `zscope policy lint` speaks of them

Exit codes: 0 written, 2 wrong usage, 3 nothing was found, or what is held is not known";

/// What was found, by the name of the application.
type Apps = BTreeMap<String, FoundApp>;

/// Runs the command.
pub(in crate::cli) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let to_stdout = args.output == Path::new("-");
    let goal = if to_stdout { None } else { Some(args.goal()?) };
    let catalog = setup::catalog(args.catalog.iter())?;
    let mut apps = Apps::new();
    let mut from = Vec::new();
    let is_named = !(args.requests.is_empty() && args.tokens.is_empty() && args.lock.is_empty());
    if !args.paths.is_empty() || !is_named {
        let here = [PathBuf::from(".")];
        let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
        tree(&catalog, paths, &mut apps)?;
        from.push("a scan of the tree");
    }
    for path in &args.requests {
        list(&catalog, path, &mut apps)?;
    }
    for path in &args.tokens {
        tokens(&catalog, path, &mut apps)?;
    }
    for path in &args.lock {
        lock(&catalog, path, &mut apps)?;
    }
    let parts =
        [(&args.requests, "lists of requested scopes"), (&args.tokens, "token responses"), (&args.lock, "a lock")];
    from.extend(parts.iter().filter(|(paths, _)| !paths.is_empty()).map(|(_, word)| *word));
    apps.retain(|_, app| !app.scopes.is_empty());
    if apps.is_empty() {
        return Err(CommandError::incomplete("no scopes were found")
            .help("name folders, or files by --requests, --tokens or --lock"));
    }
    let as_of = args.as_of.unwrap_or_else(setup::today);
    let First { text, unknown, waivers } = first_policy(&catalog, &apps, &from.join(" and "), as_of);
    match goal {
        None => crate::cli::print(&text)?,
        Some(goal) => goal.put_new(&text).map_err(|error| args.refused(&error))?,
    }
    for (app, scope) in &unknown {
        crate::cli::tell(&format!("{app}: the catalog does not know {}: no policy makes it pass", redact(scope)));
    }
    if !to_stdout {
        let shown = args.output.display();
        let scopes = apps.values().map(|app| app.scopes.len()).sum();
        crate::cli::tell(&format!(
            "{shown}: {} with {}, {}",
            counted(apps.len(), "app"),
            counted(scopes, "scope"),
            counted(waivers, "waiver")
        ));
        let policy = if args.output == Path::new(DEFAULT) { String::new() } else { format!(" --policy {shown}") };
        crate::cli::tell(&format!("next: name the owners (`zscope policy lint{policy}`), then `zscope scan{policy}`"));
        crate::cli::tell("and then: `zscope init ci github --write`, a job that judges every change");
    }
    Ok(Outcome::Clean)
}

impl Args {
    fn goal(&self) -> Result<Goal, CommandError> {
        Goal::new_at(&self.output).map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &std::io::Error) -> CommandError {
        let path = self.output.display();
        if error.kind() == ErrorKind::AlreadyExists {
            return CommandError::usage(format!("`{path}` is there already"))
                .help("write to another file (--output), and compare: `zscope policy diff`");
        }
        CommandError::usage(format!("`{path}` cannot be written: {error}"))
    }
}

fn read(path: &Path) -> Result<String, CommandError> {
    files::read_file(path).map_err(|error| CommandError::usage(format!("`{}` {}", path.display(), error.message())))
}

/// The scopes of lists that are asked for, each with its line.
fn take(catalog: &Catalog, app: &mut FoundApp, source: &Source, requests: &[Request]) {
    for request in requests.iter().filter(|request| request.kind == ListKind::Request) {
        for item in &request.items {
            if let Ok(scope) = &item.scope {
                let line = source.position(item.place.span.start).line;
                app.add(catalog, scope, format!("{}:{line}", source.name()));
            }
        }
    }
}

fn tree(catalog: &Catalog, paths: &[PathBuf], apps: &mut Apps) -> Result<(), CommandError> {
    for (name, source, requests) in scan::requests(paths, catalog)? {
        let (app, glob) = owner(&name);
        let mut found = FoundApp::default();
        take(catalog, &mut found, &source, &requests);
        if found.scopes.is_empty() {
            continue;
        }
        let app = apps.entry(app).or_default();
        app.paths.insert(glob);
        for (scope, place) in found.scopes {
            app.scopes.entry(scope).or_insert(place);
        }
    }
    Ok(())
}

/// The application that a file belongs to, and the glob of its files: that of its folder, or of the file itself where it
/// lies at the top.
fn owner(name: &str) -> (String, String) {
    let plain = name.trim_start_matches("./");
    let parts: Vec<&str> = plain.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [first, second, _, ..] if CONTAINERS.contains(&first.to_ascii_lowercase().as_str()) => {
            ((*second).to_owned(), format!("{first}/{second}/**"))
        }
        [first, _, ..] => ((*first).to_owned(), format!("{first}/**")),
        _ => ("top".to_owned(), plain.to_owned()),
    }
}

fn list(catalog: &Catalog, path: &Path, apps: &mut Apps) -> Result<(), CommandError> {
    let text = read(path)?;
    let mut sources = Sources::default();
    let id = sources.add(Source::new(path.to_string_lossy(), text));
    let source = sources.get(id);
    let reading = input::read_file(id, source, path.file_name().and_then(OsStr::to_str), &Scanner::new(catalog));
    if !reading.problems.is_empty() {
        let problems = reading.problems.into_iter().map(|problem| (id, problem)).collect();
        return Err(CommandError::bad_inputs(sources, problems));
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    take(catalog, apps.entry(stem).or_default(), source, &reading.requests);
    Ok(())
}

fn tokens(catalog: &Catalog, path: &Path, apps: &mut Apps) -> Result<(), CommandError> {
    let text = read(path)?;
    let name = path.to_string_lossy();
    let mut sources = Sources::default();
    for grant in read_tokens(&name, &text, &mut sources).grants {
        if grant.state != State::Known {
            return Err(CommandError::incomplete(format!("nobody knows what `{}` holds, by `{name}`", grant.name))
                .help("mint a token whose answer carries `scope`, or take the record out"));
        }
        let label = grant.labels.iter().map(|(label, _)| label).find(|label| !is_client_id(label));
        let client = grant.client.as_ref().map(|(client, _)| client).filter(|client| is_client_id(client));
        let whose = label.cloned().unwrap_or_else(|| match client {
            Some(client) => format!("client-{}", client.get(5..11).unwrap_or(client).to_ascii_lowercase()),
            None => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        });
        let app = apps.entry(whose).or_default();
        app.clients.extend(client.cloned());
        for scope in grant.request.items.iter().filter_map(|item| item.scope.as_ref().ok()) {
            app.add(catalog, scope, format!("a grant of {name}"));
        }
    }
    Ok(())
}

fn lock(catalog: &Catalog, path: &Path, apps: &mut Apps) -> Result<(), CommandError> {
    let text = read(path)?;
    let name = path.to_string_lossy();
    let mut sources = Sources::default();
    let id = sources.add(Source::new(&*name, &*text));
    let lock = Lock::read(id, &text).map_err(|problems| {
        let problems = problems.into_iter().map(|problem| (id, problem)).collect();
        CommandError::problems(std::mem::take(&mut sources), problems)
    })?;
    if let Some((app, _)) = lock.unknown().next() {
        return Err(CommandError::incomplete(format!("nobody knows what `{app}` holds, by `{name}`"))
            .help("audit it again and write the lock anew"));
    }
    for (app, _, scopes) in lock.held() {
        let app = apps.entry(app.to_owned()).or_default();
        scopes.iter().for_each(|scope| app.add(catalog, scope, name.clone().into_owned()));
    }
    Ok(())
}
