//! `zscope policy lint`: what is wrong with a policy although it can be read.

use std::path::{Path, PathBuf};

use serde::Serialize;
use similar::TextDiff;

use super::test::beside;
use super::{FORMAT_VERSION, Layout, Lines, Spot, at, counted, print_json, spot};
use crate::access;
use crate::catalog::Catalog;
use crate::cli::draft::Goal;
use crate::cli::error::CommandError;
use crate::cli::setup::{self, Basis, Ready};
use crate::cli::{Outcome, files};
use crate::finding::Severity;
use crate::governance::{self, Fault, FaultKind, Mended, faults, mend};
use crate::input::scan::Scanner;
use crate::input::token::{State, read_tokens};
use crate::input::{self, ListKind};
use crate::judge::Side;
use crate::policy::{self, Policy, PolicyTest, Top};
use crate::rules;
use crate::scope::Scope;
use crate::text::{Place, Source, Sources};

/// Arguments of `zscope policy lint`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    basis: Basis,

    /// Lists of scopes, requests or token responses that say what is used: allow entries that allow more, or nothing of
    /// it, are reported. May be repeated
    #[arg(long, value_name = "FILE")]
    used: Vec<PathBuf>,

    /// Take out what changes nothing: entries that stand twice, that others say already, or that are denied anyway, and
    /// tests that stand twice. All else in the file stays as it is
    #[arg(long)]
    fix: bool,

    /// Show these changes as a diff instead of making them; exit 1 when there are any
    #[arg(long, conflicts_with = "fix")]
    diff: bool,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Layout::Text)]
    format: Layout,
}

const EXAMPLES: &str = "\
Examples:
  zscope policy lint
  zscope policy lint --policy zscope.yaml --format json
  zscope policy lint --used requested.txt --used tokens.ndjson
  zscope policy lint --diff

Exit codes: 0 nothing but notes, 1 warnings or errors, 2 wrong usage, policy or catalog";

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    policy: &'a str,
    faults: Vec<Row<'a>>,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    kind: FaultKind,
    severity: Severity,
    place: Spot,
    message: &'a str,
    help: &'a str,
    fixable: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let ready = args.basis.prepare()?;
    let beside = beside(&ready)?;
    let Ready { policy, catalog, as_of, mut sources, ground, folder, .. } = ready;
    let mut tests = policy.tests.clone();
    for path in &beside {
        let text = ground.read(path).map_err(|error| {
            CommandError::usage(format!("the tests `{}` cannot be read: {}", path.display(), error.message()))
        })?;
        match policy::load_tests(path, &text, &policy, &rules::infos(), &mut sources) {
            Ok(more) => tests.extend(more),
            Err(errors) => return Err(CommandError::problems(sources, errors.problems)),
        }
    }
    let used = if args.used.is_empty() { None } else { Some(args.used(&catalog, &policy)?) };
    let mut found = faults(&catalog, &policy, as_of, &tests, used.as_deref());
    found.extend(separate(&policy, &args.basis.catalog, &mut sources)?);
    if args.fix || args.diff {
        let is_file = folder.is_some() && args.basis.policy_from.is_none();
        if !is_file {
            return Err(CommandError::usage("only a policy's own file on disk can be changed")
                .help("name one: `--policy FILE`, without --policy-from"));
        }
        let path = PathBuf::from(&policy.origin.label);
        let text = files::read_file(&path)
            .map_err(|error| CommandError::usage(format!("the policy `{}` {}", path.display(), error.message())))?;
        let own: Vec<Fault> =
            found.iter().filter(|fault| fault.place.source == policy.origin.source).cloned().collect();
        let is_same = |changed: &str| args.means_the_same(&path, changed, &catalog, &policy);
        // Places are of the text that was read, which secrets are blotted out of.
        let is_as_read = sources.get(policy.origin.source).text() == text;
        let mended = match is_as_read {
            true => mend(&text, &own, is_same),
            false => Mended { text: text.clone(), changes: 0 },
        };
        return args.apply(&path, &text, &mended);
    }
    let document = Document::of(&policy, &sources, &found);
    match args.format {
        Layout::Json => print_json(&document)?,
        Layout::Text => crate::cli::print(&written(&document, &found, &sources))?,
    }
    Ok(if document.errors + document.warnings > 0 { Outcome::Findings } else { Outcome::Clean })
}

impl Args {
    fn apply(&self, path: &Path, text: &str, mended: &Mended) -> Result<Outcome, CommandError> {
        if self.diff {
            let diff = TextDiff::from_lines(text, &mended.text);
            let name = path.display().to_string();
            crate::cli::print(&diff.unified_diff().header(&name, &name).to_string())?;
            return Ok(if mended.changes == 0 { Outcome::Clean } else { Outcome::Findings });
        }
        if mended.changes > 0 {
            Goal::at(path).and_then(|goal| goal.put(&mended.text)).map_err(|error| {
                CommandError::incomplete(format!("`{}` cannot be written: {error}", path.display()))
            })?;
        }
        crate::cli::tell(&format!("{} taken out of {}", counted(mended.changes, "entry"), path.display()));
        Ok(Outcome::Clean)
    }

