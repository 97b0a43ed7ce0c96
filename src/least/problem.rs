//! The question as numbers: what calls demand, which scopes surely give it, and what each of those may reach.

use std::collections::{BTreeMap, BTreeSet};

use super::weight::weight;
use crate::access::{Bits, Graph, Place, ScopeId, identify};
use crate::catalog::{Catalog, Status};
use crate::scope::Scope;

/// What a call needs: one of these sets as a whole.
pub(crate) type Sets = Vec<Vec<Scope>>;

/// Which scopes have to be chosen from, and for what. Everything is in an order of its own, so that nothing depends on
/// that of the calls.
#[derive(Debug)]
pub(super) struct Problem<'c> {
    pub(super) graph: Graph<'c>,
    /// Every known scope that surely gives something that is demanded, by name.
    pub(super) scopes: Vec<Scope>,
    /// What each may reach at most, as numbers of permissions.
    pub(super) reach: Vec<Bits>,
    /// The weight of that.
    pub(super) alone: Vec<u64>,
    /// The permissions that are demanded, by name.
    pub(super) starts: Vec<Start>,
    /// For each call its alternatives, each a set of permissions; in the order of the calls.
    pub(super) demands: Vec<Vec<Vec<usize>>>,
    /// The weight of each permission.
    pub(super) weights: Vec<u64>,
    permissions: Permissions,
}

/// A permission that a call demands.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) scope: Scope,
    /// The scopes that surely give it, by number.
    pub(super) givers: Bits,
    /// The one of them that it is itself.
    pub(super) own: Option<usize>,
    /// What whoever gives it reaches.
    pub(super) floor: Bits,
}

/// The numbers of permissions: those of each service in a row, then names beyond the catalog.
#[derive(Debug, Default)]
struct Permissions {
    first: BTreeMap<usize, usize>,
    beyond: Vec<ScopeId>,
    count: usize,
}

/// The cost of a set of scopes; less is better, the first figure first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Cost {
    /// The weight of everything that the scopes may reach together.
    pub access: u64,
    /// How many they are.
    pub scopes: u64,
    /// The weights of what each reaches alone, added up: of equal sets, the one of narrower scopes.
    pub alone: u64,
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { access: self.access + other.access, scopes: self.scopes + other.scopes, alone: self.alone + other.alone }
    }
}

impl<'c> Problem<'c> {
    /// The question of what some calls need. Of a scope that stands for others, those are demanded. What a call names and
    /// nobody could request is no alternative, and what should not be used any more only where there is nothing else.
    pub(super) fn of(catalog: &'c Catalog, calls: &[Sets]) -> Self {
        let calls: Vec<Sets> = calls.iter().map(|sets| usable(catalog, sets)).collect();
        Self::among(catalog, &calls, None)
    }

    /// [`Problem::of`], where only some scopes can be chosen, be they out of use or not.
    pub(super) fn of_held(catalog: &'c Catalog, calls: &[Sets], held: &BTreeSet<ScopeId>) -> Self {
        Self::among(catalog, calls, Some(held))
    }

