//! `zscope audit`: what tokens hold, against a policy.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::CommandError;
use super::reporting::Reporting;
use super::setup::{Basis, Ready};
use super::{Outcome, files, live};
use crate::audit::{Audit, Lock, Stream, StreamError, Wanted};
use crate::input;
use crate::input::token::{self, Kind};
use crate::report::NotEvaluated;
use crate::review::Review;
use crate::scope::Scope;
use crate::source::{Source, Sources};

/// So much of an input is looked at to tell its form.
const LOOK: usize = 1 << 20;

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

    /// What the application requests: a list of scopes, or a file with one. Without it: `requested` of the policy's app
    #[arg(long, value_name = "LIST|FILE")]
    requested: Option<OsString>,

    /// Write the access that is held to a lock file
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = LOCK, conflicts_with = "check_lock")]
    lock: Option<PathBuf>,

    /// Compare the access that is held with a lock file
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = LOCK)]
    check_lock: Option<PathBuf>,

    /// Show for each offending grant the way to a smaller one
    #[arg(long)]
    plan: bool,

    /// Show the figures by application, service and rule, and no findings one by one
    #[arg(long)]
    summary: bool,

    /// End with exit code 3 when a response does not say what its token holds
    #[arg(long)]
    strict: bool,

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
    let Ready { policy, catalog, as_of, mut sources } = args.basis.prepare()?;
    let requested = args.requested.as_deref().map(|list| requested(list, &mut sources)).transpose()?;
    let lock = args.check_lock.as_deref().map(|path| read_lock(path, &mut sources)).transpose()?;
    let lock_file = args.lock.as_deref().map(LockFile::open).transpose()?;
    let mut outputs = args.reporting.open()?;
    let mut asked = None;
    if args.live.live {
        asked = args.live.gather(args.basis.app.as_deref(), offline, &mut sources)?;
        if asked.is_none() {
            return Ok(Outcome::Clean);
        }
    }

    let review = Review { catalog: &catalog, policy: &policy, as_of };
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
        asked.stream(&catalog, &mut stream)?;
    }
    let (collector, mut sinks) = stream.finish();
    let is_whole = collector.is_whole();
    let lock_text = lock_file.as_ref().map(|_| Lock::write(collector.held()));
    let mut report = collector.finish(lock.as_ref(), Wanted { details: !args.summary, plans: args.plan });
    report.run = info;
    for sink in &mut sinks {
        let end = sink.rows.end(&report);
        sink.out
            .write_all(end.as_bytes())
            .and_then(|()| sink.out.flush())
            .map_err(|error| CommandError::stdout(&error))?;
    }
    drop(sinks);
    let unknown = report.totals.as_ref().is_some_and(|totals| totals.all.unknown_grants > 0);
    let outcome = outputs.complete(&report)?;
    if let (Some(file), Some(text)) = (lock_file, lock_text) {
        file.write(&text, is_whole)?;
    }
    Ok(if args.strict && unknown { Outcome::Incomplete } else { outcome })
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

/// Reads one input, whatever its form, into the stream.
fn read_input(path: &Path, stream: &mut Stream<'_, '_>) -> Result<(), CommandError> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let opened: Result<Box<dyn Read>, files::Unreadable> = if is_stdin {
        Ok(Box::new(io::stdin().lock()))
    } else {
        files::open(path).map(|file| Box::new(file) as Box<dyn Read>)
    };
    let told = match opened {
        Ok(mut input) => read_opened(&name, path, &mut input, stream),
        Err(error) => Err(Stop::Unread(error.message(), error.help().map(str::to_owned))),
    };
    match told {
        Ok(()) => Ok(()),
        Err(Stop::Unread(message, help)) => {
            stream.collector.unread(NotEvaluated { input: name, message, help, place: None });
            Ok(())
        }
        Err(Stop::Command(error)) => Err(error),
    }
}

/// Why an input was not read to its end.
enum Stop {
    /// It cannot be: the run goes on and says so.
    Unread(String, Option<String>),
    /// The run cannot go on.
    Command(CommandError),
}

