//! What changed from one catalog to another: scopes, and calls with what they need.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalog::model::{DataClass, Status};
use crate::catalog::{Catalog, Needs, Service};
use crate::scope::Scope;

/// What came, went and changed. Everything is sorted by service, then name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Diff {
    /// Scopes.
    pub(crate) scopes: Changes<ScopeFacts>,
    /// Calls.
    pub(crate) calls: Changes<CallFacts>,
}

/// What came, went and changed of one sort of thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Changes<T> {
    /// In the new catalog alone.
    pub(crate) added: Vec<T>,
    /// In the old catalog alone.
    pub(crate) removed: Vec<T>,
    /// In both, with different facts.
    pub(crate) changed: Vec<Changed<T>>,
}

/// The facts before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Changed<T> {
    /// In the old catalog.
    pub(crate) old: T,
    /// In the new catalog.
    pub(crate) new: T,
}

/// What matters of a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ScopeFacts {
    /// The scope.
    pub(crate) scope: String,
    /// How far it can be trusted that it exists.
    pub(crate) status: Status,
    /// The kinds of data that its resource holds.
    pub(crate) data: Vec<DataClass>,
    /// By which groups and operation words it is covered, besides `ALL` and full access: `modules (documented)`,
    /// `WRITE (assumed)`; `not modules (observed)` for a hole of a group.
    pub(crate) covered_by: Vec<String>,
}

/// What matters of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CallFacts {
    /// The service in whose catalog file it stands.
    pub(crate) service: String,
    /// Method and path template.
    pub(crate) call: String,
    /// What it needs: each a set of scopes joined by ` & `, any of which is enough; `unstated: …` where the vendor lists
    /// scopes and does not say whether any or all are needed; `none` where no scope is needed.
    pub(crate) needs: Vec<String>,
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { added: Vec::new(), removed: Vec::new(), changed: Vec::new() }
    }
}

impl<T> Changes<T> {
    /// Whether there are none.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl Diff {
    /// Whether both catalogs say the same.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.calls.is_empty()
    }
}

/// Compares two catalogs. Case is no difference, and neither are sources, notes and the order of entries.
#[must_use]
pub(crate) fn diff(old: &Catalog, new: &Catalog) -> Diff {
    Diff {
        scopes: changes(scopes(old), scopes(new), |old, new| {
            (old.status, &old.data, &old.covered_by) == (new.status, &new.data, &new.covered_by)
        }),
        calls: changes(calls(old), calls(new), |old, new| {
            let fold = |needs: &[String]| needs.iter().map(|need| need.to_ascii_lowercase()).collect::<BTreeSet<_>>();
            fold(&old.needs) == fold(&new.needs)
        }),
    }
}

fn changes<T>(old: BTreeMap<String, T>, mut new: BTreeMap<String, T>, same: impl Fn(&T, &T) -> bool) -> Changes<T> {
    let mut changes = Changes::default();
    for (key, old) in old {
        match new.remove(&key) {
            None => changes.removed.push(old),
            Some(new) if same(&old, &new) => {}
            Some(new) => changes.changed.push(Changed { old, new }),
        }
    }
    changes.added.extend(new.into_values());
    changes
}

fn scopes(catalog: &Catalog) -> BTreeMap<String, ScopeFacts> {
    let mut facts = BTreeMap::new();
    for service in catalog.services() {
        for (scope, provenance) in service.scopes() {
            let fact = ScopeFacts {
                scope: scope.to_string(),
                status: provenance.status,
                data: data(service, &scope),
                covered_by: covered_by(service, &scope),
            };
            facts.insert(scope.folded(), fact);
        }
    }
    facts
}

fn data(service: &Service, scope: &Scope) -> Vec<DataClass> {
    let of_word = || service.words.iter().find(|word| scope.parts() == [word.name.as_str()]).map(|word| &word.data);
    let of_resource = service.resource(scope.resource()).filter(|_| !scope.is_full_access());
    let own = of_resource.map(|resource| resource.data_of(scope.operation().unwrap_or_default()).to_vec());
    let mut data = own.or_else(|| of_word().cloned()).unwrap_or_default();
    data.sort_unstable();
    data.dedup();
    data
}

fn covered_by(service: &Service, scope: &Scope) -> Vec<String> {
    let (Some(operation), false) = (scope.operation(), scope.is_full_access()) else { return Vec::new() };
    let path = scope.resource();
    let mut all = BTreeSet::new();
    for group in &service.groups {
        let operations = &group.operations;
        let with_operation = operations.is_empty() || operations.iter().any(|op| op.eq_ignore_ascii_case(operation));
        if with_operation && group.children.matches_parts(path) {
            let hole = group.except.iter().any(|pattern| pattern.matches_parts(path));
            let separate = group.provenance.status == Status::Separate;
            let not = if hole || separate { "not " } else { "" };
            all.insert(format!("{not}{} ({})", group.parent.join("."), group.provenance.status));
        }
    }
    for meaning in &service.meanings {
        let here = meaning.resources.as_ref().is_none_or(|pattern| pattern.matches_parts(path));
        if here && meaning.means.iter().any(|word| word.eq_ignore_ascii_case(operation)) {
            all.insert(format!("{} ({})", meaning.operation, meaning.provenance.status));
        }
    }
    all.into_iter().collect()
}

