//! What statements refer to: scopes, replacements, sources.

use std::collections::HashSet;

use super::{Context, Fault, Kind, Subject};
use crate::catalog::decode_calls::unknown_scope;
use crate::catalog::{Provenance, Service, SourceRef};
use crate::scope::{Scope, closest, is_placeholder};

impl Subject<'_> {
    pub(super) fn references(&self, context: &Context<'_>, faults: &mut Vec<Fault>) {
        for call in self.calls {
            let mut told = HashSet::new();
            for scope in call.needs.scopes().filter(|scope| told.insert(*scope)) {
                self.need(context, call.line, scope, faults);
            }
        }
        let old = self.service.deprecated.iter().map(|old| (&old.instead, old.provenance.line));
        let bad = self.service.invalid.iter().map(|bad| (&bad.instead, bad.provenance.line));
        for (instead, line) in old.chain(bad) {
            for written in instead {
                self.replacement(context, line, written, faults);
            }
        }
    }

    fn need(&self, context: &Context<'_>, line: u32, scope: &Scope, faults: &mut Vec<Fault>) {
        let is_it = |text: &str| text.split('&').any(|one| names(&self.service.name, one.trim(), scope));
        let Some(service) = scope.service().and_then(|name| context.catalog.service(name)) else {
            let message = format!("the call needs `{scope}`, and there is no such service");
            let near = closest(scope.service().unwrap_or_default(), context.catalog.names());
            let mut fault = self.fault(Kind::UnknownScope, line, is_it, message);
            fault.help = near.map(|near| format!("did you mean `{near}`?"));
            faults.push(fault);
            return;
        };
        if !is_known(service, scope) {
            let kind = Kind::named(unknown_scope(service, scope)).unwrap_or(Kind::UnknownScope);
            faults.push(self.fault(kind, line, is_it, format!("the call needs `{scope}`, and there is no such scope")));
        } else if let Some(resource) = service.resource(scope.resource()) {
            let pairs = resource.path.iter().zip(scope.resource());
            for (known, written) in pairs.filter(|(_, written)| is_placeholder(written)) {
                if known != written {
                    let message =
                        format!("the placeholder `{written}` of `{scope}` is called `{known}` at its resource");
                    faults.push(self.fault(Kind::PlaceholderNames, line, is_it, message));
                }
            }
        }
    }

    fn replacement(&self, context: &Context<'_>, line: u32, written: &str, faults: &mut Vec<Fault>) {
        let (service, rest) = match written.split_once('/') {
            Some((name, rest)) => (context.catalog.service(name), rest),
            None => (Some(self.known(context)), written),
        };
        let parts: Vec<String> = rest.split('.').map(str::to_owned).collect();
        let known = service.is_some_and(|service| {
            let scope: Option<Scope> = format!("{}.{rest}", service.name).parse().ok();
            service.resource(&parts).is_some() || scope.is_some_and(|scope| is_known(service, &scope))
        });
        if !known {
            let message = format!("`{written}`, to be used instead, is no resource and no scope");
            let is_it = |text: &str| text == written;
            faults.push(self.fault(Kind::UnknownReplacement, line, is_it, message));
        }
    }

    pub(super) fn sources(&self, faults: &mut Vec<Fault>) {
        let used: HashSet<usize> = self.source_refs().filter_map(|one| usize::try_from(one.source).ok()).collect();
        for (n, source) in self.service.sources.iter().enumerate() {
            // Of a statement that could not be read, the text alone tells what it refers to; the definition is one text.
            let rest = |text: &str| text.strip_prefix(&source.id).map(|rest| rest.is_empty() || rest.starts_with('/'));
            let written = self.places.is_some_and(|places| places.count(|text| rest(text) == Some(true)) > 1);
            if !used.contains(&n) && !written {
                let message = format!("nothing refers to the source `{}`", source.id);
                faults.push(self.fault(Kind::UnusedSource, source.line, |text| text == source.id, message));
            }
        }
    }

    /// Every reference of the file to one of its sources.
    fn source_refs(&self) -> impl Iterator<Item = &SourceRef> {
        let service = self.service;
        let provenances: Vec<&Provenance> = service
            .full_access
            .iter()
            .map(|full| &full.provenance)
            .chain(service.meanings.iter().map(|meaning| &meaning.provenance))
            .chain(service.resources.iter().flat_map(|r| &r.operations).map(|operation| &operation.provenance))
            .chain(service.words.iter().map(|word| &word.provenance))
            .chain(service.groups.iter().map(|group| &group.provenance))
            .chain(service.errata.iter().map(|slip| &slip.provenance))
            .chain(service.deprecated.iter().map(|old| &old.provenance))
            .chain(service.invalid.iter().map(|bad| &bad.provenance))
            .collect();
        provenances
            .into_iter()
            .flat_map(|provenance| &provenance.sources)
            .chain(service.notes.iter().flat_map(|note| &note.sources))
            .chain(service.left_out.iter().flat_map(|left| &left.sources))
            .chain(self.calls.iter().flat_map(|call| &call.sources))
    }
}

/// Whether a need, as catalog files write it, names a scope.
fn names(own: &str, written: &str, scope: &Scope) -> bool {
    let whole = match written.split_once('/') {
        Some((service, rest)) => format!("{service}.{rest}"),
        None => format!("{own}.{written}"),
    };
    whole.parse().is_ok_and(|written: Scope| written == *scope)
}

fn is_known(service: &Service, scope: &Scope) -> bool {
    if scope.is_full_access() {
        return service.full_access.is_some();
    }
    let resource = service.resource(scope.resource());
    resource.is_some_and(|resource| scope.operation().is_some_and(|name| resource.operation(name).is_some()))
}
