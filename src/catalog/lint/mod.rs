//! Faults of catalog files: what the decoder refuses, and what is well formed and cannot be meant.
//!
//! The embedded catalog keeps the lines of its files and no texts, so its faults have a line and no column.
//!
//! ```
//! use zscope::catalog::{Catalog, lint};
//! use zscope::text::Source;
//!
//! let text = "service: Mine\nproduct: Mine\ncategory: own\nsources:\n  us: { kind: own, where: here, seen: 2026-11 }\n";
//! let files = [Source::new("Mine.yaml", text)];
//! let faults = lint::files(&files, Catalog::embedded());
//! assert_eq!((faults[0].kind, faults[0].line, faults[0].column), (lint::Kind::UnusedSource, 5, Some(3)));
//! ```

mod calls;
mod kind;
mod places;
mod references;
mod resources;
#[cfg(test)]
mod tests;

pub use kind::Kind;

use std::collections::HashSet;

use serde::Serialize;

use super::decode::{Decoded, decode_what_is_sound};
use super::{Catalog, Endpoint, Service};
use crate::finding::Severity;
use crate::text::Source;
use places::Places;

/// Where the files of the embedded catalog stand in the project.
const FOLDER: &str = "scope-catalog";

/// Something that is wrong with a catalog file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1; `null` in the embedded catalog.
    pub column: Option<usize>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// The faults of files, sorted by file (in the order given), line and column. They are looked at together with one
/// another and with `context`, so that they may name what stands there.
#[must_use]
pub fn files(files: &[Source], mut context: Catalog) -> Vec<Fault> {
    let decoded: Vec<Decoded> = files.iter().map(decode_what_is_sound).collect();
    for (file, decoded) in files.iter().zip(&decoded) {
        if !decoded.service.name.is_empty() {
            context.overlay(decoded.service.clone(), decoded.endpoints.clone(), file.text());
        }
    }
    let context = Context::new(&context);
    let mut all = Vec::new();
    for (file, decoded) in files.iter().zip(&decoded) {
        let places = Places::of(file);
        let mut faults: Vec<Fault> = decoded.problems.iter().map(|problem| refused(file, problem)).collect();
        let subject = Subject {
            path: file.name().to_owned(),
            service: &decoded.service,
            calls: &decoded.endpoints.calls,
            places: Some(&places),
            refused: &faults,
        };
        // What follows from something that could not be read is no fault of its own.
        let refused: HashSet<usize> = faults.iter().map(|fault| fault.line).collect();
        let found = subject.faults(&context).into_iter().filter(|fault| !refused.contains(&fault.line));
        let found: Vec<Fault> = found.collect();
        faults.extend(found);
        faults.sort_by_key(|fault| (fault.line, fault.column, fault.kind));
        all.append(&mut faults);
    }
    all
}

/// The faults of the files that the embedded catalog was made from, looked at together with `context`.
#[must_use]
pub fn embedded(context: &Catalog) -> Vec<Fault> {
    let embedded = Catalog::embedded();
    let context = Context::new(context);
    let mut all = Vec::new();
    for service in embedded.services() {
        let subject = Subject {
            path: format!("{FOLDER}/{}.yaml", service.name),
            service,
            calls: embedded.endpoints(&service.name),
            places: None,
            refused: &[],
        };
        let mut faults = subject.faults(&context);
        faults.sort_by_key(|fault| (fault.line, fault.kind));
        all.append(&mut faults);
    }
    all
}

fn refused(file: &Source, problem: &crate::text::Problem) -> Fault {
    let kind = problem.kind.and_then(Kind::named).unwrap_or(Kind::Schema);
    let at = file.position(problem.span.start);
    Fault {
        kind,
        // A file with something that cannot be read is not used at all.
        severity: Severity::Error,
        path: file.name().to_owned(),
        line: at.line,
        column: Some(at.column),
        message: problem.message.clone(),
        help: problem.help.clone(),
    }
}

/// What a file is held against.
struct Context<'c> {
    catalog: &'c Catalog,
    /// The resources that calls name: service and path in lower case.
    called: HashSet<(String, String)>,
}

impl<'c> Context<'c> {
    fn new(catalog: &'c Catalog) -> Self {
        let mut called = HashSet::new();
        for owner in catalog.services() {
            for scope in catalog.endpoints(&owner.name).iter().flat_map(|call| call.needs.scopes()) {
                let Some(service) = scope.service().and_then(|name| catalog.service(name)) else { continue };
                if let Some(resource) = service.resource(scope.resource()) {
                    called.insert((service.name.to_ascii_lowercase(), resource.dotted().to_ascii_lowercase()));
                }
            }
        }
        Self { catalog, called }
    }
}

/// One file that is looked at.
struct Subject<'c> {
    path: String,
    service: &'c Service,
    calls: &'c [Endpoint],
    places: Option<&'c Places>,
    /// What the decoder refused.
    refused: &'c [Fault],
}

impl Subject<'_> {
    fn faults(&self, context: &Context<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.resources(context, &mut faults);
        self.groups(context, &mut faults);
        self.references(context, &mut faults);
        self.sources(&mut faults);
        self.calls(&mut faults);
        faults
    }

    /// The service with everything that is known of it, the file's own facts among them.
    fn known<'a>(&'a self, context: &Context<'a>) -> &'a Service {
        context.catalog.service(&self.service.name).unwrap_or(self.service)
    }

    /// A fault at the first text on a line of the file, or below, of which `is_it` holds; at the line where none does.
    fn fault(&self, kind: Kind, line: u32, is_it: impl Fn(&str) -> bool, message: String) -> Fault {
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        let place = self.places.map(|places| places.find(line, is_it));
        Fault {
            kind,
            severity: kind.severity(),
            path: self.path.clone(),
            line: place.map_or(line, |(line, _)| line),
            column: place.map(|(_, column)| column),
            message,
            help: None,
        }
    }
}

impl Fault {
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
