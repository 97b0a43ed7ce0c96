//! What is asked for, or held, against what the calls need.

use std::collections::BTreeSet;

use super::problem::{Problem, Sets};
use super::{Least, Need, search, weight};
use crate::access::{self, Graph, ScopeId};
use crate::scope::Scope;

/// How a list of scopes stands to what some calls need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Scopes that no call needs, by name.
    pub unused: Vec<Unused>,
    /// Calls that will fail.
    pub missing: Vec<Lacking>,
    /// Scopes in whose place narrower ones do.
    pub swaps: Vec<Swap>,
    /// The weight of what the list may reach, and the answer may not.
    pub dropped: u64,
    /// Permissions that the list may reach and the answer may not, the heaviest first.
    pub dropped_permissions: Vec<Scope>,
    /// Whether what is unused is proven to be: no call is in doubt that may need it.
    pub is_sure: bool,
}

/// A scope that no call needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The scope.
    pub scope: Scope,
    /// Why.
    pub why: Idle,
    /// Rows that may need it all the same: nobody states what they need, or they are not known.
    pub perhaps_for: Vec<usize>,
}

/// Why a scope is not needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It gives nothing that a call needs.
    GivesNothing,
    /// What it gives these give already.
    GivenBy(Vec<Scope>),
}

/// A call that will fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The row.
    pub row: usize,
    /// What to add: the least that the answer gives it.
    pub add: Vec<Scope>,
}

/// A scope in whose place narrower ones do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// The scope of the list.
    pub scope: Scope,
    /// What the answer has for it.
    pub instead: Vec<Scope>,
    /// The rows that use it.
    pub rows: Vec<usize>,
}

