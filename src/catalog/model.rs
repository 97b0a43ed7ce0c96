//! What the catalog knows, as data. Shared with the build script, which packs it into the binary.

use serde::{Deserialize, Serialize};

pub use super::kinds::{DataClass, Status};
use crate::scope::{Pattern, Scope, compare_beginnings, is_placeholder};

/// All that is known of one service, calls left out (they are in [`Endpoints`]).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Service {
    /// The first part of its scopes, as Zoho spells it.
    pub name: String,
    /// The product's name.
    pub product: String,
    /// The kind of product (`finance`, `crm`, …).
    pub category: String,
    /// Where the vendor documents its API; empty when no page was found.
    pub docs: String,
    /// API hosts.
    pub hosts: Vec<Host>,
    /// Path prefixes of its calls, as they are written in this catalog.
    pub base_paths: Vec<String>,
    /// Path prefixes that its calls can have as well, whatever the host.
    pub other_paths: Vec<OtherPath>,
    /// Other names under which the service was seen. They are not proven to work: a hint, and counted as reach.
    pub aliases: Vec<String>,
    /// The scope that gives everything in the service, when there is evidence for one.
    pub full_access: Option<FullAccess>,
    /// What operation words stand for, beyond the general rules.
    pub meanings: Vec<Meaning>,
    /// The resources, in the order of their folded paths.
    pub resources: Vec<Resource>,
    /// One-word scopes.
    pub words: Vec<Word>,
    /// Parents that cover children.
    pub groups: Vec<Group>,
    /// Misspellings in the vendor's own material.
    pub errata: Vec<Erratum>,
    /// Scopes that no longer work or should not be used.
    pub deprecated: Vec<Deprecation>,
    /// Scopes reported not to exist.
    pub invalid: Vec<Invalid>,
    /// Facts that a reader should know.
    pub notes: Vec<Note>,
    /// What the evidence holds and this catalog leaves out, with the reason.
    pub left_out: Vec<LeftOut>,
    /// The sources that the rest refers to.
    pub sources: Vec<Source>,
}

/// A host of a service's API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The host; `{dc}` stands for the data centre's domain ending.
    pub host: String,
    /// The path prefixes that are answered there; none when all are.
    pub base_paths: Vec<OtherPath>,
    /// It is kept for older programs.
    pub is_older: bool,
}

/// A path prefix that stands for one of those under which the catalog keeps a service's calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherPath {
    /// As it is called.
    pub path: String,
    /// As the catalog writes it; empty when that is the same.
    pub stands_for: String,
}

/// The calls of one service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Endpoints {
    /// In the order of the catalog file.
    pub calls: Vec<Endpoint>,
}

/// How sure a statement is, and who says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// How far it can be trusted.
    pub status: Status,
    /// Who says it; never empty.
    pub sources: Vec<SourceRef>,
    /// What a reader should know besides.
    pub note: Option<String>,
    /// The line of the catalog file, from 1.
    pub line: u32,
}

/// A reference to an entry of [`Service::sources`], with the rest of the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRef {
    /// Index into [`Service::sources`].
    pub source: u32,
    /// What to append to the source's address.
    pub rest: String,
}

/// Where facts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The name that catalog files use.
    pub id: String,
    /// `vendor-openapi`, `vendor-docs`, `vendor-sdk`, `third-party` or `own`.
    pub kind: String,
    /// Its address.
    pub address: String,
    /// When it was read, `2026-11` or a full date.
    pub seen: String,
    /// The line of the catalog file, from 1.
    pub line: u32,
}

/// `Service.fullaccess.all`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FullAccess {
    /// The whole scope in its canonical spelling.
    pub scope: Scope,
    /// Who says so.
    pub provenance: Provenance,
}

/// An operation word that stands for others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Meaning {
    /// The word, such as `WRITE`.
    pub operation: String,
    /// What it stands for.
    pub means: Vec<String>,
    /// Resource paths to which this applies; none for all.
    pub resources: Option<Pattern>,
    /// Who says so.
    pub provenance: Provenance,
}

/// Something that a service holds and scopes give access to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resource {
    /// The parts between service and operation, canonical spelling; a part in braces is a placeholder.
    pub path: Vec<String>,
    /// What it is, in plain words.
    pub grants: String,
    /// What kind of data it holds.
    pub data: Vec<DataClass>,
    /// The operations that exist as scopes.
    pub operations: Vec<Operation>,
    /// What a reader should know besides.
    pub note: Option<String>,
    /// The line of the catalog file, from 1.
    pub line: u32,
}

