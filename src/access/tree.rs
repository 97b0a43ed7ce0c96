//! One service's part of the graph: its scopes as numbers, and the edges between them.
//!
//! An edge is a rule and is written down once, in [`Tree::each_below`] (what a scope opens, sure or not) and its mirror
//! [`Tree::each_above`] (what surely opens it). What follows from edges upon edges is worked out on first use and kept.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use ahash::RandomState;

use super::Reading;
use super::bits::Bits;
use super::edge::Why;
use super::operation::{Means, is_all, is_word, means, stands};
use super::region::Region;
use crate::catalog::model::{Group, Meaning, Operation};
use crate::catalog::{DataClass, Service, Status};
use crate::scope::{Scope, is_placeholder};

/// The scopes of one service. First those of the resources, then the one-word scopes, then full access.
#[derive(Debug)]
pub(super) struct Tree {
    /// The number of the first scope of each resource, and what comes after the last.
    base: Vec<u32>,
    words: usize,
    full: Option<u32>,
    /// The resource of each group's parent.
    parents: Vec<Option<usize>>,
    links: Vec<OnceLock<Box<[Link]>>>,
    answers: Vec<OnceLock<Box<Answers>>>,
    by_text: OnceLock<HashMap<Box<str>, u32, RandomState>>,
}

/// What was worked out of a scope.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) below: OnceLock<Arc<Bits>>,
    pub(super) above: OnceLock<Arc<[u32]>>,
    pub(super) regions: OnceLock<Arc<[Region]>>,
    pub(super) touched: OnceLock<Touched>,
    pub(super) example: OnceLock<Option<usize>>,
}

/// Scopes, each with its kinds of data.
pub(super) type Touched = Arc<[(Scope, Vec<DataClass>)]>;

/// What a resource has to do with another one below it.
#[derive(Clone, Debug)]
struct Link {
    /// The resource below.
    to: usize,
    /// The groups of the service that speak of both.
    groups: Vec<usize>,
    /// Its path begins with the other's.
    is_beneath: bool,
}

/// Which scope a number is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    /// A resource and one of its operations.
    Operation(usize, usize),
    /// A one-word scope.
    Word(usize),
    /// Full access.
    Full,
}

/// A scope from which edges lead: one of the catalog's, or a name beyond it.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub(super) path: &'a [String],
    pub(super) operation: &'a str,
    /// The resource that it is an operation of, by its own name.
    pub(super) resource: Option<usize>,
    /// The status of a scope of the catalog.
    pub(super) status: Option<Status>,
}

impl Tree {
    pub(super) fn of(service: &Service) -> Self {
        let mut base = Vec::with_capacity(service.resources.len() + 1);
        let mut next = 0;
        for resource in &service.resources {
            base.push(next);
            next += small(resource.operations.len());
        }
        base.push(next);
        let full = next + small(service.words.len());
        let count = full as usize + usize::from(service.full_access.is_some());
        Self {
            base,
            words: service.words.len(),
            full: service.full_access.is_some().then_some(full),
            parents: service.groups.iter().map(|group| service.resource_number(&group.parent)).collect(),
            links: service.resources.iter().map(|_| OnceLock::new()).collect(),
            answers: (0..count).map(|_| OnceLock::new()).collect(),
            by_text: OnceLock::new(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.answers.len()
    }

    pub(super) fn answers(&self, number: u32) -> &Answers {
        self.answers[number as usize].get_or_init(Box::default)
    }

    pub(super) fn number(&self, resource: usize, operation: usize) -> u32 {
        self.base[resource] + small(operation)
    }

    pub(super) fn word(&self, word: usize) -> u32 {
        self.base[self.base.len() - 1] + small(word)
    }

    pub(super) fn full(&self) -> Option<u32> {
        self.full
    }

    pub(super) fn node(&self, number: u32) -> Node {
        let scopes = self.base[self.base.len() - 1];
        if number < scopes {
            let resource = self.base.partition_point(|first| *first <= number) - 1;
            return Node::Operation(resource, (number - self.base[resource]) as usize);
        }
        let word = (number - scopes) as usize;
        if word < self.words { Node::Word(word) } else { Node::Full }
    }

    /// The scope of a number, in its canonical spelling.
    pub(super) fn scope(&self, service: &Service, number: u32) -> Scope {
        match self.node(number) {
            Node::Operation(resource, operation) => {
                let resource = &service.resources[resource];
                service.scope(&resource.path, &resource.operations[operation].name)
            }
            Node::Word(word) => Scope::from_parts(vec![service.words[word].name.clone()]),
            #[expect(clippy::expect_used, reason = "the number was given out because the service has it")]
            Node::Full => {
                service.full_access.as_ref().expect("a service with this number has full access").scope.clone()
            }
        }
    }

    pub(super) fn status(&self, service: &Service, number: u32) -> Option<Status> {
        match self.node(number) {
            Node::Operation(resource, operation) => {
                Some(service.resources[resource].operations[operation].provenance.status)
            }
            Node::Word(word) => Some(service.words[word].provenance.status),
            Node::Full => service.full_access.as_ref().map(|full| full.provenance.status),
        }
    }

    /// Whether the operation of a scope may stand for others.
    pub(super) fn is_word(&self, service: &Service, number: u32) -> bool {
        self.point(service, number).is_some_and(|point| is_word(Some(service), point.operation))
    }

    /// The number of a scope by its text in lower case, without the service.
    pub(super) fn by_text(&self, service: &Service, rest: &str) -> Option<u32> {
        let index = self.by_text.get_or_init(|| {
            let all = (0..small(self.count())).filter(|number| !matches!(self.node(*number), Node::Word(_)));
            let mut index = HashMap::with_capacity_and_hasher(self.count(), RandomState::new());
            for number in all {
                let scope = self.scope(service, number);
                if !is_slip(service, scope.parts()) {
                    let rest = scope.parts()[1..].join(".").to_ascii_lowercase();
                    index.entry(rest.into_boxed_str()).or_insert(number);
                }
            }
            index
        });
        index.get(rest).copied()
    }

    /// The point of a number; none for a one-word scope and full access.
    fn point<'s>(&self, service: &'s Service, number: u32) -> Option<Point<'s>> {
        let Node::Operation(resource, operation) = self.node(number) else { return None };
        let of = &service.resources[resource];
        let operation = &of.operations[operation];
        Some(Point {
            path: &of.path,
            operation: &operation.name,
            resource: Some(resource),
            status: Some(operation.provenance.status),
        })
    }

