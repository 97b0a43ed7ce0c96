//! `zscope explain`: a rule's documentation, or what a scope gives and why.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::error::CommandError;
use super::{Outcome, Told, setup};
use crate::access::{self, Identity, Known, Unknown, Why};
use crate::catalog::{Catalog, DataClass, Endpoint, Provenance, Resource, Service, Status};
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
    let page = Page::of(&catalog, &scope);
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
    Page::of(catalog, scope).text(if whole { usize::MAX } else { SHOWN })
}

/// What is known of a scope.
#[derive(Serialize)]
struct Page<'c> {
    /// Always 1.
    format_version: u32,
    /// In the catalog's spelling.
    scope: String,
    /// Whether the catalog knows it.
    known: bool,
    /// What it gives, in words.
    gives: String,
    /// The kinds of data in everything that it may reach.
    data: Vec<DataClass>,
    /// `documented`, `observed`, …; `null` when the catalog does not know it.
    status: Option<&'static str>,
    /// On whose word, or why it is not known.
    stated: String,
    /// What a reader should know besides.
    note: Option<&'c str>,
    /// Why it should not be used any more.
    deprecated: Option<Deprecated<'c>>,
    /// Where the vendor's own material has it by a slip.
    erratum: Option<String>,
    /// Who reports that it does not exist.
    invalid: Option<String>,
    /// What is probably meant, when it is not known.
    suggestion: Option<String>,
    /// What it surely opens.
    at_least: Vec<Opened>,
    /// What it may open as well.
    at_most: Vec<Opened>,
    /// Whatever Zoho adds under it later is given, too.
    open_ended: bool,
    /// Calls that it surely opens by itself.
    calls: Vec<CallLine<'c>>,
    /// Known scopes that surely cover it.
    covered_by: Vec<String>,
    /// Scopes that give a part of it.
    narrower: Vec<Choice>,
}

/// `deprecated`.
#[derive(Serialize)]
struct Deprecated<'c> {
    since: Option<&'c str>,
    stated: String,
    instead: &'c [String],
}

/// An entry of `at_least` and `at_most`.
#[derive(Serialize)]
struct Opened {
    /// Why.
    reason: String,
    scopes: Vec<String>,
}

/// An entry of `calls`.
#[derive(Serialize)]
struct CallLine<'c> {
    call: String,
    summary: &'c str,
}

/// An entry of `narrower`.
#[derive(Serialize)]
struct Choice {
    scope: String,
    gives: String,
}

impl<'c> Page<'c> {
    fn of(catalog: &'c Catalog, scope: &Scope) -> Self {
        let identity = access::identify(catalog, scope);
        let edges = access::opens(catalog, &identity.scope);
        let (sure, doubtful): (Vec<_>, Vec<_>) = edges.into_iter().partition(|edge| edge.sure);
        let by = |service: &Service, provenance| stated(service, provenance);
        let above = access::coverers(catalog, &identity.scope);
        let above = above.iter().skip(1).filter(|scope| access::identify(catalog, scope).is_known());
        let call = |call: &&'c Endpoint| CallLine { call: call.written(), summary: call.summary.as_str() };
        Self {
            format_version: 1,
            scope: identity.scope.to_string(),
            known: identity.is_known(),
            gives: access::gives(catalog, &identity.scope),
            data: access::data_classes(catalog, &identity.scope).into_iter().collect(),
            status: identity.status().map(Status::as_str),
            stated: match (identity.service(), identity.provenance()) {
                (Some(service), Some(provenance)) => stated(service, provenance),
                (service, _) => format!("not in the catalog{}", unknown(&identity, service)),
            },
            note: match identity.known {
                Known::Operation(_, resource, _) => resource.note.as_deref(),
                _ => None,
            },
            deprecated: identity.deprecated.map(|(service, old)| Deprecated {
                since: old.since.as_deref(),
                stated: by(service, &old.provenance),
                instead: &old.instead,
            }),
            erratum: identity.erratum.map(|(service, slip)| by(service, &slip.provenance)),
            invalid: identity.invalid.map(|(service, bad)| by(service, &bad.provenance)),
            suggestion: match identity.is_known() {
                true => None,
                false => access::suggest(catalog, &identity).map(|near| near.to_string()),
            },
            at_least: by_reason(&identity, sure),
            at_most: by_reason(&identity, doubtful),
            open_ended: identity.scope.operation().is_some_and(|operation| operation.eq_ignore_ascii_case("ALL")),
            calls: access::opened_calls(catalog, &identity.scope).iter().map(call).collect(),
            covered_by: above.map(Scope::to_string).collect(),
            narrower: narrower(catalog, &identity),
        }
    }

