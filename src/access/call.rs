//! Scopes and API calls: which scopes a call needs, which calls a scope opens.

use super::graph::Graph;
use super::identity::identify;
use crate::catalog::{Catalog, Endpoint, Needed, Needs};
use crate::scope::Scope;

/// Whether a list of scopes surely suffices for a call. `None` when the vendor does not say which of the listed scopes
/// are needed.
#[must_use]
pub fn suffices(catalog: &Catalog, scopes: &[Scope], endpoint: &Endpoint) -> Option<bool> {
    match &endpoint.needs {
        Needs::Nothing => Some(true),
        Needs::Disputed(_) | Needs::Unstated(_) | Needs::Likely(_) | Needs::Unknown => None,
        Needs::AnyOf(sets) => Some(sets.iter().any(|set| set.iter().all(|need| gives_need(catalog, scopes, need)))),
    }
}

/// Whether the scopes surely give what a call needs. `WRITE` and other words that stand for operations count as those.
#[must_use]
pub fn gives_need(catalog: &Catalog, scopes: &[Scope], need: &Scope) -> bool {
    let graph = Graph::of(catalog);
    let held: Vec<_> = scopes.iter().map(|scope| graph.id(scope)).collect();
    let given = |start| graph.above_least(start).iter().any(|above| held.contains(above));
    graph.starts(graph.id(need)).into_iter().all(given)
}

/// A call that a scope surely opens and that what is covered already does not: the witness of an excess. The one with
/// the gravest operation wins, deletion first; among equals the best known, then the shortest path, which names what is
/// most central. A call whose source names no method is none that one could show.
#[must_use]
pub fn find_call<'c>(catalog: &'c Catalog, scope: &Scope, covered: impl Fn(&Scope) -> bool) -> Option<&'c Endpoint> {
    let segments = |endpoint: &Endpoint| endpoint.path.matches('/').count();
    let doubt = |endpoint: &Endpoint| match endpoint.confidence.as_deref() {
        None => 0,
        Some("medium") => 1,
        Some(_) => 2,
    };
    opened(catalog, scope, &covered)
        .filter(|(_, endpoint)| endpoint.states_its_method())
        .min_by_key(|(gravity, endpoint)| (*gravity, doubt(endpoint), segments(endpoint)))
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
    let graph = Graph::of(catalog);
    calls.get(graph.answered(graph.id(scope), find, |answers| &answers.example)?)
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
    let service = identify(catalog, scope).service();
    let calls = service.map_or(&[][..], |service| catalog.endpoints(&service.name));
    let needed = service.and_then(|service| catalog.needed(&service.name));
    let scopes = needed.map_or(&[][..], Needed::scopes);
    let graph = Graph::of(catalog);
    let id = graph.id(scope);
    let needs = service.and_then(|service| Some(graph.needs(catalog.number(&service.name)?, scopes))).unwrap_or(&[]);
    let gives: Vec<bool> = needs.iter().map(|need| graph.covers(id, *need)).collect();
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

/// How grave an operation is; smaller is graver.
fn gravity(need: &Scope) -> usize {
    let operation = need.operation().unwrap_or_default().to_ascii_uppercase();
    ["DELETE", "ALL", "EXECUTE", "UPDATE", "CREATE", "CUSTOM"].iter().position(|word| *word == operation).unwrap_or(9)
}
