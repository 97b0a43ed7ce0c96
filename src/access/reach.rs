//! What a scope opens and reaches, as far as it has a name.

use std::collections::HashMap;

use super::edge::{Edge, Why};
use super::graph::{Graph, ScopeId};
use super::identity::{Known, Unknown, identify};
use super::operation::{is_all, is_word, means};
use super::tree::{Node, Point, Tree, small};
use crate::catalog::model::Operation;
use crate::catalog::{Catalog, Service, Status};
use crate::scope::Scope;

/// What a scope opens directly, as far as it has a name. Also what is only assumed: see [`Edge::sure`].
///
/// Of a resource below, the same operation is named where there is one, and what it stands for where there is none.
#[must_use]
pub fn opens<'c>(catalog: &'c Catalog, scope: &Scope) -> Vec<Edge<'c>> {
    let identity = identify(catalog, scope);
    let (scope, path) = (&identity.scope, identity.scope.resource());
    let Some(operation) = scope.operation() else { return Vec::new() };
    let status = identity.status();
    let mut edges = Vec::new();
    let Some(service) = identity.service() else {
        let word = means(None, path, operation);
        for name in word.iter().flat_map(|word| &word.names) {
            let mut parts = scope.parts().to_vec();
            if let Some(last) = parts.last_mut() {
                (*name).clone_into(last);
            }
            edges.push(Edge { scope: Scope::from_parts(parts), why: Why::Meaning(None), sure: false });
        }
        return edges;
    };
    if scope.is_full_access() {
        let sure = status.is_some_and(Status::exists);
        for resource in &service.resources {
            let whole = resource.operations.iter().find(|operation| is_all(&operation.name));
            for operation in whole.map_or(resource.operations.as_slice(), std::slice::from_ref) {
                let scope = service.scope(&resource.path, &operation.name);
                edges.push(Edge { scope, why: Why::FullAccess, sure });
            }
        }
        return edges;
    }
    let resource = match identity.known {
        Known::Operation(_, resource, _) | Known::No(Unknown::Operation(_, resource)) => Some(resource),
        _ => None,
    };
    for operation in resource.iter().filter(|_| is_all(operation)).flat_map(|resource| &resource.operations) {
        let sure = status.is_some_and(Status::exists);
        edges.push(Edge { scope: service.scope(path, &operation.name), why: Why::All, sure });
    }
    if let Some(word) = means(Some(service), path, operation) {
        let sure = identity.is_known() && word.is_sure();
        for name in &word.names {
            let known = resource.and_then(|resource| resource.operation(name)).map_or(*name, |known| &known.name);
            let why = Why::Meaning(word.said.map(|said| &said.provenance));
            edges.push(Edge { scope: service.scope(path, known), why, sure });
        }
    }
    let graph = Graph::of(catalog);
    if let Some(number) = catalog.number(&service.name) {
        let (_, tree) = graph.tree(number);
        let point = Point { path, operation, resource: None, status };
        tree.each_below(service, point, |to, why, sure| {
            let below = tree.scope(service, to);
            // What a placeholder may turn out to be is no part of it.
            let is_value = scope.has_placeholder() && below.resource().len() == path.len();
            if !is_value && stands_for_itself(service, tree, operation, to, sure) {
                edges.push(Edge { scope: below, why, sure });
            }
        });
    }
    distinct(edges, scope)
}

/// Whether an operation of a resource below is named by itself, and not by another one that opens it there.
fn stands_for_itself(service: &Service, tree: &Tree, from: &str, to: u32, sure: bool) -> bool {
    let Node::Operation(resource, operation) = tree.node(to) else { return true };
    let resource = &service.resources[resource];
    let own = &resource.operations[operation];
    let opens_it = |other: &Operation| {
        other.name.eq_ignore_ascii_case(from)
            && (other.provenance.status.exists() || (!sure && other.provenance.status != Status::Invalid))
    };
    own.name.eq_ignore_ascii_case(from) || !resource.operations.iter().any(opens_it)
}

/// One edge to each scope, the sure one where there are several, and none to where it starts.
fn distinct<'c>(edges: Vec<Edge<'c>>, from: &Scope) -> Vec<Edge<'c>> {
    let mut at: HashMap<Scope, usize> = HashMap::with_capacity(edges.len());
    let mut kept: Vec<Edge<'c>> = Vec::with_capacity(edges.len());
    for edge in edges {
        match at.get(&edge.scope) {
            _ if edge.scope == *from => {}
            Some(&known) if !kept[known].sure && edge.sure => kept[known] = edge,
            Some(_) => {}
            None => {
                at.insert(edge.scope.clone(), kept.len());
                kept.push(edge);
            }
        }
    }
    kept
}

/// Everything that a scope may reach and that has a name, itself first.
#[must_use]
pub fn reach(catalog: &Catalog, scope: &Scope) -> Vec<Scope> {
    let graph = Graph::of(catalog);
    let own = identify(catalog, scope).scope;
    let mut all = vec![own.clone()];
    all.extend(graph.reached(graph.id(scope)).into_iter().skip(1).map(|id| graph.scope(id)));
    // What an operation word stands for has a name, whether a file lists it or not.
    if own.operation().is_some_and(|operation| is_word(identify(catalog, &own).service(), operation)) {
        let meant = opens(catalog, &own).into_iter().filter(|edge| matches!(edge.why, Why::Meaning(_)));
        let unlisted: Vec<Scope> = meant.map(|edge| edge.scope).filter(|scope| !all.contains(scope)).collect();
        all.extend(unlisted);
    }
    all
}

impl Graph<'_> {
    /// The known scopes of the catalog that a scope surely covers, and that do not cover it.
    pub(crate) fn surely_below(self, id: ScopeId) -> Vec<ScopeId> {
        let reach = self.reach(id);
        let Some(service) = reach.service else { return Vec::new() };
        let all = reach.below.iter().map(|number| Self::local(service, number));
        all.filter(|below| self.is_known(*below) && self.covers(id, *below) && !self.covers(*below, id)).collect()
    }

    /// The narrowest of what a scope may reach among those that are asked for: scopes of the catalog, of which none
    /// opens another one of them.
    pub(crate) fn narrowest(self, id: ScopeId, asked: impl Fn(usize) -> bool) -> Vec<Scope> {
        let (Some(service), below) = self.below(id) else { return Vec::new() };
        let (facts, tree) = self.tree(service);
        let mut narrowest = Vec::new();
        for number in below.iter().filter(|number| asked(*number)) {
            let opens_one = match tree.node(small(number)) {
                Node::Full => below.iter().any(|other| other != number && asked(other)),
                _ => tree.opens_any(facts, small(number), |other| asked(other as usize)),
            };
            if !opens_one {
                narrowest.push(tree.scope(facts, small(number)));
            }
        }
        narrowest
    }
}
