//! `zscope explain`: a rule's documentation, or what a scope gives and why.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::error::CommandError;
use super::{Outcome, Told, setup};
use crate::access::Explained;
use crate::catalog::Catalog;
use crate::finding::{RuleInfo, Severity};
use crate::report;
use crate::rules;
use crate::scope::{Scope, closest};
use crate::secret;

/// How many lines of a long list are shown without `--all`.
const SHOWN: usize = 12;

/// Arguments of `zscope explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Rule code (ZS201), rule name (full-access), or scope; without it, the list of rules
    #[arg(value_name = "CODE|SCOPE")]
    subject: Option<String>,

    /// Show long lists whole
    #[arg(long)]
    all: bool,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: one document, format version 1
    Json,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let shown = if args.all { usize::MAX } else { SHOWN };
    let Told { outcome, text, document } = match &args.subject {
        None => {
            let infos = rules::infos();
            let rules: Vec<RulePage> = infos.iter().map(|info| RulePage::of(info)).collect();
            handed_on(list(&infos), &RuleList { format_version: 1, rules })?
        }
        Some(subject) => told(subject, &args.catalog, shown)?,
    };
    super::print(match args.format {
        Format::Text => &text,
        Format::Json => &document,
    })?;
    Ok(outcome)
}

/// The explanation of a rule or a scope, for who hands it on, with lists as long as they are for people.
pub(super) fn told_in_short(subject: &str, overlays: &[PathBuf]) -> Result<Told, CommandError> {
    told(subject, overlays, SHOWN)
}

fn handed_on(text: String, document: &impl Serialize) -> Result<Told, CommandError> {
    let document = report::document(document)
        .map_err(|error| CommandError::incomplete(format!("the answer cannot be written as JSON: {error}")))?;
    Ok(Told { outcome: Outcome::Clean, text, document })
}

fn told(subject: &str, overlays: &[PathBuf], shown: usize) -> Result<Told, CommandError> {
    if let Some(rule) = rule(subject) {
        return handed_on(documentation(rule), &RulePage::of(rule));
    }
    if secret::redact(subject) != *subject || secret::is_none_of_a_scope(subject) {
        return Err(CommandError::usage("what looks like a token or a client secret cannot be explained").help(
            "give a rule's code or name, or a whole scope; revoke the secret where the shell keeps its history",
        ));
    }
    let scope: Scope = subject.trim().parse().map_err(|error| not_explained(subject, &error))?;
    let catalog = setup::catalog(overlays.iter())?;
    if scope.is_word() && catalog.word(subject).is_none() {
        return Err(not_explained(subject, &"no rule, and no one-word scope of the catalog"));
    }
    let page = Explained::of(&catalog, &scope);
    handed_on(page.text(shown), &page)
}

/// The JSON document of `zscope explain` without a subject.
#[derive(Serialize)]
struct RuleList {
    format_version: u32,
    rules: Vec<RulePage>,
}

/// The JSON document about a rule.
#[derive(Serialize)]
struct RulePage {
    format_version: u32,
    code: &'static str,
    rule: &'static str,
    severity: Severity,
    summary: &'static str,
    /// Markdown.
    documentation: &'static str,
}

impl RulePage {
    fn of(info: &RuleInfo) -> Self {
        let RuleInfo { code, name, severity, summary, docs, .. } = *info;
        Self { format_version: 1, code, rule: name, severity, summary, documentation: docs.trim() }
    }
}

/// The rule of that code or name.
pub(crate) fn rule(name: &str) -> Option<&'static RuleInfo> {
    let same = |info: &&RuleInfo| info.code.eq_ignore_ascii_case(name) || info.name.eq_ignore_ascii_case(name);
    rules::infos().into_iter().find(|info| same(info))
}

fn not_explained(subject: &str, reason: &dyn std::fmt::Display) -> CommandError {
    let error = CommandError::usage(super::unspoken(&format!("`{subject}` cannot be explained: {reason}")));
    let infos = rules::infos();
    let names = infos.iter().flat_map(|info| [info.code, info.name]);
    match closest(subject, names) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("give a rule's code or name (`zscope explain` lists them), or a whole scope"),
    }
}

/// The list of rules.
pub(crate) fn list(rules: &[&RuleInfo]) -> String {
    let mut text = String::from("Rules. `zscope explain CODE` tells more.\n\n");
    for info in rules {
        let _ = writeln!(text, "{}  {:<22} {:<8} {}", info.code, info.name, info.severity, info.summary);
    }
    text
}

/// The page about a rule.
pub(crate) fn documentation(info: &RuleInfo) -> String {
    let mut summary = info.summary.to_owned();
    summary.get_mut(..1).map(str::make_ascii_uppercase);
    format!("# {} {}\n\n{summary}. Severity: {}.\n\n{}\n", info.code, info.name, info.severity, info.docs.trim())
}

/// What a scope gives, and why; with long lists whole, if so wanted.
pub(crate) fn scope(catalog: &Catalog, scope: &Scope, whole: bool) -> String {
    Explained::of(catalog, scope).text(if whole { usize::MAX } else { SHOWN })
}
