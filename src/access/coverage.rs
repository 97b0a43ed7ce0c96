//! What covers a scope: the edges followed upwards.

use std::sync::Arc;

use super::Reading;
use super::identity::{Identity, Known, identify};
use crate::catalog::model::Meaning;
use crate::catalog::{Catalog, Service, Status};
use crate::scope::Scope;

/// What `WRITE` stands for where a service's catalog says nothing else.
///
/// The vendor documents it for CRM: <https://www.zoho.com/crm/developer/docs/api/v8/select-api-scopes.html>.
pub(super) const WRITE: [&str; 3] = ["CREATE", "UPDATE", "DELETE"];

/// Whether `big` surely covers everything that `small` may reach.
#[must_use]
pub fn covers(catalog: &Catalog, big: &Scope, small: &Scope) -> bool {
    let big = &identify(catalog, big).scope;
    starts(catalog, small).iter().all(|start| sure_coverers(catalog, start).contains(big))
}

/// The permissions that a scope is made of: itself, or for an operation word that surely stands for others (`WRITE`),
/// those.
#[must_use]
pub fn starts(catalog: &Catalog, scope: &Scope) -> Vec<Scope> {
    let identity = identify(catalog, scope);
    let Known::Operation(service, _, operation) = identity.known else { return vec![identity.scope] };
    match sure_meaning(service, &identity.scope, &operation.name) {
        Some(means) => means.iter().map(|operation| service.scope(identity.scope.resource(), operation)).collect(),
        None => vec![identity.scope],
    }
}

/// [`starts`] of what a call of a service needs, without looking it up where it is plain: the needs of calls are in
/// their canonical spelling, and few operation words stand for others. `None` says that it is itself.
pub(super) fn starts_of_need(catalog: &Catalog, service: &Service, need: &Scope) -> Option<Vec<Scope>> {
    let operation = need.operation()?;
    let own = need.service() == Some(&service.name);
    let plain = !operation.eq_ignore_ascii_case("WRITE")
        && !service.meanings.iter().any(|meaning| meaning.operation.eq_ignore_ascii_case(operation));
    (!own || !plain).then(|| starts(catalog, need))
}

fn sure_meaning(service: &Service, scope: &Scope, operation: &str) -> Option<Vec<String>> {
    if let Some(meaning) = meaning_of(service, scope.resource(), operation) {
        return meaning.provenance.status.is_sure().then(|| meaning.means.clone());
    }
    operation.eq_ignore_ascii_case("WRITE").then(|| WRITE.map(str::to_owned).to_vec())
}

/// The catalog's statement on an operation word, for a resource.
pub(super) fn meaning_of<'s>(service: &'s Service, path: &[String], operation: &str) -> Option<&'s Meaning> {
    service.meanings.iter().find(|meaning| {
        meaning.operation.eq_ignore_ascii_case(operation)
            && meaning.resources.as_ref().is_none_or(|pattern| pattern.matches_parts(path))
    })
}

/// Every scope that covers this one in the given reading, itself first.
#[must_use]
pub fn coverers(catalog: &Catalog, scope: &Scope, reading: Reading) -> Vec<Scope> {
    let mut found = vec![identify(catalog, scope).scope];
    let mut next = 0;
    while let Some(current) = found.get(next).cloned() {
        next += 1;
        for above in directly_above(catalog, &current, reading) {
            if !found.contains(&above) {
                found.push(above);
            }
        }
    }
    found
}

/// [`coverers`] in the reading *at least*, remembered: policies ask this of the same scopes for every application.
#[must_use]
pub fn sure_coverers(catalog: &Catalog, scope: &Scope) -> Arc<[Scope]> {
    let find = || coverers(catalog, scope, Reading::AtLeast).into();
    catalog.recalled().above.answer(scope.to_string(), |above: &Arc<[Scope]>| above.len(), find)
}

fn directly_above(catalog: &Catalog, scope: &Scope, reading: Reading) -> Vec<Scope> {
    let identity = identify(catalog, scope);
    let (Some(operation), false) = (scope.operation(), scope.is_full_access()) else { return Vec::new() };
    let path = scope.resource();
    let mut above = Vec::new();
    let Some(service) = identity.service() else {
        if reading == Reading::AtMost {
            literal_parents(scope, |_| true, &mut above);
            above.push(with(scope, &[String::from("fullaccess")], "all"));
            if let Some(alias) = scope.service().and_then(|name| catalog.alias(name)) {
                above.push(alias.scope(path, operation));
            }
        }
        return above;
    };
    let mut push = |candidate: Scope, sure: bool| {
        if reading == Reading::AtMost || (sure && exists(catalog, &candidate)) {
            above.push(candidate);
        }
    };
    // A word that surely stands for operations is these operations, however doubtful or old the scope is.
    let stands_for = |candidate: &Scope| identify(catalog, candidate).is_known();
    if !operation.eq_ignore_ascii_case("ALL") {
        push(service.scope(path, "ALL"), true);
    }
    let mut words = Vec::new();
    let mut write_is_said = false;
    for meaning in &service.meanings {
        let applies = meaning.resources.as_ref().is_none_or(|pattern| pattern.matches_parts(path));
        write_is_said |= applies && meaning.operation.eq_ignore_ascii_case("WRITE");
        if applies && meaning.means.iter().any(|word| word.eq_ignore_ascii_case(operation)) {
            let word = service.scope(path, &meaning.operation);
            if reading == Reading::AtMost || (meaning.provenance.status.is_sure() && stands_for(&word)) {
                words.push(word);
            }
        }
    }
    if !write_is_said && WRITE.iter().any(|word| word.eq_ignore_ascii_case(operation)) {
        let word = service.scope(path, "WRITE");
        if reading == Reading::AtMost || stands_for(&word) {
            words.push(word);
        }
    }
    for group in &service.groups {
        let with_operation =
            group.operations.is_empty() || group.operations.iter().any(|op| op.eq_ignore_ascii_case(operation));
        if with_operation && group.children.matches_parts(path) {
            let hole = group.except.iter().any(|pattern| pattern.matches_parts(path));
            push(service.scope(&group.parent, operation), group.provenance.status.is_sure() && !hole);
        }
    }
    if let Some(full) = &service.full_access {
        push(full.scope.clone(), true);
    } else {
        push(service.scope(&[String::from("fullaccess")], "all"), false);
    }
    if reading == Reading::AtMost {
        literal_parents(scope, |path| service.resource(path).is_none(), &mut above);
    }
    above.extend(words);
    above
}

/// Whether the general rules (ALL is every operation, a group reaches its children) apply to a scope.
fn exists(catalog: &Catalog, scope: &Scope) -> bool {
    let identity: Identity<'_> = identify(catalog, scope);
    identity.status().is_some_and(Status::exists)
}

/// The scopes on literal prefixes of an unknown resource's path, which might be its parents.
fn literal_parents(scope: &Scope, unknown: impl Fn(&[String]) -> bool, above: &mut Vec<Scope>) {
    let path = scope.resource();
    let Some(operation) = scope.operation() else { return };
    for end in 1..path.len() {
        let prefix = &path[..end];
        if unknown(prefix) {
            above.push(with(scope, prefix, operation));
        }
    }
    if !operation.eq_ignore_ascii_case("ALL") && unknown(path) {
        above.push(with(scope, path, "ALL"));
    }
}

/// A scope of the same service with another path and operation.
fn with(scope: &Scope, path: &[String], operation: &str) -> Scope {
    let mut parts = vec![scope.service().unwrap_or_default().to_owned()];
    parts.extend_from_slice(path);
    parts.push(operation.to_owned());
    Scope::from_parts(parts)
}
