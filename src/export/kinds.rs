//! Which texts a policy can tell apart.
//!
//! Two paths are of one kind where they have come to the same places in everything that is ever compared with a path: the
//! resources of the catalog, its groups with their holes, what operation words mean where, slips, deprecations, the entries
//! of the policy, its waivers and its classes of data. Whatever follows, they are judged alike.

use std::collections::BTreeSet;

use super::names::{OTHER, Patterns, Places};
use crate::catalog::{Catalog, Service};
use crate::policy::{Entry, Policy};
use crate::scope::{Part, Scope, is_placeholder};

/// Operations that rules and general statements speak of, whatever the service.
const WORDS: [&str; 9] = ["all", "create", "delete", "execute", "get", "read", "update", "view", "write"];

/// Whose a pattern is.
const RESOURCE: usize = 0;
const FACT: usize = 1;
const EVERYONE: usize = 2;
const APPS: usize = 3;

/// The beginnings of scopes under one first name.
pub(super) struct Beginnings<'a> {
    policy: &'a Policy,
    name: String,
    patterns: Patterns,
    /// Words that may stand last anywhere.
    words: BTreeSet<String>,
    /// The name is another one of a service: its path is looked at as one there, and as one of a service nobody knows.
    is_alias: bool,
}

/// The beginning of a scope, which stands for all that are of its kind.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    /// Its parts, the service first.
    pub(super) parts: Vec<String>,
    /// What it has in common with others of its kind.
    pub(super) kind: Kind,
}

/// What all beginnings of one kind have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// Where it is.
    named: Places,
    /// Where it is if a wildcard that took a name which nobody knows may take the next such name as well; and the places
    /// after such wildcards. Twice where the name is another one of a service.
    unknown: Vec<(Places, Places)>,
    /// How many parts, as far as that matters.
    depth: usize,
}

impl<'a> Beginnings<'a> {
    /// The beginnings under a first name, in lower case.
    pub(super) fn new(catalog: &'a Catalog, policy: &'a Policy, name: &str) -> Self {
        let service = catalog.service(name);
        let alias = if service.is_none() { catalog.alias(name) } else { None };
        let mut all = Self {
            policy,
            name: name.to_owned(),
            patterns: Patterns::default(),
            words: WORDS.map(str::to_owned).into(),
            is_alias: alias.is_some(),
        };
        if let Some(facts) = service.or(alias) {
            all.add_facts(facts);
        }
        all.add(&["fullaccess".to_owned()], FACT);
        let own = |entries: &'a [Entry]| entries.iter().map(|entry| entry.pattern.parts());
        let of_apps = policy.apps.iter().enumerate().flat_map(|(at, app)| {
            let entries = own(&app.allow).chain(own(&app.deny));
            entries.map(move |parts| (parts, APPS + at))
        });
        let of_policy = own(&policy.allow).chain(own(&policy.deny)).map(|parts| (parts, EVERYONE));
        let of_waivers = policy.waivers.iter().flat_map(|waiver| own(&waiver.scopes)).map(|parts| (parts, EVERYONE));
        let of_data = policy.data.iter().map(|said| (said.pattern.parts(), EVERYONE));
        let real = service.or(alias).map(|service| service.name.to_ascii_lowercase());
        for (parts, owner) in of_policy.chain(of_apps).chain(of_waivers).chain(of_data) {
            all.add_entry(catalog, parts, owner, real.as_deref());
        }
        all
    }

    /// The names with which a scope may begin that a policy or the catalog names, in lower case.
    pub(super) fn first_names(catalog: &Catalog, policy: &Policy) -> BTreeSet<String> {
        let apps = policy.apps.iter().flat_map(|app| app.allow.iter().chain(&app.deny));
        let waivers = policy.waivers.iter().flat_map(|waiver| &waiver.scopes);
        let entries = policy.allow.iter().chain(&policy.deny).chain(apps).chain(waivers);
        let patterns = entries.map(|entry| &entry.pattern).chain(policy.data.iter().map(|said| &said.pattern));
        // After a `**` that stands for nothing the next part is the first.
        let parts = patterns.filter_map(|pattern| {
            let many = pattern.parts().iter().take_while(|part| **part == Part::Many).count();
            pattern.parts().get(many)
        });
        let named = parts.filter_map(|part| match part {
            Part::Names(names) => Some(names),
            _ => None,
        });
        let known = catalog.names().chain(catalog.aliases()).chain(catalog.words());
        named.flatten().cloned().chain(known.map(str::to_ascii_lowercase)).collect()
    }

