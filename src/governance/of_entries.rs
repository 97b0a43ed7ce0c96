//! Faults of allow and deny entries, and of tests.

use std::collections::HashSet;

use jiff::civil::Date;

use super::faults::{Fault, FaultKind};
use super::trial::Trial;
use crate::access::{self, Graph};
use crate::catalog::Catalog;
use crate::catalog::calls::{Call, Index};
use crate::judge::{Relation, Side, Table, difference, names_nothing};
use crate::policy::{Effect, Entry, Policy, PolicyTest};
use crate::scope::{Part, Pattern, Scope};
use crate::text::{Place, Span};

/// A list of entries: whose, what it does, and how to get at it.
struct List {
    app: Option<usize>,
    effect: Effect,
}

impl List {
    fn of<'p>(&self, policy: &'p Policy) -> &'p Vec<Entry> {
        match (self.app, self.effect) {
            (None, Effect::Allow) => &policy.allow,
            (None, Effect::Deny) => &policy.deny,
            (Some(at), Effect::Allow) => &policy.apps[at].allow,
            (Some(at), Effect::Deny) => &policy.apps[at].deny,
        }
    }

    fn without(&self, policy: &Policy, at: usize) -> Policy {
        let mut other = policy.clone();
        let list = match (self.app, self.effect) {
            (None, Effect::Allow) => &mut other.allow,
            (None, Effect::Deny) => &mut other.deny,
            (Some(app), Effect::Allow) => &mut other.apps[app].allow,
            (Some(app), Effect::Deny) => &mut other.apps[app].deny,
        };
        list.remove(at);
        other
    }
}

fn lists(policy: &Policy) -> Vec<List> {
    let owners = std::iter::once(None).chain((0..policy.apps.len()).map(Some));
    owners.flat_map(|app| [Effect::Allow, Effect::Deny].map(|effect| List { app, effect })).collect()
}

pub(super) fn faults(
    catalog: &Catalog,
    policy: &Policy,
    as_of: Date,
    used: Option<&[(Option<String>, Scope)]>,
) -> Vec<Fault> {
    let own = policy.origin.source;
    let mut found = Vec::new();
    for list in lists(policy) {
        for (at, entry) in list.of(policy).iter().enumerate().filter(|(_, entry)| entry.place.source == own) {
            if let Some((why, help)) = names_nothing(catalog, entry) {
                let word = list.effect.as_str();
                let message = format!("the {word} entry `{}` names nothing: {why}", entry.text);
                found.push(Fault::new(FaultKind::NamesNothing, entry.place, message, help));
                continue;
            }
            found.extend(idle(catalog, policy, as_of, &list, at));
            if list.effect == Effect::Allow {
                found.extend(without_reason(policy, &list, entry));
                found.extend(calls_not_opened(catalog, entry));
            }
        }
    }
    if let Some(used) = used {
        found.extend(unused(catalog, policy, used));
    }
    found
}

/// An entry without which the policy would mean the same.
fn idle(catalog: &Catalog, policy: &Policy, as_of: Date, list: &List, at: usize) -> Option<Fault> {
    let entries = list.of(policy);
    let entry = &entries[at];
    let word = list.effect.as_str();
    let shared = list.app.map(|_| match list.effect {
        Effect::Allow => &policy.allow,
        Effect::Deny => &policy.deny,
    });
    // The earlier of two stays, and that for every application.
    let twins = entries[..at].iter().chain(shared.into_iter().flatten());
    if let Some(twin) = twins.into_iter().find(|other| named(&other.pattern) == named(&entry.pattern)) {
        let message = format!("the {word} entry `{}` stands there already, as `{}`", entry.text, twin.text);
        let fault = Fault::new(FaultKind::DuplicateEntry, entry.place, message, "keep one of the two");
        return Some(fault.removable(entry.whole));
    }
    let without = list.without(policy, at);
    if !same(catalog, as_of, policy, &without, list) {
        return None;
    }
    let mut permissive = policy.clone();
    permissive.deny.clear();
    permissive.apps.iter_mut().for_each(|app| app.deny.clear());
    let beaten =
        list.effect == Effect::Allow && !same(catalog, as_of, &permissive, &list.without(&permissive, at), list);
    let (kind, message, help) = if beaten {
        let message = format!("all that the allow entry `{}` names is denied", entry.text);
        (FaultKind::BeatenByDeny, message, "take it out; deny beats allow, wherever the two stand")
    } else if list.effect == Effect::Allow && policy.default == Effect::Allow {
        let message = format!("the default allows what the allow entry `{}` names", entry.text);
        (FaultKind::ShadowedEntry, message, "say `default: deny`, or take the entry out")
    } else {
        let message = format!("other entries already say what the {word} entry `{}` says", entry.text);
        (FaultKind::ShadowedEntry, message, "take it out: nothing changes")
    };
    Some(Fault::new(kind, entry.place, message, help).removable(entry.whole))
}

