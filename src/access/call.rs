//! Scopes and API calls: which scopes a call needs, which calls a scope opens.

use super::coverage::{starts, starts_of_need, sure_coverers};
use super::identity::identify;
use super::reach::sure_reach;
use crate::catalog::{Catalog, Composed, Endpoint, Needed, Needs, Service};
use crate::scope::Scope;

/// Whether a list of scopes surely suffices for a call. `None` when the vendor does not say which of the listed scopes
/// are needed.
#[must_use]
pub fn suffices(catalog: &Catalog, scopes: &[Scope], endpoint: &Endpoint) -> Option<bool> {
    let scopes: Vec<Scope> = scopes.iter().map(|scope| identify(catalog, scope).scope).collect();
    match &endpoint.needs {
        Needs::Nothing => Some(true),
        Needs::Disputed(_) | Needs::Unstated(_) | Needs::Likely(_) | Needs::Unknown => None,
        Needs::AnyOf(sets) => Some(sets.iter().any(|set| set.iter().all(|need| gives_need(catalog, &scopes, need)))),
    }
}

/// Whether one of the scopes surely gives what a call needs. `WRITE` and other words that stand for operations count
/// as those.
pub(super) fn gives_need(catalog: &Catalog, scopes: &[Scope], need: &Scope) -> bool {
    starts(catalog, need).iter().all(|need| {
        let above = sure_coverers(catalog, need);
        scopes.iter().any(|scope| above.contains(scope))
    })
}

/// A call that a scope surely opens and that what is covered already does not: the witness of an excess. The one with
/// the gravest operation wins, deletion first; among equals the shortest path, which names what is most central.
#[must_use]
pub fn find_call<'c>(catalog: &'c Catalog, scope: &Scope, covered: impl Fn(&Scope) -> bool) -> Option<&'c Endpoint> {
    let segments = |endpoint: &Endpoint| endpoint.path.matches('/').count();
    opened(catalog, scope, &covered)
        .min_by_key(|(gravity, endpoint)| (*gravity, segments(endpoint)))
        .map(|(_, endpoint)| endpoint)
}

/// A call that a scope surely opens by itself: the gravest one, as [`find_call`] has it.
#[must_use]
pub fn example_call<'c>(catalog: &'c Catalog, scope: &Scope) -> Option<&'c Endpoint> {
    let service = identify(catalog, scope).service()?;
    let calls = catalog.endpoints(&service.name);
    let find = || {
        let found = find_call(catalog, scope, |_| false)?;
        calls.iter().position(|call| std::ptr::eq(call, found))
    };
    calls.get(catalog.recalled().examples.answer(scope.folded(), |_| 1, find)?)
}

/// Every call that a scope surely opens by itself, in catalog order.
#[must_use]
pub fn opened_calls<'c>(catalog: &'c Catalog, scope: &Scope) -> Vec<&'c Endpoint> {
    opened(catalog, scope, &|_| false).map(|(_, endpoint)| endpoint).collect()
}

fn opened<'c>(
    catalog: &'c Catalog,
    scope: &Scope,
    covered: &impl Fn(&Scope) -> bool,
) -> impl Iterator<Item = (usize, &'c Endpoint)> {
    let identity = identify(catalog, scope);
    let service = identity.service();
    let calls = service.map_or(&[][..], |service| catalog.endpoints(&service.name));
    let needed = service.and_then(|service| catalog.needed(&service.name));
    let scopes = needed.map_or(&[][..], Needed::scopes);
    let mut gives = vec![false; scopes.len()];
    if let (Some(service), Some(needed)) = (service, needed) {
        let reached = sure_reach(catalog, &identity.scope);
        // What it surely gives is looked up among what is needed: most scopes give few others.
        for number in reached.iter().filter_map(|reached| needed.number(reached)) {
            gives[number] = true;
        }
        for (number, starts) in composed(catalog, service, scopes).iter() {
            gives[*number] = starts.iter().all(|start| reached.contains(start));
        }
    }
    // Whoever asks for what no catalog knows asks for what no call needs.
    let calls = if gives.contains(&true) { calls } else { &[] };
    let mut covered_before: Vec<Option<bool>> = vec![None; scopes.len()];
    let sets = needed.map_or(&[][..], Needed::calls);
    calls.iter().zip(sets).filter_map(move |(endpoint, sets)| {
        let given = |need: usize| gives.get(need).copied().unwrap_or(false);
        if !sets.iter().flatten().any(|&need| given(need)) {
            return None;
        }
        let mut best = None;
        for set in sets {
            let mut adds = None;
            let whole = set.iter().all(|&need| {
                let Some((scope, before)) = scopes.get(need).zip(covered_before.get_mut(need)) else { return false };
                let before = *before.get_or_insert_with(|| covered(scope));
                if given(need) && !before {
                    adds = adds.min(Some(gravity(scope))).or(Some(gravity(scope)));
                }
                given(need) || before
            });
            // A set that is covered already makes the call reachable without this scope.
            if whole && adds.is_none() {
                return None;
            }
            if whole {
                best = best.min(adds).or(adds);
            }
        }
        best.map(|gravity| (gravity, endpoint))
    })
}

/// The scopes among those needed that stand for others, each with its number and with what it stands for.
fn composed(catalog: &Catalog, service: &Service, needed: &[Scope]) -> Composed {
    let find = || {
        let starts = |(number, need)| Some((number, starts_of_need(catalog, service, need)?));
        needed.iter().enumerate().filter_map(starts).collect()
    };
    catalog.recalled().composed.answer(service.name.clone(), |found: &Composed| found.len(), find)
}

/// How grave an operation is; smaller is graver.
fn gravity(need: &Scope) -> usize {
    let operation = need.operation().unwrap_or_default().to_ascii_uppercase();
    ["DELETE", "ALL", "EXECUTE", "UPDATE", "CREATE", "CUSTOM"].iter().position(|word| *word == operation).unwrap_or(9)
}
