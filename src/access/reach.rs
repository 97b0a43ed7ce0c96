//! What a scope reaches: the edges followed downwards, to scopes one can name and to patterns where one cannot.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::coverage::{WRITE, meaning_of};
use super::identity::{Known, Unknown, identify};
use crate::catalog::model::Group;
use crate::catalog::{Catalog, Provenance, Service};
use crate::scope::{Part, Pattern, Scope};

/// One step from a scope to something it opens.
#[derive(Clone, Debug)]
pub struct Edge<'c> {
    /// What is opened.
    pub scope: Scope,
    /// Why.
    pub why: Why<'c>,
    /// Whether it is documented or observed.
    pub sure: bool,
}

/// Why one scope opens another.
#[derive(Clone, Copy, Debug)]
pub enum Why<'c> {
    /// `ALL` is every operation on the resource.
    All,
    /// The operation word stands for others; the catalog's statement, or the general rule on `WRITE`.
    Meaning(Option<&'c Provenance>),
    /// The resource is a group.
    Group(&'c Group),
    /// Full access is everything in the service.
    FullAccess,
}

/// What a scope opens directly, as far as it has a name. Also what is only assumed: see [`Edge::sure`].
#[must_use]
pub fn opens<'c>(catalog: &'c Catalog, scope: &Scope) -> Vec<Edge<'c>> {
    let identity = identify(catalog, scope);
    let scope = &identity.scope;
    let Some(service) = identity.service() else { return Vec::new() };
    let sure = identity.status().is_some_and(crate::catalog::Status::exists);
    let mut edges = Vec::new();
    if scope.is_full_access() {
        for resource in &service.resources {
            edges.push(Edge { scope: service.scope(&resource.path, "ALL"), why: Why::FullAccess, sure });
        }
        return edges;
    }
    let Some(operation) = scope.operation() else { return edges };
    let path = scope.resource();
    if operation.eq_ignore_ascii_case("ALL") {
        for name in operations_of(&identity.known) {
            edges.push(Edge { scope: service.scope(path, &name), why: Why::All, sure });
        }
    }
    match meaning_of(service, path, operation) {
        Some(meaning) => {
            let sure = sure && meaning.provenance.status.is_sure();
            for name in &meaning.means {
                let why = Why::Meaning(Some(&meaning.provenance));
                edges.push(Edge { scope: service.scope(path, name), why, sure });
            }
        }
        None if operation.eq_ignore_ascii_case("WRITE") => {
            for name in WRITE {
                edges.push(Edge { scope: service.scope(path, name), why: Why::Meaning(None), sure });
            }
        }
        None => {}
    }
    for group in &service.groups {
        if !same_path(&group.parent, path) || !group_has(group, operation) {
            continue;
        }
        for resource in &service.resources {
            if group.children.matches_parts(&resource.path) {
                let hole = group.except.iter().any(|pattern| pattern.matches_parts(&resource.path));
                let sure = sure && group.provenance.status.is_sure() && !hole;
                edges.push(Edge { scope: service.scope(&resource.path, operation), why: Why::Group(group), sure });
            }
        }
    }
    distinct(edges, scope)
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

/// The operations that `ALL` stands for on what a scope names: those of the catalog, or the four basic ones.
fn operations_of(known: &Known<'_>) -> Vec<String> {
    let basic = || ["CREATE", "READ", "UPDATE", "DELETE"].map(str::to_owned).to_vec();
    match known {
        Known::Operation(_, resource, _) | Known::No(Unknown::Operation(_, resource)) => {
            let named = resource.operations.iter().map(|operation| operation.name.clone());
            let named: Vec<String> = named.filter(|name| !name.eq_ignore_ascii_case("ALL")).collect();
            if named.is_empty() { basic() } else { named }
        }
        _ => basic(),
    }
}

fn same_path(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.eq_ignore_ascii_case(y))
}

fn group_has(group: &Group, operation: &str) -> bool {
    group.operations.is_empty() || group.operations.iter().any(|op| op.eq_ignore_ascii_case(operation))
}

/// Everything that a scope may reach and that has a name, itself first.
#[must_use]
pub fn reach(catalog: &Catalog, scope: &Scope) -> Vec<Scope> {
    walk(catalog, scope, |_| false).into_iter().map(|(scope, _)| scope).collect()
}

