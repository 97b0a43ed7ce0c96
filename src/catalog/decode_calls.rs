//! The calls of a catalog file, and the scopes that they need.

use super::decode::Decoder;
use super::fields::Fields;
use super::model::{Endpoint, Needs, Resource, Service};
use crate::scope::{Scope, is_placeholder};
use crate::text::{Problem, Span};
use crate::yaml::Node;

/// The HTTP methods a call can have. `UNSTATED`: the vendor's page names the address and no method.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "UNSTATED"];

impl Decoder<'_> {
    pub(super) fn endpoints(&mut self, node: Option<&Node>) -> Vec<Endpoint> {
        let nodes = self.sequence(node);
        nodes.into_iter().filter_map(|node| self.endpoint(node)).collect()
    }

    fn endpoint(&mut self, node: &Node) -> Option<Endpoint> {
        let mut fields = Fields::new(node, &mut self.problems);
        let call = fields.required_text("call", &mut self.problems);
        let needs = fields.take("needs");
        let unstated = fields.take("unstated");
        let summary = fields.text("summary", &mut self.problems).unwrap_or_default();
        let note = fields.text("note", &mut self.problems);
        let basis = fields.text("basis", &mut self.problems);
        let confidence = fields.text("confidence", &mut self.problems);
        let sources = fields.take("source");
        let sources = self.source_refs(sources, node.span);
        fields.finish(&mut self.problems);
        let needs = match (needs, unstated) {
            (Some(needs), None) => self.needs(needs),
            (None, Some(listed)) => Needs::Unstated(
                self.texts_of(listed).into_iter().filter_map(|text| self.need(&text, listed.span)).collect(),
            ),
            _ => {
                self.problem(node.span, "say either what the call `needs`, or which scopes it lists `unstated`");
                return None;
            }
        };
        let Some((method, path)) = call.split_once(' ') else {
            self.problem(node.span, format!("`{call}` is not a method and a path"));
            return None;
        };
        if !METHODS.contains(&method) {
            self.problem(node.span, format!("`{method}` is not a method: {}", METHODS.join(", ")));
        }
        if !path.starts_with('/') && !path.starts_with("https://") {
            self.problem(node.span, format!("the path `{path}` begins with neither `/` nor `https://`"));
        }
        let line = self.line(node.span);
        let (method, path) = (method.to_owned(), path.to_owned());
        Some(Endpoint { method, path, needs, summary, note, basis, confidence, sources, line })
    }

    fn needs(&mut self, node: &Node) -> Needs {
        let texts = self.texts_of(node);
        if matches!(texts.as_slice(), [text] if text == "none") {
            return Needs::Nothing;
        }
        let sets =
            texts.iter().map(|text| text.split('&').filter_map(|one| self.need(one.trim(), node.span)).collect());
        let sets: Vec<Vec<Scope>> = sets.collect();
        if sets.is_empty() {
            self.problem(node.span, "`needs` lists nothing: write `none` when the vendor says that no scope is needed");
        }
        Needs::AnyOf(sets)
    }

    /// A scope after this file's service, or `Service/rest` for another service's.
    fn need(&mut self, text: &str, span: Span) -> Option<Scope> {
        match text.split_once('/') {
            Some((service, rest)) => self.scope(&format!("{service}.{rest}"), span),
            None => self.known_scope(text, span),
        }
    }

    /// A scope of this file in its canonical spelling, else a problem.
    pub(super) fn known_scope(&mut self, rest: &str, span: Span) -> Option<Scope> {
        let scope = self.own_scope(rest, span)?;
        if scope.is_full_access() && self.service.full_access.is_some() {
            return self.service.full_access.as_ref().map(|full| full.scope.clone());
        }
        let known = self.service.resource(scope.resource()).and_then(|resource| {
            let operation = resource.operation(scope.operation()?)?;
            let path: Vec<String> = resource.path.iter().zip(scope.resource()).map(spelling).collect();
            Some((path, operation.name.clone()))
        });
        let Some((path, operation)) = known else {
            let kind = unknown_scope(&self.service, &scope);
            self.problems.push(Problem::new(span, format!("`{rest}` is not a scope of this file")).kind(kind));
            return None;
        };
        Some(self.service.scope(&path, &operation))
    }
}

/// Which kind of mistake it is to name a scope that the service does not have.
pub(super) fn unknown_scope(service: &Service, scope: &Scope) -> &'static str {
    if scope.operation().is_some_and(is_placeholder) {
        "operation-placeholder"
    } else if scope.has_placeholder() && !service.resources.iter().any(Resource::is_template) {
        "stray-placeholder"
    } else {
        "unknown-scope"
    }
}

/// A part of a known path: the canonical name, or under a placeholder what was written.
fn spelling((known, written): (&String, &String)) -> String {
    if is_placeholder(known) { written.clone() } else { known.clone() }
}
