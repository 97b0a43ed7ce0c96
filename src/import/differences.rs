//! What an import would change: its scopes and calls held against the catalog.

use std::collections::{BTreeSet, HashMap};

use crate::access;
use crate::catalog::model::path_form;
use crate::catalog::{Catalog, Endpoint, Endpoints, Needs, Resource, Service};
use crate::scope::Scope;

/// What an import has and the catalog has not, or has otherwise. What only the catalog has is no difference: an import
/// is a part.
#[derive(Debug, Default)]
pub struct Differences {
    /// Scopes that the catalog does not know, in order.
    pub scopes: Vec<Scope>,
    /// Calls that the catalog does not know, in the order of the import.
    pub calls: Vec<Endpoint>,
    /// Calls whose needs differ.
    pub changed: Vec<Changed>,
    /// Calls that both have, with the same needs.
    pub same: usize,
    /// Calls that both have, whose needs are listed in other words and come to the same.
    pub same_effect: usize,
}

/// A call that both have, with different needs.
#[derive(Debug)]
pub struct Changed {
    /// As the import has it.
    pub imported: Endpoint,
    /// As the catalog has it.
    pub known: Endpoint,
    /// How the needs compare.
    pub relation: Relation,
}

/// How the needs that the catalog states compare with those of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// What suffices for one suffices for the other.
    Same,
    /// All that the import lists suffices by the catalog, which knows further ways.
    CatalogAcceptsMore,
    /// All that the catalog lists suffices by the import, and not the other way round.
    CatalogAsksForMore,
    /// Each lists something that does not suffice by the other.
    Different,
    /// One of the two does not say how its scopes combine.
    Unstated,
}

impl Relation {
    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::CatalogAcceptsMore => "catalog-accepts-more",
            Self::CatalogAsksForMore => "catalog-asks-for-more",
            Self::Different => "different",
            Self::Unstated => "unstated",
        }
    }

    /// The relation in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Same => "both come to the same",
            Self::CatalogAcceptsMore => "the catalog accepts all that the document lists, and more",
            Self::CatalogAsksForMore => "the document accepts all that the catalog lists, and more",
            Self::Different => "each accepts something that the other does not",
            Self::Unstated => "one of the two does not say whether any or all are needed",
        }
    }
}

impl Differences {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.calls.is_empty() && self.changed.is_empty()
    }
}

/// Holds an import against the catalog. Calls are the same when they differ in the names of placeholders only.
#[must_use]
pub fn imported(catalog: &Catalog, service: &Service, endpoints: &Endpoints) -> Differences {
    let mut differences = Differences::default();
    for (scope, _) in service.scopes() {
        // A scope of a bad reputation is known too: whether it exists is not for its name to say.
        let known = catalog.service(&service.name).is_some_and(|known| {
            let operation = |known: &Resource| scope.operation().is_some_and(|name| known.operation(name).is_some());
            let of_resource = known.resource(scope.resource()).is_some_and(operation);
            of_resource || (scope.is_full_access() && known.full_access.is_some())
        });
        if !known {
            differences.scopes.push(scope);
        }
    }
    differences.scopes.sort();
    let calls = catalog.endpoints(&service.name);
    let mut by_path: HashMap<(&str, &str), &Endpoint> = HashMap::with_capacity(calls.len());
    let mut by_form: HashMap<(&str, String), &Endpoint> = HashMap::with_capacity(calls.len());
    for call in calls {
        by_path.entry((&call.method, &call.path)).or_insert(call);
        by_form.entry((&call.method, path_form(&call.path))).or_insert(call);
    }
    for call in &endpoints.calls {
        let exact = by_path.get(&(call.method.as_str(), call.path.as_str()));
        let Some(known) = exact.or_else(|| by_form.get(&(call.method.as_str(), path_form(&call.path)))) else {
            differences.calls.push(call.clone());
            continue;
        };
        if listed(&call.needs) == listed(&known.needs) {
            differences.same += 1;
            continue;
        }
        match relation(catalog, call, known) {
            Relation::Same => differences.same_effect += 1,
            relation => {
                differences.changed.push(Changed { imported: call.clone(), known: (*known).clone(), relation });
            }
        }
    }
    differences
}