/// The parts of a pattern, alternatives in order.
fn named(pattern: &Pattern) -> Vec<Part> {
    let sorted = |part: &Part| match part {
        Part::Names(names) => {
            let mut names = names.clone();
            names.sort();
            names.dedup();
            Part::Names(names)
        }
        part => part.clone(),
    };
    pattern.parts().iter().map(sorted).collect()
}

/// Whether two policies that differ in one list mean the same for everybody whom that list concerns.
fn same(catalog: &Catalog, as_of: Date, policy: &Policy, other: &Policy, list: &List) -> bool {
    let (old, new) = (Side::new(catalog, policy, as_of), Side::new(catalog, other, as_of));
    let names: Vec<Option<&str>> = match list.app {
        Some(at) => vec![Some(policy.apps[at].name.as_str())],
        None => std::iter::once(None).chain(policy.apps.iter().map(|app| Some(app.name.as_str()))).collect(),
    };
    names.into_iter().all(|app| difference(&old, &new, app).0.relation == Relation::Equivalent)
}

fn without_reason(policy: &Policy, list: &List, entry: &Entry) -> Option<Fault> {
    let has_calls = list.app.is_some_and(|at| !policy.apps[at].calls.is_empty());
    if entry.why.is_some() || !entry.calls.is_empty() || has_calls {
        return None;
    }
    let message = format!("nobody says why `{}` is allowed", entry.text);
    let help = format!("write `{{ scope: \"{}\", why: … }}`, or the `calls` that need it", entry.text);
    Some(Fault::new(FaultKind::NoReason, entry.place, message, help))
}

/// Calls that an entry gives as its reason although no scope of the entry is among what they need.
fn calls_not_opened(catalog: &Catalog, entry: &Entry) -> Vec<Fault> {
    if entry.calls.is_empty() {
        return Vec::new();
    }
    let index = Index::build(catalog);
    let mut found = Vec::new();
    for call in &entry.calls {
        let Ok(parsed) = format!("{} {}", call.method, call.path).parse::<Call>() else { continue };
        let hits = index.find(&parsed).matches;
        let needed: Vec<&Scope> = hits.iter().flat_map(|hit| hit.endpoint.needs.scopes()).collect();
        // Of a call that nobody knows, and of one whose need nobody states, nothing can be said.
        if needed.is_empty() {
            continue;
        }
        let opens = |scope: &&Scope| {
            let over = access::coverers(catalog, scope);
            over.iter().any(|over| entry.pattern.matches(over)) || entry.pattern.meets(&Pattern::of_scope(scope))
        };
        if !needed.iter().any(opens) {
            let names: Vec<String> = needed.iter().take(3).map(|scope| format!("`{scope}`")).collect();
            let message = format!("`{}` does not open `{}`", entry.text, call.text);
            let help = format!("the call needs {}", names.join(" or "));
            found.push(Fault::new(FaultKind::CallNotOpened, call.place, message, help));
        }
    }
    found
}

