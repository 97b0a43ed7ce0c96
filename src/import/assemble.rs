//! One service out of what the documents say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::known;
use super::openapi::push_new;
use super::repair::Repairer;
use super::{
    Call, Combine, Content, Document, Failure, Import, Options, RawNeeds, RemarkKind, Remarks, Written, phrase,
};
use crate::catalog::Catalog;
use crate::catalog::model::{
    Endpoint, Endpoints, FullAccess, LeftOut, Needs, Operation, Provenance, Resource, Service, Source, SourceRef,
    Status, has_fixed_part, path_form,
};
use crate::scope::{Scope, is_scope_char};
use crate::text::Span;

/// How many sources a scope names; the same one stands in nearly every document of some services.
const MOST_SOURCES: usize = 2;

/// The order in which catalog files list operations; others follow by name.
const ORDER: [&str; 6] = ["CREATE", "READ", "UPDATE", "DELETE", "WRITE", "ALL"];

/// Makes the service.
pub(super) fn assemble(
    catalog: &Catalog,
    documents: &[Document],
    contents: &[Content],
    options: &Options,
    remarks: Remarks,
) -> Result<Import, Failure> {
    if let Some(service) = &options.service
        && (service.is_empty() || !service.chars().all(is_scope_char))
    {
        return Err(Failure::BadService(service.clone()));
    }
    let texts = contents.iter().flat_map(Content::written).map(|written| written.text.as_str());
    let repairer = Repairer::new(catalog, options.service.as_deref(), texts);
    let mut assembler = Assembler {
        repairer,
        catalog,
        documents,
        remarks,
        known: HashMap::new(),
        scopes: BTreeMap::new(),
        calls: Vec::new(),
        places: HashMap::new(),
        left_out: BTreeMap::new(),
    };
    for (at, content) in contents.iter().enumerate() {
        assembler.remarks.document = at;
        assembler.declared(content);
        for call in &content.calls {
            assembler.call(call);
        }
    }
    assembler.finish(contents, options)
}

/// Which documents name a scope, and what one says of it.
#[derive(Default)]
struct Named {
    documents: Vec<usize>,
    description: String,
}

struct Assembler<'a> {
    repairer: Repairer<'a>,
    catalog: &'a Catalog,
    documents: &'a [Document],
    remarks: Remarks,
    /// What each written text was read as, and the remark on it where it was repaired.
    known: HashMap<String, Result<(Scope, Option<String>), String>>,
    scopes: BTreeMap<Scope, Named>,
    /// The calls, and the documents that have them.
    calls: Vec<(Endpoint, Vec<usize>)>,
    /// Where each call stands in `calls`, by method and nameless path.
    places: HashMap<(String, String), usize>,
    /// Calls (`true`) and scopes that are left out: why, and by which document.
    left_out: BTreeMap<(bool, String), (String, usize)>,
}

