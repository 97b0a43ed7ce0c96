//! What a change does to its own judge, as the rules about it see it.

use super::comparison::{Direction, Setting, compare};
use crate::access;
use crate::catalog::Catalog;
use crate::finding::{RuleInfo, Severity};
use crate::judge::{Gap, Side};
use crate::rules::PolicyChange;
use crate::scope::Scope;
use crate::text::Place;

/// How many scopes are named of many.
const NAMED: usize = 5;

/// What differs between the policy by which a change is judged and the one that it brings, each difference with a witness.
#[must_use]
pub fn policy_changes(old: &Side<'_>, new: &Side<'_>, rules: &[&'static RuleInfo]) -> Vec<PolicyChange> {
    let comparison = compare(old, new, rules);
    let policy = new.policy();
    let start = policy.start();
    let mut found = Vec::new();
    for change in &comparison.access {
        let named = change.apps.iter().flatten().next();
        let app = if change.apps.iter().any(Option::is_none) { None } else { named };
        let whom = match (app, change.apps.len()) {
            (None, _) => "any app".to_owned(),
            (Some(app), 1) => format!("`{app}`"),
            (Some(app), more) => format!("`{app}` and {} more", more - 1),
        };
        for (is_looser, gaps) in [(true, &change.appears), (false, &change.disappears)] {
            let Some(widest) = gaps.first() else { continue };
            let message = match is_looser {
                true => format!("the change lets {whom} have `{}`, which the policy before it does not", widest.scope),
                false => format!("the change no longer lets {whom} have `{}`", widest.scope),
            };
            let place =
                widest.scope.parse::<Scope>().ok().and_then(|scope| new.decider(app.map(String::as_str), &scope));
            found.push(PolicyChange {
                app: app.cloned(),
                is_looser,
                message,
                scope: Some(widest.scope.clone()),
                details: details(gaps),
                severity: Severity::Error,
                place: place.filter(|place| place.source == policy.origin.source).unwrap_or(start),
            });
        }
    }
    for Setting { app, what, old: before, new: after, direction, witness } in comparison.settings {
        let is_looser = match direction {
            Direction::Looser => true,
            Direction::Tighter => false,
            Direction::Other => continue,
        };
        let verb = if is_looser { "loosens" } else { "tightens" };
        let message = format!("the change {verb} {what}: `{before}` becomes `{after}`");
        let details = witness.as_deref().map(|scope| of_scope(new.catalog(), scope)).unwrap_or_default();
        let waiver = policy.waivers.iter().find(|waiver| what == format!("waiver {}", waiver.id));
        let place = waiver.map(|waiver| waiver.place).filter(|place| place.source == policy.origin.source);
        found.push(PolicyChange {
            app,
            is_looser,
            message,
            scope: witness,
            details,
            severity: Severity::Error,
            place: place.unwrap_or(start),
        });
    }
    found
}

/// What a change accepts by itself, with a comment or in the baseline: a finding of a severity, on a scope where it is about
/// one.
#[must_use]
pub fn accepted_by_change(
    catalog: &Catalog,
    message: String,
    about: (Option<&str>, Option<&str>),
    severity: Severity,
    place: Place,
) -> PolicyChange {
    let (app, scope) = about;
    PolicyChange {
        app: app.map(str::to_owned),
        is_looser: true,
        message,
        scope: scope.map(str::to_owned),
        details: scope.map(|scope| of_scope(catalog, scope)).unwrap_or_default(),
        severity,
        place,
    }
}

/// What shows how much a scope gives: a call, the kinds of data.
fn of_scope(catalog: &Catalog, scope: &str) -> Vec<String> {
    let Ok(scope) = scope.parse::<Scope>() else { return Vec::new() };
    let call = access::example_call(catalog, &scope).map(crate::catalog::Endpoint::call);
    let data = access::data_classes(catalog, &scope);
    shown(call.as_ref(), data.iter().map(|class| class.as_str()))
}

fn shown<'d>(call: Option<&String>, data: impl Iterator<Item = &'d str>) -> Vec<String> {
    let mut found: Vec<String> = call.map(|call| format!("for example, it opens `{call}`")).into_iter().collect();
    let mut data: Vec<&str> = data.collect();
    data.sort_unstable();
    data.dedup();
    if !data.is_empty() {
        found.push(format!("the kinds of data: {}", data.join(", ")));
    }
    found
}

/// What shows a difference: a call, the kinds of data, more scopes.
fn details(gaps: &[Gap]) -> Vec<String> {
    let call = gaps.first().and_then(|gap| gap.call.as_ref());
    let mut found = shown(call, gaps.iter().flat_map(|gap| &gap.data).map(|class| class.as_str()));
    let others: Vec<String> = gaps.iter().skip(1).take(NAMED).map(|gap| format!("`{}`", gap.scope)).collect();
    if !others.is_empty() {
        let more = gaps.len() - 1 - others.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        found.push(format!("the same holds for {}{more}", others.join(", ")));
    }
    found
}