/// One operation of a resource: one scope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Canonical spelling.
    pub name: String,
    /// What kind of data it opens, where that differs from the resource's.
    pub data: Option<Vec<DataClass>>,
    /// Who says so.
    pub provenance: Provenance,
}

/// A one-word scope such as `openid`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Word {
    /// The word.
    pub name: String,
    /// What it gives, in plain words.
    pub grants: String,
    /// What kind of data it gives.
    pub data: Vec<DataClass>,
    /// Who says so.
    pub provenance: Provenance,
}

/// A parent resource whose operations reach into children; or, of the status [`Status::Separate`], do not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    /// The parent's path.
    pub parent: Vec<String>,
    /// Which paths it reaches.
    pub children: Pattern,
    /// Paths that it was seen not to reach. They count as reach all the same where doubt must not help.
    pub except: Vec<Pattern>,
    /// Which operations it reaches with; empty for all.
    pub operations: Vec<String>,
    /// Who says so.
    pub provenance: Provenance,
}

/// A misspelling in the vendor's own material.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erratum {
    /// What is written there.
    pub written: String,
    /// The scope that is meant.
    pub means: Scope,
    /// Who writes it.
    pub provenance: Provenance,
}

/// Scopes that no longer work or should not be used.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deprecation {
    /// Which, after the service.
    pub pattern: Pattern,
    /// Since when, in the vendor's words (an API version, a date).
    pub since: Option<String>,
    /// What to use instead: resources or scopes, after the service.
    pub instead: Vec<String>,
    /// Who says so.
    pub provenance: Provenance,
}

/// Scopes reported not to exist.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invalid {
    /// Which, after the service.
    pub pattern: Pattern,
    /// What to use instead: scopes after the service.
    pub instead: Vec<String>,
    /// Who says so.
    pub provenance: Provenance,
}

/// A fact in prose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    /// The fact.
    pub text: String,
    /// Who says so.
    pub sources: Vec<SourceRef>,
}

/// Something that was seen and is no scope or call of this catalog.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeftOut {
    /// The scope or call as it was seen.
    pub what: String,
    /// Whether it is a call.
    pub is_call: bool,
    /// Why it is left out.
    pub reason: String,
    /// Who writes it.
    pub sources: Vec<SourceRef>,
}

/// One API call and the scopes it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// HTTP method, or `UNSTATED` where the vendor names none.
    pub method: String,
    /// Path template; with scheme and host where the host is not one of [`Service::hosts`].
    pub path: String,
    /// What it needs.
    pub needs: Needs,
    /// What it does, in a few words.
    pub summary: String,
    /// What a reader should know besides.
    pub note: Option<String>,
    /// How the need was read, when it is not stated at the call itself.
    pub basis: Option<String>,
    /// `medium` or `low` where the source is weak.
    pub confidence: Option<String>,
    /// Who says so; never empty.
    pub sources: Vec<SourceRef>,
    /// The line of the catalog file, from 1.
    pub line: u32,
}

/// Which scopes a call needs. Only what [`Needs::AnyOf`] and [`Needs::Nothing`] say proves anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Needs {
    /// One whole set of these is enough.
    AnyOf(Vec<Vec<Scope>>),
    /// One whole set of these is enough, says one source; another says otherwise.
    Disputed(Vec<Vec<Scope>>),
    /// The vendor lists these and does not say whether any or all are needed.
    Unstated(Vec<Scope>),
    /// Nobody ties a scope to the call; by their names these belong to it.
    Likely(Vec<Scope>),
    /// The call is known, and nobody says which scope it needs.
    Unknown,
    /// The vendor says that no scope is needed.
    Nothing,
}

impl Needs {
    /// The sets of which one is enough, whether or not that is disputed.
    #[must_use]
    pub fn sets(&self) -> &[Vec<Scope>] {
        match self {
            Self::AnyOf(sets) | Self::Disputed(sets) => sets,
            Self::Unstated(_) | Self::Likely(_) | Self::Unknown | Self::Nothing => &[],
        }
    }

    /// The scopes that stand side by side, without a word on how they combine.
    #[must_use]
    pub fn listed(&self) -> &[Scope] {
        match self {
            Self::Unstated(listed) | Self::Likely(listed) => listed,
            Self::AnyOf(_) | Self::Disputed(_) | Self::Unknown | Self::Nothing => &[],
        }
    }

