//! A service as the text of its catalog file.

use std::fmt::Write as _;

use super::scalar::{list, one_or_list, scalar};
use crate::catalog::model::{
    Endpoint, Endpoints, Host, LeftOut, Meaning, Needs, Operation, OtherPath, Provenance, Resource, Service, SourceRef,
};
use crate::scope::Scope;

/// Prints a service and its calls as a catalog file, which [`decode`](crate::catalog::decode) reads back as the same,
/// lines aside. The order is the service's own.
#[must_use]
pub fn write(service: &Service, endpoints: &Endpoints) -> String {
    let writer = Writer { service };
    let mut out = String::new();
    writer.head(&mut out);
    writer.meanings(&mut out);
    if !service.resources.is_empty() {
        out.push_str("\nresources:\n");
    }
    for resource in &service.resources {
        writer.resource(resource, &mut out);
    }
    writer.words(&mut out);
    let rows = service.groups.iter().map(|group| {
        let mut row =
            Row::default().text("parent", &group.parent.join(".")).text("children", &group.children.to_string());
        if !group.except.is_empty() {
            row = row.raw("except", list(group.except.iter().map(ToString::to_string)));
        }
        if !group.operations.is_empty() {
            row = row.raw("operations", list(&group.operations));
        }
        writer.provenance(row, &group.provenance, true)
    });
    section("groups", rows, &mut out);
    section("endpoints", endpoints.calls.iter().map(|call| writer.endpoint(call)), &mut out);
    let rows = service.errata.iter().map(|slip| {
        let row = Row::default().text("written", &slip.written).text("means", &rest(&slip.means));
        writer.provenance(row, &slip.provenance, false)
    });
    section("errata", rows, &mut out);
    let rows = service.deprecated.iter().map(|old| {
        let mut row = Row::default().text("scope", &old.pattern.to_string());
        if let Some(since) = &old.since {
            row = row.text("since", since);
        }
        if !old.instead.is_empty() {
            row = row.raw("use", list(&old.instead));
        }
        writer.provenance(row, &old.provenance, false)
    });
    section("deprecated", rows, &mut out);
    let rows = service.invalid.iter().map(|bad| {
        let mut row = Row::default().text("scope", &bad.pattern.to_string());
        if !bad.instead.is_empty() {
            row = row.raw("use", list(&bad.instead));
        }
        writer.provenance(row, &bad.provenance, false)
    });
    section("invalid", rows, &mut out);
    let rows = service.notes.iter().map(|note| writer.sources(Row::default().text("text", &note.text), &note.sources));
    section("notes", rows, &mut out);
    section("left-out", service.left_out.iter().map(|left| writer.left_out(left)), &mut out);
    if !service.sources.is_empty() {
        out.push_str("\nsources:\n");
    }
    for source in &service.sources {
        let row = Row::default().text("kind", &source.kind).text("where", &source.address).text("seen", &source.seen);
        let _ = writeln!(out, "  {}: {}", scalar(&source.id), row.flow());
    }
    out
}

/// A list of rows under a key.
fn section(key: &str, rows: impl Iterator<Item = Row>, out: &mut String) {
    for (n, row) in rows.enumerate() {
        if n == 0 {
            let _ = write!(out, "\n{key}:\n");
        }
        let _ = writeln!(out, "  - {}", row.flow());
    }
}

/// A mapping on one line.
#[derive(Default)]
struct Row(Vec<String>);

impl Row {
    fn text(self, key: &str, value: &str) -> Self {
        self.raw(key, scalar(value))
    }

    fn raw(mut self, key: &str, value: impl AsRef<str>) -> Self {
        self.0.push(format!("{key}: {}", value.as_ref()));
        self
    }

    fn flow(&self) -> String {
        format!("{{ {} }}", self.0.join(", "))
    }
}

/// A host of an API, as short as it can be told.
fn host(host: &Host) -> String {
    let mut row = Row::default().text("host", &host.host);
    if !host.base_paths.is_empty() {
        row = row.raw("base-paths", series(host.base_paths.iter().map(other_path)));
    }
    if host.is_older {
        row = row.raw("status", "older");
    }
    if row.0.len() == 1 { scalar(&host.host) } else { row.flow() }
}

fn other_path(path: &OtherPath) -> String {
    match path.stands_for.as_str() {
        "" => scalar(&path.path),
        own => Row::default().text("path", &path.path).text("for", own).flow(),
    }
}