    fn among(catalog: &'c Catalog, calls: &[Sets], held: Option<&BTreeSet<ScopeId>>) -> Self {
        let graph = Graph::of(catalog);
        let named: BTreeSet<ScopeId> = calls.iter().flatten().flatten().map(|scope| graph.id(scope)).collect();
        let mut demanded: BTreeMap<String, ScopeId> = BTreeMap::new();
        for start in named.iter().flat_map(|id| graph.starts(*id)) {
            demanded.insert(graph.scope(start).to_string(), start);
        }
        let candidates = |start: &ScopeId| match held {
            None => candidates(graph, *start, &named),
            Some(held) => graph.above_least(*start).into_iter().filter(|above| held.contains(above)).collect(),
        };
        let givers: Vec<Vec<ScopeId>> = demanded.values().map(candidates).collect();
        let mut by_name: BTreeMap<String, ScopeId> = BTreeMap::new();
        for id in givers.iter().flatten() {
            by_name.insert(graph.scope(*id).to_string(), *id);
        }
        let ids: Vec<ScopeId> = by_name.values().copied().collect();
        let number = |id: &ScopeId| ids.iter().position(|known| known == id);
        let permissions = Permissions::of(graph, &ids);
        let mut reach: Vec<Bits> = ids.iter().map(|id| permissions.reach(graph, *id)).collect();
        let mut starts: Vec<Start> = Vec::with_capacity(givers.len());
        for (start, givers) in demanded.values().zip(&givers) {
            let mut bits = Bits::default();
            for giver in givers.iter().filter_map(number) {
                bits.insert(giver);
            }
            let own = number(start);
            starts.push(Start { scope: graph.scope(*start), givers: bits, own, floor: Bits::default() });
        }
        contain_what_they_give(&starts, &mut reach);
        for start in &mut starts {
            start.floor = floor(start, &reach);
        }
        let weights = permissions.weights(graph);
        let alone = reach.iter().map(|reach| weigh(reach, &weights)).collect();
        let place = |id: ScopeId| demanded.values().position(|known| *known == id);
        let demand = |sets: &Sets| {
            let of_set = |set: &Vec<Scope>| {
                let starts = set.iter().flat_map(|scope| graph.starts(graph.id(scope)));
                starts.filter_map(place).collect::<BTreeSet<usize>>().into_iter().collect::<Vec<usize>>()
            };
            // What nobody gives is no way.
            let mut sets: Vec<Vec<usize>> =
                sets.iter().map(of_set).filter(|set| set.iter().all(|at| !starts[*at].givers.is_empty())).collect();
            sets.sort();
            sets.dedup();
            sets
        };
        let demands = calls.iter().map(demand).collect();
        let scopes = ids.iter().map(|id| graph.scope(*id)).collect();
        Self { graph, scopes, reach, alone, starts, demands, weights, permissions }
    }

    /// The weight of some permissions.
    pub(super) fn weigh(&self, reach: &Bits) -> u64 {
        weigh(reach, &self.weights)
    }

    /// Whether some scopes surely give a permission.
    pub(super) fn gives(&self, chosen: &Bits, start: usize) -> bool {
        self.starts[start].givers.meets(chosen)
    }

    /// Whether some scopes suffice for a call.
    pub(super) fn suffices(&self, chosen: &Bits, demand: &[Vec<usize>]) -> bool {
        demand.iter().any(|set| set.iter().all(|start| self.gives(chosen, *start)))
    }

    /// [`Problem::suffices`], where some permissions are given besides.
    pub(super) fn suffices_with(&self, chosen: &Bits, given: &Bits, demand: &[Vec<usize>]) -> bool {
        demand.iter().any(|set| set.iter().all(|start| given.contains(*start) || self.gives(chosen, *start)))
    }

    /// The permissions among those demanded that a scope surely gives.
    pub(super) fn given_by(&self, scope: ScopeId) -> Bits {
        let mut given = Bits::default();
        for (number, start) in self.starts.iter().enumerate() {
            if self.graph.covers(scope, self.graph.id(&start.scope)) {
                given.insert(number);
            }
        }
        given
    }

    /// What some scopes cost.
    pub(super) fn cost(&self, chosen: &Bits) -> Cost {
        let mut reach = Bits::default();
        let mut cost = Cost::default();
        for scope in chosen.iter() {
            reach.add(&self.reach[scope]);
            cost.alone += self.alone[scope];
            cost.scopes += 1;
        }
        Cost { access: self.weigh(&reach), ..cost }
    }

    /// The number of a scope among those to choose from.
    pub(super) fn number(&self, scope: &Scope) -> Option<usize> {
        self.scopes.iter().position(|known| known == scope)
    }

    /// The name of a permission.
    pub(super) fn permission(&self, number: usize) -> Scope {
        self.graph.scope(self.permissions.id(number))
    }
}

