//! All that the catalog knows of a service, a resource or a scope, ready to be shown.

mod document;

pub(crate) use document::{
    Evidence, Shown, ShownEndpoint, ShownErratum, ShownGroup, ShownLeftOut, ShownMeaning, ShownNote, ShownPattern,
    ShownResource, ShownScope, ShownSource, ShownWord,
};

use crate::catalog::{Catalog, Endpoint, Needs, Provenance, Resource, Service, SourceRef};
use crate::scope::Scope;

/// What of a service is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'c> {
    /// Everything.
    Whole,
    /// One resource.
    Resource(&'c Resource),
    /// One scope.
    Operation(&'c Resource, &'c str),
    /// The scope for everything in the service.
    FullAccess,
    /// A one-word scope.
    Word(&'c str),
}

/// Gathers what is known.
#[must_use]
pub(crate) fn show(catalog: &Catalog, service: &Service, part: Part<'_>) -> Shown {
    let view = View { service };
    let whole = matches!(part, Part::Whole);
    let asked = match part {
        Part::Resource(resource) | Part::Operation(resource, _) => Some(resource),
        _ => None,
    };
    let same = |resource: &Resource| asked.is_some_and(|asked| asked.path == resource.path);
    let resources = service.resources.iter().filter(|resource| whole || same(resource));
    let only = if let Part::Operation(_, operation) = part { Some(operation) } else { None };
    let groups = service.groups.iter().filter(|group| {
        let of = |asked: &Resource| group.parent == asked.path || group.children.matches_parts(&asked.path);
        whole || asked.is_some_and(of)
    });
    let touches = |scope: &str| match part {
        Part::Whole | Part::Word(_) => whole,
        Part::FullAccess => "fullaccess.all".eq_ignore_ascii_case(scope),
        Part::Resource(asked) => {
            let path = scope.rsplit_once('.').map_or("", |(path, _)| path);
            asked.dotted().eq_ignore_ascii_case(path)
        }
        Part::Operation(asked, operation) => format!("{}.{operation}", asked.dotted()).eq_ignore_ascii_case(scope),
    };
    let concerns = |pattern: &crate::scope::Pattern| match part {
        Part::Whole => true,
        Part::Resource(asked) | Part::Operation(asked, _) => {
            asked.operations.iter().filter(|operation| only.is_none_or(|only| only == operation.name)).any(
                |operation| {
                    pattern.matches_parts(service.scope(&asked.path, &operation.name).parts().get(1..).unwrap_or(&[]))
                },
            )
        }
        Part::FullAccess | Part::Word(_) => false,
    };
    let endpoints = if asked.is_some() { named_by(catalog, service, &touches) } else { Vec::new() };
    Shown {
        service: service.name.clone(),
        product: service.product.clone(),
        category: service.category.clone(),
        docs: service.docs.clone(),
        aliases: service.aliases.clone(),
        hosts: service.hosts.iter().map(|host| host.host.clone()).collect(),
        addresses: service.hosts.clone(),
        other_paths: service.other_paths.clone(),
        base_paths: service.base_paths.clone(),
        full_access: service
            .full_access
            .as_ref()
            .filter(|_| whole || matches!(part, Part::FullAccess))
            .map(|full| view.scope(&full.scope, &full.provenance)),
        meanings: service
            .meanings
            .iter()
            .filter(|meaning| {
                whole
                    || asked
                        .is_some_and(|asked| meaning.resources.as_ref().is_none_or(|p| p.matches_parts(&asked.path)))
            })
            .map(|meaning| ShownMeaning {
                operation: meaning.operation.clone(),
                means: meaning.means.clone(),
                resources: meaning.resources.as_ref().map(ToString::to_string),
                said: view.said(&meaning.provenance),
            })
            .collect(),
        resources: resources.map(|resource| view.resource(resource, only)).collect(),
        words: service
            .words
            .iter()
            .filter(|word| whole || matches!(part, Part::Word(asked) if asked == word.name))
            .map(|word| ShownWord {
                scope: word.name.clone(),
                grants: word.grants.clone(),
                data: word.data.clone(),
                said: view.said(&word.provenance),
            })
            .collect(),
        groups: groups
            .map(|group| ShownGroup {
                parent: group.parent.join("."),
                children: group.children.to_string(),
                except: group.except.iter().map(ToString::to_string).collect(),
                operations: group.operations.clone(),
                said: view.said(&group.provenance),
            })
            .collect(),
        endpoint_count: catalog.endpoints(&service.name).len(),
        endpoints,
        errata: service
            .errata
            .iter()
            .filter(|slip| touches(&after_service(&slip.means)))
            .map(|slip| ShownErratum {
                written: slip.written.clone(),
                means: slip.means.to_string(),
                said: view.said(&slip.provenance),
            })
            .collect(),
        deprecated: service
            .deprecated
            .iter()
            .filter(|old| concerns(&old.pattern))
            .map(|old| ShownPattern {
                scope: old.pattern.to_string(),
                since: old.since.clone(),
                instead: old.instead.clone(),
                said: view.said(&old.provenance),
            })
            .collect(),
        invalid: service
            .invalid
            .iter()
            .filter(|bad| concerns(&bad.pattern))
            .map(|bad| ShownPattern {
                scope: bad.pattern.to_string(),
                since: None,
                instead: bad.instead.clone(),
                said: view.said(&bad.provenance),
            })
            .collect(),
        notes: service
            .notes
            .iter()
            .filter(|_| whole)
            .map(|note| ShownNote { text: note.text.clone(), sources: view.cited(&note.sources) })
            .collect(),
        left_out: service
            .left_out
            .iter()
            .filter(|_| whole)
            .map(|left| ShownLeftOut {
                what: left.what.clone(),
                reason: left.reason.clone(),
                sources: view.cited(&left.sources),
            })
            .collect(),
        sources: service
            .sources
            .iter()
            .filter(|_| whole)
            .map(|source| ShownSource {
                id: source.id.clone(),
                kind: source.kind.clone(),
                address: source.address.clone(),
                seen: source.seen.clone(),
            })
            .collect(),
    }
}

/// A call as it is shown. `service` is the one in whose file it stands.
#[must_use]
pub(crate) fn show_endpoint(service: &Service, endpoint: &Endpoint) -> ShownEndpoint {
    ShownEndpoint {
        call: endpoint.call(),
        summary: endpoint.summary.clone(),
        need: endpoint.needs.as_str(),
        needs: listed(&endpoint.needs).map(|set| set.iter().map(ToString::to_string).collect()).collect(),
        note: endpoint.note.clone(),
        sources: View { service }.cited(&endpoint.sources),
    }
}

/// The sets of scopes that a call names.
fn listed(needs: &Needs) -> impl Iterator<Item = &[Scope]> {
    let list = Some(needs.listed()).filter(|list| !list.is_empty());
    needs.sets().iter().map(Vec::as_slice).chain(list)
}

/// The calls, of any service, that name a scope of this one.
fn named_by(catalog: &Catalog, service: &Service, touches: &dyn Fn(&str) -> bool) -> Vec<ShownEndpoint> {
    let mut found = Vec::new();
    for owner in catalog.services() {
        for endpoint in catalog.endpoints(&owner.name) {
            let mut scopes = endpoint.needs.scopes();
            if scopes.any(|scope| {
                let own = scope.service().is_some_and(|name| name.eq_ignore_ascii_case(&service.name));
                own && touches(&after_service(scope))
            }) {
                found.push(show_endpoint(owner, endpoint));
            }
        }
    }
    found
}

fn after_service(scope: &Scope) -> String {
    scope.parts().get(1..).unwrap_or(&[]).join(".")
}

struct View<'c> {
    service: &'c Service,
}

impl View<'_> {
    fn cited(&self, sources: &[SourceRef]) -> Vec<String> {
        sources.iter().map(|source| self.service.cite(source)).collect()
    }

    fn said(&self, provenance: &Provenance) -> Evidence {
        Evidence { status: provenance.status, sources: self.cited(&provenance.sources), note: provenance.note.clone() }
    }

    fn scope(&self, scope: &Scope, provenance: &Provenance) -> ShownScope {
        ShownScope {
            scope: scope.to_string(),
            operation: scope.operation().unwrap_or_default().to_owned(),
            data: None,
            said: self.said(provenance),
        }
    }

    fn resource(&self, resource: &Resource, only: Option<&str>) -> ShownResource {
        let operations = resource.operations.iter().filter(|operation| only.is_none_or(|only| only == operation.name));
        ShownResource {
            resource: resource.dotted(),
            grants: resource.grants.clone(),
            data: resource.data.clone(),
            note: resource.note.clone(),
            operations: operations
                .map(|operation| {
                    let scope = self.service.scope(&resource.path, &operation.name);
                    ShownScope { data: operation.data.clone(), ..self.scope(&scope, &operation.provenance) }
                })
                .collect(),
        }
    }
}