impl Least<'_> {
    /// Holds a list of scopes against the answer.
    #[must_use]
    pub fn compare(&self, list: &[Scope]) -> Comparison {
        let catalog = self.catalog();
        let graph = Graph::of(catalog);
        let held: Vec<Scope> = {
            let mut seen = BTreeSet::new();
            let all = list.iter().map(|scope| access::identify(catalog, scope).scope);
            all.filter(|scope| seen.insert(scope.to_string().to_ascii_lowercase())).collect()
        };
        let answer: Vec<&Scope> = self.scopes.iter().map(|chosen| &chosen.scope).collect();
        let gives = |scopes: &[Scope], need: &Scope| access::gives_need(catalog, scopes, need);
        let mut comparison = Comparison { is_sure: true, ..Comparison::default() };
        let mut satisfied: Vec<Sets> = Vec::new();
        for &row in &self.demanding {
            let Need::Sets(sets) = &self.rows[row].need else { continue };
            if self.suffices(&held, row) == Some(true) {
                satisfied.push(sets.clone());
                continue;
            }
            let serving = self.scopes.iter().filter(|chosen| chosen.serves.contains(&row));
            let add: Vec<Scope> =
                serving.map(|chosen| chosen.scope.clone()).filter(|scope| !gives(&held, scope)).collect();
            // A call for which nothing can be asked is told of elsewhere.
            if !add.is_empty() {
                comparison.missing.push(Lacking { row, add });
            }
        }
        // Of what is held, the least that does as much.
        let ids: BTreeSet<ScopeId> = held.iter().map(|scope| graph.id(scope)).collect();
        let of_held = Problem::of_held(catalog, &satisfied, &ids);
        let kept = search::search(&of_held, search::NODES);
        let kept: Vec<Scope> = kept.chosen.iter().map(|number| of_held.scopes[number].clone()).collect();
        for scope in &held {
            let alone = std::slice::from_ref(scope);
            if !kept.contains(scope) {
                let is_of_use = self.problem.starts.iter().any(|start| gives(alone, &start.scope));
                let others: Vec<Scope> = kept
                    .iter()
                    .filter(|other| {
                        self.problem.starts.iter().any(|start| {
                            gives(alone, &start.scope) && gives(std::slice::from_ref(*other), &start.scope)
                        })
                    })
                    .cloned()
                    .collect();
                let why = if is_of_use && !others.is_empty() { Idle::GivenBy(others) } else { Idle::GivesNothing };
                let perhaps_for = self.rows_in_doubt(scope);
                comparison.is_sure &= perhaps_for.is_empty();
                comparison.unused.push(Unused { scope: scope.clone(), why, perhaps_for });
            } else if !answer.contains(&scope) {
                let instead: Vec<Scope> = answer
                    .iter()
                    .filter(|other| gives(alone, other) && !gives(std::slice::from_ref(**other), scope))
                    .map(|other| (*other).clone())
                    .collect();
                let rows: Vec<usize> = self
                    .scopes
                    .iter()
                    .filter(|chosen| instead.contains(&chosen.scope))
                    .flat_map(|chosen| chosen.serves.iter().copied())
                    .collect::<BTreeSet<usize>>()
                    .into_iter()
                    .collect();
                // What is kept and narrower than anything else stays.
                if !instead.is_empty() {
                    comparison.swaps.push(Swap { scope: scope.clone(), instead, rows });
                }
            }
        }
        comparison.unused.sort_by_key(|unused| unused.scope.to_string());
        comparison.swaps.sort_by_key(|swap| swap.scope.to_string());
        self.drop_access(&held, &mut comparison);
        comparison
    }

    /// Rows of which nobody states what they need, or that are not known, and that may need a scope.
    fn rows_in_doubt(&self, scope: &Scope) -> Vec<usize> {
        let catalog = self.catalog();
        let graph = Graph::of(catalog);
        let id = graph.id(scope);
        let may_give = |need: &Scope| graph.reaches(id, graph.id(need));
        let service = access::identify(catalog, scope).service().map(|service| service.name.as_str());
        let is_in_doubt = |row: &super::Row<'_>| match &row.need {
            Need::Nothing | Need::OtherHost | Need::Sets(_) => false,
            Need::Unstated(listed) | Need::Likely(listed) => listed.iter().any(may_give),
            Need::OneForEach(sets) => sets.iter().flatten().any(may_give),
            Need::Unsaid => row.known.is_none_or(|(known, _)| Some(known.name.as_str()) == service),
            // Whose a call is that nobody knows, its host may tell; where it does not, it may be anybody's.
            Need::Ambiguous(products) => {
                let product = access::identify(catalog, scope).service().map(|service| &service.product);
                product.is_none_or(|product| products.contains(product))
            }
            Need::Unknown(_) => {
                row.products.is_empty()
                    || service.is_none_or(|service| row.products.iter().any(|known| known == service))
            }
        };
        (0..self.rows.len()).filter(|row| is_in_doubt(&self.rows[*row])).collect()
    }

    fn drop_access(&self, held: &[Scope], comparison: &mut Comparison) {
        let catalog = self.catalog();
        let graph = Graph::of(catalog);
        let reached = |scopes: &mut dyn Iterator<Item = &Scope>| {
            let mut all: BTreeSet<(String, ScopeId)> = BTreeSet::new();
            for scope in scopes {
                all.extend(
                    access::reach(catalog, scope).into_iter().map(|scope| (scope.to_string(), graph.id(&scope))),
                );
            }
            all
        };
        let kept = reached(&mut self.scopes.iter().map(|chosen| &chosen.scope));
        let mut dropped: Vec<(u64, Scope)> = reached(&mut held.iter())
            .into_iter()
            .filter(|one| !kept.contains(one))
            .map(|(_, id)| (graph.scope(id), id))
            .map(|(scope, id)| (weight::weight(graph, id, &scope), scope))
            .filter(|(weight, _)| *weight > 0)
            .collect();
        // The sort is stable: of equal weight, by name.
        dropped.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        comparison.dropped = dropped.iter().map(|(weight, _)| weight).sum();
        comparison.dropped_permissions = dropped.into_iter().map(|(_, scope)| scope).collect();
    }
}