    /// How far it is known: what ties scopes to the call comes before what lists them, that before what pairs them by name.
    pub(crate) fn doubt(&self) -> u8 {
        match self {
            Self::AnyOf(_) | Self::Nothing => 0,
            Self::Disputed(_) => 1,
            Self::Unstated(_) => 2,
            Self::Likely(_) => 3,
            Self::Unknown => 4,
        }
    }

    /// Whether a source ties scopes to the call, or says that none is needed.
    pub(crate) fn is_tied(&self) -> bool {
        self.doubt() <= Self::Unstated(Vec::new()).doubt()
    }

    /// Every scope that is named.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.sets().iter().flatten().chain(self.listed())
    }

    /// The word for what is known of it: `documented`, `disputed`, `unstated`, `likely`, `unknown`, `none`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AnyOf(_) => "documented",
            Self::Disputed(_) => "disputed",
            Self::Unstated(_) => "unstated",
            Self::Likely(_) => "likely",
            Self::Unknown => "unknown",
            Self::Nothing => "none",
        }
    }
}

impl Service {
    /// The resource at exactly this path (case ignored), else the one whose placeholders match it.
    #[must_use]
    pub fn resource<S: AsRef<str>>(&self, path: &[S]) -> Option<&Resource> {
        self.resource_number(path).and_then(|at| self.resources.get(at))
    }

    /// [`Service::resource`] as an index.
    #[must_use]
    pub fn resource_number<S: AsRef<str>>(&self, path: &[S]) -> Option<usize> {
        // Files are decoded in the order of their paths. What is not found so is looked for one by one.
        if let Ok(at) = self.resources.binary_search_by(|resource| compare_paths(&resource.path, path)) {
            return Some(at);
        }
        let mut fallback = None;
        for (at, resource) in self.resources.iter().enumerate() {
            if resource.path.len() != path.len() {
                continue;
            }
            let mut exact = true;
            // From the end: the last parts differ most.
            let matches = resource.path.iter().zip(path).rev().all(|(known, part)| {
                if known.eq_ignore_ascii_case(part.as_ref()) {
                    return true;
                }
                exact = false;
                is_placeholder(known)
            });
            if matches && exact {
                return Some(at);
            }
            if matches && fallback.is_none() {
                fallback = Some(at);
            }
        }
        fallback
    }

    /// What its hosts are, and what its paths begin with there, as lines of a table: number of the service, host (`*` for
    /// any), beginning of the path, and what that stands for.
    #[must_use]
    pub fn host_lines(&self, number: usize) -> String {
        let mut lines = Vec::new();
        for host in &self.hosts {
            if host.base_paths.is_empty() {
                lines.push((host.host.as_str(), "", ""));
            }
            lines.extend(
                host.base_paths.iter().map(|base| (host.host.as_str(), base.path.as_str(), base.stands_for.as_str())),
            );
        }
        lines.extend(self.other_paths.iter().map(|base| ("*", base.path.as_str(), base.stands_for.as_str())));
        let texts = lines.iter().map(|(host, path, stands_for)| format!("{number}\t{host}\t{path}\t{stands_for}\n"));
        texts.collect()
    }

    /// The full address of a source reference.
    #[must_use]
    pub fn cite(&self, reference: &SourceRef) -> String {
        let address = usize::try_from(reference.source).ok().and_then(|at| self.sources.get(at));
        address.map_or_else(String::new, |source| format!("{}{}", source.address, reference.rest))
    }

    /// The kind of a source reference, such as `vendor-docs`.
    #[must_use]
    pub fn source_kind(&self, reference: &SourceRef) -> &str {
        let source = usize::try_from(reference.source).ok().and_then(|at| self.sources.get(at));
        source.map_or("", |source| &source.kind)
    }

    /// Every scope of the catalog file, in file order: resources, one-word scopes, full access.
    pub fn scopes(&self) -> impl Iterator<Item = (Scope, &Provenance)> {
        let of_resources = self.resources.iter().flat_map(move |resource| {
            resource.operations.iter().map(move |op| (self.scope(&resource.path, &op.name), &op.provenance))
        });
        let words = self.words.iter().map(|word| (Scope::from_parts(vec![word.name.clone()]), &word.provenance));
        let full = self.full_access.iter().map(|full| (full.scope.clone(), &full.provenance));
        of_resources.chain(words).chain(full)
    }

