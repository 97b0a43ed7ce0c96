//! `zscope policy diff` and `zscope diff`: what access appears and disappears.

mod view;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;
use serde::Serialize;

use super::{FORMAT_VERSION, print_json};
use crate::catalog::Catalog;
use crate::cli::error::CommandError;
use crate::cli::git::Repository;
use crate::cli::setup::{self, Basis, Ground, Ready};
use crate::cli::{Outcome, files};
use crate::governance::{AccessChange, Comparison, compare};
use crate::input::scan::Scanner;
use crate::input::token::{State, read_tokens};
use crate::input::{self, ListKind, Request};
use crate::judge::{self, Access, Gap, Relation, Side};
use crate::policy::{self, Entry, Policy, builtin};
use crate::review::grants::Lock;
use crate::rules;
use crate::scope::{Pattern, Scope};
use crate::text::{Place, Source, Sources, Span};

/// How many scopes of one list are shown without `--all`.
const SHOWN: usize = 20;

/// Arguments of `zscope diff` and `zscope policy diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// What was: a policy (file or builtin:NAME), a list of scopes, token responses, a lock; REV:PATH as it stands at a
    /// git revision, REV: for the policy found there
    #[arg(value_name = "OLD")]
    old: String,

    /// What is now, of the same kind
    #[arg(value_name = "NEW")]
    new: String,

    /// Accept that NEW allows more: exit 0
    #[arg(long)]
    allow_wider: bool,

    /// Fail when the policy NEW can allow anything of this scope or pattern to any app, whatever is asked for. May be
    /// repeated
    #[arg(long, value_name = "SCOPE")]
    never: Vec<String>,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,

    /// Compare as of this day (YYYY-MM-DD) instead of today: waivers expire
    #[arg(long, value_name = "DATE", value_parser = setup::parse_date)]
    as_of: Option<Date>,

    /// Show long lists whole
    #[arg(long)]
    all: bool,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  zscope policy diff origin/main: zscope.yaml
  zscope policy diff builtin:no-admin zscope.yaml --never '**.fullaccess.all'
  zscope diff HEAD~1:scopes.txt scopes.txt
  zscope diff old-token.json token.json --format json
  zscope policy diff main:zscope.yaml zscope.yaml --format markdown

What is compared is meaning: every scope of the catalog, and of the names beyond it one of each kind that the entries of
both policies can tell apart (AnyOther stands for a name that nobody names)

Exit codes: 0 NEW allows nothing that OLD did not, 1 it does or `--never` fails, 2 wrong usage, policy or catalog, 3 what
is held is not known";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: lines that begin with +, - or ~
    Text,
    /// For programs: one document, format version 1
    Json,
    /// For a comment on a pull request
    Markdown,
}

/// What one of the arguments names.
enum Named {
    Policy(Box<Ready>),
    /// Lists of scopes by whose they are; the empty name where nothing says it.
    Lists(BTreeMap<String, Vec<Scope>>),
}

/// The JSON document.
#[derive(Serialize)]
struct Document {
    format_version: u32,
    old: String,
    new: String,
    /// What is compared: `policy` or `scopes`.
    kind: &'static str,
    #[serde(flatten)]
    comparison: Comparison,
    /// What `--never` asserts and does not hold.
    never: Vec<Broken>,
}

/// A scope that a policy can allow although it never may.
#[derive(Serialize)]
struct Broken {
    never: String,
    apps: Vec<Option<String>>,
    allowed: Vec<Gap>,
}

/// Runs the command.
pub(in crate::cli) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let (old, new) = (args.read(&args.old)?, args.read(&args.new)?);
    let (kind, comparison, never) = match (old, new) {
        (Named::Policy(old), Named::Policy(new)) => {
            let (comparison, never) = args.policies(&old, &new)?;
            ("policy", comparison, never)
        }
        (Named::Lists(old), Named::Lists(new)) => {
            if !args.never.is_empty() {
                return Err(CommandError::usage("--never is about what a policy can allow, and these are lists")
                    .help("name two policies, or check the list against a policy that denies the scope"));
            }
            ("scopes", lists(&*setup::catalog(args.catalog.iter())?, &old, &new), Vec::new())
        }
        (old, _) => {
            let (policy, list) =
                if matches!(old, Named::Policy(_)) { (&args.old, &args.new) } else { (&args.new, &args.old) };
            return Err(CommandError::usage(format!("`{policy}` is a policy, and `{list}` is a list of scopes"))
                .help("compare two of a kind; `zscope check` holds a list against a policy"));
        }
    };
    let wider = comparison.relation.is_wider();
    let document = Document {
        format_version: FORMAT_VERSION,
        old: args.old.clone(),
        new: args.new.clone(),
        kind,
        comparison,
        never,
    };
    let shown = if args.all { usize::MAX } else { SHOWN };
    match args.format {
        Format::Text => crate::cli::print(&view::text(&document, shown))?,
        Format::Json => print_json(&document)?,
        Format::Markdown => crate::cli::print(&view::markdown(&document, shown))?,
    }
    let fails = (wider && !args.allow_wider) || !document.never.is_empty();
    Ok(if fails { Outcome::Findings } else { Outcome::Clean })
}

