//! Above each entry of a policy: who may have what it names, and which calls that opens.

use std::collections::BTreeSet;
use std::path::Path;

use lsp_types::{CodeLens, Command};
use serde_json::{Value, json};

use super::{Text, entries, source_of};
use crate::access;
use crate::judge::Side;
use crate::lsp::source::Judge;
use crate::policy::Verdict;
use crate::scope::{Pattern, Scope};

/// The most scopes of an entry that are looked at.
const MOST: usize = 4000;

/// A lens for each entry of a policy; what it says is worked out when it is shown.
pub(in crate::lsp) fn lenses(judge: &Judge<'_>, path: &Path, text: &Text) -> Vec<CodeLens> {
    let Some(id) = source_of(judge, path) else { return Vec::new() };
    // The text may have changed since it could be read last: then lenses would stand anywhere.
    if judge.basis.sources.get(id).text() != text.as_str() {
        return Vec::new();
    }
    let lens = |(app, entry): (Option<&str>, &crate::policy::Entry)| CodeLens {
        range: text.range(entry.place.span),
        command: None,
        data: Some(json!({ "folder": judge.folder, "entry": entry.text, "app": app })),
    };
    entries(judge, id).into_iter().map(lens).collect()
}

/// A lens with what it says.
pub(in crate::lsp) fn resolved(judges: &[Judge<'_>], lens: CodeLens) -> CodeLens {
    let told = lens.data.as_ref().and_then(|data| told(judges, data)).unwrap_or_default();
    CodeLens { command: Some(Command { title: told, command: String::new(), arguments: None }), ..lens }
}

fn told(judges: &[Judge<'_>], data: &Value) -> Option<String> {
    let folder = Path::new(data.get("folder")?.as_str()?);
    let judge = judges.iter().find(|judge| judge.folder == folder)?;
    let pattern = Pattern::parse(data.get("entry")?.as_str()?).ok()?;
    let named = named(judge, &pattern);
    let basis = judge.basis;
    let side = Side::new(&basis.catalog, &basis.policy, basis.as_of);
    let may = |app: Option<&str>| {
        let passes = |scope: &Scope| matches!(side.verdict(app, scope), Verdict::Allowed | Verdict::Waived);
        !named.is_empty() && named.iter().any(passes)
    };
    let apps = &basis.policy.apps;
    let who = if apps.is_empty() {
        if may(None) { "may be had".to_owned() } else { "nobody may".to_owned() }
    } else {
        match apps.iter().filter(|app| may(Some(&app.name))).count() {
            0 => "no app may".to_owned(),
            1 => "1 app may".to_owned(),
            count => format!("{count} apps may"),
        }
    };
    let calls = calls_of(judge, &named);
    let s = if calls == 1 { "" } else { "s" };
    Some(format!("{who} · opens {calls} call{s}"))
}

/// The known scopes that an entry names.
pub(super) fn named(judge: &Judge<'_>, pattern: &Pattern) -> Vec<Scope> {
    let catalog = &judge.basis.catalog;
    if let Some(scope) = pattern.literal() {
        return vec![access::identify(catalog, &scope).scope];
    }
    let all = catalog.services().flat_map(|service| {
        let of = move |resource: &'_ crate::catalog::Resource| -> Vec<Scope> {
            resource.operations.iter().map(|operation| service.scope(&resource.path, &operation.name)).collect()
        };
        let full = service.full_access.iter().map(|full| full.scope.clone());
        service.resources.iter().flat_map(of).chain(full)
    });
    all.filter(|scope| pattern.matches(scope)).take(MOST).collect()
}

/// How many calls scopes surely open, each by itself.
pub(super) fn calls_of(judge: &Judge<'_>, scopes: &[Scope]) -> usize {
    let catalog = &judge.basis.catalog;
    let mut calls: BTreeSet<String> = BTreeSet::new();
    for scope in scopes {
        calls.extend(access::opened_calls(catalog, scope).iter().map(|call| call.written()));
    }
    calls.len()
}
