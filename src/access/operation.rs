//! What operation words stand for.

use super::Reading;
use crate::catalog::Service;
use crate::catalog::model::Meaning;
use crate::scope::is_placeholder;

/// What `WRITE` stands for where a service's catalog says nothing else.
///
/// The vendor documents it for CRM: <https://www.zoho.com/crm/developer/docs/api/v8/select-api-scopes.html>.
pub(super) const WRITE: [&str; 3] = ["CREATE", "UPDATE", "DELETE"];

/// Operations of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operations {
    /// Every one, those of tomorrow included.
    Any,
    /// These, in lower case.
    Of(Vec<String>),
}

impl Operations {
    pub(crate) fn has(&self, operation: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Of(names) => names.iter().any(|name| name.eq_ignore_ascii_case(operation)),
        }
    }

    fn within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Any) => true,
            (Self::Any, Self::Of(_)) => false,
            (Self::Of(names), other) => names.iter().all(|name| other.has(name)),
        }
    }

    /// Whether all of these are among others.
    pub(super) fn are_among(&self, others: &Self) -> bool {
        self.within(others)
    }
}

/// Whether an operation is `ALL`.
pub(crate) fn is_all(operation: &str) -> bool {
    operation.eq_ignore_ascii_case("ALL")
}

/// What a word stands for by itself.
pub(super) struct Means<'s> {
    pub(super) names: Vec<&'s str>,
    /// The catalog's statement; `None` for the general rule on `WRITE`.
    pub(super) said: Option<&'s Meaning>,
}

impl Means<'_> {
    pub(super) fn is_sure(&self) -> bool {
        self.said.is_none_or(|said| said.provenance.status.is_sure())
    }

    pub(super) fn has(&self, operation: &str) -> bool {
        self.names.iter().any(|name| name.eq_ignore_ascii_case(operation))
    }
}

/// What a word stands for by itself on a resource, where it stands for others.
pub(super) fn means<'s>(service: Option<&'s Service>, path: &[String], word: &str) -> Option<Means<'s>> {
    let applies = |meaning: &&Meaning| {
        meaning.operation.eq_ignore_ascii_case(word)
            && meaning.resources.as_ref().is_none_or(|pattern| pattern.matches_parts(path))
    };
    match service.and_then(|service| service.meanings.iter().find(applies)) {
        Some(said) => Some(Means { names: said.means.iter().map(String::as_str).collect(), said: Some(said) }),
        None => word.eq_ignore_ascii_case("WRITE").then(|| Means { names: WRITE.to_vec(), said: None }),
    }
}

/// Whether a word stands for others anywhere in a service.
pub(super) fn is_word(service: Option<&Service>, operation: &str) -> bool {
    words(service).any(|word| word.eq_ignore_ascii_case(operation))
}

/// The words that stand for other operations somewhere in a service.
pub(crate) fn words(service: Option<&Service>) -> impl Iterator<Item = &str> {
    service
        .into_iter()
        .flat_map(|service| service.meanings.iter().map(|meaning| meaning.operation.as_str()))
        .chain(["WRITE"])
}

/// An operation and all that it stands for on a resource. What is filled in at run time may be any.
pub(crate) fn stands(service: Option<&Service>, path: &[String], operation: &str, reading: Reading) -> Operations {
    if is_all(operation) || (is_placeholder(operation) && reading == Reading::AtMost) {
        return Operations::Any;
    }
    let mut names = vec![operation.to_ascii_lowercase()];
    let mut next = 0;
    while let Some(name) = names.get(next) {
        next += 1;
        let Some(means) = means(service, path, name).filter(|means| reading == Reading::AtMost || means.is_sure())
        else {
            continue;
        };
        for more in means.names.iter().map(|name| name.to_ascii_lowercase()) {
            if is_all(&more) {
                return Operations::Any;
            }
            if !names.contains(&more) {
                names.push(more);
            }
        }
    }
    Operations::Of(names)
}
