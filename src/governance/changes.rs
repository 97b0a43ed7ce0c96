//! What a change does to its own judge, as the rules about it see it.

use super::comparison::{Direction, Setting, compare};
use crate::finding::RuleInfo;
use crate::judge::{Gap, Side};
use crate::rules::PolicyChange;
use crate::scope::Scope;

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
                place: place.filter(|place| place.source == policy.origin.source).unwrap_or(start),
            });
        }
    }
    for Setting { app, what, old, new, direction } in comparison.settings {
        let is_looser = match direction {
            Direction::Looser => true,
            Direction::Tighter => false,
            Direction::Other => continue,
        };
        let verb = if is_looser { "loosens" } else { "tightens" };
        let message = format!("the change {verb} {what}: `{old}` becomes `{new}`");
        found.push(PolicyChange { app, is_looser, message, scope: None, details: Vec::new(), place: start });
    }
    found
}

/// What shows a difference: a call, the kinds of data, more scopes.
fn details(gaps: &[Gap]) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(call) = gaps.first().and_then(|gap| gap.call.as_ref()) {
        found.push(format!("for example, it opens `{call}`"));
    }
    let mut data: Vec<&str> = gaps.iter().flat_map(|gap| &gap.data).map(|class| class.as_str()).collect();
    data.sort_unstable();
    data.dedup();
    if !data.is_empty() {
        found.push(format!("the kinds of data: {}", data.join(", ")));
    }
    let others: Vec<String> = gaps.iter().skip(1).take(NAMED).map(|gap| format!("`{}`", gap.scope)).collect();
    if !others.is_empty() {
        let more = gaps.len() - 1 - others.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        found.push(format!("the same holds for {}{more}", others.join(", ")));
    }
    found
}