/// The sets that can be asked for: without scopes reported not to exist, and without those that should not be used any
/// more where another set is without them.
fn usable(catalog: &Catalog, sets: &Sets) -> Sets {
    let is = |set: &[Scope], bad: &dyn Fn(&crate::access::Identity<'_>) -> bool| {
        set.iter().any(|scope| bad(&identify(catalog, scope)))
    };
    let exist: Vec<&Vec<Scope>> =
        sets.iter().filter(|set| !is(set, &|found| found.invalid.is_some() || found.erratum.is_some())).collect();
    let is_old =
        |set: &Vec<Scope>| is(set, &|found| found.deprecated.is_some() || found.status() == Some(Status::Deprecated));
    let is_any_new = exist.iter().any(|set| !is_old(set));
    exist.into_iter().filter(|set| !(is_any_new && is_old(set))).cloned().collect()
}

/// The scopes that surely give a permission and can be asked for: those that calls name, and others that exist and are
/// not out of use.
fn candidates(graph: Graph<'_>, start: ScopeId, named: &BTreeSet<ScopeId>) -> Vec<ScopeId> {
    let can_be_asked_for = |id: &ScopeId| {
        let identity = identify(graph.catalog(), &graph.scope(*id));
        let is_usable = identity.deprecated.is_none() && identity.status().is_some_and(Status::exists);
        named.contains(id) || (identity.is_known() && is_usable)
    };
    graph.above_least(start).into_iter().filter(can_be_asked_for).collect()
}

/// Whoever surely gives a permission reaches what that reaches.
fn contain_what_they_give(starts: &[Start], reach: &mut [Bits]) {
    loop {
        let mut has_grown = false;
        for (start, own) in starts.iter().filter_map(|start| Some((start, start.own?))) {
            let below = reach[own].clone();
            for giver in start.givers.iter() {
                if !below.is_within(&reach[giver]) {
                    reach[giver].add(&below);
                    has_grown = true;
                }
            }
        }
        if !has_grown {
            return;
        }
    }
}

/// What everybody who gives a permission reaches.
fn floor(start: &Start, reach: &[Bits]) -> Bits {
    let mut all = start.givers.iter().map(|giver| &reach[giver]);
    let first = all.next().cloned().unwrap_or_default();
    all.fold(first, |common, reach| common.common(reach))
}

fn weigh(reach: &Bits, weights: &[u64]) -> u64 {
    reach.iter().map(|permission| weights[permission]).sum()
}

impl Permissions {
    fn of(graph: Graph<'_>, scopes: &[ScopeId]) -> Self {
        let mut permissions = Self::default();
        let services: BTreeSet<usize> = scopes.iter().filter_map(|id| graph.reach(*id).service).collect();
        for service in services {
            permissions.first.insert(service, permissions.count);
            permissions.count += graph.count(service);
        }
        // What an operation word stands for is a permission, whether a file lists it or not.
        let mut beyond: Vec<ScopeId> =
            scopes.iter().flat_map(|id| std::iter::once(*id).chain(graph.starts(*id))).collect();
        beyond.retain(|id| matches!(id.place(), Place::Beyond(_)));
        beyond.sort_by_key(|id| graph.scope(*id).to_string());
        beyond.dedup();
        permissions.beyond = beyond;
        permissions
    }

    fn id(&self, number: usize) -> ScopeId {
        if let Some(id) = number.checked_sub(self.count).and_then(|at| self.beyond.get(at)) {
            return *id;
        }
        let mut service = (0, 0);
        for (&known, &first) in &self.first {
            if first <= number && first >= service.1 {
                service = (known, first);
            }
        }
        Graph::local(service.0, number - service.1)
    }

    fn reach(&self, graph: Graph<'_>, id: ScopeId) -> Bits {
        let mut bits = Bits::default();
        let reach = graph.reach(id);
        if let Some(first) = reach.service.and_then(|service| self.first.get(&service)) {
            reach.below.iter().for_each(|number| {
                bits.insert(first + number);
            });
        }
        for (at, beyond) in self.beyond.iter().enumerate() {
            if graph.reaches(id, *beyond) {
                bits.insert(self.count + at);
            }
        }
        bits
    }

    fn weights(&self, graph: Graph<'_>) -> Vec<u64> {
        let all = (0..self.count + self.beyond.len()).map(|number| self.id(number));
        all.map(|id| weight(graph, id, &graph.scope(id))).collect()
    }
}
