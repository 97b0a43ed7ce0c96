//! The graph of meaning: every scope is a number, and every question about meaning is asked of numbers.
//!
//! The catalog's scopes have numbers of their own; a name that a run meets beyond them gets the next one of the run's
//! table, and hangs by the same rules: below the group that its name matches, above what begins with its path.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use ahash::RandomState;

use super::Reading;
use super::bits::Bits;
use super::identity::{Known, Unknown, identify};
use super::operation::{Means, means, stands};
use super::region::Region;
use super::tree::{Node, Point, Touched, Tree, is_slip, small};
use crate::catalog::{Catalog, Service, Status};
use crate::scope::{Scope, is_placeholder};

/// The number of a scope. Two spellings of one scope have the same.
///
/// Numbers of the catalog's scopes follow from the catalog; others from the order in which the run met them, so they are
/// never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(u32);

/// Which scope a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One of the catalog's: the number of its service, and its number there.
    Catalog(usize, usize),
    /// A name beyond the catalog: its number in the run's table.
    Beyond(usize),
}

/// The bit that marks names beyond the catalog.
const BEYOND: u32 = 1 << 31;

/// How many bits number the scopes of one service.
const LOCAL: u32 = 20;

impl ScopeId {
    fn local(service: usize, number: u32) -> Self {
        Self(small(service) << LOCAL | number)
    }

    /// Which scope it is.
    #[must_use]
    pub fn place(self) -> Place {
        let number = (self.0 & !BEYOND) as usize;
        if self.0 & BEYOND != 0 {
            Place::Beyond(number)
        } else {
            Place::Catalog(number >> LOCAL, number & ((1 << LOCAL) - 1))
        }
    }
}

/// The nodes of a catalog's graph, and the names beyond it that the run met.
#[derive(Debug)]
struct Nodes {
    trees: Vec<OnceLock<Tree>>,
    /// For each service the scopes that its calls need, in the order of [`Catalog::needed`].
    needs: Vec<OnceLock<Vec<ScopeId>>>,
    run: RwLock<Run>,
}

#[derive(Debug, Default)]
struct Run {
    /// By the scope in lower case.
    numbers: HashMap<Box<str>, u32, RandomState>,
    scopes: Vec<Arc<Scope>>,
}

/// What a scope may reach.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// The scopes of the catalog among it, all of one service.
    pub(crate) service: Option<usize>,
    pub(crate) below: Arc<Bits>,
    /// The names beyond the catalog among it. They also hold most of the names that the catalog has.
    pub(crate) regions: Arc<[Region]>,
}

/// The graph of a catalog. A handle, cheap to make and to copy.
#[derive(Clone, Copy, Debug)]
pub struct Graph<'c> {
    catalog: &'c Catalog,
    nodes: &'c Nodes,
}

impl<'c> Graph<'c> {
    /// The graph of a catalog; nothing of it is worked out before it is asked for.
    #[must_use]
    pub fn of(catalog: &'c Catalog) -> Self {
        let nodes = catalog.derived(|| Nodes {
            trees: (0..catalog.count()).map(|_| OnceLock::new()).collect(),
            needs: (0..catalog.count()).map(|_| OnceLock::new()).collect(),
            run: RwLock::default(),
        });
        Self { catalog, nodes }
    }

