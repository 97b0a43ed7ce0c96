//! Catalog files to catalog data: every error of a file at once, each at its place.
//!
//! The build script and user overlays use the same decoder, so an overlay follows the same schema as the files in
//! `scope-catalog/`.

use super::fields::Fields;
use super::model::{
    DataClass, Endpoint, Endpoints, FullAccess, Meaning, Operation, Provenance, Resource, Service, Source, SourceRef,
    Status,
};
use crate::scope::{Pattern, Scope, closest, is_placeholder, is_scope_char};
use crate::text::{self, Problem, Span};
use crate::yaml::{self, Entry, Node, Value};

/// The kinds a source can have, best first.
pub(crate) const SOURCE_KINDS: [&str; 5] = ["vendor-openapi", "vendor-docs", "vendor-sdk", "third-party", "own"];

/// The keys of a catalog file.
pub const FILE_KEYS: [&str; 19] = [
    "service",
    "product",
    "category",
    "docs",
    "aliases",
    "api",
    "sources",
    "full-access",
    "write",
    "operations",
    "resources",
    "words",
    "groups",
    "endpoints",
    "errata",
    "deprecated",
    "invalid",
    "notes",
    "left-out",
];

/// Reads one catalog file.
///
/// # Errors
///
/// Every problem of the file: YAML errors, unknown keys, wrong types, unknown statuses, data classes or sources,
/// duplicate resources, needs that name no scope of the file.
pub fn decode(file: &text::Source) -> Result<(Service, Endpoints), Vec<Problem>> {
    let Decoded { service, endpoints, problems } = decode_what_is_sound(file);
    if problems.is_empty() { Ok((service, endpoints)) } else { Err(problems) }
}

/// What a catalog file holds, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The facts; what could not be read is missing.
    pub service: Service,
    /// The calls; what could not be read is missing.
    pub endpoints: Endpoints,
    /// What is wrong, in file order.
    pub problems: Vec<Problem>,
}

/// Reads one catalog file as far as it can be read, for looking into a file that is not right yet. What is to be relied
/// on is read with [`decode`].
#[must_use]
pub fn decode_what_is_sound(file: &text::Source) -> Decoded {
    let root = match yaml::parse(file.text()) {
        Ok(root) => root,
        Err(problems) => return Decoded { problems, ..Decoded::default() },
    };
    let mut decoder = Decoder { file, service: Service::default(), problems: Vec::new() };
    let calls = decoder.service(&root);
    decoder.service.resources.sort_by_key(|resource| resource.dotted().to_ascii_lowercase());
    decoder.problems.sort_by_key(|problem| problem.span);
    Decoded { service: decoder.service, endpoints: Endpoints { calls }, problems: decoder.problems }
}

pub(super) struct Decoder<'a> {
    file: &'a text::Source,
    pub(super) service: Service,
    pub(super) problems: Vec<Problem>,
}

