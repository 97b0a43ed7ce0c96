//! What is known of a scope, with the reasons: what it gives at least and at most, which calls it opens, what is narrower.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    Edge, Identity, Known, Unknown, Why, coverers, data_classes, gives, identify, opened_calls, opens, suggest,
};
use crate::catalog::{Catalog, DataClass, Endpoint, Provenance, Resource, Service, Status};
use crate::scope::Scope;

/// What is known of a scope.
#[derive(Serialize)]
pub(crate) struct Explained<'c> {
    /// Always 1.
    pub(crate) format_version: u32,
    /// In the catalog's spelling.
    pub(crate) scope: String,
    /// Whether the catalog knows it.
    pub(crate) known: bool,
    /// What it gives, in words.
    pub(crate) gives: String,
    /// The kinds of data in everything that it may reach.
    pub(crate) data: Vec<DataClass>,
    /// `documented`, `observed`, …; `null` when the catalog does not know it.
    pub(crate) status: Option<&'static str>,
    /// On whose word, or why it is not known.
    pub(crate) stated: String,
    /// What a reader should know besides.
    pub(crate) note: Option<&'c str>,
    /// Why it should not be used any more.
    pub(crate) deprecated: Option<Deprecated<'c>>,
    /// Where the vendor's own material has it by a slip.
    pub(crate) erratum: Option<String>,
    /// Who reports that it does not exist.
    pub(crate) invalid: Option<String>,
    /// What is probably meant, when it is not known.
    pub(crate) suggestion: Option<String>,
    /// What it surely opens.
    pub(crate) at_least: Vec<OpenedBy>,
    /// What it may open as well.
    pub(crate) at_most: Vec<OpenedBy>,
    /// Whatever Zoho adds under it later is given, too.
    pub(crate) open_ended: bool,
    /// Calls that it surely opens by itself.
    pub(crate) calls: Vec<CallLine<'c>>,
    /// Known scopes that surely cover it.
    pub(crate) covered_by: Vec<String>,
    /// Scopes that give a part of it.
    pub(crate) narrower: Vec<Narrower>,
}

/// `deprecated`.
#[derive(Serialize)]
pub(crate) struct Deprecated<'c> {
    pub(crate) since: Option<&'c str>,
    pub(crate) stated: String,
    pub(crate) instead: &'c [String],
}

/// An entry of `at_least` and `at_most`.
#[derive(Serialize)]
pub(crate) struct OpenedBy {
    /// Why.
    pub(crate) reason: String,
    pub(crate) scopes: Vec<String>,
}

/// An entry of `calls`.
#[derive(Serialize)]
pub(crate) struct CallLine<'c> {
    pub(crate) call: String,
    pub(crate) summary: &'c str,
}

/// An entry of `narrower`.
#[derive(Serialize)]
pub(crate) struct Narrower {
    pub(crate) scope: String,
    pub(crate) gives: String,
}

impl<'c> Explained<'c> {
    /// What a catalog knows of a scope.
    pub(crate) fn of(catalog: &'c Catalog, scope: &Scope) -> Self {
        let identity = identify(catalog, scope);
        let edges = opens(catalog, &identity.scope);
        let (sure, doubtful): (Vec<_>, Vec<_>) = edges.into_iter().partition(|edge| edge.sure);
        let by = |service: &Service, provenance| stated(service, provenance);
        let above = coverers(catalog, &identity.scope);
        let above = above.iter().skip(1).filter(|scope| identify(catalog, scope).is_known());
        let call = |call: &&'c Endpoint| CallLine { call: call.written(), summary: call.summary.as_str() };
        Self {
            format_version: 1,
            scope: identity.scope.to_string(),
            known: identity.is_known(),
            gives: gives(catalog, &identity.scope),
            data: data_classes(catalog, &identity.scope).into_iter().collect(),
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
                false => suggest(catalog, &identity).map(|near| near.to_string()),
            },
            at_least: by_reason(&identity, sure),
            at_most: by_reason(&identity, doubtful),
            open_ended: identity.scope.operation().is_some_and(|operation| operation.eq_ignore_ascii_case("ALL")),
            calls: opened_calls(catalog, &identity.scope).iter().map(call).collect(),
            covered_by: above.map(Scope::to_string).collect(),
            narrower: narrower(catalog, &identity),
        }
    }

    /// For people; of long lists so many lines.
    pub(crate) fn text(&self, shown: usize) -> String {
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
            for OpenedBy { reason, scopes } in opened {
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
        let line = |Narrower { scope, gives }: &Narrower| format!("{scope}  ({gives})");
        section(&mut text, shown, "narrower choices", self.narrower.iter().map(line));
        text
    }
}

/// What is opened, by the reason for it.
fn by_reason(identity: &Identity<'_>, edges: Vec<Edge<'_>>) -> Vec<OpenedBy> {
    let mut by_reason: Vec<OpenedBy> = Vec::new();
    for edge in edges {
        let reason = reason(identity, &edge);
        let scope = edge.scope.to_string();
        match by_reason.iter_mut().find(|known| known.reason == reason) {
            Some(known) => known.scopes.push(scope),
            None => by_reason.push(OpenedBy { reason, scopes: vec![scope] }),
        }
    }
    by_reason
}

/// Scopes that give a part of it: the operations of the resource, or the resources of the group or service.
fn narrower(catalog: &Catalog, identity: &Identity<'_>) -> Vec<Narrower> {
    if let Some(service) = identity.service()
        && identity.scope.is_full_access()
    {
        let choice = |resource: &Resource| {
            let least = ["READ", "VIEW"].iter().find_map(|word| resource.operation(word))?;
            let scope = service.scope(&resource.path, &least.name).to_string();
            Some(Narrower { scope, gives: format!("read {}", resource.grants) })
        };
        return service.resources.iter().filter_map(choice).collect();
    }
    let known = |scope: &Scope| identify(catalog, scope).status().is_some_and(Status::exists);
    let edges = opens(catalog, &identity.scope).into_iter().filter(|edge| known(&edge.scope));
    edges.map(|edge| Narrower { scope: edge.scope.to_string(), gives: gives(catalog, &edge.scope) }).collect()
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

fn reason(identity: &Identity<'_>, edge: &Edge<'_>) -> String {
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