/// [`reach`], for questions that are asked of the same scopes again and again.
pub(super) fn reached(catalog: &Catalog, scope: &Scope) -> Arc<[Scope]> {
    let find = || reach(catalog, scope).into();
    catalog.recalled().reached.answer(scope.to_string(), |reached: &Arc<[Scope]>| reached.len(), find)
}

/// Everything that a scope surely gives and that has a name, itself included.
pub(super) fn sure_reach(catalog: &Catalog, scope: &Scope) -> HashSet<Scope> {
    let start = identify(catalog, scope).scope;
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(current) = open.pop() {
        for edge in opens(catalog, &current).into_iter().filter(|edge| edge.sure) {
            if seen.insert(edge.scope.clone()) {
                open.push(edge.scope);
            }
        }
    }
    seen
}

/// What of a scope's reach is not covered, where `covered` says what is: the narrowest scopes that have a name.
#[must_use]
pub fn excess(catalog: &Catalog, scope: &Scope, covered: impl Fn(&Scope) -> bool) -> Vec<Scope> {
    let found = walk(catalog, scope, covered);
    let leaves: Vec<Scope> = found.iter().filter(|(_, opened)| !opened).map(|(scope, _)| scope.clone()).collect();
    if leaves.is_empty() { found.into_iter().take(1).map(|(scope, _)| scope).collect() } else { leaves }
}

/// Breadth first from a scope, stopping at what is covered. The flag says whether something uncovered lies below.
fn walk(catalog: &Catalog, scope: &Scope, covered: impl Fn(&Scope) -> bool) -> Vec<(Scope, bool)> {
    let start = identify(catalog, scope).scope;
    if covered(&start) {
        return Vec::new();
    }
    let mut seen: HashSet<Scope> = HashSet::from([start.clone()]);
    let mut found = vec![(start, false)];
    let mut next = 0;
    while let Some((current, _)) = found.get(next).cloned() {
        for edge in opens(catalog, &current) {
            if covered(&edge.scope) {
                continue;
            }
            found[next].1 = true;
            if seen.insert(edge.scope.clone()) {
                found.push((edge.scope, false));
            }
        }
        next += 1;
    }
    found
}

/// Whether something that `scope` may reach is also something that `pattern` may reach: the test behind deny.
#[must_use]
pub fn may_meet(catalog: &Catalog, scope: &Scope, pattern: &Pattern) -> bool {
    let services = [identify(catalog, scope).service(), scope.service().and_then(|name| catalog.alias(name))];
    let mine = request_patterns(catalog, scope);
    let theirs: Vec<Pattern> = services.iter().flatten().fold(reach_patterns(pattern, None), |mut all, service| {
        all.extend(reach_patterns(pattern, Some(service)));
        all
    });
    mine.iter().any(|a| theirs.iter().any(|b| a.meets(b)))
}

/// What a requested scope may reach, as patterns. Another name of a service and a vendor's slip count as what they
/// may stand for.
fn request_patterns(catalog: &Catalog, scope: &Scope) -> Vec<Pattern> {
    let identity = identify(catalog, scope);
    let mut all = reach_patterns(&Pattern::of_scope(&identity.scope), identity.service());
    if let Some((service, erratum)) = identity.erratum {
        all.extend(reach_patterns(&Pattern::of_scope(&erratum.means), Some(service)));
    }
    if let Some(alias) = scope.service().and_then(|name| catalog.alias(name)) {
        let renamed = alias.scope(scope.resource(), scope.operation().unwrap_or_default());
        all.extend(reach_patterns(&Pattern::of_scope(&renamed), Some(alias)));
    }
    all
}

/// Everything that the scopes of a pattern may reach, as patterns, following the edges of one service (none: a
/// service that the catalog does not know).
#[must_use]
pub fn reach_patterns(pattern: &Pattern, service: Option<&Service>) -> Vec<Pattern> {
    let mut found = vec![pattern.clone()];
    let mut next = 0;
    while let Some(current) = found.get(next).cloned() {
        next += 1;
        for below in directly_below(&current, service) {
            if !found.contains(&below) {
                found.push(below);
            }
        }
    }
    found
}