    /// What a scope opens directly: each edge with its reason and whether it is sure.
    pub(super) fn each_below<'s>(
        &self,
        service: &'s Service,
        from: Point<'_>,
        mut edge: impl FnMut(u32, Why<'s>, bool),
    ) {
        let exists = from.status.is_some_and(Status::exists);
        let all = is_all(from.operation) || is_placeholder(from.operation);
        let word = !all && is_word(Some(service), from.operation);
        if let Some(resource) = from.resource {
            let meant = means(Some(service), from.path, from.operation);
            for (number, operation) in self.operations(service, resource) {
                if operation.name.eq_ignore_ascii_case(from.operation) {
                } else if all {
                    edge(number, Why::All, exists);
                } else if let Some(meant) = meant.as_ref().filter(|meant| meant.has(&operation.name)) {
                    let known = from.status.is_some_and(|status| status != Status::Invalid);
                    edge(number, Why::Meaning(meant.said.map(|said| &said.provenance)), meant.is_sure() && known);
                }
            }
        }
        let own;
        let links = match from.resource {
            Some(resource) => &**self.links[resource].get_or_init(|| links(service, from.path)),
            None => {
                own = links(service, from.path);
                &*own
            }
        };
        for link in links {
            let path = &service.resources[link.to].path;
            for (number, operation) in self.operations(service, link.to) {
                let name = operation.name.as_str();
                let lifted = |reading| {
                    all || name.eq_ignore_ascii_case(from.operation)
                        || (word
                            && [from.path, path]
                                .iter()
                                .any(|on| stands(Some(service), on, from.operation, reading).has(name)))
                };
                if lifted(Reading::AtMost)
                    && let Some((why, sure)) = link.reaches(service, from.operation, name)
                {
                    edge(number, why, exists && sure && lifted(Reading::AtLeast));
                }
            }
        }
    }

    /// Whether a scope of a resource opens directly any of those that are asked for.
    pub(super) fn opens_any(&self, service: &Service, number: u32, asked: impl Fn(u32) -> bool) -> bool {
        let mut found = false;
        if let Some(point) = self.point(service, number) {
            self.each_below(service, point, |to, _, _| found = found || asked(to));
        }
        found
    }

    /// The scopes that surely open this one directly.
    pub(super) fn each_above(&self, service: &Service, to: Point<'_>, mut edge: impl FnMut(u32)) {
        if let Some(resource) = to.resource {
            for (number, operation) in self.operations(service, resource) {
                if opens_surely(service, to.path, operation, to.operation) {
                    edge(number);
                }
            }
        }
        for (group, parent) in service.groups.iter().zip(&self.parents) {
            let Some(parent) = parent.filter(|_| group.surely_reaches(to.path)) else { continue };
            for (number, operation) in self.operations(service, parent) {
                let name = operation.name.as_str();
                let lifted = is_all(name)
                    || name.eq_ignore_ascii_case(to.operation)
                    || (is_word(Some(service), name)
                        && [&group.parent, to.path]
                            .iter()
                            .any(|on| stands(Some(service), on, name, Reading::AtLeast).has(to.operation)));
                if lifted && operation.provenance.status.exists() && group.speaks_of(name, to.operation) {
                    edge(number);
                }
            }
        }
        if let (Some(full), Some(number)) = (&service.full_access, self.full)
            && full.provenance.status.exists()
        {
            edge(number);
        }
    }

