//! Catalog files made from what the vendor publishes for machines: `OpenAPI` documents, and the list of APIs that CRM
//! gives of itself.
//!
//! Both kinds are read into the same calls with the scopes as written; then every scope is brought into its canonical
//! spelling, slips are repaired, and one service and its calls come out, with a remark for whatever was not taken
//! over to the letter. The result goes to [`write()`], which prints a catalog file, or is held against the catalog.
//!
//! ```
//! use zscope::catalog::{Catalog, decode};
//! use zscope::import;
//! use zscope::text::Source;
//!
//! let text = r#"{"openapi": "3.0.0", "paths": {"/crm/v8/coql": {"post": {
//!     "operationId": "Execute Query", "security": [{"oauth": ["ZohoCRM.coql.read"]}]}}}}"#;
//! let document = import::Document::new(Source::new("coql.json", text), "coql.json");
//! let import = import::import(&Catalog::embedded(), &[document], import::Kind::OpenApi, &import::Options::default())?;
//! assert_eq!(import.endpoints.calls[0].call(), "POST /crm/v8/coql");
//! let file = Source::new("ZohoCRM.yaml", import::write(&import.service, &import.endpoints));
//! assert!(decode(&file).is_ok());
//! # Ok::<(), import::Failure>(())
//! ```

mod address;
mod apis;
mod assemble;
mod differences;
mod known;
mod openapi;
mod phrase;
mod repair;
mod scalar;
mod tree;
mod write;

pub use differences::{Changed, Differences, Relation, imported};
pub use write::write;

use std::collections::HashMap;

use crate::catalog::Catalog;
use crate::catalog::model::{Endpoints, Service};
use crate::text::{Problem, Source, Span};

/// A document to import.
#[derive(Debug)]
pub struct Document {
    source: Source,
    rest: String,
}

impl Document {
    /// Takes a document and what its own address adds to [`Options::address`]; nothing when that is the whole address.
    #[must_use]
    pub fn new(source: Source, rest: impl Into<String>) -> Self {
        Self { source, rest: rest.into() }
    }

    /// The text and its name.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Gives the text back.
    #[must_use]
    pub fn into_source(self) -> Source {
        self.source
    }
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An `OpenAPI` document, version 3.
    OpenApi,
    /// The answer of CRM's `GET /crm/v8/__apis`.
    Apis,
}

/// How scopes combine that a document lists together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Combine {
    /// One of them is enough.
    Any,
    /// All of them are needed.
    All,
    /// Nobody says.
    Unstated,
}

/// What an import takes over, and under which source.
#[derive(Clone, Debug)]
pub struct Options {
    /// The service to import; without it, the one service that the documents name.
    pub service: Option<String>,
    /// How scopes combine that are listed together; without it, what the kind of document makes likely.
    pub combine: Option<Combine>,
    /// The name of the source.
    pub source: String,
    /// The kind of the source, such as `vendor-openapi`.
    pub source_kind: String,
    /// Its address, to which [`Document::new`]'s `rest` is appended.
    pub address: String,
    /// When it was read: a month (`2026-11`) or a day.
    pub seen: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            service: None,
            combine: None,
            source: "openapi".to_owned(),
            source_kind: "vendor-openapi".to_owned(),
            address: "./".to_owned(),
            seen: String::new(),
        }
    }
}

/// What came out of an import.
#[derive(Debug)]
pub struct Import {
    /// The service, with the resources that the documents name.
    pub service: Service,
    /// Its calls, by path and method.
    pub endpoints: Endpoints,
    /// What was not taken over to the letter, by document and place.
    pub remarks: Vec<Remark>,
}

/// Something that a reader of the import should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What sort of thing.
    pub kind: RemarkKind,
    /// Lower case, no full stop, texts of the document in backticks.
    pub message: String,
    /// Index of the document and where in it; `None` when it concerns the import as a whole.
    pub place: Option<(usize, Span)>,
    /// How often it happened.
    pub times: usize,
}

/// The sorts of remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemarkKind {
    /// A scope was read as another text than the one written.
    Repaired,
    /// Scopes that stand together were read as any, or as all, of them.
    Combined,
    /// Something else was decided that the document leaves open.
    Read,
    /// A call or scope could not be taken over.
    LeftOut,
    /// Something is missing that a person has to add.
    Incomplete,
}

