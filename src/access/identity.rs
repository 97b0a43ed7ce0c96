//! Which entry of the catalog a scope is, and in which spelling.

use crate::catalog::model::{Deprecation, Erratum, FullAccess, Invalid, Operation};
use crate::catalog::{Catalog, Provenance, Resource, Service, Status, Word};
use crate::scope::{Scope, closest, is_placeholder};

/// What the catalog has to say of a scope.
#[derive(Clone, Debug)]
pub struct Identity<'c> {
    /// The scope in its canonical spelling; as written where the catalog does not know it.
    pub scope: Scope,
    /// The entry it is, or why it is none.
    pub known: Known<'c>,
    /// It should not be used any more.
    pub deprecated: Option<(&'c Service, &'c Deprecation)>,
    /// It is a misspelling that stands in the vendor's own material.
    pub erratum: Option<(&'c Service, &'c Erratum)>,
    /// It is reported not to exist.
    pub invalid: Option<(&'c Service, &'c Invalid)>,
}

/// Which kind of entry a scope is.
#[derive(Clone, Copy, Debug)]
pub enum Known<'c> {
    /// An operation on a resource.
    Operation(&'c Service, &'c Resource, &'c Operation),
    /// Everything in the service.
    FullAccess(&'c Service, &'c FullAccess),
    /// A one-word scope.
    Word(&'c Service, &'c Word),
    /// Nothing that the catalog knows.
    No(Unknown<'c>),
}

/// Why the catalog does not know a scope.
#[derive(Clone, Copy, Debug)]
pub enum Unknown<'c> {
    /// No service of that name; it may be another name of this one.
    Service(Option<&'c Service>),
    /// The service has no such resource.
    Resource(&'c Service),
    /// The resource has no such operation.
    Operation(&'c Service, &'c Resource),
    /// No one-word scope of that name.
    Word,
}

impl<'c> Identity<'c> {
    /// Whether the scope is in the catalog and not reported as non-existent.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.known, Known::No(_))
    }

    /// The service, where it is known.
    #[must_use]
    pub fn service(&self) -> Option<&'c Service> {
        match self.known {
            Known::Operation(service, ..)
            | Known::FullAccess(service, _)
            | Known::Word(service, _)
            | Known::No(Unknown::Resource(service) | Unknown::Operation(service, _)) => Some(service),
            Known::No(_) => None,
        }
    }

    /// Who says that the scope exists.
    #[must_use]
    pub fn provenance(&self) -> Option<&'c Provenance> {
        match self.known {
            Known::Operation(_, _, operation) => Some(&operation.provenance),
            Known::FullAccess(_, full) => Some(&full.provenance),
            Known::Word(_, word) => Some(&word.provenance),
            Known::No(_) => None,
        }
    }

    /// How far it can be trusted that the scope exists.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.provenance().map(|provenance| provenance.status)
    }
}

/// Looks a scope up.
#[must_use]
pub fn identify<'c>(catalog: &'c Catalog, scope: &Scope) -> Identity<'c> {
    let unknown = |known| Identity {
        scope: scope.clone(),
        known: Known::No(known),
        deprecated: None,
        erratum: None,
        invalid: None,
    };
    let Some(name) = scope.service() else {
        let word = scope.parts().first().map_or("", String::as_str);
        return match catalog.word(word) {
            Some((service, word)) => Identity {
                scope: Scope::from_parts(vec![word.name.clone()]),
                known: Known::Word(service, word),
                ..unknown(Unknown::Word)
            },
            None => unknown(Unknown::Word),
        };
    };
    let Some(service) = catalog.service(name) else {
        return unknown(Unknown::Service(catalog.alias(name)));
    };
    let mut identity = in_service(service, scope);
    let rest = scope.parts().get(1..).unwrap_or(&[]);
    identity.deprecated =
        service.deprecated.iter().find(|old| old.pattern.matches_parts(rest)).map(|old| (service, old));
    if !service.errata.is_empty() {
        let length = scope.parts().iter().map(|part| part.len() + 1).sum::<usize>() - 1;
        let is_meant =
            |slip: &&Erratum| slip.written.len() == length && slip.written.eq_ignore_ascii_case(&scope.to_string());
        identity.erratum = service.errata.iter().find(is_meant).map(|slip| (service, slip));
    }
    if identity.erratum.is_some() {
        identity.known = Known::No(Unknown::Resource(service));
    }
    if !identity.is_known() {
        identity.invalid = service.invalid.iter().find(|bad| bad.pattern.matches_parts(rest)).map(|bad| (service, bad));
    }
    identity
}

