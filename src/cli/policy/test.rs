//! `zscope policy test`: what a policy says against what it is expected to say.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::tested::{Outcomes, asked, expected, really};
use super::{FORMAT_VERSION, Lines, Spot, at, counted, junit, print_json, spot};
use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::setup::{Basis, Ready};
use crate::governance::{Answer, Case, Change, Covered, EntryKind, Mutant, Mutation, Trial, mutate};
use crate::policy::{self, PolicyTest};
use crate::rules;

/// Arguments of `zscope policy test`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    basis: Basis,

    /// File of tests to run besides those of the policy and of the files beside it. May be repeated
    #[arg(long, value_name = "FILE")]
    tests: Vec<PathBuf>,

    /// Fail when the tests have fewer of the policy's own allow, deny and waiver entries decide, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,

    /// Remove, widen and narrow each entry in turn, and fail when no test notices
    #[arg(long)]
    mutate: bool,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  zscope policy test
  zscope policy test --policy zscope.yaml --min-coverage 80
  zscope policy test --mutate --format json
  zscope policy test --format junit > policy-tests.xml

Tests stand under `tests:` in the policy, or beside it in NAME.test.yaml or NAME.ANY.test.yaml (for NAME.yaml):
  - { app: invoice-sync, scopes: ZohoBooks.invoices.READ, expect: allowed }
  - { scopes: ZohoBooks.fullaccess.all, expect: { verdict: denied, entry: '**.fullaccess.all', rule: full-access } }
The verdicts are allowed (of every scope), denied, not-allowed, unknown and waived (of one at least). Entries that the
policy extends are tested where they stand, and count for nothing here. With --app only its tests are run

Exit codes: 0 all hold, 1 a test fails, too little is covered or a change goes unnoticed, 2 wrong usage, policy or
catalog, or no tests";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: lines
    Text,
    /// For programs: one document, format version 1
    Json,
    /// For test reports of CI systems: JUnit XML, one case for each test
    Junit,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let ready = args.basis.prepare()?;
    let beside = beside(&ready)?;
    let Ready { policy, catalog, as_of, mut sources, ground, .. } = ready;
    let mut tests = policy.tests.clone();
    for path in beside.iter().chain(&args.tests) {
        let text = ground.read(path).map_err(|error| {
            CommandError::usage(format!("the tests `{}` cannot be read: {}", path.display(), error.message()))
        })?;
        match policy::load_tests(path, &text, &policy, &rules::infos(), &mut sources) {
            Ok(more) => tests.extend(more),
            Err(errors) => return Err(CommandError::problems(sources, errors.problems)),
        }
    }
    let chosen = |test: &PolicyTest| args.basis.app.is_none() || test.app == args.basis.app;
    tests.retain(chosen);
    if tests.is_empty() {
        let error = CommandError::usage(format!("the policy {} has no tests", policy.origin.label));
        return Err(error
            .help("write some under `tests:`, for example `- { scopes: ZohoBooks.invoices.READ, expect: allowed }`"));
    }
    let trial = Trial::new(&catalog, &policy, as_of, &tests);
    let cases = trial.run();
    let coverage = trial.coverage(&cases);
    // What the tests miss is of no interest while they fail.
    let holds = cases.iter().all(|case| case.failures.is_empty());
    let mutation = (args.mutate && holds).then(|| mutate(&trial));
    let outcomes = Outcomes { policy: &policy, sources: &sources, cases, coverage, least: args.min_coverage, mutation };
    match args.format {
        Format::Text => crate::cli::print(&text(&outcomes, args.mutate))?,
        Format::Json => print_json(&Document::of(&outcomes))?,
        Format::Junit => crate::cli::print(&junit::written(&outcomes)?)?,
    }
    Ok(if outcomes.complaints().is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// The files of tests that belong to a policy's file: beside it, with its name.
pub(super) fn beside(ready: &Ready) -> Result<Vec<PathBuf>, CommandError> {
    if ready.folder.is_none() {
        return Ok(Vec::new());
    }
    let path = Path::new(&ready.policy.origin.label);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let files = ready
        .ground
        .files_in(folder, &["yaml", "yml"])
        .map_err(|said| CommandError::usage(format!("the folder `{}` cannot be read: {said}", folder.display())))?;
    let belongs = |file: &PathBuf| {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let rest = name.strip_prefix(&*stem);
        rest.is_some_and(|rest| rest.starts_with('.') && (rest.ends_with(".test.yaml") || rest.ends_with(".test.yml")))
    };
    let plain = |file: PathBuf| file.strip_prefix(".").map(Path::to_owned).unwrap_or(file);
    Ok(files.unwrap_or_default().into_iter().filter(belongs).map(plain).collect())
}

fn text(outcomes: &Outcomes<'_>, mutated: bool) -> String {
    let mut page = Lines::default();
    let sources = outcomes.sources;
    for case in &outcomes.cases {
        let line = format!("{} {}: {}", at(sources, case.test.place), asked(case.test), expected(case.test));
        match case.failures.is_empty() {
            true => page.add(0, format!("ok      {line}")),
            false => {
                page.add(0, format!("FAILED  {line}"));
                case.failures.iter().for_each(|failure| page.add(2, failure));
                case.answers.iter().for_each(|answer| page.add(2, really(sources, answer)));
            }
        }
    }
    let open: Vec<&Covered> = outcomes.coverage.iter().filter(|entry| !entry.is_covered).collect();
    if !open.is_empty() {
        page.add(0, format!("not covered by any test ({}):", open.len()));
    }
    for Covered { kind, app, text, place, .. } in open {
        page.add(1, format!("{} {}{}", at(sources, *place), named(*kind, text), of_app(app.as_deref())));
    }
    if let Some(Mutation { survivors, .. }) = &outcomes.mutation {
        if !survivors.is_empty() {
            page.add(0, format!("changes that no test notices ({}):", survivors.len()));
        }
        for mutant in survivors {
            page.add(1, format!("{} {}", at(sources, mutant.place), told(mutant)));
        }
    } else if mutated {
        page.add(0, "no entry was changed: the tests have to hold first");
    }
    let passed = outcomes.cases.len() - outcomes.failed();
    let mut parts = vec![
        format!("{}: {passed} passed, {} failed", counted(outcomes.cases.len(), "test"), outcomes.failed()),
        format!(
            "{} of {} covered ({} %{})",
            outcomes.covered(),
            counted(outcomes.coverage.len(), "entry"),
            outcomes.percent(),
            outcomes.least.map_or_else(String::new, |least| format!(", least {least} %"))
        ),
    ];
    if let Some(Mutation { made, equivalent, survivors }) = &outcomes.mutation {
        let noticed = made - equivalent - survivors.len();
        let same = if *equivalent > 0 { format!(", {equivalent} mean the same") } else { String::new() };
        parts.push(format!("{}: {noticed} noticed, {} not{same}", counted(*made, "change"), survivors.len()));
    }
    page.add(0, format!("{} · policy {}", parts.join(" · "), outcomes.policy.origin.label));
    page.0
}

fn named(kind: EntryKind, text: &str) -> String {
    format!("{} `{text}`", kind.as_str())
}

fn of_app(app: Option<&str>) -> String {
    app.map_or_else(String::new, |app| format!(" of {app}"))
}

/// What is changed in a policy.
fn told(mutant: &Mutant) -> String {
    let entry = format!("{}{}", named(mutant.kind, &mutant.text), of_app(mutant.app.as_deref()));
    match &mutant.change {
        Change::Removed => format!("{entry} removed"),
        Change::Widened(to) => format!("{entry} widened to `{to}`"),
        Change::Narrowed(to) => format!("{entry} narrowed to `{to}`"),
        Change::EveryApp => format!("{entry} for every app"),
    }
}

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    policy: &'a str,
    passed: usize,
    failed: usize,
    tests: Vec<TestRow<'a>>,
    coverage: Coverage<'a>,
    /// `null` unless `--mutate` was given and every test holds.
    mutation: Option<Mutants>,
    /// Why the run fails.
    complaints: Vec<String>,
}

