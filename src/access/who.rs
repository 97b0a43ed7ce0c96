//! Which scopes open a call, the narrowest first.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::call::gives_need;
use super::coverage::{coverers, starts};
use super::identity::{Known, identify};
use super::reach::reach;
use super::words::{data_classes, gives};
use crate::catalog::calls::{is_named, plain_name};
use crate::catalog::{Catalog, DataClass, Endpoint, Needs, Resource, Status};
use crate::scope::{Scope, is_placeholder};

/// How many names it takes before scopes that differ in one part alone are taken for one scope for each name.
const NAMES: usize = 3;

/// What opens a call.
#[derive(Clone, Debug)]
pub enum Openers {
    /// One of these suffices.
    AnyOf(Choice),
    /// One of these suffices, says one source; another says otherwise.
    Disputed(Choice),
    /// The vendor lists these and does not say whether any or all are needed.
    Unstated(Vec<Opener>),
    /// Nobody ties a scope to the call; by their names these belong to it.
    Likely(Vec<Opener>),
    /// Nobody says which scope it needs.
    Unknown,
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

impl Alternative {
    /// Whether it asks for all that another asks for, or what covers it, and for more.
    #[must_use]
    pub fn asks_more_than(&self, other: &Alternative) -> bool {
        let has = |scope: &Scope| self.scopes.iter().any(|own| own.scope == *scope);
        let gives = |need: &Opener| has(&need.scope) || need.covered_by.iter().any(|(above, _)| has(above));
        self.scopes.len() > other.scopes.len() && other.scopes.iter().all(gives)
    }
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
        Needs::Unknown => Openers::Unknown,
        Needs::Unstated(listed) => Openers::Unstated(desk.list(listed, values)),
        Needs::Likely(listed) => Openers::Likely(desk.list(listed, values)),
        Needs::AnyOf(sets) => Openers::AnyOf(desk.choice(sets, values)),
        Needs::Disputed(sets) => Openers::Disputed(desk.choice(sets, values)),
    }
}

/// The sets of scopes of which one suffices for a call, and whether they name one scope for each of several things of
/// which the path names none. What is listed for other things, by their names, is left out.
#[must_use]
pub fn needed_sets(catalog: &Catalog, sets: &[Vec<Scope>], values: &[(&str, String)]) -> (Vec<Vec<Scope>>, bool) {
    let Fitted { sets, one_for_each } = Fitted::of(catalog, sets, values);
    let mut kept: Vec<Vec<Scope>> = Vec::with_capacity(sets.len());
    for fit in sets.into_iter().filter(|fit| !fit.elsewhere) {
        if !kept.contains(&fit.scopes) {
            kept.push(fit.scopes);
        }
    }
    (kept, one_for_each)
}

/// The scopes that stand side by side at a call, with what the path fills in.
#[must_use]
pub fn listed_scopes(catalog: &Catalog, listed: &[Scope], values: &[(&str, String)]) -> Vec<Scope> {
    listed.iter().map(|scope| filled(catalog, scope, values)).collect()
}

/// The sets of a call's needs as they fit its path.
struct Fitted {
    sets: Vec<Fit>,
    /// See [`Choice::one_for_each`].
    one_for_each: bool,
}

struct Fit {
    scopes: Vec<Scope>,
    rank: u8,
    /// See [`Alternative::elsewhere`].
    elsewhere: bool,
}

impl Fitted {
    fn of(catalog: &Catalog, sets: &[Vec<Scope>], values: &[(&str, String)]) -> Self {
        let named = Named::of(catalog, sets, values);
        let fit = |set: &Vec<Scope>| Fit {
            scopes: set.iter().map(|need| filled(catalog, need, values)).collect(),
            rank: named.rank(set),
            elsewhere: named.elsewhere(set),
        };
        let mut fits: Vec<Fit> = sets.iter().map(fit).collect();
        let like_them = named.like_the_others(catalog, sets);
        fits.extend(like_them.map(|scopes| Fit { scopes, rank: 0, elsewhere: false }));
        // What is listed for other things alone is all there is.
        if fits.iter().all(|fit| fit.elsewhere) {
            fits.iter_mut().for_each(|fit| fit.elsewhere = false);
        }
        Self { sets: fits, one_for_each: named.leaves_open() && !spread(sets).is_empty() }
    }
}

struct Desk<'c> {
    catalog: &'c Catalog,
    /// What each scope reaches: the same few are asked for again and again.
    reached: HashMap<Scope, Vec<Scope>>,
}