/// Allow entries that allow nothing that is used, or more than that.
fn unused(catalog: &Catalog, policy: &Policy, used: &[(Option<String>, Scope)]) -> Vec<Fault> {
    let table = Table::new(catalog, policy);
    let mut found = Vec::new();
    for list in lists(policy).iter().filter(|list| list.effect == Effect::Allow) {
        let whose = list.app.map(|at| policy.apps[at].name.as_str());
        let own = used.iter().filter(|(app, _)| whose.is_none() || app.as_deref() == whose);
        let own: Vec<(&Option<String>, &Scope)> = own.map(|(app, scope)| (app, scope)).collect();
        for entry in list.of(policy) {
            let decides = |(app, scope): &&(&Option<String>, &Scope)| {
                table.judge(app.as_deref()).deciders(scope).iter().any(|decider| decider.place == entry.place)
            };
            let mut scopes: Vec<String> = own.iter().filter(decides).map(|(_, scope)| scope.to_string()).collect();
            scopes.sort();
            scopes.dedup();
            if scopes.is_empty() {
                let message = format!("nothing that is used needs `{}`", entry.text);
                found.push(Fault::new(
                    FaultKind::UnusedEntry,
                    entry.place,
                    message,
                    "take it out, or name what uses it",
                ));
                continue;
            }
            let literal: HashSet<String> = scopes.iter().map(|scope| scope.to_ascii_lowercase()).collect();
            let is_exact = entry.pattern.literal().is_some_and(|scope| literal.contains(&scope.folded()))
                || names_only(catalog, entry, &literal);
            if !is_exact {
                let shown: Vec<String> = scopes.iter().take(4).map(|scope| format!("`{scope}`")).collect();
                let more = scopes.len().saturating_sub(shown.len());
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let message = format!("`{}` allows more than is used", entry.text);
                let help = format!("used are {}{more}: allow those by name", shown.join(", "));
                found.push(Fault::new(FaultKind::BroaderThanUse, entry.place, message, help));
            }
        }
    }
    found
}

/// Whether an entry names no scope of the catalog but some.
fn names_only(catalog: &Catalog, entry: &Entry, some: &HashSet<String>) -> bool {
    let has_wildcard = entry.pattern.parts().iter().any(|part| !matches!(part, Part::Names(_)));
    let graph = Graph::of(catalog);
    let known = catalog.services().flat_map(|service| service.scopes().map(|(scope, _)| scope));
    let named = known.filter(|scope| entry.pattern.matches(scope));
    !has_wildcard && named.map(|scope| graph.scope(graph.id(&scope)).folded()).all(|scope| some.contains(&scope))
}

/// Tests that prove nothing: they hold whatever the policy says, or say what another one says.
pub(super) fn of_tests(catalog: &Catalog, policy: &Policy, as_of: Date, tests: &[PolicyTest]) -> Vec<Fault> {
    let entry = |text: &str| {
        let place = Place::new(policy.origin.source, Span::default());
        let pattern = Pattern::from_parts(vec![Part::Many]);
        Entry { pattern, text: text.to_owned(), place, whole: place, why: None, calls: Vec::new() }
    };
    let bare = |default, allow: Vec<Entry>, deny: Vec<Entry>| {
        let mut other = policy.clone();
        (other.default, other.allow, other.deny) = (default, allow, deny);
        other.waivers.clear();
        other.levels.clear();
        for app in &mut other.apps {
            app.allow.clear();
            app.deny.clear();
            app.levels.clear();
        }
        other
    };
    let others = [
        bare(Effect::Deny, Vec::new(), Vec::new()),
        bare(Effect::Allow, vec![entry("**")], Vec::new()),
        bare(Effect::Deny, Vec::new(), vec![entry("**")]),
    ];
    let mut found = Vec::new();
    let mut seen: Vec<(&Option<String>, String, &PolicyTest)> = Vec::new();
    for test in tests {
        let trial = Trial::new(catalog, policy, as_of, std::slice::from_ref(test));
        if others.iter().all(|other| !trial.is_noticed(other)) {
            let message = format!("this test of `{}` holds whatever the policy says", test.scopes);
            let help = "expect a verdict that an entry decides";
            found.push(Fault::new(FaultKind::IdleTest, test.place, message, help));
        }
        let key = test.scopes.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase);
        let key: Vec<String> = key.collect();
        let key = key.join(" ");
        let is_twin = |(app, scopes, other): &&(&Option<String>, String, &PolicyTest)| {
            *app == &test.app && *scopes == key && said(other) == said(test)
        };
        if seen.iter().any(|known| is_twin(&known)) {
            let message = format!("another test says the same of `{}`", test.scopes);
            let fault = Fault::new(FaultKind::DuplicateTest, test.place, message, "keep one of the two");
            found.push(fault.removable(test.place));
        }
        seen.push((&test.app, key, test));
    }
    found
}

/// What a test expects, without places.
fn said(test: &PolicyTest) -> (Option<crate::policy::Verdict>, Option<&str>, Option<&'static str>) {
    let expect = &test.expect;
    (expect.verdict, expect.entry.as_ref().map(|entry| entry.value.as_str()), expect.rule)
}