fn in_service<'c>(service: &'c Service, scope: &Scope) -> Identity<'c> {
    let identity = |scope, known| Identity { scope, known, deprecated: None, erratum: None, invalid: None };
    let mut parts = scope.parts().to_vec();
    if let Some(first) = parts.first_mut() {
        first.clone_from(&service.name);
    }
    if scope.is_full_access() {
        if let Some(full) = &service.full_access {
            return identity(full.scope.clone(), Known::FullAccess(service, full));
        }
        return identity(Scope::from_parts(parts), Known::No(Unknown::Resource(service)));
    }
    let Some(resource) = service.resource(scope.resource()) else {
        return identity(Scope::from_parts(parts), Known::No(Unknown::Resource(service)));
    };
    for (part, known) in parts.iter_mut().skip(1).zip(&resource.path) {
        if !is_placeholder(known) || is_placeholder(part) {
            part.clone_from(known);
        }
    }
    let operation = scope.operation().and_then(|operation| resource.operation(operation));
    let Some(operation) = operation else {
        return identity(Scope::from_parts(parts), Known::No(Unknown::Operation(service, resource)));
    };
    if let Some(last) = parts.last_mut() {
        last.clone_from(&operation.name);
    }
    let known = if operation.provenance.status == Status::Invalid {
        Known::No(Unknown::Operation(service, resource))
    } else {
        Known::Operation(service, resource, operation)
    };
    identity(Scope::from_parts(parts), known)
}

/// The scope that was probably meant by one that the catalog does not know.
///
/// In this order: what a vendor slip stands for; what to use instead of a scope reported not to exist; the same scope
/// under the service's real name; the nearest resource or operation.
#[must_use]
pub fn suggest(catalog: &Catalog, identity: &Identity<'_>) -> Option<Scope> {
    if let Some((_, erratum)) = identity.erratum {
        return Some(erratum.means.clone());
    }
    if let Some((service, invalid)) = identity.invalid {
        let first = invalid.instead.first()?;
        return format!("{}.{first}", service.name).parse().ok();
    }
    match identity.known {
        Known::No(Unknown::Service(alias)) => {
            let name = identity.scope.service()?;
            let near = alias.or_else(|| near_service(catalog, name))?;
            let renamed = rename(&identity.scope, near);
            let found = identify(catalog, &renamed);
            if found.is_known() { Some(found.scope) } else { suggest(catalog, &found) }
        }
        Known::No(Unknown::Resource(service)) => nearest_resource(service, &identity.scope),
        Known::No(Unknown::Operation(service, resource)) => {
            let operation = identity.scope.operation()?;
            let usable = || resource.operations.iter().filter(|op| op.provenance.status != Status::Invalid);
            let near = closest(operation, usable().map(|op| op.name.as_str()))?;
            Some(service.scope(identity.scope.resource(), near))
        }
        Known::No(Unknown::Word) => {
            let word = identity.scope.parts().first()?;
            closest(word, catalog.words()).map(|near| Scope::from_parts(vec![near.to_owned()]))
        }
        _ => None,
    }
}

/// The service that was probably meant by a name that is none: the same name with or without `Zoho` before it, which
/// some services have and others lack, or else the nearest.
#[must_use]
pub fn near_service<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Service> {
    let bare = after_zoho(name).and_then(|bare| catalog.service(bare));
    let full = || catalog.service(&format!("Zoho{name}"));
    bare.or_else(full).or_else(|| {
        // Nearly every name begins with `Zoho`: without it, what is left decides.
        let rest = |name: &'_ str| after_zoho(name).unwrap_or(name).to_owned();
        let rests: Vec<(String, &str)> = catalog.names().map(|name| (rest(name), name)).collect();
        let near = closest(&rest(name), rests.iter().map(|(rest, _)| rest.as_str()))?;
        let (_, near) = rests.iter().find(|(rest, _)| rest == near)?;
        catalog.service(near)
    })
}

fn after_zoho(name: &str) -> Option<&str> {
    name.get(..4).filter(|start| start.eq_ignore_ascii_case("Zoho")).and_then(|_| name.get(4..))
}

fn rename(scope: &Scope, service: &Service) -> Scope {
    let mut parts = scope.parts().to_vec();
    if let Some(first) = parts.first_mut() {
        first.clone_from(&service.name);
    }
    Scope::from_parts(parts)
}

/// The scope of the service whose resource is nearest to the one asked for, with the operation where it exists there.
fn nearest_resource(service: &Service, scope: &Scope) -> Option<Scope> {
    let wanted = scope.resource().join(".");
    let operation = scope.operation()?;
    let named: Vec<(String, &Resource)> =
        service.resources.iter().map(|resource| (resource.dotted(), resource)).collect();
    let with_operation = |resource: &Resource| {
        let known = resource.operation(operation).or_else(|| {
            let near = closest(operation, resource.operations.iter().map(|op| op.name.as_str()))?;
            resource.operation(near)
        });
        known.map(|known| service.scope(&resource.path, &known.name))
    };
    // A resource that lacks a level (`ZohoCRM.leads.READ` for `ZohoCRM.modules.leads.READ`) or has one too many.
    let ends = |name: &str| name.rsplit('.').next().is_some_and(|tail| tail.eq_ignore_ascii_case(&wanted));
    // Of several, the member of a group: records of a module rather than their sharing or conversion.
    let grouped = |resource: &Resource| service.groups.iter().any(|group| group.children.matches_parts(&resource.path));
    let by_tail = || named.iter().filter(|(name, _)| ends(name)).min_by_key(|(_, resource)| !grouped(resource));
    let near = closest(&wanted, named.iter().map(|(name, _)| name.as_str()));
    let found = near.and_then(|near| named.iter().find(|(name, _)| name == near)).or_else(by_tail);
    found.and_then(|(_, resource)| with_operation(resource))
}
