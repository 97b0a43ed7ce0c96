//! `zscope audit`: what tokens hold, against a policy.

mod input;
mod live;
mod lock_file;
mod progress;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use self::input::read_input;
use self::lock_file::{LockFile, read_lock};
use super::error::CommandError;
use super::reporting::Reporting;
use super::setup::{Basis, Ready};
use super::{Outcome, files, tell};
use crate::input::Request;
use crate::review::Review;
use crate::review::grants::{Audit, HeldAccess, Lock, Stream, Wanted};
use crate::scope::Scope;
use crate::text::{Source, Sources};

/// So many of the grants that keep a lock from being written are named.
const NAMED: usize = 5;

/// The lock file where no other is named.
const LOCK: &str = "zscope.lock";

/// Arguments of `zscope audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What the token endpoint answered, as it was received, stored or exported: JSON, NDJSON, CSV; - for standard input
    #[arg(value_name = "FILE")]
    inputs: Vec<OsString>,

    #[command(flatten)]
    basis: Basis,

    /// What the application requests: a list of scopes, or a file with one. Without it: `requested` of the inventory, or of the policy's app
    #[arg(long, value_name = "LIST|FILE")]
    requested: Option<OsString>,

    /// Write the access that is held to a lock file
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = LOCK, conflicts_with = "check_lock")]
    lock: Option<PathBuf>,

    /// Write the lock file even where grants are unknown or could not be evaluated: these stand in it as unknown
    #[arg(long, requires = "lock")]
    lock_known: bool,

    /// Compare the access that is held with a lock file
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = LOCK)]
    check_lock: Option<PathBuf>,

    /// Show for each offending grant the way to a smaller one
    #[arg(long)]
    plan: bool,

    /// Show the figures by application, service and rule, and no findings one by one
    #[arg(long)]
    summary: bool,

    #[command(flatten)]
    live: live::LiveArgs,

    #[command(flatten)]
    reporting: Reporting,
}

const EXAMPLES: &str = "\
Examples:
  zscope audit token.json
  zscope audit grants.ndjson --policy zscope.yaml --summary
  zscope audit token.json --app invoice-sync --requested ZohoBooks.invoices.READ --plan
  zscope audit export.csv --output csv=population.csv
  curl … | zscope audit - --check-lock
  zscope audit --live --inventory inventory.yaml --dry-run
  zscope audit --live --inventory inventory.yaml --tag production --yes --revoke --lock

Exit codes: 0 clean, 1 findings, 2 wrong usage, policy, catalog or lock, 3 something could not be evaluated";

/// Runs the command.
pub(super) fn run(args: &Args, offline: bool) -> Result<Outcome, CommandError> {
    if args.inputs.is_empty() && !args.live.live && io::stdin().is_terminal() {
        return Err(CommandError::usage("nothing to audit")
            .help("name files with token responses, or pipe them in; see `zscope audit --help`"));
    }
    if args.inputs.iter().filter(|input| *input == "-").count() > 1 {
        return Err(CommandError::usage("`-` stands twice: standard input can be read once"));
    }
    let mut ready = args.basis.prepare()?;
    let requested = args.requested.as_deref().map(|list| requested(list, &mut ready.sources)).transpose()?;
    let lock = args.check_lock.as_deref().map(|path| read_lock(path, &ready.ground, &mut ready.sources)).transpose()?;
    let changes = args.basis.changes(&mut ready);
    let notices = ready.notices();
    let Ready { mut policy, catalog, as_of, mut sources, .. } = ready;
    args.reporting.restrict(&mut policy)?;
    let lock_file = args.lock.as_deref().map(LockFile::at).transpose()?;
    let mut outputs = args.reporting.open()?;
    let mut asked = None;
    if args.live.live {
        asked = args.live.gather(args.basis.app.as_deref(), requested.is_none(), offline, &mut sources)?;
        if asked.is_none() {
            return Ok(Outcome::Clean);
        }
    }

    let review = Review { changes, ..Review::new(&catalog, &policy, as_of) };
    let audit = Audit::new(&review, args.basis.app.as_deref(), requested.as_deref()).judging_by(args.basis.options());
    let names_count = lock.is_some() || lock_file.is_some();
    let stdin = [OsString::from("-")];
    let inputs = if args.inputs.is_empty() && asked.is_none() { &stdin[..] } else { &args.inputs };
    let info = outputs.info(args.inputs(inputs));
    let mut stream = Stream::new(&audit, sources, outputs.sinks(), names_count);
    stream.begin().map_err(|error| CommandError::stdout(&error))?;
    for input in inputs {
        read_input(Path::new(input), &mut stream)?;
    }
    if let Some(asked) = asked {
        asked.stream(&mut stream)?;
    }
    let (collector, mut sinks) = stream.finish();
    let is_whole = collector.is_whole();
    let lock_text = lock_file.as_ref().map(|_| Lock::write(collector.held()));
    let unsettled = if is_whole || args.lock_known { None } else { Some(unsettled(collector.held())) };
    let mut report = collector.finish(lock.as_ref(), Wanted { details: !args.summary, plans: args.plan });
    report.run = info;
    report.run.notices = notices;
    for sink in &mut sinks {
        let end = sink.rows.end(&report);
        sink.out
            .write_all(end.as_bytes())
            .and_then(|()| sink.out.flush())
            .map_err(|error| CommandError::stdout(&error))?;
    }
    drop(sinks);
    let all = report.totals.as_ref().map(|totals| totals.all).unwrap_or_default();
    let unknown = if args.reporting.is_strict() { all.unknown_grants } else { all.unsettled_grants() };
    let offending = all.offending_grants;
    let outcome = outputs.complete(&report)?;
    if offending > 0 && !args.plan && io::stderr().is_terminal() {
        tell("note: no documented call narrows a grant; `--plan` shows the way to a smaller one");
    }
    if let (Some(file), Some(text)) = (lock_file, lock_text) {
        file.write(&text, unsettled.as_deref())?;
    }
    Ok(if unknown > 0 { Outcome::Incomplete } else { outcome })
}