impl Desk<'_> {
    fn list(&mut self, listed: &[Scope], values: &[(&str, String)]) -> Vec<Opener> {
        let mut openers: Vec<Opener> =
            listed.iter().map(|need| self.opener(filled(self.catalog, need, values))).collect();
        openers.sort_by_key(|opener| (opener.reach, is_every(&opener.scope), opener.scope.to_string()));
        openers
    }

    fn choice(&mut self, sets: &[Vec<Scope>], values: &[(&str, String)]) -> Choice {
        let Fitted { sets, one_for_each } = Fitted::of(self.catalog, sets, values);
        let mut alternatives: Vec<(u8, Alternative)> = Vec::new();
        for Fit { scopes, rank, elsewhere } in sets {
            let reach = self.together(&scopes);
            let scopes = scopes.into_iter().map(|scope| self.opener(scope)).collect();
            alternatives.push((rank, Alternative { scopes, reach, elsewhere }));
        }
        alternatives.sort_by_key(|(rank, one)| {
            let names: Vec<String> = one.scopes.iter().map(|opener| opener.scope.to_string()).collect();
            let every = one.scopes.iter().filter(|opener| is_every(&opener.scope)).count();
            (one.elsewhere, *rank, one.reach, every, one.scopes.len(), names)
        });
        let mut alternatives: Vec<Alternative> = alternatives.into_iter().map(|(_, one)| one).collect();
        // Filled placeholders may name what stands there by name as well.
        let scopes = |one: &Alternative| one.scopes.iter().map(|opener| opener.scope.clone()).collect::<Vec<_>>();
        alternatives.dedup_by(|one, other| one.elsewhere == other.elsewhere && scopes(one) == scopes(other));
        let wider = self.wider(&alternatives);
        Choice { alternatives, wider, one_for_each }
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
        wider.sort_by_key(|opener| (opener.reach, is_every(&opener.scope), opener.scope.to_string()));
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

/// A scope whose placeholder is filled from the path: `ZohoCRM.modules.{module}.READ` for `/crm/v8/Sales_Orders` is
/// `ZohoCRM.modules.salesorders.READ`, and for `/crm/v8/Cars`, a module of somebody's own, `ZohoCRM.modules.Cars.READ`.
fn filled(catalog: &Catalog, scope: &Scope, values: &[(&str, String)]) -> Scope {
    let mut filled = false;
    let with = |spelt: &dyn Fn(&str) -> String, filled: &mut bool| {
        let mut parts = scope.parts().to_vec();
        for part in parts.iter_mut().filter(|part| is_placeholder(part)) {
            let name = part.trim_matches(['{', '}']).to_ascii_lowercase();
            // The path may say `{module_api_name}` where the scope says `{module}`.
            let same = values.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name));
            let alike = || values.iter().find(|(other, _)| other.to_ascii_lowercase().starts_with(&name));
            if let Some((_, value)) = same.or_else(alike).filter(|(_, value)| is_name(value)) {
                *part = spelt(value);
                *filled = true;
            }
        }
        Scope::from_parts(parts)
    };
    let by_name = |name: &dyn Fn(&str) -> String| {
        let identity = identify(catalog, &with(name, &mut false));
        match identity.known {
            Known::Operation(_, resource, _) if !resource.is_template() => Some(identity.scope),
            _ => None,
        }
    };
    let as_asked = with(&str::to_owned, &mut filled);
    if !filled {
        return scope.clone();
    }
    by_name(&str::to_owned).or_else(|| by_name(&plain_name)).unwrap_or(as_asked)
}

/// Whether a scope is every operation on its resource: wider than one of them, whatever the catalog knows below it.
fn is_every(scope: &Scope) -> bool {
    scope.operation().is_some_and(|operation| operation.eq_ignore_ascii_case("ALL"))
}