    fn operations<'s>(&self, service: &'s Service, resource: usize) -> impl Iterator<Item = (u32, &'s Operation)> {
        (self.base[resource]..).zip(&service.resources[resource].operations)
    }

    /// Everything that a scope of the catalog may reach, itself included.
    pub(super) fn below(&self, service: &Service, number: u32) -> Arc<Bits> {
        let work = || {
            // One-word scopes are in nobody's full access.
            let everything = Some(number) == self.full;
            let mut bits = if everything { Bits::full(self.word(0) as usize) } else { Bits::default() };
            bits.insert(number as usize);
            if let Some(point) = self.point(service, number) {
                self.reach_on(service, point, &mut bits);
            }
            Arc::new(bits)
        };
        self.answers(number).below.get_or_init(work).clone()
    }

    /// Adds everything below a point.
    pub(super) fn reach_on(&self, service: &Service, from: Point<'_>, bits: &mut Bits) {
        let mut open = Vec::new();
        self.each_below(service, from, |to, _, _| open.extend(bits.insert(to as usize).then_some(to)));
        while let Some(number) = open.pop() {
            if let Some(below) = self.answers(number).below.get() {
                bits.add(below);
            } else if let Some(point) = self.point(service, number) {
                self.each_below(service, point, |to, _, _| open.extend(bits.insert(to as usize).then_some(to)));
            }
        }
    }

    /// The scopes that surely cover one of the catalog, itself first.
    pub(super) fn above(&self, service: &Service, number: u32) -> Arc<[u32]> {
        let work = || {
            let mut found = vec![number];
            self.climb(service, &mut found, 0);
            found.into()
        };
        self.answers(number).above.get_or_init(work).clone()
    }

    /// Adds what covers the scopes found so far, those before `next` left out.
    pub(super) fn climb(&self, service: &Service, found: &mut Vec<u32>, mut next: usize) {
        while let Some(&number) = found.get(next) {
            next += 1;
            if let Some(point) = self.point(service, number) {
                self.each_above(service, point, |above| {
                    if !found.contains(&above) {
                        found.push(above);
                    }
                });
            }
        }
    }

    /// What a scope of the catalog may reach, as regions of names; none for a one-word scope.
    pub(super) fn regions(&self, service: &Service, number: u32) -> Arc<[Region]> {
        let work = || match (self.point(service, number), Some(number) == self.full) {
            (Some(point), _) => self.regions_of(service, point, &self.below(service, number)).into(),
            (None, true) => [Region::service(&service.name)].into(),
            (None, false) => [].into(),
        };
        self.answers(number).regions.get_or_init(work).clone()
    }

    /// The regions of a point and of everything below it.
    pub(super) fn regions_of(&self, service: &Service, from: Point<'_>, below: &Bits) -> Vec<Region> {
        let mut found = own_regions(service, from);
        for number in below.iter() {
            let Some(point) = self.point(service, small(number)) else { continue };
            for region in own_regions(service, point) {
                if !found.iter().any(|known| region.is_inside(known)) {
                    found.push(region);
                }
            }
        }
        found
    }

    /// What a scope of the catalog touches: the kinds of data of each resource.
    pub(super) fn data<'s>(&self, service: &'s Service, number: u32) -> Option<&'s [DataClass]> {
        match self.node(number) {
            Node::Operation(resource, operation) => {
                let resource = &service.resources[resource];
                Some(resource.operations[operation].data.as_deref().unwrap_or(&resource.data))
            }
            Node::Word(word) => Some(&service.words[word].data),
            Node::Full => None,
        }
    }
}

fn own_regions(service: &Service, from: Point<'_>) -> Vec<Region> {
    let own = Region::path(Some(service), &service.name, from.path, from.operation);
    // An unknown resource below has the general meaning of a word, whatever it means here.
    let is_special = |meaning: &Meaning| meaning.resources.as_ref().is_some_and(|here| here.matches_parts(from.path));
    let below = service.meanings.iter().any(is_special).then(|| own.with_words_of_any(service));
    let mut found: Vec<Region> = std::iter::once(own).chain(below).collect();
    let groups = service
        .groups
        .iter()
        .filter(|group| group.provenance.status != Status::Separate && group.is_about(from.path, from.operation));
    for group in groups {
        let region = Region::children(service, &group.children, from.operation);
        if !found.iter().any(|known| region.is_inside(known)) {
            found.push(region);
        }
    }
    found
}