#[derive(Serialize)]
struct TestRow<'a> {
    place: Spot,
    app: Option<&'a str>,
    scopes: &'a str,
    expected: String,
    passed: bool,
    failures: &'a [String],
    answers: Vec<AnswerRow<'a>>,
}

#[derive(Serialize)]
struct AnswerRow<'a> {
    scope: &'a str,
    verdict: policy::Verdict,
    decided_by: Vec<Decided<'a>>,
    rules: &'a [&'static str],
}

#[derive(Serialize)]
struct Decided<'a> {
    entry: &'a str,
    place: Spot,
}

#[derive(Serialize)]
struct Coverage<'a> {
    percent: usize,
    covered: usize,
    entries: Vec<EntryRow<'a>>,
}

#[derive(Serialize)]
struct EntryRow<'a> {
    kind: &'static str,
    app: Option<&'a str>,
    entry: &'a str,
    place: Spot,
    covered: bool,
}

#[derive(Serialize)]
struct Mutants {
    made: usize,
    noticed: usize,
    equivalent: usize,
    survivors: Vec<Survivor>,
}

#[derive(Serialize)]
struct Survivor {
    change: String,
    place: Spot,
}

impl<'a> Document<'a> {
    fn of(outcomes: &'a Outcomes<'a>) -> Self {
        let sources = outcomes.sources;
        let answer = |answer: &'a Answer| AnswerRow {
            scope: &answer.scope,
            verdict: answer.verdict,
            decided_by: answer
                .deciders
                .iter()
                .map(|(entry, place)| Decided { entry, place: spot(sources, *place) })
                .collect(),
            rules: &answer.rules,
        };
        let test = |case: &'a Case<'a>| TestRow {
            place: spot(sources, case.test.place),
            app: case.test.app.as_deref(),
            scopes: &case.test.scopes,
            expected: expected(case.test),
            passed: case.failures.is_empty(),
            failures: &case.failures,
            answers: case.answers.iter().map(answer).collect(),
        };
        let entry = |entry: &'a Covered| EntryRow {
            kind: entry.kind.as_str(),
            app: entry.app.as_deref(),
            entry: &entry.text,
            place: spot(sources, entry.place),
            covered: entry.is_covered,
        };
        let mutants = |mutation: &Mutation| Mutants {
            made: mutation.made,
            noticed: mutation.made - mutation.equivalent - mutation.survivors.len(),
            equivalent: mutation.equivalent,
            survivors: mutation
                .survivors
                .iter()
                .map(|mutant| Survivor { change: told(mutant), place: spot(sources, mutant.place) })
                .collect(),
        };
        Self {
            format_version: FORMAT_VERSION,
            policy: &outcomes.policy.origin.label,
            passed: outcomes.cases.len() - outcomes.failed(),
            failed: outcomes.failed(),
            tests: outcomes.cases.iter().map(test).collect(),
            coverage: Coverage {
                percent: outcomes.percent(),
                covered: outcomes.covered(),
                entries: outcomes.coverage.iter().map(entry).collect(),
            },
            mutation: outcomes.mutation.as_ref().map(mutants),
            complaints: outcomes.complaints(),
        }
    }
}