/// Whose grants are not known, as a phrase.
fn unsettled(held: &BTreeMap<(String, String), HeldAccess>) -> String {
    let unknown = held.iter().filter(|(_, access)| access.is_unknown || access.is_failed);
    let names: Vec<String> = unknown.map(|((app, centre), _)| format!("`{app}` ({centre})")).collect();
    match names.len() {
        0 => "not every record could be evaluated".to_owned(),
        1..=NAMED => format!("it is not known what is held by {}", names.join(", ")),
        count => format!("it is not known what is held by {} and {} more", names[..NAMED].join(", "), count - NAMED),
    }
}

impl Args {
    /// What the run looked at, as it was named.
    fn inputs(&self, files: &[OsString]) -> Vec<String> {
        let shown =
            |name: &OsString| if name == "-" { "<stdin>".to_owned() } else { name.to_string_lossy().into_owned() };
        let inventory = self.live.inventory_path().map(|path| path.to_string_lossy().into_owned());
        files.iter().map(shown).chain(inventory).collect()
    }
}

/// The scopes of `--requested`: a list, or a file with lists.
pub(super) fn requested(list: &OsStr, sources: &mut Sources) -> Result<Vec<Scope>, CommandError> {
    let path = Path::new(list);
    let text = list.to_str();
    let file = path.exists() || text.is_none_or(|text| text.contains(['/', '\\']));
    let name = if file { path.to_string_lossy().into_owned() } else { "--requested".to_owned() };
    let text = if file {
        files::read_file(path)
            .map_err(|error| CommandError::usage(format!("`{}`: {}", path.display(), error.message())))?
    } else {
        text.unwrap_or_default().to_owned()
    };
    let file_name = path.file_name().and_then(OsStr::to_str).filter(|_| file);
    let kind = crate::input::kind_of(file_name, &text);
    let source = Source::new(name.clone(), text);
    let id = sources.add(source);
    let read = if file {
        crate::input::read(id, sources.get(id), kind)
    } else {
        Ok(crate::input::read_argument(id, sources.get(id)))
    };
    match read {
        Ok(requests) => named(requests, &name),
        Err(problems) => {
            let problems = problems.into_iter().map(|problem| (id, problem)).collect();
            Err(CommandError::problems(std::mem::take(sources), problems))
        }
    }
}

/// The scopes of a list that stands in no file.
pub(super) fn requested_list(list: &str, sources: &mut Sources) -> Result<Vec<Scope>, CommandError> {
    let id = sources.add(Source::new("<requested>", list));
    named(crate::input::read_argument(id, sources.get(id)), "the list")
}

/// The scopes of requests, each of which has to be one.
fn named(requests: Vec<Request>, name: &str) -> Result<Vec<Scope>, CommandError> {
    let mut scopes = Vec::new();
    for item in requests.into_iter().flat_map(|request| request.items) {
        match item.scope {
            Ok(scope) => scopes.push(scope),
            Err(error) => {
                return Err(CommandError::usage(format!("`{}` of {name} is not a scope: {error}", item.written)));
            }
        }
    }
    if scopes.is_empty() {
        return Err(
            CommandError::usage(format!("no scopes found in {name}")).help("give a list of scopes, or a file with one")
        );
    }
    Ok(scopes)
}
