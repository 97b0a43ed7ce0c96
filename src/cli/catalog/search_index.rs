//! Plain words to scopes, resources and calls.

use std::cmp::Reverse;

use serde::Serialize;

use crate::catalog::model::Status;
use crate::catalog::{Catalog, Endpoint, Resource, Service};
use crate::scope::Scope;

/// Something that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Hit {
    /// What it is.
    pub(crate) kind: HitKind,
    /// The scope, the resource with its service, or the call.
    pub(crate) name: String,
    /// The service in whose catalog file it stands.
    pub(crate) service: String,
    /// What it gives or does, in the catalog's words; may be empty for a call.
    pub(crate) about: String,
    /// How far it can be trusted that the scope exists; `null` for resources and calls.
    pub(crate) status: Option<Status>,
}

/// What a search can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HitKind {
    /// A resource.
    Resource,
    /// A scope.
    Scope,
    /// A call.
    Call,
}

impl HitKind {
    /// The word used in outputs.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Scope => "scope",
            Self::Call => "call",
        }
    }
}

/// Words for the same operation.
const SYNONYMS: [&[&str]; 4] = [
    &["delete", "remove"],
    &["create", "add"],
    &["read", "get", "list", "view"],
    &["update", "change", "edit", "put", "patch"],
];

/// What a word is worth by where it is found: in the name, in the description, in the address of a call, in the names
/// of service and product.
const NAME: i32 = 32;
const ABOUT: i32 = 20;
const PATH: i32 = 16;
const SERVICE: i32 = 12;

/// How much less a word is worth that is found as a synonym, in another number, or as the beginning of a longer one.
const SYNONYM: i32 = 4;
const NUMBER: i32 = 1;
const PREFIX: i32 = 10;

/// Everything in which all words of the query are found, best first.
///
/// A word is found as a whole word or as the beginning of one, case ignored, in the parts of a scope, in what the
/// catalog says of a resource or call, in the address of a call, and in the names of service and product. Words for
/// operations stand for each other: `remove` finds `DELETE`.
#[must_use]
pub(crate) fn search(catalog: &Catalog, query: &str) -> Vec<Hit> {
    let query: Vec<Wanted> = pieces(query).map(|piece| Wanted::new(piece.to_lowercase())).collect();
    let mut found: Vec<(i32, Hit)> = Vec::new();
    if query.is_empty() {
        return Vec::new();
    }
    let mut consider = |text: &Text, bonus: i32, hit: &dyn Fn() -> Hit| {
        if let Some(score) = text.score(&query) {
            found.push((score + bonus, hit()));
        }
    };
    for service in catalog.services() {
        let mut common = Text::default();
        for name in [&service.name, &service.product, &service.category] {
            common.add(SERVICE, name);
        }
        for resource in &service.resources {
            of_resource(service, resource, &common, &mut consider);
        }
        for word in &service.words {
            let mut text = common.clone();
            text.add(NAME, &word.name);
            text.add(ABOUT, &word.grants);
            let status = word.provenance.status;
            let scope = Scope::from_parts(vec![word.name.clone()]);
            consider(&text, trust(status), &|| of_scope(service, &scope, word.grants.clone(), status));
        }
        if let Some(full) = &service.full_access {
            let about = format!("everything in {}", service.product);
            let mut text = common.clone();
            text.add(NAME, &full.scope.to_string());
            text.add(ABOUT, &about);
            let status = full.provenance.status;
            consider(&text, trust(status), &|| of_scope(service, &full.scope, about.clone(), status));
        }
        for endpoint in catalog.endpoints(&service.name) {
            consider(&of_call(endpoint, &common), 0, &|| Hit {
                kind: HitKind::Call,
                name: endpoint.call(),
                service: service.name.clone(),
                about: endpoint.summary.clone(),
                status: None,
            });
        }
    }
    found.sort_by_cached_key(|(score, hit)| (Reverse(*score), hit.kind, hit.name.to_ascii_lowercase()));
    found.into_iter().map(|(_, hit)| hit).collect()
}

fn of_resource(
    service: &Service,
    resource: &Resource,
    common: &Text,
    consider: &mut impl FnMut(&Text, i32, &dyn Fn() -> Hit),
) {
    let mut text = common.clone();
    text.add(NAME, &resource.dotted());
    text.add(ABOUT, &resource.grants);
    // Of two that hold the words, the one with the shorter path is the more central one.
    let depth = -i32::try_from(resource.path.len()).unwrap_or(i32::MAX);
    consider(&text, depth, &|| Hit {
        kind: HitKind::Resource,
        name: format!("{}.{}", service.name, resource.dotted()),
        service: service.name.clone(),
        about: resource.grants.clone(),
        status: None,
    });
    for operation in &resource.operations {
        let mut text = text.clone();
        text.add(NAME, &operation.name);
        let status = operation.provenance.status;
        let scope = service.scope(&resource.path, &operation.name);
        consider(&text, depth + trust(status), &|| of_scope(service, &scope, resource.grants.clone(), status));
    }
}

fn of_scope(service: &Service, scope: &Scope, about: String, status: Status) -> Hit {
    let (name, service) = (scope.to_string(), service.name.clone());
    Hit { kind: HitKind::Scope, name, service, about, status: Some(status) }
}