impl RemarkKind {
    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repaired => "repaired",
            Self::Combined => "combined",
            Self::Read => "read",
            Self::LeftOut => "left-out",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Why nothing could be imported.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Documents are not what they should be: index of the document, and what is wrong where.
    #[error("the documents have {} problems", .0.len())]
    Documents(Vec<(usize, Problem)>),
    /// The scopes are those of several services, and none was chosen.
    #[error("the documents name scopes of several services: {}", .0.join(", "))]
    SeveralServices(Vec<String>),
    /// None of the scopes is one of the service.
    #[error("the documents name no scope of `{0}` that can be taken over")]
    Nothing(String),
    /// The name given as service cannot be one.
    #[error("`{0}` is not the name of a service")]
    BadService(String),
}

/// Reads documents and makes one service of them.
///
/// # Errors
///
/// When a document is malformed, names no scope at all, or when it stays open which service is meant.
pub fn import(catalog: &Catalog, documents: &[Document], kind: Kind, options: &Options) -> Result<Import, Failure> {
    let mut remarks = Remarks::default();
    let mut problems = Vec::new();
    let mut read = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        remarks.document = at;
        let content = match kind {
            Kind::OpenApi => openapi::read(document.source.text(), options.combine, &mut remarks),
            Kind::Apis => apis::read(document.source.text(), options.combine, &mut remarks),
        };
        match content {
            Ok(content) => read.push(content),
            Err(found) => problems.extend(found.into_iter().map(|problem| (at, problem))),
        }
    }
    if problems.is_empty() && read.iter().all(|content| content.written().next().is_none()) {
        let problem = |content: &Content| {
            Problem::new(content.place, "no call here names a scope").help(match kind {
                Kind::OpenApi => "scopes stand under `security` of the document or of a call",
                Kind::Apis => "scopes stand under `oauth_scope` of a call",
            })
        };
        problems.extend(read.iter().map(problem).enumerate());
    }
    if !problems.is_empty() {
        return Err(Failure::Documents(problems));
    }
    assemble::assemble(catalog, documents, &read, options, remarks)
}

/// What one document says.
#[derive(Debug, Default)]
struct Content {
    /// Hosts of its servers, `{dc}` for the data centre's ending.
    hosts: Vec<String>,
    /// Paths of its servers.
    base_paths: Vec<String>,
    calls: Vec<Call>,
    declared: Vec<Declared>,
    /// Where the calls stand.
    place: Span,
}

impl Content {
    /// All scopes, as written.
    fn written(&self) -> impl Iterator<Item = &Written> {
        let of_calls = self.calls.iter().flat_map(|call| match &call.needs {
            RawNeeds::Sets(sets, _) => sets.as_slice(),
            RawNeeds::Silent(_) | RawNeeds::Nothing => &[],
        });
        of_calls.flatten().chain(self.declared.iter().map(|declared| &declared.scope))
    }
}

/// One call as a document has it.
#[derive(Debug)]
struct Call {
    method: String,
    path: String,
    summary: String,
    needs: RawNeeds,
    span: Span,
}

/// What a call needs, in the document's words.
#[derive(Debug)]
enum RawNeeds {
    /// Nothing is said.
    Silent(&'static str),
    /// It is said that nothing is needed.
    Nothing,
    /// Sets of scopes: one set is enough, and inside a set the scopes combine so.
    Sets(Vec<Vec<Written>>, Combine),
}

/// A scope as it is written.
#[derive(Clone, Debug)]
struct Written {
    text: String,
    span: Span,
}

/// A scope that a document declares, and what it says of it.
#[derive(Debug)]
struct Declared {
    scope: Written,
    description: String,
}

/// The remarks of a run; the same remark on the same document is kept once and counted.
#[derive(Debug, Default)]
struct Remarks {
    document: usize,
    all: Vec<Remark>,
    known: HashMap<(usize, RemarkKind, String), usize>,
}

impl Remarks {
    fn add(&mut self, kind: RemarkKind, message: String, span: Span) {
        let key = (self.document, kind, message.clone());
        if let Some(remark) = self.known.get(&key).and_then(|&at| self.all.get_mut(at)) {
            remark.times += 1;
            return;
        }
        self.known.insert(key, self.all.len());
        self.all.push(Remark { kind, message, place: Some((self.document, span)), times: 1 });
    }

