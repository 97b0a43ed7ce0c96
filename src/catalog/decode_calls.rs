//! The calls of a catalog file, and the scopes that they need.

use super::decode::Decoder;
use super::fields::Fields;
use super::model::{Endpoint, Host, Needs, OtherPath, Resource, Service, has_fixed_part};
use crate::scope::{Scope, is_placeholder};
use crate::text::{Problem, Span};
use crate::yaml::{Node, Value};

/// The HTTP methods a call can have. `UNSTATED`: the vendor's page names the address and no method.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "UNSTATED"];

impl Decoder<'_> {
    /// Hosts: names, or mappings that say which paths are answered there. Read after the base paths.
    pub(super) fn hosts(&mut self, node: Option<&Node>) -> Vec<Host> {
        let nodes: Vec<&Node> = match node {
            Some(Node { value: Value::Sequence(items), .. }) => items.iter().collect(),
            other => other.into_iter().collect(),
        };
        nodes.into_iter().map(|node| self.host(node)).collect()
    }

    fn host(&mut self, node: &Node) -> Host {
        if let Value::Scalar(host) = &node.value {
            return Host { host: host.clone(), base_paths: Vec::new(), is_older: false };
        }
        let mut fields = Fields::new(node, &mut self.problems);
        let host = fields.required_text("host", &mut self.problems);
        let base_paths = fields.take("base-paths");
        let status = fields.text("status", &mut self.problems);
        fields.finish(&mut self.problems);
        if status.as_deref().is_some_and(|status| !["current", "older"].contains(&status)) {
            self.problem(node.span, "the `status` of a host is `current` or `older`");
        }
        Host { host, base_paths: self.other_paths(base_paths), is_older: status.as_deref() == Some("older") }
    }

    /// Path prefixes, each with what it stands for. Unless that is said, a prefix that is one of the service's own stands
    /// for itself, and another one for the first of the service's.
    pub(super) fn other_paths(&mut self, node: Option<&Node>) -> Vec<OtherPath> {
        let nodes: Vec<&Node> = match node {
            Some(Node { value: Value::Sequence(items), .. }) => items.iter().collect(),
            other => other.into_iter().collect(),
        };
        let mut paths = Vec::new();
        for node in nodes {
            let (path, stands_for) = if let Value::Scalar(path) = &node.value {
                (path.clone(), None)
            } else {
                let mut fields = Fields::new(node, &mut self.problems);
                let path = fields.required_text("path", &mut self.problems);
                let stands_for = fields.text("for", &mut self.problems);
                fields.finish(&mut self.problems);
                (path, stands_for)
            };
            if !path.starts_with('/') {
                self.problem(node.span, format!("the base path `{path}` does not begin with `/`"));
            }
            let is_own = self.service.base_paths.iter().any(|own| is_below(own, &path) || is_below(&path, own));
            let first = || self.service.base_paths.first().filter(|_| !is_own).cloned().unwrap_or_default();
            let stands_for = stands_for.unwrap_or_else(first);
            paths.push(OtherPath { path, stands_for });
        }
        paths
    }

    pub(super) fn endpoints(&mut self, node: Option<&Node>) -> Vec<Endpoint> {
        let nodes = self.sequence(node);
        nodes.into_iter().filter_map(|node| self.endpoint(node)).collect()
    }

    fn endpoint(&mut self, node: &Node) -> Option<Endpoint> {
        let mut fields = Fields::new(node, &mut self.problems);
        let call = fields.required_text("call", &mut self.problems);
        let needs = fields.take("needs");
        let unstated = fields.take("unstated");
        let disputed = fields.take("disputed");
        let likely = fields.take("likely");
        let summary = fields.text("summary", &mut self.problems).unwrap_or_default();
        let note = fields.text("note", &mut self.problems);
        let basis = fields.text("basis", &mut self.problems);
        let confidence = fields.text("confidence", &mut self.problems);
        let sources = fields.take("source");
        let sources = self.source_refs(sources, node.span);
        fields.finish(&mut self.problems);
        let needs = match (needs, disputed, unstated, likely) {
            (Some(needs), None, None, None) => self.needs(needs),
            (None, Some(sets), None, None) => Needs::Disputed(self.sets(sets)),
            (None, None, Some(listed), None) => Needs::Unstated(self.listed(listed)),
            (None, None, None, Some(listed)) => Needs::Likely(self.listed(listed)),
            _ => {
                let message = "say either what the call `needs`, what is `disputed`, which scopes it lists `unstated`, or \
                               which are `likely` by their names";
                self.problem(node.span, message);
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
        if !has_fixed_part(path) {
            self.problem(node.span, format!("nothing of the path `{path}` is fixed: it would match any path"));
        }
        let line = self.line(node.span);
        let (method, path) = (method.to_owned(), path.to_owned());
        Some(Endpoint { method, path, needs, summary, note, basis, confidence, sources, line })
    }

    fn needs(&mut self, node: &Node) -> Needs {
        let texts = self.texts_of(node);
        match texts.as_slice() {
            [text] if text == "none" => Needs::Nothing,
            [text] if text == "unknown" => Needs::Unknown,
            _ => Needs::AnyOf(self.sets(node)),
        }
    }

    fn sets(&mut self, node: &Node) -> Vec<Vec<Scope>> {
        let texts = self.texts_of(node);
        let sets =
            texts.iter().map(|text| text.split('&').filter_map(|one| self.need(one.trim(), node.span)).collect());
        let sets: Vec<Vec<Scope>> = sets.collect();
        if sets.is_empty() {
            let message = "nothing is listed: write `none` when the vendor says that no scope is needed, `unknown` when \
                           nobody says which";
            self.problem(node.span, message);
        }
        sets
    }

    fn listed(&mut self, node: &Node) -> Vec<Scope> {
        self.texts_of(node).into_iter().filter_map(|text| self.need(&text, node.span)).collect()
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

/// Whether a path is another one, or below it.
fn is_below(path: &str, base: &str) -> bool {
    path.strip_prefix(base.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
