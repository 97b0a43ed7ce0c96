//! Which scopes open a call, the narrowest first.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::call::gives_need;
use super::coverage::{coverers, starts};
use super::identity::{Known, identify};
use super::reach::reach;
use super::words::{data_classes, gives};
use crate::catalog::{Catalog, DataClass, Endpoint, Needs, Status};
use crate::scope::{Scope, is_placeholder};

/// How many names it takes before scopes that differ in one part alone are taken for one scope for each name.
const NAMES: usize = 3;

/// What opens a call.
#[derive(Clone, Debug)]
pub enum Openers {
    /// One of these suffices.
    AnyOf(Choice),
    /// The vendor lists these and does not say whether any or all are needed.
    Unstated(Vec<Opener>),
    /// The vendor says that no scope is needed.
    Nothing,
}

/// Sets of scopes that each suffice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the vendor names: first what fits the path, then the narrowest first.
    pub alternatives: Vec<Alternative>,
    /// Single scopes that surely suffice because they cover an alternative that fits; the narrowest first.
    pub wider: Vec<Opener>,
    /// The alternatives name one scope for each of several things (modules, say), and the path names none of them.
    pub one_for_each: bool,
}

/// One set of scopes that suffices as a whole.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// All of these are needed.
    pub scopes: Vec<Opener>,
    /// How many known scopes they reach together, themselves included.
    pub reach: usize,
    /// Another alternative bears the name that stands in the path (`leads` for `/crm/v8/Leads`), and this one another
    /// name in its place: the vendor lists it for the template, and it is hardly meant for this path.
    pub elsewhere: bool,
}

/// A scope that opens a call, alone or with others.
#[derive(Clone, Debug)]
pub struct Opener {
    /// The scope, canonical spelling. A placeholder is filled where the path names a scope of the catalog.
    pub scope: Scope,
    /// How far it can be trusted that it exists; `None` for a scope that the catalog does not hold.
    pub status: Option<Status>,
    /// It should not be used any more.
    pub deprecated: bool,
    /// What it gives, in words.
    pub gives: String,
    /// The kinds of data in everything that it may reach.
    pub data: BTreeSet<DataClass>,
    /// How many known scopes it may reach, itself included.
    pub reach: usize,
    /// Known scopes that surely cover it, with their reach; the narrowest first.
    pub covered_by: Vec<(Scope, usize)>,
}

/// Which scopes open a call. `values` is what stands in the place of the path's placeholders.
#[must_use]
pub fn openers(catalog: &Catalog, endpoint: &Endpoint, values: &[(&str, String)]) -> Openers {
    let mut desk = Desk { catalog, reached: HashMap::new() };
    match &endpoint.needs {
        Needs::Nothing => Openers::Nothing,
        Needs::Unstated(listed) => {
            let mut listed: Vec<Opener> =
                listed.iter().map(|need| desk.opener(filled(catalog, need, values))).collect();
            listed.sort_by_key(|opener| (opener.reach, opener.scope.to_string()));
            Openers::Unstated(listed)
        }
        Needs::AnyOf(sets) => Openers::AnyOf(desk.choice(sets, values)),
    }
}

struct Desk<'c> {
    catalog: &'c Catalog,
    /// What each scope reaches: the same few are asked for again and again.
    reached: HashMap<Scope, Vec<Scope>>,
}

impl Desk<'_> {
    fn choice(&mut self, sets: &[Vec<Scope>], values: &[(&str, String)]) -> Choice {
        let named = Named::of(sets, values);
        let mut alternatives: Vec<Alternative> = Vec::new();
        for set in sets {
            let scopes = set.iter().map(|need| filled(self.catalog, need, values)).collect::<Vec<_>>();
            let reach = self.together(&scopes);
            let scopes = scopes.into_iter().map(|scope| self.opener(scope)).collect();
            alternatives.push(Alternative { scopes, reach, elsewhere: named.elsewhere(set) });
        }
        alternatives.sort_by_key(|one| {
            let names: Vec<String> = one.scopes.iter().map(|opener| opener.scope.to_string()).collect();
            (one.elsewhere, one.reach, one.scopes.len(), names)
        });
        // Filled placeholders may name what stands there by name as well.
        let scopes = |one: &Alternative| one.scopes.iter().map(|opener| opener.scope.clone()).collect::<Vec<_>>();
        alternatives.dedup_by(|one, other| one.elsewhere == other.elsewhere && scopes(one) == scopes(other));
        let wider = self.wider(&alternatives);
        Choice { alternatives, wider, one_for_each: named.is_empty() && one_for_each(sets) }
    }

    fn wider(&mut self, alternatives: &[Alternative]) -> Vec<Opener> {
        let alone = |one: &Alternative| match one.scopes.as_slice() {
            [only] => Some(only.scope.clone()),
            _ => None,
        };
        let mut seen: HashSet<Scope> = alternatives.iter().filter_map(alone).collect();
        let mut wider = Vec::new();
        for set in alternatives.iter().filter(|one| !one.elsewhere) {
            let Some(first) = set.scopes.first() else { continue };
            for (scope, _) in &first.covered_by {
                let alone = std::slice::from_ref(scope);
                let suffices = set.scopes.iter().all(|need| gives_need(self.catalog, alone, &need.scope));
                if suffices && seen.insert(scope.clone()) {
                    wider.push(self.opener(scope.clone()));
                }
            }
        }
        wider.sort_by_key(|opener| (opener.reach, opener.scope.to_string()));
        wider
    }

    fn opener(&mut self, scope: Scope) -> Opener {
        let identity = identify(self.catalog, &scope);
        let mut covered_by = Vec::new();
        if let Some(start) = starts(self.catalog, &scope).first() {
            for above in coverers(self.catalog, start) {
                let covers = above != scope && gives_need(self.catalog, std::slice::from_ref(&above), &scope);
                if covers && identify(self.catalog, &above).is_known() {
                    let reach = self.reach(&above).len();
                    covered_by.push((above, reach));
                }
            }
        }
        covered_by.sort_by_key(|(scope, reach)| (*reach, scope.to_string()));
        Opener {
            status: identity.status(),
            deprecated: identity.deprecated.is_some(),
            gives: gives(self.catalog, &scope),
            data: data_classes(self.catalog, &scope),
            reach: self.reach(&scope).len(),
            covered_by,
            scope,
        }
    }

    fn reach(&mut self, scope: &Scope) -> &[Scope] {
        let catalog = self.catalog;
        self.reached.entry(scope.clone()).or_insert_with(|| reach(catalog, scope))
    }

    fn together(&mut self, scopes: &[Scope]) -> usize {
        let mut all: HashSet<Scope> = HashSet::new();
        for scope in scopes {
            all.extend(self.reach(scope).iter().cloned());
        }
        all.len()
    }
}

