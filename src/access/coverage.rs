//! What covers a scope and what it opens, asked of scopes and answered with scopes.

use super::graph::Graph;
use super::identity::identify;
use crate::catalog::Catalog;
use crate::scope::Scope;

/// Whether `big` surely covers everything that `small` may reach.
#[must_use]
pub fn covers(catalog: &Catalog, big: &Scope, small: &Scope) -> bool {
    let graph = Graph::of(catalog);
    graph.covers(graph.id(big), graph.id(small))
}

/// The permissions that a scope is made of: itself, or for an operation word that surely stands for others (`WRITE`),
/// those.
#[must_use]
pub fn starts(catalog: &Catalog, scope: &Scope) -> Vec<Scope> {
    let graph = Graph::of(catalog);
    let scope = identify(catalog, scope).scope;
    graph.meant(graph.id(&scope), &scope).unwrap_or_else(|| vec![scope])
}

/// Every scope that surely covers this one, itself first.
#[must_use]
pub fn coverers(catalog: &Catalog, scope: &Scope) -> Vec<Scope> {
    let graph = Graph::of(catalog);
    let above = graph.above_least(graph.id(scope));
    let own = identify(catalog, scope).scope;
    std::iter::once(own).chain(above.into_iter().skip(1).map(|id| graph.scope(id))).collect()
}