/// Whether a value of a path is a name: no number, and no placeholder.
fn is_name(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// What the names in a path say of the scopes among a call's needs.
struct Named<'n> {
    /// The scopes that bear a name from the path, each with the part where it stands.
    bearing: Vec<(&'n Scope, usize)>,
    /// The module that the path names, by whatever name.
    module: Option<&'n str>,
    /// The module is one of the service's own.
    is_known: bool,
    /// What scopes stand side by side under, one for each of several names.
    spread: HashSet<&'n [String]>,
}

impl<'n> Named<'n> {
    fn of(catalog: &Catalog, sets: &'n [Vec<Scope>], values: &'n [(&str, String)]) -> Self {
        let mut bearing = Vec::new();
        for scope in sets.iter().flatten() {
            for (at, part) in scope.resource().iter().enumerate() {
                if values.iter().any(|(_, value)| is_named(value, part)) {
                    bearing.push((scope, at));
                }
            }
        }
        let mut modules =
            values.iter().filter(|(name, value)| name.to_ascii_lowercase().contains("module") && is_name(value));
        let module = modules.next().map(|(_, value)| value.as_str());
        let spread = spread(sets);
        let is_known = module.is_some_and(|module| {
            let scopes = sets
                .iter()
                .flatten()
                .filter(|scope| scope.resource().split_last().is_some_and(|(_, family)| spread.contains(family)));
            scopes.into_iter().any(|scope| named_like(catalog, scope, module).is_some())
        });
        Self { bearing, module, is_known, spread }
    }

    /// What the vendor lists for several modules, for the one that the path names and the list leaves out: a module of the
    /// service's own, or one that an organization made.
    fn like_the_others(&self, catalog: &Catalog, sets: &[Vec<Scope>]) -> Option<Vec<Scope>> {
        let module = self.module.filter(|_| self.bearing.is_empty())?;
        let custom = |scope: &Scope| named_like(catalog, scope, "custom");
        if !self.is_known
            && sets.iter().flatten().any(|scope| scope.resource().last().is_some_and(|name| is_custom(name)))
        {
            return None;
        }
        let set = sets.iter().find(|set| set.iter().any(|scope| self.is_of_another(scope)))?;
        let swap = |scope: &Scope| match self.is_of_another(scope) {
            true if self.is_known => named_like(catalog, scope, module),
            true => custom(scope),
            false => Some(scope.clone()),
        };
        set.iter().map(swap).collect()
    }

    /// Nothing in the path says which of several things it is about.
    fn leaves_open(&self) -> bool {
        self.bearing.is_empty() && self.module.is_none()
    }

    fn bears(&self, scope: &Scope) -> bool {
        self.bearing.iter().any(|(named, _)| *named == scope)
    }

    /// Whether a set is for something else than the path names.
    fn elsewhere(&self, set: &[Scope]) -> bool {
        if set.iter().any(|scope| self.bears(scope)) {
            return false;
        }
        // What stands beside the modules of a template opens the calls that bear its name.
        if self.is_known && !self.spread.is_empty() && !set.iter().any(|scope| self.is_of_a_family(scope)) {
            return true;
        }
        let is_other = |scope: &Scope| self.bearing.iter().any(|(named, at)| differ_at(named, scope) == Some(*at));
        set.iter().any(|scope| is_other(scope) || (self.module.is_some() && self.is_of_another(scope)))
    }

    /// Whether a scope is that of a module, or of all of them.
    fn is_of_a_family(&self, scope: &Scope) -> bool {
        let resource = scope.resource();
        self.spread.iter().any(|family| {
            resource.len() >= family.len()
                && resource.iter().zip(family.iter()).all(|(one, other)| one.eq_ignore_ascii_case(other))
        })
    }

    /// Whether a scope is that of one module among several, and not of the one that is asked for.
    fn is_of_another(&self, scope: &Scope) -> bool {
        let Some((name, family)) = scope.resource().split_last() else { return false };
        let is_open = is_placeholder(name) || (is_custom(name) && !self.is_known);
        self.spread.contains(family) && !is_open
    }

    /// What comes first among what fits: the scopes of the very module, or of modules of one's own.
    fn rank(&self, set: &[Scope]) -> u8 {
        let of_it = |scope: &Scope| {
            let name = scope.resource().last();
            self.bears(scope) || name.is_some_and(|name| is_custom(name) || is_placeholder(name))
        };
        u8::from(self.module.is_some() && !self.spread.is_empty() && !set.iter().any(of_it))
    }
}

/// The scope with another name in the place of the last part of its resource, where the catalog has it.
fn named_like(catalog: &Catalog, scope: &Scope, name: &str) -> Option<Scope> {
    let service = catalog.service(scope.service()?)?;
    let (_, family) = scope.resource().split_last()?;
    let same = |resource: &&Resource| {
        resource.path.split_last().is_some_and(|(last, parent)| {
            !is_placeholder(last)
                && is_named(name, last)
                && parent.len() == family.len()
                && parent.iter().zip(family).all(|(one, other)| one.eq_ignore_ascii_case(other))
        })
    };
    let resource = service.resources.iter().find(same)?;
    let operation = resource.operation(scope.operation()?)?;
    Some(service.scope(&resource.path, &operation.name))
}

/// Whether a resource stands for the modules that an organization made itself.
fn is_custom(name: &str) -> bool {
    ["custom", "custommodule", "custommodules"].iter().any(|word| name.eq_ignore_ascii_case(word))
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

/// The resources under which the needs hold one scope for each of several names.
fn spread(sets: &[Vec<Scope>]) -> HashSet<&[String]> {
    let mut names: HashMap<&[String], BTreeSet<String>> = HashMap::new();
    for scope in sets.iter().flatten() {
        if let Some((name, family)) = scope.resource().split_last()
            && !is_placeholder(name)
        {
            names.entry(family).or_default().insert(name.to_ascii_lowercase());
        }
    }
    names.retain(|family, names| !family.is_empty() && names.len() >= NAMES);
    names.into_keys().collect()
}