fn calls(catalog: &Catalog) -> BTreeMap<String, CallFacts> {
    let mut facts: BTreeMap<String, CallFacts> = BTreeMap::new();
    for service in catalog.services() {
        for endpoint in catalog.endpoints(&service.name) {
            let key = format!("{} {} {}", service.name.to_ascii_lowercase(), endpoint.path, endpoint.method);
            let fact = facts.entry(key).or_insert_with(|| CallFacts {
                service: service.name.clone(),
                call: endpoint.call(),
                needs: Vec::new(),
            });
            fact.needs.extend(needs(&endpoint.needs));
            fact.needs.sort();
            fact.needs.dedup();
        }
    }
    facts
}

/// What a call needs, each alternative as one text that does not depend on the order in which its scopes are written.
fn needs(needs: &Needs) -> Vec<String> {
    let joined = |set: &[Scope], by: &str| {
        let mut names: Vec<String> = set.iter().map(ToString::to_string).collect();
        names.sort();
        names.join(by)
    };
    match needs {
        Needs::AnyOf(sets) => sets.iter().map(|set| joined(set, " & ")).collect(),
        Needs::Disputed(sets) => sets.iter().map(|set| format!("disputed: {}", joined(set, " & "))).collect(),
        Needs::Unstated(listed) | Needs::Likely(listed) => {
            vec![format!("{}: {}", needs.as_str(), joined(listed, ", "))]
        }
        Needs::Unknown | Needs::Nothing => vec![needs.as_str().to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::decode;
    use crate::text::Source;

    fn catalog(text: &str) -> Catalog {
        let mut catalog = Catalog::empty();
        let (service, endpoints) = decode(&Source::new("x.yaml", text)).unwrap();
        catalog.overlay(service, endpoints, text);
        catalog
    }

    const OLD: &str = "\
service: S
product: S
category: c
resources:
  a: { grants: as, data: [files], operations: { READ: documented, ALL: observed }, source: us }
  a.b: { grants: bs, data: [files], operations: { READ: documented }, source: us }
groups:
  - { parent: a, children: a.*, status: assumed, source: us }
endpoints:
  - { call: GET /a, needs: [a.READ, a.ALL], source: us }
  - { call: GET /b, needs: a.b.READ, source: us }
sources:
  us: { kind: own, where: here, seen: 2026-11 }
";

    #[test]
    fn a_catalog_does_not_differ_from_itself() {
        let embedded = Catalog::embedded();
        assert!(diff(&embedded, &Catalog::embedded()).is_empty());
        let (old, reordered) = (catalog(OLD), catalog(&OLD.replace("[a.READ, a.ALL]", "[a.all, a.read]")));
        assert_eq!(diff(&old, &reordered), Diff::default());
    }

    #[test]
    fn each_kind_of_change_is_seen_and_no_other() {
        let old = catalog(OLD);
        for (from, to, expected) in [
            ("READ: documented, ALL: observed", "READ: reported, ALL: observed", "~S.a.READ"),
            ("bs, data: [files]", "bs, data: [files, personal]", "~S.a.b.READ"),
            ("status: assumed", "status: documented", "~S.a.b.READ"),
            ("children: a.*,", "children: a.*, except: [a.b],", "~S.a.b.READ"),
            ("READ: documented }", "READ: documented, DELETE: documented }", "+S.a.b.DELETE"),
            ("needs: a.b.READ", "needs: none", "~GET /b"),
            ("needs: a.b.READ", "unstated: a.b.READ", "~GET /b"),
            ("GET /b", "GET /c", "+GET /c -GET /b"),
        ] {
            let text = OLD.replacen(from, to, 1);
            assert_ne!(text, OLD, "{from}");
            let new = catalog(&text);
            assert_eq!(told(&diff(&old, &new)), expected, "{from} → {to}");
            let mirrored = diff(&new, &old);
            assert_eq!(mirrored.scopes.added, diff(&old, &new).scopes.removed, "{from} → {to}");
            assert_eq!(mirrored.calls.removed, diff(&old, &new).calls.added, "{from} → {to}");
        }
    }

    fn told(diff: &Diff) -> String {
        let mut all: Vec<String> = Vec::new();
        all.extend(diff.scopes.added.iter().map(|fact| format!("+{}", fact.scope)));
        all.extend(diff.scopes.removed.iter().map(|fact| format!("-{}", fact.scope)));
        all.extend(diff.scopes.changed.iter().map(|fact| format!("~{}", fact.new.scope)));
        all.extend(diff.calls.added.iter().map(|fact| format!("+{}", fact.call)));
        all.extend(diff.calls.removed.iter().map(|fact| format!("-{}", fact.call)));
        all.extend(diff.calls.changed.iter().map(|fact| format!("~{}", fact.new.call)));
        all.join(" ")
    }
}
