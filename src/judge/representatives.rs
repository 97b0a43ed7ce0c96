//! Names beyond the catalog by which policies could differ: one of each kind that their entries can tell apart.
//!
//! Entries are walked part by part, all at once. Two paths that lead to the same places in the entries, and that mean the
//! same to the catalog's groups, are judged alike by every policy that is made of these entries; one of them is enough.

use std::collections::{BTreeSet, HashSet};

use super::entries::{Entries, Places};
use crate::access::{Graph, Place};
use crate::catalog::{Catalog, Service};
use crate::policy::Entry;
use crate::scope::{Part, Scope};

/// A name that no service, resource and operation has and that no entry names.
pub(super) const ANY: &str = "AnyOther";

/// The operations that are tried on every path beside those that entries name.
const USUAL: [&str; 6] = ["READ", "CREATE", "UPDATE", "DELETE", "WRITE", "ALL"];

/// How many parts that nobody names may stand in a row: an entry's wildcard takes them one by one, or all.
const UNNAMED: usize = 3;

/// How many scopes are made for one service. No policy that was written by hand comes near.
const MOST: usize = 20_000;

/// The representatives for some entries.
pub(super) struct Representatives {
    pub(super) scopes: Vec<Scope>,
    /// Whether all could be made.
    pub(super) is_whole: bool,
}

/// What tells one path from another.
type Key = (Places, Vec<usize>, usize, usize);

/// A path that is walked on.
struct Path {
    parts: Vec<String>,
    places: Places,
    /// How many of its last parts nobody names.
    unnamed: usize,
}

/// The representatives of a service by its name, which the catalog need not know.
pub(super) fn of_service(catalog: &Catalog, entries: &[&Entry], name: &str) -> Representatives {
    let compiled = Entries::new(catalog, entries.to_vec());
    let walk = Walk { graph: Graph::of(catalog), facts: catalog.service(name), entries: &compiled };
    walk.from(name)
}

/// Names of services that entries name and the catalog does not have, and one that nobody names.
pub(super) fn services_beyond(catalog: &Catalog, entries: &[&Entry]) -> Vec<String> {
    let firsts = entries.iter().filter(|entry| entry.pattern.parts().len() > 1);
    let named = firsts.filter_map(|entry| match entry.pattern.parts().first() {
        Some(Part::Names(names)) => Some(names),
        _ => None,
    });
    let named: BTreeSet<&String> = named.flatten().filter(|name| catalog.number(name).is_none()).collect();
    named.into_iter().cloned().chain([ANY.to_owned()]).collect()
}

struct Walk<'w> {
    graph: Graph<'w>,
    facts: Option<&'w Service>,
    entries: &'w Entries<'w>,
}

impl Walk<'_> {
    fn from(&self, name: &str) -> Representatives {
        let first = self.entries.step(&self.entries.start(), name);
        let mut open = vec![Path { parts: vec![name.to_owned()], places: first, unnamed: 0 }];
        let mut seen: HashSet<Key> = HashSet::new();
        let mut scopes = Vec::new();
        while let Some(path) = open.pop() {
            if path.parts.len() > 1 {
                self.scopes_on(&path, &mut scopes);
            }
            if scopes.len() > MOST {
                return Representatives { scopes, is_whole: false };
            }
            for part in self.parts_after(&path) {
                let places = self.entries.step(&path.places, &part);
                let unnamed = if part == ANY { path.unnamed + 1 } else { 0 };
                let parts: Vec<String> = path.parts.iter().cloned().chain([part]).collect();
                let key = (places.clone(), self.class(&parts[1..]), unnamed.min(UNNAMED), parts.len().min(3));
                if unnamed <= UNNAMED && seen.insert(key) {
                    open.push(Path { parts, places, unnamed });
                }
            }
        }
        let slips = self.facts.into_iter().flat_map(|facts| &facts.errata).filter_map(|slip| slip.written.parse().ok());
        scopes.extend(slips);
        Representatives { scopes, is_whole: true }
    }

    /// What the catalog's groups make of a path, and the resource of a placeholder that it may be.
    fn class(&self, path: &[String]) -> Vec<usize> {
        let Some(facts) = self.facts else { return Vec::new() };
        let begins = |parent: &[String]| {
            parent.len() <= path.len() && parent.iter().zip(path).all(|(known, part)| known.eq_ignore_ascii_case(part))
        };
        let groups = facts.groups.iter().enumerate();
        let mut found: Vec<usize> = groups
            .filter(|(_, group)| begins(&group.parent) || group.children.matches_parts(path))
            .flat_map(|(at, group)| {
                let is_hole = group.except.iter().any(|hole| hole.matches_parts(path));
                [at * 4, at * 4 + 1 + usize::from(is_hole) + usize::from(group.children.matches_parts(path))]
            })
            .collect();
        if let Some(at) = facts.resource_number(path) {
            found.push(facts.groups.len() * 4 + at);
        }
        found
    }

    /// The parts that may come next: those that entries or groups name, and one that nobody does.
    fn parts_after(&self, path: &Path) -> Vec<String> {
        let mut names: BTreeSet<String> =
            self.entries.names_after(&path.places).into_iter().map(str::to_owned).collect();
        let at = path.parts.len() - 1;
        if at == 0 {
            names.insert("fullaccess".to_owned());
        }
        for group in self.facts.into_iter().flat_map(|facts| &facts.groups) {
            let own = &path.parts[1..];
            if group.parent.len() > at && group.parent.iter().zip(own).all(|(a, b)| a.eq_ignore_ascii_case(b)) {
                names.insert(group.parent[at].to_ascii_lowercase());
            }
            let patterns = std::iter::once(&group.children).chain(&group.except);
            for pattern in patterns {
                let fits = pattern.parts().iter().zip(own).all(|(part, name)| part.is(name));
                if let (true, Some(Part::Names(own))) = (fits, pattern.parts().get(at)) {
                    names.extend(own.iter().cloned());
                }
            }
        }
        names.into_iter().chain([ANY.to_owned()]).collect()
    }

    /// The scopes on a path that are beyond the catalog.
    fn scopes_on(&self, path: &Path, scopes: &mut Vec<Scope>) {
        let mut operations: BTreeSet<String> =
            self.entries.names_after(&path.places).into_iter().map(str::to_ascii_uppercase).collect();
        operations.extend(USUAL.map(str::to_owned));
        operations.extend(
            self.facts
                .into_iter()
                .flat_map(|facts| &facts.meanings)
                .flat_map(|meaning| std::iter::once(&meaning.operation).chain(&meaning.means))
                .map(|word| word.to_ascii_uppercase()),
        );
        operations.insert(ANY.to_owned());
        for operation in operations {
            let parts = path.parts.iter().cloned().chain([operation]).collect();
            let scope = Scope::from_parts(parts);
            // A name that cannot be read as a scope is none that anybody could ask for.
            let Ok(scope) = scope.to_string().parse::<Scope>() else { continue };
            if matches!(self.graph.id(&scope).place(), Place::Beyond(_)) {
                scopes.push(scope);
            }
        }
    }
}
