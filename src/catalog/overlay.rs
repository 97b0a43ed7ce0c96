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

/// Something that an overlay states otherwise than the embedded catalog does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redefinition {
    /// The line of the overlay, from 1; the first where it is known to no one line.
    pub line: usize,
    /// What it states: lower case, no full stop.
    pub what: String,
}

/// Words that stand for the same in every service, unless its embedded file says otherwise.
const GENERAL: [&str; 6] = ["ALL", "CREATE", "READ", "UPDATE", "DELETE", "WRITE"];

/// What a decoded overlay states otherwise than the embedded catalog does. One that only adds services, resources,
/// operations and calls states nothing otherwise.
#[must_use]
pub fn redefinitions(over: &Service, calls: &Endpoints) -> Vec<Redefinition> {
    let embedded = Catalog::embedded();
    let mut found = Found(Vec::new());
    if let Some(known) = embedded.service(&over.name) {
        found.of_service(known, over);
        found.of_calls(embedded.endpoints(&known.name), calls);
    } else {
        if let Some(known) = embedded.alias(&over.name) {
            found.add(1, format!("`{}` is another name of `{}`", over.name, known.name));
        }
        for alias in &over.aliases {
            if let Some(known) = embedded.service(alias).or_else(|| embedded.alias(alias)) {
                found.add(1, format!("`{alias}` names `{}`", known.name));
            }
        }
        for meaning in over.meanings.iter().filter(|meaning| is_general(&meaning.operation)) {
            found.add(meaning.provenance.line, format!("what `{}` stands for", meaning.operation));
        }
    }
    for word in &over.words {
        let same = |known: &super::Word| known.grants == word.grants && known.data == word.data;
        if embedded.word(&word.name).is_some_and(|(_, known)| !same(known)) {
            found.add(word.provenance.line, format!("what `{}` gives", word.name));
        }
    }
    found.0
}

fn is_general(word: &str) -> bool {
    GENERAL.iter().any(|general| general.eq_ignore_ascii_case(word))
}

struct Found(Vec<Redefinition>);

impl Found {
    fn add(&mut self, line: impl TryInto<usize>, what: String) {
        self.0.push(Redefinition { line: line.try_into().unwrap_or(1), what });
    }

    fn of_service(&mut self, known: &Service, over: &Service) {
        let is_new = |list: &[String], text: &str| !list.iter().any(|known| known.eq_ignore_ascii_case(text));
        for alias in over.aliases.iter().filter(|alias| is_new(&known.aliases, alias)) {
            self.add(1, format!("`{alias}` names `{}`", known.name));
        }
        for host in over.hosts.iter().filter(|host| !known.hosts.contains(host)) {
            self.add(1, format!("`{}` is a host of `{}`", host.host, known.name));
        }
        for path in over.base_paths.iter().filter(|path| is_new(&known.base_paths, path)) {
            self.add(1, format!("calls of `{}` begin with `{path}`", known.name));
        }
        if let Some(full) = &over.full_access {
            let said = known.full_access.as_ref().map(|known| (&known.scope, known.provenance.status));
            if said != Some((&full.scope, full.provenance.status)) {
                self.add(full.provenance.line, "which scope is full access".to_owned());
            }
        }
        for meaning in &over.meanings {
            let same = |known: &super::model::Meaning| {
                known.operation == meaning.operation
                    && known.means == meaning.means
                    && known.resources == meaning.resources
            };
            if !known.meanings.iter().any(same) {
                self.add(meaning.provenance.line, format!("what `{}` stands for", meaning.operation));
            }
        }
        for group in &over.groups {
            let same = |known: &super::model::Group| {
                known.parent == group.parent
                    && known.children == group.children
                    && known.except == group.except
                    && known.operations == group.operations
                    && known.provenance.status == group.provenance.status
            };
            // What is new on both sides is the overlay's own.
            let touches = |resource: &Resource| {
                group.children.matches_parts(&resource.path) || resource.path.starts_with(&group.parent)
            };
            if !known.groups.iter().any(same) && known.resources.iter().any(touches) {
                self.add(group.provenance.line, format!("what `{}` reaches", group.parent.join(".")));
            }
        }
        for resource in &over.resources {
            if let Some(old) = known.resources.iter().find(|old| old.dotted().eq_ignore_ascii_case(&resource.dotted()))
            {
                self.of_resource(old, resource);
            }
        }
        for slip in &over.errata {
            self.add(slip.provenance.line, format!("`{}` means `{}`", slip.written, slip.means));
        }
        for old in &over.deprecated {
            self.add(old.provenance.line, format!("`{}` is deprecated", old.pattern));
        }
        for bad in &over.invalid {
            self.add(bad.provenance.line, format!("`{}` is invalid", bad.pattern));
        }
    }

    fn of_resource(&mut self, known: &Resource, over: &Resource) {
        let name = over.dotted();
        if known.grants != over.grants || known.data != over.data {
            self.add(over.line, format!("what `{name}` holds"));
        }
        for operation in &over.operations {
            let old = known.operations.iter().find(|old| old.name.eq_ignore_ascii_case(&operation.name));
            if old.is_some_and(|old| old.data != operation.data) {
                self.add(operation.provenance.line, format!("what `{name}.{}` opens", operation.name));
            }
            if old.is_some_and(|old| old.provenance.status != operation.provenance.status) {
                self.add(operation.provenance.line, format!("how sure `{name}.{}` is", operation.name));
            }
        }
    }

    fn of_calls(&mut self, known: &[super::Endpoint], over: &Endpoints) {
        for call in &over.calls {
            let old = known.iter().find(|old| old.method == call.method && old.path == call.path);
            if old.is_some_and(|old| old.needs != call.needs) {
                self.add(call.line, format!("what `{} {}` needs", call.method, call.path));
            }
        }
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
    add_new(&mut base.hosts, over.hosts);
    add_new(&mut base.base_paths, over.base_paths);
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

/// Adds what is not there yet.
fn add_new<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for text in more {
        if !list.contains(&text) {
            list.push(text);
        }
    }
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