    fn of_all(&mut self, kind: RemarkKind, message: String) {
        self.all.push(Remark { kind, message, place: None, times: 1 });
    }

    /// What could not be taken over, as problems.
    fn problems(&self) -> Vec<(usize, Problem)> {
        let left_out = self.all.iter().filter(|remark| remark.kind == RemarkKind::LeftOut);
        let problem = |remark: &Remark| remark.place.map(|(at, span)| (at, Problem::new(span, &*remark.message)));
        left_out.filter_map(problem).collect()
    }

    fn sorted(mut self) -> Vec<Remark> {
        self.all.sort_by_key(|remark| (remark.place.is_none(), remark.place));
        self.all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{Endpoint, decode};

    const DOCUMENTS: [(&str, Kind); 4] = [
        (include_str!("../../tests/fixtures/openapi/alternatives.json"), Kind::OpenApi),
        (include_str!("../../tests/fixtures/openapi/together.yaml"), Kind::OpenApi),
        (include_str!("../../tests/fixtures/openapi/new-service.json"), Kind::OpenApi),
        (include_str!("../../tests/fixtures/openapi/apis.json"), Kind::Apis),
    ];

    const PIECES: [&str; 14] =
        ["", "\"", "null", "[]", "{}", "[\"a.b.READ\"]", ".", "{é}", "ZohoBooks.", " ", "\\u0000", ",", "/", "~"];

    #[test]
    fn a_call_of_which_nothing_is_fixed_is_left_out_and_told() {
        let text = r#"{ "openapi": "3.0.3", "servers": [{ "url": "https://gadgets.zoho.com/" }],
            "paths": {
                "/{module}/{id}": { "get": { "security": [{ "zoho": ["ZohoGadgets.wheels.READ"] }] } },
                "//{module}": { "get": { "security": [{ "zoho": ["ZohoGadgets.wheels.READ"] }] } },
                "/wheels/{id}": { "get": { "security": [{ "zoho": ["ZohoGadgets.wheels.READ"] }] } } },
            "components": { "securitySchemes": { "zoho": { "type": "oauth2", "flows": { "authorizationCode": {
                "scopes": { "ZohoGadgets.wheels.READ": "Read wheels" } } } } } } }"#;
        let documents = [Document::new(Source::new("x", text), "x")];
        let import = import(&Catalog::embedded(), &documents, Kind::OpenApi, &Options::default()).unwrap();
        let file = Source::new("x.yaml", write(&import.service, &import.endpoints));
        decode(&file).unwrap();
        let calls: Vec<String> = import.endpoints.calls.iter().map(Endpoint::call).collect();
        assert_eq!(calls, ["GET /wheels/{id}"]);
        let left: Vec<&str> = import.service.left_out.iter().map(|left| left.what.as_str()).collect();
        assert_eq!(left, ["GET //{module}", "GET /{module}/{id}"]);
    }

    proptest! {
        #[test]
        fn whatever_a_document_holds_the_file_reads_back(
            which in 0..DOCUMENTS.len(),
            edits in prop::collection::vec((0..3000_usize, 0..12_usize, prop::sample::select(&PIECES[..])), 1..4),
            service in prop::option::of(prop::sample::select(&["ZohoCRM", "ZohoGadgets", "New"][..])),
        ) {
            let catalog = Catalog::embedded();
            let (text, kind) = DOCUMENTS[which];
            let mut text = text.to_owned();
            for (at, len, piece) in edits {
                let start = text.floor_char_boundary(at % text.len().max(1));
                let end = text.floor_char_boundary((start + len).min(text.len())).max(start);
                text.replace_range(start..end, piece);
            }
            let documents = [Document::new(Source::new("x", text), "x")];
            let options = Options { service: service.map(str::to_owned), ..Options::default() };
            if let Ok(import) = import(&catalog, &documents, kind, &options) {
                let file = Source::new("x.yaml", write(&import.service, &import.endpoints));
                let (service, endpoints) = decode(&file)
                    .map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{}", file.text())))?;
                prop_assert_eq!(write(&service, &endpoints), file.text());
            }
        }
    }
}