fn read_opened(name: &str, path: &Path, input: &mut dyn Read, stream: &mut Stream<'_, '_>) -> Result<(), Stop> {
    let unread = |error: files::Unreadable| Stop::Unread(error.message(), error.help().map(str::to_owned));
    let mut start = Vec::new();
    let limit = u64::try_from(LOOK).unwrap_or(u64::MAX);
    (&mut *input).take(limit).read_to_end(&mut start).map_err(|error| unread(files::Unreadable::Io(error)))?;
    let is_whole = start.len() < LOOK;
    let file_name = path.file_name().and_then(std::ffi::OsStr::to_str);
    let kind = token::kind_of(file_name, &String::from_utf8_lossy(&start), is_whole);
    let before = stream.seen();
    let done = match kind {
        Kind::Lines => stream.lines(name, &mut (&start[..]).chain(input)),
        Kind::Table(delimiter) => stream.table(name, delimiter, &mut (&start[..]).chain(input)),
        Kind::Document => {
            let text = files::read_text((&start[..]).chain(input)).map_err(|error| match error {
                files::Unreadable::TooLarge => Stop::Unread(
                    error.message(),
                    Some("put each response on a line of its own, for example with `jq -c '.[]'`: lines are read at any length".to_owned()),
                ),
                error => unread(error),
            })?;
            if text.trim_start_matches('\u{feff}').trim().is_empty() {
                return Err(nothing());
            }
            let grants = token::read_record(name, &text, &mut stream.collector.sources).grants;
            stream.grants(grants).map_err(StreamError::Output)
        }
    };
    match done {
        Ok(()) if stream.seen() == before => Err(nothing()),
        Ok(()) => Ok(()),
        Err(StreamError::Input(error)) => Err(Stop::Unread(format!("cannot be read to its end: {error}"), None)),
        Err(StreamError::Output(error)) => Err(Stop::Command(CommandError::stdout(&error))),
    }
}

fn nothing() -> Stop {
    let help = "give the token endpoint's answer as it was received; `zscope check` reads lists of scopes";
    Stop::Unread("no token response found".to_owned(), Some(help.to_owned()))
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
    let kind = input::kind_of(file_name, &text);
    let source = Source::new(name.clone(), text);
    let id = sources.add(source);
    let read =
        if file { input::read(id, sources.get(id), kind) } else { Ok(input::read_argument(id, sources.get(id))) };
    let requests = match read {
        Ok(requests) => requests,
        Err(problems) => {
            let problems = problems.into_iter().map(|problem| (id, problem)).collect();
            return Err(CommandError::problems(std::mem::take(sources), problems));
        }
    };
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

fn read_lock(path: &Path, sources: &mut Sources) -> Result<Lock, CommandError> {
    let text = files::read_file(path).map_err(|error| {
        CommandError::usage(format!("the lock file `{}` cannot be used: {}", path.display(), error.message()))
            .help("write it first: `zscope audit --lock`")
    })?;
    let id = sources.add(Source::new(path.to_string_lossy(), text));
    Lock::read(id, sources.get(id).text()).map_err(|problems| {
        let problems = problems.into_iter().map(|problem| (id, problem)).collect();
        CommandError::problems(std::mem::take(sources), problems)
    })
}

/// A lock file to be written: opened before the work starts, in place only when it is whole.
struct LockFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl LockFile {
    fn open(path: &Path) -> Result<Self, CommandError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let failed =
            |error: &io::Error| CommandError::usage(format!("`{}` cannot be written: {error}", path.display()));
        if path.is_dir() {
            return Err(CommandError::usage(format!("`{}` is a folder: name a file in it", path.display())));
        }
        Ok(Self { path: path.to_owned(), file: NamedTempFile::new_in(folder).map_err(|error| failed(&error))? })
    }

    /// Puts the file in place. A lock of a part of what is held would let the rest pass for new, so the old one stays.
    fn write(mut self, text: &str, is_whole: bool) -> Result<(), CommandError> {
        let path = &self.path;
        if !is_whole {
            let message = format!("`{}` was not written: not every grant could be evaluated", path.display());
            return Err(CommandError::incomplete(message).help("settle what could not be evaluated, or leave it out"));
        }
        let failed = |error: &dyn std::fmt::Display| {
            CommandError::incomplete(format!("`{}` cannot be written: {error}", path.display()))
        };
        self.file.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
        self.file.as_file().sync_all().map_err(|error| failed(&error))?;
        super::output::readable_by_others(self.file.as_file());
        self.file.persist(path).map_err(|error| failed(&error.error))?;
        Ok(())
    }
}