/// What is written already, as a list on one line.
fn series(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

struct Writer<'s> {
    service: &'s Service,
}

impl Writer<'_> {
    fn head(&self, out: &mut String) {
        let service = self.service;
        let head = [("service", &service.name), ("product", &service.product), ("category", &service.category)];
        for (key, value) in head {
            let _ = writeln!(out, "{key}: {}", scalar(value));
        }
        if !service.docs.is_empty() {
            let _ = writeln!(out, "docs: {}", scalar(&service.docs));
        }
        let mut api = Row::default();
        if !service.hosts.is_empty() {
            api = api.raw("hosts", series(service.hosts.iter().map(host)));
        }
        if !service.base_paths.is_empty() {
            api = api.raw("base-paths", list(&service.base_paths));
        }
        if !service.other_paths.is_empty() {
            api = api.raw("other-paths", series(service.other_paths.iter().map(other_path)));
        }
        if !api.0.is_empty() {
            let _ = writeln!(out, "api: {}", api.flow());
        }
        if !service.aliases.is_empty() {
            let _ = writeln!(out, "aliases: {}", list(&service.aliases));
        }
        if let Some(full) = &service.full_access {
            let row = Row::default().text("scope", &rest(&full.scope));
            let _ = writeln!(out, "full-access: {}", self.provenance(row, &full.provenance, true).flow());
        }
    }

    fn meanings(&self, out: &mut String) {
        let mut others = self.service.meanings.as_slice();
        // `write` is the short form for the word that most services have.
        if let [first, more @ ..] = others
            && first.operation == "WRITE"
            && first.resources.is_none()
        {
            let row = Row::default().raw("means", list(&first.means));
            let _ = writeln!(out, "write: {}", self.provenance(row, &first.provenance, true).flow());
            others = more;
        }
        if !others.is_empty() {
            out.push_str("operations:\n");
        }
        for meaning in others {
            let _ = writeln!(out, "  - {}", self.meaning(meaning).flow());
        }
    }

    fn meaning(&self, meaning: &Meaning) -> Row {
        let mut row = Row::default().text("operation", &meaning.operation).raw("means", list(&meaning.means));
        if let Some(resources) = &meaning.resources {
            row = row.text("resources", &resources.to_string());
        }
        self.provenance(row, &meaning.provenance, true)
    }

    fn resource(&self, resource: &Resource, out: &mut String) {
        let _ = writeln!(out, "  {}:", scalar(&resource.dotted()));
        let _ = writeln!(out, "    grants: {}", scalar(&resource.grants));
        let _ = writeln!(out, "    data: {}", list(resource.data.iter().map(|class| class.as_str())));
        // The source that most operations have stands at the resource.
        let sources = |operation: &Operation| operation.provenance.sources.clone();
        let count = |wanted: &[SourceRef]| resource.operations.iter().filter(|op| sources(op) == wanted).count();
        let default =
            resource.operations.iter().map(sources).rev().max_by_key(|wanted| count(wanted)).unwrap_or_default();
        let own = |operation: &Operation| {
            let provenance = &operation.provenance;
            if provenance.sources == default && provenance.note.is_none() && operation.data.is_none() {
                return format!("{}: {}", scalar(&operation.name), provenance.status);
            }
            let mut row = Row::default().raw("status", provenance.status.as_str());
            if let Some(data) = &operation.data {
                row = row.raw("data", list(data.iter().map(|class| class.as_str())));
            }
            if provenance.sources != default {
                row = self.sources(row, &provenance.sources);
            }
            if let Some(note) = &provenance.note {
                row = row.text("note", note);
            }
            format!("{}: {}", scalar(&operation.name), row.flow())
        };
        let operations: Vec<String> = resource.operations.iter().map(own).collect();
        let on_one_line = format!("    operations: {{ {} }}", operations.join(", "));
        if on_one_line.contains(": {") && on_one_line.matches('{').count() > 1 {
            out.push_str("    operations:\n");
            for operation in operations {
                let _ = writeln!(out, "      {operation}");
            }
        } else {
            let _ = writeln!(out, "{on_one_line}");
        }
        let _ = writeln!(out, "    source: {}", one_or_list(&self.cited(&default)));
        if let Some(note) = &resource.note {
            let _ = writeln!(out, "    note: {}", scalar(note));
        }
    }

    fn words(&self, out: &mut String) {
        for (n, word) in self.service.words.iter().enumerate() {
            if n == 0 {
                out.push_str("\nwords:\n");
            }
            let data = list(word.data.iter().map(|class| class.as_str()));
            let row = Row::default().text("grants", &word.grants).raw("data", data);
            let row = self.provenance(row, &word.provenance, true);
            let _ = writeln!(out, "  {}: {}", scalar(&word.name), row.flow());
        }
    }

    fn endpoint(&self, endpoint: &Endpoint) -> Row {
        let mut row = Row::default().text("call", &endpoint.call());
        row = match &endpoint.needs {
            Needs::Nothing => row.raw("needs", "none"),
            Needs::Unknown => row.raw("needs", "unknown"),
            Needs::Unstated(listed) => row.raw("unstated", list(listed.iter().map(|scope| self.need(scope)))),
            Needs::Likely(listed) => row.raw("likely", list(listed.iter().map(|scope| self.need(scope)))),
            Needs::AnyOf(sets) | Needs::Disputed(sets) => {
                let set = |set: &Vec<Scope>| set.iter().map(|scope| self.need(scope)).collect::<Vec<_>>().join(" & ");
                let key = if matches!(endpoint.needs, Needs::Disputed(_)) { "disputed" } else { "needs" };
                row.raw(key, one_or_list(&sets.iter().map(set).collect::<Vec<_>>()))
            }
        };
        if !endpoint.summary.is_empty() {
            row = row.text("summary", &endpoint.summary);
        }
        row = self.sources(row, &endpoint.sources);
        let more = [("note", &endpoint.note), ("basis", &endpoint.basis), ("confidence", &endpoint.confidence)];
        for (key, value) in more {
            if let Some(value) = value {
                row = row.text(key, value);
            }
        }
        row
    }

    fn left_out(&self, left: &LeftOut) -> Row {
        let key = if left.is_call { "call" } else { "scope" };
        self.sources(Row::default().text(key, &left.what).text("reason", &left.reason), &left.sources)
    }

    fn provenance(&self, mut row: Row, provenance: &Provenance, status: bool) -> Row {
        if status {
            row = row.raw("status", provenance.status.as_str());
        }
        row = self.sources(row, &provenance.sources);
        match &provenance.note {
            Some(note) => row.text("note", note),
            None => row,
        }
    }

    fn sources(&self, row: Row, sources: &[SourceRef]) -> Row {
        row.raw("source", one_or_list(&self.cited(sources)))
    }

    fn cited(&self, sources: &[SourceRef]) -> Vec<String> {
        let cite = |reference: &SourceRef| {
            let at = usize::try_from(reference.source).ok();
            let id = at.and_then(|at| self.service.sources.get(at)).map_or("", |source| &source.id);
            if reference.rest.is_empty() { id.to_owned() } else { format!("{id}/{}", reference.rest) }
        };
        sources.iter().map(cite).collect()
    }

    /// A scope after this service's name, or `Service/rest` for another's.
    fn need(&self, scope: &Scope) -> String {
        match scope.service() {
            Some(service) if !service.eq_ignore_ascii_case(&self.service.name) => {
                format!("{service}/{}", rest(scope))
            }
            _ => rest(scope),
        }
    }
}

/// A scope after the name of its service.
fn rest(scope: &Scope) -> String {
    scope.parts().get(1..).unwrap_or(&[]).join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, decode};
    use crate::text::Source;

    /// Everything that a service and its calls say, lines aside.
    fn said(service: &Service, endpoints: &Endpoints) -> String {
        let text = format!("{service:#?}\n{endpoints:#?}");
        text.lines().filter(|line| !line.trim_start().starts_with("line: ")).fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "{line}");
            all
        })
    }

    #[test]
    fn every_service_of_the_catalog_reads_back_as_itself() {
        let catalog = Catalog::embedded();
        for service in catalog.services() {
            let endpoints = Endpoints { calls: catalog.endpoints(&service.name).to_vec() };
            let text = write(service, &endpoints);
            let file = Source::new(format!("{}.yaml", service.name), text);
            let (read, calls) = decode(&file).unwrap_or_else(|problems| panic!("{}: {problems:?}", service.name));
            assert_eq!(said(&read, &calls), said(service, &endpoints), "{}", service.name);
            assert_eq!(write(&read, &calls), file.text(), "{}", service.name);
        }
    }
}
