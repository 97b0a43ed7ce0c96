//! Reading `OpenAPI` documents: calls, the scopes that they name, and the scopes that are declared.
//!
//! A security requirement with several scopes means all of them in `OpenAPI`. Zoho's files of version 3.0 list
//! alternatives there; those of version 3.1 write what the standard says. So, unless told otherwise: several
//! requirements are alternatives, and inside one the scopes are needed together, except in a document of version 3.0
//! where a call has but one requirement.

use super::address::{self, Server};
use super::phrase;
use super::tree::{entries, get, items, root, scalar, text};
use super::{Call, Combine, Content, Declared, RawNeeds, RemarkKind, Remarks, Written};
use crate::text::{Problem, Span};
use crate::yaml::{Entry, Node, Value};

/// The methods that the catalog can hold.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Methods that `OpenAPI` has besides.
const OTHER_METHODS: [&str; 4] = ["head", "options", "trace", "query"];

/// Kinds of security that have no scopes; what stands there are role names at most.
const WITHOUT_SCOPES: [&str; 3] = ["apiKey", "http", "mutualTLS"];

/// How deep references to references are followed.
const MOST_STEPS: usize = 8;

/// Reads one document.
pub(super) fn read(text: &str, combine: Option<Combine>, remarks: &mut Remarks) -> Result<Content, Vec<Problem>> {
    let root = root(text, "an OpenAPI document")?;
    let newer = version(&root).map_err(|problem| vec![problem])?;
    let mut reader = Reader { root: &root, newer, combine, remarks, problems: Vec::new(), content: Content::default() };
    reader.document();
    let Reader { mut problems, content, .. } = reader;
    // What the document says once is read for every call.
    problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    problems.dedup();
    if problems.is_empty() { Ok(content) } else { Err(problems) }
}

/// Whether the version is 3.1 or later.
fn version(root: &Node) -> Result<bool, Problem> {
    if let Some(node) = get(root, "openapi") {
        let version = text(root, "openapi").unwrap_or_default();
        let mut parts = version.split('.');
        return match (parts.next(), parts.next().and_then(|minor| minor.parse::<u32>().ok())) {
            (Some("3"), Some(minor)) => Ok(minor >= 1),
            _ => Err(Problem::new(node.span, format!("`{version}` is not a version of OpenAPI that can be read"))
                .help("versions 3.0 and later of 3 can")),
        };
    }
    if let Some(node) = get(root, "swagger") {
        return Err(
            Problem::new(node.span, "this is a document of version 2 (Swagger)").help("convert it to OpenAPI 3 first")
        );
    }
    let problem = Problem::new(root.span, "the key `openapi` is missing: this is no OpenAPI document");
    Err(match get(root, "__apis") {
        Some(_) => problem.help("use `zscope catalog import apis` for a list of APIs"),
        None => problem,
    })
}

struct Reader<'n, 'r> {
    root: &'n Node,
    newer: bool,
    combine: Option<Combine>,
    remarks: &'r mut Remarks,
    problems: Vec<Problem>,
    content: Content,
}