impl Assembler<'_> {
    fn declared(&mut self, content: &Content) {
        for declared in &content.declared {
            match self.scope(&declared.scope) {
                Ok(scope) => {
                    let named = self.named(scope);
                    if named.description.is_empty() {
                        named.description.clone_from(&declared.description);
                    }
                }
                Err(why) => self.leave_out(false, declared.scope.text.trim(), &why, declared.scope.span),
            }
        }
    }

    /// Reads a scope and says what was repaired.
    fn scope(&mut self, written: &Written) -> Result<Scope, String> {
        let text = &written.text;
        let known = self.known.get(text).cloned().unwrap_or_else(|| {
            let read = self.repairer.read(text).map(|repaired| {
                let scope = repaired.scope;
                let repairs = repaired.repairs.join(", ");
                let remark = (!repairs.is_empty()).then(|| format!("`{text}` is read as `{scope}`: {repairs}"));
                (scope, remark)
            });
            self.known.insert(text.clone(), read.clone());
            read
        });
        let (scope, remark) = known?;
        if let Some(remark) = remark {
            self.remarks.add(RemarkKind::Repaired, remark, written.span);
        }
        Ok(scope)
    }

    /// Notes that this document names a scope.
    fn named(&mut self, scope: Scope) -> &mut Named {
        let document = self.remarks.document;
        let named = self.scopes.entry(scope).or_default();
        if named.documents.len() < MOST_SOURCES && !named.documents.contains(&document) {
            named.documents.push(document);
        }
        named
    }

    fn leave_out(&mut self, is_call: bool, what: &str, why: &str, span: Span) {
        self.remarks.add(RemarkKind::LeftOut, format!("`{what}`: {why}"), span);
        // A scope without a name is nothing that a catalog file could list.
        if !what.is_empty() {
            let document = self.remarks.document;
            self.left_out.entry((is_call, what.to_owned())).or_insert_with(|| (why.to_owned(), document));
        }
    }

    fn call(&mut self, call: &Call) {
        let name = format!("{} {}", call.method, call.path);
        if !has_fixed_part(&call.path) {
            return self.leave_out(true, &name, "nothing of its path is fixed: it would match any path", call.span);
        }
        let needs = match &call.needs {
            RawNeeds::Silent(why) => return self.leave_out(true, &name, why, call.span),
            RawNeeds::Nothing => {
                let message = format!("`{name}` needs no scope, says its `security`");
                self.remarks.add(RemarkKind::Read, message, call.span);
                Needs::Nothing
            }
            RawNeeds::Sets(sets, combine) => match self.needs(&name, sets, *combine) {
                Ok(needs) => needs,
                Err(why) => return self.leave_out(true, &name, &why, call.span),
            },
        };
        let document = self.remarks.document;
        let key = (call.method.clone(), path_form(&call.path));
        let before = self.places.get(&key).and_then(|&at| self.calls.get_mut(at));
        if let Some((known, documents)) = before {
            let same_path = known.path == call.path;
            if known.needs != needs {
                let message = format!("`{name}` is `{}` again, with other needs: the first are kept", known.call());
                self.remarks.add(RemarkKind::LeftOut, message, call.span);
            } else if !same_path {
                let message = format!("`{name}` is `{}` with other names for its placeholders", known.call());
                self.remarks.add(RemarkKind::LeftOut, message, call.span);
            } else if documents.len() < MOST_SOURCES && !documents.contains(&document) {
                documents.push(document);
            }
            return;
        }
        let endpoint = Endpoint {
            method: call.method.clone(),
            path: call.path.clone(),
            needs,
            summary: call.summary.clone(),
            note: None,
            basis: None,
            confidence: None,
            sources: Vec::new(),
            line: 0,
        };
        self.places.insert(key, self.calls.len());
        self.calls.push((endpoint, vec![document]));
    }

    /// The sets of scopes of a call. A set with a scope that cannot be read is left out as a whole: without that
    /// scope it would promise too much.
    fn needs(&mut self, call: &str, sets: &[Vec<Written>], combine: Combine) -> Result<Needs, String> {
        let groups: Vec<&[Written]> = match combine {
            Combine::All => sets.iter().map(Vec::as_slice).collect(),
            Combine::Any | Combine::Unstated => sets.iter().flat_map(|set| set.chunks(1)).collect(),
        };
        let mut read: Vec<Vec<Scope>> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut first_reason = None;
        for group in groups {
            let mut set: Vec<Scope> = Vec::new();
            let mut whole = true;
            for written in group {
                match self.scope(written) {
                    Ok(scope) if set.contains(&scope) => {}
                    Ok(scope) => set.push(scope),
                    Err(why) => {
                        whole = false;
                        let text = written.text.trim();
                        if !text.is_empty() {
                            self.leave_out(false, text, &format!("{why} (needed by `{call}`)"), written.span);
                        }
                        first_reason.get_or_insert(if text.is_empty() { why } else { format!("`{text}`: {why}") });
                    }
                }
            }
            let key: BTreeSet<Scope> = set.iter().cloned().collect();
            if whole && !set.is_empty() && seen.insert(key) {
                read.push(set);
            }
        }
        if read.is_empty() {
            return Err(first_reason.unwrap_or_else(|| "it names no scope".to_owned()));
        }
        if combine == Combine::Unstated && read.len() > 1 {
            return Ok(Needs::Unstated(read.into_iter().flatten().collect()));
        }
        Ok(Needs::AnyOf(read))
    }

    fn finish(mut self, contents: &[Content], options: &Options) -> Result<Import, Failure> {
        let calls = std::mem::take(&mut self.calls);
        for (call, documents) in &calls {
            for scope in call.needs.scopes() {
                for &document in documents {
                    self.remarks.document = document;
                    self.named(scope.clone());
                }
            }
        }
        let name = self.service_name(options)?;
        let known = self.catalog.service(&name);
        let mut service = Service {
            product: known.map_or_else(|| name.clone(), |known| known.product.clone()),
            category: known.map_or_else(|| "other".to_owned(), |known| known.category.clone()),
            docs: known.map(|known| known.docs.clone()).unwrap_or_default(),
            sources: vec![Source {
                line: 0,
                id: options.source.clone(),
                kind: options.source_kind.clone(),
                address: options.address.clone(),
                seen: options.seen.clone(),
            }],
            name,
            ..Service::default()
        };
        if known.is_none() {
            let message =
                format!("`{}` is no service of the catalog: its product and category are to be chosen", service.name);
            self.remarks.of_all(RemarkKind::Incomplete, message);
        }
        let status = if options.source_kind == "third-party" { Status::Reported } else { Status::Documented };
        self.resources(&mut service, known, status);
        known::addresses(&mut service, known, contents, &calls);
        let endpoints = self.endpoints(&service, calls);
        for ((is_call, what), (reason, document)) in std::mem::take(&mut self.left_out) {
            service.left_out.push(LeftOut { what, is_call, reason, sources: self.cited(&[document]) });
        }
        if service.resources.is_empty() && service.full_access.is_none() && endpoints.calls.is_empty() {
            return Err(Failure::Nothing(service.name));
        }
        Ok(Import { service, endpoints, remarks: self.remarks.sorted() })
    }

    /// The service that the file is for.
    fn service_name(&self, options: &Options) -> Result<String, Failure> {
        let mut names: Vec<String> = Vec::new();
        push_new(&mut names, self.scopes.keys().filter_map(Scope::service).map(str::to_owned));
        match (self.repairer.home(), names.as_slice()) {
            (Some(home), _) if options.service.is_some() => Ok(home.to_owned()),
            (Some(home), [only]) if only.eq_ignore_ascii_case(home) => Ok(home.to_owned()),
            (None, [only]) => Ok(only.clone()),
            (_, []) => Err(Failure::Documents(self.remarks.problems())),
            _ => Err(Failure::SeveralServices(names)),
        }
    }

    fn resources(&mut self, service: &mut Service, known: Option<&Service>, status: Status) {
        let mut undescribed = Vec::new();
        let scopes = std::mem::take(&mut self.scopes);
        let mut found: BTreeMap<String, Vec<(Scope, Named)>> = BTreeMap::new();
        for (scope, named) in scopes {
            let own = scope.service().is_some_and(|name| name.eq_ignore_ascii_case(&service.name));
            if own && scope.is_full_access() {
                let provenance = self.provenance(status, &named.documents);
                service.full_access = Some(FullAccess { scope, provenance });
            } else if own {
                let key = scope.resource().join(".").to_ascii_lowercase();
                found.entry(key).or_default().push((scope, named));
            }
        }
        for mut scopes in found.into_values() {
            let path = scopes.first().map(|(scope, _)| scope.resource().to_vec()).unwrap_or_default();
            let rank = |scope: &Scope| {
                let name = scope.operation().unwrap_or_default().to_owned();
                (ORDER.iter().position(|word| *word == name).unwrap_or(ORDER.len()), name)
            };
            scopes.sort_by_key(|(scope, _)| rank(scope));
            let same = |resource: &&Resource| resource.dotted().eq_ignore_ascii_case(&path.join("."));
            let before = known.and_then(|known| known.resources.iter().find(same));
            let grants = before.map(|before| before.grants.clone()).or_else(|| {
                // The widest scope says most of the resource.
                scopes.iter().rev().find_map(|(_, named)| phrase::grants(&named.description, &path))
            });
            if before.is_none() {
                undescribed.push(path.join("."));
            }
            let operation = |(scope, named): &(Scope, Named)| Operation {
                name: scope.operation().unwrap_or_default().to_owned(),
                data: before.and_then(|before| before.operation(scope.operation()?)?.data.clone()),
                provenance: self.provenance(status, &named.documents),
            };
            let names = path.iter().map(|part| phrase::words(part)).collect::<Vec<_>>();
            service.resources.push(Resource {
                grants: grants.unwrap_or_else(|| names.join(" ")),
                data: before.map(|before| before.data.clone()).unwrap_or_default(),
                operations: scopes.iter().map(operation).collect(),
                note: None,
                line: 0,
                path,
            });
        }
        service.resources.sort_by_key(|resource| resource.dotted().to_ascii_lowercase());
        if !undescribed.is_empty() {
            let message = format!(
                "new resources, whose `data` is to be filled in and whose `grants` are to be read over: {}",
                undescribed.join(", ")
            );
            self.remarks.of_all(RemarkKind::Incomplete, message);
        }
    }

    /// The calls that need a scope of the service or none, by path and method.
    fn endpoints(&mut self, service: &Service, calls: Vec<(Endpoint, Vec<usize>)>) -> Endpoints {
        let mut own = Vec::new();
        let mut foreign = 0;
        let mut respelt = 0;
        let spellings = known::Spellings::new(self.catalog.endpoints(&service.name));
        for (mut call, documents) in calls {
            if let Some(path) = spellings.other(&call) {
                call.path = path;
                respelt += 1;
            }
            let services: Vec<&str> = call.needs.scopes().filter_map(Scope::service).collect();
            if services.is_empty() || services.iter().any(|name| name.eq_ignore_ascii_case(&service.name)) {
                call.sources = self.cited(&documents);
                own.push(call);
            } else {
                foreign += 1;
            }
        }
        if foreign > 0 {
            let message = match foreign {
                1 => "one call that needs scopes of other services only".to_owned(),
                _ => format!("{foreign} calls that need scopes of other services only"),
            };
            self.remarks.of_all(RemarkKind::LeftOut, message);
        }
        if respelt > 0 {
            let s = if respelt == 1 { "" } else { "s" };
            let message = format!("{respelt} call{s} with the catalog's names for the placeholders of the path");
            self.remarks.of_all(RemarkKind::Repaired, message);
        }
        own.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
        Endpoints { calls: own }
    }

    fn provenance(&self, status: Status, documents: &[usize]) -> Provenance {
        Provenance { status, sources: self.cited(documents), note: None, line: 0 }
    }

    fn cited(&self, documents: &[usize]) -> Vec<SourceRef> {
        let rest = |&document: &usize| self.documents.get(document).map(|document| document.rest.clone());
        documents.iter().filter_map(rest).map(|rest| SourceRef { source: 0, rest }).collect()
    }
}
