//! A deliberately naive model of what scopes give, to hold the real one against: every permission of a service is
//! listed, every edge between two of them is written down, and sets are compared. It shares the catalog's data with the
//! program and none of its code for coverage.

use std::collections::{BTreeMap, BTreeSet};

use zscope::catalog::{Service, Status};

/// A permission, as a lower-case scope.
pub(crate) type Atom = String;

/// Everything that a service's scopes give, spelt out.
pub(crate) struct Model {
    /// The catalog's scopes.
    pub scopes: Vec<Atom>,
    sure: BTreeMap<Atom, BTreeSet<Atom>>,
    every: BTreeMap<Atom, BTreeSet<Atom>>,
    aliases: BTreeMap<Atom, BTreeSet<Atom>>,
}

const WRITE: [&str; 3] = ["create", "update", "delete"];

impl Model {
    /// Spells a service out.
    pub(crate) fn of(service: &Service) -> Self {
        let name = service.name.to_ascii_lowercase();
        let mut status: BTreeMap<Atom, Status> = BTreeMap::new();
        for (scope, provenance) in service.scopes() {
            if provenance.status != Status::Invalid {
                status.insert(scope.to_string().to_ascii_lowercase(), provenance.status);
            }
        }
        for erratum in &service.errata {
            status.remove(&erratum.written.to_ascii_lowercase());
        }
        let exists =
            |atom: &Atom| matches!(status.get(atom), Some(Status::Documented | Status::Observed | Status::Reported));
        let mut operations: BTreeSet<String> =
            ["all", "read", "create", "update", "delete", "write"].map(String::from).into();
        for resource in &service.resources {
            operations.extend(resource.operations.iter().map(|operation| operation.name.to_ascii_lowercase()));
        }
        let paths: Vec<Vec<String>> =
            service.resources.iter().map(|r| r.path.iter().map(|part| part.to_ascii_lowercase()).collect()).collect();
        let atom = |path: &[String], operation: &str| format!("{name}.{}.{operation}", path.join("."));
        let full = service.full_access.as_ref().map(|full| full.scope.to_string().to_ascii_lowercase());

        let mut sure: BTreeMap<Atom, BTreeSet<Atom>> = BTreeMap::new();
        let mut every = sure.clone();
        let mut aliases: BTreeMap<Atom, BTreeSet<Atom>> = BTreeMap::new();
        let known = |atom: &Atom| status.contains_key(atom);
        let mut edge = |from: Atom, to: Atom, holds: bool, needs: &dyn Fn(&Atom) -> bool| {
            if holds && needs(&from) {
                sure.entry(from.clone()).or_default().insert(to.clone());
            }
            every.entry(from).or_default().insert(to);
        };
        for path in &paths {
            for operation in operations.iter().filter(|operation| *operation != "all") {
                edge(atom(path, "all"), atom(path, operation), true, &exists);
            }
            let said = service
                .meanings
                .iter()
                .filter(|meaning| meaning.resources.as_ref().is_none_or(|p| p.matches_parts(path)));
            let mut words: BTreeMap<String, (Vec<String>, bool)> =
                BTreeMap::from([("write".to_owned(), (WRITE.map(String::from).to_vec(), true))]);
            for meaning in said {
                let means = meaning.means.iter().map(|word| word.to_ascii_lowercase()).collect();
                words.insert(meaning.operation.to_ascii_lowercase(), (means, meaning.provenance.status.is_sure()));
            }
            for (word, (means, holds)) in words {
                for operation in &means {
                    edge(atom(path, &word), atom(path, operation), holds, &known);
                }
                let alias = atom(path, &word);
                if holds && status.contains_key(&alias) {
                    aliases.insert(alias, means.iter().map(|operation| atom(path, operation)).collect());
                }
            }
            for group in &service.groups {
                if !group.children.matches_parts(path) {
                    continue;
                }
                let parent: Vec<String> = group.parent.iter().map(|part| part.to_ascii_lowercase()).collect();
                let hole = group.except.iter().any(|pattern| pattern.matches_parts(path));
                for operation in &operations {
                    if group.operations.is_empty()
                        || group.operations.iter().any(|op| op.eq_ignore_ascii_case(operation))
                    {
                        let holds = group.provenance.status.is_sure() && !hole;
                        edge(atom(&parent, operation), atom(path, operation), holds, &exists);
                    }
                }
            }
            for operation in &operations {
                if let Some(full) = &full {
                    edge(full.clone(), atom(path, operation), true, &exists);
                }
            }
        }
        Self { scopes: status.into_keys().collect(), sure, every, aliases }
    }

    /// What the scope itself is: one permission, or those that its operation word stands for.
    pub(crate) fn own(&self, scope: &str) -> BTreeSet<Atom> {
        self.aliases.get(scope).cloned().unwrap_or_else(|| BTreeSet::from([scope.to_owned()]))
    }

    /// Everything that it surely gives.
    pub(crate) fn at_least(&self, scope: &str) -> BTreeSet<Atom> {
        closure(scope, &self.sure)
    }

    /// Everything that it may reach.
    pub(crate) fn at_most(&self, scope: &str) -> BTreeSet<Atom> {
        closure(scope, &self.every)
    }
}

fn closure(scope: &str, edges: &BTreeMap<Atom, BTreeSet<Atom>>) -> BTreeSet<Atom> {
    let mut found = BTreeSet::from([scope.to_owned()]);
    let mut open = vec![scope.to_owned()];
    while let Some(atom) = open.pop() {
        for next in edges.get(&atom).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    found
}