    /// Whether another text of the policy can be read, and means what the policy does.
    fn means_the_same(&self, path: &Path, text: &str, catalog: &Catalog, policy: &Policy) -> bool {
        let read = |path: &Path| files::read_file(path).map_err(|error| error.message());
        let top = Top::File { path, text: text.to_owned() };
        let Ok(changed) = policy::load(top, &read, &rules::infos(), &mut Sources::default()) else { return false };
        let day = self.basis.as_of.unwrap_or_else(setup::today);
        let (old, new) = (Side::new(catalog, policy, day), Side::new(catalog, &changed, day));
        let comparison = governance::compare(&old, &new, &rules::infos());
        comparison.access.is_empty() && comparison.settings.is_empty() && tests_left(&policy.tests, &changed.tests)
    }

    /// What is used, each scope with the application whose it is.
    fn used(&self, catalog: &Catalog, policy: &Policy) -> Result<Vec<(Option<String>, Scope)>, CommandError> {
        let mut found = Vec::new();
        for path in &self.used {
            let text = files::read_file(path)
                .map_err(|error| CommandError::usage(format!("`{}` {}", path.display(), error.message())))?;
            let name = path.to_string_lossy();
            let mut sources = Sources::default();
            if text.contains("\"access_token\"")
                || [".ndjson", ".jsonl", ".csv"].iter().any(|ending| name.ends_with(ending))
            {
                for grant in read_tokens(&name, &text, &mut sources).grants {
                    if grant.state != State::Known {
                        let message = format!("nobody knows what `{}` holds, by `{name}`", grant.name);
                        return Err(CommandError::incomplete(message));
                    }
                    let owns = |app: &&policy::App| {
                        grant
                            .owners()
                            .any(|owner| app.name == owner || app.clients.iter().any(|client| client.value == owner))
                    };
                    let app = policy.apps.iter().find(owns).map(|app| app.name.clone());
                    let scopes = grant.request.items.iter().filter_map(|item| item.scope.clone().ok());
                    found.extend(scopes.map(|scope| (app.clone(), scope)));
                }
                continue;
            }
            let id = sources.add(Source::new(&*name, &*text));
            let file_name = path.file_name().and_then(std::ffi::OsStr::to_str);
            let reading = input::read_file(id, sources.get(id), file_name, &Scanner::new(catalog));
            for request in reading.requests.iter().filter(|request| request.kind == ListKind::Request) {
                let scopes = request.items.iter().filter_map(|item| item.scope.as_ref().ok());
                let canonical = |scope: &Scope| access::identify(catalog, scope).scope;
                found.extend(scopes.map(|scope| (self.basis.app.clone(), canonical(scope))));
            }
        }
        Ok(found)
    }
}

/// Whether no test was lost but those that stand there twice.
fn tests_left(before: &[PolicyTest], after: &[PolicyTest]) -> bool {
    let said = |test: &PolicyTest| (test.app.clone(), test.scopes.clone(), test.expect.verdict, test.expect.rule);
    before.iter().all(|test| after.iter().any(|left| said(left) == said(test)))
}

/// What catalog files of one's own say that makes verdicts milder.
fn separate(policy: &Policy, others: &[PathBuf], sources: &mut Sources) -> Result<Vec<Fault>, CommandError> {
    let named = policy.catalog.iter().map(|path| path.value.clone()).chain(others.iter().cloned());
    let mut found = Vec::new();
    for path in named {
        for file in setup::catalog_files(&path)? {
            let Ok(text) = files::read_file(&file) else { continue };
            let spans = governance::separate_groups(&text);
            let id = sources.add(Source::new(file.to_string_lossy(), text));
            for span in spans {
                let message = "this says that a parent does not reach its children: verdicts get milder by it";
                let help = "keep it only with a source that says so; without it a parent is assumed to reach them";
                found.push(Fault::new(FaultKind::SeparateOverlay, Place::new(id, span), message, help));
            }
        }
    }
    Ok(found)
}

impl<'a> Document<'a> {
    fn of(policy: &'a Policy, sources: &Sources, found: &'a [Fault]) -> Self {
        let row = |fault: &'a Fault| Row {
            kind: fault.kind,
            severity: fault.severity,
            place: spot(sources, fault.place),
            message: &fault.message,
            help: &fault.help,
            fixable: fault.removable.is_some(),
        };
        let count = |severity| found.iter().filter(|fault| fault.severity == severity).count();
        Self {
            format_version: FORMAT_VERSION,
            policy: &policy.origin.label,
            faults: found.iter().map(row).collect(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}

fn written(document: &Document<'_>, found: &[Fault], sources: &Sources) -> String {
    let mut page = Lines::default();
    for fault in found {
        let place = at(sources, fault.place);
        page.add(0, format!("{place} {}[{}]: {}", fault.severity, fault.kind.as_str(), fault.message));
        page.add(1, format!("help: {}", fault.help));
    }
    let fixable = found.iter().filter(|fault| fault.removable.is_some()).count();
    let fixable = if fixable > 0 { format!(" · {fixable} that --fix takes out") } else { String::new() };
    page.add(
        0,
        format!(
            "{}, {}, {}{fixable} · policy {}",
            counted(document.errors, "error"),
            counted(document.warnings, "warning"),
            counted(document.notes, "note"),
            document.policy
        ),
    );
    page.0
}
