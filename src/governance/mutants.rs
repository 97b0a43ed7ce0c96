//! Policies that say a little less or a little more than one does: a test that is worth something notices.

use crate::judge::{Relation, Side, difference};
use crate::policy::{App, Entry, Policy, Waiver};
use crate::scope::{Part, Pattern};
use crate::text::Place;

use super::trial::{EntryKind, Trial};

/// What is changed of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is gone.
    Removed,
    /// It names more: its new text.
    Widened(String),
    /// One of several names is gone: its new text.
    Narrowed(String),
    /// A waiver holds for every application.
    EveryApp,
}

/// A policy in which one entry is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// What kind of entry.
    pub kind: EntryKind,
    /// The application that it belongs to.
    pub app: Option<String>,
    /// The entry as it stands in the policy, or the waiver's id.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// What is changed.
    pub change: Change,
}

/// What became of the mutants of a policy.
#[derive(Clone, Debug, Default)]
pub struct Mutation {
    /// How many were made.
    pub made: usize,
    /// How many mean the same as the policy does: no test can notice them.
    pub equivalent: usize,
    /// Those that no test notices.
    pub survivors: Vec<Mutant>,
}

/// Changes each entry of the policy's own file in turn and runs the tests.
#[must_use]
pub fn mutate(trial: &Trial<'_>) -> Mutation {
    let mut mutation = Mutation::default();
    for (mutant, policy) in mutants(trial.policy()) {
        mutation.made += 1;
        if trial.is_noticed(&policy) {
            continue;
        }
        if means_the_same(trial, &mutant, &policy) {
            mutation.equivalent += 1;
        } else {
            mutation.survivors.push(mutant);
        }
    }
    mutation
}

/// Whether a policy says of every scope what the tested one says, for every application.
fn means_the_same(trial: &Trial<'_>, mutant: &Mutant, policy: &Policy) -> bool {
    let is_of_verdicts = |waiver: &Waiver| waiver.rules.iter().all(|rule| ["denied", "not-allowed"].contains(rule));
    if mutant.kind == EntryKind::Waiver && !trial.policy().waivers.iter().all(is_of_verdicts) {
        return false;
    }
    let old = Side::new(trial.catalog(), trial.policy(), trial.as_of());
    let new = Side::new(trial.catalog(), policy, trial.as_of());
    let apps: Vec<Option<&str>> = match &mutant.app {
        Some(app) if mutant.change != Change::EveryApp => vec![Some(app.as_str())],
        _ => std::iter::once(None).chain(policy.apps.iter().map(|app| Some(app.name.as_str()))).collect(),
    };
    apps.into_iter().all(|app| difference(&old, &new, app).0.relation == Relation::Equivalent)
}

/// A list of entries of a policy.
type List = for<'p> fn(&'p mut Policy, usize) -> &'p mut Vec<Entry>;

/// Every mutant, with its policy.
fn mutants(policy: &Policy) -> Vec<(Mutant, Policy)> {
    let own = policy.origin.source;
    let mut found = Vec::new();
    let of_app = |at: usize| policy.apps.get(at).map(|app: &App| app.name.clone());
    let shared: [(EntryKind, List); 2] =
        [(EntryKind::Allow, |policy, _| &mut policy.allow), (EntryKind::Deny, |policy, _| &mut policy.deny)];
    let of_apps: [(EntryKind, List); 2] = [
        (EntryKind::Allow, |policy, at| &mut policy.apps[at].allow),
        (EntryKind::Deny, |policy, at| &mut policy.apps[at].deny),
    ];
    let mut lists: Vec<(EntryKind, Option<String>, usize, List)> =
        shared.into_iter().map(|(kind, list)| (kind, None, 0, list)).collect();
    for at in 0..policy.apps.len() {
        lists.extend(of_apps.map(|(kind, list)| (kind, of_app(at), at, list)));
    }
    let mut base = policy.clone();
    for (kind, app, owner, list) in lists {
        let entries = list(&mut base, owner).clone();
        for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.place.source == own) {
            let mutant =
                |change| Mutant { kind, app: app.clone(), text: entry.text.clone(), place: entry.place, change };
            let mut without = policy.clone();
            list(&mut without, owner).remove(at);
            found.push((mutant(Change::Removed), without));
            for (change, pattern) in changed(&entry.pattern) {
                let mut other = policy.clone();
                list(&mut other, owner)[at].pattern = pattern;
                found.push((mutant(change), other));
            }
        }
    }
    for (at, waiver) in policy.waivers.iter().enumerate().filter(|(_, waiver)| waiver.place.source == own) {
        let mutant = |change| Mutant {
            kind: EntryKind::Waiver,
            app: waiver.app.clone(),
            text: waiver.id.clone(),
            place: waiver.place,
            change,
        };
        let mut without = policy.clone();
        without.waivers.remove(at);
        found.push((mutant(Change::Removed), without));
        if waiver.app.is_some() {
            let mut wider = policy.clone();
            wider.waivers[at].app = None;
            found.push((mutant(Change::EveryApp), wider));
        }
        for (number, entry) in waiver.scopes.iter().enumerate() {
            for (change, pattern) in changed(&entry.pattern) {
                let mut other = policy.clone();
                other.waivers[at].scopes[number].pattern = pattern;
                found.push((mutant(change), other));
            }
        }
    }
    found
}

