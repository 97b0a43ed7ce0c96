//! Scopes and API calls: which scopes a call needs, which calls a scope opens.

use super::graph::{Graph, Place, ScopeId};
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
    let opened = Opened::of(catalog, scope)?;
    opened.call(opened.gravest(covered)?)
}

/// A call that a scope surely opens by itself: the gravest one, as [`find_call`] has it.
#[must_use]
pub fn example_call<'c>(catalog: &'c Catalog, scope: &Scope) -> Option<&'c Endpoint> {
    let graph = Graph::of(catalog);
    let find = || Opened::of(catalog, scope)?.gravest(|_| false);
    let number = graph.answered(graph.id(scope), find, |answers| &answers.example)?;
    numbered(catalog, service_of(catalog, scope)?, number)
}

fn service_of(catalog: &Catalog, scope: &Scope) -> Option<usize> {
    catalog.number(&identify(catalog, scope).service()?.name)
}

/// A call by its number among those of its service.
fn numbered(catalog: &Catalog, service: usize, number: usize) -> Option<&Endpoint> {
    let at = catalog.needed(service).calls().get(number)?.at;
    catalog.call(service, number, at as usize).map(|(_, endpoint)| endpoint)
}

/// Every call that a scope surely opens by itself, in catalog order.
#[must_use]
pub fn opened_calls<'c>(catalog: &'c Catalog, scope: &Scope) -> Vec<&'c Endpoint> {
    let Some(opened) = Opened::of(catalog, scope) else { return Vec::new() };
    opened.each(&|_| false).filter_map(|(_, number)| opened.call(number)).collect()
}

/// What a scope surely gives of what the calls of its service need.
struct Opened<'c> {
    catalog: &'c Catalog,
    service: usize,
    needed: &'c Needed,
    /// For each scope that a call needs.
    gives: Vec<bool>,
}

impl<'c> Opened<'c> {
    fn of(catalog: &'c Catalog, scope: &Scope) -> Option<Self> {
        let service = service_of(catalog, scope)?;
        let needed = catalog.needed(service);
        let graph = Graph::of(catalog);
        let id = graph.id(scope);
        // What is not even perhaps in reach is not surely given.
        let (_, below) = graph.below(id);
        let may = |start: ScopeId| match start.place() {
            Place::Catalog(of, number) => of == service && below.contains(number),
            Place::Beyond(_) => true,
        };
        let given = |start: ScopeId| may(start) && graph.above_least(start).contains(&id);
        let gives = |need: &ScopeId| *need == id || graph.starts(*need).into_iter().all(given);
        let gives = graph.needs(service, needed.scopes()).iter().map(gives).collect();
        Some(Self { catalog, service, needed, gives })
    }

    fn call(&self, number: usize) -> Option<&'c Endpoint> {
        numbered(self.catalog, self.service, number)
    }

    fn gravest(&self, covered: impl Fn(&Scope) -> bool) -> Option<usize> {
        let ranked = self.each(&covered).filter_map(|(gravity, number)| {
            let (doubt, length) = self.needed.calls().get(number)?.rank?;
            Some(((gravity, doubt, length), number))
        });
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, number)| number)
    }

    /// The calls that it opens and that what is covered does not, each with the gravest operation that it takes.
    fn each(&self, covered: &impl Fn(&Scope) -> bool) -> impl Iterator<Item = (usize, usize)> {
        // Whoever asks for what no catalog knows asks for what no call needs.
        let calls = if self.gives.contains(&true) { self.needed.calls() } else { &[] };
        let scopes = self.needed.scopes();
        let mut covered_before: Vec<Option<bool>> = vec![None; scopes.len()];
        calls.iter().enumerate().filter_map(move |(number, call)| {
            let given = |need: u32| self.gives.get(need as usize).copied().unwrap_or(false);
            if !call.sets.iter().flatten().any(|&need| given(need)) {
                return None;
            }
            let mut best = None;
            for set in &call.sets {
                let mut adds = None;
                let whole = set.iter().all(|&need| {
                    let at = need as usize;
                    let Some((scope, before)) = scopes.get(at).zip(covered_before.get_mut(at)) else { return false };
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
            best.map(|gravity| (gravity, number))
        })
    }
}

/// How grave an operation is; smaller is graver.
fn gravity(need: &Scope) -> usize {
    let operation = need.operation().unwrap_or_default().to_ascii_uppercase();
    ["DELETE", "ALL", "EXECUTE", "UPDATE", "CREATE", "CUSTOM"].iter().position(|word| *word == operation).unwrap_or(9)
}