impl Decoder<'_> {
    pub(super) fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.problems.push(Problem::new(span, message));
    }

    pub(super) fn line(&self, span: Span) -> u32 {
        u32::try_from(self.file.position(span.start).line).unwrap_or(u32::MAX)
    }

    fn service(&mut self, root: &Node) -> Vec<Endpoint> {
        let mut fields = Fields::new(root, &mut self.problems);
        let name = fields.required_text("service", &mut self.problems);
        let product = fields.required_text("product", &mut self.problems);
        let category = fields.required_text("category", &mut self.problems);
        let docs = fields.text("docs", &mut self.problems).unwrap_or_default();
        let aliases = fields.texts("aliases", &mut self.problems);
        let api = fields.take("api");
        let sources = fields.take("sources");
        let full_access = fields.take("full-access");
        let write = fields.take("write");
        let operations = fields.take("operations");
        let resources = fields.take("resources");
        let words = fields.take("words");
        let groups = fields.take("groups");
        let endpoints = fields.take("endpoints");
        let errata = fields.take("errata");
        let deprecated = fields.take("deprecated");
        let invalid = fields.take("invalid");
        let notes = fields.take("notes");
        let left_out = fields.take("left-out");
        fields.finish(&mut self.problems);

        if !name.chars().all(is_scope_char) {
            self.problem(root.span, format!("`{name}` is not the name of a service"));
        }
        self.service = Service { name, product, category, docs, aliases, ..Service::default() };
        if let Some(api) = api {
            let mut fields = Fields::new(api, &mut self.problems);
            let hosts = fields.take("hosts");
            self.service.base_paths = fields.texts("base-paths", &mut self.problems);
            let other_paths = fields.take("other-paths");
            fields.finish(&mut self.problems);
            self.service.hosts = self.hosts(hosts);
            self.service.other_paths = self.other_paths(other_paths);
        }
        self.sources(sources);
        self.full_access(full_access);
        self.meanings(write, operations);
        self.resources(resources);
        self.words(words);
        self.groups(groups);
        self.errata(errata);
        self.deprecated(deprecated);
        self.invalid(invalid);
        self.notes(notes);
        self.left_out(left_out);
        self.endpoints(endpoints)
    }

    fn sources(&mut self, node: Option<&Node>) {
        for entry in self.mapping(node) {
            let mut fields = Fields::new(&entry.value, &mut self.problems);
            let kind = fields.required_text("kind", &mut self.problems);
            let address = fields.required_text("where", &mut self.problems);
            let seen = fields.required_text("seen", &mut self.problems);
            fields.finish(&mut self.problems);
            if !SOURCE_KINDS.contains(&kind.as_str()) {
                self.problem(entry.value.span, format!("`{kind}` is no kind of source: {}", SOURCE_KINDS.join(", ")));
            }
            let line = self.line(entry.key_span);
            self.service.sources.push(Source { id: entry.key.clone(), kind, address, seen, line });
        }
    }

    /// The sources under a key `source`: an id, optionally followed by `/` and the rest of the address, or a list.
    pub(super) fn source_refs(&mut self, node: Option<&Node>, owner: Span) -> Vec<SourceRef> {
        let Some(node) = node else {
            let message = "a `source` is missing: every statement names who makes it";
            self.problems.push(Problem::new(owner, message).kind("missing-source"));
            return Vec::new();
        };
        let items = match &node.value {
            Value::Sequence(items) if !items.is_empty() => items.iter().collect(),
            _ => vec![node],
        };
        items.into_iter().filter_map(|item| self.source_ref(item)).collect()
    }

    pub(super) fn source_ref(&mut self, node: &Node) -> Option<SourceRef> {
        let Value::Scalar(text) = &node.value else {
            self.problem(node.span, format!("a source is a name, not {}", node.kind()));
            return None;
        };
        let (id, rest) = text.split_once('/').unwrap_or((text, ""));
        let at = self.service.sources.iter().position(|source| source.id == id);
        let Some(source) = at.and_then(|at| u32::try_from(at).ok()) else {
            let hint = closest(id, self.service.sources.iter().map(|source| source.id.as_str()));
            let mut problem = Problem::new(node.span, format!("`{id}` is not among this file's `sources`"));
            problem = problem.kind("unknown-source");
            problem.help = hint.map(|near| format!("did you mean `{near}`?"));
            self.problems.push(problem);
            return None;
        };
        Some(SourceRef { source, rest: rest.to_owned() })
    }

    pub(super) fn status(&mut self, node: Option<&Node>, owner: Span, allowed: &[Status]) -> Status {
        let Some(node) = node else {
            self.problem(owner, "a `status` is missing");
            return Status::Assumed;
        };
        let text = if let Value::Scalar(text) = &node.value { text.as_str() } else { "" };
        let found = allowed.iter().copied().find(|status| status.as_str() == text);
        found.unwrap_or_else(|| {
            let words: Vec<_> = allowed.iter().map(|status| status.as_str()).collect();
            self.problem(node.span, format!("`{text}` is no status here: {}", words.join(", ")));
            Status::Assumed
        })
    }

    /// `status`, `source`, `note` of a mapping whose other keys are read by the caller.
    pub(super) fn provenance(&mut self, fields: &mut Fields<'_>, owner: Span, allowed: &[Status]) -> Provenance {
        let status = fields.take("status");
        let status = self.status(status, owner, allowed);
        let sources = fields.take("source");
        let sources = self.source_refs(sources, owner);
        Provenance { status, sources, note: fields.text("note", &mut self.problems), line: self.line(owner) }
    }

    /// Like [`Self::provenance`] for statements whose status goes without saying.
    pub(super) fn plain_provenance(&mut self, fields: &mut Fields<'_>, owner: Span, status: Status) -> Provenance {
        let sources = fields.take("source");
        let sources = self.source_refs(sources, owner);
        Provenance { status, sources, note: fields.text("note", &mut self.problems), line: self.line(owner) }
    }

    fn full_access(&mut self, node: Option<&Node>) {
        let Some(node) = node else { return };
        let mut fields = Fields::new(node, &mut self.problems);
        let text = fields.required_text("scope", &mut self.problems);
        let provenance = self.provenance(&mut fields, node.span, &EXISTING);
        fields.finish(&mut self.problems);
        let scope = self.own_scope(&text, node.span);
        if let Some(scope) = scope {
            if !scope.is_full_access() {
                self.problem(node.span, format!("`{text}` is not `fullaccess.all` in any case"));
            }
            self.service.full_access = Some(FullAccess { scope, provenance });
        }
    }

    fn meanings(&mut self, write: Option<&Node>, operations: Option<&Node>) {
        if let Some(node) = write {
            let mut fields = Fields::new(node, &mut self.problems);
            let means = fields.texts("means", &mut self.problems);
            let provenance = self.provenance(&mut fields, node.span, &EDGE);
            fields.finish(&mut self.problems);
            self.service.meanings.push(Meaning { operation: "WRITE".into(), means, resources: None, provenance });
        }
        for node in self.sequence(operations) {
            let mut fields = Fields::new(node, &mut self.problems);
            let operation = fields.required_text("operation", &mut self.problems);
            let means = fields.texts("means", &mut self.problems);
            let resources = fields.text("resources", &mut self.problems);
            let resources = resources.and_then(|text| self.pattern(&text, node.span));
            let provenance = self.provenance(&mut fields, node.span, &EDGE);
            fields.finish(&mut self.problems);
            self.service.meanings.push(Meaning { operation, means, resources, provenance });
        }
    }

    fn resources(&mut self, node: Option<&Node>) {
        for entry in self.mapping(node) {
            let Some(path) = self.path(&entry.key, entry.key_span) else { continue };
            let mut fields = Fields::new(&entry.value, &mut self.problems);
            let grants = fields.required_text("grants", &mut self.problems);
            let data = fields.take("data");
            let data = self.data(data, entry.key_span);
            let operations = fields.take("operations");
            let default = fields.take("source");
            let note = fields.text("note", &mut self.problems);
            fields.finish(&mut self.problems);
            let mut known: Vec<Operation> = Vec::new();
            for written in self.mapping(operations) {
                if let Some(operation) = self.operation(written, default) {
                    if known.iter().any(|other| other.name.eq_ignore_ascii_case(&operation.name)) {
                        let message = format!("the operation `{}` stands here twice", operation.name);
                        self.problems.push(Problem::new(written.key_span, message).kind("duplicate-scope"));
                    }
                    known.push(operation);
                }
            }
            if known.is_empty() {
                self.problem(entry.key_span, format!("the resource `{}` has no operations", entry.key));
            }
            let same = |other: &Resource| other.dotted().eq_ignore_ascii_case(&entry.key);
            if self.service.resources.iter().any(same) {
                let message = format!("the resource `{}` stands here twice, case ignored", entry.key);
                self.problems.push(Problem::new(entry.key_span, message).kind("duplicate-scope"));
            }
            let line = self.line(entry.key_span);
            self.service.resources.push(Resource { path, grants, data, operations: known, note, line });
        }
    }

    fn operation(&mut self, entry: &Entry, default: Option<&Node>) -> Option<Operation> {
        if entry.key.is_empty() || !entry.key.chars().all(is_scope_char) {
            let mut problem = Problem::new(entry.key_span, format!("`{}` is not the name of an operation", entry.key));
            problem.kind = is_placeholder(&entry.key).then_some("operation-placeholder");
            self.problems.push(problem);
            return None;
        }
        let name = entry.key.clone();
        let mut data = None;
        let provenance = if let Value::Mapping(_) = entry.value.value {
            let mut fields = Fields::new(&entry.value, &mut self.problems);
            let status = fields.take("status");
            let status = self.status(status, entry.key_span, &SCOPE);
            if let Some(node) = fields.take("data") {
                data = Some(self.data(Some(node), entry.key_span));
            }
            let sources = fields.take("source").or(default);
            let sources = self.source_refs(sources, entry.key_span);
            let note = fields.text("note", &mut self.problems);
            fields.finish(&mut self.problems);
            Provenance { status, sources, note, line: self.line(entry.key_span) }
        } else {
            let status = self.status(Some(&entry.value), entry.key_span, &SCOPE);
            let sources = self.source_refs(default, entry.key_span);
            Provenance { status, sources, note: None, line: self.line(entry.key_span) }
        };
        Some(Operation { name, data, provenance })
    }

    pub(super) fn own_scope(&mut self, rest: &str, span: Span) -> Option<Scope> {
        let whole = format!("{}.{rest}", self.service.name);
        self.scope(&whole, span)
    }

    pub(super) fn scope(&mut self, text: &str, span: Span) -> Option<Scope> {
        text.parse().map_err(|error| self.problem(span, format!("`{text}` is not a scope: {error}"))).ok()
    }

    pub(super) fn pattern(&mut self, text: &str, span: Span) -> Option<Pattern> {
        Pattern::parse(text).map_err(|error| self.problem(span, format!("`{text}` is not a pattern: {error}"))).ok()
    }

    pub(super) fn path(&mut self, text: &str, span: Span) -> Option<Vec<String>> {
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        let good = |part: &String| {
            let name = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(part);
            !name.is_empty() && name.chars().all(is_scope_char)
        };
        if parts.iter().all(good) {
            return Some(parts);
        }
        self.problem(span, format!("`{text}` is not a path of resource names"));
        None
    }

    pub(super) fn data(&mut self, node: Option<&Node>, owner: Span) -> Vec<DataClass> {
        let Some(node) = node else {
            let message = "`data` is missing: say what kind of data or power this is";
            self.problems.push(Problem::new(owner, message).kind("data-classes"));
            return Vec::new();
        };
        let texts = self.texts_of(node);
        let mut classes = Vec::new();
        for text in texts {
            if let Some(class) = DataClass::named(&text) {
                classes.push(class);
            } else {
                let words: Vec<_> = DataClass::ALL.iter().map(|class| class.as_str()).collect();
                let message = format!("`{text}` is no data class: {}", words.join(", "));
                self.problems.push(Problem::new(node.span, message).kind("data-classes"));
            }
        }
        classes
    }

    pub(super) fn texts_of(&mut self, node: &Node) -> Vec<String> {
        super::fields::texts_of(node, &mut self.problems)
    }

    pub(super) fn mapping<'n>(&mut self, node: Option<&'n Node>) -> &'n [Entry] {
        match node {
            None => &[],
            Some(Node { value: Value::Mapping(entries), .. }) => entries,
            Some(node) => {
                self.problem(node.span, format!("a mapping is expected here, not {}", node.kind()));
                &[]
            }
        }
    }

    pub(super) fn sequence<'n>(&mut self, node: Option<&'n Node>) -> Vec<&'n Node> {
        match node {
            None => Vec::new(),
            Some(Node { value: Value::Sequence(items), .. }) => items.iter().collect(),
            Some(node) => {
                self.problem(node.span, format!("a list is expected here, not {}", node.kind()));
                Vec::new()
            }
        }
    }
}

/// What a scope's status can be.
pub(super) const SCOPE: [Status; 6] =
    [Status::Documented, Status::Observed, Status::Reported, Status::Disputed, Status::Deprecated, Status::Invalid];

/// What the status of full access can be.
const EXISTING: [Status; 4] = [Status::Documented, Status::Observed, Status::Reported, Status::Disputed];

/// What the status of a coverage edge can be.
pub(super) const EDGE: [Status; 5] =
    [Status::Documented, Status::Observed, Status::Disputed, Status::Assumed, Status::Separate];