impl Args {
    /// Reads what an argument names.
    fn read(&self, named: &str) -> Result<Named, CommandError> {
        if named.starts_with(builtin::PREFIX) {
            return self.policy(Some(named), None);
        }
        if !Path::new(named).exists() {
            if let Some((revision, path)) = revision(named) {
                if path.is_empty() {
                    return self.policy(None, Some(revision));
                }
                let path = from_here(path);
                let ground = Ground::new(Some(revision), &[])?;
                let text = ground
                    .read(&path)
                    .map_err(|error| CommandError::usage(format!("`{}` {}", path.display(), error.message())))?;
                return match policy::is_policy(&text) {
                    true => self.policy(Some(&path.to_string_lossy()), Some(revision)),
                    false => self.lists(&path, &text),
                };
            }
            let mut words = named.split([',', ' ', '\n']).filter(|word| !word.is_empty()).peekable();
            if words.peek().is_some() && words.all(input::is_scope_by_form) {
                let scopes = named.split([',', ' ', '\n']).filter_map(|word| word.parse().ok()).collect();
                return Ok(Named::Lists(BTreeMap::from([(String::new(), scopes)])));
            }
        }
        let path = Path::new(named);
        let text = files::read_file(path).map_err(|error| {
            let error_ = CommandError::usage(format!("`{named}` {}", not_read(&error)));
            error_.help("name a file, builtin:NAME, REV:PATH of a git revision, or scopes")
        })?;
        if policy::is_policy(&text) { self.policy(Some(named), None) } else { self.lists(path, &text) }
    }

    fn policy(&self, policy: Option<&str>, revision: Option<&str>) -> Result<Named, CommandError> {
        let basis = Basis {
            policy: policy.map(str::to_owned),
            policy_from: revision.map(str::to_owned),
            catalog: self.catalog.clone(),
            as_of: self.as_of,
            ..Basis::default()
        };
        Ok(Named::Policy(Box::new(basis.prepare()?)))
    }

    /// The scopes of a file: those that a lock or tokens hold, or those that a list asks for.
    fn lists(&self, path: &Path, text: &str) -> Result<Named, CommandError> {
        let name = path.to_string_lossy();
        let mut sources = Sources::default();
        let mut found: BTreeMap<String, Vec<Scope>> = BTreeMap::new();
        let unknown = |whose: &str| {
            CommandError::incomplete(format!("nobody knows what `{whose}` holds, by `{name}`"))
                .help("mint a token whose answer carries `scope`, and compare that")
        };
        if is_lock(text) {
            let id = sources.add(Source::new(&*name, text));
            let lock = Lock::read(id, text).map_err(|problems| {
                let problems = problems.into_iter().map(|problem| (id, problem)).collect();
                CommandError::problems(std::mem::take(&mut sources), problems)
            })?;
            if let Some((app, _)) = lock.unknown().next() {
                return Err(unknown(app));
            }
            for (app, centre, scopes) in lock.held() {
                found.entry(format!("{app} ({centre})")).or_default().extend(scopes);
            }
            return Ok(Named::Lists(found));
        }
        if holds_tokens(path, text) {
            let read = read_tokens(&name, text, &mut sources);
            let is_alone = read.grants.len() == 1;
            for grant in &read.grants {
                if grant.state != State::Known {
                    return Err(unknown(&grant.name));
                }
                let whose = if is_alone && grant.labels.is_empty() { String::new() } else { grant.name.clone() };
                found.entry(whose).or_default().extend(scopes_of(&grant.request));
            }
            return Ok(Named::Lists(found));
        }
        let catalog = setup::catalog(self.catalog.iter())?;
        let id = sources.add(Source::new(&*name, text));
        let file_name = path.file_name().and_then(std::ffi::OsStr::to_str);
        let reading = input::read_file(id, sources.get(id), file_name, &Scanner::new(&catalog));
        if !reading.problems.is_empty() {
            let problems = reading.problems.into_iter().map(|problem| (id, problem)).collect();
            return Err(CommandError::bad_inputs(sources, problems));
        }
        let requests = reading.requests.iter().filter(|request| request.kind == ListKind::Request);
        let scopes: Vec<Scope> = requests.flat_map(scopes_of).collect();
        if scopes.is_empty() {
            return Err(CommandError::incomplete(format!("no scopes found in `{name}`"))
                .help("give a policy, a list of scopes, token responses, or a lock"));
        }
        found.insert(String::new(), scopes);
        Ok(Named::Lists(found))
    }

