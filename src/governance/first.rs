//! A first policy: the smallest one that denies by default and under which what is there passes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::found::{FoundApp, LeftOut, Reason};
use crate::access;
use crate::catalog::Catalog;
use crate::finding::Severity;
use crate::input::{Item, Request};
use crate::policy::{self, Policy, Top};
use crate::review::{Gathered, Review};
use crate::rules;
use crate::scope::{Scope, is_placeholder};
use crate::text::{Place, Source, Sources, Span};

/// For how many days what a rule refuses is accepted at first.
const GRACE: i64 = 90;

/// How many calls are named as the reason for an entry.
const NAMED: usize = 3;

/// A policy for the applications that were found, with what it could not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// The text.
    pub text: String,
    /// Scopes that the catalog does not know, each with its application: no policy makes them pass.
    pub unknown: Vec<(String, String)>,
    /// How many waivers it has.
    pub waivers: usize,
}

/// Writes the policy. `from` says in a few words what it was made from.
#[must_use]
pub fn first_policy(catalog: &Catalog, apps: &BTreeMap<String, FoundApp>, from: &str, as_of: Date) -> First {
    let mut text = format!(
        "# What each application may have. Written by `zscope policy init` from {from}: the least under which that passes.\n\
         # Nothing else is allowed. Name the owners, look at each line, take out what is not needed.\n\
         version: 1\ndefault: deny\nextends: [builtin:least-privilege]\n\napps:\n"
    );
    let mut unknown = Vec::new();
    for (name, app) in apps {
        let _ = writeln!(text, "  {}:", quoted(name));
        text.push_str("    owner: TODO\n");
        let list = |values: &BTreeSet<String>| values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ");
        if !app.clients.is_empty() {
            let _ = writeln!(text, "    clients: [{}]", list(&app.clients));
        }
        if !app.paths.is_empty() {
            let _ = writeln!(text, "    paths: [{}]", list(&app.paths));
        }
        let mut lines = String::new();
        let mut is_empty = true;
        for (scope, reason) in app.entries(catalog) {
            // What a token holds does exist, whoever knows it; what is asked for and known to nobody never passes.
            if !reason.is_held && !scope.has_placeholder() && !access::identify(catalog, scope).is_known() {
                unknown.push((name.clone(), scope.to_string()));
                let why = line(&format!("{scope}, asked for in {}", reason.place));
                let _ = writeln!(lines, "      # no entry makes this pass, since the catalog does not know it: {why}");
                continue;
            }
            is_empty = false;
            let _ = writeln!(lines, "      - {{ scope: {}, {} }}", quoted(&pattern(scope)), because(scope, reason));
        }
        for LeftOut { scope, place, instead } in &app.left_out {
            let whose = match instead.as_slice() {
                [] => "no call that was seen needs it".to_owned(),
                some => format!(
                    "the calls that were seen need {}",
                    some.iter().map(Scope::to_string).collect::<Vec<_>>().join(", ")
                ),
            };
            let _ = writeln!(lines, "      # left out: {}", line(&format!("{scope}, asked for in {place}: {whose}")));
        }
        text.push_str(if is_empty { "    allow: []\n" } else { "    allow:\n" });
        text.push_str(&lines);
    }
    let waivers = waivers(catalog, apps, &text, as_of);
    if !waivers.is_empty() {
        text.push_str("\n# What rules refuse although it is allowed above: accepted for now, with an end.\nwaivers:\n");
    }
    let expires = as_of.checked_add(GRACE.days()).unwrap_or(as_of);
    for (number, ((app, scope), refused)) in waivers.iter().enumerate() {
        let rules: Vec<&str> = refused.iter().copied().collect();
        let _ = write!(
            text,
            "  - id: W-{}\n    app: {}\n    scopes: [{}]\n    rules: [{}]\n    reason: found when this policy was written; \
             ask for less\n    owner: TODO\n    ticket: TODO\n    created: {as_of}\n    expires: {expires}\n",
            number + 1,
            quoted(app),
            quoted(&pattern(scope)),
            rules.join(", ")
        );
    }
    First { text, unknown, waivers: waivers.len() }
}

/// Why an entry is there, as fields of it: the calls that it opens, else where it was asked for.
fn because(scope: &Scope, reason: &Reason) -> String {
    let calls: Vec<String> = reason.calls.iter().take(NAMED).map(|call| quoted(call)).collect();
    if !calls.is_empty() && !scope.has_placeholder() {
        return format!("calls: [{}]", calls.join(", "));
    }
    let word = if reason.is_held { "held by" } else { "asked for in" };
    format!("why: {}", quoted(&format!("{word} {}", reason.place)))
}

/// A text that cannot end the comment that it is in.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A scope as an entry: what is filled in at run time is any one name.
fn pattern(scope: &Scope) -> String {
    let parts = scope.parts().iter().map(|part| if is_placeholder(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join(".")
}

/// What rules refuse under the policy so far: by application and scope.
fn waivers(
    catalog: &Catalog,
    apps: &BTreeMap<String, FoundApp>,
    text: &str,
    as_of: Date,
) -> BTreeMap<(String, Scope), BTreeSet<&'static str>> {
    let mut found: BTreeMap<(String, Scope), BTreeSet<&'static str>> = BTreeMap::new();
    let Some(policy) = loaded(text) else { return found };
    let mut gathered = Gathered { sources: Sources::default(), ..Gathered::default() };
    for (name, app) in apps {
        let list: Vec<String> = app.scopes.keys().map(ToString::to_string).collect();
        let id = gathered.sources.add(Source::new("<scopes>", list.join(",")));
        let mut start = 0;
        let mut items = Vec::new();
        for text in &list {
            let place = Place::new(id, Span::new(start, start + text.len()));
            items.push(Item::new(text, place, text.parse()));
            start += text.len() + 1;
        }
        let place = Place::new(id, Span::new(0, start.saturating_sub(1)));
        let mut request = Request::new(place, items);
        request.app = Some(name.clone());
        gathered.requests.push(request);
    }
    let report = Review::new(catalog, &policy, as_of).run(gathered);
    for finding in report.findings.iter().filter(|finding| finding.severity == Severity::Error) {
        let scope = finding.scope.as_deref().and_then(|scope| scope.parse::<Scope>().ok());
        let known = scope.filter(|scope| access::identify(catalog, scope).is_known() && !scope.has_placeholder());
        if let (Some(app), Some(scope)) = (&finding.app, known) {
            found.entry((app.clone(), scope)).or_default().insert(finding.rule.name);
        }
    }
    found
}

fn loaded(text: &str) -> Option<Policy> {
    let top = Top::File { path: Path::new("zscope.yaml"), text: text.to_owned() };
    policy::load(top, &|_| Err(String::new()), &rules::infos(), &mut Sources::default()).ok()
}

/// A value of YAML: as it stands where it is surely read so, else in quotes.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !word.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