/// What lies below a path: by a group, or because its path begins with it.
fn links(service: &Service, path: &[String]) -> Box<[Link]> {
    let groups: Vec<(usize, &Group)> =
        service.groups.iter().enumerate().filter(|(_, group)| same_path(&group.parent, path)).collect();
    let has_placeholder = path.iter().any(|part| is_placeholder(part));
    let mut found = Vec::new();
    for (to, resource) in service.resources.iter().enumerate() {
        let own = &resource.path;
        // A name that is filled in may turn out to be one of those that are known.
        let begins = own.len() >= path.len() && path.iter().zip(own).all(|(a, b)| same_part(a, b));
        let mut is_beneath = begins && (own.len() > path.len() || (has_placeholder && !same_path(own, path)));
        let mut speak = Vec::new();
        for (number, group) in &groups {
            if group.children.matches_parts(own) {
                speak.push(*number);
            } else if group.provenance.status != Status::Separate {
                // Below a child that no file lists.
                is_beneath |= (1..own.len()).any(|end| group.children.matches_parts(&own[..end]));
            }
        }
        if (is_beneath || !speak.is_empty()) && !same_path(own, path) {
            found.push(Link { to, groups: speak, is_beneath });
        }
    }
    found.into()
}

impl Link {
    /// Whether an operation of the one reaches an operation of the other: why, and whether it is sure.
    fn reaches<'s>(&self, service: &'s Service, from: &str, to: &str) -> Option<(Why<'s>, bool)> {
        let path = &service.resources[self.to].path;
        let mut best: Option<(&Group, bool)> = None;
        let mut is_separate = false;
        for group in self.groups.iter().map(|number| &service.groups[*number]).filter(|group| group.speaks_of(from, to))
        {
            let sure = group.surely_reaches(path);
            match group.provenance.status {
                Status::Separate => is_separate = true,
                _ if best.is_none_or(|(_, known)| sure && !known) => best = Some((group, sure)),
                _ => {}
            }
        }
        // What somebody documents or saw stands against what somebody else says; what is assumed does not.
        best = best.filter(|(group, _)| !is_separate || group.provenance.status.is_sure());
        match best {
            Some((group, sure)) => Some((Why::Group(group), sure)),
            None => (self.is_beneath && !is_separate).then_some((Why::Path, false)),
        }
    }
}

impl Group {
    /// Whether it speaks of what one operation of the parent reaches of another one of the children.
    fn speaks_of(&self, from: &str, to: &str) -> bool {
        let named = |operation: &str| self.operations.iter().any(|name| name.eq_ignore_ascii_case(operation));
        self.operations.is_empty() || named(from) || named(to)
    }

    fn surely_reaches(&self, path: &[String]) -> bool {
        self.provenance.status.is_sure()
            && self.children.matches_parts(path)
            && !self.except.iter().any(|pattern| pattern.matches_parts(path))
    }
}

/// Whether an operation on a resource surely stands for another one there.
fn opens_surely(service: &Service, path: &[String], operation: &Operation, other: &str) -> bool {
    let (name, status) = (operation.name.as_str(), operation.provenance.status);
    if name.eq_ignore_ascii_case(other) {
        return false;
    }
    let meant = |means: &Means<'_>| means.is_sure() && means.has(other);
    (is_all(name) && status.exists())
        || (status != Status::Invalid && means(Some(service), path, name).as_ref().is_some_and(meant))
}

/// Whether a scope is a misspelling of the vendor's own.
pub(super) fn is_slip<S: AsRef<str>>(service: &Service, parts: &[S]) -> bool {
    let length = parts.iter().map(|part| part.as_ref().len() + 1).sum::<usize>();
    let is_written = |written: &str| {
        let mut rest = written.split('.');
        parts.iter().all(|part| rest.next().is_some_and(|other| other.eq_ignore_ascii_case(part.as_ref())))
            && rest.next().is_none()
    };
    service.errata.iter().any(|slip| slip.written.len() + 1 == length && is_written(&slip.written))
}

fn same_path(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.eq_ignore_ascii_case(y))
}

fn same_part(a: &str, b: &str) -> bool {
    is_placeholder(a) || is_placeholder(b) || a.eq_ignore_ascii_case(b)
}

/// The number of a scope: a service has fewer than a million.
#[expect(clippy::expect_used, reason = "no catalog has so many scopes")]
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a service has fewer scopes than fit a number")
}