    /// A scope of this service.
    #[must_use]
    pub fn scope(&self, path: &[String], operation: &str) -> Scope {
        let mut parts = Vec::with_capacity(path.len() + 2);
        parts.push(self.name.clone());
        parts.extend_from_slice(path);
        parts.push(operation.to_owned());
        Scope::from_parts(parts)
    }
}

/// Dotted paths in alphabetical order without ASCII case.
fn compare_paths<A: AsRef<str>, B: AsRef<str>>(a: &[A], b: &[B]) -> std::cmp::Ordering {
    // Part by part, which is faster than byte by byte over the whole and comes to the same.
    for (at, (x, y)) in a.iter().zip(b).enumerate() {
        if let Some(order) = compare_beginnings(x.as_ref(), y.as_ref()) {
            return order;
        }
        if x.as_ref().len() != y.as_ref().len() {
            return dotted_bytes(&a[at..]).cmp(dotted_bytes(&b[at..]));
        }
    }
    a.len().cmp(&b.len())
}

fn dotted_bytes<S: AsRef<str>>(path: &[S]) -> impl Iterator<Item = u8> {
    let parts = path.iter().enumerate();
    let bytes = parts.flat_map(|(at, part)| (at > 0).then_some(b'.').into_iter().chain(part.as_ref().bytes()));
    bytes.map(|byte| byte.to_ascii_lowercase())
}

impl Group {
    /// Whether it speaks of what this parent reaches with this operation.
    #[must_use]
    pub fn is_about(&self, parent: &[String], operation: &str) -> bool {
        let same = |(a, b): (&String, &String)| a.eq_ignore_ascii_case(b);
        self.parent.len() == parent.len()
            && self.parent.iter().zip(parent).all(same)
            && (self.operations.is_empty() || self.operations.iter().any(|name| name.eq_ignore_ascii_case(operation)))
    }
}

impl Resource {
    /// The kinds of data that an operation opens: its own, else those of the resource.
    #[must_use]
    pub fn data_of(&self, operation: &str) -> &[DataClass] {
        let own = self.operation(operation).and_then(|operation| operation.data.as_deref());
        own.unwrap_or(&self.data)
    }

    /// The operation of that name, case ignored.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name.eq_ignore_ascii_case(name))
    }

    /// Whether the path holds a placeholder.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.path.iter().any(|part| is_placeholder(part))
    }

    /// The path as written in catalog files.
    #[must_use]
    pub fn dotted(&self) -> String {
        self.path.join(".")
    }
}

impl Endpoint {
    /// Method and path for a reader; the path alone where the source names no method.
    #[must_use]
    pub fn written(&self) -> String {
        if self.states_its_method() { self.call() } else { self.path.clone() }
    }

    /// Whether the source names the method.
    #[must_use]
    pub fn states_its_method(&self) -> bool {
        self.method != "UNSTATED"
    }

    /// Whether the call changes data, by its method, and every scope that it is said to need only reads: perhaps a slip.
    #[must_use]
    pub fn only_reads_to_change(&self) -> bool {
        let reads = |scope: &Scope| {
            let operation = scope.operation().unwrap_or_default();
            ["READ", "VIEW", "GET"].iter().any(|word| operation.eq_ignore_ascii_case(word))
        };
        let changes = ["PUT", "PATCH", "DELETE"].contains(&self.method.as_str());
        changes && !self.needs.sets().is_empty() && self.needs.scopes().all(reads)
    }

    /// `GET /books/v3/invoices`.
    #[must_use]
    pub fn call(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Whether anything of a path is fixed: one that is made of placeholders alone would match any path.
#[must_use]
pub fn has_fixed_part(path: &str) -> bool {
    !path.starts_with('/') || path.split('/').any(|segment| !segment.is_empty() && !is_placeholder(segment))
}

/// A path with nameless placeholders: what a call's placeholders are called makes no other call.
#[must_use]
pub fn path_form(path: &str) -> String {
    let mut form = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        form.push_str(before);
        form.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    form.push_str(rest);
    form
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn paths_are_ordered_as_their_dotted_names(
            a in prop::collection::vec("[abAB_.-]{1,3}", 1..4),
            b in prop::collection::vec("[abAB_.-]{1,3}", 1..4),
        ) {
            prop_assert_eq!(compare_paths(&a, &b), dotted_bytes(&a).cmp(dotted_bytes(&b)));
        }
    }
}