    /// For people; of long lists so many lines.
    fn text(&self, shown: usize) -> String {
        let mut text = format!("{}\n  gives: {}\n", self.scope, self.gives);
        if !self.data.is_empty() {
            let names: Vec<&str> = self.data.iter().map(|class| class.as_str()).collect();
            let _ = writeln!(text, "  kinds of data (zscope's own judgement): {}", names.join(", "));
        }
        let _ = writeln!(text, "  status: {}", self.stated);
        if let Some(note) = self.note {
            let _ = writeln!(text, "  note: {note}");
        }
        if let Some(old) = &self.deprecated {
            let since = old.since.map(|since| format!(" since {since}")).unwrap_or_default();
            let _ = writeln!(text, "  deprecated{since}: {}", old.stated);
            if !old.instead.is_empty() {
                let _ = writeln!(text, "  use instead: {}", old.instead.join(", "));
            }
        }
        for (what, said) in [
            ("a slip in the vendor's own material", &self.erratum),
            ("reported not to exist", &self.invalid),
            ("did you mean", &self.suggestion),
        ] {
            if let Some(said) = said {
                let _ = writeln!(text, "  {what}: {said}");
            }
        }
        for (title, opened) in [("opens at least", &self.at_least), ("may open as well, so at most", &self.at_most)] {
            for Opened { reason, scopes } in opened {
                section(&mut text, shown, &format!("{title}: {reason}"), scopes.iter().cloned());
            }
        }
        if self.open_ended {
            text.push_str("  and whatever Zoho adds under it later\n");
        }
        let line = |CallLine { call, summary }: &CallLine<'_>| match *summary {
            "" => call.clone(),
            summary => format!("{call}  ({summary})"),
        };
        section(&mut text, shown, "calls that it surely opens by itself", self.calls.iter().map(line));
        section(&mut text, shown, "covered by", self.covered_by.iter().cloned());
        let line = |Choice { scope, gives }: &Choice| format!("{scope}  ({gives})");
        section(&mut text, shown, "narrower choices", self.narrower.iter().map(line));
        text
    }
}

/// What is opened, by the reason for it.
fn by_reason(identity: &Identity<'_>, edges: Vec<access::Edge<'_>>) -> Vec<Opened> {
    let mut by_reason: Vec<Opened> = Vec::new();
    for edge in edges {
        let reason = reason(identity, &edge);
        let scope = edge.scope.to_string();
        match by_reason.iter_mut().find(|known| known.reason == reason) {
            Some(known) => known.scopes.push(scope),
            None => by_reason.push(Opened { reason, scopes: vec![scope] }),
        }
    }
    by_reason
}

/// Scopes that give a part of it: the operations of the resource, or the resources of the group or service.
fn narrower(catalog: &Catalog, identity: &Identity<'_>) -> Vec<Choice> {
    if let Some(service) = identity.service()
        && identity.scope.is_full_access()
    {
        let choice = |resource: &Resource| {
            let least = ["READ", "VIEW"].iter().find_map(|word| resource.operation(word))?;
            let scope = service.scope(&resource.path, &least.name).to_string();
            Some(Choice { scope, gives: format!("read {}", resource.grants) })
        };
        return service.resources.iter().filter_map(choice).collect();
    }
    let known = |scope: &Scope| access::identify(catalog, scope).status().is_some_and(Status::exists);
    let edges = access::opens(catalog, &identity.scope).into_iter().filter(|edge| known(&edge.scope));
    edges.map(|edge| Choice { scope: edge.scope.to_string(), gives: access::gives(catalog, &edge.scope) }).collect()
}

fn section(text: &mut String, shown: usize, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title} ({})", lines.len());
    for line in lines.iter().take(shown) {
        let _ = writeln!(text, "  {line}");
    }
    if lines.len() > shown {
        let _ = writeln!(text, "  … and {} more (--all shows them)", lines.len() - shown);
    }
}

fn reason(identity: &Identity<'_>, edge: &access::Edge<'_>) -> String {
    let said = |provenance: &Provenance| match identity.service() {
        Some(service) => stated(service, provenance),
        None => provenance.status.to_string(),
    };
    match edge.why {
        Why::All => "ALL is every operation on the resource".to_owned(),
        Why::FullAccess => "full access is everything in the service".to_owned(),
        Why::Path => "its path begins so, and nobody says that it is separate (assumed)".to_owned(),
        Why::Meaning(None) => "WRITE stands for create, update and delete".to_owned(),
        Why::Meaning(Some(provenance)) => format!("the operation stands for it ({})", said(provenance)),
        Why::Group(group) => format!("the group {} ({})", group.parent.join("."), said(&group.provenance)),
    }
}

fn unknown(identity: &Identity<'_>, service: Option<&Service>) -> String {
    match (&identity.known, service) {
        (Known::No(Unknown::Service(Some(alias))), _) => format!(": {} was seen under this name", alias.name),
        (Known::No(Unknown::Service(None)), _) => ": no such service".to_owned(),
        (Known::No(Unknown::Operation(_, resource)), _) => {
            let names: Vec<&str> = resource.operations.iter().map(|op| op.name.as_str()).collect();
            format!(": {} has the operations {}", resource.dotted(), names.join(", "))
        }
        (_, Some(service)) => format!(": no such resource in {}", service.product),
        _ => String::new(),
    }
}

fn stated(service: &Service, provenance: &Provenance) -> String {
    let sources: Vec<String> = provenance.sources.iter().map(|source| service.cite(source)).collect();
    let note = provenance.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
    format!("{} by {}{note}", provenance.status, sources.join(" and "))
}
