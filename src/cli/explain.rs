//! `zscope explain`: a rule's documentation, or what a scope gives and why.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::error::CommandError;
use super::{Outcome, setup};
use crate::access::{self, Identity, Known, Unknown, Why};
use crate::catalog::{Catalog, Provenance, Service, Status};
use crate::finding::RuleInfo;
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

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let Some(subject) = &args.subject else {
        super::print(&list(&rules::infos()))?;
        return Ok(Outcome::Clean);
    };
    if let Some(rule) = rule(subject) {
        super::print(&documentation(rule))?;
        return Ok(Outcome::Clean);
    }
    if secret::redact(subject) != *subject || secret::is_none_of_a_scope(subject) {
        return Err(CommandError::usage("what looks like a token or a client secret cannot be explained").help(
            "give a rule's code or name, or a whole scope; revoke the secret where the shell keeps its history",
        ));
    }
    let scope: Scope = subject.trim().parse().map_err(|error| not_explained(subject, &error))?;
    let catalog = setup::catalog(args.catalog.iter())?;
    if scope.is_word() && catalog.word(subject).is_none() {
        return Err(not_explained(subject, &"no rule, and no one-word scope of the catalog"));
    }
    super::print(&self::scope(&catalog, &scope, args.all))?;
    Ok(Outcome::Clean)
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
    Explanation { catalog, whole }.of(scope)
}

struct Explanation<'c> {
    catalog: &'c Catalog,
    whole: bool,
}

impl Explanation<'_> {
    fn of(&self, scope: &Scope) -> String {
        let identity = access::identify(self.catalog, scope);
        let mut text = format!("{}\n", identity.scope);
        let _ = writeln!(text, "  gives: {}", access::gives(self.catalog, &identity.scope));
        self.identity(&identity, &mut text);
        self.reach(&identity, &mut text);
        self.calls(&identity, &mut text);
        self.covered_by(&identity, &mut text);
        self.narrower(&identity, &mut text);
        text
    }

    fn identity(&self, identity: &Identity<'_>, text: &mut String) {
        let classes = access::data_classes(self.catalog, &identity.scope);
        if !classes.is_empty() {
            let names: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
            let _ = writeln!(text, "  kinds of data (zscope's own judgement): {}", names.join(", "));
        }
        match (identity.service(), identity.provenance()) {
            (Some(service), Some(provenance)) => {
                let _ = writeln!(text, "  status: {}", stated(service, provenance));
            }
            (service, _) => {
                let _ = writeln!(text, "  status: not in the catalog{}", unknown(identity, service));
            }
        }
        if let Known::Operation(_, resource, _) = identity.known
            && let Some(note) = &resource.note
        {
            let _ = writeln!(text, "  note: {note}");
        }
        if let Some((service, old)) = identity.deprecated {
            let since = old.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
            let _ = writeln!(text, "  deprecated{since}: {}", stated(service, &old.provenance));
            if !old.instead.is_empty() {
                let _ = writeln!(text, "  use instead: {}", old.instead.join(", "));
            }
        }
        if let Some((service, slip)) = identity.erratum {
            let _ = writeln!(text, "  a slip in the vendor's own material: {}", stated(service, &slip.provenance));
        }
        if let Some((service, bad)) = identity.invalid {
            let _ = writeln!(text, "  reported not to exist: {}", stated(service, &bad.provenance));
        }
        if !identity.is_known()
            && let Some(near) = access::suggest(self.catalog, identity)
        {
            let _ = writeln!(text, "  did you mean: {near}");
        }
    }

    /// What it opens at least and at most, with the reason for each edge.
    fn reach(&self, identity: &Identity<'_>, text: &mut String) {
        let edges = access::opens(self.catalog, &identity.scope);
        let (sure, doubtful): (Vec<_>, Vec<_>) = edges.into_iter().partition(|edge| edge.sure);
        for (title, edges) in [("opens at least", sure), ("may open as well, so at most", doubtful)] {
            let mut by_reason: Vec<(String, Vec<String>)> = Vec::new();
            for edge in edges {
                let reason = reason(identity, &edge);
                let scope = edge.scope.to_string();
                match by_reason.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, scopes)) => scopes.push(scope),
                    None => by_reason.push((reason, vec![scope])),
                }
            }
            for (reason, scopes) in by_reason {
                self.section(text, &format!("{title}: {reason}"), scopes.into_iter());
            }
        }
        let all = identity.scope.operation().is_some_and(|operation| operation.eq_ignore_ascii_case("ALL"));
        if all {
            text.push_str("  and whatever Zoho adds under it later\n");
        }
    }

    fn calls(&self, identity: &Identity<'_>, text: &mut String) {
        let calls = access::opened_calls(self.catalog, &identity.scope);
        let line = |call: &&crate::catalog::Endpoint| match call.summary.as_str() {
            "" => call.written(),
            summary => format!("{}  ({summary})", call.written()),
        };
        self.section(text, "calls that it surely opens by itself", calls.iter().map(line));
    }

    fn covered_by(&self, identity: &Identity<'_>, text: &mut String) {
        let above = access::coverers(self.catalog, &identity.scope);
        let above = above.iter().skip(1).filter(|scope| access::identify(self.catalog, scope).is_known());
        self.section(text, "covered by", above.map(Scope::to_string));
    }

    /// Scopes that give a part of it: the operations of the resource, or the resources of the group or service.
    fn narrower(&self, identity: &Identity<'_>, text: &mut String) {
        let known = |scope: &Scope| access::identify(self.catalog, scope).status().is_some_and(Status::exists);
        let mut parts: Vec<String> = Vec::new();
        for edge in access::opens(self.catalog, &identity.scope) {
            if known(&edge.scope) {
                parts.push(format!("{}  ({})", edge.scope, access::gives(self.catalog, &edge.scope)));
            }
        }
        if let Some(service) = identity.service()
            && identity.scope.is_full_access()
        {
            parts = service
                .resources
                .iter()
                .filter_map(|resource| {
                    let least = ["READ", "VIEW"].iter().find_map(|word| resource.operation(word));
                    let operation = least.or_else(|| resource.operations.first())?;
                    Some(format!("{}  (read {})", service.scope(&resource.path, &operation.name), resource.grants))
                        .filter(|_| least.is_some())
                })
                .collect();
        }
        self.section(text, "narrower choices", parts.into_iter());
    }

    fn section(&self, text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{title} ({})", lines.len());
        let shown = if self.whole { lines.len() } else { SHOWN };
        for line in lines.iter().take(shown) {
            let _ = writeln!(text, "  {line}");
        }
        if lines.len() > shown {
            let _ = writeln!(text, "  … and {} more (--all shows them)", lines.len() - shown);
        }
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
