//! `zscope policy init`: a first policy from what is there.

mod calls;
mod found;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use self::calls::CallsOfApps;
use self::found::Found;
use super::counted;
use crate::cli::Outcome;
use crate::cli::draft::Goal;
use crate::cli::error::CommandError;
use crate::cli::setup;
use crate::governance::{First, first_policy};
use crate::secret::redact;

/// The name of the file that is written.
const DEFAULT: &str = "zscope.yaml";

/// How much is told of one app that is in doubt.
const TOLD: usize = 3;

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

    /// Calls that an app makes: HAR, logs, Postman, lists of calls (one app, named after the file), or a folder of source
    /// code (one app for each folder in it). The least that opens them is allowed. May be repeated
    #[arg(long, value_name = "PATH")]
    calls: Vec<PathBuf>,

    /// The app of everything that names none: of lists, calls, folders and files
    #[arg(long, value_name = "NAME")]
    app: Option<String>,

    /// Leave out what is proven to be needed by no call, in --calls and in the scanned source, and take narrower scopes
    /// where those do. What asks for more then fails until it asks for less
    #[arg(long)]
    strict: bool,

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
  zscope policy init --calls traffic.har --app invoice-sync
  zscope policy init --app invoice-sync --requests requested.txt --calls traffic.har --strict

The policy denies by default and allows what was found, with where it was found as the reason. What rules refuse all the
same is accepted by waivers that end after 90 days. Owners are left to fill in: `zscope policy lint` speaks of them

Exit codes: 0 written, 2 wrong usage, 3 nothing was found, or what is held is not known";

/// Runs the command.
pub(in crate::cli) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let to_stdout = args.output == Path::new("-");
    let goal = if to_stdout { None } else { Some(args.goal()?) };
    let catalog = setup::catalog(args.catalog.iter())?;
    let mut found = Found::new(&catalog, args.app.as_deref());
    let mut calls = CallsOfApps::new(&catalog, args.app.as_deref());
    let mut from = Vec::new();
    let here = [PathBuf::from(".")];
    let is_named = [&args.requests, &args.tokens, &args.lock, &args.calls].iter().any(|paths| !paths.is_empty());
    let trees = match args.paths.as_slice() {
        [] if is_named => &[][..],
        [] => &here,
        paths => paths,
    };
    if !trees.is_empty() {
        found.tree(trees)?;
        from.push("a scan of the tree");
        if args.strict {
            calls.folders(trees);
        }
    }
    args.requests.iter().try_for_each(|path| found.list(path))?;
    args.tokens.iter().try_for_each(|path| found.tokens(path))?;
    args.lock.iter().try_for_each(|path| found.lock(path))?;
    args.calls.iter().try_for_each(|path| calls.read(path))?;
    let parts = [
        (&args.requests, "lists of requested scopes"),
        (&args.tokens, "token responses"),
        (&args.lock, "a lock"),
        (&args.calls, "calls"),
    ];
    from.extend(parts.iter().filter(|(paths, _)| !paths.is_empty()).map(|(_, word)| *word));
    let mut apps = found.apps;
    let doubts = calls.settle(&mut apps, args.strict);
    apps.retain(|_, app| !(app.scopes.is_empty() && app.left_out.is_empty()));
    if apps.is_empty() {
        doubts.iter().for_each(|doubt| crate::cli::tell(doubt));
        return Err(CommandError::incomplete("no scopes were found")
            .help("name folders, or files by --requests, --tokens, --lock or --calls"));
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
    doubts.iter().for_each(|doubt| crate::cli::tell(doubt));
    for (app, left) in apps.iter().flat_map(|(app, found)| found.left_out.iter().map(move |left| (app, left))) {
        let ask = match left.instead.as_slice() {
            [] => "ask for it no more".to_owned(),
            some => format!("ask for {}", some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        };
        crate::cli::tell(&format!("{app}: {} is left out: {ask} ({})", left.scope, redact(&left.place)));
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