fn directly_below(pattern: &Pattern, service: Option<&Service>) -> Vec<Pattern> {
    let mut below = Vec::new();
    let Some((last, front)) = pattern.parts().split_last() else { return below };
    if front.is_empty() && *last != Part::Many {
        return below;
    }
    let with_last = |part: Part| {
        let mut parts = front.to_vec();
        parts.push(part);
        Pattern::from_parts(parts)
    };
    let names_all = matches!(last, Part::Names(names) if names.iter().any(|name| name == "all"));
    if names_all {
        below.push(with_last(Part::One));
    }
    if is_full_access(pattern)
        && let Some(first) = pattern.parts().first()
    {
        below.push(Pattern::from_parts(vec![first.clone(), Part::Many]));
    }
    // An unknown resource may be a parent: its literal subtree counts. A wildcard path has no subtree of its own.
    if let (Part::Names(_), Some(path)) = (last, literal_path(front))
        && !is_full_access(pattern)
        && service.is_none_or(|service| service.resource(&path).is_none())
    {
        let mut parts = front.to_vec();
        parts.push(Part::Many);
        if !names_all {
            parts.push(last.clone());
        }
        below.push(Pattern::from_parts(parts));
    }
    if let Some(service) = service {
        edges_below(pattern, last, &with_last, service, &mut below);
    }
    below
}

fn edges_below(
    pattern: &Pattern,
    last: &Part,
    with_last: &impl Fn(Part) -> Pattern,
    service: &Service,
    below: &mut Vec<Pattern>,
) {
    let own = |parts: &[String]| {
        let names = std::iter::once(&service.name).chain(parts);
        names.map(|name| Part::Names(vec![name.to_ascii_lowercase()])).collect::<Vec<_>>()
    };
    let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>();
    let mut words: Vec<(String, Vec<String>)> =
        service.meanings.iter().map(|m| (m.operation.to_ascii_lowercase(), lower(&m.means))).collect();
    words.push(("write".to_owned(), WRITE.map(str::to_ascii_lowercase).to_vec()));
    for (word, means) in words {
        if matches!(last, Part::Names(names) if names.contains(&word)) {
            below.push(with_last(Part::Names(means)));
        }
    }
    let operation = if *last == Part::Many { Part::One } else { last.clone() };
    for group in &service.groups {
        let mut parent = own(&group.parent);
        let reaching = if group.operations.is_empty() { Part::One } else { Part::Names(lower(&group.operations)) };
        parent.push(reaching.clone());
        if !pattern.meets(&Pattern::from_parts(parent)) {
            continue;
        }
        let mut child = own(&[]);
        child.extend_from_slice(group.children.parts());
        child.push(both(&operation, &reaching));
        below.push(Pattern::from_parts(child));
    }
    let mut full = own(&["fullaccess".to_owned()]);
    full.push(Part::Names(vec!["all".to_owned()]));
    if pattern.meets(&Pattern::from_parts(full)) {
        let mut everything = own(&[]);
        everything.push(Part::Many);
        below.push(Pattern::from_parts(everything));
    }
}

fn both(a: &Part, b: &Part) -> Part {
    match (a, b) {
        (Part::Names(x), Part::Names(y)) => Part::Names(x.iter().filter(|name| y.contains(name)).cloned().collect()),
        (Part::Names(_), _) => a.clone(),
        _ => b.clone(),
    }
}

fn is_full_access(pattern: &Pattern) -> bool {
    let named = |part: &Part, name: &str| matches!(part, Part::Names(names) if names.iter().any(|n| n == name));
    matches!(pattern.parts(), [_, resource, operation] if named(resource, "fullaccess") && named(operation, "all"))
}

/// The names of a path after the service, when each part has exactly one.
fn literal_path(front: &[Part]) -> Option<Vec<String>> {
    let names = front.iter().map(|part| match part {
        Part::Names(names) if names.len() == 1 => names.first().cloned(),
        _ => None,
    });
    let mut names: Vec<String> = names.collect::<Option<_>>()?;
    if names.len() < 2 {
        return None;
    }
    names.remove(0);
    Some(names)
}