/// The next wider patterns, and those with one alternative less.
fn changed(pattern: &Pattern) -> Vec<(Change, Pattern)> {
    let wider = widened(pattern).into_iter().map(|pattern| (Change::Widened(pattern.to_string()), pattern));
    let narrower = narrowed(pattern).into_iter().map(|pattern| (Change::Narrowed(pattern.to_string()), pattern));
    wider.chain(narrower).collect()
}

/// The pattern without one of several names, for each of them.
fn narrowed(pattern: &Pattern) -> Vec<Pattern> {
    let mut found = Vec::new();
    for (at, part) in pattern.parts().iter().enumerate() {
        let Part::Names(names) = part else { continue };
        for left_out in names.iter().filter(|_| names.len() > 1) {
            let rest = names.iter().filter(|name| *name != left_out).cloned().collect();
            let mut parts = pattern.parts().to_vec();
            parts[at] = Part::Names(rest);
            found.push(Pattern::from_parts(parts));
        }
    }
    found
}

/// The next wider patterns: any operation, and any resource or any service.
fn widened(pattern: &Pattern) -> Vec<Pattern> {
    let parts = pattern.parts();
    let is_name = |part: &Part| matches!(part, Part::Names(_));
    let [first @ .., last] = parts else { return Vec::new() };
    if first.is_empty() {
        return if is_name(last) { vec![Pattern::from_parts(vec![Part::One])] } else { Vec::new() };
    }
    let mut found = Vec::new();
    if is_name(last) {
        let mut any = parts.to_vec();
        any[parts.len() - 1] = Part::One;
        found.push(any);
    }
    if let Some(at) = first.iter().rposition(is_name) {
        let mut wider = first[..at].to_vec();
        wider.push(Part::Many);
        // What ends in `**` names every operation.
        if *last != Part::Many {
            wider.push(last.clone());
        }
        found.push(wider);
    }
    found.into_iter().map(Pattern::from_parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_narrowed_by_one_name_at_a_time() {
        let pattern = Pattern::parse("ZohoBooks.{invoices,bills}.{READ,CREATE,UPDATE}").unwrap();
        let found: Vec<String> = narrowed(&pattern).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 5);
        assert_eq!(found[0], "zohobooks.bills.{read,create,update}");
        assert_eq!(narrowed(&Pattern::parse("**.READ").unwrap()), []);
    }

    #[test]
    fn an_entry_is_widened_by_one_step_each_way() {
        for (pattern, expected) in [
            ("ZohoBooks.invoices.READ", &["zohobooks.invoices.*", "zohobooks.**.read"][..]),
            ("ZohoBooks.{invoices,bills}.READ", &["zohobooks.{invoices,bills}.*", "zohobooks.**.read"]),
            ("ZohoCRM.users.**", &["zohocrm.**"]),
            ("ZohoVault.**", &["**"]),
            ("ZohoBooks.*.READ", &["zohobooks.*.*", "**.read"]),
            ("**.DELETE", &["**.*"]),
            ("**", &[]),
            ("openid", &["*"]),
        ] {
            let found: Vec<String> =
                widened(&Pattern::parse(pattern).unwrap()).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{pattern}");
        }
    }
}