    /// Adds a pattern of paths in the service.
    fn add<'p>(&mut self, path: impl IntoIterator<Item = &'p String>, owner: usize) {
        let parts: Vec<Part> = path.into_iter().map(|name| part_of(name)).collect();
        self.add_parts(&parts, owner);
    }

    fn add_parts(&mut self, parts: &[Part], owner: usize) {
        let first = Part::Names(vec![self.name.clone()]);
        self.patterns.add(std::iter::once(first).chain(parts.iter().cloned()), owner);
    }

    fn add_facts(&mut self, facts: &Service) {
        for resource in &facts.resources {
            self.add(&resource.path, RESOURCE);
            self.words.extend(resource.operations.iter().map(|operation| operation.name.to_ascii_lowercase()));
        }
        for meaning in &facts.meanings {
            let words = std::iter::once(&meaning.operation).chain(&meaning.means);
            self.words.extend(words.map(|word| word.to_ascii_lowercase()));
            if let Some(pattern) = &meaning.resources {
                self.add_parts(pattern.parts(), FACT);
            }
        }
        for group in &facts.groups {
            self.add(&group.parent, FACT);
            self.add_parts(group.children.parts(), FACT);
            group.except.iter().for_each(|pattern| self.add_parts(pattern.parts(), FACT));
            self.words.extend(group.operations.iter().map(|word| word.to_ascii_lowercase()));
        }
        let patterns =
            facts.deprecated.iter().map(|old| &old.pattern).chain(facts.invalid.iter().map(|bad| &bad.pattern));
        patterns.for_each(|pattern| self.add_parts(pattern.parts(), FACT));
        for slip in facts.errata.iter().filter_map(|slip| slip.written.parse::<Scope>().ok()) {
            if slip.service().is_some_and(|first| first.eq_ignore_ascii_case(&facts.name)) {
                self.add(&slip.parts()[1..], FACT);
            }
        }
    }

    /// Adds an entry as far as it may name something under the first name.
    fn add_entry(&mut self, catalog: &Catalog, parts: &[Part], owner: usize, real: Option<&str>) {
        let Some((first, rest)) = parts.split_first() else { return };
        let names = match first {
            // It may be named, too, where a policy means the service by another name.
            Part::Names(names) => names.iter().any(|name| {
                *name == self.name
                    || (catalog.number(name).is_none()
                        && catalog.alias(name).is_some_and(|service| Some(&*service.name.to_ascii_lowercase()) == real))
            }),
            Part::One | Part::Many => false,
        };
        if names {
            self.add_parts(rest, owner);
        }
        match first {
            Part::Names(names) if self.is_alias && names.iter().any(|name| Some(name.as_str()) == real) => {
                self.add_parts(rest, owner);
            }
            Part::Names(_) => {}
            Part::One => self.add_parts(rest, owner),
            Part::Many => self.patterns.add(parts.iter().cloned(), owner),
        }
    }

    /// The beginning that is the first name alone.
    pub(super) fn first(&self) -> Beginning {
        let named = self.patterns.step(&self.patterns.start(), &self.name);
        let unknown = vec![(named.clone(), Places::new()); 1 + usize::from(self.is_alias)];
        Beginning { parts: vec![spelt(&self.name)], kind: Kind { named, unknown, depth: 1 } }
    }

    /// One part further.
    pub(super) fn then(&self, before: &Beginning, name: &str) -> Beginning {
        let (patterns, old) = (&self.patterns, &before.kind);
        let spelt = spelt(name);
        let named = patterns.step(&old.named, &spelt);
        let is_known = patterns.ends(&named, RESOURCE);
        let further = |(at, (places, wild)): (usize, &(Places, Places))| {
            if is_known && at == 0 {
                return (named.clone(), Places::new());
            }
            let next = patterns.joined(&patterns.step(places, &spelt), wild);
            (next, patterns.joined(wild, &patterns.step_wild(places)))
        };
        let unknown = old.unknown.iter().enumerate().map(further).collect();
        let parts = before.parts.iter().cloned().chain([spelt]).collect();
        Beginning { parts, kind: Kind { named, unknown, depth: (old.depth + 1).min(3) } }
    }

    /// The names that may come next and that anything tells from others.
    pub(super) fn names_after(&self, at: &Beginning) -> BTreeSet<String> {
        let kind = &at.kind;
        let unknown = kind.unknown.iter().flat_map(|(places, wild)| [places, wild]);
        let places = std::iter::once(&kind.named).chain(unknown);
        let mut names: BTreeSet<String> =
            places.flat_map(|places| self.patterns.names_after(places)).map(str::to_owned).collect();
        if kind.depth > 1 {
            names.extend(self.words.iter().cloned());
        }
        names
    }

    /// For each application whether any of its own entries may name something that begins so.
    pub(super) fn concerned(&self, at: &Beginning) -> Vec<bool> {
        let owners = self.patterns.owners(&at.kind.named);
        (0..self.policy.apps.len()).map(|at| owners.contains(&(APPS + at))).collect()
    }
}

fn part_of(name: &str) -> Part {
    if is_placeholder(name) { Part::One } else { Part::Names(vec![name.to_ascii_lowercase()]) }
}

/// A name as a part of a scope. No part of a catalog or a policy is spelt as what stands for all others.
fn spelt(name: &str) -> String {
    if name == OTHER { "any-other$".to_owned() } else { name.to_owned() }
}