/// A scope whose placeholder is filled from the path, when that makes a scope that stands in the catalog by name:
/// `ZohoCRM.modules.{module}.READ` for `/crm/v8/Leads` is `ZohoCRM.modules.leads.READ`.
fn filled(catalog: &Catalog, scope: &Scope, values: &[(&str, String)]) -> Scope {
    let mut parts = scope.parts().to_vec();
    for part in parts.iter_mut().filter(|part| is_placeholder(part)) {
        let name = part.trim_matches(['{', '}']).to_ascii_lowercase();
        // The path may say `{module_api_name}` where the scope says `{module}`.
        let same = values.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name));
        let alike = || values.iter().find(|(other, _)| other.to_ascii_lowercase().starts_with(&name));
        if let Some((_, value)) = same.or_else(alike) {
            part.clone_from(value);
        }
    }
    let identity = identify(catalog, &Scope::from_parts(parts));
    match identity.known {
        Known::Operation(_, resource, _) if !resource.is_template() => identity.scope,
        _ => scope.clone(),
    }
}

/// The scopes among a call's needs that bear a name from the path, each with the part where it stands.
struct Named<'n>(Vec<(&'n Scope, usize)>);

impl<'n> Named<'n> {
    fn of(sets: &'n [Vec<Scope>], values: &[(&str, String)]) -> Self {
        let mut found = Vec::new();
        for scope in sets.iter().flatten() {
            for (at, part) in scope.resource().iter().enumerate() {
                if values.iter().any(|(_, value)| value.eq_ignore_ascii_case(part)) {
                    found.push((scope, at));
                }
            }
        }
        Self(found)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a set bears another name where one of these bears the path's.
    fn elsewhere(&self, set: &[Scope]) -> bool {
        let is_named = |scope: &Scope| self.0.iter().any(|(named, _)| *named == scope);
        let is_other = |scope: &Scope| self.0.iter().any(|(named, at)| differ_at(named, scope) == Some(*at));
        !set.iter().any(is_named) && set.iter().any(is_other)
    }
}

/// The one part of the resource in which two scopes of a service differ, whatever the operation.
fn differ_at(one: &Scope, other: &Scope) -> Option<usize> {
    let (a, b) = (one.resource(), other.resource());
    let same_service = one.service()?.eq_ignore_ascii_case(other.service()?);
    if !same_service || a.len() != b.len() {
        return None;
    }
    let mut places = (0..a.len()).filter(|&at| !a[at].eq_ignore_ascii_case(&b[at]));
    let place = places.next()?;
    let is_name = |path: &[String]| path.get(place).is_some_and(|part| !is_placeholder(part));
    (places.next().is_none() && is_name(a) && is_name(b)).then_some(place)
}

/// Whether the alternatives hold one scope for each of several names.
fn one_for_each(sets: &[Vec<Scope>]) -> bool {
    let scopes: Vec<&Scope> = sets.iter().flatten().collect();
    sets.len() >= NAMES
        && scopes.iter().any(|one| {
            let mut names: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
            for other in scopes.iter().filter(|other| one.operation() == other.operation()) {
                if let Some((place, name)) = differ_at(one, other).and_then(|at| Some((at, other.resource().get(at)?)))
                {
                    names.entry(place).or_default().insert(name.to_ascii_lowercase());
                }
            }
            names.values().any(|others| others.len() + 1 >= NAMES)
        })
}