    fn policies(&self, old: &Ready, new: &Ready) -> Result<(Comparison, Vec<Broken>), CommandError> {
        // One catalog for both where they are the same: then every answer about it serves both.
        let is_one = old.catalog.digest() == new.catalog.digest();
        let old_catalog: &Catalog = if is_one { &new.catalog } else { &old.catalog };
        let side = Side::new(&new.catalog, &new.policy, new.as_of);
        let comparison = compare(&Side::new(old_catalog, &old.policy, old.as_of), &side, &rules::infos());
        let mut broken = Vec::new();
        for text in &self.never {
            let denying = denying(&new.catalog, &new.policy, text)?;
            let denied = Side::new(&new.catalog, &denying, new.as_of);
            let names = std::iter::once(None).chain(new.policy.apps.iter().map(|app| Some(app.name.as_str())));
            for app in names {
                let (allowed, _) = judge::allowed_of(&side, &denied, app);
                if allowed.is_empty() {
                    continue;
                }
                let app = app.map(str::to_owned);
                match broken.iter_mut().find(|known: &&mut Broken| known.never == *text && known.allowed == allowed) {
                    Some(known) => known.apps.push(app),
                    None => broken.push(Broken { never: text.clone(), apps: vec![app], allowed }),
                }
            }
        }
        Ok((comparison, broken))
    }
}

/// A policy that denies a scope or pattern and nothing else.
fn denying(catalog: &Catalog, policy: &Policy, text: &str) -> Result<Policy, CommandError> {
    let wrong = |said: String| {
        CommandError::usage(format!("--never {text}: {said}")).help("write a scope or a pattern, as policies have them")
    };
    let pattern = Pattern::parse(text.trim()).map_err(|error| wrong(error.message))?;
    let place = Place::new(policy.origin.source, Span::default());
    let entry = Entry { pattern, text: text.to_owned(), place, whole: place, why: None, calls: Vec::new() };
    let denying =
        Policy { allow: Vec::new(), deny: vec![entry], apps: Vec::new(), waivers: Vec::new(), ..policy.clone() };
    match judge::denials_of_nothing(catalog, &denying).pop() {
        None => Ok(denying),
        Some((_, problem)) => {
            let error = CommandError::usage(format!("--never: {}", problem.message));
            Err(match problem.help {
                Some(help) => error.help(help),
                None => error,
            })
        }
    }
}

fn not_read(error: &files::Unreadable) -> String {
    match error.message() {
        message if message == "no such file" => "is neither a file nor a list of scopes".to_owned(),
        message => message,
    }
}

/// `REV:PATH`, where a repository is around.
fn revision(named: &str) -> Option<(&str, &str)> {
    let (revision, path) = named.split_once(':')?;
    let is_one = !revision.is_empty() && !path.starts_with("//");
    (is_one && Repository::around(Path::new(".")).is_some()).then_some((revision, path))
}

/// A path as git takes it in `REV:PATH`, from here: it begins at the repository's top unless it says `./` or `../`.
fn from_here(path: &str) -> PathBuf {
    if path.starts_with("./") || path.starts_with("../") {
        return PathBuf::from(path);
    }
    let here = std::env::current_dir().unwrap_or_default();
    let Some(repository) = Repository::around(&here) else { return PathBuf::from(path) };
    let whole = repository.root().join(path);
    whole.strip_prefix(here).map(Path::to_owned).unwrap_or(whole)
}

fn is_lock(text: &str) -> bool {
    let begins = |key: &str| text.lines().any(|line| line.starts_with(key));
    begins("version:") && (begins("grants:") || begins("unknown:"))
}

/// Whether a file holds token responses or exports of them rather than requests.
fn holds_tokens(path: &Path, text: &str) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let is_export = [".ndjson", ".jsonl", ".csv", ".tsv"].iter().any(|ending| name.ends_with(ending));
    is_export
        || ["\"access_token\"", "\"refresh_token\"", "\"api_domain\"", "\"token_type\""]
            .iter()
            .any(|key| text.contains(key))
}

fn scopes_of(request: &Request) -> Vec<Scope> {
    request.items.iter().filter_map(|item| item.scope.clone().ok()).collect()
}

/// Compares lists by whose they are; two lists without names, or one each, are compared as they are.
fn lists(catalog: &Catalog, old: &BTreeMap<String, Vec<Scope>>, new: &BTreeMap<String, Vec<Scope>>) -> Comparison {
    let none: Vec<Scope> = Vec::new();
    let mut pairs: Vec<(String, &Vec<Scope>, &Vec<Scope>)> = Vec::new();
    if let ([(_, before)], [(name, after)]) =
        (old.iter().collect::<Vec<_>>().as_slice(), new.iter().collect::<Vec<_>>().as_slice())
    {
        pairs.push(((*name).clone(), *before, *after));
    } else {
        let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            pairs.push((name.clone(), old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none)));
        }
    }
    let mut access = Vec::new();
    for (name, before, after) in pairs {
        let Access { relation, appears, disappears, .. } = judge::difference_of_lists(catalog, before, after);
        if relation != Relation::Equivalent {
            let apps = vec![Some(name).filter(|name| !name.is_empty())];
            access.push(AccessChange { apps, relation, appears, disappears });
        }
    }
    let comes = access.iter().any(|change| !change.appears.is_empty());
    let goes = access.iter().any(|change| !change.disappears.is_empty());
    Comparison { relation: Relation::of(comes, goes), access, settings: Vec::new(), is_whole: true }
}