/// The needs without the order in which they are listed, and whether it is said how they combine.
fn listed(needs: &Needs) -> (bool, BTreeSet<BTreeSet<&Scope>>) {
    match needs {
        Needs::Nothing => (true, BTreeSet::new()),
        Needs::AnyOf(sets) => (true, sets.iter().map(|set| set.iter().collect()).collect()),
        Needs::Disputed(_) | Needs::Unstated(_) | Needs::Likely(_) | Needs::Unknown => {
            (false, BTreeSet::from([needs.scopes().collect()]))
        }
    }
}

fn relation(catalog: &Catalog, imported: &Endpoint, known: &Endpoint) -> Relation {
    let suffice = |one: &Endpoint, for_other: &Endpoint| {
        let sets: &[Vec<Scope>] = match &one.needs {
            Needs::AnyOf(sets) => sets,
            Needs::Nothing => &[Vec::new()],
            Needs::Disputed(_) | Needs::Unstated(_) | Needs::Likely(_) | Needs::Unknown => return None,
        };
        let mut all = true;
        for set in sets {
            all &= access::suffices(catalog, set, for_other)?;
        }
        Some(all)
    };
    match (suffice(imported, known), suffice(known, imported)) {
        (Some(true), Some(true)) => Relation::Same,
        (Some(true), Some(false)) => Relation::CatalogAcceptsMore,
        (Some(false), Some(true)) => Relation::CatalogAsksForMore,
        (Some(false), Some(false)) => Relation::Different,
        _ => Relation::Unstated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(path: &str, needs: Needs) -> Endpoint {
        Endpoint {
            method: "GET".to_owned(),
            path: path.to_owned(),
            needs,
            summary: String::new(),
            note: None,
            basis: None,
            confidence: None,
            sources: Vec::new(),
            line: 0,
        }
    }

    fn any_of(sets: &[&[&str]]) -> Needs {
        let set = |set: &&[&str]| set.iter().map(|scope| scope.parse().unwrap()).collect();
        Needs::AnyOf(sets.iter().map(set).collect())
    }

    #[test]
    fn needs_compare_by_what_suffices() {
        let catalog = Catalog::embedded();
        let known =
            endpoint("/x", any_of(&[&["ZohoCRM.settings.tags.READ"], &["ZohoCRM.coql.READ", "ZohoCRM.users.READ"]]));
        for (needs, expected) in [
            (
                any_of(&[
                    &["ZohoCRM.settings.tags.READ"],
                    &["ZohoCRM.users.READ", "ZohoCRM.coql.READ"],
                    &["ZohoCRM.settings.ALL"],
                ]),
                Relation::Same,
            ),
            (any_of(&[&["ZohoCRM.settings.tags.ALL"]]), Relation::CatalogAcceptsMore),
            (any_of(&[&["ZohoCRM.settings.tags.READ"], &["ZohoCRM.users.READ"]]), Relation::CatalogAsksForMore),
            (any_of(&[&["ZohoCRM.org.READ"]]), Relation::Different),
            (Needs::Nothing, Relation::CatalogAsksForMore),
            (Needs::Unstated(vec!["ZohoCRM.org.READ".parse().unwrap()]), Relation::Unstated),
        ] {
            let imported = endpoint("/x", needs);
            assert_eq!(relation(&catalog, &imported, &known), expected, "{imported:?}");
        }
    }

    #[test]
    fn paths_are_the_same_whatever_their_placeholders_are_called() {
        assert_eq!(path_form("/a/{id}/b/{x}"), path_form("/a/{record}/b/{y}"));
        assert_ne!(path_form("/a/{id}"), path_form("/a/b"));
        assert_eq!(path_form("/a/{open"), "/a/{}");
    }
}