fn of_call(endpoint: &Endpoint, common: &Text) -> Text {
    let mut text = common.clone();
    text.add(PATH, &endpoint.method);
    text.add(PATH, &endpoint.path);
    text.add(ABOUT, &endpoint.summary);
    text
}

/// What a scope loses that nobody should ask for.
fn trust(status: Status) -> i32 {
    match status {
        Status::Deprecated => -PREFIX,
        Status::Invalid => -NAME,
        _ => 0,
    }
}

/// A word that is looked for.
struct Wanted {
    word: String,
    synonyms: &'static [&'static str],
}

impl Wanted {
    fn new(word: String) -> Self {
        let synonyms = SYNONYMS.into_iter().find(|group| group.contains(&word.as_str())).unwrap_or(&[]);
        Self { word, synonyms }
    }

    /// What it loses when this word is found for it; `None` when that is another word.
    fn loss(&self, found: &str) -> Option<i32> {
        let wanted = self.word.as_str();
        if found == wanted {
            Some(0)
        } else if wanted.strip_suffix('s') == Some(found) || found.strip_suffix('s') == Some(wanted) {
            Some(NUMBER)
        } else if self.synonyms.contains(&found) {
            Some(SYNONYM)
        } else if found.starts_with(wanted) {
            Some(PREFIX)
        } else {
            None
        }
    }
}

/// The words of something that may be found, each with what it is worth.
#[derive(Clone, Default)]
struct Text(Vec<(i32, String)>);

impl Text {
    fn add(&mut self, worth: i32, text: &str) {
        self.0.extend(words(text).map(|word| (worth, word)));
    }

    /// What the text is worth for a query; `None` when one of the words is not in it.
    fn score(&self, query: &[Wanted]) -> Option<i32> {
        let best = |wanted: &Wanted| self.0.iter().filter_map(|(worth, word)| Some(worth - wanted.loss(word)?)).max();
        query.iter().map(best).sum()
    }
}

/// The words of a text in lower case: `ZohoBooks.customer_payments` holds `zohobooks`, `zoho`, `books`, `customer` and
/// `payments`.
fn words(text: &str) -> impl Iterator<Item = String> {
    pieces(text).flat_map(|piece| {
        let humps = humps(piece);
        let parts = if humps.len() > 1 { humps } else { Vec::new() };
        std::iter::once(piece.to_lowercase()).chain(parts)
    })
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty())
}

/// The words that are run together in one, where each begins with a capital letter.
fn humps(piece: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_small = false;
    for c in piece.chars() {
        match words.last_mut() {
            Some(word) if !(after_small && c.is_uppercase()) => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        after_small = c.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_apart() {
        let found: Vec<String> = words("ZohoBooks.customer_payments READ /hubMember").collect();
        let expected = ["zohobooks", "zoho", "books", "customer", "payments", "read", "hubmember", "hub", "member"];
        assert_eq!(found, expected);
        assert_eq!(words("ZOHOPEOPLE").collect::<Vec<_>>(), ["zohopeople"]);
    }

    #[test]
    fn what_is_meant_comes_first() {
        let catalog = Catalog::embedded();
        for (query, first) in [
            ("delete books invoices", "ZohoBooks.invoices.DELETE"),
            ("remove books invoice", "ZohoBooks.invoices.DELETE"),
            ("ZohoBooks.invoices.READ", "ZohoBooks.invoices.READ"),
            ("zohobooks invoices", "ZohoBooks.invoices"),
            ("openid", "openid"),
            ("books fullaccess", "ZohoBooks.fullaccess.all"),
        ] {
            let hits = search(&catalog, query);
            assert_eq!(hits.first().map(|hit| hit.name.as_str()), Some(first), "{query}: {hits:?}");
        }
    }

    #[test]
    fn plain_words_find_operations_and_calls() {
        let hits = search(&Catalog::embedded(), "delete invoices");
        let scopes: Vec<&Hit> = hits.iter().filter(|hit| hit.kind == HitKind::Scope).collect();
        let calls: Vec<&Hit> = hits.iter().filter(|hit| hit.kind == HitKind::Call).collect();
        assert!(scopes.iter().any(|hit| hit.name == "ZohoBooks.invoices.DELETE"));
        assert!(scopes.iter().any(|hit| hit.name == "ZohoInvoice.invoices.DELETE"));
        assert!(!scopes.iter().any(|hit| hit.name.contains(".READ")), "{scopes:?}");
        assert!(calls.iter().any(|hit| hit.name == "DELETE /books/v3/invoices/{invoice_id}"), "{calls:?}");
    }

    #[test]
    fn all_words_must_be_found() {
        let catalog = Catalog::embedded();
        assert!(search(&catalog, "delete invoices xyzzy").is_empty());
        assert!(search(&catalog, "").is_empty() && search(&catalog, " . ").is_empty());
        let (broad, narrow) = (search(&catalog, "invoices"), search(&catalog, "invoices recurring"));
        assert!(narrow.len() < broad.len() && narrow.iter().all(|hit| broad.contains(hit)));
    }
}