impl<'n> Reader<'n, '_> {
    fn document(&mut self) {
        let servers = address::servers(self.root, &mut self.problems);
        for server in &servers {
            push_new(&mut self.content.hosts, server.host.iter().cloned());
            push_new(&mut self.content.base_paths, Some(server.base.clone()).filter(|base| !base.is_empty()));
        }
        let server = self.first(&servers);
        self.declared();
        let paths = get(self.root, "paths");
        self.content.place = paths.unwrap_or(self.root).span;
        if paths.is_none() && self.content.declared.is_empty() {
            self.problems.push(Problem::new(self.root.span, "the document has no `paths`"));
        }
        for entry in entries(paths, "paths", &mut self.problems) {
            if !entry.key.starts_with("x-") {
                self.path(entry, &server);
            }
        }
    }

    /// The server that calls go to: the first, since the others are the same API elsewhere.
    fn first(&mut self, servers: &[Server]) -> Server {
        let server = servers.first().cloned().unwrap_or_default();
        if servers.iter().any(|other| other.base != server.base) {
            let span = get(self.root, "servers").map_or(self.root.span, |node| node.span);
            let message = format!("the servers differ in their paths: `{}` is used", server.base);
            self.remarks.add(RemarkKind::Read, message, span);
        }
        server
    }

    fn declared(&mut self) {
        let schemes = get(self.root, "components").and_then(|components| get(components, "securitySchemes"));
        for scheme in entries(schemes, "securitySchemes", &mut self.problems) {
            for flow in entries(get(&scheme.value, "flows"), "flows", &mut self.problems) {
                for scope in entries(get(&flow.value, "scopes"), "scopes", &mut self.problems) {
                    let description = match &scope.value.value {
                        Value::Scalar(text) => text.as_str(),
                        _ => "",
                    };
                    for scope in self.pieces(&scope.key, scope.key_span) {
                        self.content.declared.push(Declared { scope, description: description.to_owned() });
                    }
                }
            }
        }
    }

    fn path(&mut self, entry: &'n Entry, server: &Server) {
        let Some(item) = self.resolved(&entry.value) else {
            let message = format!("`{}` refers to a place that is not in this document", entry.key);
            self.remarks.add(RemarkKind::LeftOut, message, entry.key_span);
            return;
        };
        let own = address::servers(item, &mut self.problems);
        for operation in entries(Some(item), &entry.key, &mut self.problems) {
            if METHODS.contains(&operation.key.as_str()) {
                let servers = address::servers(&operation.value, &mut self.problems);
                let server = servers.first().or(own.first()).unwrap_or(server);
                self.call(&entry.key, operation, server);
            } else if OTHER_METHODS.contains(&operation.key.as_str()) {
                let call = format!("{} {}", operation.key.to_uppercase(), entry.key);
                let message = format!("`{call}`: the catalog holds no calls of this method");
                self.remarks.add(RemarkKind::LeftOut, message, operation.key_span);
            }
        }
    }

    fn call(&mut self, path: &str, operation: &'n Entry, server: &Server) {
        let node = &operation.value;
        let path = match &server.host {
            // An address of its own: the host is a part of it.
            Some(host) if !self.content.hosts.contains(host) => format!("https://{host}{}", server.path(path)),
            _ => server.path(path),
        };
        let needs = self.needs(node);
        self.content.calls.push(Call {
            method: operation.key.to_uppercase(),
            path,
            summary: phrase::summary(text(node, "summary"), text(node, "operationId")),
            needs,
            span: operation.key_span,
        });
    }

    /// What a call needs: its own `security`, or else the document's.
    fn needs(&mut self, operation: &'n Node) -> RawNeeds {
        let Some(security) = get(operation, "security").or_else(|| get(self.root, "security")) else {
            return RawNeeds::Silent("neither the call nor the document has a `security`");
        };
        let requirements = items(Some(security), "security", &mut self.problems);
        let mut sets = Vec::new();
        let mut optional = requirements.is_empty();
        for requirement in requirements {
            let schemes = entries(Some(requirement), "security[]", &mut self.problems);
            optional |= schemes.is_empty();
            let set: Vec<Written> = schemes.iter().flat_map(|scheme| self.scopes(scheme)).collect();
            if !set.is_empty() {
                sets.push((set, schemes.len() > 1));
            }
        }
        if optional {
            return RawNeeds::Nothing;
        }
        if sets.is_empty() {
            return RawNeeds::Silent("its `security` names no scope");
        }
        let combine = self.combination(&sets, security.span);
        RawNeeds::Sets(sets.into_iter().map(|(set, _)| set).collect(), combine)
    }

    /// How the scopes of one requirement combine.
    fn combination(&mut self, sets: &[(Vec<Written>, bool)], span: Span) -> Combine {
        let several = sets.iter().any(|(set, _)| set.len() > 1);
        let schemes = sets.iter().any(|&(_, schemes)| schemes);
        let combine = match self.combine {
            Some(combine) => return combine,
            None if self.newer || sets.len() > 1 || schemes => Combine::All,
            None => Combine::Any,
        };
        if several {
            let message = match combine {
                Combine::All => "several scopes in one requirement are read as all of them, as OpenAPI says",
                _ => {
                    "several scopes in one requirement are read as any of them, as Zoho's documents of version 3.0 mean it"
                }
            };
            self.remarks.add(RemarkKind::Combined, message.to_owned(), span);
        }
        combine
    }

    /// The scopes under one scheme of a requirement.
    fn scopes(&mut self, scheme: &'n Entry) -> Vec<Written> {
        let mut written = Vec::new();
        for item in items(Some(&scheme.value), &scheme.key, &mut self.problems) {
            if let Some((text, span)) = scalar(item, "a scope", &mut self.problems)
                && !text.trim().is_empty()
            {
                written.extend(self.pieces(text, span));
            }
        }
        let schemes = get(self.root, "components").and_then(|components| get(components, "securitySchemes"));
        let kind = schemes.and_then(|schemes| get(schemes, &scheme.key)).and_then(|scheme| text(scheme, "type"));
        if kind.is_some_and(|kind| WITHOUT_SCOPES.contains(&kind)) { Vec::new() } else { written }
    }

    /// The scopes of one text, in which there should be one.
    fn pieces(&mut self, text: &str, span: Span) -> Vec<Written> {
        let pieces: Vec<&str> = text.split([',', ' ', '\t', '\n']).filter(|piece| !piece.is_empty()).collect();
        if pieces.len() < 2 {
            return vec![Written { text: text.to_owned(), span }];
        }
        let message = format!("`{text}` is {} scopes in one text", pieces.len());
        self.remarks.add(RemarkKind::Repaired, message, span);
        pieces.into_iter().map(|piece| Written { text: piece.to_owned(), span }).collect()
    }

    /// The node itself, or the place in this document that it refers to.
    fn resolved(&self, node: &'n Node) -> Option<&'n Node> {
        let mut node = node;
        for _ in 0..MOST_STEPS {
            let Some(reference) = text(node, "$ref") else { return Some(node) };
            node = self.root;
            for step in reference.strip_prefix("#/")?.split('/') {
                node = get(node, &step.replace("~1", "/").replace("~0", "~"))?;
            }
        }
        None
    }
}

/// Adds what is not there yet.
pub(super) fn push_new(list: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}