    /// The catalog.
    #[must_use]
    pub fn catalog(self) -> &'c Catalog {
        self.catalog
    }

    pub(super) fn tree(self, service: usize) -> (&'c Service, &'c Tree) {
        let facts = self.catalog.numbered(service);
        (facts, self.nodes.trees[service].get_or_init(|| Tree::of(facts)))
    }

    /// The number of a scope.
    #[must_use]
    pub fn id(self, scope: &Scope) -> ScopeId {
        self.in_catalog(scope.parts()).unwrap_or_else(|| {
            let key = scope.folded();
            let known = self.nodes.run.read().unwrap_or_else(PoisonError::into_inner).numbers.get(&*key).copied();
            ScopeId(
                BEYOND
                    | known.unwrap_or_else(|| {
                        let mut run = self.nodes.run.write().unwrap_or_else(PoisonError::into_inner);
                        let next = small(run.scopes.len());
                        let number = *run.numbers.entry(key.into()).or_insert(next);
                        if number == next {
                            run.scopes.push(Arc::new(identify(self.catalog, scope).scope));
                        }
                        number
                    }),
            )
        })
    }

    /// The number of a scope of the catalog, or of a name that was met before, by its text: one look, and nothing is
    /// kept. `None` says nothing; read the text and ask [`Graph::id`].
    #[must_use]
    pub fn find(self, text: &str) -> Option<ScopeId> {
        let mut folded = [0; 128];
        let folded = folded.get_mut(..text.len())?;
        folded.copy_from_slice(text.as_bytes());
        folded.make_ascii_lowercase();
        let folded = std::str::from_utf8(folded).ok()?;
        let (name, rest) = folded.split_once('.')?;
        let known = self.catalog.number(name).and_then(|service| {
            let (facts, tree) = self.tree(service);
            Some(ScopeId::local(service, tree.by_text(facts, rest)?))
        });
        known.or_else(|| {
            let run = self.nodes.run.read().unwrap_or_else(PoisonError::into_inner);
            run.numbers.get(folded).map(|number| ScopeId(BEYOND | number))
        })
    }

    fn in_catalog(self, parts: &[String]) -> Option<ScopeId> {
        let [first, path @ .., operation] = parts else {
            let (service, word) = self.catalog.word(parts.first()?)?;
            let at = service.words.iter().position(|known| known.name == word.name)?;
            let number = self.catalog.number(&service.name)?;
            return Some(ScopeId::local(number, self.tree(number).1.word(at)));
        };
        let service = self.catalog.number(first)?;
        let (facts, tree) = self.tree(service);
        if is_slip(facts, parts) {
            return None;
        }
        if let [resource] = path
            && resource.eq_ignore_ascii_case("fullaccess")
            && operation.eq_ignore_ascii_case("all")
        {
            return tree.full().map(|number| ScopeId::local(service, number));
        }
        let at = facts.resource_number(path)?;
        let resource = &facts.resources[at];
        let by_name = |(known, part): (&String, &String)| !is_placeholder(known) || is_placeholder(part);
        let operation = resource.operations.iter().position(|known| known.name.eq_ignore_ascii_case(operation))?;
        let by_name = resource.path.iter().zip(path).all(by_name);
        by_name.then(|| ScopeId::local(service, tree.number(at, operation)))
    }

    /// The scope of a number: in the catalog's spelling, or as it was met first.
    #[must_use]
    pub fn scope(self, id: ScopeId) -> Scope {
        match id.place() {
            Place::Catalog(service, number) => {
                let (facts, tree) = self.tree(service);
                tree.scope(facts, small(number))
            }
            Place::Beyond(number) => (*self.beyond(number)).clone(),
        }
    }

    fn beyond(self, number: usize) -> Arc<Scope> {
        self.nodes.run.read().unwrap_or_else(PoisonError::into_inner).scopes[number].clone()
    }

    /// Whether the catalog knows it, a custom module under a placeholder included.
    #[must_use]
    pub fn is_known(self, id: ScopeId) -> bool {
        match id.place() {
            Place::Catalog(service, number) => {
                let (facts, tree) = self.tree(service);
                tree.status(facts, small(number)).is_some_and(|status| status != Status::Invalid)
            }
            Place::Beyond(number) => identify(self.catalog, &self.beyond(number)).is_known(),
        }
    }

    /// How many scopes of a service have numbers.
    pub(crate) fn count(self, service: usize) -> usize {
        self.tree(service).1.count()
    }

    /// The scope of a service with this number.
    pub(crate) fn local(service: usize, number: usize) -> ScopeId {
        ScopeId::local(service, small(number))
    }

    /// The number of an operation of a resource, both by their place in the catalog.
    pub(crate) fn operation(self, service: usize, resource: usize, operation: usize) -> usize {
        self.tree(service).1.number(resource, operation) as usize
    }

    /// The number of a service's full access in the service, where it has one.
    pub(crate) fn full_access(self, service: usize) -> Option<usize> {
        self.tree(service).1.full().map(|number| number as usize)
    }

    /// The number of a one-word scope in its service.
    pub(crate) fn word(self, service: usize, word: usize) -> usize {
        self.tree(service).1.word(word) as usize
    }

    /// The permissions that a scope is made of: itself, or those that its operation word surely stands for (`WRITE`).
    #[must_use]
    pub fn starts(self, id: ScopeId) -> Vec<ScopeId> {
        if let Place::Catalog(service, number) = id.place() {
            let (facts, tree) = self.tree(service);
            if !tree.is_word(facts, small(number)) {
                return vec![id];
            }
        }
        let scope = self.scope(id);
        self.meant(id, &scope).map_or_else(|| vec![id], |all| all.iter().map(|start| self.id(start)).collect())
    }

    /// What a scope is made of, where its operation word surely stands for others.
    pub(super) fn meant(self, id: ScopeId, scope: &Scope) -> Option<Vec<Scope>> {
        let service = self.catalog.service(scope.service()?)?;
        let means = means(Some(service), scope.resource(), scope.operation()?).filter(Means::is_sure)?;
        let of_word = |operation: &&str| service.scope(scope.resource(), operation);
        self.is_known(id).then(|| means.names.iter().map(of_word).collect())
    }

    /// Whether one scope surely covers everything that another may reach.
    #[must_use]
    pub fn covers(self, big: ScopeId, small: ScopeId) -> bool {
        big == small || self.starts(small).iter().all(|start| self.above_least(*start).contains(&big))
    }

    /// What surely covers a permission, itself first. A scope is covered where each of its [`Graph::starts`] is.
    #[must_use]
    pub fn above_least(self, id: ScopeId) -> Vec<ScopeId> {
        match id.place() {
            Place::Catalog(service, number) => {
                let (facts, tree) = self.tree(service);
                tree.above(facts, small(number)).iter().map(|above| ScopeId::local(service, *above)).collect()
            }
            Place::Beyond(number) => {
                let mut found = vec![id];
                self.above_beyond(&self.beyond(number), &mut found);
                found
            }
        }
    }

    /// What surely covers a name beyond the catalog, itself left out.
    fn above_beyond(self, scope: &Scope, found: &mut Vec<ScopeId>) {
        let (Some(service), Some(operation)) =
            (scope.service().and_then(|name| self.catalog.number(name)), scope.operation())
        else {
            return;
        };
        let (facts, tree) = self.tree(service);
        if scope.is_full_access() || is_slip(facts, scope.parts()) {
            return;
        }
        // Other operations on the same custom module are names beyond the catalog, too.
        let at = facts.resource_number(scope.resource());
        let point = Point { path: scope.resource(), operation, resource: at, status: None };
        let mut direct = Vec::new();
        tree.each_above(facts, point, |number| direct.push(number));
        let is_own = |number: &u32| matches!(tree.node(*number), Node::Operation(resource, _) if Some(resource) == at);
        let is_template = at.is_some_and(|at| facts.resources[at].is_template());
        let (own, mut others): (Vec<u32>, Vec<u32>) =
            direct.into_iter().partition(|number| is_template && is_own(number));
        tree.climb(facts, &mut others, 0);
        for id in others.into_iter().map(|number| ScopeId::local(service, number)) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        for number in own {
            let Node::Operation(resource, operation) = tree.node(number) else { continue };
            let own = facts.scope(scope.resource(), &facts.resources[resource].operations[operation].name);
            let id = self.id(&own);
            if !found.contains(&id) {
                found.push(id);
                self.above_beyond(&own, found);
            }
        }
    }

    /// The scopes that the calls of a service need, as numbers.
    pub(super) fn needs(self, service: usize, scopes: &[Scope]) -> &'c [ScopeId] {
        self.nodes.needs[service].get_or_init(|| scopes.iter().map(|need| self.id(need)).collect())
    }

    /// Everything that a scope may reach.
    pub(crate) fn reach(self, id: ScopeId) -> Reach {
        match id.place() {
            Place::Catalog(service, number) => {
                let (facts, tree) = self.tree(service);
                Reach {
                    service: Some(service),
                    below: tree.below(facts, small(number)),
                    regions: tree.regions(facts, small(number)),
                }
            }
            Place::Beyond(number) => self.reach_beyond(&self.beyond(number)),
        }
    }

    /// The scopes of the catalog that a scope may reach, all of one service.
    pub(crate) fn below(self, id: ScopeId) -> (Option<usize>, Arc<Bits>) {
        match id.place() {
            Place::Catalog(service, number) => {
                let (facts, tree) = self.tree(service);
                (Some(service), tree.below(facts, small(number)))
            }
            Place::Beyond(_) => {
                let Reach { service, below, .. } = self.reach(id);
                (service, below)
            }
        }
    }

    fn reach_beyond(self, scope: &Scope) -> Reach {
        let nothing = |regions: Vec<Region>| Reach { service: None, below: Arc::default(), regions: regions.into() };
        let (Some(name), Some(operation)) = (scope.service(), scope.operation()) else {
            return nothing(vec![Region::word(scope.parts().first().map_or("", String::as_str))]);
        };
        let own = |service: Option<&Service>| match scope.is_full_access() {
            true => Region::service(name),
            false => Region::path(service, name, scope.resource(), operation),
        };
        let Some(service) = self.catalog.number(name) else {
            // Another name of a service counts as the service.
            let mut reach = nothing(vec![own(None)]);
            if let Some(alias) = self.catalog.alias(name) {
                reach = self.reach(self.id(&alias.scope(scope.resource(), operation)));
                reach.regions = reach.regions.iter().cloned().chain([own(None)]).collect();
            }
            return reach;
        };
        let (facts, tree) = self.tree(service);
        if scope.is_full_access() {
            return Reach {
                service: Some(service),
                below: Arc::new(Bits::full(tree.word(0) as usize)),
                regions: [own(Some(facts))].into(),
            };
        }
        let resource = facts.resource_number(scope.resource());
        let point = Point {
            path: scope.resource(),
            operation,
            resource: resource.filter(|at| !facts.resources[*at].is_template()),
            status: None,
        };
        let mut below = Bits::default();
        tree.reach_on(facts, point, &mut below);
        let mut regions = tree.regions_of(facts, point, &below);
        // A vendor's slip counts as what it stands for.
        if let Some((_, slip)) = identify(self.catalog, scope).erratum {
            let meant = self.reach(self.id(&slip.means));
            if meant.service == Some(service) {
                below.add(&meant.below);
            }
            regions.extend(meant.regions.iter().cloned());
        }
        Reach { service: Some(service), below: Arc::new(below), regions: regions.into() }
    }

    /// Everything that a scope may reach and that the catalog lists, in the catalog's order; itself first where it is
    /// beyond the catalog or not.
    pub(super) fn reached(self, id: ScopeId) -> Vec<ScopeId> {
        let (service, below) = self.below(id);
        let below = |service| below.iter().map(move |number| ScopeId::local(service, small(number)));
        std::iter::once(id).chain(service.into_iter().flat_map(below).filter(|below| *below != id)).collect()
    }

    /// What a scope touches: everything it may reach and that the catalog knows, with the kinds of data.
    pub(super) fn touched(self, id: ScopeId) -> Touched {
        let work = || {
            let mut found = Vec::new();
            for reached in self.reached(id) {
                match reached.place() {
                    Place::Catalog(service, number) => {
                        let (facts, tree) = self.tree(service);
                        if let Some(data) = tree.data(facts, small(number)) {
                            found.push((tree.scope(facts, small(number)), data.to_vec()));
                        }
                    }
                    Place::Beyond(number) => {
                        let scope = self.beyond(number);
                        if let Known::Operation(_, resource, _) | Known::No(Unknown::Operation(_, resource)) =
                            identify(self.catalog, &scope).known
                        {
                            let data = resource.data_of(scope.operation().unwrap_or_default());
                            found.push(((*scope).clone(), data.to_vec()));
                        }
                    }
                }
            }
            found.into()
        };
        self.answered(id, work, |answers| &answers.touched)
    }

    /// An answer that is kept with the node it is about; names beyond the catalog keep none, for there may be many.
    pub(super) fn answered<T: Clone + 'c>(
        self,
        id: ScopeId,
        work: impl FnOnce() -> T,
        kept: impl FnOnce(&'c super::tree::Answers) -> &'c OnceLock<T>,
    ) -> T {
        match id.place() {
            Place::Catalog(service, number) => {
                kept(self.tree(service).1.answers(small(number))).get_or_init(work).clone()
            }
            Place::Beyond(_) => work(),
        }
    }

    /// The words by which an allow entry may name a permission: its operation, `all`, and what surely stands for it.
    pub(crate) fn words_for(self, service: Option<usize>, path: &[String], operation: &str) -> Vec<String> {
        let service = service.map(|service| self.catalog.numbered(service));
        super::region::naming(service, path, &[operation.to_ascii_lowercase()], Reading::AtLeast)
    }

    /// Whether one operation stands for another on a resource.
    pub(crate) fn stands_for(self, service: usize, path: &[String], word: &str, other: &str, reading: Reading) -> bool {
        stands(Some(self.catalog.numbered(service)), path, word, reading).has(other)
    }
}
