//! What a scope may reach beyond the names that the catalog has, as regions of names.

use super::Reading;
use super::operation::{Operations, stands, words};
use crate::catalog::{Service, Status};
use crate::scope::{Part, Pattern, is_placeholder};

/// All scopes whose path begins as said here, with some operations: a parent is taken to reach what begins with its
/// path, known or not.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    /// Service and path.
    pub(crate) path: Vec<Part>,
    /// The operations; `None` where the path is the whole scope, and nothing lies below it.
    pub(crate) operations: Option<Operations>,
    /// Every word by which a policy's entry could mean one of these operations, in lower case.
    pub(crate) words: Vec<String>,
    /// From this part on nobody knows the names: a wildcard of an entry may stand for all of them.
    pub(crate) unknown_from: usize,
    /// Full access of the service is among it.
    pub(crate) is_whole: bool,
    /// Paths without the service that are said not to be reached.
    pub(crate) holes: Vec<Pattern>,
}

impl Region {
    /// A one-word scope.
    pub(super) fn word(word: &str) -> Self {
        Self {
            path: vec![part(word)],
            operations: None,
            words: Vec::new(),
            unknown_from: 1,
            is_whole: false,
            holes: Vec::new(),
        }
    }

    /// Everything in a service.
    pub(super) fn service(name: &str) -> Self {
        let mut path = Vec::new();
        push(&mut path, name);
        Self {
            path,
            operations: Some(Operations::Any),
            words: Vec::new(),
            unknown_from: 1,
            is_whole: true,
            holes: Vec::new(),
        }
    }

    /// A path and what is below it.
    pub(super) fn path(service: Option<&Service>, name: &str, path: &[String], operation: &str) -> Self {
        let operations = stands(service, path, operation, Reading::AtMost);
        let names = if let Operations::Of(names) = &operations { names.as_slice() } else { &[] };
        let operations_are_any = operations == Operations::Any;
        let mut parts = Vec::with_capacity(path.len() + 1);
        push(&mut parts, name);
        // A known prefix has names that everybody knows.
        let known = service.map_or(0, |service| {
            (1..=path.len()).rev().find(|end| service.resource_number(&path[..*end]).is_some()).unwrap_or(0)
        });
        let mut unknown_from = parts.len();
        for (at, name) in path.iter().enumerate() {
            push(&mut parts, name);
            if at < known {
                unknown_from = parts.len();
            }
        }
        Self {
            path: parts,
            words: naming(service, path, names, Reading::AtMost),
            operations: Some(operations),
            unknown_from,
            // `X.{name}.all` may turn out to be full access.
            is_whole: matches!(path, [resource] if is_placeholder(resource)) && operations_are_any,
            holes: separate(service, path, operation),
        }
    }

    /// What is below, where operation words have the meaning that they have in the service in general as well.
    pub(super) fn with_words_of_any(&self, service: &Service) -> Self {
        let mut below = self.clone();
        // Where paths are left out they have to be followed by name.
        if self.holes.is_empty() {
            below.path.push(Part::One);
        }
        if let Some(Operations::Of(names)) = &self.operations {
            let mut all = names.clone();
            for name in names {
                match stands(Some(service), &[], name, Reading::AtMost) {
                    Operations::Of(more) => all.extend(more),
                    Operations::Any => below.operations = Some(Operations::Any),
                }
            }
            below.words.extend(naming(Some(service), &[], &all, Reading::AtMost));
            if let Some(Operations::Of(names)) = &mut below.operations {
                *names = all;
            }
        }
        below
    }

    /// The children of a group, where they do not lie below their parent.
    pub(super) fn children(service: &Service, children: &Pattern, operation: &str) -> Self {
        let mut region = Self::path(Some(service), &service.name, &[], operation);
        region.path.extend(children.parts().iter().cloned());
        region.unknown_from = region.path.len();
        region
    }

    /// Whether everything here is in another region, as far as that is plain.
    pub(super) fn is_inside(&self, other: &Self) -> bool {
        let among = match (&self.operations, &other.operations) {
            (Some(own), Some(others)) => own.are_among(others),
            _ => false,
        };
        among && other.holes.is_empty() && self.path.starts_with(&other.path)
    }
}

/// The words by which an entry may name one of some operations, in lower case: themselves, `all`, and what stands for
/// one of them.
pub(crate) fn naming(service: Option<&Service>, path: &[String], names: &[String], reading: Reading) -> Vec<String> {
    let mut found = names.to_vec();
    found.push("all".to_owned());
    for word in words(service).map(str::to_ascii_lowercase) {
        let means = stands(service, path, &word, reading);
        if !found.contains(&word) && names.iter().any(|name| means.has(name)) {
            found.push(word);
        }
    }
    found
}

/// What a path and operation are said not to reach, and nothing else says that they do.
fn separate(service: Option<&Service>, path: &[String], operation: &str) -> Vec<Pattern> {
    let groups = service.into_iter().flat_map(|service| &service.groups);
    let own = groups.filter(|group| group.is_about(path, operation) && group.provenance.status == Status::Separate);
    own.map(|group| group.children.clone()).collect()
}

fn part(name: &str) -> Part {
    if is_placeholder(name) { Part::One } else { Part::Names(vec![name.to_ascii_lowercase()]) }
}

/// What is filled in at run time is one part or several.
fn push(parts: &mut Vec<Part>, name: &str) {
    parts.push(part(name));
    parts.extend(is_placeholder(name).then_some(Part::Many));
}
