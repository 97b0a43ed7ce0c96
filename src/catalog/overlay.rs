//! A user's own catalog files, laid over the embedded ones.

use std::sync::OnceLock;

use super::model::{Endpoints, Resource, Service, SourceRef};
use super::{Catalog, CatalogEntry};
use crate::text::digest::Digest;

impl Catalog {
    /// Lays a decoded file over the catalog: a new service is added; for a known one its resources, operations, groups
    /// and calls are added, and what both name is taken from the overlay. `text` goes into the digest.
    pub fn overlay(&mut self, service: Service, endpoints: Endpoints, text: &str) {
        let mut digest = Digest::default();
        digest.add(&self.digest);
        digest.add(text);
        self.digest = digest.hex();
        let at = self.entries.iter().position(|entry| entry.name.eq_ignore_ascii_case(&service.name));
        let (service, endpoints) = match at {
            Some(at) => {
                let old = self.entries.remove(at);
                merge(old.service().clone(), old.endpoints().clone(), service, endpoints)
            }
            None => (service, endpoints),
        };
        let entry = CatalogEntry {
            name: service.name.clone(),
            aliases: service.aliases.clone(),
            words: service.words.iter().map(|word| word.name.clone()).collect(),
            packed: None,
            service: OnceLock::from(service),
            endpoints: OnceLock::from(endpoints),
            calls: OnceLock::new(),
            needed: OnceLock::new(),
        };
        let key = entry.name.to_ascii_lowercase();
        let at = self.entries.partition_point(|other| other.name.to_ascii_lowercase() < key);
        self.entries.insert(at, entry);
        // What followed from the catalog without it may not follow any more.
        self.derived = OnceLock::new();
    }
}

fn merge(mut base: Service, mut calls: Endpoints, mut over: Service, mut more: Endpoints) -> (Service, Endpoints) {
    let shift = u32::try_from(base.sources.len()).unwrap_or(u32::MAX);
    for reference in references(&mut over, &mut more) {
        reference.source += shift;
    }
    base.sources.append(&mut over.sources);
    for resource in over.resources {
        match base.resources.iter_mut().find(|known| known.dotted().eq_ignore_ascii_case(&resource.dotted())) {
            Some(known) => merge_resource(known, resource),
            None => base.resources.push(resource),
        }
    }
    base.resources.sort_by_key(|resource| resource.dotted().to_ascii_lowercase());
    base.words.retain(|word| !over.words.iter().any(|new| new.name.eq_ignore_ascii_case(&word.name)));
    base.words.append(&mut over.words);
    base.full_access = over.full_access.or(base.full_access);
    over.meanings.append(&mut base.meanings);
    base.meanings = over.meanings;
    base.aliases.append(&mut over.aliases);
    base.groups.append(&mut over.groups);
    base.errata.append(&mut over.errata);
    base.deprecated.append(&mut over.deprecated);
    base.invalid.append(&mut over.invalid);
    base.notes.append(&mut over.notes);
    base.left_out.append(&mut over.left_out);
    calls.calls.retain(|call| !more.calls.iter().any(|new| new.method == call.method && new.path == call.path));
    calls.calls.append(&mut more.calls);
    (base, calls)
}

fn merge_resource(known: &mut Resource, over: Resource) {
    for operation in over.operations {
        known.operations.retain(|old| !old.name.eq_ignore_ascii_case(&operation.name));
        known.operations.push(operation);
    }
    known.grants = over.grants;
    known.data = over.data;
    known.note = over.note.or_else(|| known.note.take());
}

/// Every source reference of a service and its calls.
fn references<'a>(service: &'a mut Service, calls: &'a mut Endpoints) -> Vec<&'a mut SourceRef> {
    let mut all: Vec<&mut SourceRef> = Vec::new();
    all.extend(service.full_access.iter_mut().flat_map(|full| &mut full.provenance.sources));
    all.extend(service.meanings.iter_mut().flat_map(|meaning| &mut meaning.provenance.sources));
    let operations = service.resources.iter_mut().flat_map(|resource| &mut resource.operations);
    all.extend(operations.flat_map(|operation| &mut operation.provenance.sources));
    all.extend(service.words.iter_mut().flat_map(|word| &mut word.provenance.sources));
    all.extend(service.groups.iter_mut().flat_map(|group| &mut group.provenance.sources));
    all.extend(service.errata.iter_mut().flat_map(|erratum| &mut erratum.provenance.sources));
    all.extend(service.deprecated.iter_mut().flat_map(|old| &mut old.provenance.sources));
    all.extend(service.invalid.iter_mut().flat_map(|invalid| &mut invalid.provenance.sources));
    all.extend(service.notes.iter_mut().flat_map(|note| &mut note.sources));
    all.extend(service.left_out.iter_mut().flat_map(|left| &mut left.sources));
    all.extend(calls.calls.iter_mut().flat_map(|call| &mut call.sources));
    all
}
